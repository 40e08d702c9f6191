/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/tree.h"

#include <stdarg.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/tree_layout.h"

#define PAGE_FIRST     32U   /* nodes */
#define PAGE_MOST      1024U /* a node's slot must fit in 16 bits */
#define CHUNK_FIRST    ((size_t)1024)
#define CHUNK_MOST     ((size_t)65536)
#define CHILDREN_LEAST 4U
#define INDEXED_FROM   16U /* children; fewer are faster compared one by one */
#define CHILDREN_MOST  (1U << 29)

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

#define NODE_WITHOUT_VALUE(t, state, fmt) \
        ({ \
                struct bio_node *_node = new_node((t), BIO_NULL, (state)); \
                va_list _ap; \
\
                va_start(_ap, fmt); \
                _node->value.why = copy_vprintf((t), (fmt), _ap); \
                va_end(_ap); \
                _node; \
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
