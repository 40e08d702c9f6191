/* SPDX-License-Identifier: EUPL-1.2 */
/* Jansson reads and writes a byte at a time through its streams and buffers; most of what it cost to take in a record,
 * its signature aside, went there. This reads from and writes to memory, the same values and the same text. */
#include "base/json_plain.h"

#include <stdbool.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"

#define DIGITS_MOST 18 /* fit into 64 bits whatever they are */

struct plain {
        const char *at, *end;
        unsigned depth;
};

static json_t *read_value(struct plain *p);

static void skip_space(struct plain *p)
{
        while (p->at < p->end && (*p->at == ' ' || *p->at == '\n' || *p->at == '\t' || *p->at == '\r'))
                p->at++;
}

/* Takes `c` where it is next. */
static bool take(struct plain *p, char c)
{
        if (p->at == p->end || *p->at != c)
                return false;
        p->at++;
        return true;
}

static bool take_word(struct plain *p, const char *word)
{
        size_t length = strlen(word);

        if ((size_t)(p->end - p->at) < length || memcmp(p->at, word, length) != 0)
                return false;
        p->at += length;
        return true;
}

/* What a backslash and `c` stand for; 0: not by one letter. */
static char unescaped(char c)
{
        static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
        const char *at = c ? strchr(letters, c) : NULL;

        return at ? meant[at - letters] : '\0';
}

/* The content of a string whose opening quote was taken: borrowed from the input, or from `buffer` where it has
 * escapes. */
static bool read_string(struct plain *p, struct text *buffer, const char **ret, size_t *ret_length)
{
        const char *start = p->at, *piece = p->at;
        bool ascii = true, escapes = false;

        for (; p->at < p->end && *p->at != '"'; p->at++) {
                unsigned char c = (unsigned char)*p->at;
                char meant;

                if (c < 0x20)
                        return false;
                ascii = ascii && c < 0x80;
                if (c != '\\')
                        continue;
                meant = p->end - p->at > 1 ? unescaped(p->at[1]) : '\0';
                if (meant == '\0')
                        return false;
                if (!escapes)
                        text_clear(buffer);
                escapes = true;
                text_append(buffer, piece, (size_t)(p->at - piece));
                text_add_char(buffer, meant);
                p->at++;
                piece = p->at + 1;
        }
        if (p->at == p->end)
                return false;
        if (escapes)
                text_append(buffer, piece, (size_t)(p->at - piece));
        *ret = escapes ? text_string(buffer) : start;
        *ret_length = escapes ? buffer->length : (size_t)(p->at - start);
        p->at++;
        return ascii || utf8_valid(*ret, *ret_length);
}

static json_t *read_text(struct plain *p)
{
        _cleanup_text_ struct text buffer = {0};
        const char *s;
        size_t length;

        if (!read_string(p, &buffer, &s, &length))
                return NULL;
        return json_must(json_stringn_nocheck(s, length));
}

static json_t *read_integer(struct plain *p)
{
        const char *start;
        json_int_t n = 0;
        bool negative = take(p, '-');

        start = p->at;
        while (p->at < p->end && *p->at >= '0' && *p->at <= '9' && p->at - start <= DIGITS_MOST)
                n = n * 10 + (*p->at++ - '0');
        if (p->at == start || p->at - start > DIGITS_MOST || (*start == '0' && p->at - start > 1))
                return NULL;
        if (p->at < p->end && (*p->at == '.' || *p->at == 'e' || *p->at == 'E'))
                return NULL;
        return json_must(json_integer(negative ? -n : n));
}

/* One member; false where it is none, or its name is there already. */
static bool read_member(struct plain *p, json_t *object)
{
        _cleanup_text_ struct text buffer = {0};
        size_t length, before = json_object_size(object);
        const char *name;
        json_t *value;

        skip_space(p);
        if (!take(p, '"') || !read_string(p, &buffer, &name, &length))
                return false;
        skip_space(p);
        if (!take(p, ':'))
                return false;
        value = read_value(p);
        if (!value)
                return false;
        if (json_object_setn_new_nocheck(object, name, length, value) < 0)
                out_of_memory();
        return json_object_size(object) > before;
}

static bool read_element(struct plain *p, json_t *array)
{
        json_t *value = read_value(p);

        if (!value)
                return false;
        json_push(array, value);
        return true;
}

/* Members or elements up to `close`, whose opening bracket was taken. Takes over `container`. */
static json_t *read_container(struct plain *p, json_t *container, bool (*read_one)(struct plain *p, json_t *container),
                              char close)
{
        bool good = ++p->depth <= JSON_DEPTH_MOST;

        skip_space(p);
        if (good && !take(p, close)) {
                do {
                        good = read_one(p, container);
                        skip_space(p);
                } while (good && take(p, ','));
                good = good && take(p, close);
        }
        p->depth--;
        if (good)
                return container;
        json_decref(container);
        return NULL;
}

static json_t *read_value(struct plain *p)
{
        skip_space(p);
        if (p->at == p->end)
                return NULL;
        switch (*p->at) {
        case '{':
                p->at++;
                return read_container(p, json_must(json_object()), read_member, '}');
        case '[':
                p->at++;
                return read_container(p, json_must(json_array()), read_element, ']');
        case '"':
                p->at++;
                return read_text(p);
        case 't':
                return take_word(p, "true") ? json_true() : NULL;
        case 'f':
                return take_word(p, "false") ? json_false() : NULL;
        case 'n':
                return take_word(p, "null") ? json_null() : NULL;
        default:
                return read_integer(p);
        }
}

json_t *json_parse_plain(const char *bytes, size_t length)
{
        struct plain p = {.at = bytes, .end = bytes + length};
        json_t *value = read_value(&p);

        skip_space(&p);
        if (value && p.at < p.end) {
                json_decref(value);
                return NULL;
        }
        return value;
}

/* --- writing --------------------------------------------------------------------------------------------------- */

static void write_escape(struct text *out, unsigned char c)
{
        static const char letters[] = "\"\\bfnrt", meant[] = "\"\\\b\f\n\r\t";
        const char *at = strchr(meant, c);

        if (at && c)
                text_printf(out, "\\%c", letters[at - meant]);
        else
                text_printf(out, "\\u%04X", c);
}

static void write_string(struct text *out, const char *s, size_t length)
{
        size_t start = 0, i;

        text_add_char(out, '"');
        for (i = 0; i < length; i++) {
                unsigned char c = (unsigned char)s[i];

                if (c >= 0x20 && c != '"' && c != '\\')
                        continue;
                text_append(out, s + start, i - start);
                write_escape(out, c);
                start = i + 1;
        }
        text_append(out, s + start, length - start);
        text_add_char(out, '"');
}

static void write_integer(struct text *out, json_int_t n)
{
        char digits[24];
        size_t at = sizeof(digits);
        unsigned long long rest = n < 0 ? 0 - (unsigned long long)n : (unsigned long long)n;

        do
                digits[--at] = (char)('0' + rest % 10);
        while ((rest /= 10) > 0);
        if (n < 0)
                digits[--at] = '-';
        text_append(out, digits + at, sizeof(digits) - at);
}

static bool write_value(struct text *out, const json_t *json, unsigned depth);

static bool write_object(struct text *out, const json_t *object, unsigned depth)
{
        json_t *o = (json_t *)object; /* the iterators ask for it */
        bool good = true;
        void *first = json_object_iter(o), *i;

        text_add_char(out, '{');
        for (i = first; good && i; i = json_object_iter_next(o, i)) {
                if (i != first)
                        text_add_char(out, ',');
                write_string(out, json_object_iter_key(i), json_object_iter_key_len(i));
                text_add_char(out, ':');
                good = write_value(out, json_object_iter_value(i), depth);
        }
        text_add_char(out, '}');
        return good;
}

static bool write_array(struct text *out, const json_t *array, unsigned depth)
{
        size_t i, count = json_array_size(array);
        bool good = true;

        text_add_char(out, '[');
        for (i = 0; good && i < count; i++) {
                if (i > 0)
                        text_add_char(out, ',');
                good = write_value(out, json_array_get(array, i), depth);
        }
        text_add_char(out, ']');
        return good;
}

static bool write_value(struct text *out, const json_t *json, unsigned depth)
{
        switch (json_typeof(json)) {
        case JSON_OBJECT:
                return depth < JSON_DEPTH_MOST && write_object(out, json, depth + 1);
        case JSON_ARRAY:
                return depth < JSON_DEPTH_MOST && write_array(out, json, depth + 1);
        case JSON_STRING:
                write_string(out, json_string_value(json), json_string_length(json));
                return true;
        case JSON_INTEGER:
                write_integer(out, json_integer_value(json));
                return true;
        case JSON_TRUE:
                text_add(out, "true");
                return true;
        case JSON_FALSE:
                text_add(out, "false");
                return true;
        case JSON_NULL:
                text_add(out, "null");
                return true;
        default:
                return false;
        }
}

bool json_write_plain(struct text *out, const json_t *json)
{
        return write_value(out, json, 0);
}
