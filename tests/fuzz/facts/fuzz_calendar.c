/* SPDX-License-Identifier: EUPL-1.2 */
/* Calendar expressions: what comes next comes later, and the search ends. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "facts/calendar.h"

static enum calendar_zone zone_of(void *user, const char *word)
{
        (void)user;
        return word[0] == 'A' ? CALENDAR_ABBREVIATION : word[0] == 'Z' ? CALENDAR_ZONE : CALENDAR_NO_ZONE;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static const int64_t bases[] = {0, INT64_C(1774750000000000), INT64_C(4102444799999999), INT64_MAX};
        const struct timezone north = {.has_footer = true,
                                       .has_summer = true,
                                       .standard = 3600,
                                       .summer = 7200,
                                       .begins = {DAY_OF_WEEK, 0, 5, 3, 7200},
                                       .ends = {DAY_OF_WEEK, 0, 5, 10, 10800}};
        struct arena arena = {0};
        struct calendar c;
        size_t i;

        if (calendar_parse(&arena, arena_copy(&arena, data, size), zone_of, NULL, &c) == 0)
                for (i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
                        int64_t next;

                        if (calendar_next(&c, &(struct timezone){0}, bases[i], &next) == 0 && next <= bases[i])
                                abort();
                        (void)calendar_next(&c, &north, bases[i], &next);
                }
        arena_free(&arena);
        return 0;
}
