/* SPDX-License-Identifier: EUPL-1.2 */
/* Moments and calendar terms. Moments are seconds since 1970-01-01T00:00:00Z, 64 bits. */
#ifndef BASE_TERM_H
#define BASE_TERM_H

#include <stdint.h>

#define MOMENT_TEXT 32 /* bytes that a formatted moment needs, NUL included */

/* An ISO 8601 duration of whole numbers, PnYnMnWnDTnHnMnS, positive. */
struct term {
        unsigned years, months, days; /* weeks are days × 7 */
        uint64_t seconds;
};

/* -EINVAL where `s` is no such term; each number at most 100,000. */
int term_parse(const char *s, struct term *ret);
/* Calendar arithmetic in UTC: years and months first (a day beyond the month's end becomes its last), then days,
 * seconds. INT64_MAX beyond the end. */
int64_t term_add(int64_t moment, const struct term *t);
/* Seconds of a term that has no years or months; -EINVAL otherwise. */
int term_seconds(const struct term *t, uint64_t *ret);

/* RFC 3339 with Z, whole seconds: 2026-01-31T08:30:00Z. Outside the years 0000 to 9999: the nearest moment within. */
void moment_format(int64_t moment, char out[static MOMENT_TEXT]);
/* RFC 3339 with any offset, fractions cut off; a date alone (2026-01-31) is its midnight UTC. -EINVAL. */
int moment_parse(const char *s, int64_t *ret);
int64_t moment_now(void);

static inline int64_t moment_later(int64_t a, int64_t b)
{
        return a > b ? a : b;
}

#endif
