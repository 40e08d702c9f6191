/* SPDX-License-Identifier: EUPL-1.2 */
/* The parameters of a check: what policy set, typed by the descriptor, over the defaults. */
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/term.h"
#include "base/text.h"
#include "observe/context.h"

#define LIST_MOST 256

static bool is_bool(const json_t *value)
{
        return json_is_boolean(value);
}

static bool is_integer(const json_t *value)
{
        return json_is_integer(value);
}

static bool is_text(const json_t *value)
{
        return json_is_string(value) && strlen(json_string_value(value)) == json_string_length(value) &&
               json_string_length(value) <= TEXT_MOST;
}

static bool is_term(const json_t *value)
{
        struct term term;

        return is_text(value) && term_parse(json_string_value(value), &term) == 0;
}

static bool is_list(const json_t *value)
{
        if (!json_is_array(value) || json_array_size(value) > LIST_MOST)
                return false;
        for (size_t i = 0; i < json_array_size(value); i++)
                if (!is_text(json_array_get(value, i)))
                        return false;
        return true;
}

static const struct {
        const char *name;
        bool (*fits)(const json_t *value);
} types[] = {
        [BIO_PARAMETER_BOOL] = {"true or false", is_bool},   [BIO_PARAMETER_INTEGER] = {"an integer", is_integer},
        [BIO_PARAMETER_TEXT] = {"a text", is_text},          [BIO_PARAMETER_TERM] = {"a term such as P1Y", is_term},
        [BIO_PARAMETER_LIST] = {"a list of texts", is_list},
};

static json_t *list_of(const char *text)
{
        json_t *list = json_must(json_array());

        while (*text) {
                size_t length = strcspn(text, ",");

                json_push(list, json_safe_string(text, length));
                text += length + (text[length] == ',');
        }
        return list;
}

static json_t *from_text(enum bio_parameter_type type, const char *text)
{
        int64_t number;

        switch (type) {
        case BIO_PARAMETER_BOOL:
                if (streq(text, "true") || streq(text, "false"))
                        return json_boolean(streq(text, "true"));
                break;
        case BIO_PARAMETER_INTEGER:
                if (parse_i64(text, &number) == 0)
                        return json_must(json_integer(number));
                break;
        case BIO_PARAMETER_TEXT:
        case BIO_PARAMETER_TERM:
                return json_safe_string(text, strlen(text));
        case BIO_PARAMETER_LIST:
                return list_of(text);
        }
        return json_null();
}

int parameter_default(const struct bio_parameter *parameter, json_t **ret)
{
        _cleanup_json_ json_t *value = NULL;

        if ((unsigned)parameter->type >= ELEMENTS(types))
                return -EINVAL;
        if (!parameter->fallback) {
                *ret = json_null();
                return 0;
        }
        value = from_text(parameter->type, parameter->fallback);
        if (!types[parameter->type].fits(value))
                return -EINVAL;
        *ret = TAKE_PTR(value);
        return 0;
}

static const struct bio_parameter *find(const struct bio_check *check, const char *name)
{
        for (const struct bio_parameter *p = check->parameters; p && p->name; p++)
                if (streq(p->name, name))
                        return p;
        return NULL;
}

static int set_node(struct context *c, const char *name, const json_t *value, const char *source)
{
        struct bio_node *node;

        if (tree_from_json(c->tree, value, &node) < 0)
                return -EINVAL;
        tree_set(c->parameters, name, tree_from(node, source, 0, 0));
        return 0;
}

static int take_one(struct context *c, const char *name, const json_t *value, json_t *with, char **why)
{
        const struct bio_parameter *parameter = find(c->check, name);
        _cleanup_json_ json_t *fallback = NULL;

        if (!parameter) {
                *why = must_printf("check %s has no parameter %s", c->check->id, name);
                return -EINVAL;
        }
        if (!types[parameter->type].fits(value) || set_node(c, name, value, "parameter") < 0) {
                *why = must_printf("parameter %s must be %s", name, types[parameter->type].name);
                return -EINVAL;
        }
        /* A result's identity is what was set; setting the default is setting nothing. */
        if (parameter_default(parameter, &fallback) < 0 || !json_equal(fallback, value))
                json_set(with, name, json_must(json_deep_copy(value)));
        return 0;
}

static json_t *sorted(const json_t *object)
{
        _cleanup_free_ char *text = json_sorted_text(object);
        json_t *ordered;

        if (json_parse(text, strlen(text), &ordered, NULL) < 0)
                out_of_memory();
        return ordered;
}

int parameters_take(struct context *c, const json_t *with, json_t **ret_with, char **why)
{
        _cleanup_json_ json_t *differing = json_must(json_object());
        const char *name;
        json_t *value;
        int r;

        for (const struct bio_parameter *p = c->check->parameters; p && p->name; p++) {
                _cleanup_json_ json_t *fallback = NULL;

                if (p->fallback && parameter_default(p, &fallback) == 0)
                        (void)set_node(c, p->name, fallback, "default");
        }
        json_object_foreach ((json_t *)with, name, value) {
                r = take_one(c, name, value, differing, why);
                if (r < 0)
                        return r;
        }
        *ret_with = sorted(differing);
        return 0;
}
