/* SPDX-License-Identifier: EUPL-1.2 */
/* The one way in which facts read the audited host's files.
 *
 * A path is walked component by component below the root's descriptor: openat2(2) of one name with O_PATH|O_NOFOLLOW
 * and RESOLVE_NO_XDEV|RESOLVE_NO_MAGICLINKS; links are read and resolved here, never above the root (the model is
 * chase() of systemd). A mount point is stepped onto only if its file system is local by its type in mountinfo;
 * network, FUSE and autofs answer `unreadable: remote mount, not entered`, as opening one can block for ever. A file is
 * looked at (fstat) before it is opened for reading, read with read(2), never mmap, and again when it changed
 * meanwhile; no FIFO or device is opened.
 *
 * It remembers what was read: files, directories, links passed, and the first component that was missing; so that the
 * exact inputs of a run are known, as evidence and as what has to be watched. Files and directory descriptors are
 * cached for the life of the access; a file is read once. */
#ifndef FACTS_ACCESS_H
#define FACTS_ACCESS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "base/cleanup.h"
#include "bioagent/node.h"

struct access;

/* How a look ended. A missing path is an answer (ABSENT); all else that is no answer is UNREADABLE, with the reason. */
struct access_file {
        enum bio_state state; /* KNOWN, ABSENT or UNREADABLE */
        /* Reason of UNREADABLE: "permission denied", "larger than 1048576 bytes", "is a FIFO", …; of ABSENT: the first
         * component that is missing, as a path. */
        const char *why;
        const char *path;     /* as asked for, normalised */
        const char *resolved; /* after links, below the root; NULL unless KNOWN */
        const char *bytes;    /* content, NUL-terminated; NULL where only the metadata was asked for */
        size_t length;
        mode_t mode; /* type and permissions */
        uid_t uid;
        gid_t gid;
        uint64_t size, inode, device;
        int64_t mtime, ctime; /* seconds since the epoch */
};

/* POSIX access control (acl(5)). Where a file has a list, the group bits of its mode are the list's mask, and say what
 * the group may have at most. */
enum grant_to {
        GRANT_OWNER = 1,
        GRANT_USER = 2,
        GRANT_GROUP_OWNER = 4,
        GRANT_GROUP = 8,
        GRANT_MASK = 16,
        GRANT_EVERYONE = 32,
};

struct grant {
        enum grant_to to;
        unsigned permissions; /* 4 read, 2 write, 1 execute; what the mask takes away is taken away */
        uint32_t id;          /* of GRANT_USER and GRANT_GROUP */
};

#define ACCESS_ACL_MOST 1024 /* entries */

struct access_acl {
        enum bio_state state; /* as of access_file */
        const char *why;
        size_t count; /* 0: the file has no list, and its mode says all */
        const struct grant *grants;
};

struct access_directory {
        enum bio_state state;
        const char *why;
        const char *path;
        const char *resolved;
        size_t count;
        const char *const *names; /* sorted bytewise; without . and .. */
        /* Beside each name, what readdir(3) says it is (DT_LNK, …; DT_UNKNOWN where it does not say): a hint by which a
         * reader need not look at what cannot matter. */
        const unsigned char *types;
};

/* Largest file that is read whole; readers may ask for less. */
#define ACCESS_FILE_MOST      ((size_t)16 * 1024 * 1024)
#define ACCESS_DIRECTORY_MOST 65536                      /* entries */
#define ACCESS_LINKS_MOST     40                         /* as the kernel's MAXSYMLINKS */
#define ACCESS_TOTAL_MOST     ((size_t)48 * 1024 * 1024) /* bytes kept by one access */

/* Opens a root ("/" or an unpacked image, which is reached by the same rules). Negative errno where it cannot be
 * opened: -EREMOTE behind a mount that is not entered; for an image also -ENOSYS or -EPERM, where this process has no
 * openat2: "/" is opened then too, and every answer below it is unreadable for that reason. */
int access_open(const char *root, struct access **ret);
void access_close(struct access *a);
static inline void access_drop(struct access **a)
{
        access_close(*a);
}
#define _cleanup_access_ _cleanup_(access_drop)

/* True where the root is that of the running system ("/" itself). */
bool access_is_live(const struct access *a);

/* All answers belong to the access and are never NULL. `path` is absolute. */
/* Reads a regular file, following links. */
const struct access_file *access_read(struct access *a, const char *path, size_t most);
/* Takes a file piece by piece: `take` gets whole lines (the last of a file may lack its newline); `again` says that
 * what was taken is void: the file changed meanwhile and is read once more, or it is no answer after all. */
struct access_taker {
        void (*take)(void *user, const char *bytes, size_t length);
        void (*again)(void *user);
        void *user;
};
/* As access_read(), for a file far larger than what is taken from it: the content goes to the taker, and the answer has
 * no bytes. Asking again reads again. */
const struct access_file *access_pass(struct access *a, const char *path, size_t most,
                                      const struct access_taker *taker);
/* Metadata of what the path names, following links; `bytes` is NULL. Any type of file is an answer here. */
const struct access_file *access_stat(struct access *a, const char *path);
/* The same without following a link in the last place; of a link, `bytes` is its target. */
const struct access_file *access_lstat(struct access *a, const char *path);
/* Where the mask takes everything away the kernel does not ask the list (acl_permission_check() in fs/namei.c): who is
 * named there gets what everyone has. Then there is none to look at. */
static inline void access_acl_as_asked(struct access_acl *acl, mode_t mode)
{
        if (!(mode & S_IRWXG))
                acl->count = 0;
}

/* The access list of what the path names, following links. */
struct access_acl access_acl(struct access *a, const char *path);
const struct access_directory *access_list(struct access *a, const char *path);

/* The paths that a glob(7) pattern matches, as glob(3) with GLOB_NOSORT off would (sorted by bytes within the C locale;
 * a leading period must be matched explicitly; no brace or tilde expansion). `unreadable` (may be NULL) gets the first
 * directory that could not be listed, or NULL: then there may be more. */
size_t access_glob(struct access *a, const char *pattern, const char *const **ret,
                   const struct access_directory **unreadable);

/* What was looked at so far, each once, in order:
 * {"files":[{"path","resolved","state","size","mtime",…}],"directories":[…],
 * "links":[{"path","target"}],"absent":["/etc/x"]}. New reference. */
json_t *access_inputs(struct access *a);
/* Bytes read so far. */
uint64_t access_bytes_read(const struct access *a);

/* A second source of metadata for unpacked test roots: owner, mode, type and times laid over what the file system says.
 * Set by the test program alone (it is a pointer in this room that nothing shipped assigns). Called with the resolved
 * path; changes `f` and returns true where it knows the path. */
extern bool (*access_overlay)(const char *resolved, struct access_file *f);
/* The same for access lists: sets grants (which live as long as the access) and returns true where it knows the path.
 */
extern bool (*access_acl_overlay)(const char *resolved, struct access_acl *acl);

#endif
