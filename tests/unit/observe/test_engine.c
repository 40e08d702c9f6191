/* SPDX-License-Identifier: EUPL-1.2 */
/* The engine: what a verdict about a node becomes, and that nothing unknown passes. Facts are built by hand here. */
#include "engine_host.h"

/* What the next body judges. */
static struct {
        const char *key;
        enum bio_operator op;
        const char *expected;
} judging;

static void judge_one(struct bio_context *c)
{
        bio_judge(c, bio_subject(c, BIO_TECHNICAL, "thing:x"), bio_get(c, bio_fact(c, "sshd"), judging.key), judging.op,
                  judging.expected);
}

static void judges(const char *key, enum bio_operator op, const char *expected, const char *as)
{
        _cleanup_json_ json_t *result = NULL;

        judging.key = key;
        judging.op = op;
        judging.expected = expected;
        result = run(judge_one);
        if (!streq(status(result), as))
                fail_msg("%s, operator %d, %s: %s instead of %s", key, (int)op, expected ? expected : "-",
                         status(result), as);
        assert_int_equal(finding_count(result), 1);
}

static void operators_compare(void **state)
{
        (void)state;
        judges("word", BIO_EQUALS, "no", "pass");
        judges("word", BIO_EQUALS, "yes", "fail");
        judges("Word", BIO_EQUALS, "no", "fail");
        judges("Word", BIO_EQUALS_ANY_CASE, "nO", "pass");
        judges("Word", BIO_EQUALS_ANY_CASE, "non", "fail");
        judges("word", BIO_NOT_EQUALS, "yes", "pass");
        judges("word", BIO_NOT_EQUALS, "no", "fail");
        judges("number", BIO_EQUALS, "10", "pass");
        judges("number", BIO_EQUALS, "11", "fail");
        judges("number", BIO_AT_LEAST, "10", "pass");
        judges("number", BIO_AT_LEAST, "11", "fail");
        judges("number", BIO_AT_MOST, "10", "pass");
        judges("number", BIO_AT_MOST, "9", "fail");
        judges("word", BIO_ONE_OF, "yes no", "pass");
        judges("word", BIO_ONE_OF, "no", "pass");
        judges("word", BIO_ONE_OF, "non n", "fail");
        judges("yes", BIO_IS_TRUE, NULL, "pass");
        judges("not", BIO_IS_TRUE, NULL, "fail");
        judges("not", BIO_IS_FALSE, NULL, "pass");
        judges("yes", BIO_IS_FALSE, NULL, "fail");
        judges("word", BIO_IS_ABSENT, NULL, "fail");
        judges("absent", BIO_IS_ABSENT, NULL, "pass");
        judges("nothing of that name", BIO_IS_ABSENT, NULL, "pass");
}

static void absent_fails_what_needs_a_value(void **state)
{
        (void)state;
        judges("absent", BIO_EQUALS, "no", "fail");
        judges("absent", BIO_NOT_EQUALS, "no", "fail");
        judges("absent", BIO_IS_FALSE, NULL, "fail");
        judges("nothing of that name", BIO_AT_MOST, "1", "fail");
}

static void what_is_not_known_is_an_error(void **state)
{
        static const char *const keys[] = {"unreadable", "undecidable"};

        (void)state;
        for (size_t i = 0; i < ELEMENTS(keys); i++)
                for (unsigned op = BIO_EQUALS; op <= BIO_IS_ABSENT; op++)
                        judges(keys[i], (enum bio_operator)op, "1", "error");
}

static void another_type_is_an_error(void **state)
{
        (void)state;
        judges("list", BIO_EQUALS, "no", "error");
        judges("list", BIO_NOT_EQUALS, "no", "error");
        judges("number", BIO_EQUALS, "ten", "error");
        judges("number", BIO_EQUALS_ANY_CASE, "10", "error");
        judges("number", BIO_ONE_OF, "10", "error");
        judges("word", BIO_AT_LEAST, "1", "error");
        judges("word", BIO_AT_MOST, "1", "error");
        judges("number", BIO_AT_LEAST, "x", "error");
        judges("word", BIO_IS_TRUE, NULL, "error");
        judges("word", BIO_IS_FALSE, NULL, "error");
        judges("word", BIO_EQUALS, NULL, "error");
        judges("word", (enum bio_operator)99, "no", "error");
}

static void evidence_comes_from_the_node(void **state)
{
        _cleanup_json_ json_t *result = NULL;
        struct bio_node *winner = tree_from(tree_text(host.tree, "yes"), "/etc/y", 7, 0);

        (void)state;
        tree_set(host.fact, "winner", tree_note(winner, "a remark"));
        tree_overrode(winner, tree_from(tree_text(host.tree, "no"), "/etc/z", 9, 0));
        judging.key = "winner";
        judging.op = BIO_EQUALS;
        judging.expected = "no";
        result = run(judge_one);
        assert_json(finding(result, 0),
                    "{\"subject\":\"thing:x\",\"status\":\"fail\",\"evidence\":[{\"source\":\"/etc/y\",\"line\":7,"
                    "\"key\":\"winner\",\"actual\":\"yes\",\"expected\":\"no\",\"decides\":true,"
                    "\"note\":\"a remark; overrides /etc/z:9 (no)\"}]}");
}

static void many_overridden_are_counted(void **state)
{
        _cleanup_json_ json_t *result = NULL;
        struct bio_node *winner = tree_text(host.tree, "yes");

        (void)state;
        tree_set(host.fact, "winner", winner);
        for (unsigned i = 0; i < 7; i++)
                tree_overrode(winner, tree_from(tree_text(host.tree, "no"), "/z", i + 1, 0));
        judging.key = "winner";
        judging.op = BIO_EQUALS;
        judging.expected = "no";
        result = run(judge_one);
        assert_non_null(strstr(json_member_string(evidence(result, 0, 0), "note"), "/z:5 (no); and 2 more"));
}

static void expectations_read_as_sentences(void **state)
{
        static const struct {
                enum bio_operator op;
                const char *given, *reads;
        } expectations[] = {
                {BIO_NOT_EQUALS, "no", "not no"},   {BIO_AT_LEAST, "5", "at least 5"}, {BIO_AT_MOST, "5", "at most 5"},
                {BIO_ONE_OF, "a b", "one of: a b"}, {BIO_IS_TRUE, NULL, "true"},       {BIO_IS_FALSE, NULL, "false"},
                {BIO_IS_ABSENT, NULL, "(absent)"},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(expectations); i++) {
                _cleanup_json_ json_t *result = NULL;

                judging.key = "word";
                judging.op = expectations[i].op;
                judging.expected = expectations[i].given;
                result = run(judge_one);
                assert_string_equal(json_member_string(evidence(result, 0, 0), "expected"), expectations[i].reads);
        }
}

static void judge_list_item(struct bio_context *c)
{
        const struct bio_node *item;

        BIO_EACH (c, item, bio_get(c, bio_fact(c, "sshd"), "list"))
                bio_judge(c, bio_subject(c, BIO_TECHNICAL, "item"), item, BIO_EQUALS, "first");
}

static void items_of_a_list_stand_under_its_key(void **state)
{
        _cleanup_json_ json_t *result = run(judge_list_item);

        (void)state;
        assert_string_equal(json_member_string(evidence(result, 0, 0), "key"), "list");
        assert_string_equal(json_member_string(evidence(result, 0, 0), "actual"), "second");
        assert_int_equal(json_member_integer(json_object_get(result, "counts"), "pass", 0), 1);
}

static void judge_nothing(struct bio_context *c)
{
        bio_judge(c, NULL, NULL, BIO_EQUALS, "x");
}

static void no_subject_is_the_check_and_no_node_is_absent(void **state)
{
        _cleanup_json_ json_t *result = run(judge_nothing);

        (void)state;
        assert_string_equal(json_member_string(finding(result, 0), "subject"), "check:test.check");
        assert_string_equal(json_member_string(evidence(result, 0, 0), "actual"), "(absent)");
}

static void do_nothing(struct bio_context *c)
{
        (void)c;
}

static void no_finding_is_an_error(void **state)
{
        _cleanup_json_ json_t *result = run(do_nothing);

        (void)state;
        assert_string_equal(status(result), "error");
        assert_string_equal(json_member_string(evidence(result, 0, 0), "note"), "check gave no finding");
}

/* Taint: what was looked at and is not known keeps from passing. */

static void (*look)(struct bio_context *c, const struct bio_node *node);
static const char *looked_at = "unreadable";

static void pass_having_looked(struct bio_context *c)
{
        look(c, bio_get(c, bio_fact(c, "sshd"), looked_at));
        bio_conclude(c, bio_subject(c, BIO_TECHNICAL, "thing"), BIO_PASS, "all is well");
}

static void look_bool(struct bio_context *c, const struct bio_node *node)
{
        (void)bio_boolean(c, node);
}

static void look_integer(struct bio_context *c, const struct bio_node *node)
{
        (void)bio_integer(c, node);
}

static void look_string(struct bio_context *c, const struct bio_node *node)
{
        (void)bio_string(c, node);
}

static void look_count(struct bio_context *c, const struct bio_node *node)
{
        (void)bio_count(c, node);
}

static void look_each(struct bio_context *c, const struct bio_node *node)
{
        const struct bio_node *child;

        BIO_EACH (c, child, node)
                (void)child;
}

static void look_type(struct bio_context *c, const struct bio_node *node)
{
        (void)c->functions->type(c, node);
}

static void look_member(struct bio_context *c, const struct bio_node *node)
{
        (void)bio_integer(c, bio_get(c, node, "member"));
}

static void look_evidence(struct bio_context *c, const struct bio_node *node)
{
        bio_evidence(c, bio_conclude(c, NULL, BIO_PASS, "seen"), node, NULL, false);
}

static void look_state(struct bio_context *c, const struct bio_node *node)
{
        assert_int_equal(bio_state(c, node), BIO_UNREADABLE);
        assert_string_equal(bio_why(c, node), "permission denied");
}

static void look_waived(struct bio_context *c, const struct bio_node *node)
{
        (void)bio_integer(c, node);
        bio_waive(c, node, "it does not matter here");
}

static void look_waived_without_reason(struct bio_context *c, const struct bio_node *node)
{
        bio_waive(c, node, "");
        (void)bio_integer(c, node);
}

static void look_judged(struct bio_context *c, const struct bio_node *node)
{
        bio_judge(c, bio_subject(c, BIO_TECHNICAL, "thing"), node, BIO_EQUALS, "x");
        (void)bio_integer(c, node);
}

static void a_look_at_the_unknown_never_passes(void **state)
{
        void (*const looks[])(struct bio_context *,
                              const struct bio_node *) = {look_bool,   look_integer,  look_string,
                                                          look_count,  look_each,     look_type,
                                                          look_member, look_evidence, look_waived_without_reason};

        (void)state;
        for (size_t i = 0; i < ELEMENTS(looks); i++) {
                _cleanup_json_ json_t *result = NULL;

                look = looks[i];
                looked_at = i % 2 ? "undecidable" : "unreadable";
                result = run(pass_having_looked);
                if (!streq(status(result), "error"))
                        fail_msg("way %zu of looking ended as %s", i, status(result));
                assert_string_equal(json_member_string(finding(result, 0), "subject"), "fact:sshd");
        }
        looked_at = "unreadable";
}

static void the_error_quotes_what_was_not_known(void **state)
{
        _cleanup_json_ json_t *result = NULL;

        (void)state;
        look = look_integer;
        result = run(pass_having_looked);
        assert_json(finding(result, 0),
                    "{\"subject\":\"fact:sshd\",\"status\":\"error\",\"evidence\":[{\"source\":\"/etc/shadow\","
                    "\"key\":\"unreadable\",\"actual\":\"(unreadable: permission denied)\",\"decides\":true}]}");
}

static void passes_after(void (*how)(struct bio_context *, const struct bio_node *), const char *key)
{
        _cleanup_json_ json_t *result = NULL;

        look = how;
        looked_at = key;
        result = run(pass_having_looked);
        looked_at = "unreadable";
        assert_string_equal(status(result), "pass");
}

static void states_waivers_and_absence_pass(void **state)
{
        (void)state;
        passes_after(look_state, "unreadable");
        passes_after(look_waived, "unreadable");
        passes_after(look_integer, "absent");
        passes_after(look_each, "absent");
        passes_after(look_integer, "number");
}

static void an_error_about_the_node_is_enough(void **state)
{
        _cleanup_json_ json_t *result = NULL;

        (void)state;
        look = look_judged;
        result = run(pass_having_looked);
        assert_string_equal(status(result), "error");
        assert_int_equal(finding_count(result), 1);
        assert_string_equal(json_member_string(finding(result, 0), "subject"), "thing");
}

static void look_at_three(struct bio_context *c)
{
        const struct bio_node *fact = bio_fact(c, "sshd");

        (void)bio_integer(c, bio_get(c, fact, "unreadable"));
        (void)bio_integer(c, bio_get(c, fact, "undecidable"));
        (void)bio_integer(c, bio_get(c, fact, "offline"));
}

static void one_finding_says_all_of_a_fact(void **state)
{
        _cleanup_json_ json_t *result = run(look_at_three);

        (void)state;
        assert_int_equal(finding_count(result), 1);
        assert_int_equal(json_array_size(json_object_get(finding(result, 0), "evidence")), 3);
}

static void look_at_many(struct bio_context *c)
{
        const struct bio_node *node;

        BIO_EACH (c, node, bio_fact(c, "sshd"))
                bio_waive(c, node, "all of them");
        bio_conclude(c, NULL, BIO_PASS, "well");
}

static void more_unknowns_than_are_kept_are_an_error(void **state)
{
        _cleanup_json_ json_t *result = NULL;

        (void)state;
        for (unsigned i = 0; i < 300; i++) {
                _cleanup_free_ char *key = must_printf("n%u", i);

                tree_set(host.fact, key, tree_unreadable(host.tree, "x"));
        }
        result = run(look_at_many);
        assert_string_equal(status(result), "error");
        assert_non_null(strstr(json_member_string(evidence(result, 0, 0), "note"), "more than 256"));
}

/* Facts */

static void use_undeclared(struct bio_context *c)
{
        (void)bio_integer(c, bio_fact(c, "accounts"));
        (void)bio_integer(c, bio_query(c, "accounts.uid0", NULL));
        bio_conclude(c, NULL, BIO_PASS, "well");
}

static void facts_must_be_declared(void **state)
{
        _cleanup_json_ json_t *result = run(use_undeclared);

        (void)state;
        assert_string_equal(status(result), "error");
        assert_non_null(strstr(json_member_string(evidence(result, 0, 0), "actual"),
                               "does not say that it uses fact accounts"));
}

static void ask_query(struct bio_context *c)
{
        const struct bio_node *answer = bio_query(c, "sshd.effective", "user", "root", "host", "h");

        assert_int_equal(bio_count(c, answer), 2);
        assert_string_equal(bio_string(c, c->functions->at(c, answer, 0)), "user=root");
        assert_null(c->functions->at(c, answer, 2));
        bio_conclude(c, NULL, BIO_PASS, "well");
}

static void queries_pass_their_arguments(void **state)
{
        _cleanup_json_ json_t *result = run(ask_query);

        (void)state;
        assert_string_equal(status(result), "pass");
}

/* Parameters */

static char seen[64];

static void see_parameters(struct bio_context *c)
{
        const struct bio_node *names = bio_parameter(c, "names");

        (void)snprintf(seen, sizeof(seen), "%s %ld %d %zu %d", bio_string(c, bio_parameter(c, "term")),
                       (long)bio_integer(c, bio_parameter(c, "most")), bio_boolean(c, bio_parameter(c, "strict")),
                       bio_count(c, names), bio_known(c, bio_parameter(c, "text")));
        bio_conclude(c, NULL, BIO_PASS, "well");
}

static void parameters_have_defaults(void **state)
{
        _cleanup_json_ json_t *result = run(see_parameters);

        (void)state;
        assert_string_equal(seen, "P1Y 10 0 2 0");
        assert_json(json_object_get(result, "with"), "{}");
}

/* The identity of a result: keys sorted, defaults left out. */
static void with_holds_what_differs_from_the_defaults(void **state)
{
        _cleanup_json_ json_t *result =
                run_with(see_parameters,
                         "{\"text\":\"x\",\"strict\":true,\"most\":10,\"names\":[\"a\",\"b\"],\"term\":\"P6M\"}");

        (void)state;
        assert_string_equal(seen, "P6M 10 1 2 1");
        assert_json(json_object_get(result, "with"), "{\"strict\":true,\"term\":\"P6M\",\"text\":\"x\"}");
}

static void parameters_of_another_kind_are_errors(void **state)
{
        static const char *const wrong[] = {
                "{\"other\":1}",        "{\"term\":\"a year\"}", "{\"term\":1}",    "{\"most\":\"10\"}",
                "{\"strict\":\"yes\"}", "{\"names\":\"a\"}",     "{\"names\":[1]}", "{\"text\":false}",
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(wrong); i++) {
                _cleanup_json_ json_t *result = NULL, *with = NULL;

                seen[0] = '\0';
                result = run_with(see_parameters, wrong[i]);
                assert_string_equal(status(result), "error");
                assert_string_equal(seen, "");
                assert_int_equal(json_parse(wrong[i], strlen(wrong[i]), &with, NULL), 0);
                assert_true(json_equal(json_object_get(result, "with"), with));
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(operators_compare),
                TEST(absent_fails_what_needs_a_value),
                TEST(what_is_not_known_is_an_error),
                TEST(another_type_is_an_error),
                TEST(evidence_comes_from_the_node),
                TEST(many_overridden_are_counted),
                TEST(expectations_read_as_sentences),
                TEST(items_of_a_list_stand_under_its_key),
                TEST(no_subject_is_the_check_and_no_node_is_absent),
                TEST(no_finding_is_an_error),
                TEST(a_look_at_the_unknown_never_passes),
                TEST(the_error_quotes_what_was_not_known),
                TEST(states_waivers_and_absence_pass),
                TEST(an_error_about_the_node_is_enough),
                TEST(one_finding_says_all_of_a_fact),
                TEST(more_unknowns_than_are_kept_are_an_error),
                TEST(facts_must_be_declared),
                TEST(queries_pass_their_arguments),
                TEST(parameters_have_defaults),
                TEST(with_holds_what_differs_from_the_defaults),
                TEST(parameters_of_another_kind_are_errors),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
