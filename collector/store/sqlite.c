/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>

#include "base/diag.h"
#include "base/io.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/term.h"
#include "base/text.h"
#include "store/schema.h"

#define STORE_FILE "store.db"
/* Another process may be writing: each waits for the other at most this long. */
#define BUSY_MILLISECONDS 10000

static int error_of(int code)
{
        switch (code & 0xff) {
        case SQLITE_FULL:
                return -ENOSPC;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
                return -EBUSY;
        case SQLITE_NOMEM:
                out_of_memory();
        case SQLITE_CONSTRAINT:
                return -EEXIST;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
                return -EBADMSG;
        default:
                return -EIO;
        }
}

static int fail(struct store *s)
{
        int r = error_of(sqlite3_extended_errcode(s->db));

        log_message(LOG_ERR, "store: %s", sqlite3_errmsg(s->db));
        return r;
}

/* --- statements ------------------------------------------------------------------------------------------------ */

sqlite3_stmt *store_statement(struct store *s, enum statement which)
{
        if (!s->statements[which]) {
                if (sqlite3_prepare_v3(s->db, store_sql[which], -1, SQLITE_PREPARE_PERSISTENT, &s->statements[which],
                                       NULL) != SQLITE_OK) {
                        (void)fail(s);
                        return NULL;
                }
        } else {
                (void)sqlite3_reset(s->statements[which]);
                (void)sqlite3_clear_bindings(s->statements[which]);
        }
        return s->statements[which];
}

/* A statement that could not be prepared, or a binding without memory, shows when it is stepped. */
void bind_text(sqlite3_stmt *q, int at, const char *text)
{
        if (q && sqlite3_bind_text(q, at, text, -1, SQLITE_STATIC) == SQLITE_NOMEM)
                out_of_memory();
}

void bind_integer(sqlite3_stmt *q, int at, int64_t value)
{
        if (q && sqlite3_bind_int64(q, at, value) == SQLITE_NOMEM)
                out_of_memory();
}

int store_step(struct store *s, sqlite3_stmt *q)
{
        int r;

        if (!q)
                return -EIO;
        r = sqlite3_step(q);
        if (r == SQLITE_ROW)
                return 1;
        if (r == SQLITE_DONE)
                return 0;
        r = fail(s);
        (void)sqlite3_reset(q);
        return r;
}

int store_run(struct store *s, sqlite3_stmt *q)
{
        int r = store_step(s, q);

        if (q)
                (void)sqlite3_reset(q);
        return r < 0 ? r : 0;
}

const char *column_text(sqlite3_stmt *q, int at)
{
        return (const char *)sqlite3_column_text(q, at);
}

void column_copy(sqlite3_stmt *q, int at, char *out, size_t size)
{
        const char *s = column_text(q, at);
        size_t length = s ? strlen(s) : 0;

        if (length >= size)
                length = 0;
        if (length > 0)
                memcpy(out, s, length);
        out[length] = '\0';
}

json_t *column_moment(sqlite3_stmt *q, int at)
{
        int64_t moment = sqlite3_column_int64(q, at);
        char text[MOMENT_TEXT];

        if (moment == 0)
                return json_null();
        moment_format(moment, text);
        return json_must(json_string(text));
}

json_t *column_json(sqlite3_stmt *q, int at)
{
        const char *s = column_text(q, at);
        json_t *json;

        if (!s || json_parse(s, (size_t)sqlite3_column_bytes(q, at), &json, NULL) < 0)
                return json_null();
        return json;
}

/* --- opening --------------------------------------------------------------------------------------------------- */

static int64_t pragma(struct store *s, const char *sql)
{
        sqlite3_stmt *q = NULL;
        int64_t value = -1;

        if (sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) == SQLITE_OK && sqlite3_step(q) == SQLITE_ROW)
                value = sqlite3_column_type(q, 0) == SQLITE_TEXT ? streq(column_text(q, 0), "wal")
                                                                 : sqlite3_column_int64(q, 0);
        (void)sqlite3_finalize(q);
        return value;
}

/* Asked back, not only asked for: a library built to ignore them, or a file system without shared memory, must not
 * pass. */
static int assert_durable(struct store *s, char **why)
{
        (void)pragma(s, "PRAGMA synchronous = FULL");
        if (pragma(s, "PRAGMA journal_mode = WAL") != 1) {
                *why = must_strdup("the store cannot use a write-ahead log here");
                return -ENOTSUP;
        }
        if (pragma(s, "PRAGMA synchronous") != 2) {
                *why = must_strdup("the store cannot be made durable (synchronous is not FULL)");
                return -ENOTSUP;
        }
        return 0;
}

static int run_sql(struct store *s, const char *sql, char **why)
{
        if (sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK)
                return 0;
        *why = must_printf("store: %s", sqlite3_errmsg(s->db));
        return error_of(sqlite3_extended_errcode(s->db));
}

static int add_secret(struct store *s, char **why)
{
        unsigned char secret[STORE_SECRET_BYTES];
        _cleanup_free_ char *hex = NULL, *sql = NULL;

        random_bytes(secret, sizeof(secret));
        hex = hex_encode(secret, sizeof(secret));
        sql = must_printf("INSERT INTO secret (name, value) VALUES ('store', x'%s')", hex);
        return run_sql(s, sql, why);
}

/* A database without a schema is one that `create` just made, or a store whose content is gone: that must not be begun
 * anew in silence. */
static int migrate(struct store *s, bool create, char **why)
{
        int64_t version;
        int r = run_sql(s, "BEGIN IMMEDIATE", why);

        if (r < 0)
                return r;
        version = pragma(s, "PRAGMA user_version");
        if (version < 0 || version > (int64_t)store_migration_count) {
                *why = must_printf("the store is of a later version (schema %lld, this program knows %zu)",
                                   (long long)version, store_migration_count);
                r = -EPROTONOSUPPORT;
        } else if (version == 0 && !create) {
                *why = must_strdup("the store is empty: it was never made, or what was in it is gone");
                r = -EBADMSG;
        }
        for (size_t i = (size_t)version; r >= 0 && i < store_migration_count; i++) {
                _cleanup_free_ char *number = must_printf("PRAGMA user_version = %zu", i + 1);

                r = run_sql(s, store_migrations[i], why);
                if (r >= 0 && i == 0)
                        r = add_secret(s, why);
                if (r >= 0)
                        r = run_sql(s, number, why);
        }
        if (r >= 0)
                return run_sql(s, "COMMIT", why);
        (void)sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
        return r;
}

/* Group-writable where the directory is: the collector's processes share the store through their group. */
static int make_file(const char *directory, const char *path, char **why)
{
        _cleanup_fd_ int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        struct stat st;
        int r;

        if (fd >= 0 && stat(directory, &st) >= 0 && fchmod(fd, (st.st_mode & 0020) ? 0660 : 0600) >= 0)
                return 0;
        r = -errno;
        *why = must_printf("%s: %s", path, r == -EEXIST ? "is there already" : strerror(-r));
        return r;
}

static int open_file(struct store *s, const char *path, char **why)
{
        struct stat st;

        if (stat(path, &st) < 0) {
                int r = -errno;

                *why = must_printf("%s: %s", path, strerror(-r));
                return r;
        }
        if (sqlite3_open_v2(path, &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL) !=
            SQLITE_OK) {
                *why = must_printf("%s: %s", path, s->db ? sqlite3_errmsg(s->db) : "out of memory");
                return -EIO;
        }
        (void)sqlite3_busy_timeout(s->db, BUSY_MILLISECONDS);
        /* The file is ours, but may have been restored from anywhere: nothing in it may run code. */
        (void)sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        (void)sqlite3_db_config(s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
        return 0;
}

int store_open(const char *directory, bool create, struct store **ret, char **why)
{
        _cleanup_free_ char *path = must_printf("%s/" STORE_FILE, directory);
        _cleanup_store_ struct store *s = must_alloc(sizeof(*s));
        int r = create ? make_file(directory, path, why) : 0;

        if (r >= 0)
                r = open_file(s, path, why);
        if (r < 0)
                return r;
        if (create)
                (void)pragma(s, "PRAGMA page_size = 8192");
        r = assert_durable(s, why);
        if (r < 0)
                return r;
        /* 64 MiB of log between checkpoints: each copies every page once, however often it was written. The cache holds
         * what a commit touches; a larger one would take fresh memory for every record, which costs more than it saves.
         */
        (void)pragma(s, "PRAGMA wal_autocheckpoint = 8192");
        (void)pragma(s, "PRAGMA cache_size = -8192");
        r = migrate(s, create, why);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(s);
        return 0;
}

void store_close(struct store *s)
{
        size_t i;

        if (!s)
                return;
        store_rollback(s);
        for (i = 0; i < SQL_STATEMENTS; i++)
                (void)sqlite3_finalize(s->statements[i]);
        (void)sqlite3_close(s->db);
        free(s);
}

int store_secret(struct store *s, unsigned char out[static STORE_SECRET_BYTES])
{
        sqlite3_stmt *q = store_statement(s, SQL_SECRET);
        int r = store_step(s, q);

        if (r == 1 && sqlite3_column_bytes(q, 0) == STORE_SECRET_BYTES)
                memcpy(out, sqlite3_column_blob(q, 0), STORE_SECRET_BYTES);
        else if (r >= 0)
                r = -EBADMSG;
        if (q)
                (void)sqlite3_reset(q);
        return r < 0 ? r : 0;
}
