/* SPDX-License-Identifier: EUPL-1.2 */
/* A running service beside its files. */
#ifndef FACTS_SERVICE_H
#define FACTS_SERVICE_H

#include "facts/facts.h"
#include "facts/systemd_internal.h"

/* Whether a running service has read the files that are on disk now: true; false, from the file that changed since it
 * was started, with a note. Absent: it does not run, or there is no service manager. Paths that are not there count as
 * unchanged. */
struct bio_node *service_in_force(struct facts *f, const char *unit, const struct strings *paths);

#endif
