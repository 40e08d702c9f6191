/* SPDX-License-Identifier: EUPL-1.2 */
/* Lines of crontabs (crontab(5)), in the plain form alone. */
#include <ctype.h>
#include <string.h>

#include "facts/backup_internal.h"
#include "facts/lines.h"

static const struct {
        unsigned least, most;
        const char *names; /* three letters each */
} crontab_fields[] = {
        {0, 59, ""},
        {0, 23, ""},
        {1, 31, ""},
        {1, 12, "jan feb mar apr may jun jul aug sep oct nov dec"},
        {0, 7, "sun mon tue wed thu fri sat"},
};

/* A number or a name of a field; how many bytes it takes, 0: none. */
static size_t field_value(const char *s, size_t length, size_t field)
{
        size_t digits = 0;
        unsigned value = 0;
        char name[4] = "";

        while (digits < length && digits < 4 && isdigit((unsigned char)s[digits]))
                value = value * 10 + (unsigned)(s[digits++] - '0');
        if (digits > 0)
                return value >= crontab_fields[field].least && value <= crontab_fields[field].most ? digits : 0;
        for (; digits < 3 && digits < length; digits++)
                name[digits] = (char)tolower((unsigned char)s[digits]);
        return digits == 3 && has_word(crontab_fields[field].names, name) ? 3 : 0;
}

/* `*`, a value, or two with a dash between; a step behind `*` or two values; several with commas between. */
static bool is_field(const char *s, size_t length, size_t field)
{
        size_t at = 0, taken;

        for (;;) {
                bool range = at < length && s[at] == '*';

                taken = range ? 1 : field_value(s + at, length - at, field);
                if (taken == 0)
                        return false;
                at += taken;
                if (!range && at < length && s[at] == '-') {
                        taken = field_value(s + at + 1, length - at - 1, field);
                        if (taken == 0)
                                return false;
                        at += taken + 1;
                        range = true;
                }
                if (range && at + 1 < length && s[at] == '/' && s[at + 1] >= '1' && s[at + 1] <= '9')
                        for (at++; at < length && isdigit((unsigned char)s[at]); at++)
                                ;
                if (at == length)
                        return true;
                if (s[at++] != ',')
                        return false;
        }
}

/* NAME=VALUE, with blanks around the sign; the value without quotes, or in one pair. What is empty the versions of cron
 * take differently. */
static bool is_variable(const char *s, size_t length)
{
        size_t at = 0;

        while (at < length && (isalnum((unsigned char)s[at]) || s[at] == '_'))
                at++;
        s += at;
        length -= at;
        span_trim(&s, &length);
        if (length == 0 || *s != '=')
                return false;
        s++;
        length--;
        span_trim(&s, &length);
        if (length >= 2 && (*s == '"' || *s == '\'') && s[length - 1] == *s) {
                s++;
                length -= 2;
        } else if (length == 0) {
                return false;
        }
        return !memchr(s, '"', length) && !memchr(s, '\'', length);
}

enum crontab_line crontab_line_read(const char *s, size_t length, bool with_user, struct crontab_job *ret)
{
        static const char *const names[] = {"@reboot", "@yearly", "@annually", "@monthly",
                                            "@weekly", "@daily",  "@midnight", "@hourly"};
        size_t fields = 5, i, word;

        span_trim(&s, &length);
        if (length == 0 || *s == '#')
                return CRONTAB_NOTHING;
        if (*s == '@') {
                for (i = 0; i < ELEMENTS(names); i++)
                        if (length > strlen(names[i]) && memcmp(s, names[i], strlen(names[i])) == 0 &&
                            strchr(" \t", s[strlen(names[i])]))
                                break;
                if (i == ELEMENTS(names))
                        return CRONTAB_UNKNOWN;
                s += strlen(names[i]);
                length -= strlen(names[i]);
                /* Once at each start is no schedule. */
                if (i == 0)
                        return CRONTAB_NOTHING;
                fields = 0;
        } else if (isalpha((unsigned char)*s) || *s == '_') {
                return is_variable(s, length) ? CRONTAB_NOTHING : CRONTAB_UNKNOWN;
        }
        for (i = 0; i < fields + (with_user ? 1 : 0); i++) {
                span_trim(&s, &length);
                for (word = 0; word < length && s[word] != ' ' && s[word] != '\t'; word++)
                        ;
                if (word == length || (i < fields && !is_field(s, word, i)))
                        return CRONTAB_UNKNOWN;
                if (i == fields) {
                        ret->user = s;
                        ret->user_length = word;
                }
                s += word;
                length -= word;
        }
        span_trim(&s, &length);
        ret->command = s;
        ret->command_length = length;
        /* cron takes a star here for a field too many. */
        return length > 0 && *s != '*' ? CRONTAB_JOB : CRONTAB_UNKNOWN;
}
