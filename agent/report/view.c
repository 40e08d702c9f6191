/* SPDX-License-Identifier: EUPL-1.2 */
#include "report/view.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "record/record.h"
#include "texts/texts.h"

enum bio_status view_status(const json_t *object, const char *key)
{
        const char *name = json_member_string(object, key);
        enum bio_status status;

        return name && status_from(name, &status) == 0 ? status : BIO_ERROR;
}

const json_t *view_descriptor(const struct report *r, const json_t *result)
{
        const char *id = json_member_string(result, "check");
        json_t *check;
        size_t i;

        json_array_foreach (json_object_get(r->descriptors, "checks"), i, check)
                if (streq(json_member_string(check, "id"), id))
                        return check;
        return NULL;
}

const char *view_title(const json_t *title, enum report_language language)
{
        const char *s = json_member_string(title, language == REPORT_NL ? "nl" : "en");

        return s ? s : "";
}

char *view_text(const char *english, enum report_language language)
{
        return !english ? NULL : language == REPORT_NL ? texts_dutch(english) : must_strdup(english);
}

char *view_commands(const char *commands, enum report_language language)
{
        return !commands ? NULL : language == REPORT_NL ? texts_dutch_commands(commands) : must_strdup(commands);
}

char *view_with(const json_t *result)
{
        _cleanup_text_ struct text t = {0};
        json_t *value;
        const char *key;

        json_object_foreach (json_object_get(result, "with"), key, value) {
                _cleanup_free_ char *other = json_is_string(value) ? NULL : json_text(value);

                text_printf(&t, "%s%s=%s", t.length ? " " : "", key, other ? other : json_string_value(value));
        }
        return text_take(&t);
}

/* ---- advice ---- */

bool view_measure_is_advice(const json_t *measure)
{
        return streq(json_member_string(measure, "kind"), "advice");
}

static const json_t *measure_of(const struct report *r, const char *reference)
{
        const size_t length = strcspn(reference, "/");
        json_t *measure;
        size_t i;

        json_array_foreach (json_object_get(r->payload, "measures"), i, measure) {
                const char *id = json_member_string(measure, "id");

                if (id && strlen(id) == length && memcmp(id, reference, length) == 0)
                        return measure;
        }
        return NULL;
}

bool view_is_advice(const struct report *r, const json_t *result)
{
        const json_t *references = json_object_get(result, "measures");
        json_t *reference;
        size_t i;

        json_array_foreach (references, i, reference)
                if (!json_is_string(reference) || !view_measure_is_advice(measure_of(r, json_string_value(reference))))
                        return false;
        return json_array_size(references) > 0;
}

bool view_has_measures(const struct report *r)
{
        json_t *measure;
        size_t i;

        json_array_foreach (json_object_get(r->payload, "measures"), i, measure)
                if (!view_measure_is_advice(measure))
                        return true;
        return false;
}

/* ---- causes ---- */

/* The reason of an error that rests on one alone ("(unreadable: …)"), or NULL: what is absent is another thing each
 * time. */
static const char *only_reason(const json_t *result)
{
        const char *reason = NULL;
        json_t *finding, *evidence;
        size_t i, j;

        json_array_foreach (json_object_get(result, "findings"), i, finding) {
                if (view_status(finding, "status") <= BIO_PASS)
                        continue;
                json_array_foreach (json_object_get(finding, "evidence"), j, evidence) {
                        const char *actual = json_member_string(evidence, "actual");

                        if (!json_is_true(json_object_get(evidence, "decides")))
                                continue;
                        if (!actual || actual[0] != '(' || streq(actual, "(absent)") ||
                            (reason && !streq(reason, actual)))
                                return NULL;
                        reason = actual;
                }
        }
        return reason;
}

static const char *cause_of(const json_t *result)
{
        const char *because = json_member_string(result, "because");

        if (because)
                return because;
        return view_status(result, "status") == BIO_ERROR ? only_reason(result) : NULL;
}

static bool needs_root(const json_t *result)
{
        json_t *finding, *evidence;
        size_t i, j;

        if (view_status(result, "status") != BIO_ERROR)
                return false;
        json_array_foreach (json_object_get(result, "findings"), i, finding)
                json_array_foreach (json_object_get(finding, "evidence"), j, evidence) {
                        const char *actual = json_member_string(evidence, "actual");

                        if (actual && (strstr(actual, "permission denied") || strstr(actual, "not permitted")))
                                return true;
                }
        return false;
}

/* ---- order ---- */

static int severity_of(const json_t *descriptor)
{
        static const char *const names[] = {"low", "medium", "high", "critical"};
        const char *name = json_member_string(descriptor, "severity");

        for (size_t i = 0; i < ELEMENTS(names); i++)
                if (streq(names[i], name))
                        return (int)i;
        return -1;
}

static bool worse(enum bio_status status, int severity, enum bio_status than, int than_severity)
{
        return status != than ? status > than : severity > than_severity;
}

static int compare_groups(const void *a, const void *b)
{
        const struct view_group *x = a, *y = b;

        if (worse(x->status, x->severity, y->status, y->severity))
                return -1;
        if (worse(y->status, y->severity, x->status, x->severity))
                return 1;
        return x->index < y->index ? -1 : 1;
}

static void add_to_group(struct view_group *g, const struct report *r, const json_t *result)
{
        enum bio_status status = view_status(result, "status");
        int severity = severity_of(view_descriptor(r, result));

        /* The most severe one leads: its fix is the one to begin with. */
        if (g->count > 0 && worse(status, severity, g->status, g->severity)) {
                memmove(g->results + 1, g->results, g->count * sizeof(*g->results));
                g->results[0] = result;
        } else {
                g->results[g->count] = result;
        }
        if (g->count++ == 0 || worse(status, severity, g->status, g->severity)) {
                g->status = status;
                g->severity = severity;
        }
}

/* Whether a result belongs to the group that begins with `first`: one cause, and neither passes. */
static bool same_cause(const json_t *first, const json_t *result)
{
        const char *cause = cause_of(result);

        return cause && streq(cause, cause_of(first)) &&
               view_status(result, "status") == view_status(first, "status") &&
               view_status(result, "status") > BIO_PASS;
}

static void make_groups(struct view *v, const struct report *r, const json_t **results, size_t count, bool all)
{
        const json_t **place = v->results;
        _cleanup_free_ bool *taken = must_alloc(count + 1);

        for (size_t i = 0; i < count; i++) {
                struct view_group *g = &v->groups[v->group_count];

                if (taken[i])
                        continue;
                *g = (struct view_group){.results = place, .index = i};
                add_to_group(g, r, results[i]);
                for (size_t j = i + 1; j < count && !all; j++)
                        if (!taken[j] && same_cause(results[i], results[j])) {
                                add_to_group(g, r, results[j]);
                                taken[j] = true;
                        }
                if (g->count > 1)
                        g->cause = cause_of(results[i]);
                place += g->count;
                v->group_count++;
        }
        qsort(v->groups, v->group_count, sizeof(*v->groups), compare_groups);
}

void view_of(const struct report *r, const struct report_options *o, bool all, struct view *ret)
{
        const json_t *results = json_object_get(r->payload, "results");
        size_t count = json_array_size(results), kept = 0;
        _cleanup_free_ const json_t **keep = must_alloc((count + 1) * sizeof(*keep));
        bool has_measures = view_has_measures(r);

        *ret = (struct view){
                .groups = must_alloc((count + 1) * sizeof(*ret->groups)),
                .results = must_alloc((count + 1) * sizeof(*ret->results)),
        };
        for (size_t i = 0; i < count; i++) {
                const json_t *result = json_array_get(results, i);
                enum bio_status status = view_status(result, "status");

                if (!all && has_measures && view_is_advice(r, result)) {
                        ret->advice++;
                        ret->advice_failed += status == BIO_FAIL;
                        continue;
                }
                ret->counts[status]++;
                if (!all && o->ordinary && needs_root(result))
                        ret->for_root++;
                else
                        keep[kept++] = result;
        }
        make_groups(ret, r, keep, kept, all);
}

void view_free(struct view *v)
{
        free(v->groups);
        free(v->results);
}
