/* SPDX-License-Identifier: EUPL-1.2 */
/* nsswitch.conf: a source has a name, without blanks; whether the file parses does not depend on the database. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "facts/nsswitch.h"

static void look(const struct bio_node *list)
{
        size_t i, length;

        for (i = 0; tree_state(list) == BIO_KNOWN && i < tree_count(list); i++) {
                const char *name = tree_bytes_of(tree_get(tree_at(list, i), "name"), &length);

                if (length == 0 || memchr(name, ' ', length) || memchr(name, '[', length) || memchr(name, '\0', length))
                        abort();
        }
}

static bool parses(const struct bio_node *list)
{
        return tree_state(list) == BIO_KNOWN || strncmp(tree_why(list), "does not parse", 14) != 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_tree_ struct tree *t = tree_new();
        _cleanup_free_ char *bytes = calloc(size + 1, 1);
        const struct bio_node *passwd, *group;

        if (!bytes)
                return 0;
        memcpy(bytes, data, size);
        passwd = nsswitch_parse(t, "nsswitch.conf", bytes, size, "passwd");
        group = nsswitch_parse(t, "nsswitch.conf", bytes, size, "group");
        look(passwd);
        look(group);
        if (parses(passwd) != parses(group))
                abort();
        return 0;
}
