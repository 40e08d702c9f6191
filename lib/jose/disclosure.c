/* SPDX-License-Identifier: EUPL-1.2 */
/* Reading disclosures and putting them back (RFC 9901 §7.1, with fewer freedoms: docs/record.md, "Disclosures"). */
#include "jose/disclosure.h"

#include <errno.h>
#include <string.h>

#include "base/io.h"
#include "base/json.h"
#include "base/memory.h"

#define SALT_BYTES_LEAST 16 /* RFC 9901 §9.3 */
#define DEPTH_MOST       64 /* base/json.h: what is put back must be readable again */

/* Names that the format itself uses. `...` would be a digest in an array, which records do not have. */
static const char *const reserved[] = {"_sd", "_sd_alg", "...", "_personal"};

bool disclosure_name_is_reserved(const char *name)
{
        size_t i;

        if (name[0] != '_' && name[0] != '.')
                return false;
        for (i = 0; i < ELEMENTS(reserved); i++)
                if (streq(name, reserved[i]))
                        return true;
        return false;
}

static int refuse(char **why, const char *what)
{
        if (why)
                *why = must_strdup(what);
        return -EINVAL;
}

void jose_hash(const char *bytes, size_t length, char ret[static JWS_HASH_TEXT])
{
        unsigned char digest[SHA256_BYTES];
        _cleanup_free_ char *text = NULL;

        sha256(bytes, length, digest);
        text = base64url_encode(digest, sizeof(digest));
        memcpy(ret, text, JWS_HASH_TEXT);
}

void disclosures_free(struct jws *j)
{
        size_t i;

        for (i = 0; i < j->digest_count; i++) {
                json_decref(j->table[i].name);
                json_decref(j->table[i].value);
        }
        free(j->table);
        j->table = NULL;
        j->digest_count = 0;
        for (i = 0; i < j->disclosure_count; i++)
                free(j->disclosures[i]);
        free(j->disclosures);
        j->disclosures = NULL;
        j->disclosure_count = 0;
}

/* --- digests ----------------------------------------------------------------------------------------------------- */

struct scan {
        struct jws *j;
        size_t allocated;
        char **why;
};

static int scan_value(struct scan *s, const json_t *value, unsigned depth);

static bool is_digest(const json_t *value)
{
        _cleanup_free_ unsigned char *bytes = NULL;
        size_t length;

        return json_is_string(value) && json_string_length(value) == JWS_HASH_TEXT - 1 &&
               base64url_decode(json_string_value(value), JWS_HASH_TEXT - 1, &bytes, &length) == 0;
}

static int scan_digests(struct scan *s, const json_t *holder, const json_t *digests, unsigned depth)
{
        const char *before = NULL;
        const json_t *digest;
        size_t i;

        if (!json_is_array(digests) || json_array_size(digests) == 0)
                return refuse(s->why, "\"_sd\" is no array of digests");
        json_array_foreach (digests, i, digest) {
                if (!is_digest(digest))
                        return refuse(s->why, "a digest of \"_sd\" is not base64url of 32 bytes");
                if (before && strcmp(before, json_string_value(digest)) >= 0)
                        return refuse(s->why, "the digests of \"_sd\" are not sorted, or one is there twice");
                before = json_string_value(digest);
                s->j->table = must_grow(s->j->table, &s->allocated, s->j->digest_count + 1, sizeof(*s->j->table));
                s->j->table[s->j->digest_count++] =
                        (struct disclosed){.digest = before, .holder = holder, .depth = depth};
        }
        return 0;
}

static int scan_object(struct scan *s, const json_t *object, unsigned depth)
{
        const char *name;
        json_t *value;
        int r;

        json_object_foreach ((json_t *)object, name, value) {
                if (name[0] != '_' && name[0] != '.')
                        r = scan_value(s, value, depth + 1); /* all but a few of them */
                else if (streq(name, "_sd"))
                        r = scan_digests(s, object, value, depth);
                else if (streq(name, "_sd_alg") && depth == 1)
                        r = streq(json_string_value(value), "sha-256")
                                    ? 0
                                    : refuse(s->why, "\"_sd_alg\" is not \"sha-256\"");
                else if (disclosure_name_is_reserved(name))
                        r = refuse(s->why, "a reserved name (\"_sd_alg\" below the top, \"...\" or \"_personal\")");
                else
                        r = scan_value(s, value, depth + 1);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int scan_value(struct scan *s, const json_t *value, unsigned depth)
{
        const json_t *element;
        size_t i;
        int r = 0;

        if (json_is_object(value))
                return scan_object(s, value, depth);
        json_array_foreach (value, i, element)
                if ((r = scan_value(s, element, depth + 1)) < 0)
                        return r;
        return 0;
}

static int by_digest(const void *a, const void *b)
{
        return strcmp(((const struct disclosed *)a)->digest, ((const struct disclosed *)b)->digest);
}

int disclosures_scan(struct jws *j, char **why)
{
        struct scan s = {.j = j, .why = why};
        size_t i;
        int r = scan_object(&s, j->payload, 1);

        if (r < 0)
                return r;
        if (j->digest_count == 0)
                return 0;
        if (!json_object_get(j->payload, "_sd_alg"))
                return refuse(why, "\"_sd\" without \"_sd_alg\"");
        qsort(j->table, j->digest_count, sizeof(*j->table), by_digest);
        for (i = 1; i < j->digest_count; i++)
                if (by_digest(&j->table[i - 1], &j->table[i]) == 0)
                        return refuse(why, "a digest stands in two places");
        return 0;
}

/* --- disclosures ------------------------------------------------------------------------------------------------- */

static unsigned depth_of(const json_t *value)
{
        unsigned deepest = 0;
        const char *name;
        json_t *member;
        size_t i;

        if (json_is_object(value)) {
                json_object_foreach ((json_t *)value, name, member) {
                        unsigned d = depth_of(member);

                        if (d > deepest)
                                deepest = d;
                }
        } else if (json_is_array(value)) {
                json_array_foreach (value, i, member) {
                        unsigned d = depth_of(member);

                        if (d > deepest)
                                deepest = d;
                }
        } else {
                return 0;
        }
        return deepest + 1;
}

bool disclosure_uses_reserved(const json_t *value)
{
        const char *name;
        json_t *member;
        size_t i;

        if (json_is_object(value)) {
                json_object_foreach ((json_t *)value, name, member)
                        if (disclosure_name_is_reserved(name) || disclosure_uses_reserved(member))
                                return true;
        } else {
                json_array_foreach (value, i, member)
                        if (disclosure_uses_reserved(member))
                                return true;
        }
        return false;
}

static bool is_salt(const json_t *value)
{
        _cleanup_free_ unsigned char *bytes = NULL;
        size_t length;

        return json_is_string(value) &&
               base64url_decode(json_string_value(value), json_string_length(value), &bytes, &length) == 0 &&
               length >= SALT_BYTES_LEAST;
}

/* `text` is base64url of [salt, name, value]. */
static int read_one(struct jws *j, const char *text, char **why)
{
        _cleanup_free_ unsigned char *bytes = NULL;
        _cleanup_json_ json_t *array = NULL;
        char digest[JWS_HASH_TEXT];
        struct disclosed *found;
        const json_t *name, *value;
        size_t length;

        jose_hash(text, strlen(text), digest);
        found = j->table ? bsearch(&(struct disclosed){.digest = digest}, j->table, j->digest_count, sizeof(*j->table),
                                   by_digest)
                         : NULL;
        if (!found)
                return refuse(why, "a disclosure that no digest refers to");
        if (found->name)
                return refuse(why, "a disclosure is there twice");
        if (base64url_decode(text, strlen(text), &bytes, &length) < 0)
                return refuse(why, "a disclosure is not base64url");
        if (json_parse((const char *)bytes, length, &array, NULL) < 0 || !json_is_array(array) ||
            json_array_size(array) != 3)
                return refuse(why, "a disclosure is not a JSON array of salt, name and value");
        name = json_array_get(array, 1);
        value = json_array_get(array, 2);
        if (!is_salt(json_array_get(array, 0)))
                return refuse(why, "the salt of a disclosure is not base64url of 128 bits or more");
        if (!json_is_string(name) || disclosure_name_is_reserved(json_string_value(name)) ||
            disclosure_uses_reserved(value))
                return refuse(why, "a disclosure uses a reserved name");
        if (json_object_get(found->holder, json_string_value(name)))
                return refuse(why, "a disclosure bears the name of a member that is in clear");
        if (found->depth + depth_of(value) > DEPTH_MOST)
                return refuse(why, "a disclosure is nested too deep");
        found->name = json_incref((json_t *)name);
        found->value = json_incref((json_t *)value);
        return 0;
}

static int by_place(const void *a, const void *b)
{
        const struct disclosed *x = *(const struct disclosed *const *)a, *y = *(const struct disclosed *const *)b;

        if (x->holder != y->holder)
                return (uintptr_t)x->holder < (uintptr_t)y->holder ? -1 : 1;
        return strcmp(json_string_value(x->name), json_string_value(y->name));
}

/* Two disclosures of one object may not bear one name. */
static int check_names(const struct jws *j, char **why)
{
        _cleanup_free_ const struct disclosed **places = must_alloc((j->disclosure_count + 1) * sizeof(*places));
        size_t i, count = 0;

        for (i = 0; i < j->digest_count; i++)
                if (j->table[i].name)
                        places[count++] = &j->table[i];
        qsort(places, count, sizeof(*places), by_place);
        for (i = 1; i < count; i++)
                if (by_place(&places[i - 1], &places[i]) == 0)
                        return refuse(why, "two disclosures of one object bear the same name");
        return 0;
}

int disclosures_read(struct jws *j, const char *bytes, size_t length, char **why)
{
        size_t allocated = 0;

        while (length > 0) {
                const char *end = memchr(bytes, '~', length);
                size_t size;
                char *text;
                int r;

                if (!end)
                        return refuse(why, "what follows the last ~ is not part of a record");
                size = (size_t)(end - bytes);
                if (memchr(bytes, '\0', size))
                        return refuse(why, "a disclosure is not base64url");
                if (j->disclosure_count == JWS_DISCLOSURES_MOST) {
                        (void)refuse(why, "too many disclosures");
                        return -E2BIG;
                }
                text = must_strndup(bytes, size);
                j->disclosures =
                        must_grow(j->disclosures, &allocated, j->disclosure_count + 1, sizeof(*j->disclosures));
                j->disclosures[j->disclosure_count++] = text;
                r = read_one(j, text, why);
                if (r < 0)
                        return r;
                bytes = end + 1;
                length -= size + 1;
        }
        return check_names(j, why);
}

/* --- putting back ------------------------------------------------------------------------------------------------ */

static json_t *copy_value(const struct jws *j, const json_t *value, bool mark);

static void put_back(const struct jws *j, const json_t *digests, json_t *object, bool mark)
{
        _cleanup_json_ json_t *names = json_must(json_array());
        const json_t *digest;
        size_t i;

        json_array_foreach (digests, i, digest) {
                const struct disclosed *d = bsearch(&(struct disclosed){.digest = json_string_value(digest)}, j->table,
                                                    j->digest_count, sizeof(*j->table), by_digest);

                if (!d || !d->name)
                        continue;
                json_set(object, json_string_value(d->name), json_must(json_deep_copy(d->value)));
                json_push(names, json_incref(d->name));
        }
        if (mark && json_array_size(names) > 0)
                json_set(object, "_personal", json_incref(names));
}

static json_t *copy_object(const struct jws *j, const json_t *object, bool mark)
{
        json_t *copy = json_must(json_object());
        const char *name;
        json_t *value;

        json_object_foreach ((json_t *)object, name, value)
                if (!disclosure_name_is_reserved(name))
                        json_set(copy, name, copy_value(j, value, mark));
        put_back(j, json_object_get(object, "_sd"), copy, mark);
        return copy;
}

static json_t *copy_value(const struct jws *j, const json_t *value, bool mark)
{
        json_t *copy;
        const json_t *element;
        size_t i;

        if (json_is_object(value))
                return copy_object(j, value, mark);
        if (!json_is_array(value))
                return json_must(json_copy((json_t *)value));
        copy = json_must(json_array());
        json_array_foreach (value, i, element)
                json_push(copy, copy_value(j, element, mark));
        return copy;
}

json_t *jws_disclosed(const struct jws *j, size_t *missing, int mark)
{
        if (missing)
                *missing = j->digest_count - j->disclosure_count;
        return copy_object(j, j->payload, mark != 0);
}
