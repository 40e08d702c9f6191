/* SPDX-License-Identifier: EUPL-1.2 */
/* Dates of the proleptic Gregorian calendar. Months and days count from 1, days since 1970-01-01. */
#ifndef BASE_DATE_H
#define BASE_DATE_H

#include <stdbool.h>
#include <stdint.h>

struct date {
        int64_t year;
        int month, day;
};

bool date_is_leap(int64_t year);
int date_month_days(int64_t year, int month);
int64_t date_days(struct date date);
struct date date_of_days(int64_t days);
/* Splits a moment into whole days and the seconds after them, downwards also before 1970. */
int64_t date_split(int64_t moment, int64_t *ret_seconds);

#endif
