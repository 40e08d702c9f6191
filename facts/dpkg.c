/* SPDX-License-Identifier: EUPL-1.2 */
#include "facts/dpkg.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "facts/lines.h"

/* States of dpkg(1), and whether files of the package are on disk in it. */
static const struct state {
        const char *name;
        bool present;
} states[] = {
        {"installed", true}, {"config-files", false},   {"not-installed", false},   {"half-installed", true},
        {"unpacked", true},  {"half-configured", true}, {"triggers-awaited", true}, {"triggers-pending", true},
};

static const char *const field_names[DPKG_FIELDS] = {"Architecture", "Package", "Status", "Version"};

static bool is_blank(char c)
{
        return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static bool has_nul(const struct text *t)
{
        return memchr(text_string(t), '\0', t->length) != NULL;
}

static void bad(struct dpkg *d, const char *what)
{
        if (d->bad)
                return;
        d->bad = what;
        d->bad_source = d->sources[d->source_count - 1];
        d->bad_line = d->first_line;
}

static const struct state *state_named(const char *name)
{
        size_t i;

        for (i = 0; i < ELEMENTS(states); i++)
                if (strcmp(states[i].name, name) == 0)
                        return &states[i];
        return NULL;
}

/* "install ok installed": what is wanted, whether it must be installed again, the state; which decides. */
static const struct state *read_status(const char *value)
{
        if (streq(value, "install ok installed"))
                return &states[0];
        const char *blanks = " \t\r\v\f", *want = value + strspn(value, blanks);
        const char *flag = want + strcspn(want, blanks), *state;

        flag += strspn(flag, blanks);
        state = flag + strcspn(flag, blanks);
        state += strspn(state, blanks);
        return state_named(state);
}

/* What is kept of a package: this, then name, version and architecture, each with its NUL. */
struct record {
        uint32_t line;
        uint16_t source;
        uint8_t state;
        uint8_t wrong;
};

enum wrong { WRONG_NOT, WRONG_TWICE, WRONG_NUL, WRONG_NO_STATUS, WRONG_STATUS, WRONG_NO_VERSION };
static const char *const wrong_words[] = {
        [WRONG_TWICE] = "a field that stands twice",
        [WRONG_NUL] = "a NUL byte",
        [WRONG_NO_STATUS] = "a package without a status",
        [WRONG_STATUS] = "a status that is not known",
        [WRONG_NO_VERSION] = "an installed package without a version",
};

static enum wrong judge(const struct dpkg *d, const struct state **ret)
{
        const struct state *state = &states[0];

        if (d->twice)
                return WRONG_TWICE;
        if (has_nul(&d->values[DPKG_VERSION]) || has_nul(&d->values[DPKG_ARCHITECTURE]))
                return WRONG_NUL;
        if (d->given[DPKG_STATUS])
                state = read_status(text_string(&d->values[DPKG_STATUS]));
        else if (!d->implied)
                return WRONG_NO_STATUS;
        if (!state)
                return WRONG_STATUS;
        *ret = state;
        return state->present && d->values[DPKG_VERSION].length == 0 ? WRONG_NO_VERSION : WRONG_NOT;
}

static void keep(struct dpkg *d)
{
        static const enum dpkg_field kept[] = {DPKG_PACKAGE, DPKG_VERSION, DPKG_ARCHITECTURE};
        const struct state *state = &states[0];
        struct record record = {
                .line = d->given[DPKG_VERSION] ? d->version_line : d->first_line,
                .source = (uint16_t)(d->source_count - 1),
                .wrong = (uint8_t)judge(d, &state),
        };
        size_t i;

        record.state = (uint8_t)(state - states);
        text_append(&d->packed, &record, sizeof(record));
        for (i = 0; i < ELEMENTS(kept); i++) {
                const char *value = text_string(&d->values[kept[i]]);

                text_append(&d->packed, value, strlen(value) + 1);
        }
        d->count++;
}

bool dpkg_next(const struct dpkg *d, size_t *at, struct dpkg_package *ret)
{
        const char *p = text_string(&d->packed) + *at;
        struct record record;

        if (*at >= d->packed.length)
                return false;
        memcpy(&record, p, sizeof(record));
        *ret = (struct dpkg_package){
                .status = record.wrong ? NULL : states[record.state].name,
                .wrong = wrong_words[record.wrong],
                .source = d->sources[record.source],
                .line = record.line,
                .present = !record.wrong && states[record.state].present,
        };
        ret->name = p + sizeof(record);
        ret->version = ret->name + strlen(ret->name) + 1;
        ret->architecture = ret->version + strlen(ret->version) + 1;
        *at += (size_t)(ret->architecture + strlen(ret->architecture) + 1 - p);
        return true;
}

static void forget_stanza(struct dpkg *d)
{
        d->first_line = 0;
        d->twice = false;
        for (enum dpkg_field f = 0; f < DPKG_FIELDS; f++) {
                d->given[f] = false;
                text_clear(&d->values[f]);
        }
}

static void end_stanza(struct dpkg *d)
{
        if (!d->first_line)
                return;
        if (d->values[DPKG_PACKAGE].length == 0 || has_nul(&d->values[DPKG_PACKAGE]))
                bad(d, "a stanza without a package");
        else if (d->count == DPKG_PACKAGES_MOST || d->packed.length > DPKG_BYTES_MOST)
                bad(d, "more packages than this version keeps");
        else
                keep(d);
        forget_stanza(d);
}

/* The field that a line may be, by its first two letters. */
static enum dpkg_field field_of(const char *line)
{
        switch ((unsigned char)line[0] << 8 | (unsigned char)line[1]) {
        case 'A' << 8 | 'r':
        case 'A' << 8 | 'R':
        case 'a' << 8 | 'r':
        case 'a' << 8 | 'R':
                return DPKG_ARCHITECTURE;
        case 'P' << 8 | 'a':
        case 'P' << 8 | 'A':
        case 'p' << 8 | 'a':
        case 'p' << 8 | 'A':
                return DPKG_PACKAGE;
        case 'S' << 8 | 't':
        case 'S' << 8 | 'T':
        case 's' << 8 | 't':
        case 's' << 8 | 'T':
                return DPKG_STATUS;
        case 'V' << 8 | 'e':
        case 'V' << 8 | 'E':
        case 'v' << 8 | 'e':
        case 'v' << 8 | 'E':
                return DPKG_VERSION;
        }
        return DPKG_FIELDS;
}

/* "Version : 1.2": names are compared without case, and blanks around the value do not count, as in dpkg. */
static void read_field(struct dpkg *d, enum dpkg_field field, const struct line *line)
{
        size_t length = strlen(field_names[field]), end = line->length;

        if (line->length <= length || strncasecmp(line->bytes, field_names[field], length) != 0)
                return;
        while (length < end && is_blank(line->bytes[length]))
                length++;
        if (length == end || line->bytes[length] != ':')
                return;
        length++;
        while (length < end && is_blank(line->bytes[length]))
                length++;
        while (end > length && is_blank(line->bytes[end - 1]))
                end--;
        d->twice = d->twice || d->given[field];
        d->given[field] = true;
        text_clear(&d->values[field]);
        text_append(&d->values[field], line->bytes + length, end - length);
        if (field == DPKG_VERSION)
                d->version_line = line->number;
}

void dpkg_take(struct dpkg *d, const char *bytes, size_t length)
{
        struct lines lines = lines_of(bytes, length);
        enum dpkg_field field = DPKG_FIELDS;
        struct line line;

        lines.number = d->line;
        while (lines_next(&lines, &line)) {
                if (line.length == 0) {
                        end_stanza(d);
                        continue;
                }
                if (!d->first_line)
                        d->first_line = line.number;
                /* Nearly every line is decided by its first two letters: this runs for each line of the file. */
                if (line.length > 2)
                        field = field_of(line.bytes);
                if (line.length > 2 && field < DPKG_FIELDS)
                        read_field(d, field, &line);
        }
        d->line = lines.number;
}

static void start(struct dpkg *d)
{
        d->line = 0;
        forget_stanza(d);
}

void dpkg_begin(struct dpkg *d, const char *source, bool implied)
{
        if (d->source_count < DPKG_SOURCES_MOST) {
                d->sources = must_grow(d->sources, &d->source_allocated, d->source_count + 1, sizeof(*d->sources));
                d->sources[d->source_count++] = source;
        }
        d->implied = implied;
        d->packed_before = d->packed.length;
        d->count_before = d->count;
        d->bad_before = d->bad != NULL;
        start(d);
}

void dpkg_again(struct dpkg *d)
{
        d->packed.length = d->packed_before;
        d->count = d->count_before;
        if (!d->bad_before)
                d->bad = NULL;
        start(d);
}

void dpkg_end(struct dpkg *d)
{
        end_stanza(d);
}

void dpkg_free(struct dpkg *d)
{
        free(d->sources);
        text_free(&d->packed);
        for (enum dpkg_field f = 0; f < DPKG_FIELDS; f++)
                text_free(&d->values[f]);
        *d = (struct dpkg){0};
}
