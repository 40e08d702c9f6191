/* SPDX-License-Identifier: EUPL-1.2 */
/* The keys by which this host shows who it is: the files that HostKey names, and who may read and replace them. */
#include "base/text.h"
#include "facts/accounts_internal.h"
#include "facts/ssh_key.h"
#include "facts/sshd_nodes.h"

#define KEY_FILE_MOST ((size_t)1024 * 1024) /* bytes; MAX_KEY_FILE_SIZE of authfile.c */

static void take(void *user, const char *bytes, size_t length)
{
        ssh_key_reading_take(user, bytes, length);
}

static void again(void *user)
{
        ssh_key_reading_again(user);
}

static struct bio_node *key_node(struct facts *f, const char *path, struct ssh_key *key)
{
        struct ssh_key_reading *reading = ssh_key_reading_new();
        const struct access_taker taker = {take, again, reading};
        const struct access_file *file = access_pass(facts_access(f), path, KEY_FILE_MOST, &taker);
        const char *why = file->state == BIO_KNOWN ? ssh_key_reading_end(reading, key) : NULL;
        struct tree *t = facts_tree(f);
        struct bio_node *node;

        ssh_key_reading_free(reading);
        if (file->state != BIO_KNOWN)
                return fact_file_state(f, file);
        if (why)
                return tree_from(tree_undecidable(t, "%s", why), path, 0, 0);
        node = tree_from(tree_map(t), path, 0, 0);
        (void)tree_set(node, "type", tree_text(t, key->type));
        if (key->bits > 0)
                (void)tree_set(node, "bits", tree_integer(t, key->bits));
        return node;
}

static void add_key(struct facts *f, const char *path, struct bio_node *list)
{
        struct ssh_key key = {0};
        struct bio_node *node = key_node(f, path, &key);
        struct bio_node *file = accounts_file_node(f, path, key.is_public ? "public" : "key");

        (void)tree_set(file, "key", node);
        (void)tree_append(list, file);
}

static bool is_listed(const struct bio_node *list, const char *path)
{
        size_t i;

        for (i = 0; i < tree_count(list); i++)
                if (streq(tree_bytes_of(tree_get(tree_at(list, i), "path"), NULL), path))
                        return true;
        return false;
}

static void add_keys_of(struct facts *f, const struct bio_node *scope, struct bio_node *list)
{
        const struct bio_node *keys = tree_get(scope, sshd_keyword_name(SSHD_HOST_KEY));
        size_t i;

        if (tree_state(keys) != BIO_KNOWN)
                (void)tree_append(list, tree_from(tree_undecidable(facts_tree(f), "HostKey: %s", tree_why(keys)),
                                                  tree_source(keys), tree_line(keys), 0));
        for (i = 0; i < tree_count(keys); i++) {
                const char *path = tree_bytes_of(tree_at(keys, i), NULL);

                if (*path == '/' && !is_listed(list, path))
                        add_key(f, path, list);
        }
}

const struct bio_node *sshd_host_keys(struct facts *f)
{
        const struct fact_argument arguments[] = {{"keywords", sshd_keyword_name(SSHD_HOST_KEY)}, {NULL, NULL}};
        const struct bio_node *scopes = facts_query(f, "sshd.effective", arguments);
        struct bio_node *list;
        size_t keys, i;

        if (tree_state(scopes) != BIO_KNOWN)
                return scopes;
        list = tree_list(facts_tree(f));
        for (i = 0; i < tree_count(scopes); i++)
                add_keys_of(f, tree_at(scopes, i), list);
        keys = tree_count(list);
        for (i = 0; i < keys; i++) {
                const char *path = tree_bytes_of(tree_get(tree_at(list, i), "path"), NULL);
                const struct access_file *file;

                if (tree_state(tree_at(list, i)) != BIO_KNOWN)
                        continue;
                file = access_stat(facts_access(f), path);
                if (file->state == BIO_KNOWN) {
                        accounts_add_directories(f, path, list);
                        accounts_add_directories(f, file->resolved, list);
                }
        }
        return list;
}
