/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/text.h"

#include <errno.h>
#include <string.h>

#include "base/memory.h"

static const char hex_digits[] = "0123456789abcdef";

void text_free(struct text *t)
{
        free(t->data);
        *t = (struct text){0};
}

void text_clear(struct text *t)
{
        t->length = 0;
        if (t->data)
                t->data[0] = '\0';
}

/* Room for `more` bytes and the NUL. */
static void text_reserve(struct text *t, size_t more)
{
        if (more >= SIZE_MAX - t->length)
                out_of_memory();
        t->data = must_grow(t->data, &t->allocated, t->length + more + 1, 1);
}

void text_append(struct text *t, const void *bytes, size_t length)
{
        text_reserve(t, length);
        if (length > 0)
                memcpy(t->data + t->length, bytes, length);
        t->length += length;
        t->data[t->length] = '\0';
}

void text_add(struct text *t, const char *s)
{
        text_append(t, s, strlen(s));
}

void text_add_char(struct text *t, char c)
{
        text_append(t, &c, 1);
}

void text_printf(struct text *t, const char *fmt, ...)
{
        va_list ap;

        va_start(ap, fmt);
        text_vprintf(t, fmt, ap);
        va_end(ap);
}

void text_vprintf(struct text *t, const char *fmt, va_list ap)
{
        va_list again;
        size_t room;
        int n;

        text_reserve(t, 0);
        room = t->allocated - t->length;
        va_copy(again, ap);
        n = vsnprintf(t->data + t->length, room, fmt, ap);
        if (n >= 0 && (size_t)n >= room) {
                text_reserve(t, (size_t)n);
                n = vsnprintf(t->data + t->length, t->allocated - t->length, fmt, again);
        }
        va_end(again);
        if (n < 0)
                out_of_memory();
        t->length += (size_t)n;
}

const char *text_string(const struct text *t)
{
        return t->data ? t->data : "";
}

char *text_take(struct text *t)
{
        char *s = t->data ? t->data : must_strdup("");

        *t = (struct text){0};
        return s;
}

/* Length of the well-formed UTF-8 character at `p`, 0 where there is none (RFC 3629 §4: no overlong forms, no
 * surrogates, nothing above U+10FFFF). */
static size_t utf8_character(const unsigned char *p, size_t left)
{
        unsigned char least = 0x80, most = 0xbf;
        size_t length, i;

        if (left == 0)
                return 0;
        if (p[0] < 0x80)
                return 1;
        if (p[0] < 0xc2 || p[0] > 0xf4)
                return 0;
        length = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
        if (length > left)
                return 0;
        if (p[0] == 0xe0)
                least = 0xa0;
        else if (p[0] == 0xed)
                most = 0x9f;
        else if (p[0] == 0xf0)
                least = 0x90;
        else if (p[0] == 0xf4)
                most = 0x8f;
        if (p[1] < least || p[1] > most)
                return 0;
        for (i = 2; i < length; i++)
                if (p[i] < 0x80 || p[i] > 0xbf)
                        return 0;
        return length;
}

bool utf8_valid(const void *bytes, size_t length)
{
        const unsigned char *p = bytes;
        size_t i = 0;

        while (i < length) {
                size_t n = utf8_character(p + i, length - i);

                if (n == 0)
                        return false;
                i += n;
        }
        return true;
}

/* Bytes at `p` that stand for themselves in safe text: one character, no control (C0, DEL, C1), no backslash. */
static size_t safe_character(const unsigned char *p, size_t left)
{
        size_t n = utf8_character(p, left);

        if (n == 1 && (p[0] < 0x20 || p[0] == 0x7f || p[0] == '\\'))
                return 0;
        if (n == 2 && p[0] == 0xc2 && p[1] < 0xa0)
                return 0;
        return n;
}

void text_add_safe(struct text *t, const void *bytes, size_t length)
{
        const unsigned char *p = bytes;
        size_t i = 0;

        while (i < length) {
                size_t start = i, n;

                while ((n = safe_character(p + i, length - i)) > 0)
                        i += n;
                text_append(t, p + start, i - start);
                if (i == length)
                        break;
                if (p[i] == '\\')
                        text_append(t, "\\\\", 2);
                else
                        text_append(t, (char[]){'\\', 'x', hex_digits[p[i] >> 4], hex_digits[p[i] & 0xf]}, 4);
                i++;
        }
}

char *safe_string(const void *bytes, size_t length)
{
        struct text t = {0};

        text_add_safe(&t, bytes, length);
        return text_take(&t);
}

static int hex_value(char c)
{
        if (c >= '0' && c <= '9')
                return c - '0';
        if (c >= 'a' && c <= 'f')
                return c - 'a' + 10;
        return -1;
}

/* Takes one byte of safe text off *s. */
static int unsafe_byte(const char **s, char *ret)
{
        const char *p = *s;
        int high, low;

        if (p[0] != '\\') {
                *ret = p[0];
                *s = p + 1;
                return 0;
        }
        if (p[1] == '\\') {
                *ret = '\\';
                *s = p + 2;
                return 0;
        }
        if (p[1] != 'x')
                return -EINVAL;
        high = hex_value(p[2]);
        low = high < 0 ? -1 : hex_value(p[3]);
        if (low < 0)
                return -EINVAL;
        *ret = (char)(high << 4 | low);
        *s = p + 4;
        return 0;
}

int unsafe_bytes(const char *s, char **ret, size_t *ret_length)
{
        _cleanup_text_ struct text bytes = {0}, again = {0};
        const char *p = s;
        char c;

        while (*p) {
                if (unsafe_byte(&p, &c) < 0)
                        return -EINVAL;
                text_add_char(&bytes, c);
        }
        /* Only one spelling is the output of text_add_safe(): "\x41" and a raw control character are not. */
        text_add_safe(&again, text_string(&bytes), bytes.length);
        if (!streq(text_string(&again), s))
                return -EINVAL;
        *ret_length = bytes.length;
        *ret = text_take(&bytes);
        return 0;
}

/* As bytes of UTF-8, from and up to and including. */
static const struct {
        unsigned char length, from[4], to[4];
} unseen[] = {
        {2, {0xc2, 0xad}, {0xc2, 0xad}},                         /* soft hyphen */
        {2, {0xd8, 0x9c}, {0xd8, 0x9c}},                         /* U+061C: Arabic letter mark */
        {3, {0xe1, 0xa0, 0x8e}, {0xe1, 0xa0, 0x8e}},             /* U+180E: a vowel separator without width */
        {3, {0xe2, 0x80, 0x8b}, {0xe2, 0x80, 0x8f}},             /* U+200B to U+200F: no width, and direction */
        {3, {0xe2, 0x80, 0xa8}, {0xe2, 0x80, 0xae}},             /* U+2028 to U+202E: separators, and direction */
        {3, {0xe2, 0x81, 0xa0}, {0xe2, 0x81, 0xaf}},             /* U+2060 to U+206F: operators, and direction */
        {3, {0xef, 0xbb, 0xbf}, {0xef, 0xbb, 0xbf}},             /* U+FEFF: byte order mark */
        {3, {0xef, 0xbf, 0xb9}, {0xef, 0xbf, 0xbb}},             /* U+FFF9 to U+FFFB: annotations */
        {4, {0xf3, 0xa0, 0x80, 0x80}, {0xf3, 0xa0, 0x81, 0xbf}}, /* U+E0000 to U+E007F: tags */
};

size_t text_unseen(const char *s)
{
        if ((unsigned char)*s < unseen[0].from[0])
                return 0;
        for (size_t i = 0; i < ELEMENTS(unseen); i++) {
                const size_t n = unseen[i].length;

                if (strnlen(s, n) == n && memcmp(s, unseen[i].from, n) >= 0 && memcmp(s, unseen[i].to, n) <= 0)
                        return n;
        }
        return 0;
}

size_t text_add_unseen(struct text *t, const char *s)
{
        const size_t n = text_unseen(s);

        for (size_t i = 0; i < n; i++)
                text_printf(t, "\\x%02x", (unsigned)(unsigned char)s[i]);
        return n;
}

static void add_html_char(struct text *t, char c)
{
        switch (c) {
        case '&':
                text_add(t, "&amp;");
                break;
        case '<':
                text_add(t, "&lt;");
                break;
        case '>':
                text_add(t, "&gt;");
                break;
        case '"':
                text_add(t, "&quot;");
                break;
        case '\'':
                text_add(t, "&#39;");
                break;
        default:
                text_add_char(t, c);
        }
}

void text_add_html(struct text *t, const char *s)
{
        while (*s) {
                const size_t n = text_add_unseen(t, s);

                if (n == 0)
                        add_html_char(t, *s);
                s += n ? n : 1;
        }
}

char *base64url_encode(const void *bytes, size_t length)
{
        static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        const unsigned char *p = bytes;
        struct text t = {0};
        size_t i, j;

        text_reserve(&t, length / 3 * 4 + 4);
        for (i = 0; i < length; i += 3) {
                size_t n = length - i < 3 ? length - i : 3;
                uint32_t group = (uint32_t)p[i] << 16;

                if (n > 1)
                        group |= (uint32_t)p[i + 1] << 8;
                if (n > 2)
                        group |= p[i + 2];
                for (j = 0; j <= n; j++)
                        t.data[t.length++] = digits[group >> (18 - 6 * j) & 0x3f];
        }
        t.data[t.length] = '\0';
        return text_take(&t);
}

/* One more than the value of each character; 0: foreign. */
static const unsigned char base64url_values[256] = {
        ['A'] = 1,  ['B'] = 2,  ['C'] = 3,  ['D'] = 4,  ['E'] = 5,  ['F'] = 6,  ['G'] = 7,  ['H'] = 8,
        ['I'] = 9,  ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16,
        ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24,
        ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32,
        ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40,
        ['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48,
        ['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,
        ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['-'] = 63, ['_'] = 64,
};

static int base64url_value(char c)
{
        return base64url_values[(unsigned char)c] - 1;
}

int base64url_decode(const char *s, size_t length, unsigned char **ret, size_t *ret_length)
{
        _cleanup_free_ unsigned char *out = NULL;
        uint32_t held = 0;
        unsigned bits = 0;
        size_t i, n = 0;

        if (length % 4 == 1)
                return -EINVAL;
        out = must_alloc(length / 4 * 3 + 4);
        for (i = 0; i + 4 <= length; i += 4) {
                int a = base64url_value(s[i]), b = base64url_value(s[i + 1]), c = base64url_value(s[i + 2]),
                    d = base64url_value(s[i + 3]);

                if ((a | b | c | d) < 0)
                        return -EINVAL;
                out[n++] = (unsigned char)(a << 2 | b >> 4);
                out[n++] = (unsigned char)(b << 4 | c >> 2);
                out[n++] = (unsigned char)(c << 6 | d);
        }
        for (; i < length; i++) {
                int value = base64url_value(s[i]);

                if (value < 0)
                        return -EINVAL;
                held = held << 6 | (uint32_t)value;
                bits += 6;
                if (bits >= 8) {
                        bits -= 8;
                        out[n++] = (unsigned char)(held >> bits);
                        held &= (1U << bits) - 1;
                }
        }
        /* Spare bits that are not zero would give the same bytes a second spelling. */
        if (held != 0)
                return -EINVAL;
        *ret = TAKE_PTR(out);
        *ret_length = n;
        return 0;
}

char *hex_encode(const void *bytes, size_t length)
{
        const unsigned char *p = bytes;
        char *out;
        size_t i;

        if (length >= SIZE_MAX / 2)
                out_of_memory();
        out = must_alloc(length * 2 + 1);
        for (i = 0; i < length; i++) {
                out[2 * i] = hex_digits[p[i] >> 4];
                out[2 * i + 1] = hex_digits[p[i] & 0xf];
        }
        return out;
}

bool is_hex(const char *s, size_t digits)
{
        size_t i;

        for (i = 0; i < digits; i++)
                if (hex_value(s[i]) < 0)
                        return false;
        return s[digits] == '\0';
}

bool streq(const char *a, const char *b)
{
        if (!a || !b)
                return a == b;
        return strcmp(a, b) == 0;
}

bool starts_with(const char *s, const char *prefix)
{
        return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool ends_with(const char *s, const char *suffix)
{
        size_t length = strlen(s), tail = strlen(suffix);

        return length >= tail && memcmp(s + length - tail, suffix, tail) == 0;
}

int parse_u64(const char *s, uint64_t *ret)
{
        uint64_t value = 0;

        if (!*s || s[strspn(s, "0123456789")])
                return -EINVAL;
        for (; *s; s++)
                if (__builtin_mul_overflow(value, 10U, &value) ||
                    __builtin_add_overflow(value, (uint64_t)(*s - '0'), &value))
                        return -ERANGE;
        *ret = value;
        return 0;
}

int parse_i64(const char *s, int64_t *ret)
{
        bool negative = *s == '-';
        uint64_t magnitude;
        int r;

        r = parse_u64(negative ? s + 1 : s, &magnitude);
        if (r < 0)
                return r;
        if (magnitude > (uint64_t)INT64_MAX + negative)
                return -ERANGE;
        /* Through unsigned arithmetic: the magnitude of INT64_MIN has no int64_t. */
        *ret = (int64_t)(negative ? 0 - magnitude : magnitude);
        return 0;
}
