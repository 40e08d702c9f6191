/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/term.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/date.h"

#define NUMBER_MOST   100000U
#define SECONDS_A_DAY 86400
#define MOMENT_FIRST  INT64_C(-62167219200) /* 0000-01-01T00:00:00Z */
#define MOMENT_LAST   INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

/* Takes decimal digits off *s; a number above NUMBER_MOST is an error. */
static int take_number(const char **s, unsigned *ret)
{
        unsigned value = 0;
        const char *p = *s;

        for (; *p >= '0' && *p <= '9'; p++) {
                value = value * 10 + (unsigned)(*p - '0');
                if (value > NUMBER_MOST)
                        return -EINVAL;
        }
        if (p == *s)
                return -EINVAL;
        *s = p;
        *ret = value;
        return 0;
}

/* Takes number-and-letter pairs off *s, letters in the order of `units`, each at most once; values[i] belongs to
 * units[i]. At least one pair. */
static int take_pairs(const char **s, const char *units, unsigned *values)
{
        const char *unit = units;
        const char *p = *s;

        while (*p && *p != 'T') {
                unsigned value;
                const char *found;

                if (take_number(&p, &value) < 0)
                        return -EINVAL;
                found = *p ? strchr(unit, *p) : NULL;
                if (!found)
                        return -EINVAL;
                values[found - units] = value;
                unit = found + 1;
                p++;
        }
        if (p == *s)
                return -EINVAL;
        *s = p;
        return 0;
}

int term_parse(const char *s, struct term *ret)
{
        unsigned date[4] = {0}, clock[3] = {0};
        struct term t;

        if (*s++ != 'P' || !*s)
                return -EINVAL;
        if (*s != 'T' && take_pairs(&s, "YMWD", date) < 0)
                return -EINVAL;
        if (*s == 'T' && (s++, take_pairs(&s, "HMS", clock) < 0))
                return -EINVAL;
        if (*s)
                return -EINVAL;
        t = (struct term){
                .years = date[0],
                .months = date[1],
                .days = date[2] * 7 + date[3],
                .seconds = (uint64_t)clock[0] * 3600 + (uint64_t)clock[1] * 60 + clock[2],
        };
        if (t.years == 0 && t.months == 0 && t.days == 0 && t.seconds == 0)
                return -EINVAL;
        *ret = t;
        return 0;
}

int64_t term_add(int64_t moment, const struct term *t)
{
        int64_t seconds, months, added;
        struct date date = date_of_days(date_split(moment, &seconds));

        months = (int64_t)date.month - 1 + t->months;
        date.year += t->years + months / 12;
        date.month = (int)(months % 12) + 1;
        if (date.day > date_month_days(date.year, date.month))
                date.day = date_month_days(date.year, date.month);
        /* The end of time is far enough. */
        if (__builtin_mul_overflow(date_days(date) + t->days, SECONDS_A_DAY, &moment) ||
            __builtin_add_overflow(seconds, t->seconds, &added) || __builtin_add_overflow(moment, added, &moment))
                return INT64_MAX;
        return moment;
}

int term_seconds(const struct term *t, uint64_t *ret)
{
        if (t->years > 0 || t->months > 0)
                return -EINVAL;
        *ret = (uint64_t)t->days * SECONDS_A_DAY + t->seconds;
        return 0;
}

void moment_format(int64_t moment, char out[static MOMENT_TEXT])
{
        int64_t seconds;
        struct date d;

        if (moment < MOMENT_FIRST)
                moment = MOMENT_FIRST;
        if (moment > MOMENT_LAST)
                moment = MOMENT_LAST;
        d = date_of_days(date_split(moment, &seconds));
        (void)snprintf(out, MOMENT_TEXT, "%04u-%02u-%02uT%02u:%02u:%02uZ", (unsigned)d.year % 10000,
                       (unsigned)d.month % 100, (unsigned)d.day % 100, (unsigned)(seconds / 3600) % 100,
                       (unsigned)(seconds / 60 % 60), (unsigned)(seconds % 60));
}

/* Takes exactly `digits` decimal digits off *s. */
static int take_digits(const char **s, unsigned digits, unsigned *ret)
{
        unsigned value = 0;

        for (; digits > 0; digits--, (*s)++) {
                if (**s < '0' || **s > '9')
                        return -EINVAL;
                value = value * 10 + (unsigned)(**s - '0');
        }
        *ret = value;
        return 0;
}

static int take_character(const char **s, const char *any_of)
{
        if (!**s || !strchr(any_of, **s))
                return -EINVAL;
        return *(*s)++;
}

/* Z, or ±hh:mm, as the seconds that local time is ahead of UTC. */
static int take_offset(const char **s, int64_t *ret)
{
        int sign = take_character(s, "Zz+-");
        unsigned hours, minutes;

        if (sign < 0)
                return -EINVAL;
        *ret = 0;
        if (sign == 'Z' || sign == 'z')
                return 0;
        if (take_digits(s, 2, &hours) < 0 || take_character(s, ":") < 0 || take_digits(s, 2, &minutes) < 0 ||
            hours > 23 || minutes > 59)
                return -EINVAL;
        *ret = (int64_t)(hours * 60 + minutes) * 60;
        if (sign == '-')
                *ret = -*ret;
        return 0;
}

/* hh:mm:ss, a fraction that is cut off, and an offset: seconds after the date's midnight in UTC. */
static int take_clock(const char **s, int64_t *ret)
{
        unsigned hours, minutes, seconds;
        int64_t ahead;

        if (take_digits(s, 2, &hours) < 0 || take_character(s, ":") < 0 || take_digits(s, 2, &minutes) < 0 ||
            take_character(s, ":") < 0 || take_digits(s, 2, &seconds) < 0)
                return -EINVAL;
        /* RFC 3339 §5.7: 60 only as a leap second, which is the last of its minute. */
        if (hours > 23 || minutes > 59 || seconds > (minutes == 59 ? 60U : 59U))
                return -EINVAL;
        if (**s == '.') {
                size_t digits = strspn(++*s, "0123456789");

                if (digits == 0)
                        return -EINVAL;
                *s += digits;
        }
        if (take_offset(s, &ahead) < 0)
                return -EINVAL;
        *ret = (int64_t)hours * 3600 + minutes * 60 + seconds - ahead;
        return 0;
}

int moment_parse(const char *s, int64_t *ret)
{
        unsigned year, month, day;
        int64_t seconds = 0;

        if (take_digits(&s, 4, &year) < 0 || take_character(&s, "-") < 0 || take_digits(&s, 2, &month) < 0 ||
            take_character(&s, "-") < 0 || take_digits(&s, 2, &day) < 0)
                return -EINVAL;
        if (month < 1 || month > 12 || day < 1 || (int)day > date_month_days(year, (int)month))
                return -EINVAL;
        if (*s && (take_character(&s, "Tt") < 0 || take_clock(&s, &seconds) < 0))
                return -EINVAL;
        if (*s)
                return -EINVAL;
        *ret = date_days((struct date){year, (int)month, (int)day}) * SECONDS_A_DAY + seconds;
        return 0;
}

int64_t moment_now(void)
{
        return (int64_t)time(NULL);
}
