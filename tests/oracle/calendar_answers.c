/* SPDX-License-Identifier: EUPL-1.2 */
/* What our facts make of calendar expressions, for tests/oracle/calendar: ROOT has the time zones. Each line of
 * standard input is COUNT BASE EXPRESSION with tabs between, BASE in seconds; it is answered by one: "refused", "open",
 * or the next moments in seconds, "never" where they end. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "facts/calendar.h"

struct zones {
        struct access *access;
        struct arena *arena;
        struct timezone host;
};

static enum calendar_zone zone_of(void *user, const char *word)
{
        struct zones *zones = user;
        struct timezone zone;

        if (timezone_abbreviates(&zones->host, word))
                return CALENDAR_ABBREVIATION;
        return timezone_by_name(zones->access, zones->arena, word, &zone) == 0 ? CALENDAR_ZONE : CALENDAR_NO_ZONE;
}

static void answer(struct zones *zones, long count, int64_t base, const char *expression)
{
        struct timezone zone = zones->host;
        struct calendar c;
        int r = calendar_parse(zones->arena, expression, zone_of, zones, &c);

        if (r < 0) {
                puts(r == -EOPNOTSUPP ? "open" : "refused");
                return;
        }
        if (c.zone && timezone_by_name(zones->access, zones->arena, c.zone, &zone) < 0)
                exit(1);
        for (base *= 1000000; count > 0; count--) {
                if (calendar_next(&c, &zone, base, &base) < 0) {
                        printf("never");
                        break;
                }
                printf("%" PRId64 " ", base / 1000000);
        }
        putchar('\n');
}

int main(int argc, char **argv)
{
        _cleanup_free_ char *line = NULL;
        _cleanup_access_ struct access *access = NULL;
        size_t allocated = 0;
        ssize_t length;

        if (argc != 2 || access_open(argv[1], &access) < 0)
                return 1;
        while ((length = getline(&line, &allocated, stdin)) > 0) {
                struct arena arena = {0};
                struct zones zones = {.access = access, .arena = &arena};
                char *base, *expression;
                long count = strtol(line, &base, 10);
                int64_t moment = strtoll(base, &expression, 10);

                line[length - 1] = '\0';
                if (*expression != '\t' || timezone_of_host(access, &arena, &zones.host))
                        return 1;
                answer(&zones, count, moment, expression + 1);
                arena_free(&arena);
        }
        return fflush(stdout) == 0 ? 0 : 1;
}
