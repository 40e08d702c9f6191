/* SPDX-License-Identifier: EUPL-1.2 */
/* The fact `systemd`: units as their files say, and as the manager has them. The query systemd.unit {unit} answers for
 * one unit; the tree holds the names of unit files and what was asked so far, so that nobody pays for all of them. */
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "facts/live.h"
#include "facts/readers.h"
#include "facts/systemd_internal.h"

#define UNITS_MOST 4096 /* names in the tree */

/* --- system.conf */

struct wanted_variable {
        struct systemd *s;
        const char *name;
        bool found;
};

static const char *take_default(void *user, const struct unit_assignment *a)
{
        struct wanted_variable *wanted = user;
        const char *rest = a->value, *word;
        size_t length = strlen(wanted->name);

        if (!streq(a->section, "Manager") ||
            (!streq(a->key, "DefaultEnvironment") && !streq(a->key, "ManagerEnvironment")))
                return NULL;
        while (unit_word(&wanted->s->arena, &rest, &word) > 0)
                if (starts_with(word, wanted->name) && word[length] == '=')
                        wanted->found = true;
        return NULL;
}

bool systemd_default_variable(struct systemd *s, const char *name)
{
        static const char *const places[] = {"/etc/systemd/", "/run/systemd/", "/usr/local/lib/systemd/",
                                             "/usr/lib/systemd/"};
        _cleanup_strings_ struct strings directories = {0}, files = {0};
        struct wanted_variable wanted = {s, name, false};
        unsigned line;
        size_t i;

        for (i = 0; i < ELEMENTS(places); i++)
                strings_add(&directories, arena_printf(&s->arena, "%ssystem.conf.d", places[i]));
        if (unit_conf_files(s, &directories, &files))
                return true;
        /* Any main file: which of them counts depends on the version, and one that sets it leaves it open. */
        for (i = 0; i < ELEMENTS(places); i++)
                strings_add(&files, arena_printf(&s->arena, "%ssystem.conf", places[i]));
        for (i = 0; i < files.count; i++) {
                const struct access_file *file = access_read(s->access, files.items[i], UNIT_FILE_MOST);

                if (file->state == BIO_UNREADABLE)
                        return true;
                if (file->state == BIO_KNOWN)
                        (void)unit_file_parse(file->bytes, file->length, take_default, &wanted, &line);
        }
        return wanted.found;
}

/* --- systemd.unit */

static struct bio_node *texts_node(struct tree *t, const struct strings *texts)
{
        struct bio_node *list = tree_list(t);
        size_t i;

        for (i = 0; i < texts->count; i++)
                tree_append(list, tree_text(t, texts->items[i]));
        return list;
}

/* The files whose content makes the unit what it is, with their ctimes: one that changed after the unit was started may
 * not be in force. */
static void add_file(struct systemd *s, struct bio_node *list, const char *path)
{
        struct tree *t = facts_tree(s->facts);
        const struct access_file *file = access_stat(s->access, path);
        struct bio_node *node;

        if (file->state == BIO_ABSENT)
                return;
        node = tree_from(tree_append(list, tree_map(t)), path, 0, 0);
        tree_set(node, "path", tree_text(t, path));
        tree_set(node, "ctime",
                 file->state == BIO_KNOWN ? tree_integer(t, file->ctime) : tree_unreadable(t, "%s", file->why));
}

static void add_files(struct systemd *s, struct bio_node *node, const char *fragment, const struct strings *drop_ins,
                      const struct strings *environment_files)
{
        struct bio_node *list = tree_set(node, "files", tree_list(facts_tree(s->facts)));
        size_t i;

        add_file(s, list, fragment);
        for (i = 0; i < drop_ins->count; i++)
                add_file(s, list, drop_ins->items[i]);
        for (i = 0; i < environment_files->count; i++)
                add_file(s, list, environment_files->items[i]);
}

/* What the unit file and its drop-ins say. */
static void add_content(struct systemd *s, struct bio_node *node, const struct unit_fragment *fragment)
{
        _cleanup_strings_ struct strings drop_ins = {0}, environment_files = {0};
        struct tree *t = facts_tree(s->facts);
        struct bio_node *exec, *post;
        _cleanup_strings_ struct strings of_post = {0};
        const char *why;

        tree_set(node, "fragment", tree_from(tree_text(t, fragment->path), fragment->path, 0, 0));
        if (fragment->masked) {
                tree_set(node, "drop_ins", tree_absent(t, "masked"));
                tree_set(node, "exec_start", tree_absent(t, "masked"));
                add_files(s, node, fragment->path, &drop_ins, &environment_files);
                return;
        }
        why = unit_drop_ins(s, fragment->name, &drop_ins);
        if (why) {
                tree_set(node, "drop_ins", tree_unreadable(t, "%s", why));
                exec = tree_unreadable(t, "%s", why);
                post = tree_unreadable(t, "%s", why);
        } else {
                bool service = streq(unit_type(fragment->name), "service");

                tree_set(node, "drop_ins", texts_node(t, &drop_ins));
                exec = service ? unit_exec(s, "ExecStart", fragment, &drop_ins, &environment_files)
                               : tree_absent(t, "no service");
                post = service ? unit_exec(s, "ExecStartPost", fragment, &drop_ins, &of_post)
                               : tree_absent(t, "no service");
        }
        tree_set(node, "exec_start", exec);
        tree_set(node, "exec_start_post", post);
        add_files(s, node, fragment->path, &drop_ins, &environment_files);
}

/* Where there is no unit file, an init script makes a unit (systemd-sysv-generator(8)). */
static struct bio_node *without_file(struct systemd *s, const char *unit)
{
        struct tree *t = facts_tree(s->facts);
        const char *script = arena_printf(&s->arena, "/etc/init.d/%.*s", (int)(strrchr(unit, '.') - unit), unit);
        const struct access_file *file;

        if (streq(unit_type(unit), "service")) {
                file = access_stat(s->access, script);
                if (file->state == BIO_KNOWN)
                        return tree_from(tree_undecidable(t, "only an init script, which is not modelled"), script, 0,
                                         0);
                if (file->state == BIO_UNREADABLE)
                        return tree_from(tree_unreadable(t, "%s", file->why), script, 0, 0);
        }
        return tree_from(tree_absent(t, "no unit %s", unit), "systemd unit files", 0, 0);
}

static struct bio_node *unit_node(struct systemd *s, const char *unit)
{
        struct tree *t = facts_tree(s->facts);
        struct bio_node *node, *state;
        struct unit_fragment fragment;

        if (unit_kind(unit) == UNIT_INVALID)
                return tree_undecidable(t, "not a unit name");
        state = unit_file_state(s, unit);
        unit_fragment(s, unit, &fragment);
        if (fragment.state == BIO_ABSENT && tree_state(state) == BIO_ABSENT && !tree_source(state))
                return without_file(s, unit);
        node = tree_map(t);
        tree_set(node, "name", tree_text(t, fragment.name));
        tree_set(node, "file_state", state);
        if (fragment.state == BIO_KNOWN)
                add_content(s, node, &fragment);
        else {
                bool absent = fragment.state == BIO_ABSENT;

                tree_set(node, "fragment",
                         absent ? tree_absent(t, "%s", fragment.why) : tree_unreadable(t, "%s", fragment.why));
                tree_set(node, "exec_start",
                         absent ? tree_absent(t, "%s", fragment.why) : tree_unreadable(t, "%s", fragment.why));
        }
        tree_set(node, "live", live_unit(facts_live(s->facts), t, unit));
        return node;
}

/* One answer for all who ask. */
static struct bio_node *answer_of(struct systemd *s, const char *unit)
{
        size_t i;

        for (i = 0; i < s->asked.count; i++)
                if (streq(s->asked.items[i], unit))
                        return s->answers[i];
        s->answers = must_grow(s->answers, &s->answers_allocated, i + 1, sizeof(*s->answers));
        s->answers[i] = unit_node(s, unit);
        strings_add(&s->asked, arena_copy(&s->arena, unit, strlen(unit)));
        return s->answers[i];
}

static const struct bio_node *answer_unit(struct facts *f, const struct bio_node *fact,
                                          const struct fact_argument *arguments)
{
        const char *unit = fact_argument(arguments, "unit");

        (void)fact;
        return unit ? answer_of(systemd_of(f), unit) : tree_undecidable(facts_tree(f), "systemd.unit needs a unit");
}

/* --- the tree */

static struct bio_node *names_node(struct systemd *s)
{
        struct tree *t = facts_tree(s->facts);
        struct bio_node *list = tree_list(t), *entry;
        size_t d, i;

        for (d = 0; d < s->directory_count; d++) {
                const struct access_directory *listed = s->directories[d].listed;

                for (i = 0; i < listed->count; i++) {
                        if (unit_kind(listed->names[i]) == UNIT_INVALID)
                                continue;
                        if (tree_count(list) == UNITS_MOST)
                                return tree_note(list, "only the first %d", UNITS_MOST);
                        entry = tree_append(list, tree_text(t, listed->names[i]));
                        tree_from(entry, unit_path(s, d, listed->names[i]), 0, 0);
                }
        }
        return list;
}

static const struct bio_node *read_systemd(struct facts *f)
{
        struct systemd *s = systemd_of(f);
        struct tree *t = facts_tree(f);
        struct bio_node *root = tree_map(t), *units;
        size_t i;

        tree_set(root, "version",
                 s->version > 0 ? tree_integer(t, s->version) : tree_undecidable(t, "the version is not known"));
        units = tree_set(root, "units", tree_map(t));
        for (i = 0; i < s->asked.count; i++)
                tree_set(units, s->asked.items[i], s->answers[i]);
        tree_set(root, "files",
                 s->unreadable ? tree_from(tree_unreadable(t, "%s", s->unreadable->why), s->unreadable->path, 0, 0)
                               : names_node(s));
        return root;
}

static const char *const unit_arguments[] = {"unit", NULL};

static const struct fact_query queries[] = {
        {.name = "systemd.unit", .arguments = unit_arguments, .answer = answer_unit, .without_tree = true},
        {.name = NULL},
};

const struct fact_reader systemd_fact = {
        .name = "systemd",
        .title = "Units of systemd: files, enablement, what is started",
        .read = read_systemd,
        .queries = queries,
};
