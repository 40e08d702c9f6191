/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "make.h"

static void assert_identity(const char *result, const char *expected)
{
        _cleanup_json_ json_t *json = make_json(result);
        _cleanup_free_ char *identity = result_identity(json);

        assert_string_equal(identity, expected);
}

static void identity_is_check_and_sorted_parameters(void **state)
{
        (void)state;
        assert_identity("{\"check\":\"a.b\",\"with\":{},\"status\":\"pass\"}", "a.b");
        assert_identity("{\"check\":\"a.b\",\"status\":\"pass\"}", "a.b");
        assert_identity("{\"check\":\"a.b\",\"with\":{\"z\":[2,1],\"a\":\"x\"}}", "a.b{\"a\":\"x\",\"z\":[2,1]}");
        assert_identity("{\"with\":{\"a\":\"x\",\"z\":[2,1]},\"check\":\"a.b\"}", "a.b{\"a\":\"x\",\"z\":[2,1]}");
}

static const char base[] = "{\"check\":\"a.b\",\"with\":{\"x\":1},\"status\":\"fail\",\"observed_at\":\"2026-01-31T08:"
                           "30:00Z\",\"counts\":{\"fail\":2},"
                           "\"duration_us\":5,\"findings\":["
                           "{\"subject\":\"one\",\"status\":\"fail\",\"evidence\":[{\"source\":\"/"
                           "f\",\"line\":1,\"key\":\"k\",\"actual\":\"a\",\"expected\":\"e\","
                           "\"decides\":true,\"note\":\"n\"},{\"source\":\"/g\",\"actual\":\"z\",\"decides\":false}]},"
                           "{\"subject\":\"two\",\"status\":\"manual\",\"evidence\":[],\"judgement\":{\"status\":"
                           "\"temporary\",\"ref\":\"R1\"}}]}";

/* `base` with the first `from` replaced. */
static bool same_after(const char *from, const char *to)
{
        const char *at = strstr(base, from);
        _cleanup_free_ char *head = NULL, *text = NULL;
        _cleanup_json_ json_t *a = make_json(base), *b = NULL;

        assert_non_null(at);
        head = must_strndup(base, (size_t)(at - base));
        text = must_printf("%s%s%s", head, to, at + strlen(from));
        b = make_json(text);
        assert_true(result_same(a, b) == result_same(b, a));
        return result_same(a, b);
}

static void what_counts_as_a_change(void **state)
{
        (void)state;
        assert_false(same_after("\"a.b\"", "\"a.c\""));
        assert_false(same_after("{\"x\":1}", "{\"x\":2}"));
        assert_false(same_after("\"status\":\"fail\"", "\"status\":\"error\""));
        assert_false(same_after("\"subject\":\"one\"", "\"subject\":\"three\""));
        assert_false(same_after("\"subject\":\"one\",\"status\":\"fail\"", "\"subject\":\"one\",\"status\":\"error\""));
        assert_false(same_after("\"source\":\"/f\"", "\"source\":\"/h\""));
        assert_false(same_after("\"key\":\"k\"", "\"key\":\"l\""));
        assert_false(same_after("\"actual\":\"a\"", "\"actual\":\"b\""));
        assert_false(same_after("\"expected\":\"e\"", "\"expected\":\"f\""));
        assert_false(same_after("\"decides\":true", "\"decides\":false"));
        assert_false(same_after("\"decides\":false", "\"decides\":true"));
        assert_false(same_after("\"R1\"", "\"R2\""));
        assert_false(same_after(",\"judgement\":{\"status\":\"temporary\",\"ref\":\"R1\"}", ""));
        assert_false(
                same_after(",{\"subject\":\"two\",\"status\":\"manual\"", ",{\"subject\":\"two\",\"status\":\"na\""));
}

static void what_does_not(void **state)
{
        (void)state;
        assert_true(same_after("\"line\":1", "\"line\":2"));
        assert_true(same_after("\"note\":\"n\"", "\"note\":\"m\""));
        assert_true(same_after("08:30", "09:30"));
        assert_true(same_after("\"actual\":\"z\"", "\"actual\":\"y\"")); /* did not decide */
        assert_true(same_after("\"duration_us\":5", "\"duration_us\":6"));
        assert_true(same_after("\"evidence\":[],", "\"evidence\":[],\"_personal\":[\"subject\"],"));
        assert_true(same_after("\"evidence\":[],\"judgement\"", "\"judgement\""));
}

static void the_order_of_findings_says_nothing(void **state)
{
        _cleanup_json_ json_t *a = make_json(base), *b = make_json(base);
        json_t *findings = json_object_get(b, "findings"), *first = json_incref(json_array_get(findings, 0));

        (void)state;
        json_array_remove(findings, 0);
        json_push(findings, first);
        assert_true(result_same(a, b));
        json_array_remove(findings, 0);
        assert_false(result_same(a, b));
}

static void an_absent_member_of_evidence_equals_null(void **state)
{
        (void)state;
        assert_true(same_after("\"subject\":\"two\",", "\"subject\":\"two\",\"unknown\":null,"));
        assert_false(same_after("\"key\":\"k\"", "\"key\":null"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(identity_is_check_and_sorted_parameters),
                cmocka_unit_test(what_counts_as_a_change),
                cmocka_unit_test(what_does_not),
                cmocka_unit_test(the_order_of_findings_says_nothing),
                cmocka_unit_test(an_absent_member_of_evidence_equals_null),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
