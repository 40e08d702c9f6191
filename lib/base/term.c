/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/term.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"

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

struct date {
        int64_t year;
        unsigned month, day; /* from 1 */
};

static bool leap_year(int64_t year)
{
        return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static unsigned month_length(int64_t year, unsigned month)
{
        static const unsigned char lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

        return month == 2 && leap_year(year) ? 29 : lengths[month - 1];
}

/* Days since 1970-01-01 in the proleptic Gregorian calendar. Years are counted from March, so that the leap day is the
 * last of its year; 400 years are one era of 146,097 days (H. Hinnant, chrono-compatible low-level date algorithms). */
static int64_t days_of(const struct date *d)
{
        int64_t year = d->month <= 2 ? d->year - 1 : d->year;
        int64_t era = (year >= 0 ? year : year - 399) / 400;
        int64_t year_of_era = year - era * 400;
        int64_t month = d->month > 2 ? d->month - 3 : d->month + 9;
        int64_t day_of_year = (153 * month + 2) / 5 + d->day - 1;

        return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

static struct date date_of(int64_t days)
{
        int64_t shifted = days + 719468;
        int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
        int64_t day_of_era = shifted - era * 146097;
        int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
        int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        int64_t month = (5 * day_of_year + 2) / 153;

        return (struct date){
                .year = year_of_era + era * 400 + (month >= 10),
                .month = (unsigned)(month < 10 ? month + 3 : month - 9),
                .day = (unsigned)(day_of_year - (153 * month + 2) / 5 + 1),
        };
}

/* Splits a moment into whole days and the seconds after them, downwards also before 1970. */
static int64_t split_days(int64_t moment, int64_t *ret_seconds)
{
        int64_t days = moment / SECONDS_A_DAY, seconds = moment % SECONDS_A_DAY;

        if (seconds < 0) {
                seconds += SECONDS_A_DAY;
                days--;
        }
        *ret_seconds = seconds;
        return days;
}

int64_t term_add(int64_t moment, const struct term *t)
{
        int64_t seconds, months, added;
        struct date date = date_of(split_days(moment, &seconds));

        months = (int64_t)date.month - 1 + t->months;
        date.year += t->years + months / 12;
        date.month = (unsigned)(months % 12) + 1;
        if (date.day > month_length(date.year, date.month))
                date.day = month_length(date.year, date.month);
        /* The end of time is far enough. */
        if (__builtin_mul_overflow(days_of(&date) + t->days, SECONDS_A_DAY, &moment) ||
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
        d = date_of(split_days(moment, &seconds));
        (void)snprintf(out, MOMENT_TEXT, "%04u-%02u-%02uT%02u:%02u:%02uZ", (unsigned)d.year % 10000, d.month % 100,
                       d.day % 100, (unsigned)(seconds / 3600) % 100, (unsigned)(seconds / 60 % 60),
                       (unsigned)(seconds % 60));
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
        unsigned year;
        struct date date;
        int64_t seconds = 0;

        if (take_digits(&s, 4, &year) < 0 || take_character(&s, "-") < 0 || take_digits(&s, 2, &date.month) < 0 ||
            take_character(&s, "-") < 0 || take_digits(&s, 2, &date.day) < 0)
                return -EINVAL;
        date.year = year;
        if (date.month < 1 || date.month > 12 || date.day < 1 || date.day > month_length(year, date.month))
                return -EINVAL;
        if (*s && (take_character(&s, "Tt") < 0 || take_clock(&s, &seconds) < 0))
                return -EINVAL;
        if (*s)
                return -EINVAL;
        *ret = days_of(&date) * SECONDS_A_DAY + seconds;
        return 0;
}

int64_t moment_now(void)
{
        return (int64_t)time(NULL);
}
