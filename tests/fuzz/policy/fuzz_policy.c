/* SPDX-License-Identifier: EUPL-1.2 */
/* A policy of any bytes: refused with a diagnostic, or taken and usable in every way. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/yaml.h"
#include "policy/internal.h"
#include "policy/policy.h"

static const char descriptors_text[] =
        "{\"checks\":[{\"id\":\"ssh.root-login\",\"parameters\":[]},{\"id\":\"audit.enabled\",\"parameters\":["
        "{\"name\":\"term\",\"type\":\"term\",\"default\":\"P1Y\"},{\"name\":\"n\",\"type\":\"integer\",\"default\":1},"
        "{\"name\":\"list\",\"type\":\"list\",\"default\":[\"a\"]},{\"name\":\"on\",\"type\":\"bool\",\"default\":true}"
        "]}]}";

static json_t *descriptors(void)
{
        static json_t *parsed;

        if (!parsed && json_parse(descriptors_text, strlen(descriptors_text), &parsed, NULL) < 0)
                abort();
        return parsed;
}

/* Everything that a run does with a policy. */
static void use(struct policies *p)
{
        _cleanup_json_ json_t *profile = json_pack("{s:b}", "internet_facing", 0);
        _cleanup_json_ json_t *plan = NULL, *measures = NULL, *list = NULL, *titles = NULL;
        json_t *entry;
        size_t i;

        policies_bind(p, json_object_get(descriptors(), "checks"), NULL);
        plan = policies_plan(p, descriptors(), profile, NULL, NULL, NULL);
        json_array_foreach (plan, i, entry)
                json_object_set_new(entry, "status", json_string("pass"));
        measures = policies_roll_up(p, profile, NULL, plan);
        list = policies_list(p);
        titles = policies_titles(p);
        json_array_foreach (measures, i, entry)
                if (!policies_measure(p, json_member_string(entry, "id")))
                        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct policies *p = policies_new();
        struct tree *t = tree_new();
        const struct bio_node *root;
        struct policy policy = {0};
        _cleanup_diag_ struct diag diag = {0};

        if (yaml_parse(t, "fuzz.yml", (const char *)data, size, &diag, &root) < 0 ||
            policy_read(t, root, &policy, &diag) < 0) {
                if (!diag.failed)
                        abort(); /* refused without a word */
                policy_free(&policy);
                tree_free(t);
                policies_free(p);
                return 0;
        }
        policy.digest = policy.path = "fuzz";
        p->list = must_grow(NULL, &p->allocated, 1, sizeof(*p->list));
        p->trees = must_grow(NULL, &p->trees_allocated, 1, sizeof(struct tree *));
        p->list[0] = policy;
        p->trees[0] = t;
        p->count = 1;
        use(p);
        policies_free(p);
        return 0;
}
