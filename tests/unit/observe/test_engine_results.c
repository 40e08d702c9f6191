/* SPDX-License-Identifier: EUPL-1.2 */
/* The engine: what becomes of findings: their order and bounds, notes, personal values, text, basis and time. */
#include "engine_host.h"

/* Time */

static void use_time(struct bio_context *c)
{
        assert_int_equal(bio_now(c), NOW);
        bio_changes_at(c, bio_add_term(c, bio_now(c), "P2D"));
        bio_changes_at(c, bio_add_term(c, bio_now(c), "P1D"));
        bio_changes_at(c, bio_now(c) - 1);
        bio_conclude(c, NULL, BIO_PASS, "well");
}

static void the_earliest_change_counts(void **state)
{
        _cleanup_json_ json_t *result = run(use_time);

        (void)state;
        assert_string_equal(json_member_string(result, "changes_at"), "2026-02-01T08:30:00Z");
        assert_string_equal(json_member_string(result, "observed_at"), "2026-01-31T08:30:00Z");
}

static void use_no_term(struct bio_context *c)
{
        assert_int_equal(bio_add_term(c, 5, "soon"), 5);
        bio_conclude(c, NULL, BIO_PASS, "well");
}

static void what_is_no_term_is_an_error(void **state)
{
        _cleanup_json_ json_t *result = run(use_no_term);

        (void)state;
        assert_string_equal(status(result), "error");
}

/* Findings */

static void find_one_of_each(struct bio_context *c)
{
        bio_conclude(c, NULL, BIO_NA, "na");
        bio_conclude(c, NULL, BIO_PASS, "pass");
        bio_conclude(c, NULL, BIO_MANUAL, "manual");
        bio_conclude(c, NULL, BIO_ERROR, "error");
        bio_conclude(c, NULL, BIO_FAIL, "fail");
}

static void findings_are_worst_first_and_passes_are_counted(void **state)
{
        _cleanup_json_ json_t *result = run(find_one_of_each);
        static const char *const order[] = {"fail", "error", "manual", "na"};

        (void)state;
        assert_int_equal(finding_count(result), ELEMENTS(order));
        for (size_t i = 0; i < ELEMENTS(order); i++)
                assert_string_equal(json_member_string(finding(result, i), "status"), order[i]);
        assert_json(json_object_get(result, "counts"), "{\"fail\":1,\"error\":1,\"manual\":1,\"pass\":1,\"na\":1}");
}

static enum bio_status often;

static void find_often(struct bio_context *c)
{
        for (unsigned i = 0; i < 150; i++)
                bio_evidence(c, bio_conclude(c, bio_subject(c, BIO_TECHNICAL, "n%u", i), often, "x"),
                             bio_fact(c, "sshd"), NULL, true);
}

static void kept_findings_are_bounded_and_all_counted(void **state)
{
        _cleanup_json_ json_t *fails = NULL, *passes = NULL;

        (void)state;
        often = BIO_FAIL;
        fails = run(find_often);
        assert_int_equal(finding_count(fails), 100);
        assert_int_equal(json_member_integer(json_object_get(fails, "counts"), "fail", 0), 150);
        often = BIO_PASS;
        passes = run(find_often);
        assert_int_equal(finding_count(passes), 10);
        assert_int_equal(json_member_integer(json_object_get(passes, "counts"), "pass", 0), 150);
}

static void conclude_nonsense(struct bio_context *c)
{
        bio_conclude(c, NULL, (enum bio_status)17, "x");
}

static void a_status_that_is_none_is_an_error(void **state)
{
        _cleanup_json_ json_t *result = run(conclude_nonsense);

        (void)state;
        assert_string_equal(status(result), "error");
}

static void note_then_evidence(struct bio_context *c)
{
        struct bio_finding *f = bio_conclude(c, NULL, BIO_FAIL, "this is why");
        const struct bio_node *fact = bio_fact(c, "sshd");

        bio_evidence(c, f, bio_get(c, fact, "number"), NULL, false);
        bio_evidence(c, f, bio_get(c, fact, "word"), "yes", true);
}

static void notes_stand_with_what_decides(void **state)
{
        _cleanup_json_ json_t *result = run(note_then_evidence);

        (void)state;
        assert_string_equal(json_member_string(evidence(result, 0, 0), "key"), "word");
        assert_string_equal(json_member_string(evidence(result, 0, 0), "note"), "this is why");
        assert_string_equal(json_member_string(evidence(result, 0, 0), "expected"), "yes");
        assert_null(json_member_string(evidence(result, 0, 1), "note"));
        assert_true(json_is_false(json_object_get(evidence(result, 0, 1), "decides")));
}

static void name_a_person(struct bio_context *c)
{
        const struct bio_node *name = bio_get(c, bio_fact(c, "sshd"), "personal");

        bio_judge(c, bio_subject(c, BIO_PERSONAL, "user:%s", bio_string(c, name)), name, BIO_EQUALS, "root");
}

static void personal_values_are_marked(void **state)
{
        _cleanup_json_ json_t *result = run(name_a_person);

        (void)state;
        assert_json(json_object_get(finding(result, 0), "_personal"), "[\"subject\"]");
        assert_json(json_object_get(evidence(result, 0, 0), "_personal"), "[\"actual\"]");
}

static void overrule_a_person(struct bio_context *c)
{
        bio_judge(c, bio_subject(c, BIO_TECHNICAL, "x"), bio_get(c, bio_fact(c, "sshd"), "winner"), BIO_EQUALS, "x");
}

static void what_a_personal_value_overrode_is_personal(void **state)
{
        _cleanup_json_ json_t *result = NULL;
        struct bio_node *winner = tree_class(tree_text(host.tree, "alice"), BIO_PERSONAL);

        (void)state;
        tree_set(host.fact, "winner", winner);
        tree_overrode(winner, tree_text(host.tree, "bob"));
        result = run(overrule_a_person);
        assert_json(json_object_get(evidence(result, 0, 0), "_personal"), "[\"actual\",\"note\"]");
}

static void be_rude(struct bio_context *c)
{
        bio_because(c, "%s", "a\x1b[2J\\");
        bio_conclude(c, bio_subject(c, BIO_TECHNICAL, "file:%s", "/\xff\n"), BIO_FAIL, "%s", "\x07");
}

static void all_text_is_made_safe(void **state)
{
        _cleanup_json_ json_t *result = run(be_rude);

        (void)state;
        assert_string_equal(json_member_string(result, "because"), "a\\x1b[2J\\\\");
        assert_string_equal(json_member_string(finding(result, 0), "subject"), "file:/\\xff\\x0a");
        assert_string_equal(json_member_string(evidence(result, 0, 0), "note"), "\\x07");
}

static void say_much(struct bio_context *c)
{
        _cleanup_free_ char *much = must_alloc(20001);

        memset(much, 'x', 20000);
        memcpy(much + 4095, "é", 2);
        bio_conclude(c, bio_subject(c, BIO_TECHNICAL, "%s", much), BIO_FAIL, "%s", much);
        bio_judge(c, NULL, bio_get(c, bio_fact(c, "sshd"), "long"), BIO_EQUALS, much);
}

static void all_text_is_bounded(void **state)
{
        _cleanup_json_ json_t *result = NULL;
        _cleanup_free_ char *much = must_alloc(20001);

        (void)state;
        memset(much, 'y', 20000);
        tree_set(host.fact, "long", tree_text(host.tree, much));
        result = run(say_much);
        /* Cut before the character that no longer fits. */
        assert_int_equal(strlen(json_member_string(finding(result, 0), "subject")), 4095);
        assert_true(strlen(json_member_string(evidence(result, 1, 0), "actual")) < 4200);
        assert_non_null(strstr(json_member_string(evidence(result, 1, 0), "actual"), "(15904 bytes more)"));
}

/* Basis */

static const char *const *basis_keys;

static void look_for_basis(struct bio_context *c)
{
        for (const char *const *key = basis_keys; *key; key++)
                bio_judge(c, NULL, bio_get(c, bio_fact(c, "sshd"), *key), BIO_EQUALS, "1");
}

static void basis_is_what_could_be_seen(void **state)
{
        static const char *const disk[] = {"word", "offline", NULL}, *const both[] = {"word", "running", NULL},
                                 *const running[] = {"running", NULL}, *const none[] = {"offline", NULL};
        static const struct {
                const char *const *keys;
                const char *basis;
        } cases[] = {{disk, "[\"disk\"]"}, {both, "[\"disk\",\"running\"]"}, {running, "[\"running\"]"}, {none, "[]"}};

        (void)state;
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                _cleanup_json_ json_t *result = NULL;

                basis_keys = cases[i].keys;
                result = run(look_for_basis);
                assert_json(json_object_get(result, "basis"), cases[i].basis);
        }
}

static void read_keys(struct bio_context *c)
{
        const struct bio_node *fact = bio_fact(c, "sshd");

        assert_string_equal(bio_key(c, bio_get(c, fact, "word")), "word");
        assert_null(bio_key(c, fact));
        assert_int_equal(bio_state(c, bio_get(c, fact, "nothing")), BIO_ABSENT);
        assert_int_equal(bio_state(c, bio_get(c, NULL, "nothing")), BIO_ABSENT);
        assert_int_equal(bio_state(c, bio_get(c, bio_get(c, fact, "unreadable"), "below")), BIO_UNREADABLE);
        assert_int_equal(bio_state(c, bio_get(c, bio_get(c, fact, "word"), "below")), BIO_ABSENT);
        assert_int_equal(c->functions->size, sizeof(struct bio_functions));
        bio_conclude(c, NULL, BIO_PASS, "well");
}

static void getters_never_give_null(void **state)
{
        _cleanup_json_ json_t *result = run(read_keys);

        (void)state;
        assert_string_equal(status(result), "pass");
}

static void a_check_that_there_is_not_is_an_error(void **state)
{
        _cleanup_json_ json_t *with = json_object(), *result = NULL;
        _cleanup_free_ char *why = NULL;

        (void)state;
        result = engine_unknown_check("no.such", with, NOW);
        assert_int_equal(shape_result(result, "no.such", &why), 0);
        assert_string_equal(status(result), "error");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(the_earliest_change_counts),
                TEST(what_is_no_term_is_an_error),
                TEST(findings_are_worst_first_and_passes_are_counted),
                TEST(kept_findings_are_bounded_and_all_counted),
                TEST(a_status_that_is_none_is_an_error),
                TEST(notes_stand_with_what_decides),
                TEST(personal_values_are_marked),
                TEST(what_a_personal_value_overrode_is_personal),
                TEST(all_text_is_made_safe),
                TEST(all_text_is_bounded),
                TEST(basis_is_what_could_be_seen),
                TEST(getters_never_give_null),
                TEST(a_check_that_there_is_not_is_an_error),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
