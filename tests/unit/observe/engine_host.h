/* SPDX-License-Identifier: EUPL-1.2 */
/* A host built by hand, whose one fact the bodies of a test judge, and what the engine makes of that. */
#ifndef TESTS_OBSERVE_ENGINE_HOST_H
#define TESTS_OBSERVE_ENGINE_HOST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/term.h"
#include "base/text.h"
#include "observe/engine.h"
#include "wire/shape.h"

#define NOW 1769848200 /* 2026-01-31T08:30:00Z */

/* One fact, "sshd": a map whose members the tests judge. */
struct host {
        struct tree *tree;
        struct bio_node *fact;
};

static inline const struct bio_node *answer_fact(void *user, const char *name)
{
        struct host *h = user;

        assert_string_equal(name, "sshd");
        return h->fact;
}

static inline const struct bio_node *answer_query(void *user, const char *name, const struct bio_argument *arguments)
{
        struct host *h = user;
        struct bio_node *list = tree_list(h->tree);

        assert_string_equal(name, "sshd.effective");
        for (; arguments->name; arguments++)
                tree_append(list, tree_printf(h->tree, "%s=%s", arguments->name, arguments->value));
        return list;
}

static struct host host;

static inline int setup(void **state)
{
        struct tree *t = tree_new();
        struct bio_node *fact = tree_from(tree_map(t), "/etc/x", 1, 0);

        (void)state;
        tree_from(tree_set(fact, "word", tree_text(t, "no")), "/etc/x", 3, 0);
        tree_set(fact, "Word", tree_text(t, "No"));
        tree_set(fact, "number", tree_integer(t, 10));
        tree_set(fact, "yes", tree_bool(t, true));
        tree_set(fact, "not", tree_bool(t, false));
        tree_set(fact, "list", tree_list(t));
        tree_append((struct bio_node *)tree_get(fact, "list"), tree_text(t, "first"));
        tree_append((struct bio_node *)tree_get(fact, "list"), tree_text(t, "second"));
        tree_set(fact, "absent", tree_absent(t, "no line sets it"));
        tree_set(fact, "unreadable", tree_from(tree_unreadable(t, "permission denied"), "/etc/shadow", 0, 0));
        tree_set(fact, "undecidable", tree_undecidable(t, "not modelled"));
        tree_set(fact, "personal", tree_class(tree_text(t, "alice"), BIO_PERSONAL));
        tree_set(fact, "running", tree_basis(tree_integer(t, 1), BIO_RUNNING));
        tree_set(fact, "offline", tree_basis(tree_unreadable(t, "not observed offline"), BIO_RUNNING));
        host = (struct host){t, fact};
        return 0;
}

static inline int teardown(void **state)
{
        (void)state;
        tree_free(host.tree);
        return 0;
}

static const char *const uses[] = {"sshd", NULL};
static const struct bio_parameter parameters[] = {
        {.name = "term", .type = BIO_PARAMETER_TERM, .fallback = "P1Y"},
        {.name = "most", .type = BIO_PARAMETER_INTEGER, .fallback = "10"},
        {.name = "strict", .type = BIO_PARAMETER_BOOL, .fallback = "false"},
        {.name = "names", .type = BIO_PARAMETER_LIST, .fallback = "a,b"},
        {.name = "text", .type = BIO_PARAMETER_TEXT},
        {0},
};

static inline struct bio_check check_of(void (*body)(struct bio_context *c))
{
        return (struct bio_check){
                .id = "test.check", .max_age = "P2D", .uses = uses, .parameters = parameters, .run = body};
}

static inline json_t *run_with(void (*body)(struct bio_context *c), const char *with)
{
        const struct engine_source source = {answer_fact, answer_query, &host, NULL};
        const struct bio_check check = check_of(body);
        _cleanup_json_ json_t *given = NULL;
        _cleanup_free_ char *why = NULL;
        json_t *result;

        if (with)
                assert_int_equal(json_parse(with, strlen(with), &given, NULL), 0);
        result = engine_run(&check, given, NOW, &source);
        /* Whatever a check does, its result is one that a caller takes. */
        if (shape_result(result, "test.check", &why) < 0)
                fail_msg("%s", why);
        return result;
}

static inline json_t *run(void (*body)(struct bio_context *c))
{
        return run_with(body, NULL);
}

static inline const char *status(const json_t *result)
{
        return json_member_string(result, "status");
}

static inline const json_t *finding(const json_t *result, size_t i)
{
        return json_array_get(json_object_get(result, "findings"), i);
}

static inline const json_t *evidence(const json_t *result, size_t i, size_t j)
{
        return json_array_get(json_object_get(finding(result, i), "evidence"), j);
}

static inline size_t finding_count(const json_t *result)
{
        return json_array_size(json_object_get(result, "findings"));
}

static inline void assert_json(const json_t *actual, const char *expected)
{
        _cleanup_free_ char *text = json_text(actual);

        assert_string_equal(text, expected);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
