/* SPDX-License-Identifier: EUPL-1.2 */
#include "wire/start.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <syslog.h>

#include "base/diag.h"
#include "base/memory.h"
#include "base/text.h"

#define GRACE_MILLISECONDS 1000
#define DESCRIPTOR_LEAST   10 /* ours are moved above what the program gets as 0 to 3 */
#define PROBE_FD           3
#define NO_CAPABILITY      (-1)
#define OBSERVER_USER      "bioagent-observe"
#define ARGUMENTS_MOST     64

/* What a child becomes before it runs its program. */
struct child {
        const char *path;
        char *const *argv;
        char *const *environment;
        int stream;  /* becomes fd 0 */
        int third;   /* becomes fd 3, or -1 */
        bool reduce; /* to `capability` alone, or to none: we are root and may */
        bool change; /* to uid and gid, keeping the capability */
        uid_t uid;
        gid_t gid;
        int capability;
};

enum step { STEP_DESCRIPTORS, STEP_IDENTITY, STEP_CAPABILITIES, STEP_EXECUTE };

static const char *const step_names[] = {
        [STEP_DESCRIPTORS] = "descriptors",
        [STEP_IDENTITY] = "user",
        [STEP_CAPABILITIES] = "capabilities",
        [STEP_EXECUTE] = "program",
};

/* What a child that could not become its program tells; nothing where it could. */
struct failure {
        int step;
        int error;
};

static uint64_t bit(int capability)
{
        return capability == NO_CAPABILITY ? 0 : UINT64_C(1) << capability;
}

static int set_capabilities(uint64_t set, uint64_t inheritable)
{
        struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
        struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

        for (unsigned i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
                data[i].effective = data[i].permitted = (uint32_t)(set >> (32 * i));
                data[i].inheritable = (uint32_t)(inheritable >> (32 * i));
        }
        return syscall(SYS_capset, &header, data) < 0 ? -errno : 0;
}

static uint64_t permitted_capabilities(void)
{
        struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
        struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};

        if (syscall(SYS_capget, &header, data) < 0)
                return 0;
        return data[0].permitted | (uint64_t)data[1].permitted << 32;
}

/* Everything from here to become() runs between fork and exec: async-signal-safe calls alone. */

static int take_descriptors(const struct child *c)
{
        if (fcntl(STDERR_FILENO, F_GETFD) < 0 && open("/dev/null", O_WRONLY) < 0)
                return -errno;
        if (dup2(c->stream, STDIN_FILENO) < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
                return -errno;
        if (c->third >= 0 && dup2(c->third, PROBE_FD) < 0)
                return -errno;
        /* All of ours are close-on-exec anyway; this is for what a library may have left open. */
        (void)close_range(c->third >= 0 ? PROBE_FD + 1 : PROBE_FD, ~0U, CLOSE_RANGE_CLOEXEC);
        return 0;
}

static int change_identity(const struct child *c)
{
        if (!c->change)
                return 0;
        if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0 || setgroups(0, NULL) < 0 || setresgid(c->gid, c->gid, c->gid) < 0 ||
            setresuid(c->uid, c->uid, c->uid) < 0)
                return -errno;
        return 0;
}

/* What root may become again by exec is bounded; what another user keeps through exec is ambient. */
static int reduce_capabilities(const struct child *c)
{
        int r;

        if (!c->reduce)
                return 0;
        r = set_capabilities(bit(c->capability), c->change ? bit(c->capability) : 0);
        if (r < 0)
                return r;
        if (c->change && c->capability != NO_CAPABILITY &&
            prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, (unsigned long)c->capability, 0, 0) < 0)
                return -errno;
        return 0;
}

static int bound_capabilities(const struct child *c)
{
        if (!c->reduce)
                return 0;
        for (int capability = 0; prctl(PR_CAPBSET_READ, (unsigned long)capability, 0, 0, 0) >= 0; capability++)
                if (capability != c->capability && prctl(PR_CAPBSET_DROP, (unsigned long)capability, 0, 0, 0) < 0)
                        return -errno;
        return 0;
}

static void default_signals(void)
{
        struct sigaction action = {.sa_handler = SIG_DFL};
        sigset_t none;

        for (int i = 1; i < NSIG; i++)
                (void)sigaction(i, &action, NULL);
        (void)sigemptyset(&none);
        (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static _Noreturn void become(const struct child *c, int report)
{
        struct failure failure = {.step = STEP_DESCRIPTORS};

        default_signals();
        failure.error = take_descriptors(c);
        if (failure.error == 0) {
                failure.step = STEP_CAPABILITIES;
                failure.error = bound_capabilities(c);
        }
        if (failure.error == 0) {
                failure.step = STEP_IDENTITY;
                failure.error = change_identity(c);
        }
        if (failure.error == 0) {
                failure.step = STEP_CAPABILITIES;
                failure.error = reduce_capabilities(c);
        }
        if (failure.error == 0) {
                failure.step = STEP_EXECUTE;
                (void)!chdir("/");
                (void)execve(c->path, c->argv, c->environment);
                failure.error = -errno;
        }
        (void)!write(report, &failure, sizeof(failure));
        _exit(127);
}

static int move_up(int *fd)
{
        int moved = fcntl(*fd, F_DUPFD_CLOEXEC, DESCRIPTOR_LEAST);

        if (moved < 0)
                return -errno;
        (void)close(*fd);
        *fd = moved;
        return 0;
}

static int pair_above(int pair[2], int (*make)(int pair[2]))
{
        int r;

        if (make(pair) < 0)
                return -errno;
        r = move_up(&pair[0]);
        if (r == 0)
                r = move_up(&pair[1]);
        if (r < 0) {
                close_fd(&pair[0]);
                close_fd(&pair[1]);
        }
        return r;
}

static int make_stream(int pair[2])
{
        return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair);
}

static int make_pipe(int pair[2])
{
        return pipe2(pair, O_CLOEXEC);
}

static int start_child(const struct child *c, pid_t *ret, char **why)
{
        struct failure failure;
        int report[2];
        ssize_t n;
        pid_t pid;
        int r;

        r = pair_above(report, make_pipe);
        if (r < 0) {
                *why = must_printf("cannot start %s: %s", c->path, strerror(-r));
                return r;
        }
        pid = fork();
        if (pid == 0)
                become(c, report[1]);
        r = pid < 0 ? -errno : 0;
        close_fd(&report[1]);
        do
                n = r < 0 ? 0 : read(report[0], &failure, sizeof(failure));
        while (n < 0 && errno == EINTR);
        close_fd(&report[0]);
        if (r == 0 && n == (ssize_t)sizeof(failure)) {
                (void)waitpid(pid, NULL, 0);
                *why = must_printf("cannot start %s (%s): %s", c->path, step_names[failure.step],
                                   strerror(-failure.error));
                return failure.error;
        }
        if (r < 0) {
                *why = must_printf("cannot start %s: %s", c->path, strerror(-r));
                return r;
        }
        *ret = pid;
        return 0;
}

/* Nothing of the caller's environment reaches a program that parses the host, but where its messages go. */
static void fill_environment(char *environment[], size_t most)
{
        static const char *const passed[] = {"JOURNAL_STREAM=", "ASAN_OPTIONS=", "UBSAN_OPTIONS=", "TSAN_OPTIONS="};
        static char path[] = "PATH=/usr/bin:/bin", locale[] = "LC_ALL=C.UTF-8";
        size_t n = 0;

        environment[n++] = path;
        environment[n++] = locale;
        for (char **e = environ; e && *e; e++)
                for (size_t i = 0; i < ELEMENTS(passed); i++)
                        if (starts_with(*e, passed[i]) && n + 1 < most)
                                environment[n++] = *e;
        environment[n] = NULL;
}

/* The observer's own user: the service's, else nobody. */
static void observer_identity(struct child *c)
{
        const struct passwd *user = getpwnam(OBSERVER_USER);

        if (!user)
                user = getpwnam("nobody");
        c->uid = user ? user->pw_uid : 65534;
        c->gid = user ? user->pw_gid : 65534;
}

/* As root the observer becomes another user that may read all; where root itself lacks what that takes (in many
 * containers), it stays as it is, without any capability: then it reads what root's ownership lets it. */
static void observer_privilege(struct child *c, bool user_change)
{
        uint64_t needed = bit(CAP_SETUID) | bit(CAP_SETGID) | bit(CAP_SETPCAP) | bit(CAP_DAC_READ_SEARCH);
        uint64_t held = permitted_capabilities();

        c->capability = CAP_DAC_READ_SEARCH;
        if (geteuid() != 0 || !user_change || (held & needed) != needed)
                return;
        c->reduce = c->change = true;
        observer_identity(c);
}

/* The probe keeps its user; of root's capabilities the one that its requests need. */
static void probe_privilege(struct child *c)
{
        uint64_t held = permitted_capabilities();

        c->capability = held & bit(CAP_AUDIT_CONTROL) ? CAP_AUDIT_CONTROL : NO_CAPABILITY;
        c->reduce = geteuid() == 0 && (held & bit(CAP_SETPCAP));
}

static int start_probe(const char *libexec, char *const *environment, struct programs *p, int *ret_stream)
{
        _cleanup_free_ char *path = must_printf("%s/bioagent-probe", libexec), *why = NULL;
        char *argv[] = {path, NULL};
        struct child c = {.path = path, .argv = argv, .environment = environment, .third = -1};
        int pair[2], r;

        r = pair_above(pair, make_stream);
        if (r < 0)
                return r;
        c.stream = pair[1];
        probe_privilege(&c);
        r = start_child(&c, &p->probe, &why);
        close_fd(&pair[1]);
        if (r < 0) {
                log_message(LOG_WARNING, "%s; what needs it will be an error", why);
                close_fd(&pair[0]);
                return r;
        }
        *ret_stream = pair[0];
        return 0;
}

static void free_arguments(char *(*argv)[ARGUMENTS_MOST + 1])
{
        for (size_t i = 0; (*argv)[i]; i++)
                free((*argv)[i]);
}

/* The observer refuses paths through links, and starts in /: what the user named is resolved here. */
static void fill_arguments(char *argv[], const char *path, int probe, const char *const *checks_dirs)
{
        size_t n = 0;

        argv[n++] = must_strdup(path);
        if (probe >= 0) {
                argv[n++] = must_strdup("--probe-fd");
                argv[n++] = must_printf("%d", PROBE_FD);
        } else {
                argv[n++] = must_strdup("--no-probe");
        }
        for (size_t i = 0; checks_dirs && checks_dirs[i] && n + 2 < ARGUMENTS_MOST; i++) {
                char *resolved = realpath(checks_dirs[i], NULL);

                argv[n++] = must_strdup("--checks");
                argv[n++] = resolved ? resolved : must_strdup(checks_dirs[i]);
        }
}

int programs_start(const char *libexec, const struct observer_options *options, struct programs *ret, char **why)
{
        _cleanup_free_ char *path = must_printf("%s/bioagent-observe", libexec);
        _cleanup_fd_ int probe = -1;
        _cleanup_(free_arguments) char *argv[ARGUMENTS_MOST + 1] = {NULL};
        char *environment[16];
        struct child c = {.path = path, .argv = argv, .environment = environment};
        struct programs p = {.stream = -1};
        int pair[2], r;

        fill_environment(environment, ELEMENTS(environment));
        (void)start_probe(libexec, environment, &p, &probe);
        fill_arguments(argv, path, probe, options->checks_dirs);
        r = pair_above(pair, make_stream);
        if (r < 0) {
                *why = must_printf("cannot start %s: %s", path, strerror(-r));
        } else {
                c.stream = pair[1];
                c.third = probe;
                observer_privilege(&c, options->user_change);
                r = start_child(&c, &p.observer, why);
                close_fd(&pair[1]);
                p.stream = pair[0];
        }
        close_fd(&probe);
        if (r < 0) {
                programs_end(&p);
                return r;
        }
        *ret = p;
        return 0;
}

/* Reaps a child; kills it where it does not end by itself. */
static void reap(pid_t *pid, int *ret_status)
{
        _cleanup_fd_ int fd = -1;
        struct pollfd p;
        int status = 0;

        if (*pid <= 0)
                return;
        fd = pidfd_open(*pid, 0);
        p = (struct pollfd){.fd = fd, .events = POLLIN};
        if (fd < 0 || TEMP_FAILURE_RETRY(poll(&p, 1, GRACE_MILLISECONDS)) <= 0)
                (void)kill(*pid, SIGKILL);
        if (TEMP_FAILURE_RETRY(waitpid(*pid, &status, 0)) == *pid && ret_status)
                *ret_status = status;
        *pid = 0;
}

void programs_end(struct programs *p)
{
        close_fd(&p->stream);
        reap(&p->observer, &p->observer_status);
        reap(&p->probe, NULL);
}

char *programs_how_ended(const struct programs *p)
{
        if (WIFSIGNALED(p->observer_status))
                return must_printf("signal %d", WTERMSIG(p->observer_status));
        return must_printf("status %d", WEXITSTATUS(p->observer_status));
}
