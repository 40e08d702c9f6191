/* SPDX-License-Identifier: EUPL-1.2 */
/* Names and numbers that stand more than once. */
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "facts/accounts_internal.h"

#define DUPLICATES_MOST 10000

/* A line by what it is compared by. */
struct row {
        struct span name;
        uint32_t id;
        unsigned number;
};

struct rows {
        struct row *items;
        size_t count, allocated;
};

static void release_rows(struct rows *rows)
{
        free(rows->items);
}

static void add_row(struct rows *rows, struct span name, uint32_t id, unsigned number)
{
        rows->items = must_grow(rows->items, &rows->allocated, rows->count + 1, sizeof(*rows->items));
        rows->items[rows->count++] = (struct row){name, id, number};
}

static int by_line(const struct row *a, const struct row *b)
{
        return (a->number > b->number) - (a->number < b->number);
}

static int by_name(const void *x, const void *y)
{
        const struct row *a = x, *b = y;
        int r = span_compare(a->name, b->name);

        return r != 0 ? r : by_line(a, b);
}

static int by_id(const void *x, const void *y)
{
        const struct row *a = x, *b = y;

        return a->id != b->id ? (a->id > b->id) - (a->id < b->id) : by_line(a, b);
}

/* What is looked for: under which key the value stands, and of which file. */
struct duplicates {
        const char *what; /* "name" or "uid", "gid" */
        const char *source;
        bool names;
        enum bio_class class;
};

static struct bio_node *value_node(struct tree *t, const struct duplicates *d, const struct row *row)
{
        struct bio_node *node = d->names ? tree_class(span_node(t, row->name), d->class) : tree_integer(t, row->id);

        return tree_from(node, d->source, row->number, 0);
}

/* Every line but the first with a value; sorts the rows. */
static void add_duplicates(struct tree *t, struct rows *rows, const struct duplicates *d, struct bio_node *list)
{
        const struct row *first = rows->items;
        size_t i;

        if (rows->count > 1)
                qsort(rows->items, rows->count, sizeof(*rows->items), d->names ? by_name : by_id);
        for (i = 1; i < rows->count; i++) {
                const struct row *row = &rows->items[i];
                struct bio_node *node;

                if (d->names ? span_compare(row->name, first->name) != 0 : row->id != first->id) {
                        first = row;
                        continue;
                }
                if (tree_count(list) == DUPLICATES_MOST) {
                        tree_append(list, tree_from(tree_undecidable(t, "more than %d duplicates", DUPLICATES_MOST),
                                                    d->source, row->number, 0));
                        return;
                }
                node = tree_from(tree_append(list, tree_map(t)), d->source, row->number, 0);
                tree_set(node, "name", tree_class(span_node(t, row->name), d->class));
                tree_set(node, "what", tree_text(t, d->what));
                tree_set(node, "value", value_node(t, d, row));
                tree_set(node, "first", value_node(t, d, first));
        }
}

const struct bio_node *accounts_duplicate_users(struct facts *f)
{
        const struct accounts *a = accounts_of(f);
        struct bio_node *list = accounts_list_or_state(f, a);
        _cleanup_(release_rows) struct rows rows = {0};
        size_t i;

        for (i = 0; i < a->user_count; i++)
                add_row(&rows, a->users[i].name, a->users[i].uid, a->users[i].number);
        add_duplicates(facts_tree(f), &rows, &(struct duplicates){"name", PASSWD, true, BIO_PERSONAL}, list);
        add_duplicates(facts_tree(f), &rows, &(struct duplicates){"uid", PASSWD, false, BIO_PERSONAL}, list);
        return accounts_with_odd_lines(f, a, list);
}

const struct bio_node *accounts_duplicate_groups(struct facts *f)
{
        const struct accounts *a = accounts_of(f);
        _cleanup_(release_rows) struct rows rows = {0};
        struct bio_node *list;
        struct group_line group;
        struct lines lines;
        struct line line;

        if (a->group->state != BIO_KNOWN)
                return fact_file_state(f, a->group);
        list = tree_from(tree_list(facts_tree(f)), GROUP, 0, 0);
        lines = lines_of(a->group->bytes, a->group->length);
        while (lines_next(&lines, &line))
                if (group_line_read(&line, &group) == LINE_ENTRY)
                        add_row(&rows, group.name, group.gid, group.number);
        add_duplicates(facts_tree(f), &rows, &(struct duplicates){"name", GROUP, true, BIO_TECHNICAL}, list);
        add_duplicates(facts_tree(f), &rows, &(struct duplicates){"gid", GROUP, false, BIO_TECHNICAL}, list);
        return list;
}
