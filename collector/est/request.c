/* SPDX-License-Identifier: EUPL-1.2 */
/* Certificate requests: a stranger's, until everything in them has been looked at. */
#include <ctype.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "est/ca.h"

#define URI_KID   "urn:ietf:params:oauth:jwk-thumbprint:sha-256:"
#define URI_CHAIN "urn:bioagent:chain:"

void host_request_free(struct host_request *r)
{
        EVP_PKEY_free(r->public_key);
        memset(r, 0, sizeof(*r));
}

static int refuse(char **why, const char *what)
{
        ERR_clear_error();
        *why = must_strdup(what);
        return -EINVAL;
}

/* RFC 9562, lower case. */
static bool is_uuid(const char *s, size_t length)
{
        size_t i;

        if (length != 36)
                return false;
        for (i = 0; i < length; i++) {
                bool dash = i == 8 || i == 13 || i == 18 || i == 23;

                if (dash ? s[i] != '-' : !isdigit((unsigned char)s[i]) && !(s[i] >= 'a' && s[i] <= 'f'))
                        return false;
        }
        return true;
}

static bool is_p256(EVP_PKEY *key)
{
        char group[32] = "";

        return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
               EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) == 1 && streq(group, "prime256v1");
}

static bool read_subject(const X509_REQ *q, struct host_request *ret)
{
        X509_NAME *name = X509_REQ_get_subject_name(q);
        const X509_NAME_ENTRY *entry = X509_NAME_entry_count(name) == 1 ? X509_NAME_get_entry(name, 0) : NULL;
        unsigned char *bytes = NULL;
        int length;
        bool good;

        if (!entry || OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry)) != NID_commonName)
                return false;
        length = ASN1_STRING_to_UTF8(&bytes, X509_NAME_ENTRY_get_data(entry));
        good = length > 0 && is_uuid((char *)bytes, (size_t)length);
        if (good)
                memcpy(ret->host_id, bytes, (size_t)length); /* the rest is zero */
        OPENSSL_free(bytes);
        return good;
}

static bool is_thumbprint(const char *s)
{
        _cleanup_free_ unsigned char *bytes = NULL;
        size_t length;

        return base64url_decode(s, strlen(s), &bytes, &length) >= 0 && length == 32;
}

/* One of the two names, each once. */
static bool read_uri(const char *uri, struct host_request *ret)
{
        if (starts_with(uri, URI_KID) && ret->kid[0] == '\0' && is_thumbprint(uri + strlen(URI_KID))) {
                memcpy(ret->kid, uri + strlen(URI_KID), sizeof(ret->kid));
                return true;
        }
        if (starts_with(uri, URI_CHAIN) && ret->chain[0] == '\0' && is_hex(uri + strlen(URI_CHAIN), 32)) {
                memcpy(ret->chain, uri + strlen(URI_CHAIN), sizeof(ret->chain));
                return true;
        }
        return false;
}

static bool read_names(GENERAL_NAMES *names, struct host_request *ret)
{
        int i;

        if (sk_GENERAL_NAME_num(names) != 2)
                return false;
        for (i = 0; i < 2; i++) {
                const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
                _cleanup_free_ char *uri = NULL;

                if (name->type != GEN_URI)
                        return false;
                uri = must_strndup((const char *)ASN1_STRING_get0_data(name->d.uniformResourceIdentifier),
                                   (size_t)ASN1_STRING_length(name->d.uniformResourceIdentifier));
                if (strlen(uri) != (size_t)ASN1_STRING_length(name->d.uniformResourceIdentifier) || !read_uri(uri, ret))
                        return false;
        }
        return true;
}

static bool read_alternative_names(X509_REQ *q, struct host_request *ret)
{
        STACK_OF(X509_EXTENSION) *extensions = X509_REQ_get_extensions(q);
        int critical;
        GENERAL_NAMES *names = extensions ? X509V3_get_d2i(extensions, NID_subject_alt_name, &critical, NULL) : NULL;
        bool good = names && read_names(names, ret);

        GENERAL_NAMES_free(names);
        sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
        return good;
}

static int read_request(X509_REQ *q, struct host_request *ret, char **why)
{
        EVP_PKEY *key = X509_REQ_get0_pubkey(q);

        if (!key || !is_p256(key))
                return refuse(why, "the key of the certificate request must be P-256");
        if (X509_REQ_verify(q, key) != 1)
                return refuse(why, "the certificate request is not signed by its own key");
        if (!read_subject(q, ret))
                return refuse(why, "the subject of the certificate request must be CN = host id (a UUID) alone");
        if (!read_alternative_names(q, ret))
                return refuse(why, "the certificate request must name exactly the record key and the chain");
        if (EVP_PKEY_up_ref(key) != 1)
                out_of_memory();
        ret->public_key = key;
        return 0;
}

int host_request_read(const unsigned char *der, size_t length, struct host_request *ret, char **why)
{
        const unsigned char *at = der;
        X509_REQ *q;
        int r;

        memset(ret, 0, sizeof(*ret));
        q = d2i_X509_REQ(NULL, &at, (long)length);
        if (!q || at != der + length)
                r = refuse(why, "this is no certificate request");
        else
                r = read_request(q, ret, why);
        X509_REQ_free(q);
        if (r < 0)
                host_request_free(ret);
        return r;
}
