/* SPDX-License-Identifier: EUPL-1.2 */
/* Moments by the calendar: OnCalendar= of systemd's timers (systemd.time(7), CALENDAR EVENTS), and the fields of a
 * crontab (crontab(5)). The model of the first is systemd 252 to 257. */
#ifndef FACTS_CALENDAR_H
#define FACTS_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "facts/arena.h"
#include "facts/timezone.h"

enum calendar_unit {
        CALENDAR_YEAR,
        CALENDAR_MONTH,
        CALENDAR_DAY,
        CALENDAR_HOUR,
        CALENDAR_MINUTE,
        CALENDAR_MICROSECOND, /* of the minute */
        CALENDAR_UNITS,
};

/* `start`, and where `repeat` is above 0 every `repeat` after it, up to `stop` (-1: without end). */
struct calendar_range {
        int start, stop, repeat;
};

struct calendar_field {
        struct calendar_range *ranges; /* in an arena */
        size_t count;                  /* 0: any value */
};

struct calendar {
        struct calendar_field fields[CALENDAR_UNITS];
        unsigned weekdays; /* bit 0: Monday; 0: any day */
        bool from_end;     /* days count from the end of the month */
        bool either;       /* a day by its number or by its weekday (crontab(5)) */
        const char *zone;  /* NULL: the host's own */
};

/* What a last word may be. */
enum calendar_zone { CALENDAR_NO_ZONE, CALENDAR_ZONE, CALENDAR_ABBREVIATION };

/* Takes an expression apart. `zone_of` says whether a word names a time zone. 0; -EINVAL where systemd refuses it;
 * -EOPNOTSUPP where it names summer or winter time, which is not modelled. */
int calendar_parse(struct arena *arena, const char *s, enum calendar_zone (*zone_of)(void *user, const char *word),
                   void *user, struct calendar *ret);

/* The first moment after `after`, both in microseconds since the epoch. -ENOENT: there is none. */
int calendar_next(const struct calendar *c, const struct timezone *zone, int64_t after, int64_t *ret);

#endif
