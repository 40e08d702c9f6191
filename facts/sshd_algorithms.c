/* SPDX-License-Identifier: EUPL-1.2 */
/* Algorithm lists: what each version knows and takes by default (`ssh -Q`, `sshd -T` of Debian 12 and 13), and what a
 * list with + - ^ and patterns comes to. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/text.h"
#include "facts/sshd_internal.h"

#define SNTRUP "sntrup761x25519-sha512,"
#define KEX_OLD \
        "diffie-hellman-group1-sha1,diffie-hellman-group14-sha1,diffie-hellman-group14-sha256," \
        "diffie-hellman-group16-sha512,diffie-hellman-group18-sha512,diffie-hellman-group-exchange-sha1," \
        "diffie-hellman-group-exchange-sha256,ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521," \
        "curve25519-sha256,curve25519-sha256@libssh.org,"
#define KEX_CURVES \
        "sntrup761x25519-sha512@openssh.com,curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256," \
        "ecdh-sha2-nistp384,ecdh-sha2-nistp521"
#define KEX_GROUPS \
        "diffie-hellman-group-exchange-sha256,diffie-hellman-group16-sha512,diffie-hellman-group18-sha512," \
        "diffie-hellman-group14-sha256"
#define KEYS_BEFORE_DSA \
        "ssh-ed25519,ssh-ed25519-cert-v01@openssh.com,sk-ssh-ed25519@openssh.com," \
        "sk-ssh-ed25519-cert-v01@openssh.com,ecdsa-sha2-nistp256,ecdsa-sha2-nistp256-cert-v01@openssh.com," \
        "ecdsa-sha2-nistp384,ecdsa-sha2-nistp384-cert-v01@openssh.com,ecdsa-sha2-nistp521," \
        "ecdsa-sha2-nistp521-cert-v01@openssh.com,sk-ecdsa-sha2-nistp256@openssh.com," \
        "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com,webauthn-sk-ecdsa-sha2-nistp256@openssh.com,"
#define KEYS_AFTER_DSA \
        "ssh-rsa,ssh-rsa-cert-v01@openssh.com,rsa-sha2-256,rsa-sha2-256-cert-v01@openssh.com,rsa-sha2-512," \
        "rsa-sha2-512-cert-v01@openssh.com"
#define CA_KEYS_BEFORE_DSA \
        "ssh-ed25519,sk-ssh-ed25519@openssh.com,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521," \
        "sk-ecdsa-sha2-nistp256@openssh.com,webauthn-sk-ecdsa-sha2-nistp256@openssh.com,"
#define CA_KEYS_AFTER_DSA "ssh-rsa,rsa-sha2-256,rsa-sha2-512"
#define CIPHERS \
        "3des-cbc,aes128-cbc,aes192-cbc,aes256-cbc,aes128-ctr,aes192-ctr,aes256-ctr,aes128-gcm@openssh.com," \
        "aes256-gcm@openssh.com,chacha20-poly1305@openssh.com"
#define MACS \
        "hmac-sha1,hmac-sha1-96,hmac-sha2-256,hmac-sha2-512,hmac-md5,hmac-md5-96,umac-64@openssh.com," \
        "umac-128@openssh.com,hmac-sha1-etm@openssh.com,hmac-sha1-96-etm@openssh.com,hmac-sha2-256-etm@openssh.com," \
        "hmac-sha2-512-etm@openssh.com,hmac-md5-etm@openssh.com,hmac-md5-96-etm@openssh.com," \
        "umac-64-etm@openssh.com,umac-128-etm@openssh.com"
#define KEYS_DEFAULT \
        "ssh-ed25519-cert-v01@openssh.com,ecdsa-sha2-nistp256-cert-v01@openssh.com," \
        "ecdsa-sha2-nistp384-cert-v01@openssh.com,ecdsa-sha2-nistp521-cert-v01@openssh.com," \
        "sk-ssh-ed25519-cert-v01@openssh.com,sk-ecdsa-sha2-nistp256-cert-v01@openssh.com," \
        "rsa-sha2-512-cert-v01@openssh.com,rsa-sha2-256-cert-v01@openssh.com,ssh-ed25519,ecdsa-sha2-nistp256," \
        "ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,sk-ssh-ed25519@openssh.com,sk-ecdsa-sha2-nistp256@openssh.com," \
        "rsa-sha2-512,rsa-sha2-256"
#define CA_KEYS_DEFAULT \
        "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,sk-ssh-ed25519@openssh.com," \
        "sk-ecdsa-sha2-nistp256@openssh.com,rsa-sha2-512,rsa-sha2-256"
#define MACS_DEFAULT \
        "umac-64-etm@openssh.com,umac-128-etm@openssh.com,hmac-sha2-256-etm@openssh.com," \
        "hmac-sha2-512-etm@openssh.com,hmac-sha1-etm@openssh.com,umac-64@openssh.com,umac-128@openssh.com," \
        "hmac-sha2-256,hmac-sha2-512,hmac-sha1"

static const struct {
        const char *known;
        const char *fallback;
} lists[SSHD_ALGORITHMS][2] = {
        [SSHD_ALL_CIPHERS] = {{CIPHERS, "chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr,"
                                        "aes128-gcm@openssh.com,aes256-gcm@openssh.com"},
                              {CIPHERS, "chacha20-poly1305@openssh.com,aes128-gcm@openssh.com,aes256-gcm@openssh.com,"
                                        "aes128-ctr,aes192-ctr,aes256-ctr"}},
        [SSHD_ALL_MACS] = {{MACS, MACS_DEFAULT}, {MACS, MACS_DEFAULT}},
        [SSHD_ALL_KEX] = {{KEX_OLD SNTRUP "sntrup761x25519-sha512@openssh.com", SNTRUP KEX_CURVES "," KEX_GROUPS},
                          {KEX_OLD SNTRUP "sntrup761x25519-sha512@openssh.com,mlkem768x25519-sha256",
                           "mlkem768x25519-sha256," SNTRUP KEX_CURVES}},
        [SSHD_ALL_KEYS] = {{KEYS_BEFORE_DSA "ssh-dss,ssh-dss-cert-v01@openssh.com," KEYS_AFTER_DSA, KEYS_DEFAULT},
                           {KEYS_BEFORE_DSA KEYS_AFTER_DSA, KEYS_DEFAULT}},
        [SSHD_ALL_CA_KEYS] = {{CA_KEYS_BEFORE_DSA "ssh-dss," CA_KEYS_AFTER_DSA, CA_KEYS_DEFAULT},
                              {CA_KEYS_BEFORE_DSA CA_KEYS_AFTER_DSA, CA_KEYS_DEFAULT}},
};

/* Names by which keys of any kind were once called; 9.2p1 takes them in lists, where they then match nothing. */
static const char *const short_names[] = {"RSA", "DSA", "ECDSA", "ED25519", "ECDSA-SK", "ED25519-SK"};

/* With or without the alias that came with an update. */
static const char *without_alias(struct arena *arena, const struct sshd_release *release, const char *list)
{
        const char *at = strstr(list, SNTRUP);
        char *copy;

        if (release->sntrup761_alias || !at)
                return list;
        copy = arena_copy(arena, list, strlen(list));
        memmove(copy + (at - list), at + strlen(SNTRUP), strlen(at) - strlen(SNTRUP) + 1);
        return copy;
}

const char *sshd_algorithms_known(struct arena *arena, const struct sshd_release *release, enum sshd_algorithms which)
{
        return without_alias(arena, release, lists[which][release->version].known);
}

const char *sshd_algorithms_default(struct arena *arena, const struct sshd_release *release, enum sshd_algorithms which)
{
        return without_alias(arena, release, lists[which][release->version].fallback);
}

static enum sshd_algorithms algorithms_of(enum sshd_kind kind)
{
        switch (kind) {
        case SSHD_KIND_CIPHERS:
                return SSHD_ALL_CIPHERS;
        case SSHD_KIND_MACS:
                return SSHD_ALL_MACS;
        case SSHD_KIND_KEX:
        case SSHD_KIND_GSS_KEX:
                return SSHD_ALL_KEX;
        case SSHD_KIND_CA_KEYS:
                return SSHD_ALL_CA_KEYS;
        default:
                return SSHD_ALL_KEYS;
        }
}

/* The next name of a list with commas, copied into `name`; false at its end. */
struct names {
        const char *next;
        struct text name;
};

static void names_drop(struct names *n)
{
        text_free(&n->name);
}
#define _cleanup_names_ _cleanup_(names_drop)

static bool names_next(struct names *n)
{
        size_t length;

        if (!n->next)
                return false;
        length = strcspn(n->next, ",");
        text_clear(&n->name);
        text_append(&n->name, n->next, length);
        n->next = n->next[length] ? n->next + length + 1 : NULL;
        return true;
}

static bool list_has(const char *list, const char *name)
{
        _cleanup_names_ struct names n = {.next = list};

        while (names_next(&n))
                if (streq(text_string(&n.name), name))
                        return true;
        return false;
}

/* GSS-API methods are named by what stands before the mechanism. */
static bool gss_kex_known(const char *name)
{
        static const char *const methods[] = {
                "gss-gex-sha1-",       "gss-group1-sha1-",     "gss-group14-sha1-",      "gss-group14-sha256-",
                "gss-group16-sha512-", "gss-nistp256-sha256-", "gss-curve25519-sha256-",
        };
        size_t i;

        for (i = 0; i < ELEMENTS(methods); i++)
                if (starts_with(name, methods[i]))
                        return true;
        return false;
}

/* A pattern is accepted where any kind of key is named or excluded by it. */
static bool key_name_valid(const struct sshd_release *release, enum sshd_kind kind, const char *name)
{
        const char *known = lists[SSHD_ALL_KEYS][release->version].known;
        _cleanup_names_ struct names n = {.next = known};
        size_t i;

        if (list_has(known, name) || streq(name, "null"))
                return !(kind == SSHD_KIND_CA_KEYS && release->version >= SSHD_10_0 && strstr(name, "-cert-v01@"));
        if (release->version < SSHD_10_0) {
                if (strcasecmp(name, "null") == 0)
                        return true;
                for (i = 0; i < ELEMENTS(short_names); i++)
                        if (strcasecmp(name, short_names[i]) == 0)
                                return true;
        }
        while (names_next(&n))
                if (sshd_patterns_match(text_string(&n.name), name, false) != 0)
                        return true;
        return sshd_patterns_match("null", name, false) != 0;
}

static bool name_valid(struct arena *arena, const struct sshd_release *release, enum sshd_kind kind, const char *name)
{
        switch (kind) {
        case SSHD_KIND_KEYS:
        case SSHD_KIND_CA_KEYS:
                return key_name_valid(release, kind, name);
        case SSHD_KIND_GSS_KEX:
                return gss_kex_known(name);
        case SSHD_KIND_KEX:
                if (gss_kex_known(name))
                        return true;
                /* Fall through. */
        default:
                return list_has(sshd_algorithms_known(arena, release, algorithms_of(kind)), name);
        }
}

bool sshd_algorithms_valid(struct arena *arena, const struct sshd_release *release, enum sshd_kind kind,
                           const char *list)
{
        _cleanup_names_ struct names n = {.next = list};

        if (kind != SSHD_KIND_GSS_KEX) {
                if (*list == '-')
                        return true; /* what is taken away need not exist */
                if (*list == '+' || *list == '^')
                        n.next = list = list + 1;
        }
        if (!*list)
                return false;
        while (names_next(&n)) {
                if (n.name.length == 0)
                        break; /* what stands after an empty name is not looked at */
                if (!name_valid(arena, release, kind, text_string(&n.name)))
                        return false;
        }
        return true;
}

/* Appends the names of `more`, up to an empty one, that are not there yet. To nothing all is added as it is. */
static void add_names(struct text *list, const char *more)
{
        _cleanup_names_ struct names n = {.next = more};

        if (list->length == 0) {
                text_add(list, more);
                return;
        }
        while (names_next(&n)) {
                if (n.name.length == 0)
                        break;
                if (list_has(text_string(list), text_string(&n.name)))
                        continue;
                text_add_char(list, ',');
                text_add(list, text_string(&n.name));
        }
}

/* The names of `list` that the patterns match, or those that they do not match. */
static void filter_names(struct text *out, const char *list, const char *patterns, bool matching)
{
        _cleanup_names_ struct names n = {.next = list};

        while (names_next(&n)) {
                if ((sshd_patterns_match(text_string(&n.name), patterns, false) == 1) != matching)
                        continue;
                if (out->length > 0)
                        text_add_char(out, ',');
                text_add(out, text_string(&n.name));
        }
}

int sshd_algorithms_assemble(struct arena *arena, const struct sshd_release *release, enum sshd_kind kind,
                             const char *list, const char **ret)
{
        const char *fallback = sshd_algorithms_default(arena, release, algorithms_of(kind));
        const char *known = sshd_algorithms_known(arena, release, algorithms_of(kind));
        _cleanup_text_ struct text wanted = {0}, result = {0};
        _cleanup_names_ struct names n = {0};

        if (!list || !*list) {
                *ret = fallback;
                return 0;
        }
        if (*list == '-') {
                filter_names(&result, fallback, list + 1, false);
                *ret = arena_copy(arena, text_string(&result), result.length);
                return 0;
        }
        if (*list == '+') {
                text_add(&wanted, fallback);
                add_names(&wanted, list + 1);
        } else if (*list == '^') {
                text_add(&wanted, list + 1);
                add_names(&wanted, fallback);
        } else {
                text_add(&wanted, list);
        }
        n.next = text_string(&wanted);
        while (names_next(&n)) {
                _cleanup_text_ struct text matching = {0};

                if (text_string(&n.name)[0] == '!')
                        return -EINVAL;
                filter_names(&matching, known, text_string(&n.name), true);
                add_names(&result, text_string(&matching));
        }
        if (result.length == 0)
                return -EINVAL;
        *ret = arena_copy(arena, text_string(&result), result.length);
        return 0;
}
