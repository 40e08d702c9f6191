/* SPDX-License-Identifier: EUPL-1.2 */
/* One request: records of the spool, a line each, oldest first. */
#ifndef SHIP_BATCH_H
#define SHIP_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "spool/spool.h"

#define BATCH_BYTES_MOST ((size_t)4 * 1024 * 1024)

struct batch_line {
        char chain[RECORD_CHAIN_TEXT];
        uint64_t seq;
        char hash[JWS_HASH_TEXT];
};

struct batch {
        struct text body;
        struct batch_line *lines;
        size_t count, allocated;
};

void batch_free(struct batch *b); /* the content */
/* Adds the records of `chain` after `after`, in order, until the batch has `most` lines or no room. What is damaged is
 * named in the log and passed over. *ret_last: the number of the last record looked at (`after` where there was none).
 * Syncs the chain's directory first, so that nothing is sent that a power loss would take back. 1: there is more; 0:
 * that was all; negative errno. */
int batch_add(struct batch *b, struct spool *s, const char *chain, uint64_t after, size_t most, uint64_t *ret_last);

#endif
