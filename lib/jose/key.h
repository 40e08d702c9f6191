/* SPDX-License-Identifier: EUPL-1.2 */
/* Keys of records: Ed25519 (RFC 8037) and P-256 (RFC 7518), as PEM files and as JWK. */
#ifndef JOSE_KEY_H
#define JOSE_KEY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"

struct jose_key;

enum jose_algorithm { JOSE_EDDSA, JOSE_ES256 };

#define JOSE_KID_TEXT 44 /* base64url of a SHA-256 and NUL */

void jose_key_free(struct jose_key *key);
static inline void jose_key_drop(struct jose_key **key)
{
        jose_key_free(*key);
}
#define _cleanup_key_ _cleanup_(jose_key_drop)

/* The same key once more, with a life of its own. */
struct jose_key *jose_key_copy(const struct jose_key *key);

/* A new Ed25519 private key. */
struct jose_key *jose_key_generate(void);
/* Private or public PEM (PKCS#8, SubjectPublicKeyInfo). -EINVAL: no such key, or of another type; *why (may be NULL)
 * says what, malloc'd. */
int jose_key_from_pem(const char *bytes, size_t length, struct jose_key **ret, char **why);
/* Public JWK: {"kty":"OKP","crv":"Ed25519","x":…} or {"kty":"EC","crv":"P-256","x":…,"y":…}; other members are ignored,
 * but a private part ("d") is -EINVAL, as is a point that is not on the curve. */
int jose_key_from_jwk(const json_t *jwk, struct jose_key **ret, char **why);
/* A file that is PEM or JWK. */
int jose_key_load(const char *path, struct jose_key **ret, char **why);

bool jose_key_is_private(const struct jose_key *key);
enum jose_algorithm jose_key_algorithm(const struct jose_key *key);
const char *jose_algorithm_name(enum jose_algorithm a); /* "EdDSA", "ES256" */
/* RFC 7638 thumbprint, base64url. Borrowed. */
const char *jose_key_id(const struct jose_key *key);
json_t *jose_key_to_jwk(const struct jose_key *key); /* public; new reference */
/* PKCS#8 PEM of a private key; malloc'd. */
char *jose_key_to_pem(const struct jose_key *key);

/* JOSE signatures: 64 bytes, of Ed25519 (RFC 8032) or r‖s of ES256 (RFC 7518 §3.4). */
#define JOSE_SIGNATURE_BYTES 64
/* -EINVAL: a public key alone; -EIO: the key's provider failed. */
int jose_key_sign(const struct jose_key *key, const void *bytes, size_t length,
                  unsigned char ret[static JOSE_SIGNATURE_BYTES]);
/* 0, or -EBADMSG. */
int jose_key_verify(const struct jose_key *key, const void *bytes, size_t length, const unsigned char *signature,
                    size_t signature_length);

/* EVP_PKEY for X.509 code, borrowed (declared as void to keep OpenSSL out of this header). */
void *jose_key_openssl(const struct jose_key *key);

#endif
