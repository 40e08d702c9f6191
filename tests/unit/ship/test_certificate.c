/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "base/io.h"
#include "base/memory.h"
#include "base/text.h"
#include "ship/certificate.h"

#define KID   "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define CHAIN "00112233445566778899aabbccddeeff"
#define HOST  "3f2c1b0a-1111-4222-8333-444455556666"
#define NAMES "URI:urn:ietf:params:oauth:jwk-thumbprint:sha-256:" KID ",URI:urn:bioagent:chain:" CHAIN

static const struct subject subject = {.host_id = HOST, .chain = CHAIN, .kid = KID};

static void a_token_has_three_parts(void **state)
{
        static const char text[] = "  bae1.abcdefghijklmnopqrstuv." KID "\n";
        struct token t;

        (void)state;
        assert_int_equal(token_parse(text, strlen(text), &t), 0);
        assert_string_equal(t.secret, "abcdefghijklmnopqrstuv");
        assert_string_equal(t.pin, KID);
}

static void what_is_no_token_is_refused(void **state)
{
        static const char *const wrong[] = {
                "",
                "bae1.",
                "bae1..",
                "bae2.abcdefghijklmnopqrstuv." KID,
                "bae1.short." KID,
                "bae1.abcdefghijklmnopqrstuv." KID "A",
                "bae1.abcdefghijklmnopqrstuv.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB",
                "bae1.abcdefghijk lmnopqrstuv." KID,
                "bae1.abcdefghijklmnopqrstuv=." KID,
                "bae1.abcdefghijklmnopqrstuv." KID "." KID,
                "bae1.abcdefghijklmnopqrstuv." KID "\nbae1",
        };
        struct token t;
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(wrong); i++) {
                if (token_parse(wrong[i], strlen(wrong[i]), &t) != -EINVAL)
                        fail_msg("taken: %s", wrong[i]);
        }
        assert_int_equal(token_parse("bae1.abcdefghijklmnopqrstuv\0", 28, &t), -EINVAL);
}

static void a_key_comes_back_from_its_file(void **state)
{
        _cleanup_pkey_ EVP_PKEY *key = tls_key_new(), *again = NULL, *other = NULL, *ed = NULL;
        _cleanup_free_ char *pem = tls_key_pem(key), *ed_pem = NULL;

        (void)state;
        assert_true(starts_with(pem, "-----BEGIN PRIVATE KEY-----"));
        again = tls_key_read(pem, strlen(pem));
        assert_int_equal(EVP_PKEY_eq(key, again), 1);
        assert_null(tls_key_read("x", 1));
        other = EVP_EC_gen("P-384");
        free(pem);
        pem = tls_key_pem(other);
        assert_null(tls_key_read(pem, strlen(pem)));
        ed = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
        ed_pem = tls_key_pem(ed);
        assert_null(tls_key_read(ed_pem, strlen(ed_pem)));
}

static void a_request_names_host_key_and_chain(void **state)
{
        _cleanup_pkey_ EVP_PKEY *key = tls_key_new();
        _cleanup_free_ char *text = request_make(key, &subject), *der = must_alloc(strlen(text) + 1), *san = NULL;
        const unsigned char *p = (const unsigned char *)der;
        STACK_OF(X509_EXTENSION) * extensions;
        BIO *bio = BIO_new(BIO_s_mem());
        char name[128], *data = NULL;
        X509_REQ *request;
        int length;

        (void)state;
        length = EVP_DecodeBlock((unsigned char *)der, (const unsigned char *)text, (int)strlen(text));
        request = d2i_X509_REQ(NULL, &p, length);
        assert_non_null(request);
        assert_int_equal(X509_REQ_verify(request, key), 1);
        assert_non_null(X509_NAME_oneline(X509_REQ_get_subject_name(request), name, sizeof(name)));
        assert_string_equal(name, "/CN=" HOST);
        extensions = X509_REQ_get_extensions(request);
        assert_int_equal(sk_X509_EXTENSION_num(extensions), 1);
        assert_int_equal(X509V3_EXT_print(bio, sk_X509_EXTENSION_value(extensions, 0), 0, 0), 1);
        length = (int)BIO_get_mem_data(bio, &data);
        san = must_strndup(data, (size_t)length);
        assert_string_equal(san,
                            "URI:urn:ietf:params:oauth:jwk-thumbprint:sha-256:" KID ", URI:urn:bioagent:chain:" CHAIN);
        sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
        X509_REQ_free(request);
        BIO_free(bio);
}

/* A certificate for `key` with this common name and these alternative names (NULL: none), signed by `issuer_key`. */
static X509 *issue(EVP_PKEY *key, const char *name, const char *names, const X509 *issuer, EVP_PKEY *issuer_key,
                   bool ca)
{
        X509 *certificate = X509_new();
        X509_NAME *subject_name = X509_NAME_new();
        const struct {
                int nid;
                const char *value;
        } extensions[] = {{NID_basic_constraints, ca ? "critical,CA:TRUE" : "CA:FALSE"}, {NID_subject_alt_name, names}};
        size_t i;

        assert_int_equal(X509_set_version(certificate, 2), 1);
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), ca ? 1 : 2);
        X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
        X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
        assert_int_equal(X509_NAME_add_entry_by_NID(subject_name, NID_commonName, MBSTRING_ASC,
                                                    (const unsigned char *)name, -1, -1, 0),
                         1);
        X509_set_subject_name(certificate, subject_name);
        X509_set_issuer_name(certificate, issuer ? X509_get_subject_name(issuer) : subject_name);
        X509_set_pubkey(certificate, key);
        for (i = 0; i < ELEMENTS(extensions); i++) {
                X509_EXTENSION *extension =
                        extensions[i].value ? X509V3_EXT_conf_nid(NULL, NULL, extensions[i].nid, extensions[i].value)
                                            : NULL;

                if (extension)
                        X509_add_ext(certificate, extension, -1);
                X509_EXTENSION_free(extension);
        }
        assert_true(X509_sign(certificate, issuer_key, EVP_sha256()) > 0);
        X509_NAME_free(subject_name);
        return certificate;
}

static char *message_of(X509 *const *certificates, size_t count)
{
        PKCS7 *message = PKCS7_new();
        unsigned char *der = NULL;
        char *text;
        size_t i;
        int length;

        assert_int_equal(PKCS7_set_type(message, NID_pkcs7_signed), 1);
        assert_int_equal(PKCS7_content_new(message, NID_pkcs7_data), 1);
        for (i = 0; i < count; i++)
                assert_int_equal(PKCS7_add_certificate(message, certificates[i]), 1);
        length = i2d_PKCS7(message, &der);
        assert_true(length > 0);
        text = must_alloc(((size_t)length + 2) / 3 * 4 + 1);
        EVP_EncodeBlock((unsigned char *)text, der, length);
        OPENSSL_free(der);
        PKCS7_free(message);
        return text;
}

static char *pin_of(EVP_PKEY *key)
{
        unsigned char *der = NULL, digest[SHA256_BYTES];
        int length = i2d_PUBKEY(key, &der);

        sha256(der, (size_t)length, digest);
        OPENSSL_free(der);
        return base64url_encode(digest, sizeof(digest));
}

struct authority {
        EVP_PKEY *key;
        X509 *certificate;
};

static void make_authority(struct authority *a, bool ca)
{
        a->key = tls_key_new();
        a->certificate = issue(a->key, "ca", NULL, NULL, a->key, ca);
}

static void drop_authority(struct authority *a)
{
        EVP_PKEY_free(a->key);
        X509_free(a->certificate);
}
#define _cleanup_authority_ _cleanup_(drop_authority)

static void only_the_pinned_authority_is_taken(void **state)
{
        _cleanup_authority_ struct authority right, wrong;
        _cleanup_x509_ X509 *found = NULL;
        _cleanup_pkey_ EVP_PKEY *stranger = NULL;
        _cleanup_free_ char *text = NULL, *pin = NULL, *other = NULL;
        STACK_OF(X509) *all = NULL;

        (void)state;
        make_authority(&right, true);
        make_authority(&wrong, true);
        text = message_of((X509 *[]){wrong.certificate, right.certificate}, 2);
        assert_int_equal(certificates_read(text, strlen(text), &all), 0);
        pin = pin_of(right.key);
        found = certificate_pinned(all, pin);
        assert_non_null(found);
        assert_int_equal(X509_cmp(found, right.certificate), 0);
        stranger = tls_key_new();
        other = pin_of(stranger);
        assert_null(certificate_pinned(all, other));
        sk_X509_pop_free(all, X509_free);
}

static void a_pinned_certificate_must_be_a_self_signed_authority(void **state)
{
        _cleanup_authority_ struct authority leaf, issuer;
        _cleanup_x509_ X509 *issued = NULL;
        _cleanup_free_ char *text = NULL, *leaf_pin = NULL, *issued_pin = NULL;
        _cleanup_pkey_ EVP_PKEY *key = tls_key_new();
        STACK_OF(X509) *all = NULL;

        (void)state;
        make_authority(&leaf, false);
        make_authority(&issuer, true);
        issued = issue(key, "below", NULL, issuer.certificate, issuer.key, true);
        text = message_of((X509 *[]){leaf.certificate, issued}, 2);
        assert_int_equal(certificates_read(text, strlen(text), &all), 0);
        leaf_pin = pin_of(leaf.key);
        issued_pin = pin_of(key);
        assert_null(certificate_pinned(all, leaf_pin));
        assert_null(certificate_pinned(all, issued_pin));
        sk_X509_pop_free(all, X509_free);
}

/* What certificate_ours() says to a certificate of this making. */
static int judge(const char *name, const char *names, bool other_key, bool other_issuer)
{
        _cleanup_authority_ struct authority ca, other;
        _cleanup_pkey_ EVP_PKEY *key = tls_key_new(), *stranger = tls_key_new();
        _cleanup_x509_ X509 *issued = NULL, *found = NULL;
        _cleanup_free_ char *text = NULL, *why = NULL;
        STACK_OF(X509) *all = NULL;
        int r;

        make_authority(&ca, true);
        make_authority(&other, true);
        issued = issue(other_key ? stranger : key, name, names, other_issuer ? other.certificate : ca.certificate,
                       other_issuer ? other.key : ca.key, false);
        text = message_of(&issued, 1);
        assert_int_equal(certificates_read(text, strlen(text), &all), 0);
        r = certificate_ours(all, key, ca.certificate, &subject, &found, &why);
        assert_true(r != 0 || found);
        assert_true(r != -EBADMSG || why);
        sk_X509_pop_free(all, X509_free);
        return r;
}

static void our_certificate_has_our_key_authority_and_names(void **state)
{
        (void)state;
        assert_int_equal(judge(HOST, NAMES, false, false), 0);
        assert_int_equal(judge(HOST, NAMES, true, false), -ENOENT);
        assert_int_equal(judge(HOST, NAMES, false, true), -EBADMSG);
        assert_int_equal(judge("another", NAMES, false, false), -EBADMSG);
        assert_int_equal(judge(HOST, NULL, false, false), -EBADMSG);
        assert_int_equal(judge(HOST, "URI:urn:bioagent:chain:" CHAIN, false, false), -EBADMSG);
        assert_int_equal(judge(HOST, NAMES ",DNS:collector.example", false, false), -EBADMSG);
}

static void what_is_no_message_of_certificates_is_refused(void **state)
{
        static const char *const wrong[] = {"", "AAAA", "====", "A", "MAA", "<html>", "MIIB"};
        STACK_OF(X509) *all = NULL;
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(wrong); i++)
                assert_int_equal(certificates_read(wrong[i], strlen(wrong[i]), &all), -EBADMSG);
}

static void line_breaks_in_base64_do_not_matter(void **state)
{
        _cleanup_authority_ struct authority ca;
        _cleanup_free_ char *text = NULL;
        _cleanup_text_ struct text broken = {0};
        STACK_OF(X509) *all = NULL;
        size_t i;

        (void)state;
        make_authority(&ca, true);
        text = message_of(&ca.certificate, 1);
        for (i = 0; text[i]; i++) {
                text_add_char(&broken, text[i]);
                if (i % 64 == 63)
                        text_add(&broken, "\r\n");
        }
        assert_int_equal(certificates_read(broken.data, broken.length, &all), 0);
        assert_int_equal(sk_X509_num(all), 1);
        sk_X509_pop_free(all, X509_free);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_token_has_three_parts),
                cmocka_unit_test(what_is_no_token_is_refused),
                cmocka_unit_test(a_key_comes_back_from_its_file),
                cmocka_unit_test(a_request_names_host_key_and_chain),
                cmocka_unit_test(only_the_pinned_authority_is_taken),
                cmocka_unit_test(a_pinned_certificate_must_be_a_self_signed_authority),
                cmocka_unit_test(our_certificate_has_our_key_authority_and_names),
                cmocka_unit_test(what_is_no_message_of_certificates_is_refused),
                cmocka_unit_test(line_breaks_in_base64_do_not_matter),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
