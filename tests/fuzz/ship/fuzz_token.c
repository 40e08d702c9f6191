/* SPDX-License-Identifier: EUPL-1.2 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ship/certificate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct token t;

        if (token_parse((const char *)data, size, &t) == 0 && (strlen(t.pin) != PIN_TEXT - 1 || strlen(t.secret) < 16))
                abort();
        return 0;
}
