/* SPDX-License-Identifier: EUPL-1.2 */
#include "facts/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define BLOCK ((size_t)16 * 1024)
#define ALIGN sizeof(max_align_t)

struct arena_block {
        struct arena_block *next;
        size_t used;
        size_t size;
        _Alignas(max_align_t) char bytes[];
};

void *arena_alloc(struct arena *arena, size_t size)
{
        struct arena_block *block = arena->blocks;
        size_t rounded;
        void *p;

        if (size > SIZE_MAX / 2)
                out_of_memory();
        rounded = (size + ALIGN - 1) / ALIGN * ALIGN;
        if (!block || block->size - block->used < rounded) {
                size_t room = rounded > BLOCK ? rounded : BLOCK;

                block = must_alloc(sizeof(*block) + room);
                block->size = room;
                block->next = arena->blocks;
                arena->blocks = block;
        }
        p = block->bytes + block->used;
        block->used += rounded;
        arena->total += rounded;
        return p;
}

char *arena_copy(struct arena *arena, const void *bytes, size_t length)
{
        char *copy = arena_alloc(arena, length + 1);

        memcpy(copy, bytes, length);
        return copy;
}

void arena_free(struct arena *arena)
{
        while (arena->blocks) {
                struct arena_block *block = arena->blocks;

                arena->blocks = block->next;
                free(block);
        }
        arena->total = 0;
}
