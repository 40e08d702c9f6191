/* SPDX-License-Identifier: EUPL-1.2 */
/* Where accounts come from: what checks of accounts and of passwords both have to say about it. */
#ifndef CHECKS_SOURCES_H
#define CHECKS_SOURCES_H

#include "bioagent/check.h"

/* A finding for each source of accounts: of a local one it must be certain that it makes none that passwd lacks; those
 * elsewhere are judged where they are kept, once it is declared who answers for that directory. Uses `accounts`. */
void judge_sources(struct bio_context *c);

#endif
