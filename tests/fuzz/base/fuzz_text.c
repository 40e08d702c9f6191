/* SPDX-License-Identifier: EUPL-1.2 */
/* Safe text, base64url and hex: what is written comes back, and nothing has two spellings. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
        if (!holds)
                abort();
}

static void round_trips(const uint8_t *data, size_t size)
{
        _cleanup_free_ char *safe = safe_string(data, size), *bytes = NULL, *encoded = base64url_encode(data, size),
                            *hex = hex_encode(data, size);
        _cleanup_free_ unsigned char *decoded = NULL;
        size_t length;

        require(utf8_valid(safe, strlen(safe)));
        require(unsafe_bytes(safe, &bytes, &length) == 0);
        require(length == size && memcmp(bytes, data, size) == 0);
        require(base64url_decode(encoded, strlen(encoded), &decoded, &length) == 0);
        require(length == size && memcmp(decoded, data, size) == 0);
        require(is_hex(hex, size * 2));
}

/* The input as somebody else's text. */
static void single_spellings(const char *s, size_t size)
{
        _cleanup_free_ char *bytes = NULL, *safe = NULL, *encoded = NULL;
        _cleanup_free_ unsigned char *decoded = NULL;
        _cleanup_text_ struct text html = {0};
        size_t length;

        if (unsafe_bytes(s, &bytes, &length) == 0) {
                safe = safe_string(bytes, length);
                require(streq(safe, s));
        }
        if (base64url_decode(s, size, &decoded, &length) == 0) {
                encoded = base64url_encode(decoded, length);
                require(strlen(encoded) == size && memcmp(encoded, s, size) == 0);
        }
        text_add_html(&html, s);
        require(!strpbrk(text_string(&html), "<>\"'"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_free_ char *s = must_alloc(size + 1);
        uint64_t u;
        int64_t i;

        if (size > 0)
                memcpy(s, data, size);
        round_trips((const uint8_t *)s, size);
        single_spellings(s, size);
        if (parse_u64(s, &u) == 0 && u <= INT64_MAX)
                require(parse_i64(s, &i) == 0 && (uint64_t)i == u);
        return 0;
}
