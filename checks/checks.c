/* SPDX-License-Identifier: EUPL-1.2 */
#include "checks/checks.h"

const struct bio_check *const built_in_checks[] = {
        &accounts_file_permissions,
        &accounts_home_permissions,
        &accounts_legacy_entries,
        &accounts_privileged_members,
        &accounts_system_locked,
        &accounts_uid0,
        &accounts_unique,
        &audit_enabled,
        &audit_loaded,
        &backup_scheduled,
        &log_permissions,
        &log_persistent,
        &passwords_empty,
        &passwords_hashing,
        &passwords_max_age,
        &passwords_min_age,
        &passwords_warn_age,
        &ssh_empty_passwords,
        &ssh_log_level,
        &ssh_password_login,
        &ssh_root_login,
        &time_synchronised,
        NULL,
};
