/* SPDX-License-Identifier: EUPL-1.2 */
/* The members "host" and "run" of a record (docs/record.md), as this process finds them. */
#ifndef REPORT_HOST_H
#define REPORT_HOST_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* {"id","name","org","labels","profile","os","kernel"}. `id` NULL: a report. `organisation` NULL or "": null. `labels`
 * and `profile` are objects or NULL ({}), copied. `root` "/" (or NULL) is the running host; of another root, name and
 * os are what its files say (links resolved below it, other mounts not entered) and kernel is null. What cannot be read
 * is null. New reference. */
json_t *report_host(const char *id, const char *organisation, const json_t *labels, const json_t *profile,
                    const char *root);

/* {"id","trigger","started","finished","boot_id","clock","agent"}: a new random id; moments in seconds since the epoch.
 * boot_id is null where `offline`; clock is {"synchronised":bool} as the kernel says (adjtimex), null where it does not
 * answer. New reference. */
json_t *report_run(const char *trigger, int64_t started, int64_t finished, bool offline);

/* The boot id of the running kernel, malloc'd; NULL where it cannot be read. */
char *report_boot_id(void);

/* This agent's version ("0.1.0"). */
const char *report_agent_version(void);

#endif
