/* SPDX-License-Identifier: EUPL-1.2 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/diag.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/text.h"

static void buffer_grows_and_stays_terminated(void **state)
{
        _cleanup_text_ struct text t = {0};
        size_t i;

        (void)state;
        assert_string_equal(text_string(&t), "");
        for (i = 0; i < 1000; i++) {
                text_printf(&t, "%zu,", i);
                assert_int_equal(strlen(text_string(&t)), t.length);
        }
        assert_true(starts_with(text_string(&t), "0,1,2,3,"));
        assert_true(ends_with(text_string(&t), ",998,999,"));
        text_clear(&t);
        assert_string_equal(text_string(&t), "");
        text_append(&t, "a\0b", 3);
        assert_int_equal(t.length, 3);
        assert_memory_equal(t.data, "a\0b", 4);
}

static void formatting_longer_than_the_room_is_whole(void **state)
{
        _cleanup_text_ struct text t = {0};
        _cleanup_free_ char *wide = must_printf("%0300d", 7);

        (void)state;
        text_add(&t, "x");
        text_printf(&t, "%s-%s", wide, wide);
        assert_int_equal(t.length, 1 + 300 + 1 + 300);
        assert_true(ends_with(t.data, wide));
}

static void taken_text_leaves_an_empty_buffer(void **state)
{
        struct text t = {0};
        _cleanup_free_ char *nothing = text_take(&t);
        _cleanup_free_ char *something = NULL;

        (void)state;
        assert_string_equal(nothing, "");
        text_add_char(&t, 'x');
        something = text_take(&t);
        assert_string_equal(something, "x");
        assert_null(t.data);
        assert_int_equal(t.length, 0);
}

static const struct {
        const char *bytes;
        size_t length;
        const char *safe;
} safe_forms[] = {
#define SAFE(bytes, safe) (bytes), sizeof(bytes) - 1, (safe)
        {SAFE("", "")},
        {SAFE("PermitRootLogin no", "PermitRootLogin no")},
        {SAFE("C:\\temp", "C:\\\\temp")},
        {SAFE("tab\tnewline\nnul\0del\x7f", "tab\\x09newline\\x0anul\\x00del\\x7f")},
        {SAFE("\x1b[31mred", "\\x1b[31mred")},
        {SAFE("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80")},
        {SAFE("\xc2\x85\xc2\xa0", "\\xc2\\x85\xc2\xa0")}, /* NEL is a control, no-break space is none */
        {SAFE("latin\xe9", "latin\\xe9")},
        {SAFE("\xc0\xaf", "\\xc0\\xaf")},                   /* overlong '/' */
        {SAFE("\xe0\x80\xaf", "\\xe0\\x80\\xaf")},          /* overlong '/', three bytes */
        {SAFE("\xed\xa0\x80", "\\xed\\xa0\\x80")},          /* surrogate */
        {SAFE("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80")}, /* above U+10FFFF */
        {SAFE("\xf0\x8f\xbf\xbf", "\\xf0\\x8f\\xbf\\xbf")}, /* overlong U+FFFF */
        {SAFE("\xe2\x82", "\\xe2\\x82")},                   /* cut off */
        {SAFE("\xe2\x28\xa1", "\\xe2(\\xa1")},
        {SAFE("\xff\xfe", "\\xff\\xfe")},
};

static void bytes_become_safe_text_and_come_back(void **state)
{
        size_t i, length;

        (void)state;
        for (i = 0; i < ELEMENTS(safe_forms); i++) {
                _cleanup_free_ char *safe = safe_string(safe_forms[i].bytes, safe_forms[i].length);
                _cleanup_free_ char *back = NULL;

                assert_string_equal(safe, safe_forms[i].safe);
                assert_int_equal(unsafe_bytes(safe, &back, &length), 0);
                assert_int_equal(length, safe_forms[i].length);
                assert_memory_equal(back, safe_forms[i].bytes, length + 1);
        }
}

static void text_that_is_not_safe_text_is_refused(void **state)
{
        static const char *const foreign[] = {"\\",         "\\x",  "\\x1", "\\xzz", "\\n",     "\\x41",   "\\x1B",
                                              "\\xc3\\xa9", "a\nb", "\xff", "\\x5c", "end\\x0", "\xc2\x80"};
        _cleanup_free_ char *back = NULL;
        size_t i, length;

        (void)state;
        for (i = 0; i < ELEMENTS(foreign); i++)
                assert_int_equal(unsafe_bytes(foreign[i], &back, &length), -EINVAL);
        assert_null(back);
}

static void utf8_is_judged_as_rfc_3629_says(void **state)
{
        (void)state;
        assert_true(utf8_valid("", 0));
        assert_true(utf8_valid("a\0b", 3));
        assert_true(utf8_valid("\xf4\x8f\xbf\xbf", 4));
        assert_true(utf8_valid("\xed\x9f\xbf\xee\x80\x80", 6));
        assert_true(utf8_valid("\xe0\xa0\x80\xf0\x90\x80\x80", 7));
        assert_false(utf8_valid("\x80", 1));
        assert_false(utf8_valid("\xc1\xbf", 2));
        assert_false(utf8_valid("\xf5\x80\x80\x80", 4));
        assert_false(utf8_valid("a\xc3", 2));
        assert_false(utf8_valid("\xe2\x82\x28", 3));
}

static void what_nobody_sees_is_shown(void **state)
{
        static const struct {
                const char *text, *shown;
        } names[] = {
                {"rev\xe2\x80\xae"
                 "ersed",
                 "rev\\xe2\\x80\\xae"
                 "ersed"}, /* what is behind it reads from right to left */
                {"\xe2\x80\x8b", "\\xe2\\x80\\x8b"},
                {"soft\xc2\xadhyphen", "soft\\xc2\\xadhyphen"},
                {"\xe2\x80\xa8next", "\\xe2\\x80\\xa8next"},
                {"\xef\xbb\xbfmark", "\\xef\\xbb\\xbfmark"},
                {"\xf3\xa0\x80\xa1", "\\xf3\\xa0\\x80\\xa1"},
                {"\xe2\x80\xa6", "\xe2\x80\xa6"}, /* an ellipsis, between two ranges */
                {"na\xc3\xaf"
                 "ef \xe2\x82\xac \xf0\x9f\x94\x91",
                 "na\xc3\xaf"
                 "ef \xe2\x82\xac \xf0\x9f\x94\x91"},
                {"cut\xe2\x80", "cut\xe2\x80"},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(names); i++) {
                _cleanup_text_ struct text t = {0};

                text_add_html(&t, names[i].text);
                assert_string_equal(text_string(&t), names[i].shown);
        }
}

static void html_shows_what_was_meant(void **state)
{
        _cleanup_text_ struct text t = {0};

        (void)state;
        text_add_html(&t, "<a href=\"x\">'&amp;</a>");
        assert_string_equal(t.data, "&lt;a href=&quot;x&quot;&gt;&#39;&amp;amp;&lt;/a&gt;");
        text_add_html(&t, "");
        text_add_html(&t, "plain");
        assert_true(ends_with(t.data, "&gt;plain"));
}

static void base64url_matches_rfc_4648(void **state)
{
        static const char *const vectors[][2] = {
                {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
                {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff\xfe", "-__-"}};
        size_t i, length;

        (void)state;
        for (i = 0; i < ELEMENTS(vectors); i++) {
                _cleanup_free_ char *encoded = base64url_encode(vectors[i][0], strlen(vectors[i][0]));
                _cleanup_free_ unsigned char *decoded = NULL;

                assert_string_equal(encoded, vectors[i][1]);
                assert_int_equal(base64url_decode(encoded, strlen(encoded), &decoded, &length), 0);
                assert_int_equal(length, strlen(vectors[i][0]));
                assert_memory_equal(decoded, vectors[i][0], length + 1);
        }
}

static void base64url_has_one_spelling(void **state)
{
        static const char *const foreign[] = {"Zg==",  "Zg=",  "Zh",   "Zm9",    "Z",         "Zm9vY",
                                              "Zm 9v", "Zm+v", "Zm/v", "Zm9v\n", "\xc3\xa9gg"};
        _cleanup_free_ unsigned char *decoded = NULL;
        size_t i, length;

        (void)state;
        for (i = 0; i < ELEMENTS(foreign); i++)
                assert_int_equal(base64url_decode(foreign[i], strlen(foreign[i]), &decoded, &length), -EINVAL);
        assert_int_equal(base64url_decode("Zm\0v", 4, &decoded, &length), -EINVAL);
        assert_null(decoded);
}

static void hex_is_lower_case(void **state)
{
        _cleanup_free_ char *hex = hex_encode("\x00\x7f\xAB\xff", 4);

        (void)state;
        assert_string_equal(hex, "007fabff");
        assert_true(is_hex(hex, 8));
        assert_false(is_hex(hex, 7));
        assert_false(is_hex(hex, 9));
        assert_false(is_hex("007FABFF", 8));
        assert_true(is_hex("", 0));
}

static void strings_compare(void **state)
{
        (void)state;
        assert_true(streq(NULL, NULL));
        assert_false(streq(NULL, ""));
        assert_false(streq("a", NULL));
        assert_true(streq("a", "a"));
        assert_true(starts_with("abc", ""));
        assert_true(starts_with("abc", "ab"));
        assert_false(starts_with("ab", "abc"));
        assert_true(ends_with("abc", "bc"));
        assert_false(ends_with("bc", "abc"));
}

static void numbers_are_whole_strings(void **state)
{
        static const char *const malformed[] = {"", " 1", "1 ", "+1", "0x10", "1.0", "1e3", "--1", "-"};
        uint64_t u = 0;
        int64_t i = 0;
        size_t n;

        (void)state;
        for (n = 0; n < ELEMENTS(malformed); n++) {
                assert_int_equal(parse_u64(malformed[n], &u), -EINVAL);
                assert_int_equal(parse_i64(malformed[n], &i), -EINVAL);
        }
        assert_int_equal(parse_u64("-1", &u), -EINVAL);
        assert_int_equal(parse_u64("18446744073709551615", &u), 0);
        assert_true(u == UINT64_MAX);
        assert_int_equal(parse_u64("18446744073709551616", &u), -ERANGE);
        assert_int_equal(parse_u64("99999999999999999999999999", &u), -ERANGE);
        assert_int_equal(parse_u64("0022", &u), 0);
        assert_int_equal(u, 22);
        assert_int_equal(parse_i64("9223372036854775807", &i), 0);
        assert_true(i == INT64_MAX);
        assert_int_equal(parse_i64("9223372036854775808", &i), -ERANGE);
        assert_int_equal(parse_i64("-9223372036854775808", &i), 0);
        assert_true(i == INT64_MIN);
        assert_int_equal(parse_i64("-9223372036854775809", &i), -ERANGE);
}

static void arrays_double(void **state)
{
        size_t allocated = 0;
        int *array = NULL;

        (void)state;
        array = must_grow(array, &allocated, 1, sizeof(*array));
        assert_true(allocated >= 1);
        allocated = 100;
        array = must_realloc(array, allocated, sizeof(*array));
        array = must_grow(array, &allocated, 100, sizeof(*array));
        assert_int_equal(allocated, 100);
        array = must_grow(array, &allocated, 101, sizeof(*array));
        assert_int_equal(allocated, 200);
        array = must_grow(array, &allocated, 1000, sizeof(*array));
        assert_int_equal(allocated, 1000);
        free(array);
}

static void hash_matches_the_reference(void **state)
{
        /* SipHash-1-3 of nothing, 0, and 0 1 under the key 00 01 … 0f: vectors of the Rust core library. */
        static const uint64_t expected[] = {0xabac0158050fc4dc, 0xc9f49bf37d57ca93, 0x82cb9b024dc7d44d};
        static const uint64_t key[2] = {0x0706050403020100, 0x0f0e0d0c0b0a0908};
        static const unsigned char bytes[] = {0, 1, 2};
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(expected); i++)
                assert_true(hash_bytes_keyed(key, bytes, i) == expected[i]);
        assert_true(hash_bytes("abcdefghijk", 11) == hash_bytes("abcdefghijk", 11));
        assert_true(hash_bytes("abcdefghijk", 11) != hash_bytes("abcdefghijl", 11));
}

static void diagnostics_say_where_and_what(void **state)
{
        _cleanup_diag_ struct diag d = {0};
        _cleanup_free_ char *printed = NULL;
        size_t size;
        FILE *to = open_memstream(&printed, &size);

        (void)state;
        assert_int_equal(diag_add(&d, DIAG_WARNING, NULL, 0, 0, "no configuration"), -EINVAL);
        assert_false(d.failed);
        diag_add(&d, DIAG_ERROR, "/etc/bioagent/bioagent.yml", 3, 7, "unknown key \"%s\"", "a\x1b[2J");
        assert_true(d.failed);
        diag_add(&d, DIAG_NOTE, "f\ng", 3, 0, "whole line");
        diag_add(&d, DIAG_NOTE, "f", 0, 0, "whole file");
        diag_print(&d, to);
        (void)fclose(to);
        assert_string_equal(printed, "warning: no configuration\n"
                                     "/etc/bioagent/bioagent.yml:3:7: error: unknown key \"a\\x1b[2J\"\n"
                                     "f\\x0ag:3: note: whole line\n"
                                     "f: note: whole file\n");
        assert_int_equal(diag_add(NULL, DIAG_ERROR, NULL, 0, 0, "nobody listens"), -EINVAL);
}

static void diagnostics_are_bounded(void **state)
{
        _cleanup_diag_ struct diag d = {0};
        _cleanup_free_ char *printed = NULL;
        size_t size;
        FILE *to = open_memstream(&printed, &size);
        size_t i;

        (void)state;
        for (i = 0; i < DIAG_MOST; i++)
                diag_add(&d, DIAG_WARNING, NULL, 0, 0, "%zu", i);
        assert_false(d.failed);
        diag_add(&d, DIAG_ERROR, NULL, 0, 0, "one too many");
        assert_int_equal(d.count, DIAG_MOST);
        assert_int_equal(d.dropped, 1);
        assert_true(d.failed);
        diag_print(&d, to);
        (void)fclose(to);
        assert_true(ends_with(printed, "warning: 99\nnote: 1 more messages are not shown\n"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(buffer_grows_and_stays_terminated),
                cmocka_unit_test(formatting_longer_than_the_room_is_whole),
                cmocka_unit_test(taken_text_leaves_an_empty_buffer),
                cmocka_unit_test(bytes_become_safe_text_and_come_back),
                cmocka_unit_test(text_that_is_not_safe_text_is_refused),
                cmocka_unit_test(utf8_is_judged_as_rfc_3629_says),
                cmocka_unit_test(what_nobody_sees_is_shown),
                cmocka_unit_test(html_shows_what_was_meant),
                cmocka_unit_test(base64url_matches_rfc_4648),
                cmocka_unit_test(base64url_has_one_spelling),
                cmocka_unit_test(hex_is_lower_case),
                cmocka_unit_test(strings_compare),
                cmocka_unit_test(numbers_are_whole_strings),
                cmocka_unit_test(arrays_double),
                cmocka_unit_test(hash_matches_the_reference),
                cmocka_unit_test(diagnostics_say_where_and_what),
                cmocka_unit_test(diagnostics_are_bounded),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
