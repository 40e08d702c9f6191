/* SPDX-License-Identifier: EUPL-1.2 */
/* Who may do what with a file or directory, as a node: owner, group, mode and access list. */
#ifndef FACTS_METADATA_H
#define FACTS_METADATA_H

#include "facts/facts.h"

/* {"type","owner","group","mode","acl"} of what the path names, following links; the state of what is not there or not
 * to be seen. `mode` has four octal digits, and is what owner, group and everyone may do: where an access list bounds
 * the group, the note says so. `acl` is a list of {"to","id","permissions"}, of users and groups that it names. */
struct bio_node *metadata_node(struct facts *f, const char *path);

#endif
