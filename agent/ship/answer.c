/* SPDX-License-Identifier: EUPL-1.2 */
#include "ship/answer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"

static const char *const refusals[] = {
        [REFUSED_MALFORMED] = "malformed",
        [REFUSED_TOO_LARGE] = "too-large",
        [REFUSED_UNKNOWN_KEY] = "unknown-key",
        [REFUSED_SIGNATURE] = "signature",
};

const char *answer_refusal_name(enum answer_refusal type)
{
        return refusals[type];
}

void answer_free(struct answer *a)
{
        free(a->acked);
        free(a->refused);
        free(a->want);
        *a = (struct answer){0};
}

static bool read_chain(const char *name, char out[static RECORD_CHAIN_TEXT])
{
        if (!name || !is_hex(name, RECORD_CHAIN_TEXT - 1))
                return false;
        memcpy(out, name, RECORD_CHAIN_TEXT);
        return true;
}

/* A number of a record; null and missing are 0. */
static bool read_seq(const json_t *value, uint64_t *ret)
{
        *ret = 0;
        if (!value || json_is_null(value))
                return true;
        if (!json_is_integer(value) || json_integer_value(value) < 0)
                return false;
        *ret = (uint64_t)json_integer_value(value);
        return true;
}

/* base64url of a SHA-256; null and missing are "". */
static bool read_hash(const json_t *value, char out[static JWS_HASH_TEXT])
{
        _cleanup_free_ unsigned char *bytes = NULL;
        size_t length = 0;

        out[0] = '\0';
        if (!value || json_is_null(value))
                return true;
        if (!json_is_string(value) || json_string_length(value) != JWS_HASH_TEXT - 1 ||
            base64url_decode(json_string_value(value), JWS_HASH_TEXT - 1, &bytes, &length) < 0)
                return false;
        memcpy(out, json_string_value(value), JWS_HASH_TEXT);
        return true;
}

static bool read_acked(const json_t *root, struct answer *a)
{
        json_t *all = json_object_get(root, "acked"), *value;
        const char *chain;

        if (!json_is_object(all) || json_object_size(all) > ANSWER_ITEMS_MOST)
                return false;
        a->acked = must_alloc((json_object_size(all) + 1) * sizeof(*a->acked));
        json_object_foreach (all, chain, value) {
                struct answer_acked *acked = &a->acked[a->acked_count++];

                if (!json_is_object(value) || !read_chain(chain, acked->chain) ||
                    !read_seq(json_object_get(value, "seq"), &acked->seq) ||
                    !read_hash(json_object_get(value, "hash"), acked->hash) || (acked->seq == 0) != !acked->hash[0])
                        return false;
        }
        return true;
}

static bool read_refusal(const json_t *value, struct answer_refused *ret)
{
        const char *type = json_member_string(value, "type");
        const json_t *chain = json_object_get(value, "chain");
        size_t i;

        if (!json_is_object(value) || !type || !read_seq(json_object_get(value, "line"), &ret->line) ||
            ret->line == 0 || !read_seq(json_object_get(value, "seq"), &ret->seq) ||
            !read_hash(json_object_get(value, "hash"), ret->hash))
                return false;
        if (chain && !json_is_null(chain) && !read_chain(json_string_value(chain), ret->chain))
                return false;
        for (i = 0; i < ELEMENTS(refusals); i++) {
                if (streq(type, refusals[i])) {
                        ret->type = (enum answer_refusal)i;
                        return true;
                }
        }
        return false;
}

static bool read_refused(const json_t *root, struct answer *a)
{
        const json_t *all = json_object_get(root, "refused"), *value;
        size_t i;

        if (!json_is_array(all) || json_array_size(all) > ANSWER_ITEMS_MOST)
                return false;
        a->refused = must_alloc((json_array_size(all) + 1) * sizeof(*a->refused));
        json_array_foreach (all, i, value) {
                if (!read_refusal(value, &a->refused[a->refused_count++]))
                        return false;
        }
        return true;
}

static bool read_want(const json_t *root, struct answer *a)
{
        json_t *all = json_object_get(root, "want"), *value;
        const char *chain;

        if (!all || json_is_null(all))
                return true;
        if (!json_is_object(all) || json_object_size(all) > ANSWER_ITEMS_MOST)
                return false;
        a->want = must_alloc((json_object_size(all) + 1) * sizeof(*a->want));
        json_object_foreach (all, chain, value) {
                struct answer_want *want = &a->want[a->want_count++];

                if (!read_chain(chain, want->chain) || !read_seq(value, &want->seq) || want->seq == 0)
                        return false;
        }
        return true;
}

/* Printable ASCII: it goes into a record as it is. */
static bool read_nonce(const json_t *root, struct answer *a)
{
        const json_t *value = json_object_get(root, "nonce");
        const char *s = json_string_value(value);
        size_t i;

        if (!value || json_is_null(value))
                return true;
        if (!s || json_string_length(value) >= ANSWER_NONCE_TEXT)
                return false;
        for (i = 0; s[i]; i++) {
                if (s[i] < 0x21 || s[i] > 0x7e)
                        return false;
        }
        memcpy(a->nonce, s, i + 1);
        return true;
}

int answer_parse(const char *bytes, size_t length, struct answer *ret, char **why)
{
        static const struct {
                const char *name;
                bool (*read)(const json_t *root, struct answer *a);
        } members[] = {{"acked", read_acked}, {"refused", read_refused}, {"want", read_want}, {"nonce", read_nonce}};
        _cleanup_json_ json_t *root = NULL;
        size_t i;

        *ret = (struct answer){0};
        if (length > ANSWER_MOST) {
                *why = must_strdup("the answer is too long");
                return -EBADMSG;
        }
        if (json_parse(bytes, length, &root, why) < 0)
                return -EBADMSG;
        for (i = 0; i < ELEMENTS(members); i++) {
                if (json_is_object(root) && members[i].read(root, ret))
                        continue;
                *why = must_printf("malformed member \"%s\"", members[i].name);
                answer_free(ret);
                return -EBADMSG;
        }
        return 0;
}
