/* SPDX-License-Identifier: EUPL-1.2 */
/* Keys of ssh: of which kind, and how many bits. Nothing of a private key is kept: the part of its file that is public
 * is decoded, and wiped.
 *
 * A public key is a blob (RFC 4253 section 6.6, RFC 5656 section 3.1, PROTOCOL.certkeys and PROTOCOL.u2f of OpenSSH).
 * The file of a private key is of OpenSSH's own kind (PROTOCOL.key), which begins with the public blob, also where it
 * is behind a passphrase; or it is PEM: RSAPrivateKey (RFC 8017 A.1.2), which begins with the modulus, by itself or
 * within PrivateKeyInfo (RFC 5958). */
#ifndef FACTS_SSH_KEY_H
#define FACTS_SSH_KEY_H

#include <stdbool.h>
#include <stddef.h>

struct ssh_key {
        const char *type; /* "RSA", "ECDSA", "ED25519", "DSA", "ECDSA-SK", "ED25519-SK"; a static text */
        unsigned bits;    /* 0: not looked for (of PEM that is no RSA) */
        bool is_public;   /* the file holds a public key alone */
};

#define SSH_KEY_BITS_MOST 65536

/* A public blob: 0, or -EINVAL where it is none of a kind that OpenSSH has. */
int ssh_key_blob(const unsigned char *bytes, size_t length, struct ssh_key *ret);
/* "ssh-rsa AAAA… comment", from the name of the kind on: 0, or -EINVAL. */
int ssh_key_public(const char *line, size_t length, struct ssh_key *ret);

/* Reading the file of a key piece by piece: whole lines are taken, until the end. */
struct ssh_key_reading;
struct ssh_key_reading *ssh_key_reading_new(void);
void ssh_key_reading_take(struct ssh_key_reading *r, const char *bytes, size_t length);
void ssh_key_reading_again(struct ssh_key_reading *r);
/* NULL, or why no key is told: a static text. */
const char *ssh_key_reading_end(const struct ssh_key_reading *r, struct ssh_key *ret);
void ssh_key_reading_free(struct ssh_key_reading *r); /* NULL is fine */

#endif
