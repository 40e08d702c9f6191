/* SPDX-License-Identifier: EUPL-1.2 */
/* Measure by measure: what the host shows, and how much of it was examined. Short: a line for each measure of which
 * something was; the others are named together. Verbose: every part that was not. */
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "record/record.h"
#include "report/text_parts.h"

#define TITLE_LEAST 12 /* columns below which a title is left out */

struct columns {
        size_t id, answer, examined;
};

/* The number below its policy's name. */
static const char *number_of(const json_t *measure)
{
        const char *id = json_member_string(measure, "id"), *colon = id ? strchr(id, ':') : NULL;

        return colon ? colon + 1 : id ? id : "?";
}

static bool same_policy(const json_t *a, const json_t *b)
{
        const char *x = json_member_string(a, "id"), *y = json_member_string(b, "id");
        size_t length = x ? strcspn(x, ":") : 0;

        return x && y ? length == strcspn(y, ":") && memcmp(x, y, length) == 0 : x == y;
}

/* Left for the table's last lines: nothing of it was examined, and nothing went wrong in trying. */
static bool is_rest(const json_t *measure)
{
        const char *technical = json_member_string(measure, "technical");
        size_t examined, parts;

        measure_examined(measure, &examined, &parts);
        return examined == 0 && (!technical || streq(technical, "manual"));
}

static char *examined_text(const struct text_report *w, const json_t *measure, enum report_string how)
{
        size_t counts[2];

        measure_examined(measure, &counts[0], &counts[1]);
        return report_fill_counts(how, w->options->language, counts, 2);
}

/* ---- one measure ---- */

/* Names what was not examined: what a host could show, or what only the organisation can. */
static void write_rest_of(const struct text_report *w, const json_t *measure, bool by_host, enum report_string label)
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
                layout_field(w->out, w->width, TEXT_INDENT + 2, (unsigned)layout_columns(text_word(w, label)) + 1,
                             text_word(w, label), text_string(&list));
}

/* As much of the title as the line, of which `at` columns are taken, has place for. */
static void write_title(const struct text_report *w, const char *title, size_t at)
{
        size_t room = w->width - at, columns = layout_columns(title);
        _cleanup_text_ struct text cut = {0};
        const char *p = title;

        for (size_t n = 0; *p && (columns <= room || n < room - 1); n++) {
                size_t length = 1;

                while (((unsigned char)p[length] & 0xc0) == 0x80)
                        length++;
                text_append(&cut, p, length);
                p += length;
        }
        if (*p)
                text_add(&cut, "…");
        layout_clean(w->out, text_string(&cut));
}

/* A pass says no more than that nothing was found in what was examined. */
static void write_pass(const struct text_report *w, const json_t *measure, const char *title, size_t at)
{
        _cleanup_free_ char *sentence = examined_text(w, measure, STRING_NO_DEVIATION);

        text_paint_status(w, BIO_PASS);
        if (!*title || at + layout_columns(sentence) + 2 + TITLE_LEAST > w->width) {
                layout_wrap(w->out, w->width, (unsigned)at, at, sentence);
                text_end_paint(w);
                return;
        }
        layout_clean(w->out, sentence);
        text_end_paint(w);
        text_add(w->out, "  ");
        write_title(w, title, at + layout_columns(sentence) + 2);
        text_add_char(w->out, '\n');
}

static void write_answer(const struct text_report *w, const json_t *measure, const char *title, size_t at,
                         const struct columns *c)
{
        const char *technical = json_member_string(measure, "technical");
        _cleanup_free_ char *examined = examined_text(w, measure, STRING_N_OF_M);

        if (technical)
                text_paint_status(w, view_status(measure, "technical"));
        layout_pad(w->out, technical ? report_status_word(technical, w->options->language) : "-", c->answer + 2);
        if (technical)
                text_end_paint(w);
        at += c->answer + c->examined + 4;
        if (!*title || at + TITLE_LEAST > w->width) {
                text_printf(w->out, "%s\n", examined);
                return;
        }
        layout_pad(w->out, examined, c->examined + 2);
        write_title(w, title, at);
        text_add_char(w->out, '\n');
}

static void write_measure(const struct text_report *w, const json_t *measure, const struct columns *c)
{
        const char *id = json_member_string(measure, "id");
        const char *title = view_title(json_object_get(w->report->titles, id ? id : ""), w->options->language);
        const size_t at = TEXT_INDENT + c->id + 2;

        layout_spaces(w->out, TEXT_INDENT);
        layout_pad(w->out, number_of(measure), c->id + 2);
        if (streq(json_member_string(measure, "technical"), "pass"))
                write_pass(w, measure, title, at);
        else
                write_answer(w, measure, title, at, c);
        if (!w->all)
                return;
        write_rest_of(w, measure, true, STRING_REST_HOST);
        write_rest_of(w, measure, false, STRING_REST_ORGANISATION);
}

/* ---- a policy ---- */

/* "nothing examined: 0-org-13 (17 parts), …" */
static void write_rest(const struct text_report *w, const json_t *measures, size_t from, size_t to, bool by_host,
                       enum report_string label)
{
        _cleanup_text_ struct text list = {0};

        for (size_t i = from; i < to; i++) {
                const json_t *measure = json_array_get(measures, i);
                bool host = json_member_string(measure, "technical") != NULL;

                if (!is_rest(measure) || host != by_host)
                        continue;
                text_printf(&list, "%s%s", list.length ? ", " : "", number_of(measure));
        }
        if (list.length)
                layout_field(w->out, w->width, TEXT_INDENT, (unsigned)layout_columns(text_word(w, label)) + 1,
                             text_word(w, label), text_string(&list));
}

static void write_heading(const struct text_report *w, const json_t *first, const struct columns *c, bool with_rows)
{
        const char *id = json_member_string(first, "id");
        _cleanup_free_ char *policy = id ? must_strndup(id, strcspn(id, ":")) : must_strdup("?");

        layout_paint(w->out, w->options->colour, LAYOUT_BOLD);
        if (with_rows) {
                layout_pad(w->out, policy, TEXT_INDENT + c->id + 2);
                layout_pad(w->out, text_word(w, STRING_ANSWER), c->answer + 2);
                layout_clean(w->out, text_word(w, STRING_EXAMINED));
        } else {
                layout_clean(w->out, policy);
        }
        text_end_paint(w);
        text_add_char(w->out, '\n');
}

static void write_policy(const struct text_report *w, const json_t *measures, size_t from, size_t to,
                         const struct columns *c)
{
        bool with_rows = false;

        for (size_t i = from; i < to; i++)
                with_rows = with_rows || w->all || !is_rest(json_array_get(measures, i));
        write_heading(w, json_array_get(measures, from), c, with_rows);
        for (size_t i = from; i < to; i++)
                if (w->all || !is_rest(json_array_get(measures, i)))
                        write_measure(w, json_array_get(measures, i), c);
        if (w->all)
                return;
        write_rest(w, measures, from, to, true, STRING_NOTHING_EXAMINED);
        write_rest(w, measures, from, to, false, STRING_HOST_NOT_NEEDED);
}

static struct columns columns_of(const struct text_report *w, const json_t *measures)
{
        struct columns c = {.answer = layout_columns(text_word(w, STRING_ANSWER))};
        json_t *measure;
        size_t i;

        for (int s = BIO_NA; s <= BIO_FAIL; s++) {
                size_t n = layout_columns(report_status_word(status_name((enum bio_status)s), w->options->language));

                c.answer = n > c.answer ? n : c.answer;
        }
        json_array_foreach (measures, i, measure) {
                _cleanup_free_ char *examined = examined_text(w, measure, STRING_N_OF_M);
                const char *full = json_member_string(measure, "id");
                size_t id = layout_columns(number_of(measure)), n = layout_columns(examined);
                size_t policy = full ? strcspn(full, ":") : 0;

                c.id = id > c.id ? id : c.id;
                if (policy > TEXT_INDENT + c.id) /* their headings stand in the same columns */
                        c.id = policy - TEXT_INDENT;
                c.examined = n > c.examined ? n : c.examined;
        }
        return c;
}

/* The organisation's answers in numbers: they are never merged with what a host shows. */
static void write_organisation(const struct text_report *w, const json_t *measures)
{
        static const char *const answers[] = {"open", "attested", "not-needed"};
        _cleanup_text_ struct text line = {0};
        json_t *measure;
        size_t i;

        text_printf(&line, "%s:", text_word(w, STRING_ORGANISATION));
        for (size_t a = 0; a < ELEMENTS(answers); a++) {
                size_t n = 0;

                json_array_foreach (measures, i, measure)
                        n += streq(json_member_string(measure, "organisational"), answers[a]);
                if (n)
                        text_printf(&line, "%s %zu %s", ends_with(text_string(&line), ":") ? "" : ",", n,
                                    report_organisational_word(answers[a], w->options->language));
        }
        if (!ends_with(text_string(&line), ":"))
                layout_wrap(w->out, w->width, 0, 0, text_string(&line));
}

void text_write_measures(const struct text_report *w)
{
        const json_t *all = json_object_get(w->report->payload, "measures");
        _cleanup_json_ json_t *measures = json_must(json_array());
        const bool with_advice = w->all || !view_has_measures(w->report);
        struct columns c;
        json_t *measure;
        size_t i, from;

        json_array_foreach (all, i, measure)
                if (with_advice || !view_measure_is_advice(measure))
                        json_push(measures, json_incref(measure));
        c = columns_of(w, measures);
        for (from = 0; from < json_array_size(measures); from = i) {
                for (i = from + 1; i < json_array_size(measures); i++)
                        if (!same_policy(json_array_get(measures, from), json_array_get(measures, i)))
                                break;
                write_policy(w, measures, from, i, &c);
        }
        write_organisation(w, measures);
}
