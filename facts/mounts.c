/* SPDX-License-Identifier: EUPL-1.2 */
#include "facts/mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/memory.h"
#include "base/text.h"

/* Served by the kernel from its own disks or memory. Union types are local even where a layer is not: their directories
 * are cached, and a container's root is of this type. Sorted. */
static const char *const local_types[] = {
        "affs",    "apparmorfs", "aufs",     "bcachefs", "befs",     "bfs",        "binder",     "binfmt_misc",
        "bpf",     "btrfs",      "cgroup",   "cgroup2",  "configfs", "cpuset",     "cramfs",     "debugfs",
        "devpts",  "devtmpfs",   "ecryptfs", "efivarfs", "efs",      "erofs",      "exfat",      "ext2",
        "ext3",    "ext4",       "f2fs",     "fusectl",  "hfs",      "hfsplus",    "hpfs",       "hugetlbfs",
        "iso9660", "jffs2",      "jfs",      "minix",    "mqueue",   "msdos",      "nilfs2",     "nsfs",
        "ntfs3",   "omfs",       "overlay",  "proc",     "pstore",   "qnx4",       "qnx6",       "ramfs",
        "reiser4", "reiserfs",   "resctrl",  "romfs",    "rootfs",   "rpc_pipefs", "securityfs", "selinuxfs",
        "smackfs", "squashfs",   "sysfs",    "sysv",     "tmpfs",    "tracefs",    "ubifs",      "udf",
        "ufs",     "vfat",       "vxfs",     "xenfs",    "xfs",      "zfs",        "zonefs",
};

/* Answered by another host, another program, or a cluster's consent. Sorted. `fuse.NAME` counts as fuse. */
static const char *const remote_types[] = {
        "9p",      "acfs",  "afs",       "autofs", "beegfs", "ceph",  "cifs",   "coda",     "davfs",  "fuse",
        "fuseblk", "gfs2",  "glusterfs", "gpfs",   "lustre", "ncpfs", "nfs",    "nfs4",     "ocfs2",  "orangefs",
        "prl_fs",  "pvfs2", "shfs",      "smb2",   "smb3",   "smbfs", "vboxsf", "virtiofs", "vmhgfs", "wekafs",
};

static int compare_type(const void *key, const void *row)
{
        return strcmp(key, *(const char *const *)row);
}

enum mount_kind mount_kind(const char *type)
{
        if (starts_with(type, "fuse.") || starts_with(type, "fuseblk."))
                return MOUNT_REMOTE;
        if (bsearch(type, local_types, ELEMENTS(local_types), sizeof(*local_types), compare_type))
                return MOUNT_LOCAL;
        if (bsearch(type, remote_types, ELEMENTS(remote_types), sizeof(*remote_types), compare_type))
                return MOUNT_REMOTE;
        return MOUNT_UNKNOWN;
}

/* Undoes the kernel's octal escapes (\040 space, \011 tab, \012 newline, \134 backslash, \043 #) in place. */
static size_t unescape(char *s)
{
        char *to = s;
        const char *from = s;

        while (*from) {
                if (from[0] == '\\' && from[1] >= '0' && from[1] <= '3' && from[2] >= '0' && from[2] <= '7' &&
                    from[3] >= '0' && from[3] <= '7') {
                        *to++ = (char)((from[1] - '0') * 64 + (from[2] - '0') * 8 + (from[3] - '0'));
                        from += 4;
                } else
                        *to++ = *from++;
        }
        *to = '\0';
        return (size_t)(to - s);
}

/* Cuts the next field off a line; NULL at its end. */
static char *next_field(char **line)
{
        char *field = *line;
        char *space;

        if (!field || !*field)
                return NULL;
        space = strchr(field, ' ');
        if (space)
                *space = '\0';
        *line = space ? space + 1 : NULL;
        return field;
}

/* 36 35 98:0 /root /mount\040point rw,noatime master:1 - ext4 /dev/sda1 rw: the optional fields end with "-". */
static int parse_row(char *line, struct mount *ret)
{
        char *id = next_field(&line), *parent = next_field(&line), *device = next_field(&line);
        char *root = next_field(&line), *point = next_field(&line), *options = next_field(&line);
        char *field;

        if (!id || !parent || !device || !root || !point || !options)
                return -EINVAL;
        while ((field = next_field(&line)) && !streq(field, "-"))
                ;
        if (!field || !(field = next_field(&line)))
                return -EINVAL;
        if (parse_u64(id, &ret->id) < 0 || parse_u64(parent, &ret->parent) < 0)
                return -EINVAL;
        ret->device = device;
        ret->point = point;
        ret->point_length = unescape(point);
        ret->type = field;
        (void)unescape(field);
        ret->kind = mount_kind(field);
        return 0;
}

void mounts_parse(struct mounts *m, char *bytes, size_t length)
{
        char *line = bytes;
        char *end = bytes + length;

        mounts_free(m);
        m->bytes = bytes;
        while (line < end) {
                char *newline = memchr(line, '\n', (size_t)(end - line));
                char *after = newline ? newline + 1 : end;
                struct mount row = {0};

                if (newline)
                        *newline = '\0';
                if (parse_row(line, &row) == 0) {
                        m->rows = must_grow(m->rows, &m->allocated, m->count + 1, sizeof(*m->rows));
                        m->rows[m->count++] = row;
                        m->foreign += row.kind != MOUNT_LOCAL;
                }
                line = after;
        }
}

int mounts_open(void)
{
        int fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC | O_NOCTTY);

        return fd < 0 ? -errno : fd;
}

int mounts_load(struct mounts *m, int fd)
{
        char *bytes;
        size_t length;
        int r;

        mounts_free(m);
        if (fd < 0)
                return fd;
        if (lseek(fd, 0, SEEK_SET) < 0)
                return -errno;
        r = fd_read_all(fd, MOUNTS_BYTES_MOST, &bytes, &length);
        if (r < 0)
                return r;
        mounts_parse(m, bytes, length);
        return 0;
}

bool mounts_changed(int fd)
{
        struct pollfd table = {.fd = fd, .events = POLLPRI};

        /* proc_pid_mounts(5): a change is an error and priority data. A negative descriptor is left out: no change. */
        return poll(&table, 1, 0) != 0;
}

void mounts_free(struct mounts *m)
{
        free(m->bytes);
        free(m->rows);
        *m = (struct mounts){0};
}

static const struct mount *child_at(const struct mounts *m, uint64_t parent, const char *path, size_t length)
{
        size_t i;

        for (i = 0; i < m->count; i++) {
                const struct mount *row = &m->rows[i];

                if (row->parent == parent && row->id != parent && row->point_length == length &&
                    memcmp(row->point, path, length) == 0)
                        return row;
        }
        return NULL;
}

const struct mount *mounts_at(const struct mounts *m, uint64_t parent, const char *path, size_t length)
{
        const struct mount *top = NULL, *row;
        size_t depth = 0;

        /* What is mounted over a mount at the same point is that mount's child. A table that runs in circles ends too.
         */
        while (depth++ < m->count && (row = child_at(m, parent, path, length))) {
                top = row;
                parent = row->id;
        }
        return top;
}

const struct mount *mounts_foreign_at(const struct mounts *m, uint64_t parent, const char *path, size_t length)
{
        const struct mount *top;
        size_t i;

        for (i = 0; m->foreign > 0 && i < m->count; i++) {
                const struct mount *row = &m->rows[i];

                if (row->kind != MOUNT_LOCAL && row->point_length == length && memcmp(row->point, path, length) == 0) {
                        top = mounts_at(m, parent, path, length);
                        return top && top->kind != MOUNT_LOCAL ? top : NULL;
                }
        }
        return NULL;
}

void mounts_trust(struct mounts *m, uint64_t id)
{
        const char *device = NULL;
        size_t i;

        for (i = 0; i < m->count; i++)
                if (m->rows[i].id == id)
                        device = m->rows[i].device;
        for (i = 0; device && i < m->count; i++)
                if (m->rows[i].kind != MOUNT_LOCAL && streq(m->rows[i].device, device)) {
                        m->rows[i].kind = MOUNT_LOCAL;
                        m->foreign--;
                }
}
