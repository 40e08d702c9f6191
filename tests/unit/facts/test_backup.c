/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "facts/backup_internal.h"

static void lines_of_crontabs(void **state)
{
        static const struct {
                const char *line;
                bool with_user;
                enum crontab_line kind;
                const char *command;
        } lines[] = {
                {"0 3 * * * root restic backup /", true, CRONTAB_JOB, "restic backup /"},
                {"0 3 * * * restic backup /", false, CRONTAB_JOB, "restic backup /"},
                {"*/15\t0-23/2 1,15 jan-dec mon,wed root x", true, CRONTAB_JOB, "x"},
                {"@daily root x y", true, CRONTAB_JOB, "x y"},
                {"@daily x", false, CRONTAB_JOB, "x"},
                {"@reboot root x", true, CRONTAB_NOTHING, NULL},
                {"# 0 3 * * * root x", true, CRONTAB_NOTHING, NULL},
                {"  ", true, CRONTAB_NOTHING, NULL},
                {"PATH=/usr/bin", true, CRONTAB_NOTHING, NULL},
                {"60 3 * * * root x", true, CRONTAB_UNKNOWN, NULL},
                {"0 24 * * * root x", true, CRONTAB_UNKNOWN, NULL},
                {"0 3 0 * * root x", true, CRONTAB_UNKNOWN, NULL},
                {"0 3 * 13 * root x", true, CRONTAB_UNKNOWN, NULL},
                {"0 3 * * 8 root x", true, CRONTAB_UNKNOWN, NULL},
                {"0 3 * * someday root x", true, CRONTAB_UNKNOWN, NULL},
                {"0 3 * * */0 root x", true, CRONTAB_UNKNOWN, NULL},
                {"0 3 * *", true, CRONTAB_UNKNOWN, NULL},
                {"0 3 * * * root", true, CRONTAB_UNKNOWN, NULL},
                {"@fortnightly root x", true, CRONTAB_UNKNOWN, NULL},
                {"word", true, CRONTAB_UNKNOWN, NULL},
        };
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(lines); i++) {
                struct crontab_job job = {0};

                if (crontab_line_read(lines[i].line, strlen(lines[i].line), lines[i].with_user, &job) != lines[i].kind)
                        fail_msg("%s", lines[i].line);
                if (lines[i].command)
                        assert_memory_equal(job.command, lines[i].command, job.command_length);
        }
}

static void programs_of_shell_lines(void **state)
{
        static const struct {
                const char *line, *program;
        } lines[] = {
                {"restic backup /srv", "restic"},
                {"/usr/bin/restic -r /repo backup /srv >/dev/null 2>&1", "restic"},
                {"nice -n 10 ionice -c3 borg create repo::x /etc", "borg"},
                {"RESTIC_REPOSITORY=/r restic backup / && restic forget", "restic"},
                {"borgmatic", "borgmatic"},
                {"borgmatic --verbosity 1", "borgmatic"},
                {"borgmatic list", NULL},
                {"restic forget --prune", NULL},
                {"restic snapshots --tag backup", NULL},
                {"restic backup --dry-run /srv", NULL},
                {"[ -x /usr/bin/restic ] && restic backup /", NULL},
                {"false && restic backup /", NULL},
                {"cd / ; restic backup /", NULL},
                {"if true; then restic backup /; fi", NULL},
                {"echo restic backup", NULL},
                {"rsync -a /srv host:/srv", NULL},
                {"/usr/local/bin/backup.sh", NULL},
                {"", NULL},
        };
        struct arena arena = {0};
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(lines); i++) {
                const char *program = backup_shell_program(&arena, lines[i].line, strlen(lines[i].line));

                if (!streq(program, lines[i].program))
                        fail_msg("%s: %s", lines[i].line, program ? program : "none");
        }
        arena_free(&arena);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(lines_of_crontabs),
                cmocka_unit_test(programs_of_shell_lines),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
