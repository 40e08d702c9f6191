/* SPDX-License-Identifier: EUPL-1.2 */
/* The report for a person at a terminal: what deviates first, with what decided, then measure by measure. It never says
 * "complies": a pass reads "no deviation found in the n of m parts examined". Short by default: a fix is its commands
 * and its first warning, what passes is a number; --verbose and `bioagent explain` have the rest. */
#include "base/json.h"
#include "base/memory.h"
#include "report/text_parts.h"
#include "report/writers.h"

#define WIDTH_LEAST 40

void text_paint_status(const struct text_report *w, enum bio_status status)
{
        static const enum layout_colour colours[] = {
                [BIO_NA] = LAYOUT_FAINT,     [BIO_PASS] = LAYOUT_GREEN, [BIO_MANUAL] = LAYOUT_BLUE,
                [BIO_ERROR] = LAYOUT_YELLOW, [BIO_FAIL] = LAYOUT_RED,
        };

        layout_paint(w->out, w->options->colour, colours[status]);
}

void text_end_paint(const struct text_report *w)
{
        layout_paint(w->out, w->options->colour, LAYOUT_PLAIN);
}

void text_say_counts(const struct text_report *w, enum report_string id, const size_t *counts, size_t count)
{
        _cleanup_free_ char *line = report_fill_counts(id, w->options->language, counts, count);

        layout_wrap(w->out, w->width, 0, 0, line);
}

/* "bioagent …, read-only: web1 (Debian …), as root." and the policies. */
static void write_head(const struct text_report *w)
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

                text_printf(&policies, "%s%s %s", i ? ", " : "", id ? id : "?", version ? version : "?");
                if (json_is_true(json_object_get(policy, "tailored")))
                        text_printf(&policies, " (%s)", text_word(w, STRING_TAILORED));
        }
        text_printf(&policies, ".");
        layout_field(w->out, w->width, 0, (unsigned)layout_columns(text_word(w, STRING_POLICIES)) + 1,
                     text_word(w, STRING_POLICIES), text_string(&policies));
        if (streq(json_member_string(w->report->payload, "target"), "offline"))
                layout_wrap(w->out, w->width, 0, 0, text_word(w, STRING_OFFLINE_ROOT));
}

/* Passes are a number, in the foot. */
static void write_results(const struct text_report *w, const struct view *v)
{
        const enum bio_status least = w->options->quiet ? BIO_ERROR : w->all ? BIO_NA : BIO_MANUAL;

        for (size_t i = 0; i < v->group_count; i++)
                if (v->groups[i].status >= least)
                        text_write_group(w, &v->groups[i]);
}

static void write_foot(const struct text_report *w, const struct view *v)
{
        const char *model = report_threat_model(w->options);
        _cleanup_free_ char *limits = report_fill(STRING_LIMITS, w->options->language, &model, 1);
        size_t all = 0;

        for (int s = BIO_NA; s <= BIO_FAIL; s++)
                all += v->counts[s];
        text_say_counts(w, STRING_SUMMARY,
                        (const size_t[]){all, v->counts[BIO_FAIL], v->counts[BIO_ERROR], v->counts[BIO_MANUAL],
                                         v->counts[BIO_PASS], v->counts[BIO_NA]},
                        6);
        if (v->advice > 0)
                text_say_counts(w, STRING_ADVICE, (const size_t[]){v->advice, v->advice_failed}, 2);
        if (v->counts[BIO_FAIL] > 0)
                layout_wrap(w->out, w->width, 0, 0, text_word(w, STRING_EXPLAIN));
        layout_wrap(w->out, w->width, 0, 0, limits);
}

int report_write_text(const struct report *r, const struct report_options *o, struct text *out)
{
        const struct text_report w = {
                .report = r,
                .options = o,
                .out = out,
                .width = o->width < WIDTH_LEAST ? WIDTH_LEAST : o->width,
                .all = o->verbose,
        };
        _cleanup_view_ struct view v;
        size_t before;

        view_of(r, o, o->verbose, &v);
        if (!o->quiet) {
                write_head(&w);
                if (v.for_root > 0)
                        text_say_counts(&w, STRING_FOR_ROOT, &v.for_root, 1);
                text_add_char(out, '\n');
        }
        before = out->length;
        write_results(&w, &v);
        if (o->quiet)
                return 0;
        if (out->length > before)
                text_add_char(out, '\n');
        before = out->length;
        text_write_measures(&w);
        if (out->length > before)
                text_add_char(out, '\n');
        write_foot(&w, &v);
        return 0;
}
