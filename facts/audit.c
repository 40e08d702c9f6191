/* SPDX-License-Identifier: EUPL-1.2 */
/* The fact `audit`: whether the kernel's audit is on, with a daemon that takes its records. (Whether the next start
 * will have it so is the unit's: query `systemd.unit`.) */
#include "facts/readers.h"

/* The process that the kernel hands its records to. Its id is the kernel's word; that it is auditd, and lives, is not.
 */
static struct bio_node *daemon_node(struct facts *f, const struct bio_node *status)
{
        const struct bio_node *pid = tree_get(status, "pid");
        struct tree *t = facts_tree(f);

        if (tree_state(status) != BIO_KNOWN)
                return tree_basis(tree_from(tree_unreadable(t, "%s", tree_why(status)), "kernel audit", 0, 0),
                                  BIO_RUNNING);
        if (tree_type(pid) != BIO_INTEGER)
                return tree_basis(tree_from(tree_unreadable(t, "the kernel names no process"), "kernel audit", 0, 0),
                                  BIO_RUNNING);
        if (tree_integer_of(pid) <= 0)
                return tree_basis(
                        tree_from(tree_absent(t, "no process takes the kernel's records"), "kernel audit", 0, 0),
                        BIO_RUNNING);
        return live_process(facts_live(f), t, tree_integer_of(pid));
}

static const struct bio_node *read_audit(struct facts *f)
{
        struct tree *t = facts_tree(f);
        struct live *live = facts_live(f);
        struct bio_node *root = tree_map(t), *status = live_audit_status(live, t);

        tree_set(root, "container", live_container(live, t));
        tree_set(root, "status", status);
        tree_set(root, "daemon", daemon_node(f, status));
        return root;
}

const struct fact_reader audit_fact = {
        .name = "audit",
        .title = "Kernel audit: status and daemon",
        .read = read_audit,
};
