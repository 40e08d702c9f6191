/* SPDX-License-Identifier: EUPL-1.2 */
/* sudoers of any bytes: it includes itself, and a file of a directory holds what follows the first NUL. Every word has
 * a place within the files, and reading ends. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "facts/sudoers.h"
#include "facts/sudoers_defaults.h"

struct input {
        const char *bytes;
        size_t length, first;
};

static enum sudoers_opened open_file(void *user, const char *path, const char **bytes, size_t *length, const char **why)
{
        const struct input *in = user;

        (void)why;
        if (strcmp(path, "/etc/sudoers") == 0) {
                *bytes = in->bytes;
                *length = in->first;
                return SUDOERS_READ;
        }
        if (strcmp(path, "/etc/d/a") != 0)
                return SUDOERS_MISSING;
        *bytes = in->bytes + in->first;
        *length = in->length - in->first;
        return SUDOERS_READ;
}

static enum sudoers_opened list(void *user, const char *path, const char *const **names, size_t *count,
                                const char **why)
{
        static const char *const files[] = {".x", "a", "b~", "c"};

        (void)user;
        (void)why;
        if (strcmp(path, "/etc/d") != 0)
                return SUDOERS_MISSING;
        *names = files;
        *count = 4;
        return SUDOERS_READ;
}

static void check_list(const struct sudoers_list *members)
{
        const struct sudoers_member *m;
        size_t count = 0;

        for (m = members->first; m; m = m->next, count++)
                if (!m->file || m->line == 0 || (!m->name && m->type != SUDOERS_ALL && m->type != SUDOERS_MYSELF))
                        abort();
        if (count != members->count)
                abort();
}

static void check_rules(const struct sudoers *s)
{
        const struct sudoers_rule *r;
        const struct sudoers_privilege *p;
        const struct sudoers_command *c;

        for (r = s->first_rule; r; r = r->next) {
                check_list(&r->users);
                for (p = r->first; p; p = p->next) {
                        check_list(&p->hosts);
                        for (c = p->first; c; c = c->next)
                                if (!c->member || !c->member->file)
                                        abort();
                }
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static const enum sudoers_version versions[] = {SUDO_1_9_13, SUDO_1_9_16};
        const char *bytes = (const char *)data;
        const char *nul = size > 0 ? memchr(bytes, '\0', size) : NULL;
        struct input in = {bytes, size, nul ? (size_t)(nul - bytes) + 1 : size};
        const struct sudoers_host host = {.open = open_file, .list = list, .short_name = "h", .user = &in};

        for (size_t i = 0; i < 2; i++) {
                struct sudoers s;
                struct sudoers_value value;
                const struct sudoers_default *d;
                const struct sudoers_alias *a;

                sudoers_read(&s, versions[i], &host, "/etc/sudoers");
                check_rules(&s);
                for (a = s.aliases; a; a = a->next)
                        if (sudoers_alias_find(&s, a->kind, a->name) != a)
                                abort();
                for (d = s.defaults; d; d = d->next)
                        (void)sudoers_value_of(&s, d, &value);
                sudoers_free(&s);
        }
        return 0;
}
