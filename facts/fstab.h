/* SPDX-License-Identifier: EUPL-1.2 */
/* fstab(5): what the next start mounts. */
#ifndef FACTS_FSTAB_H
#define FACTS_FSTAB_H

#include <stdbool.h>
#include <stddef.h>

#define FSTAB_TYPE_MOST 32

struct fstab_mount {
        char type[FSTAB_TYPE_MOST]; /* cut off where it is longer */
        unsigned line;
};

/* What is mounted over a directory (an absolute path): the deepest mount point that it lies on counts, of two the
 * later. False where there is none. */
bool fstab_over(const char *bytes, size_t length, const char *directory, struct fstab_mount *ret);

#endif
