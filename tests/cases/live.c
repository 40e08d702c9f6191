/* SPDX-License-Identifier: EUPL-1.2 */
/* live.json: what the running system would have answered. */
#include "facts/live.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

#include "base/io.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "case.h"
#include "facts/audit_rule.h"

static json_t *answers;

/* {"unreadable":"why"} and the like stand for a node in that state. */
static struct bio_node *in_a_state(struct tree *t, const json_t *json)
{
        const char *why;

        if (json_object_size(json) != 1)
                return NULL;
        if ((why = json_member_string(json, "absent")))
                return tree_absent(t, "%s", why);
        if ((why = json_member_string(json, "unreadable")))
                return tree_unreadable(t, "%s", why);
        if ((why = json_member_string(json, "undecidable")))
                return tree_undecidable(t, "%s", why);
        return NULL;
}

static struct bio_node *convert(struct tree *t, const json_t *json)
{
        struct bio_node *node = in_a_state(t, json);
        const char *key;
        json_t *value;

        if (node)
                return node;
        if (json_is_array(json)) {
                node = tree_list(t);
                for (size_t i = 0; i < json_array_size(json); i++)
                        tree_append(node, convert(t, json_array_get(json, i)));
                return node;
        }
        if (json_is_object(json)) {
                node = tree_map(t);
                json_object_foreach ((json_t *)json, key, value)
                        tree_set(node, key, convert(t, value));
                return node;
        }
        if (tree_from_json(t, json, &node) < 0)
                return tree_undecidable(t, "live.json holds what is no value");
        return node;
}

static struct bio_node *answer(struct tree *t, const json_t *json, const char *missing, const char *source)
{
        struct bio_node *node = json ? convert(t, json) : tree_unreadable(t, "%s", missing);

        return tree_basis(tree_from(node, source, 0, 0), BIO_RUNNING);
}

static const json_t *member(const char *name)
{
        return json_object_get(answers, name);
}

/* As systemd answers for a unit that there is not. */
static struct bio_node *answer_unit(struct tree *t, const char *unit)
{
        static const char source[] = "service manager";
        const json_t *units = member("units"), *known = json_object_get(units, unit);
        struct bio_node *node;

        if (!units || in_a_state(t, units))
                return answer(t, units, "no service manager", source);
        if (known)
                return answer(t, known, "", source);
        node = tree_basis(tree_from(tree_map(t), source, 0, 0), BIO_RUNNING);
        tree_set(node, "load_state", tree_text(t, "not-found"));
        tree_set(node, "active_state", tree_text(t, "inactive"));
        tree_set(node, "unit_file_state", tree_text(t, ""));
        return node;
}

/* Patterns of the facts have one star at most. */
static bool matches(const char *pattern, const char *name)
{
        const char *star = strchr(pattern, '*');
        size_t before = star ? (size_t)(star - pattern) : 0;

        if (!star)
                return streq(pattern, name);
        return strlen(name) >= strlen(pattern) - 1 && strncmp(name, pattern, before) == 0 && ends_with(name, star + 1);
}

static struct bio_node *answer_units(struct tree *t, const char *pattern)
{
        const json_t *units = member("units");
        struct bio_node *list;
        const char *name;
        json_t *unit;

        if (!units || in_a_state(t, units))
                return answer(t, units, "no service manager", "service manager");
        list = tree_basis(tree_from(tree_list(t), "service manager", 0, 0), BIO_RUNNING);
        json_object_foreach ((json_t *)units, name, unit)
                if (matches(pattern, name))
                        tree_append(list, tree_text(t, name));
        return list;
}

static struct bio_node *answer_audit_status(struct tree *t)
{
        return answer(t, member("audit_status"), "there is no probe to ask", "kernel audit");
}

static struct bio_node *answer_process(struct tree *t, int64_t pid)
{
        const json_t *processes = member("processes");
        _cleanup_free_ char *source = must_printf("/proc/%" PRId64, pid);

        for (size_t i = 0; i < json_array_size(processes); i++)
                if (json_member_integer(json_array_get(processes, i), "pid", -1) == pid)
                        return answer(t, json_array_get(processes, i), "", source);
        return tree_basis(tree_from(tree_absent(t, "no process %" PRId64, pid), "/proc", 0, 0), BIO_RUNNING);
}

static struct bio_node *answer_processes(struct tree *t, const char *name)
{
        const json_t *processes = member("processes");
        struct bio_node *list = tree_basis(tree_from(tree_list(t), "/proc", 0, 0), BIO_RUNNING);

        for (size_t i = 0; i < json_array_size(processes); i++)
                if (streq(json_member_string(json_array_get(processes, i), "name"), name))
                        tree_append(list, convert(t, json_array_get(processes, i)));
        return list;
}

/* What is not said lies on a disk. */
static struct bio_node *answer_file_system(struct tree *t, const char *path)
{
        static const char source[] = "/proc/self/mountinfo";
        const json_t *file_systems = member("file_systems"), *known = json_object_get(file_systems, path);

        return known ? answer(t, known, "", source)
                     : tree_basis(tree_from(tree_text(t, "ext4"), source, 0, 0), BIO_RUNNING);
}

static struct bio_node *answer_clock(struct tree *t)
{
        return answer(t, member("clock"), "the kernel does not tell", "kernel clock");
}

/* Rules as auditctl prints them, or in the probe's own form. In the text a directory ends with a slash. */
static int is_directory(void *user, const char *path)
{
        const char *line = user, *at = strstr(line, path);

        return at && at[strlen(path)] == '/';
}

static struct bio_node *answer_audit_rules(struct tree *t)
{
        const json_t *rules = member("audit_rules");
        struct bio_node *list;
        struct arena arena = {0};

        if (!json_is_array(rules))
                return answer(t, rules, "there is no probe to ask", "kernel audit");
        list = tree_basis(tree_from(tree_list(t), "kernel audit", 0, 0), BIO_RUNNING);
        for (size_t i = 0; i < json_array_size(rules); i++) {
                const json_t *rule = json_array_get(rules, i);
                const char *line = json_string_value(rule);
                const struct rule_host host = {.user = (void *)(uintptr_t)line, .directory = is_directory};
                struct rule_line compiled;

                if (!line) {
                        tree_append(list, convert(t, rule));
                        continue;
                }
                compiled = rule_compile(&arena, line, strlen(line), &host);
                tree_append(list, compiled.effect == RULE_ADDS
                                          ? rule_to_kernel(t, compiled.rule)
                                          : tree_undecidable(t, "live.json has a rule that is none: %s", line));
        }
        arena_free(&arena);
        return list;
}

static struct bio_node *answer_container(struct tree *t)
{
        const json_t *container = member("container");

        return container ? answer(t, container, "", "/proc")
                         : tree_basis(tree_from(tree_text(t, "none"), "/proc", 0, 0), BIO_RUNNING);
}

static const struct live_source source = {
        .unit = answer_unit,
        .units = answer_units,
        .audit_status = answer_audit_status,
        .process = answer_process,
        .processes = answer_processes,
        .file_system = answer_file_system,
        .clock = answer_clock,
        .container = answer_container,
        .audit_rules = answer_audit_rules,
};

int live_load(const char *path, struct diag *diag)
{
        _cleanup_free_ char *text = NULL, *why = NULL;
        size_t length;
        int r;

        r = file_read(AT_FDCWD, path, 1 << 20, &text, &length);
        if (r == -ENOENT)
                return 0;
        if (r < 0)
                return diag_add(diag, DIAG_ERROR, path, 0, 0, "%s", strerror(-r));
        if (json_parse(text, length, &answers, &why) < 0)
                return diag_add(diag, DIAG_ERROR, path, 0, 0, "%s", why);
        live_override = &source;
        return 0;
}

void live_unload(void)
{
        live_override = NULL;
        json_decref(answers);
        answers = NULL;
}
