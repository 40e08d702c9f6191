/* SPDX-License-Identifier: EUPL-1.2 */
/* Calendars (tests/oracle/calendar holds those of systemd against systemd itself), and zones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>

#include "base/term.h"
#include "base/text.h"
#include "facts/backup_internal.h"

static struct arena arena;

static enum calendar_zone no_zone(void *user, const char *word)
{
        (void)user;
        return streq(word, "CEST") ? CALENDAR_ABBREVIATION : CALENDAR_NO_ZONE;
}

static int64_t moment(const char *s)
{
        int64_t seconds;

        assert_int_equal(moment_parse(s, &seconds), 0);
        return seconds * 1000000;
}

static void assert_next(const struct calendar *c, const struct timezone *zone, const char *after, const char *next)
{
        char text[MOMENT_TEXT] = "never";
        int64_t found;

        if (calendar_next(c, zone, moment(after), &found) == 0)
                moment_format(found / 1000000, text);
        assert_string_equal(text, next);
}

static void expressions(void **state)
{
        static const struct {
                const char *text, *after, *next;
        } rows[] = {
                {"daily", "2026-01-31T08:30:00Z", "2026-02-01T00:00:00Z"},
                {"daily", "2026-01-31T00:00:00Z", "2026-02-01T00:00:00Z"},
                {"Mon..Fri 22:15", "2026-01-30T22:15:00Z", "2026-02-02T22:15:00Z"},
                {"*-*~1", "2026-01-31T00:00:01Z", "2026-02-28T00:00:00Z"},
                {"*-*-* 6..9/2:30", "2026-01-31T06:30:00Z", "2026-01-31T08:30:00Z"},
                {"*:0/20:30", "2026-01-31T23:40:30Z", "2026-02-01T00:00:30Z"},
                {"quarterly", "2026-01-31T00:00:00Z", "2026-04-01T00:00:00Z"},
                {"*-02-29", "2026-01-31T00:00:00Z", "2028-02-29T00:00:00Z"},
                {"*-02-30", "2026-01-31T00:00:00Z", "never"},
                {"2025-12-31", "2026-01-31T00:00:00Z", "never"},
        };
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(rows); i++) {
                struct calendar c;

                assert_int_equal(calendar_parse(&arena, rows[i].text, no_zone, NULL, &c), 0);
                assert_next(&c, &(struct timezone){0}, rows[i].after, rows[i].next);
        }
}

static void no_expressions(void **state)
{
        static const char *const texts[] = {"",         "every night", "*-13-01",  "25:00",
                                            "*-*-* 10", "Fri..Mon",    "*:*:5..5", "daily Nowhere"};
        struct calendar c;
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(texts); i++)
                assert_int_equal(calendar_parse(&arena, texts[i], no_zone, NULL, &c), -EINVAL);
        assert_int_equal(calendar_parse(&arena, "daily CEST", no_zone, NULL, &c), -EOPNOTSUPP);
}

/* crontab(5): either of two days where both are given; a star with a step is none given. */
static void crontabs(void **state)
{
        static const struct {
                const char *line, *after, *next;
        } rows[] = {
                {"0 3 * * * x", "2026-01-31T03:00:00Z", "2026-02-01T03:00:00Z"},
                {"*/20 8-10 * * * x", "2026-01-31T10:40:00Z", "2026-02-01T08:00:00Z"},
                {"30 4 1,15 * fri x", "2026-01-31T00:00:00Z", "2026-02-01T04:30:00Z"},
                {"30 4 1,15 * fri x", "2026-02-01T05:00:00Z", "2026-02-06T04:30:00Z"},
                {"0 0 */2 * mon x", "2026-01-31T00:00:00Z", "2026-02-09T00:00:00Z"},
                {"0 0 13 * */7 x", "2026-01-31T00:00:00Z", "2026-09-13T00:00:00Z"},
                {"0 0 * * 7 x", "2026-01-31T00:00:00Z", "2026-02-01T00:00:00Z"},
                {"0 0 * jun-aug/2 sun x", "2026-06-30T00:00:00Z", "2026-08-02T00:00:00Z"},
                {"@weekly x", "2026-01-31T00:00:00Z", "2026-02-01T00:00:00Z"},
                {"@hourly x", "2026-01-31T00:00:00Z", "2026-01-31T01:00:00Z"},
                {"@yearly x", "2026-01-31T00:00:00Z", "2027-01-01T00:00:00Z"},
                {"0 0 30 2 * x", "2026-01-31T00:00:00Z", "never"},
        };
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(rows); i++) {
                struct crontab_job job = {0};
                struct calendar c;

                assert_int_equal(crontab_line_read(rows[i].line, strlen(rows[i].line), false, &job), CRONTAB_JOB);
                crontab_calendar(&arena, &job, &c);
                assert_next(&c, &(struct timezone){0}, rows[i].after, rows[i].next);
        }
}

/* The end of a file of zones: what counts behind all changes that it lists. */
static struct timezone zone_of_footer(const char *footer)
{
        static const char block[] =
                "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\4"
                "\0\0\0\0\0\0LMT";
        char bytes[256];
        struct timezone zone;
        size_t length;

        memcpy(bytes, block, 54);
        memcpy(bytes + 54, block, 54);
        bytes[108] = '\n';
        length = 109 + strlen(footer);
        memcpy(bytes + 109, footer, strlen(footer));
        bytes[length++] = '\n';
        assert_int_equal(timezone_parse(&arena, bytes, length, &zone), 0);
        return zone;
}

static void summer_time(void **state)
{
        struct timezone north = zone_of_footer("CET-1CEST,M3.5.0,M10.5.0/3");
        struct timezone south = zone_of_footer("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0");
        struct calendar c;

        (void)state;
        assert_int_equal(timezone_offset(&north, moment("2026-03-29T00:59:59Z") / 1000000), 3600);
        assert_int_equal(timezone_offset(&north, moment("2026-03-29T01:00:00Z") / 1000000), 7200);
        assert_int_equal(timezone_offset(&north, moment("2026-10-25T01:00:00Z") / 1000000), 3600);
        assert_int_equal(timezone_offset(&south, moment("2026-01-01T00:00:00Z") / 1000000), 11 * 3600);
        assert_int_equal(timezone_offset(&south, moment("2026-07-01T00:00:00Z") / 1000000), 10 * 3600 + 1800);
        assert_true(timezone_abbreviates(&north, "lmt"));
        assert_int_equal(calendar_parse(&arena, "03:00", no_zone, NULL, &c), 0);
        assert_next(&c, &north, "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z");
        /* Half past two there is not on that day. */
        assert_int_equal(calendar_parse(&arena, "02:30", no_zone, NULL, &c), 0);
        assert_next(&c, &north, "2026-03-28T12:00:00Z", "2026-03-30T00:30:00Z");
}

static int release(void **state)
{
        (void)state;
        arena_free(&arena);
        arena = (struct arena){0};
        return 0;
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_teardown(expressions, release),
                cmocka_unit_test_teardown(no_expressions, release),
                cmocka_unit_test_teardown(crontabs, release),
                cmocka_unit_test_teardown(summer_time, release),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
