/* SPDX-License-Identifier: EUPL-1.2 */
/* Numbers, times, sizes, ports and IPQoS words of sshd_config, with the small ways in which the versions differ. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "facts/sshd_internal.h"

bool sshd_number(const char *s, long long least, long long most, long long *ret)
{
        char *end;
        long long n;

        errno = 0;
        n = strtoll(s, &end, 10);
        if (end == s || *end || errno == ERANGE || n < least || n > most)
                return false;
        *ret = n;
        return true;
}

static long unit_seconds(char unit)
{
        switch (tolower((unsigned char)unit)) {
        case '\0':
        case 's':
                return 1;
        case 'm':
                return 60;
        case 'h':
                return 60 * 60;
        case 'd':
                return 24 * 60 * 60;
        case 'w':
                return 7 * 24 * 60 * 60;
        default:
                return 0;
        }
}

bool sshd_time(enum sshd_version version, const char *s, long *ret)
{
        long total = 0, n, unit;

        if (!*s)
                return false;
        while (*s) {
                char *end;

                /* 9.2p1 takes a sign and blanks before each number. */
                if (version >= SSHD_10_0 && !isdigit((unsigned char)*s))
                        return false;
                errno = 0;
                n = strtol(s, &end, 10);
                if (end == s || errno == ERANGE || n < 0)
                        return false;
                unit = unit_seconds(*end);
                if (unit == 0 || n > INT_MAX / unit || total > INT_MAX - n * unit)
                        return false;
                total += n * unit;
                s = *end ? end + 1 : end;
        }
        *ret = total;
        return true;
}

/* The part behind the point, scaled: as many of its digits as fit. */
static long long scale_fraction(long long fraction, unsigned digits, long long scale)
{
        while (fraction >= LLONG_MAX / scale) {
                fraction /= 10;
                digits--;
        }
        fraction *= scale;
        for (; digits > 0; digits--)
                fraction /= 10;
        return fraction;
}

/* As scan_scaled(3) of OpenBSD. */
bool sshd_size(const char *s, long long *ret)
{
        static const char units[] = "BKMGTPE";
        enum { DIGITS_MOST = 20 }; /* of the whole number; it looks at as many of the fraction */
        long long whole = 0, fraction = 0, scale = 1;
        unsigned digits = 0, fraction_digits = 0;
        bool negative = false, sign = false, point = false;
        const char *unit;

        while (isspace((unsigned char)*s))
                s++;
        for (; *s == '-' || *s == '+'; s++) {
                if (sign)
                        return false;
                sign = true;
                negative = *s == '-';
        }
        for (; isdigit((unsigned char)*s) || *s == '.'; s++) {
                if (*s == '.') {
                        if (point)
                                return false;
                        point = true;
                } else if (point) {
                        if (fraction_digits >= DIGITS_MOST - 1)
                                continue;
                        fraction_digits++;
                        if (fraction > LLONG_MAX / 10 || *s - '0' > LLONG_MAX - fraction * 10)
                                return false;
                        fraction = fraction * 10 + (*s - '0');
                } else {
                        if (++digits > DIGITS_MOST || whole > LLONG_MAX / 10 || *s - '0' > LLONG_MAX - whole * 10)
                                return false;
                        whole = whole * 10 + (*s - '0');
                }
        }
        if (*s) {
                unsigned i;

                unit = strchr(units, toupper((unsigned char)*s));
                if (!unit || isalnum((unsigned char)s[1]))
                        return false;
                for (i = 0; i < (unsigned)(unit - units); i++)
                        scale *= 1024;
                if (whole > LLONG_MAX / scale)
                        return false;
                fraction = scale_fraction(fraction, fraction_digits, scale);
                if (whole * scale > LLONG_MAX - fraction)
                        return false;
                whole = whole * scale + fraction;
        }
        *ret = negative ? -whole : whole;
        return true;
}

int sshd_port(const struct sshd_host *host, const char *s)
{
        long long n;
        unsigned port;

        if (sshd_number(s, 0, 65535, &n))
                return (int)n;
        port = host->port(host->user, s);
        return port > 0 ? (int)port : -1;
}

/* Values of the field, in the order in which they are named when shown. */
static const struct {
        const char *name;
        int value;
} qos[] = {
        {"af11", 0x28}, {"af12", 0x30}, {"af13", 0x38},     {"af21", 0x48},       {"af22", 0x50},
        {"af23", 0x58}, {"af31", 0x68}, {"af32", 0x70},     {"af33", 0x78},       {"af41", 0x88},
        {"af42", 0x90}, {"af43", 0x98}, {"cs0", 0x00},      {"cs1", 0x20},        {"cs2", 0x40},
        {"cs3", 0x60},  {"cs4", 0x80},  {"cs5", 0xa0},      {"cs6", 0xc0},        {"cs7", 0xe0},
        {"ef", 0xb8},   {"le", 0x04},   {"lowdelay", 0x10}, {"throughput", 0x08}, {"reliability", 0x04},
};
#define TOS_WORDS 3 /* the last ones: of the older meaning of the field */

const char *sshd_ipqos(struct arena *arena, const struct sshd_release *release, const char *s)
{
        size_t known = ELEMENTS(qos) - (release->ipqos_dscp ? TOS_WORDS : 0), i;
        char shown[sizeof("0xff")];
        long long n = -1;
        char *end;

        if (strcasecmp(s, "none") == 0)
                return "none";
        for (i = 0; i < ELEMENTS(qos); i++)
                if (strcasecmp(s, qos[i].name) == 0) {
                        if (i >= known)
                                return "none";
                        n = qos[i].value;
                        break;
                }
        if (n < 0 && release->version >= SSHD_10_0 && !sshd_number(s, 0, 255, &n))
                return NULL;
        if (n < 0) {
                errno = 0;
                n = strtol(s, &end, 0);
                if (!*s || *end || errno == ERANGE || n < 0 || n > 255)
                        return NULL;
        }
        for (i = 0; i < known; i++)
                if (qos[i].value == n)
                        return qos[i].name;
        (void)snprintf(shown, sizeof(shown), "0x%02x", (unsigned)n & 0xff);
        return arena_copy(arena, shown, strlen(shown));
}
