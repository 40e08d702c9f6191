/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "base/json.h"
#include "base/term.h"
#include "web/internal.h"

/* Figures that stand above a table. */
static void add_figure(struct text *out, const struct page_frame *f, enum page_string name, int64_t value, bool alert)
{
        text_printf(out, "<div%s><dt>", alert && value > 0 ? " class=\"alert\"" : "");
        page_say(out, f->language, name);
        text_printf(out, "</dt><dd>%lld</dd></div>", (long long)value);
}

static void add_lead(struct text *out, const struct page_frame *f, enum page_string title, enum page_string lead,
                     const int64_t *numbers)
{
        page_begin(out, f, page_string(f->language, title));
        text_add(out, "<h1>");
        page_say(out, f->language, title);
        text_add(out, "</h1>\n<p class=\"lead\">");
        page_say_numbers(out, f->language, lead, numbers);
        text_add(out, "</p>\n");
}

static void add_empty(struct text *out, const struct page_frame *f, enum page_string what)
{
        text_add(out, "<p class=\"empty\">");
        page_say(out, f->language, what);
        text_add(out, "</p>\n");
}

/* Counts by status as a list of badges, worst first; what is no status after them. */
static void add_counts(struct text *out, const struct page_frame *f, const json_t *counts)
{
        size_t i;

        text_add(out, "<ul class=\"counts\">");
        for (i = 0; i < PAGE_STATUSES; i++) {
                json_int_t n = json_member_integer(counts, page_statuses[i], 0);

                if (n == 0)
                        continue;
                text_printf(out, "<li><span class=\"badge %s\">%lld ", page_statuses[i], (long long)n);
                text_add_html(out, page_counted(f->language, page_statuses[i]));
                text_add(out, "</span></li>");
        }
        text_add(out, "</ul>");
}

static int64_t sum(const json_t *counts)
{
        const json_t *value;
        int64_t total = 0;
        const char *key;

        json_object_foreach ((json_t *)counts, key, value)
                total += json_integer_value(value);
        return total;
}

/* --- hosts
 * ------------------------------------------------------------------------------------------------------------------ */

struct host_state {
        enum page_string word;
        const char *badge;
};

static struct host_state state_of(const json_t *host)
{
        if (!json_member_string(host, "last_seen"))
                return (struct host_state){STRING_STATE_NEVER, "na"};
        if (json_is_true(json_object_get(host, "silent")))
                return (struct host_state){STRING_STATE_SILENT, "fail"};
        if (json_is_true(json_object_get(host, "stopped")))
                return (struct host_state){STRING_STATE_STOPPED, "unknown"};
        if (json_member_integer(host, "missing", 0) > 0)
                return (struct host_state){STRING_STATE_GAP, "error"};
        return (struct host_state){STRING_STATE_REPORTING, "pass"};
}

static void add_state(struct text *out, const struct page_frame *f, const json_t *host)
{
        struct host_state state = state_of(host);

        text_printf(out, "<span class=\"badge %s\">", state.badge);
        page_say(out, f->language, state.word);
        text_add(out, "</span>");
}

static void add_marks(struct text *out, const struct page_frame *f, const json_t *marks)
{
        const json_t *mark;
        size_t i;

        json_array_foreach (marks, i, mark) {
                text_add(out, i > 0 ? ", " : "");
                text_add_html(out, page_word(f->language, json_string_value(mark)));
        }
}

/* An id is a UUID (est/request.c); only its characters come into the address, whatever the store holds. */
static void add_host_link(struct text *out, const struct page_frame *f, const json_t *host)
{
        const char *id = json_member_string(host, "id"), *s;

        text_add(out, "<a href=\"/hosts/");
        for (s = id ? id : ""; *s; s++)
                text_printf(out, strchr("0123456789abcdef-", *s) ? "%c" : "%%%02X", (unsigned)(unsigned char)*s);
        if (json_array_size(f->organisations) > 1) {
                text_add(out, "?organisation=");
                for (s = f->organisation; *s; s++)
                        text_printf(out, "%%%02X", (unsigned)(unsigned char)*s);
        }
        text_add(out, "\">");
        text_add_html(out, json_member_string(host, "name") ? json_member_string(host, "name") : "?");
        text_add(out, "</a>");
}

static void add_host_row(struct text *out, const struct page_frame *f, const struct page_column *columns,
                         const json_t *host, int64_t now)
{
        const json_t *counts = json_object_get(host, "counts"), *marks = json_object_get(host, "marks");

        text_add(out, "<tr role=\"row\"><th role=\"rowheader\" scope=\"row\">");
        add_host_link(out, f, host);
        if (json_member_string(host, "os")) {
                text_add(out, "<small>");
                text_add_html(out, json_member_string(host, "os"));
                text_add(out, "</small>");
        }
        text_add(out, "</th>");
        page_cell(out, f->language, &columns[1]);
        add_state(out, f, host);
        text_add(out, "</td>");
        page_cell(out, f->language, &columns[2]);
        page_moment(out, f->language, json_member_string(host, "last_seen"), now, STRING_NEVER);
        text_add(out, "</td>");
        page_cell(out, f->language, &columns[3]);
        if (sum(counts) == 0) {
                page_say(out, f->language, STRING_NO_RESULTS);
        } else {
                page_bar(out, counts);
                add_counts(out, f, counts);
        }
        text_add(out, "</td>");
        page_cell(out, f->language, &columns[4]);
        if (json_array_size(marks) == 0)
                page_say(out, f->language, STRING_NO_REMARKS);
        add_marks(out, f, marks);
        text_add(out, "</td></tr>\n");
}

static void count_hosts(const json_t *hosts, int64_t numbers[static 4])
{
        const json_t *host;
        size_t i;

        json_array_foreach (hosts, i, host) {
                numbers[0]++;
                numbers[1] += json_member_string(host, "last_seen") != NULL;
                numbers[2] += json_is_true(json_object_get(host, "silent"));
                numbers[3] += json_member_integer(json_object_get(host, "counts"), "fail", 0) > 0;
        }
}

void web_show_hosts(struct text *out, const struct page_frame *f, const json_t *hosts, int64_t now)
{
        static const struct page_column columns[] = {
                {STRING_COLUMN_HOST, false},    {STRING_COLUMN_STATE, false},   {STRING_COLUMN_SEEN, false},
                {STRING_COLUMN_RESULTS, false}, {STRING_COLUMN_REMARKS, false},
        };
        int64_t numbers[4] = {0};
        const json_t *host;
        size_t i;

        count_hosts(hosts, numbers);
        add_lead(out, f, STRING_HOSTS_TITLE, STRING_HOSTS_LEAD, numbers);
        if (numbers[0] == 0) {
                add_empty(out, f, STRING_HOSTS_NONE);
                page_end(out, f);
                return;
        }
        text_add(out, "<dl class=\"figures\">");
        add_figure(out, f, STRING_N_ENROLLED, numbers[0], false);
        add_figure(out, f, STRING_N_REPORTED, numbers[1], false);
        add_figure(out, f, STRING_N_SILENT, numbers[2], true);
        add_figure(out, f, STRING_N_FAILING, numbers[3], true);
        text_add(out, "</dl>\n");
        page_table(out, f->language, STRING_HOSTS_CAPTION, columns, ELEMENTS(columns));
        json_array_foreach (hosts, i, host)
                add_host_row(out, f, columns, host, now);
        page_table_end(out);
        page_end(out, f);
}

/* --- measures
 * --------------------------------------------------------------------------------------------------------------- */

static void add_organisational(struct text *out, const struct page_frame *f, const json_t *counts)
{
        const json_t *value;
        const char *key;
        bool first = true;

        json_object_foreach ((json_t *)counts, key, value) {
                text_printf(out, "%s%lld ", first ? "" : ", ", (long long)json_integer_value(value));
                text_add_html(out, page_word(f->language, key));
                first = false;
        }
}

static void add_measure_row(struct text *out, const struct page_frame *f, const struct page_column *columns,
                            const json_t *measure, int64_t reported)
{
        const json_t *technical = json_object_get(measure, "technical"), *title = json_object_get(measure, "title");
        const char *kind = json_member_string(measure, "kind");
        json_int_t none = json_member_integer(technical, "none", 0);
        int64_t numbers[2] = {json_member_integer(measure, "hosts", 0), reported};

        text_add(out, "<tr role=\"row\"><th role=\"rowheader\" scope=\"row\"><span class=\"id\">");
        text_add_html(out, json_member_string(measure, "id"));
        text_add(out, "</span> ");
        text_add_html(out, json_member_string(title, "nl") ? json_member_string(title, "nl") : "");
        if (kind) {
                text_add(out, "<small>");
                text_add_html(out, page_word(f->language, kind));
                text_add(out, "</small>");
        }
        text_add(out, "</th>");
        page_cell(out, f->language, &columns[1]);
        page_bar(out, technical);
        add_counts(out, f, technical);
        if (none > 0) {
                text_printf(out, "<small>%lld ", (long long)none);
                page_say(out, f->language, STRING_NOT_BY_HOST);
                text_add(out, "</small>");
        }
        text_add(out, "</td>");
        page_cell(out, f->language, &columns[2]);
        add_organisational(out, f, json_object_get(measure, "organisational"));
        text_add(out, "</td>");
        page_cell(out, f->language, &columns[3]);
        page_say_numbers(out, f->language, STRING_N_OF_M_HOSTS, numbers);
        text_add(out, "</td></tr>\n");
}

void web_show_measures(struct text *out, const struct page_frame *f, const json_t *data, int64_t now)
{
        static const struct page_column columns[] = {{STRING_COLUMN_MEASURE, false},
                                                     {STRING_COLUMN_TECHNICAL, false},
                                                     {STRING_COLUMN_ORGANISATIONAL, false},
                                                     {STRING_COLUMN_OF_HOSTS, true}};
        const json_t *measures = json_object_get(data, "measures"), *measure;
        int64_t numbers[2] = {json_member_integer(data, "reported", 0), json_member_integer(data, "hosts", 0)};
        size_t i;

        (void)now;
        add_lead(out, f, STRING_MEASURES_TITLE, STRING_MEASURES_LEAD, numbers);
        if (json_array_size(measures) == 0) {
                add_empty(out, f, STRING_MEASURES_NONE);
        } else {
                page_table(out, f->language, STRING_MEASURES_CAPTION, columns, ELEMENTS(columns));
                json_array_foreach (measures, i, measure)
                        add_measure_row(out, f, columns, measure, numbers[0]);
                page_table_end(out);
        }
        page_end(out, f);
}

/* --- one host
 * --------------------------------------------------------------------------------------------------------------- */

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
                add_marks(out, f, json_object_get(host, "marks"));
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
        add_marks(out, f, json_object_get(entry, "marks"));
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
        add_state(out, f, host);
        text_add(out, "</h1>\n");
        add_notices(out, f, host, now);
        if (sum(json_object_get(host, "counts")) > 0) {
                page_bar(out, json_object_get(host, "counts"));
                add_counts(out, f, json_object_get(host, "counts"));
        }
        text_add(out, "<h2>");
        page_say(out, f->language, STRING_HOST_RESULTS);
        text_add(out, "</h2>\n");
        if (json_array_size(results) == 0)
                add_empty(out, f, STRING_NO_FINDINGS);
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

/* --- for a terminal
 * --------------------------------------------------------------------------------------------------------- */

/* `2 met afwijking, 1 zonder afwijking`; false where all counts are 0. */
static bool text_counts(struct text *out, const struct page_frame *f, const json_t *counts)
{
        bool any = false;
        size_t s;

        for (s = 0; s < PAGE_STATUSES; s++) {
                json_int_t n = json_member_integer(counts, page_statuses[s], 0);

                if (n > 0) {
                        text_printf(out, "%s%lld %s", any ? ", " : "", (long long)n,
                                    page_counted(f->language, page_statuses[s]));
                        any = true;
                }
        }
        return any;
}

void web_text_hosts(struct text *out, const struct page_frame *f, const json_t *hosts, int64_t now)
{
        const json_t *host;
        size_t i;

        (void)now;
        text_printf(out, "%s (%s)\n%s\n\n", page_string(f->language, STRING_HOSTS_TITLE), f->organisation,
                    page_string(f->language, STRING_HOSTS_LEAD));
        json_array_foreach (hosts, i, host) {
                const json_t *counts = json_object_get(host, "counts");
                const char *seen = json_member_string(host, "last_seen"), *name = json_member_string(host, "name");

                text_printf(out, "%s\n    %s; %s: %s\n    %s: ", name ? name : "?",
                            page_string(f->language, state_of(host).word), page_string(f->language, STRING_COLUMN_SEEN),
                            seen ? seen : page_string(f->language, STRING_NEVER),
                            page_string(f->language, STRING_COLUMN_RESULTS));
                if (!text_counts(out, f, counts))
                        text_add(out, page_string(f->language, STRING_NO_RESULTS));
                text_add_char(out, '\n');
        }
}

void web_text_measures(struct text *out, const struct page_frame *f, const json_t *data, int64_t now)
{
        const json_t *measures = json_object_get(data, "measures"), *measure;
        size_t i;

        (void)now;
        text_printf(out, "%s (%s)\n\n", page_string(f->language, STRING_MEASURES_TITLE), f->organisation);
        json_array_foreach (measures, i, measure) {
                const char *id = json_member_string(measure, "id");

                text_printf(out, "%s\n    %s: ", id ? id : "?", page_string(f->language, STRING_COLUMN_TECHNICAL));
                if (!text_counts(out, f, json_object_get(measure, "technical")))
                        text_add(out, page_string(f->language, STRING_NO_RESULTS));
                text_add_char(out, '\n');
        }
}
