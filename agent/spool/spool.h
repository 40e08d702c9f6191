/* SPDX-License-Identifier: EUPL-1.2 */
/* The spool: signed records on disk, STATE/spool/CHAIN/SEQ.jws (contract: spool and shipping). sign writes, ship reads.
 */
#ifndef SPOOL_SPOOL_H
#define SPOOL_SPOOL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "jose/jws.h"
#include "record/record.h"

struct spool;

#define SPOOL_HOST_ID_TEXT 37 /* UUID and NUL */

struct spool_entry {
        char chain[RECORD_CHAIN_TEXT];
        uint64_t seq;
        uint64_t size; /* bytes */
        int64_t mtime;
};

/* Opens STATE/spool (made with `create`, 0750); removes left-over temporary files where `create`. */
int spool_open(const char *state, bool create, struct spool **ret, char **why);
void spool_close(struct spool *s);
static inline void spool_drop(struct spool **s)
{
        spool_close(*s);
}
#define _cleanup_spool_ _cleanup_(spool_drop)

/* The chains, oldest first (by the genesis' file time), and the entries of one, in order of seq. Arrays are malloc'd;
 * foreign names are ignored. */
int spool_chains(struct spool *s, char (**ret)[RECORD_CHAIN_TEXT], size_t *ret_count);
int spool_entries(struct spool *s, const char *chain, struct spool_entry **ret, size_t *ret_count);
/* Bytes of all records. */
uint64_t spool_size(struct spool *s);

/* Appends a line (without newline) durably under CHAIN/SEQ; -EEXIST: another record has that number, and stays.
 * -ENOSPC: nothing is visible. */
int spool_append(struct spool *s, const char *chain, uint64_t seq, const char *line);
/* Reads one; *ret malloc'd, without newline. */
int spool_read(struct spool *s, const char *chain, uint64_t seq, char **ret, size_t *ret_length);
/* Makes what was renamed into place durable before it is sent. */
int spool_sync(struct spool *s, const char *chain);
/* Removes a record. Never the newest of its chain (-EBUSY). */
int spool_remove(struct spool *s, const char *chain, uint64_t seq);

/* What a chain's genesis says. */
struct spool_origin {
        char chain[RECORD_CHAIN_TEXT];
        char previous[RECORD_CHAIN_TEXT]; /* the chain that it follows; "": none, or not known */
        char host_id[SPOOL_HOST_ID_TEXT];
        char kid[JOSE_KID_TEXT]; /* of the key that it introduces, under that key's signature; "": it cannot be read */
};

/* The origins of all chains, oldest first; malloc'd. */
int spool_origins(struct spool *s, struct spool_origin **ret, size_t *ret_count);
/* The chain that no other one follows: of this key, or, with `kid` NULL, of any. (The order of file times alone would
 * mislead where the clock was set back.) NULL: there is none. */
const struct spool_origin *spool_newest_origin(const struct spool_origin *origins, size_t count, const char *kid);

/* Sends the byte that means "look at the spool" to a shipper's socket. Nobody there is no error: it looks by itself
 * too. */
void spool_notify(const char *socket_path);

/* ack.json, per chain. */
struct spool_ack {
        char chain[RECORD_CHAIN_TEXT];
        uint64_t seq;
        char hash[JWS_HASH_TEXT];
        char nonce[128];
        int64_t at;
        json_t *refused; /* array, or NULL */
        uint64_t want;   /* 0: not asked */
};

#define SPOOL_ACK_MOST (64 * 1024)

struct spool_acks {
        struct spool_ack *acks;
        size_t count;
};

void spool_acks_free(struct spool_acks *a);
/* STATE/ship/ack.json; a missing file is an empty set; what is malformed or too large is -EBADMSG with *why. */
int spool_acks_load(const char *state, struct spool_acks *ret, char **why);
/* The same from memory; what was taken until an error is in *ret. */
int spool_acks_parse(const char *bytes, size_t length, struct spool_acks *ret, char **why);
int spool_acks_store(const char *state, const struct spool_acks *acks);
struct spool_ack *spool_acks_of(struct spool_acks *acks, const char *chain, bool create);

#endif
