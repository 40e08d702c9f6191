/* SPDX-License-Identifier: EUPL-1.2 */
/* Our side of tests/interop/run: makes, bends and verifies records with the libraries of this repository. Numbers go to
 * standard output, what is wrong to standard error. */
#include <errno.h>
#include <fcntl.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "payloads.h"
#include "record/record.h"
#include "record/verify.h"

#define FILE_MOST ((size_t)64 * 1024 * 1024)
#define KEYS_MOST 8

_Noreturn static void fail(const char *what, const char *why)
{
        fprintf(stderr, "interop_tool: %s: %s\n", what, why);
        exit(2);
}

static struct jose_key *load_key(const char *path)
{
        _cleanup_free_ char *why = NULL;
        struct jose_key *key = NULL;

        if (jose_key_load(path, &key, &why) < 0)
                fail(path, why);
        return key;
}

/* The lines of a file, each NUL-terminated. */
struct lines {
        char *bytes;
        char **line;
        size_t count;
};

static struct lines read_lines(const char *path)
{
        struct lines l = {0};
        size_t length, allocated = 0;
        char *rest, *line;

        if (file_read(AT_FDCWD, path, FILE_MOST, &l.bytes, &length) < 0)
                fail(path, "cannot be read");
        rest = l.bytes;
        while ((line = strsep(&rest, "\n")))
                if (*line) {
                        l.line = must_grow(l.line, &allocated, l.count + 1, sizeof(*l.line));
                        l.line[l.count++] = line;
                }
        return l;
}

static void lines_free(struct lines *l)
{
        free(l->bytes);
        free(l->line);
}
#define _cleanup_lines_ _cleanup_(lines_free)

static void parse_line(const char *line, struct jws *ret)
{
        _cleanup_free_ char *why = NULL;

        if (jws_parse(line, strlen(line), 0, ret, &why) < 0)
                fail("a line that must be a record", why);
}

/* --- making ------------------------------------------------------------------------------------------------------ */

static int keygen(char **arguments)
{
        EVP_PKEY *pkey = streq(arguments[0], "ES256") ? EVP_EC_gen("P-256") : EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");

        if (!pkey || PEM_write_PrivateKey(stdout, pkey, NULL, NULL, 0, NULL, NULL) != 1)
                fail("keygen", "cannot make the key");
        EVP_PKEY_free(pkey);
        return 0;
}

static int jwk(char **arguments)
{
        _cleanup_key_ struct jose_key *key = load_key(arguments[0]);
        _cleanup_json_ json_t *json = jose_key_to_jwk(key);
        _cleanup_free_ char *text = NULL;

        json_set(json, "alg", json_must(json_string(jose_algorithm_name(jose_key_algorithm(key)))));
        json_set(json, "kid", json_must(json_string(jose_key_id(key))));
        text = json_text(json);
        puts(text);
        return 0;
}

static void print_signed(json_t *payload, const struct jose_key *key, char hash[static JWS_HASH_TEXT])
{
        _cleanup_free_ char *line = NULL;
        _cleanup_(jws_free) struct jws j = {0};

        if (jws_sign(payload, key, &line) < 0)
                fail("sign", "refused");
        json_decref(payload);
        parse_line(line, &j);
        memcpy(hash, j.hash, JWS_HASH_TEXT);
        puts(line);
}

/* KEY NEXT-KEY: a chain with every kind, the rotate changing from the one to the other. */
static int chain(char **arguments)
{
        _cleanup_key_ struct jose_key *key = load_key(arguments[0]), *next = load_key(arguments[1]);
        _cleanup_free_ char(*hashes)[JWS_HASH_TEXT] = must_alloc((payload_count + 1) * sizeof(*hashes));
        struct payload_place place = {.hashes = hashes, .key = key, .next_key = next};
        size_t i;

        for (i = 0; i < payload_count; i++) {
                json_t *payload;
                bool rotate;

                place.seq = i + 1;
                place.prev = i > 0 ? hashes[i] : NULL;
                payload = payload_make(i, &place);
                rotate = streq(json_member_string(payload, "kind"), "rotate");
                print_signed(payload, place.key, hashes[i + 1]);
                if (rotate)
                        place.key = next;
        }
        return 0;
}

static int report(char **arguments)
{
        _cleanup_key_ struct jose_key *key = load_key(arguments[0]);
        char hash[JWS_HASH_TEXT];

        print_signed(payload_report(), key, hash);
        return 0;
}

/* --- showing ----------------------------------------------------------------------------------------------------- */

static int hashes(char **arguments)
{
        _cleanup_lines_ struct lines l = read_lines(arguments[0]);
        size_t i;

        for (i = 0; i < l.count; i++) {
                _cleanup_(jws_free) struct jws j = {0};

                parse_line(l.line[i], &j);
                puts(j.hash);
        }
        return 0;
}

static int clear(char **arguments)
{
        _cleanup_lines_ struct lines l = read_lines(arguments[0]);
        size_t i;

        for (i = 0; i < l.count; i++) {
                _cleanup_(jws_free) struct jws j = {0};
                _cleanup_json_ json_t *payload = NULL;
                _cleanup_free_ char *text = NULL;

                parse_line(l.line[i], &j);
                payload = jws_disclosed(&j, NULL, 0);
                text = json_sorted_text(payload);
                puts(text);
        }
        return 0;
}

static void on_problem(const struct verify_problem *p, void *user)
{
        (void)user;
        fprintf(stderr, "%s:%zu: %s: %s\n", p->file, p->line, chain_verdict_name(p->verdict), p->why);
}

static void on_chain(const struct verify_chain *c, void *user)
{
        (void)user;
        printf("chain %s: %ju records, %ju duplicates, %ju missing, %ju declared, %ju forks, %ju refused, %ju "
               "incomplete%s\n",
               c->chain, (uintmax_t)c->records, (uintmax_t)c->duplicates, (uintmax_t)c->missing, (uintmax_t)c->declared,
               (uintmax_t)c->forks, (uintmax_t)c->refused, (uintmax_t)c->incomplete,
               c->introduced ? ", introduced by itself" : "");
}

static void on_report(const struct verify_report *r, void *user)
{
        (void)user;
        printf("report: %s\n", r->why ? r->why : "valid");
}

/* FILE [KEY]: the exit status is verify_files()'s. */
static int verify(char **arguments)
{
        static const struct verify_listener listener = {on_problem, on_chain, on_report, NULL};
        _cleanup_key_ struct jose_key *key = arguments[1] ? load_key(arguments[1]) : NULL;
        const struct jose_key *const keys[] = {key};
        const char *const files[] = {arguments[0]};

        return (int)verify_files(keys, key ? 1 : 0, files, 1, &listener);
}

/* --- bending ----------------------------------------------------------------------------------------------------- */

static bool is_signed_by(const struct jws *j, struct jose_key *const *keys, size_t count)
{
        size_t i;

        for (i = 0; i < count; i++)
                if (streq(j->kid, jose_key_id(keys[i])) && jws_verify(j, keys[i]) == 0)
                        return true;
        return false;
}

static bool is_accepted(const char *line, size_t length, struct jose_key *const *keys, size_t count)
{
        _cleanup_(jws_free) struct jws j = {0};
        struct record r;

        return jws_parse(line, length, JWS_LINE_MOST, &j, NULL) == 0 && record_read(j.payload, &r, NULL) == 0 &&
               is_signed_by(&j, keys, count);
}

/* Bits of each line in turn: all, or about so many, spread over all of it and over all eight places in a byte. */
static int flip_bits(char **arguments, size_t most)
{
        _cleanup_lines_ struct lines l = read_lines(arguments[0]);
        struct jose_key *keys[KEYS_MOST];
        size_t count = 0, flips = 0, accepted = 0, i, bit;

        while (arguments[count + 1] && count < KEYS_MOST) {
                keys[count] = load_key(arguments[count + 1]);
                count++;
        }
        for (i = 0; i < l.count; i++) {
                size_t length = strlen(l.line[i]);

                if (!is_accepted(l.line[i], length, keys, count))
                        fail("flip", "a line is not accepted as it is");
                for (bit = 0; bit < length * 8; bit += (length * 8 / most) | 1) {
                        unsigned char *byte = (unsigned char *)&l.line[i][bit / 8];

                        *byte ^= (unsigned char)(1U << bit % 8);
                        flips++;
                        if (is_accepted(l.line[i], length, keys, count)) {
                                fprintf(stderr, "line %zu byte %zu bit %zu: accepted\n", i + 1, bit / 8, bit % 8);
                                accepted++;
                        }
                        *byte ^= (unsigned char)(1U << bit % 8);
                }
        }
        while (count > 0)
                jose_key_free(keys[--count]);
        printf("%zu bit flips, %zu refused\n", flips, flips - accepted);
        return accepted > 0 || flips == 0;
}

/* FILE KEY…: each bit of each byte of each line. */
static int flip(char **arguments)
{
        return flip_bits(arguments, SIZE_MAX);
}

/* FILE KEY…: the same of lines that are too long for that. */
static int flip_some(char **arguments)
{
        return flip_bits(arguments, 20000);
}

/* FILE: the same records, each ES256 signature in its other form (s → n − s; order n of P-256: SP 800-186 §3.2.1.3). */
static int malleate(char **arguments)
{
        _cleanup_lines_ struct lines l = read_lines(arguments[0]);
        BIGNUM *n = NULL;
        size_t i;

        BN_hex2bn(&n, "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
        for (i = 0; i < l.count; i++) {
                _cleanup_(jws_free) struct jws j = {0};
                _cleanup_free_ char *signature = NULL;
                BIGNUM *s;

                parse_line(l.line[i], &j);
                if (j.algorithm == JOSE_ES256) {
                        s = BN_bin2bn(j.signature + 32, 32, NULL);
                        BN_sub(s, n, s);
                        BN_bn2binpad(s, j.signature + 32, 32);
                        BN_free(s);
                }
                signature = base64url_encode(j.signature, j.signature_length);
                printf("%s.%s%s\n", j.signing_input, signature, strchr(l.line[i], '~'));
        }
        BN_free(n);
        return 0;
}

/* FILE OTHER: takes line after line of FILE, and after each the same one of OTHER, which must be the same record. */
static int same(char **arguments)
{
        _cleanup_lines_ struct lines a = read_lines(arguments[0]), b = read_lines(arguments[1]);
        _cleanup_(chain_end) struct chain c;
        size_t i, duplicates = 0, differ = 0;

        chain_begin(&c, NULL);
        for (i = 0; i < a.count && i < b.count; i++) {
                _cleanup_(jws_free) struct jws first = {0}, second = {0};
                _cleanup_free_ char *why = NULL, *second_why = NULL;
                struct record r, s;

                parse_line(a.line[i], &first);
                parse_line(b.line[i], &second);
                differ += strcmp(first.compact, second.compact) != 0;
                if (record_read(first.payload, &r, &why) < 0 || chain_take(&c, &first, &r, &why) != CHAIN_OK)
                        fail("same", why);
                if (record_read(second.payload, &s, &second_why) < 0)
                        fail("same", second_why);
                duplicates += chain_take(&c, &second, &s, &second_why) == CHAIN_DUPLICATE;
        }
        printf("%zu records, %zu with another signature, %zu duplicates\n", i, differ, duplicates);
        return i == 0 || differ == 0 || duplicates != i;
}

int main(int argc, char **argv)
{
        static const struct {
                const char *name;
                int least, most; /* arguments */
                int (*run)(char **arguments);
        } commands[] = {
                {"keygen", 1, 1, keygen},
                {"jwk", 1, 1, jwk},
                {"chain", 2, 2, chain},
                {"report", 1, 1, report},
                {"hashes", 1, 1, hashes},
                {"clear", 1, 1, clear},
                {"verify", 1, 2, verify},
                {"flip", 2, 1 + KEYS_MOST, flip},
                {"flip-some", 2, 1 + KEYS_MOST, flip_some},
                {"malleate", 1, 1, malleate},
                {"same", 2, 2, same},
        };
        size_t i;

        for (i = 0; i < ELEMENTS(commands); i++)
                if (argc >= 2 && streq(argv[1], commands[i].name) && argc - 2 >= commands[i].least &&
                    argc - 2 <= commands[i].most)
                        return commands[i].run(argv + 2);
        fputs("usage: interop_tool keygen EdDSA|ES256 | jwk KEY | chain KEY NEXT-KEY | report KEY | hashes FILE | "
              "clear FILE |\n"
              "       verify FILE [KEY] | flip FILE KEY… | flip-some FILE KEY… | malleate FILE | same FILE OTHER\n",
              stderr);
        return 2;
}
