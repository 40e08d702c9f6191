/* SPDX-License-Identifier: EUPL-1.2 */
/* `--format json`: exactly one record payload, in clear. */
#include "base/json.h"
#include "base/memory.h"
#include "jose/jws.h"
#include "report/writers.h"

int report_write_json(const struct report *r, const struct report_options *o, struct text *out)
{
        _cleanup_json_ json_t *clear = json_must(json_deep_copy(r->payload));
        _cleanup_free_ char *text = NULL;

        (void)o;
        personal_unmark(clear);
        text = json_dumps(clear, JSON_INDENT(2));
        if (!text)
                out_of_memory();
        text_add(out, text);
        text_add_char(out, '\n');
        return 0;
}
