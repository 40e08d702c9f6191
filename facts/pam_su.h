/* SPDX-License-Identifier: EUPL-1.2 */
/* Whether su asks members of a group for no password: pam_wheel with `trust` (pam_wheel(8)). */
#ifndef FACTS_PAM_SU_H
#define FACTS_PAM_SU_H

#include "facts/facts.h"

/* A list of the groups that are trusted, as named; of none the name is empty where it is pam_wheel's own choice: wheel,
 * or the group with number 0 where there is no wheel. Undecidable or unreadable entries for what cannot be told. */
struct bio_node *pam_su_trusted(struct facts *f);

#endif
