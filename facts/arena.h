/* SPDX-License-Identifier: EUPL-1.2 */
/* Memory that is released all at once: what an access remembers lives exactly as long as the access. */
#ifndef FACTS_ARENA_H
#define FACTS_ARENA_H

#include <stddef.h>

struct arena_block;

/* Zero-initialise; release with arena_free(). */
struct arena {
        struct arena_block *blocks;
        size_t total; /* bytes handed out, with what alignment cost */
};

/* Zeroed, aligned for any object. */
void *arena_alloc(struct arena *arena, size_t size) __attribute__((malloc, returns_nonnull));
/* A NUL-terminated copy. */
char *arena_copy(struct arena *arena, const void *bytes, size_t length) __attribute__((malloc, returns_nonnull));
void arena_free(struct arena *arena);

#endif
