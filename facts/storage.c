/* SPDX-License-Identifier: EUPL-1.2 */
#include "facts/storage.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "facts/fstab.h"
#include "facts/live.h"
#include "facts/systemd_internal.h"

#define FSTAB      "/etc/fstab"
#define FSTAB_MOST ((size_t)1024 * 1024)

static bool in_memory(const char *type)
{
        return streq(type, "tmpfs") || streq(type, "ramfs") || streq(type, "rootfs");
}

static struct bio_node *fault(struct tree *t, const char *source, unsigned line, const char *type)
{
        return tree_from(tree_note(tree_text(t, "in memory only"), "on a %s", type), source, line, 0);
}

/* --- what is mounted */

static struct bio_node *mounted_fault(struct facts *f, const char *directory)
{
        _cleanup_free_ char *path = must_strdup(directory);
        struct tree *t = facts_tree(f);
        const struct bio_node *type, *container;

        while (path[1] && access_stat(facts_access(f), path)->state == BIO_ABSENT) {
                char *slash = strrchr(path, '/');

                slash[slash == path ? 1 : 0] = '\0';
        }
        type = live_file_system(facts_live(f), t, path);
        if (tree_state(type) != BIO_KNOWN)
                return tree_from(tree_unreadable(t, "%s", tree_why(type)), path, 0, 0);
        if (in_memory(tree_bytes_of(type, NULL)))
                return tree_basis(fault(t, path, 0, tree_bytes_of(type, NULL)), BIO_RUNNING);
        if (!streq(tree_bytes_of(type, NULL), "overlay"))
                return NULL;
        container = live_container(facts_live(f), t);
        if (tree_state(container) == BIO_KNOWN && !streq(tree_bytes_of(container, NULL), "none"))
                return NULL;
        return tree_from(tree_undecidable(t, "on an overlay; whether its upper layer is kept is not modelled"), path, 0,
                         0);
}

static struct bio_node *fstab_fault(struct facts *f, const char *directory)
{
        const struct access_file *file = access_read(facts_access(f), FSTAB, FSTAB_MOST);
        struct tree *t = facts_tree(f);
        struct fstab_mount mount;

        if (file->state == BIO_ABSENT)
                return NULL;
        if (file->state == BIO_UNREADABLE)
                return tree_from(tree_unreadable(t, "%s", file->why), FSTAB, 0, 0);
        if (!fstab_over(file->bytes, file->length, directory, &mount) || !in_memory(mount.type))
                return NULL;
        return fault(t, FSTAB, mount.line, mount.type);
}

/* --- mount units, of an image that does not run */

static struct bio_node *unit_fault(struct facts *f)
{
        static const char *const units[] = {"var.mount", "var-log.mount", "var-log-journal.mount"};
        struct tree *t = facts_tree(f);
        size_t i;

        for (i = 0; i < ELEMENTS(units); i++) {
                const struct fact_argument arguments[] = {{"unit", units[i]}, {NULL, NULL}};
                const struct bio_node *unit = facts_query(f, "systemd.unit", arguments);
                const struct bio_node *fragment = tree_get(unit, "fragment");

                if (tree_state(unit) == BIO_ABSENT || tree_state(fragment) == BIO_ABSENT ||
                    starts_with(tree_bytes_of(tree_get(unit, "file_state"), NULL), "masked") ||
                    starts_with(tree_bytes_of(fragment, NULL), "/run/systemd/generator"))
                        continue;
                return tree_from(tree_undecidable(t, "what a mount unit mounts is not modelled"), units[i], 0, 0);
        }
        return NULL;
}

struct bio_node *storage_fault(struct facts *f, const char *directory)
{
        struct bio_node *node = NULL;

        if (!live_offline(facts_live(f)))
                node = mounted_fault(f, directory);
        if (!node)
                node = fstab_fault(f, directory);
        if (!node && live_offline(facts_live(f)))
                node = unit_fault(f);
        return node;
}
