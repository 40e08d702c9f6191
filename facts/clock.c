/* SPDX-License-Identifier: EUPL-1.2 */
#include "facts/clock.h"

#include <errno.h>
#include <string.h>
#include <sys/timex.h>

struct bio_node *clock_state(struct tree *t)
{
        struct timex state = {.modes = 0}; /* asks only */
        struct bio_node *node;

        if (adjtimex(&state) < 0)
                node = tree_unreadable(t, "adjtimex: %s", strerror(errno));
        else {
                node = tree_map(t);
                tree_set(node, "synchronised", tree_bool(t, !(state.status & STA_UNSYNC)));
                tree_set(node, "max_error", tree_integer(t, state.maxerror));
                tree_set(node, "estimated_error", tree_integer(t, state.esterror));
        }
        return tree_basis(tree_from(node, "kernel clock", 0, 0), BIO_RUNNING);
}
