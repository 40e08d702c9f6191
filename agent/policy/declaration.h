/* SPDX-License-Identifier: EUPL-1.2 */
/* Declarations: the organisation's own input, dated and expiring (declarations.d/NAME.yml, schema
 * bioagent.declaration/1). */
#ifndef POLICY_DECLARATION_H
#define POLICY_DECLARATION_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/tree.h"

#define DECLARATION_SCHEMA "bioagent.declaration/1"

struct declaration {
        const char *path;
        const char *digest; /* "sha256:…" */
        const char *text;   /* the file's bytes */
        const char *role;   /* who declares */
        int64_t date;
        int64_t until;                  /* date + valid */
        const struct bio_node *content; /* the whole file */
};

struct declarations;

/* NULL does nothing. */
void declarations_free(struct declarations *d);
/* Reads every *.yml of a directory, in bytewise order; a missing directory is an empty set. -EINVAL with diagnostics;
 * -EACCES where all that is wrong is that this process may not read one of them, or the directory. The good ones are
 * kept. */
int declarations_load(const char *directory, struct diag *diag, struct declarations **ret);
size_t declarations_count(const struct declarations *d);
const struct declaration *declarations_at(const struct declarations *d, size_t i);
/* One parsed file: role, date, until and content of *ret. -EINVAL with a diagnostic. */
int declaration_read(const struct bio_node *root, struct declaration *ret, struct diag *diag);
bool declaration_expired(const struct declaration *d, int64_t now);
/* All of them as a plan carries them to an observer ("declarations", docs/protocol.md). New reference. */
json_t *declarations_plan(const struct declarations *d);

#endif
