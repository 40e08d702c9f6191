/* SPDX-License-Identifier: EUPL-1.2 */
/* Unit files and environment files: assignments are of one line, words end, and what is expanded stays within bounds.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "facts/systemd_internal.h"

struct seen {
        struct systemd *s;
        unsigned line;
};

static void take_words(struct systemd *s, const char *value)
{
        const char *rest = value, *word, *why, *expanded;

        while (unit_word(&s->arena, &rest, &word) > 0) {
                expanded = unit_specifiers(s, "a-b@c.service", word, &why);
                if (expanded && why)
                        abort();
                if (expanded && strlen(expanded) > (size_t)128 * 1024)
                        abort();
        }
        rest = value;
        while (unit_word_relaxed(&s->arena, &rest, &word) > 0)
                ;
        if (*rest)
                abort();
}

static const char *take(void *user, const struct unit_assignment *a)
{
        struct seen *seen = user;

        if (!a->section || !*a->key || strchr(a->key, '=') || strchr(a->key, '\n') || strchr(a->value, '\n'))
                abort();
        if (a->line < seen->line)
                abort();
        seen->line = a->line;
        take_words(seen->s, a->value);
        return NULL;
}

static void read_environment(struct arena *arena, const char *bytes, size_t size, unsigned version)
{
        _cleanup_environment_ struct environment e = {0};
        size_t i;

        (void)environment_file(arena, bytes, size, version, &e);
        for (i = 0; i < e.names.count; i++)
                if (!*e.names.items[i] || strchr(e.names.items[i], '='))
                        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct systemd s = {0};
        struct seen seen = {&s, 0};
        unsigned line = 0;

        (void)unit_file_parse((const char *)data, size, take, &seen, &line);
        read_environment(&s.arena, (const char *)data, size, 252);
        read_environment(&s.arena, (const char *)data, size, 257);
        read_environment(&s.arena, (const char *)data, size, 0);
        arena_free(&s.arena);
        return 0;
}
