/* SPDX-License-Identifier: EUPL-1.2 */
#include "checks/checks.h"

/* clang-format off */
const struct bio_check *const built_in_checks[] = {
        &accounts_uid0,
        &audit_enabled,
        &audit_loaded,
        &log_persistent,
        &ssh_empty_passwords,
        &ssh_log_level,
        &ssh_password_login,
        &ssh_root_login,
        &time_synchronised,
        NULL,
};
