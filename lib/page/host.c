/* SPDX-License-Identifier: EUPL-1.2 */
/* One host: measures with their parts, results with their evidence. */
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "page/page.h"
#include "record/record.h"
#include "texts/texts.h"

static const char *const severities[] = {"critical", "high", "medium", "low"};

/* The text of an object by language, else the other one, else `fallback`. */
static const char *titled(enum page_language language, const json_t *title, const char *fallback)
{
        static const char *const names[PAGE_LANGUAGES] = {[PAGE_NL] = "nl", [PAGE_EN] = "en"};
        const char *s = json_member_string(title, names[language]);

        if (!s)
                s = json_member_string(title, language == PAGE_EN ? "nl" : "en");
        return s && *s ? s : fallback;
}

static bool is_valid(const json_t *entry)
{
        return !json_is_false(json_object_get(entry, "valid"));
}

static void add_since(struct text *out, enum page_language language, const json_t *entry, int64_t now)
{
        const char *since = json_member_string(entry, "since");

        if (!since)
                return;
        text_add(out, "<span class=\"since\">");
        page_say(out, language, STRING_SINCE);
        text_add_char(out, ' ');
        page_moment(out, language, since, now, STRING_UNKNOWN_VALUE);
        text_add(out, "</span>");
}

/* --- measures -------------------------------------------------------------------------------------------------- */

/* A pass is never more than that nothing was found in what was examined. */
static void add_answer(struct text *out, enum page_language language, const json_t *measure)
{
        const char *technical = json_member_string(measure, "technical");
        int64_t numbers[2];
        size_t examined, parts;

        measure_examined(measure, &examined, &parts);
        numbers[0] = (int64_t)examined;
        numbers[1] = (int64_t)parts;
        if (technical && !is_valid(measure)) {
                page_badge(out, language, "unknown");
                text_add(out, " <span>");
                page_say(out, language, STRING_LAST_KNOWN);
                text_add(out, "</span> ");
        }
        if (technical)
                page_badge(out, language, technical);
        else
                page_badge(out, language, "none");
        text_add(out, " <span class=\"examined\">");
        page_say_numbers(out, language, streq(technical, "pass") ? STRING_NO_DEVIATION : STRING_PARTS_EXAMINED,
                         numbers);
        text_add(out, "</span>");
}

static void add_part(struct text *out, enum page_language language, const struct page_column *columns,
                     const json_t *part, const json_t *titles)
{
        const char *id = json_member_string(part, "id"), *technical = json_member_string(part, "technical");
        const char *why = json_member_string(part, "why");

        if (!id)
                return;
        text_add(out, "<tr role=\"row\">");
        page_cell(out, language, &columns[0]);
        text_add_html(out, titled(language, json_object_get(titles, id), id));
        text_add(out, "</td>");
        page_cell(out, language, &columns[1]);
        if (technical)
                page_badge(out, language, technical);
        else
                page_say(out, language, STRING_PART_ORGANISATION);
        if (why) {
                text_add(out, " <small>");
                text_add_html(out, page_word(language, why));
                text_add(out, "</small>");
        }
        text_add(out, "</td></tr>\n");
}

static void add_measure(struct text *out, enum page_language language, const json_t *measure, const json_t *words,
                        int64_t now)
{
        static const struct page_column columns[] = {{STRING_COLUMN_PART, false}, {STRING_COLUMN_ANSWER, false}};
        const char *id = json_member_string(measure, "id"),
                   *organisational = json_member_string(measure, "organisational");
        const json_t *part;
        size_t i;

        if (!id)
                return;
        text_add(out, "<details class=\"card\"><summary><span class=\"id\">");
        text_add_html(out, id);
        text_add(out, "</span> <span class=\"title\">");
        text_add_html(out, titled(language, json_object_get(words, "title"), ""));
        text_add(out, "</span> <span class=\"answer\">");
        add_answer(out, language, measure);
        text_add(out, "</span></summary>\n<p>");
        add_since(out, language, measure, now);
        if (organisational) {
                text_add_char(out, ' ');
                page_say(out, language, STRING_ORGANISATION_ANSWER);
                text_add_char(out, ' ');
                text_add_html(out, page_word(language, organisational));
                text_add_char(out, '.');
        }
        text_add(out, "</p>\n");
        if (json_array_size(json_object_get(measure, "parts")) > 0) {
                page_table(out, language, STRING_PARTS_CAPTION, columns, ELEMENTS(columns));
                json_array_foreach (json_object_get(measure, "parts"), i, part)
                        add_part(out, language, columns, part, json_object_get(words, "parts"));
                page_table_end(out);
        }
        text_add(out, "</details>\n");
}

void page_host_measures(struct text *out, enum page_language language, const json_t *measures, const json_t *titles,
                        int64_t now)
{
        const json_t *measure;
        size_t i;

        json_array_foreach (measures, i, measure) {
                const char *id = json_member_string(measure, "id");

                add_measure(out, language, measure, id ? json_object_get(titles, id) : NULL, now);
        }
}

/* --- evidence -------------------------------------------------------------------------------------------------- */

static void add_term(struct text *out, enum page_language language, enum page_string term, const char *value)
{
        if (!value)
                return;
        text_add(out, "<div><dt>");
        page_say(out, language, term);
        text_add(out, "</dt><dd>");
        text_add_html(out, value);
        text_add(out, "</dd></div>");
}

/* What is not known is not compared with what it should be. */
static bool is_unknown(const char *actual)
{
        return actual && (starts_with(actual, "(unreadable: ") || starts_with(actual, "(undecidable: "));
}

static void add_evidence(struct text *out, enum page_language language, const json_t *evidence)
{
        const char *source = json_member_string(evidence, "source");
        const char *key = texts_key(json_member_string(evidence, "key"), language == PAGE_NL);
        const char *actual = json_member_string(evidence, "actual"), *note = json_member_string(evidence, "note");
        const char *expected = json_member_string(evidence, "expected");
        int64_t line = json_member_integer(evidence, "line", 0);
        bool decides = json_is_true(json_object_get(evidence, "decides"));

        text_printf(out, "<li%s>", decides ? " class=\"decides\"" : "");
        if (source) {
                text_add(out, "<span class=\"source\">");
                page_text(out, language, source);
                text_add(out, "</span>");
        }
        if (line > 0) {
                text_add(out, " <small>");
                page_say_numbers(out, language, STRING_LINE, &line);
                text_add(out, "</small>");
        }
        if (decides) {
                text_add(out, " <small class=\"tag\">");
                page_say(out, language, STRING_DECIDES);
                text_add(out, "</small>");
        }
        if (key || (actual && *actual)) { /* a list has no value */
                text_add(out, source || line > 0 || decides ? "<br><code>" : "<code>");
                text_add_html(out, key ? key : "");
                text_add(out, key && actual ? " = " : "");
                page_text(out, language, actual);
                text_add(out, "</code>");
        }
        if (expected && !is_unknown(actual)) {
                text_add(out, " <span class=\"expected\">");
                page_say(out, language, STRING_EXPECTED);
                text_add(out, ": ");
                if (streq(expected, "(absent)"))
                        page_say(out, language, STRING_EXPECTED_NONE);
                else
                        page_text(out, language, expected);
                text_add(out, "</span>");
        }
        if (note) {
                text_add(out, "<br><span class=\"note\">");
                page_text(out, language, note);
                text_add(out, "</span>");
        }
        text_add(out, "</li>");
}

static void add_finding(struct text *out, enum page_language language, const struct page_column *columns,
                        const json_t *finding)
{
        const char *subject = json_member_string(finding, "subject"), *status = json_member_string(finding, "status");
        const json_t *evidence = json_object_get(finding, "evidence"), *entry;
        size_t i;

        text_add(out, "<tr role=\"row\">");
        page_cell(out, language, &columns[0]);
        if (subject)
                text_add_html(out, subject);
        else
                page_say(out, language, STRING_ERASED);
        text_add(out, "</td>");
        page_cell(out, language, &columns[1]);
        page_badge(out, language, status ? status : "unknown");
        text_add(out, "</td>");
        page_cell(out, language, &columns[2]);
        if (json_array_size(evidence) == 0)
                page_say(out, language, STRING_NO_EVIDENCE);
        else
                text_add(out, "<ul class=\"evidence\">");
        json_array_foreach (evidence, i, entry)
                add_evidence(out, language, entry);
        text_add(out, json_array_size(evidence) == 0 ? "</td></tr>\n" : "</ul></td></tr>\n");
}

static void add_findings(struct text *out, enum page_language language, const json_t *result)
{
        static const struct page_column columns[] = {
                {STRING_COLUMN_SUBJECT, false}, {STRING_COLUMN_STATUS, false}, {STRING_COLUMN_EVIDENCE, false}};
        const json_t *findings = json_object_get(result, "findings"), *finding, *count;
        int64_t numbers[2] = {0, (int64_t)json_array_size(findings)};
        const char *key;
        size_t i;

        if (numbers[1] == 0)
                return;
        page_table(out, language, STRING_FINDINGS_CAPTION, columns, ELEMENTS(columns));
        json_array_foreach (findings, i, finding)
                add_finding(out, language, columns, finding);
        page_table_end(out);
        json_object_foreach ((json_t *)json_object_get(result, "counts"), key, count)
                numbers[0] += json_integer_value(count);
        if (numbers[0] > numbers[1]) {
                text_add(out, "<p class=\"more\">");
                page_say_numbers(out, language, STRING_MORE_FINDINGS, numbers);
                text_add(out, "</p>\n");
        }
}

/* As they are to be typed, their comments in the reader's language. */
static void add_commands(struct text *out, enum page_language language, const char *commands)
{
        _cleanup_free_ char *dutch = language == PAGE_NL ? texts_dutch_commands(commands) : NULL;

        text_add(out, "<pre><code>");
        text_add_html(out, dutch ? dutch : commands);
        text_add(out, "</code></pre>");
}

static void add_command_term(struct text *out, enum page_language language, enum page_string term, const char *commands)
{
        if (!commands)
                return;
        text_add(out, "<div><dt>");
        page_say(out, language, term);
        text_add(out, "</dt><dd>");
        add_commands(out, language, commands);
        text_add(out, "</dd></div>");
}

static void add_fix(struct text *out, enum page_language language, const json_t *fix)
{
        const char *commands = json_member_string(fix, "commands");

        if (!commands)
                return;
        text_add(out, "<details class=\"fix\"><summary>");
        page_say(out, language, STRING_FIX);
        text_add(out, "</summary>\n");
        add_commands(out, language, commands);
        text_add(out, "\n<dl>");
        add_command_term(out, language, STRING_FIX_RELOAD, json_member_string(fix, "reload"));
        add_term(out, language, STRING_FIX_RISK, titled(language, json_object_get(fix, "risk"), NULL));
        add_command_term(out, language, STRING_FIX_UNDO, json_member_string(fix, "undo"));
        text_add(out, "</dl></details>\n");
}

static void add_because(struct text *out, enum page_language language, const char *because)
{
        if (!because)
                return;
        text_add(out, "<div><dt>");
        page_say(out, language, STRING_BECAUSE);
        text_add(out, "</dt><dd>");
        page_text(out, language, because);
        text_add(out, "</dd></div>");
}

static void add_bears_on(struct text *out, enum page_language language, const json_t *measures)
{
        const json_t *entry;
        size_t i;

        if (json_array_size(measures) == 0)
                return;
        text_add(out, "<div><dt>");
        page_say(out, language, STRING_BEARS_ON);
        text_add(out, "</dt><dd>");
        json_array_foreach (measures, i, entry) {
                text_add(out, i > 0 ? ", " : "");
                text_add_html(out, json_is_string(entry) ? json_string_value(entry) : "");
        }
        text_add(out, "</dd></div>");
}

/* What a policy asks otherwise than by default: it tells two results of one check apart. */
static void add_with(struct text *out, const json_t *with)
{
        json_t *value;
        const char *key;

        json_object_foreach ((json_t *)with, key, value) {
                _cleanup_free_ char *other = json_is_string(value) ? NULL : json_text(value);

                text_add(out, "<code>");
                text_add_html(out, key);
                text_add_char(out, '=');
                text_add_html(out, other ? other : json_string_value(value));
                text_add(out, "</code> ");
        }
}

static void add_result(struct text *out, enum page_language language, const json_t *result, const json_t *descriptor,
                       int64_t now)
{
        const char *check = json_member_string(result, "check"), *status = json_member_string(result, "status");
        bool open = streq(status, "fail") || streq(status, "error");

        if (!check || !status)
                return;
        text_printf(out, "<details class=\"card\"%s><summary><span class=\"id\">", open ? " open" : "");
        text_add_html(out, check);
        text_add(out, "</span> ");
        add_with(out, json_object_get(result, "with"));
        text_add(out, "<span class=\"title\">");
        text_add_html(out, titled(language, json_object_get(descriptor, "title"), ""));
        text_add(out, "</span> <span class=\"answer\">");
        if (!is_valid(result)) {
                page_badge(out, language, "unknown");
                text_add(out, " <span>");
                page_say(out, language, STRING_LAST_KNOWN);
                text_add(out, "</span> ");
        }
        page_badge(out, language, status);
        text_add_char(out, ' ');
        add_since(out, language, result, now);
        text_add(out, "</span></summary>\n");
        if (titled(language, json_object_get(descriptor, "why"), NULL)) {
                text_add(out, "<p>");
                text_add_html(out, titled(language, json_object_get(descriptor, "why"), ""));
                text_add(out, "</p>\n");
        }
        text_add(out, "<dl>");
        add_because(out, language, json_member_string(result, "because"));
        text_add(out, "<div><dt>");
        page_say(out, language, STRING_OBSERVED);
        text_add(out, "</dt><dd>");
        page_moment(out, language, json_member_string(result, "observed_at"), now, STRING_UNKNOWN_VALUE);
        text_add(out, "</dd></div>");
        add_bears_on(out, language, json_object_get(result, "measures"));
        text_add(out, "</dl>\n");
        add_findings(out, language, result);
        if (!streq(status, "pass") && !streq(status, "na"))
                add_fix(out, language, json_object_get(descriptor, "fix"));
        text_add(out, "</details>\n");
}

static bool is_severity(const json_t *descriptor, const char *severity)
{
        const char *own = json_member_string(descriptor, "severity");

        for (size_t i = 0; i < ELEMENTS(severities); i++)
                if (streq(own, severities[i]))
                        return streq(own, severity);
        return !severity;
}

void page_host_results(struct text *out, enum page_language language, const json_t *results, const json_t *descriptors,
                       int64_t now)
{
        const json_t *result;
        size_t i, s, severity;

        /* What needs work first, and of that the most severe. */
        for (s = 0; s < PAGE_STATUSES; s++)
                for (severity = 0; severity <= ELEMENTS(severities); severity++)
                        json_array_foreach (results, i, result) {
                                const char *check = json_member_string(result, "check");
                                const json_t *descriptor = check ? json_object_get(descriptors, check) : NULL;

                                if (check && streq(json_member_string(result, "status"), page_statuses[s]) &&
                                    is_severity(descriptor,
                                                severity < ELEMENTS(severities) ? severities[severity] : NULL))
                                        add_result(out, language, result, descriptor, now);
                        }
}
