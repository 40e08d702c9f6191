/* SPDX-License-Identifier: EUPL-1.2 */
/* What is on disk is judged; where a running service has read something else, that is a finding of its own. */
#ifndef CHECKS_IN_FORCE_H
#define CHECKS_IN_FORCE_H

#include "bioagent/check.h"

/* An error about `service:NAME/in-force`, with this note, where the node is known to be false. */
void judge_in_force(struct bio_context *c, const char *service, const struct bio_node *in_force, const char *note);

#endif
