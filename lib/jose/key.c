/* SPDX-License-Identifier: EUPL-1.2 */
#include "jose/key.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <pthread.h>
#include <string.h>

#include "base/io.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "jose/openssl.h"

#define COORDINATE_BYTES 32 /* of both curves */
#define FILE_MOST        (64 * 1024)
#define CONTEXTS_MOST    4 /* of one key: as many threads may well verify at once */

struct jose_key {
        EVP_PKEY *pkey;
        enum jose_algorithm algorithm;
        bool private;
        unsigned char x[COORDINATE_BYTES]; /* Ed25519: the public key as such */
        unsigned char y[COORDINATE_BYTES];
        char id[JOSE_KID_TEXT];
        /* Contexts made for verifying with it, that nobody uses now: making one anew takes OpenSSL's locks. */
        pthread_mutex_t lock;
        EVP_MD_CTX *idle[CONTEXTS_MOST];
        unsigned idle_count;
};

static int refuse(char **why, const char *what)
{
        ERR_clear_error();
        if (why)
                *why = must_strdup(what);
        return -EINVAL;
}

/* The y coordinates of Ed25519's points of small order, sign bit aside, in each encoding that decoders accept
 * (Chalkias, Garillot, Nikolaenko: "Taming the many EdDSAs", 2020, table 6). Under such a key one signature fits many
 * messages. */
static const unsigned char small_order[][COORDINATE_BYTES] = {
        {0x00},
        {0x01},
        {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
         0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
        {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
         0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
        {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
        {0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
        {0xee, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
};

static bool is_small_order(const unsigned char x[static COORDINATE_BYTES])
{
        size_t i;

        for (i = 0; i < ELEMENTS(small_order); i++)
                if (memcmp(x, small_order[i], COORDINATE_BYTES - 1) == 0 &&
                    (x[COORDINATE_BYTES - 1] & 0x7f) == small_order[i][COORDINATE_BYTES - 1])
                        return true;
        return false;
}

/* RFC 7638: the SHA-256 of the required members, sorted, without white space. */
static void make_id(struct jose_key *key)
{
        _cleanup_free_ char *x = base64url_encode(key->x, sizeof(key->x)), *y = NULL, *members = NULL, *id = NULL;
        unsigned char digest[SHA256_BYTES];

        if (key->algorithm == JOSE_EDDSA) {
                members = must_printf("{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"%s\"}", x);
        } else {
                y = base64url_encode(key->y, sizeof(key->y));
                members = must_printf("{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}", x, y);
        }
        sha256(members, strlen(members), digest);
        id = base64url_encode(digest, sizeof(digest));
        memcpy(key->id, id, sizeof(key->id));
}

static int read_ed25519(struct jose_key *key, char **why)
{
        size_t length = sizeof(key->x);

        key->algorithm = JOSE_EDDSA;
        if (EVP_PKEY_get_raw_public_key(key->pkey, key->x, &length) != 1 || length != sizeof(key->x))
                return refuse(why, "not an Ed25519 key");
        if (is_small_order(key->x))
                return refuse(why, "an Ed25519 key of small order, under which anyone can sign");
        return 0;
}

static int read_p256(struct jose_key *key, char **why)
{
        _cleanup_bn_ BIGNUM *x = NULL, *y = NULL;
        _cleanup_pkey_context_ EVP_PKEY_CTX *context = NULL;
        char group[32];

        key->algorithm = JOSE_ES256;
        if (EVP_PKEY_get_group_name(key->pkey, group, sizeof(group), NULL) != 1 || !streq(group, "prime256v1"))
                return refuse(why, "not on the curve P-256; a key is Ed25519 or P-256");
        context = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);
        if (!context)
                out_of_memory();
        if ((key->private ? EVP_PKEY_check(context) : EVP_PKEY_public_check(context)) != 1)
                return refuse(why, "not a point on the curve P-256");
        if (EVP_PKEY_get_bn_param(key->pkey, OSSL_PKEY_PARAM_EC_PUB_X, &x) != 1 ||
            EVP_PKEY_get_bn_param(key->pkey, OSSL_PKEY_PARAM_EC_PUB_Y, &y) != 1 ||
            BN_bn2binpad(x, key->x, sizeof(key->x)) < 0 || BN_bn2binpad(y, key->y, sizeof(key->y)) < 0)
                return refuse(why, "not a P-256 key");
        return 0;
}

/* Takes `pkey`, on errors too. */
static int wrap(EVP_PKEY *pkey, bool private, struct jose_key **ret, char **why)
{
        _cleanup_key_ struct jose_key *key = must_alloc(sizeof(*key));
        int r;

        key->pkey = pkey;
        key->private = private;
        (void)pthread_mutex_init(&key->lock, NULL);
        if (EVP_PKEY_is_a(pkey, "ED25519"))
                r = read_ed25519(key, why);
        else if (EVP_PKEY_is_a(pkey, "EC"))
                r = read_p256(key, why);
        else
                r = refuse(why, "neither an Ed25519 nor a P-256 key");
        if (r < 0)
                return r;
        make_id(key);
        *ret = TAKE_PTR(key);
        return 0;
}

void jose_key_free(struct jose_key *key)
{
        if (!key)
                return;
        while (key->idle_count > 0)
                EVP_MD_CTX_free(key->idle[--key->idle_count]);
        (void)pthread_mutex_destroy(&key->lock);
        EVP_PKEY_free(key->pkey);
        free(key);
}

EVP_MD_CTX *jose_key_take_context(const struct jose_key *of, bool *ret_used)
{
        struct jose_key *key = (struct jose_key *)of; /* the key stays the same; what is at hand for it does not */
        EVP_MD_CTX *context = NULL;

        (void)pthread_mutex_lock(&key->lock);
        if (key->idle_count > 0)
                context = key->idle[--key->idle_count];
        (void)pthread_mutex_unlock(&key->lock);
        *ret_used = context != NULL;
        return context ? context : EVP_MD_CTX_new();
}

void jose_key_give_context(const struct jose_key *of, EVP_MD_CTX *context)
{
        struct jose_key *key = (struct jose_key *)of;

        (void)pthread_mutex_lock(&key->lock);
        if (key->idle_count < CONTEXTS_MOST)
                key->idle[key->idle_count++] = TAKE_PTR(context);
        (void)pthread_mutex_unlock(&key->lock);
        EVP_MD_CTX_free(context);
}

struct jose_key *jose_key_copy(const struct jose_key *key)
{
        struct jose_key *copy = must_alloc(sizeof(*copy));

        *copy = *key;
        copy->idle_count = 0;
        (void)pthread_mutex_init(&copy->lock, NULL);
        if (EVP_PKEY_up_ref(key->pkey) != 1)
                out_of_memory();
        return copy;
}

struct jose_key *jose_key_generate(void)
{
        struct jose_key *key = NULL;
        EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");

        if (!pkey || wrap(pkey, true, &key, NULL) < 0)
                out_of_memory();
        return key;
}

/* Never asks on the terminal: a service has none, and a person is told what to do. */
static int no_passphrase(char *buffer, int size, int writing, void *user)
{
        (void)buffer;
        (void)size;
        (void)writing;
        *(bool *)user = true;
        return -1;
}

int jose_key_from_pem(const char *bytes, size_t length, struct jose_key **ret, char **why)
{
        _cleanup_bio_ BIO *bio = NULL;
        bool encrypted = false, private = true;
        EVP_PKEY *pkey;

        if (length > FILE_MOST)
                return refuse(why, "too long for a key");
        bio = BIO_new_mem_buf(bytes, (int)length);
        if (!bio)
                out_of_memory();
        pkey = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, &encrypted);
        if (!pkey && !encrypted) {
                private = false;
                (void)BIO_reset(bio);
                pkey = PEM_read_bio_PUBKEY(bio, NULL, no_passphrase, &encrypted);
        }
        ERR_clear_error();
        if (encrypted) {
                EVP_PKEY_free(pkey);
                return refuse(why, "the key is encrypted with a passphrase; write it without (openssl pkey)");
        }
        if (!pkey)
                return refuse(why, "no PEM block with a key that can be read");
        return wrap(pkey, private, ret, why);
}

static int read_coordinate(const json_t *jwk, const char *name, unsigned char out[static COORDINATE_BYTES])
{
        const char *text = json_member_string(jwk, name);
        _cleanup_free_ unsigned char *bytes = NULL;
        size_t length;

        if (!text || base64url_decode(text, strlen(text), &bytes, &length) < 0 || length != COORDINATE_BYTES)
                return -EINVAL;
        memcpy(out, bytes, length);
        return 0;
}

static EVP_PKEY *p256_from_point(const unsigned char x[static COORDINATE_BYTES],
                                 const unsigned char y[static COORDINATE_BYTES])
{
        unsigned char point[1 + 2 * COORDINATE_BYTES] = {POINT_CONVERSION_UNCOMPRESSED};
        char group[] = "P-256";
        OSSL_PARAM parameters[] = {
                OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
                OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)),
                OSSL_PARAM_construct_end(),
        };
        _cleanup_pkey_context_ EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
        EVP_PKEY *pkey = NULL;

        if (!context)
                out_of_memory();
        memcpy(point + 1, x, COORDINATE_BYTES);
        memcpy(point + 1 + COORDINATE_BYTES, y, COORDINATE_BYTES);
        if (EVP_PKEY_fromdata_init(context) != 1 ||
            EVP_PKEY_fromdata(context, &pkey, EVP_PKEY_PUBLIC_KEY, parameters) != 1)
                return NULL;
        return pkey;
}

int jose_key_from_jwk(const json_t *jwk, struct jose_key **ret, char **why)
{
        unsigned char x[COORDINATE_BYTES], y[COORDINATE_BYTES];
        const char *type = json_member_string(jwk, "kty"), *curve = json_member_string(jwk, "crv");
        EVP_PKEY *pkey;

        if (!json_is_object(jwk))
                return refuse(why, "a JWK is an object");
        if (json_object_get(jwk, "d"))
                return refuse(why, "a JWK with a private part is not taken");
        if (streq(type, "OKP") && streq(curve, "Ed25519")) {
                if (read_coordinate(jwk, "x", x) < 0)
                        return refuse(why, "\"x\" of the JWK is not 32 bytes in base64url");
                pkey = EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL, x, sizeof(x));
        } else if (streq(type, "EC") && streq(curve, "P-256")) {
                if (read_coordinate(jwk, "x", x) < 0 || read_coordinate(jwk, "y", y) < 0)
                        return refuse(why, "\"x\" or \"y\" of the JWK is not 32 bytes in base64url");
                pkey = p256_from_point(x, y);
        } else {
                return refuse(why, "the JWK is neither kty OKP, crv Ed25519, nor kty EC, crv P-256");
        }
        if (!pkey)
                return refuse(why, "the JWK is no point on its curve");
        return wrap(pkey, false, ret, why);
}

static int from_jwk_text(const char *bytes, size_t length, struct jose_key **ret, char **why)
{
        _cleanup_json_ json_t *jwk = NULL;
        int r = json_parse(bytes, length, &jwk, why);

        return r < 0 ? r : jose_key_from_jwk(jwk, ret, why);
}

int jose_key_load(const char *path, struct jose_key **ret, char **why)
{
        _cleanup_free_ char *bytes = NULL, *reason = NULL, *safe = safe_string(path, strlen(path));
        size_t length = 0;
        int r = file_read(AT_FDCWD, path, FILE_MOST, &bytes, &length);

        if (r < 0)
                reason = must_strdup(r == -EFBIG ? "too long for a key" : strerror(-r));
        else if (bytes[strspn(bytes, " \t\r\n")] == '{')
                r = from_jwk_text(bytes, length, ret, &reason);
        else
                r = jose_key_from_pem(bytes, length, ret, &reason);
        if (bytes)
                OPENSSL_cleanse(bytes, length);
        if (r < 0 && why)
                *why = must_printf("%s: %s", safe, reason);
        return r;
}

bool jose_key_is_private(const struct jose_key *key)
{
        return key->private;
}

enum jose_algorithm jose_key_algorithm(const struct jose_key *key)
{
        return key->algorithm;
}

const char *jose_key_id(const struct jose_key *key)
{
        return key->id;
}

void *jose_key_openssl(const struct jose_key *key)
{
        return key->pkey;
}

json_t *jose_key_to_jwk(const struct jose_key *key)
{
        _cleanup_free_ char *x = base64url_encode(key->x, sizeof(key->x)), *y = NULL;
        json_t *jwk = json_must(json_object());

        json_set(jwk, "kty", json_must(json_string(key->algorithm == JOSE_EDDSA ? "OKP" : "EC")));
        json_set(jwk, "crv", json_must(json_string(key->algorithm == JOSE_EDDSA ? "Ed25519" : "P-256")));
        json_set(jwk, "x", json_must(json_string(x)));
        if (key->algorithm == JOSE_ES256) {
                y = base64url_encode(key->y, sizeof(key->y));
                json_set(jwk, "y", json_must(json_string(y)));
        }
        return jwk;
}

char *jose_key_to_pem(const struct jose_key *key)
{
        _cleanup_bio_ BIO *bio = BIO_new(BIO_s_secmem());
        char *bytes = NULL;
        long length;

        if (!bio || PEM_write_bio_PKCS8PrivateKey(bio, key->pkey, NULL, NULL, 0, NULL, NULL) != 1)
                out_of_memory();
        length = BIO_get_mem_data(bio, &bytes);
        return must_strndup(bytes, (size_t)length);
}
