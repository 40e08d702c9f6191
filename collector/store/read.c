/* SPDX-License-Identifier: EUPL-1.2 */
/* What the pages and the API show. A figure is about what is valid now: of a host that is silent, or some of whose
 * records since its newest full are missing, nothing is known for certain. */
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "store/sqlite.h"

/* Columns of HOST_COLUMNS. */
enum {
        H_ID,
        H_NAME,
        H_NUMBER,
        H_CHAIN,
        H_FIRST,
        H_LAST,
        H_NEXT_BY,
        H_DUE,
        H_STOPPED,
        H_ABOUT,
        H_RECORDS,
        H_HEAD,
        H_NEWEST,
        H_FULL_FROM,
        H_FULL_TO,
        H_POLICIES,
        H_ENROLLED,
        H_KID
};

json_t *store_organisations(struct store *s)
{
        sqlite3_stmt *q = store_statement(s, SQL_ORGANISATIONS);
        json_t *ret = json_must(json_array());
        int r;

        while ((r = store_step(s, q)) == 1)
                json_push(ret, json_must(json_string(column_text(q, 0))));
        if (q)
                (void)sqlite3_reset(q);
        if (r < 0) {
                json_decref(ret);
                return NULL;
        }
        return ret;
}

/* Numbers missing after the newest full: what they said could have changed anything. -1: there is no full. */
static int64_t missing_since_full(struct store *s, int64_t chain, int64_t full_to, int64_t newest)
{
        sqlite3_stmt *q;
        int64_t count = 0;
        int r;

        if (full_to == 0)
                return -1;
        if (newest <= full_to)
                return 0;
        q = store_statement(s, SQL_SINCE_FULL);
        bind_integer(q, 1, chain);
        bind_integer(q, 2, full_to);
        r = store_step(s, q);
        if (r == 1)
                count = sqlite3_column_int64(q, 0);
        if (q)
                (void)sqlite3_reset(q);
        return r == 1 ? newest - full_to - count : -1;
}

/* What is known of one host, from the statement's current row. */
struct known {
        int64_t number;
        bool reported, silent, certain;
        int64_t missing;
};

static struct known host_known(struct store *s, sqlite3_stmt *q, int64_t now)
{
        struct known k = {.number = sqlite3_column_int64(q, H_NUMBER)};
        int64_t due = sqlite3_column_int64(q, H_DUE);

        k.reported = sqlite3_column_int64(q, H_RECORDS) > 0;
        k.silent = k.reported && due > 0 && now > due && !sqlite3_column_int(q, H_STOPPED);
        k.missing =
                missing_since_full(s, k.number, sqlite3_column_int64(q, H_FULL_TO), sqlite3_column_int64(q, H_NEWEST));
        k.certain = k.reported && !k.silent && k.missing == 0;
        return k;
}

static void count_add(json_t *counts, const char *name, int64_t n)
{
        json_set(counts, name, json_must(json_integer(json_member_integer(counts, name, 0) + n)));
}

static json_t *host_counts(struct store *s, const struct known *k, int64_t now)
{
        json_t *counts = json_must(json_object());
        sqlite3_stmt *q = store_statement(s, SQL_HOST_COUNTS);

        bind_integer(q, 1, k->number);
        bind_integer(q, 2, now);
        while (store_step(s, q) == 1) {
                bool expired = sqlite3_column_int(q, 1);

                count_add(counts,
                          expired || !k->certain ? "unknown" : status_name((enum bio_status)sqlite3_column_int(q, 0)),
                          sqlite3_column_int64(q, 2));
        }
        if (q)
                (void)sqlite3_reset(q);
        return counts;
}

static json_t *mark_names(unsigned marks)
{
        json_t *ret = json_must(json_array());
        unsigned i;

        for (i = 0; i < STORE_MARKS; i++)
                if (marks & (1u << i))
                        json_push(ret, json_must(json_string(store_mark_name(1u << i))));
        return ret;
}

static json_t *host_marks(struct store *s, int64_t chain)
{
        sqlite3_stmt *q = store_statement(s, SQL_HOST_MARKS);
        unsigned marks = 0;

        bind_integer(q, 1, chain);
        while (store_step(s, q) == 1)
                marks |= (unsigned)sqlite3_column_int(q, 0);
        if (q)
                (void)sqlite3_reset(q);
        return mark_names(marks);
}

static json_t *host_row(struct store *s, sqlite3_stmt *q, const struct known *k, int64_t now)
{
        _cleanup_json_ json_t *about = column_json(q, H_ABOUT);
        json_t *host = json_must(json_object());

        json_set(host, "id", json_must(json_string(column_text(q, H_ID))));
        json_set(host, "name", json_must(json_string(column_text(q, H_NAME))));
        json_set(host, "chain", json_must(json_string(column_text(q, H_CHAIN))));
        json_set(host, "enrolled", column_moment(q, H_ENROLLED));
        json_set(host, "first_seen", column_moment(q, H_FIRST));
        json_set(host, "last_seen", column_moment(q, H_LAST));
        json_set(host, "next_by", column_moment(q, H_NEXT_BY));
        json_set(host, "due", column_moment(q, H_DUE));
        json_set(host, "silent", json_boolean(k->silent));
        json_set(host, "stopped", json_boolean(sqlite3_column_int(q, H_STOPPED)));
        json_set(host, "certain", json_boolean(k->certain));
        json_set(host, "os", json_string_or_null(json_member_string(about, "os")));
        json_set(host, "agent", json_string_or_null(json_member_string(about, "agent")));
        json_set(host, "counts", host_counts(s, k, now));
        json_set(host, "records", json_must(json_integer(sqlite3_column_int64(q, H_RECORDS))));
        json_set(host, "acknowledged", json_must(json_integer(sqlite3_column_int64(q, H_HEAD))));
        json_set(host, "newest", json_must(json_integer(sqlite3_column_int64(q, H_NEWEST))));
        json_set(host, "missing", json_must(json_integer(k->missing > 0 ? k->missing : 0)));
        json_set(host, "marks", host_marks(s, k->number));
        return host;
}

json_t *store_hosts(struct store *s, const char *org, int64_t now)
{
        sqlite3_stmt *q = store_statement(s, SQL_HOSTS);
        json_t *hosts = json_must(json_array());
        int r;

        bind_text(q, 1, org);
        while ((r = store_step(s, q)) == 1) {
                struct known k = host_known(s, q, now);

                json_push(hosts, host_row(s, q, &k, now));
        }
        if (q)
                (void)sqlite3_reset(q);
        if (r < 0) {
                json_decref(hosts);
                return NULL;
        }
        return hosts;
}

/* --- one host -------------------------------------------------------------------------------------------------- */

/* The payload of a stored record, in clear; NULL where it cannot be read. */
static json_t *payload_of(struct store *s, int64_t record)
{
        sqlite3_stmt *q = store_statement(s, SQL_LINE);
        json_t *payload = NULL;
        struct jws j = {0};
        size_t missing;

        bind_integer(q, 1, record);
        if (store_step(s, q) == 1 &&
            jws_parse(column_text(q, 0), (size_t)sqlite3_column_bytes(q, 0), 0, &j, NULL) >= 0) {
                payload = jws_disclosed(&j, &missing, 0);
                jws_free(&j);
        }
        if (q)
                (void)sqlite3_reset(q);
        return payload;
}

/* Adds what the collector knows of an observation to what the host said. */
static void add_validity(json_t *entry, sqlite3_stmt *q, const struct known *k, int64_t now)
{
        int64_t valid = sqlite3_column_int64(q, 3);

        json_set(entry, "since", column_moment(q, 2));
        json_set(entry, "valid_until", column_moment(q, 3));
        json_set(entry, "valid", json_boolean(k->certain && (valid == 0 || valid > now)));
        json_set(entry, "seq", json_must(json_integer(sqlite3_column_int64(q, 4))));
}

/* Rows of (record, position, since, valid until, seq), by record: what these records say there under `member`. */
static json_t *entries(struct store *s, enum statement which, const char *member, const struct known *k, int64_t now)
{
        sqlite3_stmt *q = store_statement(s, which);
        _cleanup_json_ json_t *payload = NULL;
        json_t *ret = json_must(json_array());
        int64_t record = 0;

        bind_integer(q, 1, k->number);
        while (store_step(s, q) == 1) {
                json_t *entry;

                if (sqlite3_column_int64(q, 0) != record) {
                        record = sqlite3_column_int64(q, 0);
                        json_decref(payload);
                        payload = payload_of(s, record);
                }
                entry = json_array_get(json_object_get(payload, member), (size_t)sqlite3_column_int64(q, 1));
                if (!json_is_object(entry))
                        continue;
                add_validity(entry, q, k, now);
                json_push(ret, json_incref(entry));
        }
        if (q)
                (void)sqlite3_reset(q);
        return ret;
}

/* Descriptors of checks by id, and words about measures by id. */
static void host_knowledge(struct store *s, const struct known *k, json_t *host)
{
        sqlite3_stmt *q = store_statement(s, SQL_HOST_KNOWLEDGE);
        json_t *descriptors = json_must(json_object()), *titles = json_must(json_object());

        bind_integer(q, 1, k->number);
        while (store_step(s, q) == 1) {
                const char *subject = column_text(q, 0);

                if (starts_with(subject, "check "))
                        json_set(descriptors, subject + strlen("check "), column_json(q, 1));
                else if (starts_with(subject, "measure "))
                        json_set(titles, subject + strlen("measure "), column_json(q, 1));
        }
        if (q)
                (void)sqlite3_reset(q);
        json_set(host, "descriptors", descriptors);
        json_set(host, "titles", titles);
}

static json_t *host_log(struct store *s, const struct known *k)
{
        sqlite3_stmt *q = store_statement(s, SQL_HOST_LOG);
        json_t *log = json_must(json_array());

        bind_integer(q, 1, k->number);
        while (store_step(s, q) == 1) {
                json_t *entry = json_must(json_object());

                json_set(entry, "seq", json_must(json_integer(sqlite3_column_int64(q, 0))));
                json_set(entry, "kind", json_must(json_string(column_text(q, 1))));
                json_set(entry, "made", column_moment(q, 2));
                json_set(entry, "received", column_moment(q, 3));
                json_set(entry, "marks", mark_names((unsigned)sqlite3_column_int(q, 4)));
                json_set(entry, "hash", json_must(json_string(column_text(q, 5))));
                json_set(entry, "not_before", column_moment(q, 6));
                json_push(log, entry);
        }
        if (q)
                (void)sqlite3_reset(q);
        return log;
}

json_t *store_host(struct store *s, const char *org, const char *host_id, int64_t now)
{
        sqlite3_stmt *q = store_statement(s, SQL_HOST);
        json_t *host = json_null();
        struct known k;
        int r;

        bind_text(q, 1, org);
        bind_text(q, 2, host_id);
        r = store_step(s, q);
        if (r == 1) {
                k = host_known(s, q, now);
                host = host_row(s, q, &k, now);
                json_set(host, "kid", json_must(json_string(column_text(q, H_KID))));
                json_set(host, "host", column_json(q, H_ABOUT));
                json_set(host, "policies", column_json(q, H_POLICIES));
        }
        if (q)
                (void)sqlite3_reset(q);
        if (r < 1)
                return r < 0 ? NULL : host;
        json_set(host, "measures", entries(s, SQL_HOST_MEASURES, "measures", &k, now));
        json_set(host, "results", entries(s, SQL_HOST_RESULTS, "results", &k, now));
        host_knowledge(s, &k, host);
        json_set(host, "log", host_log(s, &k));
        return host;
}

/* --- measures over all hosts ----------------------------------------------------------------------------------- */

static json_t *member_object(json_t *object, const char *key)
{
        json_t *ret = json_object_get(object, key);

        if (!ret) {
                ret = json_must(json_object());
                json_set(object, key, ret);
        }
        return ret;
}

/* One host's answer for one measure, counted. */
static void count_measure(json_t *measures, sqlite3_stmt *q, const struct known *k)
{
        const char *organisational = column_text(q, 2);
        bool valid = k->certain && !sqlite3_column_int(q, 5);
        json_t *entry = member_object(measures, column_text(q, 0));
        const char *status = "none";

        if (sqlite3_column_type(q, 1) != SQLITE_NULL)
                status = valid ? status_name((enum bio_status)sqlite3_column_int(q, 1)) : "unknown";
        count_add(member_object(entry, "technical"), status, 1);
        if (organisational)
                count_add(member_object(entry, "organisational"), valid ? organisational : "unknown", 1);
        count_add(entry, "hosts", 1);
        if (!json_object_get(entry, "kind"))
                json_set(entry, "kind", json_string_or_null(column_text(q, 3)));
        if (!json_object_get(entry, "coverage"))
                json_set(entry, "coverage", json_string_or_null(column_text(q, 4)));
}

static int count_host(struct store *s, json_t *measures, const struct known *k, int64_t now)
{
        sqlite3_stmt *q = store_statement(s, SQL_MEASURES);
        int r;

        bind_integer(q, 1, k->number);
        bind_integer(q, 2, now);
        while ((r = store_step(s, q)) == 1)
                count_measure(measures, q, k);
        if (q)
                (void)sqlite3_reset(q);
        return r;
}

static void add_titles(struct store *s, const char *org, json_t *measures)
{
        sqlite3_stmt *q = store_statement(s, SQL_TITLES);

        bind_text(q, 1, org);
        while (store_step(s, q) == 1) {
                json_t *entry = json_object_get(measures, column_text(q, 0) + strlen("measure "));
                _cleanup_json_ json_t *words = column_json(q, 1);

                if (entry && json_object_get(words, "title"))
                        json_object_set(entry, "title", json_object_get(words, "title"));
        }
        if (q)
                (void)sqlite3_reset(q);
}

static int compare_keys(const void *a, const void *b)
{
        return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* As an array, by id. */
static json_t *sorted(json_t *measures)
{
        _cleanup_free_ const char **keys = must_alloc((json_object_size(measures) + 1) * sizeof(*keys));
        json_t *ret = json_must(json_array()), *value;
        const char *key;
        size_t n = 0, i;

        json_object_foreach (measures, key, value)
                keys[n++] = key;
        qsort(keys, n, sizeof(*keys), compare_keys);
        for (i = 0; i < n; i++) {
                json_t *entry = json_must(json_object());

                json_set(entry, "id", json_must(json_string(keys[i])));
                json_object_update(entry, json_object_get(measures, keys[i]));
                json_push(ret, entry);
        }
        return ret;
}

json_t *store_measures(struct store *s, const char *org, int64_t now)
{
        _cleanup_json_ json_t *measures = json_must(json_object());
        sqlite3_stmt *q = store_statement(s, SQL_HOSTS);
        json_int_t hosts = 0, reported = 0, silent = 0;
        json_t *ret;
        int r, e = 0;

        bind_text(q, 1, org);
        while ((r = store_step(s, q)) == 1) {
                struct known k = host_known(s, q, now);

                hosts++;
                reported += k.reported;
                silent += k.silent;
                e = count_host(s, measures, &k, now);
                if (e < 0)
                        break;
        }
        if (q)
                (void)sqlite3_reset(q);
        if (r < 0 || e < 0)
                return NULL;
        add_titles(s, org, measures);
        ret = json_must(json_object());
        json_set(ret, "hosts", json_must(json_integer(hosts)));
        json_set(ret, "reported", json_must(json_integer(reported)));
        json_set(ret, "silent", json_must(json_integer(silent)));
        json_set(ret, "measures", sorted(measures));
        return ret;
}

/* --- evidence -------------------------------------------------------------------------------------------------- */

int store_each(struct store *s, const char *chain, int (*each)(const char *line, size_t length, void *user), void *user)
{
        sqlite3_stmt *q = store_statement(s, SQL_EACH);
        int r;

        bind_text(q, 1, chain);
        while ((r = store_step(s, q)) == 1) {
                const char *line = column_text(q, 0);

                r = each(line, (size_t)sqlite3_column_bytes(q, 0), user);
                if (r != 0)
                        break;
        }
        if (q)
                (void)sqlite3_reset(q);
        return r;
}

json_t *store_chains(struct store *s)
{
        sqlite3_stmt *q = store_statement(s, SQL_CHAINS);
        json_t *ret = json_must(json_array());
        int r;

        while ((r = store_step(s, q)) == 1) {
                json_t *chain = json_must(json_object());

                json_set(chain, "chain", json_must(json_string(column_text(q, 0))));
                json_set(chain, "host", json_must(json_string(column_text(q, 1))));
                json_set(chain, "kid", json_must(json_string(column_text(q, 2))));
                json_set(chain, "seq", json_must(json_integer(sqlite3_column_int64(q, 3))));
                json_set(chain, "hash", json_string_or_null(column_text(q, 4)));
                json_push(ret, chain);
        }
        if (q)
                (void)sqlite3_reset(q);
        if (r < 0) {
                json_decref(ret);
                return NULL;
        }
        return ret;
}
