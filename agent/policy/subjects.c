/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy/subjects.h"

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/term.h"
#include "base/text.h"
#include "base/yaml.h"
#include "config/files.h"

#define TEXT_MOST     1024
#define COMMANDS_MOST 100
#define MEMBERS_MOST  8

enum member_kind {
        MEMBER_NAME, /* one word, as a file of the host would have it */
        MEMBER_TEXT,
        MEMBER_TERM,     /* ISO 8601 */
        MEMBER_COMMANDS, /* all, or a list of commands, each an absolute path and perhaps arguments */
};

struct member {
        const char *name;
        enum member_kind kind;
        bool required;
};

static const struct subject {
        const char *name;
        struct member members[MEMBERS_MOST]; /* ended by one without a name; the first names the entry */
} subjects[] = {
        {"privileged",
         {{"account", MEMBER_NAME, true},
          {"reason", MEMBER_TEXT, true},
          {"may", MEMBER_COMMANDS, true},
          {"as", MEMBER_NAME, false}}},
        {"directories", {{"source", MEMBER_NAME, true}, {"answers", MEMBER_TEXT, true}}},
        {"backup", {{"client", MEMBER_TEXT, true}, {"answers", MEMBER_TEXT, true}, {"interval", MEMBER_TERM, true}}},
};

/* Of every declaration. */
static const char *const common[] = {"schema", "role", "date", "valid", NULL};

static bool is_common(const char *key)
{
        for (size_t i = 0; common[i]; i++)
                if (streq(common[i], key))
                        return true;
        return false;
}

static const struct subject *find_subject(const char *name)
{
        for (size_t i = 0; i < ELEMENTS(subjects); i++)
                if (streq(subjects[i].name, name))
                        return &subjects[i];
        return NULL;
}

static int read_command(struct diag *diag, const struct bio_node *node)
{
        size_t length;
        const char *command = tree_bytes_of(node, &length);

        if (tree_type(node) != BIO_BYTES || command[0] != '/' || strlen(command) != length || length > TEXT_MOST)
                return yaml_error(diag, node,
                                  "no command, expected the whole path of one and, where it matters, its "
                                  "arguments");
        return 0;
}

static int read_commands(struct diag *diag, const struct bio_node *node, const char *key)
{
        int result = 0;

        if (tree_type(node) == BIO_BYTES && streq(tree_bytes_of(node, NULL), "all"))
                return 0;
        if (tree_type(node) != BIO_LIST || tree_count(node) == 0 || tree_count(node) > COMMANDS_MOST)
                return yaml_error(diag, node, "\"%s\" is neither, expected all or a list of 1 to %d commands", key,
                                  COMMANDS_MOST);
        for (size_t i = 0; i < tree_count(node); i++)
                if (read_command(diag, tree_at(node, i)) < 0)
                        result = -EINVAL;
        return result;
}

static int read_member(struct diag *diag, const struct bio_node *entry, const struct member *member)
{
        const struct bio_node *node = tree_get(entry, member->name);
        struct term term;
        const char *text;
        int r;

        if (node && member->kind == MEMBER_COMMANDS)
                return read_commands(diag, node, member->name);
        r = yaml_text(diag, entry, member->name, TEXT_MOST, member->required, &text);
        if (r < 0 || !text)
                return r;
        if (member->kind == MEMBER_NAME && text[strcspn(text, " \t\n:,")] != '\0')
                return yaml_error(diag, node, "\"%s\" is no name, expected one word", text);
        if (member->kind == MEMBER_TERM && term_parse(text, &term) < 0)
                return yaml_error(diag, node, "\"%s\" is no term, expected ISO 8601 such as P1D", text);
        return 0;
}

/* {account, reason, may, as}: what an entry may hold, for the message. */
static void list_members(const struct subject *subject, struct text *out)
{
        for (const struct member *m = subject->members; m->name; m++)
                text_printf(out, "%s%s", out->length ? ", " : "", m->name);
}

static int read_entry(struct diag *diag, const struct bio_node *entry, const struct subject *subject)
{
        const char *keys[MEMBERS_MOST + 1] = {NULL};
        int result = 0;

        if (tree_type(entry) != BIO_MAP) {
                _cleanup_text_ struct text members = {0};

                list_members(subject, &members);
                return yaml_error(diag, entry, "no entry of \"%s\", expected {%s}", subject->name,
                                  text_string(&members));
        }
        for (size_t i = 0; subject->members[i].name; i++)
                keys[i] = subject->members[i].name;
        result = yaml_only(diag, entry, keys);
        for (const struct member *m = subject->members; m->name; m++)
                if (read_member(diag, entry, m) < 0)
                        result = -EINVAL;
        return result;
}

static int read_subject(struct diag *diag, const struct bio_node *list, const struct subject *subject)
{
        int result = 0;

        if (tree_type(list) != BIO_LIST || tree_count(list) > SUBJECT_ENTRIES_MOST)
                return yaml_error(diag, list, "\"%s\" is none, expected a list of at most %d entries", subject->name,
                                  SUBJECT_ENTRIES_MOST);
        for (size_t i = 0; i < tree_count(list); i++)
                if (read_entry(diag, tree_at(list, i), subject) < 0)
                        result = -EINVAL;
        return result;
}

int subjects_read(const struct bio_node *root, struct diag *diag)
{
        int result = 0;

        for (size_t i = 0; i < tree_count(root); i++) {
                const struct bio_node *node = tree_at(root, i);
                const struct subject *subject = find_subject(tree_key(node));
                _cleanup_text_ struct text known = {0};

                if (is_common(tree_key(node)))
                        continue;
                if (subject) {
                        if (read_subject(diag, node, subject) < 0)
                                result = -EINVAL;
                        continue;
                }
                for (size_t j = 0; j < ELEMENTS(subjects); j++)
                        text_printf(&known, "%s%s", j == 0 ? "" : ", ", subjects[j].name);
                result = yaml_error(diag, node, "unknown subject \"%s\", expected %s", tree_key(node),
                                    text_string(&known));
        }
        return result;
}

static json_t *member_json(const struct bio_node *node)
{
        json_t *o = json_must(json_object());

        json_set(o, "line", json_must(json_integer(tree_line(node))));
        json_set(o, "value", tree_to_plain_json(node));
        return o;
}

static json_t *entries_json(const struct bio_node *list)
{
        json_t *entries = json_must(json_array());

        for (size_t i = 0; i < tree_count(list); i++) {
                const struct bio_node *entry = tree_at(list, i);
                json_t *o = json_must(json_object());

                for (size_t j = 0; j < tree_count(entry); j++)
                        json_set(o, tree_key(tree_at(entry, j)), member_json(tree_at(entry, j)));
                json_push(entries, o);
        }
        return entries;
}

json_t *subjects_json(const struct bio_node *root)
{
        json_t *all = json_must(json_object());

        for (size_t i = 0; i < tree_count(root); i++) {
                const struct bio_node *list = tree_at(root, i);
                json_t *o;

                if (is_common(tree_key(list)))
                        continue;
                o = json_must(json_object());
                json_set(o, "line", json_must(json_integer(tree_line(list))));
                json_set(o, "entries", entries_json(list));
                json_set(all, tree_key(list), o);
        }
        return all;
}
