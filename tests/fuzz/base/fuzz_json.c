/* SPDX-License-Identifier: EUPL-1.2 */
/* JSON from a wire: what is taken is written back as the same value, and fits in a tree or is refused by it. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/json_plain.h"
#include "base/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
        if (!holds)
                abort();
}

static void through_text(const json_t *json)
{
        _cleanup_json_ json_t *again = NULL;
        _cleanup_free_ char *text = json_text(json), *sorted = json_sorted_text(json), *sorted_again = NULL;

        require(json_parse(text, strlen(text), &again, NULL) == 0);
        require(json_equal(json, again));
        sorted_again = json_sorted_text(again);
        require(strcmp(sorted, sorted_again) == 0);
}

/* The quick reader and writer against the general ones. */
static void as_jansson(const char *bytes, size_t size)
{
        _cleanup_json_ json_t *quick = json_parse_plain(bytes, size);
        _cleanup_json_ json_t *general = json_loadb(bytes, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
        _cleanup_free_ char *text = NULL, *same = NULL;

        if (quick)
                require(general && json_equal(quick, general));
        if (!general)
                return;
        text = json_text(general);
        same = json_dumps(general, JSON_COMPACT | JSON_ENCODE_ANY);
        require(strcmp(text, same) == 0);
}

static void through_tree(const json_t *json)
{
        _cleanup_tree_ struct tree *t = tree_new();
        _cleanup_json_ json_t *plain = NULL, *full = NULL;
        _cleanup_free_ char *value = NULL;
        struct bio_node *node;

        if (tree_from_json(t, json, &node) < 0)
                return;
        plain = tree_to_plain_json(node);
        require(json_equal(json, plain));
        full = tree_to_json(node);
        require(full != NULL);
        value = tree_value_text(node);
        require(value != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_json_ json_t *json = NULL;
        _cleanup_free_ char *why = NULL;

        as_jansson((const char *)data, size);
        if (json_parse((const char *)data, size, &json, &why) < 0) {
                require(why != NULL && json == NULL);
                return 0;
        }
        through_text(json);
        through_tree(json);
        return 0;
}
