/* SPDX-License-Identifier: EUPL-1.2 */
/* nsswitch.conf(5) as the C library reads it (tried with glibc 2.36 and 2.41). */
#ifndef FACTS_NSSWITCH_H
#define FACTS_NSSWITCH_H

#include "facts/facts.h"

/* The sources of one database, in order: a list of {"name","action"} whose provenance is the line; the library's
 * default (`files`) where there is no file or no line; unreadable as the file is; undecidable where a line does not
 * parse. One list for all who ask: it may be a member of one map.
 */
struct bio_node *nsswitch_sources(struct facts *f, const char *database);

/* The same from the file's bytes, which a NUL follows. */
struct bio_node *nsswitch_parse(struct tree *t, const char *source, const char *bytes, size_t length,
                                const char *database);

/* Whether a search for one entry ends with this source, as it is in such a list, both where it is found and where it is
 * not ([NOTFOUND=return]). */
bool nsswitch_ends_with(const struct bio_node *source);

#endif
