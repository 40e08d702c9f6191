/* SPDX-License-Identifier: EUPL-1.2 */
/* A running service beside its files. */
#ifndef FACTS_SERVICE_H
#define FACTS_SERVICE_H

#include "facts/facts.h"
#include "facts/systemd_internal.h"

/* Whether a running service has read the files that are on disk now: true; false, from the file that changed since it
 * was started, with a note. Where no manager tells since when it runs, its process does (`process`: the name of it, 15
 * characters). Absent: it does not run. Paths that are not there count as unchanged. */
struct bio_node *service_in_force(struct facts *f, const char *unit, const char *process, const struct strings *paths);

#endif
