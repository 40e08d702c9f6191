/* SPDX-License-Identifier: EUPL-1.2 */
/* What the files of the daemon share. */
#ifndef SIGN_DAEMON_INTERNAL_H
#define SIGN_DAEMON_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "sign/daemon.h"
#include "sign/examine.h"
#include "sign/identity.h"
#include "sign/ledger.h"
#include "sign/rules.h"

/* What can be wrong for a while; each is said once when it begins and once when it ends. */
enum problem { PROBLEM_SPOOL, PROBLEM_OBSERVER, PROBLEM_POLICY, PROBLEM_CONFIGURATION, PROBLEMS };

struct daemon {
        struct daemon_options options;
        sd_event *event;
        sd_event_source *timer;    /* the next thing that is due */
        sd_event_source *answer;   /* of the run that is under way */
        sd_event_source *deadline; /* of the run that is under way */
        struct rules rules;
        struct identity identity;
        struct ledger ledger;
        struct examination examination;
        char *observe_socket; /* NULL: the programs are started */
        char *notify_socket;  /* of the shipper */
        json_t *previous;     /* what the genesis names, until it is made */
        bool started;         /* the start record is made */
        bool full_due;        /* the run under way, or the next one, gives a full record */
        bool again;           /* run once more after the one under way */
        const char *cause;    /* why a full is due, where it is not the schedule */
        json_t *in_force;     /* digests that the newest policy record of this process lists */
        /* On CLOCK_BOOTTIME, microseconds. */
        uint64_t next_audit, next_full, next_heartbeat;
        int64_t last_run; /* moment at which the last run was complete; 0: none */
        json_t *counts;   /* of that run */
        char *problems[PROBLEMS];
        int exit_status;
};

/* `why` NULL: it is over. Says what changed. */
void daemon_problem(struct daemon *d, enum problem which, const char *why);
uint64_t daemon_clock(void); /* CLOCK_BOOTTIME in microseconds */

/* Makes a record of `kind` with `members` (borrowed, NULL: none) and `run` (or NULL); sets the next heartbeat. */
int daemon_record(struct daemon *d, enum record_kind kind, json_t *members, const json_t *run);
/* A number below `bound` that differs from host to host and from record to record, and is the same each time it is
 * asked. */
uint64_t daemon_spread(const struct daemon *d, uint64_t bound);
/* The genesis where there is none, then the start record. */
int daemon_begin(struct daemon *d);
int daemon_heartbeat(struct daemon *d);
int daemon_stop(struct daemon *d);

/* What a finished run becomes. `answer` NULL: it failed, and `why` says how. Negative errno where a record could not be
 * made. */
int run_take(struct daemon *d, json_t *answer, const char *why);

/* RUNTIME/status.json (0640) and health.json (0644). `state`: "running" or "stopped". */
void status_write(struct daemon *d, const char *state);
/* Removes what a process before this one left half written of them. */
void status_begin(const struct daemon *d);

#endif
