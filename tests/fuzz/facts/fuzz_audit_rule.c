/* SPDX-License-Identifier: EUPL-1.2 */
/* Lines of audit rules: what is taken has a text, the text is a rule again, and that rule has the same text. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "facts/audit_rule.h"
#include "facts/lines.h"

static int somebody(void *user, const char *name, uint32_t *id)
{
        (void)user;
        *id = 7;
        return name[0] == 'r' ? 1 : name[0] == 'x' ? -1 : 0;
}

static int is_directory(void *user, const char *path)
{
        (void)user;
        return path[strlen(path) - 1] == 'd' ? 1 : path[1] == 'u' ? -1 : 0;
}

static void take(const char *bytes, size_t length, int audit4)
{
        const struct rule_host host = {NULL, somebody, somebody, is_directory, audit4};
        _cleanup_tree_ struct tree *t = tree_new();
        struct arena arena = {0};
        struct rule_line line = rule_compile(&arena, bytes, length, &host);
        struct rule *again;

        if ((line.effect == RULE_ADDS || line.effect == RULE_DELETES) != (line.rule != NULL))
                abort();
        if ((line.effect == RULE_REFUSED || line.effect == RULE_UNKNOWN) != (line.why != NULL))
                abort();
        if (line.rule) {
                again = rule_from_kernel(&arena, rule_to_kernel(t, line.rule));
                if (!again || !rule_same(line.rule, again) ||
                    !streq(rule_text(&arena, line.rule), rule_text(&arena, again)))
                        abort();
                (void)rule_covers(line.rule, again);
        }
        arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct lines lines = lines_of((const char *)data, size);
        struct line line;

        while (lines_next(&lines, &line)) {
                take(line.bytes, line.length, 0);
                take(line.bytes, line.length, 1);
                take(line.bytes, line.length, -1);
        }
        return 0;
}
