/* SPDX-License-Identifier: EUPL-1.2 */
#include "est/limit.h"

#include <stdio.h>
#include <string.h>

#include "base/hash.h"

static size_t slot_of(const char *address)
{
        return (size_t)(hash_bytes(address, strlen(address)) % LIMIT_SLOTS);
}

bool limit_reached(const struct limit *l, const char *address, int64_t now)
{
        size_t i = slot_of(address);

        return strncmp(l->slots[i].address, address, sizeof(l->slots[i].address) - 1) == 0 &&
               l->slots[i].failures >= LIMIT_FAILURES && now - l->slots[i].since < LIMIT_SECONDS;
}

void limit_failed(struct limit *l, const char *address, int64_t now)
{
        size_t i = slot_of(address);

        if (strncmp(l->slots[i].address, address, sizeof(l->slots[i].address) - 1) != 0 ||
            now - l->slots[i].since >= LIMIT_SECONDS) {
                (void)snprintf(l->slots[i].address, sizeof(l->slots[i].address), "%s", address);
                l->slots[i].since = now;
                l->slots[i].failures = 0;
        }
        l->slots[i].failures++;
}
