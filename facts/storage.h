/* SPDX-License-Identifier: EUPL-1.2 */
/* Whether what is written to a directory is still there after the next start. */
#ifndef FACTS_STORAGE_H
#define FACTS_STORAGE_H

#include "facts/facts.h"

/* NULL where a directory (a path without links) lies on a file system that is kept; otherwise a text "in memory only",
 * from where that is seen, or a node of what is not known. A directory that is not there yet lies where the nearest one
 * above it does. What is mounted now counts, and what fstab has mounted at the next start. */
struct bio_node *storage_fault(struct facts *f, const char *directory);

#endif
