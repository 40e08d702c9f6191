/* SPDX-License-Identifier: EUPL-1.2 */
/* bioagent-sign: schedules runs, signs what they show, and promises the next record. */
#ifndef SIGN_DAEMON_H
#define SIGN_DAEMON_H

#include <stdbool.h>

struct daemon_options {
        const char *config; /* as config_load() */
        bool once;          /* end, cleanly, after the first full record */
};

/* Runs until SIGTERM or SIGINT. SIGHUP reads configuration, policies and declarations again; SIGUSR1 runs at once.
 * Answers the exit status: 0, 2 (configuration), 4. */
int daemon_run(const struct daemon_options *options);

#endif
