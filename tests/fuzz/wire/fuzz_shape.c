/* SPDX-License-Identifier: EUPL-1.2 */
/* What an observer says: typed before it is used. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/json.h"
#include "wire/shape.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void judge(int r, char *why)
{
        if ((r < 0) != (why != NULL))
                abort();
        free(why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_json_ json_t *json = NULL;
        char *why = NULL;
        int r;

        if (json_parse((const char *)data, size, &json, NULL) < 0)
                return 0;
        r = shape_result(json, "a.b", &why);
        judge(r, why);
        why = NULL;
        r = shape_descriptors(json, &why);
        judge(r, why);
        return 0;
}
