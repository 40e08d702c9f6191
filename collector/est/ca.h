/* SPDX-License-Identifier: EUPL-1.2 */
/* The collector's own certificate authority: P-256 (FIPS 186-5), X.509 (RFC 5280). */
#ifndef EST_CA_H
#define EST_CA_H

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

struct ca;

/* A new one, self-signed, ten years from `now`. */
int ca_create(int64_t now, struct ca **ret, char **why);
/* From PEM files. *why malloc'd. */
int ca_load(const char *key_path, const char *certificate_path, struct ca **ret, char **why);
void ca_free(struct ca *ca);
static inline void ca_drop(struct ca **ca)
{
        ca_free(*ca);
}
#define _cleanup_ca_ _cleanup_(ca_drop)

/* PEM; malloc'd. The key is PKCS#8. */
char *ca_key_pem(const struct ca *ca);
char *ca_certificate_pem(const struct ca *ca);
/* base64url(SHA-256(DER SubjectPublicKeyInfo)) of a CA certificate; malloc'd. NULL where the file is none. */
char *ca_pin_of_file(const char *certificate_path);

/* A server's key and certificate with these names (DNS or IP) as subject alternative names, valid as long as the CA.
 * PEM, malloc'd. -EINVAL: no such name. */
int ca_issue_server(const struct ca *ca, const char *const *names, size_t count, int64_t now, char **ret_key,
                    char **ret_certificate, char **why);

/* What a host asks for; texts of a certificate request that was checked. */
struct host_request {
        char host_id[37];
        char kid[44];
        char chain[33];
        void *public_key; /* EVP_PKEY, owned */
};
void host_request_free(struct host_request *r);
/* Checks a DER certificate request (PKCS#10, RFC 2986): signed by its own key, P-256; subject CN = a UUID alone; as
 * subject alternative names exactly the record key (urn:ietf:params:oauth:jwk-thumbprint:sha-256:…, RFC 9278) and the
 * chain (urn:bioagent:chain:…). -EINVAL with *why (malloc'd). */
int host_request_read(const unsigned char *der, size_t length, struct host_request *ret, char **why);
/* The certificate with exactly these names, for a TLS client, for a year; as PKCS#7 certs-only, DER, malloc'd. */
int ca_issue_host(const struct ca *ca, const struct host_request *request, int64_t now, unsigned char **ret,
                  size_t *ret_length);
/* The CA certificate as PKCS#7 certs-only, DER, malloc'd. */
int ca_certificates(const struct ca *ca, unsigned char **ret, size_t *ret_length);

#endif
