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

void web_add_empty(struct text *out, const struct page_frame *f, enum page_string what)
{
        text_add(out, "<p class=\"empty\">");
        page_say(out, f->language, what);
        text_add(out, "</p>\n");
}

int64_t web_sum(const json_t *counts)
{
        const json_t *value;
        int64_t total = 0;
        const char *key;

        json_object_foreach ((json_t *)counts, key, value)
                total += json_integer_value(value);
        return total;
}

/* --- hosts ----------------------------------------------------------------------------------------------------- */

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

void web_add_state(struct text *out, const struct page_frame *f, const json_t *host)
{
        struct host_state state = state_of(host);

        text_printf(out, "<span class=\"badge %s\">", state.badge);
        page_say(out, f->language, state.word);
        text_add(out, "</span>");
}

void web_add_marks(struct text *out, const struct page_frame *f, const json_t *marks)
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
        page_query(out, f, f->language, f->language_asked);
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
        web_add_state(out, f, host);
        text_add(out, "</td>");
        page_cell(out, f->language, &columns[2]);
        page_moment(out, f->language, json_member_string(host, "last_seen"), now, STRING_NEVER);
        text_add(out, "</td>");
        page_cell(out, f->language, &columns[3]);
        if (web_sum(counts) == 0) {
                page_say(out, f->language, STRING_NO_RESULTS);
        } else {
                page_bar(out, counts);
                page_counts(out, f->language, counts);
        }
        text_add(out, "</td>");
        page_cell(out, f->language, &columns[4]);
        if (json_array_size(marks) == 0)
                page_say(out, f->language, STRING_NO_REMARKS);
        web_add_marks(out, f, marks);
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
                web_add_empty(out, f, STRING_HOSTS_NONE);
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

/* --- measures -------------------------------------------------------------------------------------------------- */

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
        const char *titled = json_member_string(title, f->language == PAGE_NL ? "nl" : "en");
        json_int_t none = json_member_integer(technical, "none", 0);
        int64_t numbers[2] = {json_member_integer(measure, "hosts", 0), reported};

        text_add(out, "<tr role=\"row\"><th role=\"rowheader\" scope=\"row\"><span class=\"id\">");
        text_add_html(out, json_member_string(measure, "id"));
        text_add(out, "</span> ");
        text_add_html(out, titled ? titled : "");
        if (kind) {
                text_add(out, "<small>");
                text_add_html(out, page_word(f->language, kind));
                text_add(out, "</small>");
        }
        text_add(out, "</th>");
        page_cell(out, f->language, &columns[1]);
        page_bar(out, technical);
        page_counts(out, f->language, technical);
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
                web_add_empty(out, f, STRING_MEASURES_NONE);
        } else {
                page_table(out, f->language, STRING_MEASURES_CAPTION, columns, ELEMENTS(columns));
                json_array_foreach (measures, i, measure)
                        add_measure_row(out, f, columns, measure, numbers[0]);
                page_table_end(out);
        }
        page_end(out, f);
}

/* --- for a terminal -------------------------------------------------------------------------------------------- */

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

                text_printf(out, "%s\n    %s. %s: %s\n    %s: ", name ? name : "?",
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
