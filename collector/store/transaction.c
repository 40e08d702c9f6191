/* SPDX-License-Identifier: EUPL-1.2 */
/* Transactions, the chains that one touches, and the quarantine. */
#include <errno.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "store/sqlite.h"

static struct chain_row **bucket(struct store *s, const char *chain)
{
        unsigned long n = 0;
        size_t i;

        /* 128 random bits: the first digits spread as well as any hash. A host that chooses them badly slows only
         * itself: its chain is registered, one a token. */
        for (i = 0; i < 8 && chain[i]; i++)
                n = n * 16 + (unsigned char)(chain[i] <= '9' ? chain[i] - '0' : chain[i] - 'a' + 10);
        return &s->chains[n % CHAIN_BUCKETS];
}

static void chain_row_free(struct chain_row *c)
{
        free(c->host);
        free(c->host_name);
        free(c->key_jwk);
        json_decref(c->about);
        json_decref(c->policies);
        free(c);
}

static void forget_chains(struct store *s)
{
        size_t i;

        s->quarantined = false;
        if (s->chain_count == 0)
                return;
        for (i = 0; i < CHAIN_BUCKETS; i++)
                while (s->chains[i]) {
                        struct chain_row *c = s->chains[i];

                        s->chains[i] = c->next;
                        chain_row_free(c);
                }
        s->chain_count = 0;
}

static struct chain_row *chain_from_row(sqlite3_stmt *q, const char *chain)
{
        struct chain_row *c = must_alloc(sizeof(*c));

        memcpy(c->id, chain, strlen(chain) + 1);
        c->number = sqlite3_column_int64(q, 0);
        c->host = must_strdup(column_text(q, 1));
        c->host_name = must_strdup(column_text(q, 2));
        c->head = (uint64_t)sqlite3_column_int64(q, 3);
        column_copy(q, 4, c->head_hash, sizeof(c->head_hash));
        c->newest = (uint64_t)sqlite3_column_int64(q, 5);
        column_copy(q, 6, c->newest_hash, sizeof(c->newest_hash));
        c->full_from = (uint64_t)sqlite3_column_int64(q, 7);
        c->full_to = (uint64_t)sqlite3_column_int64(q, 8);
        c->records = (uint64_t)sqlite3_column_int64(q, 9);
        c->first_received = sqlite3_column_int64(q, 10);
        c->last_received = sqlite3_column_int64(q, 11);
        c->made = sqlite3_column_int64(q, 12);
        c->next_by = sqlite3_column_int64(q, 13);
        c->due = sqlite3_column_int64(q, 14);
        c->stopped = sqlite3_column_int(q, 15);
        return c;
}

int chain_get(struct store *s, const char *chain, struct chain_row **ret)
{
        struct chain_row **place = bucket(s, chain), *c;
        sqlite3_stmt *q;
        int r;

        for (c = *place; c; c = c->next)
                if (streq(c->id, chain)) {
                        *ret = c;
                        return 0;
                }
        if (strlen(chain) >= RECORD_CHAIN_TEXT)
                return -ENOENT;
        q = store_statement(s, SQL_CHAIN_GET);
        bind_text(q, 1, chain);
        r = store_step(s, q);
        if (r == 1) {
                c = chain_from_row(q, chain);
                c->next = *place;
                *place = c;
                s->chain_count++;
                *ret = c;
        }
        if (q)
                (void)sqlite3_reset(q);
        return r == 1 ? 0 : r == 0 ? -ENOENT : r;
}

static void about_add(json_t *about, const json_t *from, const char *key)
{
        json_t *value = json_object_get(from, key);

        if (value)
                json_object_set(about, key, value);
}

/* What every record says of its host, for the overviews. */
static char *about_text(const json_t *payload)
{
        static const char *const of_host[] = {"name", "org", "labels", "profile", "os", "kernel"};
        static const char *const of_run[] = {"agent", "clock", "boot_id"};
        _cleanup_json_ json_t *about = json_must(json_object());
        size_t i;

        for (i = 0; i < ELEMENTS(of_host); i++)
                about_add(about, json_object_get(payload, "host"), of_host[i]);
        for (i = 0; i < ELEMENTS(of_run); i++)
                about_add(about, json_object_get(payload, "run"), of_run[i]);
        return json_text(about);
}

void bind_moment(sqlite3_stmt *q, int at, int64_t moment)
{
        if (moment != 0)
                bind_integer(q, at, moment);
}

static int chain_put(struct store *s, const struct chain_row *c)
{
        _cleanup_free_ char *about = c->about ? about_text(c->about) : NULL;
        _cleanup_free_ char *policies = c->policies ? json_text(c->policies) : NULL;
        sqlite3_stmt *q = store_statement(s, SQL_CHAIN_PUT);

        bind_integer(q, 1, c->number);
        bind_integer(q, 2, (int64_t)c->head);
        bind_text(q, 3, c->head > 0 ? c->head_hash : NULL);
        bind_integer(q, 4, (int64_t)c->newest);
        bind_text(q, 5, c->newest > 0 ? c->newest_hash : NULL);
        bind_integer(q, 6, (int64_t)c->full_from);
        bind_integer(q, 7, (int64_t)c->full_to);
        bind_integer(q, 8, (int64_t)c->records);
        bind_moment(q, 9, c->first_received);
        bind_moment(q, 10, c->last_received);
        bind_moment(q, 11, c->made);
        bind_moment(q, 12, c->next_by);
        bind_moment(q, 13, c->due);
        bind_integer(q, 14, c->stopped);
        bind_text(q, 15, c->key_jwk);
        bind_text(q, 16, about);
        bind_text(q, 17, policies);
        return store_run(s, q);
}

static int bound_quarantine(struct store *s)
{
        sqlite3_stmt *q = store_statement(s, SQL_QUARANTINE_BOUND);

        bind_integer(q, 1, STORE_QUARANTINE_BYTES);
        bind_integer(q, 2, STORE_QUARANTINE_LINES);
        return store_run(s, q);
}

int store_begin(struct store *s)
{
        forget_chains(s);
        return store_run(s, store_statement(s, SQL_BEGIN));
}

int store_commit(struct store *s)
{
        size_t i;
        int r = 0;

        for (i = 0; r >= 0 && s->chain_count > 0 && i < CHAIN_BUCKETS; i++) {
                const struct chain_row *c;

                for (c = s->chains[i]; r >= 0 && c; c = c->next)
                        if (c->dirty)
                                r = chain_put(s, c);
        }
        if (r >= 0 && s->quarantined)
                r = bound_quarantine(s);
        if (r >= 0)
                r = store_run(s, store_statement(s, SQL_COMMIT));
        if (r < 0)
                return r;
        forget_chains(s);
        return 0;
}

void store_rollback(struct store *s)
{
        forget_chains(s);
        if (s->db && !sqlite3_get_autocommit(s->db))
                (void)store_run(s, store_statement(s, SQL_ROLLBACK));
}

int store_quarantine(struct store *s, const char *type, const char *chain, uint64_t seq, const char *line,
                     size_t length, int64_t received)
{
        sqlite3_stmt *q = store_statement(s, SQL_QUARANTINE_ADD);
        size_t kept = length < STORE_QUARANTINE_LINE_BYTES ? length : STORE_QUARANTINE_LINE_BYTES;

        s->quarantined = true;
        bind_integer(q, 1, received);
        bind_text(q, 2, type);
        bind_text(q, 3, chain);
        if (seq > 0)
                bind_integer(q, 4, (int64_t)seq);
        if (q && sqlite3_bind_blob64(q, 5, line, kept, SQLITE_STATIC) == SQLITE_NOMEM)
                out_of_memory();
        return store_run(s, q);
}
