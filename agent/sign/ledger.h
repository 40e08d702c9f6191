/* SPDX-License-Identifier: EUPL-1.2 */
/* The chain that this daemon writes: where it stands, what its last durable state is, and how the next record is made.
 *
 * Everything is read back from the spool at each start, so that it can end anywhere, at any moment: the newest file is
 * the head of the chain, the newest full and the changes after it are the state. */
#ifndef SIGN_LEDGER_H
#define SIGN_LEDGER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "record/record.h"
#include "sign/identity.h"
#include "spool/spool.h"

struct ledger {
        struct spool *spool;       /* owned */
        struct identity *identity; /* borrowed */
        char *state_directory;
        uint64_t max_size;       /* bytes that records may take */
        char *keep_acknowledged; /* ISO 8601 */

        char chain[RECORD_CHAIN_TEXT]; /* "": no genesis yet */
        uint64_t seq;                  /* of the newest record */
        char hash[JWS_HASH_TEXT];      /* its hash */
        enum record_kind kind;         /* its kind */
        int64_t made;                  /* its moment */
        struct state state;
        char *agent;           /* version that made the newest full; NULL where there is none */
        json_t *recorded;      /* object: digest → seq of the policy record that holds its text */
        uint64_t in_force_seq; /* of that record */
        json_t *in_force;      /* array: digests that the newest policy record lists, sorted; NULL: there is none */
        uint64_t appended;     /* records since ledger_open() */
};

/* What the caller puts into a record. All borrowed. */
struct ledger_entry {
        enum record_kind kind;
        const json_t *host;     /* as report_host() makes it */
        const json_t *run;      /* or NULL */
        const json_t *policies; /* array */
        json_t *members;        /* object of what this kind has besides, in order, `_personal` marks allowed; or NULL */
        uint64_t promise;       /* seconds until the next record at the latest; 0: none is promised */
};

void ledger_free(struct ledger *l); /* the content */
/* Opens STATE/spool and finds the head of the chain that `identity`'s key signs. Without one, `chain` stays empty;
 * *ret_previous is then what the genesis has to name: {"chain","seq","hash","reason"} (values null where not known), or
 * null at the very first start. New reference. */
int ledger_open(const char *state, struct identity *identity, struct ledger *ret, json_t **ret_previous, char **why);

/* Starts a new chain: its genesis, with `key` and `previous`. As ledger_append(). */
int ledger_begin(struct ledger *l, const struct ledger_entry *e, const json_t *previous, char **why);

/* Makes, signs and appends the next record. 0 where it is durable. -ENOSPC: the spool is full (its bound, or the disk),
 * and holds nothing that may be dropped; -E2BIG: over the size of a record. On every error the chain stands where the
 * spool says. */
int ledger_append(struct ledger *l, const struct ledger_entry *e, char **why);

/* The newest record that the collector has, by an acknowledgement that names our own hash; 0: none. */
uint64_t ledger_acknowledged(struct ledger *l, const struct spool_acks *acks, const char *chain);
/* Removes acknowledged records older than `keep_acknowledged` at `now`: never the newest, the genesis, or what the
 * state is read back from. */
void ledger_tidy(struct ledger *l, int64_t now);

struct ledger_figures {
        uint64_t records, bytes, unacknowledged;
        int64_t last_ack; /* moment of the last answer; 0: none */
};
void ledger_figures(struct ledger *l, struct ledger_figures *ret);

#endif
