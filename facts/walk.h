/* SPDX-License-Identifier: EUPL-1.2 */
/* The component walk below access.h: what stands at each path below a root, looked at once and remembered.
 *
 * Every place that was looked at is an entry under the directory it really lies in, so that `..` is a pointer and a
 * link is read once whoever passes it. Nothing here opens a file's content. */
#ifndef FACTS_WALK_H
#define FACTS_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/text.h"
#include "bioagent/node.h"
#include "facts/arena.h"
#include "facts/mounts.h"

/* Directory descriptors kept open; the one used longest ago goes first, and is opened again when it is needed. */
#define WALK_OPEN_MOST 128
#define WALK_BUCKETS   2048
/* Of a place below the root, after links: the kernel's PATH_MAX, so that every path can be given to a person. */
#define WALK_PATH_MOST 4096

/* What statx(2) says of a place. */
struct looked {
        mode_t mode;
        uid_t uid;
        gid_t gid;
        uint64_t size, inode, device, mount;
        int64_t mtime, ctime;
        uint32_t mtime_nanoseconds, ctime_nanoseconds;
};

enum entry_kind {
        ENTRY_DIRECTORY,
        ENTRY_LINK,
        ENTRY_OTHER,
        ENTRY_MISSING,
        ENTRY_FAILED, /* something may be there; `why` it could not be looked at */
};

struct access_acl;
struct access_directory;

struct entry {
        struct entry *parent; /* NULL: the root */
        struct entry *chain;  /* same bucket */
        struct entry *next_noted;
        uint64_t hash;
        enum entry_kind kind;
        bool noted;      /* in the list of links passed, or of what was missing */
        bool crossed;    /* a mount point: it is opened across the mount */
        bool searchable; /* a directory that `.` and `..` were once looked up in */
        int error;       /* of ENTRY_FAILED: negative errno */
        const char *why;
        struct looked looked;
        int fd; /* of a directory: O_PATH, -1 while it is closed */
        uint64_t used;
        const char *target; /* of a link */
        size_t target_length;
        const char *path;   /* made when first asked for */
        size_t path_length; /* below the root: 0 for the root itself */
        char *bytes;        /* content, read by access.c; malloc'd */
        size_t length;
        struct entry *next_read;
        const struct access_directory *listed; /* of a directory, once access.h has listed it */
        const struct access_acl *acl;          /* once it was asked for */
        char name[];
};

/* Entries in the order in which they were noted. */
struct noted {
        struct entry *first;
        struct entry *last;
};

struct walk {
        struct arena arena;
        struct entry *root;
        struct text place; /* of the root in this process's mount namespace; empty for "/" */
        struct mounts mounts;
        int mounts_fd;       /* the open mount table; negative errno */
        uint64_t trusted;    /* mount id of what the system runs from */
        int mounts_error;    /* negative errno: there is no table, and no mount is entered */
        const char *refused; /* why nothing can be looked at, NULL: it can */
        int refused_error;
        struct entry *open[WALK_OPEN_MOST];
        size_t open_count;
        uint64_t clock;
        size_t bytes;       /* of file content, counted by access.c */
        struct entry *read; /* entries with content */
        struct noted links, missing;
        struct entry *buckets[WALK_BUCKETS];
};

/* Where a walk ended. */
struct walked {
        enum bio_state state; /* KNOWN, ABSENT, UNREADABLE */
        struct entry *entry;  /* KNOWN: the place; ABSENT: what is missing; UNREADABLE: where it stopped, or NULL */
        int error;            /* UNREADABLE: negative errno */
        const char *why;      /* UNREADABLE */
};

/* Takes the descriptor of the root directory (O_PATH), and its place: a path, "/" for that of the system. The walk is
 * zeroed memory. */
void walk_begin(struct walk *w, int root, const char *place);
void walk_end(struct walk *w);

/* Follows an absolute path; with `follow` a link in the last place too. */
void walk_to(struct walk *w, const char *path, bool follow, struct walked *ret);
/* Forgets what was looked at: the next walk looks again. */
void walk_forget(struct walk *w, struct entry *e);
/* The descriptor (O_PATH, borrowed) of a directory; negative errno. Valid until the next call of a walk function. */
int walk_directory(struct walk *w, struct entry *e);
/* Opens the content of a file or directory; never waits. The caller owns the descriptor. -ESTALE: it is another than
 * was looked at. `ret` gets what the opened one is. */
int walk_open(struct walk *w, struct entry *e, struct looked *ret);
/* Reads an extended attribute of the place itself into `to`: its length, or negative errno (-ENODATA: it has none). */
ssize_t walk_attribute(struct walk *w, struct entry *e, const char *name, void *to, size_t room);
/* Path below the root, starting with "/". */
const char *walk_path(struct walk *w, struct entry *e);
/* Looks at an open descriptor. */
int walk_look(int fd, struct looked *ret);
/* The same file; and the same file with the same content, as far as its times and size tell. */
bool walk_same(const struct looked *a, const struct looked *b);
bool walk_unchanged(const struct looked *a, const struct looked *b);
/* Bytes kept so far. */
size_t walk_kept(const struct walk *w);
/* An errno in words, without a locale. */
const char *walk_error(int error);

#endif
