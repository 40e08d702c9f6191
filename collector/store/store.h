/* SPDX-License-Identifier: EUPL-1.2 */
/* The collector's store: operations, not SQL. An engine implements them (sqlite.c and its neighbours; others later).
 * Every key and question is scoped by organisation. A handle belongs to one thread; several handles, also in other
 * processes, may have the same store open. Moments are seconds since 1970 (base/term.h). */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "jose/jws.h"
#include "record/record.h"

struct store;

/* Opens (with `create`: makes) the store in a directory that exists; asserts durability (WAL, synchronous=FULL) and
 * brings an older schema up to date. -EEXIST: to be made, but there; -ENOENT: not there; -EBADMSG: there, and empty;
 * -EPROTONOSUPPORT: a later version's. *why malloc'd. */
int store_open(const char *directory, bool create, struct store **ret, char **why);
void store_close(struct store *s);
static inline void store_drop(struct store **s)
{
        store_close(*s);
}
#define _cleanup_store_ _cleanup_(store_drop)

#define STORE_SECRET_BYTES 32
/* The store's own secret, made with it. */
int store_secret(struct store *s, unsigned char out[static STORE_SECRET_BYTES]);

/* --- enrolment ------------------------------------------------------------------------------------------------- */

/* A token for one host: only its SHA-256 is kept. Tokens that expired a month ago are removed. */
int store_token_add(struct store *s, const char *org, const char *host_name, const unsigned char secret_hash[static 32],
                    int64_t now, int64_t expires);
/* 0 where this token could enrol a host now; -EACCES: wrong, used or expired. */
int store_token_valid(struct store *s, const unsigned char secret_hash[static 32], int64_t now);
/* Consumes the token and registers (org, host id, chain, kid) in one transaction. -EACCES: token wrong, used or
 * expired; -EEXIST: kid or chain is another's, or the host another organisation's; the token is then still good. The
 * same three may enrol again with a new token. *ret_org (malloc'd): the token's organisation. */
int store_enrol(struct store *s, const unsigned char secret_hash[static 32], int64_t now, const char *host_id,
                const char *chain, const char *kid, char **ret_org);

/* What is registered under a record key. */
struct store_host_key {
        char *org, *host_id, *chain;
        char *key_jwk; /* from the genesis; NULL before that is stored */
};
void store_host_key_free(struct store_host_key *k);
/* -ENOENT: none. */
int store_host_by_kid(struct store *s, const char *kid, struct store_host_key *ret);
/* A registered host id, for the TLS identity of a shipper. Negative errno where that cannot be told. */
int store_host_known(struct store *s, const char *host_id);

/* --- ingest ---------------------------------------------------------------------------------------------------- */

/* What was odd about a record when it arrived: it is stored all the same. */
enum store_mark {
        STORE_HOLE = 1,        /* the one before it was not there */
        STORE_FORK = 2,        /* not on the branch that came first */
        STORE_LATE = 4,        /* later numbers were there before */
        STORE_CLOCK = 8,       /* made at a time that cannot be */
        STORE_INCOMPLETE = 16, /* not all its disclosures are there */
};
#define STORE_MARKS 5
/* Of one bit: "hole", "fork", "late", "clock", "incomplete". */
const char *store_mark_name(unsigned mark);

/* One record to be stored, already verified, of a registered chain. All borrowed. */
struct store_record {
        const struct jws *jws;
        const struct record *record;
        json_t *payload; /* in clear, with `_personal` */
        bool incomplete;
        int64_t received;
        int64_t witnessed; /* when the nonce that it quotes was given out; 0: it quotes none of ours */
};

struct store_added {
        bool fresh; /* false: was there already; disclosures that were missing have been added */
        unsigned marks;
        const char *host_name; /* borrowed until the next commit or rollback */
};

/* Between begin and commit all are durable together or not at all (group commit). */
int store_begin(struct store *s);
int store_commit(struct store *s);
void store_rollback(struct store *s);
/* -ENOENT: its chain is not registered. After another error: roll back. */
int store_add(struct store *s, const struct store_record *r, struct store_added *ret);

/* Where a chain stands, as its shipper is told. */
struct store_position {
        uint64_t seq; /* everything up to here is durable, or declared lost; 0: nothing is */
        char hash[JWS_HASH_TEXT];
        uint64_t want; /* the first number that is missing before others; 0: none */
};
/* Within a transaction. `hash` (may be NULL) is the newest record of the request: where that is on another branch than
 * the first one, the position is on its branch. -ENOENT: not registered. */
int store_position(struct store *s, const char *chain, uint64_t seq, const char *hash, struct store_position *ret);

#define STORE_QUARANTINE_LINES      1000
#define STORE_QUARANTINE_BYTES      (16 << 20)
#define STORE_QUARANTINE_LINE_BYTES (64 << 10) /* longer ones are cut off */
/* Keeps what cannot be verified, bounded (oldest go first). `chain` may be NULL. */
int store_quarantine(struct store *s, const char *type, const char *chain, uint64_t seq, const char *line,
                     size_t length, int64_t received);

/* --- reading, as the API and the pages show it. New references; NULL where the store cannot be read. ----------- */

/* Names of organisations that have hosts, sorted. */
json_t *store_organisations(struct store *s);
/* [{"id","name","chain","first_seen","last_seen","next_by","due","silent","stopped","os","agent","counts":{"fail":…},"records",
 * "missing","marks":[…]}]; moments as RFC 3339 or null. Counts are of results; those that are no longer valid count as
 * "unknown". A host that is enrolled and never reported has null in last_seen. */
json_t *store_hosts(struct store *s, const char *org, int64_t now);
/* One host: as above, with "host", "policies", "results", "measures", "descriptors", "titles", "log" (its newest
 * records). json_null() where there is none. */
json_t *store_host(struct store *s, const char *org, const char *host_id, int64_t now);
/* {"hosts":n,"reported":n,"silent":n,"measures":[{"id","title","kind","coverage","technical":{"fail":n,…},"organisational":
 * {"open":n,…},"hosts":n}]}. "hosts" of a measure: those whose newest state has it; the figures of `technical` add up
 * to it; "none" are those where a host can show nothing of it. */
json_t *store_measures(struct store *s, const char *org, int64_t now);
/* Every stored line of a chain, in order of seq; for verify and export. `each` ends it with a value other than 0, which
 * is returned. */
int store_each(struct store *s, const char *chain, int (*each)(const char *line, size_t length, void *user),
               void *user);
/* [{"chain","host","kid","seq","hash"}]: seq and hash are what has been acknowledged. */
json_t *store_chains(struct store *s);

#endif
