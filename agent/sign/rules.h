/* SPDX-License-Identifier: EUPL-1.2 */
/* What this host is judged by: configuration, policies and declarations, held against the checks that the observer
 * describes. */
#ifndef SIGN_RULES_H
#define SIGN_RULES_H

#include <jansson.h>
#include <stdbool.h>

#include "base/diag.h"
#include "config/config.h"
#include "policy/declaration.h"
#include "policy/policy.h"

struct rules {
        struct config config;
        struct policies *policies;
        struct declarations *declarations;
        json_t *descriptors; /* {"checks":[…],…}, once the observer gave them; else NULL */
        bool bound;          /* the policies are held against `descriptors` */
};

void rules_free(struct rules *r); /* the content */
/* `config_path` as config_load(). -EINVAL, -ENOENT with diagnostics. */
int rules_load(const char *config_path, struct rules *ret, struct diag *diag);
/* Takes (references) what the observer describes. Policies that were held against other checks are loaded afresh. */
int rules_bind(struct rules *r, json_t *descriptors, struct diag *diag);

/* The digests of everything in force, sorted: equal where nothing changed. New reference. */
json_t *rules_in_force(const struct rules *r);
/* The descriptors of those checks that `results` come from: {"checks":[…]}. New reference. */
json_t *rules_used(const struct rules *r, const json_t *results);

/* The members of a policy record: `files`, each in force as {"name","digest","text"}, the text where `recorded`
 * (object: digest → anything) does not have its digest yet, else null; and `used` likewise, as `descriptors`. As many
 * texts as fit a record: *ret_more is true where another one is needed. A text that no record can hold stays null, and
 * is named in *ret_left_out (array). New reference. */
json_t *rules_policy_members(const struct rules *r, const json_t *used, const json_t *recorded, bool *ret_more,
                             json_t **ret_left_out);

#endif
