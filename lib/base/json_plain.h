/* SPDX-License-Identifier: EUPL-1.2 */
/* A quick reader and writer of the JSON that programs write; for json.c alone. */
#ifndef BASE_JSON_PLAIN_H
#define BASE_JSON_PLAIN_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

#define JSON_DEPTH_MOST 64

/* The value, a new reference, or NULL: then it is not JSON as json_parse() takes it, or has what this reader leaves to
 * the general one (numbers that are no small integers, escapes by code point). What it takes, that one takes too, as
 * the same value. */
json_t *json_parse_plain(const char *bytes, size_t length);

/* Appends what json_dumps() gives with JSON_COMPACT. False where it has what is left to that (real numbers, more levels
 * than JSON_DEPTH_MOST): then `out` is of no use. */
bool json_write_plain(struct text *out, const json_t *json);

#endif
