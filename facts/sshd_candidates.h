/* SPDX-License-Identifier: EUPL-1.2 */
/* What can be in force where there are more combinations of Match blocks than can be tried: block by block. */
#ifndef FACTS_SSHD_CANDIDATES_H
#define FACTS_SSHD_CANDIDATES_H

#include "facts/sshd_scopes.h"

/* Whether what is known of a connection says already that a block does not apply. */
bool sshd_rules_out(const struct sshd_config *c, const struct sshd_question *q, const struct sshd_block *block);
/* Whether blocks set only one of the keywords that are asked for, and it has the value of the first line that counts
 * and of no other: then blocks do not make together what none of them makes alone. */
bool sshd_one_line_decides(const struct sshd_config *c, const struct sshd_question *q);
/* The scopes of such keywords: what stands outside, and what each block that may apply sets. As one line decides, no
 * other value can be in force; one of a block that another always precedes is there all the same. Each value once,
 * under the first block that sets it. `relevant`: [blocks]. */
void sshd_scopes_by_block(struct sshd_config *c, const struct sshd_question *q, const bool *relevant,
                          struct sshd_scopes *ret);

#endif
