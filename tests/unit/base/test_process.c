/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/process.h"

static void a_guarded_process_is_closed_to_its_user(void **state)
{
        int status = 0;
        pid_t pid;

        (void)state;
#if defined(__SANITIZE_ADDRESS__)
        skip();
#endif
        pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
                struct rlimit core = {1, 1};

                process_guard();
                (void)getrlimit(RLIMIT_CORE, &core);
                _exit(core.rlim_max != 0 ? 1 : prctl(PR_GET_DUMPABLE) != 0 ? 2 : 0);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_guarded_process_is_closed_to_its_user),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
