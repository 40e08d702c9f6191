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

/* An account that exists. */
struct sshd_person {
        const char *name;
        const char *const *groups; /* NULL: not known */
        size_t group_count;
        bool root; /* has uid 0 */
};

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

        /* Whether a scope lets an account in is asked too (sshd_admission.h). Where `user` is said it is about that
         * one, else about all accounts of the host. */
        bool admission;
        bool by_password;                 /* root does not count where PermitRootLogin is not yes */
        bool root;                        /* the user that is said has uid 0 */
        const struct sshd_person *people; /* one of each kind that is told apart */
        size_t person_count;
        bool strangers; /* there may be others, of whatever name and groups */
};

/* Whether somebody gets in: by what his name, groups and address are, not by what he shows. */
enum sshd_lets_in { SSHD_LETS_IN, SSHD_LETS_NOBODY_IN, SSHD_LETS_IN_UNKNOWN };

struct sshd_scope {
        const char *applies_to;            /* "everywhere", "Match Address 10.0.0.0/8", "elsewhere" */
        bool personal;                     /* applies_to names a user */
        bool assumed;                      /* no connection could be named that leads here */
        struct sshd_connection connection; /* one that does, as far as it was not said */
        enum sshd_lets_in lets_in;         /* where admission is asked */
        struct sshd_values *values;
};

struct sshd_scopes {
        struct sshd_scope *at;
        size_t count;
        const char *undecidable; /* the scopes cannot be told: why; then there are none */
        bool by_block;           /* there were more combinations than can be tried */
};

#define _cleanup_sshd_scopes_ _cleanup_(sshd_scopes_free)

/* The configuration starts and is decidable. Texts live as long as `c`; release with sshd_scopes_free(). */
void sshd_scopes_find(struct sshd_config *c, const struct sshd_question *question, struct sshd_scopes *ret);
void sshd_scopes_free(struct sshd_scopes *s);

#endif
