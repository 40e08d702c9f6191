/* SPDX-License-Identifier: EUPL-1.2 */
/* Nodes lie in pages, 48 bytes each, and never move; bytes and keys lie in chunks. What few nodes have (notes, what
 * they overrode) stands in a table beside them. Pages know their tree, so that nodes need no pointer to it. For tree*.c
 * alone. */
#ifndef BASE_TREE_LAYOUT_H
#define BASE_TREE_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/tree.h"

#define RECENT      256U /* strings that tree_intern() gives out again */
#define COLUMN_MOST ((1U << 19) - 1)

struct children {
        uint32_t *index; /* of a large map: 2 × allocated places, position + 1 of a child, 0 is free */
        uint32_t count;
        uint32_t allocated; /* a power of two */
        struct bio_node *items[];
};

struct bio_node {
        struct bio_node *parent; /* where `lost`: the winner */
        union {
                bool boolean;
                int64_t integer;
                const char *bytes;
                char few[8]; /* bytes, where `inlined` */
                struct children *children;
                const char *why;
        } value;
        const char *key;
        const char *source;
        uint32_t line;
        uint32_t length; /* of bytes */
        uint32_t column : 19;
        uint32_t type : 3;
        uint32_t state : 2;
        uint32_t basis : 3; /* 0: not set */
        uint32_t class : 2; /* class + 1; 0: not set */
        uint32_t inlined : 1;
        uint32_t lost : 1;
        uint32_t has_extra : 1;
        uint16_t slot; /* in its page */
        uint16_t tag;  /* of its key's hash, in a map with an index */
};

struct page {
        struct tree *tree;
        struct page *next;
        unsigned used, size;
        struct bio_node nodes[];
};

struct chunk {
        struct chunk *next;
        size_t used, size;
        char bytes[];
};

struct extra {
        const struct bio_node *node; /* NULL: free */
        const char *note;
        struct bio_node **losers;
        size_t count, allocated;
};

struct tree {
        struct page *pages;
        struct chunk *chunks;
        const char *recent[RECENT];
        struct extra *extras; /* open addressing, a power of two */
        size_t extra_count, extra_size;
};

static inline struct tree *tree_of(const struct bio_node *node)
{
        const char *first = (const char *)(node - node->slot);
        const struct page *page = (const struct page *)(const void *)(first - offsetof(struct page, nodes));

        return page->tree;
}

#endif
