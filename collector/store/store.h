/* SPDX-License-Identifier: EUPL-1.2 */
/* The collector's store: operations, not SQL. An engine implements them (sqlite.c; others later). Every key and question is scoped by organisation. */
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

/* Opens (with `create`: makes) the store in a directory; asserts durability (WAL, synchronous=FULL). *why malloc'd. */
int store_open(const char *directory, bool create, struct store **ret, char **why);
void store_close(struct store *s);

/* --- enrolment ------------------------------------------------------------------------------------------------- */

/* A token for one host: only its SHA-256 is kept. */
int store_token_add(struct store *s, const char *org, const char *host_name, const unsigned char secret_hash[static 32], int64_t expires);

struct store_registration {
        const char *org, *host_name, *host_id, *chain, *kid;
};

/* Consumes the token and registers (org, host id, chain, kid) in one transaction. -EACCES: token wrong, used or expired; -EEXIST: kid or
 * chain is another's. The same three may enrol again with a new token. *ret_org (malloc'd): the token's organisation. */
int store_enrol(struct store *s, const unsigned char secret_hash[static 32], int64_t now, const char *host_id, const char *chain,
                const char *kid, char **ret_org);
/* A registered host whose record key is `kid`: 0 and its org, chain and host id (malloc'd), or -ENOENT. */
struct store_host_key {
        char *org, *host_id, *chain;
};
void store_host_key_free(struct store_host_key *k);
int store_host_by_kid(struct store *s, const char *kid, struct store_host_key *ret);
/* A registered host id, for the TLS identity of a shipper. */
bool store_host_known(struct store *s, const char *host_id);

/* --- ingest ---------------------------------------------------------------------------------------------------- */

/* How far a chain has come. */
struct store_head {
        bool registered;
        char kid[JOSE_KID_TEXT];
        char *key_jwk;        /* from the genesis; NULL before it; malloc'd */
        uint64_t seq;         /* contiguous up to here (or declared lost): what may be acknowledged */
        char hash[JWS_HASH_TEXT];
};
void store_head_free(struct store_head *h);
int store_head(struct store *s, const char *chain, struct store_head *ret);

/* One record to be stored, already verified. */
struct store_record {
        const char *org;
        const struct jws *jws;
        const struct record *record;
        const json_t *payload; /* in clear, with `_personal` */
        int64_t received;
        const char *marks;     /* NULL, or comma-separated: "hole", "fork", "late", "clock", "incomplete" */
};

/* Between begin and commit all are durable together or not at all (group commit). */
int store_begin(struct store *s);
int store_commit(struct store *s);
void store_rollback(struct store *s);
/* 1: stored; 0: was there already (same hash; missing disclosures were added); negative errno. */
int store_add(struct store *s, const struct store_record *r);
/* Keeps what cannot be verified, bounded (oldest go first). */
int store_quarantine(struct store *s, const char *type, const char *chain, uint64_t seq, const char *line, size_t length, int64_t received);

/* --- reading, as the API and the pages show it. New references. ------------------------------------------------------ */

/* [{"id","name","org","chain","first_seen","last_seen","next_by","silent","os","counts":{"fail":…},"records","marks"}] */
json_t *store_hosts(struct store *s, const char *org, int64_t now);
/* One host with results, measures, last records; NULL where there is none. */
json_t *store_host(struct store *s, const char *org, const char *host_id, int64_t now);
/* [{"id":measure,"technical":{"fail":n,…},"hosts":n}] over the hosts that reported. */
json_t *store_measures(struct store *s, const char *org, int64_t now);
/* Every stored line of a chain, in order; for verify and export. */
int store_each(struct store *s, const char *chain, int (*each)(const char *line, size_t length, void *user), void *user);
/* The chains: array of texts. */
json_t *store_chains(struct store *s);

#endif
