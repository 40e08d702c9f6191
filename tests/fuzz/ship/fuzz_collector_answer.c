/* SPDX-License-Identifier: EUPL-1.2 */
/* The collector's answer, as the shipper reads it. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ship/answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct answer a;
        _cleanup_free_ char *why = NULL;
        size_t i;

        if (answer_parse((const char *)data, size, &a, &why) < 0) {
                if (!why || a.acked || a.refused || a.want)
                        abort();
                return 0;
        }
        for (i = 0; i < a.acked_count; i++) {
                if (!is_hex(a.acked[i].chain, RECORD_CHAIN_TEXT - 1) ||
                    (a.acked[i].seq == 0) != (a.acked[i].hash[0] == '\0'))
                        abort();
        }
        for (i = 0; i < a.refused_count; i++) {
                if (a.refused[i].line == 0 || !answer_refusal_name(a.refused[i].type))
                        abort();
        }
        for (i = 0; a.nonce[i]; i++) {
                if (a.nonce[i] < 0x21 || a.nonce[i] > 0x7e)
                        abort();
        }
        answer_free(&a);
        return 0;
}
