/* SPDX-License-Identifier: EUPL-1.2 */
/* collector.yml: what is read is written so that it reads the same. */
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "collector/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char path[64];

static void require(bool holds)
{
        if (!holds)
                abort();
}

static void forget(void)
{
        (void)unlink(path);
}

static int load(const void *bytes, size_t length, struct collector_config *ret)
{
        FILE *f = fopen(path, "w");

        require(f && fwrite(bytes, 1, length, f) == length && fclose(f) == 0);
        return collector_config_load(path, ret);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_config_ struct collector_config c = {0}, again = {0};
        _cleanup_free_ char *text = NULL, *same = NULL;

        if (!path[0]) {
                int fd;

                (void)snprintf(path, sizeof(path), "/tmp/bioagent-fuzz.XXXXXX");
                fd = mkstemp(path);
                require(fd >= 0 && close(fd) == 0);
                (void)atexit(forget);
        }
        if (load(data, size, &c) < 0)
                return 0;
        text = collector_config_text(&c);
        require(load(text, strlen(text), &again) == 0);
        same = collector_config_text(&again);
        require(streq(text, same));
        return 0;
}
