/* SPDX-License-Identifier: EUPL-1.2 */
/* Scope-bound ownership of OpenSSL's objects; for this room's own files. */
#ifndef JOSE_OPENSSL_H
#define JOSE_OPENSSL_H

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <stdbool.h>

#include "base/cleanup.h"

static inline void drop_bio(BIO **b)
{
        (void)BIO_free(*b);
}

static inline void drop_bn(BIGNUM **n)
{
        BN_free(*n);
}

static inline void drop_pkey_context(EVP_PKEY_CTX **c)
{
        EVP_PKEY_CTX_free(*c);
}

static inline void drop_digest_context(EVP_MD_CTX **c)
{
        EVP_MD_CTX_free(*c);
}

static inline void drop_ecdsa(ECDSA_SIG **s)
{
        ECDSA_SIG_free(*s);
}

/* A context for verifying with this key, to be given back; NULL without memory. *ret_used: it was initialised for it
 * before. */
struct jose_key;
EVP_MD_CTX *jose_key_take_context(const struct jose_key *key, bool *ret_used);
void jose_key_give_context(const struct jose_key *key, EVP_MD_CTX *context);

#define _cleanup_bio_            _cleanup_(drop_bio)
#define _cleanup_bn_             _cleanup_(drop_bn)
#define _cleanup_pkey_context_   _cleanup_(drop_pkey_context)
#define _cleanup_digest_context_ _cleanup_(drop_digest_context)
#define _cleanup_ecdsa_          _cleanup_(drop_ecdsa)

#endif
