/* SPDX-License-Identifier: EUPL-1.2 */
/* The policies as shipped, held against parts.json: ids, sides, order and bearing of every part. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/io.h"
#include "base/json.h"
#include "base/text.h"
#include "policy/policy.h"

static const char *const directories[] = {SOURCE_DIR "/policies", NULL};

static struct policies *load(void)
{
        _cleanup_diag_ struct diag diag = {0};
        struct policies *p = policies_new();

        assert_int_equal(policies_add(p, "bio2", directories, &diag), 0);
        assert_int_equal(policies_add(p, "algoritmekader", directories, &diag), 0);
        assert_int_equal(diag.count, 0);
        return p;
}

static json_t *load_parts(void)
{
        _cleanup_free_ char *bytes = NULL;
        size_t length;
        json_t *json;

        assert_int_equal(file_read(AT_FDCWD, SOURCE_DIR "/tests/unit/policy/parts.json", 1 << 20, &bytes, &length), 0);
        assert_int_equal(json_parse(bytes, length, &json, NULL), 0);
        return json;
}

static void same_checks(const struct policy_part *part, const json_t *expected)
{
        json_t *check;
        size_t i;

        assert_int_equal(part->check_count, json_array_size(expected));
        json_array_foreach (expected, i, check) {
                const struct policy_check *c = &part->checks[i];
                _cleanup_json_ json_t *with = c->with ? tree_to_plain_json(c->with) : NULL;

                assert_string_equal(c->check, json_member_string(check, "check"));
                assert_string_equal(policy_bears_name(c->bears), json_member_string(check, "bears"));
                assert_int_equal(c->origin, POLICY_TEXT);
                assert_true(with ? json_equal(with, json_object_get(check, "with")) : !json_object_get(check, "with"));
        }
}

static void same_parts(const struct policy_measure *m, const json_t *expected)
{
        json_t *part;
        size_t i;

        assert_int_equal(m->part_count, json_array_size(expected));
        json_array_foreach (expected, i, part) {
                assert_string_equal(m->parts[i].id, json_member_string(part, "id"));
                assert_int_equal(m->parts[i].by_host, streq(json_member_string(part, "by"), "host"));
                same_checks(&m->parts[i], json_object_get(part, "checks"));
        }
}

static void same_rolled_up(const struct policy_measure *m, const json_t *expected)
{
        json_t *number;
        size_t i;

        assert_int_equal(m->rolls_up != NULL, expected != NULL);
        json_array_foreach (expected, i, number)
                assert_string_equal(m->rolls_up[i], json_string_value(number));
        assert_true(!expected || !m->rolls_up[i]);
}

static void every_part_is_there_in_its_order_with_its_side_and_bearing(void **state)
{
        _cleanup_policies_ struct policies *p = load();
        _cleanup_json_ json_t *all = load_parts();
        json_t *expected;
        size_t i, measures = 0;

        (void)state;
        json_array_foreach (json_object_get(all, "measures"), i, expected) {
                const struct policy_measure *m = policies_measure(p, json_member_string(expected, "id"));

                assert_non_null(m);
                assert_string_equal(policy_kind_name(m->kind), json_member_string(expected, "kind"));
                assert_string_equal(policy_coverage_name(m->coverage), json_member_string(expected, "coverage"));
                same_parts(m, json_object_get(expected, "parts"));
                same_rolled_up(m, json_object_get(expected, "rolls_up"));
        }
        for (i = 0; i < policies_count(p); i++)
                measures += policies_at(p, i)->measure_count;
        assert_int_equal(measures, json_array_size(json_object_get(all, "measures")));
}

/* What no host can show has no part that one shows. */
static void coverage_is_what_the_parts_are(void **state)
{
        _cleanup_policies_ struct policies *p = load();

        (void)state;
        for (size_t i = 0; i < policies_count(p); i++) {
                for (size_t j = 0; j < policies_at(p, i)->measure_count; j++) {
                        const struct policy_measure *m = &policies_at(p, i)->measures[j];
                        size_t host = 0;

                        for (size_t k = 0; k < m->part_count; k++)
                                host += m->parts[k].by_host;
                        if (m->rolls_up)
                                continue;
                        assert_int_equal(m->coverage == POLICY_ORGANISATION, host == 0);
                        assert_true(m->coverage != POLICY_HOST || host == m->part_count);
                }
        }
}

/* Every sentence in two languages, each once in its measure: a slip of the pen shows. */
static void no_sentence_stands_twice(void **state)
{
        _cleanup_policies_ struct policies *p = load();

        (void)state;
        for (size_t i = 0; i < policies_count(p); i++) {
                for (size_t j = 0; j < policies_at(p, i)->measure_count; j++) {
                        const struct policy_measure *m = &policies_at(p, i)->measures[j];

                        for (size_t k = 0; k < m->part_count; k++) {
                                assert_string_not_equal(m->parts[k].title.nl, m->parts[k].title.en);
                                for (size_t n = 0; n < k; n++) {
                                        assert_string_not_equal(m->parts[k].title.nl, m->parts[n].title.nl);
                                        assert_string_not_equal(m->parts[k].title.en, m->parts[n].title.en);
                                }
                        }
                }
        }
}

static void every_measure_says_where_it_comes_from_and_who_attests(void **state)
{
        _cleanup_policies_ struct policies *p = load();

        (void)state;
        for (size_t i = 0; i < policies_count(p); i++) {
                const struct policy *policy = policies_at(p, i);
                const struct bio_node *note = tree_get(policy->source, "note");

                assert_non_null(strstr(tree_bytes_of(tree_get(note, "nl"), NULL), "de officiële tekst beslist"));
                assert_non_null(strstr(tree_bytes_of(tree_get(note, "en"), NULL), "the official text decides"));
                for (size_t j = 0; j < policy->measure_count; j++) {
                        const struct policy_measure *m = &policy->measures[j];

                        assert_true(tree_count(tree_get(m->refs, "iso27002")) > 0);
                        /* The catalogue has no statement for a control without a measure of its own. */
                        assert_int_equal(m->attest != NULL, m->kind != POLICY_CONTROL);
                        if (m->attest)
                                assert_string_equal(m->attest->valid, streq(m->id, "8.18.01") ? "P3M" : "P1Y");
                }
        }
}

static void add_results(const struct policy_part *part, const char *status, json_t *results)
{
        for (size_t i = 0; i < part->check_count; i++) {
                const struct policy_check *c = &part->checks[i];

                json_array_append_new(results, json_pack("{s:s,s:o,s:s}", "check", c->check, "with",
                                                         c->with ? tree_to_plain_json(c->with) : json_object(),
                                                         "status", status));
        }
}

/* What measures answer where every check that they name says the same. */
static json_t *answers_of(const struct policies *p, const char *status)
{
        _cleanup_json_ json_t *results = json_array();

        for (size_t i = 0; i < policies_count(p); i++)
                for (size_t j = 0; j < policies_at(p, i)->measure_count; j++)
                        for (size_t k = 0; k < policies_at(p, i)->measures[j].part_count; k++)
                                add_results(&policies_at(p, i)->measures[j].parts[k], status, results);
        return policies_roll_up(p, NULL, NULL, results);
}

/* No measure is wholly examined by the checks that there are, whatever they say; what no host shows has no answer. */
static void no_measure_of_parts_that_are_not_examined_passes(void **state)
{
        static const char *const statuses[] = {"pass", "fail", "error", "manual", "na"};
        _cleanup_policies_ struct policies *p = load();

        (void)state;
        for (size_t s = 0; s < ELEMENTS(statuses); s++) {
                _cleanup_json_ json_t *measures = answers_of(p, statuses[s]);
                json_t *measure;
                size_t i;

                assert_int_equal(json_array_size(measures), 19);
                json_array_foreach (measures, i, measure) {
                        const char *technical = json_member_string(measure, "technical");
                        bool organisation = streq(json_member_string(measure, "coverage"), "organisation");

                        assert_int_equal(technical == NULL, organisation);
                        if (technical && streq(technical, "pass"))
                                fail_msg("%s passes", json_member_string(measure, "id"));
                }
        }
}

/* Advice is of this project: it stands apart from what a framework asks, and says so. */
static void hardening_is_advice(void **state)
{
        _cleanup_diag_ struct diag diag = {0};
        _cleanup_policies_ struct policies *p = policies_new();
        const struct policy *policy;

        (void)state;
        assert_int_equal(policies_add(p, "hardening", directories, &diag), 0);
        assert_int_equal(diag.count, 0);
        policy = policies_at(p, 0);
        assert_true(policy->measure_count > 0);
        for (size_t i = 0; i < policy->measure_count; i++) {
                const struct policy_measure *m = &policy->measures[i];

                assert_int_equal(m->kind, POLICY_ADVICE);
                assert_int_equal(m->coverage, POLICY_HOST);
                assert_null(m->attest);
                for (size_t j = 0; j < m->part_count; j++) {
                        assert_true(m->parts[j].by_host);
                        for (size_t k = 0; k < m->parts[j].check_count; k++)
                                assert_int_equal(m->parts[j].checks[k].origin, POLICY_PROPOSAL);
                }
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_part_is_there_in_its_order_with_its_side_and_bearing),
                cmocka_unit_test(coverage_is_what_the_parts_are),
                cmocka_unit_test(no_sentence_stands_twice),
                cmocka_unit_test(every_measure_says_where_it_comes_from_and_who_attests),
                cmocka_unit_test(no_measure_of_parts_that_are_not_examined_passes),
                cmocka_unit_test(hardening_is_advice),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
