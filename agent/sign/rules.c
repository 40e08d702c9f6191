/* SPDX-License-Identifier: EUPL-1.2 */
#include "sign/rules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"

/* Texts of one policy record, in bytes as JSON. base64url makes four of three, and a record has 1 MiB. */
#define TEXTS_MOST ((size_t)640 * 1024)

void rules_free(struct rules *r)
{
        config_free(&r->config);
        policies_free(r->policies);
        declarations_free(r->declarations);
        json_decref(r->descriptors);
        *r = (struct rules){0};
}

static int load_policies(const struct config *c, struct policies **ret, struct diag *diag)
{
        _cleanup_policies_ struct policies *policies = policies_new();
        char **directories = policy_directories(c->directory);
        int r = 0;
        size_t i;

        for (i = 0; c->policies[i]; i++) {
                int error = policies_add(policies, c->policies[i], (const char *const *)directories, diag);

                if (error < 0)
                        r = error;
        }
        policy_directories_free(directories);
        if (r == 0)
                *ret = TAKE_PTR(policies);
        return r;
}

int rules_load(const char *config_path, struct rules *ret, struct diag *diag)
{
        _cleanup_free_ char *declarations = NULL;
        int r;

        *ret = (struct rules){0};
        r = config_load(config_path, &ret->config, diag);
        if (r < 0)
                return r;
        r = load_policies(&ret->config, &ret->policies, diag);
        declarations = must_printf("%s/declarations.d", ret->config.directory);
        if (r == 0)
                r = declarations_load(declarations, diag, &ret->declarations);
        if (r < 0)
                rules_free(ret);
        return r;
}

int rules_bind(struct rules *r, json_t *descriptors, struct diag *diag)
{
        if (r->bound && json_equal(r->descriptors, descriptors))
                return 0;
        if (r->bound) {
                struct policies *fresh = NULL;
                int error = load_policies(&r->config, &fresh, diag);

                if (error < 0)
                        return error;
                policies_free(r->policies);
                r->policies = fresh;
        }
        json_decref(r->descriptors);
        r->descriptors = json_incref(descriptors);
        policies_bind(r->policies, json_object_get(descriptors, "checks"), diag);
        r->bound = true;
        return 0;
}

static int compare_texts(const void *a, const void *b)
{
        return strcmp(*(const char *const *)a, *(const char *const *)b);
}

json_t *rules_in_force(const struct rules *r)
{
        size_t policies = policies_count(r->policies), all = policies + declarations_count(r->declarations), i;
        _cleanup_free_ const char **digests = must_alloc((all + 1) * sizeof(*digests));
        json_t *list = json_must(json_array());

        for (i = 0; i < all; i++)
                digests[i] = i < policies ? policies_at(r->policies, i)->digest
                                          : declarations_at(r->declarations, i - policies)->digest;
        qsort(digests, all, sizeof(*digests), compare_texts);
        for (i = 0; i < all; i++)
                json_push(list, json_string_or_null(digests[i]));
        return list;
}

static bool is_used(const json_t *results, const char *check)
{
        json_t *result;
        size_t i;

        json_array_foreach (results, i, result) {
                if (streq(json_member_string(result, "check"), check))
                        return true;
        }
        return false;
}

json_t *rules_used(const struct rules *r, const json_t *results)
{
        json_t *used = json_must(json_object()), *checks = json_must(json_array()), *check;
        size_t i;

        json_array_foreach (json_object_get(r->descriptors, "checks"), i, check) {
                const char *id = json_member_string(check, "id");

                if (id && is_used(results, id))
                        json_push(checks, json_incref(check));
        }
        json_set(used, "checks", checks);
        return used;
}

/* Texts that go into one record. */
struct parcel {
        const json_t *recorded;
        json_t *files;
        json_t *left_out;
        json_t *taken; /* digests in this record: the same file may be in force under two names */
        size_t size;
        bool more;
};

/* True where this text is to be in this record. */
static bool takes(struct parcel *p, const char *name, const char *digest, size_t size)
{
        if (json_object_get(p->recorded, digest) || json_object_get(p->taken, digest))
                return false;
        if (size > TEXTS_MOST) {
                json_push(p->left_out, json_safe_string(name, strlen(name)));
                return false;
        }
        if (p->size + size > TEXTS_MOST) {
                p->more = true;
                return false;
        }
        p->size += size;
        json_set(p->taken, digest, json_true());
        return true;
}

static void add_file(struct parcel *p, const char *path, const char *digest, const char *text, bool declaration)
{
        const char *slash = strrchr(path, '/');
        _cleanup_free_ char *name = must_printf("%s%s", declaration ? "declarations.d/" : "", slash ? slash + 1 : path);
        _cleanup_json_ json_t *content = json_safe_string(text, strlen(text));
        json_t *file = json_must(json_object());

        json_set(file, "name", json_safe_string(name, strlen(name)));
        json_set(file, "digest", json_string_or_null(digest));
        if (!takes(p, name, digest, json_string_length(content))) {
                json_set(file, "text", json_null());
        } else {
                json_set(file, "text", json_incref(content));
                if (declaration) {
                        json_t *personal = json_must(json_array());

                        json_push(personal, json_string_or_null("text"));
                        json_set(file, "_personal", personal);
                }
        }
        json_push(p->files, file);
}

static json_t *descriptors_member(struct parcel *p, const json_t *used)
{
        _cleanup_free_ char *sorted = json_sorted_text(used), *digest = sha256_digest(sorted, strlen(sorted));

        if (json_array_size(json_object_get(used, "checks")) == 0)
                return json_null();
        if (!takes(p, "descriptors", digest, strlen(sorted)))
                return json_null();
        return json_must(json_deep_copy(used));
}

json_t *rules_policy_members(const struct rules *r, const json_t *used, const json_t *recorded, bool *ret_more,
                             json_t **ret_left_out)
{
        _cleanup_json_ json_t *taken = json_must(json_object());
        json_t *members = json_must(json_object());
        struct parcel p = {.recorded = recorded,
                           .files = json_must(json_array()),
                           .left_out = json_must(json_array()),
                           .taken = taken};
        size_t i;

        for (i = 0; i < policies_count(r->policies); i++) {
                const struct policy *policy = policies_at(r->policies, i);

                add_file(&p, policy->path, policy->digest, policy->text, false);
        }
        for (i = 0; i < declarations_count(r->declarations); i++) {
                const struct declaration *d = declarations_at(r->declarations, i);

                add_file(&p, d->path, d->digest, d->text, true);
        }
        json_set(members, "files", p.files);
        json_set(members, "descriptors", descriptors_member(&p, used));
        *ret_more = p.more;
        *ret_left_out = p.left_out;
        return members;
}
