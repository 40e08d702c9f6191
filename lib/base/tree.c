/* SPDX-License-Identifier: EUPL-1.2 */
/* Nodes lie in pages, 48 bytes each, and never move; bytes and keys lie in chunks. What few nodes have (notes, what
 * they overrode) stands in a table beside them. Pages know their tree, so that nodes need no pointer to it. */
#include "base/tree.h"

#include <stdarg.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/text.h"

#define PAGE_FIRST     32U   /* nodes */
#define PAGE_MOST      1024U /* a node's slot must fit in 16 bits */
#define CHUNK_FIRST    ((size_t)1024)
#define CHUNK_MOST     ((size_t)65536)
#define RECENT         256U /* strings that tree_intern() gives out again */
#define CHILDREN_LEAST 4U
#define INDEXED_FROM   16U /* children; fewer are faster compared one by one */
#define CHILDREN_MOST  (1U << 29)
#define COLUMN_MOST    ((1U << 19) - 1)

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

struct tree *tree_new(void)
{
        return must_alloc(sizeof(struct tree));
}

static void free_page(struct page *page)
{
        unsigned i;

        for (i = 0; i < page->used; i++) {
                struct bio_node *node = &page->nodes[i];

                if ((node->type == BIO_LIST || node->type == BIO_MAP) && node->value.children) {
                        free(node->value.children->index);
                        free(node->value.children);
                }
        }
        free(page);
}

void tree_free(struct tree *t)
{
        size_t i;

        if (!t)
                return;
        while (t->pages) {
                struct page *page = t->pages;

                t->pages = page->next;
                free_page(page);
        }
        while (t->chunks) {
                struct chunk *chunk = t->chunks;

                t->chunks = chunk->next;
                free(chunk);
        }
        for (i = 0; i < t->extra_size; i++)
                free(t->extras[i].losers);
        free(t->extras);
        free(t);
}

/* Room for `size` bytes, not aligned. */
static char *chunk_alloc(struct tree *t, size_t size)
{
        struct chunk *chunk = t->chunks, *fresh;
        size_t room;

        if (!chunk || chunk->size - chunk->used < size) {
                if (size > SIZE_MAX / 2)
                        out_of_memory();
                room = !chunk ? CHUNK_FIRST : chunk->size < CHUNK_MOST / 2 ? chunk->size * 2 : CHUNK_MOST;
                if (room < size)
                        room = size;
                fresh = must_realloc(NULL, 1, sizeof(*fresh) + room);
                *fresh = (struct chunk){.size = room};
                /* A large piece has a chunk to itself, and the current one stays in use. */
                if (chunk && size >= CHUNK_MOST / 4) {
                        fresh->next = chunk->next;
                        chunk->next = fresh;
                } else {
                        fresh->next = chunk;
                        t->chunks = fresh;
                }
                chunk = fresh;
        }
        chunk->used += size;
        return chunk->bytes + chunk->used - size;
}

static const char *copy_bytes(struct tree *t, const void *bytes, size_t length)
{
        char *copy = chunk_alloc(t, length + 1);

        if (length > 0)
                memcpy(copy, bytes, length);
        copy[length] = '\0';
        return copy;
}

/* Keys and sources repeat thousands of times; the last string of each hash is shared. A table of all would cost more
 * than it saves where keys are user names. */
const char *tree_intern(struct tree *t, const char *s)
{
        size_t length = strlen(s);
        const char **recent = &t->recent[hash_bytes(s, length) % RECENT];

        if (!*recent || !streq(*recent, s))
                *recent = copy_bytes(t, s, length);
        return *recent;
}

static const char *copy_vprintf(struct tree *t, const char *fmt, va_list ap) _printf_(2, 0);

static const char *copy_vprintf(struct tree *t, const char *fmt, va_list ap)
{
        _cleanup_text_ struct text s = {0};

        text_vprintf(&s, fmt, ap);
        return tree_intern(t, text_string(&s));
}

static struct tree *tree_of(const struct bio_node *node)
{
        const char *first = (const char *)(node - node->slot);
        const struct page *page = (const struct page *)(const void *)(first - offsetof(struct page, nodes));

        return page->tree;
}

static struct bio_node *new_node(struct tree *t, enum bio_type type, enum bio_state state)
{
        struct page *page = t->pages;
        struct bio_node *node;

        if (!page || page->used == page->size) {
                unsigned size = !page ? PAGE_FIRST : page->size < PAGE_MOST ? page->size * 2 : PAGE_MOST;

                page = must_realloc(NULL, 1, sizeof(*page) + size * sizeof(page->nodes[0]));
                *page = (struct page){.tree = t, .next = t->pages, .size = size};
                t->pages = page;
        }
        node = &page->nodes[page->used];
        *node = (struct bio_node){.type = type & 7U, .state = state & 3U, .slot = (uint16_t)page->used};
        page->used++;
        return node;
}

struct bio_node *tree_null(struct tree *t)
{
        return new_node(t, BIO_NULL, BIO_KNOWN);
}

struct bio_node *tree_bool(struct tree *t, bool value)
{
        struct bio_node *node = new_node(t, BIO_BOOL, BIO_KNOWN);

        node->value.boolean = value;
        return node;
}

struct bio_node *tree_integer(struct tree *t, int64_t value)
{
        struct bio_node *node = new_node(t, BIO_INTEGER, BIO_KNOWN);

        node->value.integer = value;
        return node;
}

struct bio_node *tree_bytes(struct tree *t, const void *bytes, size_t length)
{
        struct bio_node *node = new_node(t, BIO_BYTES, BIO_KNOWN);

        if (length >= UINT32_MAX)
                out_of_memory();
        node->length = (uint32_t)length;
        /* "yes", "no", "22": most values fit in the node, with their NUL. */
        if (length < sizeof(node->value.few)) {
                node->inlined = 1;
                if (length > 0)
                        memcpy(node->value.few, bytes, length);
                node->value.few[length] = '\0';
        } else {
                node->value.bytes = copy_bytes(t, bytes, length);
        }
        return node;
}

struct bio_node *tree_text(struct tree *t, const char *s)
{
        return tree_bytes(t, s, strlen(s));
}

struct bio_node *tree_printf(struct tree *t, const char *fmt, ...)
{
        _cleanup_text_ struct text s = {0};
        va_list ap;

        va_start(ap, fmt);
        text_vprintf(&s, fmt, ap);
        va_end(ap);
        return tree_bytes(t, text_string(&s), s.length);
}

struct bio_node *tree_list(struct tree *t)
{
        return new_node(t, BIO_LIST, BIO_KNOWN);
}

struct bio_node *tree_map(struct tree *t)
{
        return new_node(t, BIO_MAP, BIO_KNOWN);
}

#define NODE_WITHOUT_VALUE(t, state, fmt)                                  \
        ({                                                                 \
                struct bio_node *_node = new_node((t), BIO_NULL, (state)); \
                va_list _ap;                                               \
                                                                           \
                va_start(_ap, fmt);                                        \
                _node->value.why = copy_vprintf((t), (fmt), _ap);          \
                va_end(_ap);                                               \
                _node;                                                     \
        })

struct bio_node *tree_absent(struct tree *t, const char *fmt, ...)
{
        return NODE_WITHOUT_VALUE(t, BIO_ABSENT, fmt);
}

struct bio_node *tree_unreadable(struct tree *t, const char *fmt, ...)
{
        return NODE_WITHOUT_VALUE(t, BIO_UNREADABLE, fmt);
}

struct bio_node *tree_undecidable(struct tree *t, const char *fmt, ...)
{
        return NODE_WITHOUT_VALUE(t, BIO_UNDECIDABLE, fmt);
}

static uint64_t key_hash(const char *key)
{
        return hash_bytes(key, strlen(key));
}

static void index_child(struct children *c, uint32_t position)
{
        struct bio_node *node = c->items[position];
        uint64_t hash = key_hash(node->key);
        uint32_t mask = c->allocated * 2 - 1, i = (uint32_t)hash & mask;

        node->tag = (uint16_t)(hash >> 48);
        while (c->index[i])
                i = (i + 1) & mask;
        c->index[i] = position + 1;
}

/* Makes room for one more child. */
static struct children *grow_children(struct children *c, bool map)
{
        uint32_t allocated = c ? c->allocated * 2 : CHILDREN_LEAST, i;
        bool fresh = !c;

        if (c && c->count < c->allocated)
                return c;
        if (allocated > CHILDREN_MOST)
                out_of_memory();
        c = must_realloc(c, 1, sizeof(*c) + allocated * sizeof(c->items[0]));
        if (fresh)
                *c = (struct children){0};
        c->allocated = allocated;
        if (map && allocated > INDEXED_FROM) {
                free(c->index);
                c->index = must_alloc((size_t)allocated * 2 * sizeof(c->index[0]));
                for (i = 0; i < c->count; i++)
                        index_child(c, i);
        }
        return c;
}

static void add_child(struct bio_node *parent, struct bio_node *node)
{
        struct children *c = grow_children(parent->value.children, parent->type == BIO_MAP);

        parent->value.children = c;
        c->items[c->count] = node;
        if (c->index)
                index_child(c, c->count);
        c->count++;
        node->parent = parent;
}

/* Where the child `key` stands, or -1. */
static int64_t find_child(const struct bio_node *map, const char *key)
{
        const struct children *c = map->value.children;
        uint32_t i, mask;
        uint64_t hash;

        if (!c)
                return -1;
        if (!c->index) {
                for (i = 0; i < c->count; i++)
                        if (streq(c->items[i]->key, key))
                                return i;
                return -1;
        }
        hash = key_hash(key);
        mask = c->allocated * 2 - 1;
        for (i = (uint32_t)hash & mask; c->index[i]; i = (i + 1) & mask) {
                const struct bio_node *node = c->items[c->index[i] - 1];

                if (node->tag == (uint16_t)(hash >> 48) && streq(node->key, key))
                        return c->index[i] - 1;
        }
        return -1;
}

struct bio_node *tree_append(struct bio_node *list, struct bio_node *node)
{
        if (list->type == BIO_LIST)
                add_child(list, node);
        return node;
}

struct bio_node *tree_set(struct bio_node *map, const char *key, struct bio_node *node)
{
        struct bio_node *old;
        int64_t position;

        if (map->type != BIO_MAP)
                return node;
        position = find_child(map, key);
        if (position < 0) {
                node->key = tree_intern(tree_of(map), key);
                add_child(map, node);
                return node;
        }
        old = map->value.children->items[position];
        node->key = old->key;
        node->tag = old->tag;
        node->parent = map;
        map->value.children->items[position] = node;
        if (old != node && old->parent == map)
                old->parent = NULL;
        return node;
}

struct bio_node *tree_from(struct bio_node *node, const char *source, unsigned line, unsigned column)
{
        node->source = source ? tree_intern(tree_of(node), source) : NULL;
        node->line = line;
        node->column = (column < COLUMN_MOST ? column : COLUMN_MOST) & COLUMN_MOST;
        return node;
}

static struct extra *find_extra(const struct tree *t, const struct bio_node *node)
{
        size_t i = ((uintptr_t)node >> 4) * 0x9e3779b1U & (t->extra_size - 1);

        while (t->extras[i].node && t->extras[i].node != node)
                i = (i + 1) & (t->extra_size - 1);
        return &t->extras[i];
}

static void grow_extras(struct tree *t)
{
        struct extra *old = t->extras;
        size_t i, size = t->extra_size;

        if (t->extra_count * 2 < size)
                return;
        t->extra_size = size ? size * 2 : 16;
        t->extras = must_alloc(t->extra_size * sizeof(*t->extras));
        for (i = 0; i < size; i++)
                if (old[i].node)
                        *find_extra(t, old[i].node) = old[i];
        free(old);
}

/* Valid until the next call. */
static struct extra *need_extra(struct bio_node *node)
{
        struct tree *t = tree_of(node);
        struct extra *extra;

        if (node->has_extra)
                return find_extra(t, node);
        grow_extras(t);
        extra = find_extra(t, node);
        extra->node = node;
        t->extra_count++;
        node->has_extra = 1;
        return extra;
}

static const struct extra *extra_of(const struct bio_node *node)
{
        return node && node->has_extra ? find_extra(tree_of(node), node) : NULL;
}

static void add_loser(struct bio_node *winner, struct bio_node *loser)
{
        struct extra *extra = need_extra(winner);

        if (extra->count == TREE_OVERRODE_MOST) {
                memmove(extra->losers, extra->losers + 1, (extra->count - 1) * sizeof(loser));
                extra->count--;
        }
        extra->losers = must_grow(extra->losers, &extra->allocated, extra->count + 1, sizeof(loser));
        extra->losers[extra->count++] = loser;
        loser->parent = winner;
        loser->lost = 1;
}

struct bio_node *tree_overrode(struct bio_node *node, struct bio_node *loser)
{
        struct bio_node *winner = node;
        struct extra *extra;
        size_t i, count;

        /* The list is kept flat, at the one that won in the end. */
        while (winner->lost)
                winner = winner->parent;
        if (winner == loser)
                return node;
        (void)need_extra(winner);
        if (loser->has_extra) {
                extra = find_extra(tree_of(loser), loser);
                count = extra->count;
                extra->count = 0;
                for (i = 0; i < count; i++)
                        add_loser(winner, extra->losers[i]);
        }
        add_loser(winner, loser);
        return node;
}

struct bio_node *tree_basis(struct bio_node *node, enum bio_basis basis)
{
        node->basis = basis & 7U;
        return node;
}

struct bio_node *tree_class(struct bio_node *node, enum bio_class class)
{
        node->class = (class + 1U) & 3U;
        return node;
}

struct bio_node *tree_note(struct bio_node *node, const char *fmt, ...)
{
        _cleanup_text_ struct text s = {0};
        const struct extra *extra = extra_of(node);
        va_list ap;

        if (extra && extra->note)
                text_printf(&s, "%s; ", extra->note);
        va_start(ap, fmt);
        text_vprintf(&s, fmt, ap);
        va_end(ap);
        need_extra(node)->note = tree_intern(tree_of(node), text_string(&s));
        return node;
}

enum bio_type tree_type(const struct bio_node *node)
{
        return node ? (enum bio_type)node->type : BIO_NULL;
}

enum bio_state tree_state(const struct bio_node *node)
{
        return node ? (enum bio_state)node->state : BIO_ABSENT;
}

const char *tree_why(const struct bio_node *node)
{
        if (!node)
                return "not there";
        return node->state == BIO_KNOWN ? NULL : node->value.why;
}

/* The node that a node without provenance takes it from. A loser has not its winner's source, but would have stood
 * beside it. */
static const struct bio_node *above(const struct bio_node *node)
{
        while (node->lost)
                node = node->parent;
        return node->parent;
}

const char *tree_source(const struct bio_node *node)
{
        while (node && !node->source)
                node = above(node);
        return node ? node->source : NULL;
}

/* The node whose position counts: a source without a line is a position too, that of the whole file. */
static const struct bio_node *positioned(const struct bio_node *node)
{
        while (node && !node->source && node->line == 0)
                node = above(node);
        return node;
}

unsigned tree_line(const struct bio_node *node)
{
        node = positioned(node);
        return node ? node->line : 0;
}

unsigned tree_column(const struct bio_node *node)
{
        node = positioned(node);
        return node ? node->column : 0;
}

enum bio_basis tree_basis_of(const struct bio_node *node)
{
        while (node && node->basis == 0)
                node = node->parent;
        return node ? (enum bio_basis)node->basis : BIO_DISK;
}

enum bio_class tree_class_of(const struct bio_node *node)
{
        while (node && node->class == 0)
                node = node->parent;
        return node ? (enum bio_class)(node->class - 1) : BIO_TECHNICAL;
}

const char *tree_note_of(const struct bio_node *node)
{
        const struct extra *extra = extra_of(node);

        return extra ? extra->note : NULL;
}

size_t tree_overrode_count(const struct bio_node *node)
{
        const struct extra *extra = extra_of(node);

        return extra ? extra->count : 0;
}

const struct bio_node *tree_overrode_at(const struct bio_node *node, size_t i)
{
        const struct extra *extra = extra_of(node);

        return extra && i < extra->count ? extra->losers[i] : NULL;
}

const struct bio_node *tree_parent(const struct bio_node *node)
{
        return node ? node->parent : NULL;
}

const char *tree_key(const struct bio_node *node)
{
        return node ? node->key : NULL;
}

static const struct children *children_of(const struct bio_node *node)
{
        return node && (node->type == BIO_LIST || node->type == BIO_MAP) ? node->value.children : NULL;
}

const struct bio_node *tree_get(const struct bio_node *map, const char *key)
{
        int64_t position;

        if (!map || map->type != BIO_MAP)
                return NULL;
        position = find_child(map, key);
        return position < 0 ? NULL : map->value.children->items[position];
}

size_t tree_count(const struct bio_node *list_or_map)
{
        const struct children *c = children_of(list_or_map);

        return c ? c->count : 0;
}

const struct bio_node *tree_at(const struct bio_node *list_or_map, size_t i)
{
        const struct children *c = children_of(list_or_map);

        return c && i < c->count ? c->items[i] : NULL;
}

bool tree_bool_of(const struct bio_node *node)
{
        return node && node->type == BIO_BOOL && node->value.boolean;
}

int64_t tree_integer_of(const struct bio_node *node)
{
        return node && node->type == BIO_INTEGER ? node->value.integer : 0;
}

const char *tree_bytes_of(const struct bio_node *node, size_t *length)
{
        bool bytes = node && node->type == BIO_BYTES;

        if (length)
                *length = bytes ? node->length : 0;
        if (!bytes)
                return "";
        return node->inlined ? node->value.few : node->value.bytes;
}
