/* SPDX-License-Identifier: EUPL-1.2 */
/* The fact `pam`: the stacks of every service as the installed libpam reads them, and what they can answer. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "facts/pam_explore.h"
#include "facts/readers.h"

#define PACKAGE "libpam0g"

static const char *const directories[] = {"/etc/pam.d", "/usr/lib/pam.d"};

/* --- the host's PAM */

/* "1.5.2-6+deb12u1": 105; -1: no such number. */
static long release_number(const char *version)
{
        unsigned long major, minor;
        char *end;

        major = strtoul(version, &end, 10);
        if (end == version || *end != '.')
                return -1;
        version = end + 1;
        minor = strtoul(version, &end, 10);
        return end == version || major > 100 || minor > 99 ? -1 : (long)(major * 100 + minor);
}

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
        n = release_number(p->version);
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

const char *pam_module_name(struct pam *p, const struct pam_entry *e)
{
        const char *slash = strrchr(e->module, '/'), *name = slash ? slash + 1 : e->module;
        const char *dot = strrchr(name, '.');

        return arena_copy(&p->arena, name, dot ? (size_t)(dot - name) : strlen(name));
}

static bool is_there(struct pam *p, const char *path, const char **why)
{
        const struct access_file *file = access_stat(facts_access(p->facts), path);

        if (file->state == BIO_UNREADABLE)
                *why = file->why;
        return file->state == BIO_KNOWN && S_ISREG(file->mode);
}

/* A root without any directory of modules is no whole host: what it names is taken as there. */
bool pam_module_there(struct pam *p, const struct pam_entry *e, const char **why)
{
        static const char *const patterns[] = {"/usr/lib/*/security", "/lib/*/security", "/lib/security",
                                               "/usr/lib/security",   "/lib64/security", "/usr/lib64/security"};
        const char *const *found;
        size_t count, i, k, places = 0;

        *why = NULL;
        if (*e->module == '/')
                return is_there(p, e->module, why);
        for (i = 0; i < ELEMENTS(patterns); i++) {
                count = access_glob(facts_access(p->facts), patterns[i], &found, NULL);
                for (k = 0; k < count; k++) {
                        _cleanup_free_ char *path = must_printf("%s/%s", found[k], e->module);

                        if (!is_directory(p->facts, found[k]))
                                continue;
                        places++;
                        if (is_there(p, path, why))
                                return true;
                }
        }
        return places == 0;
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

/* Why a service has no answer of its own; NULL: libpam gives up, which is one. */
static struct bio_node *fault_node(struct pam *p, const struct pam_service *fault)
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
                return fault_node(p, fault);
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

/* --- pam.can */

/* Words of a list, commas between; `take` answers false where it does not know one. */
static const char *each_word(const char *list, bool (*take)(const char *word, void *user), void *user)
{
        _cleanup_free_ char *copy = NULL;
        char *rest, *word;

        if (!list)
                return NULL;
        rest = copy = must_strdup(list);
        while ((word = strsep(&rest, ",")))
                if (*word && !take(word, user))
                        return list;
        return NULL;
}

static bool take_supposed(const char *word, void *user)
{
        struct pam_hypothesis *h = user;

        for (size_t i = 0; i < PAM_IS_COUNT; i++) {
                size_t length = strlen(pam_supposed_names[i]);

                if (strncmp(word, pam_supposed_names[i], length) != 0 || word[length] != '=')
                        continue;
                for (uint8_t k = 0; k < 2; k++)
                        if (streq(word + length + 1, pam_supposed_values[i][k])) {
                                h->values[i] = (uint8_t)(k + 1);
                                return true;
                        }
        }
        return false;
}

static bool take_mark(const char *word, void *user)
{
        uint32_t *marks = user;

        for (size_t i = 0; i < PAM_MARKS; i++)
                if (streq(word, pam_mark_names[i])) {
                        *marks |= (uint32_t)1 << i;
                        return true;
                }
        return false;
}

/* NULL, or what is not understood. */
static const char *question_of(const struct fact_argument *arguments, struct pam_question *q)
{
        const char *function = fact_argument(arguments, "function"), *ends = fact_argument(arguments, "ends"), *bad;
        size_t i;

        for (i = 0; function && i < PAM_FUNCTIONS && !streq(function, pam_function_names[i]); i++)
                ;
        if (i == PAM_FUNCTIONS)
                return function;
        q->function = (enum pam_function)i;
        q->any_end = ends && streq(ends, "any");
        if (ends && !q->any_end && !streq(ends, "success"))
                return ends;
        bad = each_word(fact_argument(arguments, "with"), take_supposed, &q->hypothesis);
        if (!bad)
                bad = each_word(fact_argument(arguments, "having"), take_mark, &q->having);
        if (!bad)
                bad = each_word(fact_argument(arguments, "without"), take_mark, &q->without);
        return bad;
}

static struct bio_node *codes_node(struct tree *t, uint32_t codes)
{
        struct bio_node *list = tree_list(t);

        for (size_t i = 0; i < PAM_CODES; i++)
                if (codes & ((uint32_t)1 << i))
                        (void)tree_append(list, tree_text(t, pam_code_names[i]));
        return list;
}

/* "pam_unix.so: success" of each entry on the way, from its line. */
static struct bio_node *way_node(struct tree *t, const struct pam_exploration *x)
{
        struct bio_node *list = tree_list(t);

        for (size_t i = 0; i < x->count; i++) {
                const struct pam_entry *e = x->steps[i].entry;

                (void)tree_append(list, tree_from(tree_printf(t, "%s: %s", e->kind == PAM_MODULE ? e->module : e->why,
                                                              pam_code_names[x->steps[i].code]),
                                                  e->path, e->line, 0));
        }
        return list;
}

/* The entry that decides a way: the last whose answer counts for something. */
static const struct pam_entry *decider(const struct pam_exploration *x)
{
        for (size_t i = x->count; i-- > 0;)
                if (x->steps[i].entry->control.actions[x->steps[i].code] != ACTION_IGNORE)
                        return x->steps[i].entry;
        return x->count > 0 ? x->steps[x->count - 1].entry : NULL;
}

static struct bio_node *can_node(struct pam *p, const struct pam_service *s, const struct pam_service *fault,
                                 const struct pam_stack *stack, const struct pam_exploration *x)
{
        struct tree *t = facts_tree(p->facts);
        struct bio_node *map = tree_map(t), *can;
        const struct pam_entry *e = x->truth == PAM_YES ? decider(x) : x->hinge;

        if (x->truth == PAM_MAYBE && e)
                can = tree_undecidable(t, "it hinges on what %s answers", e->module ? e->module : "a line");
        else if (x->truth == PAM_MAYBE)
                can = tree_undecidable(t, "%s", x->why);
        else
                can = tree_bool(t, x->truth == PAM_YES);
        (void)tree_set(map, "can", can);
        if (fault)
                (void)tree_note(can, "%s", fault->why);
        if (fault && fault->why_path)
                (void)tree_from(can, fault->why_path, fault->why_line, 0);
        else if (e)
                (void)tree_from(can, e->path, e->line, 0);
        else if (stack->count > 0)
                (void)tree_from(can, stack->entries[0].path, 0, 0);
        else if (s->file)
                (void)tree_from(can, s->file, 0, 0);
        (void)tree_set(map, "codes", codes_node(t, x->codes));
        (void)tree_set(map, "way", way_node(t, x));
        return map;
}

static const struct bio_node *answer_can(struct facts *f, const struct bio_node *fact,
                                         const struct fact_argument *arguments)
{
        struct pam *p = pam_of(f);
        struct tree *t = facts_tree(f);
        const char *name = fact_argument(arguments, "service"), *bad;
        struct pam_question q = {0};
        struct pam_exploration x = {0};
        const struct pam_service *s, *fault;
        struct bio_node *node;

        (void)fact;
        bad = question_of(arguments, &q);
        if (bad || !name || !*name)
                return tree_undecidable(t, "pam.can does not know what is meant by %s", bad ? bad : "no service");
        if (!p->directories && access_stat(facts_access(f), "/etc/pam.conf")->state == BIO_ABSENT)
                return tree_undecidable(t, "nothing of PAM is seen");
        s = pam_service_of(p, name);
        fault = pam_service_fault(p, s);
        if (!fault) {
                const struct pam_stack *stack = pam_stack_of(p, s, pam_function_type(q.function));

                pam_explore(p, stack, &q, &x);
                return can_node(p, s, NULL, stack, &x);
        }
        node = fault_node(p, fault);
        if (node)
                return node;
        x = (struct pam_exploration){.truth = q.any_end && q.having == 0 ? PAM_YES : PAM_NO,
                                     .codes = fault->state == PAM_SERVICE_CRASHES ? 0 : (uint32_t)1 << PAM_ABORT};
        return can_node(p, s, fault, &s->stacks[0], &x);
}

static const struct fact_query queries[] = {
        {"pam.can", (const char *const[]){"service", "function", "with", "having", "without", "ends", NULL}, answer_can,
         .without_tree = true},
        {NULL, NULL, NULL, false},
};

const struct fact_reader pam_fact = {
        .name = "pam",
        .title = "PAM: the stacks of every service as libpam reads them",
        .read = read_pam,
        .queries = queries,
};
