/* SPDX-License-Identifier: EUPL-1.2 */
#include "facts/proc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/memory.h"
#include "base/text.h"
#include "facts/mounts.h"

#define PROC_FILE_MOST (256 * 1024)
#define PROCESSES_MOST 65536
#define FOUND_MOST     4096 /* of one name */
#define COMM_LENGTH    15   /* proc_pid_comm(5); of threads of the kernel more is shown */
#define ARGUMENTS_MOST 256

/* Files of /proc have no size, so they are read to their end. */
static int read_proc(const char *path, char **ret, size_t *length)
{
        _cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

        return fd < 0 ? -errno : fd_read_all(fd, PROC_FILE_MOST, ret, length);
}

/* Seconds since the epoch at which the system started (proc(5), btime). */
static int64_t boot_moment(void)
{
        _cleanup_free_ char *stat = NULL;
        const char *line;

        if (read_proc("/proc/stat", &stat, NULL) < 0)
                return -1;
        line = strstr(stat, "\nbtime ");
        return line ? (int64_t)strtoll(line + strlen("\nbtime "), NULL, 10) : -1;
}

struct process {
        char name[64];
        uint64_t start_ticks;
};

/* proc(5): `pid (comm) state ppid …`, comm may hold any byte, so the last ')' ends it; field 22 is starttime. */
static int parse_stat(const char *stat, struct process *ret)
{
        const char *open = strchr(stat, '('), *end = strrchr(stat, ')');
        const char *field;
        size_t length;
        int i;

        if (!open || !end || end < open)
                return -EBADMSG;
        length = (size_t)(end - open - 1);
        if (length >= sizeof(ret->name))
                return -EBADMSG;
        memcpy(ret->name, open + 1, length);
        ret->name[length] = '\0';
        field = end + 1;
        for (i = 3; i <= 22 && field; i++)
                field = strchr(field + 1, ' ');
        /* After the loop `field` stands at the blank before field 23; step back over field 22. */
        if (!field)
                return -EBADMSG;
        do
                field--;
        while (field > end && *field != ' ');
        ret->start_ticks = strtoull(field + 1, NULL, 10);
        return 0;
}

static struct bio_node *arguments_node(struct tree *t, const char *base)
{
        _cleanup_free_ char *path = must_printf("%s/cmdline", base), *bytes = NULL;
        struct bio_node *list = tree_list(t);
        size_t length = 0, at = 0, n;
        int r = read_proc(path, &bytes, &length);

        if (r < 0)
                return tree_unreadable(t, "%s: %s", path, strerror(-r));
        for (n = 0; at < length && n < ARGUMENTS_MOST; n++) {
                size_t word = strnlen(bytes + at, length - at);

                tree_append(list, tree_bytes(t, bytes + at, word));
                at += word + 1;
        }
        return at < length ? tree_note(list, "only the first %d arguments", ARGUMENTS_MOST) : list;
}

/* Whether a process is in a process namespace below ours, as in a container: then it has a number in each of them
 * (proc_pid_status(5), NSpid). */
static bool is_inner(const char *base)
{
        _cleanup_free_ char *path = must_printf("%s/status", base), *status = NULL;
        const char *line;

        if (read_proc(path, &status, NULL) < 0)
                return false;
        line = strstr(status, "\nNSpid:\t");
        return line && strcspn(line + strlen("\nNSpid:\t"), "\t") < strcspn(line + 1, "\n") - strlen("NSpid:\t");
}

/* One process, or NULL where it is gone, or has another name than `name`. */
static struct bio_node *process_node(struct tree *t, int64_t pid, const char *name, int64_t boot)
{
        _cleanup_free_ char *base = must_printf("/proc/%" PRIi64, pid), *path = must_printf("%s/stat", base),
                            *stat = NULL;
        struct process process;
        struct bio_node *node;
        long ticks = sysconf(_SC_CLK_TCK);

        if (read_proc(path, &stat, NULL) < 0 || parse_stat(stat, &process) < 0 || (name && !streq(process.name, name)))
                return NULL;
        node = tree_basis(tree_from(tree_map(t), base, 0, 0), BIO_RUNNING);
        tree_set(node, "pid", tree_integer(t, pid));
        tree_set(node, "name", tree_text(t, process.name));
        tree_set(node, "argv", arguments_node(t, base));
        tree_set(node, "inner", tree_bool(t, is_inner(base)));
        if (boot >= 0 && ticks > 0)
                tree_set(node, "start", tree_integer(t, boot + (int64_t)(process.start_ticks / (uint64_t)ticks)));
        else
                tree_set(node, "start", tree_unreadable(t, "/proc/stat has no btime"));
        return node;
}

struct bio_node *proc_process(struct tree *t, int64_t pid)
{
        struct bio_node *node = process_node(t, pid, NULL, boot_moment());

        if (node)
                return node;
        return tree_basis(tree_from(tree_absent(t, "no process %" PRIi64, pid), "/proc", 0, 0), BIO_RUNNING);
}

struct proc_name {
        int64_t pid;
        char name[COMM_LENGTH + 1];
};

void proc_names_done(struct proc_names *names)
{
        free(names->rows);
        *names = (struct proc_names){0};
}

/* One that has ended meanwhile is left out, and so is a thread of the kernel whose name is longer than anybody asks
 * for. */
static void take_name(struct proc_names *names, int directory, int64_t pid)
{
        char path[32], name[COMM_LENGTH + 2];
        _cleanup_fd_ int fd = -1;
        ssize_t length;

        (void)snprintf(path, sizeof(path), "%" PRIi64 "/comm", pid);
        fd = openat(directory, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        length = fd < 0 ? -1 : read(fd, name, sizeof(name));
        if (length <= 0 || length > COMM_LENGTH + 1 || name[length - 1] != '\n')
                return;
        name[length - 1] = '\0';
        names->rows = must_grow(names->rows, &names->allocated, names->count + 1, sizeof(*names->rows));
        names->rows[names->count] = (struct proc_name){.pid = pid};
        memcpy(names->rows[names->count++].name, name, (size_t)length);
}

static int take_names(struct proc_names *names)
{
        _cleanup_dir_ DIR *directory = opendir("/proc");
        struct dirent *entry;
        size_t looked = 0;
        int64_t pid;

        if (!directory)
                return -errno;
        while ((entry = readdir(directory))) {
                if (parse_i64(entry->d_name, &pid) < 0)
                        continue;
                if (++looked > PROCESSES_MOST)
                        return -E2BIG;
                take_name(names, dirfd(directory), pid);
        }
        return 0;
}

struct bio_node *proc_processes(struct proc_names *names, struct tree *t, const char *name)
{
        struct bio_node *list = tree_basis(tree_from(tree_list(t), "/proc", 0, 0), BIO_RUNNING);
        int64_t boot = -1;
        size_t i;

        if (!names->taken)
                names->error = take_names(names);
        names->taken = true;
        if (names->error < 0)
                list = names->error == -E2BIG ? tree_undecidable(t, "too many processes")
                                              : tree_unreadable(t, "/proc: %s", strerror(-names->error));
        for (i = 0; names->error >= 0 && i < names->count; i++) {
                struct bio_node *node;

                if (!streq(names->rows[i].name, name))
                        continue;
                if (tree_count(list) >= FOUND_MOST) {
                        list = tree_undecidable(t, "too many processes");
                        break;
                }
                if (boot < 0)
                        boot = boot_moment();
                node = process_node(t, names->rows[i].pid, name, boot);
                if (node)
                        tree_append(list, node);
        }
        return tree_basis(tree_from(list, "/proc", 0, 0), BIO_RUNNING);
}

static bool exists(const char *path)
{
        return faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* The namespaces that the kernel boots with have fixed numbers (linux/proc_ns.h: PROC_PID_INIT_INO,
 * PROC_USER_INIT_INO). */
static bool in_namespace(const char *path, const char *initial)
{
        char link[64] = "";
        ssize_t length = readlink(path, link, sizeof(link) - 1);

        return length > 0 && streq(link, initial);
}

struct bio_node *proc_file_system(struct tree *t, const char *path)
{
        _cleanup_(mounts_free) struct mounts mounts = {0};
        _cleanup_fd_ int fd = mounts_open();
        struct statx looked;
        struct bio_node *node = NULL;
        size_t i;

        if (statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_MNT_ID, &looked) < 0)
                node = tree_unreadable(t, "%s", strerror(errno));
        else if (!(looked.stx_mask & STATX_MNT_ID))
                node = tree_unreadable(t, "this kernel does not name mounts");
        else if (fd < 0 || mounts_load(&mounts, fd) < 0)
                node = tree_unreadable(t, "the mount table cannot be read");
        for (i = 0; !node && i < mounts.count; i++)
                if (mounts.rows[i].id == looked.stx_mnt_id)
                        node = tree_text(t, mounts.rows[i].type);
        if (!node)
                node = tree_unreadable(t, "the mount table lacks its mount");
        return tree_basis(tree_from(node, "/proc/self/mountinfo", 0, 0), BIO_RUNNING);
}

struct bio_node *proc_container(struct tree *t)
{
        static const struct {
                const char *path, *kind;
        } marks[] = {
                {"/run/systemd/container", "container"},
                {"/.dockerenv", "docker"},
                {"/run/.containerenv", "podman"},
        };
        const char *kind = "none", *source = "/proc/self/ns";
        bool initial_users = in_namespace("/proc/self/ns/user", "user:[4026531837]");
        size_t i;

        if (!initial_users)
                kind = "user namespace";
        /* A mark alone proves nothing: a machine that was made from a container's image carries it too. */
        for (i = 0; i < ELEMENTS(marks) && !(initial_users && in_namespace("/proc/self/ns/pid", "pid:[4026531836]"));
             i++) {
                if (exists(marks[i].path)) {
                        kind = marks[i].kind;
                        source = marks[i].path;
                        break;
                }
        }
        return tree_basis(tree_from(tree_text(t, kind), source, 0, 0), BIO_RUNNING);
}
