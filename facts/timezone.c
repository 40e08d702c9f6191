/* SPDX-License-Identifier: EUPL-1.2 */
#include "facts/timezone.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/date.h"

#define DAY_SECONDS      INT64_C(86400)
#define HEADER_SIZE      44
#define TRANSITIONS_MOST 2000
#define TYPES_MOST       256

/* --- the footer: NAME OFFSET [NAME [OFFSET] ,RULE,RULE] */

static bool take_name(const char **s)
{
        const char *at = *s;

        if (*at == '<') {
                at = strchr(at, '>');
                if (!at)
                        return false;
                *s = at + 1;
                return true;
        }
        while (isalpha((unsigned char)*at))
                at++;
        if (at == *s)
                return false;
        *s = at;
        return true;
}

static bool take_number(const char **s, int most, int *ret)
{
        int value = 0, digits;

        for (digits = 0; isdigit((unsigned char)**s) && digits < 4; digits++)
                value = value * 10 + *(*s)++ - '0';
        *ret = value;
        return digits > 0 && value <= most;
}

/* [+-]H[:M[:S]] in seconds. */
static bool take_time(const char **s, int *ret)
{
        int sign = **s == '-' ? -1 : 1, hours, minutes = 0, seconds = 0;

        *s += **s == '-' || **s == '+';
        if (!take_number(s, 167, &hours))
                return false;
        if (**s == ':') {
                (*s)++;
                if (!take_number(s, 59, &minutes))
                        return false;
                if (**s == ':') {
                        (*s)++;
                        if (!take_number(s, 59, &seconds))
                                return false;
                }
        }
        *ret = sign * (hours * 3600 + minutes * 60 + seconds);
        return true;
}

static bool take_rule(const char **s, struct timezone_rule *ret)
{
        *ret = (struct timezone_rule){.time = 2 * 3600};
        if (*(*s)++ != ',')
                return false;
        if (**s == 'M') {
                ret->kind = DAY_OF_WEEK;
                (*s)++;
                if (!take_number(s, 12, &ret->month) || ret->month < 1 || *(*s)++ != '.' ||
                    !take_number(s, 5, &ret->week) || ret->week < 1 || *(*s)++ != '.' || !take_number(s, 6, &ret->day))
                        return false;
        } else {
                ret->kind = **s == 'J' ? DAY_WITHOUT_LEAP : DAY_OF_YEAR;
                *s += **s == 'J';
                if (!take_number(s, 365, &ret->day))
                        return false;
        }
        if (**s != '/')
                return true;
        (*s)++;
        return take_time(s, &ret->time);
}

/* Offsets of the footer count westwards. */
static int take_footer(const char *s, struct timezone *zone)
{
        int west;

        if (!*s)
                return 0;
        if (!take_name(&s) || !take_time(&s, &west))
                return -EINVAL;
        zone->has_footer = true;
        zone->standard = -west;
        if (!*s)
                return 0;
        if (!take_name(&s))
                return -EINVAL;
        zone->summer = zone->standard + 3600;
        if (*s != ',') {
                if (!take_time(&s, &west))
                        return -EINVAL;
                zone->summer = -west;
        }
        zone->has_summer = true;
        return take_rule(&s, &zone->begins) && take_rule(&s, &zone->ends) && !*s ? 0 : -EINVAL;
}

/* The moment that a rule gives in a year, in local time that counts until then. */
static int64_t rule_moment(const struct timezone_rule *rule, int64_t year, int32_t offset)
{
        int64_t days = date_days((struct date){year, 1, 1});

        if (rule->kind == DAY_OF_WEEK) {
                int64_t first = date_days((struct date){year, rule->month, 1});
                int weekday = (int)((first + 4) % 7), day; /* the epoch was a Thursday */

                if (weekday < 0)
                        weekday += 7;
                day = (rule->day - weekday + 7) % 7 + 7 * (rule->week - 1);
                if (day >= date_month_days(year, rule->month))
                        day -= 7;
                days = first + day;
        } else if (rule->kind == DAY_WITHOUT_LEAP) {
                days += rule->day - 1 + (date_is_leap(year) && rule->day >= 60 ? 1 : 0);
        } else {
                days += rule->day;
        }
        return days * DAY_SECONDS + rule->time - offset;
}

static int32_t footer_offset(const struct timezone *zone, int64_t moment)
{
        int64_t begin, end, year, seconds;
        bool summer;

        if (!zone->has_summer)
                return zone->standard;
        year = date_of_days(date_split(moment + zone->standard, &seconds)).year;
        begin = rule_moment(&zone->begins, year, zone->standard);
        end = rule_moment(&zone->ends, year, zone->summer);
        /* In the south summer is over the turn of the year. */
        summer = begin < end ? moment >= begin && moment < end : moment >= begin || moment < end;
        return summer ? zone->summer : zone->standard;
}

/* --- the file */

struct header {
        uint32_t utc_count, standard_count, leap_count, time_count, type_count, char_count;
};

static uint64_t big_endian(const char *s, size_t bytes)
{
        uint64_t value = 0;
        size_t i;

        for (i = 0; i < bytes; i++)
                value = value << 8 | (unsigned char)s[i];
        return value;
}

static int take_header(const char *s, size_t length, struct header *ret)
{
        uint32_t *const counts[] = {&ret->utc_count,  &ret->standard_count, &ret->leap_count,
                                    &ret->time_count, &ret->type_count,     &ret->char_count};
        size_t i;

        if (length < HEADER_SIZE || memcmp(s, "TZif", 4) != 0)
                return -EINVAL;
        for (i = 0; i < 6; i++) {
                *counts[i] = (uint32_t)big_endian(s + 20 + 4 * i, 4);
                if (*counts[i] > TIMEZONE_FILE_MOST)
                        return -EOPNOTSUPP;
        }
        return 0;
}

static size_t block_size(const struct header *h, size_t time_size)
{
        return h->time_count * (time_size + 1) + h->type_count * (size_t)6 + h->char_count +
               h->leap_count * (time_size + 4) + h->standard_count + h->utc_count;
}

static int take_block(struct arena *arena, const char *s, const struct header *h, struct timezone *zone)
{
        const char *types = s + h->time_count * (size_t)8, *records = types + h->time_count;
        int64_t *moments = arena_alloc(arena, h->time_count * sizeof(*moments));
        int32_t *offsets = arena_alloc(arena, h->time_count * sizeof(*offsets));
        char *names;
        size_t i;

        for (i = 0; i < h->time_count; i++) {
                unsigned type = (unsigned char)types[i];

                moments[i] = (int64_t)big_endian(s + 8 * i, 8);
                if (type >= h->type_count || (i > 0 && moments[i] <= moments[i - 1]))
                        return -EINVAL;
                offsets[i] = (int32_t)(uint32_t)big_endian(records + (size_t)6 * type, 4);
                if (offsets[i] < -DAY_SECONDS || offsets[i] > DAY_SECONDS)
                        return -EINVAL;
        }
        zone->moments = moments;
        zone->offsets = offsets;
        zone->count = h->time_count;
        zone->first = (int32_t)(uint32_t)big_endian(records, 4);
        if (zone->first < -DAY_SECONDS || zone->first > DAY_SECONDS)
                return -EINVAL;
        names = arena_alloc(arena, h->char_count + (size_t)2);
        memcpy(names, records + h->type_count * (size_t)6, h->char_count);
        zone->names = names;
        return 0;
}

int timezone_parse(struct arena *arena, const char *bytes, size_t length, struct timezone *ret)
{
        const char *at = bytes, *end = bytes + length, *newline;
        struct header h;
        int r = take_header(at, length, &h);

        *ret = (struct timezone){0};
        if (r < 0)
                return r;
        if (at[4] < '2' || block_size(&h, 4) > length - HEADER_SIZE)
                return at[4] == '\0' ? -EOPNOTSUPP : -EINVAL;
        at += HEADER_SIZE + block_size(&h, 4);
        r = take_header(at, (size_t)(end - at), &h);
        if (r < 0)
                return r;
        at += HEADER_SIZE;
        if (block_size(&h, 8) >= (size_t)(end - at) || h.type_count == 0)
                return -EINVAL;
        if (h.time_count > TRANSITIONS_MOST || h.type_count > TYPES_MOST || h.leap_count > 0)
                return -EOPNOTSUPP;
        r = take_block(arena, at, &h, ret);
        if (r < 0)
                return r;
        at += block_size(&h, 8);
        newline = at + 1 < end ? memchr(at + 1, '\n', (size_t)(end - at - 1)) : NULL;
        if (*at != '\n' || !newline)
                return -EINVAL;
        return take_footer(arena_copy(arena, at + 1, (size_t)(newline - at - 1)), ret);
}

int32_t timezone_offset(const struct timezone *zone, int64_t moment)
{
        size_t low = 0, high = zone->count;

        /* How many changes lie at or before the moment. */
        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (zone->moments[middle] <= moment)
                        low = middle + 1;
                else
                        high = middle;
        }
        if (low == zone->count && zone->has_footer)
                return footer_offset(zone, moment);
        return low > 0 ? zone->offsets[low - 1] : zone->first;
}

int64_t timezone_moment(const struct timezone *zone, int64_t local)
{
        int32_t before = timezone_offset(zone, local - DAY_SECONDS), after = timezone_offset(zone, local + DAY_SECONDS);

        if (timezone_offset(zone, local - before) != before && timezone_offset(zone, local - after) == after)
                return local - after;
        return local - before;
}

bool timezone_abbreviates(const struct timezone *zone, const char *word)
{
        const char *name;

        for (name = zone->names; name && *name; name += strlen(name) + 1)
                if (strcasecmp(name, word) == 0)
                        return true;
        return false;
}
