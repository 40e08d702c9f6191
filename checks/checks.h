/* SPDX-License-Identifier: EUPL-1.2 */
/* The checks that come with the agent, one file a subject. */
#ifndef CHECKS_CHECKS_H
#define CHECKS_CHECKS_H

#include "bioagent/check.h"

extern const struct bio_check accounts_file_permissions;
extern const struct bio_check accounts_home_permissions;
extern const struct bio_check accounts_legacy_entries;
extern const struct bio_check accounts_privileged_members;
extern const struct bio_check accounts_system_locked;
extern const struct bio_check accounts_uid0;
extern const struct bio_check accounts_unique;
extern const struct bio_check audit_enabled;
extern const struct bio_check audit_loaded;
extern const struct bio_check log_permissions;
extern const struct bio_check log_persistent;
extern const struct bio_check passwords_empty;
extern const struct bio_check passwords_hashing;
extern const struct bio_check passwords_max_age;
extern const struct bio_check passwords_min_age;
extern const struct bio_check passwords_warn_age;
extern const struct bio_check backup_scheduled;
extern const struct bio_check ssh_empty_passwords;
extern const struct bio_check ssh_log_level;
extern const struct bio_check ssh_password_login;
extern const struct bio_check ssh_root_login;
extern const struct bio_check time_synchronised;

/* All of them, NULL-terminated, in the order of their ids. */
extern const struct bio_check *const built_in_checks[];

#endif
