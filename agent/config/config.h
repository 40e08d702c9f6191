/* SPDX-License-Identifier: EUPL-1.2 */
/* bioagent.yml and bioagent.yml.d (contract: command line). Everything has a default; unknown keys are errors. */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <jansson.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/tree.h"

struct config {
        char *organisation;                              /* "" where none */
        json_t *labels;                                  /* object of texts */
        json_t *profile;                                 /* object */
        char **policies;                                 /* NULL-terminated; default: bio2, algoritmekader, hardening */
        uint64_t audit_s, full_s, heartbeat_s, jitter_s; /* schedule, seconds: PT15M, PT24H, PT1H, PT30M */
        char *state;                                     /* /var/lib/bioagent */
        char *runtime;                                   /* /run/bioagent */
        char *key;                                       /* STATE/sign/key.pem */
        char *collector_url;                             /* NULL: none */
        char *collector_ca;                              /* NULL: STATE/ship/ca.pem */
        uint64_t spool_max_size;                         /* bytes: 256 MiB */
        char *keep_acknowledged;                         /* ISO 8601: P30D */
        char *directory;                                 /* where the configuration lies: declarations.d, policies.d */
};

void config_free(struct config *c); /* the content */
/* `path` NULL: the default file, which may be missing; given: must exist. Later files win, key by key. Terms ISO 8601,
 * sizes 256MiB, 1GiB. -EINVAL with diagnostics. */
int config_load(const char *path, struct config *ret, struct diag *diag);

/* The two halves of it: the defaults (`key` and `directory` still NULL), and one parsed file laid over what is there.
 */
void config_defaults(struct config *ret);
int config_read(struct config *c, const struct bio_node *root, struct diag *diag);

#endif
