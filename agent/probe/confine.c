/* SPDX-License-Identifier: EUPL-1.2 */
#include "probe/confine.h"

#include <cap-ng.h>
#include <errno.h>
#include <linux/netlink.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"

/* Answering a request: the stream, one netlink socket, memory, the end. No file of the host is opened. */
static const int allowed_calls[] = {
        SCMP_SYS(read),
        SCMP_SYS(write),
        SCMP_SYS(readv),
        SCMP_SYS(writev),
        SCMP_SYS(recvfrom),
        SCMP_SYS(recvmsg),
        SCMP_SYS(sendto),
        SCMP_SYS(sendmsg),
        SCMP_SYS(poll),
        SCMP_SYS(ppoll),
        SCMP_SYS(select),
        SCMP_SYS(pselect6),
        SCMP_SYS(close),
        SCMP_SYS(shutdown),
        SCMP_SYS(getsockopt),
        SCMP_SYS(setsockopt),
        SCMP_SYS(getsockname),
        SCMP_SYS(bind),
        SCMP_SYS(fcntl),
        SCMP_SYS(fstat),
        SCMP_SYS(newfstatat),
        SCMP_SYS(lseek),
        SCMP_SYS(brk),
        SCMP_SYS(mmap),
        SCMP_SYS(munmap),
        SCMP_SYS(mremap),
        SCMP_SYS(mprotect),
        SCMP_SYS(madvise),
        SCMP_SYS(clock_gettime),
        SCMP_SYS(gettimeofday),
        SCMP_SYS(nanosleep),
        SCMP_SYS(clock_nanosleep),
        SCMP_SYS(getpid),
        SCMP_SYS(gettid),
        SCMP_SYS(getuid),
        SCMP_SYS(geteuid),
        SCMP_SYS(getrandom),
        SCMP_SYS(futex),
        SCMP_SYS(rt_sigaction),
        SCMP_SYS(rt_sigprocmask),
        SCMP_SYS(rt_sigreturn),
        SCMP_SYS(sigaltstack),
        SCMP_SYS(tgkill),
        SCMP_SYS(sched_yield),
        SCMP_SYS(exit),
        SCMP_SYS(exit_group),
        SCMP_SYS(restart_syscall),
};

static void release_filter(scmp_filter_ctx *filter)
{
        if (*filter)
                seccomp_release(*filter);
}

static int filter_calls(void)
{
        /* socket(AF_NETLINK, type, NETLINK_AUDIT) */
        static const struct scmp_arg_cmp audit_socket[] = {
                {.arg = 0, .op = SCMP_CMP_EQ, .datum_a = AF_NETLINK},
                {.arg = 2, .op = SCMP_CMP_EQ, .datum_a = NETLINK_AUDIT},
        };
        _cleanup_(release_filter) scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
        size_t i;
        int r;

        if (!filter)
                return -ENOMEM;
        for (i = 0; i < ELEMENTS(allowed_calls); i++) {
                r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed_calls[i], 0);
                if (r < 0)
                        return r;
        }
        r = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), ELEMENTS(audit_socket), audit_socket);
        return r < 0 ? r : seccomp_load(filter);
}

static int keep_one_capability(void)
{
        if (!capng_have_capability(CAPNG_EFFECTIVE, CAP_AUDIT_CONTROL)) {
                capng_clear(CAPNG_SELECT_BOTH);
                return capng_apply(CAPNG_SELECT_CAPS) < 0 ? -EPERM : 0;
        }
        capng_clear(CAPNG_SELECT_BOTH);
        if (capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_AUDIT_CONTROL) < 0)
                return -EINVAL;
        /* The bounding set can be emptied only with CAP_SETPCAP; without it nothing is lost: new privileges are off. */
        return capng_apply(CAPNG_SELECT_CAPS) < 0 ? -EPERM : 0;
}

int probe_confine(void)
{
        const struct rlimit no_core = {0, 0};
        int r;

        if (setrlimit(RLIMIT_CORE, &no_core) < 0)
                return -errno;
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
                return -errno;
        r = keep_one_capability();
        return r < 0 ? r : filter_calls();
}

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

#ifdef SANITIZED
/* The leak check traces its own process, which is denied here. */
__attribute__((visibility("default"))) int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void)
{
        return 1;
}
#endif
