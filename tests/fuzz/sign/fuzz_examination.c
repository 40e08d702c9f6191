/* SPDX-License-Identifier: EUPL-1.2 */
/* What the child that asks the observer says to the daemon, and what the daemon makes of it. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/json.h"
#include "sign/compare.h"
#include "sign/examine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static const struct state empty;
        _cleanup_json_ json_t *answer = NULL, *counts = NULL, *measures = NULL;
        _cleanup_free_ char *why = NULL;
        struct comparison c;
        json_t *results;

        if (examination_parse((const char *)data, size, &answer, &why) < 0) {
                if (!why)
                        abort();
                return 0;
        }
        results = json_object_get(answer, "results");
        measures = json_must(json_array());
        counts = count_statuses(results);
        comparison_make(&empty, results, measures, NULL, 0, &c);
        if (json_array_size(c.results) != json_array_size(results))
                abort();
        comparison_free(&c);
        return 0;
}
