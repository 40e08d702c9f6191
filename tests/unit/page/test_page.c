/* SPDX-License-Identifier: EUPL-1.2 */
/* Pieces of pages: words, moments, evidence; and that the colours can be told from their grounds. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/io.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/term.h"
#include "page/page.h"

#define NOW 1800000000 /* 2027-01-15T08:00:00Z */

static json_t *parsed(const char *text)
{
        json_t *json = NULL;

        assert_int_equal(json_parse(text, strlen(text), &json, NULL), 0);
        return json;
}

static void every_word_is_there(void **state)
{
        size_t language, id;

        (void)state;
        for (language = 0; language < PAGE_LANGUAGES; language++)
                for (id = 0; id < PAGE_STRINGS; id++) {
                        const char *s = page_string((enum page_language)language, (enum page_string)id);

                        assert_non_null(s);
                        assert_true(*s != '\0');
                        assert_true(utf8_valid(s, strlen(s)));
                }
        assert_string_equal(page_word(PAGE_NL, "fail"), "afwijking");
        assert_string_equal(page_word(PAGE_NL, "something-new"), "something-new");
        assert_string_equal(page_counted(PAGE_NL, "fail"), "met afwijking");
        assert_string_equal(page_counted(PAGE_NL, "manual"), "handmatig");
        assert_string_equal(page_word(PAGE_EN, "pass"), "no deviation");
        assert_string_equal(page_counted(PAGE_EN, "fail"), "failed");
}

static void expect_moment(int64_t at, const char *says)
{
        _cleanup_text_ struct text out = {0};
        char moment[MOMENT_TEXT];

        moment_format(at, moment);
        page_moment(&out, PAGE_NL, moment, NOW, STRING_NEVER);
        if (!strstr(text_string(&out), says))
                fail_msg("%s lacks %s", text_string(&out), says);
}

static void moments_say_how_long_ago(void **state)
{
        _cleanup_text_ struct text never = {0}, odd = {0};

        (void)state;
        expect_moment(NOW - 30, "15 jan 2027, 07:59 UTC</time> <small>(zojuist)");
        expect_moment(NOW - 90, "(een minuut geleden)");
        expect_moment(NOW - 600, "(10 minuten geleden)");
        expect_moment(NOW - 5000, "(een uur geleden)");
        expect_moment(NOW - 10000, "(2 uur geleden)");
        expect_moment(NOW - 100000, "(een dag geleden)");
        expect_moment(NOW - 1000000, "(11 dagen geleden)");
        expect_moment(NOW + 30, "(binnen een minuut)");
        expect_moment(NOW + 600, "(over 10 minuten)");
        expect_moment(NOW + 86400, "(over 24 uur)");
        expect_moment(NOW + 1000000, "(over 11 dagen)");
        page_moment(&never, PAGE_NL, NULL, NOW, STRING_NEVER);
        assert_string_equal(text_string(&never), "nog nooit");
        page_moment(&odd, PAGE_NL, "<b>", NOW, STRING_NEVER);
        assert_string_equal(text_string(&odd), "nog nooit");
}

static void evidence_shows_what_decided(void **state)
{
        _cleanup_json_ json_t *results = parsed(
                "[{\"check\":\"ssh.root-login\",\"status\":\"fail\",\"observed_at\":\"2027-01-15T07:00:00Z\","
                "\"because\":\"package x\","
                "\"measures\":[\"bio2:5.16.02/"
                "a\"],\"counts\":{\"fail\":3},\"findings\":[{\"subject\":\"user:a&b\",\"status\":\"fail\","
                "\"evidence\":[{\"source\":\"/etc/"
                "x\",\"line\":12,\"key\":\"k\",\"actual\":\"yes\",\"expected\":\"no\",\"decides\":true,"
                "\"note\":\"n\"}]},{\"status\":\"pass\",\"evidence\":[]}]},"
                "{\"check\":\"a.pass\",\"status\":\"pass\",\"findings\":[]},{\"check\":7},{\"status\":\"fail\"},3]");
        _cleanup_json_ json_t *descriptors =
                parsed("{\"ssh.root-login\":{\"title\":{\"nl\":\"Titel\"},\"fix\":{\"commands\":\"one\\ntwo "
                       "<x>\",\"reload\":\"r\\nsshd -T    # both no?\",\"risk\":{\"nl\":\"let op\"},\"undo\":\"u\"}}}");
        _cleanup_text_ struct text out = {0};
        const char *html;

        (void)state;
        page_host_results(&out, PAGE_NL, results, descriptors, NOW);
        html = text_string(&out);
        assert_non_null(strstr(html, "user:a&amp;b"));
        assert_non_null(strstr(html, "<li class=\"decides\"><span class=\"source\">/etc/x</span>"));
        assert_non_null(strstr(html, "regel 12"));
        assert_non_null(strstr(html, "<code>k = yes</code>"));
        assert_non_null(strstr(html, "verwacht: no"));
        assert_non_null(strstr(html, "Titel"));
        assert_non_null(strstr(html, "<pre><code>one\ntwo &lt;x&gt;</code></pre>"));
        assert_non_null(strstr(html, "<pre><code>r\nsshd -T    # beide no?</code></pre>"));
        assert_non_null(strstr(html, "Bevindingen geteld: 3; hier getoond: 2."));
        assert_non_null(strstr(html, "gewist")); /* a subject that was disclosed once */
        /* What needs work comes first. */
        assert_true(strstr(html, "ssh.root-login") < strstr(html, "a.pass"));
}

static void what_is_no_longer_valid_is_unknown_with_the_last_answer(void **state)
{
        _cleanup_json_ json_t *measures = parsed("[{\"id\":\"bio2:5.16.02\",\"technical\":\"pass\",\"organisational\":"
                                                 "\"open\",\"valid\":false,\"parts\":[]}]");
        _cleanup_text_ struct text out = {0};

        (void)state;
        page_host_measures(&out, PAGE_NL, measures, NULL, NOW);
        assert_non_null(strstr(text_string(&out),
                               "<span class=\"badge unknown\">onbekend</span> <span>laatst bekend:</span> "
                               "<span class=\"badge pass\">geen afwijking</span>"));
}

static void a_bar_has_the_shares_of_what_is_counted(void **state)
{
        _cleanup_json_ json_t *counts = parsed("{\"fail\":1,\"pass\":3,\"none\":100}"), *empty = parsed("{}");
        _cleanup_text_ struct text out = {0}, nothing = {0};

        (void)state;
        page_bar(&out, counts);
        assert_non_null(strstr(text_string(&out), "class=\"fail\" x=\"0.00\" y=\"0\" width=\"250.00\""));
        assert_non_null(strstr(text_string(&out), "class=\"pass\" x=\"250.00\" y=\"0\" width=\"750.00\""));
        page_bar(&nothing, empty);
        assert_string_equal(text_string(&nothing), "");
}

/* What a page says of signatures is what docs/threat-model.md says. */
static void the_foot_says_what_the_threat_model_says(void **state)
{
        static const enum page_string lists[] = {STRING_PROOF_DETECTED_LIST, STRING_PROOF_NOT_DETECTED_LIST};
        _cleanup_free_ char *model = NULL;
        size_t i, length, items = 0;

        (void)state;
        assert_int_equal(file_read(AT_FDCWD, SOURCE_DIR "/docs/threat-model.md", 65536, &model, &length), 0);
        for (i = 0; i < ELEMENTS(lists); i++) {
                const char *s = page_string(PAGE_EN, lists[i]);

                while (*s) {
                        size_t n = strcspn(s, "|");
                        _cleanup_free_ char *item = must_strndup(s, n), *row = must_printf("\n| %s |", item);

                        if (!strstr(model, row))
                                fail_msg("docs/threat-model.md has no row \"%s\"", item);
                        s += n + (s[n] == '|');
                        items++;
                }
        }
        assert_int_equal(items, 9);
}

/* --- contrast, as WCAG 2.1 defines it --------------------------------------------------------------------------- */

/* x to the power 2.4, for x from 0 to 1: x² times the fifth root of x², by Newton's method. */
static double power(double x)
{
        double square = x * x, root = 1;
        unsigned i;

        for (i = 0; i < 60; i++)
                root -= (root * root * root * root * root - square) / (5 * root * root * root * root);
        return square * root;
}

static double channel(unsigned value)
{
        double c = value / 255.0;

        return c <= 0.04045 ? c / 12.92 : power((c + 0.055) / 1.055);
}

static double luminance(unsigned rgb)
{
        return 0.2126 * channel(rgb >> 16 & 255) + 0.7152 * channel(rgb >> 8 & 255) + 0.0722 * channel(rgb & 255);
}

/* Of the style's variable: three or six digits. */
static unsigned colour(const char *style, const char *name)
{
        _cleanup_free_ char *wanted = must_printf("--%s:#", name);
        const char *at = strstr(style, wanted);
        unsigned long value;
        char *end;

        if (streq(name, "white"))
                return 0xffffff;
        if (!at)
                fail_msg("no colour %s", name);
        at += strlen(wanted);
        value = strtoul(at, &end, 16);
        if (end - at == 3)
                value = (value >> 8 & 15) * 0x110000 + (value >> 4 & 15) * 0x1100 + (value & 15) * 0x11;
        return (unsigned)value;
}

static void text_can_be_told_from_its_ground(void **state)
{
        static const char *const pairs[][2] = {
                {"ink", "ground"},     {"ink", "paper"},          {"soft", "ground"},      {"soft", "paper"},
                {"link", "paper"},     {"link", "ground"},        {"white", "brand"},      {"fail", "fail-bg"},
                {"error", "error-bg"}, {"unknown", "unknown-bg"}, {"manual", "manual-bg"}, {"pass", "pass-bg"},
                {"na", "na-bg"},       {"ink", "fail-bg"},        {"ink", "error-bg"},     {"ink", "head"},
        };
        const char *const dark = strstr(page_style, "prefers-color-scheme:dark");
        const char *const styles[] = {page_style, dark};
        size_t i, s;

        (void)state;
        assert_non_null(dark);
        for (s = 0; s < ELEMENTS(styles); s++)
                for (i = 0; i < ELEMENTS(pairs); i++) {
                        double a = luminance(colour(styles[s], pairs[i][0]));
                        double b = luminance(colour(styles[s], pairs[i][1]));
                        double contrast = ((a > b ? a : b) + 0.05) / ((a > b ? b : a) + 0.05);

                        if (contrast < 4.5)
                                fail_msg("%s on %s: %.2f", pairs[i][0], pairs[i][1], contrast);
                }
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_word_is_there),
                cmocka_unit_test(moments_say_how_long_ago),
                cmocka_unit_test(evidence_shows_what_decided),
                cmocka_unit_test(what_is_no_longer_valid_is_unknown_with_the_last_answer),
                cmocka_unit_test(a_bar_has_the_shares_of_what_is_counted),
                cmocka_unit_test(the_foot_says_what_the_threat_model_says),
                cmocka_unit_test(text_can_be_told_from_its_ground),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
