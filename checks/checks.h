/* SPDX-License-Identifier: EUPL-1.2 */
/* The checks that come with the agent, one file a subject, and a row each in checks.inc. */
#ifndef CHECKS_CHECKS_H
#define CHECKS_CHECKS_H

#include "bioagent/check.h"

#define CHECK(check) extern const struct bio_check check;
#include "checks/checks.inc"
#undef CHECK

/* All of them, NULL-terminated, in the order of their ids. */
extern const struct bio_check *const built_in_checks[];

#endif
