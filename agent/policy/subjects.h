/* SPDX-License-Identifier: EUPL-1.2 */
/* What a declaration may be about. Each subject is a list of entries under its own key; its members are a table. */
#ifndef POLICY_SUBJECTS_H
#define POLICY_SUBJECTS_H

#include <jansson.h>

#include "base/diag.h"
#include "base/tree.h"

#define SUBJECT_ENTRIES_MOST 10000 /* of one subject in one file */

/* Checks everything in a declaration but the members that every one has: each key is a known subject, each entry has
 * what its subject asks for, and nothing else. -EINVAL with diagnostics. */
int subjects_read(const struct bio_node *root, struct diag *diag);
/* Those of a declaration that was read, for an observer: {"privileged":{"line":5,"entries":[{"account":{"line":6,
 * "value":"jan"},…}]}}. New reference. */
json_t *subjects_json(const struct bio_node *root);

#endif
