/* SPDX-License-Identifier: EUPL-1.2 */
#include "facts/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/memory.h"
#include "facts/access.h"
#include "facts/place.h"

size_t walk_kept(const struct walk *w)
{
        return w->arena.total + w->bytes;
}

static void note(struct noted *list, struct entry *e)
{
        if (e->noted)
                return;
        e->noted = true;
        if (list->last)
                list->last->next_noted = e;
        else
                list->first = e;
        list->last = e;
}

/* Writes the path below the root so that it ends before `end`; answers its start. */
char *entry_write_path(const struct entry *e, char *end)
{
        for (; e->parent; e = e->parent) {
                size_t length = strlen(e->name);

                end -= length;
                memcpy(end, e->name, length);
                *--end = '/';
        }
        return end;
}

const char *walk_path(struct walk *w, struct entry *e)
{
        char *path;

        if (!e->parent)
                return "/";
        if (!e->path) {
                path = arena_alloc(&w->arena, e->path_length + 1);
                (void)entry_write_path(e, path + e->path_length);
                e->path = path;
        }
        return e->path;
}

static uint64_t hash_of(const struct entry *parent, const char *name, size_t length)
{
        char key[sizeof(parent) + NAME_MAX + 1];

        memcpy(key, &parent, sizeof(parent));
        memcpy(key + sizeof(parent), name, length);
        return hash_bytes(key, sizeof(parent) + length);
}

/* The entry of a name in a place, looked at now or before; NULL where the bound is reached or the name is too long. */
static struct entry *lookup(struct walk *w, struct entry *parent, const char *name, size_t length, int *error)
{
        struct entry *e, **bucket;
        uint64_t hash;
        int r;

        *error = -ENAMETOOLONG;
        if (length > NAME_MAX || parent->path_length + 1 + length >= WALK_PATH_MOST)
                return NULL;
        hash = hash_of(parent, name, length);
        bucket = &w->buckets[hash % WALK_BUCKETS];
        for (e = *bucket; e; e = e->chain)
                if (e->hash == hash && e->parent == parent && memcmp(e->name, name, length) == 0 && !e->name[length])
                        return e;
        *error = -ENOBUFS;
        if (walk_kept(w) > ACCESS_TOTAL_MOST)
                return NULL;
        e = arena_alloc(&w->arena, sizeof(*e) + length + 1);
        *e = (struct entry){.parent = parent, .hash = hash, .fd = -1, .chain = *bucket};
        memcpy(e->name, name, length);
        e->path_length = parent->path_length + 1 + length;
        *bucket = e;
        /* Below a file there is nothing (ENOTDIR): its would-be child is what is missing. */
        r = parent->kind == ENTRY_DIRECTORY ? place_look(w, e) : -ENOENT;
        if (r == -ENOENT || r == -ENOTDIR)
                e->kind = ENTRY_MISSING;
        else if (r < 0) {
                e->kind = ENTRY_FAILED;
                e->error = r;
                if (!e->why)
                        e->why = walk_error(r);
        }
        return e;
}

void walk_forget(struct walk *w, struct entry *e)
{
        struct entry **link = &w->buckets[e->hash % WALK_BUCKETS];

        for (; *link; link = &(*link)->chain)
                if (*link == e) {
                        *link = e->chain;
                        return;
                }
}

static void stop(struct walked *ret, struct entry *e, int error, const char *why)
{
        *ret = (struct walked){
                .state = BIO_UNREADABLE, .entry = e, .error = error, .why = why ? why : walk_error(error)};
}

static bool is_dots(const char *name, size_t length)
{
        return name[0] == '.' && (length == 1 || (length == 2 && name[1] == '.'));
}

/* `.` and `..` of a directory; never above the root. */
static int step_dots(struct walk *w, struct entry **at, size_t length)
{
        int r;

        if (!(*at)->searchable) {
                r = place_search(w, *at);
                if (r < 0)
                        return r;
                (*at)->searchable = true;
        }
        if (length == 2 && (*at)->parent)
                *at = (*at)->parent;
        return 0;
}

/* Puts a link's target before what is left of the path. */
static const char *expand(struct text *rest, const struct entry *link, const char *left)
{
        struct text next = {0};

        text_append(&next, link->target, link->target_length);
        text_add(&next, left);
        text_free(rest);
        *rest = next;
        return text_string(rest);
}

/* Takes what a name led to: a link is followed, and what is no answer ends the walk. */
static bool step(struct walk *w, struct entry **at, struct entry *e, struct walked *ret)
{
        switch (e->kind) {
        case ENTRY_MISSING:
                note(&w->missing, e);
                *ret = (struct walked){.state = BIO_ABSENT, .entry = e};
                return false;
        case ENTRY_FAILED:
                stop(ret, e, e->error, e->why);
                return false;
        case ENTRY_DIRECTORY:
        case ENTRY_LINK:
        case ENTRY_OTHER:
                *at = e;
        }
        return true;
}

void walk_to(struct walk *w, const char *path, bool follow, struct walked *ret)
{
        _cleanup_text_ struct text rest = {0};
        struct entry *at = w->root, *e;
        const char *p = path;
        unsigned links = 0;
        int error;

        if (w->refused)
                return stop(ret, NULL, w->refused_error, w->refused);
        if (*path != '/')
                return stop(ret, NULL, -EINVAL, "not an absolute path");
        if (strlen(path) >= WALK_PATH_MOST)
                return stop(ret, NULL, -ENAMETOOLONG, NULL);
        for (;;) {
                size_t slashes = strspn(p, "/"), length;

                p += slashes;
                length = strcspn(p, "/");
                if (length == 0 && (slashes == 0 || at->kind == ENTRY_DIRECTORY))
                        break;
                if (at->kind == ENTRY_DIRECTORY && is_dots(p, length)) {
                        error = step_dots(w, &at, length);
                        if (error < 0)
                                return stop(ret, at, error, NULL);
                        p += length;
                        continue;
                }
                /* A slash after a file asks for its would-be child, which is missing. */
                e = lookup(w, at, p, length, &error);
                if (!e)
                        return stop(ret, at, error, NULL);
                p += length;
                if (e->kind == ENTRY_LINK && (follow || *p)) {
                        if (++links > ACCESS_LINKS_MOST)
                                return stop(ret, e, -ELOOP, NULL);
                        note(&w->links, e);
                        p = expand(&rest, e, p);
                        if (*p == '/')
                                at = w->root;
                } else if (!step(w, &at, e, ret))
                        return;
        }
        *ret = (struct walked){.state = BIO_KNOWN, .entry = at};
}

/* Why nothing at all can be looked at, tried once on the root itself. */
static void probe(struct walk *w)
{
        int r = walk_look(w->root->fd, &w->root->looked);
        int searched = place_search(w, w->root);

        if (searched == -EACCES)
                searched = 0; /* an answer as any other */
        if (searched == -ENOSYS || r == -ENOSYS)
                w->refused = "this kernel lacks openat2 or mount ids (5.8 has both)";
        else if (searched == -EPERM)
                w->refused = "openat2 is not permitted to this process";
        else if (searched < 0 || r < 0)
                w->refused = walk_error(searched < 0 ? searched : r);
        w->refused_error = searched < 0 ? searched : r;
}

void walk_read_mounts(struct walk *w)
{
        w->mounts_error = mounts_load(&w->mounts, w->mounts_fd);
        mounts_trust(&w->mounts, w->trusted);
}

void walk_begin(struct walk *w, int root, const char *place)
{
        struct statx x = {0};

        w->root = arena_alloc(&w->arena, sizeof(*w->root) + 1);
        *w->root = (struct entry){.kind = ENTRY_DIRECTORY, .fd = root};
        if (!streq(place, "/"))
                text_add(&w->place, place);
        w->mounts_fd = mounts_open();
        /* Whatever the system itself runs from answers: a root on NFS, or a container's on fuse-overlayfs. */
        if (statx(AT_FDCWD, "/", AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC, STATX_MNT_ID, &x) == 0)
                w->trusted = x.stx_mnt_id;
        walk_read_mounts(w);
        probe(w);
}

void walk_end(struct walk *w)
{
        struct entry *e;
        size_t i;

        for (i = 0; i < w->open_count; i++)
                close_fd(&w->open[i]->fd);
        for (e = w->read; e; e = e->next_read)
                free(e->bytes);
        if (w->root)
                close_fd(&w->root->fd);
        close_fd(&w->mounts_fd);
        mounts_free(&w->mounts);
        text_free(&w->place);
        arena_free(&w->arena);
}
