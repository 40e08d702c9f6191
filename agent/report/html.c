/* SPDX-License-Identifier: EUPL-1.2 */
/* `--format html`: one page by itself, to keep, send or print. The same pieces as the collector's page of a host. */
#include "base/json.h"
#include "base/memory.h"
#include "base/term.h"
#include "page/page.h"
#include "record/record.h"
#include "report/view.h"
#include "report/writers.h"

struct html {
        const struct report *report;
        const struct report_options *options;
        struct text *out;
        enum page_language language;
        int64_t now;
        json_t *titles, *descriptors; /* as the page wants them: by id */
        json_t *results, *advice;     /* of the record */
        json_t *measures, *advice_measures;
};

/* ---- what the page wants ---- */

static json_t *by_check(const json_t *descriptors)
{
        json_t *all = json_must(json_object()), *check;
        size_t i;

        json_array_foreach (json_object_get(descriptors, "checks"), i, check) {
                const char *id = json_member_string(check, "id");

                if (id)
                        json_set(all, id, json_incref(check));
        }
        return all;
}

/* {"nl","en","parts":{"a":{"nl","en"}}} as {"title","parts"}. */
static json_t *titles_of(const json_t *titles)
{
        json_t *all = json_must(json_object()), *title;
        const char *id;

        json_object_foreach ((json_t *)titles, id, title) {
                json_t *words = json_must(json_object()), *parts = json_object_get(title, "parts");

                json_set(words, "title", json_incref(title));
                if (parts)
                        json_set(words, "parts", json_incref(parts));
                json_set(all, id, words);
        }
        return all;
}

static void split(struct html *h)
{
        const bool apart = view_has_measures(h->report);
        json_t *item;
        size_t i;

        json_array_foreach (json_object_get(h->report->payload, "results"), i, item)
                json_push(apart && view_is_advice(h->report, item) ? h->advice : h->results, json_incref(item));
        json_array_foreach (json_object_get(h->report->payload, "measures"), i, item)
                json_push(apart && view_measure_is_advice(item) ? h->advice_measures : h->measures, json_incref(item));
}

/* ---- the page ---- */

static void heading(const struct html *h, const char *level, enum page_string id)
{
        text_printf(h->out, "<%s>", level);
        page_say(h->out, h->language, id);
        text_printf(h->out, "</%s>\n", level);
}

static void notice(const struct html *h, enum page_string id, int64_t number)
{
        text_add(h->out, "<div class=\"notice\"><p>");
        page_say_numbers(h->out, h->language, id, &number);
        text_add(h->out, "</p></div>\n");
}

static void detail(const struct html *h, enum page_string name, const char *value)
{
        text_add(h->out, "<div><dt>");
        page_say(h->out, h->language, name);
        text_add(h->out, "</dt><dd>");
        if (value && *value)
                text_add_html(h->out, value);
        else
                page_say(h->out, h->language, STRING_UNKNOWN_VALUE);
        text_add(h->out, "</dd></div>\n");
}

static void details(const struct html *h)
{
        const json_t *host = json_object_get(h->report->payload, "host"),
                     *run = json_object_get(h->report->payload, "run");
        _cleanup_text_ struct text policies = {0};
        json_t *policy;
        size_t i;

        json_array_foreach (json_object_get(h->report->payload, "policies"), i, policy) {
                const char *id = json_member_string(policy, "id"), *version = json_member_string(policy, "version");

                text_printf(&policies, "%s%s %s", i ? ", " : "", id ? id : "?", version ? version : "?");
                if (json_is_true(json_object_get(policy, "tailored")))
                        text_printf(&policies, " (%s)", page_string(h->language, STRING_TAILORED));
        }
        text_add(h->out, "<dl class=\"facts\">\n");
        detail(h, STRING_DETAIL_SYSTEM, json_member_string(host, "os"));
        if (json_member_string(host, "kernel"))
                detail(h, STRING_DETAIL_KERNEL, json_member_string(host, "kernel"));
        detail(h, STRING_DETAIL_AGENT, json_member_string(run, "agent"));
        if (h->options->as)
                detail(h, STRING_DETAIL_AS, h->options->as);
        detail(h, STRING_DETAIL_POLICIES, text_string(&policies));
        text_add(h->out, "<div><dt>");
        page_say(h->out, h->language, STRING_DETAIL_MADE);
        text_add(h->out, "</dt><dd>");
        page_moment(h->out, h->language, json_member_string(h->report->payload, "made"), h->now, STRING_UNKNOWN_VALUE);
        text_add(h->out, "</dd></div>\n</dl>\n");
}

static void counts(const struct html *h)
{
        _cleanup_json_ json_t *of = json_must(json_object());
        json_t *result;
        size_t i;

        json_array_foreach (h->results, i, result) {
                const char *status = status_name(view_status(result, "status"));

                json_set(of, status, json_must(json_integer(json_member_integer(of, status, 0) + 1)));
        }
        page_bar(h->out, of);
        page_counts(h->out, h->language, of);
}

/* What several checks fail for is said once, before them. */
static void causes(const struct html *h, const struct view *v)
{
        bool any = false;

        for (size_t i = 0; i < v->group_count; i++) {
                const struct view_group *g = &v->groups[i];

                if (g->count < 2)
                        continue;
                if (!any) {
                        text_add(h->out, "<p>");
                        page_say(h->out, h->language, STRING_REPORT_CAUSES);
                        text_add(h->out, "</p>\n<ul>");
                }
                any = true;
                text_add(h->out, "<li>");
                page_badge(h->out, h->language, status_name(g->status));
                text_add_char(h->out, ' ');
                page_text(h->out, h->language, g->cause);
                text_add(h->out, ": ");
                for (size_t j = 0; j < g->count; j++) {
                        const char *check = json_member_string(g->results[j], "check");

                        text_add(h->out, j ? ", " : "");
                        text_add_html(h->out, check ? check : "?");
                }
                text_add(h->out, "</li>");
        }
        text_add(h->out, any ? "</ul>\n" : "");
}

static void top(const struct html *h, const char *name)
{
        _cleanup_view_ struct view v;

        view_of(h->report, h->options, false, &v);
        text_add(h->out, "<h1>");
        page_say(h->out, h->language, STRING_REPORT_TITLE);
        text_add_char(h->out, ' ');
        text_add_html(h->out, name);
        text_add(h->out, "</h1>\n<p class=\"lead\">");
        page_say(h->out, h->language, STRING_REPORT_LEAD);
        text_add(h->out, " <a href=\"#proof\">");
        page_say(h->out, h->language, STRING_PROOF_TITLE);
        text_add(h->out, "</a>.</p>\n");
        if (streq(json_member_string(h->report->payload, "target"), "offline"))
                notice(h, STRING_REPORT_OFFLINE, 0);
        if (v.for_root > 0)
                notice(h, STRING_REPORT_FOR_ROOT, (int64_t)v.for_root);
        details(h);
        counts(h);
        causes(h, &v);
}

static void body(const struct html *h)
{
        if (json_array_size(h->results) > 0) {
                heading(h, "h2", STRING_HOST_RESULTS);
                page_host_results(h->out, h->language, h->results, h->descriptors, h->now);
        }
        if (json_array_size(h->measures) > 0) {
                heading(h, "h2", STRING_HOST_MEASURES);
                page_measure_table(h->out, h->language, h->measures, h->report->titles);
                heading(h, "h2", STRING_PARTS_TITLE);
                page_host_measures(h->out, h->language, h->measures, h->titles, h->now);
        }
        if (json_array_size(h->advice) == 0)
                return;
        heading(h, "h2", STRING_ADVICE_TITLE);
        text_add(h->out, "<p>");
        page_say(h->out, h->language, STRING_ADVICE_LEAD);
        text_add(h->out, "</p>\n");
        page_host_results(h->out, h->language, h->advice, h->descriptors, h->now);
}

int report_write_html(const struct report *r, const struct report_options *o, struct text *out)
{
        _cleanup_json_ json_t *results = json_must(json_array()), *advice = json_must(json_array()),
                              *measures = json_must(json_array()), *advice_measures = json_must(json_array()),
                              *titles = titles_of(r->titles), *descriptors = by_check(r->descriptors);
        const char *made = json_member_string(r->payload, "made");
        const char *name = json_member_string(json_object_get(r->payload, "host"), "name");
        struct html h = {.report = r,
                         .options = o,
                         .out = out,
                         .language = o->language == REPORT_NL ? PAGE_NL : PAGE_EN,
                         .titles = titles,
                         .descriptors = descriptors,
                         .results = results,
                         .advice = advice,
                         .measures = measures,
                         .advice_measures = advice_measures};
        struct page_frame frame;

        if (!made || moment_parse(made, &h.now) < 0)
                h.now = 0;
        if (!name || !*name)
                name = page_string(h.language, STRING_REPORT_NAMELESS);
        frame = (struct page_frame){.language = h.language, .place = PAGE_HOST, .now = h.now, .alone = true};
        split(&h);
        page_begin(out, &frame, name);
        top(&h, name);
        body(&h);
        page_proof(out, h.language, results, measures, report_threat_model(o));
        page_end(out, &frame);
        return 0;
}
