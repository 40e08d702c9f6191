/* SPDX-License-Identifier: EUPL-1.2 */
/* Who signs: the record key, the host id, and by what a clone would show. All made at the daemon's first start. */
#ifndef SIGN_IDENTITY_H
#define SIGN_IDENTITY_H

#include <jansson.h>
#include <stdbool.h>

#include "jose/key.h"

#define HOST_ID_TEXT 37 /* UUID and NUL */

struct identity {
        struct jose_key *key;
        char host_id[HOST_ID_TEXT]; /* "" until one is known */
        char *key_path;
        char *host_id_path;
        bool introduced; /* false: the key is new, and no genesis has introduced it yet */
        int lock;        /* on STATE/sign, while this process signs */
};

void identity_free(struct identity *i); /* the content */

/* Makes STATE/sign (0700), takes its lock (-EBUSY: another process signs here) and loads the key. A missing key is
 * made: until identity_settle() it lies beside its name, so that a key without a chain means that the spool was lost,
 * and not that the first start was cut short. A key that is there but cannot be used is an error, never replaced. */
int identity_open(const char *state, const char *key_path, struct identity *ret, char **why);
/* After the genesis that introduces it is durable: the key gets its name. */
int identity_settle(struct identity *i);
/* Keeps `host_id` as STATE/sign/host-id. */
int identity_set_host(struct identity *i, const char *host_id);

/* {"machine_id":digest|null,"hardware":digest|null}: equal on a clone, or telling it apart. New reference. */
json_t *identity_attributes(void);

#endif
