/* SPDX-License-Identifier: EUPL-1.2 */
/* Scripts: what is found stands in them. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "facts/backup_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct arena arena = {0};
        const char *text = arena_copy(&arena, data, size), *program;

        program = backup_script_program(&arena, text, strlen(text), size % 2 == 0);
        if (program && !strstr(text, program))
                abort();
        arena_free(&arena);
        return 0;
}
