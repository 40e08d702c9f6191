/* SPDX-License-Identifier: EUPL-1.2 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/yaml.h"
#include "policy/declaration.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_tree_ struct tree *t = tree_new();
        _cleanup_diag_ struct diag diag = {0};
        struct declaration declaration = {0};
        const struct bio_node *root;

        if (yaml_parse(t, "fuzz.yml", (const char *)data, size, &diag, &root) < 0 ||
            declaration_read(root, &declaration, &diag) < 0) {
                if (!diag.failed)
                        abort(); /* refused without a word */
                return 0;
        }
        /* A term is positive, so a declaration holds for a while. */
        if (!declaration.role || declaration.until <= declaration.date ||
            declaration_expired(&declaration, declaration.date))
                abort();
        return 0;
}
