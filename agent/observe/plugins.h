/* SPDX-License-Identifier: EUPL-1.2 */
/* Checks in shared objects. A file is loaded only where nobody but root, or who started this observer by hand, can have
 * put it there: it, its directory and every directory above are theirs and not writable by others, and no link is
 * followed. */
#ifndef OBSERVE_PLUGINS_H
#define OBSERVE_PLUGINS_H

#include <stdbool.h>
#include <sys/types.h>

#include "observe/catalogue.h"

#define PLUGINS_MOST 256 /* files of one directory */

/* Loads every NAME.so of `directory` (absolute), in order of names, into the catalogue; what is not loaded is
 * remembered there with the reason. An absent directory has no plug-ins; where it was asked for by name (`required`),
 * that is a refusal too. `owner`: who may own files besides root. */
void plugins_load(struct catalogue *c, const char *directory, bool required, uid_t owner);

#endif
