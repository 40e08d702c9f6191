/* SPDX-License-Identifier: EUPL-1.2 */
/* The files that accounts stand in: who may read and change them, and the directories above. And their lines of an old
 * kind. */
#include "base/memory.h"
#include "base/text.h"
#include "facts/accounts_internal.h"
#include "facts/metadata.h"
#include "facts/nsswitch.h"

static const struct {
        const char *path, *contents;
} files[] = {
        {PASSWD, "public"}, {PASSWD "-", "public"}, {GROUP, "public"},          {GROUP "-", "public"},
        {SHADOW, "secret"}, {SHADOW "-", "secret"}, {"/etc/gshadow", "secret"}, {"/etc/gshadow-", "secret"},
};

/* --- who may ---------------------------------------------------------------------------------------------------------
 */

/* The name of a number: that of the first group that has it. */
static struct bio_node *group_name(struct facts *f, const struct accounts *a, int64_t gid)
{
        struct tree *t = facts_tree(f);
        struct group_line group;
        struct lines lines;
        struct line line;

        if (a->group->state != BIO_KNOWN)
                return fact_file_state(f, a->group);
        lines = lines_of(a->group->bytes, a->group->length);
        while (lines_next(&lines, &line))
                if (group_line_read(&line, &group) == LINE_ENTRY && group.gid == gid)
                        return tree_from(span_node(t, group.name), GROUP, group.number, 0);
        return tree_from(tree_absent(t, "no group has this number"), GROUP, 0, 0);
}

struct bio_node *accounts_file_node(struct facts *f, const char *path, const char *contents)
{
        const struct accounts *a = accounts_of(f);
        struct tree *t = facts_tree(f);
        struct bio_node *node = tree_from(tree_map(t), path, 0, 0), *metadata = metadata_node(f, path);
        const struct bio_node *acl = tree_get(metadata, "acl");
        size_t i;

        tree_set(node, "path", tree_text(t, path));
        tree_set(node, "contents", tree_text(t, contents));
        tree_set(node, "metadata", metadata);
        if (tree_state(metadata) != BIO_KNOWN)
                return node;
        tree_set(metadata, "group_name", group_name(f, a, tree_integer_of(tree_get(metadata, "group"))));
        for (i = 0; i < tree_count(acl); i++) {
                /* Ours until the answer is given. */
                struct bio_node *grant = (struct bio_node *)tree_at(acl, i);

                if (streq(tree_bytes_of(tree_get(grant, "to"), NULL), "group"))
                        tree_set(grant, "name", group_name(f, a, tree_integer_of(tree_get(grant, "id"))));
        }
        return node;
}

static bool has_path(const struct bio_node *list, const char *path)
{
        size_t i;

        for (i = 0; i < tree_count(list); i++)
                if (streq(tree_bytes_of(tree_get(tree_at(list, i), "path"), NULL), path))
                        return true;
        return false;
}

void accounts_add_directories(struct facts *f, const char *path, struct bio_node *list)
{
        _cleanup_free_ char *above = must_strdup(path);
        char *slash;

        while ((slash = strrchr(above, '/'))) {
                *slash = '\0';
                if (!has_path(list, *above ? above : "/"))
                        tree_append(list, accounts_file_node(f, *above ? above : "/", "directory"));
        }
}

const struct bio_node *accounts_metadata(struct facts *f)
{
        struct bio_node *list = tree_list(facts_tree(f));
        size_t i;

        for (i = 0; i < ELEMENTS(files); i++)
                tree_append(list, accounts_file_node(f, files[i].path, files[i].contents));
        for (i = 0; i < ELEMENTS(files); i++) {
                const struct access_file *file = access_stat(facts_access(f), files[i].path);

                accounts_add_directories(f, files[i].path, list);
                if (file->state == BIO_KNOWN)
                        accounts_add_directories(f, file->resolved, list);
        }
        return list;
}

/* --- lines that begin with + or - --------------------------------------------------------------------------------- */

#define LEGACY_MOST 1000

static enum line_kind read_passwd(const struct line *line, struct span *ret)
{
        struct passwd_line user;
        enum line_kind kind = passwd_line_read(line, &user);

        *ret = user.name;
        return kind;
}

static enum line_kind read_shadow(const struct line *line, struct span *ret)
{
        struct shadow_line password;
        enum line_kind kind = shadow_line_read(line, &password);

        *ret = password.name;
        return kind;
}

static enum line_kind read_group(const struct line *line, struct span *ret)
{
        struct group_line group;
        enum line_kind kind = group_line_read(line, &group);

        *ret = group.name;
        return kind;
}

static enum line_kind read_gshadow(const struct line *line, struct span *ret)
{
        struct gshadow_line group;
        enum line_kind kind = gshadow_line_read(line, &group);

        *ret = group.name;
        return kind;
}

/* Which file is read for which databases. nss_compat has no gshadow (nss/nss_compat of glibc). */
static const struct {
        const char *path;
        enum line_kind (*read)(const struct line *line, struct span *ret);
        const char *databases[2];
} legacy[] = {
        {PASSWD, read_passwd, {"passwd", NULL}},
        {SHADOW, read_shadow, {"shadow", NULL}},
        {GROUP, read_group, {"group", "initgroups"}},
        {"/etc/gshadow", read_gshadow, {NULL, NULL}},
};

/* Whether nsswitch.conf has compat for a database of the file. */
static struct bio_node *compat_node(struct facts *f, size_t which)
{
        struct tree *t = facts_tree(f);
        size_t i, j;

        for (i = 0; i < ELEMENTS(legacy[which].databases) && legacy[which].databases[i]; i++) {
                struct bio_node *sources = nsswitch_sources(f, legacy[which].databases[i]);

                if (tree_state(sources) != BIO_KNOWN)
                        return sources;
                for (j = 0; j < tree_count(sources); j++)
                        if (streq(tree_bytes_of(tree_get(tree_at(sources, j), "name"), NULL), "compat"))
                                return tree_from(tree_bool(t, true), tree_source(sources), tree_line(sources), 0);
        }
        return tree_from(tree_bool(t, false), "/etc/nsswitch.conf", 0, 0);
}

static bool add_legacy(struct facts *f, size_t which, struct bio_node *list)
{
        const struct access_file *file = access_read(facts_access(f), legacy[which].path, ACCESS_FILE_MOST);
        struct tree *t = facts_tree(f);
        struct lines lines;
        struct line line;
        struct span name;

        if (file->state == BIO_UNREADABLE)
                tree_append(list, fact_file_state(f, file));
        if (file->state != BIO_KNOWN)
                return true;
        lines = lines_of(file->bytes, file->length);
        while (lines_next(&lines, &line)) {
                struct bio_node *node;

                if (legacy[which].read(&line, &name) != LINE_COMPAT)
                        continue;
                if (tree_count(list) == LEGACY_MOST)
                        return false;
                node = tree_from(tree_append(list, tree_map(t)), legacy[which].path, line.number, 0);
                tree_set(node, "file", tree_text(t, legacy[which].path));
                tree_set(node, "entry", tree_class(span_node(t, name), BIO_PERSONAL));
                tree_set(node, "compat", compat_node(f, which));
        }
        return true;
}

const struct bio_node *accounts_legacy(struct facts *f)
{
        struct bio_node *list = tree_list(facts_tree(f));
        size_t i;

        for (i = 0; i < ELEMENTS(legacy); i++)
                if (!add_legacy(f, i, list)) {
                        tree_append(list,
                                    tree_from(tree_undecidable(facts_tree(f), "more than %d such lines", LEGACY_MOST),
                                              legacy[i].path, 0, 0));
                        break;
                }
        return list;
}
