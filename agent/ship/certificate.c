/* SPDX-License-Identifier: EUPL-1.2 */
#include "ship/certificate.h"

#include <ctype.h>
#include <errno.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>

#include "base/io.h"
#include "base/memory.h"
#include "base/text.h"

#define CERTIFICATES_MOST 32
#define TOKEN_PREFIX      "bae1."
#define SECRET_LEAST      16
#define KEY_URI           "urn:ietf:params:oauth:jwk-thumbprint:sha-256:"
#define CHAIN_URI         "urn:bioagent:chain:"
#define UNPADDED          "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

int token_parse(const char *bytes, size_t length, struct token *ret)
{
        _cleanup_free_ char *token = NULL;
        _cleanup_free_ unsigned char *digest = NULL;
        size_t secret, digest_length = 0;
        const char *s, *pin;

        while (length > 0 && isspace((unsigned char)bytes[0])) {
                bytes++;
                length--;
        }
        while (length > 0 && isspace((unsigned char)bytes[length - 1]))
                length--;
        if (length > TOKEN_MOST || memchr(bytes, '\0', length))
                return -EINVAL;
        token = must_strndup(bytes, length);
        if (!starts_with(token, TOKEN_PREFIX))
                return -EINVAL;
        s = token + strlen(TOKEN_PREFIX);
        secret = strspn(s, UNPADDED);
        pin = s + secret + 1;
        if (s[secret] != '.' || secret < SECRET_LEAST || secret > TOKEN_SECRET_MOST || strlen(pin) != PIN_TEXT - 1 ||
            base64url_decode(pin, PIN_TEXT - 1, &digest, &digest_length) < 0)
                return -EINVAL;
        *ret = (struct token){0};
        memcpy(ret->secret, s, secret);
        memcpy(ret->pin, pin, PIN_TEXT);
        explicit_bzero(token, length);
        return 0;
}

EVP_PKEY *tls_key_new(void)
{
        return EVP_EC_gen("P-256");
}

/* What a memory BIO holds, malloc'd. */
static char *bio_text(BIO *bio)
{
        char *data = NULL;
        long length = BIO_get_mem_data(bio, &data);

        return length > 0 ? must_strndup(data, (size_t)length) : NULL;
}

static void drop_bio(BIO **bio)
{
        BIO_free_all(*bio);
}
#define _cleanup_bio_ _cleanup_(drop_bio)

static BIO *new_bio(void)
{
        BIO *bio = BIO_new(BIO_s_secmem());

        if (!bio)
                out_of_memory();
        return bio;
}

char *tls_key_pem(EVP_PKEY *key)
{
        _cleanup_bio_ BIO *bio = new_bio();

        return PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1 ? bio_text(bio) : NULL;
}

EVP_PKEY *tls_key_read(const char *bytes, size_t length)
{
        _cleanup_bio_ BIO *bio = BIO_new_mem_buf(bytes, (int)length);
        _cleanup_pkey_ EVP_PKEY *key = NULL;
        char group[64];

        if (!bio)
                out_of_memory();
        /* An empty passphrase, rather than the terminal's. */
        key = PEM_read_bio_PrivateKey(bio, NULL, NULL, (void *)"");
        if (!key || EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) != 1 || !streq(group, "prime256v1"))
                return NULL;
        return TAKE_PTR(key);
}

static bool add_names(X509_REQ *request, const struct subject *subject)
{
        _cleanup_free_ char *names = must_printf("URI:" KEY_URI "%s,URI:" CHAIN_URI "%s", subject->kid, subject->chain);
        STACK_OF(X509_EXTENSION) *extensions = sk_X509_EXTENSION_new_null();
        X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, names);
        bool added = extensions && extension && sk_X509_EXTENSION_push(extensions, extension) > 0;

        if (!added)
                X509_EXTENSION_free(extension);
        added = added && X509_REQ_add_extensions(request, extensions) == 1;
        sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
        return added;
}

/* base64 (RFC 4648 §4), one line, malloc'd. */
static char *base64_encode(const unsigned char *bytes, size_t length)
{
        unsigned char *text = must_alloc((length + 2) / 3 * 4 + 1);

        (void)EVP_EncodeBlock(text, bytes, (int)length);
        return (char *)text;
}

char *request_make(EVP_PKEY *key, const struct subject *subject)
{
        X509_REQ *request = X509_REQ_new();
        X509_NAME *name = X509_NAME_new();
        unsigned char *der = NULL;
        char *text = NULL;
        int length = 0;

        if (request && name &&
            X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_ASC, (const unsigned char *)subject->host_id, -1,
                                       -1, 0) == 1 &&
            X509_REQ_set_subject_name(request, name) == 1 && X509_REQ_set_pubkey(request, key) == 1 &&
            add_names(request, subject) && X509_REQ_sign(request, key, EVP_sha256()) > 0)
                length = i2d_X509_REQ(request, &der);
        if (length > 0)
                text = base64_encode(der, (size_t)length);
        OPENSSL_free(der);
        X509_NAME_free(name);
        X509_REQ_free(request);
        return text;
}

/* base64 with line breaks; strict otherwise. malloc'd. */
static int base64_decode(const char *text, size_t length, unsigned char **ret, size_t *ret_length)
{
        _cleanup_free_ unsigned char *compact = must_alloc(length + 1), *bytes = must_alloc(length + 4);
        size_t n = 0, padding = 0, i;
        int decoded;

        for (i = 0; i < length; i++) {
                if (!isspace((unsigned char)text[i]))
                        compact[n++] = (unsigned char)text[i];
        }
        while (padding < 2 && n > padding && compact[n - 1 - padding] == '=')
                padding++;
        if (n == 0 || n % 4 != 0 || n > INT32_MAX)
                return -EBADMSG;
        decoded = EVP_DecodeBlock(bytes, compact, (int)n);
        if (decoded < (int)padding)
                return -EBADMSG;
        *ret = TAKE_PTR(bytes);
        *ret_length = (size_t)decoded - padding;
        return 0;
}

int certificates_read(const char *base64, size_t length, STACK_OF(X509) * *ret)
{
        _cleanup_free_ unsigned char *der = NULL;
        const unsigned char *p;
        size_t der_length = 0;
        PKCS7 *message;
        int r = base64_decode(base64, length, &der, &der_length);

        if (r < 0)
                return r;
        p = der;
        message = d2i_PKCS7(NULL, &p, (long)der_length);
        if (!message || p != der + der_length || !PKCS7_type_is_signed(message) || !message->d.sign ||
            !message->d.sign->cert || sk_X509_num(message->d.sign->cert) > CERTIFICATES_MOST) {
                PKCS7_free(message);
                return -EBADMSG;
        }
        *ret = X509_chain_up_ref(message->d.sign->cert);
        PKCS7_free(message);
        return *ret ? 0 : -EBADMSG;
}

static bool has_pin(X509 *certificate, const char *pin)
{
        unsigned char digest[SHA256_BYTES], *der = NULL;
        _cleanup_free_ char *text = NULL;
        int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);

        if (length <= 0)
                return false;
        sha256(der, (size_t)length, digest);
        OPENSSL_free(der);
        text = base64url_encode(digest, sizeof(digest));
        return streq(text, pin);
}

static bool is_self_signed_ca(X509 *certificate)
{
        return X509_self_signed(certificate, 1) == 1 && X509_check_ca(certificate) == 1;
}

X509 *certificate_pinned(const STACK_OF(X509) * all, const char *pin)
{
        int i;

        for (i = 0; i < sk_X509_num(all); i++) {
                X509 *candidate = sk_X509_value(all, i);

                if (has_pin(candidate, pin) && is_self_signed_ca(candidate)) {
                        (void)X509_up_ref(candidate);
                        return candidate;
                }
        }
        return NULL;
}

static bool has_common_name(const X509 *certificate, const char *expected)
{
        const X509_NAME *name = X509_get_subject_name(certificate);
        int i = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
        const ASN1_STRING *value = i < 0 ? NULL : X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, i));

        return value && X509_NAME_entry_count(name) == 1 && (size_t)ASN1_STRING_length(value) == strlen(expected) &&
               memcmp(ASN1_STRING_get0_data(value), expected, strlen(expected)) == 0;
}

static bool has_uris(const X509 *certificate, const struct subject *subject)
{
        _cleanup_free_ char *key = must_printf(KEY_URI "%s", subject->kid);
        _cleanup_free_ char *chain = must_printf(CHAIN_URI "%s", subject->chain);
        GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
        bool key_found = false, chain_found = false, other = false;
        int i;

        for (i = 0; i < sk_GENERAL_NAME_num(names); i++) {
                const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
                const ASN1_STRING *uri = name->type == GEN_URI ? name->d.uniformResourceIdentifier : NULL;
                size_t length = uri ? (size_t)ASN1_STRING_length(uri) : 0;
                const void *data = uri ? ASN1_STRING_get0_data(uri) : NULL;

                if (uri && length == strlen(key) && memcmp(data, key, length) == 0)
                        key_found = true;
                else if (uri && length == strlen(chain) && memcmp(data, chain, length) == 0)
                        chain_found = true;
                else
                        other = true;
        }
        GENERAL_NAMES_free(names);
        return key_found && chain_found && !other;
}

static bool is_issued_under(X509 *certificate, X509 *ca)
{
        X509_STORE *store = X509_STORE_new();
        X509_STORE_CTX *context = X509_STORE_CTX_new();
        bool valid = store && context && X509_STORE_add_cert(store, ca) == 1 &&
                     X509_STORE_CTX_init(context, store, certificate, NULL) == 1 &&
                     X509_STORE_CTX_set_purpose(context, X509_PURPOSE_SSL_CLIENT) == 1 &&
                     X509_verify_cert(context) == 1;

        X509_STORE_CTX_free(context);
        X509_STORE_free(store);
        return valid;
}

int certificate_ours(const STACK_OF(X509) * all, EVP_PKEY *key, X509 *ca, const struct subject *subject, X509 **ret,
                     char **why)
{
        int i;

        for (i = 0; i < sk_X509_num(all); i++) {
                X509 *candidate = sk_X509_value(all, i);

                if (EVP_PKEY_eq(X509_get0_pubkey(candidate), key) != 1)
                        continue;
                if (!is_issued_under(candidate, ca)) {
                        *why = must_strdup(
                                "the certificate is not issued under the pinned authority, or not valid now");
                        return -EBADMSG;
                }
                if (!has_common_name(candidate, subject->host_id) || !has_uris(candidate, subject)) {
                        *why = must_strdup("the certificate has other names than were asked for");
                        return -EBADMSG;
                }
                (void)X509_up_ref(candidate);
                *ret = candidate;
                return 0;
        }
        return -ENOENT;
}

char *certificate_pem(X509 *certificate)
{
        _cleanup_bio_ BIO *bio = new_bio();

        return PEM_write_bio_X509(bio, certificate) == 1 ? bio_text(bio) : NULL;
}

int64_t certificate_until(const X509 *certificate)
{
        struct tm tm;

        if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &tm) != 1)
                return 0;
        return timegm(&tm);
}
