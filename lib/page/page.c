/* SPDX-License-Identifier: EUPL-1.2 */
#include "page/page.h"

#include <string.h>
#include <time.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/term.h"
#include "texts/texts.h"

#define MINUTE 60
#define HOUR   3600
#define DAY    86400

const char *const page_statuses[PAGE_STATUSES] = {"fail", "error", "unknown", "manual", "pass", "na"};

void page_say(struct text *out, enum page_language language, enum page_string id)
{
        text_add_html(out, page_string(language, id));
}

void page_text(struct text *out, enum page_language language, const char *english)
{
        _cleanup_free_ char *dutch = language == PAGE_NL ? texts_dutch(english) : NULL;

        if (english)
                text_add_html(out, dutch ? dutch : english);
}

void page_say_numbers(struct text *out, enum page_language language, enum page_string id, const int64_t *numbers)
{
        const char *s = page_string(language, id);
        _cleanup_text_ struct text filled = {0};

        for (; *s; s++) {
                if (s[0] == '{' && s[1] >= '1' && s[1] <= '9' && s[2] == '}') {
                        text_printf(&filled, "%lld", (long long)numbers[s[1] - '1']);
                        s += 2;
                } else {
                        text_add_char(&filled, *s);
                }
        }
        text_add_html(out, text_string(&filled));
}

/* --- the frame ------------------------------------------------------------------------------------------------- */

static const char *const codes[PAGE_LANGUAGES] = {[PAGE_NL] = "nl", [PAGE_EN] = "en"};

void page_query(struct text *out, const struct page_frame *f, enum page_language language, bool asked)
{
        bool organisation = json_array_size(f->organisations) > 1;

        if (organisation) {
                text_add(out, "?organisation=");
                for (const char *s = f->organisation; *s; s++)
                        text_printf(out, "%%%02X", (unsigned)(unsigned char)*s);
        }
        if (asked)
                text_printf(out, "%slang=%s", organisation ? "&amp;" : "?", codes[language]);
}

static void add_link(struct text *out, const struct page_frame *f, enum page_place place, const char *path,
                     enum page_string name)
{
        text_printf(out, "<li><a href=\"%s", path);
        page_query(out, f, f->language, f->language_asked);
        text_printf(out, "\"%s>", place == f->place ? " aria-current=\"page\"" : "");
        page_say(out, f->language, name);
        text_add(out, "</a></li>");
}

static void add_organisation(struct text *out, const struct page_frame *f)
{
        const json_t *entry;
        size_t i;

        if (json_array_size(f->organisations) < 2) {
                text_add(out, "<p class=\"organisation\">");
                text_add_html(out, f->organisation);
                text_add(out, "</p>");
                return;
        }
        text_add(out, "<form class=\"organisation\" method=\"get\"><label for=\"organisation\">");
        page_say(out, f->language, STRING_ORGANISATION);
        text_add(out, "</label> <select id=\"organisation\" name=\"organisation\">");
        json_array_foreach (f->organisations, i, entry) {
                text_add(out, "<option");
                text_add(out, streq(json_string_value(entry), f->organisation) ? " selected>" : ">");
                text_add_html(out, json_string_value(entry));
                text_add(out, "</option>");
        }
        text_add(out, "</select> ");
        if (f->language_asked)
                text_printf(out, "<input type=\"hidden\" name=\"lang\" value=\"%s\">", codes[f->language]);
        text_add(out, "<button>");
        page_say(out, f->language, STRING_CHOOSE);
        text_add(out, "</button></form>");
}

static void add_other_language(struct text *out, const struct page_frame *f)
{
        enum page_language other = f->language == PAGE_NL ? PAGE_EN : PAGE_NL;
        _cleanup_text_ struct text query = {0};

        page_query(&query, f, other, true);
        text_printf(out, "<li class=\"language\"><a lang=\"%s\" hreflang=\"%s\" href=\"%s\">", codes[other],
                    codes[other], text_string(&query));
        page_say(out, f->language, STRING_OTHER_LANGUAGE);
        text_add(out, "</a></li>");
}

static void add_header(struct text *out, const struct page_frame *f)
{
        text_add(out, "<header><div class=\"wrap\"><p class=\"brand\"><strong>");
        page_say(out, f->language, STRING_PRODUCT);
        text_add(out, "</strong> <span>");
        page_say(out, f->language, STRING_TAGLINE);
        text_add(out, "</span></p>");
        if (f->alone) {
                text_add(out, "</div></header>\n");
                return;
        }
        add_organisation(out, f);
        text_add(out, "</div>\n<nav aria-label=\"");
        page_say(out, f->language, STRING_NAVIGATION);
        text_add(out, "\"><ul class=\"wrap\">");
        add_link(out, f, PAGE_HOSTS, "/", STRING_NAV_HOSTS);
        add_link(out, f, PAGE_MEASURES, "/maatregelen", STRING_NAV_MEASURES);
        add_other_language(out, f);
        text_add(out, "</ul></nav></header>\n");
}

void page_begin(struct text *out, const struct page_frame *f, const char *title)
{
        text_printf(out, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n", codes[f->language]);
        text_add(out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        if (f->alone) /* nothing of what a host said can load or run anything, whatever a browser makes of it */
                text_add(out, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
                              "'unsafe-inline'\">\n");
        text_add(out, "<title>");
        text_add_html(out, title);
        text_add(out, " · ");
        page_say(out, f->language, STRING_PRODUCT);
        text_add(out, "</title>\n");
        if (f->alone)
                text_printf(out, "<style>%s</style>\n", page_style);
        else
                text_add(out, "<link rel=\"stylesheet\" href=\"/style.css\">\n");
        text_add(out, "</head>\n<body>\n<a class=\"skip\" href=\"#inhoud\">");
        page_say(out, f->language, STRING_SKIP);
        text_add(out, "</a>\n");
        add_header(out, f);
        text_add(out, "<main id=\"inhoud\" class=\"wrap\">\n");
}

void page_end(struct text *out, const struct page_frame *f)
{
        char now[MOMENT_TEXT];

        moment_format(f->now, now);
        text_add(out, "</main>\n<footer><div class=\"wrap\"><p>");
        page_say(out, f->language, STRING_LIMITS);
        text_add(out, "</p><p>");
        page_say(out, f->language, STRING_AS_OF);
        text_add_char(out, ' ');
        page_moment(out, f->language, now, f->now, STRING_NEVER);
        text_add(out, "</p></div></footer>\n</body>\n</html>\n");
}

/* --- pieces ---------------------------------------------------------------------------------------------------- */

/* Only our own words become part of a class name. */
static const char *status_class(const char *status)
{
        size_t i;

        for (i = 0; i < PAGE_STATUSES; i++)
                if (streq(page_statuses[i], status))
                        return page_statuses[i];
        return "na";
}

void page_badge(struct text *out, enum page_language language, const char *status)
{
        text_printf(out, "<span class=\"badge %s\">", status_class(status));
        text_add_html(out, page_word(language, status));
        text_add(out, "</span>");
}

static void add_age(struct text *out, enum page_language language, int64_t age)
{
        static const struct {
                int64_t below, unit;
                enum page_string id;
        } past[] =
                {
                        {MINUTE, 1, STRING_AGO_SECONDS},    {2 * MINUTE, 1, STRING_AGO_MINUTE},
                        {HOUR, MINUTE, STRING_AGO_MINUTES}, {2 * HOUR, 1, STRING_AGO_HOUR},
                        {DAY, HOUR, STRING_AGO_HOURS},      {2 * DAY, 1, STRING_AGO_DAY},
                        {INT64_MAX, DAY, STRING_AGO_DAYS},
                },
          future[] = {
                  {MINUTE, 1, STRING_IN_SECONDS},
                  {2 * HOUR, MINUTE, STRING_IN_MINUTES},
                  {2 * DAY, HOUR, STRING_IN_HOURS},
                  {INT64_MAX, DAY, STRING_IN_DAYS},
          };
        int64_t distance = age < 0 ? -age : age, count;
        size_t i = 0;

        if (age < 0) {
                while (distance >= future[i].below)
                        i++;
                count = distance / future[i].unit;
                page_say_numbers(out, language, future[i].id, &count);
                return;
        }
        while (distance >= past[i].below)
                i++;
        count = distance / past[i].unit;
        page_say_numbers(out, language, past[i].id, &count);
}

void page_moment(struct text *out, enum page_language language, const char *moment, int64_t now,
                 enum page_string missing)
{
        static const char *const months[PAGE_LANGUAGES][12] = {
                [PAGE_NL] = {"jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"},
                [PAGE_EN] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
        };
        struct tm tm;
        int64_t at;
        time_t t;

        if (!moment || moment_parse(moment, &at) < 0) {
                page_say(out, language, missing);
                return;
        }
        t = (time_t)at;
        if (!gmtime_r(&t, &tm)) {
                text_add_html(out, moment);
                return;
        }
        text_add(out, "<time datetime=\"");
        text_add_html(out, moment);
        text_printf(out, "\">%d %s %d, %02d:%02d UTC</time>", tm.tm_mday, months[language][tm.tm_mon],
                    tm.tm_year + 1900, tm.tm_hour, tm.tm_min);
        if (at == now)
                return;
        text_add(out, " <small>(");
        add_age(out, language, now - at);
        text_add(out, ")</small>");
}

void page_table(struct text *out, enum page_language language, enum page_string caption,
                const struct page_column *columns, size_t count)
{
        size_t i;

        /* The roles keep it a table for assistive technology where a narrow screen lays it out as cards. */
        text_add(out, "<table role=\"table\"><caption>");
        page_say(out, language, caption);
        text_add(out, "</caption>\n<thead role=\"rowgroup\"><tr role=\"row\">");
        for (i = 0; i < count; i++) {
                text_printf(out, "<th role=\"columnheader\" scope=\"col\"%s>",
                            columns[i].number ? " class=\"number\"" : "");
                page_say(out, language, columns[i].heading);
                text_add(out, "</th>");
        }
        text_add(out, "</tr></thead>\n<tbody role=\"rowgroup\">\n");
}

void page_table_end(struct text *out)
{
        text_add(out, "</tbody></table>\n");
}

void page_cell(struct text *out, enum page_language language, const struct page_column *column)
{
        text_add(out, "<td role=\"cell\" data-label=\"");
        page_say(out, language, column->heading);
        text_add(out, column->number ? "\" class=\"number\">" : "\">");
}

void page_bar(struct text *out, const json_t *counts)
{
        json_int_t total = 0, before = 0;
        size_t i;

        for (i = 0; i < PAGE_STATUSES; i++)
                total += json_member_integer(counts, page_statuses[i], 0);
        if (total <= 0)
                return;
        text_add(out, "<svg class=\"bar\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\" "
                      "focusable=\"false\">");
        for (i = 0; i < PAGE_STATUSES; i++) {
                json_int_t n = json_member_integer(counts, page_statuses[i], 0);

                if (n <= 0)
                        continue;
                text_printf(out, "<rect class=\"%s\" x=\"%.2f\" y=\"0\" width=\"%.2f\" height=\"10\"/>",
                            page_statuses[i], 1000.0 * (double)before / (double)total,
                            1000.0 * (double)n / (double)total);
                before += n;
        }
        text_add(out, "</svg>");
}

void page_counts(struct text *out, enum page_language language, const json_t *counts)
{
        size_t i;

        text_add(out, "<ul class=\"counts\">");
        for (i = 0; i < PAGE_STATUSES; i++) {
                json_int_t n = json_member_integer(counts, page_statuses[i], 0);

                if (n == 0)
                        continue;
                text_printf(out, "<li><span class=\"badge %s\">%lld ", page_statuses[i], (long long)n);
                text_add_html(out, page_counted(language, page_statuses[i]));
                text_add(out, "</span></li>");
        }
        text_add(out, "</ul>");
}
