/* SPDX-License-Identifier: EUPL-1.2 */
/* The steps of taking in a request; for this room and its tests alone. */
#ifndef RECORDS_INGEST_H
#define RECORDS_INGEST_H

#include <jansson.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "jose/jws.h"
#include "jose/key.h"
#include "record/record.h"
#include "records/arena.h"
#include "store/store.h"

/* --- keys.c: who may sign which chain -------------------------------------------------------------------------- */

/* Registered keys that were used once, kept for good; any thread. */
struct keys;

int keys_open(const char *store_directory, struct keys **ret, char **why);
void keys_close(struct keys *k);

struct known_key {
        char kid[JOSE_KID_TEXT];
        char chain[RECORD_CHAIN_TEXT];
        char host_id[37];
        struct jose_key *key;
        struct known_key *next;
};

/* The key that `kid` names, for a record of `chain` and `host_id`. `genesis` (may be NULL): the JWK that a genesis
 * introduces; it counts only where its thumbprint is the registered one. -ENOENT: not registered so. -EAGAIN:
 * registered, but no genesis told the key yet. Borrowed until keys_close(). */
int keys_find(struct keys *k, const char *kid, const char *chain, const char *host_id, const json_t *genesis,
              const struct known_key **ret);

/* --- nonce.c: moments that a record can prove to be later than ------------------------------------------------- */

#define NONCE_TEXT 76 /* 56 bytes as base64url, and NUL */

/* A fresh one: the moment, random bits, and a MAC under the store's secret; so all that were ever given out can be
 * checked, and none has to be kept. */
void nonce_make(const unsigned char secret[static STORE_SECRET_BYTES], int64_t now, char out[static NONCE_TEXT]);
/* When it was given out; 0 where it is none of ours. */
int64_t nonce_moment(const unsigned char secret[static STORE_SECRET_BYTES], const char *nonce);

/* --- prepare.c: all that needs no store ------------------------------------------------------------------------ */

struct item {
        const char *line; /* borrowed from the request */
        size_t length;
        size_t number;       /* of the line, from 1 */
        const char *refused; /* "malformed", "too-large", "unknown-key", "signature"; NULL: good */
        bool no_genesis;     /* refused for want of the genesis alone */
        char chain[RECORD_CHAIN_TEXT], hash[JWS_HASH_TEXT]; /* empty where they cannot be read */
        uint64_t seq;                                       /* 0: cannot be read */
        struct jws jws;
        struct record record;
        json_t *payload;
        bool incomplete;
        int64_t witnessed;
};

struct batch {
        struct item *items;
        size_t count;
        struct arena arena; /* of their JSON */
};

/* Splits a body into lines and verifies each. -E2BIG: more than RECORDS_LINES_MOST lines. What refers to the JSON of
 * items is released before batch_free(). */
int batch_prepare(struct batch *b, struct keys *keys, const unsigned char secret[static STORE_SECRET_BYTES],
                  const char *body, size_t length);
void batch_free(struct batch *b);

/* --- answer.c: storing, and what the shipper is told ----------------------------------------------------------- */

/* Within a transaction: stores the good items, quarantines the others, logs alarms. *ret is the answer, true once the
 * transaction is committed. */
int batch_store(struct batch *b, struct store *s, const unsigned char secret[static STORE_SECRET_BYTES],
                int64_t received, json_t **ret);

#endif
