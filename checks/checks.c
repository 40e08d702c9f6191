/* SPDX-License-Identifier: EUPL-1.2 */
#include "checks/checks.h"

const struct bio_check *const built_in_checks[] = {
        &accounts_uid0,
        &audit_enabled,
        &ssh_root_login,
        NULL,
};
