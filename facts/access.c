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
#include "facts/results.h"

/* First buffer for what has no size, as files of proc. */
#define READ_LEAST ((size_t)4096)

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

/* Takes out double slashes and `.`, but one at the end: that asks for a directory. `..` stays: it counts after links.
 */
static void normalise(struct text *to, const char *path)
{
        text_clear(to);
        if (*path != '/')
                return text_add(to, path);
        while (*path) {
                size_t slashes = strspn(path, "/"), length = strcspn(path + slashes, "/");

                path += slashes;
                if (length == 1 && *path == '.' && path[1])
                        path++;
                else {
                        text_add_char(to, '/');
                        text_append(to, path, length);
                        path += length;
                }
        }
}

struct result *result_of(struct access *a, enum question question, const char *path, size_t most, bool *fresh)
{
        struct result *result, **bucket;
        uint64_t hash;

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

/* Reads an open file to its end; -EFBIG beyond `most`. A file of `size` is read in one call; others until nothing
 * comes. */
static int read_all(struct access *a, int fd, size_t size, size_t most, char **ret, size_t *ret_length)
{
        size_t allocated = (size > 0 ? size : READ_LEAST) + 1, length = 0;
        _cleanup_free_ char *bytes = must_realloc(NULL, allocated, 1);
        ssize_t n;

        while (size == 0 || length != size) {
                if (length + 1 == allocated) {
                        allocated = allocated * 2 - 1;
                        bytes = must_realloc(bytes, allocated, 1);
                }
                n = read(fd, bytes + length, allocated - 1 - length);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                if (n == 0)
                        break;
                length += (size_t)n;
                a->bytes_read += (uint64_t)n;
                if (length > most)
                        return -EFBIG;
        }
        bytes[length] = '\0';
        *ret = TAKE_PTR(bytes);
        *ret_length = length;
        return 0;
}

/* Reads an entry's content once; -EUCLEAN where it changed meanwhile, -ESTALE where it is another file by now. */
static int read_once(struct access *a, struct entry *e, size_t most)
{
        _cleanup_free_ char *bytes = NULL;
        _cleanup_fd_ int fd = -1;
        struct looked before, after;
        size_t length;
        int r;

        fd = walk_open(&a->walk, e, &before);
        if (fd < 0)
                return fd;
        if (before.size > most)
                return -EFBIG;
        if (walk_kept(&a->walk) + before.size > ACCESS_TOTAL_MOST)
                return -ENOBUFS;
        r = read_all(a, fd, before.size, most, &bytes, &length);
        if (r < 0)
                return r;
        r = walk_look(fd, &after);
        if (r < 0)
                return r;
        if (!walk_unchanged(&before, &after))
                return -EUCLEAN;
        e->looked = after;
        e->bytes = TAKE_PTR(bytes);
        e->length = length;
        e->next_read = a->walk.read;
        a->walk.read = e;
        a->walk.bytes += length;
        return 0;
}

static int read_content(struct access *a, struct access_file *f, struct entry *e, size_t most)
{
        int r = -EUCLEAN;

        if (e->bytes)
                r = e->length > most ? -EFBIG : 0;
        else if (e->looked.size > most)
                r = -EFBIG;
        else
                for (int i = 0; i < ACCESS_TRIES && r == -EUCLEAN; i++)
                        r = read_once(a, e, most);
        if (r == -EFBIG)
                f->why = access_say(a, "larger than %zu bytes", most);
        else if (r == -EUCLEAN)
                f->why = "changes while it is read";
        else if (r < 0)
                f->why = walk_error(r);
        return r;
}

/* One try of access_read(); -ESTALE: look again. */
static int try_read(struct access *a, struct access_file *f, const struct walked *walked, size_t most)
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
        r = read_content(a, f, walked->entry, most);
        if (r < 0) {
                file_failed(f, f->why);
                return r;
        }
        fill(f, &walked->entry->looked);
        if (access_overlay)
                (void)access_overlay(f->resolved, f);
        f->bytes = walked->entry->bytes;
        f->length = walked->entry->length;
        return 0;
}

const struct access_file *access_read(struct access *a, const char *path, size_t most)
{
        struct result *result;
        struct walked walked;
        bool fresh;

        if (most > ACCESS_FILE_MOST)
                most = ACCESS_FILE_MOST;
        result = result_of(a, ASKED_READ, path, most, &fresh);
        for (int i = 0; fresh && i < ACCESS_TRIES; i++) {
                result->file = (struct access_file){.path = result->path};
                walk_to(&a->walk, result->path, true, &walked);
                if (try_read(a, &result->file, &walked, most) != -ESTALE)
                        break;
                walk_forget(&a->walk, walked.entry);
        }
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
