/* SPDX-License-Identifier: EUPL-1.2 */
/* The caller's side against observers of every kind. This program is also those observers: started under the name of
 * bioagent-observe, it behaves as its argument --checks says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "wire/observer.h"
#include "wire/wire.h"

#define SOON 300        /* ms, for what is to time out */
#define LATE 20000      /* ms, for what is to happen */
#define NOW  1769848200 /* 2026-01-31T08:30:00Z */

/* The observers */

static const char descriptors[] =
        "{\"checks\":[{\"id\":\"a.one\",\"title\":{},\"why\":{},\"fix\":{},\"severity\":\"high\",\"aspect\":"
        "\"operation\","
        "\"max_age\":\"P9D\",\"uses\":[],\"parameters\":[],\"origin\":\"built-in\"}],\"facts\":[],\"refused\":[]}";

static json_t *parse(const char *text)
{
        json_t *json = NULL;

        if (json_parse(text, strlen(text), &json, NULL) < 0)
                abort();
        return json;
}

static void say(enum wire_type type, const char *text)
{
        _cleanup_json_ json_t *body = parse(text);

        (void)wire_send(0, type, body);
}

static void say_result(const char *check)
{
        _cleanup_free_ char *text =
                must_printf("{\"check\":\"%s\",\"with\":{},\"status\":\"pass\",\"aspect\":\"existence\",\"basis\":["
                            "\"disk\"],\"observed_at\":"
                            "\"2026-01-31T08:30:00Z\",\"max_age\":\"P2D\",\"changes_at\":null,\"because\":null,"
                            "\"counts\":{\"pass\":1},"
                            "\"findings\":[{\"subject\":\"s\",\"status\":\"pass\",\"evidence\":[]}],\"duration_us\":1}",
                            check);

        say(WIRE_RESULT, text);
}

/* What this process is, as the body of DONE. */
static void say_who(void)
{
        struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
        struct __user_cap_data_struct data[2] = {0};
        _cleanup_json_ json_t *done = json_must(json_object());
        json_t *environment = json_must(json_array()), *open = json_must(json_array());
        uint64_t bounding = 0;

        (void)syscall(SYS_capget, &header, data);
        for (int i = 0; prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; i++)
                bounding |= (uint64_t)prctl(PR_CAPBSET_READ, i, 0, 0, 0) << i;
        for (char **e = environ; *e; e++)
                json_push(environment, json_safe_string(*e, strlen(*e)));
        for (int fd = 0; fd < 100; fd++)
                if (fcntl(fd, F_GETFD) >= 0)
                        json_push(open, json_integer(fd));
        json_set(done, "uid", json_integer(getuid()));
        json_set(done, "gid", json_integer(getgid()));
        json_set(done, "groups", json_integer(getgroups(0, NULL)));
        json_set(done, "permitted", json_integer((json_int_t)(data[0].permitted | (uint64_t)data[1].permitted << 32)));
        json_set(done, "effective", json_integer((json_int_t)(data[0].effective | (uint64_t)data[1].effective << 32)));
        json_set(done, "bounding", json_integer((json_int_t)bounding));
        json_set(done, "environment", environment);
        json_set(done, "open", open);
        (void)wire_send(0, WIRE_DONE, done);
}

static void run_well(void)
{
        say(WIRE_READING, "{\"fact\":\"sshd\"}");
        say_result("a.one");
        say_result("a.two");
        say(WIRE_DONE, "{\"cpu_us\":1}");
}

static void run_then_hang(void)
{
        say_result("a.one");
        say(WIRE_READING, "{\"fact\":\"accounts\"}");
        for (;;)
                pause();
}

static void run_then_die(void)
{
        say_result("a.one");
        say(WIRE_READING, "{\"fact\":\"accounts\"}");
        raise(SIGKILL);
}

static void run_then_exit(void)
{
        _exit(4);
}

static void run_malformed(void)
{
        say(WIRE_RESULT, "{\"check\":\"a.one\"}");
        say_result("a.two");
        say(WIRE_DONE, "{}");
}

static void run_swapped(void)
{
        say_result("a.two");
        say_result("a.one");
        say(WIRE_DONE, "{}");
}

static void run_too_many(void)
{
        for (int i = 0; i < 3; i++)
                say_result(i == 0 ? "a.one" : "a.two");
        say(WIRE_DONE, "{}");
}

static void run_too_few(void)
{
        say_result("a.one");
        say(WIRE_DONE, "{}");
}

static void run_garbage(void)
{
        (void)!write(0, "GET / HTTP/1.1\r\n", 16);
        for (;;)
                pause();
}

static void run_refused(void)
{
        say(WIRE_REFUSED, "{\"why\":\"not today\"}");
}

static void run_who(void)
{
        say_result("a.one");
        say_result("a.two");
        say_who();
}

static const struct {
        const char *name;
        void (*run)(void);
} manners[] = {
        {"well", run_well},           {"hang", run_then_hang},  {"die", run_then_die},      {"exit", run_then_exit},
        {"malformed", run_malformed}, {"swapped", run_swapped}, {"too-many", run_too_many}, {"too-few", run_too_few},
        {"garbage", run_garbage},     {"refused", run_refused}, {"who", run_who},
};

static int observe(const char *manner)
{
        _cleanup_free_ char *why = NULL;

        if (streq(manner, "deaf"))
                for (;;)
                        pause();
        if (streq(manner, "gone"))
                return 3;
        if (streq(manner, "other-build")) {
                say(WIRE_HELLO, "{\"build\":\"0.0.0+0\",\"program\":\"observe\"}");
                return 0;
        }
        if (wire_hello(0, "observe", wire_deadline(LATE), &why) < 0)
                return 4;
        for (;;) {
                _cleanup_json_ json_t *body = NULL;
                enum wire_type type;

                if (wire_receive(0, 0, &type, &body) <= 0)
                        return 0;
                if (type == WIRE_DESCRIBE)
                        say(WIRE_DESCRIPTORS, streq(manner, "describes-nothing") ? "{}" : descriptors);
                if (type == WIRE_FACT)
                        say(WIRE_TREE, "{\"fact\":\"sshd\",\"tree\":{\"type\":\"map\"}}");
                for (size_t i = 0; type == WIRE_RUN && i < ELEMENTS(manners); i++)
                        if (streq(manners[i].name, manner))
                                manners[i].run();
        }
}

/* The caller */

static char libexec[] = "/tmp/bioagent-test-XXXXXX";

static int make_programs(void **state)
{
        _cleanup_free_ char *observer = NULL, *exe = realpath("/proc/self/exe", NULL);

        (void)state;
        if (!exe || !mkdtemp(libexec) || chmod(libexec, 0755) < 0)
                return -1;
        observer = must_printf("%s/bioagent-observe", libexec);
        return symlink(exe, observer);
}

static int remove_programs(void **state)
{
        _cleanup_free_ char *observer = must_printf("%s/bioagent-observe", libexec);

        (void)state;
        (void)unlink(observer);
        return rmdir(libexec);
}

static int open_observer(const char *manner, uint64_t timeout, bool user_change, struct observer **ret, char **why)
{
        const char *const checks[] = {manner, NULL};
        const struct observer_options options = {
                .libexec = libexec, .user_change = user_change, .timeout_ms = timeout, .checks_dirs = checks};

        return observer_open(&options, ret, why);
}

static json_t *plan_of_two(void)
{
        return parse("{\"now\":1769848200,\"root\":\"/"
                     "\",\"checks\":[{\"check\":\"a.one\",\"with\":{\"x\":1}},{\"check\":\"a.two\"}]}");
}

struct outcome {
        int r;
        json_t *results, *done;
        char *why;
};

static void drop_outcome(struct outcome *o)
{
        json_decref(o->results);
        json_decref(o->done);
        free(o->why);
}

#define _cleanup_outcome_ _cleanup_(drop_outcome)

static struct outcome run(const char *manner, uint64_t timeout)
{
        _cleanup_observer_ struct observer *o = NULL;
        _cleanup_json_ json_t *plan = plan_of_two();
        struct outcome outcome = {0};

        assert_int_equal(open_observer(manner, timeout, false, &o, &outcome.why), 0);
        outcome.r = observer_run(o, plan, &outcome.results, &outcome.done, &outcome.why);
        return outcome;
}

static const char *status_of(const struct outcome *o, size_t i)
{
        return json_member_string(json_array_get(o->results, i), "status");
}

static const char *note_of(const struct outcome *o, size_t i)
{
        const json_t *finding = json_array_get(json_object_get(json_array_get(o->results, i), "findings"), 0);

        return json_member_string(json_array_get(json_object_get(finding, "evidence"), 0), "note");
}

static void results_come_in_the_plans_order(void **state)
{
        _cleanup_outcome_ struct outcome o = run("well", LATE);

        (void)state;
        assert_int_equal(o.r, 0);
        assert_int_equal(json_array_size(o.results), 2);
        assert_string_equal(json_member_string(json_array_get(o.results, 1), "check"), "a.two");
        assert_string_equal(status_of(&o, 0), "pass");
        assert_non_null(o.done);
}

static void what_is_missing_at_the_deadline_is_an_error_that_names_the_fact(void **state)
{
        _cleanup_outcome_ struct outcome o = run("hang", SOON);

        (void)state;
        assert_int_equal(o.r, -ETIMEDOUT);
        assert_string_equal(status_of(&o, 0), "pass");
        assert_string_equal(status_of(&o, 1), "error");
        assert_string_equal(note_of(&o, 1), "not answered by the deadline, while fact accounts was being read");
        assert_null(o.done);
}

static void an_observer_that_dies_is_an_error_that_names_the_signal(void **state)
{
        _cleanup_outcome_ struct outcome o = run("die", LATE);

        (void)state;
        assert_int_equal(o.r, -EPIPE);
        assert_string_equal(status_of(&o, 0), "pass");
        assert_string_equal(note_of(&o, 1), "observer ended (signal 9), while fact accounts was being read");
        assert_string_equal(o.why, note_of(&o, 1));
}

/* A missing result is whole: it has what the descriptor says and the parameters of the plan. */
static void an_observer_that_exits_leaves_whole_results(void **state)
{
        _cleanup_outcome_ struct outcome o = run("exit", LATE);
        const json_t *result = json_array_get(o.results, 0);
        _cleanup_json_ json_t *expected = parse("{\"check\":\"a.one\",\"with\":{\"x\":1},\"status\":\"error\","
                                                "\"aspect\":\"operation\",\"basis\":[],\"observed_at\":"
                                                "\"2026-01-31T08:30:00Z\",\"max_age\":\"P9D\",\"changes_at\":null,"
                                                "\"because\":\"observer ended (status 4)\","
                                                "\"counts\":{\"error\":1},\"findings\":[{\"subject\":\"check:a.one\","
                                                "\"status\":\"error\",\"evidence\":[{\"decides\":"
                                                "true,\"note\":\"observer ended (status 4)\"}]}],\"duration_us\":0}");

        (void)state;
        assert_true(json_equal(result, expected));
        assert_string_equal(status_of(&o, 1), "error");
}

static void a_malformed_result_is_an_error_of_its_check_alone(void **state)
{
        _cleanup_outcome_ struct outcome o = run("malformed", LATE);

        (void)state;
        assert_int_equal(o.r, 0);
        assert_string_equal(status_of(&o, 0), "error");
        assert_non_null(strstr(note_of(&o, 0), "malformed"));
        assert_string_equal(status_of(&o, 1), "pass");
}

static void a_result_of_another_check_than_asked_is_malformed(void **state)
{
        _cleanup_outcome_ struct outcome o = run("swapped", LATE);

        (void)state;
        assert_string_equal(status_of(&o, 0), "error");
        assert_string_equal(json_member_string(json_array_get(o.results, 0), "check"), "a.one");
        assert_string_equal(status_of(&o, 1), "error");
}

static void more_or_fewer_results_than_asked_break_the_run(void **state)
{
        _cleanup_outcome_ struct outcome many = run("too-many", LATE), few = run("too-few", LATE);

        (void)state;
        assert_int_equal(many.r, -EBADMSG);
        assert_int_equal(json_array_size(many.results), 2);
        assert_int_equal(few.r, -EBADMSG);
        assert_string_equal(status_of(&few, 0), "pass");
        assert_string_equal(status_of(&few, 1), "error");
}

static void garbage_breaks_the_run(void **state)
{
        _cleanup_outcome_ struct outcome o = run("garbage", LATE);

        (void)state;
        assert_int_equal(o.r, -EBADMSG);
        assert_string_equal(status_of(&o, 0), "error");
        assert_string_equal(note_of(&o, 0), "the observer's answer is malformed");
}

static void a_refusal_is_told(void **state)
{
        _cleanup_outcome_ struct outcome o = run("refused", LATE);

        (void)state;
        assert_int_equal(o.r, -EPROTO);
        assert_string_equal(note_of(&o, 1), "refused by the observer: not today");
}

static void an_observer_that_cannot_describe_its_checks_runs_none(void **state)
{
        _cleanup_outcome_ struct outcome o = run("describes-nothing", LATE);

        (void)state;
        assert_int_equal(o.r, -EBADMSG);
        assert_int_equal(json_array_size(o.results), 2);
        assert_string_equal(status_of(&o, 0), "error");
}

static void after_a_break_nothing_is_asked(void **state)
{
        _cleanup_observer_ struct observer *o = NULL;
        _cleanup_json_ json_t *plan = plan_of_two(), *request = json_object();
        struct outcome first = {0};
        _cleanup_outcome_ struct outcome second = {0};
        _cleanup_free_ char *opening = NULL, *why = NULL;
        json_t *tree = NULL;

        (void)state;
        assert_int_equal(open_observer("die", LATE, false, &o, &opening), 0);
        first.r = observer_run(o, plan, &first.results, &first.done, &first.why);
        drop_outcome(&first);
        second.r = observer_run(o, plan, &second.results, &second.done, &second.why);
        assert_int_equal(second.r, -ENOTCONN);
        assert_string_equal(status_of(&second, 0), "error");
        assert_int_equal(observer_fact(o, request, &tree, &why), -ENOTCONN);
        assert_non_null(strstr(why, "signal 9"));
}

static void a_plan_that_is_none_is_not_sent(void **state)
{
        _cleanup_observer_ struct observer *o = NULL;
        _cleanup_json_ json_t *plan = parse("{\"now\":1,\"root\":\"/\",\"checks\":[{}]}");
        _cleanup_outcome_ struct outcome outcome = {0};
        _cleanup_free_ char *opening = NULL;

        (void)state;
        assert_int_equal(open_observer("well", LATE, false, &o, &opening), 0);
        outcome.r = observer_run(o, plan, &outcome.results, &outcome.done, &outcome.why);
        assert_int_equal(outcome.r, -EINVAL);
}

static void facts_are_asked_one_by_one(void **state)
{
        _cleanup_observer_ struct observer *o = NULL;
        _cleanup_json_ json_t *request = json_object(), *tree = NULL;
        _cleanup_free_ char *why = NULL;

        (void)state;
        assert_int_equal(open_observer("well", LATE, false, &o, &why), 0);
        assert_int_equal(observer_fact(o, request, &tree, &why), 0);
        assert_string_equal(json_member_string(tree, "type"), "map");
}

static void another_build_is_not_used(void **state)
{
        struct observer *o = NULL;
        _cleanup_free_ char *why = NULL;

        (void)state;
        assert_int_equal(open_observer("other-build", LATE, false, &o, &why), -EPROTO);
        assert_non_null(strstr(why, "0.0.0+0"));
}

static void an_observer_that_is_not_there_is_told(void **state)
{
        const struct observer_options options = {.libexec = "/nonexistent"};
        struct observer *o = NULL;
        _cleanup_free_ char *why = NULL;

        (void)state;
        assert_int_equal(observer_open(&options, &o, &why), -ENOENT);
        assert_non_null(strstr(why, "/nonexistent/bioagent-observe"));
}

static void an_observer_that_ends_before_its_greeting_is_told(void **state)
{
        struct observer *o = NULL;
        _cleanup_free_ char *why = NULL;

        (void)state;
        assert_true(open_observer("gone", LATE, false, &o, &why) < 0);
        assert_string_equal(why, "observer ended (status 3)");
}

static uint64_t milliseconds(void)
{
        struct timespec now;

        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* One that neither answers nor ends is killed, and leaves no zombie. */
static void an_observer_that_does_not_end_is_killed(void **state)
{
        struct observer *o = NULL;
        _cleanup_free_ char *why = NULL;
        uint64_t started = milliseconds();

        (void)state;
        assert_int_equal(open_observer("deaf", SOON, false, &o, &why), -ETIMEDOUT);
        assert_true(milliseconds() - started < LATE);
        assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
        assert_int_equal(errno, ECHILD);
}

static bool contains(const json_t *array, const char *text)
{
        for (size_t i = 0; i < json_array_size(array); i++)
                if (starts_with(json_string_value(json_array_get(array, i)), text))
                        return true;
        return false;
}

static void an_observer_gets_nothing_of_its_callers(void **state)
{
        _cleanup_fd_ int stray = open("/dev/null", O_RDONLY); /* not close-on-exec, as a library may leave one */
        const json_t *open_fds;

        (void)state;
        assert_int_equal(setenv("LD_PRELOAD_OF_THE_CALLER", "1", 1), 0);
        _cleanup_outcome_ struct outcome o = run("who", LATE);
        open_fds = json_object_get(o.done, "open");
        assert_false(contains(json_object_get(o.done, "environment"), "LD_PRELOAD_OF_THE_CALLER"));
        assert_int_equal(json_array_size(open_fds), 3);
        assert_int_equal(json_integer_value(json_array_get(open_fds, 2)), 2);
}

static void as_root_the_observer_is_another_user_with_one_capability(void **state)
{
        _cleanup_observer_ struct observer *o = NULL;
        _cleanup_json_ json_t *plan = plan_of_two();
        _cleanup_outcome_ struct outcome outcome = {0};
        const json_int_t only = (json_int_t)1 << CAP_DAC_READ_SEARCH;
        const struct passwd *user;

        (void)state;
        if (geteuid() != 0 || prctl(PR_CAPBSET_READ, CAP_DAC_READ_SEARCH, 0, 0, 0) != 1)
                skip();
        user = getpwnam("bioagent-observe");
        user = user ? user : getpwnam("nobody");
        assert_int_equal(open_observer("who", LATE, true, &o, &outcome.why), 0);
        outcome.r = observer_run(o, plan, &outcome.results, &outcome.done, &outcome.why);
        assert_int_equal(outcome.r, 0);
        assert_int_equal(json_member_integer(outcome.done, "uid", -1), user->pw_uid);
        assert_int_equal(json_member_integer(outcome.done, "gid", -1), user->pw_gid);
        assert_int_equal(json_member_integer(outcome.done, "groups", -1), 0);
        assert_int_equal(json_member_integer(outcome.done, "permitted", -1), only);
        assert_int_equal(json_member_integer(outcome.done, "effective", -1), only);
        assert_int_equal(json_member_integer(outcome.done, "bounding", -1), only);
}

static pid_t listen_as(const char *path, const char *manner)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        pid_t pid;

        memcpy(address.sun_path, path, strlen(path));
        assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
        assert_int_equal(listen(fd, 1), 0);
        pid = fork();
        if (pid == 0) {
                int stream = accept(fd, NULL, NULL);

                if (stream < 0 || dup2(stream, 0) < 0)
                        _exit(5);
                close(stream);
                _exit(observe(manner));
        }
        close(fd);
        return pid;
}

static void a_service_is_reached_at_its_socket(void **state)
{
        _cleanup_free_ char *path = must_printf("%s/observe", libexec), *why = NULL;
        const struct observer_options options = {.socket = path, .timeout_ms = LATE};
        struct observer *o = NULL;
        _cleanup_json_ json_t *plan = plan_of_two();
        _cleanup_outcome_ struct outcome outcome = {0};
        pid_t pid = listen_as(path, "die");

        (void)state;
        assert_int_equal(observer_open(&options, &o, &why), 0);
        outcome.r = observer_run(o, plan, &outcome.results, &outcome.done, &outcome.why);
        assert_int_equal(outcome.r, -EPIPE);
        assert_string_equal(outcome.why, "observer ended, while fact accounts was being read");
        observer_close(o);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        /* Nobody listens any more. */
        assert_int_equal(observer_open(&options, &o, &why), -ECONNREFUSED);
        assert_non_null(strstr(why, path));
        (void)unlink(path);
}

static void libexec_lies_beside_the_program(void **state)
{
        _cleanup_free_ char *found = observer_libexec();

        (void)state;
        assert_true(ends_with(found, "/" BIOAGENT_LIBEXECDIR));
        assert_true(starts_with(found, BUILD_DIR "/tests"));
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(results_come_in_the_plans_order),
                cmocka_unit_test(what_is_missing_at_the_deadline_is_an_error_that_names_the_fact),
                cmocka_unit_test(an_observer_that_dies_is_an_error_that_names_the_signal),
                cmocka_unit_test(an_observer_that_exits_leaves_whole_results),
                cmocka_unit_test(a_malformed_result_is_an_error_of_its_check_alone),
                cmocka_unit_test(a_result_of_another_check_than_asked_is_malformed),
                cmocka_unit_test(more_or_fewer_results_than_asked_break_the_run),
                cmocka_unit_test(garbage_breaks_the_run),
                cmocka_unit_test(a_refusal_is_told),
                cmocka_unit_test(an_observer_that_cannot_describe_its_checks_runs_none),
                cmocka_unit_test(after_a_break_nothing_is_asked),
                cmocka_unit_test(a_plan_that_is_none_is_not_sent),
                cmocka_unit_test(facts_are_asked_one_by_one),
                cmocka_unit_test(another_build_is_not_used),
                cmocka_unit_test(an_observer_that_is_not_there_is_told),
                cmocka_unit_test(an_observer_that_ends_before_its_greeting_is_told),
                cmocka_unit_test(an_observer_that_does_not_end_is_killed),
                cmocka_unit_test(an_observer_gets_nothing_of_its_callers),
                cmocka_unit_test(as_root_the_observer_is_another_user_with_one_capability),
                cmocka_unit_test(a_service_is_reached_at_its_socket),
                cmocka_unit_test(libexec_lies_beside_the_program),
        };

        if (ends_with(argv[0], "/bioagent-observe"))
                return observe(argv[argc - 1]);
        return cmocka_run_group_tests(tests, make_programs, remove_programs);
}
