/* SPDX-License-Identifier: EUPL-1.2 */
/* JSON as our wires and records use it, over jansson. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <jansson.h>
#include <stddef.h>

#include "base/cleanup.h"

/* Strict: one value of any type, duplicate keys refused, depth at most 64, UTF-8 only, no NUL in strings. -EINVAL; *why
 * (may be NULL) gets a malloc'd message. */
int json_parse(const char *bytes, size_t length, json_t **ret, char **why);
/* Compact, members in order of insertion. malloc'd, never NULL. */
char *json_text(const json_t *json);
/* Compact, members sorted by key: for comparing and for identities. malloc'd, never NULL. */
char *json_sorted_text(const json_t *json);

/* New references that cannot fail (memory.h). Text that is not UTF-8 becomes safe text (text_add_safe()). */
json_t *json_must(json_t *fresh);                           /* ends the process where NULL */
json_t *json_safe_string(const char *bytes, size_t length); /* any bytes, as text_add_safe() */
json_t *json_printf(const char *fmt, ...) _printf_(1, 2);
json_t *json_string_or_null(const char *s);
void json_set(json_t *object, const char *key, json_t *value); /* steals value */
void json_push(json_t *array, json_t *value);                  /* steals value */

/* The string member, or NULL where it is missing or no string. Borrowed. */
const char *json_member_string(const json_t *object, const char *key);
/* The integer member; `fallback` where it is missing or no integer. */
json_int_t json_member_integer(const json_t *object, const char *key, json_int_t fallback);

#endif
