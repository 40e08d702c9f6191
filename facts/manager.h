/* SPDX-License-Identifier: EUPL-1.2 */
/* The service manager as it runs: org.freedesktop.systemd1 over the system bus (org.freedesktop.systemd1(5)), reading
 * alone. */
#ifndef FACTS_MANAGER_H
#define FACTS_MANAGER_H

#include <stdbool.h>

#include "base/tree.h"

struct sd_bus;

/* Zero-initialise; connected at the first question, to the system bus unless `bus` is already another connection. */
struct manager {
        struct sd_bus *bus;
        int error; /* why there is no connection: negative errno */
        bool tried;
};

void manager_close(struct manager *m);
/* As live_unit() and live_units() say. */
struct bio_node *manager_unit(struct manager *m, struct tree *t, const char *unit);
struct bio_node *manager_units(struct manager *m, struct tree *t, const char *pattern);

#endif
