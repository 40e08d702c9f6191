/* SPDX-License-Identifier: EUPL-1.2 */
/* The page of one host. */
#include "base/json.h"
#include "web/internal.h"

static void add_detail(struct text *out, const struct page_frame *f, enum page_string name, const char *value,
                       bool mono)
{
        text_add(out, "<div><dt>");
        page_say(out, f->language, name);
        text_add(out, mono ? "</dt><dd class=\"mono\">" : "</dt><dd>");
        if (value)
                text_add_html(out, value);
        else
                page_say(out, f->language, STRING_UNKNOWN_VALUE);
        text_add(out, "</dd></div>\n");
}

static void add_detail_moment(struct text *out, const struct page_frame *f, enum page_string name, const char *moment,
                              int64_t now)
{
        text_add(out, "<div><dt>");
        page_say(out, f->language, name);
        text_add(out, "</dt><dd>");
        page_moment(out, f->language, moment, now, STRING_NEVER);
        text_add(out, "</dd></div>\n");
}

static void add_policies(struct text *out, const struct page_frame *f, const json_t *policies)
{
        _cleanup_text_ struct text value = {0};
        const json_t *policy;
        size_t i;

        json_array_foreach (policies, i, policy) {
                const char *id = json_member_string(policy, "id"), *version = json_member_string(policy, "version");

                text_printf(&value, "%s%s %s", i > 0 ? ", " : "", id ? id : "?", version ? version : "");
                if (json_is_true(json_object_get(policy, "tailored")))
                        text_printf(&value, " (%s)", page_string(f->language, STRING_TAILORED));
        }
        add_detail(out, f, STRING_DETAIL_POLICIES, value.length > 0 ? text_string(&value) : NULL, false);
}

static void add_details(struct text *out, const struct page_frame *f, const json_t *host, int64_t now)
{
        const json_t *about = json_object_get(host, "host");
        int64_t numbers[2] = {json_member_integer(host, "records", 0), json_member_integer(host, "acknowledged", 0)};

        text_add(out, "<h2>");
        page_say(out, f->language, STRING_DETAILS);
        text_add(out, "</h2>\n<dl class=\"facts\">\n");
        add_detail(out, f, STRING_DETAIL_SYSTEM, json_member_string(about, "os"), false);
        add_detail(out, f, STRING_DETAIL_KERNEL, json_member_string(about, "kernel"), false);
        add_detail(out, f, STRING_DETAIL_OWN_NAME, json_member_string(about, "name"), false);
        add_detail(out, f, STRING_DETAIL_AGENT, json_member_string(about, "agent"), false);
        add_policies(out, f, json_object_get(host, "policies"));
        add_detail_moment(out, f, STRING_DETAIL_ENROLLED, json_member_string(host, "enrolled"), now);
        add_detail_moment(out, f, STRING_DETAIL_FIRST, json_member_string(host, "first_seen"), now);
        add_detail_moment(out, f, STRING_DETAIL_LAST, json_member_string(host, "last_seen"), now);
        if (json_member_string(host, "due"))
                add_detail_moment(out, f, STRING_DETAIL_DUE, json_member_string(host, "due"), now);
        text_add(out, "<div><dt>");
        page_say(out, f->language, STRING_DETAIL_RECORDS);
        text_add(out, "</dt><dd>");
        page_say_numbers(out, f->language, STRING_RECORDS_VALUE, numbers);
        text_add(out, "</dd></div>\n");
        add_detail(out, f, STRING_DETAIL_HOST_ID, json_member_string(host, "id"), true);
        add_detail(out, f, STRING_DETAIL_CHAIN, json_member_string(host, "chain"), true);
        add_detail(out, f, STRING_DETAIL_KEY, json_member_string(host, "kid"), true);
        text_add(out, "</dl>\n");
}

static void begin_notice(struct text *out, const struct page_frame *f, enum page_string what, const int64_t *numbers,
                         bool bad)
{
        text_printf(out, "<div class=\"notice%s\"><p>", bad ? " bad" : "");
        page_say_numbers(out, f->language, what, numbers);
}

static void end_notice(struct text *out)
{
        text_add(out, "</p></div>\n");
}

/* What a reader must know before the figures. */
static void add_notices(struct text *out, const struct page_frame *f, const json_t *host, int64_t now)
{
        int64_t missing = json_member_integer(host, "missing", 0);
        bool reported = json_member_string(host, "last_seen") != NULL;

        if (!reported) {
                begin_notice(out, f, STRING_NEVER_WARNING, NULL, false);
                end_notice(out);
                return;
        }
        if (json_is_true(json_object_get(host, "silent"))) {
                begin_notice(out, f, STRING_SILENT_WARNING, NULL, true);
                text_add_char(out, ' ');
                page_moment(out, f->language, json_member_string(host, "due"), now, STRING_UNKNOWN_VALUE);
                text_add(out, ". ");
                page_say(out, f->language, STRING_SILENT_EXPLAIN);
                end_notice(out);
        } else if (json_is_true(json_object_get(host, "stopped"))) {
                begin_notice(out, f, STRING_STOPPED_WARNING, NULL, false);
                end_notice(out);
        }
        if (missing > 0) {
                begin_notice(out, f, STRING_MISSING_WARNING, &missing, true);
                end_notice(out);
        } else if (json_array_size(json_object_get(host, "results")) == 0) {
                begin_notice(out, f, STRING_NOT_FULL_WARNING, NULL, false);
                end_notice(out);
        }
        if (json_array_size(json_object_get(host, "marks")) > 0) {
                begin_notice(out, f, STRING_MARKS_WARNING, NULL, false);
                text_add_char(out, ' ');
                web_add_marks(out, f, json_object_get(host, "marks"));
                text_add_char(out, '.');
                end_notice(out);
        }
}

static void add_log_row(struct text *out, const struct page_frame *f, const struct page_column *columns,
                        const json_t *entry, int64_t now)
{
        const char *kind = json_member_string(entry, "kind"), *hash = json_member_string(entry, "hash");

        text_add(out, "<tr role=\"row\">");
        page_cell(out, f->language, &columns[0]);
        text_printf(out, "%lld</td>", (long long)json_member_integer(entry, "seq", 0));
        page_cell(out, f->language, &columns[1]);
        text_add_html(out, kind ? page_word(f->language, kind) : "?");
        text_add(out, "</td>");
        page_cell(out, f->language, &columns[2]);
        page_moment(out, f->language, json_member_string(entry, "made"), now, STRING_UNKNOWN_VALUE);
        text_add(out, "</td>");
        page_cell(out, f->language, &columns[3]);
        page_moment(out, f->language, json_member_string(entry, "received"), now, STRING_UNKNOWN_VALUE);
        text_add(out, "</td>");
        page_cell(out, f->language, &columns[4]);
        if (json_array_size(json_object_get(entry, "marks")) == 0)
                page_say(out, f->language, STRING_NO_REMARKS);
        web_add_marks(out, f, json_object_get(entry, "marks"));
        text_add(out, "</td>");
        page_cell(out, f->language, &columns[5]);
        text_add(out, "<span class=\"mono\">");
        text_add_html(out, hash ? hash : "");
        text_add(out, "</span></td></tr>\n");
}

static void add_log(struct text *out, const struct page_frame *f, const json_t *log, int64_t now)
{
        static const struct page_column columns[] = {{STRING_COLUMN_NUMBER, true},   {STRING_COLUMN_KIND, false},
                                                     {STRING_COLUMN_MADE, false},    {STRING_COLUMN_RECEIVED, false},
                                                     {STRING_COLUMN_REMARKS, false}, {STRING_COLUMN_HASH, false}};
        const json_t *entry;
        size_t i;

        if (json_array_size(log) == 0)
                return;
        text_add(out, "<h2>");
        page_say(out, f->language, STRING_HOST_LOG);
        text_add(out, "</h2>\n");
        page_table(out, f->language, STRING_LOG_CAPTION, columns, ELEMENTS(columns));
        json_array_foreach (log, i, entry)
                add_log_row(out, f, columns, entry, now);
        page_table_end(out);
}

void web_show_host(struct text *out, const struct page_frame *f, const json_t *host, int64_t now)
{
        const json_t *measures = json_object_get(host, "measures"), *results = json_object_get(host, "results");
        const char *name = json_member_string(host, "name");

        page_begin(out, f, name ? name : "?");
        text_add(out, "<h1>");
        text_add_html(out, name ? name : "?");
        text_add_char(out, ' ');
        web_add_state(out, f, host);
        text_add(out, "</h1>\n");
        add_notices(out, f, host, now);
        if (web_sum(json_object_get(host, "counts")) > 0) {
                page_bar(out, json_object_get(host, "counts"));
                page_counts(out, f->language, json_object_get(host, "counts"));
        }
        text_add(out, "<h2>");
        page_say(out, f->language, STRING_HOST_RESULTS);
        text_add(out, "</h2>\n");
        if (json_array_size(results) == 0)
                web_add_empty(out, f, STRING_NO_FINDINGS);
        page_host_results(out, f->language, results, json_object_get(host, "descriptors"), now);
        if (json_array_size(measures) > 0) {
                text_add(out, "<h2>");
                page_say(out, f->language, STRING_HOST_MEASURES);
                text_add(out, "</h2>\n");
                page_host_measures(out, f->language, measures, json_object_get(host, "titles"), now);
        }
        add_details(out, f, host, now);
        add_log(out, f, json_object_get(host, "log"), now);
        page_end(out, f);
}
