/* SPDX-License-Identifier: EUPL-1.2 */
/* Lines of crontabs: a job has a command within its line, and a program is found in its first words. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "facts/backup_internal.h"
#include "facts/lines.h"

static void take(const struct line *line, bool with_user)
{
        struct crontab_job job = {0};
        struct arena arena = {0};
        struct calendar calendar;
        int64_t next;

        if (crontab_line_read(line->bytes, line->length, with_user, &job) == CRONTAB_JOB) {
                if (job.command_length == 0 || job.command < line->bytes ||
                    job.command + job.command_length > line->bytes + line->length)
                        abort();
                if (with_user && (job.user_length == 0 || job.user + job.user_length > job.command))
                        abort();
                (void)backup_shell_program(&arena, job.command, job.command_length);
                crontab_calendar(&arena, &job, &calendar);
                if (calendar_next(&calendar, &(struct timezone){0}, INT64_C(1774750000000000), &next) == 0 &&
                    next <= INT64_C(1774750000000000))
                        abort();
        }
        arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct lines lines = lines_of((const char *)data, size);
        struct line line;

        while (lines_next(&lines, &line)) {
                take(&line, true);
                take(&line, false);
        }
        return 0;
}
