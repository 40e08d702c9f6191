/* SPDX-License-Identifier: EUPL-1.2 */
/* Making the next record of the chain. */
#include "sign/ledger.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "base/diag.h"
#include "base/io.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/term.h"
#include "base/text.h"
#include "sign/ledger_internal.h"

void ledger_free(struct ledger *l)
{
        spool_close(l->spool);
        free(l->state_directory);
        free(l->keep_acknowledged);
        free(l->agent);
        state_free(&l->state);
        json_decref(l->recorded);
        json_decref(l->in_force);
        *l = (struct ledger){0};
}

static json_t *moment_or_null(int64_t moment)
{
        char text[MOMENT_TEXT];

        if (moment == 0)
                return json_null();
        moment_format(moment, text);
        return json_string_or_null(text);
}

static json_t *copy_or_null(const json_t *value)
{
        return value ? json_must(json_deep_copy(value)) : json_null();
}

/* The members in the order of docs/record.md. */
static json_t *make_payload(const struct ledger *l, const struct ledger_entry *e)
{
        json_t *p = json_must(json_object()), *part = json_must(json_object()), *witness = json_must(json_object());
        int64_t made = moment_now();

        json_set(p, "schema", json_string_or_null(RECORD_SCHEMA));
        json_set(p, "kind", json_string_or_null(record_kind_name(e->kind)));
        json_set(p, "chain", json_string_or_null(l->chain));
        json_set(p, "seq", json_must(json_integer((json_int_t)(l->seq + 1))));
        json_set(p, "prev", json_string_or_null(l->seq > 0 ? l->hash : NULL));
        json_set(p, "made", moment_or_null(made));
        json_set(p, "next_by", moment_or_null(e->promise > 0 ? made + (int64_t)e->promise : 0));
        json_set(part, "index", json_must(json_integer(1)));
        json_set(part, "of", json_must(json_integer(1)));
        json_set(p, "part", part);
        json_set(p, "target", json_string_or_null("live"));
        json_set(p, "host", copy_or_null(e->host));
        json_set(p, "run", copy_or_null(e->run));
        json_set(witness, "nonce", json_null());
        json_set(p, "witness", witness);
        json_set(p, "policies", e->policies ? copy_or_null(e->policies) : json_must(json_array()));
        if (e->members && json_object_update(p, e->members) < 0)
                out_of_memory();
        return p;
}

static bool is_ours(struct ledger *l, uint64_t seq, const char *hash)
{
        _cleanup_free_ char *line = NULL, *why = NULL;
        struct jws j = {0};
        size_t length = 0;
        bool same;

        if (spool_read(l->spool, l->chain, seq, &line, &length) < 0 ||
            jws_parse(line, length, JWS_LINE_MOST, &j, &why) < 0)
                return false;
        same = streq(j.hash, hash);
        jws_free(&j);
        return same;
}

static int append_line(struct ledger *l, const char *line, const char *hash)
{
        uint64_t need = strlen(line) + 1, total = spool_size(l->spool) + need;
        int r;

        if (total > l->max_size && !ledger_make_room(l, total - l->max_size))
                return -ENOSPC;
        r = spool_append(l->spool, l->chain, l->seq + 1, line);
        if ((r == -ENOSPC || r == -EDQUOT) && ledger_make_room(l, need))
                r = spool_append(l->spool, l->chain, l->seq + 1, line);
        if (r < 0 && is_ours(l, l->seq + 1, hash)) {
                /* It has its name, only the directory could not be synced: it exists, and may have been sent. A power
                 * loss now would take it back, but the shipper syncs the directory before it sends. */
                log_message(LOG_WARNING, "record %ju is written, and not yet on disk for certain: %s",
                            (uintmax_t)l->seq + 1, strerror(-r));
                (void)spool_sync(l->spool, l->chain);
                r = 0;
        }
        return r == -EDQUOT ? -ENOSPC : r;
}

static int check_record(const struct ledger *l, const struct jws *j, char **why)
{
        struct record record;
        int r = jws_verify(j, l->identity->key);

        if (r < 0) {
                *why = must_strdup("the new signature does not verify");
                return r;
        }
        r = record_read(j->payload, &record, why);
        if (r == 0 && (record.kind == RECORD_REPORT || record.seq != l->seq + 1 || !streq(record.chain, l->chain))) {
                *why = must_strdup("the new record is not the next one of its chain");
                r = -EINVAL;
        }
        return r;
}

/* What is signed is read back before it is written: a line that any reader refuses must never enter the chain. As
 * signed, without what is disclosed: that is the least that a reader may have. */
static int check_line(const struct ledger *l, const char *line, char hash[static JWS_HASH_TEXT], char **why)
{
        struct jws j = {0};
        int r = jws_parse(line, strlen(line), JWS_LINE_MOST, &j, why);

        if (r < 0)
                return r;
        r = check_record(l, &j, why);
        memcpy(hash, j.hash, JWS_HASH_TEXT);
        jws_free(&j);
        return r;
}

static void advance(struct ledger *l, const json_t *clear, const char *hash)
{
        _cleanup_free_ char *why = NULL;
        struct record r;

        l->seq++;
        memcpy(l->hash, hash, JWS_HASH_TEXT);
        l->appended++;
        if (record_read(clear, &r, &why) < 0)
                return; /* cannot be: check_record() read it */
        l->kind = r.kind;
        l->made = r.made;
        ledger_note(l, &r, clear, hash);
}

int ledger_append(struct ledger *l, const struct ledger_entry *e, char **why)
{
        /* Signing changes the payload: `clear` shares its members with the caller and with the state. */
        _cleanup_json_ json_t *clear = make_payload(l, e), *payload = json_must(json_deep_copy(clear));
        _cleanup_free_ char *line = NULL;
        char hash[JWS_HASH_TEXT];
        int r = jws_sign(payload, l->identity->key, &line);

        if (r < 0) {
                *why = must_printf("cannot sign: %s", strerror(-r));
                return r;
        }
        if (strlen(line) > JWS_LINE_MOST) {
                *why = must_printf("a %s of %zu bytes is over the %d that a record may have", record_kind_name(e->kind),
                                   strlen(line), JWS_LINE_MOST);
                return -E2BIG;
        }
        r = check_line(l, line, hash, why);
        if (r < 0)
                return r;
        r = append_line(l, line, hash);
        if (r == -ENOSPC)
                *why = must_printf("the spool is full (%ju bytes of records): nothing is dropped, so nothing is added",
                                   (uintmax_t)spool_size(l->spool));
        else if (r < 0)
                *why = must_printf("cannot write record %ju: %s", (uintmax_t)l->seq + 1, strerror(-r));
        else
                advance(l, clear, hash);
        return r;
}

int ledger_begin(struct ledger *l, const struct ledger_entry *e, const json_t *previous, char **why)
{
        _cleanup_json_ json_t *members = json_must(json_object());
        _cleanup_free_ char *chain = NULL;
        struct ledger_entry genesis = *e;
        unsigned char bytes[(RECORD_CHAIN_TEXT - 1) / 2];
        int r;

        random_bytes(bytes, sizeof(bytes));
        chain = hex_encode(bytes, sizeof(bytes));
        memcpy(l->chain, chain, RECORD_CHAIN_TEXT);
        json_set(members, "key", jose_key_to_jwk(l->identity->key));
        json_set(members, "previous", copy_or_null(previous));
        genesis.kind = RECORD_GENESIS;
        genesis.members = members;
        r = ledger_append(l, &genesis, why);
        if (r < 0) {
                l->chain[0] = '\0';
                return r;
        }
        r = identity_settle(l->identity);
        if (r < 0)
                *why = must_printf("cannot rename the new key to %s: %s", l->identity->key_path, strerror(-r));
        return r;
}
