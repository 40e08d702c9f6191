/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/json.h"
#include "facts_of_files.h"

/* What the probe answers, and how often it was asked. */
static const char *probe_says;
static int probe_asked;

static json_t *say(void *user)
{
        (void)user;
        probe_asked++;
        return probe_says ? json_loads(probe_says, 0, NULL) : NULL;
}

static const struct live_probe probe = {.audit_status = say, .audit_rules = say};

/* The fact as it is where something runs, with what the probe says. */
static const struct bio_node *audit(const char *says)
{
        probe_says = says;
        probe_asked = 0;
        forget_facts();
        facts_access_of_root = open_root();
        facts_live_of_root = live_new(&probe, false);
        facts_of_root = facts_new(facts_access_of_root, facts_live_of_root, NULL, NULL);
        return facts_get(facts_of_root, "audit");
}

static void the_status_is_that_of_the_probe(void **state)
{
        const struct bio_node *fact = audit(
                                      "{\"enabled\":1,\"failure\":1,\"pid\":0,\"rate_limit\":0,\"backlog_limit\":64,"
                                      "\"lost\":0,\"backlog\":0}"),
                              *status = tree_get(fact, "status");

        (void)state;
        assert_int_equal(probe_asked, 2); /* status and rules */
        assert_int_equal(tree_integer_of(tree_get(status, "enabled")), 1);
        assert_int_equal(tree_integer_of(tree_get(status, "backlog_limit")), 64);
        assert_int_equal(tree_basis_of(tree_get(status, "enabled")), BIO_RUNNING);
        assert_string_equal(tree_source(tree_get(status, "enabled")), "kernel audit");
        assert_why(tree_get(fact, "daemon"), BIO_ABSENT, "no process takes");
        assert_int_equal(tree_basis_of(tree_get(fact, "daemon")), BIO_RUNNING);
}

static void the_daemon_is_the_process_that_the_kernel_names(void **state)
{
        _cleanup_free_ char *says = must_printf("{\"enabled\":1,\"pid\":%d}", (int)getpid());
        const struct bio_node *daemon = tree_get(audit(says), "daemon");

        (void)state;
        assert_int_equal(tree_integer_of(tree_get(daemon, "pid")), getpid());
        assert_int_equal(tree_state(tree_get(daemon, "name")), BIO_KNOWN);
        daemon = tree_get(audit("{\"enabled\":1,\"pid\":4194305}"), "daemon"); /* beyond the kernel's largest */
        assert_why(daemon, BIO_ABSENT, "no process 4194305");
}

static void what_the_probe_cannot_say_is_unreadable(void **state)
{
        static const struct {
                const char *says, *why;
        } answers[] = {
                {"{\"error\":\"not permitted (needs root on the host itself)\"}", "not permitted"},
                {NULL, "another form"},
                {"{\"enabled\":1.5,\"pid\":1}", "another form"},
                {"{\"error\":\"\"}", ""},
        };
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(answers); i++) {
                const struct bio_node *fact = audit(answers[i].says);

                assert_why(tree_get(fact, "status"), BIO_UNREADABLE, answers[i].why);
                assert_why(tree_get(fact, "daemon"), BIO_UNREADABLE, answers[i].why);
        }
        assert_why(tree_get(audit("{\"enabled\":1}"), "daemon"), BIO_UNREADABLE, "names no process");
        assert_why(tree_get(audit("{\"enabled\":1,\"pid\":\"1\"}"), "daemon"), BIO_UNREADABLE, "names no process");
        assert_why(tree_get(audit("{\"enabled\":1,\"pid\":-1}"), "daemon"), BIO_ABSENT, "no process takes");
}

static void offline_nothing_is_observed(void **state)
{
        const struct bio_node *fact;

        (void)state;
        forget_facts();
        fact = facts_get(root_facts(), "audit");
        assert_why(tree_get(fact, "status"), BIO_UNREADABLE, "not observed offline");
        assert_why(tree_get(fact, "daemon"), BIO_UNREADABLE, "not observed offline");
        assert_why(tree_get(fact, "container"), BIO_UNREADABLE, "not observed offline");
        assert_int_equal(tree_basis_of(tree_get(fact, "status")), BIO_RUNNING);
}

static void without_a_probe_that_is_said(void **state)
{
        (void)state;
        forget_facts();
        facts_access_of_root = open_root();
        facts_live_of_root = live_new(NULL, false);
        facts_of_root = facts_new(facts_access_of_root, facts_live_of_root, NULL, NULL);
        assert_why(tree_get(facts_get(facts_of_root, "audit"), "status"), BIO_UNREADABLE, "no probe");
}

#define WITH_ROOT(test) cmocka_unit_test_setup_teardown(test, setup_facts, teardown_facts)

int main(void)
{
        const struct CMUnitTest tests[] = {
                WITH_ROOT(the_status_is_that_of_the_probe),
                WITH_ROOT(the_daemon_is_the_process_that_the_kernel_names),
                WITH_ROOT(what_the_probe_cannot_say_is_unreadable),
                WITH_ROOT(offline_nothing_is_observed),
                WITH_ROOT(without_a_probe_that_is_said),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
