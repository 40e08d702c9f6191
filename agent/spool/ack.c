/* SPDX-License-Identifier: EUPL-1.2 */
/* ack.json: what the collector said it has, as the shipper wrote it down. For sign it is foreign input. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "spool/spool.h"

#define ACK_PATH      "ship/ack.json"
#define ACK_FILE_MODE 0640

void spool_acks_free(struct spool_acks *a)
{
        size_t i;

        for (i = 0; i < a->count; i++)
                json_decref(a->acks[i].refused);
        free(a->acks);
        *a = (struct spool_acks){0};
}

struct spool_ack *spool_acks_of(struct spool_acks *acks, const char *chain, bool create)
{
        size_t i;

        for (i = 0; i < acks->count; i++) {
                if (streq(acks->acks[i].chain, chain))
                        return &acks->acks[i];
        }
        if (!create || !is_hex(chain, RECORD_CHAIN_TEXT - 1))
                return NULL;
        acks->acks = must_realloc(acks->acks, acks->count + 1, sizeof(*acks->acks));
        acks->acks[acks->count] = (struct spool_ack){0};
        memcpy(acks->acks[acks->count].chain, chain, RECORD_CHAIN_TEXT);
        return &acks->acks[acks->count++];
}

/* A text member of at most `size` - 1 bytes; null and missing leave it empty. */
static int copy_text(const json_t *object, const char *key, char *out, size_t size)
{
        const json_t *value = json_object_get(object, key);

        if (!value || json_is_null(value))
                return 0;
        if (!json_is_string(value) || json_string_length(value) >= size)
                return -EINVAL;
        memcpy(out, json_string_value(value), json_string_length(value) + 1);
        return 0;
}

static int read_number(const json_t *object, const char *key, bool required, uint64_t *ret)
{
        const json_t *value = json_object_get(object, key);

        if (!value || json_is_null(value))
                return required ? -EINVAL : 0;
        if (!json_is_integer(value) || json_integer_value(value) < 0)
                return -EINVAL;
        *ret = (uint64_t)json_integer_value(value);
        return 0;
}

static int read_ack(const json_t *from, struct spool_ack *to)
{
        char at[MOMENT_TEXT] = "";
        json_t *refused = json_object_get(from, "refused");

        if (!json_is_object(from) || read_number(from, "seq", true, &to->seq) < 0 ||
            read_number(from, "want", false, &to->want) < 0 ||
            copy_text(from, "hash", to->hash, sizeof(to->hash)) < 0 ||
            copy_text(from, "nonce", to->nonce, sizeof(to->nonce)) < 0 || copy_text(from, "at", at, sizeof(at)) < 0)
                return -EINVAL;
        if (at[0] && moment_parse(at, &to->at) < 0)
                return -EINVAL;
        /* Nothing acknowledged yet, or the hash of a record. */
        if (strlen(to->hash) != (to->seq == 0 ? 0 : JWS_HASH_TEXT - 1))
                return -EINVAL;
        if (refused && !json_is_null(refused)) {
                if (!json_is_array(refused))
                        return -EINVAL;
                to->refused = json_incref(refused);
        }
        return 0;
}

int spool_acks_parse(const char *bytes, size_t length, struct spool_acks *ret, char **why)
{
        _cleanup_json_ json_t *root = NULL;
        const char *chain;
        json_t *value;

        if (json_parse(bytes, length, &root, why) < 0)
                return -EBADMSG;
        if (!json_is_object(root)) {
                *why = must_strdup("not an object");
                return -EBADMSG;
        }
        json_object_foreach (root, chain, value) {
                struct spool_ack *ack = spool_acks_of(ret, chain, true);

                if (!ack || read_ack(value, ack) < 0) {
                        *why = must_printf("malformed entry of chain %.40s", chain);
                        return -EBADMSG;
                }
        }
        return 0;
}

int spool_acks_load(const char *state, struct spool_acks *ret, char **why)
{
        _cleanup_free_ char *path = must_printf("%s/" ACK_PATH, state), *bytes = NULL, *reason = NULL;
        size_t length = 0;
        int r = file_read(AT_FDCWD, path, SPOOL_ACK_MOST, &bytes, &length);

        *ret = (struct spool_acks){0};
        if (r == -ENOENT)
                return 0;
        if (r == 0)
                r = spool_acks_parse(bytes, length, ret, &reason);
        else if (r == -EFBIG) {
                reason = must_printf("larger than %d bytes", SPOOL_ACK_MOST);
                r = -EBADMSG;
        }
        if (r < 0) {
                spool_acks_free(ret);
                *why = must_printf("%s: %s", path, reason ? reason : strerror(-r));
        }
        return r;
}

static json_t *ack_json(const struct spool_ack *a)
{
        json_t *object = json_must(json_object());
        char at[MOMENT_TEXT];

        json_set(object, "seq", json_must(json_integer((json_int_t)a->seq)));
        json_set(object, "hash", json_string_or_null(a->hash[0] ? a->hash : NULL));
        json_set(object, "nonce", json_string_or_null(a->nonce[0] ? a->nonce : NULL));
        moment_format(a->at, at);
        json_set(object, "at", json_string_or_null(a->at ? at : NULL));
        json_set(object, "want", a->want ? json_must(json_integer((json_int_t)a->want)) : json_null());
        json_set(object, "refused", a->refused ? json_incref(a->refused) : json_must(json_array()));
        return object;
}

int spool_acks_store(const char *state, const struct spool_acks *acks)
{
        _cleanup_free_ char *path = must_printf("%s/" ACK_PATH, state), *bytes = NULL;
        _cleanup_json_ json_t *root = json_must(json_object());
        size_t i;

        for (i = 0; i < acks->count; i++)
                json_set(root, acks->acks[i].chain, ack_json(&acks->acks[i]));
        bytes = json_text(root);
        if (strlen(bytes) > SPOOL_ACK_MOST)
                return -EFBIG;
        return file_write_durably(AT_FDCWD, path, ACK_FILE_MODE, bytes, strlen(bytes), false);
}
