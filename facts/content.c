/* SPDX-License-Identifier: EUPL-1.2 */
#include "facts/content.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

/* First buffer for what has no size, as files of proc. */
#define READ_LEAST ((size_t)4096)
/* Buffer of a pass, used again for each piece: the pages of a large buffer cost more than the calls for a small one. */
#define PIECE ((size_t)16 * 1024)

const char *content_error(struct access *a, int error, size_t most)
{
        switch (error) {
        case -EFBIG:
                return access_say(a, "larger than %zu bytes", most);
        case -EUCLEAN:
                return "changes while it is read";
        }
        return walk_error(error);
}

static ssize_t read_some(struct access *a, int fd, char *to, size_t room)
{
        ssize_t n;

        do
                n = read(fd, to, room);
        while (n < 0 && errno == EINTR);
        if (n < 0)
                return -errno;
        a->bytes_read += (uint64_t)n;
        return n;
}

/* Reads an open file to its end. A file of `size` is read in one call, and whether it grew is seen afterwards; others
 * are read until nothing comes. */
static int read_all(struct access *a, int fd, size_t size, size_t most, char **ret, size_t *ret_length)
{
        size_t allocated = (size > 0 ? size : READ_LEAST) + 1, length = 0;
        _cleanup_free_ char *bytes = must_realloc(NULL, allocated, 1);

        while (size == 0 || length != size) {
                ssize_t n;

                if (length + 1 == allocated) {
                        allocated = allocated * 2 - 1;
                        bytes = must_realloc(bytes, allocated, 1);
                }
                n = read_some(a, fd, bytes + length, allocated - 1 - length);
                if (n < 0)
                        return (int)n;
                if (n == 0)
                        break;
                length += (size_t)n;
                if (length > most)
                        return -EFBIG;
        }
        bytes[length] = '\0';
        *ret = TAKE_PTR(bytes);
        *ret_length = length;
        return 0;
}

/* Hands on an open file up to each last newline. One that grows beyond its size is not followed further. */
static int pass_all(struct access *a, int fd, size_t size, size_t most, const struct access_taker *taker)
{
        size_t held = 0, total = 0;

        while (size == 0 || total < size) {
                const char *newline;
                size_t whole;
                ssize_t n;

                if (held == a->piece_size) {
                        a->piece_size = a->piece_size ? a->piece_size * 2 : PIECE;
                        a->piece = must_realloc(a->piece, a->piece_size, 1);
                }
                n = read_some(a, fd, a->piece + held, a->piece_size - held);
                if (n < 0)
                        return (int)n;
                if (n == 0)
                        break;
                total += (size_t)n;
                if (total > most)
                        return -EFBIG;
                held += (size_t)n;
                newline = memrchr(a->piece + held - (size_t)n, '\n', (size_t)n);
                whole = newline ? (size_t)(newline + 1 - a->piece) : 0;
                if (whole > 0)
                        taker->take(taker->user, a->piece, whole);
                held -= whole;
                memmove(a->piece, a->piece + whole, held);
        }
        if (held > 0)
                taker->take(taker->user, a->piece, held);
        return 0;
}

/* Opens the content, if it is still that file and within bounds. */
static int open_content(struct access *a, struct entry *e, size_t most, struct looked *ret)
{
        _cleanup_fd_ int fd = walk_open(&a->walk, e, ret);

        if (fd >= 0 && ret->size > most)
                return -EFBIG;
        return TAKE_FD(fd);
}

/* -EUCLEAN where an open file is not as it was when it was opened. */
static int settle(int fd, struct entry *e, const struct looked *before)
{
        struct looked after;
        int r = walk_look(fd, &after);

        if (r < 0)
                return r;
        if (!walk_unchanged(before, &after))
                return -EUCLEAN;
        e->looked = after;
        return 0;
}

static int read_once(struct access *a, struct entry *e, size_t most)
{
        _cleanup_free_ char *bytes = NULL;
        _cleanup_fd_ int fd = -1;
        struct looked before;
        size_t length = 0;
        int r;

        fd = open_content(a, e, most, &before);
        if (fd < 0)
                return fd;
        if (walk_kept(&a->walk) + before.size > ACCESS_TOTAL_MOST)
                return -ENOBUFS;
        r = read_all(a, fd, before.size, most, &bytes, &length);
        if (r == 0)
                r = settle(fd, e, &before);
        if (r < 0)
                return r;
        e->bytes = TAKE_PTR(bytes);
        e->length = length;
        e->next_read = a->walk.read;
        a->walk.read = e;
        a->walk.bytes += length;
        return 0;
}

int content_read(struct access *a, struct entry *e, size_t most)
{
        int r = -EUCLEAN;

        if (e->bytes)
                return e->length > most ? -EFBIG : 0;
        if (e->looked.size > most)
                return -EFBIG;
        for (int i = 0; i < ACCESS_TRIES && r == -EUCLEAN; i++)
                r = read_once(a, e, most);
        return r;
}

static int pass_once(struct access *a, struct entry *e, size_t most, const struct access_taker *taker)
{
        _cleanup_fd_ int fd = -1;
        struct looked before;
        int r;

        fd = open_content(a, e, most, &before);
        if (fd < 0)
                return fd;
        r = pass_all(a, fd, before.size, most, taker);
        return r < 0 ? r : settle(fd, e, &before);
}

int content_pass(struct access *a, struct entry *e, size_t most, const struct access_taker *taker)
{
        int r;

        if (e->looked.size > most)
                return -EFBIG;
        for (int i = 1;; i++) {
                r = pass_once(a, e, most, taker);
                if (r == 0)
                        return 0;
                /* What was taken of a file that then turned out to be no answer counts for nothing. */
                taker->again(taker->user);
                if (r != -EUCLEAN || i == ACCESS_TRIES)
                        return r;
        }
}
