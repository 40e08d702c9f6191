/* SPDX-License-Identifier: EUPL-1.2 */
#include "facts/access.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/text.h"
#include "facts/content.h"
#include "facts/results.h"

bool (*access_overlay)(const char *resolved, struct access_file *f);

static const char *const no_paths[] = {NULL};

static struct access *access_new(int root, const char *place)
{
        struct access *a = must_alloc(sizeof(*a));

        walk_begin(&a->walk, root, place);
        a->spent.file = (struct access_file){.state = BIO_UNREADABLE, .why = walk_error(-ENOBUFS), .path = ""};
        a->spent_directory =
                (struct access_directory){.state = BIO_UNREADABLE, .why = walk_error(-ENOBUFS), .path = ""};
        a->spent_matches = (struct matches){.paths = no_paths, .unreadable = &a->spent_directory};
        return a;
}

void access_close(struct access *a)
{
        if (!a)
                return;
        walk_end(&a->walk);
        text_free(&a->scratch);
        free(a->piece);
        free(a);
}

bool access_is_live(const struct access *a)
{
        return a->live;
}

uint64_t access_bytes_read(const struct access *a)
{
        return a->bytes_read;
}

/* Makes a root's path absolute; malloc'd. */
static int absolute(const char *path, char **ret)
{
        _cleanup_free_ char *here = NULL;

        if (!*path)
                return -ENOENT;
        if (*path == '/') {
                *ret = must_strdup(path);
                return 0;
        }
        here = getcwd(NULL, 0);
        if (!here)
                return -errno;
        if (*here != '/') /* "(unreachable)…": outside this process's root */
                return -ENOENT;
        *ret = must_printf("%s/%s", here, path);
        return 0;
}

static int root_error(const struct walked *walked)
{
        if (walked->state == BIO_ABSENT)
                return walked->entry->parent->kind == ENTRY_DIRECTORY ? -ENOENT : -ENOTDIR;
        return walked->error;
}

int access_open(const char *root, struct access **ret)
{
        _cleanup_free_ char *path = NULL;
        _cleanup_access_ struct access *system = NULL;
        _cleanup_fd_ int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
        struct walked walked;
        int r;

        if (fd < 0)
                return -errno;
        r = absolute(root, &path);
        if (r < 0)
                return r;
        system = access_new(TAKE_FD(fd), "/");
        if (path[strspn(path, "/")]) {
                /* An image is reached by the same rules: a root behind a mount that may not answer is refused. */
                walk_to(&system->walk, path, true, &walked);
                if (walked.state != BIO_KNOWN)
                        return root_error(&walked);
                if (walked.entry->kind != ENTRY_DIRECTORY)
                        return -ENOTDIR;
                if (walked.entry != system->walk.root) {
                        r = walk_directory(&system->walk, walked.entry);
                        if (r < 0)
                                return r;
                        fd = fcntl(r, F_DUPFD_CLOEXEC, 3);
                        if (fd < 0)
                                return -errno;
                        *ret = access_new(TAKE_FD(fd), walk_path(&system->walk, walked.entry));
                        return 0;
                }
        }
        system->live = true;
        *ret = TAKE_PTR(system);
        return 0;
}

/* True where only slashes and `.` are left of a path. */
static bool stays(const char *path)
{
        for (;;) {
                path += strspn(path, "/");
                if (path[0] != '.' || (path[1] && path[1] != '/'))
                        return !*path;
                path++;
        }
}

/* Takes out double slashes and `.`, but for one at the end: that asks for a directory, and the right to search it. `..`
 * stays: it counts after links. */
static void normalise(struct text *to, const char *path)
{
        text_clear(to);
        if (*path != '/')
                return text_add(to, path);
        while (*path) {
                size_t slashes = strspn(path, "/"), length = strcspn(path + slashes, "/");

                path += slashes;
                if (length == 1 && *path == '.') {
                        if (stays(path))
                                return text_add(to, "/.");
                        path++;
                        continue;
                }
                text_add_char(to, '/');
                text_append(to, path, length);
                path += length;
        }
}

struct result *result_of(struct access *a, enum question question, const char *path, size_t most, bool *fresh)
{
        struct result *result, **bucket;
        uint64_t hash;

        if (question == ASKED_GLOB) {
                text_clear(&a->scratch);
                text_add(&a->scratch, path);
        } else
                normalise(&a->scratch, path);
        hash = hash_bytes(text_string(&a->scratch), a->scratch.length) + question;
        bucket = &a->buckets[hash % WALK_BUCKETS];
        *fresh = false;
        for (result = *bucket; result; result = result->chain)
                if (result->hash == hash && result->question == question && result->most == most &&
                    streq(result->path, text_string(&a->scratch)))
                        return result;
        if (walk_kept(&a->walk) > ACCESS_TOTAL_MOST)
                return &a->spent;
        *fresh = true;
        result = arena_alloc(&a->walk.arena, sizeof(*result));
        result->hash = hash;
        result->question = question;
        result->most = most;
        result->path = arena_copy(&a->walk.arena, text_string(&a->scratch), a->scratch.length);
        result->chain = *bucket;
        *bucket = result;
        if (a->last)
                a->last->next = result;
        else
                a->first = result;
        a->last = result;
        return result;
}

const char *access_say(struct access *a, const char *fmt, ...)
{
        _cleanup_text_ struct text text = {0};
        va_list ap;

        va_start(ap, fmt);
        text_vprintf(&text, fmt, ap);
        va_end(ap);
        return arena_copy(&a->walk.arena, text_string(&text), text.length);
}

static void file_failed(struct access_file *f, const char *why)
{
        f->state = BIO_UNREADABLE;
        f->why = why;
        f->resolved = NULL;
}

static void fill(struct access_file *f, const struct looked *looked)
{
        f->mode = looked->mode;
        f->uid = looked->uid;
        f->gid = looked->gid;
        f->size = looked->size;
        f->inode = looked->inode;
        f->device = looked->device;
        f->mtime = looked->mtime;
        f->ctime = looked->ctime;
}

/* What a walk found, as a file's state and metadata; true where it is known. */
static bool found(struct access *a, struct access_file *f, const struct walked *walked)
{
        f->state = walked->state;
        if (walked->state == BIO_UNREADABLE)
                f->why = walked->why;
        else if (walked->state == BIO_ABSENT)
                f->why = walk_path(&a->walk, walked->entry);
        else {
                f->resolved = walk_path(&a->walk, walked->entry);
                fill(f, &walked->entry->looked);
                if (access_overlay)
                        (void)access_overlay(f->resolved, f);
        }
        if (f->state != BIO_KNOWN)
                f->resolved = NULL;
        return f->state == BIO_KNOWN;
}

static const char *wrong_type(mode_t mode)
{
        switch (mode & S_IFMT) {
        case S_IFREG:
                return NULL;
        case S_IFDIR:
                return "is a directory";
        case S_IFIFO:
                return "is a FIFO";
        case S_IFSOCK:
                return "is a socket";
        case S_IFCHR:
                return "is a character device";
        case S_IFBLK:
                return "is a block device";
        }
        return "is no regular file";
}

/* One try of access_read() or access_pass(); -ESTALE: look again. */
static int try_read(struct access *a, struct access_file *f, const struct walked *walked, size_t most,
                    const struct access_taker *taker)
{
        const char *wrong;
        int r;

        if (!found(a, f, walked))
                return 0;
        /* Both what is there and what a test says is there. */
        wrong = wrong_type(walked->entry->looked.mode);
        if (!wrong)
                wrong = wrong_type(f->mode);
        if (wrong) {
                file_failed(f, wrong);
                return 0;
        }
        r = taker ? content_pass(a, walked->entry, most, taker) : content_read(a, walked->entry, most);
        if (r < 0) {
                file_failed(f, content_error(a, r, most));
                return r;
        }
        /* As it was when it was read. */
        (void)found(a, f, walked);
        if (!taker) {
                f->bytes = walked->entry->bytes;
                f->length = walked->entry->length;
        }
        return 0;
}

static void read_file(struct access *a, struct result *result, const struct access_taker *taker)
{
        struct walked walked;

        for (int i = 0; i < ACCESS_TRIES; i++) {
                result->file = (struct access_file){.path = result->path};
                walk_to(&a->walk, result->path, true, &walked);
                if (try_read(a, &result->file, &walked, result->most, taker) != -ESTALE)
                        break;
                walk_forget(&a->walk, walked.entry);
        }
}

static size_t at_most(size_t most)
{
        return most > ACCESS_FILE_MOST ? ACCESS_FILE_MOST : most;
}

const struct access_file *access_read(struct access *a, const char *path, size_t most)
{
        bool fresh;
        struct result *result = result_of(a, ASKED_READ, path, at_most(most), &fresh);

        if (fresh)
                read_file(a, result, NULL);
        return &result->file;
}

const struct access_file *access_pass(struct access *a, const char *path, size_t most, const struct access_taker *taker)
{
        bool fresh;
        struct result *result = result_of(a, ASKED_PASS, path, at_most(most), &fresh);

        if (result != &a->spent)
                read_file(a, result, taker);
        return &result->file;
}

static const struct access_file *look(struct access *a, const char *path, bool follow)
{
        bool fresh;
        struct result *result = result_of(a, follow ? ASKED_STAT : ASKED_LSTAT, path, 0, &fresh);
        struct walked walked;

        if (!fresh)
                return &result->file;
        result->file = (struct access_file){.path = result->path};
        walk_to(&a->walk, result->path, follow, &walked);
        if (found(a, &result->file, &walked) && walked.entry->kind == ENTRY_LINK) {
                result->file.bytes = walked.entry->target;
                result->file.length = walked.entry->target_length;
        }
        return &result->file;
}

const struct access_file *access_stat(struct access *a, const char *path)
{
        return look(a, path, true);
}

const struct access_file *access_lstat(struct access *a, const char *path)
{
        return look(a, path, false);
}
