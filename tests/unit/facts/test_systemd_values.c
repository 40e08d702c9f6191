/* SPDX-License-Identifier: EUPL-1.2 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "facts/systemd_conf.h"

struct row {
        const char *text;
        int result;
        uint64_t value;
};

#define SECOND UINT64_C(1000000)

/* As systemd-analyze timespan of Debian 12 and 13 answers. */
static void spans_of_time(void **state)
{
        static const struct row rows[] = {
                {"0", 0, 0},
                {"5 min", 0, 300 * SECOND},
                {"1h30m", 0, 5400 * SECOND},
                {"1M", 0, 2629800 * SECOND},
                {"1month 2d", 0, (2629800 + 2 * 86400) * SECOND},
                {"1.5", 0, 1500000},
                {".5s", 0, 500000},
                {"1.123456789s", 0, 1123456},
                {" 3 ", 0, 3 * SECOND},
                {"3 4", 0, 7 * SECOND},
                {"+3", 0, 3 * SECOND},
                {"1 \302\265s", 0, 1},
                {"1 \316\274s", 0, 1},
                {"infinity", 0, UINT64_MAX},
                {"18446744073708", 0, UINT64_C(18446744073708000000)},
                {"18446744073709", -ERANGE, 0},
                {"9223372036854775808us", -ERANGE, 0},
                {"9223372036854775807us 9223372036854775807us 9us", -ERANGE, 0},
                {"-1", -ERANGE, 0},
                {"1s -1", -ERANGE, 0},
                {"", -EINVAL, 0},
                {"5.s", -EINVAL, 0},
                {"1.5.5s", -EINVAL, 0},
                {"3+4", -EINVAL, 0},
                {"3 fortnights", -EINVAL, 0},
                {"3S", -EINVAL, 0},
                {"infinity 3s", -EINVAL, 0},
                {"0x10", -EINVAL, 0},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                uint64_t value = 0;

                print_message("%s\n", rows[i].text);
                assert_int_equal(conf_span(rows[i].text, &value), rows[i].result);
                if (rows[i].result == 0)
                        assert_true(value == rows[i].value);
        }
}

static void sizes(void **state)
{
        static const struct row rows[] = {
                {"1024", 0, 1024},
                {"1K", 0, 1024},
                {"3G", 0, UINT64_C(3) << 30},
                {"1.5M", 0, 1572864},
                {"10.M", 0, 10485760},
                {"0.5000000000000000000K", 0, 512},
                {"0.50000000000000000000K", -ERANGE, 0},
                {"1G 5M", 0, (UINT64_C(1) << 30) + (UINT64_C(5) << 20)},
                {"7 B", 0, 7},
                {"1E", 0, UINT64_C(1) << 60},
                {"18446744073709551615", 0, UINT64_MAX},
                {"16E", -ERANGE, 0},
                {"18446744073709551616", -ERANGE, 0},
                {"-1", -ERANGE, 0},
                {"", -EINVAL, 0},
                {"1k", -EINVAL, 0},
                {"1KB", -EINVAL, 0},
                {"5M 1G", -EINVAL, 0},
                {"1 2", -EINVAL, 0},
                {"M", -EINVAL, 0},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                uint64_t value = 0;

                print_message("%s\n", rows[i].text);
                assert_int_equal(conf_size(rows[i].text, &value), rows[i].result);
                if (rows[i].result == 0)
                        assert_true(value == rows[i].value);
        }
}

static void numbers(void **state)
{
        static const struct row rows[] = {
                {"0", 0, 0},
                {"010", 0, 8},
                {"0x1F", 0, 31},
                {"0b11", 0, 3},
                {"0O17", 0, 15},
                {" 7", 0, 7},
                {"4294967295", 0, 4294967295},
                {"4294967296", -ERANGE, 0},
                {"-1", -ERANGE, 0},
                {"0b-1", -ERANGE, 0},
                {"0b", -EINVAL, 0},
                {"08", -EINVAL, 0},
                {"1k", -EINVAL, 0},
                {"", -EINVAL, 0},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                uint64_t value = 0;

                print_message("%s\n", rows[i].text);
                assert_int_equal(conf_number(rows[i].text, UINT32_MAX, &value), rows[i].result);
                if (rows[i].result == 0)
                        assert_true(value == rows[i].value);
        }
}

static void booleans_and_levels(void **state)
{
        bool boolean = false;
        int level = -1;

        (void)state;
        assert_int_equal(conf_boolean("On", &boolean), 0);
        assert_true(boolean);
        assert_int_equal(conf_boolean("F", &boolean), 0);
        assert_false(boolean);
        assert_int_equal(conf_boolean("", &boolean), -EINVAL);
        assert_int_equal(conf_boolean("yes ", &boolean), -EINVAL);
        assert_int_equal(conf_level("warning", &level), 0);
        assert_int_equal(level, 4);
        assert_int_equal(conf_level("7", &level), 0);
        assert_int_equal(level, 7);
        assert_int_equal(conf_level("8", &level), -EINVAL);
        assert_int_equal(conf_level("Info", &level), -EINVAL);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(spans_of_time),
                cmocka_unit_test(sizes),
                cmocka_unit_test(numbers),
                cmocka_unit_test(booleans_and_levels),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
