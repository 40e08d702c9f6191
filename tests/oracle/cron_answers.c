/* SPDX-License-Identifier: EUPL-1.2 */
/* What our facts make of lines of a user's crontab, for tests/oracle/cron: each line of standard input is answered by
 * one: "nothing", "job COMMAND" or "unknown". */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "facts/backup_internal.h"

int main(void)
{
        _cleanup_free_ char *line = NULL;
        size_t allocated = 0;
        ssize_t length;

        while ((length = getline(&line, &allocated, stdin)) > 0) {
                struct crontab_job job = {0};

                switch (crontab_line_read(line, (size_t)length - 1, false, &job)) {
                case CRONTAB_NOTHING:
                        puts("nothing");
                        break;
                case CRONTAB_JOB:
                        printf("job %.*s\n", (int)job.command_length, job.command);
                        break;
                case CRONTAB_UNKNOWN:
                        puts("unknown");
                        break;
                }
        }
        return fflush(stdout) == 0 ? 0 : 1;
}
