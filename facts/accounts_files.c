/* SPDX-License-Identifier: EUPL-1.2 */
#include "facts/accounts_files.h"

#include <string.h>

#include "base/cleanup.h"

/* isspace(3) in the C locale. */
static bool is_blank(char c)
{
        return c == ' ' || (c >= '\t' && c <= '\r');
}

/* What is left of a line. */
struct rest {
        const char *at, *end;
};

/* LINE_ENTRY where there is something to read. */
static enum line_kind begin(const struct line *line, struct rest *ret)
{
        const char *nul = memchr(line->bytes, '\0', line->length);

        ret->at = line->bytes;
        ret->end = nul ? nul : line->bytes + line->length;
        while (ret->at < ret->end && is_blank(*ret->at))
                ret->at++;
        if (ret->at == ret->end || *ret->at == '#')
                return LINE_BLANK;
        /* Where blanks are taken off and no newline follows, the library repeats as many of the last bytes. */
        return (nul || !line->ended) && ret->at > line->bytes ? LINE_ODD : LINE_ENTRY;
}

static struct span text_field(struct rest *rest)
{
        const char *colon = memchr(rest->at, ':', (size_t)(rest->end - rest->at));
        const char *end = colon ? colon : rest->end;
        struct span field = {rest->at, (size_t)(end - rest->at)};

        rest->at = colon ? colon + 1 : rest->end;
        return field;
}

enum number { NUMBER_NONE, NUMBER_FOUND, NUMBER_WRONG };

/* What strtoul(3) of base 10 reads: blanks and a sign may stand in front, and a number below zero wraps in 64 bits.
 * What is then beyond 32 bits makes the library (glibc 2.36 to 2.41) pass over the line. */
static enum number take_number(struct rest *rest, uint32_t *ret)
{
        const char *at = rest->at;
        uint64_t value = 0;
        bool negative = false, overflow = false;
        const char *digits;

        while (at < rest->end && is_blank(*at))
                at++;
        if (at < rest->end && (*at == '-' || *at == '+'))
                negative = *at++ == '-';
        for (digits = at; at < rest->end && *at >= '0' && *at <= '9'; at++) {
                overflow |= __builtin_mul_overflow(value, UINT64_C(10), &value);
                overflow |= __builtin_add_overflow(value, (uint64_t)(*at - '0'), &value);
        }
        if (at == digits)
                return NUMBER_NONE;
        if (negative)
                value = -value;
        if (overflow || value > UINT32_MAX)
                return NUMBER_WRONG;
        *ret = (uint32_t)value;
        rest->at = at;
        return NUMBER_FOUND;
}

/* The end of a field: a colon, which is taken, or the end of the line. */
static bool end_field(struct rest *rest)
{
        if (rest->at == rest->end)
                return true;
        return *rest->at++ == ':';
}

static bool number_field(struct rest *rest, uint32_t *ret)
{
        return take_number(rest, ret) == NUMBER_FOUND && end_field(rest);
}

/* A number that may be left out, then it stays; something must still come. */
static bool optional_number_field(struct rest *rest, uint32_t *ret)
{
        return rest->at < rest->end && take_number(rest, ret) != NUMBER_WRONG && end_field(rest);
}

static bool is_compat(struct span name)
{
        return name.length > 0 && (name.bytes[0] == '+' || name.bytes[0] == '-');
}

enum line_kind passwd_line_read(const struct line *line, struct passwd_line *ret)
{
        struct rest rest;
        enum line_kind kind = begin(line, &rest);

        *ret = (struct passwd_line){.number = line->number};
        if (kind != LINE_ENTRY)
                return kind;
        ret->name = text_field(&rest);
        if (is_compat(ret->name))
                return LINE_COMPAT;
        ret->password = text_field(&rest);
        if (!number_field(&rest, &ret->uid) || !number_field(&rest, &ret->gid))
                return LINE_MALFORMED;
        ret->gecos = text_field(&rest);
        ret->home = text_field(&rest);
        ret->shell = (struct span){rest.at, (size_t)(rest.end - rest.at)};
        return LINE_ENTRY;
}

enum line_kind group_line_read(const struct line *line, struct group_line *ret)
{
        struct rest rest;
        enum line_kind kind = begin(line, &rest);

        *ret = (struct group_line){.number = line->number};
        if (kind != LINE_ENTRY)
                return kind;
        ret->name = text_field(&rest);
        if (is_compat(ret->name))
                return LINE_COMPAT;
        ret->password = text_field(&rest);
        if (!number_field(&rest, &ret->gid))
                return LINE_MALFORMED;
        ret->members = (struct span){rest.at, (size_t)(rest.end - rest.at)};
        return LINE_ENTRY;
}

bool group_line_counts(const struct line *line, struct group_line *ret)
{
        const char *nul = memchr(line->bytes, '\0', line->length);
        struct rest rest = {line->bytes, nul ? nul : line->bytes + line->length};

        *ret = (struct group_line){.number = line->number};
        ret->name = text_field(&rest);
        ret->password = text_field(&rest);
        if (is_compat(ret->name) ? !optional_number_field(&rest, &ret->gid) : !number_field(&rest, &ret->gid))
                return false;
        ret->members = (struct span){rest.at, (size_t)(rest.end - rest.at)};
        return true;
}

/* The numbers of a shadow line: last change, minimum and maximum; then nothing, or warning, inactivity and expiry, and
 * at most one number more. The library takes them for an int: what is beyond 31 bits is below zero. */
static bool read_ages(struct rest *rest, int32_t *ret)
{
        uint32_t number;
        size_t i;

        for (i = 0; i < SHADOW_NUMBERS; i++)
                ret[i] = SHADOW_UNSET;
        for (i = 0; i < SHADOW_NUMBERS; i++) {
                if (i == SHADOW_WARNING) {
                        while (rest->at < rest->end && is_blank(*rest->at))
                                rest->at++;
                        if (rest->at == rest->end)
                                return true;
                }
                number = (uint32_t)SHADOW_UNSET;
                if (!optional_number_field(rest, &number))
                        return false;
                ret[i] = (int32_t)number;
        }
        return take_number(rest, &number) != NUMBER_WRONG && rest->at == rest->end;
}

enum line_kind shadow_line_read(const struct line *line, struct shadow_line *ret)
{
        struct rest rest;
        enum line_kind kind = begin(line, &rest);

        *ret = (struct shadow_line){.number = line->number};
        if (kind != LINE_ENTRY)
                return kind;
        ret->name = text_field(&rest);
        if (is_compat(ret->name))
                return LINE_COMPAT;
        ret->password = text_field(&rest);
        return read_ages(&rest, ret->numbers) ? LINE_ENTRY : LINE_MALFORMED;
}

enum line_kind gshadow_line_read(const struct line *line, struct gshadow_line *ret)
{
        struct rest rest;
        enum line_kind kind = begin(line, &rest);

        *ret = (struct gshadow_line){.number = line->number};
        if (kind != LINE_ENTRY)
                return kind;
        ret->name = text_field(&rest);
        if (is_compat(ret->name))
                return LINE_COMPAT;
        ret->password = text_field(&rest);
        ret->administrators = text_field(&rest);
        ret->members = (struct span){rest.at, (size_t)(rest.end - rest.at)};
        return LINE_ENTRY;
}

bool group_line_member(const struct group_line *group, size_t *at, struct span *ret)
{
        const char *bytes = group->members.bytes;
        size_t end = group->members.length;

        while (*at < end) {
                size_t start, stop;

                for (start = *at; start < end && is_blank(bytes[start]); start++)
                        ;
                for (stop = start; stop < end && bytes[stop] != ','; stop++)
                        ;
                *at = stop + 1;
                if (stop > start) {
                        *ret = (struct span){bytes + start, stop - start};
                        return true;
                }
        }
        return false;
}

/* crypt(5). The cost stands between the prefix and the next '$', where the method has one there. */
static const struct {
        const char *prefix, *method;
        bool cost;
} methods[] = {
        {"$y$", "yescrypt", true},     {"$gy$", "gost-yescrypt", true},
        {"$7$", "scrypt", true},       {"$2a$", "bcrypt", true},
        {"$2b$", "bcrypt", true},      {"$2y$", "bcrypt", true},
        {"$2x$", "bcrypt-x", true},    {"$6$", "sha512crypt", true},
        {"$5$", "sha256crypt", true},  {"$1$", "md5crypt", false},
        {"$3$", "NT", false},          {"$md5", "SunMD5", false},
        {"$sha1$", "sha1crypt", true}, {"_", "bsdicrypt", false},
};

#define DES_LENGTH 13
#define COST_MOST  20 /* longer ones are no cost */

#define DES_ALPHABET "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

/* For SHA crypt the field behind the prefix is a cost only as `rounds=N`; else it is the salt. */
static struct span cost_of(struct span behind, const char *method)
{
        const char *dollar = memchr(behind.bytes, '$', behind.length);
        struct span cost = {behind.bytes, dollar ? (size_t)(dollar - behind.bytes) : 0};
        bool sha = strncmp(method, "sha256", 6) == 0 || strncmp(method, "sha512", 6) == 0;

        if (cost.length > COST_MOST || (sha && (cost.length < 7 || memcmp(cost.bytes, "rounds=", 7) != 0)))
                return (struct span){behind.bytes, 0};
        return cost;
}

/* Behind the thirteen characters PAM takes more of them for longer passwords, and anything else for the ages of other
 * systems, which it leaves aside (strip_hpux_aging() of pam_unix). */
static bool starts_as_des(struct span hash)
{
        size_t i;

        for (i = 0; i < DES_LENGTH; i++)
                if (i == hash.length || !hash.bytes[i] || !strchr(DES_ALPHABET, hash.bytes[i]))
                        return false;
        return true;
}

static void find_method(struct span hash, struct password_field *ret)
{
        size_t i;

        for (i = 0; i < ELEMENTS(methods); i++) {
                size_t length = strlen(methods[i].prefix);

                if (hash.length < length || memcmp(hash.bytes, methods[i].prefix, length) != 0)
                        continue;
                ret->method = methods[i].method;
                if (methods[i].cost)
                        ret->cost = cost_of((struct span){hash.bytes + length, hash.length - length}, ret->method);
                return;
        }
        if (starts_as_des(hash))
                ret->method = "descrypt";
}

/* No hash is shorter than that of DES, none holds what separates fields elsewhere, and a lock in front locks (crypt(5),
 * passverify.c of pam_unix). */
static bool is_no_hash(struct span hash)
{
        size_t i;

        for (i = 0; i < hash.length; i++)
                if (hash.bytes[i] <= ' ' || hash.bytes[i] == 0x7f || strchr("*!;\\", hash.bytes[i]))
                        return !starts_as_des(hash);
        return hash.length < DES_LENGTH;
}

struct password_field password_field_read(struct span field)
{
        struct password_field ret = {.state = PASSWORD_SET};

        if (field.length == 0)
                return (struct password_field){.state = PASSWORD_EMPTY};
        while (field.length > 0 && (*field.bytes == '!' || *field.bytes == '*')) {
                ret.state = PASSWORD_LOCKED;
                field.bytes++;
                field.length--;
        }
        find_method(field, &ret);
        ret.unknown_form = !ret.method && !is_no_hash(field) && *field.bytes == '$';
        ret.matches_never = ret.state == PASSWORD_LOCKED || is_no_hash(field);
        return ret;
}
