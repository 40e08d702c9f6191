/* SPDX-License-Identifier: EUPL-1.2 */
/* Runs checks: the other side of include/bioagent/check.h. Verdicts about nodes become findings with evidence from the
 * nodes' provenance; what a check looked at and could not know keeps it from passing. */
#ifndef OBSERVE_ENGINE_H
#define OBSERVE_ENGINE_H

#include <jansson.h>
#include <stdint.h>

#include "base/tree.h"
#include "bioagent/check.h"
#include "observe/declared.h"

/* Where facts come from, and what was declared. Both functions answer a node, never NULL. */
struct engine_source {
        const struct bio_node *(*fact)(void *user, const char *name);
        const struct bio_node *(*query)(void *user, const char *name, const struct bio_argument *arguments);
        void *user;
        struct declared *declared; /* NULL: nothing */
};

/* Runs one check and gives its result (docs/protocol.md). `with` (may be NULL) are the parameters that policy or
 * tailoring set; one that the check does not know, or of another type, makes the result `error`. `now`: seconds since
 * the epoch. New reference. */
json_t *engine_run(const struct bio_check *check, const json_t *with, int64_t now, const struct engine_source *source);
/* The result of a check that this agent lacks. New reference. */
json_t *engine_unknown_check(const char *id, const json_t *with, int64_t now);

#endif
