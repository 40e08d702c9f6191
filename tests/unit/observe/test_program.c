/* SPDX-License-Identifier: EUPL-1.2 */
/* The programs as they are installed, asked over their stream: descriptions, runs, facts, refusals, plug-ins,
 * confinement. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "wire/observer.h"

#define LIBEXEC BUILD_DIR "/stage/" BIOAGENT_LIBEXECDIR

static struct observer *open_observer(const char *checks)
{
        const char *const directories[] = {checks, NULL};
        const struct observer_options options = {
                .libexec = LIBEXEC, .user_change = true, .checks_dirs = checks ? directories : NULL};
        struct observer *o = NULL;
        char *why = NULL;

        if (observer_open(&options, &o, &why) < 0)
                fail_msg("%s", why);
        return o;
}

static json_t *parse(const char *text)
{
        json_t *json = NULL;

        assert_int_equal(json_parse(text, strlen(text), &json, NULL), 0);
        return json;
}

static json_t *describe(struct observer *o)
{
        json_t *description = NULL;
        char *why = NULL;

        if (observer_describe(o, &description, &why) < 0)
                fail_msg("%s", why);
        return description;
}

static const json_t *entry(const json_t *description, const char *list, const char *key, const char *value)
{
        const json_t *entries = json_object_get(description, list);

        for (size_t i = 0; i < json_array_size(entries); i++)
                if (streq(json_member_string(json_array_get(entries, i), key), value))
                        return json_array_get(entries, i);
        return NULL;
}

static void it_describes_what_it_has(void **state)
{
        static const char *const checks[] = {"accounts.uid0", "audit.enabled", "ssh.root-login"};
        static const char *const facts[] = {"accounts", "audit", "login-defs", "packages", "sshd", "systemd"};
        _cleanup_observer_ struct observer *o = open_observer(NULL);
        _cleanup_json_ json_t *description = describe(o);

        (void)state;
        for (size_t i = 0; i < ELEMENTS(checks); i++)
                assert_non_null(entry(description, "checks", "id", checks[i]));
        for (size_t i = 0; i < ELEMENTS(facts); i++)
                assert_non_null(entry(description, "facts", "name", facts[i]));
}

static int run(struct observer *o, const char *plan_text, json_t **results, json_t **done, char **why)
{
        _cleanup_json_ json_t *plan = parse(plan_text);

        return observer_run(o, plan, results, done, why);
}

static const char *status(const json_t *results, size_t i)
{
        return json_member_string(json_array_get(results, i), "status");
}

static void it_runs_a_plan_of_this_host(void **state)
{
        _cleanup_observer_ struct observer *o = open_observer(NULL);
        _cleanup_json_ json_t *results = NULL, *done = NULL;
        _cleanup_free_ char *why = NULL;

        (void)state;
        assert_int_equal(
                run(o,
                    "{\"now\":1769848200,\"root\":\"/"
                    "\",\"checks\":[{\"check\":\"ssh.root-login\"},{\"check\":\"no.such\"},"
                    "{\"check\":\"accounts.uid0\",\"with\":{}},{\"check\":\"audit.enabled\",\"with\":{\"x\":1}}]}",
                    &results, &done, &why),
                0);
        assert_int_equal(json_array_size(results), 4);
        assert_string_equal(json_member_string(json_array_get(results, 0), "observed_at"), "2026-01-31T08:30:00Z");
        assert_string_equal(status(results, 1), "error");
        assert_string_equal(status(results, 3), "error");
        assert_true(json_member_integer(done, "cpu_us", -1) >= 0);
        assert_true(json_member_integer(done, "bytes_read", 0) > 0);
        assert_true(json_is_object(json_object_get(done, "inputs")));
}

/* Offline, so that what this host is does not matter. Twice, on one stream. */
static void it_runs_a_plan_of_an_unpacked_root(void **state)
{
        _cleanup_observer_ struct observer *o = open_observer(NULL);

        (void)state;
        for (int i = 0; i < 2; i++) {
                _cleanup_json_ json_t *results = NULL, *done = NULL;
                _cleanup_free_ char *why = NULL;

                assert_int_equal(run(o,
                                     "{\"now\":1769848200,\"root\":\"" SOURCE_DIR
                                     "/tests/cases/ssh/match-address-opens-root/root\","
                                     "\"checks\":[{\"check\":\"ssh.root-login\"},{\"check\":\"audit.enabled\"}]}",
                                     &results, &done, &why),
                                 0);
                assert_string_equal(status(results, 0), "fail");
                assert_string_equal(status(results, 1), "fail");
        }
}

static void a_root_that_is_not_there_makes_errors(void **state)
{
        _cleanup_observer_ struct observer *o = open_observer(NULL);
        _cleanup_json_ json_t *results = NULL, *done = NULL;
        _cleanup_free_ char *why = NULL;

        (void)state;
        assert_true(run(o, "{\"now\":1,\"root\":\"/nonexistent\",\"checks\":[{\"check\":\"ssh.root-login\"}]}",
                        &results, &done, &why) < 0);
        assert_string_equal(status(results, 0), "error");
        assert_non_null(strstr(why, "/nonexistent"));
}

static void a_plan_of_another_form_is_refused(void **state)
{
        static const char *const plans[] = {
                "{\"now\":1,\"checks\":[]}",
                "{\"now\":1,\"root\":5,\"checks\":[]}",
                "{\"now\":1,\"root\":\"/\",\"checks\":[{\"check\":\"a.b\",\"with\":[]}]}",
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(plans); i++) {
                _cleanup_observer_ struct observer *o = open_observer(NULL);
                _cleanup_json_ json_t *results = NULL, *done = NULL;
                _cleanup_free_ char *why = NULL;

                assert_int_equal(run(o, plans[i], &results, &done, &why), -EPROTO);
                assert_non_null(strstr(why, "refused by the observer"));
        }
}

static json_t *ask_fact(const char *text, char **why)
{
        _cleanup_observer_ struct observer *o = open_observer(NULL);
        _cleanup_json_ json_t *request = parse(text);
        json_t *tree = NULL;

        return observer_fact(o, request, &tree, why) < 0 ? NULL : tree;
}

static void facts_and_queries_give_trees(void **state)
{
        _cleanup_free_ char *why = NULL;
        _cleanup_json_ json_t *fact = ask_fact("{\"fact\":\"accounts\",\"root\":\"/\",\"now\":1}", &why);
        _cleanup_json_ json_t *query = ask_fact(
                "{\"query\":\"accounts.user\",\"arguments\":{\"name\":\"root\"},\"root\":\"/\",\"now\":1}", &why);
        _cleanup_json_ json_t *none = ask_fact("{\"fact\":\"no-such\",\"root\":\"/\",\"now\":1}", &why);

        (void)state;
        assert_string_equal(json_member_string(fact, "type"), "map");
        assert_string_equal(json_member_string(query, "type"), "map");
        assert_string_equal(json_member_string(none, "state"), "undecidable");
}

static void requests_for_facts_of_another_form_are_refused(void **state)
{
        static const char *const requests[] = {
                "{\"fact\":\"accounts\"}",
                "{\"root\":\"/\"}",
                "{\"fact\":\"accounts\",\"query\":\"accounts.user\",\"root\":\"/\"}",
                "{\"query\":\"accounts.user\",\"arguments\":{\"name\":1},\"root\":\"/\"}",
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(requests); i++) {
                _cleanup_free_ char *why = NULL;

                assert_null(ask_fact(requests[i], &why));
                assert_non_null(strstr(why, "refused by the observer"));
        }
}

/* As root: with another user's name, what only root may read is read all the same. */
static void as_root_it_reads_what_root_may_read(void **state)
{
        _cleanup_free_ char *why = NULL;
        _cleanup_json_ json_t *query = NULL;
        const json_t *password;

        (void)state;
        if (geteuid() != 0 || access("/etc/shadow", R_OK) < 0)
                skip();
        query = ask_fact("{\"query\":\"accounts.user\",\"arguments\":{\"name\":\"root\"},\"root\":\"/\",\"now\":1}",
                         &why);
        password = json_object_get(json_object_get(query, "value"), "password");
        assert_null(json_object_get(password, "state"));
        assert_string_equal(json_member_string(password, "source"), "/etc/shadow");
}

/* A line of /proc/PID/status. */
static char *status_line(const char *pid, const char *name)
{
        _cleanup_free_ char *path = must_printf("/proc/%s/status", pid), *text = NULL;
        const char *at;

        if (file_read(AT_FDCWD, path, 1 << 16, &text, NULL) < 0)
                return must_strdup("gone");
        at = strstr(text, name);
        at = at ? at + strlen(name) + strspn(at + strlen(name), ":\t") : "";
        return must_strndup(at, strcspn(at, "\n"));
}

static void both_programs_are_confined(void **state)
{
        _cleanup_observer_ struct observer *o = open_observer(NULL);
        _cleanup_json_ json_t *request = parse("{\"fact\":\"audit\",\"root\":\"/\",\"now\":1}"), *tree = NULL;
        _cleanup_free_ char *path = must_printf("/proc/self/task/%d/children", getpid()), *children = NULL, *why = NULL;
        char *pid, *next;
        int seen = 0;

        (void)state;
        /* This one asks the probe: after the answer both are at work. */
        assert_int_equal(observer_fact(o, request, &tree, &why), 0);
        if (file_read(AT_FDCWD, path, 4096, &children, NULL) < 0)
                skip();
        for (pid = children; *pid; pid = next, seen++) {
                _cleanup_free_ char *no_new = NULL, *seccomp = NULL, *name = NULL;

                next = pid + strcspn(pid, " ");
                if (*next)
                        *next++ = '\0';
                name = status_line(pid, "Name");
                no_new = status_line(pid, "NoNewPrivs");
                seccomp = status_line(pid, "Seccomp");
                if (!streq(no_new, "1") || !streq(seccomp, "2"))
                        fail_msg("%s: NoNewPrivs %s, Seccomp %s", name, no_new, seccomp);
        }
        assert_int_equal(seen, 2);
}

static void they_end_with_the_stream(void **state)
{
        struct observer *o = open_observer(NULL);

        (void)state;
        observer_close(o);
        assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
        assert_int_equal(errno, ECHILD);
}

/* The example plug-in as an administrator installs it: described, run, and refused where it is writable. */
static void a_plugin_is_run_like_any_check(void **state)
{
        _cleanup_free_ char *directory = must_strdup(BUILD_DIR "/bioagent-test-XXXXXX"), *file = NULL, *bytes = NULL,
                            *why = NULL;
        _cleanup_json_ json_t *description = NULL, *results = NULL, *done = NULL, *refused = NULL;
        struct observer *o;
        size_t length;
        bool right;

        (void)state;
        assert_non_null(mkdtemp(directory));
        assert_int_equal(chmod(directory, 0755), 0);
        file = must_printf("%s/example.so", directory);
        assert_int_equal(file_read(AT_FDCWD, BUILD_DIR "/tests/plugins/example.so", 64 << 20, &bytes, &length), 0);
        assert_int_equal(file_write_durably(AT_FDCWD, file, 0644, bytes, length, false), 0);

        o = open_observer(directory);
        description = describe(o);
        right = entry(description, "checks", "id", "example.root-password") != NULL;
        if (right) {
                assert_int_equal(run(o,
                                     "{\"now\":1,\"root\":\"/"
                                     "\",\"checks\":[{\"check\":\"example.root-password\",\"with\":{\"state\":"
                                     "\"no such state\"}}]}",
                                     &results, &done, &why),
                                 0);
                assert_string_equal(status(results, 0), "fail");
        }
        observer_close(o);

        assert_int_equal(chmod(file, 0666), 0);
        o = open_observer(directory);
        refused = describe(o);
        observer_close(o);
        (void)unlink(file);
        (void)rmdir(directory);
        assert_null(entry(refused, "checks", "id", "example.root-password"));
        /* Where the build lies below a directory that others can write, it was refused before too. */
        if (right)
                assert_string_equal(json_member_string(entry(refused, "refused", "path", file), "why"),
                                    "is writable by group or others");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(it_describes_what_it_has),
                cmocka_unit_test(it_runs_a_plan_of_this_host),
                cmocka_unit_test(it_runs_a_plan_of_an_unpacked_root),
                cmocka_unit_test(a_root_that_is_not_there_makes_errors),
                cmocka_unit_test(a_plan_of_another_form_is_refused),
                cmocka_unit_test(facts_and_queries_give_trees),
                cmocka_unit_test(requests_for_facts_of_another_form_are_refused),
                cmocka_unit_test(as_root_it_reads_what_root_may_read),
                cmocka_unit_test(both_programs_are_confined),
                cmocka_unit_test(they_end_with_the_stream),
                cmocka_unit_test(a_plugin_is_run_like_any_check),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
