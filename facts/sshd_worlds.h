/* SPDX-License-Identifier: EUPL-1.2 */
/* The worlds that a question leaves open: each is one connection, so that every way in which Match can apply is tried.
 */
#ifndef FACTS_SSHD_WORLDS_H
#define FACTS_SSHD_WORLDS_H

#include "facts/sshd_internal.h"
#include "facts/sshd_scopes.h"

#define SSHD_DIMENSIONS_MOST  7
#define SSHD_ASSUMPTIONS_MOST 16

/* One thing that Match looks at, and what it may be. */
struct sshd_dimension {
        enum sshd_attribute attribute;
        const char *const *values; /* NULL: not looked at, or not said */
        size_t count;              /* at least 1 */
        const unsigned *ports;     /* of LocalPort, instead of values */
        size_t people;             /* of User: how many values, at the end, are accounts of the host */
};

struct sshd_worlds {
        /* Said by the caller; all are borrowed. */
        struct sshd_config *c;
        const struct sshd_question *question;
        bool host_is_address;
        bool admission;        /* asked, and there is something to ask */
        const bool *looked_at; /* [blocks]: whether it applies is open, and matters */

        struct sshd_dimension dimensions[SSHD_DIMENSIONS_MOST];
        size_t dimension_count;
        struct sshd_assumption assumptions[SSHD_ASSUMPTIONS_MOST];
        size_t assumption_count;
        bool admission_unknown;  /* the lists look at more than is tried */
        const char *undecidable; /* why not all can be tried; NULL: they can */
};

/* Somebody who may connect: an account of the host, or a stranger. */
struct sshd_somebody {
        bool exists, root;
};

/* Finds the dimensions. What they hold is in the arena of the configuration. */
void sshd_worlds_tell_apart(struct sshd_worlds *w);
/* How many there are, as far as SSHD_WORLDS_MOST; more than that is some number above it. */
size_t sshd_worlds_count(const struct sshd_worlds *w);
/* The world of a number: its digits, in the bases of the dimensions and then of the assumptions, are the choices.
 * `assumptions` is the caller's, and what is returned refers to it. */
struct sshd_connection sshd_world(const struct sshd_worlds *w, size_t number, struct sshd_assumption *assumptions,
                                  struct sshd_somebody *who);

#endif
