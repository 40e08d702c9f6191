/* SPDX-License-Identifier: EUPL-1.2 */
/* Titles, so that a page can say what an id means: from the policies and descriptors that a host put into its policy
 * records. They are that host's words and are shown as such; nothing is decided by them. */
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/tree.h"
#include "base/yaml.h"
#include "store/sqlite.h"

#define BODY_MOST 16384 /* bytes of one descriptor */

static int put(struct store *s, const struct chain_row *c, uint64_t seq, const char *sort, const char *id,
               const json_t *body)
{
        _cleanup_free_ char *subject = must_printf("%s %s", sort, id), *text = json_text(body);
        sqlite3_stmt *q;

        if (strlen(text) > BODY_MOST)
                return 0;
        q = store_statement(s, SQL_KNOWLEDGE_PUT);
        bind_integer(q, 1, c->number);
        bind_text(q, 2, subject);
        bind_integer(q, 3, (int64_t)seq);
        bind_text(q, 4, text);
        return store_run(s, q);
}

static json_t *titles(const struct bio_node *node)
{
        json_t *ret = json_must(json_object());
        size_t i;

        for (i = 0; i < tree_count(node); i++) {
                const struct bio_node *title = tree_at(node, i);
                size_t length;
                const char *bytes = tree_bytes_of(title, &length);

                if (tree_key(title))
                        json_set(ret, tree_key(title), json_safe_string(bytes, length));
        }
        return ret;
}

/* The parts of a requirement are measures of its policy, and what it asks beyond them (docs/policy.md). */
static void add_rolled_up(json_t *of_parts, const struct bio_node *ids, const json_t *by_number)
{
        json_t *beyond = json_must(json_object());

        for (size_t i = 0; i < tree_count(ids); i++) {
                const char *id = tree_bytes_of(tree_at(ids, i), NULL);

                if (json_object_get(by_number, id))
                        json_set(of_parts, id, json_incref(json_object_get(by_number, id)));
        }
        json_set(beyond, "nl", json_printf("Wat het vereiste vraagt buiten deze maatregelen"));
        json_set(beyond, "en", json_printf("What the requirement asks beyond these measures"));
        json_set(of_parts, "beyond", beyond);
}

/* `by_number`: the titles of all measures. */
static json_t *measure_words(const struct bio_node *measure, const json_t *by_number)
{
        const struct bio_node *parts = tree_get(measure, "parts"), *rolls_up = tree_get(measure, "rolls_up");
        json_t *ret = json_must(json_object()), *of_parts = json_must(json_object());
        size_t i;

        if (rolls_up)
                add_rolled_up(of_parts, rolls_up, by_number);
        for (i = 0; i < tree_count(parts); i++) {
                const char *id = tree_bytes_of(tree_get(tree_at(parts, i), "id"), NULL);

                if (*id)
                        json_set(of_parts, id, titles(tree_get(tree_at(parts, i), "title")));
        }
        json_set(ret, "title", titles(tree_get(measure, "title")));
        json_set(ret, "parts", of_parts);
        return ret;
}

static json_t *titles_by_number(const struct bio_node *measures)
{
        json_t *ret = json_must(json_object());

        for (size_t i = 0; i < tree_count(measures); i++) {
                const char *number = tree_bytes_of(tree_get(tree_at(measures, i), "id"), NULL);

                if (*number && utf8_valid(number, strlen(number)))
                        json_set(ret, number, titles(tree_get(tree_at(measures, i), "title")));
        }
        return ret;
}

/* `text` as records write bytes: newlines too are \x0a. */
static int take_policy(struct store *s, const struct chain_row *c, uint64_t seq, const char *text)
{
        _cleanup_tree_ struct tree *tree = tree_new();
        const struct bio_node *root, *measures;
        _cleanup_free_ char *bytes = NULL;
        _cleanup_json_ json_t *by_number = NULL;
        const char *policy;
        size_t i, length;
        int r = 0;

        if (unsafe_bytes(text, &bytes, &length) < 0 || yaml_parse(tree, "policy", bytes, length, NULL, &root) < 0)
                return 0;
        policy = tree_bytes_of(tree_get(root, "policy"), NULL);
        measures = tree_get(root, "measures");
        by_number = titles_by_number(measures);
        for (i = 0; r >= 0 && *policy && i < tree_count(measures); i++) {
                const char *number = tree_bytes_of(tree_get(tree_at(measures, i), "id"), NULL);
                _cleanup_free_ char *id = must_printf("%s:%s", policy, number);
                _cleanup_json_ json_t *words = measure_words(tree_at(measures, i), by_number);

                if (*number)
                        r = put(s, c, seq, "measure", id, words);
        }
        return r;
}

int knowledge_take(struct store *s, const struct chain_row *c, uint64_t seq, const json_t *payload)
{
        const json_t *descriptors = json_object_get(payload, "descriptors"), *entry;
        size_t i;
        int r = 0;

        if (json_is_object(descriptors))
                descriptors = json_object_get(descriptors, "checks");
        json_array_foreach (descriptors, i, entry)
                if (r >= 0 && json_member_string(entry, "id"))
                        r = put(s, c, seq, "check", json_member_string(entry, "id"), entry);
        json_array_foreach (json_object_get(payload, "files"), i, entry)
                if (r >= 0 && json_member_string(entry, "text"))
                        r = take_policy(s, c, seq, json_member_string(entry, "text"));
        return r;
}
