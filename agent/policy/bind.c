/* SPDX-License-Identifier: EUPL-1.2 */
/* Policies held against the checks that this agent has. */
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/term.h"
#include "base/text.h"
#include "policy/internal.h"

static const json_t *descriptor_of(const json_t *checks, const char *id)
{
        size_t i;
        json_t *check;

        json_array_foreach (checks, i, check)
                if (streq(json_member_string(check, "id"), id))
                        return check;
        return NULL;
}

static const json_t *parameter_of(const json_t *descriptor, const char *name)
{
        const json_t *parameters = json_object_get(descriptor, "parameters");
        size_t i;
        json_t *parameter;

        json_array_foreach (parameters, i, parameter)
                if (streq(json_member_string(parameter, "name"), name))
                        return parameter;
        return NULL;
}

static bool is_list_of_texts(const struct bio_node *node)
{
        if (tree_type(node) != BIO_LIST)
                return false;
        for (size_t i = 0; i < tree_count(node); i++)
                if (tree_type(tree_at(node, i)) != BIO_BYTES)
                        return false;
        return true;
}

static bool has_type(const struct bio_node *value, const char *type)
{
        struct term term;

        if (streq(type, "bool"))
                return tree_type(value) == BIO_BOOL;
        if (streq(type, "integer"))
                return tree_type(value) == BIO_INTEGER;
        if (streq(type, "text"))
                return tree_type(value) == BIO_BYTES;
        if (streq(type, "term"))
                return tree_type(value) == BIO_BYTES && term_parse(tree_bytes_of(value, NULL), &term) == 0;
        return streq(type, "list") && is_list_of_texts(value);
}

/* A result's identity leaves defaults out, so that asking for the default is not asking for something else. */
static const struct bio_node *without_defaults(struct tree *t, const struct policy_check *check,
                                               const json_t *descriptor)
{
        _cleanup_json_ json_t *with = policy_with(check);
        struct bio_node *node;
        const char *name;
        json_t *value;
        void *next;

        json_object_foreach_safe(with, next, name,
                                 value) if (json_equal(value, json_object_get(parameter_of(descriptor, name),
                                                                              "default"))) json_object_del(with, name);
        if (json_object_size(with) == 0 || tree_from_json(t, with, &node) < 0)
                return NULL;
        return node;
}

/* What is wrong with `with`, as an interned text; NULL: nothing. */
static const char *wrong_parameter(struct tree *t, const struct policy_check *check, const json_t *descriptor)
{
        for (size_t i = 0; i < tree_count(check->with); i++) {
                const struct bio_node *value = tree_at(check->with, i);
                const json_t *parameter = parameter_of(descriptor, tree_key(value));
                const char *type = json_member_string(parameter, "type");

                if (!parameter)
                        return tree_bytes_of(
                                tree_printf(t, "check %s has no parameter \"%s\"", check->check, tree_key(value)),
                                NULL);
                if (!has_type(value, type ? type : ""))
                        return tree_bytes_of(tree_printf(t,
                                                         "parameter \"%s\" of check %s is of another type, expected %s",
                                                         tree_key(value), check->check, type ? type : "none"),
                                             NULL);
        }
        return NULL;
}

static const char *bind_check(struct tree *t, struct policy_check *check, const json_t *checks)
{
        const json_t *descriptor = descriptor_of(checks, check->check);
        const char *wrong;

        if (!descriptor)
                return tree_bytes_of(tree_printf(t, "this agent has no check \"%s\"", check->check), NULL);
        if (!check->with)
                return NULL;
        wrong = wrong_parameter(t, check, descriptor);
        if (!wrong)
                check->with = without_defaults(t, check, descriptor);
        return wrong;
}

static void bind_measure(struct tree *t, struct policy_measure *m, const json_t *checks, struct diag *diag)
{
        for (size_t i = 0; i < m->part_count; i++) {
                for (size_t j = 0; j < m->parts[i].check_count; j++) {
                        struct policy_check *check = (struct policy_check *)&m->parts[i].checks[j];
                        const struct bio_node *at = tree_get(check->node, "check");
                        const char *wrong = bind_check(t, check, checks);

                        if (!wrong)
                                continue;
                        (void)diag_add(diag, DIAG_WARNING, tree_source(at), tree_line(at), tree_column(at),
                                       "%s: measure %s is answered with error", wrong, m->full_id);
                        if (!m->error)
                                m->error = wrong;
                }
        }
}

void policies_bind(struct policies *p, const json_t *checks, struct diag *diag)
{
        for (size_t i = 0; i < p->count; i++)
                for (size_t j = 0; j < p->list[i].measure_count; j++)
                        bind_measure(p->trees[i], (struct policy_measure *)&p->list[i].measures[j], checks, diag);
}
