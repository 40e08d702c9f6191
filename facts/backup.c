/* SPDX-License-Identifier: EUPL-1.2 */
/* The fact `backup`: what runs a backup program on a schedule (timers of systemd, crontabs, anacron), and which clients
 * are here whose schedule is kept elsewhere.
 *
 * A job is listed only where it is certain that it comes to such a program: what a script with conditions comes to is
 * not guessed. A crontab with a line that is not of the plain form is left out whole, as cron ignores a file that it
 * cannot parse. */
#include "facts/backup_internal.h"

#include <string.h>

#include "base/memory.h"
#include "facts/readers.h"

#define JOBS_MOST 256

struct bio_node *backup_add_job(struct jobs *j, const char *program, const char *name, enum bio_class class)
{
        struct tree *t = facts_tree(j->f);
        struct bio_node *node;

        if (tree_count(j->list) == JOBS_MOST)
                return NULL;
        node = tree_append(j->list, tree_map(t));
        tree_set(node, "name", tree_class(tree_text(t, name), class));
        tree_set(node, "program", tree_text(t, program));
        return node;
}

const struct bio_node *backup_unit(struct facts *f, const char *unit)
{
        const struct fact_argument arguments[] = {{"unit", unit}, {NULL, NULL}};

        return facts_query(f, "systemd.unit", arguments);
}

/* --- clients whose schedule is kept by a server */

static const struct {
        const char *name, *package, *unit, *process;
} clients[] = {
        {"Acronis Cyber Protect", NULL, "acronis_mms.service", NULL},
        {"Amanda", "amanda-client", NULL, NULL},
        {"Avamar", NULL, "avagent.service", NULL},
        {"Bacula", "bacula-fd", "bacula-fd.service", NULL},
        {"backupninja", "backupninja", NULL, NULL},
        {"Bareos", "bareos-filedaemon", "bareos-fd.service", NULL},
        {"Commvault", NULL, NULL, "cvd"},
        {"Dell NetWorker", "lgtoclnt", "networker.service", NULL},
        {"Duplicati", "duplicati", "duplicati.service", NULL},
        {"IBM Storage Protect", "tivsm-ba", "dsmcad.service", NULL},
        {"NetBackup", NULL, "netbackup.service", "bpcd"},
        {"Rubrik", "rubrik-agent", "rubrikagents.service", NULL},
        {"UrBackup", NULL, "urbackupclientbackend.service", NULL},
        {"Veeam Agent", "veeam", "veeamservice.service", NULL},
};

static const struct bio_node *seen_by(struct facts *f, size_t i)
{
        const struct fact_argument arguments[] = {{"name", clients[i].package}, {NULL, NULL}};
        const struct bio_node *node;

        if (clients[i].package) {
                node = facts_query(f, "packages.installed", arguments);
                if (tree_state(node) == BIO_KNOWN)
                        return tree_get(node, "version") ? tree_get(node, "version") : node;
        }
        if (clients[i].unit) {
                node = backup_unit(f, clients[i].unit);
                if (tree_state(node) == BIO_KNOWN)
                        return tree_get(node, "fragment");
        }
        if (clients[i].process) {
                node = live_processes(facts_live(f), facts_tree(f), clients[i].process);
                if (tree_count(node) > 0)
                        return tree_get(tree_at(node, 0), "name");
        }
        return NULL;
}

static void add_clients(struct facts *f, struct bio_node *root)
{
        struct bio_node *list = tree_set(root, "clients", tree_list(facts_tree(f))), *node;
        _cleanup_text_ struct text names = {0};
        size_t i;

        for (i = 0; i < ELEMENTS(clients); i++) {
                const struct bio_node *seen = seen_by(f, i);

                text_printf(&names, "%s%s", i > 0 ? ", " : "", clients[i].name);
                if (!seen)
                        continue;
                node = tree_append(list, tree_text(facts_tree(f), clients[i].name));
                tree_basis(tree_from(node, tree_source(seen), tree_line(seen), 0), tree_basis_of(seen));
        }
        for (i = 0; backup_program_name(i); i++)
                text_printf(&names, ", %s", backup_program_name(i));
        tree_set(root, "looked_for", tree_from(tree_text(facts_tree(f), text_string(&names)), "built-in", 0, 0));
}

static const struct bio_node *read_backup(struct facts *f)
{
        struct tree *t = facts_tree(f);
        struct bio_node *root = tree_map(t);
        struct jobs jobs = {f, systemd_of(f), tree_set(root, "jobs", tree_list(t))};

        backup_timers(&jobs);
        backup_crontabs(&jobs);
        add_clients(f, root);
        return root;
}

const struct fact_reader backup_fact = {
        .name = "backup",
        .title = "Backups: jobs of known programs, and clients of known servers",
        .read = read_backup,
};
