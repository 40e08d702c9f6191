/* SPDX-License-Identifier: EUPL-1.2 */
/* The mount table: parsed, then asked for every place that it names. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "facts/mounts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct mounts m = {0};
        char *bytes = must_alloc(size + 1);
        size_t i, foreign = 0;

        memcpy(bytes, data, size);
        mounts_parse(&m, bytes, size);
        for (i = 0; i < m.count && i < 64; i++) {
                const struct mount *row = &m.rows[i];
                const struct mount *top = mounts_at(&m, row->parent, row->point, row->point_length);
                const struct mount *far = mounts_foreign_at(&m, row->parent, row->point, row->point_length);

                /* A row is found under its own parent, unless it is its own; what is foreign is the topmost. */
                if (!top && row->parent != row->id)
                        abort();
                if (far && (far != top || far->kind == MOUNT_LOCAL))
                        abort();
        }
        for (i = 0; i < m.count; i++)
                foreign += m.rows[i].kind != MOUNT_LOCAL;
        if (foreign != m.foreign)
                abort();
        if (m.count > 0)
                mounts_trust(&m, m.rows[0].id);
        mounts_free(&m);
        return 0;
}
