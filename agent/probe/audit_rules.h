/* SPDX-License-Identifier: EUPL-1.2 */
/* The rules that the kernel's audit has. Needs CAP_AUDIT_CONTROL in the initial user and process namespaces. */
#ifndef PROBE_AUDIT_RULES_H
#define PROBE_AUDIT_RULES_H

#include <jansson.h>

struct audit_rule_data;

/* {"rules":[{"list","action","mask","fields":[{"field","op","value"|"text"}]}]} as `struct audit_rule_data`
 * (linux/audit.h) has them, each list in its order; mask is "all", or 64 words of 8 hex digits. Or {"error":"…"}. At
 * most 3 seconds and 8192 rules. New reference. */
json_t *audit_rules_answer(void);

/* One rule of the kernel, of which `length` bytes came; NULL where it is not whole. New reference. */
json_t *audit_rule_object(const struct audit_rule_data *rule, size_t length);

#endif
