/* SPDX-License-Identifier: EUPL-1.2 */
/* Records into the store. A chain's records form a tree: usually a line, with branches where someone signed two under
 * one number, and with pieces whose beginning has not arrived. A record is *linked* where everything before it on its
 * branch is durable, or declared lost by a gap; the first branch alone makes the host's current state. */
#include <errno.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "store/sqlite.h"

#define CLOCK_AHEAD  300           /* seconds: clocks that are set differ by less (RFC 4120 takes the same) */
#define CLOCK_BEHIND (400 * 86400) /* no spool keeps a record that long (P30D by default) */

const char *store_mark_name(unsigned mark)
{
        switch (mark) {
        case STORE_HOLE:
                return "hole";
        case STORE_FORK:
                return "fork";
        case STORE_LATE:
                return "late";
        case STORE_CLOCK:
                return "clock";
        case STORE_INCOMPLETE:
                return "incomplete";
        default:
                return "?";
        }
}

/* --- where a record belongs ------------------------------------------------------------------------------------ */

struct place {
        int64_t duplicate; /* record number; 0: new */
        unsigned duplicate_marks;
        bool erased;
        bool linked, fork, hole, late;
        unsigned others; /* records under its number */
};

struct others {
        size_t count;      /* records under a number */
        bool parent;       /* one of them has the hash looked for */
        bool linked, fork; /* of that one */
};

static int look_at(struct store *s, const struct chain_row *c, uint64_t seq, const char *hash, struct others *ret)
{
        sqlite3_stmt *q = store_statement(s, SQL_RECORD_AT);
        int r;

        memset(ret, 0, sizeof(*ret));
        bind_integer(q, 1, c->number);
        bind_integer(q, 2, (int64_t)seq);
        while ((r = store_step(s, q)) == 1) {
                ret->count++;
                if (!streq(column_text(q, 1), hash))
                        continue;
                ret->parent = true;
                ret->linked = sqlite3_column_int(q, 3);
                ret->fork = sqlite3_column_int(q, 4);
        }
        if (q)
                (void)sqlite3_reset(q);
        return r;
}

/* Its own number: is it there already, or another one? */
static int place_among_equals(struct store *s, const struct chain_row *c, const struct store_record *r, struct place *p)
{
        sqlite3_stmt *q = store_statement(s, SQL_RECORD_AT);
        int e;

        bind_integer(q, 1, c->number);
        bind_integer(q, 2, (int64_t)r->record->seq);
        while ((e = store_step(s, q)) == 1) {
                if (streq(column_text(q, 1), r->jws->hash)) {
                        p->duplicate = sqlite3_column_int64(q, 0);
                        p->duplicate_marks = (unsigned)sqlite3_column_int(q, 5);
                        p->erased = sqlite3_column_int(q, 6);
                        break;
                }
                p->others++;
                /* Another branch's record under this number says nothing about this one. */
                if (!sqlite3_column_int(q, 4))
                        p->fork = true;
        }
        if (q)
                (void)sqlite3_reset(q);
        return e < 0 ? e : 0;
}

/* A record that fills a hole must be what the one behind the hole names; another one is from another branch. */
static int place_before_next(struct store *s, const struct chain_row *c, const struct store_record *r, struct place *p)
{
        sqlite3_stmt *q = store_statement(s, SQL_RECORD_NEXT);
        int e;

        bind_integer(q, 1, c->number);
        bind_integer(q, 2, (int64_t)r->record->seq + 1);
        bind_text(q, 3, r->jws->hash);
        e = store_step(s, q);
        if (e == 1 && sqlite3_column_int64(q, 0) > 0 && sqlite3_column_double(q, 1) < 1)
                p->fork = true;
        if (q)
                (void)sqlite3_reset(q);
        return e < 0 ? e : 0;
}

static int find_place(struct store *s, const struct chain_row *c, const struct store_record *r, struct place *p)
{
        const struct record *record = r->record;
        struct others before;
        int e = 0;

        memset(p, 0, sizeof(*p));
        if (record->seq == c->newest + 1 && c->head == c->newest &&
            streq(record->prev ? record->prev : "", c->head_hash)) {
                p->linked = true; /* the usual case: with this `prev` none can be there already */
                return 0;
        }
        e = place_among_equals(s, c, r, p);
        if (e < 0 || p->duplicate > 0)
                return e;
        p->late = record->seq < c->newest && !p->fork;
        if (record->seq == 1) {
                p->linked = true;
                return p->fork ? 0 : place_before_next(s, c, r, p);
        }
        e = look_at(s, c, record->seq - 1, record->prev ? record->prev : "", &before);
        if (e < 0)
                return e;
        if (before.parent) {
                p->linked = before.linked;
                p->fork = p->fork || before.fork;
        } else if (before.count > 0) {
                p->fork = true;
        } else {
                p->hole = true;
        }
        return p->late && !p->fork ? place_before_next(s, c, r, p) : 0;
}

static bool clock_is_odd(const struct chain_row *c, const struct store_record *r)
{
        int64_t made = r->record->made;

        return made > r->received + CLOCK_AHEAD || made < r->received - CLOCK_BEHIND ||
               (r->witnessed > 0 && made < r->witnessed - CLOCK_AHEAD) ||
               (r->record->seq > c->newest && made < c->made - CLOCK_AHEAD);
}

/* --- storing --------------------------------------------------------------------------------------------------- */

static int add_row(struct store *s, const struct chain_row *c, const struct store_record *r, const struct place *p,
                   unsigned marks, int64_t *ret_number)
{
        const json_t *run = json_object_get(r->payload, "run");
        const char *kind = json_member_string(r->payload, "kind");
        sqlite3_stmt *q = store_statement(s, SQL_RECORD_ADD);
        int e;

        bind_integer(q, 1, c->number);
        bind_integer(q, 2, (int64_t)r->record->seq);
        bind_text(q, 3, r->jws->hash);
        bind_text(q, 4, r->record->prev);
        bind_text(q, 5, kind ? kind : "");
        bind_integer(q, 6, r->record->made);
        bind_integer(q, 7, r->received);
        bind_moment(q, 8, r->witnessed);
        bind_integer(q, 9, marks);
        bind_integer(q, 10, p->linked);
        bind_integer(q, 11, p->fork ? p->others + 1 : 0);
        if (r->record->part_of > 1)
                bind_text(q, 12, json_member_string(run, "id"));
        bind_text(q, 13, r->jws->compact);
        e = store_run(s, q);
        if (e >= 0)
                *ret_number = sqlite3_last_insert_rowid(s->db);
        return e;
}

static bool has_disclosure(const struct text *all, const char *disclosure)
{
        size_t length = strlen(disclosure);
        const char *at = text_string(all);

        while (*at) {
                size_t n = strcspn(at, "~");

                if (n == length && memcmp(at, disclosure, n) == 0)
                        return true;
                at += n;
                at += *at == '~';
        }
        return false;
}

/* As `D1~…~Dn~`. Adds those of a later copy to what is there; *ret_added says whether there were any. */
static int put_disclosures(struct store *s, int64_t number, const struct jws *j, bool fresh, bool *ret_added)
{
        _cleanup_text_ struct text all = {0};
        sqlite3_stmt *q;
        size_t i;
        int r = 0;

        *ret_added = false;
        if (!fresh) {
                q = store_statement(s, SQL_DISCLOSURES_GET);
                bind_integer(q, 1, number);
                r = store_step(s, q);
                if (r == 1)
                        text_add(&all, column_text(q, 0));
                if (q)
                        (void)sqlite3_reset(q);
        }
        for (i = 0; r >= 0 && i < j->disclosure_count; i++) {
                if (!fresh && has_disclosure(&all, j->disclosures[i]))
                        continue;
                text_add(&all, j->disclosures[i]);
                text_add_char(&all, '~');
                *ret_added = true;
        }
        if (r < 0 || !*ret_added)
                return r < 0 ? r : 0;
        q = store_statement(s, SQL_DISCLOSURES_PUT);
        bind_integer(q, 1, number);
        bind_text(q, 2, text_string(&all));
        return store_run(s, q);
}

static int link_successors(struct store *s, const struct chain_row *c, uint64_t seq, const char *hash)
{
        sqlite3_stmt *q = store_statement(s, SQL_RECORD_LINK);

        bind_integer(q, 1, c->number);
        bind_integer(q, 2, (int64_t)seq);
        bind_text(q, 3, hash);
        return store_run(s, q);
}

static int find_head(struct store *s, struct chain_row *c)
{
        sqlite3_stmt *q = store_statement(s, SQL_CHAIN_HEAD);
        int r;

        bind_integer(q, 1, c->number);
        r = store_step(s, q);
        if (r == 1) {
                c->head = (uint64_t)sqlite3_column_int64(q, 0);
                column_copy(q, 1, c->head_hash, sizeof(c->head_hash));
        }
        if (q)
                (void)sqlite3_reset(q);
        return r < 0 ? r : 0;
}

/* The end of a gap that begins at or before `reach` + 1, and where it has a record behind it, the hash that this one
 * names. 0: there is none. */
static int next_gap(struct store *s, enum statement which, const struct chain_row *c, uint64_t reach,
                    uint64_t *ret_last, char hash[static JWS_HASH_TEXT])
{
        sqlite3_stmt *q = store_statement(s, which);
        int r;

        bind_integer(q, 1, c->number);
        bind_integer(q, 2, (int64_t)reach);
        r = store_step(s, q);
        if (r == 1 && sqlite3_column_type(q, 0) == SQLITE_NULL)
                r = 0;
        if (r == 1) {
                *ret_last = (uint64_t)sqlite3_column_int64(q, 0);
                if (which == SQL_GAP_CLOSED)
                        column_copy(q, 1, hash, JWS_HASH_TEXT);
        }
        if (q)
                (void)sqlite3_reset(q);
        return r;
}

/* Gaps that begin where what is durable ends, one behind the other, bridge to the record behind the last of them. */
static int bridge_gaps(struct store *s, struct chain_row *c)
{
        char hash[JWS_HASH_TEXT];
        uint64_t reach = c->head, last;
        int r;

        for (;;) {
                r = next_gap(s, SQL_GAP_CLOSED, c, reach, &last, hash);
                if (r == 1) {
                        r = link_successors(s, c, last, hash);
                        if (r >= 0)
                                r = find_head(s, c);
                        if (r >= 0 && c->head > reach)
                                reach = c->head;
                } else if (r == 0) {
                        r = next_gap(s, SQL_GAP_INSIDE, c, reach, &last, hash);
                        if (r != 1)
                                return r;
                        reach = last;
                }
                if (r < 0)
                        return r;
        }
}

static int add_gap(struct store *s, const struct chain_row *c, const struct store_record *r)
{
        json_int_t from = json_member_integer(r->payload, "from", 0), to = json_member_integer(r->payload, "to", 0);
        const char *hash = json_member_string(r->payload, "hash");
        sqlite3_stmt *q;

        /* Stored as it is, but it declares nothing: what it names is not, or does not come before it. */
        if (from < 1 || to < from || (uint64_t)to >= r->record->seq || !hash || strlen(hash) >= JWS_HASH_TEXT)
                return 0;
        q = store_statement(s, SQL_GAP_ADD);
        bind_integer(q, 1, c->number);
        bind_integer(q, 2, from);
        bind_integer(q, 3, to);
        bind_text(q, 4, hash);
        return store_run(s, q);
}

/* Moves the chain's head over what `r` made contiguous. */
static int advance(struct store *s, struct chain_row *c, const struct store_record *r, const struct place *p)
{
        bool gap = r->record->kind == RECORD_GAP;
        int e = 0;

        if (gap)
                e = add_gap(s, c, r);
        if (e >= 0 && p->linked && !p->fork && r->record->seq == c->head + 1) {
                c->head = r->record->seq;
                memcpy(c->head_hash, r->jws->hash, sizeof(c->head_hash));
        }
        if (e >= 0 && p->linked && (c->newest > r->record->seq || p->fork)) {
                e = link_successors(s, c, r->record->seq, r->jws->hash);
                if (e >= 0)
                        e = find_head(s, c);
        }
        if (e >= 0 && (gap || c->newest > c->head || p->hole))
                e = bridge_gaps(s, c);
        return e;
}

/* The newest record of the first branch says how the host is, and when it will speak again. Its promise is taken
 * relative to the moment it was received: a wrong clock neither hides silence nor feigns it. */
static void note_newest(struct chain_row *c, const struct store_record *r)
{
        const struct record *record = r->record;

        if (c->first_received == 0)
                c->first_received = r->received;
        c->newest = record->seq;
        memcpy(c->newest_hash, r->jws->hash, sizeof(c->newest_hash));
        c->made = record->made;
        c->next_by = record->next_by;
        c->due = record->next_by > record->made ? r->received + (record->next_by - record->made) : record->next_by;
        c->stopped = record->kind == RECORD_STOP || record->kind == RECORD_RETIRE;
        /* Every record has them; that they changed, one of these tells soon enough. */
        if (record->kind != RECORD_CHANGE && record->kind != RECORD_HEARTBEAT) {
                json_decref(c->about);
                c->about = json_incref(r->payload);
        }
        if (json_array_size(json_object_get(r->payload, "policies")) > 0) {
                json_decref(c->policies);
                c->policies = json_incref(json_object_get(r->payload, "policies"));
        }
}

static int add_new(struct store *s, struct chain_row *c, const struct store_record *r, const struct place *p,
                   unsigned marks)
{
        int64_t number;
        bool added;
        int e = add_row(s, c, r, p, marks, &number);

        if (e >= 0 && r->jws->disclosure_count > 0)
                e = put_disclosures(s, number, r->jws, true, &added);
        if (e < 0)
                return e;
        c->records++;
        c->last_received = r->received;
        if (r->record->kind == RECORD_GENESIS && !p->fork && !c->key_jwk)
                c->key_jwk = json_text(json_object_get(r->jws->payload, "key"));
        if (!p->fork && r->record->seq > c->newest)
                note_newest(c, r);
        e = advance(s, c, r, p);
        return e >= 0 && !p->fork ? state_apply(s, c, r, number) : e;
}

static int add_copy(struct store *s, const struct store_record *r, const struct place *p)
{
        sqlite3_stmt *q;
        bool added;
        int e;

        if (p->erased || r->jws->disclosure_count == 0)
                return 0;
        e = put_disclosures(s, p->duplicate, r->jws, false, &added);
        if (e < 0 || !added || r->incomplete)
                return e;
        q = store_statement(s, SQL_RECORD_MARKS);
        bind_integer(q, 1, p->duplicate);
        bind_integer(q, 2, p->duplicate_marks & ~(unsigned)STORE_INCOMPLETE);
        return store_run(s, q);
}

int store_add(struct store *s, const struct store_record *r, struct store_added *ret)
{
        struct chain_row *c;
        struct place p;
        int e = chain_get(s, r->record->chain, &c);

        memset(ret, 0, sizeof(*ret));
        if (e < 0)
                return e;
        ret->host_name = c->host_name;
        e = find_place(s, c, r, &p);
        if (e < 0)
                return e;
        c->dirty = true;
        if (p.duplicate > 0) {
                c->last_received = r->received;
                return add_copy(s, r, &p);
        }
        ret->fresh = true;
        ret->marks = (p.hole ? STORE_HOLE : 0u) | (p.fork ? STORE_FORK : 0u) | (p.late ? STORE_LATE : 0u) |
                     (clock_is_odd(c, r) ? STORE_CLOCK : 0u) | (r->incomplete ? STORE_INCOMPLETE : 0u);
        return add_new(s, c, r, &p, ret->marks);
}

/* --- what a shipper is told ------------------------------------------------------------------------------------ */

/* The first number missing below a record that is not linked, going back along its branch. */
static int missing_below(struct store *s, const struct chain_row *c, uint64_t seq, const char *hash, uint64_t *ret)
{
        char at[JWS_HASH_TEXT];
        unsigned steps;

        memcpy(at, hash, strlen(hash) + 1);
        for (steps = 0; steps < 10000 && seq > 1; steps++, seq--) {
                sqlite3_stmt *q = store_statement(s, SQL_RECORD_AT);
                bool found = false;
                int r;

                bind_integer(q, 1, c->number);
                bind_integer(q, 2, (int64_t)seq);
                while ((r = store_step(s, q)) == 1)
                        if (streq(column_text(q, 1), at)) {
                                column_copy(q, 2, at, sizeof(at));
                                found = true;
                                break;
                        }
                if (q)
                        (void)sqlite3_reset(q);
                if (r < 0)
                        return r;
                if (!found)
                        break;
        }
        *ret = seq;
        return 0;
}

int store_position(struct store *s, const char *chain, uint64_t seq, const char *hash, struct store_position *ret)
{
        struct chain_row *c;
        struct others own;
        int r = chain_get(s, chain, &c);

        memset(ret, 0, sizeof(*ret));
        if (r < 0)
                return r;
        ret->seq = c->head;
        memcpy(ret->hash, c->head_hash, sizeof(ret->hash));
        if (c->newest > c->head)
                ret->want = c->head + 1;
        if (!hash || strlen(hash) >= JWS_HASH_TEXT || (seq == c->head && streq(hash, c->head_hash)))
                return 0;
        r = look_at(s, c, seq, hash, &own);
        if (r < 0 || !own.parent || !own.fork)
                return r;
        if (!own.linked)
                return missing_below(s, c, seq, hash, &ret->want);
        ret->seq = seq;
        memcpy(ret->hash, hash, strlen(hash) + 1);
        ret->want = 0;
        return 0;
}
