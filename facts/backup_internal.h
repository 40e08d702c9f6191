/* SPDX-License-Identifier: EUPL-1.2 */
/* The parts of the fact `backup`. */
#ifndef FACTS_BACKUP_INTERNAL_H
#define FACTS_BACKUP_INTERNAL_H

#include "facts/systemd_internal.h"

/* True where a word stands in a text of words with blanks between. */
bool has_word(const char *words, const char *word);

/* The backup program that a command runs, of our table, with what makes it a backup; or NULL. */
const char *backup_program(const char *const *words, size_t count);
/* Names of the table, NULL behind the last. */
const char *backup_program_name(size_t i);
/* The same of a line for a shell: of its first simple command alone. */
const char *backup_shell_program(struct arena *arena, const char *line, size_t length);

enum crontab_line { CRONTAB_NOTHING, CRONTAB_JOB, CRONTAB_UNKNOWN };
/* Not NUL-terminated. */
struct crontab_job {
        const char *user, *command;
        size_t user_length, command_length;
};
/* A line of a crontab (crontab(5)), in the plain form alone; `with_user`: of the system's crontabs. */
enum crontab_line crontab_line_read(const char *s, size_t length, bool with_user, struct crontab_job *ret);

#endif
