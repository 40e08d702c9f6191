/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/json.h"
#include "base/text.h"
#include "record/record.h"

bool part_is_examined(const json_t *part)
{
        const char *technical = json_member_string(part, "technical");

        return technical && !streq(technical, "error") && !json_member_string(part, "why");
}

void measure_examined(const json_t *measure, size_t *ret_examined, size_t *ret_parts)
{
        const json_t *parts = json_object_get(measure, "parts");
        json_t *part;
        size_t i;

        *ret_examined = 0;
        *ret_parts = json_array_size(parts);
        json_array_foreach (parts, i, part)
                *ret_examined += part_is_examined(part);
}
