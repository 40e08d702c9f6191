/* SPDX-License-Identifier: EUPL-1.2 */
/* Directories, listed whole. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "facts/access.h"
#include "facts/content.h"
#include "facts/results.h"

static int compare_names(const void *x, const void *y)
{
        return strcmp(*(const char *const *)x, *(const char *const *)y);
}

/* A copy of an entry's name with its type in front, so that the two stay together while names are sorted. */
static const char *typed_name(struct arena *arena, const struct dirent *entry)
{
        size_t length = strlen(entry->d_name);
        char *copy = arena_alloc(arena, length + 2);

        copy[0] = (char)entry->d_type;
        memcpy(copy + 1, entry->d_name, length);
        return copy + 1;
}

/* Keeps the names of an open directory, sorted. */
static int keep_names(struct access *a, DIR *stream, struct access_directory *d)
{
        _cleanup_free_ const char **names = NULL;
        size_t count = 0, allocated = 0;
        const char **kept;
        unsigned char *types;

        for (;;) {
                const struct dirent *entry;

                errno = 0;
                entry = readdir(stream);
                if (!entry && errno)
                        return -errno;
                if (!entry)
                        break;
                if (streq(entry->d_name, ".") || streq(entry->d_name, ".."))
                        continue;
                if (count == ACCESS_DIRECTORY_MOST)
                        return -EFBIG;
                if (walk_kept(&a->walk) > ACCESS_TOTAL_MOST)
                        return -ENOBUFS;
                names = must_grow(names, &allocated, count + 1, sizeof(*names));
                names[count++] = typed_name(&a->walk.arena, entry);
        }
        kept = arena_alloc(&a->walk.arena, (count + 1) * sizeof(*kept));
        if (count > 0) {
                qsort(names, count, sizeof(*names), compare_names);
                memcpy(kept, names, count * sizeof(*kept));
        }
        types = arena_alloc(&a->walk.arena, count + 1);
        for (size_t i = 0; i < count; i++)
                types[i] = (unsigned char)kept[i][-1];
        d->names = kept;
        d->types = types;
        d->count = count;
        return 0;
}

/* One try of access_list(); -EUCLEAN where it changed meanwhile. */
static int try_list(struct access *a, struct access_directory *d, struct entry *e)
{
        _cleanup_fd_ int fd = -1;
        _cleanup_dir_ DIR *stream = NULL;
        struct looked before, after;
        int r;

        fd = walk_open(&a->walk, e, &before);
        if (fd < 0)
                return fd;
        stream = fdopendir(fd);
        if (!stream)
                return -errno;
        fd = -1;
        r = keep_names(a, stream, d);
        if (r < 0)
                return r;
        r = walk_look(dirfd(stream), &after);
        if (r < 0)
                return r;
        return walk_unchanged(&before, &after) ? 0 : -EUCLEAN;
}

/* A directory is listed once, whatever names it is reached by. */
static int list_entry(struct access *a, struct access_directory *d, struct entry *e)
{
        int r = -EUCLEAN;

        if (e->listed) {
                d->names = e->listed->names;
                d->types = e->listed->types;
                d->count = e->listed->count;
                return 0;
        }
        for (int i = 0; i < ACCESS_TRIES && r == -EUCLEAN; i++)
                r = try_list(a, d, e);
        if (r == 0)
                e->listed = d;
        return r;
}

static void list(struct access *a, struct access_directory *d)
{
        struct walked walked;
        int r;

        /* With a slash: of anything but a directory, what would be in it is missing. */
        text_clear(&a->scratch);
        text_printf(&a->scratch, "%s/", d->path);
        walk_to(&a->walk, text_string(&a->scratch), true, &walked);
        d->state = walked.state;
        if (walked.state == BIO_UNREADABLE)
                d->why = walked.why;
        if (walked.state == BIO_ABSENT)
                d->why = walk_path(&a->walk, walked.entry);
        if (walked.state != BIO_KNOWN)
                return;
        r = list_entry(a, d, walked.entry);
        if (r == 0) {
                d->resolved = walk_path(&a->walk, walked.entry);
                return;
        }
        *d = (struct access_directory){.state = BIO_UNREADABLE, .path = d->path};
        if (r == -EFBIG)
                d->why = access_say(a, "more than %d entries", ACCESS_DIRECTORY_MOST);
        else
                d->why = content_error(a, r, 0);
}

const struct access_directory *access_list(struct access *a, const char *path)
{
        bool fresh;
        struct result *result = result_of(a, ASKED_LIST, path, 0, &fresh);

        if (result == &a->spent)
                return &a->spent_directory;
        if (fresh) {
                result->directory = (struct access_directory){.path = result->path};
                list(a, &result->directory);
        }
        return &result->directory;
}
