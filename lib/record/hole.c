/* SPDX-License-Identifier: EUPL-1.2 */
/* Numbers that are missing, and the gap records that declare them lost (docs/record.md, "Holes").
 *
 * A gap is durable before the first deletion, so what it names may be there still, in part: its last number can be one
 * that is missing (the `prev` behind the hole tells its hash) or one that was seen. */
#include "record/hole.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"

static void append(struct chain_hole **holes, size_t *count, size_t *allocated, struct chain_hole hole)
{
        *holes = must_grow(*holes, allocated, *count + 1, sizeof(**holes));
        (*holes)[(*count)++] = hole;
}

void chain_hole_open(struct chain *c, uint64_t from, uint64_t to, const char *after)
{
        struct chain_hole hole = {.from = from, .to = to};

        memcpy(hole.after, after, strnlen(after, sizeof(hole.after) - 1));
        append(&c->holes, &c->hole_count, &c->holes_allocated, hole);
        c->missing += to - from + 1;
}

void chain_hole_see(struct chain *c)
{
        struct chain_seen seen = {.seq = c->seq};

        if (c->hole_count == 0)
                return;
        memcpy(seen.hash, c->hash, sizeof(seen.hash));
        c->seen = must_grow(c->seen, &c->seen_allocated, c->seen_count + 1, sizeof(*c->seen));
        c->seen[c->seen_count++] = seen;
}

static int by_seq(const void *key, const void *element)
{
        uint64_t seq = *(const uint64_t *)key, other = ((const struct chain_seen *)element)->seq;

        return seq < other ? -1 : seq > other;
}

/* What the chain says about the hash of `seq`; NULL where it says nothing. */
static const char *known_hash(const struct chain *c, uint64_t seq)
{
        const struct chain_seen *seen = NULL;
        size_t i;

        for (i = 0; i < c->hole_count; i++)
                if (c->holes[i].from <= seq && seq <= c->holes[i].to)
                        return seq == c->holes[i].to && c->holes[i].after[0] ? c->holes[i].after : NULL;
        if (c->seen)
                seen = bsearch(&seq, c->seen, c->seen_count, sizeof(*c->seen), by_seq);
        return seen ? seen->hash : NULL;
}

void chain_hole_declare(struct chain *c, uint64_t from, uint64_t to, const char *hash)
{
        const char *known = known_hash(c, to);
        struct chain_hole *left = NULL;
        size_t count = 0, allocated = 0, i;

        if (known && !streq(known, hash))
                return;
        for (i = 0; i < c->hole_count; i++) {
                struct chain_hole hole = c->holes[i];
                uint64_t low = hole.from > from ? hole.from : from, high = hole.to < to ? hole.to : to;

                if (low > high) {
                        append(&left, &count, &allocated, hole);
                        continue;
                }
                c->declared += high - low + 1;
                if (low > hole.from)
                        append(&left, &count, &allocated, (struct chain_hole){.from = hole.from, .to = low - 1});
                if (high < hole.to) {
                        hole.from = high + 1;
                        append(&left, &count, &allocated, hole);
                }
        }
        free(c->holes);
        c->holes = left;
        c->hole_count = count;
        c->holes_allocated = allocated;
        if (count == 0)
                c->seen_count = 0;
}
