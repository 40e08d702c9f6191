/* SPDX-License-Identifier: EUPL-1.2 */
/* dpkg's status file: read whole and in two pieces, which must give the same packages. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "facts/dpkg.h"

static void compare(const struct dpkg *x, const struct dpkg *y)
{
        struct dpkg_package a, b;
        size_t at_x = 0, at_y = 0;

        if (x->count != y->count || (x->bad != NULL) != (y->bad != NULL))
                abort();
        while (dpkg_next(x, &at_x, &a)) {
                if (!dpkg_next(y, &at_y, &b) || strcmp(a.name, b.name) != 0 || strcmp(a.version, b.version) != 0 ||
                    a.line != b.line || a.wrong != b.wrong || a.present != b.present)
                        abort();
                if (!*a.name || (!a.wrong && (!a.status || (a.present && !*a.version))))
                        abort();
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        const char *text = (const char *)data, *newline;
        struct dpkg whole = {0}, pieces = {0};
        size_t half = 0;

        newline = size > 0 ? memchr(text + size / 2, '\n', size - size / 2) : NULL;
        if (newline)
                half = (size_t)(newline + 1 - text);
        dpkg_begin(&whole, "status", size % 2 == 0);
        dpkg_take(&whole, text, size);
        dpkg_end(&whole);
        dpkg_begin(&pieces, "status", size % 2 == 0);
        dpkg_take(&pieces, text, half);
        dpkg_again(&pieces);
        dpkg_take(&pieces, text, half);
        dpkg_take(&pieces, text + half, size - half);
        dpkg_end(&pieces);
        compare(&whole, &pieces);
        dpkg_free(&whole);
        dpkg_free(&pieces);
        return 0;
}
