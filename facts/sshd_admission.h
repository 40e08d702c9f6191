/* SPDX-License-Identifier: EUPL-1.2 */
/* Whom sshd lets in at all: DenyUsers, AllowUsers, DenyGroups, AllowGroups (sshd_config(5); allowed_user() in auth.c,
 * match_user() in match.c and groupaccess.c of OpenSSH 9.2p1 and 10.0p1). */
#ifndef FACTS_SSHD_ADMISSION_H
#define FACTS_SSHD_ADMISSION_H

#include "facts/facts.h"
#include "facts/sshd_scopes.h"

/* The four lists, in the order in which sshd looks at them. */
#define SSHD_ADMISSION_LISTS 4
extern const enum sshd_keyword_id sshd_admission_lists[SSHD_ADMISSION_LISTS];

bool sshd_is_admission_list(enum sshd_keyword_id id);
/* Whether one of them is set anywhere. */
bool sshd_has_admission_lists(const struct sshd_config *c);
/* What stands before the @ of each entry of DenyUsers and AllowUsers, or (`hosts`) behind it, each once; in the arena
 * of `c`. */
size_t sshd_admission_parts(struct sshd_config *c, bool hosts, const char *const **ret);
/* Whether an entry of DenyUsers or AllowUsers is about this user, whatever its hosts; whether a pattern is about one of
 * the groups. */
bool sshd_admission_names(const struct sshd_config *c, const char *user, const char *entry);
bool sshd_has_group(const struct sshd_connection *n, const char *pattern);
/* Whether these values let in an account that connects so. Groups that are not known (NULL) may be any. */
bool sshd_admits(const struct sshd_config *c, const struct sshd_values *v, const struct sshd_connection *n);

/* sshd_people.c */

/* The accounts of the host, of those that all lists and Match blocks of `c` treat alike one: into `q`. */
struct sshd_people {
        struct sshd_person *at;
        size_t count, allocated;
        char **signatures;
        size_t signatures_allocated;
};

void sshd_people_find(struct facts *f, const struct sshd_config *c, struct sshd_people *ret, struct sshd_question *q);
void sshd_people_free(struct sshd_people *p);
/* Whether an account has uid 0; also root of which nothing is known. */
bool sshd_is_root(struct facts *f, const char *user);

#endif
