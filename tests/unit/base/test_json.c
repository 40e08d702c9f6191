/* SPDX-License-Identifier: EUPL-1.2 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"

static void refuse(const char *bytes, size_t length)
{
        _cleanup_free_ char *why = NULL;
        json_t *json = NULL;

        assert_int_equal(json_parse(bytes, length, &json, &why), -EINVAL);
        assert_non_null(why);
        assert_true(utf8_valid(why, strlen(why)));
        assert_int_equal(json_parse(bytes, length, &json, NULL), -EINVAL);
        assert_null(json);
}

static void only_strict_json_is_taken(void **state)
{
#define BYTES(s) (s), sizeof(s) - 1
        static const struct {
                const char *bytes;
                size_t length;
        } foreign[] = {
                {BYTES("")},
                {BYTES("{")},
                {BYTES("{}{}")},
                {BYTES("{} x")},
                {BYTES("{\"a\":1,\"a\":2}")},
                {BYTES("{\"b\":{\"a\":1,\"\\u0061\":2}}")},
                {BYTES("[1,]")},
                {BYTES("{'a':1}")},
                {BYTES("[NaN]")},
                {BYTES("[01]")},
                {BYTES("[1e999]")},
                {BYTES("[99999999999999999999]")},
                {BYTES("\"\\u0000\"")},
                {BYTES("\"a\0b\"")},
                {BYTES("{}\0")},
                {BYTES("\"\xff\"")},
                {BYTES("\"\xc0\x80\"")},
                {BYTES("\"\\ud800\"")},
                {BYTES("\"\n\"")},
                {BYTES("\xef\xbb\xbf{}")},
                {BYTES("// c\n{}")},
        };
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(foreign); i++)
                refuse(foreign[i].bytes, foreign[i].length);
}

static void any_single_value_is_taken(void **state)
{
        static const char *const values[] = {"{}", "[]", "null", "true", "-1", "\"x\"", " [1] \n"};
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(values); i++) {
                _cleanup_json_ json_t *json = NULL;

                assert_int_equal(json_parse(values[i], strlen(values[i]), &json, NULL), 0);
        }
}

static void depth_is_bounded_before_parsing(void **state)
{
        _cleanup_json_ json_t *json = NULL;
        _cleanup_free_ char *why = NULL;
        _cleanup_text_ struct text t = {0};
        size_t i;

        (void)state;
        for (i = 0; i < 64; i++)
                text_add_char(&t, '[');
        for (i = 0; i < 64; i++)
                text_add_char(&t, ']');
        assert_int_equal(json_parse(t.data, t.length, &json, NULL), 0);
        text_clear(&t);
        for (i = 0; i < 1000000; i++)
                text_add_char(&t, i % 2 ? '{' : '[');
        json_decref(TAKE_PTR(json));
        assert_int_equal(json_parse(t.data, t.length, &json, &why), -EINVAL);
        assert_string_equal(why, "nested deeper than 64 levels");
}

static void brackets_in_strings_are_no_depth(void **state)
{
        _cleanup_json_ json_t *json = NULL;
        _cleanup_text_ struct text t = {0};
        size_t i;

        (void)state;
        text_add(&t, "[\"\\\"");
        for (i = 0; i < 100; i++)
                text_add_char(&t, '[');
        text_add(&t, "\"]");
        assert_int_equal(json_parse(t.data, t.length, &json, NULL), 0);
}

static void members_keep_their_order_or_are_sorted(void **state)
{
        _cleanup_json_ json_t *json = json_must(json_object());
        _cleanup_free_ char *as_set = NULL, *sorted = NULL;
        json_t *list = json_must(json_array());

        (void)state;
        json_push(list, json_string_or_null(NULL));
        json_push(list, json_printf("%s/%d", "caf\xc3\xa9", 1));
        json_set(json, "z", list);
        json_set(json, "a", json_string_or_null("1"));
        as_set = json_text(json);
        sorted = json_sorted_text(json);
        assert_string_equal(as_set, "{\"z\":[null,\"caf\xc3\xa9/1\"],\"a\":\"1\"}");
        assert_string_equal(sorted, "{\"a\":\"1\",\"z\":[null,\"caf\xc3\xa9/1\"]}");
}

static void any_byte_can_be_written(void **state)
{
        _cleanup_json_ json_t *json = json_must(json_object());
        _cleanup_free_ char *s = NULL;

        (void)state;
        json_set(json, "k\xff", json_safe_string("a\0\xff", 3));
        json_set(json, "p", json_printf("%s", "\xfe"));
        json_set(json, "n", json_string_or_null("\xfd"));
        s = json_text(json);
        assert_string_equal(s, "{\"k\\\\xff\":\"a\\\\x00\\\\xff\",\"p\":\"\\\\xfe\",\"n\":\"\\\\xfd\"}");
}

static void nothing_is_written_as_null(void **state)
{
        _cleanup_free_ char *s = json_text(NULL);

        (void)state;
        assert_string_equal(s, "null");
}

static void members_are_read_by_type(void **state)
{
        _cleanup_json_ json_t *json = NULL;
        static const char bytes[] = "{\"s\":\"x\",\"i\":7,\"r\":7.5}";

        (void)state;
        assert_int_equal(json_parse(bytes, sizeof(bytes) - 1, &json, NULL), 0);
        assert_string_equal(json_member_string(json, "s"), "x");
        assert_null(json_member_string(json, "i"));
        assert_null(json_member_string(json, "none"));
        assert_null(json_member_string(NULL, "s"));
        assert_int_equal(json_member_integer(json, "i", 1), 7);
        assert_int_equal(json_member_integer(json, "r", 1), 1);
        assert_int_equal(json_member_integer(json, "s", 1), 1);
        assert_int_equal(json_member_integer(json, "none", 1), 1);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(only_strict_json_is_taken),
                cmocka_unit_test(any_single_value_is_taken),
                cmocka_unit_test(depth_is_bounded_before_parsing),
                cmocka_unit_test(brackets_in_strings_are_no_depth),
                cmocka_unit_test(members_keep_their_order_or_are_sorted),
                cmocka_unit_test(any_byte_can_be_written),
                cmocka_unit_test(nothing_is_written_as_null),
                cmocka_unit_test(members_are_read_by_type),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
