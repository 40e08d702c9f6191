/* SPDX-License-Identifier: EUPL-1.2 */
/* The fact `audit`: whether the kernel's audit is on, with a daemon that takes its records, what that daemon goes by,
 * and the rules. (Whether the next start will have it so is the unit's: query `systemd.unit`.) */
#include <string.h>

#include "facts/audit_internal.h"
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

const char *audit_version(struct facts *f)
{
        static const char *const packages[] = {"auditd", "audit"};
        size_t i;

        for (i = 0; i < ELEMENTS(packages); i++) {
                const struct fact_argument arguments[] = {{"name", packages[i]}, {NULL, NULL}};
                const struct bio_node *package = facts_query(f, "packages.installed", arguments);
                const char *version = tree_bytes_of(tree_get(package, "version"), NULL), *colon = strchr(version, ':');

                version = colon ? colon + 1 : version;
                if (version[0] >= '0' && version[0] <= '9')
                        return version;
        }
        return NULL;
}

static const struct bio_node *read_audit(struct facts *f)
{
        struct tree *t = facts_tree(f);
        struct live *live = facts_live(f);
        struct bio_node *root = tree_map(t), *status = live_audit_status(live, t);

        tree_set(root, "container", live_container(live, t));
        tree_set(root, "status", status);
        tree_set(root, "daemon", daemon_node(f, status));
        tree_set(root, "config", audit_config(f));
        tree_set(root, "rules", audit_rules(f));
        return root;
}

/* `audit.rules`: rules laid down and loaded, as in the tree. */
static const struct bio_node *answer_rules(struct facts *f, const struct bio_node *fact,
                                           const struct fact_argument *arguments)
{
        (void)fact;
        (void)arguments;
        return audit_rules(f);
}

static const struct fact_query queries[] = {
        {"audit.rules", (const char *const[]){NULL}, answer_rules, true},
        {NULL, NULL, NULL, false},
};

const struct fact_reader audit_fact = {
        .name = "audit",
        .title = "Kernel audit: status, daemon, its configuration, rules laid down and loaded",
        .read = read_audit,
        .queries = queries,
};
