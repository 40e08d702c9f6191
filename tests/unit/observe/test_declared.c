/* SPDX-License-Identifier: EUPL-1.2 */
/* Declarations as a plan carries them, and what checks get to see of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "observe/engine.h"

#define NOW 1769848200 /* 2026-01-31T08:30:00Z */

/* One declaration about `privileged`, from `date` until `until`, with one account. */
#define FILE_OF(path, date, until, account) \
        "{\"file\":\"" path "\",\"role\":\"ciso\",\"date\":" date ",\"until\":" until \
        ",\"subjects\":{\"privileged\":{\"line\":5,\"entries\":[{\"account\":{\"line\":6,\"value\":\"" account \
        "\"},\"may\":{\"line\":7,\"value\":[\"/usr/bin/id\"]}}]}}}"
#define PLAN(files) "{\"files\":[" files "],\"unreadable\":null}"
#define IN_FORCE    FILE_OF("/d/10.yml", "1769000000", "1770000000", "anna")
#define LAPSED      FILE_OF("/d/20.yml", "1760000000", "1761000000", "bram")
#define NOT_YET     FILE_OF("/d/30.yml", "1769900000", "1779900000", "cees")

static struct declared *read_plan(const char *text)
{
        _cleanup_json_ json_t *json = NULL;
        _cleanup_free_ char *why = NULL;
        struct declared *d = NULL;

        assert_int_equal(json_parse(text, strlen(text), &json, NULL), 0);
        if (declared_read(json, NOW, &d, &why) < 0)
                fail_msg("%s: %s", text, why);
        return d;
}

static void entries_in_force_and_lapsed_ones_are_apart(void **state)
{
        _cleanup_declared_ struct declared *d = read_plan(PLAN(IN_FORCE "," LAPSED "," NOT_YET));
        const struct bio_node *list = declared_entries(d, "privileged", false), *entry = tree_at(list, 0);

        (void)state;
        assert_int_equal(tree_count(list), 1);
        assert_string_equal(tree_bytes_of(tree_get(entry, "account"), NULL), "anna");
        assert_string_equal(tree_source(tree_get(entry, "account")), "/d/10.yml");
        assert_int_equal(tree_line(tree_get(entry, "account")), 6);
        assert_int_equal(tree_line(tree_get(entry, "may")), 7);
        assert_int_equal(tree_class_of(tree_get(entry, "account")), BIO_PERSONAL);
        assert_int_equal(tree_class_of(tree_get(entry, "may")), BIO_TECHNICAL);
        assert_int_equal(tree_class_of(entry), BIO_PERSONAL);
        assert_string_equal(tree_bytes_of(tree_get(entry, "until"), NULL), "2026-02-02T02:40:00Z");
        assert_string_equal(tree_bytes_of(tree_get(entry, "role"), NULL), "ciso");
        list = declared_entries(d, "privileged", true);
        assert_int_equal(tree_count(list), 1);
        assert_string_equal(tree_bytes_of(tree_get(tree_at(list, 0), "account"), NULL), "bram");
        /* The one that is not in force yet comes before the one in force ends. */
        assert_int_equal(declared_changes_at(d, "privileged"), 1769900000);
        assert_int_equal(declared_changes_at(d, "backup"), INT64_MAX);
}

static void what_is_not_in_force_says_why(void **state)
{
        static const struct {
                const char *plan, *why;
        } cases[] = {
                {PLAN(""), "nothing is declared"},
                {PLAN(LAPSED), "the declaration of it expired on 2025-10-20T22:40:00Z"},
                {PLAN(NOT_YET), "the declaration of it holds from 2026-01-31T22:53:20Z"},
                {PLAN(NOT_YET "," LAPSED), "the declaration of it expired on 2025-10-20T22:40:00Z"},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                _cleanup_declared_ struct declared *d = read_plan(cases[i].plan);
                const struct bio_node *node = declared_entries(d, "privileged", false);

                assert_int_equal(tree_state(node), BIO_ABSENT);
                assert_string_equal(tree_why(node), cases[i].why);
                assert_int_equal(tree_count(node), 0);
        }
}

/* To the second: a declaration holds from its date, and no longer when its term is over. */
static void it_holds_from_its_date_until_its_term_is_over(void **state)
{
        _cleanup_declared_ struct declared *first = read_plan(PLAN(FILE_OF("/d", "1769848200", "1769848201", "a")));
        _cleanup_declared_ struct declared *over = read_plan(PLAN(FILE_OF("/d", "1769848100", "1769848200", "a")));

        (void)state;
        assert_int_equal(tree_count(declared_entries(first, "privileged", false)), 1);
        assert_int_equal(declared_changes_at(first, "privileged"), NOW + 1);
        assert_int_equal(tree_count(declared_entries(over, "privileged", false)), 0);
        assert_int_equal(tree_count(declared_entries(over, "privileged", true)), 1);
}

static void an_empty_list_is_an_answer(void **state)
{
        _cleanup_declared_ struct declared *d =
                read_plan("{\"files\":[{\"file\":\"/d\",\"role\":\"a\",\"date\":0,\"until\":1799900000,"
                          "\"subjects\":{\"privileged\":{\"line\":5,\"entries\":[]}}}]}");

        (void)state;
        assert_int_equal(tree_state(declared_entries(d, "privileged", false)), BIO_KNOWN);
        assert_int_equal(tree_state(declared_entries(d, "backup", false)), BIO_ABSENT);
}

static void a_set_that_is_not_whole_is_not_known(void **state)
{
        _cleanup_declared_ struct declared *d =
                read_plan("{\"files\":[" IN_FORCE "],\"unreadable\":\"/d/40.yml: Permission denied\"}");

        (void)state;
        for (int lapsed = 0; lapsed < 2; lapsed++) {
                assert_int_equal(tree_state(declared_entries(d, "privileged", lapsed)), BIO_UNREADABLE);
                assert_string_equal(tree_why(declared_entries(d, "privileged", lapsed)),
                                    "declarations: /d/40.yml: Permission denied");
        }
}

static void another_form_is_refused(void **state)
{
        static const char *const wrong[] = {
                "[]",
                "{}",
                "{\"files\":1}",
                "{\"files\":[],\"unreadable\":1}",
                "{\"files\":[1]}",
                "{\"files\":[{\"file\":\"/d\",\"role\":\"a\",\"date\":0,\"until\":1}]}",
                "{\"files\":[{\"role\":\"a\",\"date\":0,\"until\":1,\"subjects\":{}}]}",
                "{\"files\":[{\"file\":\"/d\",\"date\":0,\"until\":1,\"subjects\":{}}]}",
                "{\"files\":[{\"file\":\"/d\",\"role\":\"a\",\"date\":\"0\",\"until\":1,\"subjects\":{}}]}",
                "{\"files\":[{\"file\":\"/d\",\"role\":\"a\",\"date\":0,\"until\":null,\"subjects\":{}}]}",
                PLAN("{\"file\":\"/d\",\"role\":\"a\",\"date\":0,\"until\":1,\"subjects\":{\"x\":{\"line\":1}}}"),
                PLAN("{\"file\":\"/d\",\"role\":\"a\",\"date\":0,\"until\":1,\"subjects\":{\"x\":{\"entries\":[]}}}"),
                PLAN("{\"file\":\"/d\",\"role\":\"a\",\"date\":0,\"until\":1,"
                     "\"subjects\":{\"x\":{\"line\":1,\"entries\":[1]}}}"),
                PLAN("{\"file\":\"/d\",\"role\":\"a\",\"date\":0,\"until\":1,"
                     "\"subjects\":{\"x\":{\"line\":1,\"entries\":[{\"a\":1}]}}}"),
                PLAN("{\"file\":\"/d\",\"role\":\"a\",\"date\":0,\"until\":1,"
                     "\"subjects\":{\"x\":{\"line\":1,\"entries\":[{\"a\":{\"line\":-1,\"value\":1}}]}}}"),
                PLAN("{\"file\":\"/d\",\"role\":\"a\",\"date\":0,\"until\":1,"
                     "\"subjects\":{\"x\":{\"line\":1,\"entries\":[{\"a\":{\"line\":1,\"value\":1.5}}]}}}"),
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(wrong); i++) {
                _cleanup_json_ json_t *json = NULL;
                _cleanup_free_ char *why = NULL;
                struct declared *d = NULL;

                assert_int_equal(json_parse(wrong[i], strlen(wrong[i]), &json, NULL), 0);
                if (declared_read(json, NOW, &d, &why) != -EINVAL)
                        fail_msg("taken: %s", wrong[i]);
                assert_non_null(why);
        }
}

/* ---- as a check sees it ---- */

static void judge_anna(struct bio_context *c)
{
        const struct bio_node *entry = bio_find(c, bio_declared(c, "privileged"), "account", "anna");

        bio_evidence(c, bio_conclude(c, NULL, entry ? BIO_PASS : BIO_MANUAL, "looked"), entry, NULL, true);
}

static void ask_nothing(struct bio_context *c)
{
        bio_conclude(c, NULL, BIO_PASS, "well");
}

static json_t *run(void (*body)(struct bio_context *c), struct declared *declared)
{
        const struct bio_check check = {.id = "test.check", .max_age = "P2D", .run = body};
        const struct engine_source source = {.declared = declared};

        return engine_run(&check, NULL, NOW, &source);
}

static void a_result_changes_when_a_declaration_that_it_asked_for_expires(void **state)
{
        _cleanup_declared_ struct declared *d = read_plan(PLAN(IN_FORCE));
        _cleanup_json_ json_t *asked = run(judge_anna, d), *not_asked = run(ask_nothing, d);
        const json_t *evidence =
                json_array_get(json_object_get(json_array_get(json_object_get(asked, "findings"), 0), "evidence"), 0);

        (void)state;
        assert_string_equal(json_member_string(asked, "status"), "pass");
        assert_string_equal(json_member_string(asked, "changes_at"), "2026-02-02T02:40:00Z");
        assert_string_equal(json_member_string(evidence, "source"), "/d/10.yml");
        assert_int_equal(json_member_integer(evidence, "line", 0), 6);
        assert_non_null(json_object_get(evidence, "_personal"));
        assert_true(json_is_null(json_object_get(not_asked, "changes_at")));
}

static void where_nothing_is_declared_nothing_is_found(void **state)
{
        _cleanup_declared_ struct declared *lapsed = read_plan(PLAN(LAPSED));
        _cleanup_json_ json_t *expired = run(judge_anna, lapsed), *none = run(judge_anna, NULL);

        (void)state;
        assert_string_equal(json_member_string(expired, "status"), "manual");
        assert_string_equal(json_member_string(none, "status"), "manual");
}

static void ask_and_do_not_look(struct bio_context *c)
{
        const struct bio_node *set = bio_declared(c, "privileged");

        bio_conclude(c, NULL, bio_known(c, set) ? BIO_PASS : BIO_MANUAL, "asked");
}

static void asking_is_looking(void **state)
{
        _cleanup_declared_ struct declared *d = read_plan("{\"files\":[],\"unreadable\":\"why\"}");
        _cleanup_json_ json_t *result = run(ask_and_do_not_look, d);

        (void)state;
        assert_string_equal(json_member_string(result, "status"), "error");
}

static void a_check_that_asked_in_vain_cannot_pass(void **state)
{
        _cleanup_declared_ struct declared *d = read_plan("{\"files\":[],\"unreadable\":\"why\"}");
        _cleanup_json_ json_t *result = run(judge_anna, d);

        (void)state;
        assert_string_equal(json_member_string(result, "status"), "error");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(entries_in_force_and_lapsed_ones_are_apart),
                cmocka_unit_test(what_is_not_in_force_says_why),
                cmocka_unit_test(it_holds_from_its_date_until_its_term_is_over),
                cmocka_unit_test(an_empty_list_is_an_answer),
                cmocka_unit_test(a_set_that_is_not_whole_is_not_known),
                cmocka_unit_test(another_form_is_refused),
                cmocka_unit_test(a_result_changes_when_a_declaration_that_it_asked_for_expires),
                cmocka_unit_test(where_nothing_is_declared_nothing_is_found),
                cmocka_unit_test(asking_is_looking),
                cmocka_unit_test(a_check_that_asked_in_vain_cannot_pass),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
