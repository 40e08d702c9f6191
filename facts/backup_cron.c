/* SPDX-License-Identifier: EUPL-1.2 */
/* Jobs of cron (crontab(5)), of the directories whose files run-parts(8) runs for it, and of anacron(8). */
#include <ctype.h>
#include <string.h>
#include <sys/stat.h>

#include "base/date.h"
#include "base/term.h"
#include "facts/backup_internal.h"
#include "facts/lines.h"
#include "facts/live.h"

#define CRONTAB_MOST ((size_t)256 * 1024)
#define LINES_MOST   10000 /* of a crontab; cron takes no more */
#define PERIOD_MOST  10000 /* days */
#define USERS        "/var/spool/cron/crontabs"
#define ANACRON      "/usr/sbin/anacron"
#define ANACRONTAB   "/etc/anacrontab"
#define SPOOL        "/var/spool/anacron"
#define DAY          INT64_C(86400)

struct cron {
        struct jobs *j;
        const struct bio_node *state; /* the daemon's, as is-enabled says */
};

static const struct bio_node *account_of(struct jobs *j, const char *name, size_t length)
{
        const struct fact_argument arguments[] = {{"name", arena_copy(&j->s->arena, name, length)}, {NULL, NULL}};

        return facts_query(j->f, "accounts.user", arguments);
}

/* Whether the next start of the host starts a daemon. */
static struct bio_node *is_enabled(struct tree *t, const struct bio_node *state)
{
        if (tree_state(state) != BIO_KNOWN)
                return tree_absent(t, "no cron is installed");
        return tree_from(tree_bool(t, streq(tree_bytes_of(state, NULL), "enabled")), tree_source(state), 0, 0);
}

/* --- crontabs */

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

/* Whether a job ever comes; when it last did cron does not keep. */
static struct bio_node *due_node(struct jobs *j, const struct crontab_job *job)
{
        struct tree *t = facts_tree(j->f);
        struct calendar calendar;
        int64_t due;

        crontab_calendar(&j->s->arena, job, &calendar);
        if (calendar_next(&calendar, &(struct timezone){0}, DAY * 1000000, &due) < 0)
                return tree_absent(t, "no moment is left for it");
        return tree_unreadable(t, "cron does not keep when it last ran");
}

static void add_schedule(struct tree *t, struct bio_node *node, const char *words, size_t length)
{
        tree_append(tree_set(node, "schedule", tree_list(t)), tree_bytes(t, words, length));
}

static void add_cron_job(struct cron *cron, const char *program, const char *path, const char *shown, unsigned line,
                         const struct crontab_job *job)
{
        enum bio_class class = streq(path, shown) ? BIO_TECHNICAL : BIO_PERSONAL;
        struct bio_node *node =
                backup_add_job(cron->j, program, arena_printf(&cron->j->s->arena, "file:%s", path), class);
        struct tree *t = facts_tree(cron->j->f);

        if (!node)
                return;
        tree_from(node, shown, line, 0);
        tree_class(node, class);
        tree_set(node, "enabled", is_enabled(t, cron->state));
        add_schedule(t, node, job->schedule, job->schedule_length);
        tree_set(node, "due", due_node(cron->j, job));
}

/* --- run-parts */

/* What cron takes of its directory, and run-parts of its own: letters, digits, `_` and `-` alone. */
static bool is_plain_name(const char *name)
{
        for (; *name; name++)
                if (!isalnum((unsigned char)*name) && *name != '_' && *name != '-')
                        return false;
        return true;
}

static bool take_literal(const char **s, const char *literal)
{
        if (!starts_with(*s, literal))
                return false;
        *s += strlen(literal);
        *s += strspn(*s, " \t");
        return true;
}

/* The guard of Debian's crontab: nothing is run where anacron does it. False where it keeps cron from it. */
static bool pass_guard(struct systemd *s, const char **command)
{
        static const char *const guards[] = {"test -x " ANACRON " || ", "[ -x " ANACRON " ] || "};
        const struct access_file *file;
        size_t i;

        for (i = 0; i < ELEMENTS(guards); i++)
                if (take_literal(command, guards[i])) {
                        file = access_stat(s->access, ANACRON);
                        return file->state == BIO_ABSENT;
                }
        return true;
}

/* The directory of a command that does nothing but have run-parts run its files; NULL where it is another. */
static const char *run_parts_directory(struct systemd *s, const char *command, size_t length)
{
        char *text = arena_copy(&s->arena, command, length);
        const char *at = text, *from;
        char close;

        if (!pass_guard(s, &at))
                return NULL;
        close = *at == '{' ? '}' : *at == '(' ? ')' : '\0';
        if (close)
                at += 1 + strspn(at + 1, " \t");
        (void)take_literal(&at, "cd / && ");
        if (!take_literal(&at, "run-parts ") && !take_literal(&at, "/usr/bin/run-parts ") &&
            !take_literal(&at, "/bin/run-parts "))
                return NULL;
        while (take_literal(&at, "--report ") || take_literal(&at, "--verbose ") || take_literal(&at, "-v "))
                ;
        from = at;
        at += strcspn(at, " \t;)&|<>");
        if (*from != '/')
                return NULL;
        length = (size_t)(at - from);
        at += strspn(at, " \t;");
        if (close ? at[0] != close || at[1 + strspn(at + 1, " \t")] : *at != '\0')
                return NULL;
        return arena_copy(&s->arena, from, length);
}

/* Files that are executable by somebody: root runs them. */
static void each_part(struct systemd *s, const char *path,
                      void (*take)(void *user, const char *file, const char *program), void *user)
{
        const struct access_directory *directory = access_list(s->access, path);
        size_t i;

        for (i = 0; directory->state == BIO_KNOWN && i < directory->count; i++) {
                const char *file = arena_printf(&s->arena, "%s/%s", path, directory->names[i]);
                const char *program = is_plain_name(directory->names[i]) ? backup_file_program(s, file, false) : NULL;

                if (program)
                        take(user, file, program);
        }
}

struct part_of_cron {
        struct cron *cron;
        const struct crontab_job *job;
};

static void take_part(void *user, const char *file, const char *program)
{
        struct part_of_cron *part = user;

        add_cron_job(part->cron, program, file, file, 0, part->job);
}

static void take_crontab(struct cron *cron, const char *path, bool with_user)
{
        struct jobs *j = cron->j;
        const struct access_file *file = access_read(j->s->access, path, CRONTAB_MOST);
        struct crontab_job job = {0};
        struct lines lines;
        struct line line;

        if (!is_taken(j, file, with_user))
                return;
        lines = lines_of(file->bytes, file->length);
        while (lines_next(&lines, &line)) {
                const char *program, *parts;

                if (crontab_line_read(line.bytes, line.length, with_user, &job) != CRONTAB_JOB)
                        continue;
                program = backup_line_program(j->s, job.command, job.command_length);
                parts = program ? NULL : run_parts_directory(j->s, job.command, job.command_length);
                if (program)
                        /* A source is no place for somebody's name: the subject, which is personal, has the path. */
                        add_cron_job(cron, program, path, with_user ? path : USERS, line.number, &job);
                else if (parts && with_user && span_is(job.user, job.user_length, "root"))
                        each_part(j->s, parts, take_part, &(struct part_of_cron){cron, &job});
        }
}

/* --- anacron */

struct anacron_job {
        struct jobs *j;
        const struct bio_node *state;
        const char *name;
        int period; /* days */
        const char *words;
        unsigned line;
};

/* The day on which anacron last ran a job, as the moment when that began: YYYYMMDD. */
static struct bio_node *anacron_last(struct jobs *j, const char *name)
{
        const char *path = arena_printf(&j->s->arena, "%s/%s", SPOOL, name);
        const struct access_file *file = access_read(j->s->access, path, 64);
        struct tree *t = facts_tree(j->f);
        int date[3] = {0}, i;

        if (file->state == BIO_ABSENT)
                return tree_from(tree_absent(t, "never"), path, 0, 0);
        if (file->state != BIO_KNOWN)
                return tree_from(tree_unreadable(t, "%s", file->why), path, 0, 0);
        for (i = 0; i < 8 && isdigit((unsigned char)file->bytes[i]); i++)
                date[i < 4 ? 0 : i < 6 ? 1 : 2] = date[i < 4 ? 0 : i < 6 ? 1 : 2] * 10 + file->bytes[i] - '0';
        if (i < 8 || date[1] < 1 || date[1] > 12 || date[2] < 1 || date[2] > 31)
                return tree_from(tree_undecidable(t, "no date"), path, 0, 0);
        return tree_from(tree_integer(t, date_days((struct date){date[0], date[1], date[2]}) * DAY), path, 1, 0);
}

/* Since when anacron may have been started. */
static int64_t installed_at(const struct anacron_job *job)
{
        struct access *access = job->j->s->access;
        int64_t program = access_stat(access, ANACRON)->ctime, link = 0;

        if (tree_source(job->state))
                link = access_lstat(access, tree_source(job->state))->ctime;
        return program > link ? program : link;
}

/* A period after its day, with two days more: one for the day to end, one for the hours in which anacron is not
 * started. A host that was off is given as long since its start. */
static struct bio_node *anacron_due(const struct anacron_job *job, const struct bio_node *last)
{
        const char *offline = live_offline(facts_live(job->j->f));
        const struct bio_node *start = tree_get(live_process(facts_live(job->j->f), facts_tree(job->j->f), 1), "start");
        struct tree *t = facts_tree(job->j->f);
        char text[MOMENT_TEXT];
        int64_t due, up;

        if (offline)
                return tree_unreadable(t, "%s", offline);
        if ((tree_state(last) != BIO_KNOWN && tree_state(last) != BIO_ABSENT) || tree_state(start) != BIO_KNOWN)
                return tree_undecidable(t, "since when it waits is not known");
        due = tree_state(last) == BIO_KNOWN ? tree_integer_of(last) + (job->period + 2) * DAY
                                            : installed_at(job) + 2 * DAY;
        up = tree_integer_of(start) + 2 * DAY;
        due = due > up ? due : up;
        moment_format(due, text);
        return tree_note(tree_from(tree_integer(t, due), ANACRONTAB, job->line, 0), "every %d days: by %s", job->period,
                         text);
}

static void add_anacron_job(void *user, const char *file, const char *program)
{
        const struct anacron_job *job = user;
        struct systemd *s = job->j->s;
        const char *name =
                file ? arena_printf(&s->arena, "file:%s", file) : arena_printf(&s->arena, "anacron:%s", job->name);
        struct bio_node *node = backup_add_job(job->j, program, name, BIO_TECHNICAL), *last;
        struct tree *t = facts_tree(job->j->f);

        if (!node)
                return;
        tree_from(node, file ? file : ANACRONTAB, file ? 0 : job->line, 0);
        tree_set(node, "enabled", is_enabled(t, job->state));
        add_schedule(t, node, job->words, strlen(job->words));
        last = tree_set(node, "last", anacron_last(job->j, job->name));
        tree_set(node, "due", anacron_due(job, last));
}

/* PERIOD DELAY NAME COMMAND (anacrontab(5)); a period may be @daily, @weekly, @monthly. */
static void take_anacrontab_line(struct jobs *j, const struct bio_node *state, const struct line *line)
{
        static const struct {
                const char *word;
                int days;
        } periods[] = {{"@daily", 1}, {"@weekly", 7}, {"@monthly", 31}, {"@yearly", 366}, {"@annually", 366}};
        char *text = arena_copy(&j->s->arena, line->bytes, line->length), *words[3], *at = text;
        struct anacron_job job = {.j = j, .state = state, .line = line->number};
        const char *program, *parts;
        size_t i;

        for (i = 0; i < ELEMENTS(words); i++) {
                at += strspn(at, " \t");
                words[i] = at;
                at += strcspn(at, " \t");
                if (!*at)
                        return;
                *at++ = '\0';
        }
        at += strspn(at, " \t");
        if (strchr("#=", words[0][0]) || strchr(words[0], '=') || strchr(words[1], '=') || strchr(words[2], '/'))
                return;
        for (i = 0; i < ELEMENTS(periods); i++)
                if (streq(periods[i].word, words[0]))
                        job.period = periods[i].days;
        for (i = 0; isdigit((unsigned char)words[0][i]) && job.period < PERIOD_MOST; i++)
                job.period = job.period * 10 + words[0][i] - '0';
        if (job.period == 0)
                return;
        job.name = words[2];
        job.words = words[0];
        program = backup_line_program(j->s, at, strlen(at));
        parts = program ? NULL : run_parts_directory(j->s, at, strlen(at));
        if (program)
                add_anacron_job(&job, NULL, program);
        else if (parts)
                each_part(j->s, parts, add_anacron_job, &job);
}

/* anacron is started by its timer, or once at each start of the host by its service. */
static void take_anacron(struct jobs *j)
{
        static const char *const starters[] = {"anacron.timer", "anacron.service"};
        const struct access_file *file;
        const struct bio_node *state = NULL;
        struct lines lines;
        struct line line;
        size_t i;

        if (access_stat(j->s->access, ANACRON)->state != BIO_KNOWN)
                return;
        file = access_read(j->s->access, ANACRONTAB, CRONTAB_MOST);
        if (file->state != BIO_KNOWN || memchr(file->bytes, '\0', file->length))
                return;
        for (i = 0; i < ELEMENTS(starters); i++)
                if (tree_state(state) != BIO_KNOWN || !streq(tree_bytes_of(state, NULL), "enabled"))
                        state = tree_get(backup_unit(j->f, starters[i]), "file_state");
        lines = lines_of(file->bytes, file->length);
        while (lines_next(&lines, &line) && line.number <= LINES_MOST) {
                span_trim(&line.bytes, &line.length);
                if (line.length > 0)
                        take_anacrontab_line(j, state, &line);
        }
}

void backup_crontabs(struct jobs *j)
{
        static const char *const daemons[] = {"cron.service", "crond.service", "cronie.service"};
        static const char system[] = "/etc/cron.d";
        const struct access_directory *directory;
        struct cron cron = {.j = j};
        size_t i;

        for (i = 0; i < ELEMENTS(daemons) && tree_state(cron.state) != BIO_KNOWN; i++)
                cron.state = tree_get(backup_unit(j->f, daemons[i]), "file_state");
        take_crontab(&cron, "/etc/crontab", true);
        directory = access_list(j->s->access, system);
        for (i = 0; directory->state == BIO_KNOWN && i < directory->count; i++)
                if (is_plain_name(directory->names[i]))
                        take_crontab(&cron, arena_printf(&j->s->arena, "%s/%s", system, directory->names[i]), true);
        directory = access_list(j->s->access, USERS);
        for (i = 0; directory->state == BIO_KNOWN && i < directory->count; i++)
                if (directory->names[i][0] != '.')
                        take_crontab(&cron, arena_printf(&j->s->arena, "%s/%s", USERS, directory->names[i]), false);
        take_anacron(j);
}
