/* SPDX-License-Identifier: EUPL-1.2 */
/* Files of time zones: whatever is taken has offsets within a week, and a moment for each local time. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "facts/timezone.h"

#define MOST (167 * 3600 + 3600)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static const int64_t moments[] = {0, 86400, 1774746000, 1792890000, INT64_C(4102444800), INT64_C(7258118400)};
        struct arena arena = {0};
        struct timezone zone;
        size_t i;

        if (timezone_parse(&arena, (const char *)data, size, &zone) == 0)
                for (i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
                        int32_t offset = timezone_offset(&zone, moments[i]);
                        int64_t moment = timezone_moment(&zone, moments[i]);

                        if (offset < -MOST || offset > MOST || moment < moments[i] - MOST || moment > moments[i] + MOST)
                                abort();
                        (void)timezone_abbreviates(&zone, "CET");
                }
        arena_free(&arena);
        return 0;
}
