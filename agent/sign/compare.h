/* SPDX-License-Identifier: EUPL-1.2 */
/* A run held against the last durable state. */
#ifndef SIGN_COMPARE_H
#define SIGN_COMPARE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "record/record.h"

/* What differs; arrays of new references to members of the run. */
struct comparison {
        json_t *results;  /* those that changed or are new; each got its "change":{"cause","from"} */
        json_t *measures; /* those of which an answer changed */
        json_t *removed;  /* [{"check","with"}]: were in the state, and are gone */
};

void comparison_free(struct comparison *c); /* the content */
/* `results` and `measures` are the run's arrays. `cause` NULL: the host, or time where the old result announced that by
 * `changes_at`. Without a full in `state` every result is new and none gets a cause. */
void comparison_make(const struct state *state, json_t *results, json_t *measures, const char *cause, int64_t now,
                     struct comparison *ret);
bool comparison_is_empty(const struct comparison *c);
/* One line in the log for each verdict that changed. */
void comparison_log(const struct comparison *c, const struct state *state);

/* {"pass":n,…}: results of each status, all five. New reference. */
json_t *count_statuses(const json_t *results);

#endif
