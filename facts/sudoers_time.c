/* SPDX-License-Identifier: EUPL-1.2 */
/* Times as sudoers writes them: generalized time of LDAP (RFC 4517, 3.3.13) and terms of days to seconds. */
#include <limits.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "facts/sudoers.h"

static bool is_digit(char c)
{
        return c >= '0' && c <= '9';
}

static size_t digits(const char *s)
{
        return strspn(s, "0123456789");
}

static int two(const char *s)
{
        return (s[0] - '0') * 10 + (s[1] - '0');
}

/* Behind the digits: a tenth of the last unit. */
static const char *read_fraction(const char *s, size_t length, struct tm *tm)
{
        if ((*s != '.' && *s != ',') || !is_digit(s[1]))
                return s;
        if (length == 10)
                tm->tm_min += 6 * (s[1] - '0');
        else if (length == 12)
                tm->tm_sec += 6 * (s[1] - '0');
        return s + 2;
}

bool sudoers_moment(const char *text, int64_t *ret, bool *local)
{
        const size_t length = digits(text);
        struct tm tm = {0};
        int64_t offset = 0;
        const char *s;

        if (length < 10 || length > 14 || length % 2 == 1)
                return false;
        tm.tm_year = two(text) * 100 + two(text + 2) - 1900;
        tm.tm_mon = two(text + 4) - 1;
        tm.tm_mday = two(text + 6);
        tm.tm_hour = two(text + 8);
        tm.tm_min = length > 10 ? two(text + 10) : 0;
        tm.tm_sec = length > 12 ? two(text + 12) : 0;
        s = read_fraction(text + length, length, &tm);
        *local = *s == '\0';
        if (*s == '+' || *s == '-') {
                const size_t zone = digits(s + 1);

                if (zone != 2 && zone != 4)
                        return false;
                offset = (two(s + 1) * 60 + (zone == 4 ? two(s + 3) : 0)) * (*s == '-' ? -60 : 60);
                s += 1 + zone;
        } else if (*s == 'Z') {
                s++;
        }
        if (*s != '\0')
                return false;
        *ret = (int64_t)timegm(&tm) - offset;
        return *ret != -1 || offset != 0;
}

int64_t sudoers_duration(const char *text)
{
        static const struct {
                char suffix;
                int64_t seconds;
        } suffixes[] = {{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};
        int64_t total = 0;
        size_t next = 0;

        do {
                int64_t number = 0;
                size_t i;

                while (*text == ' ' || (*text >= '\t' && *text <= '\r'))
                        text++;
                if (*text == '+')
                        text++;
                if (!is_digit(*text))
                        return -1;
                for (; is_digit(*text); text++)
                        if ((number = number * 10 + (*text - '0')) > INT_MAX)
                                return -1;
                if (*text != '\0') {
                        for (i = next; i < ELEMENTS(suffixes) && (*text | 0x20) != suffixes[i].suffix; i++)
                                ;
                        if (i == ELEMENTS(suffixes))
                                return -1;
                        /* The same suffix may stand twice; one before it may not follow. */
                        next = i;
                        number *= suffixes[i].seconds;
                        text++;
                }
                total += number;
                if (total > INT_MAX)
                        return -1;
        } while (*text != '\0');
        return total;
}
