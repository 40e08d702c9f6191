/* SPDX-License-Identifier: EUPL-1.2 */
/* What the files of this room share. */
#ifndef POLICY_INTERNAL_H
#define POLICY_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"
#include "base/tree.h"
#include "config/files.h"
#include "policy/policy.h"

struct policies {
        struct policy *list;
        size_t count, allocated;
        struct tree **trees; /* trees[i] owns the nodes and texts of list[i] */
        size_t trees_allocated;
};

/* Reads one policy from its YAML root. -EINVAL with diagnostics; what was taken until then is in *ret and freed with
 * policy_free(). */
int policy_read(struct tree *t, const struct bio_node *root, struct policy *ret, struct diag *diag);
void policy_free(struct policy *p); /* the content */

/* A check's status in a part, and why. */
struct part_answer {
        enum bio_status status;
        const char *why; /* NULL: the status says it */
};

/* True where `when` holds, or asks for what the profile does not declare (the stricter demand). */
bool when_holds(const struct bio_node *when, const json_t *profile);

/* `with` of a policy's check as a record has it: a JSON object, {} where there is none. New reference. */
json_t *policy_with(const struct policy_check *check);

/* True where one of `chosen` (full, or the number alone) names this measure, or a requirement that rolls it up; NULL:
 * every measure is. */
bool measure_is_chosen(const struct policy *p, const struct policy_measure *m, const char *const *chosen);
/* A policy's measure by its number, or NULL. */
const struct policy_measure *policy_measure_numbered(const struct policy *p, const char *id);

#endif
