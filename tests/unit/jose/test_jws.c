/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "base/io.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "jose/jws.h"

#define HEADER  "{\"alg\":\"EdDSA\",\"typ\":\"bioagent-record+jws\"}"
#define SALT    "AAAAAAAAAAAAAAAAAAAAAA" /* 16 bytes */
#define NO_HOST "{\"a\":1}"

static char *encode(const char *text)
{
        return base64url_encode(text, strlen(text));
}

static char *digest_of(const char *encoded)
{
        unsigned char digest[SHA256_BYTES];

        sha256(encoded, strlen(encoded), digest);
        return base64url_encode(digest, sizeof(digest));
}

/* A line with a signature that is well-formed, and no more: what parsing looks at. `disclosures` are `~`-ended. */
static char *line_of(const char *header, const char *payload, const char *disclosures)
{
        static const unsigned char nothing[JOSE_SIGNATURE_BYTES];
        _cleanup_free_ char *h = encode(header), *p = encode(payload), *s = base64url_encode(nothing, sizeof(nothing));

        return must_printf("%s.%s.%s~%s", h, p, s, disclosures);
}

static void assert_refused_line(const char *line, size_t length, const char *reason)
{
        _cleanup_(jws_free) struct jws j = {0};
        _cleanup_free_ char *why = NULL;

        assert_int_equal(jws_parse(line, length, 0, &j, &why), -EINVAL);
        assert_null(j.compact);
        if (!strstr(why, reason))
                fail_msg("%s: refused as \"%s\", expected \"%s\"", line, why, reason);
}

static void assert_refused(const char *header, const char *payload, const char *disclosures, const char *reason)
{
        _cleanup_free_ char *line = line_of(header, payload, disclosures);

        assert_refused_line(line, strlen(line), reason);
}

static json_t *parse(const char *text)
{
        json_t *json = NULL;

        assert_int_equal(json_parse(text, strlen(text), &json, NULL), 0);
        return json;
}

static const char marked[] =
        "{\"kind\":\"full\",\"results\":[{\"check\":\"accounts.uid0\",\"findings\":[{\"subject\":\"user:X\",\"status\":"
        "\"fail\",\"evidence\":"
        "[{\"source\":\"/etc/passwd\",\"actual\":\"toor\",\"line\":2,\"_personal\":[\"actual\"]},{\"source\":\"/etc/"
        "shadow\"}],"
        "\"_personal\":[\"subject\"]}]}],\"files\":[{\"name\":\"a\",\"text\":\"geheim\",\"_personal\":[\"text\"]}]}";

static void signing_conceals_and_disclosing_restores(void **state)
{
        _cleanup_key_ struct jose_key *key = jose_key_generate(), *other = jose_key_generate();
        _cleanup_json_ json_t *payload = parse(marked), *expected = parse(marked), *restored = NULL, *clear = NULL;
        _cleanup_free_ char *line = NULL, *signed_text = NULL;
        _cleanup_(jws_free) struct jws j = {0};
        size_t missing = 9;

        (void)state;
        assert_int_equal(jws_sign(payload, key, &line), 0);
        assert_true(ends_with(line, "~"));
        assert_int_equal(jws_parse(line, strlen(line), JWS_LINE_MOST, &j, NULL), 0);
        assert_int_equal(jws_verify(&j, key), 0);
        assert_int_equal(jws_verify(&j, other), -EBADMSG);
        assert_string_equal(j.kid, jose_key_id(key));
        assert_int_equal(j.disclosure_count, 3);
        assert_int_equal(j.digest_count, 3);

        signed_text = json_text(j.payload);
        assert_null(strstr(signed_text, "toor"));
        assert_null(strstr(signed_text, "geheim"));
        assert_null(strstr(signed_text, "user:X"));
        assert_null(strstr(signed_text, "_personal"));
        assert_string_equal(json_member_string(j.payload, "_sd_alg"), "sha-256");

        restored = jws_disclosed(&j, &missing, 1);
        assert_int_equal(missing, 0);
        assert_true(json_equal(restored, expected));
        clear = jws_disclosed(&j, NULL, 0);
        personal_unmark(expected);
        assert_true(json_equal(clear, expected));
        personal_unmark(restored);
        assert_true(json_equal(restored, expected));
}

static void without_personal_members_there_is_no_sd_alg(void **state)
{
        _cleanup_key_ struct jose_key *key = jose_key_generate();
        _cleanup_json_ json_t *payload =
                parse("{\"z\":1,\"a\":{\"_personal\":[]},\"m\":{\"_personal\":[\"not-there\"]}}");
        _cleanup_free_ char *line = NULL, *text = NULL;
        _cleanup_(jws_free) struct jws j = {0};

        (void)state;
        assert_int_equal(jws_sign(payload, key, &line), 0);
        assert_int_equal(jws_parse(line, strlen(line), 0, &j, NULL), 0);
        text = json_text(j.payload);
        assert_string_equal(text, "{\"z\":1,\"a\":{},\"m\":{}}");
        assert_int_equal(j.disclosure_count, 0);
}

static void digests_are_sorted_and_salts_differ(void **state)
{
        _cleanup_key_ struct jose_key *key = jose_key_generate();
        _cleanup_json_ json_t *payload = parse("{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"_personal\":[\"a\","
                                               "\"b\",\"c\",\"d\",\"e\",\"f\"]}");
        _cleanup_free_ char *line = NULL;
        _cleanup_(jws_free) struct jws j = {0};
        const json_t *sd;
        size_t i, k;

        (void)state;
        assert_int_equal(jws_sign(payload, key, &line), 0);
        assert_int_equal(jws_parse(line, strlen(line), 0, &j, NULL), 0);
        sd = json_object_get(j.payload, "_sd");
        assert_int_equal(json_array_size(sd), 6);
        for (i = 1; i < 6; i++)
                assert_true(strcmp(json_string_value(json_array_get(sd, i - 1)),
                                   json_string_value(json_array_get(sd, i))) < 0);
        for (i = 0; i < 6; i++)
                for (k = 0; k < i; k++) /* `["` and the salt are the first 32 digits */
                        assert_memory_not_equal(j.disclosures[i] + 3, j.disclosures[k] + 3, 28);
}

static void a_personal_value_with_marks_inside_goes_as_a_whole(void **state)
{
        _cleanup_key_ struct jose_key *key = jose_key_generate();
        _cleanup_json_ json_t *payload =
                parse("{\"who\":{\"name\":\"X\",\"_personal\":[\"name\"]},\"_personal\":[\"who\"]}");
        _cleanup_json_ json_t *expected = parse("{\"who\":{\"name\":\"X\"}}"), *clear = NULL;
        _cleanup_free_ char *line = NULL;
        _cleanup_(jws_free) struct jws j = {0};

        (void)state;
        assert_int_equal(jws_sign(payload, key, &line), 0);
        assert_int_equal(jws_parse(line, strlen(line), 0, &j, NULL), 0);
        assert_int_equal(j.disclosure_count, 1);
        clear = jws_disclosed(&j, NULL, 0);
        assert_true(json_equal(clear, expected));
}

static void reserved_names_are_not_signed(void **state)
{
        static const char *const payloads[] = {
                "{\"_sd\":[]}",
                "{\"a\":{\"_sd_alg\":\"sha-256\"}}",
                "{\"a\":[{\"...\":\"x\"}]}",
                "{\"a\":{\"_sd\":1},\"_personal\":[\"a\"]}",
                "{\"_sd\":1,\"_personal\":[\"_sd\"]}",
                "{\"a\":1,\"_personal\":\"a\"}",
                "{\"a\":1,\"_personal\":[1]}",
                "[]",
        };
        _cleanup_key_ struct jose_key *key = jose_key_generate();
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(payloads); i++) {
                _cleanup_json_ json_t *payload = parse(payloads[i]);
                _cleanup_free_ char *line = NULL;

                assert_int_equal(jws_sign(payload, key, &line), -EINVAL);
        }
}

static void a_public_key_does_not_sign(void **state)
{
        _cleanup_key_ struct jose_key *key = jose_key_generate(), *public = NULL;
        _cleanup_json_ json_t *jwk = jose_key_to_jwk(key), *payload = parse(NO_HOST);
        _cleanup_free_ char *line = NULL;

        (void)state;
        assert_int_equal(jose_key_from_jwk(jwk, &public, NULL), 0);
        assert_int_equal(jws_sign(payload, public, &line), -EINVAL);
}

static void an_erased_disclosure_leaves_the_rest_valid_and_is_counted(void **state)
{
        _cleanup_key_ struct jose_key *key = jose_key_generate();
        _cleanup_json_ json_t *payload = parse(marked), *clear = NULL;
        _cleanup_free_ char *line = NULL;
        _cleanup_(jws_free) struct jws whole = {0}, j = {0};
        char *end;
        size_t missing;

        (void)state;
        assert_int_equal(jws_sign(payload, key, &line), 0);
        assert_int_equal(jws_parse(line, strlen(line), 0, &whole, NULL), 0);
        end = strchr(line, '~') + 1;
        *end = '\0';
        assert_int_equal(jws_parse(line, strlen(line), 0, &j, NULL), 0);
        assert_int_equal(jws_verify(&j, key), 0);
        assert_string_equal(j.hash, whole.hash);
        clear = jws_disclosed(&j, &missing, 1);
        assert_int_equal(missing, 3);
        assert_null(json_object_get(clear, "_sd_alg"));
        assert_null(json_object_get(json_array_get(json_object_get(clear, "files"), 0), "text"));
        assert_null(json_object_get(json_array_get(json_object_get(clear, "files"), 0), "_personal"));
}

static void the_hash_is_of_the_signing_input(void **state)
{
        _cleanup_free_ char *line = line_of(HEADER, NO_HOST, ""), *input = NULL, *expected = NULL;
        _cleanup_(jws_free) struct jws j = {0};

        (void)state;
        assert_int_equal(jws_parse(line, strlen(line), 0, &j, NULL), 0);
        input = must_strndup(line, (size_t)(strrchr(line, '.') - line));
        expected = digest_of(input);
        assert_string_equal(j.hash, expected);
        assert_string_equal(j.signing_input, input);
        assert_null(j.kid);
}

static void a_line_longer_than_allowed_is_refused_unread(void **state)
{
        _cleanup_free_ char *line = line_of(HEADER, NO_HOST, ""), *why = NULL;
        _cleanup_(jws_free) struct jws j = {0};

        (void)state;
        assert_int_equal(jws_parse(line, strlen(line), strlen(line) - 1, &j, &why), -E2BIG);
        assert_non_null(why);
        assert_int_equal(jws_parse(line, strlen(line), strlen(line), &j, NULL), 0);
}

static void headers_are_strict(void **state)
{
        (void)state;
        assert_refused("[]", NO_HOST, "", "header: no JSON object");
        assert_refused("{\"alg\":\"EdDSA\"", NO_HOST, "", "header");
        assert_refused("{\"alg\":\"EdDSA\",\"alg\":\"EdDSA\",\"typ\":\"bioagent-record+jws\"}", NO_HOST, "",
                       "duplicate");
        assert_refused("{\"alg\":\"none\",\"typ\":\"bioagent-record+jws\"}", NO_HOST, "", "alg");
        assert_refused("{\"alg\":\"HS256\",\"typ\":\"bioagent-record+jws\"}", NO_HOST, "", "alg");
        assert_refused("{\"alg\":\"Ed25519\",\"typ\":\"bioagent-record+jws\"}", NO_HOST, "", "alg");
        assert_refused("{\"alg\":[\"EdDSA\"],\"typ\":\"bioagent-record+jws\"}", NO_HOST, "", "alg");
        assert_refused("{\"typ\":\"bioagent-record+jws\"}", NO_HOST, "", "alg");
        assert_refused("{\"alg\":\"EdDSA\"}", NO_HOST, "", "typ");
        assert_refused("{\"alg\":\"EdDSA\",\"typ\":\"JWT\"}", NO_HOST, "", "typ");
        assert_refused("{\"alg\":\"EdDSA\",\"typ\":\"BIOAGENT-RECORD+JWS\"}", NO_HOST, "", "typ");
        assert_refused("{\"alg\":\"EdDSA\",\"typ\":\"bioagent-record+jws\",\"crit\":[\"exp\"]}", NO_HOST, "", "crit");
        assert_refused("{\"alg\":\"EdDSA\",\"typ\":\"bioagent-record+jws\",\"b64\":true}", NO_HOST, "", "b64");
        assert_refused("{\"alg\":\"EdDSA\",\"typ\":\"bioagent-record+jws\",\"kid\":7}", NO_HOST, "", "kid");
}

static void payloads_are_objects_without_duplicates(void **state)
{
        (void)state;
        assert_refused(HEADER, "[1]", "", "payload: no JSON object");
        assert_refused(HEADER, "", "", "payload");
        assert_refused(HEADER, "{\"a\":{\"b\":1,\"b\":2}}", "", "duplicate");
        assert_refused(HEADER, "{\"a\":\"\\u0000\"}", "", "payload");
        assert_refused(HEADER, "{\"a\":\"\xff\"}", "", "payload");
        assert_refused(HEADER, "{\"a\":1} x", "", "payload");
}

static void the_form_of_a_line_is_strict(void **state)
{
        _cleanup_free_ char *line = line_of(HEADER, NO_HOST, ""), *bare = NULL, *more = NULL, *padded = NULL,
                            *space = NULL, *parts = NULL, *spare = NULL, *short_signature = NULL;
        size_t length = strlen(line);

        (void)state;
        bare = must_strndup(line, length - 1);
        assert_refused_line(bare, length - 1, "no ~");
        more = must_printf("%sx", line);
        assert_refused_line(more, length + 1, "follows the last ~");
        padded = must_printf("%s==~", bare);
        assert_refused_line(padded, length + 2, "signature");
        space = must_printf(" %s", line);
        assert_refused_line(space, length + 1, "header: not base64url");
        parts = must_printf("%s.x~", bare);
        assert_refused_line(parts, length + 2, "header.payload.signature");
        assert_refused_line("~", 1, "header.payload.signature");
        short_signature = must_strndup(line, length - 4); /* 61 bytes */
        short_signature[length - 5] = '~';
        assert_refused_line(short_signature, length - 4, "64 bytes");
        assert_refused_line("", 0, "no ~");
        assert_refused_line("a.b~", 4, "header.payload.signature");
        /* the last digit of 64 bytes has four spare bits */
        spare = must_strdup(line);
        spare[length - 2] = 'B';
        assert_refused_line(spare, length, "signature");
        /* NUL inside */
        spare[length - 2] = 'A';
        spare[3] = '\0';
        assert_refused_line(spare, length, "header.payload.signature");
}

/* A payload whose only digest is that of `disclosure` (JSON), in the object `{"in":{"clear":1,"_sd":[…]}}`. */
static char *payload_for(const char *encoded)
{
        _cleanup_free_ char *digest = digest_of(encoded);

        return must_printf("{\"in\":{\"clear\":1,\"_sd\":[\"%s\"]},\"_sd_alg\":\"sha-256\"}", digest);
}

static void assert_disclosure_refused(const char *disclosure, const char *reason)
{
        _cleanup_free_ char *encoded = encode(disclosure), *payload = payload_for(encoded),
                            *tail = must_printf("%s~", encoded);

        assert_refused(HEADER, payload, tail, reason);
}

static void disclosures_are_strict(void **state)
{
        _cleanup_free_ char *good = encode("[\"" SALT "\",\"name\",\"X\"]"), *payload = payload_for(good),
                            *tail = must_printf("%s~", good), *twice = must_printf("%s~%s~", good, good),
                            *empty = must_printf("%s~~", good), *padded = must_printf("%s=~", good),
                            *line = line_of(HEADER, payload, tail);
        _cleanup_(jws_free) struct jws j = {0};

        (void)state;
        assert_int_equal(jws_parse(line, strlen(line), 0, &j, NULL), 0);
        assert_refused(HEADER, payload, twice, "twice");
        assert_refused(HEADER, payload, empty, "no digest refers");
        assert_refused(HEADER, payload, padded, "no digest refers");
        assert_refused(HEADER, NO_HOST, tail, "no digest refers");
        assert_disclosure_refused("[\"" SALT "\",\"name\"]", "array of salt, name and value");
        assert_disclosure_refused("[\"" SALT "\",\"name\",1,2]", "array of salt, name and value");
        assert_disclosure_refused("{\"" SALT "\":1}", "array of salt, name and value");
        assert_disclosure_refused("[\"" SALT "\",\"name\",1", "array of salt, name and value");
        assert_disclosure_refused("[\"" SALT "\",\"name\",{\"a\":1,\"a\":2}]", "array of salt, name and value");
        assert_disclosure_refused("[\"AAAAAAAAAAAAAAAAAAAA\",\"name\",1]", "salt"); /* 15 bytes */
        assert_disclosure_refused("[\"AAAAAAAAAAAAAAAAAAAAAB\",\"name\",1]", "salt");
        assert_disclosure_refused("[7,\"name\",1]", "salt");
        assert_disclosure_refused("[\"" SALT "\",7,1]", "reserved name");
        assert_disclosure_refused("[\"" SALT "\",\"_sd\",[]]", "reserved name");
        assert_disclosure_refused("[\"" SALT "\",\"...\",1]", "reserved name");
        assert_disclosure_refused("[\"" SALT "\",\"_sd_alg\",\"sha-256\"]", "reserved name");
        assert_disclosure_refused("[\"" SALT "\",\"_personal\",[]]", "reserved name");
        assert_disclosure_refused("[\"" SALT "\",\"name\",{\"a\":[{\"_sd\":[]}]}]", "reserved name");
        assert_disclosure_refused("[\"" SALT "\",\"clear\",1]", "in clear");
}

static void an_encoding_that_is_not_base64url_is_refused_under_its_own_digest(void **state)
{
        static const char encoded[] = "W10=";
        _cleanup_free_ char *payload = payload_for(encoded), *tail = must_printf("%s~", encoded);

        (void)state;
        assert_refused(HEADER, payload, tail, "not base64url");
}

static int by_text(const void *a, const void *b)
{
        return strcmp(*(char *const *)a, *(char *const *)b);
}

static void two_disclosures_of_one_name_are_refused(void **state)
{
        _cleanup_free_ char *one = encode("[\"" SALT "\",\"name\",1]"), *two = encode("[\"" SALT "\",\"name\",2]"),
                            *a = digest_of(one), *b = digest_of(two), *tail = must_printf("%s~%s~", one, two),
                            *same = NULL, *apart = NULL, *line = NULL;
        const char *digests[] = {a, b};
        _cleanup_(jws_free) struct jws j = {0};

        (void)state;
        qsort(digests, 2, sizeof(digests[0]), by_text);
        same = must_printf("{\"_sd\":[\"%s\",\"%s\"],\"_sd_alg\":\"sha-256\"}", digests[0], digests[1]);
        assert_refused(HEADER, same, tail, "same name");
        apart = must_printf("{\"x\":[{\"_sd\":[\"%s\"]},{\"_sd\":[\"%s\"]}],\"_sd_alg\":\"sha-256\"}", a, b);
        line = line_of(HEADER, apart, tail);
        assert_int_equal(jws_parse(line, strlen(line), 0, &j, NULL), 0);
}

static void digests_are_strict(void **state)
{
        static const char low[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                          high[] = "BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        _cleanup_free_ char *good = must_printf("{\"_sd\":[\"%s\",\"%s\"],\"_sd_alg\":\"sha-256\"}", low, high),
                            *unsorted = must_printf("{\"_sd\":[\"%s\",\"%s\"],\"_sd_alg\":\"sha-256\"}", high, low),
                            *twice = must_printf("{\"_sd\":[\"%s\",\"%s\"],\"_sd_alg\":\"sha-256\"}", low, low),
                            *places = must_printf("{\"_sd\":[\"%s\"],\"a\":{\"_sd\":[\"%s\"]},\"_sd_alg\":\"sha-256\"}",
                                                  low, low),
                            *no_alg = must_printf("{\"_sd\":[\"%s\"]}", low),
                            *other_alg = must_printf("{\"_sd\":[\"%s\"],\"_sd_alg\":\"sha-512\"}", low),
                            *alg_below = must_printf("{\"a\":{\"_sd\":[\"%s\"],\"_sd_alg\":\"sha-256\"}}", low),
                            *line = line_of(HEADER, good, "");
        _cleanup_(jws_free) struct jws j = {0};

        (void)state;
        assert_int_equal(jws_parse(line, strlen(line), 0, &j, NULL), 0);
        assert_refused(HEADER, unsorted, "", "not sorted");
        assert_refused(HEADER, twice, "", "not sorted");
        assert_refused(HEADER, places, "", "two places");
        assert_refused(HEADER, no_alg, "", "without \"_sd_alg\"");
        assert_refused(HEADER, other_alg, "", "sha-256");
        assert_refused(HEADER, alg_below, "", "reserved");
        assert_refused(HEADER, "{\"_sd\":[],\"_sd_alg\":\"sha-256\"}", "", "no array");
        assert_refused(HEADER, "{\"_sd\":\"x\",\"_sd_alg\":\"sha-256\"}", "", "no array");
        assert_refused(HEADER, "{\"_sd\":[\"x\"],\"_sd_alg\":\"sha-256\"}", "", "32 bytes");
        assert_refused(HEADER, "{\"_sd\":[7],\"_sd_alg\":\"sha-256\"}", "", "32 bytes");
        assert_refused(HEADER, "{\"_sd\":[\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB\"],\"_sd_alg\":\"sha-256\"}",
                       "", "32 bytes");
        assert_refused(HEADER, "{\"a\":[{\"...\":\"AAAA\"}]}", "", "reserved");
        assert_refused(HEADER, "{\"_personal\":[\"a\"]}", "", "reserved");
}

/* RFC 9901 §4.2.1 and §4.2.3: the disclosure of family_name and its digest. */
static void rfc9901_digest_of_a_disclosure(void **state)
{
        static const char encoded[] = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0";
        static const char payload[] =
                "{\"_sd\":[\"X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0\"],\"_sd_alg\":\"sha-256\"}";
        _cleanup_free_ char *tail = must_printf("%s~", encoded), *line = line_of(HEADER, payload, tail);
        _cleanup_(jws_free) struct jws j = {0};
        _cleanup_json_ json_t *clear = NULL;

        (void)state;
        assert_int_equal(jws_parse(line, strlen(line), 0, &j, NULL), 0);
        clear = jws_disclosed(&j, NULL, 0);
        assert_string_equal(json_member_string(clear, "family_name"), "M\u00f6bius");
}

/* A disclosure whose value is `inside` deep in an object that is `outside` deep, in arrays or objects. */
static int parse_deep(int outside, int inside, bool arrays, char **why)
{
        const char *open = arrays ? "[" : "{\"a\":", *close = arrays ? "]" : "}";
        _cleanup_text_ struct text disclosure = {0}, payload = {0};
        _cleanup_free_ char *encoded = NULL, *digest = NULL, *tail = NULL, *line = NULL;
        _cleanup_(jws_free) struct jws j = {0};
        int i;

        text_add(&disclosure, "[\"" SALT "\",\"deep\",");
        for (i = 0; i < inside; i++)
                text_add(&disclosure, open);
        text_add(&disclosure, "1");
        for (i = 0; i < inside; i++)
                text_add(&disclosure, close);
        text_add(&disclosure, "]");
        encoded = encode(text_string(&disclosure));
        digest = digest_of(encoded);
        tail = must_printf("%s~", encoded);
        text_add(&payload, "{\"_sd_alg\":\"sha-256\",\"a\":"); /* 1 deep; the holder is another one */
        for (i = 0; i < outside - 2; i++)
                text_add(&payload, open);
        text_printf(&payload, "{\"_sd\":[\"%s\"]}", digest);
        for (i = 0; i < outside - 2; i++)
                text_add(&payload, close);
        text_add(&payload, "}");
        line = line_of(HEADER, text_string(&payload), tail);
        return jws_parse(line, strlen(line), 0, &j, why);
}

/* What is put back must be readable again: 64 levels, as any JSON here. */
static void depth_counts_over_the_place_of_a_disclosure(void **state)
{
        int arrays;

        (void)state;
        for (arrays = 0; arrays < 2; arrays++) {
                _cleanup_free_ char *why = NULL;

                assert_int_equal(parse_deep(32, 32, arrays, NULL), 0);
                assert_int_equal(parse_deep(32, 33, arrays, &why), -EINVAL);
                assert_non_null(strstr(why, "too deep"));
                assert_int_equal(parse_deep(33, 32, arrays, NULL), -EINVAL);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(signing_conceals_and_disclosing_restores),
                cmocka_unit_test(without_personal_members_there_is_no_sd_alg),
                cmocka_unit_test(digests_are_sorted_and_salts_differ),
                cmocka_unit_test(a_personal_value_with_marks_inside_goes_as_a_whole),
                cmocka_unit_test(reserved_names_are_not_signed),
                cmocka_unit_test(a_public_key_does_not_sign),
                cmocka_unit_test(an_erased_disclosure_leaves_the_rest_valid_and_is_counted),
                cmocka_unit_test(the_hash_is_of_the_signing_input),
                cmocka_unit_test(a_line_longer_than_allowed_is_refused_unread),
                cmocka_unit_test(headers_are_strict),
                cmocka_unit_test(payloads_are_objects_without_duplicates),
                cmocka_unit_test(the_form_of_a_line_is_strict),
                cmocka_unit_test(disclosures_are_strict),
                cmocka_unit_test(an_encoding_that_is_not_base64url_is_refused_under_its_own_digest),
                cmocka_unit_test(two_disclosures_of_one_name_are_refused),
                cmocka_unit_test(digests_are_strict),
                cmocka_unit_test(rfc9901_digest_of_a_disclosure),
                cmocka_unit_test(depth_counts_over_the_place_of_a_disclosure),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
