/* SPDX-License-Identifier: EUPL-1.2 */
/* The fact `backup`: what runs a backup program on a schedule (timers of systemd, crontabs), and which clients are here
 * whose schedule is kept elsewhere.
 *
 * A job is listed only where it is certain that its first command is such a program: what a script or a condition comes
 * to is not guessed. A crontab with a line that is not of the plain form is left out whole, as cron ignores a file that
 * it cannot parse. */
#include "facts/backup_internal.h"

#include <ctype.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "facts/lines.h"
#include "facts/readers.h"

#define TIMERS_MOST  256
#define CRONTAB_MOST ((size_t)256 * 1024)
#define JOBS_MOST    256
#define LINES_MOST   10000 /* of a crontab; cron takes no more */
#define USERS        "/var/spool/cron/crontabs"

/* --- nodes */

struct jobs {
        struct facts *f;
        struct systemd *s;
        struct bio_node *list;
};

static struct bio_node *add_job(struct jobs *j, const char *program, const char *name, enum bio_class class)
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

/* --- timers */

struct activates {
        struct systemd *s;
        const char *unit;
};

static const char *take_unit(void *user, const struct unit_assignment *a)
{
        struct activates *activates = user;

        if (streq(a->section, "Timer") && streq(a->key, "Unit") && *a->value)
                activates->unit = arena_copy(&activates->s->arena, a->value, strlen(a->value));
        return NULL;
}

/* The unit that a timer starts (systemd.timer(5), Unit=); NULL where it cannot be told. */
static const char *activated(struct systemd *s, const char *timer)
{
        _cleanup_strings_ struct strings drop_ins = {0};
        struct activates activates = {s, NULL};
        struct unit_fragment fragment;
        unsigned line;
        size_t i;

        unit_fragment(s, timer, &fragment);
        if (fragment.state != BIO_KNOWN || fragment.masked || unit_drop_ins(s, fragment.name, &drop_ins))
                return NULL;
        for (i = 0; i <= drop_ins.count; i++) {
                const char *path = i == 0 ? fragment.path : drop_ins.items[i - 1];
                const struct access_file *file = access_read(s->access, path, UNIT_FILE_MOST);

                if (file->state != BIO_KNOWN ||
                    unit_file_parse(file->bytes, file->length, take_unit, &activates, &line))
                        return NULL;
        }
        if (activates.unit)
                return strchr(activates.unit, '%') ? NULL : activates.unit;
        return arena_printf(&s->arena, "%.*s.service", (int)(strlen(timer) - strlen(".timer")), timer);
}

static const struct bio_node *unit_of(struct facts *f, const char *unit)
{
        const struct fact_argument arguments[] = {{"unit", unit}, {NULL, NULL}};

        return facts_query(f, "systemd.unit", arguments);
}

/* Whether the next start of the host starts a timer: enabled, or wanted by what is shipped. */
static struct bio_node *timer_enabled(struct jobs *j, const char *timer, const struct bio_node *unit)
{
        const struct bio_node *state = tree_get(unit, "file_state");
        const char *word = tree_bytes_of(state, NULL);
        struct tree *t = facts_tree(j->f);
        size_t i;

        if (tree_state(state) != BIO_KNOWN)
                return tree_undecidable(t, "%s", tree_why(state) ? tree_why(state) : "not known");
        if (starts_with(word, "masked"))
                return tree_from(tree_bool(t, false), tree_source(state), 0, 0);
        if (streq(word, "enabled") || streq(word, "enabled-runtime"))
                return tree_from(tree_bool(t, true), tree_source(state), 0, 0);
        for (i = 0; i < j->s->directory_count; i++) {
                const char *link =
                        arena_printf(&j->s->arena, "%s/timers.target.wants/%s", j->s->directories[i].path, timer);

                if (access_lstat(j->s->access, link)->state == BIO_KNOWN)
                        return tree_from(tree_bool(t, true), link, 0, 0);
        }
        return tree_from(tree_bool(t, false), tree_source(state), 0, 0);
}

/* The program among a service's commands. */
static const char *program_of(const struct bio_node *commands, const struct bio_node **command)
{
        const char *words[64], *program;
        size_t i, k;

        for (i = 0; i < tree_count(commands); i++) {
                const struct bio_node *argv = tree_get(tree_at(commands, i), "argv");
                size_t count = tree_count(argv);

                if (tree_state(argv) != BIO_KNOWN || count == 0)
                        continue;
                for (k = 0; k < count && k < ELEMENTS(words); k++)
                        words[k] = tree_bytes_of(tree_at(argv, k), NULL);
                words[0] = tree_bytes_of(tree_get(tree_at(commands, i), "path"), NULL);
                *command = tree_at(commands, i);
                program = backup_program(words, k);
                if (program)
                        return program;
        }
        return NULL;
}

static struct bio_node *live_copy(struct tree *t, const struct bio_node *unit)
{
        const struct bio_node *live = tree_get(unit, "live"), *state = tree_get(live, "active_state");
        struct bio_node *node = tree_state(state) == BIO_KNOWN
                                        ? tree_text(t, tree_bytes_of(state, NULL))
                                        : tree_unreadable(t, "%s", tree_why(live) ? tree_why(live) : "not known");

        return tree_basis(tree_from(node, "service manager", 0, 0), BIO_RUNNING);
}

static void take_timer(struct jobs *j, const char *timer)
{
        const struct bio_node *unit, *service, *command = NULL;
        const char *program, *name = activated(j->s, timer);
        struct tree *t = facts_tree(j->f);
        struct bio_node *node;

        if (!name)
                return;
        program = program_of(unit_commands(j->s, name), &command);
        if (!program)
                return;
        service = unit_of(j->f, name);
        unit = unit_of(j->f, timer);
        node = add_job(j, program, arena_printf(&j->s->arena, "unit:%s", timer), BIO_TECHNICAL);
        if (!node)
                return;
        tree_from(node, tree_source(command), tree_line(command), 0);
        tree_set(node, "enabled", timer_enabled(j, timer, unit));
        tree_set(node, "timer", live_copy(t, unit));
        tree_set(node, "service", live_copy(t, service));
}

static void take_timers(struct jobs *j)
{
        _cleanup_strings_ struct strings timers = {0};
        size_t d, i;

        for (d = 0; d < j->s->directory_count; d++) {
                const char *wants = arena_printf(&j->s->arena, "%s/timers.target.wants", j->s->directories[d].path);
                const struct access_directory *wanted = access_list(j->s->access, wants);
                const struct access_directory *both[] = {j->s->directories[d].listed, wanted};
                size_t k;

                for (k = 0; k < ELEMENTS(both); k++)
                        for (i = 0; both[k] && both[k]->state == BIO_KNOWN && i < both[k]->count; i++) {
                                const char *name = both[k]->names[i];
                                enum unit_kind kind = unit_kind(name);

                                if ((kind == UNIT_PLAIN || kind == UNIT_INSTANCE) && ends_with(name, ".timer") &&
                                    timers.count < TIMERS_MOST && !strings_have(&timers, name))
                                        strings_add(&timers, name);
                        }
        }
        for (i = 0; i < timers.count; i++)
                take_timer(j, timers.items[i]);
}

/* --- crontabs */

static const struct bio_node *account_of(struct jobs *j, const char *name, size_t length)
{
        const struct fact_argument arguments[] = {{"name", arena_copy(&j->s->arena, name, length)}, {NULL, NULL}};

        return facts_query(j->f, "accounts.user", arguments);
}

/* Whether the next start of the host starts cron. */
static struct bio_node *cron_enabled(struct tree *t, const struct bio_node *cron)
{
        if (tree_state(cron) != BIO_KNOWN)
                return tree_absent(t, "no cron is installed");
        return tree_from(tree_bool(t, streq(tree_bytes_of(cron, NULL), "enabled")), tree_source(cron), 0, 0);
}

/* cron takes a user's crontab with mode 0600 alone; no file that others can write, of the system none of another owner,
 * none whose last line has no end, and none with a line that it cannot parse or for somebody who is not there. */
static bool is_taken(struct jobs *j, const struct access_file *file, bool with_user)
{
        struct crontab_job job = {0};
        struct lines lines;
        struct line line;

        if (file->state != BIO_KNOWN || file->length == 0 || file->bytes[file->length - 1] != '\n' ||
            memchr(file->bytes, '\0', file->length) ||
            (with_user ? (file->mode & (S_IWGRP | S_IWOTH)) != 0 : (file->mode & 07777) != 0600) ||
            (with_user && file->uid != 0))
                return false;
        lines = lines_of(file->bytes, file->length);
        while (lines_next(&lines, &line)) {
                if (line.number > LINES_MOST)
                        return false;
                switch (crontab_line_read(line.bytes, line.length, with_user, &job)) {
                case CRONTAB_NOTHING:
                        break;
                case CRONTAB_UNKNOWN:
                        return false;
                case CRONTAB_JOB:
                        if (with_user && tree_state(account_of(j, job.user, job.user_length)) != BIO_KNOWN)
                                return false;
                }
        }
        return true;
}

static void take_crontab(struct jobs *j, const char *path, bool with_user, const struct bio_node *cron)
{
        const struct access_file *file = access_read(j->s->access, path, CRONTAB_MOST);
        struct tree *t = facts_tree(j->f);
        struct crontab_job job = {0};
        const char *program;
        struct lines lines;
        struct line line;

        if (!is_taken(j, file, with_user))
                return;
        lines = lines_of(file->bytes, file->length);
        while (lines_next(&lines, &line)) {
                struct bio_node *node;

                if (crontab_line_read(line.bytes, line.length, with_user, &job) != CRONTAB_JOB)
                        continue;
                program = backup_shell_program(&j->s->arena, job.command, job.command_length);
                node = program ? add_job(j, program, arena_printf(&j->s->arena, "file:%s", path),
                                         with_user ? BIO_TECHNICAL : BIO_PERSONAL)
                               : NULL;
                if (!node)
                        continue;
                /* A source is no place for somebody's name: the subject, which is personal, has the whole path. */
                tree_from(node, with_user ? path : USERS, line.number, 0);
                tree_class(node, with_user ? BIO_TECHNICAL : BIO_PERSONAL);
                tree_set(node, "enabled", cron_enabled(t, cron));
        }
}

/* What cron takes of its directory: letters, digits, `_` and `-` alone (cron(8)). */
static bool is_cron_name(const char *name)
{
        for (; *name; name++)
                if (!isalnum((unsigned char)*name) && *name != '_' && *name != '-')
                        return false;
        return true;
}

static void take_crontabs(struct jobs *j)
{
        static const char *const daemons[] = {"cron.service", "crond.service", "cronie.service"};
        static const char system[] = "/etc/cron.d";
        const struct access_directory *directory;
        const struct bio_node *cron = NULL;
        size_t i;

        for (i = 0; i < ELEMENTS(daemons) && tree_state(cron) != BIO_KNOWN; i++)
                cron = tree_get(unit_of(j->f, daemons[i]), "file_state");
        take_crontab(j, "/etc/crontab", true, cron);
        directory = access_list(j->s->access, system);
        for (i = 0; directory->state == BIO_KNOWN && i < directory->count; i++)
                if (is_cron_name(directory->names[i]))
                        take_crontab(j, arena_printf(&j->s->arena, "%s/%s", system, directory->names[i]), true, cron);
        directory = access_list(j->s->access, USERS);
        for (i = 0; directory->state == BIO_KNOWN && i < directory->count; i++)
                if (directory->names[i][0] != '.')
                        take_crontab(j, arena_printf(&j->s->arena, "%s/%s", USERS, directory->names[i]), false, cron);
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
                node = unit_of(f, clients[i].unit);
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

        take_timers(&jobs);
        take_crontabs(&jobs);
        add_clients(f, root);
        return root;
}

const struct fact_reader backup_fact = {
        .name = "backup",
        .title = "Backups: jobs of known programs, and clients of known servers",
        .read = read_backup,
};
