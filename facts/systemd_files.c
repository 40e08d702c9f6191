/* SPDX-License-Identifier: EUPL-1.2 */
/* Which files make up a unit: the unit load path, links between names, masks, drop-ins (systemd.unit(5)). */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "facts/systemd_internal.h"

#define ALIASES_FOLLOWED 8 /* hops from name to name, as the manager's own limit */
/* Bounds of ours. */
#define NAMES_MOST      64
#define CONF_FILES_MOST 1024

/* UNIT FILE LOAD PATH of the system manager. Where /lib is a link to /usr/lib the two are one directory. */
static const struct {
        const char *path;
        unsigned traits;
} load_path[] = {
        {"/etc/systemd/system.control", 0},
        {"/run/systemd/system.control", UNITS_RUNTIME},
        {"/run/systemd/transient", UNITS_RUNTIME | UNITS_TRANSIENT},
        {"/run/systemd/generator.early", UNITS_RUNTIME | UNITS_GENERATED},
        {"/etc/systemd/system", UNITS_CONFIG},
        {"/etc/systemd/system.attached", 0},
        {"/run/systemd/system", UNITS_RUNTIME},
        {"/run/systemd/system.attached", UNITS_RUNTIME},
        {"/run/systemd/generator", UNITS_RUNTIME | UNITS_GENERATED},
        {"/usr/local/lib/systemd/system", 0},
        {"/lib/systemd/system", 0},
        {"/usr/lib/systemd/system", 0},
        {"/run/systemd/generator.late", UNITS_RUNTIME | UNITS_GENERATED},
};

void strings_free(struct strings *s)
{
        free(s->items);
        *s = (struct strings){0};
}

void strings_add(struct strings *s, const char *item)
{
        s->items = must_grow(s->items, &s->allocated, s->count + 1, sizeof(*s->items));
        s->items[s->count++] = item;
}

bool strings_have(const struct strings *s, const char *item)
{
        size_t i;

        for (i = 0; i < s->count; i++)
                if (streq(s->items[i], item))
                        return true;
        return false;
}

const char *arena_printf(struct arena *arena, const char *fmt, ...)
{
        _cleanup_text_ struct text text = {0};
        va_list ap;

        va_start(ap, fmt);
        text_vprintf(&text, fmt, ap);
        va_end(ap);
        return arena_copy(arena, text_string(&text), text.length);
}

/* --- the directories */

static void list_directories(struct systemd *s)
{
        size_t i;

        for (i = 0; i < ELEMENTS(load_path); i++) {
                const struct access_directory *listed = access_list(s->access, load_path[i].path);

                if (listed->state == BIO_UNREADABLE && !s->unreadable)
                        s->unreadable = listed;
                if (listed->state != BIO_KNOWN)
                        continue;
                if (streq(load_path[i].path, "/lib/systemd/system") &&
                    streq(listed->resolved, "/usr/lib/systemd/system"))
                        continue;
                s->directories[s->directory_count++] = (struct unit_directory){
                        .path = load_path[i].path, .traits = load_path[i].traits, .listed = listed};
        }
}

/* "252.39-1~deb12u2" → 252. */
static unsigned installed_version(struct facts *f)
{
        const struct fact_argument arguments[] = {{"name", "systemd"}, {NULL, NULL}};
        const struct bio_node *package = facts_query(f, "packages.installed", arguments);
        const char *version = tree_bytes_of(tree_get(package, "version"), NULL);
        unsigned long number = strtoul(version, NULL, 10);

        return number < 100000 ? (unsigned)number : 0;
}

static void *systemd_make(struct facts *f)
{
        struct systemd *s = must_alloc(sizeof(*s));

        s->facts = f;
        s->access = facts_access(f);
        s->version = installed_version(f);
        list_directories(s);
        return s;
}

static void systemd_release(void *kept)
{
        struct systemd *s = kept;
        size_t i;

        for (i = 0; i < s->directory_count; i++) {
                free(s->directories[i].pointers);
                strings_free(&s->directories[i].wants);
        }
        free(s->links);
        free(s->answers);
        strings_free(&s->asked);
        arena_free(&s->arena);
        free(s);
}

struct systemd *systemd_of(struct facts *f)
{
        return facts_keep(f, systemd_make, systemd_release);
}

const char *systemd_spent(const struct systemd *s)
{
        return s->arena.total > UNITS_KEPT_MOST ? "more than 4 MiB of units" : NULL;
}

/* --- what stands in them */

static int compare_to_name(const void *key, const void *element)
{
        return strcmp(key, *(const char *const *)element);
}

/* Index of a name in a listing, or its count. */
static size_t listed_at(const struct access_directory *listed, const char *name)
{
        const char *const *found = NULL;

        if (listed->count > 0)
                found = bsearch(name, listed->names, listed->count, sizeof(*listed->names), compare_to_name);
        return found ? (size_t)(found - listed->names) : listed->count;
}

const char *unit_path(struct systemd *s, size_t directory, const char *name)
{
        return arena_printf(&s->arena, "%s/%s", s->directories[directory].path, name);
}

static enum unit_entry entry_of_mode(mode_t mode)
{
        if (S_ISREG(mode))
                return UNIT_ENTRY_FILE;
        return S_ISLNK(mode) ? UNIT_ENTRY_LINK : UNIT_ENTRY_OTHER;
}

enum unit_entry unit_entry(struct systemd *s, size_t directory, const char *name)
{
        const struct access_directory *listed = s->directories[directory].listed;
        size_t i = listed_at(listed, name);
        const struct access_file *file;

        if (i == listed->count)
                return UNIT_ENTRY_NONE;
        if (listed->types[i] == DT_REG)
                return UNIT_ENTRY_FILE;
        if (listed->types[i] == DT_LNK)
                return UNIT_ENTRY_LINK;
        file = access_lstat(s->access, unit_path(s, directory, name));
        return file->state == BIO_KNOWN ? entry_of_mode(file->mode) : UNIT_ENTRY_OTHER;
}

/* True where `path` is below `directory`. */
static bool is_below(const char *path, const char *directory)
{
        size_t length = strlen(directory);

        return starts_with(path, directory) && path[length] == '/' && path[length + 1];
}

size_t unit_directory_of(const struct systemd *s, const char *path)
{
        size_t i;

        for (i = 0; i < s->directory_count; i++)
                if (is_below(path, s->directories[i].path) || is_below(path, s->directories[i].listed->resolved))
                        return i;
        return s->directory_count;
}

/* The same, also for a directory that is not there. */
static bool is_on_load_path(const struct systemd *s, const char *path)
{
        size_t i;

        for (i = 0; i < ELEMENTS(load_path); i++)
                if (is_below(path, load_path[i].path))
                        return true;
        return unit_directory_of(s, path) < s->directory_count;
}

bool unit_is_null(struct systemd *s, const char *path)
{
        const struct access_file *file;

        /* By name: an unpacked image has no device there. */
        if (streq(path, "/dev/null"))
                return true;
        file = access_stat(s->access, path);
        return file->state == BIO_KNOWN &&
               ((S_ISREG(file->mode) && file->size == 0) || S_ISCHR(file->mode) || S_ISBLK(file->mode));
}

/* --- links */

/* Takes `.`, `..` and double slashes out of an absolute path by its letters alone. */
static const char *simplified(struct systemd *s, const char *path)
{
        _cleanup_text_ struct text text = {0};

        while (*path) {
                size_t length;

                path += strspn(path, "/");
                length = strcspn(path, "/");
                if (length == 2 && memcmp(path, "..", 2) == 0) {
                        const char *slash = strrchr(text_string(&text), '/');

                        if (slash)
                                text.length = (size_t)(slash - text_string(&text));
                        if (text.data)
                                text.data[text.length] = '\0';
                } else if (length > 0 && !(length == 1 && *path == '.')) {
                        text_add_char(&text, '/');
                        text_append(&text, path, length);
                }
                path += length;
        }
        return text.length > 0 ? arena_copy(&s->arena, text.data, text.length) : "/";
}

static const char *base_name(const char *path)
{
        const char *slash = strrchr(path, '/');

        return slash ? slash + 1 : path;
}

/* Why a link may not make `name` another name of `target`, or NULL (systemd.unit(5): aliases have the same type and, of
 * an instance, the same instance or the template). */
static const char *alias_refused(struct systemd *s, const char *name, const char *target)
{
        enum unit_kind from = unit_kind(name), to = unit_kind(target);

        if (from == UNIT_INVALID)
                return "is no unit name";
        if (streq(name, target))
                return "leads to its own name";
        if (!unit_type_may_alias(unit_type(name)))
                return "is of a type that has no aliases";
        if (from != UNIT_PLAIN && !unit_type_may_template(unit_type(name)))
                return "is of a type that has no templates";
        if (to == UNIT_INVALID)
                return "leads to what is no unit name";
        if (from != to && !(from == UNIT_INSTANCE && to == UNIT_TEMPLATE))
                return "leads to a name of another kind";
        if (to == UNIT_INSTANCE && !streq(unit_instance(&s->arena, name), unit_instance(&s->arena, target)))
                return "leads to another instance";
        return streq(unit_type(name), unit_type(target)) ? NULL : "leads to a unit of another type";
}

enum unit_link_sort unit_link_target(struct systemd *s, const char *path, const char **target, const char **why)
{
        const struct access_file *link = access_lstat(s->access, path), *there;
        const char *absolute;

        *target = *why = NULL;
        if (link->state != BIO_KNOWN || !S_ISLNK(link->mode) || !link->bytes) {
                *why = link->state == BIO_UNREADABLE ? link->why : "changed while it was read";
                return UNIT_LINK_UNREADABLE;
        }
        absolute = *link->bytes == '/'
                           ? link->bytes
                           : arena_printf(&s->arena, "%.*s/%s", (int)(base_name(path) - path), path, link->bytes);
        there = access_lstat(s->access, absolute);
        *target = there->state == BIO_KNOWN ? there->resolved : simplified(s, absolute);
        if (!is_on_load_path(s, *target))
                return UNIT_LINK_LINKED;
        *why = alias_refused(s, base_name(path), base_name(*target));
        return *why ? UNIT_LINK_BAD : UNIT_LINK_ALIAS;
}

/* --- the unit's own file */

/* What a name maps to: a file (path), or another name (alias); neither: nothing has that name, or `unreadable` says why
 * that is not known. */
struct mapped {
        const char *path, *alias, *unreadable;
};

static struct mapped map_name(struct systemd *s, const char *name)
{
        size_t i;

        for (i = 0; i < s->directory_count; i++) {
                enum unit_entry entry = unit_entry(s, i, name);
                const char *path, *target, *why;

                if (entry == UNIT_ENTRY_NONE || entry == UNIT_ENTRY_OTHER)
                        continue;
                path = unit_path(s, i, name);
                if (entry == UNIT_ENTRY_FILE)
                        return (struct mapped){.path = path};
                switch (unit_link_target(s, path, &target, &why)) {
                case UNIT_LINK_LINKED:
                        return (struct mapped){.path = path};
                case UNIT_LINK_ALIAS:
                        return (struct mapped){.path = path, .alias = base_name(target)};
                case UNIT_LINK_UNREADABLE:
                        return (struct mapped){.unreadable = arena_printf(&s->arena, "%s: %s", path, why)};
                case UNIT_LINK_BAD:
                        break; /* as if it were not there */
                }
        }
        return (struct mapped){0};
}

/* Follows a name to a file. Without one, `alias` is set where an alias led nowhere. */
static struct mapped map_to_file(struct systemd *s, const char *name)
{
        const char *alias = NULL;
        int i;

        for (i = 0; i < ALIASES_FOLLOWED; i++) {
                struct mapped mapped = map_name(s, name);

                if (!mapped.path && !mapped.unreadable && i > 0 && unit_kind(name) == UNIT_INSTANCE)
                        mapped = map_name(s, unit_template(&s->arena, name));
                if (mapped.unreadable || (mapped.path && !mapped.alias))
                        return mapped;
                if (!mapped.path)
                        break;
                name = alias = mapped.alias;
        }
        return (struct mapped){.alias = alias};
}

static bool is_masked(struct systemd *s, const char *path)
{
        const char *target, *why;

        if (unit_link_target(s, path, &target, &why) == UNIT_LINK_LINKED && unit_is_null(s, target))
                return true;
        return unit_is_null(s, path);
}

void unit_fragment(struct systemd *s, const char *name, struct unit_fragment *ret)
{
        struct mapped mapped = {0};

        *ret = (struct unit_fragment){.state = BIO_ABSENT, .name = name, .why = "no unit file"};
        if (s->unreadable)
                mapped.unreadable = arena_printf(&s->arena, "%s: %s", s->unreadable->path, s->unreadable->why);
        else
                mapped = map_to_file(s, name);
        if (!mapped.path && !mapped.unreadable && unit_kind(name) == UNIT_INSTANCE)
                mapped = map_to_file(s, unit_template(&s->arena, name));
        if (mapped.unreadable) {
                ret->state = BIO_UNREADABLE;
                ret->why = mapped.unreadable;
        } else if (!mapped.path && mapped.alias)
                ret->why = "an alias that leads to no unit file";
        if (!mapped.path)
                return;
        ret->state = BIO_KNOWN;
        ret->why = NULL;
        ret->path = mapped.path;
        ret->name = base_name(mapped.path);
        if (unit_kind(ret->name) == UNIT_TEMPLATE && unit_kind(name) == UNIT_INSTANCE) {
                ret->name = unit_with_instance(&s->arena, ret->name, unit_instance(&s->arena, name));
                if (!ret->name)
                        ret->name = name;
        }
        ret->masked = is_masked(s, mapped.path);
}

/* --- aliases */

static void list_links_of(struct systemd *s, size_t directory)
{
        const struct access_directory *listed = s->directories[directory].listed;
        struct unit_fragment fragment;
        size_t i;

        for (i = 0; i < listed->count; i++) {
                const char *name = listed->names[i];

                if (listed->types[i] == DT_REG || listed->types[i] == DT_DIR || unit_kind(name) == UNIT_INVALID ||
                    unit_entry(s, directory, name) != UNIT_ENTRY_LINK)
                        continue;
                unit_fragment(s, name, &fragment);
                if (fragment.state != BIO_KNOWN || fragment.masked || streq(fragment.name, name))
                        continue;
                s->links = must_grow(s->links, &s->links_allocated, s->link_count + 1, sizeof(*s->links));
                s->links[s->link_count++] = (struct unit_link){name, fragment.name};
        }
}

/* All other names of a unit. */
static void aliases_of(struct systemd *s, const char *name, struct strings *ret)
{
        const char *template = unit_template(&s->arena, name), *other;
        size_t i;

        for (i = 0; !s->links_listed && i < s->directory_count; i++)
                list_links_of(s, i);
        s->links_listed = true;
        for (i = 0; i < s->link_count; i++) {
                if (streq(s->links[i].target_name, name))
                        other = s->links[i].name;
                else if (unit_kind(name) == UNIT_INSTANCE && streq(s->links[i].target_name, template) &&
                         unit_kind(s->links[i].name) == UNIT_TEMPLATE)
                        other = unit_with_instance(&s->arena, s->links[i].name, unit_instance(&s->arena, name));
                else
                        continue;
                if (other && ret->count <= NAMES_MOST && !strings_have(ret, other))
                        strings_add(ret, other);
        }
}

/* --- drop-ins */

static void add_directory(struct systemd *s, size_t directory, const char *name, struct strings *ret)
{
        const struct access_directory *listed = s->directories[directory].listed;
        const char *wanted = arena_printf(&s->arena, "%s.d", name);

        if (listed_at(listed, wanted) < listed->count)
                strings_add(ret, unit_path(s, directory, wanted));
}

/* "foo-bar-baz.service" → "foo-bar-.service"; NULL where there is no further dash. */
static const char *shorter_prefix(struct systemd *s, const char *name)
{
        size_t length = unit_prefix_length(name), i = length;
        const char *instance = strchr(name, '@') ? strchr(name, '@') : strrchr(name, '.');

        if (i > 0 && name[i - 1] == '-')
                i--; /* one dash at the end was left by the step before */
        while (i > 0 && name[i - 1] != '-')
                i--;
        if (i <= 1 || !instance)
                return NULL;
        return arena_printf(&s->arena, "%.*s%s", (int)i, name, instance);
}

/* The drop-in directories of a name in one unit directory: the most specific first. */
static void add_directories(struct systemd *s, size_t directory, const char *name, struct strings *ret)
{
        const char *template = unit_template(&s->arena, name);
        const char *n;

        for (n = name; n; n = shorter_prefix(s, n)) {
                add_directory(s, directory, n, ret);
                if (unit_kind(n) == UNIT_INSTANCE)
                        for (template = unit_template(&s->arena, n); template; template = shorter_prefix(s, template))
                                add_directory(s, directory, template, ret);
        }
}

/* A file of a drop-in directory, and how it sorts. */
static int compare_base_names(const void *x, const void *y)
{
        return strcmp(base_name(*(const char *const *)x), base_name(*(const char *const *)y));
}

static bool have_base_name(const struct strings *s, const char *name)
{
        size_t i;

        for (i = 0; i < s->count; i++)
                if (streq(base_name(s->items[i]), name))
                        return true;
        return false;
}

const char *unit_conf_files(struct systemd *s, const struct strings *directories, struct strings *ret)
{
        size_t i, j;

        for (i = 0; i < directories->count; i++) {
                const struct access_directory *listed = access_list(s->access, directories->items[i]);

                if (listed->state == BIO_UNREADABLE)
                        return arena_printf(&s->arena, "%s: %s", listed->path, listed->why);
                for (j = 0; j < listed->count; j++) {
                        const char *name = listed->names[j];

                        if (*name == '.' || !ends_with(name, ".conf") || have_base_name(ret, name))
                                continue;
                        if (ret->count == CONF_FILES_MOST)
                                return "more than 1024 drop-ins";
                        strings_add(ret, arena_printf(&s->arena, "%s/%s", listed->path, name));
                }
        }
        if (ret->count > 1)
                qsort(ret->items, ret->count, sizeof(*ret->items), compare_base_names);
        return NULL;
}

const char *unit_drop_ins(struct systemd *s, const char *name, struct strings *ret)
{
        _cleanup_strings_ struct strings names = {0}, directories = {0};
        size_t i, j;

        strings_add(&names, name);
        aliases_of(s, name, &names);
        if (names.count > NAMES_MOST)
                return "more than 64 aliases";
        for (i = 0; i < names.count; i++)
                for (j = 0; j < s->directory_count; j++)
                        add_directories(s, j, names.items[i], &directories);
        /* Those of the whole type come last: what is specific wins. */
        for (j = 0; j < s->directory_count; j++)
                add_directory(s, j, unit_type(name), &directories);
        return unit_conf_files(s, &directories, ret);
}
