/* SPDX-License-Identifier: EUPL-1.2 */
/* Enrolment: what a token gives, what a certificate request may say, and what is issued. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>
#include <openssl/x509v3.h>

#include "est/ca.h"
#include "est/est.h"
#include "est/limit.h"
#include "unit/store/make.h"

#define HOST      "3f2c1b0a-1111-4222-8333-444455556666"
#define KID       "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define CHAIN     "00112233445566778899aabbccddeeff"
#define URI_KID   "URI:urn:ietf:params:oauth:jwk-thumbprint:sha-256:" KID
#define URI_CHAIN "URI:urn:bioagent:chain:" CHAIN
#define BOTH      URI_KID "," URI_CHAIN

struct fixture {
        char *directory, *ca_key, *ca_certificate;
        struct store *store;
        struct ca *ca;
        struct est *est;
};

static int set_up(void **state)
{
        struct fixture *f = must_alloc(sizeof(*f));
        _cleanup_free_ char *key = NULL, *certificate = NULL;
        char *why = NULL;

        f->directory = scratch_make();
        f->store = store_fresh(f->directory);
        assert_int_equal(ca_create(NOW, &f->ca, &why), 0);
        key = ca_key_pem(f->ca);
        certificate = ca_certificate_pem(f->ca);
        scratch_write(f->directory, "key.pem", key);
        scratch_write(f->directory, "ca.pem", certificate);
        f->ca_key = must_printf("%s/key.pem", f->directory);
        f->ca_certificate = must_printf("%s/ca.pem", f->directory);
        assert_int_equal(est_open(f->ca_key, f->ca_certificate, f->directory, &f->est, &why), 0);
        *state = f;
        return 0;
}

static int tear_down(void **state)
{
        struct fixture *f = *state;

        est_close(f->est);
        ca_free(f->ca);
        store_close(f->store);
        scratch_remove(&f->directory);
        free(f->ca_key);
        free(f->ca_certificate);
        free(f);
        return 0;
}

/* --- requests -------------------------------------------------------------------------------------------------- */

static X509_REQ *request_with(EVP_PKEY *key, const char *common_name, const char *names)
{
        X509_REQ *q = X509_REQ_new();
        STACK_OF(X509_EXTENSION) *extensions = sk_X509_EXTENSION_new_null();

        assert_int_equal(X509_REQ_set_pubkey(q, key), 1);
        if (common_name)
                assert_int_equal(X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(q), "CN", MBSTRING_UTF8,
                                                            (const unsigned char *)common_name, -1, -1, 0),
                                 1);
        if (names) {
                X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, names);

                assert_non_null(e);
                sk_X509_EXTENSION_push(extensions, e);
                assert_int_equal(X509_REQ_add_extensions(q, extensions), 1);
        }
        sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
        return q;
}

static unsigned char *request_der(X509_REQ *q, size_t *length)
{
        unsigned char *der = NULL, *copy;
        int n = i2d_X509_REQ(q, &der);

        assert_true(n > 0);
        copy = must_alloc((size_t)n);
        memcpy(copy, der, (size_t)n);
        *length = (size_t)n;
        OPENSSL_free(der);
        return copy;
}

static unsigned char *request_on(const char *curve, const char *common_name, const char *names, size_t *length)
{
        EVP_PKEY *key = EVP_EC_gen(curve);
        X509_REQ *q = request_with(key, common_name, names);
        unsigned char *der;

        assert_true(X509_REQ_sign(q, key, EVP_sha256()) > 0);
        der = request_der(q, length);
        X509_REQ_free(q);
        EVP_PKEY_free(key);
        return der;
}

static char *base64(const unsigned char *bytes, size_t length)
{
        char *out = must_alloc(length * 2 + 8);

        EVP_EncodeBlock((unsigned char *)out, bytes, (int)length);
        return out;
}

static int read_request(const unsigned char *der, size_t length)
{
        struct host_request r;
        char *why = NULL;
        int e = host_request_read(der, length, &r, &why);

        if (e < 0)
                assert_non_null(why);
        free(why);
        host_request_free(&r);
        return e;
}

static int read_as(const char *curve, const char *common_name, const char *names)
{
        size_t length;
        _cleanup_free_ unsigned char *der = request_on(curve, common_name, names, &length);

        return read_request(der, length);
}

static void a_request_says_exactly_host_key_and_chain(void **state)
{
        (void)state;
        assert_int_equal(read_as("P-256", HOST, BOTH), 0);
        assert_int_equal(read_as("P-256", HOST, URI_CHAIN "," URI_KID), 0);
        assert_int_equal(read_as("P-384", HOST, BOTH), -EINVAL);
        assert_int_equal(read_as("P-256", NULL, BOTH), -EINVAL);
        assert_int_equal(read_as("P-256", "web-01", BOTH), -EINVAL);
        assert_int_equal(read_as("P-256", "3F2C1B0A-1111-4222-8333-444455556666", BOTH), -EINVAL);
        assert_int_equal(read_as("P-256", HOST, NULL), -EINVAL);
        assert_int_equal(read_as("P-256", HOST, URI_KID), -EINVAL);
        assert_int_equal(read_as("P-256", HOST, URI_KID "," URI_KID), -EINVAL);
        assert_int_equal(read_as("P-256", HOST, BOTH ",DNS:example.nl"), -EINVAL);
        assert_int_equal(read_as("P-256", HOST, URI_KID ",DNS:example.nl"), -EINVAL);
        assert_int_equal(read_as("P-256", HOST, URI_KID ",URI:urn:bioagent:chain:0011"), -EINVAL);
        assert_int_equal(read_as("P-256", HOST, URI_KID ",URI:urn:bioagent:chain:00112233445566778899AABBCCDDEEFF"),
                         -EINVAL);
        assert_int_equal(read_as("P-256", HOST, URI_CHAIN ",URI:urn:ietf:params:oauth:jwk-thumbprint:sha-256:short"),
                         -EINVAL);
        assert_int_equal(read_as("P-256", HOST,
                                 URI_CHAIN ",URI:urn:ietf:params:oauth:jwk-thumbprint:sha-256:"
                                           "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB"),
                         -EINVAL);
}

static void a_request_is_signed_by_its_own_key(void **state)
{
        EVP_PKEY *key = EVP_EC_gen("P-256"), *other = EVP_EC_gen("P-256");
        X509_REQ *q = request_with(key, HOST, BOTH);
        _cleanup_free_ unsigned char *der = NULL;
        size_t length;

        (void)state;
        assert_true(X509_REQ_sign(q, other, EVP_sha256()) > 0);
        der = request_der(q, &length);
        assert_int_equal(read_request(der, length), -EINVAL);
        X509_REQ_free(q);
        EVP_PKEY_free(key);
        EVP_PKEY_free(other);
}

static void what_stands_behind_a_request_is_refused(void **state)
{
        size_t length;
        _cleanup_free_ unsigned char *der = request_on("P-256", HOST, BOTH, &length);
        _cleanup_free_ unsigned char *longer = must_alloc(length + 1);

        (void)state;
        memcpy(longer, der, length);
        assert_int_equal(read_request(der, length), 0);
        assert_int_equal(read_request(longer, length + 1), -EINVAL);
        assert_int_equal(read_request(der, length - 1), -EINVAL);
        assert_int_equal(read_request(der, 0), -EINVAL);
}

/* --- over HTTP ------------------------------------------------------------------------------------------------- */

static int ask_at(struct fixture *f, const char *method, const char *path, const char *authorization, const char *body,
                  int64_t now, struct http_reply *reply)
{
        const struct http_request q = {
                .method = method,
                .path = path,
                .content_type = body ? "application/pkcs10" : NULL,
                .authorization = authorization,
                .body = body ? body : "",
                .length = body ? strlen(body) : 0,
                .address = "192.0.2.1",
        };

        est_answer(f->est, &q, now, reply);
        return reply->status;
}

static int ask(struct fixture *f, const char *method, const char *path, const char *authorization, const char *body)
{
        _cleanup_reply_ struct http_reply reply = {0};

        return ask_at(f, method, path, authorization, body, NOW, &reply);
}

static char *basic(const char *user, const char *secret)
{
        _cleanup_free_ char *pair = must_printf("%s:%s", user, secret), *text = NULL;

        text = base64((unsigned char *)pair, strlen(pair));
        return must_printf("Basic %s", text);
}

static void give_token(struct fixture *f, const char *secret, int64_t expires)
{
        unsigned char hash[32];

        est_secret_hash(secret, hash);
        assert_int_equal(store_token_add(f->store, "gemeente", "web-01", hash, NOW, expires), 0);
}

static X509 *first_certificate(const struct http_reply *reply)
{
        _cleanup_free_ unsigned char *der = must_alloc(reply->length + 4);
        EVP_ENCODE_CTX *context = EVP_ENCODE_CTX_new();
        const unsigned char *at = der;
        STACK_OF(X509) * certificates;
        int n, last;
        PKCS7 *p7;
        X509 *x;

        EVP_DecodeInit(context);
        assert_true(EVP_DecodeUpdate(context, der, &n, (unsigned char *)reply->body, (int)reply->length) >= 0);
        assert_int_equal(EVP_DecodeFinal(context, der + n, &last), 1);
        EVP_ENCODE_CTX_free(context);
        p7 = d2i_PKCS7(NULL, &at, n + last);
        assert_non_null(p7);
        assert_true(PKCS7_type_is_signed(p7));
        certificates = p7->d.sign->cert;
        assert_int_equal(sk_X509_num(certificates), 1);
        x = sk_X509_value(certificates, 0);
        X509_up_ref(x);
        PKCS7_free(p7);
        return x;
}

static const char *header_of(const struct http_reply *reply, const char *name)
{
        size_t i;

        for (i = 0; i < reply->header_count; i++)
                if (streq(reply->headers[i].name, name))
                        return reply->headers[i].value;
        return NULL;
}

static void cacerts_gives_the_ca_that_the_pin_names(void **state)
{
        struct fixture *f = *state;
        _cleanup_reply_ struct http_reply reply = {0};
        _cleanup_free_ char *pin = ca_pin_of_file(f->ca_certificate), *is = NULL;
        unsigned char digest[32], *der = NULL;
        X509 *x;
        int n;

        assert_int_equal(ask_at(f, "GET", "/.well-known/est/cacerts", NULL, NULL, NOW, &reply), 200);
        assert_string_equal(header_of(&reply, "Content-Type"), "application/pkcs7-mime");
        x = first_certificate(&reply);
        n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der);
        sha256(der, (size_t)n, digest);
        is = base64url_encode(digest, sizeof(digest));
        assert_string_equal(pin, is);
        assert_int_equal(X509_check_ca(x), 1);
        OPENSSL_free(der);
        X509_free(x);
}

static void other_paths_and_methods_are_problems(void **state)
{
        struct fixture *f = *state;

        assert_int_equal(ask(f, "GET", "/", NULL, NULL), 404);
        assert_int_equal(ask(f, "GET", "/.well-known/est/cacerts/", NULL, NULL), 404);
        assert_int_equal(ask(f, "POST", "/.well-known/est/cacerts", NULL, ""), 405);
        assert_int_equal(ask(f, "GET", "/.well-known/est/simpleenroll", NULL, NULL), 405);
}

static void expect_names(X509 *x)
{
        GENERAL_NAMES *names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
        char common_name[64];

        assert_int_equal(
                X509_NAME_get_text_by_NID(X509_get_subject_name(x), NID_commonName, common_name, sizeof(common_name)),
                36);
        assert_string_equal(common_name, HOST);
        assert_int_equal(X509_NAME_entry_count(X509_get_subject_name(x)), 1);
        assert_int_equal(sk_GENERAL_NAME_num(names), 2);
        assert_string_equal(
                (const char *)ASN1_STRING_get0_data(sk_GENERAL_NAME_value(names, 0)->d.uniformResourceIdentifier),
                URI_KID + strlen("URI:"));
        assert_string_equal(
                (const char *)ASN1_STRING_get0_data(sk_GENERAL_NAME_value(names, 1)->d.uniformResourceIdentifier),
                URI_CHAIN + strlen("URI:"));
        GENERAL_NAMES_free(names);
}

static void expect_valid_for_clients(struct fixture *f, X509 *x, bool good_at_end)
{
        _cleanup_free_ char *pem = ca_certificate_pem(f->ca);
        BIO *b = BIO_new_mem_buf(pem, -1);
        X509 *ca = PEM_read_bio_X509(b, NULL, NULL, NULL);
        X509_STORE *store = X509_STORE_new();
        X509_STORE_CTX *c = X509_STORE_CTX_new();

        X509_STORE_add_cert(store, ca);
        X509_STORE_CTX_init(c, store, x, NULL);
        X509_STORE_CTX_set_purpose(c, X509_PURPOSE_SSL_CLIENT);
        X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(c), good_at_end ? NOW + 364 * 86400 : NOW + 366 * 86400);
        assert_int_equal(X509_verify_cert(c), good_at_end);
        X509_STORE_CTX_free(c);
        X509_STORE_free(store);
        X509_free(ca);
        BIO_free(b);
}

static void a_token_gives_a_client_certificate_once(void **state)
{
        struct fixture *f = *state;
        _cleanup_reply_ struct http_reply reply = {0};
        _cleanup_free_ char *authorization = basic("token", "secret-1"), *body = NULL;
        _cleanup_free_ unsigned char *der = NULL;
        struct store_host_key k;
        size_t length;
        X509 *x;

        der = request_on("P-256", HOST, BOTH, &length);
        body = base64(der, length);
        give_token(f, "secret-1", NOW + 3600);
        assert_int_equal(ask_at(f, "POST", "/.well-known/est/simpleenroll", authorization, body, NOW, &reply), 200);
        assert_string_equal(header_of(&reply, "Content-Type"), "application/pkcs7-mime; smime-type=certs-only");
        x = first_certificate(&reply);
        expect_names(x);
        expect_valid_for_clients(f, x, true);
        expect_valid_for_clients(f, x, false);
        assert_true(X509_get_extended_key_usage(x) == XKU_SSL_CLIENT);
        assert_int_equal(X509_check_ca(x), 0);
        X509_free(x);
        assert_int_equal(store_host_by_kid(f->store, KID, &k), 0);
        assert_string_equal(k.chain, CHAIN);
        assert_string_equal(k.host_id, HOST);
        store_host_key_free(&k);
        assert_int_equal(ask(f, "POST", "/.well-known/est/simpleenroll", authorization, body), 401);
}

static void without_a_good_token_nothing_is_issued(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *good = basic("token", "secret-2"), *wrong = basic("token", "secret-3"),
                            *user = basic("admin", "secret-2");
        _cleanup_free_ char *body = NULL, *bearer = must_strdup("Bearer secret-2");
        _cleanup_reply_ struct http_reply late = {0};
        _cleanup_free_ unsigned char *der = NULL;
        size_t length;

        der = request_on("P-256", HOST, BOTH, &length);
        body = base64(der, length);
        give_token(f, "secret-2", NOW + 60);
        assert_int_equal(ask(f, "POST", "/.well-known/est/simpleenroll", NULL, body), 401);
        assert_int_equal(ask(f, "POST", "/.well-known/est/simpleenroll", wrong, body), 401);
        assert_int_equal(ask(f, "POST", "/.well-known/est/simpleenroll", user, body), 401);
        assert_int_equal(ask(f, "POST", "/.well-known/est/simpleenroll", bearer, body), 401);
        assert_int_equal(ask_at(f, "POST", "/.well-known/est/simpleenroll", good, body, NOW + 60, &late), 401);
        assert_non_null(header_of(&late, "WWW-Authenticate"));
        assert_int_equal(store_host_known(f->store, HOST), 0);
}

/* A mistake in the request does not cost the token. */
static void a_bad_request_leaves_the_token_good(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *authorization = basic("token", "secret-4"), *bad = NULL, *good = NULL;
        _cleanup_free_ unsigned char *bad_der = NULL, *good_der = NULL;
        size_t length;

        give_token(f, "secret-4", NOW + 60);
        bad_der = request_on("P-256", "web-01", BOTH, &length);
        bad = base64(bad_der, length);
        good_der = request_on("P-256", HOST, BOTH, &length);
        good = base64(good_der, length);
        assert_int_equal(ask(f, "POST", "/.well-known/est/simpleenroll", authorization, bad), 400);
        assert_int_equal(ask(f, "POST", "/.well-known/est/simpleenroll", authorization, "%%%"), 400);
        assert_int_equal(ask(f, "POST", "/.well-known/est/simpleenroll", authorization, "AAAA"), 400);
        assert_int_equal(ask(f, "POST", "/.well-known/est/simpleenroll", authorization, good), 200);
}

static void another_s_key_is_a_conflict(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *one = basic("token", "secret-5"), *two = basic("token", "secret-6"), *a = NULL, *b = NULL;
        _cleanup_free_ unsigned char *a_der = NULL, *b_der = NULL;
        size_t length;

        give_token(f, "secret-5", NOW + 60);
        give_token(f, "secret-6", NOW + 60);
        a_der = request_on("P-256", HOST, BOTH, &length);
        a = base64(a_der, length);
        b_der = request_on("P-256", "3f2c1b0a-1111-4222-8333-444455557777", BOTH, &length);
        b = base64(b_der, length);
        assert_int_equal(ask(f, "POST", "/.well-known/est/simpleenroll", one, a), 200);
        assert_int_equal(ask(f, "POST", "/.well-known/est/simpleenroll", two, b), 409);
        assert_int_equal(ask(f, "POST", "/.well-known/est/simpleenroll", two, a), 200);
}

static void guessing_is_slowed_down(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *wrong = basic("token", "guess"), *good = basic("token", "secret-7"), *body = NULL;
        _cleanup_reply_ struct http_reply limited = {0}, after = {0};
        _cleanup_free_ unsigned char *der = NULL;
        size_t length;
        unsigned i;

        give_token(f, "secret-7", NOW + 3600);
        der = request_on("P-256", HOST, BOTH, &length);
        body = base64(der, length);
        for (i = 0; i < LIMIT_FAILURES; i++)
                assert_int_equal(ask(f, "POST", "/.well-known/est/simpleenroll", wrong, body), 401);
        assert_int_equal(ask_at(f, "POST", "/.well-known/est/simpleenroll", good, body, NOW, &limited), 429);
        assert_non_null(header_of(&limited, "Retry-After"));
        assert_int_equal(ask_at(f, "POST", "/.well-known/est/simpleenroll", good, body, NOW + LIMIT_SECONDS, &after),
                         200);
}

/* --- the CA ---------------------------------------------------------------------------------------------------- */

static void a_server_certificate_has_the_names_it_is_asked_for(void **state)
{
        static const char *const names[] = {"collector.example.nl", "192.0.2.7", "2001:db8::7"},
                                 *const bad[] = {"a,DNS:evil.nl"};
        _cleanup_free_ char *key = NULL, *certificate = NULL, *why = NULL;
        struct fixture *f = *state;
        X509 *x;
        BIO *b;

        assert_int_equal(ca_issue_server(f->ca, names, 3, NOW, &key, &certificate, &why), 0);
        b = BIO_new_mem_buf(certificate, -1);
        x = PEM_read_bio_X509(b, NULL, NULL, NULL);
        assert_int_equal(X509_check_host(x, "collector.example.nl", 0, 0, NULL), 1);
        assert_int_equal(X509_check_ip_asc(x, "192.0.2.7", 0), 1);
        assert_int_equal(X509_check_ip_asc(x, "2001:db8::7", 0), 1);
        assert_int_equal(X509_check_host(x, "localhost", 0, 0, NULL), 0);
        X509_free(x);
        BIO_free(b);
        assert_int_equal(ca_issue_server(f->ca, bad, 1, NOW, &key, &certificate, &why), -EINVAL);
}

static void a_key_of_another_ca_is_refused(void **state)
{
        struct fixture *f = *state;
        struct ca *other = NULL, *loaded = NULL;
        _cleanup_free_ char *pem = NULL, *path = NULL;
        char *why = NULL;

        assert_int_equal(ca_create(NOW, &other, &why), 0);
        pem = ca_key_pem(other);
        scratch_write(f->directory, "other.pem", pem);
        path = must_printf("%s/other.pem", f->directory);
        assert_true(ca_load(path, f->ca_certificate, &loaded, &why) < 0);
        free(why);
        ca_free(other);
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_request_says_exactly_host_key_and_chain),
                cmocka_unit_test(a_request_is_signed_by_its_own_key),
                cmocka_unit_test(what_stands_behind_a_request_is_refused),
                cmocka_unit_test_setup_teardown(cacerts_gives_the_ca_that_the_pin_names, set_up, tear_down),
                cmocka_unit_test_setup_teardown(other_paths_and_methods_are_problems, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_token_gives_a_client_certificate_once, set_up, tear_down),
                cmocka_unit_test_setup_teardown(without_a_good_token_nothing_is_issued, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_bad_request_leaves_the_token_good, set_up, tear_down),
                cmocka_unit_test_setup_teardown(another_s_key_is_a_conflict, set_up, tear_down),
                cmocka_unit_test_setup_teardown(guessing_is_slowed_down, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_server_certificate_has_the_names_it_is_asked_for, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_key_of_another_ca_is_refused, set_up, tear_down),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
