/* SPDX-License-Identifier: EUPL-1.2 */
/* Lines of a file, however long, and where they stand in it; for this room's own files. */
#ifndef RECORD_LINES_H
#define RECORD_LINES_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

struct lines {
        int fd; /* borrowed; seekable */
        struct text buffer;
        size_t start;    /* in the buffer */
        size_t searched; /* from the start: no newline there */
        uint64_t offset; /* of the start, in the file */
        size_t number;   /* of the last line given, from 1 */
        int ended;
};

struct line {
        const char *bytes; /* borrowed until the next one; without newline */
        size_t length;
        size_t number;
        uint64_t offset;
};

/* 1: a line; 0: the end; -E2BIG: longer than `most`; other negative errno: from read(2). */
int lines_next(struct lines *l, size_t most, struct line *ret);
void lines_free(struct lines *l);

/* Opens a regular file, or copies "-" (standard input) to memory. A descriptor or a negative errno. */
int lines_open(const char *path);

#endif
