/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy/declaration.h"

#include <fcntl.h>
#include <string.h>

#include "base/io.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/term.h"
#include "base/text.h"
#include "base/yaml.h"
#include "policy/internal.h"
#include "policy/subjects.h"

#define TEXT_MOST  1024
#define BYTES_MOST ((size_t)8 * 1024 * 1024) /* of all files */

struct declarations {
        struct declaration *list;
        size_t count, allocated;
        struct tree *tree; /* of all of them */
        size_t bytes;      /* of all of them */
        char *unreadable;  /* why the set is not the whole one, or NULL */
};

void declarations_free(struct declarations *d)
{
        if (!d)
                return;
        tree_free(d->tree);
        free(d->unreadable);
        free(d->list);
        free(d);
}

/* Who declares, from when and until when; all that is wrong with it is told. */
static int read_term(const struct bio_node *root, struct declaration *ret, struct diag *diag)
{
        int role = yaml_text(diag, root, "role", TEXT_MOST, true, &ret->role), r;
        const char *date, *valid;
        struct term term = {0};

        r = yaml_text(diag, root, "date", TEXT_MOST, true, &date);
        if (r >= 0 && moment_parse(date, &ret->date) < 0)
                r = yaml_error(diag, tree_get(root, "date"), "\"%s\" is no date, expected such as 2026-01-31", date);
        if (yaml_text(diag, root, "valid", TEXT_MOST, true, &valid) < 0)
                return -EINVAL;
        if (term_parse(valid, &term) < 0)
                return yaml_error(diag, tree_get(root, "valid"), "\"%s\" is no term, expected ISO 8601 such as P1Y",
                                  valid);
        ret->until = term_add(ret->date, &term);
        return r < 0 || role < 0 ? -EINVAL : 0;
}

/* The members that every declaration has; what it declares is its reader's to judge. */
int declaration_read(const struct bio_node *root, struct declaration *ret, struct diag *diag)
{
        const char *schema;
        int r;

        if (tree_type(root) != BIO_MAP)
                return yaml_error(diag, root,
                                  "no declaration, expected a map that begins with schema: " DECLARATION_SCHEMA);
        if (yaml_text(diag, root, "schema", TEXT_MOST, true, &schema) < 0)
                return -EINVAL;
        if (!streq(schema, DECLARATION_SCHEMA))
                return yaml_error(diag, tree_get(root, "schema"), "%s schema \"%s\", expected " DECLARATION_SCHEMA,
                                  schema_version(schema, "bioagent.declaration") > 1 ? "newer" : "unknown", schema);
        r = read_term(root, ret, diag);
        ret->content = root;
        return subjects_read(root, diag) < 0 ? -EINVAL : r;
}

/* Who may not read a file is told so, and goes on with a set that is known not to be the whole one. */
static int refuse(struct declarations *d, const char *path, int error)
{
        bool permission = error == -EACCES || error == -EPERM;

        if (permission && !d->unreadable)
                d->unreadable = must_printf("%s: %s", path, strerror(-error));
        return permission ? -EACCES : -EINVAL;
}

static int load_file(struct declarations *d, const char *path, struct diag *diag)
{
        _cleanup_free_ char *bytes = NULL, *digest = NULL;
        struct declaration declaration = {0};
        const struct bio_node *root;
        size_t length;
        int r = file_read(AT_FDCWD, path, YAML_FILE_MOST, &bytes, &length);

        if (r < 0) {
                (void)diag_add(diag, DIAG_ERROR, path, 0, 0,
                               "cannot be read: %s, expected a regular file of at most %d bytes", strerror(-r),
                               YAML_FILE_MOST);
                return refuse(d, path, r);
        }
        d->bytes += length;
        if (d->bytes > BYTES_MOST)
                return diag_add(diag, DIAG_ERROR, path, 0, 0,
                                "more than %zu bytes of declarations with this file, expected fewer", BYTES_MOST);
        if (yaml_parse(d->tree, path, bytes, length, diag, &root) < 0 || declaration_read(root, &declaration, diag) < 0)
                return -EINVAL;
        digest = sha256_digest(bytes, length);
        declaration.path = tree_intern(d->tree, path);
        declaration.digest = tree_intern(d->tree, digest);
        declaration.text = tree_intern(d->tree, bytes);
        d->list = must_grow(d->list, &d->allocated, d->count + 1, sizeof(*d->list));
        d->list[d->count++] = declaration;
        return 0;
}

int declarations_load(const char *directory, struct diag *diag, struct declarations **ret)
{
        struct declarations *d = must_alloc(sizeof(*d));
        char **names;
        size_t count;
        int result, r;

        d->tree = tree_new();
        *ret = d;
        result = yaml_directory(directory, &names, &count, diag);
        if (result < 0)
                return refuse(d, directory, result);
        for (size_t i = 0; i < count; i++) {
                _cleanup_free_ char *path = must_printf("%s/%s", directory, names[i]);

                r = load_file(d, path, diag);
                if (r < 0 && result != -EINVAL)
                        result = r;
        }
        names_free(names, count);
        return result;
}

size_t declarations_count(const struct declarations *d)
{
        return d->count;
}

const struct declaration *declarations_at(const struct declarations *d, size_t i)
{
        return i < d->count ? &d->list[i] : NULL;
}

bool declaration_expired(const struct declaration *d, int64_t now)
{
        return now >= d->until;
}

json_t *declarations_plan(const struct declarations *d)
{
        json_t *plan = json_must(json_object()), *files = json_must(json_array());

        for (size_t i = 0; i < d->count; i++) {
                const struct declaration *declaration = &d->list[i];
                json_t *file = json_must(json_object());

                json_set(file, "file", json_safe_string(declaration->path, strlen(declaration->path)));
                json_set(file, "role", json_safe_string(declaration->role, strlen(declaration->role)));
                json_set(file, "date", json_must(json_integer(declaration->date)));
                json_set(file, "until", json_must(json_integer(declaration->until)));
                json_set(file, "subjects", subjects_json(declaration->content));
                json_push(files, file);
        }
        json_set(plan, "files", files);
        json_set(plan, "unreadable",
                 d->unreadable ? json_safe_string(d->unreadable, strlen(d->unreadable)) : json_null());
        return plan;
}
