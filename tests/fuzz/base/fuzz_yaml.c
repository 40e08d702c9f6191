/* SPDX-License-Identifier: EUPL-1.2 */
/* YAML of policies, declarations and configuration: a tree, or a diagnostic that points into the input. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "base/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
        if (!holds)
                abort();
}

static void require_explained(const struct diag *d)
{
        size_t i;

        require(d->failed && d->count > 0);
        for (i = 0; i < d->count; i++) {
                require(streq(d->entries[i].file, "input.yml"));
                require(utf8_valid(d->entries[i].message, strlen(d->entries[i].message)));
        }
}

/* What a reader of a format does with a tree. */
static void read_as_format(struct diag *d, const struct bio_node *root)
{
        static const char *const keys[] = {"schema", "policy", "measures", NULL};
        const struct bio_node *child;
        size_t i;

        (void)yaml_only(d, root, keys);
        (void)yaml_child(d, root, "schema", BIO_BYTES, true, &child);
        (void)yaml_child(d, root, "measures", BIO_LIST, false, &child);
        for (i = 0; i < tree_count(child); i++)
                require(tree_line(tree_at(child, i)) > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_tree_ struct tree *t = tree_new();
        _cleanup_tree_ struct tree *other = tree_new();
        _cleanup_diag_ struct diag d = {0};
        _cleanup_json_ json_t *plain = NULL, *again = NULL;
        _cleanup_free_ char *value = NULL;
        const struct bio_node *root;
        struct bio_node *back;

        if (yaml_parse(t, "input.yml", (const char *)data, size, &d, &root) < 0) {
                require_explained(&d);
                return 0;
        }
        require(d.count == 0);
        plain = tree_to_plain_json(root);
        require(tree_from_json(other, plain, &back) == 0);
        again = tree_to_plain_json(back);
        require(json_equal(plain, again));
        value = tree_value_text(root);
        read_as_format(&d, root);
        return 0;
}
