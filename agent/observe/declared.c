/* SPDX-License-Identifier: EUPL-1.2 */
#include "observe/declared.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/term.h"
#include "base/text.h"

/* Which declarations those about a subject are. */
enum force { IN_FORCE, LAPSED, NOT_YET, FORCES };

/* What all files say about one subject. */
struct subject {
        const char *name;
        struct bio_node *lists[FORCES]; /* NULL: no declaration of that kind is about it */
        struct bio_node *none[FORCES];  /* absent, with the reason; of IN_FORCE: no declaration at all */
        int64_t changes_at;
};

struct declared {
        struct tree *tree;
        struct subject *subjects;
        size_t count, allocated;
        const struct bio_node *unreadable; /* NULL: all could be read */
};

/* Members that never name a person; who answers for something, an account and a reason may. */
static const char *const technical[] = {"source", "client", "interval", "may", "role", "until"};

static bool is_technical(const char *member)
{
        for (size_t i = 0; i < ELEMENTS(technical); i++)
                if (streq(technical[i], member))
                        return true;
        return false;
}

static struct subject *subject_named(struct declared *d, const char *name)
{
        for (size_t i = 0; i < d->count; i++)
                if (streq(d->subjects[i].name, name))
                        return &d->subjects[i];
        d->subjects = must_grow(d->subjects, &d->allocated, d->count + 1, sizeof(*d->subjects));
        d->subjects[d->count] = (struct subject){.name = tree_intern(d->tree, name), .changes_at = INT64_MAX};
        return &d->subjects[d->count++];
}

static int add_member(struct declared *d, struct bio_node *entry, const char *name, const json_t *member,
                      const char *file)
{
        json_int_t line = json_member_integer(member, "line", -1);
        struct bio_node *node;

        if (line < 0 || line > UINT32_MAX || tree_from_json(d->tree, json_object_get(member, "value"), &node) < 0)
                return -EINVAL;
        tree_from(node, file, (unsigned)line, 0);
        tree_class(tree_set(entry, name, node), is_technical(name) ? BIO_TECHNICAL : BIO_PERSONAL);
        return 0;
}

static void add_moment(struct declared *d, struct bio_node *entry, const char *name, int64_t moment)
{
        char text[MOMENT_TEXT];

        moment_format(moment, text);
        tree_class(tree_set(entry, name, tree_text(d->tree, text)), BIO_TECHNICAL);
}

/* The lines of one file about one subject. */
struct piece {
        const char *file, *role;
        int64_t until;
};

static int add_entry(struct declared *d, struct bio_node *list, const json_t *members, const struct piece *piece)
{
        struct bio_node *entry = tree_map(d->tree);
        unsigned line = 0;
        const char *name;
        json_t *member;

        if (!json_is_object(members))
                return -EINVAL;
        json_object_foreach ((json_t *)members, name, member) {
                if (add_member(d, entry, name, member, piece->file) < 0)
                        return -EINVAL;
                if (line == 0 || tree_line(tree_get(entry, name)) < line)
                        line = tree_line(tree_get(entry, name));
        }
        tree_class(tree_from(entry, piece->file, line, 0), BIO_PERSONAL);
        tree_class(tree_set(entry, "role", tree_text(d->tree, piece->role)), BIO_TECHNICAL);
        add_moment(d, entry, "until", piece->until);
        tree_append(list, entry);
        return 0;
}

static int add_subject(struct declared *d, const char *name, const json_t *about, enum force force,
                       const struct piece *piece)
{
        const json_t *entries = json_object_get(about, "entries"), *entry;
        json_int_t line = json_member_integer(about, "line", -1);
        struct subject *s = subject_named(d, name);
        size_t i;

        if (!json_is_array(entries) || line < 0 || line > UINT32_MAX)
                return -EINVAL;
        if (!s->lists[force]) {
                s->lists[force] = tree_class(tree_list(d->tree), BIO_PERSONAL);
                tree_from(s->lists[force], piece->file, (unsigned)line, 0);
        }
        json_array_foreach (entries, i, entry)
                if (add_entry(d, s->lists[force], entry, piece) < 0)
                        return -EINVAL;
        return 0;
}

/* What a list that is not there says; the last declaration counts. */
static void add_reason(struct declared *d, struct subject *s, enum force force, const struct piece *piece, int64_t from)
{
        char moment[MOMENT_TEXT];
        struct bio_node *none;

        moment_format(force == NOT_YET ? from : piece->until, moment);
        none = force == NOT_YET ? tree_absent(d->tree, "the declaration of it holds from %s", moment)
                                : tree_absent(d->tree, "the declaration of it expired on %s", moment);
        s->none[force] = tree_from(none, piece->file, 0, 0);
}

static int add_file(struct declared *d, const json_t *file, int64_t now)
{
        const char *path = json_member_string(file, "file"), *role = json_member_string(file, "role"), *name;
        const json_t *date = json_object_get(file, "date"), *until = json_object_get(file, "until");
        int64_t from = json_integer_value(date);
        struct piece piece = {path, role, json_integer_value(until)};
        enum force force = now < from ? NOT_YET : now < piece.until ? IN_FORCE : LAPSED;
        int64_t next = force == NOT_YET ? from : force == IN_FORCE ? piece.until : INT64_MAX;
        json_t *about;

        if (!path || !role || !json_is_integer(date) || !json_is_integer(until) ||
            !json_is_object(json_object_get(file, "subjects")))
                return -EINVAL;
        json_object_foreach (json_object_get(file, "subjects"), name, about) {
                struct subject *s;

                if (add_subject(d, name, about, force, &piece) < 0)
                        return -EINVAL;
                s = subject_named(d, name);
                if (force != IN_FORCE)
                        add_reason(d, s, force, &piece, from);
                if (next < s->changes_at)
                        s->changes_at = next;
        }
        return 0;
}

static int add_files(struct declared *d, const json_t *json, int64_t now)
{
        const json_t *files = json_object_get(json, "files"), *unreadable = json_object_get(json, "unreadable"), *file;
        size_t i;

        if (!json_is_array(files) || (unreadable && !json_is_string(unreadable) && !json_is_null(unreadable)))
                return -EINVAL;
        if (json_is_string(unreadable))
                d->unreadable = tree_unreadable(d->tree, "declarations: %s", json_string_value(unreadable));
        json_array_foreach (files, i, file)
                if (add_file(d, file, now) < 0)
                        return -EINVAL;
        return 0;
}

int declared_read(const json_t *json, int64_t now, struct declared **ret, char **why)
{
        _cleanup_declared_ struct declared *d = must_alloc(sizeof(*d));

        d->tree = tree_new();
        if (json && add_files(d, json, now) < 0) {
                *why = must_strdup("\"declarations\" must be files with subjects, and unreadable");
                return -EINVAL;
        }
        *ret = TAKE_PTR(d);
        return 0;
}

void declared_free(struct declared *d)
{
        if (!d)
                return;
        tree_free(d->tree);
        free(d->subjects);
        free(d);
}

const struct bio_node *declared_entries(struct declared *d, const char *subject, bool lapsed)
{
        struct subject *s;

        if (d->unreadable)
                return d->unreadable;
        s = subject_named(d, subject);
        if (s->lists[lapsed ? LAPSED : IN_FORCE])
                return s->lists[lapsed ? LAPSED : IN_FORCE];
        if (!lapsed && s->none[LAPSED])
                return s->none[LAPSED];
        if (!lapsed && s->none[NOT_YET])
                return s->none[NOT_YET];
        if (!s->none[IN_FORCE])
                s->none[IN_FORCE] = tree_absent(d->tree, "nothing is declared");
        return s->none[IN_FORCE];
}

int64_t declared_changes_at(const struct declared *d, const char *subject)
{
        for (size_t i = 0; i < d->count; i++)
                if (streq(d->subjects[i].name, subject))
                        return d->subjects[i].changes_at;
        return INT64_MAX;
}
