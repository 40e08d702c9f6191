/* SPDX-License-Identifier: EUPL-1.2 */
/* Observer and probe as children of the caller, each with just its privilege; for runs without the service manager's
 * sockets. */
#ifndef WIRE_START_H
#define WIRE_START_H

#include <stdbool.h>
#include <sys/types.h>

#include "wire/observer.h"

struct programs {
        int stream;     /* to the observer; -1 once closed */
        pid_t observer; /* 0: none, or reaped */
        pid_t probe;
        int observer_status; /* as waitpid(2) gave it, once reaped */
};

/* Starts both from `libexec`. The observer serves the stream at its fd 0 and has the probe's at fd 3; both write
 * messages to our stderr. Without a probe the observer runs all the same. Negative errno; *why malloc'd. */
int programs_start(const char *libexec, const struct observer_options *options, struct programs *ret, char **why);
/* Closes the stream and reaps both; who does not end within a second is killed. */
void programs_end(struct programs *p);
/* How the observer ended, in words: "signal 9", "status 4"; after programs_end(). malloc'd. */
char *programs_how_ended(const struct programs *p);

#endif
