/* SPDX-License-Identifier: EUPL-1.2 */
/* Where accounts come from: what checks of accounts and of passwords both have to say about it. */
#ifndef CHECKS_SOURCES_H
#define CHECKS_SOURCES_H

#include "bioagent/check.h"

/* A finding for each source of accounts: of a local one it must be certain that it makes none that passwd lacks; those
 * elsewhere are judged where they are kept, once it is declared who answers for that directory. Uses `accounts`. */
void judge_sources(struct bio_context *c);
/* The same of those alone by which some databases of nsswitch.conf ("passwd,group") may have more than is seen here. */
void judge_unseen_sources(struct bio_context *c, const char *databases);
/* No account with uid 0 is seen: an error, for every host has root. */
void conclude_nobody(struct bio_context *c, const struct bio_node *users);
/* Where passwd is not there: the same error, for such a host is not seen as it is. True where that is so. */
bool judge_no_passwd(struct bio_context *c);
/* One that is elsewhere, by its name. */
void judge_directory(struct bio_context *c, const struct bio_node *name);

#endif
