/* SPDX-License-Identifier: EUPL-1.2 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "facts/lines.h"
#include "facts/ssh_key.h"

/* --- public blobs ------------------------------------------------------------------------------------------------- */

/* What of a blob says how many bits: the integer at this place behind the name, or always so many. */
static const struct {
        const char *name, *type;
        unsigned integer; /* 1 is the first; 0: `bits` */
        unsigned bits;
} kinds[] = {
        {"ssh-rsa", "RSA", 2, 0},
        {"ssh-dss", "DSA", 1, 0},
        {"ssh-ed25519", "ED25519", 0, 256},
        {"ecdsa-sha2-nistp256", "ECDSA", 0, 256},
        {"ecdsa-sha2-nistp384", "ECDSA", 0, 384},
        {"ecdsa-sha2-nistp521", "ECDSA", 0, 521},
        {"sk-ssh-ed25519@openssh.com", "ED25519-SK", 0, 256},
        {"sk-ecdsa-sha2-nistp256@openssh.com", "ECDSA-SK", 0, 256},
        /* Behind the name of a certificate stands a nonce. */
        {"ssh-rsa-cert-v01@openssh.com", "RSA", 3, 0},
        {"ssh-dss-cert-v01@openssh.com", "DSA", 2, 0},
        {"ssh-ed25519-cert-v01@openssh.com", "ED25519", 0, 256},
        {"ecdsa-sha2-nistp256-cert-v01@openssh.com", "ECDSA", 0, 256},
        {"ecdsa-sha2-nistp384-cert-v01@openssh.com", "ECDSA", 0, 384},
        {"ecdsa-sha2-nistp521-cert-v01@openssh.com", "ECDSA", 0, 521},
        {"sk-ssh-ed25519-cert-v01@openssh.com", "ED25519-SK", 0, 256},
        {"sk-ecdsa-sha2-nistp256-cert-v01@openssh.com", "ECDSA-SK", 0, 256},
};

/* Bytes that are still to be read. */
struct rest {
        const unsigned char *bytes;
        size_t length;
};

static uint32_t number_at(const unsigned char *p)
{
        return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* A string of RFC 4251, section 5. */
static bool take_string(struct rest *rest, struct rest *ret)
{
        uint32_t length;

        if (rest->length < 4)
                return false;
        length = number_at(rest->bytes);
        if (length > rest->length - 4)
                return false;
        *ret = (struct rest){rest->bytes + 4, length};
        rest->bytes += 4 + (size_t)length;
        rest->length -= 4 + (size_t)length;
        return true;
}

/* Of a positive integer, without leading zeroes; 0 where it is none. */
static unsigned bits_of(struct rest integer)
{
        unsigned bits;

        while (integer.length > 0 && *integer.bytes == 0) {
                integer.bytes++;
                integer.length--;
        }
        if (integer.length == 0 || integer.length > SSH_KEY_BITS_MOST / 8)
                return 0;
        bits = (unsigned)(integer.length - 1) * 8;
        for (unsigned top = *integer.bytes; top > 0; top >>= 1)
                bits++;
        return bits;
}

int ssh_key_blob(const unsigned char *bytes, size_t length, struct ssh_key *ret)
{
        struct rest rest = {bytes, length}, name, field = {NULL, 0};
        size_t i;
        unsigned n;

        if (!take_string(&rest, &name))
                return -EINVAL;
        for (i = 0; i < ELEMENTS(kinds); i++)
                if (span_is((const char *)name.bytes, name.length, kinds[i].name))
                        break;
        if (i == ELEMENTS(kinds))
                return -EINVAL;
        for (n = 0; n < kinds[i].integer; n++)
                if (!take_string(&rest, &field))
                        return -EINVAL;
        *ret = (struct ssh_key){.type = kinds[i].type, .bits = kinds[i].integer > 0 ? bits_of(field) : kinds[i].bits};
        return ret->bits > 0 ? 0 : -EINVAL;
}

/* --- base64 ------------------------------------------------------------------------------------------------------- */

static int sextet(char c)
{
        static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        const char *at = c ? strchr(alphabet, c) : NULL;

        return at ? (int)(at - alphabet) : -1;
}

/* Digits that were decoded so far. */
struct decoding {
        unsigned char *bytes;
        size_t length, most;
        uint32_t held;
        unsigned held_bits;
        bool ended; /* by padding */
        bool bad;   /* a character that is none of it */
        bool full;
};

static void decode(struct decoding *d, const char *s, size_t length)
{
        for (size_t i = 0; i < length; i++) {
                int six = sextet(s[i]);

                if (s[i] == '=') {
                        d->ended = true;
                        continue;
                }
                if (six < 0 || d->ended) {
                        d->bad = true;
                        return;
                }
                d->held = d->held << 6 | (uint32_t)six;
                d->held_bits += 6;
                if (d->held_bits < 8)
                        continue;
                d->held_bits -= 8;
                if (d->length == d->most) {
                        d->full = true;
                        return;
                }
                d->bytes[d->length++] = (unsigned char)(d->held >> d->held_bits);
                d->held &= (1U << d->held_bits) - 1;
        }
}

/* --- a public key in a line --------------------------------------------------------------------------------------- */

static size_t word_length(const char *s, size_t length)
{
        size_t n = 0;

        while (n < length && s[n] != ' ' && s[n] != '\t' && s[n] != '\r')
                n++;
        return n;
}

int ssh_key_public(const char *line, size_t length, struct ssh_key *ret)
{
        size_t name = word_length(line, length), gap = name, digits;
        _cleanup_free_ unsigned char *bytes = NULL;
        struct decoding d = {0};
        struct rest rest, in_blob;

        while (gap < length && (line[gap] == ' ' || line[gap] == '\t'))
                gap++;
        digits = word_length(line + gap, length - gap);
        if (digits == 0)
                return -EINVAL;
        bytes = must_alloc(digits);
        d.bytes = bytes;
        d.most = digits;
        decode(&d, line + gap, digits);
        rest = (struct rest){bytes, d.length};
        /* The name stands in the blob too, and must be the same. */
        if (d.bad || !take_string(&rest, &in_blob) || in_blob.length != name || memcmp(in_blob.bytes, line, name) != 0)
                return -EINVAL;
        return ssh_key_blob(bytes, d.length, ret);
}

/* --- the file of a key -------------------------------------------------------------------------------------------- */

#define DECODED_MOST 16384 /* bytes before which the public part ends; one of 65536 bits has some 8200 */

enum stage { BEFORE, WITHIN, BEHIND };

enum form { FORM_NONE, FORM_OPENSSH, FORM_RSA, FORM_PKCS8, FORM_OTHER, FORM_ENCRYPTED };

static const struct {
        const char *label;
        enum form form;
        const char *type;
} forms[] = {
        {"OPENSSH PRIVATE KEY", FORM_OPENSSH, NULL}, {"RSA PRIVATE KEY", FORM_RSA, "RSA"},
        {"PRIVATE KEY", FORM_PKCS8, NULL},           {"EC PRIVATE KEY", FORM_OTHER, "ECDSA"},
        {"DSA PRIVATE KEY", FORM_OTHER, "DSA"},      {"ENCRYPTED PRIVATE KEY", FORM_ENCRYPTED, NULL},
};

/* "-----BEGIN LABEL-----" (RFC 7468). */
static bool is_boundary(const char *bytes, size_t length, const char *word, const char *label)
{
        const char *const parts[] = {"-----", word, " ", label, "-----"};
        size_t i;

        for (i = 0; i < ELEMENTS(parts); i++) {
                size_t part = strlen(parts[i]);

                if (length < part || memcmp(bytes, parts[i], part) != 0)
                        return false;
                bytes += part;
                length -= part;
        }
        return length == 0;
}

struct ssh_key_reading {
        enum stage stage;
        size_t form; /* of forms */
        bool encrypted, told;
        const char *bad;
        size_t lines;
        struct ssh_key key;
        struct decoding d;
        unsigned char bytes[DECODED_MOST];
};

struct ssh_key_reading *ssh_key_reading_new(void)
{
        struct ssh_key_reading *r = must_alloc(sizeof(*r));

        ssh_key_reading_again(r);
        return r;
}

void ssh_key_reading_again(struct ssh_key_reading *r)
{
        explicit_bzero(r, sizeof(*r));
        r->d = (struct decoding){.bytes = r->bytes, .most = sizeof(r->bytes)};
}

void ssh_key_reading_free(struct ssh_key_reading *r)
{
        if (!r)
                return;
        explicit_bzero(r, sizeof(*r));
        free(r);
}

/* Where a piece of it is all that is there, more may follow. */
static int openssh_part(const unsigned char *bytes, size_t length, struct ssh_key *ret)
{
        static const char magic[] = "openssh-key-v1"; /* with its NUL */
        struct rest rest, skipped, blob;
        size_t i;

        if (length < sizeof(magic))
                return -EAGAIN;
        if (memcmp(bytes, magic, sizeof(magic)) != 0)
                return -EINVAL;
        rest = (struct rest){bytes + sizeof(magic), length - sizeof(magic)};
        for (i = 0; i < 3; i++) /* cipher, key derivation, its options */
                if (!take_string(&rest, &skipped))
                        return -EAGAIN;
        if (rest.length < 4)
                return -EAGAIN;
        if (number_at(rest.bytes) != 1)
                return -EINVAL;
        rest = (struct rest){rest.bytes + 4, rest.length - 4};
        if (!take_string(&rest, &blob))
                return -EAGAIN;
        return ssh_key_blob(blob.bytes, blob.length, ret);
}

/* The head of a DER value (X.690, section 8.1) that need not be there whole. */
static int take_head(struct rest *rest, unsigned char tag, size_t *length)
{
        size_t count, i;

        if (rest->length < 2)
                return -EAGAIN;
        if (rest->bytes[0] != tag)
                return -EINVAL;
        *length = rest->bytes[1];
        count = 0;
        if (*length & 0x80) {
                count = *length & 0x7f;
                if (count == 0 || count > 4)
                        return -EINVAL;
                if (rest->length < 2 + count)
                        return -EAGAIN;
                for (*length = 0, i = 0; i < count; i++)
                        *length = *length << 8 | rest->bytes[2 + i];
        }
        *rest = (struct rest){rest->bytes + 2 + count, rest->length - 2 - count};
        return 0;
}

/* The same, and all of the value is there. */
static int take_value(struct rest *rest, unsigned char tag, struct rest *ret)
{
        size_t length;
        int r = take_head(rest, tag, &length);

        if (r < 0)
                return r;
        if (length > DECODED_MOST)
                return -EINVAL;
        if (rest->length < length)
                return -EAGAIN;
        *ret = (struct rest){rest->bytes, length};
        *rest = (struct rest){rest->bytes + length, rest->length - length};
        return 0;
}

enum { DER_INTEGER = 0x02, DER_OCTETS = 0x04, DER_SEQUENCE = 0x30 };

static int rsa_part(struct rest rest, struct ssh_key *ret)
{
        struct rest version, modulus = {NULL, 0};
        size_t length;
        int r = take_head(&rest, DER_SEQUENCE, &length);

        if (r == 0)
                r = take_value(&rest, DER_INTEGER, &version);
        if (r == 0)
                r = take_value(&rest, DER_INTEGER, &modulus);
        if (r < 0)
                return r;
        *ret = (struct ssh_key){.type = "RSA", .bits = bits_of(modulus)};
        return ret->bits > 0 ? 0 : -EINVAL;
}

static int pkcs8_part(struct rest rest, struct ssh_key *ret)
{
        static const struct {
                const char *oid;
                size_t length;
                const char *type;
                unsigned bits;
        } others[] = {
                {"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01", 9, "ECDSA", 0},
                {"\x06\x07\x2a\x86\x48\xce\x38\x04\x01", 9, "DSA", 0},
                {"\x06\x03\x2b\x65\x70", 5, "ED25519", 256},
        };
        static const char rsa[] = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"; /* rsaEncryption, RFC 8017 */
        struct rest version, algorithm = {NULL, 0};
        size_t length, i;
        int r = take_head(&rest, DER_SEQUENCE, &length);

        if (r == 0)
                r = take_value(&rest, DER_INTEGER, &version);
        if (r == 0)
                r = take_value(&rest, DER_SEQUENCE, &algorithm);
        if (r < 0)
                return r;
        for (i = 0; i < ELEMENTS(others); i++)
                if (algorithm.length >= others[i].length &&
                    memcmp(algorithm.bytes, others[i].oid, others[i].length) == 0) {
                        *ret = (struct ssh_key){.type = others[i].type, .bits = others[i].bits};
                        return 0;
                }
        if (algorithm.length < sizeof(rsa) - 1 || memcmp(algorithm.bytes, rsa, sizeof(rsa) - 1) != 0)
                return -EINVAL;
        r = take_head(&rest, DER_OCTETS, &length);
        return r < 0 ? r : rsa_part(rest, ret);
}

/* Whether what was decoded tells the key; afterwards nothing of it is needed, nor is what follows. */
static void try_part(struct ssh_key_reading *r)
{
        const struct rest rest = {r->d.bytes, r->d.length};
        int told = -EAGAIN;

        switch (forms[r->form].form) {
        case FORM_OPENSSH:
                told = openssh_part(rest.bytes, rest.length, &r->key);
                break;
        case FORM_RSA:
                told = rsa_part(rest, &r->key);
                break;
        case FORM_PKCS8:
                told = pkcs8_part(rest, &r->key);
                break;
        case FORM_OTHER:
                r->key = (struct ssh_key){.type = forms[r->form].type};
                told = 0;
                break;
        case FORM_ENCRYPTED:
        case FORM_NONE:
                return;
        }
        if (told == -EAGAIN && !r->d.full)
                return;
        r->told = told == 0;
        if (told < 0)
                r->bad = "it is no key that is understood";
        explicit_bzero(r->bytes, sizeof(r->bytes));
}

static void take_before(struct ssh_key_reading *r, const char *bytes, size_t length)
{
        const bool marked = r->lines == 1 && length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0;
        size_t i;

        /* A byte order mark is left out in front of PEM, and of nothing else. */
        if (marked) {
                bytes += 3;
                length -= 3;
        }
        for (i = 0; i < ELEMENTS(forms); i++)
                /* OpenSSH's own kind must stand at the very beginning. */
                if (is_boundary(bytes, length, "BEGIN", forms[i].label) &&
                    (forms[i].form != FORM_OPENSSH || (r->lines == 1 && !marked))) {
                        r->stage = WITHIN;
                        r->form = i;
                        r->encrypted = forms[i].form == FORM_ENCRYPTED;
                        return;
                }
        if (r->told || marked || length == 0 || *bytes == '#')
                return;
        r->told = ssh_key_public(bytes, length, &r->key) == 0;
        r->key.is_public = r->told;
}

static void take_within(struct ssh_key_reading *r, const char *bytes, size_t length)
{
        if (is_boundary(bytes, length, "END", forms[r->form].label)) {
                r->stage = BEHIND;
                return;
        }
        if (memchr(bytes, ':', length)) {
                if (length >= strlen("Proc-Type:") && memcmp(bytes, "Proc-Type:", strlen("Proc-Type:")) == 0)
                        r->encrypted = true;
                return;
        }
        if (r->told || r->bad || r->encrypted)
                return;
        decode(&r->d, bytes, length);
        if (r->d.bad)
                r->bad = "it is no key that is understood";
        else
                try_part(r);
}

void ssh_key_reading_take(struct ssh_key_reading *r, const char *bytes, size_t length)
{
        struct lines lines = lines_of(bytes, length);
        struct line line;

        while (lines_next(&lines, &line)) {
                if (line.length > 0 && line.bytes[line.length - 1] == '\r')
                        line.length--;
                span_trim(&line.bytes, &line.length);
                r->lines++;
                if (r->stage == BEFORE)
                        take_before(r, line.bytes, line.length);
                else if (r->stage == WITHIN)
                        take_within(r, line.bytes, line.length);
        }
}

const char *ssh_key_reading_end(const struct ssh_key_reading *r, struct ssh_key *ret)
{
        if (r->encrypted)
                return "it is behind a passphrase, and sshd does not load it";
        if (r->bad)
                return r->bad;
        if (!r->told || r->stage == WITHIN)
                return "it is no key that is understood";
        *ret = r->key;
        return NULL;
}
