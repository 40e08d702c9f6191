/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/memory.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#define STATUS_INTERNAL 4
#define GROW_LEAST      8

void out_of_memory(void)
{
        static const char message[] = ": out of memory\n";
        const char *name = program_invocation_short_name;

        /* Neither stdio nor atexit handlers: both may allocate, and what stdio holds is half an output. */
        if (write(STDERR_FILENO, name, strlen(name)) >= 0)
                (void)!write(STDERR_FILENO, message, sizeof(message) - 1);
        _exit(STATUS_INTERNAL);
}

void *must_alloc(size_t size)
{
        void *p = calloc(1, size ? size : 1);

        if (!p)
                out_of_memory();
        return p;
}

void *must_realloc(void *p, size_t count, size_t size)
{
        void *grown;

        /* realloc() to nothing would free, and leave the caller a pointer that looks like a failure. */
        if (count == 0 || size == 0)
                count = size = 1;
        grown = reallocarray(p, count, size);
        if (!grown)
                out_of_memory();
        return grown;
}

char *must_strdup(const char *s)
{
        return must_strndup(s, strlen(s));
}

char *must_strndup(const char *s, size_t n)
{
        char *copy = strndup(s, n);

        if (!copy)
                out_of_memory();
        return copy;
}

char *must_printf(const char *fmt, ...)
{
        va_list ap;
        char *s = NULL;
        int r;

        va_start(ap, fmt);
        r = vasprintf(&s, fmt, ap);
        va_end(ap);
        if (r < 0)
                out_of_memory();
        return s;
}

void *must_grow(void *array, size_t *allocated, size_t needed, size_t size)
{
        size_t wanted;

        if (array && needed <= *allocated)
                return array;
        wanted = *allocated > SIZE_MAX / 2 ? SIZE_MAX : *allocated * 2;
        if (wanted < GROW_LEAST)
                wanted = GROW_LEAST;
        if (wanted < needed)
                wanted = needed;
        array = must_realloc(array, wanted, size);
        *allocated = wanted;
        return array;
}
