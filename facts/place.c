/* SPDX-License-Identifier: EUPL-1.2 */
/* The only code that touches the audited file system: one name at a time, never onto a mount that may not answer. */
#include "facts/place.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/memory.h"
#include "facts/access.h"

/* AppArmor's pseudo file system, whose links are magic as those of proc; not in <linux/magic.h> of every release. */
#define APPARMOR_MAGIC 0x5a3c69f0

#define NEVER_ACROSS (RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS)

static int openat2_of(int dirfd, const char *name, int flags, uint64_t resolve)
{
        struct open_how how = {.flags = (unsigned)flags | (unsigned)O_CLOEXEC, .resolve = resolve};
        long fd;

        do
                fd = syscall(SYS_openat2, dirfd, name, &how, sizeof(how));
        while (fd < 0 && errno == EINTR);
        return fd < 0 ? -errno : (int)fd;
}

_Static_assert(ACCESS_TOTAL_MOST == (size_t)48 * 1024 * 1024, "walk_error() says 48 MiB");

const char *walk_error(int error)
{
        const char *text;

        switch (error < 0 ? -error : error) {
        case EACCES:
        case EPERM:
                return "permission denied";
        case ELOOP:
                return "too many links";
        case ENAMETOOLONG:
                return "name too long";
        case EIO:
                return "input/output error";
        case EAGAIN:
                return "in use: a lease is held on it";
        case ENOBUFS:
                return "more than 48 MiB in one run";
        case ESTALE:
                return "replaced while it was looked at";
        }
        text = strerrordesc_np(error < 0 ? -error : error);
        return text ? text : "unknown error";
}

int walk_look(int fd, struct looked *ret)
{
        struct statx x;

        /* What the kernel knows already is enough for every local file system, and nobody is asked for it. */
        if (statx(fd, "", AT_EMPTY_PATH | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC, STATX_BASIC_STATS | STATX_MNT_ID, &x) <
            0)
                return -errno;
        if (!(x.stx_mask & STATX_MNT_ID))
                return -ENOSYS;
        *ret = (struct looked){
                .mode = x.stx_mode,
                .uid = x.stx_uid,
                .gid = x.stx_gid,
                .size = x.stx_size,
                .inode = x.stx_ino,
                .device = (uint64_t)x.stx_dev_major << 32 | x.stx_dev_minor,
                .mount = x.stx_mnt_id,
                .mtime = x.stx_mtime.tv_sec,
                .mtime_nanoseconds = x.stx_mtime.tv_nsec,
                .ctime = x.stx_ctime.tv_sec,
                .ctime_nanoseconds = x.stx_ctime.tv_nsec,
        };
        return 0;
}

bool walk_same(const struct looked *a, const struct looked *b)
{
        return a->inode == b->inode && a->device == b->device && a->mount == b->mount &&
               ((a->mode ^ b->mode) & S_IFMT) == 0;
}

bool walk_unchanged(const struct looked *a, const struct looked *b)
{
        return a->size == b->size && a->mtime == b->mtime && a->mtime_nanoseconds == b->mtime_nanoseconds &&
               a->ctime == b->ctime && a->ctime_nanoseconds == b->ctime_nanoseconds;
}

/* Keeps a directory's descriptor; closes the one that was used longest ago where there are too many. */
static void keep_open(struct walk *w, struct entry *e, int fd)
{
        size_t slot = w->open_count, i;

        if (w->open_count == WALK_OPEN_MOST) {
                for (slot = 0, i = 1; i < w->open_count; i++)
                        if (w->open[i]->used < w->open[slot]->used)
                                slot = i;
                close_fd(&w->open[slot]->fd);
        } else
                w->open_count++;
        w->open[slot] = e;
        e->fd = fd;
        e->used = ++w->clock;
}

/* What is mounted on a place, as of now: the table is read again where something was mounted since. */
static const struct mount *mount_of(struct walk *w, const struct entry *e, const char *path, size_t length)
{
        if (mounts_changed(w->mounts_fd))
                walk_read_mounts(w);
        return mounts_at(&w->mounts, e->parent->looked.mount, path, length);
}

static int refuse_mount(struct walk *w, struct entry *e, const struct mount *mount)
{
        _cleanup_free_ char *type = safe_string(mount->type, strlen(mount->type));
        _cleanup_free_ char *why =
                must_printf(mount->kind == MOUNT_REMOTE ? "remote mount, not entered (%s)"
                                                        : "mount of an unknown type, not entered (%s)",
                            type);

        e->why = arena_copy(&w->arena, why, strlen(why));
        return -EREMOTE;
}

/* Opens a mount point onto what is mounted there, if that is local; and makes sure that it was that. */
static int open_across(struct walk *w, struct entry *e, int dirfd, const char *path, size_t length)
{
        const struct mount *mount = mount_of(w, e, path, length);
        _cleanup_fd_ int fd = -1;
        struct looked looked;
        int r;

        if (!mount) {
                e->why = w->mounts_error < 0 ? "mount, not entered: the mount table cannot be read"
                                             : "mount that is not in the mount table, not entered";
                return -EXDEV;
        }
        if (mount->kind != MOUNT_LOCAL)
                return refuse_mount(w, e, mount);
        fd = openat2_of(dirfd, e->name, O_PATH | O_NOFOLLOW, RESOLVE_NO_MAGICLINKS);
        if (fd < 0)
                return fd;
        r = walk_look(fd, &looked);
        if (r < 0)
                return r;
        if (looked.mount != mount->id) {
                e->why = "mount that changed while it was looked at, not entered";
                return -EXDEV;
        }
        e->crossed = true;
        return TAKE_FD(fd);
}

/* Opens the place itself (O_PATH). `e->why` may be set with the error. */
static int open_place(struct walk *w, struct entry *e, int dirfd)
{
        char buffer[2 * WALK_PATH_MOST];
        char *end = buffer + sizeof(buffer), *path = entry_write_path(e, end);
        const struct mount *foreign;
        int fd;

        path -= w->place.length;
        memcpy(path, text_string(&w->place), w->place.length);
        /* What the table already knows to be foreign is not touched at all: autofs makes even a look at the mount point
         * wait while it expires what is mounted there. */
        foreign = mounts_foreign_at(&w->mounts, e->parent->looked.mount, path, (size_t)(end - path));
        if (foreign)
                return refuse_mount(w, e, foreign);
        fd = openat2_of(dirfd, e->name, O_PATH | O_NOFOLLOW, NEVER_ACROSS);
        return fd == -EXDEV ? open_across(w, e, dirfd, path, (size_t)(end - path)) : fd;
}

int walk_directory(struct walk *w, struct entry *e)
{
        _cleanup_fd_ int fd = -1;
        struct looked looked;
        int dirfd, r;

        if (e->fd >= 0) {
                e->used = ++w->clock;
                return e->fd;
        }
        dirfd = walk_directory(w, e->parent);
        if (dirfd < 0)
                return dirfd;
        fd = open_place(w, e, dirfd);
        if (fd < 0)
                return fd;
        r = walk_look(fd, &looked);
        if (r < 0)
                return r;
        if (!walk_same(&looked, &e->looked))
                return -ESTALE;
        keep_open(w, e, TAKE_FD(fd));
        return e->fd;
}

/* Links of proc and of AppArmor lead where no text says, and around every check of the walk: /proc/PID/root is another
 * root. Those that are ordinary (/proc/self) are followed as any link. */
static bool is_magic(int fd, int dirfd, const char *name)
{
        _cleanup_fd_ int behind = -1;
        struct statfs s;

        if (fstatfs(fd, &s) < 0)
                return true;
        if ((unsigned long)s.f_type != PROC_SUPER_MAGIC && (unsigned long)s.f_type != APPARMOR_MAGIC)
                return false;
        behind = openat2_of(dirfd, name, O_PATH, NEVER_ACROSS);
        return behind == -ELOOP;
}

static int look_at_link(struct walk *w, struct entry *e, int fd, int dirfd)
{
        char target[WALK_PATH_MOST + 1];
        ssize_t n;

        if (is_magic(fd, dirfd, e->name)) {
                e->why = "link of the kernel's own kind, not followed";
                return -ELOOP;
        }
        n = readlinkat(fd, "", target, sizeof(target));
        if (n < 0)
                return -errno;
        if (n == 0)
                return -ENOENT;
        if ((size_t)n == sizeof(target) || memchr(target, '\0', (size_t)n))
                return -ENAMETOOLONG;
        e->target = arena_copy(&w->arena, target, (size_t)n);
        e->target_length = (size_t)n;
        e->kind = ENTRY_LINK;
        return 0;
}

/* Finds out what stands at a new entry. */
int place_look(struct walk *w, struct entry *e)
{
        _cleanup_fd_ int fd = -1;
        int dirfd, r;

        dirfd = walk_directory(w, e->parent);
        if (dirfd < 0)
                return dirfd;
        fd = open_place(w, e, dirfd);
        if (fd < 0)
                return fd;
        r = walk_look(fd, &e->looked);
        if (r < 0)
                return r;
        if (S_ISLNK(e->looked.mode))
                return look_at_link(w, e, fd, dirfd);
        if (S_ISDIR(e->looked.mode)) {
                e->kind = ENTRY_DIRECTORY;
                keep_open(w, e, TAKE_FD(fd));
        } else
                e->kind = ENTRY_OTHER;
        return 0;
}

int walk_open(struct walk *w, struct entry *e, struct looked *ret)
{
        /* O_NONBLOCK: what was a file a moment ago may be a FIFO now, or have a lease on it. */
        int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY;
        _cleanup_fd_ int fd = -1;
        int dirfd, r;

        if (e->kind == ENTRY_DIRECTORY)
                flags |= O_DIRECTORY;
        dirfd = walk_directory(w, e->parent ? e->parent : e);
        if (dirfd < 0)
                return dirfd;
        /* By name and not as "." of itself: to list a directory one need not be allowed to search it. */
        if (e->parent)
                fd = openat2_of(dirfd, e->name, flags | O_NOFOLLOW, e->crossed ? RESOLVE_NO_MAGICLINKS : NEVER_ACROSS);
        else
                fd = openat2_of(dirfd, ".", flags, NEVER_ACROSS);
        if (fd == -ELOOP || fd == -ENOENT || fd == -ENOTDIR || fd == -EXDEV || fd == -ENXIO)
                return -ESTALE;
        if (fd < 0)
                return fd;
        r = walk_look(fd, ret);
        if (r < 0)
                return r;
        return walk_same(ret, &e->looked) ? TAKE_FD(fd) : -ESTALE;
}

ssize_t walk_attribute(struct walk *w, struct entry *e, const char *name, void *to, size_t room)
{
        char self[sizeof("/proc/self/fd/") + 3 * sizeof(int)];
        _cleanup_fd_ int opened = -1;
        struct looked looked;
        ssize_t n;
        int dirfd, r;

        dirfd = walk_directory(w, e->kind == ENTRY_DIRECTORY ? e : e->parent);
        if (dirfd < 0)
                return dirfd;
        if (e->kind != ENTRY_DIRECTORY) {
                opened = openat2_of(dirfd, e->name, O_PATH | O_NOFOLLOW,
                                    e->crossed ? RESOLVE_NO_MAGICLINKS : NEVER_ACROSS);
                if (opened < 0)
                        return opened;
                r = walk_look(opened, &looked);
                if (r < 0)
                        return r;
                if (!walk_same(&looked, &e->looked))
                        return -ESTALE;
        }
        /* fgetxattr(2) takes no O_PATH descriptor; its name in proc leads to the place without opening it. */
        (void)snprintf(self, sizeof(self), "/proc/self/fd/%d", opened >= 0 ? opened : dirfd);
        n = getxattr(self, name, to, room);
        return n < 0 ? -errno : n;
}

int place_search(struct walk *w, struct entry *e)
{
        int dirfd = walk_directory(w, e), fd;

        if (dirfd < 0)
                return dirfd;
        fd = openat2_of(dirfd, ".", O_PATH, NEVER_ACROSS);
        if (fd < 0)
                return fd;
        (void)close(fd);
        return 0;
}
