/* SPDX-License-Identifier: EUPL-1.2 */
/* All checks of this observer: those that came with it, and those of plug-ins. */
#ifndef OBSERVE_CATALOGUE_H
#define OBSERVE_CATALOGUE_H

#include <jansson.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "bioagent/check.h"

struct catalogue;

/* With the built-in checks. */
struct catalogue *catalogue_new(void);
void catalogue_free(struct catalogue *c);
static inline void catalogue_drop(struct catalogue **c)
{
        catalogue_free(*c);
}
#define _cleanup_catalogue_ _cleanup_(catalogue_drop)

/* Adds a plug-in's checks, all or none; the descriptors stay the plug-in's. -EINVAL with *why malloc'd where one is
 * malformed, or has the id of another. `origin`: the plug-in's path. */
int catalogue_add(struct catalogue *c, const struct bio_check *const *checks, size_t count, const char *origin,
                  char **why);
/* Remembers what was not loaded, for who asks. */
void catalogue_refuse(struct catalogue *c, const char *path, const char *why);

/* NULL where there is none. */
const struct bio_check *catalogue_find(const struct catalogue *c, const char *id);
/* The body of DESCRIPTORS: checks, facts, refused. New reference. */
json_t *catalogue_describe(const struct catalogue *c);

#endif
