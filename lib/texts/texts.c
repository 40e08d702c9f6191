/* SPDX-License-Identifier: EUPL-1.2 */
#include "texts/texts.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"

#define CAPTURES_MOST 9
#define DEPTH_MOST    6
#define LENGTH_MOST   4096 /* a longer text is not ours: it stays as it is */
#define LOOKS_MOST    256  /* in the catalogue, for one text: what has more pieces stays as it is from there on */

const struct texts_row texts_catalogue[] = {
#define TEXT(english, dutch) {english, dutch},
#define SAME(english)        {english, NULL},
#include "texts/catalogue.inc"
#undef TEXT
#undef SAME
};
const size_t texts_catalogue_count = ELEMENTS(texts_catalogue);

/* A part of the text that is being read. */
struct span {
        const char *at;
        size_t length;
};

/* ---- one pattern ---- */

static bool is_number(struct span s)
{
        for (size_t i = 0; i < s.length; i++)
                if (!strchr(i == 0 ? "-0123456789" : "0123456789", s.at[i]))
                        return false;
        return s.length > 0;
}

/* What is joined by "; " is several texts, never one. */
static bool fits(char conversion, struct span s)
{
        if (memmem(s.at, s.length, "; ", 2))
                return false;
        return conversion == 's' ? s.length > 0 : conversion == 'c' ? s.length == 1 : is_number(s);
}

/* Passes over what stands behind '%'; the conversion's letter. */
static char read_conversion(const char **p)
{
        *p += strspn(*p, "-+ #0123456789.*hlzjt");
        return **p ? *(*p)++ : '\0';
}

/* The literal text from *p up to the next conversion, "%%" being one character of it. Needs a buffer as long. */
static size_t read_literal(const char **p, char *literal)
{
        size_t n = 0;

        while (**p && !(**p == '%' && (*p)[1] != '%')) {
                literal[n++] = **p;
                *p += **p == '%' ? 2 : 1;
        }
        return n;
}

static const char *find(struct span in, const char *what, size_t length)
{
        return length ? memmem(in.at, in.length, what, length) : in.at;
}

/* Whether `s` is what the pattern prints, and what its conversions made of it, each as short as it can be. *score: how
 * much of it the pattern has itself. */
static bool match(const char *pattern, struct span s, struct span captures[static CAPTURES_MOST], size_t *count,
                  size_t *score)
{
        _cleanup_free_ char *literal = NULL;
        const char *p = pattern;
        size_t n;

        /* Most rows differ in their first character. */
        if (*pattern != '%' && (s.length == 0 || *pattern != *s.at))
                return false;
        literal = must_alloc(strlen(pattern) + 1);
        n = read_literal(&p, literal);

        *count = 0;
        *score = n;
        if (n > s.length || memcmp(literal, s.at, n) != 0)
                return false;
        s = (struct span){s.at + n, s.length - n};
        while (*p) {
                const char *found;
                char conversion;

                p++;
                conversion = read_conversion(&p);
                n = read_literal(&p, literal);
                *score += n;
                if (*count == CAPTURES_MOST)
                        return false;
                if (!*p) /* the last: up to the end */
                        found = n <= s.length && memcmp(s.at + s.length - n, literal, n) == 0 ? s.at + s.length - n
                                                                                              : NULL;
                else
                        found = find(s, literal, n);
                if (!found)
                        return false;
                captures[*count] = (struct span){s.at, (size_t)(found - s.at)};
                if (!fits(conversion, captures[*count]))
                        return false;
                s = (struct span){found + n, s.length - captures[*count].length - n};
                ++*count;
        }
        return s.length == 0;
}

/* ---- a text ---- */

struct translation {
        struct text out;
        unsigned looks;
};

static void free_translation(struct translation *t)
{
        text_free(&t->out);
}

static bool translate(struct translation *t, struct span s, unsigned depth);

static void fill(struct translation *t, const char *dutch, const struct span *captures, size_t count, unsigned depth)
{
        for (const char *d = dutch; *d; d++) {
                if (d[0] == '{' && d[1] >= '1' && d[1] <= '9' && d[2] == '}') {
                        if ((size_t)(d[1] - '1') < count)
                                (void)translate(t, captures[d[1] - '1'], depth + 1);
                        d += 2;
                } else {
                        text_add_char(&t->out, *d);
                }
        }
}

/* The whole, by the row that says most of it. */
static bool translate_whole(struct translation *t, struct span s, unsigned depth)
{
        struct span best[CAPTURES_MOST], captures[CAPTURES_MOST];
        size_t best_count = 0, best_score = 0, count, score;
        const struct texts_row *row = NULL;

        if (t->looks == LOOKS_MOST)
                return false;
        t->looks++;
        for (size_t i = 0; i < texts_catalogue_count; i++) {
                if (!match(texts_catalogue[i].english, s, captures, &count, &score))
                        continue;
                if (count > 0 && captures[0].at == s.at) {
                        /* What only ends like a row may be a joined text whose last piece does. */
                        if (memmem(s.at, captures[0].length, ": ", 2))
                                continue;
                } else {
                        score += LENGTH_MOST;
                }
                if (row && score <= best_score)
                        continue;
                row = &texts_catalogue[i];
                memcpy(best, captures, sizeof(best));
                best_count = count;
                best_score = score;
        }
        if (!row)
                return false;
        if (row->dutch)
                fill(t, row->dutch, best, best_count, depth);
        else
                text_append(&t->out, s.at, s.length);
        return true;
}

/* "left; right", "left: right": each for itself. A text may hold the separator too, so the longest left one that is
 * known counts; where none is, the first. */
static bool translate_joined(struct translation *t, struct span s, const char *separator, unsigned depth)
{
        const size_t n = strlen(separator);
        struct span left = s, right;
        const char *first = find(s, separator, n), *at;

        if (!first)
                return false;
        for (at = s.at + s.length - n; at > first; at--) {
                if (memcmp(at, separator, n) != 0)
                        continue;
                left.length = (size_t)(at - s.at);
                if (translate_whole(t, left, depth))
                        break;
        }
        if (at <= first) {
                at = first;
                left.length = (size_t)(first - s.at);
                (void)translate(t, left, depth + 1);
        }
        text_add(&t->out, separator);
        right = (struct span){at + n, s.length - left.length - n};
        (void)translate(t, right, depth + 1);
        return true;
}

/* Appends it in Dutch, or as it is; whether anything of it was known. */
static bool translate(struct translation *t, struct span s, unsigned depth)
{
        if (s.length > 0 && depth < DEPTH_MOST)
                if (translate_whole(t, s, depth) || translate_joined(t, s, "; ", depth) ||
                    translate_joined(t, s, ": ", depth))
                        return true;
        text_append(&t->out, s.at, s.length);
        return false;
}

char *texts_dutch(const char *english)
{
        _cleanup_(free_translation) struct translation t = {0};
        size_t length = english ? strlen(english) : 0;

        if (!english)
                return NULL;
        if (length > LENGTH_MOST)
                return must_strdup(english);
        (void)translate(&t, (struct span){english, length}, 0);
        return text_take(&t.out);
}

/* ---- commands ---- */

const char *texts_comment(const char *line, size_t length)
{
        const char *at;

        if (length > 2 && strncmp(line, "# ", 2) == 0)
                return line;
        at = memmem(line, length, "  # ", 4);
        return at ? at + 2 : NULL;
}

char *texts_dutch_commands(const char *commands)
{
        _cleanup_text_ struct text out = {0};

        if (!commands)
                return NULL;
        while (*commands) {
                size_t n = strcspn(commands, "\n");
                const char *comment = texts_comment(commands, n);

                if (comment) {
                        _cleanup_free_ char *english = must_strndup(comment + 2, n - (size_t)(comment + 2 - commands));
                        _cleanup_free_ char *dutch = texts_dutch(english);

                        text_append(&out, commands, (size_t)(comment - commands));
                        text_printf(&out, "# %s", dutch);
                } else {
                        text_append(&out, commands, n);
                }
                commands += n;
                if (*commands == '\n')
                        text_add_char(&out, *commands++);
        }
        return text_take(&out);
}
