/* SPDX-License-Identifier: EUPL-1.2 */
/* A file's bytes line by line, with line numbers from 1. Nothing is copied and nothing is NUL-terminated: a line may
 * hold NUL bytes, and readers that stop at one (as the program they model does) say so themselves. */
#ifndef FACTS_LINES_H
#define FACTS_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Where the reading is. Start with lines_of(). */
struct lines {
        const char *next;
        const char *end;
        unsigned number; /* of the line read last; 0 before the first */
};

struct line {
        const char *bytes;
        size_t length; /* without the newline */
        unsigned number;
        bool ended; /* by a newline; the last line of a file may not be */
};

static inline struct lines lines_of(const char *bytes, size_t length)
{
        return (struct lines){bytes, bytes + length, 0};
}

/* The next line; false after the last. A newline at the very end begins no further line. */
static inline bool lines_next(struct lines *lines, struct line *ret)
{
        const char *newline;

        if (lines->next >= lines->end)
                return false;
        newline = memchr(lines->next, '\n', (size_t)(lines->end - lines->next));
        ret->bytes = lines->next;
        ret->length = (size_t)((newline ? newline : lines->end) - lines->next);
        ret->ended = newline != NULL;
        ret->number = ++lines->number;
        lines->next = newline ? newline + 1 : lines->end;
        return true;
}

/* Takes spaces and tabs from both ends of a span. */
static inline void span_trim(const char **bytes, size_t *length)
{
        while (*length > 0 && (**bytes == ' ' || **bytes == '\t')) {
                (*bytes)++;
                (*length)--;
        }
        while (*length > 0 && ((*bytes)[*length - 1] == ' ' || (*bytes)[*length - 1] == '\t'))
                (*length)--;
}

/* True where a span is exactly the string. */
static inline bool span_is(const char *bytes, size_t length, const char *s)
{
        return strlen(s) == length && memcmp(bytes, s, length) == 0;
}

#endif
