/* SPDX-License-Identifier: EUPL-1.2 */
#include "wire/shape.h"

#include <stdbool.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/term.h"
#include "base/text.h"

/* A member of an object: its name, whether it may be left out, and what its value must be. */
struct member {
        const char *name;
        bool required;
        bool (*fits)(const json_t *value);
};

static const char *const statuses[] = {"na", "pass", "manual", "error", "fail"}; /* from best to worst */
static const char *const aspects[] = {"existence", "operation"};
static const char *const bases[] = {"disk", "running", "period"};

static bool one_of(const json_t *value, const char *const *words, size_t count)
{
        for (size_t i = 0; i < count; i++)
                if (streq(json_string_value(value), words[i]))
                        return true;
        return false;
}

/* A string that can be printed as it is: bounded, and without control characters (U+0000 to U+001F, U+007F to U+009F).
 */
static bool is_text(const json_t *value)
{
        const unsigned char *s = (const unsigned char *)json_string_value(value);
        size_t length = json_string_length(value);

        if (!s || length > SHAPE_STRING_MOST)
                return false;
        for (size_t i = 0; i < length; i++)
                if (s[i] < 0x20 || s[i] == 0x7f || (s[i] == 0xc2 && s[i + 1] < 0xa0))
                        return false;
        return true;
}

static bool is_text_or_null(const json_t *value)
{
        return json_is_null(value) || is_text(value);
}

static bool is_name(const json_t *value)
{
        return is_text(value) && json_string_length(value) > 0;
}

static bool is_term(const json_t *value)
{
        struct term term;

        return json_is_string(value) && term_parse(json_string_value(value), &term) == 0;
}

/* As records have it (docs/record.md): to the second or finer, with Z. */
static bool is_moment(const json_t *value)
{
        const char *s = json_string_value(value);
        int64_t moment;

        return s && strlen(s) > 10 && s[10] == 'T' && ends_with(s, "Z") && moment_parse(s, &moment) == 0;
}

static bool is_moment_or_null(const json_t *value)
{
        return json_is_null(value) || is_moment(value);
}

static bool is_count(const json_t *value)
{
        return json_is_integer(value) && json_integer_value(value) >= 0;
}

static bool is_line(const json_t *value)
{
        return json_is_null(value) || is_count(value);
}

static bool is_bool(const json_t *value)
{
        return json_is_boolean(value);
}

/* Names that begin like this are the record's own (`_sd`, `_sd_alg`, `_personal`, `...`): whoever signs would refuse
 * the whole. */
static bool is_reserved(const char *name)
{
        return name[0] == '_' || name[0] == '.';
}

/* Without such names, however deep. */
static bool is_plain(const json_t *value)
{
        const char *name;
        json_t *member;

        json_object_foreach ((json_t *)value, name, member)
                if (is_reserved(name) || !is_plain(member))
                        return false;
        for (size_t i = 0; i < json_array_size(value); i++)
                if (!is_plain(json_array_get(value, i)))
                        return false;
        return true;
}

static bool is_object(const json_t *value)
{
        return json_is_object(value) && is_plain(value);
}

static bool is_objects(const json_t *value)
{
        if (!json_is_array(value))
                return false;
        for (size_t i = 0; i < json_array_size(value); i++)
                if (!is_object(json_array_get(value, i)))
                        return false;
        return true;
}

static bool is_status(const json_t *value)
{
        return one_of(value, statuses, ELEMENTS(statuses));
}

static bool is_aspect(const json_t *value)
{
        return one_of(value, aspects, ELEMENTS(aspects));
}

static bool is_basis(const json_t *value)
{
        if (!json_is_array(value) || json_array_size(value) > ELEMENTS(bases))
                return false;
        for (size_t i = 0; i < json_array_size(value); i++)
                if (!one_of(json_array_get(value, i), bases, ELEMENTS(bases)))
                        return false;
        return true;
}

static bool is_texts(const json_t *value)
{
        if (!json_is_array(value) || json_array_size(value) > SHAPE_EVIDENCE_MOST)
                return false;
        for (size_t i = 0; i < json_array_size(value); i++)
                if (!is_text(json_array_get(value, i)))
                        return false;
        return true;
}

static bool is_scalar(const json_t *value)
{
        return is_text(value) || json_is_integer(value) || json_is_boolean(value);
}

/* Parameters: scalars and lists of them, as they were in the plan. */
static bool is_parameters(const json_t *value)
{
        const char *name;
        json_t *parameter;

        if (!json_is_object(value))
                return false;
        json_object_foreach ((json_t *)value, name, parameter) {
                if (is_reserved(name) || (!json_is_array(parameter) && !is_scalar(parameter)))
                        return false;
                for (size_t i = 0; i < json_array_size(parameter); i++)
                        if (!is_scalar(json_array_get(parameter, i)))
                                return false;
        }
        return true;
}

static bool is_counts(const json_t *value)
{
        const char *status;
        json_t *count;

        if (!json_is_object(value))
                return false;
        json_object_foreach ((json_t *)value, status, count) {
                _cleanup_json_ json_t *name = json_printf("%s", status);

                if (!is_status(name) || !is_count(count))
                        return false;
        }
        return true;
}

/* NULL where the object has every member that it must have, none that is not in the table, and all of the right form;
 * else the name of the first that is wrong. */
static const char *wrong_member(const json_t *object, const struct member *members)
{
        const struct member *m;
        const char *name;
        json_t *value;

        if (!json_is_object(object))
                return "object";
        for (m = members; m->name; m++)
                if (m->required && !json_object_get(object, m->name))
                        return m->name;
        json_object_foreach ((json_t *)object, name, value) {
                for (m = members; m->name && !streq(m->name, name); m++)
                        ;
                if (!m->name)
                        return "a member";
                if (!m->fits(value))
                        return m->name;
        }
        return NULL;
}

/* What may be personal is text from the host. A status that is concealed would be none to a reader. */
static bool is_personal_of(const json_t *value, const char *const *words, size_t count)
{
        if (!json_is_array(value) || json_array_size(value) > count)
                return false;
        for (size_t i = 0; i < json_array_size(value); i++)
                if (!one_of(json_array_get(value, i), words, count))
                        return false;
        return true;
}

static bool is_personal_of_evidence(const json_t *value)
{
        static const char *const members[] = {"source", "key", "actual", "expected", "note"};

        return is_personal_of(value, members, ELEMENTS(members));
}

static bool is_personal_of_finding(const json_t *value)
{
        static const char *const members[] = {"subject"};

        return is_personal_of(value, members, ELEMENTS(members));
}

static const struct member evidence_members[] = {
        {"source", false, is_text_or_null},
        {"line", false, is_line},
        {"key", false, is_text_or_null},
        {"actual", false, is_text_or_null},
        {"expected", false, is_text_or_null},
        {"decides", true, is_bool},
        {"note", false, is_text_or_null},
        {"_personal", false, is_personal_of_evidence},
        {0},
};

static bool is_evidence(const json_t *value)
{
        if (!json_is_array(value) || json_array_size(value) > SHAPE_EVIDENCE_MOST)
                return false;
        for (size_t i = 0; i < json_array_size(value); i++)
                if (wrong_member(json_array_get(value, i), evidence_members))
                        return false;
        return true;
}

static const struct member finding_members[] = {
        {"subject", true, is_name},
        {"status", true, is_status},
        {"evidence", true, is_evidence},
        {"_personal", false, is_personal_of_finding},
        {0},
};

static bool is_findings(const json_t *value)
{
        size_t count = json_array_size(value);

        if (!json_is_array(value) || count == 0 || count > SHAPE_FINDINGS_MOST)
                return false;
        for (size_t i = 0; i < count; i++)
                if (wrong_member(json_array_get(value, i), finding_members))
                        return false;
        return true;
}

static const struct member result_members[] = {
        {"check", true, is_name},
        {"with", true, is_parameters},
        {"status", true, is_status},
        {"aspect", true, is_aspect},
        {"basis", true, is_basis},
        {"observed_at", true, is_moment},
        {"max_age", true, is_term},
        {"changes_at", true, is_moment_or_null},
        {"because", true, is_text_or_null},
        {"counts", true, is_counts},
        {"findings", true, is_findings},
        {"duration_us", true, is_count},
        {0},
};

/* Those of one status among the findings that are there; the counts are of all. */
static json_int_t findings_of(const json_t *result, const char *status)
{
        const json_t *findings = json_object_get(result, "findings");
        json_int_t count = 0;

        for (size_t i = 0; i < json_array_size(findings); i++)
                count += streq(json_member_string(json_array_get(findings, i), "status"), status);
        return count;
}

/* A result's status is the worst that its counts name, and these count every finding. */
static bool status_fits(const json_t *result)
{
        const json_t *counts = json_object_get(result, "counts");

        for (size_t i = 0; i < ELEMENTS(statuses); i++)
                if (findings_of(result, statuses[i]) > json_member_integer(counts, statuses[i], 0))
                        return false;
        for (size_t i = ELEMENTS(statuses); i > 0; i--)
                if (json_member_integer(counts, statuses[i - 1], 0) > 0)
                        return streq(json_member_string(result, "status"), statuses[i - 1]);
        return false;
}

int shape_result(const json_t *result, const char *check, char **why)
{
        const char *wrong = wrong_member(result, result_members);

        if (!wrong && !streq(json_member_string(result, "check"), check))
                wrong = "check";
        if (!wrong && !status_fits(result))
                wrong = "status";
        if (!wrong)
                return 0;
        *why = must_printf("the observer's answer is malformed (%s)", wrong);
        return -EBADMSG;
}

static const struct member check_members[] = {
        {"id", true, is_name},
        {"title", true, is_object},
        {"why", true, is_object},
        {"fix", true, is_object},
        {"severity", true, is_name},
        {"aspect", true, is_aspect},
        {"max_age", true, is_term},
        {"uses", true, is_texts},
        {"parameters", true, is_objects},
        {"origin", true, is_name},
        {0},
};

static const struct member fact_members[] = {
        {"name", true, is_name},
        {"title", true, is_text},
        {"queries", true, is_objects},
        {0},
};

static const struct member refusal_members[] = {
        {"path", true, is_text},
        {"why", true, is_text},
        {0},
};

static int shape_list(const json_t *descriptors, const char *name, const struct member *members, char **why)
{
        const json_t *list = json_object_get(descriptors, name);

        if (!json_is_array(list)) {
                *why = must_printf("the observer's description lacks \"%s\"", name);
                return -EBADMSG;
        }
        for (size_t i = 0; i < json_array_size(list); i++) {
                const char *wrong = wrong_member(json_array_get(list, i), members);

                if (wrong) {
                        *why = must_printf("the observer's description is malformed (%s: %s)", name, wrong);
                        return -EBADMSG;
                }
        }
        return 0;
}

int shape_descriptors(const json_t *descriptors, char **why)
{
        int r;

        r = shape_list(descriptors, "checks", check_members, why);
        if (r == 0)
                r = shape_list(descriptors, "facts", fact_members, why);
        if (r == 0)
                r = shape_list(descriptors, "refused", refusal_members, why);
        return r;
}
