/* SPDX-License-Identifier: EUPL-1.2 */
/* The fact `pam`: the stacks of every service as the installed libpam reads them. */
#include <ctype.h>
#include <string.h>

#include "base/memory.h"
#include "facts/pam_internal.h"
#include "facts/readers.h"
#include "facts/version_number.h"

#define PACKAGE "libpam0g"

static const char *const directories[] = {"/etc/pam.d", "/usr/lib/pam.d"};

/* --- the host's PAM */

static void find_release(struct pam *p)
{
        const struct fact_argument arguments[] = {{"name", PACKAGE}, {NULL, NULL}};
        const struct bio_node *package = facts_query(p->facts, "packages.installed", arguments);
        const struct bio_node *version = tree_get(package, "version");
        long n;

        p->reading = (struct pam_reading){PAM_OTHER_RELEASE, true};
        if (tree_state(package) != BIO_KNOWN || tree_state(version) != BIO_KNOWN) {
                const struct bio_node *manager = tree_get(facts_get(p->facts, "packages"), "manager");

                p->reading.debian = !(tree_state(manager) == BIO_KNOWN && streq(tree_bytes_of(manager, NULL), "rpm"));
                return;
        }
        p->version = tree_bytes_of(version, NULL);
        n = version_number(p->version);
        if (n >= 103 && n <= 105)
                p->reading.release = PAM_1_5;
        else if (n >= 107)
                p->reading.release = PAM_1_7;
}

static bool is_directory(struct facts *f, const char *path)
{
        const struct access_file *file = access_stat(facts_access(f), path);

        return file->state == BIO_UNREADABLE || (file->state == BIO_KNOWN && S_ISDIR(file->mode));
}

static void *make_pam(struct facts *f)
{
        struct pam *p = must_alloc(sizeof(*p));
        size_t i;

        p->facts = f;
        find_release(p);
        for (i = 0; i < ELEMENTS(directories); i++)
                p->directories |= is_directory(f, directories[i]);
        return p;
}

static void free_service(struct pam_service *s)
{
        for (size_t i = 0; i < PAM_TYPES; i++)
                free(s->stacks[i].entries);
}

static void release_pam(void *kept)
{
        struct pam *p = kept;

        for (size_t i = 0; i < p->count; i++)
                free_service(p->services[i]);
        if (p->other)
                free_service(p->other);
        free(p->services);
        free(p->names);
        free(p->places);
        arena_free(&p->arena);
        free(p);
}

struct pam *pam_of(struct facts *f)
{
        return facts_keep(f, make_pam, release_pam);
}

static struct pam_service *new_service(struct pam *p, const char *name)
{
        struct pam_service *s = arena_alloc(&p->arena, sizeof(*s));

        s->name = name;
        pam_service_read(p, s);
        return s;
}

const struct pam_service *pam_service_of(struct pam *p, const char *name)
{
        const char *slash = strrchr(name, '/');
        struct pam_service *s;
        char *lower;
        size_t i;

        name = slash ? slash + 1 : name;
        lower = arena_copy(&p->arena, name, strlen(name));
        for (i = 0; lower[i]; i++)
                lower[i] = (char)tolower((unsigned char)lower[i]);
        for (i = 0; i < p->count; i++)
                if (streq(p->services[i]->name, lower))
                        return p->services[i];
        s = new_service(p, lower);
        /* Asked for by its own name it is read as the service, and once more as the fallback. */
        if (streq(lower, "other") && p->directories && s->state == PAM_SERVICE_READ)
                pam_service_read(p, s);
        p->services = must_grow(p->services, &p->allocated, p->count + 1, sizeof(struct pam_service *));
        p->services[p->count++] = s;
        return s;
}

static const struct pam_service *other_of(struct pam *p)
{
        if (!p->other)
                p->other = new_service(p, "other");
        return p->other;
}

const struct pam_service *pam_service_fault(struct pam *p, const struct pam_service *s)
{
        static const struct pam_service none = {.state = PAM_SERVICE_BROKEN,
                                                .why = "it has no file, and there is no other"};
        const struct pam_service *other = other_of(p);

        if (s->state != PAM_SERVICE_READ)
                return s;
        if (other->state != PAM_SERVICE_READ)
                return other;
        return s->file || other->file ? NULL : &none;
}

const struct pam_stack *pam_stack_of(struct pam *p, const struct pam_service *s, enum pam_type type)
{
        return s->stacks[type].count > 0 ? &s->stacks[type] : &other_of(p)->stacks[type];
}

/* --- modules */

static bool is_there(struct pam *p, const char *path, const char **why)
{
        const struct access_file *file = access_stat(facts_access(p->facts), path);

        if (file->state == BIO_UNREADABLE)
                *why = file->why;
        return file->state == BIO_KNOWN && S_ISREG(file->mode);
}

/* Where libpam looks for modules, on whichever distribution. */
static void find_places(struct pam *p)
{
        static const char *const patterns[] = {"/usr/lib/*/security", "/lib/*/security", "/lib/security",
                                               "/usr/lib/security",   "/lib64/security", "/usr/lib64/security"};
        const char *const *found;
        size_t count, i, k;

        for (i = 0; i < ELEMENTS(patterns); i++) {
                count = access_glob(facts_access(p->facts), patterns[i], &found, NULL);
                for (k = 0; k < count; k++) {
                        if (!is_directory(p->facts, found[k]))
                                continue;
                        p->places = must_grow(p->places, &p->places_allocated, p->places_count + 1, sizeof(*p->places));
                        p->places[p->places_count++] = arena_copy(&p->arena, found[k], strlen(found[k]));
                }
        }
        p->places_found = true;
}

/* A root without any directory of modules is no whole host: what it names is taken as there. */
bool pam_module_there(struct pam *p, const struct pam_entry *e, const char **why)
{
        size_t i;

        *why = NULL;
        if (*e->module == '/')
                return is_there(p, e->module, why);
        if (!p->places_found)
                find_places(p);
        for (i = 0; i < p->places_count; i++) {
                _cleanup_free_ char *path = must_printf("%s/%s", p->places[i], e->module);

                if (is_there(p, path, why))
                        return true;
        }
        return p->places_count == 0;
}

/* --- services */

static int compare_names(const void *a, const void *b)
{
        return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* libpam asks for names in lower case; what package managers and editors leave beside is nobody's service. */
static bool is_service_name(const char *name)
{
        static const char *const endings[] = {".dpkg-dist", ".dpkg-new", ".dpkg-old", ".dpkg-bak", ".ucf-dist",
                                              ".ucf-old",   ".rpmnew",   ".rpmsave",  ".rpmorig",  "~"};
        size_t i;

        for (i = 0; name[i]; i++)
                if (isupper((unsigned char)name[i]))
                        return false;
        for (i = 0; i < ELEMENTS(endings); i++)
                if (ends_with(name, endings[i]))
                        return false;
        return *name != '.';
}

static void add_name(struct pam *p, const char *name)
{
        p->names = must_grow(p->names, &p->names_allocated, p->names_count + 1, sizeof(*p->names));
        p->names[p->names_count++] = arena_copy(&p->arena, name, strlen(name));
}

static void names_of_conf(struct pam *p)
{
        const struct access_file *file = access_read(facts_access(p->facts), "/etc/pam.conf", PAM_FILE_MOST);
        struct pam_lines lines = {file->bytes, file->length, 0, 0, p->reading.release};
        _cleanup_text_ struct text line = {0};
        unsigned number;
        char *rest, *word;

        if (file->state != BIO_KNOWN)
                return;
        while (pam_line_next(&lines, &line, &number) == PAM_LINE_READ) {
                word = pam_word(line.data, &rest);
                if (!word || p->names_count >= PAM_ENTRIES_MOST)
                        continue;
                for (char *c = word; *c; c++)
                        *c = (char)tolower((unsigned char)*c);
                add_name(p, word);
        }
}

/* All names, sorted, each once. */
static void find_names(struct pam *p)
{
        size_t i, k, kept = 0;

        if (p->names)
                return;
        for (i = 0; i < ELEMENTS(directories) && p->directories; i++) {
                const struct access_directory *d = access_list(facts_access(p->facts), directories[i]);

                for (k = 0; k < d->count && p->names_count < PAM_ENTRIES_MOST; k++)
                        if (is_service_name(d->names[k]))
                                add_name(p, d->names[k]);
        }
        if (!p->directories)
                names_of_conf(p);
        if (p->names_count > 0)
                qsort(p->names, p->names_count, sizeof(*p->names), compare_names);
        for (i = 0; i < p->names_count; i++)
                if (i == 0 || !streq(p->names[i], p->names[kept - 1]))
                        p->names[kept++] = p->names[i];
        p->names_count = kept;
}

/* --- the tree */

static struct bio_node *arguments_node(struct tree *t, const struct pam_entry *e)
{
        struct bio_node *list = tree_list(t);

        for (const char *const *a = e->arguments; a && *a; a++)
                (void)tree_append(list, tree_text(t, *a));
        return list;
}

static struct bio_node *entry_node(struct pam *p, const struct pam_entry *e)
{
        static const char *const kinds[] = {"module", "must-fail", "substack"};
        struct tree *t = facts_tree(p->facts);
        struct bio_node *map = tree_from(tree_map(t), e->path, e->line, 0);

        (void)tree_set(map, "kind", tree_text(t, kinds[e->kind]));
        (void)tree_set(map, "control", tree_text(t, e->control_text));
        (void)tree_set(map, "module",
                       e->module ? tree_text(t, e->module) : tree_absent(t, "%s", e->why ? e->why : "none"));
        (void)tree_set(map, "arguments", arguments_node(t, e));
        (void)tree_set(map, "level", tree_integer(t, e->level));
        if (e->why && e->kind == PAM_MUST_FAIL)
                (void)tree_note(map, "%s", e->why);
        return map;
}

static struct bio_node *stack_node(struct pam *p, const struct pam_stack *stack)
{
        struct bio_node *list = tree_list(facts_tree(p->facts));

        for (size_t i = 0; i < stack->count; i++)
                (void)tree_append(list, entry_node(p, &stack->entries[i]));
        return list;
}

struct bio_node *pam_fault_node(struct pam *p, const struct pam_service *fault)
{
        struct tree *t = facts_tree(p->facts);
        struct bio_node *node = NULL;

        if (fault->state == PAM_SERVICE_UNREADABLE)
                node = tree_unreadable(t, "%s", fault->why);
        else if (fault->state == PAM_SERVICE_OPEN)
                node = tree_undecidable(t, "%s", fault->why);
        return node && fault->why_path ? tree_from(node, fault->why_path, fault->why_line, 0) : node;
}

static struct bio_node *service_node(struct pam *p, const char *name)
{
        const struct pam_service *s = pam_service_of(p, name), *fault = pam_service_fault(p, s);
        struct tree *t = facts_tree(p->facts);
        struct bio_node *map, *broken;
        size_t i;

        if (fault && fault->state != PAM_SERVICE_BROKEN && fault->state != PAM_SERVICE_CRASHES)
                return pam_fault_node(p, fault);
        map = tree_map(t);
        if (s->file)
                (void)tree_from(map, s->file, 0, 0);
        broken = fault ? tree_text(t, fault->why) : tree_absent(t, "libpam reads it");
        (void)tree_set(map, "broken",
                       fault && fault->why_path ? tree_from(broken, fault->why_path, fault->why_line, 0) : broken);
        for (i = 0; i < PAM_TYPES; i++) {
                struct bio_node *list =
                        tree_set(map, pam_type_names[i], stack_node(p, pam_stack_of(p, s, (enum pam_type)i)));

                if (s->stacks[i].count == 0)
                        (void)tree_note(list, "the service has none: that of other");
        }
        return map;
}

static const struct bio_node *read_pam(struct facts *f)
{
        struct pam *p = pam_of(f);
        struct tree *t = facts_tree(f);
        struct bio_node *root = tree_map(t), *services;
        size_t i;

        (void)tree_set(root, "version",
                       p->version ? tree_text(t, p->version) : tree_absent(t, "no package %s is seen", PACKAGE));
        find_names(p);
        services = tree_set(root, "services", tree_map(t));
        for (i = 0; i < p->names_count; i++)
                (void)tree_set(services, p->names[i], service_node(p, p->names[i]));
        return root;
}

const struct fact_reader pam_fact = {
        .name = "pam",
        .title = "PAM: the stacks of every service as libpam reads them",
        .read = read_pam,
        .queries = pam_queries,
};
