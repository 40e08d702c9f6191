/* SPDX-License-Identifier: EUPL-1.2 */
/* What a report in a file has beside a host's measures and results: all measures in one table, and what it proves. */
#include <string.h>

#include "base/json.h"
#include "page/page.h"
#include "record/record.h"

static const char *title_of(enum page_language language, const json_t *title)
{
        const char *s = json_member_string(title, language == PAGE_NL ? "nl" : "en");

        return s ? s : "";
}

static void add_row(struct text *out, enum page_language language, const struct page_column *columns,
                    const json_t *measure, const json_t *title)
{
        const char *id = json_member_string(measure, "id"), *technical = json_member_string(measure, "technical");
        const char *organisational = json_member_string(measure, "organisational");
        size_t examined, parts;
        int64_t numbers[2];

        measure_examined(measure, &examined, &parts);
        numbers[0] = (int64_t)examined;
        numbers[1] = (int64_t)parts;
        text_add(out, "<tr role=\"row\"><th role=\"rowheader\" scope=\"row\"><span class=\"id\">");
        text_add_html(out, id ? id : "?");
        text_add(out, "</span> ");
        text_add_html(out, title_of(language, title));
        text_add(out, "</th>");
        page_cell(out, language, &columns[1]);
        page_badge(out, language, technical ? technical : "none");
        text_add(out, "</td>");
        page_cell(out, language, &columns[2]);
        text_add_html(out, organisational ? page_word(language, organisational) : "–");
        text_add(out, "</td>");
        page_cell(out, language, &columns[3]);
        page_say_numbers(out, language, STRING_N_OF_M, numbers);
        text_add(out, "</td></tr>\n");
}

void page_measure_table(struct text *out, enum page_language language, const json_t *measures, const json_t *titles)
{
        static const struct page_column columns[] = {{STRING_COLUMN_MEASURE, false},
                                                     {STRING_COLUMN_TECHNICAL, false},
                                                     {STRING_COLUMN_ORGANISATIONAL, false},
                                                     {STRING_COLUMN_EXAMINED, true}};
        const json_t *measure;
        size_t i;

        page_table(out, language, STRING_MEASURES_OF_HOST, columns, ELEMENTS(columns));
        json_array_foreach (measures, i, measure) {
                const char *id = json_member_string(measure, "id");

                add_row(out, language, columns, measure, id ? json_object_get(titles, id) : NULL);
        }
        page_table_end(out);
}

static void count_parts(const json_t *measures, size_t *examined, size_t *all, size_t *organisation)
{
        const json_t *measure, *part;
        size_t i, j;

        *examined = *all = *organisation = 0;
        json_array_foreach (measures, i, measure)
                json_array_foreach (json_object_get(measure, "parts"), j, part) {
                        ++*all;
                        *examined += part_is_examined(part);
                        *organisation += !json_member_string(part, "technical");
                }
}

static void add_heading(struct text *out, enum page_language language, enum page_string id)
{
        text_add(out, "<h3>");
        page_say(out, language, id);
        text_add(out, "</h3>\n");
}

static void add_paragraph(struct text *out, enum page_language language, enum page_string id, const int64_t *numbers)
{
        text_add(out, "<p>");
        page_say_numbers(out, language, id, numbers);
        text_add(out, "</p>\n");
}

/* A list of our own words, joined by '|'. */
static void add_list(struct text *out, enum page_language language, enum page_string lead, enum page_string id)
{
        const char *s = page_string(language, id);

        add_paragraph(out, language, lead, NULL);
        text_add(out, "<ul>");
        for (;; s++) {
                size_t n = strcspn(s, "|");
                _cleanup_text_ struct text item = {0};

                text_append(&item, s, n);
                text_add(out, "<li>");
                text_add_html(out, text_string(&item));
                text_add(out, "</li>");
                s += n;
                if (!*s)
                        break;
        }
        text_add(out, "</ul>\n");
}

void page_proof(struct text *out, enum page_language language, const json_t *results, const json_t *measures,
                const char *threat_model)
{
        size_t examined, all, organisation;

        count_parts(measures, &examined, &all, &organisation);
        text_add(out, "<section class=\"proof\" aria-labelledby=\"proof\"><h2 id=\"proof\">");
        page_say(out, language, STRING_PROOF_TITLE);
        text_add(out, "</h2>\n");
        add_heading(out, language, STRING_PROOF_EXAMINED_TITLE);
        add_paragraph(out, language, STRING_PROOF_EXAMINED,
                      (const int64_t[]){(int64_t)json_array_size(results), (int64_t)examined, (int64_t)all});
        add_heading(out, language, STRING_PROOF_NOT_EXAMINED_TITLE);
        add_paragraph(out, language, STRING_PROOF_NOT_EXAMINED,
                      (const int64_t[]){(int64_t)(all - examined - organisation), (int64_t)organisation});
        add_heading(out, language, STRING_PROOF_SIGNATURE_TITLE);
        add_paragraph(out, language, STRING_PROOF_SIGNATURE, NULL);
        add_list(out, language, STRING_PROOF_DETECTED, STRING_PROOF_DETECTED_LIST);
        add_list(out, language, STRING_PROOF_NOT_DETECTED, STRING_PROOF_NOT_DETECTED_LIST);
        text_add(out, "<p>");
        page_say(out, language, STRING_PROOF_MORE);
        text_add(out, " <code>");
        text_add_html(out, threat_model);
        text_add(out, "</code></p></section>\n");
}
