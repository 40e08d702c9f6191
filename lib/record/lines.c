/* SPDX-License-Identifier: EUPL-1.2 */
#include "record/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"

#define PIECE ((size_t)64 * 1024)

void lines_free(struct lines *l)
{
        text_free(&l->buffer);
}

/* Makes room by dropping what was given, then reads one piece more. */
static int fill(struct lines *l)
{
        char piece[PIECE];
        ssize_t n;

        if (l->start > 0) {
                struct text rest = {0};

                text_append(&rest, l->buffer.data + l->start, l->buffer.length - l->start);
                text_free(&l->buffer);
                l->buffer = rest;
                l->start = 0;
        }
        do
                n = pread(l->fd, piece, sizeof(piece), (off_t)(l->offset + l->buffer.length));
        while (n < 0 && errno == EINTR);
        if (n < 0)
                return -errno;
        l->ended = n == 0;
        text_append(&l->buffer, piece, (size_t)n);
        return 0;
}

static int give(struct lines *l, size_t length, size_t most, struct line *ret)
{
        if (length > most)
                return -E2BIG;
        *ret = (struct line){
                .bytes = l->buffer.data + l->start, .length = length, .number = ++l->number, .offset = l->offset};
        length++; /* its newline; at the end of a file without one, nothing follows */
        if (length > l->buffer.length - l->start)
                length = l->buffer.length - l->start;
        l->start += length;
        l->offset += length;
        l->searched = 0;
        return 1;
}

int lines_next(struct lines *l, size_t most, struct line *ret)
{
        for (;;) {
                size_t have = l->buffer.length - l->start;
                const char *newline = NULL;
                int r;

                if (have > l->searched)
                        newline = memchr(l->buffer.data + l->start + l->searched, '\n', have - l->searched);
                if (newline)
                        return give(l, (size_t)(newline - (l->buffer.data + l->start)), most, ret);
                l->searched = have;
                if (have > most)
                        return -E2BIG;
                if (l->ended)
                        return have > 0 ? give(l, have, most, ret) : 0;
                r = fill(l);
                if (r < 0)
                        return r;
        }
}

static int copy_input(void)
{
        _cleanup_fd_ int fd = memfd_create("records", MFD_CLOEXEC);
        char piece[PIECE];
        ssize_t n;
        int r;

        if (fd < 0)
                return -errno;
        for (;;) {
                n = read(STDIN_FILENO, piece, sizeof(piece));
                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        break;
                r = fd_write_all(fd, piece, (size_t)n);
                if (r < 0)
                        return r;
        }
        return n < 0 ? -errno : TAKE_FD(fd);
}

int lines_open(const char *path)
{
        _cleanup_fd_ int fd = -1;
        struct stat st;

        if (streq(path, "-"))
                return copy_input();
        /* O_NONBLOCK: a FIFO must not make us wait before it is refused. */
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        if (fd < 0 || fstat(fd, &st) < 0)
                return -errno;
        if (S_ISDIR(st.st_mode))
                return -EISDIR;
        return S_ISREG(st.st_mode) ? TAKE_FD(fd) : -EINVAL;
}
