/* SPDX-License-Identifier: EUPL-1.2 */
/* Lines and words of sshd_config as sshd splits them. A line is taken apart twice: the keyword, and (9.2p1) the
 * criteria of Match, by tokens that end at blanks, one = or a double quote; all other arguments by words with quotes of
 * both kinds and backslashes. */
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "facts/lines.h"
#include "facts/sshd_internal.h"

#define BLANKS " \t\r\n"

char *sshd_lex_text(struct arena *arena, const char *bytes, size_t length)
{
        char *text = arena_alloc(arena, length + 1);
        struct lines lines = lines_of(bytes, length);
        struct line line;
        size_t at = 0;

        while (lines_next(&lines, &line)) {
                size_t skip = 0;
                const char *nul;

                while (skip < line.length && strchr(" \t\r", line.bytes[skip]) && line.bytes[skip])
                        skip++;
                nul = memchr(line.bytes + skip, 0, line.length - skip);
                if (nul) {
                        /* Held as a C string by sshd: the rest of the line is lost with its end, so that the next line
                         * continues this one. */
                        memcpy(text + at, line.bytes + skip, (size_t)(nul - line.bytes) - skip);
                        at += (size_t)(nul - line.bytes) - skip;
                        continue;
                }
                memcpy(text + at, line.bytes + skip, line.length - skip);
                at += line.length - skip;
                if (line.ended)
                        text[at++] = '\n';
        }
        text[at] = '\0';
        return text;
}

char *sshd_lex_line(char **text)
{
        char *line = *text, *end;

        if (!line)
                return NULL;
        end = strchr(line, '\n');
        if (end)
                *end++ = '\0';
        *text = end;
        return line;
}

char *sshd_lex_token(char **rest)
{
        char *token = *rest, *end;
        bool equals;

        if (!token)
                return NULL;
        end = strpbrk(token, BLANKS "\"=");
        if (!end) {
                *rest = NULL;
                return token;
        }
        if (*end == '"') {
                /* The quote is taken out, what was before it is kept: Po"rt 22" is one token. */
                memmove(end, end + 1, strlen(end));
                end = strchr(end, '"');
                *rest = end;
                if (!end)
                        return NULL;
                *end++ = '\0';
                *rest = end + strspn(end, BLANKS);
                return token;
        }
        equals = *end == '=';
        *end++ = '\0';
        end += strspn(end, BLANKS);
        if (*end == '=' && !equals)
                end += 1 + strspn(end + 1, BLANKS);
        *rest = end;
        return token;
}

/* Copies one word from `s` to `out`; returns where it ended, or NULL where its quote is open. */
static const char *copy_word(const char *s, char *out)
{
        char quote = '\0';

        for (; *s; s++) {
                if (*s == '\\') {
                        if (s[1] == '\'' || s[1] == '"' || s[1] == '\\' || (!quote && s[1] == ' '))
                                s++;
                        *out++ = *s;
                } else if (!quote && (*s == ' ' || *s == '\t')) {
                        break;
                } else if (!quote && (*s == '"' || *s == '\'')) {
                        quote = *s;
                } else if (quote && *s == quote) {
                        quote = '\0';
                } else {
                        *out++ = *s;
                }
        }
        *out = '\0';
        return quote ? NULL : s;
}

/* No less than the number of words. */
static size_t count_words(const char *s)
{
        size_t count = 0;

        for (s += strspn(s, " \t"); *s; s += strspn(s, " \t")) {
                s += strcspn(s, " \t");
                count++;
        }
        return count;
}

int sshd_lex_words(struct arena *arena, const char *s, struct sshd_words *ret)
{
        char *out = arena_alloc(arena, strlen(s) + 2); /* no word is longer than its source, its NUL included */

        *ret = (struct sshd_words){.at = arena_alloc(arena, (count_words(s) + 1) * sizeof(*ret->at))};
        for (;;) {
                s += strspn(s, " \t");
                if (!*s || *s == '#')
                        break;
                s = copy_word(s, out);
                if (!s)
                        return -EINVAL;
                ret->at[ret->count++] = out;
                out += strlen(out) + 1;
        }
        ret->at[ret->count] = NULL;
        return 0;
}

int sshd_lex_tokens(struct arena *arena, const char *s, struct sshd_words *ret)
{
        char *rest = arena_copy(arena, s, strlen(s)), *token;

        *ret = (struct sshd_words){.at = arena_alloc(arena, (strlen(s) + 2) * sizeof(*ret->at))};
        while (rest && *rest) {
                token = sshd_lex_token(&rest);
                if (!token)
                        return -EINVAL;
                ret->at[ret->count++] = token;
        }
        ret->at[ret->count] = NULL;
        return 0;
}

void sshd_lex_show(struct text *t, const char *word)
{
        enum { SHOWN_MOST = 100 };
        size_t length = strlen(word);

        text_add_safe(t, word, length > SHOWN_MOST ? SHOWN_MOST : length);
        if (length > SHOWN_MOST)
                text_add(t, "...");
}

const char *sshd_lex_join(struct arena *arena, const char *const *words, size_t count)
{
        _cleanup_text_ struct text t = {0};
        size_t i;

        for (i = 0; i < count; i++) {
                bool blank = strpbrk(words[i], " \t") != NULL;
                const char *p;

                if (i > 0)
                        text_add_char(&t, ' ');
                if (blank)
                        text_add_char(&t, '"');
                for (p = words[i]; *p; p++) {
                        if (strchr("\\'\"", *p))
                                text_add_char(&t, '\\');
                        text_add_char(&t, *p);
                }
                if (blank)
                        text_add_char(&t, '"');
        }
        return arena_copy(arena, text_string(&t), t.length);
}

void *sshd_grow(struct arena *arena, const void *array, size_t *allocated, size_t needed, size_t size)
{
        void *grown;
        size_t old = *allocated;

        if (needed <= old)
                return (void *)(uintptr_t)array;
        *allocated = needed > old * 2 ? needed : old * 2;
        grown = arena_alloc(arena, *allocated * size);
        if (old > 0)
                memcpy(grown, array, old * size);
        return grown;
}
