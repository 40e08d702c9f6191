/* SPDX-License-Identifier: EUPL-1.2 */
#include "facts/service.h"

#include "base/term.h"
#include "base/text.h"
#include "facts/live.h"

/* When the longest running process of a name on this host was started; 0: none is seen. */
static int64_t started(struct facts *f, const char *process)
{
        const struct bio_node *list = live_processes(facts_live(f), facts_tree(f), process);
        int64_t first = 0;
        size_t i;

        for (i = 0; i < tree_count(list); i++) {
                int64_t start = tree_integer_of(tree_get(tree_at(list, i), "start"));

                if (!tree_bool_of(tree_get(tree_at(list, i), "inner")) && (first == 0 || start < first))
                        first = start;
        }
        return first;
}

struct bio_node *service_in_force(struct facts *f, const char *unit, const char *process, const struct strings *paths)
{
        struct tree *t = facts_tree(f);
        const struct bio_node *live;
        struct bio_node *node;
        int64_t since, newest = 0;
        const char *changed = NULL;
        size_t i;

        if (live_offline(facts_live(f)))
                return tree_basis(tree_unreadable(t, "%s", live_offline(facts_live(f))), BIO_RUNNING);
        live = live_unit(facts_live(f), t, unit);
        if (tree_state(live) != BIO_KNOWN) {
                /* Where no manager tells, the process does: it read its files when it was started. */
                since = started(f, process);
                if (since == 0)
                        return tree_basis(tree_absent(t, "%s", tree_why(live)), BIO_RUNNING);
        } else if (!streq(tree_bytes_of(tree_get(live, "active_state"), NULL), "active")) {
                return tree_basis(tree_absent(t, "not running"), BIO_RUNNING);
        } else {
                since = moment_later(tree_integer_of(tree_get(live, "state_change")),
                                     tree_integer_of(tree_get(live, "exec_main_start")));
        }
        if (since == 0)
                return tree_basis(tree_unreadable(t, "since when it runs is not known"), BIO_RUNNING);
        for (i = 0; i < paths->count; i++) {
                const struct access_file *file = access_stat(facts_access(f), paths->items[i]);

                if (file->state == BIO_KNOWN && file->ctime > moment_later(since, newest)) {
                        newest = file->ctime;
                        changed = paths->items[i];
                }
        }
        node = tree_basis(tree_bool(t, !changed), BIO_RUNNING);
        if (!changed)
                return tree_from(node, tree_state(live) == BIO_KNOWN ? "service manager" : "/proc", 0, 0);
        (void)tree_note(node, "%s changed after the service was started: a restart settles it", changed);
        return tree_from(node, changed, 0, 0);
}
