/* SPDX-License-Identifier: EUPL-1.2 */
/* From the results of checks to what parts and measures answer (contract: statuses, policies). */
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "policy/internal.h"
#include "record/record.h"

static const char not_examined[] = "not-examined";
static const char not_applicable[] = "not-applicable";

/* The result of exactly this check with these parameters, or NULL: it was left out of the run. */
static json_t *result_of(const json_t *results, const struct policy_check *check)
{
        json_t *result, *found = NULL;
        size_t i;

        json_array_foreach (results, i, result) {
                _cleanup_json_ json_t *with = NULL;

                if (!streq(json_member_string(result, "check"), check->check))
                        continue;
                with = policy_with(check);
                if (json_equal(with, json_object_get(result, "with"))) {
                        found = result;
                        break;
                }
        }
        return found;
}

/* What a result says; anything that is no status is an error, never a pass. */
static enum bio_status status_of(const json_t *result)
{
        const char *name = json_member_string(result, "status");
        enum bio_status status;

        return name && status_from(name, &status) == 0 ? status : BIO_ERROR;
}

static void bear_on(json_t *result, const struct policy_measure *m, const struct policy_part *part)
{
        json_t *list = json_object_get(result, "measures");

        if (!list) {
                list = json_must(json_array());
                json_set(result, "measures", list);
        }
        json_push(list, json_printf("%s/%s", m->full_id, part->id));
}

/* A part that a host can show. A confirming check answers for the whole of it. One that only refutes counts where it
 * fails, or could not be established; its pass proves nothing, and that it does not apply neither. */
static struct part_answer answer_part(const struct policy_measure *m, const struct policy_part *part, json_t *results)
{
        enum bio_status status = BIO_NA;
        bool confirmed = false;

        for (size_t i = 0; i < part->check_count; i++) {
                const struct policy_check *c = &part->checks[i];
                json_t *result = c->origin == POLICY_SECONDARY ? NULL : result_of(results, c);

                if (!result)
                        continue;
                bear_on(result, m, part);
                if (c->bears == POLICY_CONFIRMS)
                        confirmed = true;
                else if (status_of(result) < BIO_MANUAL)
                        continue;
                status = status_worst(status, status_of(result));
        }
        if (m->error && status != BIO_FAIL)
                return (struct part_answer){BIO_ERROR, m->error};
        if (!confirmed && status < BIO_ERROR)
                return (struct part_answer){BIO_MANUAL, not_examined};
        return (struct part_answer){status, NULL};
}

static json_t *part_json(const char *id, const struct part_answer *answer)
{
        json_t *o = json_must(json_object());

        json_set(o, "id", json_must(json_string(id)));
        json_set(o, "technical", answer ? json_must(json_string(status_name(answer->status))) : json_null());
        if (answer && answer->why)
                json_set(o, "why", json_printf("%s", answer->why));
        return o;
}

/* What a measure answers so far. */
struct answer {
        json_t *parts;
        bool host, organisation; /* there is a part that a host can show; one, or a statement, for the organisation */
        enum bio_status technical;
};

static void answer_parts(const struct policy_measure *m, bool applies, json_t *results, struct answer *a)
{
        for (size_t i = 0; i < m->part_count; i++) {
                struct part_answer answer = {BIO_NA, not_applicable};

                if (!m->parts[i].by_host) {
                        a->organisation = true;
                        json_push(a->parts, part_json(m->parts[i].id, NULL));
                        continue;
                }
                if (applies)
                        answer = answer_part(m, &m->parts[i], results);
                a->host = true;
                a->technical = status_worst(a->technical, answer.status);
                json_push(a->parts, part_json(m->parts[i].id, &answer));
        }
}

static const json_t *measure_in(const json_t *list, const char *full_id)
{
        json_t *measure;
        size_t i;

        json_array_foreach (list, i, measure)
                if (streq(json_member_string(measure, "id"), full_id))
                        return measure;
        return NULL;
}

static bool has_unexamined_part(const json_t *measure)
{
        json_t *part;
        size_t i;

        json_array_foreach (json_object_get(measure, "parts"), i, part)
                if (streq(json_member_string(part, "why"), not_examined))
                        return true;
        return false;
}

/* What a rolled-up measure contributes: its technical answer. One that needs a judgement since part of it was not
 * examined was not examined itself. False where no host can show anything of it. */
static bool contribution(const json_t *measure, struct part_answer *ret)
{
        const char *technical = json_member_string(measure, "technical");

        if (!technical)
                return false;
        *ret = (struct part_answer){.status = BIO_ERROR};
        (void)status_from(technical, &ret->status);
        if (ret->status == BIO_MANUAL && has_unexamined_part(measure))
                ret->why = not_examined;
        return true;
}

/* A requirement asks more than the measures that are known here; so it is never better than manual. */
static void answer_requirement(const struct policy *p, const struct policy_measure *m, bool applies,
                               const json_t *measures, struct answer *a)
{
        const struct part_answer beyond = {applies ? BIO_MANUAL : BIO_NA, applies ? not_examined : not_applicable};

        for (size_t i = 0; m->rolls_up[i]; i++) {
                const struct policy_measure *one = policy_measure_numbered(p, m->rolls_up[i]);
                struct part_answer answer;

                if (!contribution(measure_in(measures, one->full_id), &answer)) {
                        json_push(a->parts, part_json(one->id, NULL));
                        continue;
                }
                if (!applies)
                        answer = beyond;
                a->host = true;
                a->technical = status_worst(a->technical, answer.status);
                json_push(a->parts, part_json(one->id, &answer));
        }
        json_push(a->parts, part_json(POLICY_BEYOND, a->host ? &beyond : NULL));
        if (a->host)
                a->technical = status_worst(a->technical, beyond.status);
        a->organisation = true;
}

struct policy_title policy_beyond_title(void)
{
        return (struct policy_title){.nl = "Wat het vereiste vraagt buiten deze maatregelen",
                                     .en = "What the requirement asks beyond these measures"};
}

/* `measures`: those answered before, of which a requirement is made. */
static json_t *measure_json(const struct policy *p, const struct policy_measure *m, const json_t *profile,
                            json_t *results, const json_t *measures)
{
        bool applies = when_holds(m->when, profile);
        struct answer a = {.parts = json_must(json_array()), .organisation = m->attest != NULL, .technical = BIO_NA};
        json_t *o = json_must(json_object());

        if (m->rolls_up)
                answer_requirement(p, m, applies, measures, &a);
        else
                answer_parts(m, applies, results, &a);
        /* Of a newer schema no part is known; its measures are in error all the same. */
        if (m->error && applies && a.technical != BIO_FAIL) {
                a.host = true;
                a.technical = BIO_ERROR;
        }
        json_set(o, "id", json_must(json_string(m->full_id)));
        json_set(o, "kind", json_must(json_string(policy_kind_name(m->kind))));
        json_set(o, "coverage", json_must(json_string(policy_coverage_name(m->coverage))));
        json_set(o, "technical", a.host ? json_must(json_string(status_name(a.technical))) : json_null());
        json_set(o, "organisational", json_must(json_string(a.organisation ? "open" : "not-needed")));
        json_set(o, "parts", a.parts);
        return o;
}

/* Measures first, then the requirements, which are made of them. */
static void roll_up_policy(const struct policy *p, const json_t *profile, const char *const *chosen, json_t *results,
                           json_t *list)
{
        for (int pass = 0; pass < 2; pass++) {
                for (size_t i = 0; i < p->measure_count; i++) {
                        const struct policy_measure *m = &p->measures[i];

                        if ((m->rolls_up != NULL) == (pass == 1) && measure_is_chosen(p, m, chosen))
                                json_push(list, measure_json(p, m, profile, results, list));
                }
        }
}

json_t *policies_roll_up(const struct policies *p, const json_t *profile, const char *const *measures, json_t *results)
{
        json_t *list = json_must(json_array()), *result;
        size_t i;

        json_array_foreach (results, i, result)
                json_set(result, "measures", json_must(json_array()));
        for (i = 0; i < p->count; i++)
                roll_up_policy(&p->list[i], profile, measures, results, list);
        return list;
}

/* The measure that "POLICY:NUMBER/PART" names. */
static const struct policy_measure *measure_named(const struct policies *p, const char *reference)
{
        const char *slash = reference ? strchr(reference, '/') : NULL;
        _cleanup_free_ char *id = slash ? must_strndup(reference, (size_t)(slash - reference)) : NULL;

        return id ? policies_measure(p, id) : NULL;
}

bool policies_result_counts(const struct policies *p, const json_t *result, bool strict)
{
        const json_t *measures = json_object_get(result, "measures");
        json_t *reference;
        size_t i;

        if (strict || json_array_size(measures) == 0)
                return true;
        json_array_foreach (measures, i, reference) {
                const struct policy_measure *m = measure_named(p, json_string_value(reference));

                if (!m || m->kind != POLICY_ADVICE)
                        return true;
        }
        return false;
}
