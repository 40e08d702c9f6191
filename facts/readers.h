/* SPDX-License-Identifier: EUPL-1.2 */
/* The readers, one a subsystem; each is defined in the file of its name and listed in facts.c. */
#ifndef FACTS_READERS_H
#define FACTS_READERS_H

#include "facts/facts.h"

extern const struct fact_reader sshd_fact;
extern const struct fact_reader sudo_fact;
extern const struct fact_reader accounts_fact;
extern const struct fact_reader audit_fact;
extern const struct fact_reader backup_fact;
extern const struct fact_reader login_defs_fact;
extern const struct fact_reader systemd_fact;
extern const struct fact_reader packages_fact;
extern const struct fact_reader pam_fact;
extern const struct fact_reader journald_fact;
extern const struct fact_reader logs_fact;
extern const struct fact_reader time_fact;

#endif
