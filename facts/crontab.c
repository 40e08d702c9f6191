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
        ret->schedule = s;
        if (*s == '@') {
                for (i = 0; i < ELEMENTS(names); i++)
                        if (length > strlen(names[i]) && memcmp(s, names[i], strlen(names[i])) == 0 &&
                            strchr(" \t", s[strlen(names[i])]))
                                break;
                if (i == ELEMENTS(names))
                        return CRONTAB_UNKNOWN;
                s += strlen(names[i]);
                length -= strlen(names[i]);
                ret->schedule_length = strlen(names[i]);
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
                if (i + 1 == fields)
                        ret->schedule_length = (size_t)(s - ret->schedule);
        }
        span_trim(&s, &length);
        ret->command = s;
        ret->command_length = length;
        /* cron takes a star here for a field too many. */
        return length > 0 && *s != '*' ? CRONTAB_JOB : CRONTAB_UNKNOWN;
}

/* --- the schedule */

/* What a word stands for, as fields. */
static const struct {
        const char *word, *fields;
} crontab_words[] = {
        {"@yearly", "0 0 1 1 *"}, {"@annually", "0 0 1 1 *"}, {"@monthly", "0 0 1 * *"}, {"@weekly", "0 0 * * 0"},
        {"@daily", "0 0 * * *"},  {"@midnight", "0 0 * * *"}, {"@hourly", "0 * * * *"},
};

static unsigned number_of(const char **s, size_t field)
{
        const char *names = crontab_fields[field].names, *found;
        char name[4] = "";
        unsigned value = 0;
        size_t i;

        if (isdigit((unsigned char)**s)) {
                while (isdigit((unsigned char)**s) && value < 1000)
                        value = value * 10 + (unsigned)(*(*s)++ - '0');
                return value;
        }
        for (i = 0; i < 3 && **s; i++)
                name[i] = (char)tolower((unsigned char)*(*s)++);
        found = strstr(names, name);
        return (found ? (unsigned)(found - names) / 4 : 0) + crontab_fields[field].least;
}

/* The values of a field that is_field() takes, a bit each. */
static uint64_t values_of(const char *s, size_t field)
{
        uint64_t bits = 0;

        while (*s && *s != ' ' && *s != '\t') {
                unsigned from = crontab_fields[field].least, to = crontab_fields[field].most, step = 1;

                if (*s == '*') {
                        s++;
                        to = field == 4 ? 6 : to;
                } else {
                        from = to = number_of(&s, field);
                        if (*s == '-') {
                                s++;
                                to = number_of(&s, field);
                        }
                }
                if (*s == '/') {
                        s++;
                        step = number_of(&s, field);
                }
                for (; step > 0 && from <= to && from < 64; from += step)
                        bits |= UINT64_C(1) << from;
                s += *s == ',';
        }
        return bits;
}

static void add_values(struct arena *arena, uint64_t bits, struct calendar_field *field)
{
        int value;

        field->ranges = arena_alloc(arena, 64 * sizeof(*field->ranges));
        for (value = 0; value < 64; value++)
                if (bits >> value & 1)
                        field->ranges[field->count++] = (struct calendar_range){value, -1, 0};
}

/* Where neither the day of the month nor that of the week begins with a star, one of them is enough. */
void crontab_calendar(struct arena *arena, const struct crontab_job *job, struct calendar *ret)
{
        static const enum calendar_unit units[] = {CALENDAR_MINUTE, CALENDAR_HOUR, CALENDAR_DAY, CALENDAR_MONTH};
        const char *s = arena_copy(arena, job->schedule, job->schedule_length);
        bool stars[5];
        uint64_t bits = 0;
        size_t i;

        for (i = 0; i < ELEMENTS(crontab_words); i++)
                if (streq(crontab_words[i].word, s))
                        s = crontab_words[i].fields;
        *ret = (struct calendar){.fields = {{0}}};
        for (i = 0; i < 5; i++) {
                s += strspn(s, " \t");
                stars[i] = *s == '*';
                bits = values_of(s, i);
                if (i < 4)
                        add_values(arena, bits, &ret->fields[units[i]]);
                s += strcspn(s, " \t");
        }
        add_values(arena, 1, &ret->fields[CALENDAR_MICROSECOND]);
        /* From Sunday, which is 0 and 7, to Monday first. */
        ret->weekdays = (unsigned)((bits >> 1 & 0x3f) | (bits & 1) << 6 | (bits >> 7 & 1) << 6);
        if (ret->weekdays == 0x7f && stars[4])
                ret->weekdays = 0;
        if (stars[2] && ret->fields[CALENDAR_DAY].count == 31)
                ret->fields[CALENDAR_DAY].count = 0;
        ret->either = !stars[2] && !stars[4];
}
