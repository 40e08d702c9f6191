/* SPDX-License-Identifier: EUPL-1.2 */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "base/io.h"
#include "base/memory.h"
#include "base/text.h"
#include "records/ingest.h"

/* 8 bytes: moment, big-endian; 16: random; 32: HMAC-SHA-256 over these. */
#define STAMPED 24
#define MAC     32

static void authenticate(const unsigned char secret[static STORE_SECRET_BYTES], const unsigned char *stamped,
                         unsigned char mac[static MAC])
{
        unsigned length = MAC;

        if (!HMAC(EVP_sha256(), secret, STORE_SECRET_BYTES, stamped, STAMPED, mac, &length))
                out_of_memory();
}

void nonce_make(const unsigned char secret[static STORE_SECRET_BYTES], int64_t now, char out[static NONCE_TEXT])
{
        unsigned char bytes[STAMPED + MAC];
        _cleanup_free_ char *text = NULL;
        int i;

        for (i = 0; i < 8; i++)
                bytes[i] = (unsigned char)((uint64_t)now >> (56 - 8 * i));
        random_bytes(bytes + 8, STAMPED - 8);
        authenticate(secret, bytes, bytes + STAMPED);
        text = base64url_encode(bytes, sizeof(bytes));
        memcpy(out, text, strlen(text) + 1);
}

int64_t nonce_moment(const unsigned char secret[static STORE_SECRET_BYTES], const char *nonce)
{
        _cleanup_free_ unsigned char *bytes = NULL;
        unsigned char mac[MAC];
        uint64_t moment = 0;
        size_t length;
        int i;

        if (strlen(nonce) >= NONCE_TEXT || base64url_decode(nonce, strlen(nonce), &bytes, &length) < 0 ||
            length != STAMPED + MAC)
                return 0;
        authenticate(secret, bytes, mac);
        if (CRYPTO_memcmp(mac, bytes + STAMPED, MAC) != 0)
                return 0;
        for (i = 0; i < 8; i++)
                moment = moment << 8 | bytes[i];
        return (int64_t)moment;
}
