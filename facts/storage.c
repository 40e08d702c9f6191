/* SPDX-License-Identifier: EUPL-1.2 */
#include "facts/storage.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "facts/lines.h"
#include "facts/live.h"
#include "facts/systemd_internal.h"

#define FSTAB      "/etc/fstab"
#define FSTAB_MOST ((size_t)1024 * 1024)
#define FIELDS     4

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

/* --- fstab(5) */

struct row {
        char *fields[FIELDS];
};

/* "\040" and the like. */
static void unescape(char *s)
{
        char *to = s;

        while (*s) {
                if (*s == '\\' && s[1] >= '0' && s[1] <= '3' && s[2] >= '0' && s[2] <= '7' && s[3] >= '0' &&
                    s[3] <= '7') {
                        *to++ = (char)((s[1] - '0') * 64 + (s[2] - '0') * 8 + (s[3] - '0'));
                        s += 4;
                } else {
                        *to++ = *s++;
                }
        }
        *to = '\0';
}

/* The first four fields of a line; false where it has no three. */
static bool take_row(char *line, struct row *ret)
{
        size_t i;

        *ret = (struct row){0};
        for (i = 0; i < FIELDS; i++) {
                line += strspn(line, " \t");
                if (!*line || (i == 0 && *line == '#'))
                        break;
                ret->fields[i] = line;
                line += strcspn(line, " \t");
                if (*line)
                        *line++ = '\0';
                unescape(ret->fields[i]);
        }
        return i >= 3;
}

static bool has_option(const char *options, const char *wanted)
{
        size_t length = strlen(wanted), n;

        for (; options && *options; options += n + (options[n] == ',')) {
                n = strcspn(options, ",");
                if (n == length && strncmp(options, wanted, n) == 0)
                        return true;
        }
        return false;
}

/* True where a path is a mount point or lies below it; *ret gets how deep that is. */
static bool covers(const char *point, const char *path, size_t *ret)
{
        size_t length = strlen(point);

        while (length > 1 && point[length - 1] == '/')
                length--;
        if (*point != '/')
                return false;
        *ret = length;
        return length == 1 || (strncmp(point, path, length) == 0 && (path[length] == '/' || path[length] == '\0'));
}

/* What fstab will mount over a directory: the deepest mount point counts, of two the later. */
static struct bio_node *fstab_fault(struct facts *f, const char *directory)
{
        const struct access_file *file = access_read(facts_access(f), FSTAB, FSTAB_MOST);
        struct tree *t = facts_tree(f);
        struct bio_node *found = NULL;
        size_t deepest = 0, depth = 0;
        struct lines lines;
        struct line line;

        if (file->state == BIO_ABSENT)
                return NULL;
        if (file->state == BIO_UNREADABLE)
                return tree_from(tree_unreadable(t, "%s", file->why), FSTAB, 0, 0);
        for (lines = lines_of(file->bytes, file->length); lines_next(&lines, &line);) {
                _cleanup_free_ char *copy = must_strndup(line.bytes, line.length);
                struct row row;

                if (!take_row(copy, &row) || has_option(row.fields[3], "noauto") ||
                    !covers(row.fields[1], directory, &depth) || depth < deepest)
                        continue;
                deepest = depth;
                found = in_memory(row.fields[2]) ? fault(t, FSTAB, line.number, row.fields[2]) : NULL;
        }
        return found;
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
