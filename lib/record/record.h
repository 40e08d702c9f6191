/* SPDX-License-Identifier: EUPL-1.2 */
/* Records: their members, their kinds, and what a chain of them must be (docs/record.md). */
#ifndef RECORD_RECORD_H
#define RECORD_RECORD_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/term.h"
#include "bioagent/node.h"
#include "jose/jws.h"
#include "jose/key.h"

#define RECORD_SCHEMA     "bioagent.record/1"
#define RECORD_CHAIN_TEXT 33 /* 32 hex digits and NUL */

enum record_kind {
        RECORD_GENESIS,
        RECORD_START,
        RECORD_STOP,
        RECORD_FULL,
        RECORD_CHANGE,
        RECORD_HEARTBEAT,
        RECORD_POLICY,
        RECORD_GAP,
        RECORD_ROTATE,
        RECORD_RETIRE,
        RECORD_REPORT,
        RECORD_UNKNOWN, /* a later agent's: kept and verified */
};

const char *record_kind_name(enum record_kind kind);
enum record_kind record_kind_from(const char *name);

const char *status_name(enum bio_status status); /* "pass", … */
/* -EINVAL where it is none of the five. */
int status_from(const char *name, enum bio_status *ret);

/* What a reader needs of any record. Borrows from the payload. */
struct record {
        enum record_kind kind;
        const char *chain; /* NULL in a report */
        uint64_t seq;      /* 0 in a report */
        const char *prev;  /* hash; NULL in a genesis and in a report */
        int64_t made;
        int64_t next_by; /* 0: null */
        unsigned part_index, part_of;
        const char *host_id; /* NULL in a report */
        const char *host_name;
};

/* Reads the members that every kind has. -EINVAL with *why (malloc'd) where one is missing or of another form. Unknown
 * kinds and members are no errors. */
int record_read(const json_t *payload, struct record *ret, char **why);

/* Numbers that are missing. */
struct chain_hole {
        uint64_t from, to;
        char after[JWS_HASH_TEXT]; /* `prev` of the record behind it; empty: what is behind it is declared lost */
};

struct chain_seen {
        uint64_t seq;
        char hash[JWS_HASH_TEXT];
};

/* Following one chain, record after record. Zero-initialise with chain_begin(). */
struct chain {
        char id[RECORD_CHAIN_TEXT];
        char host_id[37];
        uint64_t seq;                        /* last one taken */
        char hash[JWS_HASH_TEXT];            /* its hash */
        struct jose_key *key;                /* in force for the next record; from the genesis, a rotate, or given */
        struct jose_key *signer;             /* of the last one taken */
        bool introduced;                     /* the key introduced itself: it was not given from outside */
        uint64_t records, missing, declared; /* counts: seen; numbers skipped; of these, declared by a gap */
        uint64_t incomplete;                 /* records whose disclosures are not all there */
        bool retired;                        /* nothing may follow */
        /* Holes that no gap has declared yet, in order; and, while there are any, the hashes behind the first of them.
         */
        struct chain_hole *holes;
        size_t hole_count, holes_allocated;
        struct chain_seen *seen;
        size_t seen_count, seen_allocated;
};

enum chain_verdict {
        CHAIN_OK,
        CHAIN_DUPLICATE, /* the same hash under its number: not counted again */
        CHAIN_HOLE,      /* numbers are missing before this one; taken, marked */
        CHAIN_BREAK,     /* prev does not fit, or no genesis: not taken */
        CHAIN_FORK,      /* another hash under a number seen: not taken */
        CHAIN_SIGNATURE, /* not this key's */
        CHAIN_FOREIGN,   /* another chain or another host */
};

/* `key` (borrowed, copied by reference count inside) may be NULL: then the genesis introduces it. */
void chain_begin(struct chain *c, const struct jose_key *key);
void chain_end(struct chain *c);
/* Verifies and takes the next record of the chain, in order of seq. A gap record declares what it covers of the open
 * holes, where its `hash` is what the chain says it must be (docs/record.md). *why (may be NULL) is malloc'd where the
 * verdict is not CHAIN_OK. */
enum chain_verdict chain_take(struct chain *c, const struct jws *j, const struct record *r, char **why);
const char *chain_verdict_name(enum chain_verdict v);

/* What the new key of a rotate signs as its `proof`, "bioagent-rotate:CHAIN:SEQ:OLD-KID:NEW-KID". malloc'd. */
char *rotate_statement(const char *chain, uint64_t seq, const char *old_kid, const char *new_kid);

/* Identity of a result, or of an entry of `removed`: its check and, where not empty, `with` sorted. malloc'd. */
char *result_identity(const json_t *result);
/* True where two results count as the same for `change`: check, with, status, findings (subject, status, deciding
 * source, key, actual, expected), judgement. */
bool result_same(const json_t *a, const json_t *b);
/* Worst of two statuses: fail > error > manual > pass > na. */
enum bio_status status_worst(enum bio_status a, enum bio_status b);

/* "n of m parts examined", one meaning for every view. A part of a member of "measures" is examined where a check
 * answered for it or refuted it: not where its answer has a reason (not-examined), could not be established, or is the
 * organisation's. */
bool part_is_examined(const json_t *part);
void measure_examined(const json_t *measure, size_t *ret_examined, size_t *ret_parts);

/* The deciding pieces of a chain's current state: the newest complete full and the changes after it, merged. */
struct state {
        json_t *results;  /* object: identity → result */
        json_t *measures; /* object: id → measure */
        json_t *policies; /* array, as in the full */
        uint64_t full_seq, last_seq;
        char full_hash[JWS_HASH_TEXT], last_hash[JWS_HASH_TEXT];
        int64_t made;
        /* Parts of a full that is not complete yet. */
        json_t *pending_results;
        char pending_run[64];
        unsigned pending_next, pending_of;
        uint64_t pending_seq;
        char pending_hash[JWS_HASH_TEXT];
};

void state_free(struct state *s);
/* Takes a full or a change that record_read() accepted (payload in clear, `_personal` allowed), in order of seq; other
 * kinds do nothing. A full of several parts counts from its last part on; a change or another full before that part
 * drops it. */
int state_take(struct state *s, const struct record *r, const json_t *payload, const char *hash);

#endif
