/* SPDX-License-Identifier: EUPL-1.2 */
/* A store in a directory of its own, hosts registered in it, and the records that these sign. */
#ifndef TEST_STORE_MAKE_H
#define TEST_STORE_MAKE_H

#include <cmocka.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/io.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/term.h"
#include "base/text.h"
#include "jose/jws.h"
#include "jose/key.h"
#include "record/record.h"
#include "store/store.h"
#include "unit/scratch.h"

#define NOW 1800000000 /* of most tests; hosts' clocks are right unless said */

struct host {
        struct jose_key *key;
        char id[37], chain[RECORD_CHAIN_TEXT];
        uint64_t seq;             /* of the last record made */
        char hash[JWS_HASH_TEXT]; /* of that */
        int64_t made;             /* of the next one */
        int64_t promise;          /* seconds until the one after it; 0: none */
};

static inline json_t *parsed(const char *text)
{
        _cleanup_free_ char *why = NULL;
        json_t *json = NULL;

        if (json_parse(text, strlen(text), &json, &why) < 0)
                fail_msg("%s: %s", why, text);
        return json;
}

static inline struct host host_make(void)
{
        struct host h = {.key = jose_key_generate(), .made = NOW, .promise = 5400};
        unsigned char bytes[16];
        _cleanup_free_ char *hex = NULL;

        random_uuid(h.id);
        random_bytes(bytes, sizeof(bytes));
        hex = hex_encode(bytes, sizeof(bytes));
        memcpy(h.chain, hex, sizeof(h.chain));
        return h;
}

static inline void host_drop(struct host *h)
{
        jose_key_free(h->key);
}
#define _cleanup_host_ _cleanup_(host_drop)

/* The next record, a line without newline; malloc'd. `own`: the members of its kind, the inside of an object. */
static inline char *host_says(struct host *h, const char *kind, const char *own)
{
        _cleanup_free_ char *prev = h->seq > 0 ? must_printf("\"%s\"", h->hash) : must_strdup("null"), *next = NULL,
                            *text = NULL;
        char made[MOMENT_TEXT], next_by[MOMENT_TEXT];
        bool genesis = streq(kind, "genesis");
        struct jws j = {0};
        json_t *payload;
        char *line = NULL;

        moment_format(h->made, made);
        moment_format(h->made + h->promise, next_by);
        next = h->promise > 0 ? must_printf("\"%s\"", next_by) : must_strdup("null");
        text = must_printf(
                "{\"schema\":\"bioagent.record/"
                "1\",\"kind\":\"%s\",\"chain\":\"%s\",\"seq\":%ju,\"prev\":%s,\"made\":\"%s\","
                "\"next_by\":%s,\"part\":{\"index\":1,\"of\":1},\"target\":\"live\",\"host\":{\"id\":\"%s\",\"name\":"
                "\"web-01\",\"org\":\"claimed\",\"labels\":{},\"profile\":{},\"os\":\"Debian\",\"kernel\":\"6.1\"},"
                "\"run\":null,\"witness\":{\"nonce\":null},\"policies\":[]%s%s}",
                kind, h->chain, (uintmax_t)h->seq + 1, prev, made, next, h->id, *own ? "," : "", own);
        payload = parsed(text);
        if (genesis) {
                json_set(payload, "key", jose_key_to_jwk(h->key));
                json_set(payload, "previous", json_null());
        }
        assert_int_equal(jws_sign(payload, h->key, &line), 0);
        json_decref(payload);
        assert_int_equal(jws_parse(line, strlen(line), 0, &j, NULL), 0);
        memcpy(h->hash, j.hash, sizeof(h->hash));
        jws_free(&j);
        h->seq++;
        return line;
}

static inline char *host_genesis(struct host *h)
{
        return host_says(h, "genesis", "");
}

/* One result as the inside of "results". malloc'd. */
static inline char *a_result(const char *check, const char *status, const char *measures)
{
        return must_printf(
                "{\"check\":\"%s\",\"with\":{},\"status\":\"%s\",\"aspect\":\"existence\",\"basis\":[\"disk\"],"
                "\"observed_at\":\"2027-01-15T08:00:00Z\",\"max_age\":\"P2D\",\"changes_at\":null,\"because\":null,"
                "\"measures\":[%s],\"counts\":{\"%s\":1},\"findings\":[{\"subject\":\"user:jansen\",\"status\":\"%s\","
                "\"evidence\":[],\"_personal\":[\"subject\"]}]}",
                check, status, measures, status, status);
}

static inline char *host_full(struct host *h, const char *results, const char *measures)
{
        _cleanup_free_ char *own = must_printf("\"results\":[%s],\"measures\":[%s]", results, measures);

        return host_says(h, "full", own);
}

static inline char *host_change(struct host *h, const char *results, const char *removed)
{
        _cleanup_free_ char *own = must_printf("\"results\":[%s],\"measures\":[],\"removed\":[%s]", results, removed);

        return host_says(h, "change", own);
}

static inline struct store *store_fresh(const char *directory)
{
        struct store *s = NULL;
        char *why = NULL;

        if (store_open(directory, true, &s, &why) < 0)
                fail_msg("%s", why);
        return s;
}

static inline void store_register(struct store *s, const struct host *h, const char *org, const char *name)
{
        _cleanup_free_ char *of = NULL;
        unsigned char hash[32];

        random_bytes(hash, sizeof(hash));
        assert_int_equal(store_token_add(s, org, name, hash, NOW, NOW + 3600), 0);
        assert_int_equal(store_enrol(s, hash, NOW, h->id, h->chain, jose_key_id(h->key), &of), 0);
        assert_string_equal(of, org);
}

/* Stores a line as if verified, in a transaction of its own. Returns its marks, or ~0 where it was there. */
static inline unsigned store_line_at(struct store *s, const char *line, int64_t received)
{
        struct store_record r = {.received = received};
        struct store_added added;
        struct record record;
        struct jws j = {0};
        size_t missing = 0;

        assert_int_equal(jws_parse(line, strlen(line), 0, &j, NULL), 0);
        r.payload = jws_disclosed(&j, &missing, 1);
        assert_int_equal(record_read(r.payload, &record, NULL), 0);
        r.jws = &j;
        r.record = &record;
        r.incomplete = missing > 0;
        assert_int_equal(store_begin(s), 0);
        assert_int_equal(store_add(s, &r, &added), 0);
        assert_int_equal(store_commit(s), 0);
        json_decref(r.payload);
        jws_free(&j);
        return added.fresh ? added.marks : ~0u;
}

static inline unsigned store_line(struct store *s, const char *line)
{
        return store_line_at(s, line, NOW);
}

/* What its shipper would be told, for the newest record of a request (NULL: none of it was stored). */
static inline struct store_position position_of(struct store *s, const struct host *h, uint64_t seq, const char *hash)
{
        struct store_position p;

        assert_int_equal(store_begin(s), 0);
        assert_int_equal(store_position(s, h->chain, seq, hash, &p), 0);
        store_rollback(s);
        return p;
}

static inline struct store_position main_position(struct store *s, const struct host *h)
{
        return position_of(s, h, 0, NULL);
}

#endif
