/* SPDX-License-Identifier: EUPL-1.2 */
#include "facts/live.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "base/memory.h"
#include "facts/clock.h"
#include "facts/manager.h"
#include "facts/proc.h"

const struct live_source *live_override;

struct live {
        bool offline;
        const struct live_probe *probe;
        struct manager manager;
        struct proc_names processes;
};

struct live *live_new(const struct live_probe *probe, bool offline)
{
        struct live *l = must_alloc(sizeof(*l));

        l->offline = offline;
        l->probe = probe;
        return l;
}

void live_free(struct live *l)
{
        if (!l)
                return;
        manager_close(&l->manager);
        proc_names_done(&l->processes);
        free(l);
}

const char *live_offline(const struct live *l)
{
        return l->offline && !live_override ? "not observed offline" : NULL;
}

/* An answer of the running system where there is one to observe. */
#define ANSWER(l, t, source_member, ...) \
        do { \
                if (live_override) \
                        return live_override->source_member(__VA_ARGS__); \
                if ((l)->offline) \
                        return tree_basis(tree_unreadable((t), "%s", live_offline(l)), BIO_RUNNING); \
        } while (0)

struct bio_node *live_unit(struct live *l, struct tree *t, const char *unit)
{
        ANSWER(l, t, unit, t, unit);
        return manager_unit(&l->manager, t, unit);
}

struct bio_node *live_units(struct live *l, struct tree *t, const char *pattern)
{
        ANSWER(l, t, units, t, pattern);
        return manager_units(&l->manager, t, pattern);
}

/* The probe answers numbers, or why it cannot. */
static struct bio_node *status_node(struct tree *t, const json_t *answer)
{
        const char *error = json_member_string(answer, "error");
        struct bio_node *node;

        if (error)
                return tree_unreadable(t, "%s", error);
        if (tree_from_json(t, answer, &node) < 0 || tree_type(node) != BIO_MAP)
                return tree_unreadable(t, "the probe's answer has another form");
        return node;
}

struct bio_node *live_audit_status(struct live *l, struct tree *t)
{
        _cleanup_json_ json_t *answer = NULL;
        struct bio_node *node;

        ANSWER(l, t, audit_status, t);
        if (l->probe) {
                answer = l->probe->audit_status(l->probe->user);
                node = status_node(t, answer);
        } else {
                node = tree_unreadable(t, "there is no probe to ask");
        }
        return tree_basis(tree_from(node, "kernel audit", 0, 0), BIO_RUNNING);
}

static struct bio_node *rules_node(struct tree *t, const json_t *answer)
{
        const char *error = json_member_string(answer, "error");
        struct bio_node *node;

        if (error)
                return tree_unreadable(t, "%s", error);
        if (tree_from_json(t, json_object_get(answer, "rules"), &node) < 0 || tree_type(node) != BIO_LIST)
                return tree_unreadable(t, "the probe's answer has another form");
        return node;
}

struct bio_node *live_audit_rules(struct live *l, struct tree *t)
{
        _cleanup_json_ json_t *answer = NULL;
        struct bio_node *node;

        ANSWER(l, t, audit_rules, t);
        if (l->probe && l->probe->audit_rules) {
                answer = l->probe->audit_rules(l->probe->user);
                node = rules_node(t, answer);
        } else {
                node = tree_unreadable(t, "there is no probe to ask");
        }
        return tree_basis(tree_from(node, "kernel audit", 0, 0), BIO_RUNNING);
}

struct bio_node *live_process(struct live *l, struct tree *t, int64_t pid)
{
        ANSWER(l, t, process, t, pid);
        return proc_process(t, pid);
}

struct bio_node *live_processes(struct live *l, struct tree *t, const char *name)
{
        ANSWER(l, t, processes, t, name);
        return proc_processes(&l->processes, t, name);
}

struct bio_node *live_file_system(struct live *l, struct tree *t, const char *path)
{
        ANSWER(l, t, file_system, t, path);
        return proc_file_system(t, path);
}

struct bio_node *live_clock(struct live *l, struct tree *t)
{
        ANSWER(l, t, clock, t);
        return clock_state(t);
}

struct bio_node *live_container(struct live *l, struct tree *t)
{
        ANSWER(l, t, container, t);
        return proc_container(t);
}
