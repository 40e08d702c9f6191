/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "make.h"
#include "sign/compare.h"

#define NOW 1769848200 /* 2026-01-31T08:30:00Z */

#define RESULT(check, status, more) \
        "{\"check\":\"" check "\",\"with\":{},\"status\":\"" status \
        "\",\"changes_at\":null,\"findings\":[{\"subject\":\"s\"," \
        "\"status\":\"" status "\",\"evidence\":[]}]" more "}"
#define MEASURE(id, technical, organisational) \
        "{\"id\":\"" id "\",\"technical\":" technical ",\"organisational\":\"" organisational "\",\"parts\":[]}"

static void take_state(struct state *s, const char *results, const char *measures)
{
        _cleanup_free_ char *text = NULL, *why = NULL;
        _cleanup_json_ json_t *payload = NULL;
        struct record r;

        text = must_printf("{\"schema\":\"bioagent.record/"
                           "1\",\"kind\":\"full\",\"chain\":\"00112233445566778899aabbccddeeff\",\"seq\":2,"
                           "\"prev\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",\"made\":\"2026-01-30T08:30:00Z\","
                           "\"next_by\":null,"
                           "\"part\":{\"index\":1,\"of\":1},\"target\":\"live\",\"host\":{\"id\":\"" MAKE_HOST_ID
                           "\",\"name\":\"h\",\"org\":null,\"labels\":{},\"profile\":{},\"os\":\"o\",\"kernel\":\"6\"},"
                           "\"run\":null,"
                           "\"witness\":{\"nonce\":null},\"policies\":[],\"measures\":[%s],\"results\":[%s]}",
                           measures, results);
        payload = make_json(text);
        if (record_read(payload, &r, &why) < 0)
                fail_msg("%s", why);
        assert_int_equal(state_take(s, &r, payload, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), 0);
}

struct outcome {
        struct state state;
        json_t *results, *measures;
        struct comparison c;
};

static void compare(struct outcome *o, const char *before, const char *after, const char *cause)
{
        _cleanup_free_ char *results = must_printf("[%s]", after);

        *o = (struct outcome){0};
        if (before)
                take_state(&o->state, before, "");
        o->results = make_json(results);
        o->measures = make_json("[]");
        comparison_make(&o->state, o->results, o->measures, cause, NOW, &o->c);
}

static void outcome_free(struct outcome *o)
{
        state_free(&o->state);
        json_decref(o->results);
        json_decref(o->measures);
        comparison_free(&o->c);
}
#define _cleanup_outcome_ _cleanup_(outcome_free)

static const char *cause_of(const struct outcome *o, size_t i)
{
        return json_member_string(json_object_get(json_array_get(o->c.results, i), "change"), "cause");
}

static void nothing_new_is_no_change(void **state)
{
        _cleanup_outcome_ struct outcome o;

        (void)state;
        compare(&o, RESULT("a.a", "pass", ""),
                RESULT("a.a", "pass", ",\"duration_us\":7,\"observed_at\":\"2026-01-31T08:30:00Z\""), NULL);
        assert_true(comparison_is_empty(&o.c));
        assert_null(json_object_get(json_array_get(o.results, 0), "change"));
}

static void another_verdict_is_a_change_by_the_host(void **state)
{
        _cleanup_outcome_ struct outcome o;

        (void)state;
        compare(&o, RESULT("a.a", "pass", "") "," RESULT("b.b", "fail", ""),
                RESULT("a.a", "fail", "") "," RESULT("b.b", "fail", ""), NULL);
        assert_int_equal(json_array_size(o.c.results), 1);
        assert_string_equal(cause_of(&o, 0), "host");
        assert_string_equal(json_member_string(json_object_get(json_array_get(o.c.results, 0), "change"), "from"),
                            "pass");
}

static void a_change_that_was_announced_is_times(void **state)
{
        _cleanup_outcome_ struct outcome o;
        const char *before = "{\"check\":\"a.a\",\"with\":{},\"status\":\"pass\",\"changes_at\":\"2026-01-31T08:30:"
                             "00Z\",\"findings\":"
                             "[{\"subject\":\"s\",\"status\":\"pass\",\"evidence\":[]}]}";

        (void)state;
        compare(&o, before, RESULT("a.a", "fail", ""), NULL);
        assert_string_equal(cause_of(&o, 0), "time");
}

static void a_change_that_is_announced_for_later_is_the_hosts(void **state)
{
        _cleanup_outcome_ struct outcome o;
        const char *before = "{\"check\":\"a.a\",\"with\":{},\"status\":\"pass\",\"changes_at\":\"2026-01-31T08:30:"
                             "01Z\",\"findings\":"
                             "[{\"subject\":\"s\",\"status\":\"pass\",\"evidence\":[]}]}";

        (void)state;
        compare(&o, before, RESULT("a.a", "fail", ""), NULL);
        assert_string_equal(cause_of(&o, 0), "host");
}

static void a_given_cause_goes_before(void **state)
{
        _cleanup_outcome_ struct outcome o;

        (void)state;
        compare(&o, RESULT("a.a", "pass", ""), RESULT("a.a", "fail", ""), "policy");
        assert_string_equal(cause_of(&o, 0), "policy");
}

static void a_result_that_is_gone_is_named(void **state)
{
        _cleanup_outcome_ struct outcome o;
        const json_t *removed;

        (void)state;
        compare(&o, RESULT("a.a", "pass", "") "," RESULT("b.b", "pass", ""), RESULT("a.a", "pass", ""), NULL);
        assert_int_equal(json_array_size(o.c.removed), 1);
        removed = json_array_get(o.c.removed, 0);
        assert_string_equal(json_member_string(removed, "check"), "b.b");
        assert_int_equal(json_object_size(removed), 2);
        assert_true(json_is_object(json_object_get(removed, "with")));
}

static void a_first_run_has_no_causes(void **state)
{
        _cleanup_outcome_ struct outcome o;

        (void)state;
        compare(&o, NULL, RESULT("a.a", "fail", ""), "policy");
        assert_int_equal(json_array_size(o.c.results), 1);
        assert_null(json_object_get(json_array_get(o.c.results, 0), "change"));
}

static void a_measure_changes_with_either_answer(void **state)
{
        static const struct {
                const char *after;
                size_t changed;
        } rows[] = {
                {MEASURE("p:1", "\"fail\"", "open"), 0}, {MEASURE("p:1", "\"manual\"", "open"), 1},
                {MEASURE("p:1", "null", "open"), 1},     {MEASURE("p:1", "\"fail\"", "attested"), 1},
                {MEASURE("p:2", "\"fail\"", "open"), 1},
        };
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_free_ char *text = must_printf("[%s]", rows[i].after);
                _cleanup_json_ json_t *measures = make_json(text), *results = make_json("[]");
                struct state s = {0};
                struct comparison c;

                take_state(&s, "", MEASURE("p:1", "\"fail\"", "open"));
                comparison_make(&s, results, measures, NULL, NOW, &c);
                assert_int_equal(json_array_size(c.measures), rows[i].changed);
                comparison_free(&c);
                state_free(&s);
        }
}

static void statuses_are_counted_all_five(void **state)
{
        _cleanup_json_ json_t *results =
                make_json("[" RESULT("a", "fail", "") "," RESULT("b", "fail", "") "," RESULT("c", "na", "") "]");
        _cleanup_json_ json_t *counts = count_statuses(results);

        (void)state;
        assert_int_equal(json_object_size(counts), 5);
        assert_int_equal(json_member_integer(counts, "fail", -1), 2);
        assert_int_equal(json_member_integer(counts, "na", -1), 1);
        assert_int_equal(json_member_integer(counts, "pass", -1), 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(nothing_new_is_no_change),
                cmocka_unit_test(another_verdict_is_a_change_by_the_host),
                cmocka_unit_test(a_change_that_was_announced_is_times),
                cmocka_unit_test(a_change_that_is_announced_for_later_is_the_hosts),
                cmocka_unit_test(a_given_cause_goes_before),
                cmocka_unit_test(a_result_that_is_gone_is_named),
                cmocka_unit_test(a_first_run_has_no_causes),
                cmocka_unit_test(a_measure_changes_with_either_answer),
                cmocka_unit_test(statuses_are_counted_all_five),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
