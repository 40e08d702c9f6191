/* SPDX-License-Identifier: EUPL-1.2 */
/* The next moment of a calendar expression. */
#include <errno.h>

#include "base/date.h"
#include "facts/calendar.h"

#define SECOND    INT64_C(1000000)
#define DAY       (86400 * SECOND)
#define LAST_YEAR 2199
/* Each step goes a month ahead at least, or the clock over an hour that there is not. */
#define STEPS_MOST 100000

/* A local time. */
struct local {
        struct date date;
        int64_t time; /* microseconds since midnight */
};

/* The least value of a field that is `least` or more; false where there is none up to `most`. `month_days` above 0:
 * values count back from the end of that month. */
static bool least_value(const struct calendar_field *field, int least, int most, int month_days, int *ret)
{
        bool found = false;
        size_t i;

        if (field->count == 0) {
                *ret = least;
                return least <= most;
        }
        for (i = 0; i < field->count; i++) {
                struct calendar_range range = field->ranges[i];
                int value, stop = range.stop >= 0 ? range.stop : most;

                if (month_days > 0) {
                        stop = range.stop >= 0 ? month_days + 1 - range.start : most;
                        range.start = month_days + 1 - (range.stop >= 0 ? range.stop : range.start);
                }
                value = range.start;
                if (value < least) {
                        if (range.repeat == 0)
                                continue;
                        value += (least - value + range.repeat - 1) / range.repeat * range.repeat;
                        if (value > stop)
                                continue;
                }
                if (value <= most && (!found || value < *ret)) {
                        *ret = value;
                        found = true;
                }
        }
        return found;
}

static bool day_matches(const struct calendar *c, const struct local *l)
{
        int value, month_days = date_month_days(l->date.year, l->date.month);
        int64_t weekday = (date_days(l->date) + 3) % 7; /* the epoch was a Thursday */
        bool by_weekday = c->weekdays == 0 || (c->weekdays >> weekday & 1) != 0;
        bool by_number =
                least_value(&c->fields[CALENDAR_DAY], l->date.day, month_days, c->from_end ? month_days : 0, &value) &&
                value == l->date.day;

        if (c->either && c->weekdays != 0 && c->fields[CALENDAR_DAY].count > 0)
                return by_weekday || by_number;
        return by_weekday && by_number;
}

/* The least time of day that matches and is not before `least`. */
static bool next_time(const struct calendar *c, int64_t least, int64_t *ret)
{
        static const int64_t sizes[] = {3600 * SECOND, 60 * SECOND, 1};
        static const int most[] = {23, 59, 60 * (int)SECOND - 1};
        int from[3] = {(int)(least / sizes[0]), (int)(least % sizes[0] / sizes[1]), (int)(least % sizes[1])};
        int found[3];
        int level = 0;

        while (level < 3) {
                if (!least_value(&c->fields[CALENDAR_HOUR + level], from[level], most[level], 0, &found[level])) {
                        if (level == 0)
                                return false;
                        level--;
                        from[level] = found[level] + 1;
                        from[level + 1] = 0;
                        if (level == 0)
                                from[2] = 0;
                        continue;
                }
                if (found[level] > from[level] && level < 2)
                        from[level + 1] = 0;
                if (found[level] > from[level] && level == 0)
                        from[2] = 0;
                level++;
        }
        *ret = found[0] * sizes[0] + found[1] * sizes[1] + found[2];
        return true;
}

static void begin_month(struct local *l, int64_t months)
{
        int64_t month = l->date.year * 12 + l->date.month - 1 + months;

        *l = (struct local){{month / 12, (int)(month % 12) + 1, 1}, 0};
}

static void begin_day(struct local *l)
{
        l->time = 0;
        if (++l->date.day > date_month_days(l->date.year, l->date.month))
                begin_month(l, 1);
}

/* The least local time that matches and is not before `l`; false where there is none. */
static bool next_local(const struct calendar *c, struct local *l)
{
        int value;
        size_t steps;

        for (steps = 0; steps < STEPS_MOST; steps++) {
                if (l->date.year > LAST_YEAR ||
                    !least_value(&c->fields[CALENDAR_YEAR], (int)l->date.year, LAST_YEAR, 0, &value))
                        return false;
                if (value > l->date.year)
                        *l = (struct local){{value, 1, 1}, 0};
                if (!least_value(&c->fields[CALENDAR_MONTH], l->date.month, 12, 0, &value)) {
                        *l = (struct local){{l->date.year + 1, 1, 1}, 0};
                        continue;
                }
                if (value > l->date.month)
                        begin_month(l, value - l->date.month);
                if (day_matches(c, l) && next_time(c, l->time, &l->time))
                        return true;
                begin_day(l);
        }
        return false;
}

static struct local local_of(const struct timezone *zone, int64_t moment)
{
        int64_t local = moment + timezone_offset(zone, moment / SECOND) * SECOND;

        return (struct local){date_of_days(local / DAY), local % DAY};
}

int calendar_next(const struct calendar *c, const struct timezone *zone, int64_t after, int64_t *ret)
{
        size_t tries;
        struct local l;

        if (after < DAY || after > (LAST_YEAR - 1970) * INT64_C(366) * DAY)
                return -ENOENT;
        l = local_of(zone, after + 1);
        for (tries = 0; tries < 1000 && next_local(c, &l); tries++) {
                int64_t local = date_days(l.date) * DAY + l.time;
                int64_t moment = timezone_moment(zone, local / SECOND) * SECOND + local % SECOND;

                if (moment + timezone_offset(zone, moment / SECOND) * SECOND == local) {
                        *ret = moment;
                        return 0;
                }
                /* The clock is put forward over it: the search goes on behind the change. */
                l = local_of(zone, moment);
        }
        return -ENOENT;
}
