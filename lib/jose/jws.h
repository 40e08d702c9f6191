/* SPDX-License-Identifier: EUPL-1.2 */
/* JWS in compact form (RFC 7515) with disclosures behind it (RFC 9901): `JWS~D1~…~Dn~`, n ≥ 0, the final `~` mandatory.
 *
 * Signature and hash cover the JWS alone. The *hash* of a record is the base64url SHA-256 of the JWS signing input
 * (`header.payload`), never of a signature, which has several encodings. */
#ifndef JOSE_JWS_H
#define JOSE_JWS_H

#include <jansson.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "jose/key.h"

#define JWS_TYPE             "bioagent-record+jws"
#define JWS_LINE_MOST        (1024 * 1024) /* a record, disclosures included; a report has no limit */
#define JWS_HASH_TEXT        44
#define JWS_DISCLOSURES_MOST (1024 * 1024)

/* A parsed line. Borrows nothing. */
struct jws {
        json_t *header;
        json_t *payload;     /* as signed: with `_sd` */
        char *compact;       /* `header.payload.signature` */
        char *signing_input; /* `header.payload` */
        char hash[JWS_HASH_TEXT];
        unsigned char *signature;
        size_t signature_length;
        char **disclosures; /* as written, base64url */
        size_t disclosure_count;
        struct disclosed *table; /* of disclosure.c: digest_count entries, by digest */
        size_t digest_count;     /* in all `_sd`; what exceeds disclosure_count was erased */
        const char *kid;         /* from the header, borrowed from it; NULL where there is none */
        enum jose_algorithm algorithm;
};

void jws_free(struct jws *j); /* the content; not `j` itself */

/* Strict: base64url without padding or spare bits, header and payload JSON objects without duplicate keys, `alg` EdDSA
 * or ES256, `typ` ours, no `crit`, no `b64`; every disclosure well-formed, used by exactly one `_sd` digest, and none
 * twice (RFC 9901 §7). `most`: longest line taken (0: no limit). `length` without newline. -EINVAL or -E2BIG; *why
 * malloc'd. Does not verify the signature. */
int jws_parse(const char *line, size_t length, size_t most, struct jws *ret, char **why);

/* 0 where the signature is `key`'s over the signing input and the header's alg is the key's; -EBADMSG otherwise. ES256
 * takes s and n − s alike (they are the same record, by hash). */
int jws_verify(const struct jws *j, const struct jose_key *key);

/* Signs `payload` (compact, in order of insertion), every member of an object that a `_personal` array of that object
 * names becoming a disclosure: the `_personal` member goes, `_sd` (sorted digests) comes, and `_sd_alg` is set at top
 * level where there is any. Salts are 128 random bits. *ret is the line, malloc'd, without newline. The payload is
 * changed. -EINVAL: the key is public alone, or the payload uses a reserved name (`_sd`, `_sd_alg`, `...`) or a
 * malformed `_personal`; -E2BIG: more disclosures than JWS_DISCLOSURES_MOST; -EIO: the key's provider failed. The
 * length of the line is the caller's to look at. */
int jws_sign(json_t *payload, const struct jose_key *key, char **ret);

/* The payload with its disclosures put back: a new reference. `*missing` counts digests without a disclosure. The names
 * of disclosed members are listed in `_personal` where `mark` is true. */
json_t *jws_disclosed(const struct jws *j, size_t *missing, int mark);

/* Removes `_personal` members everywhere: the payload in clear. */
void personal_unmark(json_t *payload);

#endif
