/* SPDX-License-Identifier: EUPL-1.2 */
/* What is sent next, and what each answer means. No network and no clock of its own: the loop gives it both, and the
 * tests too. */
#ifndef SHIP_SHIPPER_H
#define SHIP_SHIPPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ship/batch.h"
#include "spool/spool.h"

/* What came back of one request. */
struct reply {
        long status;          /* of HTTP; 0: there was none */
        bool alert;           /* the other side ended TLS with an alert: it does not take our certificate */
        uint64_t retry_after; /* seconds; 0: not said */
        char *body;           /* malloc'd, NUL-terminated; NULL: none */
        size_t length;
        char *error; /* malloc'd: what went wrong where there is no status */
};

void reply_free(struct reply *r); /* the content */

/* Sends one request. */
typedef void (*shipper_post)(void *user, const char *body, size_t length, struct reply *ret);

/* How far a chain was sent. */
struct cursor {
        char chain[RECORD_CHAIN_TEXT];
        uint64_t sent;     /* the next batch begins after this one */
        uint64_t furthest; /* all up to here was sent at least once */
};

struct shipper {
        struct spool *spool; /* borrowed */
        char *state;         /* directory */
        shipper_post post;
        void *user;
        struct spool_acks acks;
        struct cursor *cursors;
        size_t cursor_count;
        size_t lines_most;   /* of one request; halved where the collector finds it too large */
        unsigned failures;   /* in a row */
        uint64_t not_before; /* the clock at which may be sent again, milliseconds */
        uint64_t resend_at;  /* the clock at which what is not acknowledged is sent again; 0: nothing is waited for */
        bool said;           /* status.json is this process' own */
        char *error;         /* why nothing gets through; NULL: it does */
};

enum shipper_step {
        SHIPPER_SENT, /* a batch got through: call again at once */
        SHIPPER_IDLE, /* there is nothing to send */
        SHIPPER_WAIT, /* not before `not_before` */
};

/* Longest wait between tries, and the time after which we look again at what was refused. */
#define SHIPPER_BACKOFF_MOST ((uint64_t)15 * 60 * 1000)
#define SHIPPER_HOUR         ((uint64_t)60 * 60 * 1000)

/* Reads ack.json. A broken one is said and begun anew: sending again is harmless. */
void shipper_begin(struct shipper *s, struct spool *spool, const char *state, shipper_post post, void *user);
void shipper_end(struct shipper *s);
/* Sends at most one batch. `now`: milliseconds of a clock that never goes back. */
enum shipper_step shipper_step(struct shipper *s, uint64_t now);
/* Everything that the spool holds is acknowledged. */
bool shipper_is_done(struct shipper *s);
/* Try again at once: what stopped us may be over (a new certificate). */
void shipper_retry(struct shipper *s);
/* Says in STATE/ship/status.json and the log why nothing gets through; NULL: it does. */
void shipper_say(struct shipper *s, const char *error);

#endif
