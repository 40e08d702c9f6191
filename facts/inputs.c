/* SPDX-License-Identifier: EUPL-1.2 */
/* What was looked at, as JSON. */
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "facts/access.h"
#include "facts/results.h"

/* jansson answers -1 or NULL only where memory is out: all strings here are made safe first. */
static void set(json_t *object, const char *key, json_t *value)
{
        if (json_object_set_new(object, key, value) < 0)
                out_of_memory();
}

static void append(json_t *array, json_t *value)
{
        if (json_array_append_new(array, value) < 0)
                out_of_memory();
}

static json_t *safe_json(const char *s, size_t length)
{
        _cleanup_free_ char *safe = safe_string(s, length);
        json_t *j = json_string(safe);

        if (!j)
                out_of_memory();
        return j;
}

static void set_text(json_t *object, const char *key, const char *s)
{
        if (s)
                set(object, key, safe_json(s, strlen(s)));
}

static json_t *new_object(void)
{
        json_t *object = json_object();

        if (!object)
                out_of_memory();
        return object;
}

static json_t *new_array(void)
{
        json_t *array = json_array();

        if (!array)
                out_of_memory();
        return array;
}

static json_t *describe_file(const struct access_file *f)
{
        json_t *object = new_object();

        set_text(object, "path", f->path);
        set_text(object, "resolved", f->resolved);
        set_text(object, "state", f->state == BIO_KNOWN ? "known" : "unreadable");
        set_text(object, "why", f->why);
        if (f->state == BIO_KNOWN) {
                set(object, "mode", json_integer(f->mode));
                set(object, "uid", json_integer(f->uid));
                set(object, "gid", json_integer(f->gid));
                set(object, "size", json_integer((json_int_t)f->size));
                set(object, "inode", json_integer((json_int_t)f->inode));
                set(object, "mtime", json_integer(f->mtime));
                set(object, "ctime", json_integer(f->ctime));
        }
        return object;
}

static json_t *describe_directory(const struct access_directory *d)
{
        json_t *object = new_object();

        set_text(object, "path", d->path);
        set_text(object, "resolved", d->resolved);
        set_text(object, "state", d->state == BIO_KNOWN ? "known" : "unreadable");
        set_text(object, "why", d->why);
        if (d->state == BIO_KNOWN)
                set(object, "entries", json_integer((json_int_t)d->count));
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
                append(files, object);
                if (json_object_set(seen, safe, object) < 0)
                        out_of_memory();
        }
        if (content && f->state == BIO_KNOWN)
                set(object, "read", json_true());
}

static json_t *describe_links(struct access *a)
{
        json_t *links = new_array();
        struct entry *e;

        for (e = a->walk.links.first; e; e = e->next_noted) {
                json_t *object = new_object();

                set_text(object, "path", walk_path(&a->walk, e));
                set(object, "target", safe_json(e->target, e->target_length));
                append(links, object);
        }
        return links;
}

static json_t *describe_absent(struct access *a)
{
        json_t *absent = new_array();
        struct entry *e;

        for (e = a->walk.missing.first; e; e = e->next_noted) {
                const char *path = walk_path(&a->walk, e);

                append(absent, safe_json(path, strlen(path)));
        }
        return absent;
}

json_t *access_inputs(struct access *a)
{
        json_t *inputs = new_object(), *files = new_array(), *directories = new_array();
        _cleanup_json_ json_t *seen = new_object();
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
                                append(directories, describe_directory(&result->directory));
                        break;
                case ASKED_GLOB:
                        break;
                }
        set(inputs, "files", files);
        set(inputs, "directories", directories);
        set(inputs, "links", describe_links(a));
        set(inputs, "absent", describe_absent(a));
        return inputs;
}
