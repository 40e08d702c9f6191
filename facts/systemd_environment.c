/* SPDX-License-Identifier: EUPL-1.2 */
/* Environment= and the files of EnvironmentFile= (systemd.exec(5), ENVIRONMENT). */
#include <string.h>

#include "facts/systemd_internal.h"

#define BLANKS         " \t\n\r"
#define NEWLINES       "\n\r"
#define VARIABLES_MOST 4096
#define VALUE_MOST     ((size_t)128 * 1024) /* longest that the kernel takes (MAX_ARG_STRLEN) */
/* Since this version a comment line is not continued by a backslash at its end. */
#define COMMENTS_END_VERSION 254

void environment_free(struct environment *e)
{
        strings_free(&e->names);
        strings_free(&e->values);
}

static size_t index_of(const struct environment *e, const char *name)
{
        size_t i;

        for (i = 0; i < e->names.count; i++)
                if (streq(e->names.items[i], name))
                        break;
        return i;
}

void environment_set(struct environment *e, const char *name, const char *value)
{
        size_t i = index_of(e, name);

        if (i == e->names.count) {
                strings_add(&e->names, name);
                strings_add(&e->values, value);
        } else
                e->values.items[i] = value;
}

void environment_unset(struct environment *e, const char *name)
{
        size_t i = index_of(e, name);

        if (i == e->names.count)
                return;
        e->names.items[i] = e->names.items[--e->names.count];
        e->values.items[i] = e->values.items[--e->values.count];
}

const char *environment_get(const struct environment *e, const char *name)
{
        size_t i = index_of(e, name);

        return i < e->names.count ? e->values.items[i] : NULL;
}

static bool valid_name(const char *name, size_t length)
{
        size_t i;

        if (length == 0 || (*name >= '0' && *name <= '9'))
                return false;
        for (i = 0; i < length; i++)
                if (!((name[i] >= 'a' && name[i] <= 'z') || (name[i] >= 'A' && name[i] <= 'Z') ||
                      (name[i] >= '0' && name[i] <= '9') || name[i] == '_'))
                        return false;
        return true;
}

bool environment_assignment(struct arena *arena, const char *word, const char **name, const char **value)
{
        const char *equals = strchr(word, '=');

        if (!equals || !valid_name(word, (size_t)(equals - word)) || !utf8_valid(equals, strlen(equals)))
                return false;
        *name = arena_copy(arena, word, (size_t)(equals - word));
        *value = arena_copy(arena, equals + 1, strlen(equals + 1));
        return true;
}

/* --- files */

enum place {
        BEFORE_NAME,
        NAME,
        BEFORE_VALUE, /* behind a closing quote too */
        VALUE,
        VALUE_ESCAPE,
        SINGLE_QUOTES,
        DOUBLE_QUOTES,
        DOUBLE_QUOTES_ESCAPE,
        COMMENT,
        COMMENT_ESCAPE,
};

struct environment_reading {
        struct arena *arena;
        struct environment *into;
        unsigned version;
        enum place place;
        struct text name, value;
        size_t value_end; /* length without the blanks at its end */
        const char *why;
};

static void end_assignment(struct environment_reading *r)
{
        size_t length = r->place == VALUE ? r->value_end : r->value.length, name_length = r->name.length;

        while (name_length > 0 && strchr(BLANKS, r->name.data[name_length - 1]))
                name_length--;
        if (!utf8_valid(text_string(&r->name), name_length) || !utf8_valid(text_string(&r->value), length))
                r->why = "a line that is not UTF-8";
        else if (length > VALUE_MOST)
                r->why = "a variable longer than 128 KiB";
        else if (valid_name(text_string(&r->name), name_length)) {
                environment_set(r->into, arena_copy(r->arena, text_string(&r->name), name_length),
                                arena_copy(r->arena, text_string(&r->value), length));
                if (r->into->names.count > VARIABLES_MOST)
                        r->why = "more than 4096 variables";
        }
        text_clear(&r->name);
        text_clear(&r->value);
        r->place = BEFORE_NAME;
}

static void begin_value(struct environment_reading *r, char c)
{
        r->value_end = 0;
        if (strchr(NEWLINES, c))
                end_assignment(r);
        else if (c == '\'')
                r->place = SINGLE_QUOTES;
        else if (c == '"')
                r->place = DOUBLE_QUOTES;
        else if (c == '\\')
                r->place = VALUE_ESCAPE;
        else if (!strchr(BLANKS, c)) {
                r->place = VALUE;
                text_add_char(&r->value, c);
                r->value_end = r->value.length;
        }
}

static void continue_value(struct environment_reading *r, char c)
{
        if (strchr(NEWLINES, c))
                end_assignment(r);
        else if (c == '\\') {
                r->place = VALUE_ESCAPE;
                r->value_end = r->value.length;
        } else {
                text_add_char(&r->value, c);
                if (!strchr(BLANKS, c))
                        r->value_end = r->value.length;
        }
}

static void continue_name(struct environment_reading *r, char c)
{
        if (strchr(NEWLINES, c)) {
                text_clear(&r->name);
                r->place = BEFORE_NAME;
        } else if (c == '=')
                r->place = BEFORE_VALUE;
        else
                text_add_char(&r->name, c);
}

/* A line that is continued although it is a comment: what it does changed with a version. */
static void continue_comment(struct environment_reading *r, char c)
{
        if (!strchr(NEWLINES, c))
                r->place = COMMENT;
        else if (r->version == 0)
                r->why = "a comment that ends with a backslash, and the version of systemd is not known";
        else
                r->place = r->version >= COMMENTS_END_VERSION ? BEFORE_NAME : COMMENT;
}

static void take_character(struct environment_reading *r, char c)
{
        switch (r->place) {
        case BEFORE_NAME:
                if (c == '#' || c == ';')
                        r->place = COMMENT;
                else if (!strchr(BLANKS, c)) {
                        r->place = NAME;
                        text_add_char(&r->name, c);
                }
                break;
        case NAME:
                continue_name(r, c);
                break;
        case BEFORE_VALUE:
                begin_value(r, c);
                break;
        case VALUE:
                continue_value(r, c);
                break;
        case VALUE_ESCAPE:
                r->place = VALUE;
                if (!strchr(NEWLINES, c))
                        text_add_char(&r->value, c);
                r->value_end = r->value.length;
                break;
        case SINGLE_QUOTES:
                if (c == '\'')
                        r->place = BEFORE_VALUE;
                else
                        text_add_char(&r->value, c);
                break;
        case DOUBLE_QUOTES:
                if (c == '"')
                        r->place = BEFORE_VALUE;
                else if (c == '\\')
                        r->place = DOUBLE_QUOTES_ESCAPE;
                else
                        text_add_char(&r->value, c);
                break;
        case DOUBLE_QUOTES_ESCAPE:
                r->place = DOUBLE_QUOTES;
                /* As in a shell: these four are taken, a newline is left out, else the backslash stays. */
                if (c != '\n' && !strchr("\"\\`$", c))
                        text_add_char(&r->value, '\\');
                if (c != '\n')
                        text_add_char(&r->value, c);
                break;
        case COMMENT:
                if (c == '\\')
                        r->place = COMMENT_ESCAPE;
                else if (strchr(NEWLINES, c))
                        r->place = BEFORE_NAME;
                break;
        case COMMENT_ESCAPE:
                continue_comment(r, c);
                break;
        }
}

const char *environment_file(struct arena *arena, const char *bytes, size_t length, unsigned version,
                             struct environment *into)
{
        struct environment_reading r = {.arena = arena, .into = into, .version = version};
        size_t i;

        for (i = 0; i < length && bytes[i] && !r.why; i++)
                take_character(&r, bytes[i]);
        if (!r.why && r.place >= BEFORE_VALUE && r.place <= DOUBLE_QUOTES_ESCAPE)
                end_assignment(&r);
        text_free(&r.name);
        text_free(&r.value);
        return r.why;
}
