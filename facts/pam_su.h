/* SPDX-License-Identifier: EUPL-1.2 */
/* Whether su asks members of a group for no password: pam_wheel with `trust` (pam_wheel(8)). */
#ifndef FACTS_PAM_SU_H
#define FACTS_PAM_SU_H

#include "facts/accounts_files.h"
#include "facts/facts.h"

/* A list of the groups that are trusted, as named; of none the name is empty where it is pam_wheel's own choice: wheel,
 * or the group with number 0 where there is no wheel. Undecidable or unreadable entries for what cannot be told. */
struct bio_node *pam_su_trusted(struct facts *f);

/* What a line of a service says of it, its continuation joined and its comment taken off (pam.conf(5)); lines of other
 * stacks than auth say nothing. */
enum pam_su_says {
        PAM_SU_NOTHING,
        PAM_SU_READ,          /* another file: *ret is its name */
        PAM_SU_TRUST,         /* a group, named in *ret; empty: pam_wheel's own choice */
        PAM_SU_TRUST_ALL_BUT, /* trust and deny: all but that group */
};

enum pam_su_says pam_su_line_read(struct span line, struct span *ret);

#endif
