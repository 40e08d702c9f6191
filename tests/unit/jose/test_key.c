/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "jose/key.h"

/* RFC 8037 appendix A.2 and A.3. */
#define RFC8037_JWK "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}"
#define RFC8037_KID "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
/* RFC 7515 appendix A.3. */
#define RFC7515_X   "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
#define RFC7515_Y   "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
#define RFC7515_JWK "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" RFC7515_X "\",\"y\":\"" RFC7515_Y "\"}"

/* n of P-256 (SP 800-186). */
#define P256_ORDER "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"

static int from_jwk_text(const char *text, struct jose_key **ret, char **why)
{
        _cleanup_json_ json_t *jwk = NULL;

        assert_int_equal(json_parse(text, strlen(text), &jwk, NULL), 0);
        return jose_key_from_jwk(jwk, ret, why);
}

static void assert_refused(const char *text, const char *reason)
{
        _cleanup_key_ struct jose_key *key = NULL;
        _cleanup_free_ char *why = NULL;

        assert_int_equal(from_jwk_text(text, &key, &why), -EINVAL);
        assert_null(key);
        if (!strstr(why, reason))
                fail_msg("%s: refused as \"%s\", expected \"%s\"", text, why, reason);
}

static int verify_compact(const struct jose_key *key, const char *signing_input, const char *signature)
{
        _cleanup_free_ unsigned char *bytes = NULL;
        size_t length;

        assert_int_equal(base64url_decode(signature, strlen(signature), &bytes, &length), 0);
        return jose_key_verify(key, signing_input, strlen(signing_input), bytes, length);
}

static void rfc8037_thumbprint_and_signature(void **state)
{
        static const char input[] = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
        static const char signature[] =
                "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
        _cleanup_key_ struct jose_key *key = NULL;

        (void)state;
        assert_int_equal(from_jwk_text(RFC8037_JWK, &key, NULL), 0);
        assert_string_equal(jose_key_id(key), RFC8037_KID);
        assert_int_equal(jose_key_algorithm(key), JOSE_EDDSA);
        assert_false(jose_key_is_private(key));
        assert_int_equal(verify_compact(key, input, signature), 0);
        assert_int_equal(verify_compact(key, input + 1, signature), -EBADMSG);
}

static void rfc7515_es256_signature(void **state)
{
        static const char input[] =
                "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9p"
                "c19yb290Ijp0cnVlfQ";
        static const char signature[] =
                "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
        _cleanup_key_ struct jose_key *key = NULL;

        (void)state;
        assert_int_equal(from_jwk_text(RFC7515_JWK, &key, NULL), 0);
        assert_int_equal(jose_key_algorithm(key), JOSE_ES256);
        assert_int_equal(verify_compact(key, input, signature), 0);
        assert_int_equal(verify_compact(key, input + 1, signature), -EBADMSG);
}

static void other_members_of_a_jwk_do_not_count(void **state)
{
        _cleanup_key_ struct jose_key *key = NULL;

        (void)state;
        assert_int_equal(from_jwk_text("{\"use\":\"sig\",\"kid\":\"other\",\"kty\":\"OKP\",\"crv\":\"Ed25519\","
                                       "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
                                       &key, NULL),
                         0);
        assert_string_equal(jose_key_id(key), RFC8037_KID);
}

static void malformed_jwks_are_refused(void **state)
{
        (void)state;
        assert_refused("[]", "object");
        assert_refused("{}", "neither");
        assert_refused("{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}", "neither");
        assert_refused("{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
                       "neither");
        assert_refused("{\"kty\":\"EC\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
                       "neither");
        assert_refused("{\"kty\":\"OKP\",\"crv\":\"Ed25519\"}", "32 bytes");
        assert_refused("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":7}", "32 bytes");
        /* one byte short; padded; spare bits set */
        assert_refused("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHUQ\"}",
                       "32 bytes");
        assert_refused("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"}",
                       "32 bytes");
        assert_refused("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURp\"}",
                       "32 bytes");
        assert_refused("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\","
                       "\"d\":\"AA\"}",
                       "private");
        /* y is x's: not on the curve; no y; zero */
        assert_refused("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" RFC7515_X "\",\"y\":\"" RFC7515_X "\"}", "curve");
        assert_refused("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" RFC7515_X "\"}", "32 bytes");
        assert_refused("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\","
                       "\"y\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}",
                       "curve");
}

/* Under such a key, R = s·B and any message verify: it would sign everything. */
static void keys_of_small_order_are_refused(void **state)
{
        (void)state;
        assert_refused("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}",
                       "small order");
        assert_refused("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAIA\"}",
                       "small order");
        assert_refused("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"7P_______________________________________38\"}",
                       "small order");
        assert_refused("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"xxdqcD1N2E-6PAt2DRBnDyogU_osOczGTsf9d5KsA_o\"}",
                       "small order");
}

static void a_generated_key_signs_and_survives_pem_and_jwk(void **state)
{
        _cleanup_key_ struct jose_key *key = jose_key_generate(), *again = NULL, *public = NULL,
                                      *copy = jose_key_copy(key);
        _cleanup_free_ char *pem = jose_key_to_pem(key);
        _cleanup_json_ json_t *jwk = jose_key_to_jwk(key);
        unsigned char signature[JOSE_SIGNATURE_BYTES];

        (void)state;
        assert_true(jose_key_is_private(key));
        assert_int_equal(strlen(jose_key_id(key)), JOSE_KID_TEXT - 1);
        assert_true(starts_with(pem, "-----BEGIN PRIVATE KEY-----\n"));
        assert_int_equal(jose_key_from_pem(pem, strlen(pem), &again, NULL), 0);
        assert_true(jose_key_is_private(again));
        assert_string_equal(jose_key_id(again), jose_key_id(key));
        assert_null(json_object_get(jwk, "d"));
        assert_int_equal(jose_key_from_jwk(jwk, &public, NULL), 0);
        assert_string_equal(jose_key_id(public), jose_key_id(key));

        assert_int_equal(jose_key_sign(again, "text", 4, signature), 0);
        assert_int_equal(jose_key_verify(public, "text", 4, signature, sizeof(signature)), 0);
        assert_int_equal(jose_key_verify(copy, "text", 4, signature, sizeof(signature)), 0);
        assert_int_equal(jose_key_verify(public, "test", 4, signature, sizeof(signature)), -EBADMSG);
        assert_int_equal(jose_key_verify(public, "text", 4, signature, sizeof(signature) - 1), -EBADMSG);
        assert_int_equal(jose_key_sign(public, "text", 4, signature), -EINVAL);
}

static char *pem_of(EVP_PKEY *pkey, bool public)
{
        BIO *bio = BIO_new(BIO_s_mem());
        char *bytes, *pem;
        long length;

        assert_int_equal(public ? PEM_write_bio_PUBKEY(bio, pkey)
                                : PEM_write_bio_PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL),
                         1);
        length = BIO_get_mem_data(bio, &bytes);
        pem = must_strndup(bytes, (size_t)length);
        BIO_free(bio);
        return pem;
}

static void p256_from_pem_signs_as_r_and_s(void **state)
{
        EVP_PKEY *pkey = EVP_EC_gen("P-256");
        _cleanup_free_ char *private = pem_of(pkey, false), *public = pem_of(pkey, true);
        _cleanup_key_ struct jose_key *key = NULL, *seen = NULL;
        unsigned char signature[JOSE_SIGNATURE_BYTES];
        unsigned i;

        (void)state;
        EVP_PKEY_free(pkey);
        assert_int_equal(jose_key_from_pem(private, strlen(private), &key, NULL), 0);
        assert_int_equal(jose_key_from_pem(public, strlen(public), &seen, NULL), 0);
        assert_true(jose_key_is_private(key));
        assert_false(jose_key_is_private(seen));
        assert_int_equal(jose_key_algorithm(key), JOSE_ES256);
        assert_string_equal(jose_key_id(key), jose_key_id(seen));
        /* Often enough that a scalar with leading zeros is among them. */
        for (i = 0; i < 1000; i++) {
                assert_int_equal(jose_key_sign(key, &i, sizeof(i), signature), 0);
                assert_int_equal(jose_key_verify(seen, &i, sizeof(i), signature, sizeof(signature)), 0);
        }
        signature[40] ^= 1;
        assert_int_equal(jose_key_verify(seen, &i, sizeof(i), signature, sizeof(signature)), -EBADMSG);
}

static void es256_takes_s_high_and_low_but_not_zero_or_beyond_n(void **state)
{
        EVP_PKEY *pkey = EVP_EC_gen("P-256");
        _cleanup_free_ char *private = pem_of(pkey, false);
        _cleanup_key_ struct jose_key *key = NULL;
        unsigned char signature[JOSE_SIGNATURE_BYTES], odd[JOSE_SIGNATURE_BYTES];
        BIGNUM *n = NULL, *s = NULL;

        (void)state;
        EVP_PKEY_free(pkey);
        assert_int_equal(jose_key_from_pem(private, strlen(private), &key, NULL), 0);
        assert_int_equal(jose_key_sign(key, "text", 4, signature), 0);
        BN_hex2bn(&n, P256_ORDER);
        s = BN_bin2bn(signature + 32, 32, NULL);

        memcpy(odd, signature, sizeof(odd));
        BN_sub(s, n, s);
        BN_bn2binpad(s, odd + 32, 32);
        assert_memory_not_equal(odd, signature, sizeof(odd));
        assert_int_equal(jose_key_verify(key, "text", 4, odd, sizeof(odd)), 0);

        memset(odd, 0, sizeof(odd));
        assert_int_equal(jose_key_verify(key, "text", 4, odd, sizeof(odd)), -EBADMSG);
        memset(odd, 0xff, sizeof(odd));
        assert_int_equal(jose_key_verify(key, "text", 4, odd, sizeof(odd)), -EBADMSG);
        BN_free(n);
        BN_free(s);
}

static void other_keys_in_pem_are_refused(void **state)
{
        static const char *const curves[] = {"P-384", "secp256k1"};
        _cleanup_key_ struct jose_key *key = NULL;
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(curves); i++) {
                EVP_PKEY *pkey = EVP_EC_gen(curves[i]);
                _cleanup_free_ char *pem = pem_of(pkey, true), *why = NULL;

                EVP_PKEY_free(pkey);
                assert_int_equal(jose_key_from_pem(pem, strlen(pem), &key, &why), -EINVAL);
                assert_non_null(strstr(why, "P-256"));
        }
        {
                EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
                _cleanup_free_ char *pem = pem_of(pkey, false), *why = NULL;

                EVP_PKEY_free(pkey);
                assert_int_equal(jose_key_from_pem(pem, strlen(pem), &key, &why), -EINVAL);
                assert_non_null(strstr(why, "neither"));
        }
        {
                _cleanup_free_ char *why = NULL;

                assert_int_equal(jose_key_from_pem("nothing", 7, &key, &why), -EINVAL);
                assert_non_null(strstr(why, "no PEM block"));
        }
}

static void an_encrypted_key_is_refused_without_asking(void **state)
{
        EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
        _cleanup_key_ struct jose_key *key = NULL;
        _cleanup_free_ char *why = NULL;
        BIO *bio = BIO_new(BIO_s_mem());
        char *bytes;
        long length;

        (void)state;
        assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, pkey, EVP_aes_128_cbc(), "secret", 6, NULL, NULL), 1);
        length = BIO_get_mem_data(bio, &bytes);
        assert_int_equal(jose_key_from_pem(bytes, (size_t)length, &key, &why), -EINVAL);
        assert_non_null(strstr(why, "passphrase"));
        BIO_free(bio);
        EVP_PKEY_free(pkey);
}

static void files_hold_pem_or_jwk(void **state)
{
        char directory[] = "/tmp/test-key-XXXXXX";
        _cleanup_free_ char *path = NULL, *why = NULL, *missing = NULL;
        _cleanup_key_ struct jose_key *key = jose_key_generate(), *pem_key = NULL, *jwk_key = NULL, *none = NULL;
        _cleanup_free_ char *pem = jose_key_to_pem(key);

        (void)state;
        assert_non_null(mkdtemp(directory));
        path = must_printf("%s/key", directory);
        assert_int_equal(file_write_durably(AT_FDCWD, path, 0600, pem, strlen(pem), false), 0);
        assert_int_equal(jose_key_load(path, &pem_key, &why), 0);
        assert_null(why);
        assert_true(jose_key_is_private(pem_key));
        assert_int_equal(file_write_durably(AT_FDCWD, path, 0600, "\n " RFC8037_JWK, strlen(RFC8037_JWK) + 2, false),
                         0);
        assert_int_equal(jose_key_load(path, &jwk_key, NULL), 0);
        assert_string_equal(jose_key_id(jwk_key), RFC8037_KID);
        assert_int_equal(file_write_durably(AT_FDCWD, path, 0600, "{\"kty\":", 7, false), 0);
        assert_int_equal(jose_key_load(path, &none, &why), -EINVAL);
        assert_true(starts_with(why, path));
        unlink(path);
        assert_int_equal(jose_key_load(path, &none, &missing), -ENOENT);
        assert_non_null(strstr(missing, "No such file"));
        rmdir(directory);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(rfc8037_thumbprint_and_signature),
                cmocka_unit_test(rfc7515_es256_signature),
                cmocka_unit_test(other_members_of_a_jwk_do_not_count),
                cmocka_unit_test(malformed_jwks_are_refused),
                cmocka_unit_test(keys_of_small_order_are_refused),
                cmocka_unit_test(a_generated_key_signs_and_survives_pem_and_jwk),
                cmocka_unit_test(p256_from_pem_signs_as_r_and_s),
                cmocka_unit_test(es256_takes_s_high_and_low_but_not_zero_or_beyond_n),
                cmocka_unit_test(other_keys_in_pem_are_refused),
                cmocka_unit_test(an_encrypted_key_is_refused_without_asking),
                cmocka_unit_test(files_hold_pem_or_jwk),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
