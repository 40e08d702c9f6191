/* SPDX-License-Identifier: EUPL-1.2 */
/* Lines of PAM's files and their words. */
#include <string.h>

#include "facts/pam_internal.h"

#define BLANKS   " \t\n"
#define OLD_SIZE 1024 /* the buffer of a line with its continuations, up to libpam 1.5 */

/* Up to and with the next newline, at most `most` bytes. */
static struct text piece_of(struct pam_lines *l, size_t most)
{
        const char *bytes = l->bytes + l->at, *newline;
        struct text ret = {0};
        size_t length = l->length - l->at;

        newline = memchr(bytes, '\n', length);
        if (newline)
                length = (size_t)(newline - bytes) + 1;
        if (length > most)
                length = most;
        text_append(&ret, bytes, length);
        l->at += length;
        if (length > 0 && bytes[length - 1] == '\n')
                l->line++;
        return ret;
}

/* Where the backslash stands that continues a line of `length` bytes, blanks behind it; `length` where there is none.
 */
static size_t continued_at(const char *bytes, size_t length)
{
        size_t at = length;

        while (at > 0) {
                at--;
                if (!memchr(BLANKS, bytes[at], sizeof(BLANKS) - 1))
                        return bytes[at] == '\\' ? at : length;
        }
        return length;
}

/* libpam 1.5: fgets() into one buffer. Blank lines and comments between continuations count for nothing. */
static enum pam_line_end next_old(struct pam_lines *l, struct text *line, unsigned *number)
{
        for (bool some = false;;) {
                _cleanup_text_ struct text piece = {0};
                size_t room = OLD_SIZE - line->length, start, length, comment, end;
                unsigned before = l->line;
                char *data;

                if (line->length >= OLD_SIZE)
                        return PAM_LINE_INCOMPLETE;
                if (room == 1)
                        return PAM_LINE_ENDLESS;
                if (l->at >= l->length)
                        return some ? PAM_LINE_INCOMPLETE : PAM_LINE_NONE;
                piece = piece_of(l, room - 1);
                data = piece.data;
                length = strlen(data);
                start = strspn(data, BLANKS);
                if (start == length || data[start] == '#')
                        continue;
                if (!some)
                        *number = before + 1;
                some = true;
                comment = strcspn(data, "#");
                end = continued_at(data + start, length - start) + start;
                text_append(line, data, comment < length ? comment : end);
                if (comment < length || end == length)
                        return PAM_LINE_READ;
                text_add_char(line, ' ');
        }
}

/* libpam 1.7: getline(). A blank line or a comment ends a line that is continued. */
static enum pam_line_end next_new(struct pam_lines *l, struct text *line, unsigned *number)
{
        for (bool some = false, more = false;;) {
                _cleanup_text_ struct text piece = {0};
                unsigned before = l->line;
                size_t start, end, comment;
                bool ended;

                if (l->at >= l->length)
                        return more ? PAM_LINE_INCOMPLETE : PAM_LINE_NONE;
                piece = piece_of(l, SIZE_MAX);
                end = continued_at(piece.data, piece.length);
                ended = end == piece.length;
                if (!ended) {
                        piece.data[end++] = ' ';
                        piece.data[end] = '\0';
                }
                start = strspn(piece.data, " \t");
                comment = strcspn(piece.data + start, "#") + start;
                if (piece.data[comment] == '#') {
                        piece.data[comment] = '\0';
                        ended = true;
                }
                if (!ended || some || (piece.data[start] != '\0' && piece.data[start] != '\n')) {
                        if (!some)
                                *number = before + 1;
                        some = true;
                        text_append(line, piece.data + start, end > start ? end - start : 0);
                }
                more = !ended;
                if (!ended)
                        continue;
                if (line->length > 0 && line->data[0] != '\0')
                        return PAM_LINE_READ;
                text_clear(line);
                some = false;
        }
}

/* However many blanks are between them. */
static bool same_words(const char *a, const char *b)
{
        for (;; a++, b++) {
                size_t blanks_a = strspn(a, BLANKS), blanks_b = strspn(b, BLANKS);

                a += blanks_a;
                b += blanks_b;
                if (*a != *b || (blanks_a == 0) != (blanks_b == 0))
                        return !*a && !*b;
                if (!*a)
                        return true;
        }
}

enum pam_line_end pam_line_next(struct pam_lines *l, struct text *line, unsigned *number)
{
        struct pam_lines old = *l;
        _cleanup_text_ struct text other = {0};
        enum pam_line_end end, end_of_old;
        unsigned number_of_old = 0;

        text_clear(line);
        if (l->release == PAM_1_5)
                return next_old(l, line, number);
        end = next_new(l, line, number);
        if (l->release == PAM_1_7)
                return end;
        end_of_old = next_old(&old, &other, &number_of_old);
        if (end != end_of_old || old.at != l->at)
                return PAM_LINE_OPEN;
        if (end == PAM_LINE_READ) {
                if (!same_words(text_string(line), text_string(&other)))
                        return PAM_LINE_OPEN;
        }
        return end;
}

/* Takes "[…]", of which *from is past the bracket, in place; "\]" is a bracket within. */
static char *bracketed(char *from)
{
        char *to = from, *end = from;

        for (; *end && *end != ']'; to++, end++) {
                if (*end == '\\' && end[1] == ']')
                        end++;
                *to = *end;
        }
        if (to != end)
                *to = '\0';
        return end;
}

char *pam_word(char *from, char **rest)
{
        char *end;

        if (!from)
                from = *rest;
        if (!from)
                return NULL;
        from += strspn(from, BLANKS);
        if (!*from)
                return *rest = NULL;
        if (*from == '[')
                end = bracketed(++from);
        else
                end = from + strcspn(from, BLANKS);
        if (*end)
                *end++ = '\0';
        *rest = *end ? end : NULL;
        return from;
}
