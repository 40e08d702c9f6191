/* SPDX-License-Identifier: EUPL-1.2 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/term.h"

#include "base/cleanup.h"

static void terms_are_parsed(void **state)
{
        static const struct {
                const char *s;
                struct term term;
        } terms[] = {
                {"P1Y", {1, 0, 0, 0}},     {"P2D", {0, 0, 2, 0}},
                {"P3W", {0, 0, 21, 0}},    {"P1Y2M3W4DT5H6M7S", {1, 2, 25, 5 * 3600 + 6 * 60 + 7}},
                {"PT15M", {0, 0, 0, 900}}, {"P1M", {0, 1, 0, 0}},
                {"P0Y1D", {0, 0, 1, 0}},   {"PT100000H", {0, 0, 0, UINT64_C(360000000)}},
        };
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(terms); i++) {
                struct term t;

                assert_int_equal(term_parse(terms[i].s, &t), 0);
                assert_int_equal(t.years, terms[i].term.years);
                assert_int_equal(t.months, terms[i].term.months);
                assert_int_equal(t.days, terms[i].term.days);
                assert_int_equal(t.seconds, terms[i].term.seconds);
        }
}

static void what_is_no_term_is_refused(void **state)
{
        static const char *const foreign[] = {
                "",          "P",      "PT",    "P1",    "1Y",    "P1DT",     "P1D1Y",
                "P1Y1Y",     "P-1D",   "-P1D",  "P1.5D", "P1,5D", "P1H",      "PT1D",
                "p1d",       "P1D ",   " P1D",  "P0D",   "PT0S",  "P100001D", "P99999999999999999999D",
                "P1DT1HT1M", "PT1S1M", "PTT1S", "P+1D"};
        struct term t;
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(foreign); i++)
                assert_int_equal(term_parse(foreign[i], &t), -EINVAL);
}

static void calendar_time_is_added(void **state)
{
        static const char *const sums[][3] = {
                {"2026-01-31T08:30:00Z", "P1M", "2026-02-28T08:30:00Z"},
                {"2024-01-31T08:30:00Z", "P1M", "2024-02-29T08:30:00Z"},
                {"2024-02-29T00:00:00Z", "P1Y", "2025-02-28T00:00:00Z"},
                {"2024-02-29T00:00:00Z", "P4Y", "2028-02-29T00:00:00Z"},
                {"1999-12-31T23:59:59Z", "PT1S", "2000-01-01T00:00:00Z"},
                {"2026-11-30T00:00:00Z", "P1Y3M", "2028-02-29T00:00:00Z"},
                {"2026-01-31T00:00:00Z", "P1M1D", "2026-03-01T00:00:00Z"},
                {"2026-12-15T00:00:00Z", "P13M", "2028-01-15T00:00:00Z"},
                {"1969-12-31T23:00:00Z", "PT2H", "1970-01-01T01:00:00Z"},
                {"2026-06-01T12:00:00Z", "P2W", "2026-06-15T12:00:00Z"},
        };
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(sums); i++) {
                char text[MOMENT_TEXT];
                struct term t;
                int64_t moment;

                assert_int_equal(moment_parse(sums[i][0], &moment), 0);
                assert_int_equal(term_parse(sums[i][1], &t), 0);
                moment_format(term_add(moment, &t), text);
                assert_string_equal(text, sums[i][2]);
        }
}

static void the_end_of_time_does_not_overflow(void **state)
{
        struct term longest = {100000, 100000, 800000, UINT64_MAX}, day = {0, 0, 1, 0};

        (void)state;
        assert_true(term_add(INT64_MAX, &day) == INT64_MAX);
        assert_true(term_add(INT64_MAX, &longest) == INT64_MAX);
        assert_true(term_add(0, &longest) == INT64_MAX);
        assert_true(term_add(INT64_MIN, &day) == INT64_MIN + 86400);
}

static void terms_without_calendar_are_seconds(void **state)
{
        struct term t;
        uint64_t seconds;

        (void)state;
        assert_int_equal(term_parse("P1W1DT1S", &t), 0);
        assert_int_equal(term_seconds(&t, &seconds), 0);
        assert_int_equal(seconds, 8 * 86400 + 1);
        assert_int_equal(term_parse("P1M", &t), 0);
        assert_int_equal(term_seconds(&t, &seconds), -EINVAL);
        assert_int_equal(term_parse("P1Y", &t), 0);
        assert_int_equal(term_seconds(&t, &seconds), -EINVAL);
}

static void moments_are_parsed(void **state)
{
        static const struct {
                const char *s;
                int64_t moment;
        } moments[] = {
                {"1970-01-01T00:00:00Z", 0},
                {"1970-01-01", 0},
                {"2026-01-31", 1769817600},
                {"2026-01-31T08:30:00Z", 1769848200},
                {"2026-01-31t08:30:00z", 1769848200},
                {"2026-01-31T08:30:00.999999Z", 1769848200},
                {"2026-01-31T09:30:00+01:00", 1769848200},
                {"2026-01-31T03:00:00-05:30", 1769848200},
                {"1969-12-31T23:59:59Z", -1},
                {"2016-12-31T23:59:60Z", 1483228800},
                {"0000-01-01T00:00:00Z", -62167219200},
                {"9999-12-31T23:59:59Z", 253402300799},
        };
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(moments); i++) {
                int64_t moment;

                assert_int_equal(moment_parse(moments[i].s, &moment), 0);
                assert_true(moment == moments[i].moment);
        }
}

static void what_is_no_moment_is_refused(void **state)
{
        static const char *const foreign[] = {
                "",
                "2026",
                "2026-1-31",
                "2026-02-29",
                "2026-00-01",
                "2026-13-01",
                "2026-01-00",
                "2026-04-31",
                "26-01-01",
                "2026-01-31 08:30:00Z",
                "2026-01-31T08:30:00",
                "2026-01-31T08:30Z",
                "2026-01-31T",
                "2026-01-31T24:00:00Z",
                "2026-01-31T08:60:00Z",
                "2026-01-31T08:30:60Z",
                "2026-01-31T08:30:00.Z",
                "2026-01-31T08:30:00+0100",
                "2026-01-31T08:30:00+24:00",
                "2026-01-31T08:30:00+01:60",
                "2026-01-31T08:30:00Zx",
                "2026-01-31x",
                "+2026-01-31",
                "1900-02-29",
                "2026-01-31T08:30:00+",
                "2026-01-31Z",
        };
        int64_t moment;
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(foreign); i++)
                assert_int_equal(moment_parse(foreign[i], &moment), -EINVAL);
}

static void moments_agree_with_gmtime(void **state)
{
        int64_t moment, back;

        (void)state;
        for (moment = -62167219200; moment <= 253402300799; moment += 86400 * 17 + 12345) {
                time_t time = (time_t)moment;
                char text[MOMENT_TEXT], expected[MOMENT_TEXT];
                struct tm tm;

                (void)gmtime_r(&time, &tm);
                (void)snprintf(expected, sizeof(expected), "%04u-%02u-%02uT%02u:%02u:%02uZ",
                               (unsigned)(tm.tm_year + 1900) % 10000, (unsigned)(tm.tm_mon + 1) % 100,
                               (unsigned)tm.tm_mday % 100, (unsigned)tm.tm_hour % 100, (unsigned)tm.tm_min % 100,
                               (unsigned)tm.tm_sec % 100);
                moment_format(moment, text);
                assert_string_equal(text, expected);
                assert_int_equal(moment_parse(text, &back), 0);
                assert_true(back == moment);
        }
}

static void moments_outside_four_digits_are_the_nearest_inside(void **state)
{
        char text[MOMENT_TEXT];

        (void)state;
        moment_format(INT64_MAX, text);
        assert_string_equal(text, "9999-12-31T23:59:59Z");
        moment_format(INT64_MIN, text);
        assert_string_equal(text, "0000-01-01T00:00:00Z");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(terms_are_parsed),
                cmocka_unit_test(what_is_no_term_is_refused),
                cmocka_unit_test(calendar_time_is_added),
                cmocka_unit_test(the_end_of_time_does_not_overflow),
                cmocka_unit_test(terms_without_calendar_are_seconds),
                cmocka_unit_test(moments_are_parsed),
                cmocka_unit_test(what_is_no_moment_is_refused),
                cmocka_unit_test(moments_agree_with_gmtime),
                cmocka_unit_test(moments_outside_four_digits_are_the_nearest_inside),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
