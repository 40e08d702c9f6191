/* SPDX-License-Identifier: EUPL-1.2 */
#include "observe/confine.h"

#include <cap-ng.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>

#include "base/cleanup.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

#define MEMORY_MOST \
        ((rlim_t)256 * 1024 * 1024) /* private writable memory: far above any run's, far below the host's \
                                     */
#define PROCESSOR_MOST 120          /* seconds, of all requests of one stream */

/* Rights of later versions than the oldest kernel headers that we build with (linux/landlock.h). */
#define ACCESS_FS_REFER     (UINT64_C(1) << 13) /* ABI 2 */
#define ACCESS_FS_TRUNCATE  (UINT64_C(1) << 14) /* ABI 3 */
#define ACCESS_NET_BIND_TCP (UINT64_C(1) << 0)  /* ABI 4 */
#define ACCESS_NET_CONNECT  (UINT64_C(1) << 1)  /* ABI 4 */
#define ACCESS_FS_IOCTL_DEV (UINT64_C(1) << 15) /* ABI 5 */
#define SCOPE_ABSTRACT      (UINT64_C(1) << 0)  /* ABI 6 */
#define SCOPE_SIGNAL        (UINT64_C(1) << 1)  /* ABI 6 */

/* struct landlock_ruleset_attr as of ABI 6: a kernel that knows less takes it as long as what it does not know is zero.
 */
struct ruleset {
        uint64_t filesystem;
        uint64_t network;
        uint64_t scoped;
};

/* All but reading files and directories. No rule allows anything of it anywhere. */
#define FILESYSTEM_DENIED \
        (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | \
         LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | \
         LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | \
         LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)

static const struct {
        int abi; /* from this version on */
        struct ruleset denied;
} landlock_versions[] = {
        {1, {.filesystem = FILESYSTEM_DENIED}},
        {2, {.filesystem = ACCESS_FS_REFER}},
        {3, {.filesystem = ACCESS_FS_TRUNCATE}},
        {4, {.network = ACCESS_NET_BIND_TCP | ACCESS_NET_CONNECT}},
        {5, {.filesystem = ACCESS_FS_IOCTL_DEV}},
        /* Abstract sockets are left alone: a message bus may listen on one. */
        {6, {.scoped = SCOPE_SIGNAL}},
};

static int deny_by_landlock(int *ret_abi)
{
        long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
        struct ruleset denied = {0};
        _cleanup_fd_ int fd = -1;

        *ret_abi = 0;
        if (abi <= 0)
                return 0;
        for (size_t i = 0; i < ELEMENTS(landlock_versions); i++) {
                if (abi < landlock_versions[i].abi)
                        break;
                denied.filesystem |= landlock_versions[i].denied.filesystem;
                denied.network |= landlock_versions[i].denied.network;
                denied.scoped |= landlock_versions[i].denied.scoped;
        }
        fd = (int)syscall(SYS_landlock_create_ruleset, &denied, sizeof(denied), 0);
        if (fd < 0 || syscall(SYS_landlock_restrict_self, fd, 0) < 0)
                return -errno;
        *ret_abi = (int)abi;
        return 0;
}

/* System calls that no run needs. openat2(2) and name_to_handle_at(2) are what the tracked walk is made of, and stay.
 */
static const char *const denied_calls[] = {
        /* Other programs, other processes. */
        "execve",
        "execveat",
        "fork",
        "vfork",
        "ptrace",
        "process_vm_readv",
        "process_vm_writev",
        "process_madvise",
        "process_mrelease",
        "kcmp",
        "kill",
        "tkill",
        "pidfd_send_signal",
        "rt_sigqueueinfo",
        "rt_tgsigqueueinfo",
        "pidfd_getfd",
        "setns",
        "unshare",
        /* Files by another way than their path; changes to them. */
        "open_by_handle_at",
        "creat",
        "mkdir",
        "mkdirat",
        "rmdir",
        "unlink",
        "unlinkat",
        "rename",
        "renameat",
        "renameat2",
        "link",
        "linkat",
        "symlink",
        "symlinkat",
        "mknod",
        "mknodat",
        "truncate",
        "ftruncate",
        "fallocate",
        "chmod",
        "fchmod",
        "fchmodat",
        "fchmodat2",
        "chown",
        "fchown",
        "lchown",
        "fchownat",
        "setxattr",
        "lsetxattr",
        "fsetxattr",
        "setxattrat",
        "removexattr",
        "lremovexattr",
        "fremovexattr",
        "removexattrat",
        "utime",
        "utimes",
        "utimensat",
        "futimesat",
        "file_setattr",
        "quotactl",
        "quotactl_fd",
        "acct",
        "swapon",
        "swapoff",
        "fanotify_init",
        "fanotify_mark",
        /* Mounts and roots. */
        "mount",
        "umount",
        "umount2",
        "pivot_root",
        "chroot",
        "move_mount",
        "open_tree",
        "open_tree_attr",
        "fsopen",
        "fsconfig",
        "fsmount",
        "fspick",
        "mount_setattr",
        /* The kernel itself. */
        "bpf",
        "perf_event_open",
        "userfaultfd",
        "io_uring_setup",
        "io_uring_enter",
        "io_uring_register",
        "kexec_load",
        "kexec_file_load",
        "init_module",
        "finit_module",
        "delete_module",
        "keyctl",
        "add_key",
        "request_key",
        "reboot",
        "iopl",
        "ioperm",
        "modify_ldt",
        "personality",
        "vhangup",
        "syslog",
        "sethostname",
        "setdomainname",
        "settimeofday",
        "stime",
        "clock_settime",
        "lookup_dcookie",
        "nfsservctl",
        "uselib",
        "memfd_secret",
        /* Who we are. */
        "setuid",
        "setgid",
        "setreuid",
        "setregid",
        "setresuid",
        "setresgid",
        "setfsuid",
        "setfsgid",
        "setgroups",
        "capset",
};

static int deny_calls(scmp_filter_ctx filter)
{
        for (size_t i = 0; i < ELEMENTS(denied_calls); i++) {
                int call = seccomp_syscall_resolve_name(denied_calls[i]), r;

                /* This architecture, or this version of the library, does not have it. */
                if (call == __NR_SCMP_ERROR || call < 0)
                        continue;
                r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), call, 0);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* Calls that are denied by what they are asked. */
static int deny_arguments(scmp_filter_ctx filter)
{
        const struct {
                int call;
                uint32_t action;
                struct scmp_arg_cmp argument;
        } rules[] = {
                {SCMP_SYS(socket), SCMP_ACT_ERRNO(EPERM), SCMP_A0(SCMP_CMP_NE, AF_UNIX, 0)},
                /* Threads may be made, processes not. What clone3(2) asks cannot be seen, so glibc is sent to clone(2).
                 */
                {SCMP_SYS(clone), SCMP_ACT_ERRNO(EPERM), SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0)},
                {SCMP_SYS(open), SCMP_ACT_ERRNO(EPERM), SCMP_A1(SCMP_CMP_MASKED_EQ, O_ACCMODE, O_WRONLY)},
                {SCMP_SYS(open), SCMP_ACT_ERRNO(EPERM), SCMP_A1(SCMP_CMP_MASKED_EQ, O_ACCMODE, O_RDWR)},
                {SCMP_SYS(open), SCMP_ACT_ERRNO(EPERM), SCMP_A1(SCMP_CMP_MASKED_EQ, O_CREAT, O_CREAT)},
                {SCMP_SYS(openat), SCMP_ACT_ERRNO(EPERM), SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE, O_WRONLY)},
                {SCMP_SYS(openat), SCMP_ACT_ERRNO(EPERM), SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE, O_RDWR)},
                {SCMP_SYS(openat), SCMP_ACT_ERRNO(EPERM), SCMP_A2(SCMP_CMP_MASKED_EQ, O_CREAT, O_CREAT)},
                /* Asking how the clock does needs no privilege; setting it needs one that was dropped. Other clocks are
                 * devices. */
                {SCMP_SYS(clock_adjtime), SCMP_ACT_ERRNO(EPERM), SCMP_A0(SCMP_CMP_NE, CLOCK_REALTIME, 0)},
                /* Typing into the terminal that our messages go to. */
                {SCMP_SYS(ioctl), SCMP_ACT_ERRNO(EPERM), SCMP_A1(SCMP_CMP_MASKED_EQ, UINT32_MAX, TIOCSTI)},
                {SCMP_SYS(ioctl), SCMP_ACT_ERRNO(EPERM), SCMP_A1(SCMP_CMP_MASKED_EQ, UINT32_MAX, TIOCLINUX)},
        };
        int r;

        for (size_t i = 0; i < ELEMENTS(rules); i++) {
                r = seccomp_rule_add_array(filter, rules[i].action, rules[i].call, 1, &rules[i].argument);
                if (r < 0)
                        return r;
        }
        r = seccomp_syscall_resolve_name("clone3");
        return r < 0 ? 0 : seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), r, 0);
}

static void release_filter(scmp_filter_ctx *filter)
{
        if (*filter)
                seccomp_release(*filter);
}

/* Calls of another architecture's table end the process (the library's default). */
static int deny_by_seccomp(void)
{
        _cleanup_(release_filter) scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
        int r;

        if (!filter)
                return -ENOMEM;
        r = deny_calls(filter);
        if (r == 0)
                r = deny_arguments(filter);
        return r < 0 ? r : seccomp_load(filter);
}

static int keep_one_capability(void)
{
        bool held = capng_have_capability(CAPNG_PERMITTED, CAP_DAC_READ_SEARCH);

        capng_clear(CAPNG_SELECT_CAPS);
        if (held && capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_DAC_READ_SEARCH) < 0)
                return -EINVAL;
        return capng_apply(CAPNG_SELECT_CAPS) < 0 ? -EPERM : 0;
}

static int bound_resources(void)
{
        static const struct {
                int resource;
                struct rlimit limit;
        } bounds[] = {
                {RLIMIT_CORE, {0, 0}},
                {RLIMIT_CPU, {PROCESSOR_MOST, PROCESSOR_MOST}},
#ifndef SANITIZED
                {RLIMIT_DATA, {MEMORY_MOST, MEMORY_MOST}},
#endif
        };

        for (size_t i = 0; i < ELEMENTS(bounds); i++)
                if (setrlimit((__rlimit_resource_t)bounds[i].resource, &bounds[i].limit) < 0)
                        return -errno;
        /* No core by way of a pipe either, and nobody of the same user looks in. */
        return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ? -errno : 0;
}

int confine(int *ret_landlock)
{
        int r;

        r = bound_resources();
        if (r < 0)
                return r;
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
                return -errno;
        r = keep_one_capability();
        if (r < 0)
                return r;
        r = deny_by_landlock(ret_landlock);
        return r < 0 ? r : deny_by_seccomp();
}

#ifdef SANITIZED
/* The leak check traces its own process, which is denied here; the room's unit tests have it. */
__attribute__((visibility("default"))) int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void)
{
        return 1;
}
#endif
