/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "make.h"

/* Takes a record of `kind`; its hash is of `seq` itself. */
static int take_part(struct state *s, const char *kind, uint64_t seq, unsigned index, unsigned of, const char *run,
                     const char *own)
{
        _cleanup_json_ json_t *payload = make_payload(kind, seq, MAKE_HASH, own);
        _cleanup_free_ char *hash = must_printf("hash-%ju", (uintmax_t)seq), *part = NULL, *run_text = NULL,
                            *why = NULL;
        struct record r;

        part = must_printf("{\"index\":%u,\"of\":%u}", index, of);
        json_set(payload, "part", make_json(part));
        if (run) {
                run_text = must_printf("{\"id\":\"%s\"}", run);
                json_set(payload, "run", make_json(run_text));
        }
        if (record_read(payload, &r, &why) < 0)
                fail_msg("%s", why);
        return state_take(s, &r, payload, hash);
}

static void take(struct state *s, const char *kind, uint64_t seq, const char *own)
{
        assert_int_equal(take_part(s, kind, seq, 1, 1, NULL, own), 0);
}

static const char *status_of(const struct state *s, const char *identity)
{
        return json_member_string(json_object_get(s->results, identity), "status");
}

#define FULL(results, measures)            "\"measures\":[" measures "],\"results\":[" results "]"
#define CHANGE(results, measures, removed) FULL(results, measures) ",\"removed\":[" removed "]"
#define MEASURE(id, technical)             "{\"id\":\"" id "\",\"technical\":\"" technical "\",\"organisational\":\"open\"}"
#define A(status)                          MAKE_RESULT("a.a", "{}", status)
#define B(status)                          MAKE_RESULT("b.b", "{\"n\":1}", status)
#define B_ID                               "b.b{\"n\":1}"

static void a_full_replaces_everything(void **state)
{
        _cleanup_(state_free) struct state s = {0};

        (void)state;
        take(&s, "full", 2, FULL(A("fail") "," B("pass"), MEASURE("p:1", "fail")));
        assert_int_equal(json_object_size(s.results), 2);
        assert_string_equal(status_of(&s, "a.a"), "fail");
        assert_string_equal(status_of(&s, B_ID), "pass");
        assert_string_equal(json_member_string(json_object_get(s.measures, "p:1"), "technical"), "fail");
        assert_int_equal(s.full_seq, 2);
        assert_int_equal(s.last_seq, 2);
        assert_string_equal(s.full_hash, "hash-2");
        assert_string_equal(s.last_hash, "hash-2");
        assert_int_equal(s.made, 1769848200);
        assert_true(json_is_array(s.policies));
        take(&s, "full", 3, FULL(A("pass"), ""));
        assert_int_equal(json_object_size(s.results), 1);
        assert_string_equal(status_of(&s, "a.a"), "pass");
        assert_int_equal(json_object_size(s.measures), 0);
        assert_int_equal(s.full_seq, 3);
}

static void a_change_is_laid_over_it(void **state)
{
        _cleanup_(state_free) struct state s = {0};

        (void)state;
        take(&s, "full", 2, FULL(A("fail") "," B("pass"), MEASURE("p:1", "fail") "," MEASURE("p:2", "pass")));
        take(&s, "change", 5,
             CHANGE(A("pass") "," MAKE_RESULT("c.c", "{}", "na"), MEASURE("p:1", "pass"),
                    "{\"check\":\"b.b\",\"with\":{\"n\":1}}"));
        assert_int_equal(json_object_size(s.results), 2);
        assert_string_equal(status_of(&s, "a.a"), "pass");
        assert_string_equal(status_of(&s, "c.c"), "na");
        assert_null(status_of(&s, B_ID));
        assert_string_equal(json_member_string(json_object_get(s.measures, "p:1"), "technical"), "pass");
        assert_string_equal(json_member_string(json_object_get(s.measures, "p:2"), "technical"), "pass");
        assert_int_equal(s.full_seq, 2);
        assert_string_equal(s.full_hash, "hash-2");
        assert_int_equal(s.last_seq, 5);
        assert_string_equal(s.last_hash, "hash-5");
}

static void a_change_without_a_full_gives_no_state(void **state)
{
        _cleanup_(state_free) struct state s = {0};

        (void)state;
        take(&s, "change", 5, CHANGE(A("pass"), "", ""));
        assert_null(s.results);
        assert_int_equal(s.full_seq, 0);
}

static void other_kinds_do_nothing(void **state)
{
        _cleanup_(state_free) struct state s = {0};

        (void)state;
        take(&s, "full", 2, FULL(A("fail"), ""));
        take(&s, "start", 3, "");
        take(&s, "of-a-later-agent", 4, FULL(A("pass"), ""));
        assert_int_equal(s.last_seq, 2);
        assert_string_equal(status_of(&s, "a.a"), "fail");
}

static void a_full_in_parts_counts_from_its_last_part_on(void **state)
{
        _cleanup_(state_free) struct state s = {0};

        (void)state;
        take(&s, "full", 2, FULL(A("fail"), MEASURE("p:1", "fail")));
        assert_int_equal(take_part(&s, "full", 3, 1, 2, "run", "\"results\":[" A("pass") "]"), 0);
        assert_string_equal(status_of(&s, "a.a"), "fail");
        assert_int_equal(s.full_seq, 2);
        assert_int_equal(take_part(&s, "full", 4, 2, 2, "run", FULL(B("pass"), MEASURE("p:1", "pass"))), 0);
        assert_string_equal(status_of(&s, "a.a"), "pass");
        assert_string_equal(status_of(&s, B_ID), "pass");
        assert_string_equal(json_member_string(json_object_get(s.measures, "p:1"), "technical"), "pass");
        assert_int_equal(s.full_seq, 3); /* its first part */
        assert_string_equal(s.full_hash, "hash-3");
        assert_int_equal(s.last_seq, 3);
}

static void an_incomplete_full_is_ignored(void **state)
{
        _cleanup_(state_free) struct state s = {0};

        (void)state;
        take(&s, "full", 2, FULL(A("fail"), ""));
        /* its second part is lost */
        take_part(&s, "full", 3, 1, 3, "one", "\"results\":[]");
        take_part(&s, "full", 5, 3, 3, "one", FULL("", ""));
        assert_int_equal(s.full_seq, 2);
        /* another run's part */
        take_part(&s, "full", 6, 1, 2, "two", "\"results\":[]");
        take_part(&s, "full", 7, 2, 2, "three", FULL("", ""));
        assert_int_equal(s.full_seq, 2);
        /* another number of parts */
        take_part(&s, "full", 8, 1, 2, "four", "\"results\":[]");
        take_part(&s, "full", 9, 2, 3, "four", "\"results\":[]");
        take_part(&s, "full", 10, 3, 3, "four", FULL("", ""));
        assert_int_equal(s.full_seq, 2);
        /* a change between */
        take_part(&s, "full", 11, 1, 2, "five", "\"results\":[]");
        take(&s, "change", 12, CHANGE(A("pass"), "", ""));
        take_part(&s, "full", 13, 2, 2, "five", FULL("", ""));
        assert_int_equal(s.full_seq, 2);
        assert_int_equal(s.last_seq, 12);
        assert_string_equal(status_of(&s, "a.a"), "pass");
        /* a last part alone */
        take_part(&s, "full", 14, 2, 2, "six", FULL("", ""));
        assert_int_equal(s.full_seq, 2);
        /* and a whole one goes on */
        take(&s, "full", 15, FULL(B("fail"), ""));
        assert_int_equal(s.full_seq, 15);
        assert_int_equal(json_object_size(s.results), 1);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_full_replaces_everything),
                cmocka_unit_test(a_change_is_laid_over_it),
                cmocka_unit_test(a_change_without_a_full_gives_no_state),
                cmocka_unit_test(other_kinds_do_nothing),
                cmocka_unit_test(a_full_in_parts_counts_from_its_last_part_on),
                cmocka_unit_test(an_incomplete_full_is_ignored),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
