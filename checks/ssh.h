/* SPDX-License-Identifier: EUPL-1.2 */
/* What the checks of the OpenSSH server share. */
#ifndef CHECKS_SSH_H
#define CHECKS_SSH_H

#include "bioagent/check.h"

/* Whether there is an sshd to judge; what there is to say of it as a whole is said. */
bool judge_sshd(struct bio_context *c);
/* A configuration that can be in force for somebody, by what its Match blocks look at. */
const struct bio_subject *ssh_scope_subject(struct bio_context *c, const struct bio_node *scope);
/* True where a value is known, and is that word. */
bool sshd_says(struct bio_context *c, const struct bio_node *value, const char *word);
/* A keyword, for every configuration that can be in force. */
void judge_sshd_keyword(struct bio_context *c, const char *keyword, enum bio_operator op, const char *expected);
/* Whether the PAM service that sshd asks in a scope can let somebody through ("authenticate", "account"): pam.can's
 * `can`, or why that is not known. The scope has UsePAM and PAMServiceName. */
const struct bio_node *sshd_pam_can(struct bio_context *c, const struct bio_node *scope, const char *function,
                                    const char *with);

#endif
