/* SPDX-License-Identifier: EUPL-1.2 */
/* What was looked at, as JSON. */
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "facts/access.h"
#include "facts/results.h"

static json_t *safe_json(const char *s)
{
        return json_safe_string(s, strlen(s));
}

static void set_text(json_t *object, const char *key, const char *s)
{
        if (s)
                json_set(object, key, safe_json(s));
}

static void set_number(json_t *object, const char *key, int64_t number)
{
        json_set(object, key, json_must(json_integer(number)));
}

static json_t *describe_file(const struct access_file *f)
{
        json_t *object = json_must(json_object());

        set_text(object, "path", f->path);
        set_text(object, "resolved", f->resolved);
        set_text(object, "state", f->state == BIO_KNOWN ? "known" : "unreadable");
        set_text(object, "why", f->why);
        if (f->state == BIO_KNOWN) {
                set_number(object, "mode", (int64_t)f->mode);
                set_number(object, "uid", (int64_t)f->uid);
                set_number(object, "gid", (int64_t)f->gid);
                set_number(object, "size", (int64_t)f->size);
                set_number(object, "inode", (int64_t)f->inode);
                set_number(object, "mtime", (int64_t)f->mtime);
                set_number(object, "ctime", (int64_t)f->ctime);
        }
        return object;
}

static json_t *describe_directory(const struct access_directory *d)
{
        json_t *object = json_must(json_object());

        set_text(object, "path", d->path);
        set_text(object, "resolved", d->resolved);
        set_text(object, "state", d->state == BIO_KNOWN ? "known" : "unreadable");
        set_text(object, "why", d->why);
        if (d->state == BIO_KNOWN)
                set_number(object, "entries", (int64_t)d->count);
        return object;
}

/* A path asked for in several ways is one entry, unless the answers differ (a link and what it leads to). */
static void add_file(json_t *files, json_t *seen, const struct result *result)
{
        const struct access_file *f = &result->file;
        bool content = result->question == ASKED_READ || result->question == ASKED_PASS;
        _cleanup_free_ char *key = NULL;
        _cleanup_free_ char *safe = NULL;
        json_t *object;

        if (f->state == BIO_ABSENT)
                return;
        key = must_printf("%s\n%s\n%s", f->path, f->resolved ? f->resolved : "", f->why ? f->why : "");
        safe = safe_string(key, strlen(key));
        object = json_object_get(seen, safe);
        if (!object) {
                object = describe_file(f);
                json_push(files, object);
                json_set(seen, safe, json_incref(object));
        }
        if (content && f->state == BIO_KNOWN)
                json_set(object, "read", json_true());
}

static json_t *describe_links(struct access *a)
{
        json_t *links = json_must(json_array());
        struct entry *e;

        for (e = a->walk.links.first; e; e = e->next_noted) {
                json_t *object = json_must(json_object());

                set_text(object, "path", walk_path(&a->walk, e));
                json_set(object, "target", json_safe_string(e->target, e->target_length));
                json_push(links, object);
        }
        return links;
}

static json_t *describe_absent(struct access *a)
{
        json_t *absent = json_must(json_array());
        struct entry *e;

        for (e = a->walk.missing.first; e; e = e->next_noted) {
                const char *path = walk_path(&a->walk, e);

                json_push(absent, safe_json(path));
        }
        return absent;
}

json_t *access_inputs(struct access *a)
{
        json_t *inputs = json_must(json_object()), *files = json_must(json_array()),
               *directories = json_must(json_array());
        _cleanup_json_ json_t *seen = json_must(json_object());
        const struct result *result;

        for (result = a->first; result; result = result->next)
                switch (result->question) {
                case ASKED_READ:
                case ASKED_PASS:
                case ASKED_STAT:
                case ASKED_LSTAT:
                        add_file(files, seen, result);
                        break;
                case ASKED_LIST:
                        if (result->directory.state != BIO_ABSENT)
                                json_push(directories, describe_directory(&result->directory));
                        break;
                case ASKED_GLOB:
                        break;
                }
        json_set(inputs, "files", files);
        json_set(inputs, "directories", directories);
        json_set(inputs, "links", describe_links(a));
        json_set(inputs, "absent", describe_absent(a));
        return inputs;
}
