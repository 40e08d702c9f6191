/* SPDX-License-Identifier: EUPL-1.2 */
/* What the checks of accounts share. */
#ifndef CHECKS_ACCOUNTS_H
#define CHECKS_ACCOUNTS_H

#include "bioagent/check.h"

/* True where an entry of a list is not known: then that is an error of the file. */
bool accounts_unknown(struct bio_context *c, const struct bio_node *entry, const char *file);
/* The subject of an account. */
const struct bio_subject *accounts_subject(struct bio_context *c, const struct bio_node *name);
/* Who may read and change a file, by what it holds ("directory", "public", "secret", "key"): an entry of accounts.files
 * or the like whose metadata is not absent. */
void judge_file_permissions(struct bio_context *c, const struct bio_node *file);

#endif
