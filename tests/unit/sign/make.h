/* SPDX-License-Identifier: EUPL-1.2 */
/* A state directory with a chain in it, for tests. */
#ifndef TEST_SIGN_MAKE_H
#define TEST_SIGN_MAKE_H

#include "base/json.h"
#include "base/text.h"
#include "sign/identity.h"
#include "sign/ledger.h"
#include "unit/scratch.h"

#define MAKE_HOST_ID "3f2c1b0a-1111-4222-8333-444455556666"

struct place {
        char *state, *key;
        struct identity identity;
        struct ledger ledger;
        json_t *previous;
};

static inline void place_make(struct place *p)
{
        _cleanup_free_ char *ship = NULL;

        *p = (struct place){.state = scratch_make(), .identity = {.lock = -1}};
        p->key = must_printf("%s/sign/key.pem", p->state);
        ship = must_printf("%s/ship", p->state);
        assert_int_equal(directory_make(ship, 0750), 0);
}

static inline void place_close(struct place *p)
{
        ledger_free(&p->ledger);
        identity_free(&p->identity);
        json_decref(p->previous);
        p->previous = NULL;
}

static inline void place_open(struct place *p)
{
        char *why = NULL;

        if (identity_open(p->state, p->key, &p->identity, &why) < 0)
                fail_msg("%s", why);
        if (!p->identity.host_id[0])
                assert_int_equal(identity_set_host(&p->identity, MAKE_HOST_ID), 0);
        if (ledger_open(p->state, &p->identity, &p->ledger, &p->previous, &why) < 0)
                fail_msg("%s", why);
}

/* As after a kill: nothing was said before the end. */
static inline void place_reopen(struct place *p)
{
        place_close(p);
        place_open(p);
}

static inline void place_remove(struct place *p)
{
        place_close(p);
        scratch_remove(&p->state);
        free(p->key);
}
#define _cleanup_place_ _cleanup_(place_remove)

static inline json_t *make_json(const char *text)
{
        json_t *json = NULL;
        char *why = NULL;

        if (json_parse(text, strlen(text), &json, &why) < 0)
                fail_msg("%s: %s", why, text);
        return json;
}

static inline json_t *make_host(const struct place *p)
{
        json_t *host = make_json("{\"id\":null,\"name\":\"host\",\"org\":null,\"labels\":{},\"profile\":{},\"os\":"
                                 "\"os\",\"kernel\":\"6\"}");

        json_set(host, "id", json_string_or_null(p->identity.host_id));
        return host;
}

/* `members`: JSON of the kind's own, or NULL. */
static inline int place_try(struct place *p, enum record_kind kind, const char *members, char **why)
{
        _cleanup_json_ json_t *host = make_host(p), *own = members ? make_json(members) : NULL;
        _cleanup_json_ json_t *run = make_json("{\"id\":\"r\",\"agent\":\"1\"}");
        struct ledger_entry e = {.kind = kind,
                                 .host = host,
                                 .run = kind == RECORD_FULL || kind == RECORD_CHANGE ? run : NULL,
                                 .members = own,
                                 .promise = 10};

        return kind == RECORD_GENESIS ? ledger_begin(&p->ledger, &e, p->previous, why)
                                      : ledger_append(&p->ledger, &e, why);
}

static inline void place_append(struct place *p, enum record_kind kind, const char *members)
{
        char *why = NULL;

        if (place_try(p, kind, members, &why) < 0)
                fail_msg("%s", why);
}

#define MAKE_RESULT(status) \
        "{\"check\":\"a.a\",\"with\":{},\"status\":\"" status \
        "\",\"findings\":[{\"subject\":\"s\",\"status\":\"" status "\",\"evidence\":[]}]}"
#define MAKE_FULL(status)   "{\"measures\":[],\"results\":[" MAKE_RESULT(status) "]}"
#define MAKE_CHANGE(status) "{\"measures\":[],\"results\":[" MAKE_RESULT(status) "],\"removed\":[]}"

static inline const char *place_status(const struct place *p)
{
        return json_member_string(json_object_get(p->ledger.state.results, "a.a"), "status");
}

/* Verifies every record of the chain from the files; answers how many there are. */
static inline uint64_t place_verify(struct place *p, const char *chain)
{
        struct spool_entry *entries = NULL;
        struct chain c;
        size_t count = 0, i;

        chain_begin(&c, NULL);
        assert_int_equal(spool_entries(p->ledger.spool, chain, &entries, &count), 0);
        for (i = 0; i < count; i++) {
                char *line = NULL, *why = NULL;
                struct jws j = {0};
                struct record r;
                size_t length = 0;
                enum chain_verdict verdict;

                assert_int_equal(spool_read(p->ledger.spool, chain, entries[i].seq, &line, &length), 0);
                assert_int_equal(jws_parse(line, length, JWS_LINE_MOST, &j, &why), 0);
                assert_int_equal(record_read(j.payload, &r, &why), 0);
                verdict = chain_take(&c, &j, &r, &why);
                if (verdict != CHAIN_OK)
                        fail_msg("record %ju: %s (%s)", (uintmax_t)entries[i].seq, chain_verdict_name(verdict), why);
                jws_free(&j);
                free(line);
        }
        chain_end(&c);
        free(entries);
        return count;
}

/* Says in ack.json that `seq` is acknowledged under `hash` (NULL: its own). */
static inline void place_acknowledge(struct place *p, uint64_t seq, const char *hash)
{
        struct spool_acks acks = {0};
        struct spool_ack *ack = spool_acks_of(&acks, p->ledger.chain, true);
        struct jws j = {0};
        char *line = NULL, *why = NULL;
        size_t length = 0;

        if (!hash) {
                assert_int_equal(spool_read(p->ledger.spool, p->ledger.chain, seq, &line, &length), 0);
                assert_int_equal(jws_parse(line, length, JWS_LINE_MOST, &j, &why), 0);
        }
        ack->seq = seq;
        memcpy(ack->hash, hash ? hash : j.hash, JWS_HASH_TEXT);
        ack->at = moment_now();
        assert_int_equal(spool_acks_store(p->state, &acks), 0);
        spool_acks_free(&acks);
        jws_free(&j);
        free(line);
}

/* Dates all records of the chain back. */
static inline void place_age(struct place *p, int64_t seconds)
{
        struct spool_entry *entries = NULL;
        size_t count = 0, i;

        assert_int_equal(spool_entries(p->ledger.spool, p->ledger.chain, &entries, &count), 0);
        for (i = 0; i < count; i++) {
                const struct timespec then[2] = {{.tv_sec = moment_now() - seconds},
                                                 {.tv_sec = moment_now() - seconds}};
                _cleanup_free_ char *path =
                        must_printf("%s/spool/%s/%020ju.jws", p->state, p->ledger.chain, (uintmax_t)entries[i].seq);

                assert_int_equal(utimensat(AT_FDCWD, path, then, 0), 0);
        }
        free(entries);
}

static inline bool place_has(struct place *p, uint64_t seq)
{
        _cleanup_free_ char *name = must_printf("spool/%s/%020ju.jws", p->ledger.chain, (uintmax_t)seq);

        return scratch_exists(p->state, name);
}

#endif
