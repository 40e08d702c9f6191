/* SPDX-License-Identifier: EUPL-1.2 */
/* A line from a stranger. The input is a line; or, after a newline, pieces that the base64url of a line would hide from
 * a fuzzer: header, payload and disclosures as JSON, a line each, where @0 … @9 in the payload stand for the digests of
 * the disclosures. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/json.h"
#include "base/text.h"
#include "jose/jws.h"

#define PIECES_MOST 12

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
        if (!holds)
                abort();
}

/* What was taken has one spelling: put together again it is the same line. */
static void is_spelled_so(const struct jws *j, const char *line, size_t length)
{
        _cleanup_text_ struct text t = {0};
        size_t i;

        text_add(&t, j->compact);
        text_add_char(&t, '~');
        for (i = 0; i < j->disclosure_count; i++) {
                text_add(&t, j->disclosures[i]);
                text_add_char(&t, '~');
        }
        require(t.length == length && memcmp(t.data, line, length) == 0);
}

/* Signed anew, the disclosed payload discloses the same. */
static void signs_again(const struct jws *j)
{
        static struct jose_key *key;
        _cleanup_json_ json_t *clear = jws_disclosed(j, NULL, 0), *marked = jws_disclosed(j, NULL, 1), *again = NULL,
                              *parsed = NULL;
        _cleanup_free_ char *line = NULL, *text = json_text(clear);
        _cleanup_(jws_free) struct jws second = {0};
        size_t missing;

        require(json_parse(text, strlen(text), &parsed, NULL) == 0 && json_equal(parsed, clear));
        if (!key)
                key = jose_key_generate();
        require(jws_sign(marked, key, &line) == 0);
        require(jws_parse(line, strlen(line), 0, &second, NULL) == 0);
        require(jws_verify(&second, key) == 0 && jws_verify(j, key) < 0);
        require(second.disclosure_count == j->disclosure_count);
        again = jws_disclosed(&second, &missing, 0);
        require(missing == 0 && json_equal(again, clear));
}

static void take(const char *line, size_t length)
{
        _cleanup_(jws_free) struct jws j = {0};
        _cleanup_free_ char *why = NULL;

        if (jws_parse(line, length, JWS_LINE_MOST, &j, &why) < 0) {
                require(why && !j.compact);
                return;
        }
        require(!why && j.disclosure_count <= j.digest_count && strlen(j.hash) == JWS_HASH_TEXT - 1);
        is_spelled_so(&j, line, length);
        signs_again(&j);
}

static void digest_of(const char *text, char ret[static JWS_HASH_TEXT])
{
        unsigned char digest[SHA256_BYTES];
        _cleanup_free_ char *encoded = NULL;

        sha256(text, strlen(text), digest);
        encoded = base64url_encode(digest, sizeof(digest));
        memcpy(ret, encoded, JWS_HASH_TEXT);
}

static void add_payload(struct text *line, const uint8_t *piece, size_t size, char **disclosures, size_t count)
{
        _cleanup_text_ struct text payload = {0};
        _cleanup_free_ char *encoded = NULL;
        char digest[JWS_HASH_TEXT];
        size_t i;

        for (i = 0; i < size; i++)
                if (piece[i] == '@' && i + 1 < size && piece[i + 1] >= '0' && piece[i + 1] < (int)('0' + count)) {
                        digest_of(disclosures[piece[++i] - '0'], digest);
                        text_add(&payload, digest);
                } else {
                        text_add_char(&payload, (char)piece[i]);
                }
        encoded = base64url_encode(text_string(&payload), payload.length);
        text_add(line, encoded);
}

static void take_pieces(const uint8_t *data, size_t size)
{
        static const unsigned char signature[JOSE_SIGNATURE_BYTES];
        _cleanup_free_ char *header = NULL, *end = base64url_encode(signature, sizeof(signature));
        _cleanup_text_ struct text line = {0};
        const uint8_t *piece[PIECES_MOST];
        size_t length[PIECES_MOST], count = 0, i;
        char *disclosures[PIECES_MOST];

        while (size > 0 && count < PIECES_MOST) {
                const uint8_t *newline = memchr(data, '\n', size);

                piece[count] = data;
                length[count] = newline ? (size_t)(newline - data) : size;
                data += length[count] + (newline ? 1 : 0);
                size -= length[count] + (newline ? 1 : 0);
                count++;
        }
        if (count < 2)
                return;
        for (i = 2; i < count; i++)
                disclosures[i - 2] = base64url_encode(piece[i], length[i]);
        header = base64url_encode(piece[0], length[0]);
        text_printf(&line, "%s.", header);
        add_payload(&line, piece[1], length[1], disclosures, count - 2);
        text_printf(&line, ".%s~", end);
        for (i = 2; i < count; i++) {
                text_printf(&line, "%s~", disclosures[i - 2]);
                free(disclosures[i - 2]);
        }
        take(text_string(&line), line.length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        if (size > 0 && data[0] == '\n')
                take_pieces(data + 1, size - 1);
        else
                take((const char *)data, size);
        return 0;
}
