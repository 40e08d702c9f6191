/* SPDX-License-Identifier: EUPL-1.2 */
/* bioagent-probe as it is, on a stream of our own. It only asks the kernel for its audit status; nothing is changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/json.h"
#include "base/text.h"
#include "probe/audit_status.h"
#include "wire/wire.h"

#define PROGRAM     BUILD_DIR "/stage/libexec/bioagent/bioagent-probe"
#define PATIENCE_MS 20000
#define NOBODY      65534

struct probe {
        pid_t pid;
        int stream;
};

static const int numbers_of_nobody = NOBODY;

static void become_nobody(void)
{
        if (setgroups(0, NULL) < 0 || setgid((gid_t)numbers_of_nobody) < 0 || setuid((uid_t)numbers_of_nobody) < 0)
                _exit(126);
}

static struct probe start(bool as_nobody)
{
        char *const arguments[] = {(char *)"bioagent-probe", NULL}, *const environment[] = {NULL};
        int pair[2], program = open(PROGRAM, O_RDONLY | O_CLOEXEC);
        struct probe probe;

        if (program < 0)
                fail_msg("%s: %s", PROGRAM, strerror(errno));
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
        probe.pid = fork();
        assert_true(probe.pid >= 0);
        if (probe.pid == 0) {
                int quiet = open("/dev/null", O_WRONLY | O_CLOEXEC);

                if (dup2(pair[1], 0) < 0 || dup2(quiet, 2) < 0)
                        _exit(126);
                if (as_nobody)
                        become_nobody();
                (void)fexecve(program, arguments, environment);
                _exit(127);
        }
        (void)close(pair[1]);
        (void)close(program);
        probe.stream = pair[0];
        return probe;
}

/* Closes the stream; the status with which the program ended. */
static int end(struct probe *probe)
{
        int status;

        if (probe->stream >= 0)
                (void)close(probe->stream);
        assert_int_equal(waitpid(probe->pid, &status, 0), probe->pid);
        assert_true(WIFEXITED(status));
        return WEXITSTATUS(status);
}

static void greet(struct probe *probe)
{
        _cleanup_free_ char *why = NULL;
        int r = wire_hello(probe->stream, "observe", wire_deadline(PATIENCE_MS), &why);

        if (r < 0)
                fail_msg("hello: %s", why ? why : strerror(-r));
}

static json_t *ask(struct probe *probe, enum wire_type type, enum wire_type *answered)
{
        json_t *body = json_object(), *answer = NULL;

        assert_int_equal(wire_send(probe->stream, type, body), 0);
        json_decref(body);
        assert_int_equal(wire_receive(probe->stream, wire_deadline(PATIENCE_MS), answered, &answer), 1);
        return answer;
}

/* --- what it answers */

static const char *const numbers[] = {"enabled", "failure", "pid", "rate_limit", "backlog_limit", "lost", "backlog"};

static void the_answer_is_that_of_the_kernel(void **state)
{
        _cleanup_json_ json_t *answer = NULL, *expected = audit_status_answer();
        struct probe probe = start(false);
        enum wire_type type;
        size_t i;

        (void)state;
        greet(&probe);
        answer = ask(&probe, WIRE_AUDIT_STATUS, &type);
        assert_int_equal(type, WIRE_AUDIT_STATUS_ANSWER);
        assert_int_equal(end(&probe), 0);
        if (json_member_string(expected, "error")) {
                assert_string_equal(json_member_string(answer, "error"), json_member_string(expected, "error"));
                return;
        }
        assert_null(json_object_get(answer, "error"));
        assert_int_equal(json_object_size(answer), ELEMENTS(numbers));
        for (i = 0; i < ELEMENTS(numbers); i++)
                assert_true(json_is_integer(json_object_get(answer, numbers[i])));
        /* These do not move while one looks. */
        assert_true(json_equal(json_object_get(answer, "enabled"), json_object_get(expected, "enabled")));
        assert_true(json_equal(json_object_get(answer, "pid"), json_object_get(expected, "pid")));
        assert_true(json_equal(json_object_get(answer, "backlog_limit"), json_object_get(expected, "backlog_limit")));
}

static void nobody_is_told_that_it_is_not_permitted(void **state)
{
        _cleanup_json_ json_t *answer = NULL;
        struct probe probe;
        enum wire_type type;

        (void)state;
        if (geteuid() != 0)
                skip();
        probe = start(true);
        greet(&probe);
        answer = ask(&probe, WIRE_AUDIT_STATUS, &type);
        assert_int_equal(type, WIRE_AUDIT_STATUS_ANSWER);
        assert_non_null(json_member_string(answer, "error"));
        assert_non_null(strstr(json_member_string(answer, "error"), "not permitted"));
        assert_int_equal(end(&probe), 0);
}

static void one_stream_takes_many_requests_but_not_all(void **state)
{
        struct probe probe = start(false);
        enum wire_type type = WIRE_AUDIT_STATUS_ANSWER;
        int i;

        (void)state;
        greet(&probe);
        for (i = 0; i < 1000; i++) {
                json_decref(ask(&probe, WIRE_AUDIT_STATUS, &type));
                assert_int_equal(type, WIRE_AUDIT_STATUS_ANSWER);
        }
        {
                _cleanup_json_ json_t *answer = NULL;

                assert_int_equal(wire_receive(probe.stream, wire_deadline(PATIENCE_MS), &type, &answer), 1);
                assert_int_equal(type, WIRE_REFUSED);
        }
        assert_int_equal(end(&probe), 4);
}

/* --- what it gave up */

/* A line of /proc/PID/status: what stands behind its name and a tab. */
static void status_of(pid_t pid, const char *name, char *value, size_t size)
{
        char path[64], line[256];
        FILE *f;

        (void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
        f = fopen(path, "re");
        assert_non_null(f);
        *value = '\0';
        while (fgets(line, sizeof(line), f))
                if (starts_with(line, name) && line[strlen(name)] == ':')
                        (void)snprintf(value, size, "%.*s", (int)strcspn(line + strlen(name) + 2, "\n"),
                                       line + strlen(name) + 2);
        (void)fclose(f);
}

static void it_keeps_one_capability_and_few_calls(void **state)
{
        struct probe probe = start(false);
        char value[64], expected[64];

        (void)state;
        greet(&probe); /* confined before the first word */
        (void)snprintf(expected, sizeof(expected), "%016llx", geteuid() == 0 ? 1ULL << CAP_AUDIT_CONTROL : 0ULL);
        status_of(probe.pid, "CapEff", value, sizeof(value));
        assert_string_equal(value, expected);
        status_of(probe.pid, "CapPrm", value, sizeof(value));
        assert_string_equal(value, expected);
        status_of(probe.pid, "CapInh", value, sizeof(value));
        assert_string_equal(value, "0000000000000000");
        status_of(probe.pid, "NoNewPrivs", value, sizeof(value));
        assert_string_equal(value, "1");
        status_of(probe.pid, "Seccomp", value, sizeof(value));
        assert_string_equal(value, "2");
        assert_int_equal(end(&probe), 0);
}

/* --- a hostile caller */

/* Sends bytes instead of a greeting, or after it; the program ends without more than a refusal. */
static void throw(bool greeted, const void *bytes, size_t length, int status)
{
        struct probe probe = start(false);
        _cleanup_json_ json_t *answer = NULL;
        enum wire_type type;
        int r, ended;

        if (greeted)
                greet(&probe);
        assert_int_equal(send(probe.stream, bytes, length, MSG_NOSIGNAL), length);
        (void)shutdown(probe.stream, SHUT_WR);
        do {
                json_decref(answer);
                answer = NULL;
                r = wire_receive(probe.stream, wire_deadline(PATIENCE_MS), &type, &answer);
                if (r == 1 && type != WIRE_HELLO && type != WIRE_REFUSED)
                        fail_msg("answered with type %d", (int)type);
        } while (r == 1);
        assert_int_not_equal(r, -ETIMEDOUT);
        ended = end(&probe);
        if (status >= 0)
                assert_int_equal(ended, status);
}

#define FRAME(length, type)           "\0\0" length "\0" type
#define THROW(greeted, bytes, status) throw(greeted, bytes, sizeof(bytes) - 1, status)

static void garbage_ends_the_stream(void **state)
{
        (void)state;
        THROW(false, "GET / HTTP/1.1\r\n\r\n", 4);
        THROW(false, FRAME("\0\2", "\x20") "{}", 4); /* a request before the greeting */
        THROW(false, FRAME("\0\x2c", "\1") "{\"build\":\"of another\",\"program\":\"observe\"}    ", 4);
        THROW(false, FRAME("\0\2", "\1") "[]", 4);
        THROW(false, "\xff\xff\xff\xff\0\1", 4);
        THROW(false, "\0", -1);
        THROW(true, "\xff\xff\xff\xff\0\x20", 4);
        THROW(true, FRAME("\0\2", "\x63") "{}", 4); /* no type of ours */
        THROW(true, FRAME("\0\2", "\x12") "{}", 4); /* a request to the observer */
        THROW(true, FRAME("\0\2", "\x21") "{}", 4); /* an answer */
        THROW(true, FRAME("\0\4", "\x20") "null", 4);
        THROW(true, FRAME("\0\7", "\x20") "{\"a\":1", 4); /* ends inside */
        THROW(true, FRAME("\0\x0d", "\x20") "{\"a\":1,\"a\":2}", 4);
}

static void a_caller_that_says_nothing_is_left(void **state)
{
        struct probe probe = start(false);

        (void)state;
        assert_int_equal(end(&probe), 0);
        probe = start(false);
        greet(&probe);
        assert_int_equal(end(&probe), 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_answer_is_that_of_the_kernel),
                cmocka_unit_test(nobody_is_told_that_it_is_not_permitted),
                cmocka_unit_test(one_stream_takes_many_requests_but_not_all),
                cmocka_unit_test(it_keeps_one_capability_and_few_calls),
                cmocka_unit_test(garbage_ends_the_stream),
                cmocka_unit_test(a_caller_that_says_nothing_is_left),
        };

        (void)signal(SIGPIPE, SIG_IGN);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
