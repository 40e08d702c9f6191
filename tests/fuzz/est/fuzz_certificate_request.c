/* SPDX-License-Identifier: EUPL-1.2 */
/* A certificate request (PKCS#10, DER) from a stranger: what is taken has names of the form that is asked for. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "est/ca.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_(host_request_free) struct host_request r = {0};
        _cleanup_free_ char *why = NULL;

        if (host_request_read(data, size, &r, &why) < 0) {
                if (!why || r.public_key)
                        abort();
                return 0;
        }
        if (why || strlen(r.host_id) != 36 || strlen(r.kid) != 43 || !is_hex(r.chain, 32) || !r.public_key)
                abort();
        return 0;
}
