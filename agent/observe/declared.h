/* SPDX-License-Identifier: EUPL-1.2 */
/* What the organisation declared, as a plan carries it (docs/protocol.md), and as checks ask for it. */
#ifndef OBSERVE_DECLARED_H
#define OBSERVE_DECLARED_H

#include <jansson.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/tree.h"

struct declared;

/* `json`: "declarations" of a plan, or NULL: nothing is declared. -EINVAL with *why malloc'd where it has another form.
 */
int declared_read(const json_t *json, int64_t now, struct declared **ret, char **why);
void declared_free(struct declared *d);
static inline void declared_drop(struct declared **d)
{
        declared_free(*d);
}
#define _cleanup_declared_ _cleanup_(declared_drop)

/* The entries about a subject in the declarations in force at `now`, or (`lapsed`) in those that expired: a list, as
 * bio_functions says. Never NULL. */
const struct bio_node *declared_entries(struct declared *d, const char *subject, bool lapsed);
/* When time alone changes what declared_entries() answers about it; INT64_MAX: never. */
int64_t declared_changes_at(const struct declared *d, const char *subject);

#endif
