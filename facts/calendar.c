/* SPDX-License-Identifier: EUPL-1.2 */
/* Expressions of OnCalendar= (systemd.time(7), CALENDAR EVENTS). */
#include "facts/calendar.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/date.h"
#include "base/text.h"

#define SECOND      1000000 /* microseconds */
#define RANGES_MOST 241     /* systemd takes no more in one field */

/* What a field may hold. */
static const struct {
        int least, most;
} bounds[CALENDAR_UNITS] = {{1970, 2199}, {1, 12}, {1, 31}, {0, 23}, {0, 59}, {0, 60 * SECOND - 1}};

/* --- fields */

static void add_range(struct arena *arena, struct calendar_field *field, struct calendar_range range)
{
        /* There is room up to the next power of two. */
        if ((field->count & (field->count - 1)) == 0) {
                struct calendar_range *more = arena_alloc(arena, (field->count * 2 + 1) * sizeof(*more));

                if (field->count > 0)
                        memcpy(more, field->ranges, field->count * sizeof(*more));
                field->ranges = more;
        }
        field->ranges[field->count++] = range;
}

static void add_value(struct arena *arena, struct calendar_field *field, int value)
{
        add_range(arena, field, (struct calendar_range){value, -1, 0});
}

/* Digits behind the point, rounded to microseconds. */
static bool take_fraction(const char **s, unsigned *ret)
{
        unsigned value = 0;
        size_t i;

        if (!isdigit((unsigned char)**s))
                return false;
        for (i = 0; i < 6; i++)
                value = value * 10 + (isdigit((unsigned char)**s) ? (unsigned)(*(*s)++ - '0') : 0);
        *ret = value + (**s >= '5' && **s <= '9' ? 1 : 0);
        while (isdigit((unsigned char)**s))
                (*s)++;
        return true;
}

static int take_number(const char **s, bool seconds, int *ret)
{
        unsigned long value;
        unsigned fraction;
        char *end;

        if (!isdigit((unsigned char)**s))
                return -EINVAL;
        errno = 0;
        value = strtoul(*s, &end, 10);
        if (errno > 0 || value > INT_MAX)
                return -ERANGE;
        *s = end;
        if (seconds) {
                value *= SECOND;
                if ((*s)[0] == '.' && (*s)[1] != '.') {
                        (*s)++;
                        if (!take_fraction(s, &fraction))
                                return -EINVAL;
                        value += fraction;
                }
                if (value > INT_MAX)
                        return -ERANGE;
        }
        *ret = (int)value;
        return 0;
}

static int take_range(const char **s, bool seconds, struct calendar_range *ret)
{
        int r;

        *ret = (struct calendar_range){0, -1, 0};
        r = take_number(s, seconds, &ret->start);
        if (r < 0)
                return r;
        if ((*s)[0] == '.' && (*s)[1] == '.') {
                *s += 2;
                r = take_number(s, seconds, &ret->stop);
                if (r < 0)
                        return r;
                ret->repeat = seconds ? SECOND : 1;
        }
        if (**s == '/') {
                (*s)++;
                r = take_number(s, seconds, &ret->repeat);
                if (r < 0 || ret->repeat == 0)
                        return -EINVAL;
        } else if (seconds && ret->stop >= 0 && ret->stop - ret->start < SECOND) {
                return -EINVAL;
        }
        return **s && !strchr(" ,-~:", **s) ? -EINVAL : 0;
}

/* `*`, or ranges with commas between. */
static int take_field(struct arena *arena, const char **s, bool seconds, struct calendar_field *ret)
{
        struct calendar_range range;
        int r;

        *ret = (struct calendar_field){0};
        if (**s == '*') {
                (*s)++;
                if (seconds)
                        add_range(arena, ret, (struct calendar_range){0, -1, SECOND});
                return 0;
        }
        for (;;) {
                if (ret->count == RANGES_MOST)
                        return -EINVAL;
                r = take_range(s, seconds, &range);
                if (r < 0)
                        return r;
                add_range(arena, ret, range);
                if (**s != ',')
                        return 0;
                (*s)++;
        }
}

/* 12 is 2012, 89 is 1989. */
static int whole_year(int year)
{
        return year < 0 || year >= 100 ? year : year < 70 ? year + 2000 : year + 1900;
}

static bool range_is_valid(const struct calendar_range *range, int least, int most, bool from_end)
{
        if (range->start < least || range->start > most || range->repeat > most - least)
                return false;
        if (range->stop >= 0)
                return range->stop >= least && range->stop <= most && range->repeat <= range->stop - range->start;
        return from_end ? range->start - range->repeat >= least : range->repeat <= most - range->start;
}

static int range_compare(const void *a, const void *b)
{
        const struct calendar_range *x = a, *y = b;

        if (x->start != y->start)
                return x->start < y->start ? -1 : 1;
        if (x->stop != y->stop)
                return x->stop < y->stop ? -1 : 1;
        return x->repeat == y->repeat ? 0 : x->repeat < y->repeat ? -1 : 1;
}

/* Puts ranges into their plain form, in order, each once. */
static void plain_ranges(struct calendar_field *field, bool years)
{
        size_t i, kept = 0;

        for (i = 0; i < field->count; i++) {
                struct calendar_range *range = &field->ranges[i];

                if (years) {
                        range->start = whole_year(range->start);
                        range->stop = whole_year(range->stop);
                }
                if (range->stop > range->start && range->repeat > 0)
                        range->stop -= (range->stop - range->start) % range->repeat;
                /* What has no room for a second value is the first alone. */
                if (range->stop == range->start)
                        *range = (struct calendar_range){range->start, -1, 0};
        }
        if (field->count > 1)
                qsort(field->ranges, field->count, sizeof(*field->ranges), range_compare);
        for (i = 0; i < field->count; i++)
                if (kept == 0 || range_compare(&field->ranges[i], &field->ranges[kept - 1]) != 0)
                        field->ranges[kept++] = field->ranges[i];
        field->count = kept;
}

/* False where a range is out of bounds. Of several that count from the end of the month systemd takes the bound three
 * days lower with each. */
static bool settle(struct calendar *c)
{
        size_t unit, i;

        for (unit = 0; unit < CALENDAR_UNITS; unit++) {
                bool from_end = unit == CALENDAR_DAY && c->from_end;
                int most = bounds[unit].most;

                plain_ranges(&c->fields[unit], unit == CALENDAR_YEAR);
                for (i = 0; i < c->fields[unit].count; i++) {
                        most -= from_end ? 3 : 0;
                        if (!range_is_valid(&c->fields[unit].ranges[i], bounds[unit].least, most, from_end))
                                return false;
                }
        }
        return true;
}

/* --- words */

/* What a word stands for: the value of a field, -1 any; of months every so many from the first on. */
static const struct {
        const char *word;
        unsigned weekdays;
        int months;
        int month, day, hour, minute;
} words[] = {
        {"minutely", 0, 0, -1, -1, -1, -1},  {"hourly", 0, 0, -1, -1, -1, 0},   {"daily", 0, 0, -1, -1, 0, 0},
        {"weekly", 1, 0, -1, -1, 0, 0},      {"monthly", 0, 0, -1, 1, 0, 0},    {"quarterly", 0, 3, 1, 1, 0, 0},
        {"annually", 0, 0, 1, 1, 0, 0},      {"yearly", 0, 0, 1, 1, 0, 0},      {"anually", 0, 0, 1, 1, 0, 0},
        {"biannually", 0, 6, 1, 1, 0, 0},    {"bi-annually", 0, 6, 1, 1, 0, 0}, {"semiannually", 0, 6, 1, 1, 0, 0},
        {"semi-annually", 0, 6, 1, 1, 0, 0},
};

static bool take_word(struct arena *arena, const char *s, struct calendar *c)
{
        size_t i;
        int month;

        for (i = 0; i < ELEMENTS(words) && strcasecmp(words[i].word, s) != 0; i++)
                ;
        if (i == ELEMENTS(words))
                return false;
        c->weekdays = words[i].weekdays;
        for (month = words[i].month; month > 0 && month <= 12; month += words[i].months > 0 ? words[i].months : 12)
                add_value(arena, &c->fields[CALENDAR_MONTH], month);
        if (words[i].day >= 0)
                add_value(arena, &c->fields[CALENDAR_DAY], words[i].day);
        if (words[i].hour >= 0)
                add_value(arena, &c->fields[CALENDAR_HOUR], words[i].hour);
        if (words[i].minute >= 0)
                add_value(arena, &c->fields[CALENDAR_MINUTE], words[i].minute);
        add_value(arena, &c->fields[CALENDAR_MICROSECOND], 0);
        return true;
}

/* --- weekdays */

/* The day that a text begins with, and what is behind it; -1: none. */
static int take_weekday(const char **s)
{
        static const char *const days[] = {"monday", "tuesday",  "wednesday", "thursday",
                                           "friday", "saturday", "sunday"};
        size_t i;

        for (i = 0; i < ELEMENTS(days); i++) {
                if (strncasecmp(*s, days[i], 3) != 0)
                        continue;
                *s += strncasecmp(*s, days[i], strlen(days[i])) == 0 ? strlen(days[i]) : 3;
                return (int)i;
        }
        return -1;
}

static int take_weekdays(const char **s, struct calendar *c)
{
        int from = -1, day, i;
        bool first = true;

        for (;; first = false) {
                const char *at = *s;

                day = take_weekday(&at);
                if (day < 0)
                        return first ? 0 : -EINVAL;
                if ((*at && !strchr("-., ", *at)) || from > day)
                        return -EINVAL;
                for (i = from < 0 ? day : from; i <= day; i++)
                        c->weekdays |= 1U << i;
                *s = at;
                if ((at[0] == '.' && at[1] == '.') || at[0] == '-') {
                        if (from >= 0)
                                return -EINVAL;
                        from = day;
                        *s += at[0] == '.' ? 2 : 1;
                } else if (*at == ',') {
                        from = -1;
                        (*s)++;
                } else if (*at == '.') {
                        return -EINVAL;
                } else {
                        *s += strspn(*s, " ");
                        return 0;
                }
                /* A comma may come last, a range not be left open. */
                if (**s == '\0' || **s == ' ') {
                        *s += strspn(*s, " ");
                        return from < 0 ? 0 : -EINVAL;
                }
        }
}

/* --- date and time */

/* @SECONDS since the epoch. */
static int take_moment(struct arena *arena, const char **s, struct calendar *c)
{
        unsigned long seconds;
        struct date date;
        char *end;

        errno = 0;
        seconds = strtoul(*s, &end, 10);
        if (errno > 0 || end == *s)
                return -EINVAL;
        *s = end;
        /* Far beyond the last year that there may be. */
        if (seconds > INT64_C(1) << 40)
                return -ERANGE;
        date = date_of_days((int64_t)(seconds / 86400));
        add_value(arena, &c->fields[CALENDAR_YEAR], (int)date.year);
        add_value(arena, &c->fields[CALENDAR_MONTH], date.month);
        add_value(arena, &c->fields[CALENDAR_DAY], date.day);
        add_value(arena, &c->fields[CALENDAR_HOUR], (int)(seconds / 3600 % 24));
        add_value(arena, &c->fields[CALENDAR_MINUTE], (int)(seconds / 60 % 60));
        add_value(arena, &c->fields[CALENDAR_MICROSECOND], (int)(seconds % 60) * SECOND);
        c->zone = "UTC";
        return 0;
}

/* [YEAR-]MONTH-DAY, with `~` before days that count from the end. Nothing is taken where a time comes first. */
static int take_date(struct arena *arena, const char **s, struct calendar *c)
{
        struct calendar_field fields[3];
        const char *at = *s;
        size_t count = 0, i;
        int r;

        for (;;) {
                r = take_field(arena, &at, false, &fields[count++]);
                if (r < 0)
                        return r;
                if (count == 1 && (*at == '\0' || *at == ':'))
                        return 0;
                if (count > 1 && (*at == '\0' || *at == ' '))
                        break;
                if (count == ELEMENTS(fields) || c->from_end || !*at || !strchr("-~", *at))
                        return -EINVAL;
                c->from_end = *at++ == '~';
        }
        for (i = 0; i < count; i++)
                c->fields[CALENDAR_DAY + 1 - count + i] = fields[i];
        *s = at + strspn(at, " ");
        return 0;
}

static int take_time(struct arena *arena, const char **s, struct calendar *c)
{
        size_t unit;
        int r;

        for (unit = CALENDAR_HOUR; unit < CALENDAR_UNITS; unit++) {
                /* No time at all is midnight, seconds may be left out. */
                if (**s == '\0' && unit != CALENDAR_MINUTE) {
                        for (; unit < CALENDAR_UNITS; unit++)
                                add_value(arena, &c->fields[unit], 0);
                        return 0;
                }
                if (unit > CALENDAR_HOUR && *(*s)++ != ':')
                        return -EINVAL;
                r = take_field(arena, s, unit == CALENDAR_MICROSECOND, &c->fields[unit]);
                if (r < 0)
                        return r;
        }
        return **s ? -EINVAL : 0;
}

static int take_moments(struct arena *arena, const char *s, struct calendar *c)
{
        int r = take_weekdays(&s, c);

        if (r < 0)
                return r;
        if (*s == '@') {
                s++;
                r = take_moment(arena, &s, c);
                return r < 0 ? r : *s ? -EINVAL : 0;
        }
        if (*s)
                r = take_date(arena, &s, c);
        return r < 0 ? r : take_time(arena, &s, c);
}

int calendar_parse(struct arena *arena, const char *s, enum calendar_zone (*zone_of)(void *user, const char *word),
                   void *user, struct calendar *ret)
{
        const char *last = strrchr(s, ' ');
        enum calendar_zone kind = CALENDAR_NO_ZONE;
        int r;

        *ret = (struct calendar){0};
        if (last && strcasecmp(last + 1, "UTC") == 0) {
                ret->zone = "UTC";
                kind = CALENDAR_ZONE;
        } else if (last) {
                kind = zone_of(user, last + 1);
                if (kind == CALENDAR_ABBREVIATION)
                        return -EOPNOTSUPP;
                if (kind == CALENDAR_ZONE)
                        ret->zone = arena_copy(arena, last + 1, strlen(last + 1));
        }
        if (kind == CALENDAR_ZONE)
                s = arena_copy(arena, s, (size_t)(last - s));
        if (!*s)
                return -EINVAL;
        if (!take_word(arena, s, ret)) {
                r = take_moments(arena, s, ret);
                if (r < 0)
                        return r;
        }
        if (ret->weekdays == 0x7f)
                ret->weekdays = 0;
        if (ret->fields[CALENDAR_DAY].count == 0)
                ret->from_end = false;
        return settle(ret) ? 0 : -EINVAL;
}
