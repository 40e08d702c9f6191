/* SPDX-License-Identifier: EUPL-1.2 */
#include "est/ca.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "base/io.h"
#include "base/memory.h"
#include "base/text.h"

#define YEAR       (365 * 86400L)
#define CA_YEARS   10
#define HOST_YEARS 1
#define BACKDATED  300 /* seconds: for clients whose clock is a little behind */
#define PEM_MOST   65536

struct ca {
        EVP_PKEY *key;
        X509 *certificate;
};

static void drop_bio(BIO **b)
{
        (void)BIO_free(*b);
}

static void drop_x509(X509 **x)
{
        X509_free(*x);
}

static void drop_key(EVP_PKEY **k)
{
        EVP_PKEY_free(*k);
}

#define _cleanup_bio_  _cleanup_(drop_bio)
#define _cleanup_x509_ _cleanup_(drop_x509)
#define _cleanup_pkey_ _cleanup_(drop_key)

static int crypto_failed(const char *what, char **why)
{
        char text[256];

        ERR_error_string_n(ERR_get_error(), text, sizeof(text));
        ERR_clear_error();
        if (why)
                *why = must_printf("%s: %s", what, text);
        return -EIO;
}

void ca_free(struct ca *ca)
{
        if (!ca)
                return;
        EVP_PKEY_free(ca->key);
        X509_free(ca->certificate);
        free(ca);
}

/* --- making certificates --------------------------------------------------------------------------------------- */

static bool add_extension(X509 *x, X509V3_CTX *context, int nid, const char *value)
{
        X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, context, nid, value);
        bool added = e && X509_add_ext(x, e, -1) == 1;

        X509_EXTENSION_free(e);
        return added;
}

static bool set_serial(X509 *x)
{
        unsigned char bytes[16];
        BIGNUM *n;
        bool set;

        random_bytes(bytes, sizeof(bytes));
        bytes[0] = (unsigned char)((bytes[0] & 0x7f) | 0x40); /* positive, and always of the same length */
        n = BN_bin2bn(bytes, sizeof(bytes), NULL);
        set = n && BN_to_ASN1_INTEGER(n, X509_get_serialNumber(x)) != NULL;
        BN_free(n);
        return set;
}

static bool set_name(X509 *x, const char *common_name)
{
        X509_NAME *name = X509_get_subject_name(x);

        return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)common_name, -1, -1, 0) ==
               1;
}

/* What all certificates have. NULL without memory. */
static X509 *fresh_certificate(EVP_PKEY *key, const char *common_name, int64_t now, int64_t until)
{
        _cleanup_x509_ X509 *x = X509_new();

        if (!x || X509_set_version(x, X509_VERSION_3) != 1 || !set_serial(x) || X509_set_pubkey(x, key) != 1 ||
            !set_name(x, common_name) || !ASN1_TIME_set(X509_getm_notBefore(x), (time_t)(now - BACKDATED)) ||
            !ASN1_TIME_set(X509_getm_notAfter(x), (time_t)until))
                return NULL;
        return TAKE_PTR(x);
}

int ca_create(int64_t now, struct ca **ret, char **why)
{
        _cleanup_ca_ struct ca *ca = must_alloc(sizeof(*ca));
        X509V3_CTX context;

        ca->key = EVP_EC_gen("P-256");
        ca->certificate =
                ca->key ? fresh_certificate(ca->key, "bioagent collector CA", now, now + CA_YEARS * YEAR) : NULL;
        if (!ca->certificate || X509_set_issuer_name(ca->certificate, X509_get_subject_name(ca->certificate)) != 1)
                return crypto_failed("cannot make a CA", why);
        X509V3_set_ctx(&context, ca->certificate, ca->certificate, NULL, NULL, 0);
        if (!add_extension(ca->certificate, &context, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
            !add_extension(ca->certificate, &context, NID_key_usage, "critical,keyCertSign,cRLSign") ||
            !add_extension(ca->certificate, &context, NID_subject_key_identifier, "hash") ||
            X509_sign(ca->certificate, ca->key, EVP_sha256()) <= 0)
                return crypto_failed("cannot make a CA", why);
        *ret = TAKE_PTR(ca);
        return 0;
}

/* Extensions and signature of a certificate below the CA. `names` in the syntax of x509v3_config(5). */
static bool finish_certificate(const struct ca *ca, X509 *x, const char *usage, const char *names)
{
        X509V3_CTX context;

        if (X509_set_issuer_name(x, X509_get_subject_name(ca->certificate)) != 1)
                return false;
        X509V3_set_ctx(&context, ca->certificate, x, NULL, NULL, 0);
        return add_extension(x, &context, NID_basic_constraints, "critical,CA:FALSE") &&
               add_extension(x, &context, NID_key_usage, "critical,digitalSignature") &&
               add_extension(x, &context, NID_ext_key_usage, usage) &&
               add_extension(x, &context, NID_subject_alt_name, names) &&
               add_extension(x, &context, NID_subject_key_identifier, "hash") &&
               add_extension(x, &context, NID_authority_key_identifier, "keyid:always") &&
               X509_sign(x, ca->key, EVP_sha256()) > 0;
}

static int64_t end_of(const struct ca *ca, int64_t now)
{
        int days = 0, seconds = 0;
        ASN1_TIME *start = ASN1_TIME_set(NULL, (time_t)now);

        if (!start || ASN1_TIME_diff(&days, &seconds, start, X509_get0_notAfter(ca->certificate)) != 1)
                days = seconds = 0;
        ASN1_STRING_free(start);
        return now + (int64_t)days * 86400 + seconds;
}

/* --- PEM ------------------------------------------------------------------------------------------------------- */

static char *bio_take(BIO *b)
{
        char *data;
        long length = BIO_get_mem_data(b, &data);

        return must_strndup(data, length > 0 ? (size_t)length : 0);
}

static char *key_pem(EVP_PKEY *key)
{
        _cleanup_bio_ BIO *b = BIO_new(BIO_s_mem());

        if (!b || PEM_write_bio_PKCS8PrivateKey(b, key, NULL, NULL, 0, NULL, NULL) != 1)
                out_of_memory();
        return bio_take(b);
}

static char *certificate_pem(X509 *x)
{
        _cleanup_bio_ BIO *b = BIO_new(BIO_s_mem());

        if (!b || PEM_write_bio_X509(b, x) != 1)
                out_of_memory();
        return bio_take(b);
}

char *ca_key_pem(const struct ca *ca)
{
        return key_pem(ca->key);
}

char *ca_certificate_pem(const struct ca *ca)
{
        return certificate_pem(ca->certificate);
}

static int open_pem(const char *path, BIO **ret, char **bytes, char **why)
{
        size_t length;
        int r = file_read(AT_FDCWD, path, PEM_MOST, bytes, &length);

        if (r < 0) {
                if (why)
                        *why = must_printf("%s: %s", path, strerror(-r));
                return r;
        }
        *ret = BIO_new_mem_buf(*bytes, (int)length);
        if (!*ret)
                out_of_memory();
        return 0;
}

static X509 *load_certificate(const char *path, char **why)
{
        _cleanup_free_ char *bytes = NULL;
        _cleanup_bio_ BIO *b = NULL;
        X509 *x;

        if (open_pem(path, &b, &bytes, why) < 0)
                return NULL;
        x = PEM_read_bio_X509(b, NULL, NULL, NULL);
        if (!x)
                (void)crypto_failed(path, why);
        return x;
}

/* A key with a passphrase is refused, not asked about. */
static int no_passphrase(char *buffer, int size, int writing, void *user)
{
        (void)buffer;
        (void)size;
        (void)writing;
        (void)user;
        return -1;
}

int ca_load(const char *key_path, const char *certificate_path, struct ca **ret, char **why)
{
        _cleanup_ca_ struct ca *ca = must_alloc(sizeof(*ca));
        _cleanup_free_ char *bytes = NULL;
        _cleanup_bio_ BIO *b = NULL;
        int r = open_pem(key_path, &b, &bytes, why);

        if (r < 0)
                return r;
        ca->key = PEM_read_bio_PrivateKey(b, NULL, no_passphrase, NULL);
        explicit_bzero(bytes, strlen(bytes));
        if (!ca->key)
                return crypto_failed(key_path, why);
        ca->certificate = load_certificate(certificate_path, why);
        if (!ca->certificate)
                return -EINVAL;
        if (X509_check_private_key(ca->certificate, ca->key) != 1)
                return crypto_failed("CA key and certificate do not belong together", why);
        *ret = TAKE_PTR(ca);
        return 0;
}

char *ca_pin_of_file(const char *certificate_path)
{
        _cleanup_x509_ X509 *x = load_certificate(certificate_path, NULL);
        unsigned char digest[SHA256_BYTES], *der = NULL;
        int length = x ? i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der) : -1;

        if (length <= 0)
                return NULL;
        sha256(der, (size_t)length, digest);
        OPENSSL_free(der);
        return base64url_encode(digest, sizeof(digest));
}

/* --- issuing --------------------------------------------------------------------------------------------------- */

static bool is_dns_name(const char *name)
{
        size_t i, length = strlen(name);

        if (length == 0 || length > 253 || name[0] == '-' || name[0] == '.')
                return false;
        for (i = 0; i < length; i++)
                if (!isalnum((unsigned char)name[i]) && name[i] != '-' && name[i] != '.')
                        return false;
        return true;
}

static bool is_address(const char *name)
{
        unsigned char address[16];

        return inet_pton(AF_INET, name, address) == 1 || inet_pton(AF_INET6, name, address) == 1;
}

int ca_issue_server(const struct ca *ca, const char *const *names, size_t count, int64_t now, char **ret_key,
                    char **ret_certificate, char **why)
{
        _cleanup_pkey_ EVP_PKEY *key = EVP_EC_gen("P-256");
        _cleanup_text_ struct text alternative = {0};
        _cleanup_x509_ X509 *x = NULL;
        size_t i;

        for (i = 0; i < count; i++) {
                if (!is_address(names[i]) && !is_dns_name(names[i])) {
                        *why = must_printf("%s is neither a DNS name nor an IP address", names[i]);
                        return -EINVAL;
                }
                text_printf(&alternative, "%s%s:%s", i > 0 ? "," : "", is_address(names[i]) ? "IP" : "DNS", names[i]);
        }
        /* The names count, not the subject: a common name has at most 64 characters (RFC 5280, ub-common-name). */
        x = key ? fresh_certificate(key, "bioagent collector", now, end_of(ca, now)) : NULL;
        if (!x || !finish_certificate(ca, x, "serverAuth", text_string(&alternative)))
                return crypto_failed("cannot make the server's certificate", why);
        *ret_key = key_pem(key);
        *ret_certificate = certificate_pem(x);
        return 0;
}

/* PKCS#7 SignedData without signers and content: only certificates (RFC 7030 §4.1.3). */
static int certs_only(X509 *x, unsigned char **ret, size_t *ret_length)
{
        PKCS7 *p7 = PKCS7_new();
        unsigned char *der = NULL;
        int length = -1;

        if (p7 && PKCS7_set_type(p7, NID_pkcs7_signed) == 1 && PKCS7_content_new(p7, NID_pkcs7_data) == 1 &&
            PKCS7_set_detached(p7, 1) >= 0 && PKCS7_add_certificate(p7, x) == 1)
                length = i2d_PKCS7(p7, &der);
        PKCS7_free(p7);
        if (length <= 0)
                return crypto_failed("cannot write certificates", NULL);
        *ret = must_alloc((size_t)length);
        memcpy(*ret, der, (size_t)length);
        *ret_length = (size_t)length;
        OPENSSL_free(der);
        return 0;
}

int ca_certificates(const struct ca *ca, unsigned char **ret, size_t *ret_length)
{
        return certs_only(ca->certificate, ret, ret_length);
}

int ca_issue_host(const struct ca *ca, const struct host_request *request, int64_t now, unsigned char **ret,
                  size_t *ret_length)
{
        /* Both are of a closed alphabet, without the separators of x509v3_config(5). */
        _cleanup_free_ char *names =
                must_printf("URI:urn:ietf:params:oauth:jwk-thumbprint:sha-256:%s,URI:urn:bioagent:chain:%s",
                            request->kid, request->chain);
        int64_t until = now + HOST_YEARS * YEAR, end = end_of(ca, now);
        _cleanup_x509_ X509 *x =
                fresh_certificate(request->public_key, request->host_id, now, until < end ? until : end);

        if (!x || !finish_certificate(ca, x, "clientAuth", names))
                return crypto_failed("cannot make the host's certificate", NULL);
        return certs_only(x, ret, ret_length);
}
