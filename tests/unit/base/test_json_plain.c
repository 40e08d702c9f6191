/* SPDX-License-Identifier: EUPL-1.2 */
/* The quick reader and writer of JSON against jansson's: what the first take, the second take too, as the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/json_plain.h"
#include "base/memory.h"
#include "base/text.h"

static json_t *general(const char *bytes, size_t length)
{
        return json_loadb(bytes, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
}

/* Returns whether the quick reader took it. */
static bool compare(const char *bytes, size_t length)
{
        _cleanup_json_ json_t *quick = json_parse_plain(bytes, length), *slow = general(bytes, length);
        _cleanup_free_ char *text = NULL, *same = NULL;

        if (!quick)
                return false;
        if (!slow || !json_equal(quick, slow))
                fail_msg("read otherwise: %.*s", (int)length, bytes);
        text = json_text(quick);
        same = json_dumps(slow, JSON_COMPACT | JSON_ENCODE_ANY);
        assert_string_equal(text, same);
        return true;
}

static void what_programs_write_is_read_quickly(void **state)
{
        static const char *const texts[] = {
                "{}",
                "[]",
                "null",
                "true",
                "false",
                "0",
                "-0",
                "-1",
                "123456789012345678",
                "\"\"",
                "\"a\"",
                " [ 1 , 2 ] ",
                "{\"a\":{\"b\":[1,\"x\",null,true,false,{}]},\"c\":\"\"}",
                "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
                "{\"\\n\":1,\"\":2}",
                "\"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x99\x82\"",
                "\"\x7f\"",
                "{\"a\":1,\"b\":1}\n",
        };
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(texts); i++)
                if (!compare(texts[i], strlen(texts[i])))
                        fail_msg("not taken: %s", texts[i]);
}

static void what_is_no_json_is_not_taken(void **state)
{
        static const char *const texts[] = {
                "",
                " ",
                "{",
                "[",
                "\"",
                "{\"a\"",
                "{\"a\":",
                "{\"a\":1",
                "{\"a\":1,",
                "{\"a\":1,}",
                "[1,]",
                "[,]",
                "{,}",
                "[1 2]",
                "{\"a\" 1}",
                "{a:1}",
                "nul",
                "nulll",
                "True",
                "01",
                "-",
                "-a",
                "+1",
                "--1",
                "00",
                "{}{}",
                "{} x",
                "\"\n\"",
                "\"\\x\"",
                "\"\\",
                "\"\\\"",
                "'a'",
                "{\"a\":1,\"a\":1}",
                "{\"\\n\":1,\"\\n\":2}",
                "\"\xff\"",
                "\"\xc0\x80\"",
                "\"\xed\xa0\x80\"",
                "\"\xe2\x82\"",
                "\xef\xbb\xbf{}",
                "[1}",
                "{\"a\":1]",
        };
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(texts); i++)
                if (compare(texts[i], strlen(texts[i])))
                        fail_msg("taken: %s", texts[i]);
        assert_false(compare("\"a\0b\"", 5));
        assert_false(compare("{}\0", 3));
}

/* These are JSON, and left to the general reader. */
static void the_rest_is_read_all_the_same(void **state)
{
        static const char *const texts[] = {"1.5",
                                            "-0.0",
                                            "1e3",
                                            "9223372036854775807",
                                            "-9223372036854775808",
                                            "\"\\u00e9\"",
                                            "\"\\ud83d\\ude42\""};
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(texts); i++) {
                _cleanup_json_ json_t *json = NULL, *slow = general(texts[i], strlen(texts[i]));
                _cleanup_free_ char *text = NULL, *same = NULL;

                assert_false(compare(texts[i], strlen(texts[i])));
                assert_int_equal(json_parse(texts[i], strlen(texts[i]), &json, NULL), 0);
                assert_true(json_equal(json, slow));
                text = json_text(json);
                same = json_dumps(slow, JSON_COMPACT | JSON_ENCODE_ANY);
                assert_string_equal(text, same);
        }
}

static void depth_is_bounded(void **state)
{
        char text[2 * (JSON_DEPTH_MOST + 1)];

        (void)state;
        memset(text, '[', JSON_DEPTH_MOST + 1);
        memset(text + JSON_DEPTH_MOST + 1, ']', JSON_DEPTH_MOST + 1);
        assert_false(compare(text, sizeof(text)));
        assert_true(compare(text + 1, sizeof(text) - 2));
}

/* Each text of a long one with one byte changed, left out, or put in. */
static void no_change_of_a_byte_makes_them_differ(void **state)
{
        static const char text[] = "{\"a\":[1,-20,\"x\\n\\\"\xc3\xa9\"],\"bb\":{\"c\":null,\"d\":true},\"e\":\"\"}";
        static const char put[] = "\"\\{}[],:0-9aenu \x01\x80\xc3\xff";
        char changed[sizeof(text) + 1];
        size_t i, k;

        (void)state;
        for (i = 0; i < sizeof(text) - 1; i++)
                for (k = 0; k < sizeof(put); k++) {
                        memcpy(changed, text, sizeof(text));
                        changed[i] = put[k];
                        (void)compare(changed, sizeof(text) - 1);
                        memcpy(changed + i + 1, text + i, sizeof(text) - i);
                        (void)compare(changed, sizeof(text));
                        memcpy(changed + i, text + i + 1, sizeof(text) - i - 1);
                        (void)compare(changed, sizeof(text) - 2);
                }
}

static void control_characters_are_written_as_jansson_does(void **state)
{
        char bytes[0x80];
        _cleanup_json_ json_t *json = NULL;
        _cleanup_free_ char *text = NULL, *same = NULL;
        size_t i;

        (void)state;
        for (i = 0; i < sizeof(bytes); i++)
                bytes[i] = (char)i;
        json = json_stringn(bytes, sizeof(bytes));
        text = json_text(json);
        same = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
        assert_string_equal(text, same);
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_programs_write_is_read_quickly),
                cmocka_unit_test(what_is_no_json_is_not_taken),
                cmocka_unit_test(the_rest_is_read_all_the_same),
                cmocka_unit_test(depth_is_bounded),
                cmocka_unit_test(no_change_of_a_byte_makes_them_differ),
                cmocka_unit_test(control_characters_are_written_as_jansson_does),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
