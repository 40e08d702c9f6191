/* SPDX-License-Identifier: EUPL-1.2 */
/* Allocation that cannot fail halfway: when memory is out, the process says so and ends (status 4). Nothing durable is
 * ever written in place, so what was on disk stays whole. */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stddef.h>

#include "base/cleanup.h"

void *must_alloc(size_t size) __attribute__((malloc, returns_nonnull));                  /* zeroed */
void *must_realloc(void *p, size_t count, size_t size) __attribute__((returns_nonnull)); /* ends on overflow too */
char *must_strdup(const char *s) __attribute__((malloc, returns_nonnull));
char *must_strndup(const char *s, size_t n) __attribute__((malloc, returns_nonnull));
char *must_printf(const char *fmt, ...) _printf_(1, 2) __attribute__((malloc, returns_nonnull));

/* Grows `array` (elements of `size` bytes, `*allocated` of them) so that `needed` fit; doubles. Returns the array. */
void *must_grow(void *array, size_t *allocated, size_t needed, size_t size) __attribute__((returns_nonnull));

/* For other libraries' failures to allocate (json_object() returning NULL): prints and ends with status 4. */
_Noreturn void out_of_memory(void);

#endif
