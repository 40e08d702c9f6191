/* SPDX-License-Identifier: EUPL-1.2 */
/* Values of systemd's configuration: each reader ends, and gives a value or says that it is none. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/memory.h"
#include "facts/systemd_conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_free_ char *value = must_strndup((const char *)data, size);
        uint64_t number = 0;
        bool boolean;
        int level = 0;

        if (conf_number(value, 100, &number) > 0 || number > 100)
                abort();
        if (conf_span(value, &number) > 0 || conf_size(value, &number) > 0 || conf_boolean(value, &boolean) > 0)
                abort();
        if (conf_level(value, &level) > 0 || level < 0 || level > 7)
                abort();
        return 0;
}
