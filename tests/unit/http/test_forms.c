/* SPDX-License-Identifier: EUPL-1.2 */
/* Queries, cookies and replies: forms that strangers fill in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/text.h"
#include "http/http.h"

static void expect_form(const char *query, const char *name, const char *value)
{
        _cleanup_free_ char *is = http_query_value(query, name);

        if (!streq(is, value))
                fail_msg("%s of %s is %s", name, query, is ? is : "none");
}

static void query_values_are_decoded(void **state)
{
        (void)state;
        expect_form("a=1&b=2", "b", "2");
        expect_form("a=1&b=2", "c", NULL);
        expect_form("a=x%20y+z%26", "a", "x y z&");
        expect_form("aa=1&a=2", "a", "2");
        expect_form("a=1&a=2", "a", "1");
        expect_form("a", "a", NULL);
        expect_form("a=", "a", "");
        expect_form("&&a=1", "a", "1");
        expect_form("a=%c3%a9", "a", "\xc3\xa9");
        expect_form(NULL, "a", NULL);
}

static void values_that_are_no_text_are_none(void **state)
{
        (void)state;
        expect_form("a=%", "a", NULL);
        expect_form("a=%4", "a", NULL);
        expect_form("a=%zz", "a", NULL);
        expect_form("a=%00", "a", NULL);
        expect_form("a=%0d%0a", "a", NULL);
        expect_form("a=%7f", "a", NULL);
        expect_form("a=%ff", "a", NULL);
}

static void a_cookie_is_found_among_others(void **state)
{
        static const struct {
                const char *cookies, *value;
        } cases[] = {
                {"bioagent=x", "x"},
                {"a=1; bioagent=x; b=2", "x"},
                {"a=1;bioagent=x", "x"},
                {"xbioagent=y; bioagent=x", "x"},
                {"bioagentx=y", NULL},
                {"bioagent", NULL},
                {"", NULL},
                {NULL, NULL},
        };
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(cases); i++) {
                _cleanup_free_ char *is = http_cookie_value(cases[i].cookies, "bioagent");

                assert_true(streq(is, cases[i].value));
        }
}

static void secrets_are_the_same_or_not(void **state)
{
        (void)state;
        assert_true(http_same_secret("abc", "abc"));
        assert_false(http_same_secret("abd", "abc"));
        assert_false(http_same_secret("ab", "abc"));
        assert_false(http_same_secret("abcd", "abc"));
        assert_false(http_same_secret("", "abc"));
}

static void a_header_is_one_line(void **state)
{
        _cleanup_reply_ struct http_reply r = {0};

        (void)state;
        http_reply_header(&r, "X", "%s", "good\r\nSet-Cookie: evil=1");
        assert_string_equal(r.headers[0].value, "good");
}

static void a_problem_says_what_is_wrong(void **state)
{
        _cleanup_reply_ struct http_reply r = {0};
        _cleanup_json_ json_t *body = NULL;

        (void)state;
        http_reply_problem(&r, 404, "no such \x01 host");
        assert_string_equal(r.headers[0].value, "application/problem+json");
        assert_int_equal(json_parse(r.body, r.length, &body, NULL), 0);
        assert_int_equal(json_member_integer(body, "status", 0), 404);
        assert_string_equal(json_member_string(body, "title"), "Not Found");
        assert_string_equal(json_member_string(body, "detail"), "no such \\x01 host");
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(query_values_are_decoded),       cmocka_unit_test(values_that_are_no_text_are_none),
                cmocka_unit_test(a_cookie_is_found_among_others), cmocka_unit_test(secrets_are_the_same_or_not),
                cmocka_unit_test(a_header_is_one_line),           cmocka_unit_test(a_problem_says_what_is_wrong),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
