/* SPDX-License-Identifier: EUPL-1.2 */
/* Trees written down: as a line of text, as JSON with and without provenance; and plain JSON read into a tree. */
#include <errno.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/tree.h"

#define DEPTH_MOST      30 /* two levels of JSON each, within what json_parse() takes */
#define JSON_DEPTH_MOST 64 /* as json_parse() */
#define VALUE_TEXT_MOST 4096

static const char *const type_names[] = {
        [BIO_NULL] = "null",   [BIO_BOOL] = "bool", [BIO_INTEGER] = "integer",
        [BIO_BYTES] = "bytes", [BIO_LIST] = "list", [BIO_MAP] = "map",
};
static const char *const state_names[] = {
        [BIO_KNOWN] = "known",
        [BIO_ABSENT] = "absent",
        [BIO_UNREADABLE] = "unreadable",
        [BIO_UNDECIDABLE] = "undecidable",
};

static void add_safe_string(struct text *t, const char *s)
{
        text_add_safe(t, s, strlen(s));
}

static void add_value(struct text *t, const struct bio_node *node, unsigned depth);

static void add_children(struct text *t, const struct bio_node *node, unsigned depth)
{
        size_t i, count = tree_count(node);

        for (i = 0; i < count; i++) {
                const struct bio_node *child = tree_at(node, i);

                if (i > 0)
                        text_add(t, ", ");
                /* What does not fit is counted, never dropped silently. */
                if (t->length >= VALUE_TEXT_MOST) {
                        text_printf(t, "… (%zu more)", count - i);
                        return;
                }
                if (tree_type(node) == BIO_MAP) {
                        add_safe_string(t, tree_key(child));
                        text_add(t, ": ");
                }
                add_value(t, child, depth + 1);
        }
}

static void add_known_value(struct text *t, const struct bio_node *node, unsigned depth)
{
        bool bracketed = tree_type(node) == BIO_MAP || (tree_type(node) == BIO_LIST && depth > 0);
        const char *bytes;
        size_t length;

        switch (tree_type(node)) {
        case BIO_NULL:
                text_add(t, "null");
                break;
        case BIO_BOOL:
                text_add(t, tree_bool_of(node) ? "true" : "false");
                break;
        case BIO_INTEGER:
                text_printf(t, "%lld", (long long)tree_integer_of(node));
                break;
        case BIO_BYTES:
                bytes = tree_bytes_of(node, &length);
                text_add_safe(t, bytes, length);
                break;
        case BIO_LIST:
        case BIO_MAP:
                if (bracketed)
                        text_add_char(t, tree_type(node) == BIO_MAP ? '{' : '[');
                if (depth < DEPTH_MOST)
                        add_children(t, node, depth);
                else
                        text_add(t, "…");
                if (bracketed)
                        text_add_char(t, tree_type(node) == BIO_MAP ? '}' : ']');
                break;
        }
}

static void add_value(struct text *t, const struct bio_node *node, unsigned depth)
{
        switch (tree_state(node)) {
        case BIO_KNOWN:
                add_known_value(t, node, depth);
                break;
        case BIO_ABSENT:
                text_add(t, "(absent)");
                break;
        case BIO_UNREADABLE:
        case BIO_UNDECIDABLE:
                text_printf(t, "(%s: ", state_names[tree_state(node)]);
                add_safe_string(t, tree_why(node));
                text_add_char(t, ')');
                break;
        }
}

char *tree_value_text(const struct bio_node *node)
{
        struct text t = {0};

        add_value(&t, node, 0);
        return text_take(&t);
}

static json_t *safe_json(const char *s)
{
        return json_safe_string(s, strlen(s));
}

/* A known node's value; children through `child`. */
static json_t *value_json(const struct bio_node *node, unsigned depth,
                          json_t *(*child)(const struct bio_node *, unsigned))
{
        _cleanup_free_ char *key = NULL;
        const char *bytes;
        size_t i, length;
        json_t *json;

        switch (tree_type(node)) {
        case BIO_BOOL:
                return json_boolean(tree_bool_of(node));
        case BIO_INTEGER:
                return json_must(json_integer(tree_integer_of(node)));
        case BIO_BYTES:
                bytes = tree_bytes_of(node, &length);
                return json_safe_string(bytes, length);
        case BIO_LIST:
                json = json_must(json_array());
                for (i = 0; i < tree_count(node); i++)
                        json_push(json, child(tree_at(node, i), depth + 1));
                return json;
        case BIO_MAP:
                json = json_must(json_object());
                for (i = 0; i < tree_count(node); i++) {
                        const struct bio_node *member = tree_at(node, i);

                        free(key);
                        key = safe_string(tree_key(member), strlen(tree_key(member)));
                        json_set(json, key, child(member, depth + 1));
                }
                return json;
        case BIO_NULL:
                break;
        }
        return json_null();
}

static json_t *node_json(const struct bio_node *node, unsigned depth);

static void set_provenance(json_t *json, const struct bio_node *node, unsigned depth)
{
        size_t i, count = tree_overrode_count(node);
        json_t *losers;

        if (tree_source(node))
                json_set(json, "source", safe_json(tree_source(node)));
        if (tree_line(node) > 0)
                json_set(json, "line", json_must(json_integer(tree_line(node))));
        if (count > 0) {
                losers = json_must(json_array());
                for (i = 0; i < count; i++)
                        json_push(losers, node_json(tree_overrode_at(node, i), depth + 1));
                json_set(json, "overrode", losers);
        }
}

/* basis is a set of bits; the strongest is named. */
static const char *basis_name(enum bio_basis basis)
{
        if (basis & BIO_PERIOD)
                return "period";
        return basis & BIO_RUNNING ? "running" : "disk";
}

static void set_state(json_t *json, enum bio_state state, const char *why)
{
        json_set(json, "state", json_must(json_string(state_names[state])));
        json_set(json, "why", safe_json(why));
}

static json_t *node_json(const struct bio_node *node, unsigned depth)
{
        json_t *json = json_must(json_object());
        bool deep = depth >= DEPTH_MOST && tree_count(node) > 0;

        json_set(json, "type", json_must(json_string(type_names[tree_type(node)])));
        if (tree_state(node) == BIO_KNOWN && !deep)
                json_set(json, "value", value_json(node, depth, node_json));
        set_provenance(json, node, depth);
        if (deep)
                set_state(json, BIO_UNDECIDABLE, "nested too deeply");
        else if (tree_state(node) != BIO_KNOWN)
                set_state(json, tree_state(node), tree_why(node));
        if (tree_basis_of(node) != BIO_DISK)
                json_set(json, "basis", json_must(json_string(basis_name(tree_basis_of(node)))));
        if (tree_class_of(node) == BIO_PERSONAL)
                json_set(json, "class", json_must(json_string("personal")));
        if (tree_note_of(node))
                json_set(json, "note", safe_json(tree_note_of(node)));
        return json;
}

json_t *tree_to_json(const struct bio_node *node)
{
        return node_json(node, 0);
}

static json_t *plain_json(const struct bio_node *node, unsigned depth)
{
        if (tree_state(node) != BIO_KNOWN || depth >= JSON_DEPTH_MOST)
                return json_null();
        return value_json(node, depth, plain_json);
}

json_t *tree_to_plain_json(const struct bio_node *node)
{
        return plain_json(node, 0);
}

static int from_json(struct tree *t, const json_t *json, unsigned depth, struct bio_node **ret);

static int list_from_json(struct tree *t, const json_t *json, unsigned depth, struct bio_node **ret)
{
        struct bio_node *list = tree_list(t), *child;
        size_t i;
        int r;

        for (i = 0; i < json_array_size(json); i++) {
                r = from_json(t, json_array_get(json, i), depth + 1, &child);
                if (r < 0)
                        return r;
                tree_append(list, child);
        }
        *ret = list;
        return 0;
}

static int map_from_json(struct tree *t, const json_t *json, unsigned depth, struct bio_node **ret)
{
        struct bio_node *map = tree_map(t), *child;
        const char *safe;
        json_t *value;
        int r;

        json_object_foreach ((json_t *)json, safe, value) {
                _cleanup_free_ char *key = NULL;
                size_t length;

                r = unsafe_bytes(safe, &key, &length);
                if (r < 0)
                        return r;
                if (strlen(key) != length)
                        return -EINVAL;
                r = from_json(t, value, depth + 1, &child);
                if (r < 0)
                        return r;
                tree_set(map, key, child);
        }
        *ret = map;
        return 0;
}

static int bytes_from_json(struct tree *t, const json_t *json, struct bio_node **ret)
{
        _cleanup_free_ char *bytes = NULL;
        size_t length;
        int r;

        /* A NUL that slipped in as \u0000 would cut the string; it is not safe text. */
        if (strlen(json_string_value(json)) != json_string_length(json))
                return -EINVAL;
        r = unsafe_bytes(json_string_value(json), &bytes, &length);
        if (r < 0)
                return r;
        *ret = tree_bytes(t, bytes, length);
        return 0;
}

static int from_json(struct tree *t, const json_t *json, unsigned depth, struct bio_node **ret)
{
        if (depth >= JSON_DEPTH_MOST || !json)
                return -EINVAL;
        switch (json_typeof(json)) {
        case JSON_NULL:
                *ret = tree_null(t);
                return 0;
        case JSON_TRUE:
        case JSON_FALSE:
                *ret = tree_bool(t, json_is_true(json));
                return 0;
        case JSON_INTEGER:
                *ret = tree_integer(t, json_integer_value(json));
                return 0;
        case JSON_STRING:
                return bytes_from_json(t, json, ret);
        case JSON_ARRAY:
                return list_from_json(t, json, depth, ret);
        case JSON_OBJECT:
                return map_from_json(t, json, depth, ret);
        case JSON_REAL:
                break;
        }
        return -EINVAL;
}

int tree_from_json(struct tree *t, const json_t *json, struct bio_node **ret)
{
        return from_json(t, json, 0, ret);
}
