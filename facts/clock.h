/* SPDX-License-Identifier: EUPL-1.2 */
/* The kernel's clock. */
#ifndef FACTS_CLOCK_H
#define FACTS_CLOCK_H

#include "base/tree.h"

/* As live_clock() says. */
struct bio_node *clock_state(struct tree *t);

#endif
