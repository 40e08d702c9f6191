/* SPDX-License-Identifier: EUPL-1.2 */
/* The caller's side of the observer: through its socket under systemd, or started from our own libexec directory on
 * socket pairs. */
#ifndef WIRE_OBSERVER_H
#define WIRE_OBSERVER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cleanup.h"

struct observer;

struct observer_options {
        const char *socket;  /* path of bioagent-observe's socket, or NULL: start the programs */
        const char *libexec; /* NULL: beside the running program as installed, see observer_libexec() */
        bool user_change;    /* as root: the observer gets the service's uid (bioagent-observe, else nobody) and its
                                capability */
        uint64_t timeout_ms; /* of a whole request; 0: 30,000 */
        const char *const *checks_dirs; /* further directories of plug-ins (--checks), NULL-terminated, or NULL */
};

/* Where the programs of this build lie: found from /proc/self/exe, in the build tree and when installed alike.
 * malloc'd. */
char *observer_libexec(void);

/* Connects or starts; says HELLO. Negative errno; *why malloc'd. */
int observer_open(const struct observer_options *options, struct observer **ret, char **why);
/* Closes the stream, which ends the programs, and reaps those that were started here. */
void observer_close(struct observer *o);
static inline void observer_drop(struct observer **o)
{
        observer_close(*o);
}
#define _cleanup_observer_ _cleanup_(observer_drop)

/* All descriptors: {"checks":[…],"facts":[…]}; new reference. */
int observer_describe(struct observer *o, json_t **ret, char **why);

/* Runs a plan (the body of WIRE_RUN). *ret_results: array in the plan's order, one result for each entry: what the
 * observer did not answer by the deadline is there as `error`, naming the fact that was being read. *ret_done: the body
 * of DONE, or NULL. New references. Always gives results; the return value (negative errno, *why) says that the run was
 * not complete. */
int observer_run(struct observer *o, const json_t *plan, json_t **ret_results, json_t **ret_done, char **why);

/* The result, `error`, of a check that was not answered. `entry`: of the plan; `descriptor`: of the check, or an
 * earlier result of it (both name aspect and max_age), or NULL. New reference. */
json_t *observer_missing_result(const json_t *entry, const json_t *descriptor, int64_t now, const char *why);

/* One fact or query; body of WIRE_FACT in, tree as JSON out. */
int observer_fact(struct observer *o, const json_t *request, json_t **ret_tree, char **why);

#endif
