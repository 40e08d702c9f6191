/* SPDX-License-Identifier: EUPL-1.2 */
/* Every configuration that can be in force for a connection of which only some is known: "root, from anywhere".
 *
 * Each thing that Match looks at and that was not said takes a set of values that tells all criteria apart: of the
 * ports those named and another one; of addresses one in each network and in none; of names one for each set of
 * patterns that a name can match. All combinations are tried. Where values cannot be found so (a user's groups that
 * cannot be read, a pattern over the text of addresses), both outcomes of the criterion are taken as possible: then
 * there may be a scope too many, never one too few. */
#ifndef FACTS_SSHD_SCOPES_H
#define FACTS_SSHD_SCOPES_H

#include "facts/sshd_config.h"

#define SSHD_SCOPES_MOST 256

/* What is known of a connection; NULL (port: -1) is "may be any". */
struct sshd_question {
        const char *user;          /* an account that exists */
        const char *const *groups; /* of the user; NULL: not known */
        size_t group_count;
        bool exists; /* the user does, whoever it is: nobody gets in who does not */
        const char *host;
        const char *address;
        const char *local_address;
        int local_port;
        const char *rdomain;
        const bool *keywords; /* [SSHD_KEYWORDS]: those that the scopes are to tell apart; NULL: all */
};

struct sshd_scope {
        const char *applies_to;            /* "everywhere", "Match Address 10.0.0.0/8", "elsewhere" */
        bool personal;                     /* applies_to names a user */
        bool assumed;                      /* no connection could be named that leads here */
        struct sshd_connection connection; /* one that does, as far as it was not said */
        struct sshd_values *values;
};

struct sshd_scopes {
        struct sshd_scope *at;
        size_t count;
        const char *undecidable; /* the scopes cannot be told: why; then there are none */
};

#define _cleanup_sshd_scopes_ _cleanup_(sshd_scopes_free)

/* The configuration starts and is decidable. Texts live as long as `c`; release with sshd_scopes_free(). */
void sshd_scopes_find(struct sshd_config *c, const struct sshd_question *question, struct sshd_scopes *ret);
void sshd_scopes_free(struct sshd_scopes *s);

#endif
