/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "facts/proc.h"

static struct tree *t;

static int setup(void **state)
{
        (void)state;
        t = tree_new();
        return 0;
}

static int teardown(void **state)
{
        (void)state;
        tree_free(t);
        return 0;
}

/* A child of a name that waits until it is killed. */
static pid_t child_named(const char *name)
{
        int ready[2];
        pid_t pid;
        char c;

        assert_int_equal(pipe(ready), 0);
        pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
                (void)prctl(PR_SET_NAME, name, 0, 0, 0);
                (void)close(ready[0]);
                (void)close(ready[1]);
                for (;;)
                        (void)pause();
        }
        (void)close(ready[1]);
        assert_int_equal(read(ready[0], &c, 1), 0);
        (void)close(ready[0]);
        return pid;
}

static void end_child(pid_t pid)
{
        assert_int_equal(kill(pid, SIGKILL), 0);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void a_process_has_name_arguments_and_start(void **state)
{
        const struct bio_node *node = proc_process(t, getpid());
        int64_t start = tree_integer_of(tree_get(node, "start"));

        (void)state;
        assert_int_equal(tree_integer_of(tree_get(node, "pid")), getpid());
        assert_string_equal(tree_bytes_of(tree_get(node, "name"), NULL), "unit_facts_proc");
        assert_non_null(strstr(tree_bytes_of(tree_at(tree_get(node, "argv"), 0), NULL), "unit_facts_proc"));
        assert_int_equal(tree_basis_of(node), BIO_RUNNING);
        /* btime and ticks are whole seconds, and a test does not run for an hour. */
        assert_true(start <= time(NULL) + 2 && start >= time(NULL) - 3600);
}

static void who_is_not_there_is_absent(void **state)
{
        _cleanup_(proc_names_done) struct proc_names seen = {0};

        (void)state;
        assert_int_equal(tree_state(proc_process(t, 4194305)), BIO_ABSENT);
        assert_int_equal(tree_state(proc_process(t, -1)), BIO_ABSENT);
        assert_int_equal(tree_count(proc_processes(&seen, t, "no such name")), 0);
}

/* comm may hold anything, also what looks like the fields behind it. */
static void names_that_look_like_fields_are_names(void **state)
{
        static const char *const names[] = {"a) R 1 2 3 (b", "((((", "))))", "auditd\n0 0", " "};
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(names); i++) {
                _cleanup_(proc_names_done) struct proc_names seen = {0};
                pid_t pid = child_named(names[i]);
                const struct bio_node *node = proc_process(t, pid), *list = proc_processes(&seen, t, names[i]);

                assert_string_equal(tree_bytes_of(tree_get(node, "name"), NULL), names[i]);
                assert_true(tree_integer_of(tree_get(node, "start")) > 0);
                assert_true(tree_count(list) >= 1);
                end_child(pid);
        }
}

/* The names are those of the first question: who comes later is not seen, and who has gone since is not in an answer.
 */
static void all_answers_are_of_one_moment(void **state)
{
        _cleanup_(proc_names_done) struct proc_names seen = {0};
        pid_t before = child_named("one-moment"), after;

        (void)state;
        assert_int_equal(tree_count(proc_processes(&seen, t, "one-moment")), 1);
        after = child_named("one-moment");
        assert_int_equal(tree_count(proc_processes(&seen, t, "one-moment")), 1);
        end_child(before);
        assert_int_equal(tree_count(proc_processes(&seen, t, "one-moment")), 0);
        end_child(after);
}

static void one_that_has_ended_has_no_arguments(void **state)
{
        const struct bio_node *node;
        siginfo_t ended;
        pid_t pid = fork();

        (void)state;
        assert_true(pid >= 0);
        if (pid == 0)
                _exit(0);
        assert_int_equal(waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOWAIT), 0);
        node = proc_process(t, pid);
        assert_int_equal(tree_count(tree_get(node, "argv")), 0);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        assert_int_equal(tree_state(proc_process(t, pid)), BIO_ABSENT);
}

static void a_container_is_none_or_a_kind(void **state)
{
        const struct bio_node *node = proc_container(t);

        (void)state;
        assert_int_equal(tree_state(node), BIO_KNOWN);
        assert_true(strlen(tree_bytes_of(node, NULL)) > 0);
        assert_int_equal(tree_basis_of(node), BIO_RUNNING);
}

#define WITH_TREE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
        const struct CMUnitTest tests[] = {
                WITH_TREE(a_process_has_name_arguments_and_start), WITH_TREE(who_is_not_there_is_absent),
                WITH_TREE(names_that_look_like_fields_are_names),  WITH_TREE(all_answers_are_of_one_moment),
                WITH_TREE(one_that_has_ended_has_no_arguments),    WITH_TREE(a_container_is_none_or_a_kind),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
