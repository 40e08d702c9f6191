/* SPDX-License-Identifier: EUPL-1.2 */
/* Making disclosures of the members that `_personal` names. */
#include <errno.h>
#include <string.h>

#include "base/io.h"
#include "base/json.h"
#include "base/memory.h"
#include "jose/disclosure.h"

#define SALT_BYTES 16 /* RFC 9901 §9.3 */

struct making {
        struct text *out;
        size_t count;
};

static int conceal_value(struct making *m, json_t *value, bool top);

void personal_unmark(json_t *payload)
{
        const char *name;
        json_t *member;
        size_t i;

        if (json_is_object(payload)) {
                (void)json_object_del(payload, "_personal");
                json_object_foreach (payload, name, member)
                        personal_unmark(member);
        } else {
                json_array_foreach (payload, i, member)
                        personal_unmark(member);
        }
}

/* Appends the disclosure and returns its digest. */
static json_t *conceal_member(struct making *m, const char *name, json_t *value)
{
        _cleanup_json_ json_t *array = json_must(json_array());
        _cleanup_free_ char *salt = NULL, *text = NULL, *encoded = NULL;
        unsigned char random[SALT_BYTES];
        char digest[JWS_HASH_TEXT];

        random_bytes(random, sizeof(random));
        salt = base64url_encode(random, sizeof(random));
        json_push(array, json_must(json_string(salt)));
        json_push(array, json_must(json_string(name)));
        json_push(array, json_incref(value));
        text = json_text(array);
        encoded = base64url_encode(text, strlen(text));
        jose_hash(encoded, strlen(encoded), digest);
        text_add(m->out, encoded);
        text_add_char(m->out, '~');
        m->count++;
        return json_must(json_string(digest));
}

static int by_text(const void *a, const void *b)
{
        return strcmp(json_string_value(*(json_t *const *)a), json_string_value(*(json_t *const *)b));
}

/* Takes `digests`' elements over, sorted: their order tells nothing of the members'. */
static json_t *sorted(const json_t *digests)
{
        size_t count = json_array_size(digests), i;
        _cleanup_free_ json_t **elements = must_alloc((count + 1) * sizeof(*elements));
        json_t *array = json_must(json_array());

        for (i = 0; i < count; i++)
                elements[i] = json_array_get(digests, i);
        qsort(elements, count, sizeof(*elements), by_text);
        for (i = 0; i < count; i++)
                json_push(array, json_incref(elements[i]));
        return array;
}

static int conceal_object(struct making *m, json_t *object, bool top)
{
        _cleanup_json_ json_t *names = json_incref(json_object_get(object, "_personal")),
                              *digests = json_must(json_array());
        const char *name;
        json_t *element, *value;
        size_t i;
        int r;

        if (names && !json_is_array(names))
                return -EINVAL;
        (void)json_object_del(object, "_personal");
        json_array_foreach (names, i, element) {
                if (!json_is_string(element))
                        return -EINVAL;
                name = json_string_value(element);
                value = json_object_get(object, name);
                if (!value)
                        continue; /* nothing to conceal */
                /* All of the value is personal: marks inside it say nothing more. */
                personal_unmark(value);
                if (disclosure_name_is_reserved(name) || disclosure_uses_reserved(value))
                        return -EINVAL;
                json_push(digests, conceal_member(m, name, value));
                (void)json_object_del(object, name);
        }
        json_object_foreach (object, name, value) {
                if (disclosure_name_is_reserved(name))
                        return -EINVAL;
                r = conceal_value(m, value, false);
                if (r < 0)
                        return r;
        }
        if (json_array_size(digests) > 0)
                json_set(object, "_sd", sorted(digests));
        if (top && m->count > 0)
                json_set(object, "_sd_alg", json_must(json_string("sha-256")));
        return 0;
}

static int conceal_value(struct making *m, json_t *value, bool top)
{
        json_t *element;
        size_t i;
        int r;

        if (json_is_object(value))
                return conceal_object(m, value, top);
        json_array_foreach (value, i, element)
                if ((r = conceal_value(m, element, false)) < 0)
                        return r;
        return 0;
}

int disclosures_make(json_t *payload, struct text *out)
{
        struct making m = {.out = out};
        int r = conceal_value(&m, payload, true);

        if (r < 0)
                return r;
        return m.count > JWS_DISCLOSURES_MOST ? -E2BIG : 0;
}
