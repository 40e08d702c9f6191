/* SPDX-License-Identifier: EUPL-1.2 */
#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "store/sqlite.h"

#define TOKEN_KEPT (31 * 86400) /* after its end, so that a refusal can still be explained */

static void bind_hash(sqlite3_stmt *q, int at, const unsigned char hash[static 32])
{
        if (q && sqlite3_bind_blob(q, at, hash, 32, SQLITE_STATIC) == SQLITE_NOMEM)
                out_of_memory();
}

int store_token_add(struct store *s, const char *org, const char *host_name, const unsigned char secret_hash[static 32],
                    int64_t now, int64_t expires)
{
        sqlite3_stmt *q = store_statement(s, SQL_TOKEN_EXPIRE);
        int r;

        bind_integer(q, 1, now - TOKEN_KEPT);
        r = store_run(s, q);
        if (r < 0)
                return r;
        q = store_statement(s, SQL_TOKEN_ADD);
        bind_hash(q, 1, secret_hash);
        bind_text(q, 2, org);
        bind_text(q, 3, host_name);
        bind_integer(q, 4, expires);
        return store_run(s, q);
}

/* The token's organisation and host name (malloc'd), or -EACCES. */
static int token_get(struct store *s, const unsigned char hash[static 32], int64_t now, char **ret_org, char **ret_name)
{
        sqlite3_stmt *q = store_statement(s, SQL_TOKEN_GET);
        int r;

        bind_hash(q, 1, hash);
        bind_integer(q, 2, now);
        r = store_step(s, q);
        if (r == 1) {
                *ret_org = must_strdup(column_text(q, 0));
                *ret_name = must_strdup(column_text(q, 1));
        }
        if (q)
                (void)sqlite3_reset(q);
        return r == 1 ? 0 : r == 0 ? -EACCES : r;
}

int store_token_valid(struct store *s, const unsigned char secret_hash[static 32], int64_t now)
{
        _cleanup_free_ char *org = NULL, *name = NULL;

        return token_get(s, secret_hash, now, &org, &name);
}

/* 1: these three are registered already; 0: none of them clashes; -EEXIST: kid or chain is another's. */
static int registered(struct store *s, const char *host_id, const char *chain, const char *kid)
{
        sqlite3_stmt *q = store_statement(s, SQL_CHAIN_REGISTERED);
        int r, found = 0;

        bind_text(q, 1, chain);
        bind_text(q, 2, kid);
        while ((r = store_step(s, q)) == 1) {
                if (!streq(column_text(q, 0), host_id) || !streq(column_text(q, 1), chain) ||
                    !streq(column_text(q, 2), kid)) {
                        r = -EEXIST;
                        break;
                }
                found = 1;
        }
        if (q)
                (void)sqlite3_reset(q);
        return r < 0 ? r : found;
}

static int host_is_anothers(struct store *s, const char *host_id, const char *org)
{
        sqlite3_stmt *q = store_statement(s, SQL_HOST_ORG);
        int r;

        bind_text(q, 1, host_id);
        r = store_step(s, q);
        if (r == 1)
                r = streq(column_text(q, 0), org) ? 0 : -EEXIST;
        if (q)
                (void)sqlite3_reset(q);
        return r;
}

static int enrol(struct store *s, const char *org, const char *name, int64_t now, const char *host_id,
                 const char *chain, const char *kid)
{
        sqlite3_stmt *q;
        int r, known;

        r = host_is_anothers(s, host_id, org);
        if (r < 0)
                return r;
        known = registered(s, host_id, chain, kid);
        if (known < 0)
                return known;
        q = store_statement(s, SQL_HOST_ADD);
        bind_text(q, 1, host_id);
        bind_text(q, 2, org);
        bind_text(q, 3, name);
        bind_integer(q, 4, now);
        r = store_run(s, q);
        if (r < 0 || known > 0)
                return r;
        q = store_statement(s, SQL_CHAIN_ADD);
        bind_text(q, 1, chain);
        bind_text(q, 2, kid);
        bind_text(q, 3, host_id);
        bind_integer(q, 4, now);
        return store_run(s, q);
}

int store_enrol(struct store *s, const unsigned char secret_hash[static 32], int64_t now, const char *host_id,
                const char *chain, const char *kid, char **ret_org)
{
        _cleanup_free_ char *org = NULL, *name = NULL;
        sqlite3_stmt *q;
        int r = store_begin(s);

        if (r < 0)
                return r;
        r = token_get(s, secret_hash, now, &org, &name);
        if (r >= 0)
                r = enrol(s, org, name, now, host_id, chain, kid);
        if (r >= 0) {
                q = store_statement(s, SQL_TOKEN_USE);
                bind_hash(q, 1, secret_hash);
                bind_integer(q, 2, now);
                r = store_run(s, q);
        }
        if (r >= 0)
                r = store_commit(s);
        if (r < 0) {
                store_rollback(s);
                return r;
        }
        *ret_org = TAKE_PTR(org);
        return 0;
}

void store_host_key_free(struct store_host_key *k)
{
        free(k->org);
        free(k->host_id);
        free(k->chain);
        free(k->key_jwk);
        memset(k, 0, sizeof(*k));
}

int store_host_by_kid(struct store *s, const char *kid, struct store_host_key *ret)
{
        sqlite3_stmt *q = store_statement(s, SQL_BY_KID);
        int r;

        memset(ret, 0, sizeof(*ret));
        bind_text(q, 1, kid);
        r = store_step(s, q);
        if (r == 1) {
                ret->org = must_strdup(column_text(q, 0));
                ret->host_id = must_strdup(column_text(q, 1));
                ret->chain = must_strdup(column_text(q, 2));
                if (column_text(q, 3))
                        ret->key_jwk = must_strdup(column_text(q, 3));
        }
        if (q)
                (void)sqlite3_reset(q);
        return r == 1 ? 0 : r == 0 ? -ENOENT : r;
}

int store_host_known(struct store *s, const char *host_id)
{
        sqlite3_stmt *q = store_statement(s, SQL_HOST_ORG);
        int r;

        bind_text(q, 1, host_id);
        r = store_step(s, q);
        if (q)
                (void)sqlite3_reset(q);
        return r;
}
