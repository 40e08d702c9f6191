/* SPDX-License-Identifier: EUPL-1.2 */
/* Files of keys, and lines of public ones: a key that is told has a kind, and bits within bounds. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "facts/ssh_key.h"

static void hold(const struct ssh_key *key)
{
        if (!key->type || key->bits > SSH_KEY_BITS_MOST)
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct ssh_key_reading *r = ssh_key_reading_new();
        struct ssh_key key;

        ssh_key_reading_take(r, (const char *)data, size);
        if (!ssh_key_reading_end(r, &key))
                hold(&key);
        ssh_key_reading_free(r);
        if (ssh_key_public((const char *)data, size, &key) == 0)
                hold(&key);
        if (ssh_key_blob(data, size, &key) == 0)
                hold(&key);
        return 0;
}
