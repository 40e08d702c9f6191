/* SPDX-License-Identifier: EUPL-1.2 */
/* What our facts make of timers, for tests/oracle/units: ROOT MOMENT, and the name of a timer on each line of standard
 * input. It is answered by one: "unknown", or with tabs between the unit that it starts, yes or no (persistent), its
 * accuracy, and each of its values: KEY=MICROSECONDS, or OnCalendar= and the next moments in seconds; "open" for what
 * is not modelled. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "facts/timer.h"

static void print_value(const struct timer_value *value, int64_t moment)
{
        int turns;

        printf("\t%s=", value->key);
        if (value->is_open) {
                printf("open");
                return;
        }
        if (value->base != TIMER_CALENDAR) {
                printf("%" PRIu64, value->span);
                return;
        }
        for (turns = 0, moment *= 1000000; turns < 3; turns++) {
                if (calendar_next(&value->calendar, value->zone, moment, &moment) < 0) {
                        printf("never");
                        return;
                }
                printf("%" PRId64 " ", moment / 1000000);
        }
}

int main(int argc, char **argv)
{
        _cleanup_access_ struct access *access = NULL;
        _cleanup_free_ char *line = NULL;
        size_t allocated = 0, i;
        struct facts *facts;
        struct live *live;
        ssize_t length;

        if (argc != 3 || access_open(argv[1], &access) < 0)
                return 1;
        live = live_new(NULL, true);
        facts = facts_new(access, live, NULL, NULL);
        while ((length = getline(&line, &allocated, stdin)) > 0) {
                struct timer timer;

                line[length - 1] = '\0';
                timer_read(systemd_of(facts), line, &timer);
                if (timer.why) {
                        puts("unknown");
                        continue;
                }
                timer_settle(systemd_of(facts), &timer);
                printf("%s\t%s\t%" PRIu64, timer.unit, timer.persistent ? "yes" : "no", timer.accuracy);
                for (i = 0; i < timer.count; i++)
                        print_value(&timer.values[i], strtoll(argv[2], NULL, 10));
                putchar('\n');
        }
        facts_free(facts);
        live_free(live);
        return fflush(stdout) == 0 ? 0 : 1;
}
