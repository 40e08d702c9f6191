/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/date.h"

#define SECONDS_A_DAY 86400

bool date_is_leap(int64_t year)
{
        return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int date_month_days(int64_t year, int month)
{
        static const unsigned char lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

        return month == 2 && date_is_leap(year) ? 29 : lengths[month - 1];
}

/* Years are counted from March, so that the leap day is the
 * last of its year; 400 years are one era of 146,097 days (H. Hinnant, chrono-compatible low-level date algorithms). */
int64_t date_days(struct date date)
{
        int64_t year = date.month <= 2 ? date.year - 1 : date.year;
        int64_t era = (year >= 0 ? year : year - 399) / 400;
        int64_t year_of_era = year - era * 400;
        int64_t month = date.month > 2 ? date.month - 3 : date.month + 9;
        int64_t day_of_year = (153 * month + 2) / 5 + date.day - 1;

        return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

struct date date_of_days(int64_t days)
{
        int64_t shifted = days + 719468;
        int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
        int64_t day_of_era = shifted - era * 146097;
        int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
        int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        int64_t month = (5 * day_of_year + 2) / 153;

        return (struct date){
                .year = year_of_era + era * 400 + (month >= 10),
                .month = (int)(month < 10 ? month + 3 : month - 9),
                .day = (int)(day_of_year - (153 * month + 2) / 5 + 1),
        };
}

int64_t date_split(int64_t moment, int64_t *ret_seconds)
{
        int64_t days = moment / SECONDS_A_DAY, seconds = moment % SECONDS_A_DAY;

        if (seconds < 0) {
                seconds += SECONDS_A_DAY;
                days--;
        }
        *ret_seconds = seconds;
        return days;
}
