/* SPDX-License-Identifier: EUPL-1.2 */
/* One record of every kind, with personal values in it. */
#ifndef INTEROP_PAYLOADS_H
#define INTEROP_PAYLOADS_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "jose/key.h"

/* What a chain has at this place: payload_make(i) for i from 0. */
extern const size_t payload_count;

struct payload_place {
        uint64_t seq;
        const char *prev;                      /* NULL: genesis */
        char (*hashes)[44];                    /* of the records before: hashes[seq] */
        const struct jose_key *key, *next_key; /* in force, and the one that the rotate introduces */
};

json_t *payload_make(size_t i, const struct payload_place *place);
json_t *payload_report(void);

#endif
