/* SPDX-License-Identifier: EUPL-1.2 */
/* Growing text buffers, spans, and the forms in which bytes are written down. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

/* Bytes with a length; always followed by a NUL that `length` does not count. Zero-initialise; release with
 * text_free(). */
struct text {
        char *data;
        size_t length;
        size_t allocated;
};

#define _cleanup_text_ _cleanup_(text_free)

void text_free(struct text *t);
void text_clear(struct text *t);
void text_append(struct text *t, const void *bytes, size_t length);
void text_add(struct text *t, const char *s);
void text_add_char(struct text *t, char c);
void text_printf(struct text *t, const char *fmt, ...) _printf_(2, 3);
void text_vprintf(struct text *t, const char *fmt, va_list ap) _printf_(2, 0);
/* The content, never NULL, valid until the next change. */
const char *text_string(const struct text *t);
/* The content as malloc'd memory; the buffer is left empty. Never NULL. */
char *text_take(struct text *t);

/* Appends bytes as valid UTF-8 without control characters: every other byte as \xHH (lower case), a backslash doubled.
 * The form of bytes in records, reports and diagnostics (design: records). Controls are Unicode's Cc: C0 with tab and
 * newline, DEL, C1. */
void text_add_safe(struct text *t, const void *bytes, size_t length);
/* The same as a malloc'd string. */
char *safe_string(const void *bytes, size_t length);
/* The reverse of text_add_safe(); -EINVAL where `s` is not its output. *ret is malloc'd and NUL-terminated. */
int unsafe_bytes(const char *s, char **ret, size_t *ret_length);

bool utf8_valid(const void *bytes, size_t length);

/* How many bytes of `s` (UTF-8) begin it with a character that nobody sees, or that turns the direction of those behind
 * it (of Unicode's Cf, and the separators of lines and paragraphs): 0 where it begins with another. With one of these a
 * name on a screen reads as another name. */
size_t text_unseen(const char *s);
/* Appends each byte of such a character as \xHH, and says how many there were. */
size_t text_add_unseen(struct text *t, const char *s);

/* Appends `s` with & < > " ' as entities, and each byte of what nobody sees as \xHH. */
void text_add_html(struct text *t, const char *s);

/* base64url without padding (RFC 4648 §5, RFC 7515 §2). */
char *base64url_encode(const void *bytes, size_t length);
/* Strict: refuses padding, foreign characters and non-zero spare bits with -EINVAL. *ret is malloc'd, NUL-terminated.
 */
int base64url_decode(const char *s, size_t length, unsigned char **ret, size_t *ret_length);

/* Lower-case hex. */
char *hex_encode(const void *bytes, size_t length);
bool is_hex(const char *s, size_t digits); /* exactly `digits` lower-case hex digits, then NUL */

bool streq(const char *a, const char *b); /* NULL equals NULL only */
bool starts_with(const char *s, const char *prefix);
bool ends_with(const char *s, const char *suffix);

/* Whole-string decimal, leading zeros taken, no leading space; no sign, but a minus for parse_i64(). -EINVAL, -ERANGE.
 */
int parse_u64(const char *s, uint64_t *ret);
int parse_i64(const char *s, int64_t *ret);

#endif
