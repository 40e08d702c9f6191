/* SPDX-License-Identifier: EUPL-1.2 */
/* login.defs as both kinds of readers take it: keys and values lie within the file, and a key is never empty for
 * shadow.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "facts/login_defs.h"

static void within(struct span span, const char *bytes, size_t size)
{
        if (span.length > 0 && (span.bytes < bytes || span.bytes + span.length > bytes + size))
                abort();
        if (span.length > 0 && (memchr(span.bytes, '\0', span.length) || memchr(span.bytes, '\n', span.length)))
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static bool (*const readers[])(struct settings *, struct setting *) = {shadow_setting_next, pam_setting_next};
        const char *bytes = (const char *)data;

        for (size_t i = 0; i < 2; i++) {
                struct settings settings = settings_of(bytes, size);
                struct setting setting;
                int64_t number;

                while (readers[i](&settings, &setting)) {
                        within(setting.key, bytes, size);
                        within(setting.value, bytes, size);
                        if (setting.line == 0 || (i == 0 && setting.key.length == 0))
                                abort();
                        (void)shadow_number(setting.value, &number);
                }
        }
        return 0;
}
