/* SPDX-License-Identifier: EUPL-1.2 */
#include "jose/jws.h"

#include <errno.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "jose/disclosure.h"

void jws_free(struct jws *j)
{
        disclosures_free(j);
        json_decref(j->header);
        json_decref(j->payload);
        free(j->compact);
        free(j->signing_input);
        free(j->signature);
        *j = (struct jws){0};
}

static int refuse(char **why, const char *what)
{
        if (why)
                *why = must_strdup(what);
        return -EINVAL;
}

/* `what` ("header") and its content go into the reason. */
static int read_object(const char *text, size_t length, const char *what, json_t **ret, char **why)
{
        _cleanup_free_ unsigned char *bytes = NULL;
        _cleanup_free_ char *reason = NULL;
        size_t size;

        if (base64url_decode(text, length, &bytes, &size) < 0)
                reason = must_strdup("not base64url");
        else if (json_parse((const char *)bytes, size, ret, &reason) == 0 && !json_is_object(*ret))
                reason = must_strdup("no JSON object");
        if (!reason)
                return 0;
        if (why)
                *why = must_printf("%s: %s", what, reason);
        return -EINVAL;
}

static int read_header(struct jws *j, char **why)
{
        const char *alg = json_member_string(j->header, "alg");
        const json_t *kid = json_object_get(j->header, "kid");

        if (streq(alg, jose_algorithm_name(JOSE_EDDSA)))
                j->algorithm = JOSE_EDDSA;
        else if (streq(alg, jose_algorithm_name(JOSE_ES256)))
                j->algorithm = JOSE_ES256;
        else
                return refuse(why, "header: \"alg\" is neither EdDSA nor ES256");
        if (!streq(json_member_string(j->header, "typ"), JWS_TYPE))
                return refuse(why, "header: \"typ\" is not " JWS_TYPE);
        /* RFC 7515 §4.1.11: what is critical and not understood refuses; nothing is. RFC 7797: no unencoded payload. */
        if (json_object_get(j->header, "crit") || json_object_get(j->header, "b64"))
                return refuse(why, "header: \"crit\" and \"b64\" are not taken");
        if (kid && !json_is_string(kid))
                return refuse(why, "header: \"kid\" is no string");
        j->kid = json_string_value(kid);
        return 0;
}

static int read_compact(struct jws *j, char **why)
{
        const char *payload = strchr(j->compact, '.'), *signature = payload ? strchr(payload + 1, '.') : NULL;
        int r;

        if (!signature || strchr(signature + 1, '.'))
                return refuse(why, "not header.payload.signature");
        j->signing_input = must_strndup(j->compact, (size_t)(signature - j->compact));
        jose_hash(j->signing_input, strlen(j->signing_input), j->hash);
        r = read_object(j->compact, (size_t)(payload - j->compact), "header", &j->header, why);
        if (r < 0)
                return r;
        r = read_header(j, why);
        if (r < 0)
                return r;
        payload++;
        r = read_object(payload, (size_t)(signature - payload), "payload", &j->payload, why);
        if (r < 0)
                return r;
        signature++;
        if (base64url_decode(signature, strlen(signature), &j->signature, &j->signature_length) < 0 ||
            j->signature_length != JOSE_SIGNATURE_BYTES)
                return refuse(why, "the signature is not base64url of 64 bytes");
        return disclosures_scan(j, why);
}

int jws_parse(const char *line, size_t length, size_t most, struct jws *ret, char **why)
{
        _cleanup_(jws_free) struct jws j = {0};
        const char *end;
        int r;

        if (most > 0 && length > most) {
                if (why)
                        *why = must_printf("longer than %zu bytes", most);
                return -E2BIG;
        }
        end = memchr(line, '~', length);
        if (!end)
                return refuse(why, "no ~ ends the record");
        if (memchr(line, '\0', (size_t)(end - line)))
                return refuse(why, "not header.payload.signature");
        j.compact = must_strndup(line, (size_t)(end - line));
        r = read_compact(&j, why);
        if (r < 0)
                return r;
        end++;
        r = disclosures_read(&j, end, length - (size_t)(end - line), why);
        if (r < 0)
                return r;
        *ret = j;
        j = (struct jws){0};
        return 0;
}

int jws_verify(const struct jws *j, const struct jose_key *key)
{
        if (j->algorithm != jose_key_algorithm(key))
                return -EBADMSG;
        return jose_key_verify(key, j->signing_input, strlen(j->signing_input), j->signature, j->signature_length);
}

static json_t *make_header(const struct jose_key *key)
{
        json_t *header = json_must(json_object());

        json_set(header, "alg", json_must(json_string(jose_algorithm_name(jose_key_algorithm(key)))));
        json_set(header, "typ", json_must(json_string(JWS_TYPE)));
        json_set(header, "kid", json_must(json_string(jose_key_id(key))));
        return header;
}

static void add_object(struct text *t, const json_t *object)
{
        _cleanup_free_ char *text = json_text(object), *encoded = base64url_encode(text, strlen(text));

        text_add(t, encoded);
}

int jws_sign(json_t *payload, const struct jose_key *key, char **ret)
{
        _cleanup_json_ json_t *header = make_header(key);
        _cleanup_text_ struct text disclosures = {0}, line = {0};
        _cleanup_free_ char *encoded = NULL;
        unsigned char signature[JOSE_SIGNATURE_BYTES];
        int r;

        if (!json_is_object(payload))
                return -EINVAL;
        r = disclosures_make(payload, &disclosures);
        if (r < 0)
                return r;
        add_object(&line, header);
        text_add_char(&line, '.');
        add_object(&line, payload);
        r = jose_key_sign(key, text_string(&line), line.length, signature);
        if (r < 0)
                return r;
        encoded = base64url_encode(signature, sizeof(signature));
        text_add_char(&line, '.');
        text_add(&line, encoded);
        text_add_char(&line, '~');
        text_append(&line, text_string(&disclosures), disclosures.length);
        *ret = text_take(&line);
        return 0;
}
