/* SPDX-License-Identifier: EUPL-1.2 */
/* The current state of a host, and since when. Every row carries the number of the record that it is from, so that
 * records may arrive in any order: an older one never replaces a newer one's. */
#include <errno.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/term.h"
#include "base/text.h"
#include "store/sqlite.h"

/* A record that is being applied: its number in the store, and where in it. */
struct source {
        const struct store_record *r;
        int64_t number;
        size_t position;
};

#define PARTS_MOST \
        64 /* of a full that becomes the state: up to 64 MiB of results; one of more is stored like any other record \
            */

struct row {
        int64_t number; /* 0: none */
        uint64_t seq;
        int64_t since;
        int status; /* -1: NULL */
        char *measures;
};

static void bind_status(sqlite3_stmt *q, int at, int status)
{
        if (status >= 0)
                bind_integer(q, at, status);
}

/* The row of a result or a measure as it is. */
static int get_row(struct store *s, enum statement which, const struct chain_row *c, const char *subject,
                   struct row *ret)
{
        sqlite3_stmt *q = store_statement(s, which);
        int r;

        memset(ret, 0, sizeof(*ret));
        ret->status = -1;
        bind_integer(q, 1, c->number);
        bind_text(q, 2, subject);
        r = store_step(s, q);
        if (r == 1) {
                ret->number = sqlite3_column_int64(q, 0);
                ret->seq = (uint64_t)sqlite3_column_int64(q, 1);
                if (sqlite3_column_type(q, 2) != SQLITE_NULL)
                        ret->status = sqlite3_column_int(q, 2);
                ret->since = sqlite3_column_int64(q, 3);
                if (which == SQL_RESULT_GET && column_text(q, 4))
                        ret->measures = must_strdup(column_text(q, 4));
        }
        if (q)
                (void)sqlite3_reset(q);
        return r < 0 ? r : 0;
}

/* --- results --------------------------------------------------------------------------------------------------- */

/* Until when an observation counts; 0: no end. A host that dates its observations ahead gains nothing by it. */
static int64_t valid_until(const json_t *result, int64_t received)
{
        const char *observed = json_member_string(result, "observed_at"),
                   *max_age = json_member_string(result, "max_age");
        int64_t at = received, moment;
        struct term term;

        if (!max_age || term_parse(max_age, &term) < 0)
                return 0;
        if (observed && moment_parse(observed, &moment) >= 0 && moment < at)
                at = moment;
        return term_add(at, &term);
}

/* The ids of the measures that a result bears on, each once, a line each: `ID/part` is cut at the slash. */
static char *measures_of(const json_t *result)
{
        const json_t *measures = json_object_get(result, "measures");
        _cleanup_text_ struct text out = {0};
        size_t i;
        const json_t *entry;
        const char *last = NULL;
        size_t last_length = 0;

        json_array_foreach (measures, i, entry) {
                const char *name = json_string_value(entry);
                size_t length = name ? strcspn(name, "/") : 0;

                if (length == 0 || (last && length == last_length && memcmp(name, last, length) == 0))
                        continue;
                last = name;
                last_length = length;
                text_append(&out, name, length);
                text_add_char(&out, '\n');
        }
        return text_take(&out);
}

static int put_bears(struct store *s, const struct chain_row *c, int64_t result, const char *measures, bool fresh)
{
        sqlite3_stmt *q;
        int r = 0;

        if (!fresh) {
                q = store_statement(s, SQL_BEARS_DROP);
                bind_integer(q, 1, result);
                r = store_run(s, q);
        }
        while (r >= 0 && *measures) {
                size_t length = strcspn(measures, "\n");
                _cleanup_free_ char *id = must_strndup(measures, length);

                q = store_statement(s, SQL_BEARS_ADD);
                bind_integer(q, 1, result);
                bind_integer(q, 2, c->number);
                bind_text(q, 3, id);
                r = store_run(s, q);
                measures += length + (measures[length] == '\n');
        }
        return r;
}

static int write_result(struct store *s, const struct chain_row *c, const struct source *from, const char *identity,
                        int status, int64_t valid, const char *measures, const struct row *old)
{
        int64_t since = old->number > 0 && old->status == status ? old->since : from->r->record->made;
        int64_t number = old->number;
        sqlite3_stmt *q = store_statement(s, number > 0 ? SQL_RESULT_PUT : SQL_RESULT_ADD);
        int at = number > 0 ? 1 : 2; /* the two differ by one parameter before these */
        int e;

        bind_integer(q, 1, number > 0 ? number : c->number);
        if (number == 0)
                bind_text(q, 2, identity);
        bind_integer(q, at + 1, (int64_t)from->r->record->seq);
        bind_status(q, at + 2, status);
        bind_moment(q, at + 3, valid);
        bind_integer(q, at + 4, since);
        bind_text(q, at + 5, measures);
        bind_integer(q, at + 6, from->number);
        bind_integer(q, at + 7, (int64_t)from->position);
        e = store_run(s, q);
        if (e < 0)
                return e;
        if (number == 0)
                number = sqlite3_last_insert_rowid(s->db);
        return streq(measures, old->measures) ? 0 : put_bears(s, c, number, measures, old->number == 0);
}

/* 1: the row was there as it usually is, and is written; 0: it has to be looked at. */
static int write_again(struct store *s, const struct chain_row *c, const struct source *from, const char *identity,
                       int status, int64_t valid, const char *measures)
{
        sqlite3_stmt *q = store_statement(s, SQL_RESULT_AGAIN);
        int e;

        bind_integer(q, 1, c->number);
        bind_text(q, 2, identity);
        bind_integer(q, 3, (int64_t)from->r->record->seq);
        bind_status(q, 4, status);
        bind_integer(q, 5, from->r->record->made);
        bind_moment(q, 6, valid);
        bind_integer(q, 7, from->number);
        bind_integer(q, 8, (int64_t)from->position);
        bind_text(q, 9, measures);
        e = store_run(s, q);
        return e < 0 ? e : sqlite3_changes(s->db) > 0;
}

static int apply_result(struct store *s, const struct chain_row *c, const struct source *from, const json_t *result)
{
        const char *name = json_member_string(result, "status");
        _cleanup_free_ char *identity = NULL, *measures = NULL, *old_measures = NULL;
        int64_t valid = valid_until(result, from->r->received);
        enum bio_status status;
        struct row old;
        int e;

        if (!json_member_string(result, "check") || !name || status_from(name, &status) < 0)
                return 0; /* of a later schema, or nonsense: it stays in the record */
        identity = result_identity(result);
        measures = measures_of(result);
        e = write_again(s, c, from, identity, (int)status, valid, measures);
        if (e != 0)
                return e < 0 ? e : 0;
        e = get_row(s, SQL_RESULT_GET, c, identity, &old);
        old_measures = old.measures;
        if (e < 0 || (old.number > 0 && old.seq > from->r->record->seq))
                return e;
        return write_result(s, c, from, identity, (int)status, valid, measures, &old);
}

static int apply_removed(struct store *s, const struct chain_row *c, const struct store_record *r, const json_t *entry)
{
        _cleanup_free_ char *identity = NULL, *measures = NULL;
        sqlite3_stmt *q;
        struct row old;
        int e;

        if (!json_member_string(entry, "check"))
                return 0;
        identity = result_identity(entry);
        e = get_row(s, SQL_RESULT_GET, c, identity, &old);
        measures = old.measures;
        if (e < 0 || (old.number > 0 && old.seq >= r->record->seq))
                return e;
        q = store_statement(s, SQL_RESULT_REMOVE);
        bind_integer(q, 1, c->number);
        bind_text(q, 2, identity);
        bind_integer(q, 3, (int64_t)r->record->seq);
        bind_integer(q, 4, r->record->made);
        e = store_run(s, q);
        return e >= 0 && old.number > 0 ? put_bears(s, c, old.number, "", false) : e;
}

/* --- measures -------------------------------------------------------------------------------------------------- */

static int apply_measure(struct store *s, const struct chain_row *c, const struct source *from, const json_t *measure)
{
        const char *id = json_member_string(measure, "id"), *technical = json_member_string(measure, "technical");
        const struct record *record = from->r->record;
        enum bio_status status;
        struct row old;
        sqlite3_stmt *q;
        int e, at, now = -1;

        if (!id)
                return 0;
        if (technical && status_from(technical, &status) >= 0)
                now = (int)status;
        e = get_row(s, SQL_MEASURE_GET, c, id, &old);
        if (e < 0 || (old.number > 0 && old.seq > record->seq))
                return e;
        q = store_statement(s, old.number > 0 ? SQL_MEASURE_PUT : SQL_MEASURE_ADD);
        at = old.number > 0 ? 1 : 2;
        bind_integer(q, 1, old.number > 0 ? old.number : c->number);
        if (old.number == 0)
                bind_text(q, 2, id);
        bind_integer(q, at + 1, (int64_t)record->seq);
        bind_status(q, at + 2, now);
        bind_text(q, at + 3, json_member_string(measure, "organisational"));
        bind_text(q, at + 4, json_member_string(measure, "kind"));
        bind_text(q, at + 5, json_member_string(measure, "coverage"));
        bind_integer(q, at + 6, old.number > 0 && old.status == now ? old.since : record->made);
        bind_integer(q, at + 7, from->number);
        bind_integer(q, at + 8, (int64_t)from->position);
        return store_run(s, q);
}

static int apply_content(struct store *s, const struct chain_row *c, const struct store_record *r, int64_t number)
{
        struct source from = {.r = r, .number = number};
        const json_t *entry;
        size_t i;
        int e = 0;

        json_array_foreach (json_object_get(r->payload, "results"), i, entry) {
                from.position = i;
                if (e >= 0)
                        e = apply_result(s, c, &from, entry);
        }
        json_array_foreach (json_object_get(r->payload, "removed"), i, entry)
                if (e >= 0)
                        e = apply_removed(s, c, r, entry);
        json_array_foreach (json_object_get(r->payload, "measures"), i, entry) {
                from.position = i;
                if (e >= 0)
                        e = apply_measure(s, c, &from, entry);
        }
        return e;
}

/* --- fulls ----------------------------------------------------------------------------------------------------- */

static int drop_older(struct store *s, const struct chain_row *c, uint64_t seq)
{
        static const enum statement drops[] = {SQL_BEARS_DROP_OLD, SQL_RESULT_DROP_OLD, SQL_MEASURE_DROP_OLD};
        size_t i;
        int r = 0;

        for (i = 0; r >= 0 && i < ELEMENTS(drops); i++) {
                sqlite3_stmt *q = store_statement(s, drops[i]);

                bind_integer(q, 1, c->number);
                bind_integer(q, 2, (int64_t)seq);
                r = store_run(s, q);
        }
        return r;
}

/* A full replaces what is older than it: what it does not have is gone. */
static int full_done(struct store *s, struct chain_row *c, uint64_t from, uint64_t to)
{
        c->full_from = from;
        c->full_to = to;
        return drop_older(s, c, from);
}

struct parts {
        struct jws jws[PARTS_MOST];
        struct record records[PARTS_MOST];
        json_t *payloads[PARTS_MOST];
        int64_t numbers[PARTS_MOST];
        size_t count;
};

static void parts_free(struct parts **p)
{
        size_t i;

        if (!*p)
                return;
        for (i = 0; i < (*p)->count; i++) {
                jws_free(&(*p)->jws[i]);
                json_decref((*p)->payloads[i]);
        }
        free(*p);
}

static int read_part(struct parts *p, const char *line, size_t length, int64_t number)
{
        size_t missing;
        int r = jws_parse(line, length, 0, &p->jws[p->count], NULL);

        if (r < 0)
                return r;
        p->payloads[p->count] = jws_disclosed(&p->jws[p->count], &missing, 1);
        p->numbers[p->count++] = number;
        return record_read(p->payloads[p->count - 1], &p->records[p->count - 1], NULL);
}

/* Whether as many are there as there should be: so that they are read once, not for each that arrives. */
static int parts_are_there(struct store *s, const struct chain_row *c, const char *run, unsigned of)
{
        sqlite3_stmt *q = store_statement(s, SQL_PARTS_COUNT);
        int r;

        bind_integer(q, 1, c->number);
        bind_text(q, 2, run);
        r = store_step(s, q);
        if (r == 1)
                r = sqlite3_column_int64(q, 0) == of;
        if (q)
                (void)sqlite3_reset(q);
        return r;
}

static int read_parts(struct store *s, const struct chain_row *c, const char *run, struct parts *p)
{
        sqlite3_stmt *q = store_statement(s, SQL_PARTS);
        int r;

        bind_integer(q, 1, c->number);
        bind_text(q, 2, run);
        while ((r = store_step(s, q)) == 1 && p->count < PARTS_MOST) {
                r = read_part(p, column_text(q, 0), (size_t)sqlite3_column_bytes(q, 0), sqlite3_column_int64(q, 1));
                if (r < 0)
                        break;
        }
        if (q)
                (void)sqlite3_reset(q);
        return r < 0 ? r : 0;
}

/* Parts 1 to n of one full, consecutive. */
static bool parts_complete(const struct parts *p)
{
        size_t i;

        if (p->count == 0 || p->count != p->records[0].part_of)
                return false;
        for (i = 0; i < p->count; i++)
                if (p->records[i].kind != RECORD_FULL || p->records[i].part_of != p->count ||
                    p->records[i].part_index != i + 1 || p->records[i].seq != p->records[0].seq + i)
                        return false;
        return true;
}

static int apply_parts(struct store *s, struct chain_row *c, const struct store_record *r)
{
        const char *run = json_member_string(json_object_get(r->payload, "run"), "id");
        _cleanup_(parts_free) struct parts *p = NULL;
        uint64_t first;
        size_t i;
        int e;

        if (!run || r->record->part_of > PARTS_MOST)
                return 0;
        e = parts_are_there(s, c, run, r->record->part_of);
        if (e <= 0)
                return e;
        p = must_alloc(sizeof(*p));
        e = read_parts(s, c, run, p);
        if (e < 0 || !parts_complete(p))
                return e;
        first = p->records[0].seq;
        if (first < c->full_from)
                return 0;
        for (i = 0; e >= 0 && i < p->count; i++) {
                struct store_record part = *r;

                part.record = &p->records[i];
                part.payload = p->payloads[i];
                part.jws = &p->jws[i];
                e = apply_content(s, c, &part, p->numbers[i]);
        }
        return e < 0 ? e : full_done(s, c, first, p->records[p->count - 1].seq);
}

int state_apply(struct store *s, struct chain_row *c, const struct store_record *r, int64_t number)
{
        uint64_t seq = r->record->seq;
        int e;

        switch (r->record->kind) {
        case RECORD_FULL:
                if (r->record->part_of > 1)
                        return apply_parts(s, c, r);
                if (seq < c->full_from)
                        return 0;
                e = apply_content(s, c, r, number);
                return e < 0 ? e : full_done(s, c, seq, seq);
        case RECORD_CHANGE:
                return seq > c->full_to ? apply_content(s, c, r, number) : 0;
        case RECORD_POLICY:
                return knowledge_take(s, c, seq, r->payload);
        default:
                return 0;
        }
}
