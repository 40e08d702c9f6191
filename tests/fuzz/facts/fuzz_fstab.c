/* SPDX-License-Identifier: EUPL-1.2 */
/* fstab: what is found is a type of one of its lines. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "facts/fstab.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct fstab_mount mount = {.line = 0};

        if (!fstab_over((const char *)data, size, "/var/log/journal", &mount))
                return 0;
        if (mount.line == 0 || mount.line > size || strlen(mount.type) >= FSTAB_TYPE_MOST)
                abort();
        return 0;
}
