/* SPDX-License-Identifier: EUPL-1.2 */
/* A key from a stranger's genesis, or from a file: what is taken is the same key after a round through JWK. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "jose/key.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
        if (!holds)
                abort();
}

static void is_a_key(const struct jose_key *key)
{
        _cleanup_key_ struct jose_key *again = NULL;
        _cleanup_json_ json_t *jwk = jose_key_to_jwk(key);
        unsigned char signature[JOSE_SIGNATURE_BYTES] = {0};

        require(!json_object_get(jwk, "d"));
        require(jose_key_from_jwk(jwk, &again, NULL) == 0);
        require(strcmp(jose_key_id(key), jose_key_id(again)) == 0);
        require(jose_key_algorithm(key) == jose_key_algorithm(again));
        require(jose_key_verify(again, "text", 4, signature, sizeof(signature)) < 0);
        if (!jose_key_is_private(key))
                require(jose_key_sign(key, "text", 4, signature) < 0);
        else if (jose_key_sign(key, "text", 4, signature) == 0)
                require(jose_key_verify(again, "text", 4, signature, sizeof(signature)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_key_ struct jose_key *from_pem = NULL, *from_jwk = NULL;
        _cleanup_json_ json_t *jwk = NULL;
        _cleanup_free_ char *why = NULL, *jwk_why = NULL;

        if (jose_key_from_pem((const char *)data, size, &from_pem, &why) == 0)
                is_a_key(from_pem);
        else
                require(why && !from_pem);
        if (json_parse((const char *)data, size, &jwk, NULL) < 0)
                return 0;
        if (jose_key_from_jwk(jwk, &from_jwk, &jwk_why) == 0)
                is_a_key(from_jwk);
        else
                require(jwk_why && !from_jwk);
        return 0;
}
