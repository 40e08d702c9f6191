/* SPDX-License-Identifier: EUPL-1.2 */
/* Whole reports of one record, as they stand in tests/unit/report/golden. GOLDEN_UPDATE=1 writes them anew: look at
 * what changed before it is committed. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/io.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "page/page.h"
#include "report/layout.h"
#include "report/report.h"

#define GOLDEN SOURCE_DIR "/tests/unit/report/golden/"
#define MOST   (1024 * 1024)

static char *read_whole(const char *path)
{
        char *bytes = NULL;
        size_t length = 0;
        int r = file_read(AT_FDCWD, path, MOST, &bytes, &length);

        if (r < 0)
                fail_msg("%s: %s", path, strerror(-r));
        return bytes;
}

static json_t *load(const char *name)
{
        _cleanup_free_ char *path = must_printf(GOLDEN "%s", name), *text = read_whole(path), *why = NULL;
        json_t *json;

        if (json_parse(text, strlen(text), &json, &why) < 0)
                fail_msg("%s: %s", path, why);
        return json;
}

static char *write_as(const char *format, const struct report_options *o)
{
        _cleanup_json_ json_t *record = load("record.json"), *descriptors = load("descriptors.json");
        _cleanup_json_ json_t *titles = load("titles.json");
        const struct report r = {.payload = record, .descriptors = descriptors, .titles = titles};
        struct text out = {0};

        assert_int_equal(report_writer_find(format)->write(&r, o, &out), 0);
        return text_take(&out);
}

/* Where threat-model.md lies depends on the build; the style has tests of its own. */
static char *without(const char *s, const char *what, const char *instead)
{
        struct text out = {0};
        const char *at;

        while ((at = strstr(s, what))) {
                text_append(&out, s, (size_t)(at - s));
                text_add(&out, instead);
                s = at + strlen(what);
        }
        text_add(&out, s);
        return text_take(&out);
}

static void reports_are_as_they_were_looked_at(void **state)
{
        static const struct {
                const char *name, *format;
                struct report_options options;
        } reports[] = {
                {"en.txt", "text", {.language = REPORT_EN, .width = 80, .as = "root"}},
                {"nl.txt", "text", {.language = REPORT_NL, .width = 80, .as = "root"}},
                {"user.txt", "text", {.language = REPORT_EN, .width = 80, .as = "uid 1000", .ordinary = true}},
                {"verbose.txt", "text", {.language = REPORT_EN, .width = 80, .as = "root", .verbose = true}},
                {"en.html", "html", {.language = REPORT_EN, .as = "root"}},
                {"nl.html", "html", {.language = REPORT_NL, .as = "uid 1000", .ordinary = true}},
                {"en.csv", "csv", {.language = REPORT_EN}},
                {"nl.csv", "csv", {.language = REPORT_NL}},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(reports); i++) {
                _cleanup_free_ char *path = must_printf(GOLDEN "%s", reports[i].name), *wanted = NULL;
                _cleanup_free_ char *whole = write_as(reports[i].format, &reports[i].options);
                _cleanup_free_ char *joined = without(whole, "\n" BIOAGENT_PREFIX "/" BIOAGENT_DATADIR, " DATADIR");
                _cleanup_free_ char *styled = without(joined, BIOAGENT_PREFIX "/" BIOAGENT_DATADIR, "DATADIR");
                _cleanup_free_ char *got = without(styled, page_style, "");

                if (getenv("GOLDEN_UPDATE"))
                        assert_int_equal(file_write_durably(AT_FDCWD, path, 0644, got, strlen(got), false), 0);
                wanted = read_whole(path);
                if (!streq(got, wanted))
                        fail_msg("%s is another; now it is:\n%s", path, got);
        }
}

/* A page by itself loads and runs nothing. */
static void html_has_no_script_and_nothing_from_elsewhere(void **state)
{
        static const char *const never[] = {"<script", "src=",    "http:", "https:", "url(", "@import", "<link",
                                            " on",     "<iframe", "<form", "<img",   "<b>",  "style=\""};

        (void)state;
        for (int language = REPORT_NL; language <= REPORT_EN; language++) {
                _cleanup_free_ char *html =
                        write_as("html", &(struct report_options){.language = (enum report_language)language});

                for (size_t i = 0; i < ELEMENTS(never); i++)
                        for (const char *at = html; (at = strstr(at, never[i])); at++)
                                if (!streq(never[i], " on") || strncmp(at + 3, "load", 4) == 0 ||
                                    strncmp(at + 3, "error", 5) == 0)
                                        fail_msg("%s is in the page: %.80s", never[i], at);
                assert_non_null(strstr(html, language == REPORT_NL ? "<html lang=\"nl\">" : "<html lang=\"en\">"));
                assert_non_null(strstr(html, "id=\"proof\""));
        }
}

static void dutch_reports_have_no_english_text_of_ours(void **state)
{
        static const char *const english[] = {"overrides",      "not installed", "absent",       "expected",
                                              "unreadable",     "not declared",  "at least",     "undecidable",
                                              "Match block of", "unit files",    "not examined", "failed"};
        static const char *const formats[] = {"text", "html", "csv"};

        (void)state;
        for (size_t f = 0; f < ELEMENTS(formats); f++) {
                _cleanup_free_ char *whole =
                        write_as(formats[f], &(struct report_options){.language = REPORT_NL, .width = 80});
                _cleanup_free_ char *unstyled = without(whole, page_style, "");
                _cleanup_free_ char *out = without(unstyled, ",expected,", ",");

                for (size_t i = 0; i < ELEMENTS(english); i++) {
                        const char *at = out;

                        while ((at = strstr(at, english[i]))) {
                                if (strncmp(at - 7, "class=\"", 7) != 0) /* a name of the style */
                                        fail_msg("%s: %.60s", formats[f], at);
                                at++;
                        }
                }
        }
}

/* ---- CSV ---- */

static size_t fields_of_first_line(const char *csv)
{
        size_t n = 1;

        for (; *csv != '\r'; csv++)
                n += *csv == ',';
        return n;
}

/* Every line has as many cells as the header; none begins with what a spreadsheet computes. */
static void csv_is_cells_that_compute_nothing(void **state)
{
        _cleanup_free_ char *csv = write_as("csv", &(struct report_options){.language = REPORT_EN});
        const size_t wanted = fields_of_first_line(csv);
        const char *p = strstr(csv, "\r\n") + 2;
        size_t lines = 0;

        (void)state;
        for (; *p; lines++) {
                for (size_t i = 0; i < wanted; i++) {
                        assert_int_equal(*p++, '"');
                        assert_null(*p ? strchr("=+-@\t\r\n", *p) : NULL);
                        while (*p != '"' || p[1] == '"')
                                p += *p == '"' ? 2 : 1;
                        assert_int_equal(p[1], i + 1 < wanted ? ',' : '\r');
                        p += 2;
                }
                assert_int_equal(*p++, '\n');
        }
        /* A finding of two measures stands on two lines: 1 + 1 + 1 + 2 + 1 + 1 + 5 × 3. */
        assert_int_equal(lines, 22);
        assert_non_null(strstr(csv, "\"'+1<b>&\"\"quoted\"\"</b>\""));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(reports_are_as_they_were_looked_at),
                cmocka_unit_test(html_has_no_script_and_nothing_from_elsewhere),
                cmocka_unit_test(dutch_reports_have_no_english_text_of_ours),
                cmocka_unit_test(csv_is_cells_that_compute_nothing),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
