/* SPDX-License-Identifier: EUPL-1.2 */
/* A time zone as its file has it (tzfile(5), RFC 9636, version 2 and later). */
#ifndef FACTS_TIMEZONE_H
#define FACTS_TIMEZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "facts/access.h"
#include "facts/arena.h"

/* When summer time begins or ends in a year: day of the year, with or without 29 February counted, or weekday of a
 * week of a month (5: the last). */
enum timezone_day { DAY_OF_YEAR, DAY_WITHOUT_LEAP, DAY_OF_WEEK };

struct timezone_rule {
        enum timezone_day kind;
        int day, week, month;
        int time; /* seconds after midnight */
};

/* Zero-initialised it is UTC. */
struct timezone {
        const int64_t *moments; /* when the offset changes, in order; in an arena */
        const int32_t *offsets; /* from then on, in seconds east */
        size_t count;
        int32_t first;               /* the offset before all of them */
        int32_t standard, summer;    /* after all of them */
        bool has_footer, has_summer; /* where there is a footer */
        struct timezone_rule begins, ends;
        const char *names; /* of the offsets, each NUL-terminated, an empty one behind the last; NULL: none */
};

#define TIMEZONE_FILE_MOST ((size_t)64 * 1024)

/* -EINVAL where it is no such file, -EOPNOTSUPP where it is of the first version or beyond the bounds. */
int timezone_parse(struct arena *arena, const char *bytes, size_t length, struct timezone *ret);
/* Seconds that local time is ahead of UTC. */
int32_t timezone_offset(const struct timezone *zone, int64_t moment);
/* The moment of a local time, counted in seconds as if it were UTC. A time that there is not, because the clock is put
 * forward over it, is one as far behind the change; of one that there is twice it is the first. */
int64_t timezone_moment(const struct timezone *zone, int64_t local);
/* True where an abbreviation is one of this zone's, in any case of letters. */
bool timezone_abbreviates(const struct timezone *zone, const char *word);

/* The host's own zone: UTC where there is no file for it, or none that can be taken apart (tzset(3)). NULL, or why it
 * is not known. */
const char *timezone_of_host(struct access *access, struct arena *arena, struct timezone *ret);
/* A zone by its name. -ENOENT where there is none, -EOPNOTSUPP where it is not known. */
int timezone_by_name(struct access *access, struct arena *arena, const char *name, struct timezone *ret);

#endif
