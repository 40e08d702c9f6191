/* SPDX-License-Identifier: EUPL-1.2 */
/* The parts of the fact `backup`. */
#ifndef FACTS_BACKUP_INTERNAL_H
#define FACTS_BACKUP_INTERNAL_H

#include "facts/calendar.h"
#include "facts/systemd_internal.h"

struct jobs {
        struct facts *f;
        struct systemd *s;
        struct bio_node *list;
};

/* A new job, or NULL where there are too many. */
struct bio_node *backup_add_job(struct jobs *j, const char *program, const char *name, enum bio_class class);
const struct bio_node *backup_unit(struct facts *f, const char *unit);
/* Timers of systemd; crontabs, with what run-parts(8) and anacron(8) run for them. */
void backup_timers(struct jobs *j);
void backup_crontabs(struct jobs *j);

/* True where a word stands in a text of words with blanks between. */
bool has_word(const char *words, const char *word);

/* The backup program that a command runs, of our table, with what makes it a backup; or NULL. */
const char *backup_program(const char *const *words, size_t count);
/* Names of the table, NULL behind the last. */
const char *backup_program_name(size_t i);
/* The same of a line for a shell: of its first simple command alone. */
const char *backup_shell_program(struct arena *arena, const char *line, size_t length);

/* Where a command's own name stands, behind what only starts it; `count` where there is none. */
size_t backup_command_at(const char *const *words, size_t count);
/* The same as backup_program(), also where the command is a script that comes to such a program for certain. */
const char *backup_command_program(struct systemd *s, const char *const *words, size_t count);
const char *backup_line_program(struct systemd *s, const char *line, size_t length);
/* What a file comes to that is executed, or given to a shell. */
const char *backup_file_program(struct systemd *s, const char *path, bool by_shell);
/* What a script's text comes to; `needs_shell`: its first line must name one. */
const char *backup_script_program(struct arena *arena, const char *text, size_t length, bool needs_shell);

enum crontab_line { CRONTAB_NOTHING, CRONTAB_JOB, CRONTAB_UNKNOWN };
/* Not NUL-terminated. */
struct crontab_job {
        const char *schedule, *user, *command; /* schedule: five fields, or @WORD */
        size_t schedule_length, user_length, command_length;
};
/* The schedule of a job as a calendar. */
void crontab_calendar(struct arena *arena, const struct crontab_job *job, struct calendar *ret);
/* A line of a crontab (crontab(5)), in the plain form alone; `with_user`: of the system's crontabs. */
enum crontab_line crontab_line_read(const char *s, size_t length, bool with_user, struct crontab_job *ret);

#endif
