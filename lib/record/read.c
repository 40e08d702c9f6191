/* SPDX-License-Identifier: EUPL-1.2 */
/* Reading the members of a record (docs/record.md). What is asked is what a reader relies on; all else is kept as it
 * is. */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "record/record.h"

#define INTEGER_MOST ((json_int_t)9007199254740991) /* 2^53 − 1: what every JSON reader keeps (RFC 7493 §2.2) */
#define PARTS_MOST   4096
#define RUN_ID_MOST  63

static int refuse(char **why, const char *fmt, ...) _printf_(2, 3);

static int refuse(char **why, const char *fmt, ...)
{
        _cleanup_text_ struct text t = {0};
        va_list ap;

        if (why) {
                va_start(ap, fmt);
                text_vprintf(&t, fmt, ap);
                va_end(ap);
                *why = text_take(&t);
        }
        return -EINVAL;
}

/* --- forms of members --------------------------------------------------------------------------------------------- */

static bool is_hash(const char *s)
{
        _cleanup_free_ unsigned char *bytes = NULL;
        size_t length;

        return s && strlen(s) == JWS_HASH_TEXT - 1 && base64url_decode(s, JWS_HASH_TEXT - 1, &bytes, &length) == 0;
}

static bool is_uuid(const char *s)
{
        size_t i;

        if (!s || strlen(s) != 36)
                return false;
        for (i = 0; i < 36; i++) {
                bool dash = i == 8 || i == 13 || i == 18 || i == 23;

                if (dash ? s[i] != '-' : !strchr("0123456789abcdef", s[i]))
                        return false;
        }
        return true;
}

/* A moment is written with Z, to the second or finer. */
static int read_moment(const json_t *value, int64_t *ret)
{
        const char *s = json_string_value(value);

        return s && strlen(s) > 10 && s[10] == 'T' && ends_with(s, "Z") ? moment_parse(s, ret) : -EINVAL;
}

static bool read_number(const json_t *value, json_int_t least, json_int_t most, uint64_t *ret)
{
        json_int_t n = json_integer_value(value);

        if (!json_is_integer(value) || n < least || n > most)
                return false;
        *ret = (uint64_t)n;
        return true;
}

enum form { OBJECT, OBJECT_OR_NULL, ARRAY, STRING, HASH, NUMBER };

static const char *const form_names[] = {
        [OBJECT] = "an object", [OBJECT_OR_NULL] = "an object or null", [ARRAY] = "an array", [STRING] = "a string",
        [HASH] = "a hash",      [NUMBER] = "a number from 1",
};

static bool has_form(const json_t *value, enum form form)
{
        uint64_t n;

        switch (form) {
        case OBJECT:
                return json_is_object(value);
        case OBJECT_OR_NULL:
                return json_is_object(value) || json_is_null(value);
        case ARRAY:
                return json_is_array(value);
        case STRING:
                return json_is_string(value);
        case HASH:
                return is_hash(json_string_value(value));
        case NUMBER:
                return read_number(value, 1, INTEGER_MOST, &n);
        }
        return false;
}

/* --- members of one kind ------------------------------------------------------------------------------------------ */

static const struct {
        enum record_kind kind;
        const char *name;
        enum form form;
} own_members[] = {
        {RECORD_GENESIS, "key", OBJECT},    {RECORD_FULL, "results", ARRAY},     {RECORD_CHANGE, "results", ARRAY},
        {RECORD_CHANGE, "measures", ARRAY}, {RECORD_CHANGE, "removed", ARRAY},   {RECORD_REPORT, "results", ARRAY},
        {RECORD_REPORT, "measures", ARRAY}, {RECORD_HEARTBEAT, "state", OBJECT}, {RECORD_POLICY, "files", ARRAY},
        {RECORD_GAP, "from", NUMBER},       {RECORD_GAP, "to", NUMBER},          {RECORD_GAP, "hash", HASH},
        {RECORD_GAP, "reason", STRING},     {RECORD_ROTATE, "key", OBJECT},      {RECORD_ROTATE, "proof", STRING},
};

static int read_own_members(const json_t *payload, const struct record *r, char **why)
{
        size_t i;

        for (i = 0; i < ELEMENTS(own_members); i++) {
                if (own_members[i].kind != r->kind)
                        continue;
                if (r->kind == RECORD_CHANGE && r->part_index < r->part_of && !streq(own_members[i].name, "results"))
                        continue; /* in the last part */
                if (!has_form(json_object_get(payload, own_members[i].name), own_members[i].form))
                        return refuse(why, "\"%s\" of a %s is not %s", own_members[i].name, record_kind_name(r->kind),
                                      form_names[own_members[i].form]);
        }
        if (r->kind == RECORD_FULL && r->part_index == r->part_of &&
            !json_is_array(json_object_get(payload, "measures")))
                return refuse(why, "the last part of a full has no array \"measures\"");
        return 0;
}

static int read_result(const json_t *result, char **why)
{
        const json_t *findings = json_object_get(result, "findings"), *finding;
        enum bio_status status;
        size_t i;

        if (!json_member_string(result, "check") || !json_is_object(json_object_get(result, "with")))
                return refuse(why, "a result has no string \"check\" or no object \"with\"");
        if (status_from(json_member_string(result, "status"), &status) < 0)
                return refuse(why, "a result has no status");
        if (json_array_size(findings) == 0)
                return refuse(why, "a result has no findings");
        json_array_foreach (findings, i, finding)
                if (status_from(json_member_string(finding, "status"), &status) < 0)
                        return refuse(why, "a finding has no status");
        return 0;
}

static int read_measure(const json_t *measure, char **why)
{
        const json_t *technical = json_object_get(measure, "technical");
        enum bio_status status;

        if (!json_member_string(measure, "id"))
                return refuse(why, "a measure has no string \"id\"");
        if (!json_is_null(technical) && status_from(json_string_value(technical), &status) < 0)
                return refuse(why, "\"technical\" of a measure is neither a status nor null");
        return 0;
}

static int read_removed(const json_t *removed, char **why)
{
        if (!json_member_string(removed, "check") || !json_is_object(json_object_get(removed, "with")))
                return refuse(why, "an entry of \"removed\" has no string \"check\" or no object \"with\"");
        return 0;
}

static int read_each(const json_t *array, int (*read)(const json_t *element, char **why), char **why)
{
        const json_t *element;
        size_t i;
        int r;

        json_array_foreach (array, i, element) {
                r = read(element, why);
                if (r < 0)
                        return r;
        }
        return 0;
}

static bool has_results(enum record_kind kind)
{
        return kind == RECORD_FULL || kind == RECORD_CHANGE || kind == RECORD_REPORT;
}

static int read_results(const json_t *payload, const struct record *r, char **why)
{
        int e;

        if (!has_results(r->kind))
                return 0;
        e = read_each(json_object_get(payload, "results"), read_result, why);
        if (e == 0)
                e = read_each(json_object_get(payload, "measures"), read_measure, why);
        if (e == 0)
                e = read_each(json_object_get(payload, "removed"), read_removed, why);
        return e;
}

/* --- members of every kind ---------------------------------------------------------------------------------------- */

static int read_schema(const json_t *payload, char **why)
{
        static const char family[] = "bioagent.record/";
        const char *schema = json_member_string(payload, "schema");
        uint64_t version;

        if (!schema || !starts_with(schema, family) || parse_u64(schema + strlen(family), &version) < 0 || version == 0)
                return refuse(why, "\"schema\" is not " RECORD_SCHEMA);
        if (!streq(schema, RECORD_SCHEMA))
                return refuse(why, "\"schema\" is newer than " RECORD_SCHEMA);
        return 0;
}

static int read_place(const json_t *payload, struct record *r, char **why)
{
        const json_t *chain = json_object_get(payload, "chain"), *seq = json_object_get(payload, "seq"),
                     *prev = json_object_get(payload, "prev");

        if (r->kind == RECORD_REPORT) {
                if (!json_is_null(chain) || !json_is_null(seq) || !json_is_null(prev))
                        return refuse(why, "\"chain\", \"seq\" and \"prev\" of a report are null");
                return 0;
        }
        r->chain = json_string_value(chain);
        if (!r->chain || strlen(r->chain) != RECORD_CHAIN_TEXT - 1 || !is_hex(r->chain, RECORD_CHAIN_TEXT - 1))
                return refuse(why, "\"chain\" is not 32 lower-case hex digits");
        if (!read_number(seq, 1, INTEGER_MOST, &r->seq))
                return refuse(why, "\"seq\" is not a number from 1");
        if ((r->kind == RECORD_GENESIS) != (r->seq == 1))
                return refuse(why, "number 1, and no other, is the genesis");
        if (r->kind == RECORD_GENESIS)
                return json_is_null(prev) ? 0 : refuse(why, "\"prev\" of a genesis is null");
        r->prev = json_string_value(prev);
        return is_hash(r->prev) ? 0 : refuse(why, "\"prev\" is not a hash");
}

static int read_times(const json_t *payload, struct record *r, char **why)
{
        const json_t *next_by = json_object_get(payload, "next_by");

        if (read_moment(json_object_get(payload, "made"), &r->made) < 0)
                return refuse(why, "\"made\" is not a moment with Z");
        if (!json_is_null(next_by) && read_moment(next_by, &r->next_by) < 0)
                return refuse(why, "\"next_by\" is neither a moment with Z nor null");
        return 0;
}

static int read_part(const json_t *payload, struct record *r, char **why)
{
        const json_t *part = json_object_get(payload, "part");
        uint64_t index, of;

        if (!read_number(json_object_get(part, "of"), 1, PARTS_MOST, &of) ||
            !read_number(json_object_get(part, "index"), 1, (json_int_t)of, &index))
                return refuse(why, "\"part\" is not an index from 1 of at most %d", PARTS_MOST);
        if (of > 1 && r->kind != RECORD_FULL && r->kind != RECORD_CHANGE && r->kind != RECORD_UNKNOWN)
                return refuse(why, "a %s has one part", record_kind_name(r->kind));
        r->part_index = (unsigned)index;
        r->part_of = (unsigned)of;
        return 0;
}

static int read_host(const json_t *payload, struct record *r, char **why)
{
        const json_t *host = json_object_get(payload, "host"), *id = json_object_get(host, "id");

        r->host_name = json_member_string(host, "name");
        if (!r->host_name)
                return refuse(why, "\"host\" has no string \"name\"");
        if (r->kind == RECORD_REPORT)
                return json_is_null(id) ? 0 : refuse(why, "\"id\" of a report's host is null");
        r->host_id = json_string_value(id);
        return is_uuid(r->host_id) ? 0 : refuse(why, "\"id\" of the host is not a lower-case UUID");
}

static int read_rest(const json_t *payload, const struct record *r, char **why)
{
        static const struct {
                const char *name;
                enum form form;
        } rest[] = {{"run", OBJECT_OR_NULL}, {"witness", OBJECT_OR_NULL}, {"policies", ARRAY}};
        const char *target = json_member_string(payload, "target"), *run;
        size_t i;

        if (!streq(target, "live") && !streq(target, "offline"))
                return refuse(why, "\"target\" is neither live nor offline");
        if (r->kind != RECORD_REPORT && !streq(target, "live"))
                return refuse(why, "an offline target is always a report");
        for (i = 0; i < ELEMENTS(rest); i++)
                if (!has_form(json_object_get(payload, rest[i].name), rest[i].form))
                        return refuse(why, "\"%s\" is not %s", rest[i].name, form_names[rest[i].form]);
        run = json_member_string(json_object_get(payload, "run"), "id");
        if (r->part_of > 1 && (!run || strlen(run) > RUN_ID_MOST))
                return refuse(why, "parts without a run's \"id\" of at most %d bytes", RUN_ID_MOST);
        return 0;
}

int record_read(const json_t *payload, struct record *ret, char **why)
{
        static int (*const readers[])(const json_t *payload, struct record *r, char **why) = {read_place, read_times,
                                                                                              read_part, read_host};
        struct record record = {0};
        const char *kind = json_member_string(payload, "kind");
        size_t i;
        int r = read_schema(payload, why);

        if (r < 0)
                return r;
        if (!kind)
                return refuse(why, "no string \"kind\"");
        record.kind = record_kind_from(kind);
        for (i = 0; i < ELEMENTS(readers) && r == 0; i++)
                r = readers[i](payload, &record, why);
        if (r == 0)
                r = read_rest(payload, &record, why);
        if (r == 0)
                r = read_own_members(payload, &record, why);
        if (r == 0)
                r = read_results(payload, &record, why);
        if (r == 0)
                *ret = record;
        return r;
}
