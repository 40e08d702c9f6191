/* SPDX-License-Identifier: EUPL-1.2 */
/* From policies to what an observer is to run. */
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "policy/internal.h"

json_t *policy_with(const struct policy_check *check)
{
        return check->with ? tree_to_plain_json(check->with) : json_must(json_object());
}

static bool same_value(const struct bio_node *wanted, const json_t *declared)
{
        _cleanup_json_ json_t *value = tree_to_plain_json(wanted);

        return json_equal(value, declared);
}

bool when_holds(const struct bio_node *when, const json_t *profile)
{
        for (size_t i = 0; i < tree_count(when); i++) {
                const json_t *declared = json_object_get(profile, tree_key(tree_at(when, i)));

                if (declared && !same_value(tree_at(when, i), declared))
                        return false;
        }
        return true;
}

static bool is_listed(const char *id, const char *const *list)
{
        for (size_t i = 0; list[i]; i++)
                if (streq(id, list[i]))
                        return true;
        return false;
}

static bool is_described(const json_t *descriptors, const char *id)
{
        size_t i;
        json_t *check;

        json_array_foreach (json_object_get(descriptors, "checks"), i, check)
                if (streq(json_member_string(check, "id"), id))
                        return true;
        return false;
}

static void add_entry(json_t *plan, const char *check, json_t *with)
{
        json_t *entry;
        size_t i;

        json_array_foreach (plan, i, entry) {
                if (streq(json_member_string(entry, "check"), check) &&
                    json_equal(json_object_get(entry, "with"), with)) {
                        json_decref(with);
                        return;
                }
        }
        entry = json_must(json_object());
        json_set(entry, "check", json_must(json_string(check)));
        json_set(entry, "with", with);
        json_push(plan, entry);
}

static void plan_measure(json_t *plan, const struct policy_measure *m, const json_t *descriptors,
                         const char *const *checks)
{
        for (size_t i = 0; i < m->part_count; i++) {
                for (size_t j = 0; j < m->parts[i].check_count; j++) {
                        const struct policy_check *c = &m->parts[i].checks[j];

                        /* A secondary threshold is never scored, so there is nothing to run it for. */
                        if (c->origin == POLICY_SECONDARY || (checks && !is_listed(c->check, checks)) ||
                            !is_described(descriptors, c->check))
                                continue;
                        add_entry(plan, c->check, policy_with(c));
                }
        }
}

static int check_names(const struct policies *p, const json_t *descriptors, const char *const *measures,
                       const char *const *checks, struct diag *diag)
{
        int r = 0;

        for (size_t i = 0; measures && measures[i]; i++) {
                bool found = false;

                for (size_t j = 0; !found && j < p->count; j++)
                        for (size_t k = 0; !found && k < p->list[j].measure_count; k++)
                                found = measure_is_chosen(&p->list[j], &p->list[j].measures[k],
                                                          (const char *const[]){measures[i], NULL});
                if (!found)
                        r = diag_add(diag, DIAG_ERROR, NULL, 0, 0,
                                     "there is no measure \"%s\" in these policies, expected one of `bioagent list "
                                     "measures`",
                                     measures[i]);
        }
        for (size_t i = 0; checks && checks[i]; i++)
                if (!is_described(descriptors, checks[i]))
                        r = diag_add(diag, DIAG_ERROR, NULL, 0, 0,
                                     "this agent has no check \"%s\", expected one of `bioagent list checks`",
                                     checks[i]);
        return r;
}

static bool is_planned(const json_t *plan, const char *check)
{
        json_t *entry;
        size_t i;

        json_array_foreach (plan, i, entry)
                if (streq(json_member_string(entry, "check"), check))
                        return true;
        return false;
}

json_t *policies_plan(const struct policies *p, const json_t *descriptors, const json_t *profile,
                      const char *const *measures, const char *const *checks, struct diag *diag)
{
        json_t *plan;

        if (check_names(p, descriptors, measures, checks, diag) < 0)
                return NULL;
        plan = json_must(json_array());
        for (size_t i = 0; i < p->count; i++) {
                for (size_t j = 0; j < p->list[i].measure_count; j++) {
                        const struct policy_measure *m = &p->list[i].measures[j];

                        if (measure_is_chosen(&p->list[i], m, measures) && when_holds(m->when, profile))
                                plan_measure(plan, m, descriptors, checks);
                }
        }
        /* A check that is asked for by name runs, whether a policy knows it or not; beside --measure it narrows. */
        for (size_t i = 0; checks && !measures && checks[i]; i++)
                if (!is_planned(plan, checks[i]))
                        add_entry(plan, checks[i], json_must(json_object()));
        return plan;
}
