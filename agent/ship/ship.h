/* SPDX-License-Identifier: EUPL-1.2 */
/* bioagent-ship: brings records to the collector, and enrols the host there. */
#ifndef SHIP_SHIP_H
#define SHIP_SHIP_H

#include <stdbool.h>
#include <stdint.h>

struct ship_options {
        const char *config; /* as config_load() */
        bool once;          /* send what there is, and end */
        uint64_t idle_exit; /* end after so many seconds without anything to do; 0: stay */
};

/* Ships until SIGTERM or SIGINT. Answers the exit status: 0 (with `once`: everything is acknowledged), 1 (with `once`:
 * it is not), 2 (configuration), 4. */
int ship_run(const struct ship_options *options);

/* Enrols at the EST base `url` with the token in `token_file` ("-": standard input). 0, 1 (refused), 2, 4. */
int ship_enrol(const char *config, const char *url, const char *token_file);

#endif
