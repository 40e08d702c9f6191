/* SPDX-License-Identifier: EUPL-1.2 */
#include "checks/checks.h"

#define CHECK(check) &check,
const struct bio_check *const built_in_checks[] = {
#include "checks/checks.inc"
        NULL,
};
