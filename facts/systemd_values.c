/* SPDX-License-Identifier: EUPL-1.2 */
/* Values of systemd's configuration (systemd.syntax(7), systemd.time(7)). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "facts/systemd_conf.h"

#define BLANKS " \t\n\r"
#define DIGITS "0123456789"

#define SECOND UINT64_C(1000000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
#define YEAR   (UINT64_C(31557600) * SECOND) /* 365.25 days */
#define MONTH  (UINT64_C(2629800) * SECOND)  /* a twelfth of it */

int conf_boolean(const char *s, bool *ret)
{
        static const struct {
                const char *word;
                bool value;
        } words[] = {
                {"1", true},  {"yes", true}, {"y", true},  {"true", true},   {"t", true},  {"on", true},
                {"0", false}, {"no", false}, {"n", false}, {"false", false}, {"f", false}, {"off", false},
        };
        size_t i;

        for (i = 0; i < ELEMENTS(words); i++)
                if (strcasecmp(words[i].word, s) == 0) {
                        *ret = words[i].value;
                        return 0;
                }
        return -EINVAL;
}

static const char *skip(const char *s, const char *characters)
{
        return s + strspn(s, characters);
}

/* Digits as strtoull(3) takes them, with a plus but no minus. The first character behind them. */
static int take_digits(const char *s, uint64_t *ret, const char **rest)
{
        unsigned long long value;
        char *end;

        if (*s == '-')
                return -ERANGE;
        errno = 0;
        value = strtoull(s, &end, 10);
        if (errno > 0)
                return -errno;
        *ret = value;
        *rest = end;
        return 0;
}

/* --- spans of time. A unit is the first of this table that the text begins with. */

static const struct {
        const char *name;
        uint64_t microseconds;
} units_of_time[] = {
        {"seconds", SECOND}, {"second", SECOND}, {"sec", SECOND},   {"s", SECOND},    {"minutes", MINUTE},
        {"minute", MINUTE},  {"min", MINUTE},    {"months", MONTH}, {"month", MONTH}, {"M", MONTH},
        {"msec", 1000},      {"ms", 1000},       {"m", MINUTE},     {"hours", HOUR},  {"hour", HOUR},
        {"hr", HOUR},        {"h", HOUR},        {"days", DAY},     {"day", DAY},     {"d", DAY},
        {"weeks", 7 * DAY},  {"week", 7 * DAY},  {"w", 7 * DAY},    {"years", YEAR},  {"year", YEAR},
        {"y", YEAR},         {"usec", 1},        {"us", 1},         {"\316\274s", 1}, /* Greek mu, and micro */
        {"\302\265s", 1},
};

static const char *take_unit(const char *s, uint64_t *ret)
{
        size_t i;

        for (i = 0; i < ELEMENTS(units_of_time); i++)
                if (starts_with(s, units_of_time[i].name)) {
                        *ret = units_of_time[i].microseconds;
                        return s + strlen(units_of_time[i].name);
                }
        *ret = SECOND;
        return s;
}

/* One number with its unit. */
static int take_span(const char **s, uint64_t *ret)
{
        const char *digits = *s, *fraction = NULL, *rest, *behind;
        uint64_t whole = 0, unit, part = 0, scale;
        int r = take_digits(digits, &whole, &rest);

        if (r < 0)
                return r;
        if (*rest == '.') {
                fraction = rest + 1;
                rest = skip(fraction, DIGITS);
                if (rest == fraction)
                        return -EINVAL;
        } else if (rest == digits) {
                return -EINVAL;
        }
        if (whole > INT64_MAX)
                return -ERANGE;
        behind = take_unit(skip(rest, BLANKS), &unit);
        /* "1.5.5" is nothing; "1.5 .5" is two numbers. */
        if (behind == rest && *rest)
                return -EINVAL;
        if (whole >= UINT64_MAX / unit)
                return -ERANGE;
        for (scale = unit / 10; fraction && strchr(DIGITS, *fraction) && *fraction && scale > 0; scale /= 10)
                part += (uint64_t)(*fraction++ - '0') * scale;
        if (part >= UINT64_MAX - whole * unit)
                return -ERANGE;
        *ret = whole * unit + part;
        *s = behind;
        return 0;
}

int conf_span(const char *s, uint64_t *ret)
{
        uint64_t sum = 0, span = 0;

        s = skip(s, BLANKS);
        if (starts_with(s, "infinity")) {
                if (*skip(s + strlen("infinity"), BLANKS))
                        return -EINVAL;
                *ret = UINT64_MAX;
                return 0;
        }
        if (!*s)
                return -EINVAL;
        for (; *s; s = skip(s, BLANKS)) {
                int r = take_span(&s, &span);

                if (r < 0)
                        return r;
                if (span >= UINT64_MAX - sum)
                        return -ERANGE;
                sum += span;
        }
        *ret = sum;
        return 0;
}

/* --- sizes. Suffixes come in this order, each once at most. */

static const char size_suffixes[] = "EPTGMKB";

/* "1.5": what the fraction is of one unit. A point without digits counts as nothing; more digits than 64 bits hold are
 * out of range. */
static int take_fraction(const char *s, double *ret, const char **rest)
{
        const char *digit = s + 1;
        uint64_t value = 0;
        int r;

        *ret = 0;
        *rest = s;
        if (*s != '.')
                return 0;
        *rest = digit;
        if (!*digit || !strchr(DIGITS, *digit))
                return 0;
        r = take_digits(digit, &value, rest);
        if (r < 0)
                return r;
        for (*ret = (double)value; digit < *rest; digit++)
                *ret /= 10;
        return 0;
}

int conf_size(const char *s, uint64_t *ret)
{
        const size_t count = strlen(size_suffixes);
        size_t next = 0, i;
        uint64_t sum = 0;

        do {
                const char *digits = skip(s, BLANKS), *rest;
                uint64_t whole = 0, factor, part;
                double fraction;
                int r = take_digits(digits, &whole, &rest);

                if (r < 0)
                        return r;
                if (rest == digits || next > count)
                        return -EINVAL;
                r = take_fraction(rest, &fraction, &rest);
                if (r < 0)
                        return r;
                rest = skip(rest, BLANKS);
                for (i = next; i < count && *rest != size_suffixes[i]; i++)
                        ;
                factor = i < count - 1 ? UINT64_C(1) << (10 * (count - 1 - i)) : 1;
                if (whole + (fraction > 0) > UINT64_MAX / factor)
                        return -ERANGE;
                part = whole * factor + (uint64_t)(fraction * (double)factor);
                if (part > UINT64_MAX - sum)
                        return -ERANGE;
                sum += part;
                s = rest + (i < count ? 1 : 0);
                next = i + 1;
        } while (*s);
        *ret = sum;
        return 0;
}

/* --- numbers and levels */

int conf_number(const char *s, uint64_t most, uint64_t *ret)
{
        unsigned long long value;
        int base = 0;
        char *end;

        s = skip(s, BLANKS);
        if (*s == '-')
                return -ERANGE;
        if (s[0] == '0' && s[1] && strchr("bBoO", s[1])) {
                base = s[1] == 'b' || s[1] == 'B' ? 2 : 8;
                s += 2;
                if (*skip(s, BLANKS) == '-')
                        return -ERANGE;
        }
        errno = 0;
        value = strtoull(s, &end, base);
        if (errno > 0)
                return -errno;
        if (end == s || *end)
                return -EINVAL;
        if (value > most)
                return -ERANGE;
        *ret = value;
        return 0;
}

int conf_level(const char *s, int *ret)
{
        static const char *const names[] = {"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"};
        uint64_t number;
        size_t i;

        for (i = 0; i < ELEMENTS(names); i++)
                if (streq(names[i], s)) {
                        *ret = (int)i;
                        return 0;
                }
        if (conf_number(s, ELEMENTS(names) - 1, &number) < 0)
                return -EINVAL;
        *ret = (int)number;
        return 0;
}
