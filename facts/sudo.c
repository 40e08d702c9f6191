/* SPDX-License-Identifier: EUPL-1.2 */
/* The fact `sudo`: which program sudo is, what its rules say, and what follows for the accounts of the host. */
#include "facts/sudo.h"

#include "base/text.h"
#include "facts/readers.h"

static struct bio_node *program_node(struct sudo *s)
{
        struct tree *t = facts_tree(s->facts);
        struct bio_node *node;

        if (s->program == SUDO_NONE)
                return tree_from(tree_absent(t, "sudo is not installed"), s->program_path, 0, 0);
        if (s->program == SUDO_NOT_MODELLED)
                return tree_from(tree_undecidable(t, "%s", s->why_not), s->why_from, 0, 0);
        node = tree_from(tree_map(t), s->program_path, 0, 0);
        tree_set(node, "path", tree_text(t, s->program_path));
        tree_set(node, "version", tree_text(t, s->version));
        return node;
}

/* NULL, or why nothing is said of the rules. */
static struct bio_node *unknown(struct sudo *s)
{
        struct tree *t = facts_tree(s->facts);
        const struct sudoers *r = &s->rules;

        if (s->program != SUDO_MODELLED)
                return program_node(s);
        if (r->undecidable)
                return tree_from(tree_undecidable(t, "%s", r->undecidable), r->undecidable_file, r->undecidable_line,
                                 0);
        return NULL;
}

/* Whether sudo takes the rules at all. */
static struct bio_node *works_node(struct sudo *s)
{
        struct tree *t = facts_tree(s->facts);
        const struct sudoers *r = &s->rules;

        if (!r->refuses)
                return tree_from(tree_bool(t, true), "/etc/sudoers", 0, 0);
        return tree_note(tree_from(tree_bool(t, false), r->refuses_file, r->refuses_line, 0),
                         "sudo runs nothing for anybody: %s", r->refuses);
}

static struct bio_node *files_node(struct sudo *s)
{
        static const char *const words[] = {"read", "missing", "ignored", "unknown"};
        struct tree *t = facts_tree(s->facts);
        struct bio_node *list = tree_list(t);
        const struct sudoers_file *file;

        for (file = s->rules.files; file; file = file->next) {
                struct bio_node *node = tree_append(list, tree_map(t));

                if (file->from)
                        tree_from(node, file->from, file->line, 0);
                tree_set(node, "path", tree_text(t, file->path));
                tree_set(node, "directory", tree_bool(t, file->directory));
                tree_set(node, "opened", tree_text(t, words[file->opened]));
                if (file->why)
                        tree_set(node, "why", tree_text(t, file->why));
        }
        return list;
}

static struct bio_node *notes_node(struct sudo *s)
{
        struct tree *t = facts_tree(s->facts);
        struct bio_node *list = tree_list(t);
        const struct sudoers_note *note;

        for (note = s->rules.notes; note; note = note->next)
                tree_from(tree_append(list, tree_text(t, note->text)), note->file, note->line, 0);
        return list;
}

/* Words of which this host cannot tell whether they apply: found while rules were matched. */
static struct bio_node *unclear_node(struct sudo *s)
{
        struct tree *t = facts_tree(s->facts);
        struct bio_node *list = tree_list(t);
        size_t i;

        for (i = 0; i < s->unclear_count; i++) {
                const struct sudoers_member *m = s->unclear[i];

                tree_append(list,
                            tree_from(tree_undecidable(t, "whether this applies cannot be told here: %s", m->name),
                                      m->file, m->line, 0));
        }
        return list;
}

static const struct bio_node *read_sudo(struct facts *f)
{
        struct sudo *s = sudo_of(f);
        struct tree *t = facts_tree(f);
        struct bio_node *root = tree_map(t), *why = unknown(s);

        tree_set(root, "program", program_node(s));
        if (why) {
                tree_set(root, "rules", why);
                return root;
        }
        tree_set(root, "works", works_node(s));
        tree_set(root, "files", files_node(s));
        tree_set(root, "notes", notes_node(s));
        tree_set(root, "aliases", sudo_aliases_node(s));
        tree_set(root, "defaults", sudo_defaults_node(s));
        tree_set(root, "rules", sudo_rules_node(s, NULL));
        tree_set(root, "settings", sudo_settings_node(s));
        return root;
}

/* `sudo.settings`: what can be in force of each setting. */
static const struct bio_node *answer_settings(struct facts *f, const struct bio_node *fact,
                                              const struct fact_argument *arguments)
{
        struct sudo *s = sudo_of(f);
        struct bio_node *why = unknown(s);

        (void)fact;
        (void)arguments;
        return why ? why : sudo_settings_node(s);
}

/* `sudo.grants`: what accounts may run as root, {"grants","unclear","works"}. */
static const struct bio_node *answer_grants(struct facts *f, const struct bio_node *fact,
                                            const struct fact_argument *arguments)
{
        struct sudo *s = sudo_of(f);
        struct bio_node *node = unknown(s), *grants;

        (void)fact;
        (void)arguments;
        if (node)
                return node;
        /* Refused rules grant nothing. */
        grants = s->rules.refuses ? tree_list(facts_tree(f)) : sudo_grants_node(s);
        /* Matching them may have been too much to compare. */
        node = unknown(s);
        if (node)
                return node;
        node = tree_map(facts_tree(f));
        tree_set(node, "grants", grants);
        tree_set(node, "unclear", unclear_node(s));
        tree_set(node, "works", works_node(s));
        return node;
}

/* `sudo.rules {user}`: the rules that are about a user, on this host. */
static const struct bio_node *answer_rules(struct facts *f, const struct bio_node *fact,
                                           const struct fact_argument *arguments)
{
        struct sudo *s = sudo_of(f);
        const char *name = fact_argument(arguments, "user");
        const struct passwd_line *user = name ? accounts_user(s->accounts, name) : NULL;
        struct bio_node *why = unknown(s);

        (void)fact;
        if (why)
                return why;
        if (!user)
                return tree_undecidable(facts_tree(f), "no such account in %s", PASSWD);
        return s->rules.refuses ? tree_list(facts_tree(f)) : sudo_rules_node(s, user);
}

/* `sudo.may {user, as, command, arguments}`: whether a command line is allowed, and asks for a password. */
static const struct bio_node *answer_may(struct facts *f, const struct bio_node *fact,
                                         const struct fact_argument *arguments)
{
        struct sudo *s = sudo_of(f);
        const char *user = fact_argument(arguments, "user"), *command = fact_argument(arguments, "command");
        const char *as = fact_argument(arguments, "as");
        struct bio_node *why = unknown(s);

        (void)fact;
        if (why)
                return why;
        if (!user || !command)
                return tree_undecidable(facts_tree(f), "sudo.may needs a user and a command");
        if (s->rules.refuses)
                return tree_undecidable(facts_tree(f), "sudo runs nothing for anybody");
        return sudo_may_node(s, user, as ? as : s->default_target, command, fact_argument(arguments, "arguments"));
}

static const struct fact_query queries[] = {
        {"sudo.settings", (const char *const[]){NULL}, answer_settings, true},
        {"sudo.grants", (const char *const[]){NULL}, answer_grants, true},
        {"sudo.rules", (const char *const[]){"user", NULL}, answer_rules, true},
        {"sudo.may", (const char *const[]){"user", "as", "command", "arguments", NULL}, answer_may, true},
        {NULL, NULL, NULL, false},
};

const struct fact_reader sudo_fact = {
        .name = "sudo",
        .title = "sudo: the program, its rules, and what accounts may run as root",
        .read = read_sudo,
        .queries = queries,
};
