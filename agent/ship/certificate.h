/* SPDX-License-Identifier: EUPL-1.2 */
/* What enrolment needs of X.509: the token's pin, the request, and the certificates that come back. No network, no
 * files. */
#ifndef SHIP_CERTIFICATE_H
#define SHIP_CERTIFICATE_H

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "record/record.h"
#include "spool/spool.h"

#define TOKEN_MOST        512
#define PIN_TEXT          44 /* base64url of a SHA-256, and NUL */
#define TOKEN_SECRET_MOST 256

/* bae1.SECRET.PIN */
struct token {
        char secret[TOKEN_SECRET_MOST + 1];
        char pin[PIN_TEXT];
};

/* Surrounding white space is not part of it. -EINVAL: it has another form. */
int token_parse(const char *bytes, size_t length, struct token *ret);

/* Whom a certificate is for. */
struct subject {
        char host_id[SPOOL_HOST_ID_TEXT];
        char chain[RECORD_CHAIN_TEXT];
        char kid[JOSE_KID_TEXT];
};

static inline void drop_key(EVP_PKEY **key)
{
        EVP_PKEY_free(*key);
}
static inline void drop_certificate(X509 **certificate)
{
        X509_free(*certificate);
}
#define _cleanup_pkey_ _cleanup_(drop_key)
#define _cleanup_x509_ _cleanup_(drop_certificate)

/* A new P-256 key, or NULL. */
EVP_PKEY *tls_key_new(void);
/* PKCS#8 PEM, malloc'd; NULL on failure. */
char *tls_key_pem(EVP_PKEY *key);
/* NULL where the bytes hold no P-256 private key. */
EVP_PKEY *tls_key_read(const char *bytes, size_t length);

/* PKCS#10 (RFC 2986), signed by `key`: CN = host id, and the record key (RFC 9278) and chain as URIs. base64 of DER,
 * one line, malloc'd; NULL on failure. */
char *request_make(EVP_PKEY *key, const struct subject *subject);

/* An answer of EST: base64 of a PKCS#7 that holds certificates alone (RFC 7030 §4.1.3, RFC 5272). *ret: at most 32.
 * -EBADMSG. */
int certificates_read(const char *base64, size_t length, STACK_OF(X509) * *ret);

/* The self-signed CA certificate among `all` whose key the pin names: a new reference, or NULL. */
X509 *certificate_pinned(const STACK_OF(X509) * all, const char *pin);
/* Our certificate among `all`: for `key`, issued under `ca`, with exactly the names of `subject`. 0 and a new
 * reference; -ENOENT: none is for this key; -EBADMSG with *why (malloc'd). */
int certificate_ours(const STACK_OF(X509) * all, EVP_PKEY *key, X509 *ca, const struct subject *subject, X509 **ret,
                     char **why);

/* PEM, malloc'd. */
char *certificate_pem(X509 *certificate);
/* When it expires. 0: cannot be told. */
int64_t certificate_until(const X509 *certificate);

#endif
