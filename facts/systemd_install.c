/* SPDX-License-Identifier: EUPL-1.2 */
/* Whether a unit is enabled: what `systemctl is-enabled` answers from the files (systemctl(1); systemd.unit(5),
 * [INSTALL] SECTION OPTIONS). Links decide, not whether what they hang on is ever started. */
#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "facts/systemd_internal.h"

#define LINKS_FOLLOWED 64
/* Since this version [Install] knows UpheldBy=, and unit directories NAME.upholds. */
#define UPHOLDS_VERSION 254

/* Of a version that is not known they are looked at, and a state that hangs on one is left open. */
static bool knows_upholds(const struct systemd *s)
{
        return s->version == 0 || s->version >= UPHOLDS_VERSION;
}

enum sort { SORT_REGULAR, SORT_MASKED, SORT_ALIAS, SORT_LINKED };

/* A unit as systemctl looks at it. */
struct install {
        const char *name;
        const char *path; /* where it stands, or what a link leads to */
        enum sort sort;
        const char *target;                                        /* of a link */
        struct strings aliases, wanted_by, required_by, upheld_by; /* of [Install] */
        bool also;
        const char *default_instance;
        const char *error; /* systemctl gives an error, or it is not known: why */
        bool unreadable;   /* the latter */
        bool missing;
        const char *missing_path; /* the link that leads nowhere; NULL: there is no unit */
};

static void install_free(struct install *i)
{
        strings_free(&i->aliases);
        strings_free(&i->wanted_by);
        strings_free(&i->required_by);
        strings_free(&i->upheld_by);
}
#define _cleanup_install_ _cleanup_(install_free)

static const char *base_name(const char *path)
{
        const char *slash = strrchr(path, '/');

        return slash ? slash + 1 : path;
}

/* --- [Install] */

struct installing {
        struct systemd *s;
        struct install *i;
};

static void take_names(struct systemd *s, const char *value, struct strings *into)
{
        const char *word;

        if (!*value)
                strings_free(into);
        while (unit_word(&s->arena, &value, &word) > 0)
                strings_add(into, word);
}

static const char *take_install(void *user, const struct unit_assignment *a)
{
        struct installing *in = user;
        struct install *i = in->i;
        _cleanup_strings_ struct strings also = {0};
        const char *why = NULL;

        if (!streq(a->section, "Install"))
                return NULL;
        i->error = systemd_spent(in->s);
        if (i->error)
                return i->error;
        if (streq(a->key, "Alias") && unit_type_may_alias(unit_type(i->name)))
                take_names(in->s, a->value, &i->aliases);
        else if (streq(a->key, "WantedBy"))
                take_names(in->s, a->value, &i->wanted_by);
        else if (streq(a->key, "RequiredBy"))
                take_names(in->s, a->value, &i->required_by);
        else if (streq(a->key, "UpheldBy") && knows_upholds(in->s))
                take_names(in->s, a->value, &i->upheld_by);
        else if (streq(a->key, "Also")) {
                take_names(in->s, a->value, &also);
                i->also = i->also || also.count > 0;
        } else if (streq(a->key, "DefaultInstance") && unit_kind(i->name) == UNIT_TEMPLATE)
                i->default_instance = unit_specifiers(in->s, i->name, a->value, &why);
        return NULL;
}

static void read_install(struct systemd *s, struct install *i, const char *path)
{
        const struct access_file *file = access_read(s->access, path, UNIT_FILE_MOST);
        struct installing in = {s, i};
        const char *why;
        unsigned line;

        if (file->state != BIO_KNOWN) {
                i->unreadable = true;
                i->error =
                        arena_printf(&s->arena, "%s: %s", path, file->state == BIO_ABSENT ? "no such file" : file->why);
                return;
        }
        why = unit_file_parse(file->bytes, file->length, take_install, &in, &line);
        if (why && !i->error)
                i->error = arena_printf(&s->arena, "systemctl gives an error: %s, line %u is %s", path, line, why);
}

/* Drop-ins count here too, but only those of the unit's own name and of its template. */
static void read_install_drop_ins(struct systemd *s, struct install *i)
{
        _cleanup_strings_ struct strings directories = {0}, files = {0};
        const char *names[] = {i->name, unit_template(&s->arena, i->name)}, *why;
        size_t n, d;

        for (n = 0; n < ELEMENTS(names); n++)
                for (d = 0; d < s->directory_count; d++) {
                        const char *wanted = arena_printf(&s->arena, "%s.d", names[n]);

                        if (unit_entry(s, d, wanted) != UNIT_ENTRY_NONE)
                                strings_add(&directories, unit_path(s, d, wanted));
                }
        why = unit_conf_files(s, &directories, &files);
        if (why) {
                i->unreadable = true;
                i->error = why;
        }
        for (n = 0; n < files.count && !i->error; n++)
                read_install(s, i, files.items[n]);
}

/* --- finding the unit */

/* Looks at what stands at i->path. */
static void load(struct systemd *s, struct install *i)
{
        const struct access_file *file = access_lstat(s->access, i->path);
        const char *why;

        if (file->state == BIO_ABSENT) {
                i->missing = true;
                return;
        }
        if (file->state == BIO_UNREADABLE) {
                i->unreadable = true;
                i->error = arena_printf(&s->arena, "%s: %s", i->path, file->why);
                return;
        }
        if (!file->bytes) { /* no link */
                i->sort = unit_is_null(s, i->path) ? SORT_MASKED : SORT_REGULAR;
                if (i->sort == SORT_REGULAR && !S_ISREG(file->mode))
                        i->error = arena_printf(&s->arena, "systemctl gives an error: %s is no file", i->path);
                else if (i->sort == SORT_REGULAR)
                        read_install(s, i, i->path);
                return;
        }
        switch (unit_link_target(s, i->path, &i->target, &why)) {
        case UNIT_LINK_ALIAS:
                i->sort = SORT_ALIAS;
                break;
        case UNIT_LINK_LINKED:
                i->sort = SORT_LINKED;
                break;
        case UNIT_LINK_UNREADABLE:
                i->unreadable = true;
                i->error = arena_printf(&s->arena, "%s: %s", i->path, why);
                return;
        case UNIT_LINK_BAD:
                i->error = arena_printf(&s->arena, "systemctl gives an error: the link %s %s", i->path, why);
                return;
        }
        if (unit_is_null(s, i->target))
                i->sort = SORT_MASKED;
}

static void search_name(struct systemd *s, struct install *i, const char *name)
{
        size_t d;

        i->missing = true;
        for (d = 0; d < s->directory_count && i->missing; d++) {
                if (unit_entry(s, d, name) == UNIT_ENTRY_NONE)
                        continue;
                i->missing = false;
                i->path = unit_path(s, d, name);
                load(s, i);
        }
}

static void search(struct systemd *s, struct install *i)
{
        search_name(s, i, i->name);
        if (i->missing && unit_kind(i->name) == UNIT_INSTANCE)
                search_name(s, i, unit_template(&s->arena, i->name));
        if (!i->missing && !i->error && i->sort != SORT_MASKED)
                read_install_drop_ins(s, i);
}

/* Goes on with another name. */
static void search_alias(struct systemd *s, struct install *i, const char *link)
{
        const char *name = base_name(i->target);

        if (unit_kind(i->name) == UNIT_INSTANCE && unit_kind(name) == UNIT_TEMPLATE)
                name = unit_with_instance(&s->arena, name, unit_instance(&s->arena, i->name));
        if (!name) {
                i->error = "systemctl gives an error: the alias makes no unit name";
                return;
        }
        if (streq(name, i->name)) { /* to the template of the same name: the link stays what it is */
                i->path = i->target;
                load(s, i);
        } else {
                install_free(i);
                *i = (struct install){.name = name};
                search(s, i);
        }
        if (i->missing)
                i->missing_path = link;
}

/* The unit that a name leads to. */
static void discover(struct systemd *s, struct install *i)
{
        unsigned followed;

        search(s, i);
        for (followed = 0; !i->error && !i->missing && (i->sort == SORT_ALIAS || i->sort == SORT_LINKED); followed++) {
                const char *link = i->path;

                if (followed == LINKS_FOLLOWED) {
                        i->error = "systemctl gives an error: too many links";
                } else if (i->sort == SORT_ALIAS && !streq(base_name(i->target), i->name)) {
                        search_alias(s, i, link);
                } else {
                        i->path = i->target;
                        load(s, i);
                        if (i->missing)
                                i->missing_path = link;
                }
        }
}

/* --- links to it */

struct finding {
        const char *link; /* that makes it enabled */
        bool same_name;   /* a link of its own name, to itself elsewhere */
        const char *same_name_link;
        const char *unreadable;
};

/* Whether a link's name is one that enabling this unit makes. */
static bool known_name(struct systemd *s, const struct install *i, const char *name)
{
        const char *instance;

        if (streq(name, i->name) || strings_have(&i->aliases, name))
                return true;
        if (!i->default_instance || unit_kind(i->name) != UNIT_TEMPLATE)
                return false;
        instance = unit_with_instance(&s->arena, i->name, i->default_instance);
        return instance && streq(instance, name);
}

static bool is_link(struct systemd *s, const struct access_directory *listed, size_t at)
{
        const struct access_file *file;

        if (listed->types[at] != DT_UNKNOWN)
                return listed->types[at] == DT_LNK;
        file = access_lstat(s->access, arena_printf(&s->arena, "%s/%s", listed->path, listed->names[at]));
        return file->state == BIO_KNOWN && file->bytes;
}

/* In NAME.wants and its like the name of the link counts, not where it leads. */
static bool find_in_wants(struct systemd *s, const struct install *i, bool known, const char *path, struct finding *f)
{
        const struct access_directory *listed = access_list(s->access, path);
        size_t at;

        if (listed->state == BIO_UNREADABLE)
                f->unreadable = arena_printf(&s->arena, "%s: %s", path, listed->why);
        for (at = 0; at < listed->count; at++) {
                const char *name = listed->names[at];

                if (*name == '.' || !(streq(name, i->name) || (unit_kind(name) == UNIT_INSTANCE &&
                                                               streq(unit_template(&s->arena, name), i->name))))
                        continue;
                if (!is_link(s, listed, at) || (known && !known_name(s, i, name)))
                        continue;
                f->link = arena_printf(&s->arena, "%s/%s", path, name);
                return true;
        }
        return false;
}

static bool is_wants(const struct systemd *s, const char *name)
{
        return *name != '.' && (ends_with(name, ".wants") || ends_with(name, ".requires") ||
                                (ends_with(name, ".upholds") && knows_upholds(s)));
}

/* Looks once at what a unit directory has that can enable units: its links, and its directories NAME.wants. */
static struct unit_directory *indexed(struct systemd *s, size_t directory)
{
        struct unit_directory *d = &s->directories[directory];
        size_t at;

        for (at = 0; !d->indexed && at < d->listed->count; at++) {
                const char *name = d->listed->names[at], *path;
                const struct access_file *link;

                if (*name == '.')
                        continue;
                path = unit_path(s, directory, name);
                if (is_wants(s, name) && unit_entry(s, directory, name) == UNIT_ENTRY_OTHER)
                        strings_add(&d->wants, path);
                if (!is_link(s, d->listed, at))
                        continue;
                link = access_lstat(s->access, path);
                if (link->state != BIO_KNOWN || !link->bytes)
                        continue;
                d->pointers =
                        must_grow(d->pointers, &d->pointers_allocated, d->pointer_count + 1, sizeof(*d->pointers));
                d->pointers[d->pointer_count++] = (struct unit_pointer){name, base_name(link->bytes), link->path};
        }
        d->indexed = true;
        return d;
}

/* Aliases of the unit within a unit directory: links named so, or that lead to what is named so. */
static bool find_aliases(struct systemd *s, const struct install *i, bool known, const struct unit_directory *d,
                         bool below, struct finding *f)
{
        size_t at;

        for (at = 0; at < d->pointer_count; at++) {
                const struct unit_pointer *pointer = &d->pointers[at];
                bool named = !below && streq(pointer->name, i->name), leads = streq(pointer->leads, i->name);

                if (named && leads) {
                        f->same_name = true;
                        f->same_name_link = pointer->path;
                } else if ((named || leads) && (!known || known_name(s, i, pointer->name))) {
                        f->link = pointer->path;
                        return true;
                }
        }
        return false;
}

static bool find_in_directory(struct systemd *s, const struct install *i, bool known, size_t directory, bool below,
                              struct finding *f)
{
        const struct unit_directory *d = indexed(s, directory);
        size_t at;

        for (at = 0; at < d->wants.count; at++)
                if (find_in_wants(s, i, known, d->wants.items[at], f))
                        return true;
        return find_aliases(s, i, known, d, below, f);
}

/* What the links make of it: a state and the link that decides, or NULL. `known`: only links that enabling makes. */
static const char *find_links(struct systemd *s, const struct install *i, bool known, const char **link,
                              const char **unreadable)
{
        const char *runtime = NULL, *elsewhere = NULL, *linked = NULL, *linked_runtime = NULL;
        size_t d, own = unit_directory_of(s, i->path);

        for (d = 0; d < s->directory_count; d++) {
                struct finding f = {0};
                unsigned traits = s->directories[d].traits;
                /* A link of the unit's own name counts only above the unit's own file. */
                bool found = find_in_directory(s, i, known, d, d > own, &f);

                if (f.unreadable)
                        *unreadable = f.unreadable;
                if (found && traits & UNITS_CONFIG) {
                        *link = f.link;
                        return "enabled";
                }
                if (found && traits & UNITS_RUNTIME)
                        runtime = f.link;
                else if (found)
                        elsewhere = f.link;
                else if (f.same_name && traits & UNITS_CONFIG)
                        linked = f.same_name_link;
                else if (f.same_name && traits & UNITS_RUNTIME)
                        linked_runtime = f.same_name_link;
        }
        if (runtime) {
                *link = runtime;
                return "enabled-runtime";
        }
        /* An instance that the vendor links is on without being enabled. */
        if (elsewhere && unit_kind(i->name) == UNIT_INSTANCE) {
                *link = elsewhere;
                return "static";
        }
        *link = linked ? linked : linked_runtime;
        if (linked)
                return "linked";
        return linked_runtime ? "linked-runtime" : NULL;
}

/* The state of a unit that is there and not masked; *source is what decides. */
static const char *regular_state(struct systemd *s, const struct install *i, const char *asked, const char **source,
                                 const char **unreadable)
{
        size_t directory = unit_directory_of(s, i->path);
        unsigned traits = directory < s->directory_count ? s->directories[directory].traits : 0;
        const char *state, *link = NULL;

        *source = i->path;
        if (!streq(asked, base_name(i->path)) && unit_kind(i->name) != UNIT_INSTANCE)
                return "alias";
        if (traits & UNITS_GENERATED)
                return "generated";
        if (traits & UNITS_TRANSIENT)
                return "transient";
        state = find_links(s, i, true, &link, unreadable);
        if (!state && find_links(s, i, false, &link, unreadable))
                state = "indirect"; /* enabled under names that enabling it would not make */
        if (state) {
                *source = link;
                return state;
        }
        if (i->aliases.count + i->wanted_by.count + i->required_by.count + i->upheld_by.count > 0)
                return "disabled";
        return i->also ? "indirect" : "static";
}

static struct bio_node *missing_node(struct systemd *s, const struct install *i, const char *name)
{
        struct tree *t = facts_tree(s->facts);

        if (i->missing_path)
                return tree_from(tree_absent(t, "%s leads to no unit file", i->missing_path), i->missing_path, 0, 0);
        return tree_absent(t, "no unit %s", name);
}

struct bio_node *unit_file_state(struct systemd *s, const char *name)
{
        _cleanup_install_ struct install i = {.name = name};
        const char *state, *source, *unreadable = NULL;
        struct tree *t = facts_tree(s->facts);

        if (s->unreadable)
                return tree_from(tree_unreadable(t, "%s", s->unreadable->why), s->unreadable->path, 0, 0);
        discover(s, &i);
        if (i.error)
                return tree_from(i.unreadable ? tree_unreadable(t, "%s", i.error) : tree_undecidable(t, "%s", i.error),
                                 i.path, 0, 0);
        if (i.missing)
                return missing_node(s, &i, name);
        if (i.sort == SORT_MASKED)
                return tree_from(tree_text(t, starts_with(i.path, "/run/") ? "masked-runtime" : "masked"), i.path, 0,
                                 0);
        state = regular_state(s, &i, name, &source, &unreadable);
        /* A link that was not seen could only make it more enabled. */
        if (unreadable && !streq(state, "enabled"))
                return tree_unreadable(t, "%s", unreadable);
        if (s->version == 0 && strstr(source, ".upholds/"))
                return tree_from(
                        tree_undecidable(t, "the version of systemd is not known, and decides whether this counts"),
                        source, 0, 0);
        return tree_from(tree_text(t, state), source, 0, 0);
}
