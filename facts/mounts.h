/* SPDX-License-Identifier: EUPL-1.2 */
/* The mount table of this process's own namespace, as /proc/self/mountinfo tells it (proc_pid_mountinfo(5)), asked
 * before a path is followed onto a mount: is what is mounted there served by this kernel itself, or by another host or
 * process that may never answer? */
#ifndef FACTS_MOUNTS_H
#define FACTS_MOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* LOCAL: answered by this kernel from its own storage or memory. REMOTE: a network file system, FUSE or autofs:
 * entering it can wait for ever. UNKNOWN: a type that is not in our table; not entered either. */
enum mount_kind { MOUNT_LOCAL, MOUNT_REMOTE, MOUNT_UNKNOWN };

struct mount {
        uint64_t id;
        uint64_t parent;
        const char *device; /* "8:1" */
        const char *point;  /* where it is mounted, unescaped, seen from this process's root */
        size_t point_length;
        const char *type; /* "ext4", "fuse.sshfs" */
        enum mount_kind kind;
};

/* Zero-initialise; release with mounts_free(). */
struct mounts {
        char *bytes; /* owned; fields point into it */
        struct mount *rows;
        size_t count;
        size_t allocated;
        size_t foreign; /* rows that are not local */
};

#define MOUNTS_BYTES_MOST ((size_t)16 * 1024 * 1024)

/* Takes over `bytes` (malloc'd, followed by a NUL), which it changes. A row that is not well-formed is left out: what
 * is mounted there is then not in the table, and not entered. */
void mounts_parse(struct mounts *m, char *bytes, size_t length);
/* Opens the table of this process: a descriptor, or negative errno. */
int mounts_open(void);
/* Reads the open table from its beginning; negative errno, also where it is larger than MOUNTS_BYTES_MOST. Replaces
 * what is there. */
int mounts_load(struct mounts *m, int fd);
/* True where something was mounted or unmounted since the last time that this was asked, or since the table was opened.
 */
bool mounts_changed(int fd);
void mounts_free(struct mounts *m);

/* The topmost mount on `path`, looked for upwards from the mount `parent` that the path's directory lies in: so a mount
 * that lies hidden below another is not mistaken for it. NULL: none. */
const struct mount *mounts_at(const struct mounts *m, uint64_t parent, const char *path, size_t length);
/* The same, and quick where no mount is foreign: NULL too where what is there is local. */
const struct mount *mounts_foreign_at(const struct mounts *m, uint64_t parent, const char *path, size_t length);
/* Makes every mount of the device that mount `id` has local: the system runs from there already. */
void mounts_trust(struct mounts *m, uint64_t id);

enum mount_kind mount_kind(const char *type);

#endif
