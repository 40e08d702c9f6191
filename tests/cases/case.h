/* SPDX-License-Identifier: EUPL-1.2 */
/* The parts of a case, as tests/cases/README.md describes them. */
#ifndef TESTS_CASE_H
#define TESTS_CASE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"

/* Lays owner, mode, type and times of `path` (mtree(5); it may be absent) over the files of the case. What it does not
 * name is root's, 0644 or 0755 as the file system has it, and as old as `fallback_time`. -EINVAL with diagnostics. */
int overlay_load(const char *path, int64_t fallback_time, struct diag *diag);
void overlay_unload(void);

/* Answers live questions from `path` (JSON). Where there is no such file the case is offline, and 0 is given too. */
int live_load(const char *path, struct diag *diag);
void live_unload(void);

/* expect.yml. */
struct expectation;
int expect_load(const char *path, struct diag *diag, struct expectation **ret);
void expect_free(struct expectation *e);
int64_t expect_now(const struct expectation *e);
/* The plan: array of {"check","with"}. Borrowed. */
const json_t *expect_plan(const struct expectation *e);
/* Holds the i-th result against what is expected; differences become diagnostics. */
void expect_compare(const struct expectation *e, size_t i, const json_t *result, struct diag *diag);

#endif
