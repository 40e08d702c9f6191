/* SPDX-License-Identifier: EUPL-1.2 */
/* Between walk.c, which follows paths, and the kernel. */
#ifndef FACTS_PLACE_H
#define FACTS_PLACE_H

#include "facts/walk.h"

/* Finds out what stands at a new entry below a directory: kind, metadata, target. Negative errno, with `e->why` set
 * where there is more to say than the errno. */
int place_look(struct walk *w, struct entry *e);
/* 0 where this process may look names up in a directory: what `.` and `..` need. */
int place_search(struct walk *w, struct entry *e);
/* Reads the mount table, anew. */
void walk_read_mounts(struct walk *w);
/* Writes an entry's path below the root so that it ends before `end`, without a NUL; answers its start. */
char *entry_write_path(const struct entry *e, char *end);

#endif
