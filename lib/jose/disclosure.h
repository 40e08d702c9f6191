/* SPDX-License-Identifier: EUPL-1.2 */
/* Disclosures (RFC 9901), flat object properties only; for this room's own files. */
#ifndef JOSE_DISCLOSURE_H
#define JOSE_DISCLOSURE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "jose/jws.h"

/* A digest of an `_sd`, where it stands, and what it stands for. */
struct disclosed {
        const char *digest;   /* borrowed from the payload */
        const json_t *holder; /* the object with the `_sd`; borrowed */
        unsigned depth;       /* of the holder; the payload is 1 */
        json_t *name, *value; /* NULL where there is no disclosure */
};

void disclosures_free(struct jws *j);
/* Finds all digests of the payload. -EINVAL on reserved names and malformed `_sd`. */
int disclosures_scan(struct jws *j, char **why);
/* Takes what stands behind the JWS: `D1~…~Dn~` or nothing. */
int disclosures_read(struct jws *j, const char *bytes, size_t length, char **why);

bool disclosure_name_is_reserved(const char *name);
/* True where a reserved name stands anywhere inside it. */
bool disclosure_uses_reserved(const json_t *value);

/* Turns what `_personal` names into disclosures, `~`-ended each, appended to `out`. */
int disclosures_make(json_t *payload, struct text *out);

/* Base64url of the SHA-256. */
void jose_hash(const char *bytes, size_t length, char ret[static JWS_HASH_TEXT]);

#endif
