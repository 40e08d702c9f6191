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
static const char *const checks_of_this_release[] = {"ssh.root-login", "accounts.uid0", "audit.enabled", NULL};

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

static void every_part_is_there_in_its_order_with_its_side_and_bearing(void **state)
{
        _cleanup_policies_ struct policies *p = load();
        _cleanup_json_ json_t *all = load_parts();
        json_t *expected, *part, *check;
        size_t i, j, k, measures = 0;

        (void)state;
        json_array_foreach (json_object_get(all, "measures"), i, expected) {
                const struct policy_measure *m = policies_measure(p, json_member_string(expected, "id"));
                const json_t *parts = json_object_get(expected, "parts");

                assert_non_null(m);
                assert_string_equal(policy_kind_name(m->kind), json_member_string(expected, "kind"));
                assert_int_equal(m->coverage, POLICY_PARTLY);
                assert_int_equal(m->part_count, json_array_size(parts));
                json_array_foreach (parts, j, part) {
                        const json_t *checks = json_object_get(part, "checks");

                        assert_string_equal(m->parts[j].id, json_member_string(part, "id"));
                        assert_int_equal(m->parts[j].by_host, streq(json_member_string(part, "by"), "host"));
                        assert_int_equal(m->parts[j].check_count, json_array_size(checks));
                        json_array_foreach (checks, k, check) {
                                assert_string_equal(m->parts[j].checks[k].check, json_member_string(check, "check"));
                                assert_string_equal(policy_bears_name(m->parts[j].checks[k].bears),
                                                    json_member_string(check, "bears"));
                                assert_int_equal(m->parts[j].checks[k].origin, POLICY_TEXT);
                        }
                }
        }
        for (i = 0; i < policies_count(p); i++)
                measures += policies_at(p, i)->measure_count;
        assert_int_equal(measures, json_array_size(json_object_get(all, "measures")));
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
                        assert_true(tree_count(tree_get(policy->measures[j].refs, "iso27002")) > 0);
                        assert_non_null(policy->measures[j].attest);
                        assert_string_equal(policy->measures[j].attest->valid, "P1Y");
                }
        }
}

/* All three checks only refute: whatever they say, no measure passes. */
static void no_measure_can_pass_with_the_checks_of_this_release(void **state)
{
        static const char *const statuses[] = {"pass", "fail", "error", "manual", "na"};
        _cleanup_policies_ struct policies *p = load();

        (void)state;
        for (size_t s = 0; s < ELEMENTS(statuses); s++) {
                _cleanup_json_ json_t *results = json_array(), *measures = NULL;
                json_t *measure;
                size_t i;

                for (i = 0; checks_of_this_release[i]; i++)
                        json_array_append_new(results, json_pack("{s:s,s:{},s:s}", "check", checks_of_this_release[i],
                                                                 "with", "status", statuses[s]));
                measures = policies_roll_up(p, NULL, NULL, results);
                assert_int_equal(json_array_size(measures), 3);
                json_array_foreach (measures, i, measure) {
                        bool shown = s == 1 || s == 2;

                        assert_string_equal(json_member_string(measure, "technical"), shown ? statuses[s] : "manual");
                        assert_string_equal(json_member_string(measure, "organisational"), "open");
                }
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_part_is_there_in_its_order_with_its_side_and_bearing),
                cmocka_unit_test(every_measure_says_where_it_comes_from_and_who_attests),
                cmocka_unit_test(no_measure_can_pass_with_the_checks_of_this_release),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
