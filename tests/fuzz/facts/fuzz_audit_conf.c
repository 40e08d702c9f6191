/* SPDX-License-Identifier: EUPL-1.2 */
/* auditd.conf: values are of their keyword's form, lines within the file, and a refusal has a reason. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "facts/audit_conf.h"

static const char *answer(void *user, const char *path, bool *unknown)
{
        (void)user;
        *unknown = strstr(path, "unknown") != NULL;
        return *unknown || strstr(path, "none") ? path : NULL;
}

static const char *group(void *user, const char *name, uint32_t *gid, bool *unknown)
{
        *gid = 4;
        return answer(user, name, unknown);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static const struct audit_conf_host host = {NULL, answer, answer, group};
        struct arena arena = {0};
        struct audit_conf c = {.arena = &arena};
        unsigned lines = 1;
        size_t i;

        for (i = 0; i < size; i++)
                lines += data[i] == '\n';
        audit_conf_parse(&c, (const char *)data, size, &host);
        if (c.refused_line > lines || (c.unknown && !c.refused))
                abort();
        for (i = 0; i < c.count; i++) {
                const struct audit_conf_value *v = &c.lines[i].value;

                if (v->line == 0 || v->line > lines || v->form == AUDIT_UNSET)
                        abort();
                if ((v->form == AUDIT_TEXT || v->form == AUDIT_WORD) != (v->text != NULL))
                        abort();
                if (v->percent && v->number > 99)
                        abort();
        }
        for (i = 0; i < AUDIT_CONF_KEYS; i++)
                if (audit_conf_get(&c, (enum audit_conf_key)i).line > lines || !audit_conf_name((enum audit_conf_key)i))
                        abort();
        audit_conf_free(&c);
        arena_free(&arena);
        return 0;
}
