/* SPDX-License-Identifier: EUPL-1.2 */
/* Where nodes come from, what they overrode, and what is inherited of it. */
#include <stdarg.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/tree_layout.h"

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
