/* SPDX-License-Identifier: EUPL-1.2 */
/* Confines itself as the observer does, and then tries what it must not be able to do. Every attempt must be refused,
 * and what the observer is there for must still be possible. Prints what it tried; status 0 where all went as it
 * should. */
#include <arpa/inet.h>
#include <cap-ng.h>
#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <termios.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "observe/confine.h"

/* A directory of ours, made before: whatever fails in it, fails by confinement and not by ownership. */
static const char *place;
static char *file, *fresh, *program, *directory;
static int parent_pid;
static struct file_handle *handle;
static int mount_fd = -1;
static int tcp_port;
static int terminal = -1;

static int succeeds(long r)
{
        return r < 0 ? -errno : 0;
}

static int and_close(int fd)
{
        int r = succeeds(fd);

        if (fd >= 0)
                (void)close(fd);
        return r;
}

/* Files */

static int open_to_write(void)
{
        return and_close(open(file, O_WRONLY | O_CLOEXEC));
}

static int open_to_read_and_write(void)
{
        return and_close(open(file, O_RDWR | O_CLOEXEC));
}

static int open_to_append(void)
{
        return and_close(open(file, O_WRONLY | O_APPEND | O_CLOEXEC));
}

static int open_to_truncate(void)
{
        return and_close(open(file, O_RDONLY | O_TRUNC | O_CLOEXEC));
}

/* A way around a filter that sees arguments alone. */
static int openat2_to_write(void)
{
        struct open_how how = {.flags = O_WRONLY | O_CLOEXEC};

        return and_close((int)syscall(SYS_openat2, AT_FDCWD, file, &how, sizeof(how)));
}

static int openat2_to_create(void)
{
        struct open_how how = {.flags = O_WRONLY | O_CREAT | O_CLOEXEC, .mode = 0600};

        return and_close((int)syscall(SYS_openat2, AT_FDCWD, fresh, &how, sizeof(how)));
}

static int create_file(void)
{
        return and_close(open(fresh, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
}

static int create_unnamed_file(void)
{
        return and_close(open(place, O_WRONLY | O_TMPFILE | O_CLOEXEC, 0600));
}

static int create_by_creat(void)
{
        return and_close(creat(fresh, 0600));
}

static int truncate_file(void)
{
        return succeeds(truncate(file, 0));
}

static int remove_file(void)
{
        return succeeds(unlink(file));
}

static int remove_directory(void)
{
        return succeeds(rmdir(directory));
}

static int rename_file(void)
{
        return succeeds(rename(file, fresh));
}

static int link_file(void)
{
        return succeeds(link(file, fresh));
}

static int make_symlink(void)
{
        return succeeds(symlink(file, fresh));
}

static int make_directory(void)
{
        return succeeds(mkdir(fresh, 0700));
}

static int make_fifo(void)
{
        return succeeds(mkfifo(fresh, 0600));
}

static int make_device(void)
{
        return succeeds(mknod(fresh, S_IFCHR | 0600, 0x103));
}

static int make_socket(void)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), r;

        if (fd < 0)
                return -errno;
        (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", fresh);
        r = succeeds(bind(fd, (const struct sockaddr *)&address, sizeof(address)));
        (void)close(fd);
        return r;
}

static int change_mode(void)
{
        return succeeds(chmod(file, 0777));
}

static int change_owner(void)
{
        return succeeds(chown(file, getuid(), getgid()));
}

static int change_times(void)
{
        return succeeds(utimensat(AT_FDCWD, file, NULL, 0));
}

static int set_attribute(void)
{
        return succeeds(setxattr(file, "user.x", "y", 1, 0));
}

static int write_by_memory_map(void)
{
        int fd = open(file, O_RDONLY | O_CLOEXEC), r;
        void *p;

        if (fd < 0)
                return -EIO;
        p = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        r = p == MAP_FAILED ? -errno : 0;
        (void)close(fd);
        return r;
}

/* The raw way around every path that is closed to us. */
static int open_by_handle(void)
{
        if (!handle || mount_fd < 0)
                return -ENOTSUP;
        return and_close(open_by_handle_at(mount_fd, handle, O_RDONLY | O_CLOEXEC));
}

/* Programs and processes */

static int execute(void)
{
        char *argv[] = {program, NULL}, *environment[] = {NULL};

        (void)execve(program, argv, environment);
        return -errno;
}

static int execute_by_descriptor(void)
{
        char *argv[] = {program, NULL}, *environment[] = {NULL};
        int fd = open(program, O_RDONLY | O_CLOEXEC);

        if (fd < 0)
                return -EIO;
        (void)fexecve(fd, argv, environment);
        return -errno;
}

static int child(pid_t pid)
{
        if (pid == 0)
                _exit(0);
        if (pid > 0)
                (void)waitpid(pid, NULL, 0);
        return succeeds(pid);
}

static int fork_process(void)
{
        return child(fork());
}

static int fork_by_clone3(void)
{
        uint64_t arguments[8] = {[4] = SIGCHLD};

        return child((pid_t)syscall(SYS_clone3, arguments, sizeof(arguments)));
}

static int vfork_process(void)
{
        return child((pid_t)syscall(SYS_clone, CLONE_VM | CLONE_VFORK | SIGCHLD, 0, 0, 0, 0));
}

static int trace_parent(void)
{
        return succeeds(ptrace(PTRACE_ATTACH, parent_pid, NULL, NULL));
}

static int read_parents_memory(void)
{
        char byte;
        struct iovec here = {&byte, 1}, there = {(void *)&parent_pid, 1};

        return succeeds(process_vm_readv(parent_pid, &here, 1, &there, 1, 0));
}

static int signal_parent(void)
{
        return succeeds(kill(parent_pid, 0));
}

static int signal_parents_thread(void)
{
        return succeeds(syscall(SYS_tgkill, parent_pid, parent_pid, SIGURG));
}

/* Network */

static int connect_to(int family, const struct sockaddr *address, socklen_t length)
{
        int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0), r;

        if (fd < 0)
                return -errno;
        r = succeeds(connect(fd, address, length));
        (void)close(fd);
        return r;
}

static int connect_by_tcp(void)
{
        struct sockaddr_in address = {.sin_family = AF_INET,
                                      .sin_port = htons((uint16_t)tcp_port),
                                      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

        return connect_to(AF_INET, (const struct sockaddr *)&address, sizeof(address));
}

static int connect_by_tcp6(void)
{
        struct sockaddr_in6 address = {
                .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)tcp_port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};

        return connect_to(AF_INET6, (const struct sockaddr *)&address, sizeof(address));
}

static int open_udp(void)
{
        return and_close(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
}

static int open_netlink(void)
{
        return and_close(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0));
}

static int open_packet(void)
{
        return and_close(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
}

static int open_vsock(void)
{
        return and_close(socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

/* The kernel */

static int mount_something(void)
{
        return succeeds(mount("none", place, "tmpfs", 0, NULL));
}

static int new_user_namespace(void)
{
        return succeeds(unshare(CLONE_NEWUSER));
}

static int load_program_into_kernel(void)
{
        return succeeds(syscall(SYS_bpf, 0, NULL, 0));
}

static int set_up_uring(void)
{
        char parameters[256] = {0};

        return and_close((int)syscall(SYS_io_uring_setup, 1, parameters));
}

static int open_performance_counter(void)
{
        char attributes[256] = {0};

        return and_close((int)syscall(SYS_perf_event_open, attributes, 0, -1, -1, 0));
}

static int search_keyring(void)
{
        return succeeds(syscall(SYS_keyctl, 0, -3, 1));
}

static int handle_page_faults(void)
{
        return and_close((int)syscall(SYS_userfaultfd, 1));
}

static int set_host_name(void)
{
        char name[65] = "";

        (void)gethostname(name, sizeof(name) - 1);
        return succeeds(sethostname(name, strlen(name)));
}

static int become_root_again(void)
{
        return succeeds(setresuid(0, 0, 0));
}

static int type_into_terminal(void)
{
        return succeeds(ioctl(terminal, TIOCSTI, "x"));
}

/* The same with bits above those that the kernel looks at. */
static int type_into_terminal_disguised(void)
{
        return succeeds(syscall(SYS_ioctl, terminal, 0x100000000UL | TIOCSTI, "x"));
}

static int write_core(void)
{
        struct rlimit core;

        (void)getrlimit(RLIMIT_CORE, &core);
        return core.rlim_max == 0 && prctl(PR_GET_DUMPABLE) == 0 ? -EPERM : 0;
}

static int gain_privileges(void)
{
        return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? -EPERM : 0;
}

struct attempt {
        const char *name;
        int (*try)(void);
        bool needs_landlock; /* nothing else closes it */
};

#define ATTEMPT(function)          #function, function, false
#define ATTEMPT_LANDLOCK(function) #function, function, true

static const struct attempt refused[] = {
        {ATTEMPT(open_to_write)},
        {ATTEMPT(open_to_read_and_write)},
        {ATTEMPT(open_to_append)},
        {ATTEMPT_LANDLOCK(open_to_truncate)},
        {ATTEMPT_LANDLOCK(openat2_to_write)},
        {ATTEMPT_LANDLOCK(openat2_to_create)},
        {ATTEMPT(create_file)},
        {ATTEMPT(create_unnamed_file)},
        {ATTEMPT(create_by_creat)},
        {ATTEMPT(truncate_file)},
        {ATTEMPT(remove_file)},
        {ATTEMPT(remove_directory)},
        {ATTEMPT(rename_file)},
        {ATTEMPT(link_file)},
        {ATTEMPT(make_symlink)},
        {ATTEMPT(make_directory)},
        {ATTEMPT(make_fifo)},
        {ATTEMPT(make_device)},
        {ATTEMPT_LANDLOCK(make_socket)},
        {ATTEMPT(change_mode)},
        {ATTEMPT(change_owner)},
        {ATTEMPT(change_times)},
        {ATTEMPT(set_attribute)},
        {ATTEMPT(write_by_memory_map)},
        {ATTEMPT(open_by_handle)},
        {ATTEMPT(execute)},
        {ATTEMPT(execute_by_descriptor)},
        {ATTEMPT(fork_process)},
        {ATTEMPT(fork_by_clone3)},
        {ATTEMPT(vfork_process)},
        {ATTEMPT(trace_parent)},
        {ATTEMPT(read_parents_memory)},
        {ATTEMPT(signal_parent)},
        {ATTEMPT(signal_parents_thread)},
        {ATTEMPT(connect_by_tcp)},
        {ATTEMPT(connect_by_tcp6)},
        {ATTEMPT(open_udp)},
        {ATTEMPT(open_netlink)},
        {ATTEMPT(open_packet)},
        {ATTEMPT(open_vsock)},
        {ATTEMPT(mount_something)},
        {ATTEMPT(new_user_namespace)},
        {ATTEMPT(load_program_into_kernel)},
        {ATTEMPT(set_up_uring)},
        {ATTEMPT(open_performance_counter)},
        {ATTEMPT(search_keyring)},
        {ATTEMPT(handle_page_faults)},
        {ATTEMPT(set_host_name)},
        {ATTEMPT(become_root_again)},
        {ATTEMPT(type_into_terminal)},
        {ATTEMPT(type_into_terminal_disguised)},
        {ATTEMPT(write_core)},
        {ATTEMPT(gain_privileges)},
};

/* What an observer does. */

static int read_file(void)
{
        return and_close(open("/etc/passwd", O_RDONLY | O_CLOEXEC));
}

static int read_only_roots_file(void)
{
        int r = and_close(open("/etc/shadow", O_RDONLY | O_CLOEXEC));
        bool may = geteuid() == 0 || capng_have_capability(CAPNG_EFFECTIVE, CAP_DAC_READ_SEARCH);

        return r == -ENOENT || !may ? 0 : r;
}

/* The access list of a place that is not opened: by the name of its descriptor in proc. A file without a list says so.
 */
static int look_at_access_list(void)
{
        _cleanup_fd_ int fd = open(file, O_PATH | O_CLOEXEC);
        char self[64], list[64];

        if (fd < 0)
                return -errno;
        (void)snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
        if (getxattr(self, "system.posix_acl_access", list, sizeof(list)) >= 0)
                return 0;
        return errno == ENODATA || errno == EOPNOTSUPP ? 0 : -errno;
}

static int walk_by_openat2(void)
{
        struct open_how how = {.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC,
                               .resolve = RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS};

        return and_close((int)syscall(SYS_openat2, AT_FDCWD, "/etc", &how, sizeof(how)));
}

static int list_directory(void)
{
        DIR *d = opendir("/etc");
        int r = d && readdir(d) ? 0 : -errno;

        if (d)
                (void)closedir(d);
        return r;
}

static int read_process(void)
{
        return and_close(open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC));
}

static int connect_to_a_bus(void)
{
        return and_close(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

static int look_at_a_socket_pair(void)
{
        int pair[2], r = succeeds(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));

        if (r == 0) {
                (void)close(pair[0]);
                (void)close(pair[1]);
        }
        return r;
}

static const struct attempt allowed[] = {
        {ATTEMPT(read_file)},
        {ATTEMPT(read_only_roots_file)},
        {ATTEMPT(walk_by_openat2)},
        {ATTEMPT(list_directory)},
        {ATTEMPT(read_process)},
        {ATTEMPT(connect_to_a_bus)},
        {ATTEMPT(look_at_a_socket_pair)},
        {ATTEMPT(look_at_access_list)},
};

static int listen_by_tcp(void)
{
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        socklen_t length = sizeof(address);
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

        if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, 1) < 0 ||
            getsockname(fd, (struct sockaddr *)&address, &length) < 0)
                return -errno;
        tcp_port = ntohs(address.sin_port);
        return 0;
}

static int prepare(const char *given, const char *executable)
{
        int fd, mount_id;

        place = given;
        file = must_printf("%s/file", place);
        fresh = must_printf("%s/fresh", place);
        directory = must_printf("%s/directory", place);
        program = must_strdup(executable);
        parent_pid = getppid();
        fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        if (fd < 0 || write(fd, "x", 1) != 1 || close(fd) < 0 || mkdir(directory, 0700) < 0)
                return -errno;
        handle = must_alloc(sizeof(*handle) + MAX_HANDLE_SZ);
        handle->handle_bytes = MAX_HANDLE_SZ;
        if (name_to_handle_at(AT_FDCWD, file, handle, &mount_id, 0) < 0)
                handle = NULL;
        mount_fd = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
        return listen_by_tcp();
}

static size_t report(const struct attempt *attempts, size_t count, bool must_fail, int landlock)
{
        size_t wrong = 0;

        for (size_t i = 0; i < count; i++) {
                int r = attempts[i].try();
                bool left_open = attempts[i].needs_landlock && landlock == 0;
                bool right = must_fail ? r < 0 || left_open : r == 0;

                printf("%s %-32s %s\n", right ? "ok  " : "BAD ", attempts[i].name,
                       r == 0 ? "possible" : strerrorname_np(-r));
                wrong += !right;
        }
        return wrong;
}

int main(int argc, char **argv)
{
        size_t wrong;
        int landlock, r;

        if (argc != 3)
                return 2;
        r = prepare(argv[1], argv[2]);
        if (r == 0)
                r = confine(&landlock);
        if (r < 0) {
                fprintf(stderr, "cannot be tried: %s\n", strerror(-r));
                return 2;
        }
        wrong = report(refused, ELEMENTS(refused), true, landlock);
        wrong += report(allowed, ELEMENTS(allowed), false, landlock);
        printf("%zu attempts, all to be refused; %zu needs, all to be met; Landlock version %d; %zu wrong\n",
               ELEMENTS(refused), ELEMENTS(allowed), landlock, wrong);
        return wrong > 0;
}
