/* SPDX-License-Identifier: EUPL-1.2 */
/* glob(3) over the tracked access. As in glibc: components without a wildcard are looked up, not listed; a directory
 * that cannot be listed yields nothing (here it is reported); what matches need not be readable; all is sorted at the
 * end. */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "base/text.h"
#include "facts/access.h"
#include "facts/results.h"

/* Directories that one pattern may list: a hostile image must not make `/ * / * / * / *` take for ever. */
#define GLOB_LISTS_MOST 4096
#define GLOB_PATHS_MOST 65536
#define TOO_MANY        "pattern that matches in more than 4096 directories or 65536 paths"

/* Paths, each malloc'd. */
struct paths {
        char **items;
        size_t count;
        size_t allocated;
};

struct globbing {
        struct access *a;
        bool last; /* component of the pattern */
        size_t lists;
        const struct access_directory *unreadable;
};

static void paths_free(struct paths *p)
{
        size_t i;

        for (i = 0; i < p->count; i++)
                free(p->items[i]);
        free(p->items);
        *p = (struct paths){0};
}

/* True where a component has a wildcard: ?, *, or a bracket that closes (glob(7)). */
static bool has_wildcard(const char *component)
{
        bool bracket = false;
        const char *s;

        for (s = component; *s; s++)
                switch (*s) {
                case '\\':
                        if (s[1])
                                s++;
                        break;
                case '?':
                case '*':
                        return true;
                case '[':
                        bracket = true;
                        break;
                case ']':
                        if (bracket)
                                return true;
                        break;
                }
        return false;
}

/* Takes the quoting out of a component without wildcards. */
static void unquote(struct text *to, const char *component)
{
        for (; *component; component++) {
                if (*component == '\\' && component[1])
                        component++;
                text_add_char(to, *component);
        }
}

/* What keeps the matches from being complete, where it is no directory itself. */
static void give_up(struct globbing *g, const char *path, const char *why)
{
        struct access_directory *d = arena_alloc(&g->a->walk.arena, sizeof(*d));

        d->state = BIO_UNREADABLE;
        d->why = why;
        d->path = arena_copy(&g->a->walk.arena, path, strlen(path));
        if (!g->unreadable)
                g->unreadable = d;
}

static bool add(struct globbing *g, struct paths *to, const char *directory, const char *name)
{
        if (to->count == GLOB_PATHS_MOST) {
                give_up(g, directory, TOO_MANY);
                return false;
        }
        to->items = must_grow(to->items, &to->allocated, to->count + 1, sizeof(*to->items));
        to->items[to->count++] = must_printf("%s/%s", directory, name);
        return true;
}

/* A name as it stands: it matches where something is there, or may be. Of all but the last component only a directory
 * or a link to one leads on, which the next look finds out. */
static bool match_name(struct globbing *g, struct paths *to, const char *directory, const char *component)
{
        _cleanup_text_ struct text name = {0};
        _cleanup_free_ char *path = NULL;

        unquote(&name, component);
        path = must_printf("%s/%s", directory, text_string(&name));
        if (g->last && access_lstat(g->a, path)->state == BIO_ABSENT)
                return true;
        return add(g, to, directory, text_string(&name));
}

static bool match_pattern(struct globbing *g, struct paths *to, const char *directory, const char *component)
{
        static const char *const dots[] = {".", ".."};
        const struct access_directory *d;
        size_t i;

        if (g->lists++ == GLOB_LISTS_MOST) {
                give_up(g, directory, TOO_MANY);
                return false;
        }
        d = access_list(g->a, *directory ? directory : "/");
        if (d->state == BIO_UNREADABLE && !g->unreadable)
                g->unreadable = d;
        if (d->state != BIO_KNOWN)
                return true;
        /* A directory has these two as well; only a pattern that starts with a period matches them. */
        for (i = 0; i < ELEMENTS(dots); i++)
                if (fnmatch(component, dots[i], FNM_PERIOD) == 0 && !add(g, to, directory, dots[i]))
                        return false;
        for (i = 0; i < d->count; i++)
                if (fnmatch(component, d->names[i], FNM_PERIOD) == 0 && !add(g, to, directory, d->names[i]))
                        return false;
        return true;
}

/* One component further, from each of the paths so far. */
static bool match_component(struct globbing *g, struct paths *paths, const char *component)
{
        bool (*match)(struct globbing *, struct paths *, const char *, const char *) =
                has_wildcard(component) ? match_pattern : match_name;
        _cleanup_(paths_free) struct paths next = {0};
        bool within = true;
        size_t i;

        for (i = 0; within && i < paths->count; i++)
                within = match(g, &next, paths->items[i], component);
        paths_free(paths);
        *paths = next;
        next = (struct paths){0};
        return within;
}

/* A pattern that ends in a slash gives it back for directories; where the last component has a wildcard, what is no
 * directory does not match. */
static void mark_directories(struct globbing *g, struct paths *paths, bool alone)
{
        size_t i, kept = 0;

        for (i = 0; i < paths->count; i++) {
                _cleanup_free_ char *path = paths->items[i];
                _cleanup_free_ char *slashed = must_printf("%s/", path);

                if (access_stat(g->a, slashed)->state != BIO_ABSENT)
                        paths->items[kept++] = TAKE_PTR(slashed);
                else if (!alone)
                        paths->items[kept++] = TAKE_PTR(path);
        }
        paths->count = kept;
}

static int compare_paths(const void *x, const void *y)
{
        return strcmp(*(char *const *)x, *(char *const *)y);
}

static void match(struct access *a, const char *pattern, struct matches *ret)
{
        _cleanup_(paths_free) struct paths paths = {0};
        struct globbing g = {.a = a};
        const char **kept;
        bool within = true, wildcard = false;
        size_t i;

        if (*pattern != '/') {
                give_up(&g, pattern, "not an absolute path");
                pattern = "";
        } else {
                paths.items = must_grow(NULL, &paths.allocated, 1, sizeof(*paths.items));
                paths.items[paths.count++] = must_strdup("");
        }
        while (within && pattern[strspn(pattern, "/")]) {
                _cleanup_free_ char *component = NULL;

                pattern += strspn(pattern, "/");
                component = must_strndup(pattern, strcspn(pattern, "/"));
                pattern += strlen(component);
                wildcard = has_wildcard(component);
                g.last = !pattern[strspn(pattern, "/")];
                within = match_component(&g, &paths, component);
        }
        if (*pattern == '/')
                mark_directories(&g, &paths, wildcard);
        if (paths.count > 0)
                qsort(paths.items, paths.count, sizeof(*paths.items), compare_paths);
        kept = arena_alloc(&a->walk.arena, (paths.count + 1) * sizeof(*kept));
        for (i = 0; i < paths.count; i++)
                kept[i] = arena_copy(&a->walk.arena, paths.items[i], strlen(paths.items[i]));
        *ret = (struct matches){.count = paths.count, .paths = kept, .unreadable = g.unreadable};
}

size_t access_glob(struct access *a, const char *pattern, const char *const **ret,
                   const struct access_directory **unreadable)
{
        bool fresh;
        struct result *result = result_of(a, ASKED_GLOB, pattern, 0, &fresh);
        const struct matches *matches = result == &a->spent ? &a->spent_matches : &result->matches;

        if (fresh)
                match(a, result->path, &result->matches);
        *ret = matches->paths;
        if (unreadable)
                *unreadable = matches->unreadable;
        return matches->count;
}
