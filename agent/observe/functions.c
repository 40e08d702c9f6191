/* SPDX-License-Identifier: EUPL-1.2 */
/* The functions that a check has, but those that make findings: facts, parameters, time, nodes. */
#include <string.h>

#include "base/memory.h"
#include "base/term.h"
#include "base/text.h"
#include "observe/context.h"

/* Facts */

static bool uses(const struct bio_check *check, const char *fact, size_t length)
{
        for (const char *const *name = check->uses; name && *name; name++)
                if (strlen(*name) == length && memcmp(*name, fact, length) == 0)
                        return true;
        return false;
}

static const struct bio_node *remember_root(struct context *c, const struct bio_node *node, const char *fact)
{
        for (size_t i = 0; i < c->root_count; i++)
                if (c->roots[i].node == node)
                        return node;
        if (c->root_count < ROOTS_MOST)
                c->roots[c->root_count++] = (struct root){node, arena_copy(&c->arena, fact, strlen(fact))};
        return node;
}

static const struct bio_node *get_fact(struct bio_context *public, const char *name)
{
        struct context *c = context_of(public);

        if (!uses(c->check, name, strlen(name)))
                return tree_undecidable(c->tree, "check %s does not say that it uses fact %s", c->check->id, name);
        return remember_root(c, c->source->fact(c->source->user, name), name);
}

static const struct bio_node *get_query(struct bio_context *public, const char *name,
                                        const struct bio_argument *arguments)
{
        struct context *c = context_of(public);
        size_t length = strcspn(name, ".");
        _cleanup_free_ char *fact = must_strndup(name, length);

        if (!uses(c->check, name, length))
                return tree_undecidable(c->tree, "check %s does not say that it uses fact %s", c->check->id, fact);
        return remember_root(c, c->source->query(c->source->user, name, arguments), fact);
}

static const struct bio_node *get_parameter(struct bio_context *public, const char *name)
{
        struct context *c = context_of(public);
        const struct bio_node *node = tree_get(c->parameters, name);

        return node ? node : tree_absent(c->tree, "no parameter %s", name);
}

static int64_t get_now(struct bio_context *public)
{
        return context_of(public)->now;
}

static int64_t add_term(struct bio_context *public, int64_t moment, const char *term)
{
        struct term parsed;

        if (!term || term_parse(term, &parsed) < 0) {
                (void)context_error(context_of(public), "\"%s\" is no term", term ? term : "");
                return moment;
        }
        return term_add(moment, &parsed);
}

/* Nodes */

static enum bio_type get_type(struct bio_context *public, const struct bio_node *node)
{
        (void)context_look(context_of(public), node);
        return tree_type(node);
}

static enum bio_state get_state(struct bio_context *public, const struct bio_node *node)
{
        struct context *c = context_of(public);

        if (!node_unknown(node))
                c->basis |= (unsigned)tree_basis_of(node);
        return tree_state(node);
}

static const char *get_why(struct bio_context *public, const struct bio_node *node)
{
        struct context *c = context_of(public);
        const char *why = tree_why(node);

        return why ? context_text(c, why, strlen(why)) : NULL;
}

/* A member of what is not known is not known for the same reason. */
static const struct bio_node *get_member(struct bio_context *public, const struct bio_node *map, const char *key)
{
        struct context *c = context_of(public);
        const struct bio_node *member;
        struct bio_node *missing;

        if (tree_state(map) != BIO_KNOWN)
                return map ? map : tree_absent(c->tree, "no %s", key);
        member = tree_get(map, key);
        if (member)
                return member;
        missing = tree_absent(c->tree, "no %s", key);
        tree_basis(missing, tree_basis_of(map));
        tree_class(missing, tree_class_of(map));
        return tree_from(missing, tree_source(map), 0, 0);
}

static size_t get_count(struct bio_context *public, const struct bio_node *node)
{
        (void)context_look(context_of(public), node);
        return tree_count(node);
}

static const struct bio_node *get_at(struct bio_context *public, const struct bio_node *node, size_t i)
{
        (void)context_look(context_of(public), node);
        return tree_at(node, i);
}

static const char *get_key(struct bio_context *public, const struct bio_node *node)
{
        (void)public;
        return tree_key(node);
}

static bool get_boolean(struct bio_context *public, const struct bio_node *node)
{
        (void)context_look(context_of(public), node);
        return tree_bool_of(node);
}

static int64_t get_integer(struct bio_context *public, const struct bio_node *node)
{
        (void)context_look(context_of(public), node);
        return tree_integer_of(node);
}

static const char *get_bytes(struct bio_context *public, const struct bio_node *node, size_t *length)
{
        (void)context_look(context_of(public), node);
        return tree_bytes_of(node, length);
}

static void waive(struct bio_context *public, const struct bio_node *node, const char *reason)
{
        struct look *look;

        /* A reason is the price of waiving. */
        if (!reason || !*reason)
                return;
        look = context_look(context_of(public), node);
        if (look)
                look->waived = true;
}

static void changes_at(struct bio_context *public, int64_t moment)
{
        struct context *c = context_of(public);

        if (moment > c->now && moment < c->changes_at)
                c->changes_at = moment;
}

static void _printf_(2, 3) because(struct bio_context *public, const char *fmt, ...)
{
        struct context *c = context_of(public);
        va_list ap;

        va_start(ap, fmt);
        c->because = context_vprintf(c, fmt, ap);
        va_end(ap);
}

static bool is_personal(struct bio_context *public, const struct bio_node *node)
{
        (void)public;
        return tree_class_of(node) == BIO_PERSONAL;
}

/* What was declared */

static const struct bio_node *entries_about(struct bio_context *public, const char *subject, bool lapsed)
{
        struct context *c = context_of(public);
        const struct bio_node *entries;

        if (!c->source->declared)
                return tree_absent(c->tree, "nothing is declared");
        changes_at(public, declared_changes_at(c->source->declared, subject));
        entries = declared_entries(c->source->declared, subject, lapsed);
        /* Who asks looks: a check that takes what it may not read for absent would only need a judgement. */
        if (node_unknown(entries))
                (void)context_look(c, entries);
        return entries;
}

static const struct bio_node *get_declared(struct bio_context *public, const char *subject)
{
        return entries_about(public, subject, false);
}

static const struct bio_node *get_lapsed(struct bio_context *public, const char *subject)
{
        return entries_about(public, subject, true);
}

const struct bio_functions engine_functions = {
        .size = sizeof(struct bio_functions),
        .fact = get_fact,
        .query = get_query,
        .parameter = get_parameter,
        .now = get_now,
        .add_term = add_term,
        .type = get_type,
        .state = get_state,
        .why = get_why,
        .get = get_member,
        .count = get_count,
        .at = get_at,
        .key = get_key,
        .boolean = get_boolean,
        .integer = get_integer,
        .bytes = get_bytes,
        .waive = waive,
        .subject = verdict_subject,
        .judge = verdict_judge,
        .conclude = verdict_conclude,
        .evidence = verdict_evidence,
        .changes_at = changes_at,
        .because = because,
        .personal = is_personal,
        .declared = get_declared,
        .lapsed = get_lapsed,
};
