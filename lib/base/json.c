/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/json.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "base/json_plain.h"
#include "base/memory.h"
#include "base/text.h"

/* Jansson's own bound is far above ours, and its parser recurses; so brackets are counted first. */
static bool too_deep(const char *bytes, size_t length)
{
        bool in_string = false;
        size_t i, depth = 0;

        for (i = 0; i < length; i++) {
                char c = bytes[i];

                if (in_string) {
                        if (c == '\\')
                                i++;
                        else if (c == '"')
                                in_string = false;
                } else if (c == '"') {
                        in_string = true;
                } else if (c == '[' || c == '{') {
                        if (++depth > JSON_DEPTH_MOST)
                                return true;
                } else if ((c == ']' || c == '}') && depth > 0) {
                        depth--;
                }
        }
        return false;
}

int json_parse(const char *bytes, size_t length, json_t **ret, char **why)
{
        _cleanup_free_ char *reason = NULL;
        json_error_t error;
        json_t *json = json_parse_plain(bytes, length);

        if (json) {
                *ret = json;
                return 0;
        }
        if (too_deep(bytes, length)) {
                if (why)
                        *why = must_printf("nested deeper than %d levels", JSON_DEPTH_MOST);
                return -EINVAL;
        }
        json = json_loadb(bytes, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
        if (json) {
                *ret = json;
                return 0;
        }
        if (json_error_code(&error) == json_error_out_of_memory)
                out_of_memory();
        if (why) {
                reason = safe_string(error.text, strlen(error.text));
                *why = must_printf("line %d column %d: %s", error.line, error.column, reason);
        }
        return -EINVAL;
}

static char *dump(const json_t *json, size_t flags)
{
        char *s;

        if (!json)
                return must_strdup("null");
        s = json_dumps(json, flags | JSON_COMPACT | JSON_ENCODE_ANY);
        if (!s)
                out_of_memory();
        return s;
}

char *json_text(const json_t *json)
{
        _cleanup_text_ struct text t = {0};

        return json && json_write_plain(&t, json) ? text_take(&t) : dump(json, 0);
}

char *json_sorted_text(const json_t *json)
{
        return dump(json, JSON_SORT_KEYS);
}

json_t *json_must(json_t *fresh)
{
        if (!fresh)
                out_of_memory();
        return fresh;
}

json_t *json_safe_string(const char *bytes, size_t length)
{
        _cleanup_text_ struct text t = {0};

        text_add_safe(&t, bytes, length);
        return json_must(json_stringn(text_string(&t), t.length));
}

/* Jansson answers NULL to what is not UTF-8; a byte from the host must not look like memory running out. */
static json_t *string_of(const char *s, size_t length)
{
        if (!utf8_valid(s, length))
                return json_safe_string(s, length);
        return json_must(json_stringn(s, length));
}

json_t *json_printf(const char *fmt, ...)
{
        _cleanup_text_ struct text t = {0};
        va_list ap;

        va_start(ap, fmt);
        text_vprintf(&t, fmt, ap);
        va_end(ap);
        return string_of(text_string(&t), t.length);
}

json_t *json_string_or_null(const char *s)
{
        return s ? string_of(s, strlen(s)) : json_null();
}

void json_set(json_t *object, const char *key, json_t *value)
{
        _cleanup_free_ char *safe = NULL;

        if (!utf8_valid(key, strlen(key)))
                key = safe = safe_string(key, strlen(key));
        if (json_object_set_new(object, key, value) < 0)
                out_of_memory();
}

void json_push(json_t *array, json_t *value)
{
        if (json_array_append_new(array, value) < 0)
                out_of_memory();
}

const char *json_member_string(const json_t *object, const char *key)
{
        return json_string_value(json_object_get(object, key));
}

json_int_t json_member_integer(const json_t *object, const char *key, json_int_t fallback)
{
        const json_t *value = json_object_get(object, key);

        return json_is_integer(value) ? json_integer_value(value) : fallback;
}
