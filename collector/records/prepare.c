/* SPDX-License-Identifier: EUPL-1.2 */
#include <errno.h>
#include <string.h>

#include "base/io.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "records/ingest.h"
#include "records/records.h"

/* What can be told of a line that is refused, so that its sender knows it again: its hash, where it looks like a JWS at
 * all, and what its payload says, which nobody vouches for. */
static void identify(struct item *item)
{
        const char *end = memchr(item->line, '~', item->length), *first, *second;
        _cleanup_free_ unsigned char *bytes = NULL;
        _cleanup_free_ char *hash = NULL;
        _cleanup_json_ json_t *payload = NULL;
        unsigned char digest[SHA256_BYTES];
        const char *chain;
        size_t length;

        if (!end)
                end = item->line + item->length;
        first = memchr(item->line, '.', (size_t)(end - item->line));
        second = first ? memchr(first + 1, '.', (size_t)(end - first - 1)) : NULL;
        if (!second)
                return;
        sha256(item->line, (size_t)(second - item->line), digest);
        hash = base64url_encode(digest, sizeof(digest));
        memcpy(item->hash, hash, strlen(hash) + 1);
        if (base64url_decode(first + 1, (size_t)(second - first - 1), &bytes, &length) < 0 ||
            json_parse((char *)bytes, length, &payload, NULL) < 0)
                return;
        chain = json_member_string(payload, "chain");
        if (!chain || !is_hex(chain, RECORD_CHAIN_TEXT - 1))
                return;
        memcpy(item->chain, chain, RECORD_CHAIN_TEXT);
        if (json_member_integer(payload, "seq", 0) > 0)
                item->seq = (uint64_t)json_member_integer(payload, "seq", 0);
}

static void refuse(struct item *item, const char *type)
{
        item->refused = type;
        if (item->hash[0] == '\0')
                identify(item);
}

/* Most records of a host that is well have nothing to disclose. */
static json_t *clear_payload(struct item *item)
{
        size_t missing = 0;
        json_t *payload;

        if (item->jws.disclosure_count == 0 && !json_object_get(item->jws.payload, "_sd_alg"))
                return json_incref(item->jws.payload);
        payload = jws_disclosed(&item->jws, &missing, 1);
        item->incomplete = missing > 0;
        return payload;
}

/* What every reader relies on is in clear, or it would be gone with the disclosures; and what these add is of the same
 * form. */
static bool read_record(struct item *item)
{
        struct record disclosed;

        if (record_read(item->jws.payload, &item->record, NULL) < 0)
                return false;
        item->payload = clear_payload(item);
        return item->payload == item->jws.payload || record_read(item->payload, &disclosed, NULL) == 0;
}

static bool read_line(struct item *item)
{
        const struct record *r = &item->record;

        if (jws_parse(item->line, item->length, JWS_LINE_MOST, &item->jws, NULL) < 0)
                return false;
        /* A report stands alone, in no chain. */
        if (!read_record(item) || r->kind == RECORD_REPORT || !r->chain || !is_hex(r->chain, RECORD_CHAIN_TEXT - 1) ||
            r->seq == 0 || !r->host_id || !item->jws.kid)
                return false;
        memcpy(item->chain, r->chain, RECORD_CHAIN_TEXT);
        memcpy(item->hash, item->jws.hash, sizeof(item->hash));
        item->seq = r->seq;
        return true;
}

static void prepare(struct item *item, struct keys *keys, const unsigned char secret[static STORE_SECRET_BYTES])
{
        const struct known_key *key;
        const json_t *introduced;
        const char *nonce;
        int r;

        if (item->length > JWS_LINE_MOST) {
                refuse(item, "too-large");
                return;
        }
        if (!read_line(item)) {
                refuse(item, "malformed");
                return;
        }
        introduced = item->record.kind == RECORD_GENESIS ? json_object_get(item->jws.payload, "key") : NULL;
        r = keys_find(keys, item->jws.kid, item->chain, item->record.host_id, introduced, &key);
        if (r < 0) {
                item->no_genesis = r == -EAGAIN;
                refuse(item, "unknown-key");
                return;
        }
        if (jws_verify(&item->jws, key->key) < 0) {
                refuse(item, "signature");
                return;
        }
        nonce = json_member_string(json_object_get(item->payload, "witness"), "nonce");
        if (nonce)
                item->witnessed = nonce_moment(secret, nonce);
}

static void release(const struct batch *b, struct item *item)
{
        if (b->arena.strayed) {
                json_decref(item->payload);
        } else if (item->jws.digest_count == 0) {
                /* All of it is in the arena: no need to walk it. */
                item->jws.header = NULL;
                item->jws.payload = NULL;
        }
        item->payload = NULL;
        jws_free(&item->jws);
}

/* Of a refused line nothing is kept but the line: small values take many times the room of their text, and anyone may
 * send them. */
static void prepare_next(struct batch *b, struct item *item, struct keys *keys,
                         const unsigned char secret[static STORE_SECRET_BYTES])
{
        struct arena before = b->arena;

        prepare(item, keys, secret);
        if (!item->refused)
                return;
        release(b, item);
        arena_rewind(&b->arena, &before);
}

int batch_prepare(struct batch *b, struct keys *keys, const unsigned char secret[static STORE_SECRET_BYTES],
                  const char *body, size_t length)
{
        const char *at = body, *end = body + length;
        size_t allocated = 0, i;

        memset(b, 0, sizeof(*b));
        while (at < end) {
                const char *newline = memchr(at, '\n', (size_t)(end - at));
                size_t n = (size_t)((newline ? newline : end) - at);

                if (b->count == RECORDS_LINES_MOST)
                        return -E2BIG;
                b->items = must_grow(b->items, &allocated, b->count + 1, sizeof(*b->items));
                b->items[b->count] = (struct item){.line = at, .length = n, .number = b->count + 1};
                b->count++;
                at += n + (newline ? 1 : 0);
        }
        arena_enter(&b->arena);
        for (i = 0; i < b->count; i++)
                prepare_next(b, &b->items[i], keys, secret);
        arena_leave();
        return 0;
}

void batch_free(struct batch *b)
{
        size_t i;

        for (i = 0; i < b->count; i++)
                release(b, &b->items[i]);
        free(b->items);
        arena_release(&b->arena);
        memset(b, 0, sizeof(*b));
}
