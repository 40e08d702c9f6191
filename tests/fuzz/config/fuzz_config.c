/* SPDX-License-Identifier: EUPL-1.2 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/yaml.h"
#include "config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_tree_ struct tree *t = tree_new();
        _cleanup_diag_ struct diag diag = {0};
        const struct bio_node *root;
        struct config c;

        config_defaults(&c);
        if (yaml_parse(t, "fuzz.yml", (const char *)data, size, &diag, &root) < 0 || config_read(&c, root, &diag) < 0) {
                if (!diag.failed)
                        abort(); /* refused without a word */
        } else if (c.state[0] != '/' || c.audit_s == 0 || c.full_s == 0 || c.spool_max_size == 0 || !c.policies[0]) {
                abort();
        }
        config_free(&c);
        return 0;
}
