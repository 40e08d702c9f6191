/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "probe/confine.h"

static bool refused(int r)
{
        return r < 0 && errno == EPERM;
}

/* Each tries one thing; true where it goes as it should. */
static bool one_netlink_socket(void)
{
        return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT) >= 0;
}

static bool no_other_netlink(void)
{
        return refused(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
}

static bool no_network(void)
{
        return refused(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) &&
               refused(socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0)) &&
               refused(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

static bool no_file(void)
{
        return refused(open("/etc/passwd", O_RDONLY | O_CLOEXEC)) && refused(unlink("/nonexistent")) &&
               refused(mount("none", "/mnt", "tmpfs", 0, NULL));
}

static bool no_process(void)
{
        char *const arguments[] = {(char *)"true", NULL};

        return refused(execv("/bin/true", arguments)) && refused(fork()) && refused(kill(getpid(), 0)) &&
               refused(setuid(0));
}

/* The statuses of children that confine themselves and try. */
static int confined(bool (*try)(void))
{
        int status;
        pid_t pid = fork();

        assert_true(pid >= 0);
        if (pid == 0) {
                if (probe_confine() < 0)
                        _exit(2);
                _exit(try() ? 0 : 1);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status));
        return WEXITSTATUS(status);
}

static void what_answering_needs_is_allowed(void **state)
{
        (void)state;
        assert_int_equal(confined(one_netlink_socket), 0);
}

static void everything_else_is_refused(void **state)
{
        static bool (*const tries[])(void) = {no_other_netlink, no_network, no_file, no_process};
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(tries); i++)
                if (confined(tries[i]) != 0)
                        fail_msg("number %zu is not refused", i);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_answering_needs_is_allowed),
                cmocka_unit_test(everything_else_is_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
