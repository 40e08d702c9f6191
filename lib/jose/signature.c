/* SPDX-License-Identifier: EUPL-1.2 */
/* Signatures as JOSE writes them. OpenSSL writes ECDSA's in DER (RFC 3279 §2.2.3); RFC 7518 §3.4 has r and s side by
 * side. */
#include <errno.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>

#include "base/memory.h"
#include "jose/key.h"
#include "jose/openssl.h"

#define SCALAR_BYTES (JOSE_SIGNATURE_BYTES / 2)
#define DER_MOST     80 /* of a P-256 signature: 72 */

const char *jose_algorithm_name(enum jose_algorithm a)
{
        return a == JOSE_EDDSA ? "EdDSA" : "ES256";
}

/* Ed25519 hashes by itself (RFC 8032). */
static const char *digest_name(const struct jose_key *key)
{
        return jose_key_algorithm(key) == JOSE_EDDSA ? NULL : "SHA256";
}

static int scalars_from_der(const unsigned char *der, size_t length, unsigned char out[static JOSE_SIGNATURE_BYTES])
{
        _cleanup_ecdsa_ ECDSA_SIG *signature = d2i_ECDSA_SIG(NULL, &der, (long)length);

        if (!signature || BN_bn2binpad(ECDSA_SIG_get0_r(signature), out, SCALAR_BYTES) < 0 ||
            BN_bn2binpad(ECDSA_SIG_get0_s(signature), out + SCALAR_BYTES, SCALAR_BYTES) < 0)
                return -EINVAL;
        return 0;
}

static int der_from_scalars(const unsigned char scalars[static JOSE_SIGNATURE_BYTES],
                            unsigned char out[static DER_MOST], size_t *ret_length)
{
        _cleanup_ecdsa_ ECDSA_SIG *signature = ECDSA_SIG_new();
        BIGNUM *r = BN_bin2bn(scalars, SCALAR_BYTES, NULL), *s = BN_bin2bn(scalars + SCALAR_BYTES, SCALAR_BYTES, NULL);
        int length;

        if (!signature || !r || !s || ECDSA_SIG_set0(signature, r, s) != 1)
                out_of_memory();
        length = i2d_ECDSA_SIG(signature, NULL);
        if (length <= 0 || length > DER_MOST)
                return -EINVAL;
        *ret_length = (size_t)i2d_ECDSA_SIG(signature, &out);
        return 0;
}

int jose_key_sign(const struct jose_key *key, const void *bytes, size_t length,
                  unsigned char ret[static JOSE_SIGNATURE_BYTES])
{
        _cleanup_digest_context_ EVP_MD_CTX *context = EVP_MD_CTX_new();
        unsigned char signature[DER_MOST];
        size_t signature_length = sizeof(signature);
        int r = 0;

        if (!jose_key_is_private(key))
                return -EINVAL;
        if (!context)
                out_of_memory();
        if (EVP_DigestSignInit_ex(context, NULL, digest_name(key), NULL, NULL, jose_key_openssl(key), NULL) != 1 ||
            EVP_DigestSign(context, signature, &signature_length, bytes, length) != 1) {
                ERR_clear_error();
                return -EIO;
        }
        if (jose_key_algorithm(key) == JOSE_ES256)
                r = scalars_from_der(signature, signature_length, ret);
        else
                memcpy(ret, signature, JOSE_SIGNATURE_BYTES);
        return r;
}

int jose_key_verify(const struct jose_key *key, const void *bytes, size_t length, const unsigned char *signature,
                    size_t signature_length)
{
        unsigned char der[DER_MOST];
        EVP_MD_CTX *context;
        size_t der_length;
        bool used;
        int r;

        if (signature_length != JOSE_SIGNATURE_BYTES)
                return -EBADMSG;
        if (jose_key_algorithm(key) == JOSE_ES256) {
                if (der_from_scalars(signature, der, &der_length) < 0)
                        return -EBADMSG;
                signature = der;
                signature_length = der_length;
        }
        context = jose_key_take_context(key, &used);
        if (!context || EVP_DigestVerifyInit_ex(context, NULL, digest_name(key), NULL, NULL,
                                                used ? NULL : jose_key_openssl(key), NULL) != 1)
                out_of_memory();
        r = EVP_DigestVerify(context, signature, signature_length, bytes, length);
        jose_key_give_context(key, context);
        ERR_clear_error();
        return r == 1 ? 0 : -EBADMSG;
}
