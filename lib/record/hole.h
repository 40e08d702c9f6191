/* SPDX-License-Identifier: EUPL-1.2 */
/* The open holes of a chain; for this room's own files. */
#ifndef RECORD_HOLE_H
#define RECORD_HOLE_H

#include "record/record.h"

/* `after`: `prev` of the record behind it. */
void chain_hole_open(struct chain *c, uint64_t from, uint64_t to, const char *after);
/* Remembers the last record's hash while holes are open. */
void chain_hole_see(struct chain *c);
/* A gap says that from … to are lost, `to` having had this hash. Declares nothing where the chain knows another one. */
void chain_hole_declare(struct chain *c, uint64_t from, uint64_t to, const char *hash);

#endif
