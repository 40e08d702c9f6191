/* SPDX-License-Identifier: EUPL-1.2 */
/* How often an address may fail: bounded memory, bounded guessing. */
#ifndef EST_LIMIT_H
#define EST_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#define LIMIT_SLOTS    1024
#define LIMIT_FAILURES 10 /* within */
#define LIMIT_SECONDS  60

struct limit {
        struct {
                char address[48];
                int64_t since;
                unsigned failures;
        } slots[LIMIT_SLOTS];
};

/* Whether this address has failed too often to be heard now. */
bool limit_reached(const struct limit *l, const char *address, int64_t now);
/* Notes a failure. Two addresses may share a slot: the later one takes it. */
void limit_failed(struct limit *l, const char *address, int64_t now);

#endif
