/* SPDX-License-Identifier: EUPL-1.2 */
/* The stand-alone answer of one run (docs/record.md, kind report). */
#include "base/json.h"
#include "base/term.h"
#include "record/record.h"
#include "report/report.h"

static json_t *copy(const json_t *value)
{
        return value ? json_must(json_deep_copy(value)) : json_null();
}

json_t *report_payload(bool offline, int64_t made, const json_t *host, const json_t *run, const json_t *policies,
                       const json_t *measures, const json_t *results)
{
        json_t *o = json_must(json_object()), *part = json_must(json_object()), *witness = json_must(json_object());
        json_t *self = json_must(json_deep_copy(host));
        char moment[MOMENT_TEXT];

        moment_format(made, moment);
        json_set(part, "index", json_must(json_integer(1)));
        json_set(part, "of", json_must(json_integer(1)));
        json_set(witness, "nonce", json_null());
        json_set(self, "id", json_null());

        json_set(o, "schema", json_must(json_string(RECORD_SCHEMA)));
        json_set(o, "kind", json_must(json_string(record_kind_name(RECORD_REPORT))));
        json_set(o, "chain", json_null());
        json_set(o, "seq", json_null());
        json_set(o, "prev", json_null());
        json_set(o, "made", json_must(json_string(moment)));
        json_set(o, "next_by", json_null());
        json_set(o, "part", part);
        json_set(o, "target", json_must(json_string(offline ? "offline" : "live")));
        json_set(o, "host", self);
        json_set(o, "run", copy(run));
        json_set(o, "witness", witness);
        json_set(o, "policies", copy(policies));
        json_set(o, "measures", copy(measures));
        json_set(o, "results", copy(results));
        return o;
}
