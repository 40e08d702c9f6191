/* SPDX-License-Identifier: EUPL-1.2 */
/* From a request's body to what is stored and answered: the contract of POST /v1/records. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>
#include <openssl/pem.h>

#include "records/ingest.h"
#include "records/records.h"
#include "unit/store/make.h"

struct fixture {
        char *directory;
        struct store *store;
        struct keys *keys;
        unsigned char secret[STORE_SECRET_BYTES];
        struct host host;
        char *genesis;
};

static int set_up(void **state)
{
        struct fixture *f = must_alloc(sizeof(*f));
        char *why = NULL;

        f->directory = scratch_make();
        f->store = store_fresh(f->directory);
        assert_int_equal(store_secret(f->store, f->secret), 0);
        assert_int_equal(keys_open(f->directory, &f->keys, &why), 0);
        f->host = host_make();
        store_register(f->store, &f->host, "gemeente", "web-01");
        f->genesis = host_genesis(&f->host);
        *state = f;
        return 0;
}

static int tear_down(void **state)
{
        struct fixture *f = *state;

        keys_close(f->keys);
        store_close(f->store);
        scratch_remove(&f->directory);
        host_drop(&f->host);
        free(f->genesis);
        free(f);
        return 0;
}

static json_t *send_at(struct fixture *f, const char *body, int64_t now)
{
        json_t *answer = NULL;
        struct batch b;

        assert_int_equal(batch_prepare(&b, f->keys, f->secret, body, strlen(body)), 0);
        assert_int_equal(store_begin(f->store), 0);
        assert_int_equal(batch_store(&b, f->store, f->secret, now, &answer), 0);
        assert_int_equal(store_commit(f->store), 0);
        batch_free(&b);
        return answer;
}

static json_t *send(struct fixture *f, const char *body)
{
        return send_at(f, body, NOW);
}

static char *heartbeat(struct host *h)
{
        return host_says(h, "heartbeat", "\"state\":{\"full\":null,\"last\":null}");
}

static json_int_t acked(const json_t *answer, const struct host *h)
{
        return json_member_integer(json_object_get(json_object_get(answer, "acked"), h->chain), "seq", 0);
}

static void expect_refusal(const json_t *answer, size_t at, json_int_t line, const char *type)
{
        const json_t *entry = json_array_get(json_object_get(answer, "refused"), at);

        assert_int_equal(json_member_integer(entry, "line", 0), line);
        assert_string_equal(json_member_string(entry, "type"), type);
}

static void expect_one_refusal(struct fixture *f, const char *body, const char *type)
{
        _cleanup_json_ json_t *answer = send(f, body);

        if (json_array_size(json_object_get(answer, "refused")) != 1)
                fail_msg("expected one refusal: %s", body);
        expect_refusal(answer, 0, 1, type);
}

static void good_records_are_acknowledged_with_head_and_nonce(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *two = heartbeat(&f->host), *body = must_printf("%s\n%s\n", f->genesis, two);
        _cleanup_json_ json_t *answer = send(f, body);
        const json_t *head = json_object_get(json_object_get(answer, "acked"), f->host.chain);

        assert_int_equal(json_object_size(answer), 4);
        assert_int_equal(json_member_integer(head, "seq", 0), 2);
        assert_string_equal(json_member_string(head, "hash"), f->host.hash);
        assert_int_equal(json_array_size(json_object_get(answer, "refused")), 0);
        assert_int_equal(json_object_size(json_object_get(answer, "want")), 0);
        assert_int_equal(nonce_moment(f->secret, json_member_string(answer, "nonce")), NOW);
}

static void sending_again_is_harmless(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *two = heartbeat(&f->host), *body = must_printf("%s\n%s", f->genesis, two);
        _cleanup_json_ json_t *one = send(f, body), *again = send(f, body);
        _cleanup_json_ json_t *host = NULL;

        assert_int_equal(acked(one, &f->host), 2);
        assert_int_equal(acked(again, &f->host), 2);
        assert_int_equal(json_array_size(json_object_get(again, "refused")), 0);
        host = store_host(f->store, "gemeente", f->host.id, NOW);
        assert_int_equal(json_member_integer(host, "records", 0), 2);
}

static void a_refusal_names_line_chain_seq_hash_and_moves_nothing(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *two = heartbeat(&f->host), *three = NULL, *body = NULL;
        char hash[JWS_HASH_TEXT];
        _cleanup_json_ json_t *answer = NULL;
        const json_t *entry;
        char *dot;

        memcpy(hash, f->host.hash, sizeof(hash));
        three = heartbeat(&f->host);
        dot = strrchr(two, '.');
        dot[1] = dot[1] == 'A' ? 'B' : 'A';
        body = must_printf("%s\n%s\n%s\n", f->genesis, two, three);
        answer = send(f, body);
        assert_int_equal(acked(answer, &f->host), 1);
        assert_int_equal(json_member_integer(json_object_get(answer, "want"), f->host.chain, 0), 2);
        entry = json_array_get(json_object_get(answer, "refused"), 0);
        expect_refusal(answer, 0, 2, "signature");
        assert_string_equal(json_member_string(entry, "chain"), f->host.chain);
        assert_int_equal(json_member_integer(entry, "seq", 0), 2);
        assert_string_equal(json_member_string(entry, "hash"), hash);
}

static void what_is_no_record_is_malformed(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *bare = must_strndup(f->genesis, strcspn(f->genesis, "~"));
        _cleanup_free_ char *extra = must_printf("%sWyJhIiwiYiIsImMiXQ~", f->genesis);

        expect_one_refusal(f, "garbage", "malformed");
        expect_one_refusal(f, "\n", "malformed");
        expect_one_refusal(f, "a.b.c~", "malformed");
        expect_one_refusal(f, bare, "malformed");
        expect_one_refusal(f, extra, "malformed");
}

static void a_report_is_not_ingested(void **state)
{
        struct fixture *f = *state;
        json_t *payload = parsed(
                "{\"schema\":\"bioagent.record/1\",\"kind\":\"report\",\"chain\":null,\"seq\":null,\"prev\":null,"
                "\"made\":\"2027-01-15T08:00:00Z\",\"next_by\":null,\"part\":{\"index\":1,\"of\":1},\"target\":"
                "\"live\","
                "\"host\":{\"id\":null,\"name\":\"x\"},\"run\":null,\"witness\":null,\"policies\":[],\"results\":[],"
                "\"measures\":[]}");
        _cleanup_free_ char *line = NULL;

        assert_int_equal(jws_sign(payload, f->host.key, &line), 0);
        json_decref(payload);
        expect_one_refusal(f, line, "malformed");
}

static void a_record_beyond_a_mebibyte_is_too_large(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *filler = must_alloc(JWS_LINE_MOST), *own = NULL, *line = NULL;
        _cleanup_json_ json_t *answer = NULL;
        const json_t *entry;

        memset(filler, 'x', JWS_LINE_MOST - 1);
        own = must_printf("\"state\":{\"filler\":\"%s\"}", filler);
        line = host_says(&f->host, "heartbeat", own);
        answer = send(f, line);
        expect_refusal(answer, 0, 1, "too-large");
        entry = json_array_get(json_object_get(answer, "refused"), 0);
        assert_string_equal(json_member_string(entry, "hash"), f->host.hash);
        assert_int_equal(json_member_integer(entry, "seq", 0), 2);
}

/* A disclosure may be erased, and everything must still verify: so what verifying needs is never one. */
static void what_every_reader_needs_is_no_disclosure(void **state)
{
        static const char *const names[] = {"schema", "kind", "chain", "seq", "prev", "made", "host", "state"};
        struct fixture *f = *state;
        _cleanup_json_ json_t *one = send(f, f->genesis), *payload = NULL;
        _cleanup_free_ char *hidden_key = NULL;
        struct jws j = {0};
        size_t i;

        assert_int_equal(acked(one, &f->host), 1);
        for (i = 0; i < ELEMENTS(names); i++) {
                struct host h = f->host;
                _cleanup_free_ char *own =
                        must_printf("\"state\":{\"full\":null,\"last\":null},\"_personal\":[\"%s\"]", names[i]);
                _cleanup_free_ char *line = host_says(&h, "heartbeat", own);

                expect_one_refusal(f, line, "malformed");
        }
        assert_int_equal(jws_parse(f->genesis, strlen(f->genesis), 0, &j, NULL), 0);
        payload = json_deep_copy(j.payload);
        jws_free(&j);
        json_set(json_object_get(payload, "key"), "_personal", parsed("[\"x\"]"));
        assert_int_equal(jws_sign(payload, f->host.key, &hidden_key), 0);
        expect_one_refusal(f, hidden_key, "unknown-key");
}

/* What is disclosed has the form of what is in clear. */
static void a_disclosed_value_of_another_form_is_malformed(void **state)
{
        struct fixture *f = *state;
        _cleanup_json_ json_t *one = send(f, f->genesis);
        _cleanup_free_ char *line = host_says(&f->host, "full",
                                              "\"results\":[],\"measures\":[],\"removed\":[{\"check\":5}],"
                                              "\"_personal\":[\"removed\"]");

        assert_int_equal(acked(one, &f->host), 1);
        expect_one_refusal(f, line, "malformed");
}

/* A refused line leaves nothing in memory, however much it took to refuse it. */
static void refused_lines_take_no_memory(void **state)
{
        struct fixture *f = *state;
        _cleanup_text_ struct text payload = {0};
        _cleanup_free_ char *encoded = NULL, *body = NULL;
        struct batch b;
        size_t i;

        arena_install();
        text_add(&payload, "{\"x\":[{}");
        for (i = 0; i < 100000; i++)
                text_add(&payload, ",{}");
        text_add(&payload, "]}");
        encoded = base64url_encode(payload.data, payload.length);
        body = must_printf("eyJhbGciOiJFZERTQSIsInR5cCI6ImJpb2FnZW50LXJlY29yZCtqd3MifQ.%s.%s~\n%s\n", encoded,
                           "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                           f->genesis);
        assert_int_equal(batch_prepare(&b, f->keys, f->secret, body, strlen(body)), 0);
        assert_int_equal(b.count, 2);
        assert_string_equal(b.items[0].refused, "malformed");
        assert_null(b.items[1].refused);
        assert_non_null(b.items[1].payload);
        assert_true(b.arena.bytes < 1000000);
        batch_free(&b);
}

/* --- keys ------------------------------------------------------------------------------------------------------ */

static void a_key_that_is_not_registered_is_unknown(void **state)
{
        struct fixture *f = *state;
        _cleanup_host_ struct host stranger = host_make();
        _cleanup_free_ char *genesis = host_genesis(&stranger);

        expect_one_refusal(f, genesis, "unknown-key");
}

static void a_registered_key_speaks_for_its_own_chain_and_host_alone(void **state)
{
        struct fixture *f = *state;
        struct host other = f->host, renamed = f->host;
        _cleanup_free_ char *of_chain = NULL, *of_host = NULL;
        _cleanup_json_ json_t *answer = send(f, f->genesis);

        memcpy(other.chain, "ffffffffffffffffffffffffffffffff", sizeof(other.chain));
        of_chain = heartbeat(&other);
        expect_one_refusal(f, of_chain, "unknown-key");
        random_uuid(renamed.id);
        of_host = heartbeat(&renamed);
        expect_one_refusal(f, of_host, "unknown-key");
        assert_int_equal(acked(answer, &f->host), 1);
}

static void a_genesis_counts_only_under_the_registered_key(void **state)
{
        struct fixture *f = *state;
        _cleanup_host_ struct host thief = host_make();
        _cleanup_free_ char *genesis = NULL;

        memcpy(thief.chain, f->host.chain, sizeof(thief.chain));
        memcpy(thief.id, f->host.id, sizeof(thief.id));
        genesis = host_genesis(&thief);
        expect_one_refusal(f, genesis, "unknown-key");
}

/* Also where the key is known already, from an earlier one. */
static void a_genesis_that_introduces_another_key_is_refused(void **state)
{
        struct fixture *f = *state;
        _cleanup_key_ struct jose_key *other = jose_key_generate();
        _cleanup_json_ json_t *one = send(f, f->genesis), *payload = NULL;
        _cleanup_free_ char *line = NULL;
        struct jws j = {0};

        assert_int_equal(acked(one, &f->host), 1);
        assert_int_equal(jws_parse(f->genesis, strlen(f->genesis), 0, &j, NULL), 0);
        payload = json_deep_copy(j.payload);
        jws_free(&j);
        json_set(payload, "key", jose_key_to_jwk(other));
        assert_int_equal(jws_sign(payload, f->host.key, &line), 0);
        expect_one_refusal(f, line, "unknown-key");
}

/* The registration has the thumbprint alone: without the genesis there is no key to verify with. */
static void before_its_genesis_a_record_cannot_be_verified(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *two = heartbeat(&f->host);
        _cleanup_json_ json_t *early = send(f, two), *genesis = NULL, *late = NULL;

        expect_refusal(early, 0, 1, "unknown-key");
        assert_int_equal(json_member_integer(json_object_get(early, "want"), f->host.chain, 0), 1);
        assert_int_equal(json_object_size(json_object_get(early, "acked")), 0);
        genesis = send(f, f->genesis);
        assert_int_equal(acked(genesis, &f->host), 1);
        late = send(f, two);
        assert_int_equal(acked(late, &f->host), 2);
}

static void the_key_is_known_after_a_restart(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *two = heartbeat(&f->host);
        _cleanup_json_ json_t *one = send(f, f->genesis), *answer = NULL;
        char *why = NULL;

        keys_close(f->keys);
        assert_int_equal(keys_open(f->directory, &f->keys, &why), 0);
        answer = send(f, two);
        assert_int_equal(acked(one, &f->host), 1);
        assert_int_equal(acked(answer, &f->host), 2);
}

static void one_request_may_carry_many_chains(void **state)
{
        struct fixture *f = *state;
        _cleanup_host_ struct host other = host_make();
        _cleanup_host_ struct host stranger = host_make();
        _cleanup_free_ char *a = host_genesis(&other), *b = heartbeat(&other), *c = host_genesis(&stranger),
                            *d = heartbeat(&f->host);
        _cleanup_free_ char *body = must_printf("%s\n%s\n%s\n%s\n%s\n", a, f->genesis, c, d, b);
        _cleanup_json_ json_t *answer = NULL;

        store_register(f->store, &other, "gemeente", "web-02");
        answer = send(f, body);
        assert_int_equal(json_object_size(json_object_get(answer, "acked")), 2);
        assert_int_equal(acked(answer, &f->host), 2);
        assert_int_equal(acked(answer, &other), 2);
        assert_int_equal(json_array_size(json_object_get(answer, "refused")), 1);
        expect_refusal(answer, 0, 3, "unknown-key");
}

/* --- signatures ------------------------------------------------------------------------------------------------ */

static struct jose_key *p256(void)
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

/* n of P-256 (FIPS 186-5), big-endian. */
static const unsigned char order[32] = {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
                                        0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
                                        0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};

static char *other_encoding(const char *line)
{
        const char *dot = strrchr(line, '.');
        size_t length = strcspn(dot + 1, "~"), n;
        _cleanup_free_ unsigned char *signature = NULL;
        _cleanup_free_ char *text = NULL;
        int borrow = 0, i;

        assert_int_equal(base64url_decode(dot + 1, length, &signature, &n), 0);
        assert_int_equal(n, 64);
        for (i = 31; i >= 0; i--) {
                int digit = order[i] - signature[32 + i] - borrow;

                borrow = digit < 0;
                signature[32 + i] = (unsigned char)(digit + (borrow ? 256 : 0));
        }
        text = base64url_encode(signature, n);
        return must_printf("%.*s.%s%s", (int)(dot - line), line, text, dot + 1 + length);
}

static void another_encoding_of_a_signature_is_the_same_record(void **state)
{
        struct fixture *f = *state;
        struct host h = {.key = p256(), .made = NOW, .promise = 5400};
        _cleanup_free_ char *genesis = NULL, *other = NULL;
        _cleanup_json_ json_t *one = NULL, *two = NULL, *host = NULL;

        random_uuid(h.id);
        memcpy(h.chain, "0123456789abcdef0123456789abcdef", sizeof(h.chain));
        store_register(f->store, &h, "gemeente", "tpm-01");
        genesis = host_genesis(&h);
        other = other_encoding(genesis);
        assert_string_not_equal(genesis, other);
        one = send(f, genesis);
        two = send(f, other);
        assert_int_equal(acked(one, &h), 1);
        assert_int_equal(acked(two, &h), 1);
        assert_int_equal(json_array_size(json_object_get(two, "refused")), 0);
        host = store_host(f->store, "gemeente", h.id, NOW);
        assert_int_equal(json_member_integer(host, "records", 0), 1);
        assert_int_equal(json_array_size(json_object_get(host, "marks")), 0);
        jose_key_free(h.key);
}

static void every_altered_bit_is_refused(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *result = a_result("accounts.uid0", "fail", ""), *line = NULL;
        _cleanup_json_ json_t *genesis = send(f, f->genesis), *answer = NULL;
        size_t bits, i;

        line = host_full(&f->host, result, "");
        assert_non_null(strchr(line, '~'));
        assert_string_not_equal(strchr(line, '~'), "~"); /* disclosures are altered too */
        bits = strlen(line) * 8;
        for (i = 0; i < bits; i += 37) {
                struct batch b;
                char saved = line[i / 8];

                line[i / 8] = (char)(line[i / 8] ^ (1 << i % 8));
                assert_int_equal(batch_prepare(&b, f->keys, f->secret, line, strlen(line)), 0);
                for (size_t k = 0; k < b.count; k++)
                        if (!b.items[k].refused)
                                fail_msg("bit %zu of byte %zu may be altered", i % 8, i / 8);
                batch_free(&b);
                line[i / 8] = saved;
        }
        answer = send(f, line);
        assert_int_equal(acked(answer, &f->host), 2);
        assert_int_equal(acked(genesis, &f->host), 1);
}

/* --- nonces ---------------------------------------------------------------------------------------------------- */

static void only_our_own_nonces_count(void **state)
{
        struct fixture *f = *state;
        unsigned char other[STORE_SECRET_BYTES] = {1};
        char nonce[NONCE_TEXT], second[NONCE_TEXT];

        nonce_make(f->secret, NOW, nonce);
        nonce_make(f->secret, NOW, second);
        assert_string_not_equal(nonce, second);
        assert_int_equal(nonce_moment(f->secret, nonce), NOW);
        assert_int_equal(nonce_moment(other, nonce), 0);
        assert_int_equal(nonce_moment(f->secret, ""), 0);
        nonce[3] = nonce[3] == 'A' ? 'B' : 'A';
        assert_int_equal(nonce_moment(f->secret, nonce), 0);
}

static void a_quoted_nonce_shows_a_clock_that_is_behind(void **state)
{
        struct fixture *f = *state;
        _cleanup_json_ json_t *one = send(f, f->genesis), *two = NULL, *host = NULL;
        _cleanup_free_ char *line = NULL;
        json_t *payload;
        char at[MOMENT_TEXT];

        payload = parsed("{\"schema\":\"bioagent.record/"
                         "1\",\"kind\":\"heartbeat\",\"next_by\":null,\"part\":{\"index\":1,\"of\":1},"
                         "\"target\":\"live\",\"run\":null,\"policies\":[],\"state\":{\"full\":null,\"last\":null}}");
        json_set(payload, "chain", json_string(f->host.chain));
        json_set(payload, "seq", json_integer(2));
        json_set(payload, "prev", json_string(f->host.hash));
        json_set(payload, "made", json_string("2027-01-15T07:00:00Z"));
        json_set(payload, "host", json_pack("{s:s,s:s}", "id", f->host.id, "name", "web-01"));
        json_set(payload, "witness", json_pack("{s:s}", "nonce", json_member_string(one, "nonce")));
        assert_int_equal(jws_sign(payload, f->host.key, &line), 0);
        json_decref(payload);
        two = send(f, line);
        assert_int_equal(acked(two, &f->host), 2);
        host = store_host(f->store, "gemeente", f->host.id, NOW);
        assert_string_equal(json_string_value(json_array_get(json_object_get(host, "marks"), 0)), "clock");
        moment_format(NOW, at);
        assert_string_equal(json_member_string(json_array_get(json_object_get(host, "log"), 0), "not_before"), at);
}

/* --- bounds ---------------------------------------------------------------------------------------------------- */

static void too_many_lines_are_not_looked_at(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *body = must_alloc(RECORDS_LINES_MOST + 2);
        struct batch b;

        memset(body, '\n', RECORDS_LINES_MOST + 1);
        assert_int_equal(batch_prepare(&b, f->keys, f->secret, body, RECORDS_LINES_MOST), 0);
        assert_int_equal(b.count, RECORDS_LINES_MOST);
        batch_free(&b);
        assert_int_equal(batch_prepare(&b, f->keys, f->secret, body, RECORDS_LINES_MOST + 1), -E2BIG);
        batch_free(&b);
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(good_records_are_acknowledged_with_head_and_nonce, set_up, tear_down),
                cmocka_unit_test_setup_teardown(sending_again_is_harmless, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_refusal_names_line_chain_seq_hash_and_moves_nothing, set_up,
                                                tear_down),
                cmocka_unit_test_setup_teardown(what_is_no_record_is_malformed, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_report_is_not_ingested, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_record_beyond_a_mebibyte_is_too_large, set_up, tear_down),
                cmocka_unit_test_setup_teardown(what_every_reader_needs_is_no_disclosure, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_disclosed_value_of_another_form_is_malformed, set_up, tear_down),
                cmocka_unit_test_setup_teardown(refused_lines_take_no_memory, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_key_that_is_not_registered_is_unknown, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_registered_key_speaks_for_its_own_chain_and_host_alone, set_up,
                                                tear_down),
                cmocka_unit_test_setup_teardown(a_genesis_counts_only_under_the_registered_key, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_genesis_that_introduces_another_key_is_refused, set_up, tear_down),
                cmocka_unit_test_setup_teardown(before_its_genesis_a_record_cannot_be_verified, set_up, tear_down),
                cmocka_unit_test_setup_teardown(the_key_is_known_after_a_restart, set_up, tear_down),
                cmocka_unit_test_setup_teardown(one_request_may_carry_many_chains, set_up, tear_down),
                cmocka_unit_test_setup_teardown(another_encoding_of_a_signature_is_the_same_record, set_up, tear_down),
                cmocka_unit_test_setup_teardown(every_altered_bit_is_refused, set_up, tear_down),
                cmocka_unit_test_setup_teardown(only_our_own_nonces_count, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_quoted_nonce_shows_a_clock_that_is_behind, set_up, tear_down),
                cmocka_unit_test_setup_teardown(too_many_lines_are_not_looked_at, set_up, tear_down),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
