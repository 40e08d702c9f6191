/* SPDX-License-Identifier: EUPL-1.2 */
/* Scope-bound ownership: what a variable holds is released when it leaves its scope, unless it was taken. */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(f)        __attribute__((cleanup(f)))
#define _printf_(fmt, args) __attribute__((format(printf, fmt, args)))
#define _must_check_        __attribute__((warn_unused_result))

/* Takes the value out of a cleanup variable, which is left empty. */
#define TAKE_PTR(p) \
        ({ \
                __typeof__(p) _taken = (p); \
                (p) = NULL; \
                _taken; \
        })
#define TAKE_FD(fd) \
        ({ \
                int _taken = (fd); \
                (fd) = -1; \
                _taken; \
        })

#define ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))

static inline void free_pointer(void *p)
{
        free(*(void **)p);
}

static inline void close_fd(int *fd)
{
        if (*fd >= 0) {
                int saved = errno;

                (void)close(*fd);
                errno = saved;
                *fd = -1;
        }
}

static inline void close_file(FILE **f)
{
        if (*f)
                (void)fclose(*f);
}

static inline void close_directory(DIR **d)
{
        if (*d)
                (void)closedir(*d);
}

static inline void drop_json(json_t **j)
{
        json_decref(*j);
}

#define _cleanup_free_ _cleanup_(free_pointer)
#define _cleanup_fd_   _cleanup_(close_fd)
#define _cleanup_file_ _cleanup_(close_file)
#define _cleanup_dir_  _cleanup_(close_directory)
#define _cleanup_json_ _cleanup_(drop_json)

#endif
