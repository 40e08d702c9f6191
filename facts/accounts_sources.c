/* SPDX-License-Identifier: EUPL-1.2 */
/* Where accounts come from besides the local files: nsswitch.conf, systemd's user records, compat lines. */
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "facts/accounts_internal.h"
#include "facts/nsswitch.h"

/* Where systemd's records of users lie (nss-systemd(8)). */
static const char *const userdb_directories[] = {"/etc/userdb", "/run/userdb", "/run/host/userdb",
                                                 "/usr/local/lib/userdb", "/usr/lib/userdb"};

/* What a record's file name ends with, by database; a record of privileges or of a membership lies beside them. */
static bool is_record(const char *name, const char *database)
{
        if (streq(database, "passwd") || streq(database, "shadow"))
                return ends_with(name, ".user");
        return ends_with(name, ".group") || ends_with(name, ".membership");
}

/* A record makes an account or a group that the local file lacks, and is not read by this version: one is enough to
 * leave the answer open. */
static struct bio_node *records_node(struct facts *f, const char *database)
{
        struct tree *t = facts_tree(f);
        size_t i, j;

        for (i = 0; i < ELEMENTS(userdb_directories); i++) {
                const struct access_directory *directory = access_list(facts_access(f), userdb_directories[i]);

                if (directory->state == BIO_UNREADABLE)
                        return tree_from(tree_unreadable(t, "%s", directory->why), directory->path, 0, 0);
                for (j = 0; j < directory->count; j++)
                        if (is_record(directory->names[j], database))
                                return tree_from(tree_undecidable(t, "userdb record not modelled"), directory->path, 0,
                                                 0);
        }
        return tree_note(tree_integer(t, 0), "no userdb records in files");
}

/* compat reads + and - lines; a + takes accounts from NIS, which is elsewhere. It knows nothing of gshadow. */
static struct bio_node *compat_node(struct facts *f, const struct accounts *a, const char *database)
{
        const struct {
                const char *database, *path;
                unsigned line;
        } files[] = {{"passwd", PASSWD, a->passwd_compat_line},
                     {"shadow", SHADOW, a->shadow_compat_line},
                     {"group", GROUP, a->group_compat_line},
                     {"initgroups", GROUP, a->group_compat_line}};
        struct tree *t = facts_tree(f);
        size_t i;

        for (i = 0; i < ELEMENTS(files); i++)
                if (streq(files[i].database, database) && files[i].line > 0)
                        return tree_from(tree_undecidable(t, "lines that begin with + or - are not modelled"),
                                         files[i].path, files[i].line, 0);
        return tree_integer(t, 0);
}

/* Whether a source makes accounts (or groups) that are not in the local file: known 0, or why that is open; NULL for a
 * source that is not local. */
static struct bio_node *local_records(struct facts *f, const struct accounts *a, const char *source,
                                      const char *database)
{
        if (streq(source, "files"))
                return tree_integer(facts_tree(f), 0);
        if (streq(source, "compat"))
                return compat_node(f, a, database);
        return streq(source, "systemd") ? records_node(f, database) : NULL;
}

static struct bio_node *find_source(struct bio_node *list, const char *name)
{
        size_t i;

        for (i = 0; i < tree_count(list); i++)
                if (streq(tree_bytes_of(tree_get(tree_at(list, i), "name"), NULL), name))
                        return (struct bio_node *)tree_at(list, i);
        return NULL;
}

/* A source of one database more. One that may make accounts or groups in any of them may make some. */
static void add_source(struct facts *f, const struct accounts *a, const struct bio_node *listed, const char *database,
                       struct bio_node *list)
{
        struct tree *t = facts_tree(f);
        size_t length;
        const char *name = tree_bytes_of(tree_get(listed, "name"), &length);
        struct bio_node *node = find_source(list, name), *records = local_records(f, a, name, database);

        if (node && tree_state(tree_get(node, "records")) == BIO_KNOWN && records && tree_state(records) != BIO_KNOWN) {
                tree_set(node, "records", records);
                return;
        }
        if (node)
                return;
        node = tree_from(tree_append(list, tree_map(t)), tree_source(listed), tree_line(listed), 0);
        tree_set(node, "name", tree_bytes(t, name, length));
        tree_set(node, "kind", tree_text(t, records ? "local" : "other"));
        if (records)
                tree_set(node, "records", records);
}

/* Whether a search for one entry goes no further than this source, whether it finds it or not: the local file with
 * [NOTFOUND=return]. (Memberships are gathered further all the same, where something was found.) */
static bool is_last(const struct accounts *a, const struct bio_node *listed, const char *database)
{
        const struct access_file *file = streq(database, "passwd")   ? a->passwd
                                         : streq(database, "shadow") ? a->shadow
                                                                     : NULL;

        return file && file->state == BIO_KNOWN && streq(tree_bytes_of(tree_get(listed, "name"), NULL), "files") &&
               nsswitch_ends_with(listed);
}

struct bio_node *accounts_sources(struct facts *f, const struct accounts *a, const char *databases)
{
        struct bio_node *list = NULL;
        struct tree *t = facts_tree(f);

        while (*databases) {
                size_t length = strcspn(databases, ","), i;
                _cleanup_free_ char *database = must_strndup(databases, length);
                struct bio_node *listed = nsswitch_sources(f, database);

                databases += length + (databases[length] == ',');
                /* initgroups(3) follows group where it has no line of its own. */
                if (streq(database, "initgroups") && tree_line(listed) == 0)
                        continue;
                if (tree_state(listed) != BIO_KNOWN)
                        return listed;
                if (!list)
                        list = tree_from(tree_list(t), tree_source(listed), tree_line(listed), 0);
                for (i = 0; i < tree_count(listed); i++) {
                        add_source(f, a, tree_at(listed, i), database, list);
                        if (is_last(a, tree_at(listed, i), database))
                                break;
                }
        }
        return list ? list : tree_list(t);
}

const char *accounts_elsewhere(struct facts *f, const struct accounts *a, const char *database)
{
        struct bio_node *listed = nsswitch_sources(f, database);
        bool local = false;
        size_t i;

        if (tree_state(listed) != BIO_KNOWN)
                return "nsswitch.conf cannot be read";
        for (i = 0; i < tree_count(listed); i++) {
                const char *name = tree_bytes_of(tree_get(tree_at(listed, i), "name"), NULL);
                const struct bio_node *records = local_records(f, a, name, database);

                if (!records)
                        return "nsswitch.conf names a source that is not read here";
                if (tree_state(records) != BIO_KNOWN)
                        return tree_why(records);
                local = local || !streq(name, "systemd");
                if (is_last(a, tree_at(listed, i), database))
                        break;
        }
        return local ? NULL : "nsswitch.conf does not name the local file";
}
