/* SPDX-License-Identifier: EUPL-1.2 */
/* ack.json, as sign reads it. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "spool/spool.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct spool_acks acks = {0};
        _cleanup_free_ char *why = NULL;
        size_t i;

        if (spool_acks_parse((const char *)data, size, &acks, &why) < 0) {
                if (!why)
                        abort(); /* refused without a word */
        } else {
                for (i = 0; i < acks.count; i++) {
                        const struct spool_ack *a = &acks.acks[i];

                        if (!is_hex(a->chain, RECORD_CHAIN_TEXT - 1) || (a->seq == 0) != (a->hash[0] == '\0') ||
                            strlen(a->nonce) >= sizeof(a->nonce) || (a->refused && !json_is_array(a->refused)))
                                abort();
                }
        }
        spool_acks_free(&acks);
        return 0;
}
