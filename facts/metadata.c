/* SPDX-License-Identifier: EUPL-1.2 */
#include "facts/metadata.h"

#include <sys/stat.h>

#include "base/text.h"

static const char *type_of(mode_t mode)
{
        switch (mode & S_IFMT) {
        case S_IFREG:
                return "file";
        case S_IFDIR:
                return "directory";
        }
        return "other";
}

/* The group bits of a file with a list are its mask; what the group itself may do is in the list. */
static struct bio_node *mode_node(struct tree *t, mode_t mode, const struct access_acl *acl)
{
        unsigned effective = mode & 07777;
        struct bio_node *node;
        size_t i;

        for (i = 0; i < acl->count; i++)
                if (acl->grants[i].to == GRANT_GROUP_OWNER)
                        effective = (effective & ~070U) | acl->grants[i].permissions << 3;
        node = tree_printf(t, "%04o", effective);
        return effective == (mode & 07777) ? node : tree_note(node, "its access list bounds what the group may do");
}

static struct bio_node *acl_node(struct tree *t, const struct access_acl *acl)
{
        struct bio_node *list = tree_list(t);
        size_t i;

        for (i = 0; i < acl->count; i++) {
                const struct grant *g = &acl->grants[i];
                struct bio_node *node;

                if (g->to != GRANT_USER && g->to != GRANT_GROUP)
                        continue;
                node = tree_append(list, tree_map(t));
                tree_set(node, "to", tree_text(t, g->to == GRANT_USER ? "user" : "group"));
                tree_set(node, "id", tree_integer(t, g->id));
                tree_set(node, "permissions", tree_integer(t, g->permissions));
        }
        return list;
}

struct bio_node *metadata_node(struct facts *f, const char *path)
{
        const struct access_file *file = access_stat(facts_access(f), path);
        struct access_acl acl;
        struct tree *t = facts_tree(f);
        struct bio_node *node;

        if (file->state != BIO_KNOWN)
                return fact_file_state(f, file);
        acl = access_acl(facts_access(f), path);
        access_acl_as_asked(&acl, file->mode);
        node = tree_from(tree_map(t), file->path, 0, 0);
        tree_set(node, "type", tree_text(t, type_of(file->mode)));
        tree_set(node, "owner", tree_integer(t, file->uid));
        tree_set(node, "group", tree_integer(t, file->gid));
        if (acl.state == BIO_KNOWN) {
                tree_set(node, "mode", mode_node(t, file->mode, &acl));
                tree_set(node, "acl", acl_node(t, &acl));
        } else {
                const char *why = acl.why ? acl.why : "no longer there";

                tree_set(node, "mode", tree_unreadable(t, "access list: %s", why));
                tree_set(node, "acl", tree_unreadable(t, "%s", why));
        }
        return node;
}
