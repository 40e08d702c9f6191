/* SPDX-License-Identifier: EUPL-1.2 */
/* One run of the observer, beside the event loop: in a child process.
 *
 * The observer may take half a minute to answer, and its answer comes from a program that parses hostile input. In a
 * child of its own the run blocks no timer, signal or watchdog, a parser that crashes on a crafted answer takes only
 * this run with it, and the key is not in the memory of the process that reads it. (It is no wall: the child has the
 * uid of its parent.) A thread would give the first of these alone; a client that never blocks would double every read
 * of the wire. */
#ifndef SIGN_EXAMINE_H
#define SIGN_EXAMINE_H

#include <jansson.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/text.h"
#include "sign/identity.h"
#include "sign/rules.h"

struct examination {
        pid_t pid; /* 0: none is under way */
        int fd;    /* what it says, readable until it ends */
        struct text answer;
        int64_t started; /* moment */
};

/* Everything the observer has to say, in seconds; then the child is killed. */
#define EXAMINATION_SECONDS 120

/* Starts one. `socket`: the observer's, or NULL: the programs are started. In the child `identity` is wiped. */
int examination_start(struct rules *rules, struct identity *identity, const char *socket, struct examination *ret);
/* Takes what there is to read. 1: more will come; 0: it ended; negative errno. */
int examination_read(struct examination *e);
/* Ends and reaps it. 0 and *ret = {"descriptors":{…},"plan":[…],"results":[…],"done":{…}|null,"why":text|null}, a
 * result of the right form for each entry of the plan; or negative errno with *why. */
int examination_end(struct examination *e, json_t **ret, char **why);

/* Reads what a child said: as examination_end(). */
int examination_parse(const char *bytes, size_t length, json_t **ret, char **why);

/* Results, all `error`, for the checks that the last state has, where the observer could not even be asked. New
 * reference. */
json_t *examination_failed(const json_t *last_results, int64_t now, const char *why);

#endif
