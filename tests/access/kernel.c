/* SPDX-License-Identifier: EUPL-1.2 */
/* Our walk held against the kernel's: seeded random trees of directories, files, links and, as root, mounts; random
 * paths in them, resolved by access_stat() and access_lstat() and by openat2(2) with RESOLVE_IN_ROOT. Both must come to
 * the same inode, or fail in the same way. Half of the trees are walked without privilege, so that permissions count.
 *
 *     access_kernel [SEED] */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "facts/access.h"

#define TREES          40U
#define PLACES         120U  /* made in each */
#define PATHS          150U  /* asked of each, twice */
#define COMPARED_LEAST 2000U /* fewer would show nothing */

static uint64_t seed;
/* Shared with the trees' processes: how many paths led somewhere, and how many to nothing or were refused. */
struct outcomes {
        unsigned found, missing, refused;
};

static struct outcomes *outcomes;

static unsigned draw(unsigned below)
{
        seed = seed * 6364136223846793005U + 1442695040888963407U;
        return (unsigned)(seed >> 33) % below;
}

static _Noreturn void fail(const char *what)
{
        (void)fprintf(stderr, "%s: %s\n", what, strerror(errno));
        exit(1);
}

static int must(int r, const char *what)
{
        if (r < 0)
                fail(what);
        return r;
}

/* Few names, so that links and paths often meet something. */
static const char *name(void)
{
        static const char *const names[] = {"a", "b", "dd", "e.f", " "};

        return names[draw(ELEMENTS(names))];
}

static void random_path(struct text *to, unsigned most)
{
        unsigned n = 1 + draw(most);

        while (n-- > 0) {
                switch (draw(12)) {
                case 0:
                        text_add(to, "..");
                        break;
                case 1:
                        text_add(to, ".");
                        break;
                case 2:
                        text_add(to, "/");
                        break;
                default:
                        text_add(to, name());
                }
                if (n > 0)
                        text_add_char(to, '/');
        }
        if (draw(8) == 0)
                text_add(to, draw(2) ? "/" : "/.");
}

/* Opens a place of the tree to change it. No link is followed, so that nothing outside the tree is ever changed. */
static int open_inside(int root, const char *path, int flags)
{
        struct open_how how = {
                .flags = (unsigned)flags | (unsigned)O_CLOEXEC | (unsigned)O_DIRECTORY,
                .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
        };

        return (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
}

/* Mounts something local on a directory of the tree: a tmpfs with a little in it, or a directory of the tree. */
static void mount_on(int root, const char *path, bool bind)
{
        _cleanup_fd_ int directory = open_inside(root, path, O_PATH);
        _cleanup_fd_ int other = open_inside(root, "a", O_PATH);
        _cleanup_free_ char *target = must_printf("/proc/self/fd/%d", directory);
        _cleanup_free_ char *source = must_printf("/proc/self/fd/%d", other);
        _cleanup_fd_ int mounted = -1;

        if (directory < 0 || (bind && other < 0))
                return;
        if (bind) {
                (void)mount(source, target, NULL, MS_BIND, NULL);
                return;
        }
        if (mount("t", target, "tmpfs", 0, "mode=0755,size=1m") < 0)
                return;
        mounted = open_inside(root, path, O_PATH);
        if (mounted < 0 || mkdirat(mounted, "a", 0755) < 0 || symlinkat("..", mounted, name()) < 0)
                return; /* then there is less to see */
}

static void make_directory(int root, int parent, const char *path, bool mounts)
{
        if (mkdirat(parent, strrchr(path, '/') + 1, 0755) == 0 && mounts && draw(4) == 0)
                mount_on(root, path, draw(2));
}

static void change_mode(int root, const char *path)
{
        static const mode_t modes[] = {0755, 0755, 0755, 0755, 0711, 0744, 0700, 0000};
        _cleanup_fd_ int fd = open_inside(root, path, O_RDONLY);

        if (fd >= 0)
                (void)fchmod(fd, modes[draw(ELEMENTS(modes))]);
}

/* One more thing in the tree, under a directory that is there, or nothing. */
static void make_place(int root, bool mounts)
{
        _cleanup_text_ struct text path = {0}, target = {0};
        _cleanup_fd_ int parent = -1;
        unsigned depth = draw(4);
        const char *last = name();
        int fd;

        text_add_char(&path, '.');
        while (depth-- > 0)
                text_printf(&path, "/%s", name());
        parent = open_inside(root, text_string(&path), O_PATH);
        if (parent < 0)
                return;
        text_printf(&path, "/%s", last);
        switch (draw(10)) {
        case 0:
        case 1:
        case 2:
        case 3:
                make_directory(root, parent, text_string(&path), mounts);
                break;
        case 4:
                fd = openat(parent, last, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
                if (fd >= 0)
                        (void)close(fd);
                break;
        case 5:
                (void)mkfifoat(parent, last, 0644);
                break;
        case 6:
                change_mode(root, text_string(&path));
                break;
        default:
                if (draw(3) == 0)
                        text_add_char(&target, '/');
                random_path(&target, 4);
                if (symlinkat(text_string(&target), parent, last) < 0)
                        return; /* the name is taken */
        }
}

/* The kernel's answer: a descriptor, or a negative errno. */
static int kernel_resolves(int root, const char *path, bool follow)
{
        struct open_how how = {
                .flags = (unsigned)O_PATH | (unsigned)O_CLOEXEC | (follow ? 0U : (unsigned)O_NOFOLLOW),
                .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
        };
        long fd;

        do
                fd = syscall(SYS_openat2, root, path, &how, sizeof(how));
        while (fd < 0 && (errno == EAGAIN || errno == EINTR));
        return fd < 0 ? -errno : (int)fd;
}

static bool same_failure(int error, const struct access_file *f)
{
        switch (-error) {
        case ENOENT:
        case ENOTDIR:
                return f->state == BIO_ABSENT;
        case ELOOP:
                return f->state == BIO_UNREADABLE && streq(f->why, "too many links");
        case EACCES:
                return f->state == BIO_UNREADABLE && streq(f->why, "permission denied");
        case ENAMETOOLONG:
                return f->state == BIO_UNREADABLE && streq(f->why, "name too long");
        }
        return false;
}

static bool same_place(int root, int fd, const struct access_file *f)
{
        struct stat s;
        int again;

        if (f->state != BIO_KNOWN || fstat(fd, &s) < 0 || s.st_ino != f->inode || s.st_mode != f->mode)
                return false;
        /* And the path that we say it has leads there, without a link. */
        again = kernel_resolves(root, f->resolved, false);
        if (again < 0 || fstat(again, &s) < 0 || close(again) < 0)
                return false;
        return s.st_ino == f->inode;
}

static void compare(struct access *a, int root, const char *path, bool follow)
{
        const struct access_file *f = follow ? access_stat(a, path) : access_lstat(a, path);
        int fd = kernel_resolves(root, path, follow);

        if (fd < 0 ? !same_failure(fd, f) : !same_place(root, fd, f)) {
                (void)fprintf(stderr, "%s %s: the kernel says %s, we say %s (%s)\n", follow ? "stat" : "lstat", path,
                              fd < 0 ? strerror(-fd) : "found", f->resolved ? f->resolved : "nothing",
                              f->why ? f->why : "");
                exit(1);
        }
        if (fd >= 0)
                (void)close(fd);
        outcomes->found += fd >= 0;
        outcomes->missing += fd == -ENOENT || fd == -ENOTDIR;
        outcomes->refused += fd < 0 && fd != -ENOENT && fd != -ENOTDIR;
}

static void drop_privileges(void)
{
        must(setgroups(0, NULL), "setgroups");
        must(setresgid(65534, 65534, 65534), "setresgid");
        must(setresuid(65534, 65534, 65534), "setresuid");
}

/* One tree, in a process of its own. */
static void compare_tree(const char *place, bool privileged, bool mounts)
{
        struct access *a;
        unsigned i;
        int root;

        root = must(open(place, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW), place);
        if (mounts)
                must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "private mounts");
        for (i = 0; i < PLACES; i++)
                make_place(root, mounts);
        if (geteuid() == 0 && !privileged)
                drop_privileges();
        errno = -access_open(place, &a);
        if (errno)
                fail(place);
        for (i = 0; i < PATHS; i++) {
                _cleanup_text_ struct text path = {0};

                text_add_char(&path, '/');
                random_path(&path, 6);
                compare(a, root, text_string(&path), true);
                compare(a, root, text_string(&path), false);
        }
        access_close(a);
        exit(0);
}

static int remove_one(const char *path, const struct stat *s, int type, struct FTW *ftw)
{
        (void)s;
        (void)type;
        (void)ftw;
        return remove(path);
}

static int open_one(const char *path, const struct stat *s, int type, struct FTW *ftw)
{
        (void)s;
        (void)ftw;
        return type == FTW_D || type == FTW_DNR ? chmod(path, 0700) : 0;
}

/* Without privilege a closed directory is opened first, and what is in it in the next round. */
static void remove_tree(const char *place)
{
        unsigned rounds = 8;

        while (rounds-- > 0 && nftw(place, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
                (void)nftw(place, open_one, 16, FTW_PHYS);
}

int main(int argc, char **argv)
{
        bool mounts = geteuid() == 0 && unshare(CLONE_NEWNS) == 0;
        uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 20240917;
        unsigned tree, failed = 0;

        outcomes = mmap(NULL, sizeof(*outcomes), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (outcomes == MAP_FAILED)
                fail("mmap");
        for (tree = 0; tree < TREES; tree++) {
                char place[] = "/tmp/bioagent-walk.XXXXXX";
                int status;
                pid_t pid;

                if (!mkdtemp(place))
                        fail(place);
                must(chmod(place, 0755), place);
                seed = first + tree;
                pid = must(fork(), "fork");
                if (pid == 0) {
                        (void)alarm(30);
                        if (mounts)
                                must(unshare(CLONE_NEWNS), "mount namespace");
                        compare_tree(place, tree % 2 == 0, mounts && tree % 4 >= 2);
                }
                must(waitpid(pid, &status, 0), "waitpid");
                if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
                        (void)fprintf(stderr, "tree of seed %llu failed\n", (unsigned long long)(first + tree));
                        failed++;
                }
                remove_tree(place);
        }
        (void)printf("walk against the kernel: %u paths compared in %u trees (seed %llu%s): %u found, %u missing, %u "
                     "refused; "
                     "%u trees failed\n",
                     outcomes->found + outcomes->missing + outcomes->refused, TREES, (unsigned long long)first,
                     mounts ? ", with mounts" : "", outcomes->found, outcomes->missing, outcomes->refused, failed);
        return failed > 0 || outcomes->found < COMPARED_LEAST ? 1 : 0;
}
