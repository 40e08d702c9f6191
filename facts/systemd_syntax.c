/* SPDX-License-Identifier: EUPL-1.2 */
/* The text of unit files: lines, sections, words, specifiers (systemd.syntax(7), systemd.unit(5)). */
#include <errno.h>
#include <string.h>

#include "facts/systemd_internal.h"

#define BLANKS        " \t\n\r"
#define LINE_MOST     ((size_t)1024 * 1024) /* the manager's own bound, continuations included */
#define EXPANDED_MOST ((size_t)128 * 1024)  /* longest argument that the kernel takes (MAX_ARG_STRLEN) */

/* --- lines */

struct reading {
        struct text section, key, value;
        bool in_section;
        const char *(*each)(void *user, const struct unit_assignment *a);
        void *user;
        unsigned line;
};

static void reading_free(struct reading *r)
{
        text_free(&r->section);
        text_free(&r->key);
        text_free(&r->value);
}

static const char *put(struct text *text, const char *bytes, size_t length)
{
        text_clear(text);
        text_append(text, bytes, length);
        return text_string(text);
}

static void trim(const char **s, size_t *length)
{
        while (*length > 0 && strchr(BLANKS, **s)) {
                (*s)++;
                (*length)--;
        }
        while (*length > 0 && strchr(BLANKS, (*s)[*length - 1]))
                (*length)--;
}

/* Characters that no section's name has. */
static bool has_odd_character(const char *s, size_t length)
{
        size_t i;

        for (i = 0; i < length; i++)
                if ((unsigned char)s[i] < ' ' || strchr("\"'\\\x7f", s[i]))
                        return true;
        return false;
}

/* One line, continuations joined: a section, an assignment, or what is ignored with a warning. */
static const char *take_line(struct reading *r, const char *s, size_t length)
{
        struct unit_assignment a = {.line = r->line};
        const char *equals, *value;
        size_t key_length, value_length;

        trim(&s, &length);
        if (length == 0)
                return NULL;
        if (!utf8_valid(s, length))
                return "a line that is not UTF-8";
        if (*s == '[') {
                if (s[length - 1] != ']')
                        return "a section header that does not end";
                if (has_odd_character(s, length))
                        return "a section header with a quote, a backslash or a control character";
                (void)put(&r->section, s + 1, length - 2);
                r->in_section = true;
                return NULL;
        }
        equals = memchr(s, '=', length);
        if (!r->in_section || !equals || equals == s)
                return NULL;
        key_length = (size_t)(equals - s);
        value = equals + 1;
        value_length = length - key_length - 1;
        trim(&s, &key_length);
        trim(&value, &value_length);
        a.section = text_string(&r->section);
        a.key = put(&r->key, s, key_length);
        a.value = put(&r->value, value, value_length);
        return r->each(r->user, &a);
}

/* The next line of a file; a carriage return or NUL ends a line too, and one of each kind together are one end. */
static const char *next_line(const char **next, const char *end, size_t *length)
{
        const char *line = *next, *s = line;
        bool seen[3] = {false, false, false};

        while (s < end && *s != '\n' && *s != '\r' && *s != '\0')
                s++;
        *length = (size_t)(s - line);
        for (; s < end; s++) {
                int kind = *s == '\n' ? 0 : *s == '\r' ? 1 : *s == '\0' ? 2 : -1;

                if (kind < 0 || seen[kind])
                        break;
                seen[kind] = true;
        }
        *next = s;
        return line;
}

/* True where the last backslash of a line escapes the newline. */
static bool is_continued(const char *s, size_t length)
{
        bool escaped = false;
        size_t i;

        for (i = 0; i < length; i++)
                escaped = !escaped && s[i] == '\\';
        return escaped;
}

static const char *read_lines(struct reading *r, const char *bytes, size_t length)
{
        _cleanup_text_ struct text joined = {0};
        const char *next = bytes, *end = bytes + length, *why;
        bool marked = false;

        while (next < end) {
                size_t line_length, blanks = 0;
                const char *line = next_line(&next, end, &line_length);

                r->line++;
                /* The first byte order mark is left out, before whichever line it stands. */
                if (!marked && line_length >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0) {
                        line += 3;
                        line_length -= 3;
                        marked = true;
                }
                while (blanks < line_length && strchr(BLANKS, line[blanks]))
                        blanks++;
                /* A comment between continued lines is left out. */
                if (blanks < line_length && strchr("#;", line[blanks]))
                        continue;
                text_append(&joined, line, line_length);
                if (joined.length > LINE_MOST)
                        return "a line longer than 1 MiB";
                /* What was joined before ends with a blank, so that this line alone decides. */
                if (is_continued(line, line_length)) {
                        joined.data[joined.length - 1] = ' ';
                        continue;
                }
                why = take_line(r, text_string(&joined), joined.length);
                if (why)
                        return why;
                text_clear(&joined);
        }
        return joined.length > 0 ? take_line(r, text_string(&joined), joined.length) : NULL;
}

const char *unit_file_parse(const char *bytes, size_t length,
                            const char *(*each)(void *user, const struct unit_assignment *a), void *user,
                            unsigned *line)
{
        _cleanup_(reading_free) struct reading r = {.each = each, .user = user};
        const char *why = read_lines(&r, bytes, length);

        *line = r.line;
        return why;
}

const char *unit_read(struct systemd *s, const struct unit_fragment *fragment, const struct strings *drop_ins,
                      const char *(*each)(void *user, const struct unit_assignment *a), void *user, const char **path)
{
        const char *why;
        unsigned line;
        size_t i;

        for (i = 0; i <= drop_ins->count; i++) {
                const struct access_file *file;

                *path = i == 0 ? fragment->path : drop_ins->items[i - 1];
                file = access_read(s->access, *path, UNIT_FILE_MOST);
                if (file->state == BIO_KNOWN) {
                        why = unit_file_parse(file->bytes, file->length, each, user, &line);
                        if (why && i == 0)
                                return arena_printf(&s->arena, "systemd refuses %s: line %u is %s", *path, line, why);
                } else if (i == 0 || file->state == BIO_UNREADABLE) {
                        return arena_printf(&s->arena, "%s: %s", *path,
                                            file->state == BIO_ABSENT ? "no such file" : file->why);
                }
        }
        return NULL;
}

/* --- words */

static int hex_digit(char c)
{
        if (c >= '0' && c <= '9')
                return c - '0';
        if (c >= 'a' && c <= 'f')
                return c - 'a' + 10;
        return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static void add_utf8(struct text *to, unsigned long c)
{
        if (c < 0x80)
                text_add_char(to, (char)c);
        else if (c < 0x800) {
                text_add_char(to, (char)(0xc0 | (c >> 6)));
                text_add_char(to, (char)(0x80 | (c & 0x3f)));
        } else if (c < 0x10000) {
                text_add_char(to, (char)(0xe0 | (c >> 12)));
                text_add_char(to, (char)(0x80 | ((c >> 6) & 0x3f)));
                text_add_char(to, (char)(0x80 | (c & 0x3f)));
        } else {
                text_add_char(to, (char)(0xf0 | (c >> 18)));
                text_add_char(to, (char)(0x80 | ((c >> 12) & 0x3f)));
                text_add_char(to, (char)(0x80 | ((c >> 6) & 0x3f)));
                text_add_char(to, (char)(0x80 | (c & 0x3f)));
        }
}

/* Digits of base 8 or 16 behind an escape; false where they are not all there, or mean NUL. */
static bool number_escape(const char *s, size_t digits, int base, unsigned long *ret)
{
        size_t i;

        *ret = 0;
        for (i = 0; i < digits; i++) {
                int digit = hex_digit(s[i]);

                if (digit < 0 || digit >= base)
                        return false;
                *ret = *ret * (unsigned long)base + (unsigned long)digit;
        }
        return *ret != 0;
}

/* What stands behind a backslash (systemd.syntax(7), the table of escapes): how many bytes of it were taken, 0 where it
 * is no escape. */
static size_t escape(const char *s, struct text *to)
{
        static const char letters[] = "abfnrtv\\\"'s", meant[] = "\a\b\f\n\r\t\v\\\"' ";
        const char *letter = *s ? strchr(letters, *s) : NULL;
        unsigned long c;

        if (letter) {
                text_add_char(to, meant[letter - letters]);
                return 1;
        }
        if (*s == 'x' && number_escape(s + 1, 2, 16, &c)) {
                text_add_char(to, (char)c); /* a byte, not a character */
                return 3;
        }
        if (*s == 'u' && number_escape(s + 1, 4, 16, &c)) {
                add_utf8(to, c);
                return 5;
        }
        if (*s == 'U' && number_escape(s + 1, 8, 16, &c) && c <= 0x10ffff) {
                add_utf8(to, c);
                return 9;
        }
        if (number_escape(s, 3, 8, &c) && c <= 255) {
                text_add_char(to, (char)c);
                return 3;
        }
        return 0;
}

/* With `escapes` C escapes are taken; otherwise a backslash keeps the character behind it. */
static int take_word(struct arena *arena, const char **rest, bool escapes, const char **ret)
{
        _cleanup_text_ struct text word = {0};
        const char *s = *rest + strspn(*rest, BLANKS);
        char quote = '\0';

        if (!*s) {
                *rest = s;
                return 0;
        }
        for (; *s && (quote || !strchr(BLANKS, *s)); s++) {
                if (quote && *s == quote)
                        quote = '\0';
                else if (!quote && (*s == '\'' || *s == '"'))
                        quote = *s;
                else if (*s != '\\')
                        text_add_char(&word, *s);
                else if (escapes) {
                        size_t taken = escape(s + 1, &word);

                        /* An unknown escape stays as it is written. */
                        if (taken == 0)
                                text_add_char(&word, '\\');
                        s += taken;
                } else if (s[1])
                        text_add_char(&word, *++s);
        }
        if (quote && escapes)
                return -EINVAL;
        *rest = s + strspn(s, BLANKS);
        *ret = arena_copy(arena, text_string(&word), word.length);
        return 1;
}

int unit_word(struct arena *arena, const char **rest, const char **ret)
{
        return take_word(arena, rest, true, ret);
}

int unit_word_relaxed(struct arena *arena, const char **rest, const char **ret)
{
        return take_word(arena, rest, false, ret);
}

/* --- specifiers */

/* systemd-escape(1), the reverse: a dash is a slash, \xHH a byte. False where it is not escaped so. */
static bool add_unescaped(struct text *to, const char *s, size_t length)
{
        size_t i;

        for (i = 0; i < length; i++) {
                unsigned long c;

                if (s[i] == '-')
                        text_add_char(to, '/');
                else if (s[i] != '\\')
                        text_add_char(to, s[i]);
                else if (i + 3 < length && s[i + 1] == 'x' && number_escape(s + i + 2, 2, 16, &c)) {
                        text_add_char(to, (char)c);
                        i += 3;
                } else
                        return false;
        }
        return true;
}

/* Those whose value is the same for every unit of the system manager. */
static const struct {
        char letter;
        const char *value;
} constants[] = {
        {'%', "%"},    {'t', "/run"}, {'S', "/var/lib"}, {'C', "/var/cache"}, {'L', "/var/log"},
        {'E', "/etc"}, {'T', "/tmp"}, {'V', "/var/tmp"}, {'h', "/root"},      {'u', "root"},
        {'U', "0"},    {'g', "root"}, {'G', "0"},
};

/* Those that depend on the host, its boot or the state of the unit. */
#define NOT_MODELLED "AaBbcdDfHJjlMmoqRrsvWwYy"

static const char *constant(char letter)
{
        size_t i;

        for (i = 0; i < ELEMENTS(constants); i++)
                if (constants[i].letter == letter)
                        return constants[i].value;
        return NULL;
}

enum specified { SPECIFIED, SPECIFIED_INVALID, SPECIFIED_NOT_MODELLED };

static enum specified add_specifier(struct systemd *s, const char *name, char letter, struct text *to)
{
        const char *value = constant(letter), *instance = unit_instance(&s->arena, name);
        size_t prefix = unit_prefix_length(name);

        if (value)
                text_add(to, value);
        else if (letter == 'n')
                text_add(to, name);
        else if (letter == 'N')
                text_append(to, name, (size_t)(strrchr(name, '.') - name));
        else if (letter == 'p')
                text_append(to, name, prefix);
        else if (letter == 'P')
                return add_unescaped(to, name, prefix) ? SPECIFIED : SPECIFIED_INVALID;
        else if (letter == 'i')
                text_add(to, instance);
        else if (letter == 'I')
                return add_unescaped(to, instance, strlen(instance)) ? SPECIFIED : SPECIFIED_INVALID;
        else if (strchr(NOT_MODELLED, letter))
                return SPECIFIED_NOT_MODELLED;
        else if ((letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                 (letter >= '0' && letter <= '9'))
                return SPECIFIED_INVALID;
        else { /* no specifier: both characters stay */
                text_add_char(to, '%');
                text_add_char(to, letter);
        }
        return SPECIFIED;
}

const char *unit_specifiers(struct systemd *s, const char *name, const char *value, const char **why)
{
        _cleanup_text_ struct text text = {0};

        *why = NULL;
        for (; *value; value++) {
                enum specified specified = SPECIFIED;

                if (*value == '%' && value[1])
                        specified = add_specifier(s, name, *++value, &text);
                else
                        text_add_char(&text, *value);
                if (specified == SPECIFIED_NOT_MODELLED)
                        *why = arena_printf(&s->arena, "specifier %%%c is not modelled", *value);
                else if (text.length > EXPANDED_MOST)
                        *why = "a word longer than 128 KiB";
                if (specified == SPECIFIED_INVALID || *why)
                        return NULL;
        }
        return arena_copy(&s->arena, text_string(&text), text.length);
}
