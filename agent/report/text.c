/* SPDX-License-Identifier: EUPL-1.2 */
/* The report for a person at a terminal: what deviates first, with what decided, then measure by measure. It never says
 * "complies": a pass reads "no deviation found in the n of m parts examined". */
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "record/record.h"
#include "report/layout.h"
#include "report/strings.h"
#include "report/writers.h"

#define INDENT        11 /* of what stands below a result's first line */
#define LABEL         9  /* "bears on ", "oorzaak  " */
#define FINDINGS_MOST 10 /* shown of one result unless verbose */
#define WIDTH_LEAST   40

struct writer {
        const struct report *report;
        const struct report_options *options;
        struct text *out;
        unsigned width;
};

static const char *word(const struct writer *w, enum report_string id)
{
        return report_string(id, w->options->language);
}

static const char *in_language(const struct writer *w, const json_t *title)
{
        const char *s = json_member_string(title, w->options->language == REPORT_NL ? "nl" : "en");

        return s ? s : "";
}

static enum bio_status status_of(const json_t *object, const char *key)
{
        const char *name = json_member_string(object, key);
        enum bio_status status;

        return name && status_from(name, &status) == 0 ? status : BIO_ERROR;
}

static const json_t *descriptor_of(const struct writer *w, const json_t *result)
{
        const char *id = json_member_string(result, "check");
        json_t *check;
        size_t i;

        json_array_foreach (json_object_get(w->report->descriptors, "checks"), i, check)
                if (streq(json_member_string(check, "id"), id))
                        return check;
        return NULL;
}

static void paint_status(struct writer *w, enum bio_status status)
{
        static const enum layout_colour colours[] = {
                [BIO_NA] = LAYOUT_FAINT,     [BIO_PASS] = LAYOUT_GREEN, [BIO_MANUAL] = LAYOUT_BLUE,
                [BIO_ERROR] = LAYOUT_YELLOW, [BIO_FAIL] = LAYOUT_RED,
        };

        layout_paint(w->out, w->options->colour, colours[status]);
}

static void end_paint(struct writer *w)
{
        layout_paint(w->out, w->options->colour, LAYOUT_PLAIN);
}

/* ---- one result ---- */

/* "bioagent …, read-only: web1 (Debian …), as root." and the policies. */
static void write_head(struct writer *w)
{
        const json_t *host = json_object_get(w->report->payload, "host"),
                     *run = json_object_get(w->report->payload, "run");
        const char *name = json_member_string(host, "name"), *os = json_member_string(host, "os");
        const char *agent = json_member_string(run, "agent");
        _cleanup_free_ char *first =
                report_fill(STRING_READ_ONLY, w->options->language,
                            (const char *const[]){agent ? agent : "?", name && *name ? name : "-", os ? os : "-",
                                                  w->options->as ? w->options->as : "-"},
                            4);
        _cleanup_text_ struct text policies = {0};
        json_t *policy;
        size_t i;

        layout_wrap(w->out, w->width, 0, 0, first);
        json_array_foreach (json_object_get(w->report->payload, "policies"), i, policy) {
                const char *id = json_member_string(policy, "id"), *version = json_member_string(policy, "version");

                text_printf(&policies, "%s %s %s", i ? "," : "", id ? id : "?", version ? version : "?");
        }
        text_printf(&policies, ".");
        layout_field(w->out, w->width, 0, (unsigned)layout_columns(word(w, STRING_POLICIES)) + 1,
                     word(w, STRING_POLICIES), text_string(&policies));
        if (streq(json_member_string(w->report->payload, "target"), "offline"))
                layout_wrap(w->out, w->width, 0, 0, word(w, STRING_OFFLINE_ROOT));
        text_add_char(w->out, '\n');
}

/* "/etc/ssh/sshd_config:12  PermitRootLogin: yes, expected no" and its note. */
static void write_evidence(struct writer *w, const json_t *evidence)
{
        const char *source = json_member_string(evidence, "source"), *key = json_member_string(evidence, "key");
        const char *actual = json_member_string(evidence, "actual"),
                   *expected = json_member_string(evidence, "expected");
        const char *note = json_member_string(evidence, "note");
        json_int_t line = json_member_integer(evidence, "line", 0);
        _cleanup_text_ struct text t = {0};

        if (source)
                text_add(&t, source);
        if (source && line > 0)
                text_printf(&t, ":%lld", (long long)line);
        if (key)
                text_printf(&t, "%s%s", t.length ? "  " : "", key);
        /* Of what is simply not there, the note says what that means. */
        if (actual && !(streq(actual, "(absent)") && note && !source && !key))
                text_printf(&t, "%s%s", key ? ": " : t.length ? "  " : "", *actual ? actual : "\"\"");
        if (expected)
                text_printf(&t, "%s%s %s", t.length ? ", " : "", word(w, STRING_EXPECTED), expected);
        if (t.length) {
                layout_spaces(w->out, INDENT + 2);
                layout_wrap(w->out, w->width, INDENT + 4, INDENT + 2, text_string(&t));
        }
        if (note && *note) {
                layout_spaces(w->out, INDENT + 2);
                layout_wrap(w->out, w->width, INDENT + 2, INDENT + 2, note);
        }
}

/* A finding that is not what the result is says so: "kernel:audit (error)". */
static void write_finding(struct writer *w, const json_t *finding, enum bio_status of_result)
{
        const char *subject = json_member_string(finding, "subject");
        enum bio_status status = status_of(finding, "status");
        _cleanup_text_ struct text head = {0};
        json_t *evidence;
        size_t i;

        text_add(&head, subject && *subject ? subject : "-");
        if (status != of_result)
                text_printf(&head, " (%s)", report_status_word(status_name(status), w->options->language));
        layout_spaces(w->out, INDENT);
        layout_wrap(w->out, w->width, INDENT + 2, INDENT, text_string(&head));
        json_array_foreach (json_object_get(finding, "evidence"), i, evidence)
                if (w->options->verbose || json_is_true(json_object_get(evidence, "decides")))
                        write_evidence(w, evidence);
}

/* The worst first, each kind in its order; those that pass or do not apply only beside nothing worse, or when asked. */
static void write_findings(struct writer *w, const json_t *result)
{
        const json_t *findings = json_object_get(result, "findings"), *counts = json_object_get(result, "counts");
        enum bio_status worst = status_of(result, "status");
        size_t shown = 0, total = 0;

        for (int s = BIO_FAIL; s >= BIO_NA; s--) {
                json_t *finding;
                size_t i;

                if ((enum bio_status)s <= BIO_PASS && (enum bio_status)s < worst && !w->options->verbose)
                        continue;
                total += (size_t)json_member_integer(counts, status_name((enum bio_status)s), 0);
                json_array_foreach (findings, i, finding) {
                        if (status_of(finding, "status") != (enum bio_status)s ||
                            (shown >= FINDINGS_MOST && !w->options->verbose))
                                continue;
                        write_finding(w, finding, worst);
                        shown++;
                }
        }
        if (total > shown) {
                _cleanup_free_ char *more =
                        report_fill_counts(w->options->verbose ? STRING_COUNTED_FINDINGS : STRING_MORE_FINDINGS,
                                           w->options->language, (const size_t[]){total - shown}, 1);

                layout_spaces(w->out, INDENT);
                layout_wrap(w->out, w->width, INDENT, INDENT, more);
        }
}

/* A command is written as it is to be typed: never wrapped. */
static void write_commands(struct writer *w, enum report_string label, const char *commands)
{
        const char *text = word(w, label);

        while (commands && *commands) {
                size_t n = strcspn(commands, "\n");
                _cleanup_free_ char *line = must_strndup(commands, n);

                layout_spaces(w->out, INDENT);
                layout_pad(w->out, text, LABEL);
                layout_clean(w->out, line);
                text_add_char(w->out, '\n');
                commands += n + (commands[n] == '\n');
                text = "";
        }
}

static void write_fix(struct writer *w, const json_t *descriptor)
{
        const json_t *fix = json_object_get(descriptor, "fix");
        const char *risk = in_language(w, json_object_get(fix, "risk"));

        write_commands(w, STRING_FIX, json_member_string(fix, "commands"));
        write_commands(w, STRING_RELOAD, json_member_string(fix, "reload"));
        if (*risk)
                layout_field(w->out, w->width, INDENT, LABEL, word(w, STRING_RISK), risk);
        write_commands(w, STRING_UNDO, json_member_string(fix, "undo"));
}

static void write_bearing(struct writer *w, const json_t *result)
{
        _cleanup_text_ struct text list = {0};
        json_t *reference;
        size_t i;

        json_array_foreach (json_object_get(result, "measures"), i, reference)
                if (json_is_string(reference))
                        text_printf(&list, "%s%s", list.length ? ", " : "", json_string_value(reference));
        if (list.length)
                layout_field(w->out, w->width, INDENT, LABEL, word(w, STRING_BEARS_ON), text_string(&list));
}

static void write_result(struct writer *w, const json_t *result)
{
        const json_t *descriptor = descriptor_of(w, result);
        const char *check = json_member_string(result, "check"), *because = json_member_string(result, "because");
        enum bio_status status = status_of(result, "status");
        const char *label = report_status_word(status_name(status), w->options->language);
        _cleanup_text_ struct text title = {0};
        size_t at = layout_columns(label) + 1;

        paint_status(w, status);
        layout_pad(w->out, label, INDENT - 1);
        end_paint(w);
        text_add_char(w->out, ' ');
        text_printf(&title, "%s  %s", check ? check : "?", in_language(w, json_object_get(descriptor, "title")));
        layout_wrap(w->out, w->width, INDENT, at > INDENT ? at : INDENT, text_string(&title));
        if (status != BIO_PASS || w->options->verbose)
                write_findings(w, result);
        if (because)
                layout_field(w->out, w->width, INDENT, LABEL, word(w, STRING_BECAUSE), because);
        if (status >= BIO_MANUAL || w->options->verbose)
                write_bearing(w, result);
        if (status == BIO_FAIL)
                write_fix(w, descriptor);
}

/* ---- all results ---- */

struct order {
        const json_t *result;
        enum bio_status status;
        int severity; /* higher is repaired first */
        size_t index;
};

static int severity_of(const json_t *descriptor)
{
        static const char *const names[] = {"low", "medium", "high", "critical"};
        const char *name = json_member_string(descriptor, "severity");

        for (size_t i = 0; i < ELEMENTS(names); i++)
                if (streq(names[i], name))
                        return (int)i;
        return -1;
}

static int compare_order(const void *a, const void *b)
{
        const struct order *x = a, *y = b;

        if (x->status != y->status)
                return x->status > y->status ? -1 : 1;
        if (x->severity != y->severity)
                return x->severity > y->severity ? -1 : 1;
        return x->index < y->index ? -1 : 1;
}

static void write_results(struct writer *w, size_t counts[static BIO_FAIL + 1])
{
        const json_t *results = json_object_get(w->report->payload, "results");
        size_t count = json_array_size(results);
        _cleanup_free_ struct order *order = must_alloc((count + 1) * sizeof(*order));

        for (size_t i = 0; i < count; i++) {
                const json_t *result = json_array_get(results, i);

                order[i] =
                        (struct order){result, status_of(result, "status"), severity_of(descriptor_of(w, result)), i};
                counts[order[i].status]++;
        }
        qsort(order, count, sizeof(*order), compare_order);
        for (size_t i = 0; i < count; i++) {
                if (w->options->quiet && order[i].status < BIO_ERROR)
                        continue;
                write_result(w, order[i].result);
                if (order[i].status >= BIO_MANUAL)
                        text_add_char(w->out, '\n');
        }
}

/* ---- measures ---- */

/* Names what was not examined: what a host could show, or what only the organisation can. */
static void write_rest(struct writer *w, const json_t *measure, bool by_host, enum report_string label)
{
        _cleanup_text_ struct text list = {0};
        json_t *part;
        size_t i;

        json_array_foreach (json_object_get(measure, "parts"), i, part) {
                bool host = json_member_string(part, "technical") != NULL;
                const char *id = json_member_string(part, "id");

                if (host == by_host && !part_is_examined(part))
                        text_printf(&list, "%s%s", list.length ? ", " : "", id ? id : "?");
        }
        if (list.length)
                layout_field(w->out, w->width, 2, (unsigned)layout_columns(word(w, label)) + 1, word(w, label),
                             text_string(&list));
}

static size_t widest_id(const json_t *measures, size_t least)
{
        json_t *measure;
        size_t i;

        json_array_foreach (measures, i, measure) {
                const char *id = json_member_string(measure, "id");

                if (id && layout_columns(id) > least)
                        least = layout_columns(id);
        }
        return least;
}

static size_t widest_answer(const struct writer *w)
{
        size_t columns = layout_columns(word(w, STRING_ANSWER));

        for (int s = BIO_NA; s <= BIO_FAIL; s++) {
                const char *answer = report_status_word(status_name((enum bio_status)s), w->options->language);

                if (layout_columns(answer) > columns)
                        columns = layout_columns(answer);
        }
        return columns;
}

static void write_measure(struct writer *w, const json_t *measure, size_t id_columns, size_t answer_columns)
{
        const char *id = json_member_string(measure, "id"), *technical = json_member_string(measure, "technical");
        const char *title = in_language(w, json_object_get(w->report->titles, id ? id : ""));
        size_t counts[2];
        _cleanup_free_ char *examined = NULL;

        measure_examined(measure, &counts[0], &counts[1]);
        examined = report_fill_counts(STRING_N_OF_M, w->options->language, counts, 2);
        layout_pad(w->out, id ? id : "?", id_columns + 2);
        if (technical)
                paint_status(w, status_of(measure, "technical"));
        layout_pad(w->out, technical ? report_status_word(technical, w->options->language) : "-", answer_columns + 2);
        if (technical)
                end_paint(w);
        layout_pad(w->out,
                   report_organisational_word(json_member_string(measure, "organisational"), w->options->language),
                   layout_columns(word(w, STRING_ORGANISATION)) + 2);
        layout_clean(w->out, examined);
        text_add_char(w->out, '\n');
        if (*title)
                layout_field(w->out, w->width, 2, 0, "", title);
        if (streq(technical, "pass")) {
                _cleanup_free_ char *line = report_fill_counts(STRING_NO_DEVIATION, w->options->language, counts, 2);

                layout_field(w->out, w->width, 2, 0, "", line);
        }
        write_rest(w, measure, true, STRING_REST_HOST);
        write_rest(w, measure, false, STRING_REST_ORGANISATION);
}

static void write_measures(struct writer *w)
{
        const json_t *measures = json_object_get(w->report->payload, "measures");
        size_t id_columns = widest_id(measures, layout_columns(word(w, STRING_MEASURE)));
        size_t answer_columns = widest_answer(w);
        json_t *measure;
        size_t i;

        if (json_array_size(measures) == 0)
                return;
        text_add_char(w->out, '\n');
        layout_paint(w->out, w->options->colour, LAYOUT_BOLD);
        layout_pad(w->out, word(w, STRING_MEASURE), id_columns + 2);
        layout_pad(w->out, word(w, STRING_ANSWER), answer_columns + 2);
        layout_pad(w->out, word(w, STRING_ORGANISATION), layout_columns(word(w, STRING_ORGANISATION)) + 2);
        layout_clean(w->out, word(w, STRING_EXAMINED));
        end_paint(w);
        text_add_char(w->out, '\n');
        json_array_foreach (measures, i, measure)
                write_measure(w, measure, id_columns, answer_columns);
}

static void write_foot(struct writer *w, const size_t counts[static BIO_FAIL + 1])
{
        size_t all = 0;
        _cleanup_free_ char *summary = NULL;

        for (int s = BIO_NA; s <= BIO_FAIL; s++)
                all += counts[s];
        text_add_char(w->out, '\n');
        summary = report_fill_counts(STRING_SUMMARY, w->options->language,
                                     (const size_t[]){all, counts[BIO_FAIL], counts[BIO_ERROR], counts[BIO_MANUAL],
                                                      counts[BIO_PASS], counts[BIO_NA]},
                                     6);
        layout_wrap(w->out, w->width, 0, 0, summary);
        layout_wrap(w->out, w->width, 0, 0, word(w, STRING_LIMITS));
}

int report_write_text(const struct report *r, const struct report_options *o, struct text *out)
{
        struct writer w = {
                .report = r, .options = o, .out = out, .width = o->width < WIDTH_LEAST ? WIDTH_LEAST : o->width};
        size_t counts[BIO_FAIL + 1] = {0};

        if (!o->quiet)
                write_head(&w);
        write_results(&w, counts);
        if (o->quiet)
                return 0;
        write_measures(&w);
        write_foot(&w, counts);
        return 0;
}
