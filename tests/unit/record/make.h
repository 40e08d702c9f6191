/* SPDX-License-Identifier: EUPL-1.2 */
/* Records for tests: payloads of each kind, and a chain that signs them as it goes. */
#ifndef TEST_RECORD_MAKE_H
#define TEST_RECORD_MAKE_H

#include <cmocka.h>
#include <errno.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdarg.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "jose/jws.h"
#include "record/record.h"

#define MAKE_CHAIN "00112233445566778899aabbccddeeff"
#define MAKE_HOST  "3f2c1b0a-1111-4222-8333-444455556666"
#define MAKE_HASH  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static inline json_t *make_json(const char *text)
{
        _cleanup_free_ char *why = NULL;
        json_t *json = NULL;

        if (json_parse(text, strlen(text), &json, &why) < 0)
                fail_msg("%s: %s", why, text);
        return json;
}

/* Members of the kind itself come from `own`, the inside of an object ("" for none). */
static inline json_t *make_payload(const char *kind, uint64_t seq, const char *prev, const char *own)
{
        bool report = strcmp(kind, "report") == 0;
        _cleanup_free_ char *place = NULL, *prev_text = prev ? must_printf("\"%s\"", prev) : must_strdup("null"),
                            *text = NULL;

        place = report ? must_strdup("\"chain\":null,\"seq\":null")
                       : must_printf("\"chain\":\"" MAKE_CHAIN "\",\"seq\":%ju", (uintmax_t)seq);
        text = must_printf(
                "{\"schema\":\"bioagent.record/1\",\"kind\":\"%s\",%s,\"prev\":%s,\"made\":\"2026-01-31T08:30:00Z\","
                "\"next_by\":null,\"part\":{\"index\":1,\"of\":1},\"target\":\"live\",\"host\":{\"id\":%s,\"name\":"
                "\"host\","
                "\"org\":null,\"labels\":{},\"profile\":{},\"os\":\"os\",\"kernel\":\"6\"},\"run\":null,"
                "\"witness\":{\"nonce\":null},\"policies\":[]%s%s}",
                kind, place, prev_text, report ? "null" : "\"" MAKE_HOST "\"", *own ? "," : "", own);
        return make_json(text);
}

static inline struct jose_key *make_p256(void)
{
        EVP_PKEY *pkey = EVP_EC_gen("P-256");
        BIO *bio = BIO_new(BIO_s_mem());
        struct jose_key *key = NULL;
        char *bytes;
        long length;

        assert_int_equal(PEM_write_bio_PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL), 1);
        length = BIO_get_mem_data(bio, &bytes);
        assert_int_equal(jose_key_from_pem(bytes, (size_t)length, &key, NULL), 0);
        BIO_free(bio);
        EVP_PKEY_free(pkey);
        return key;
}

/* A line of the payload, which is consumed. malloc'd. */
static inline char *make_line(json_t *payload, const struct jose_key *key)
{
        _cleanup_free_ char *line = NULL;

        assert_int_equal(jws_sign(payload, key, &line), 0);
        json_decref(payload);
        return must_strdup(line); /* gcc 12 takes a line that was handed out by its address for the variable itself */
}

static inline void make_hash(const char *line, char ret[static JWS_HASH_TEXT])
{
        struct jws j = {0};

        assert_int_equal(jws_parse(line, strlen(line), 0, &j, NULL), 0);
        memcpy(ret, j.hash, JWS_HASH_TEXT);
        jws_free(&j);
}

static inline char *make_genesis(const struct jose_key *key)
{
        _cleanup_json_ json_t *jwk = jose_key_to_jwk(key);
        json_t *payload = make_payload("genesis", 1, NULL, "\"previous\":null");

        json_set(payload, "key", json_incref(jwk));
        return make_line(payload, key);
}

/* The record behind `line`, of a kind with the members `own`; `skip` numbers are left out. */
static inline char *make_next_after(const char *line, uint64_t skip, const char *kind, const char *own,
                                    const struct jose_key *key)
{
        char hash[JWS_HASH_TEXT];
        struct jws j = {0};
        uint64_t seq;

        assert_int_equal(jws_parse(line, strlen(line), 0, &j, NULL), 0);
        seq = (uint64_t)json_member_integer(j.payload, "seq", 0);
        memcpy(hash, skip > 0 ? MAKE_HASH : j.hash, sizeof(hash));
        jws_free(&j);
        return make_line(make_payload(kind, seq + skip + 1, hash, own), key);
}

static inline char *make_next(const char *line, const char *kind, const char *own, const struct jose_key *key)
{
        return make_next_after(line, 0, kind, own, key);
}

#define MAKE_LIFE "\"clean\":true,\"boot_id\":null"

/* A result with one finding. */
#define MAKE_RESULT(check, with, status) \
        "{\"check\":\"" check "\",\"with\":" with ",\"status\":\"" status \
        "\",\"aspect\":\"existence\",\"basis\":[\"disk\"],\"observed_at\":\"2026-01-31T08:30:00Z\",\"max_age\":" \
        "\"P2D\"," \
        "\"changes_at\":null,\"because\":null,\"measures\":[],\"counts\":{\"" status \
        "\":1},\"findings\":[{\"subject\":\"s\",\"status\":\"" status "\",\"evidence\":[]}]}"

#endif
