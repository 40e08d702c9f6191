/* SPDX-License-Identifier: EUPL-1.2 */
/* Groups and who is in them (group(5), initgroups(3)). */
#include <stdlib.h>

#include "base/memory.h"
#include "facts/accounts_internal.h"

static struct lines group_lines(const struct accounts *a)
{
        return a->group->state == BIO_KNOWN ? lines_of(a->group->bytes, a->group->length) : lines_of("", 0);
}

static struct bio_node *members_node(struct tree *t, const struct group_line *group)
{
        struct bio_node *list = tree_class(tree_list(t), BIO_PERSONAL);
        struct span member;
        size_t at = 0;

        while (group_line_member(group, &at, &member))
                tree_append(list, span_node(t, member));
        return list;
}

struct bio_node *accounts_groups(struct facts *f, const struct accounts *a)
{
        struct lines lines;
        struct group_line group;
        struct line line;
        struct bio_node *list;
        struct tree *t = facts_tree(f);

        if (a->group->state != BIO_KNOWN)
                return fact_file_state(f, a->group);
        list = tree_from(tree_list(t), GROUP, 0, 0);
        lines = group_lines(a);
        while (lines_next(&lines, &line)) {
                struct bio_node *node;

                if (group_line_read(&line, &group) != LINE_ENTRY)
                        continue;
                node = tree_from(tree_append(list, tree_map(t)), GROUP, group.number, 0);
                tree_set(node, "name", span_node(t, group.name));
                tree_set(node, "gid", tree_integer(t, group.gid));
                tree_set(node, "members", members_node(t, &group));
        }
        return list;
}

static bool is_member(const struct group_line *group, const struct passwd_line *user)
{
        struct span member;
        size_t at = 0;

        while (group_line_member(group, &at, &member))
                if (span_equals(member, user->name.bytes, user->name.length))
                        return true;
        return false;
}

/* Numbers of groups, sorted and each once, and of which a name was seen. */
struct numbers {
        uint32_t *items;
        bool *seen;
        size_t count, allocated;
};

static void release_numbers(struct numbers *n)
{
        free(n->items);
        free(n->seen);
}

static int compare_numbers(const void *a, const void *b)
{
        uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

        return (x > y) - (x < y);
}

static void add_number(struct numbers *n, uint32_t number)
{
        n->items = must_grow(n->items, &n->allocated, n->count + 1, sizeof(*n->items));
        n->items[n->count++] = number;
}

/* The groups that a user is in: the primary one, and those that name it as a member. */
static void collect_groups(const struct accounts *a, const struct passwd_line *user, struct numbers *ret)
{
        struct lines lines = group_lines(a);
        struct group_line group;
        struct line line;
        size_t i, kept = 1;

        add_number(ret, user->gid);
        while (lines_next(&lines, &line))
                if (group_line_counts(&line, &group) && is_member(&group, user))
                        add_number(ret, group.gid);
        qsort(ret->items, ret->count, sizeof(*ret->items), compare_numbers);
        for (i = 1; i < ret->count; i++)
                if (ret->items[i] != ret->items[kept - 1])
                        ret->items[kept++] = ret->items[i];
        ret->count = kept;
        ret->seen = must_alloc(ret->count * sizeof(*ret->seen));
}

/* Membership makes numbers (initgroups(3)), and a number's name is that of the first line with it: a
 * later group of the same number is never seen. */
struct bio_node *accounts_groups_of(struct facts *f, const struct accounts *a, const struct passwd_line *user)
{
        struct bio_node *list = tree_from(tree_list(facts_tree(f)), GROUP, 0, 0);
        struct lines lines = group_lines(a);
        _cleanup_(release_numbers) struct numbers in = {0};
        struct group_line group;
        struct line line;

        collect_groups(a, user, &in);
        while (lines_next(&lines, &line)) {
                const uint32_t *found;

                if (group_line_read(&line, &group) != LINE_ENTRY)
                        continue;
                found = bsearch(&group.gid, in.items, in.count, sizeof(*in.items), compare_numbers);
                if (!found || in.seen[found - in.items])
                        continue;
                in.seen[found - in.items] = true;
                tree_from(tree_append(list, span_node(facts_tree(f), group.name)), GROUP, group.number, 0);
        }
        return list;
}
