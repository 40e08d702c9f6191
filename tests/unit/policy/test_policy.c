/* SPDX-License-Identifier: EUPL-1.2 */
/* The policy format: what is taken, and what each error says of where it is. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/io.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "policy/policy.h"

static const char good[] = "schema: bioagent.policy/1\n"                                              /* 1 */
                           "policy: demo\n"                                                           /* 2 */
                           "version: \"7\"\n"                                                         /* 3 */
                           "title: {nl: Voorbeeld, en: Example}\n"                                    /* 4 */
                           "source: {name: N, version: V, date: 2026-01-31, licence: CC0-1.0}\n"      /* 5 */
                           "measures:\n"                                                              /* 6 */
                           "  - id: \"1.02\"\n"                                                       /* 7 */
                           "    kind: control\n"                                                      /* 8 */
                           "    coverage: partly\n"                                                   /* 9 */
                           "    title: {nl: Een, en: One}\n"                                          /* 10 */
                           "    refs: {iso27002: [\"5.17\"]}\n"                                       /* 11 */
                           "    when: {internet_facing: true}\n"                                      /* 12 */
                           "    parts:\n"                                                             /* 13 */
                           "      - id: shown\n"                                                      /* 14 */
                           "        title: {nl: Deel, en: Part}\n"                                    /* 15 */
                           "        by: host\n"                                                       /* 16 */
                           "        checks:\n"                                                        /* 17 */
                           "          - {check: a.one, bears: confirms, source: text}\n"              /* 18 */
                           "          - {check: a.two, bears: refutes, with: {term: P1Y, days: 5}}\n" /* 19 */
                           "      - {id: told, by: organisation, title: {nl: Deel, en: Part}}\n"      /* 20 */
                           "    attest:\n"                                                            /* 21 */
                           "      statement: {nl: Ja, en: Yes}\n"                                     /* 22 */
                           "      officer: ciso\n"                                                    /* 23 */
                           "      valid: P1Y\n";                                                      /* 24 */

static char directory[] = "/tmp/bioagent-test-XXXXXX";

static int make_directory(void **state)
{
        (void)state;
        return mkdtemp(directory) ? 0 : -1;
}

static int remove_directory(void **state)
{
        (void)state;
        return rmdir(directory);
}

static char *put(const char *name, const char *text)
{
        char *path = must_printf("%s/%s", directory, name);

        assert_int_equal(file_write_durably(AT_FDCWD, path, 0600, text, strlen(text), false), 0);
        return path;
}

static char *replace(const char *text, const char *old, const char *new)
{
        const char *at = strstr(text, old);

        assert_non_null(at);
        return must_printf("%.*s%s%s", (int)(at - text), text, new, at + strlen(old));
}

/* Adds one text as demo.yml. */
static int add(struct policies *p, const char *text, struct diag *diag)
{
        _cleanup_free_ char *path = put("demo.yml", text);
        int r = policies_add_file(p, path, diag);

        (void)unlink(path);
        return r;
}

static void a_policy_is_taken_whole(void **state)
{
        _cleanup_policies_ struct policies *p = policies_new();
        _cleanup_diag_ struct diag diag = {0};
        const struct policy *policy;
        const struct policy_measure *m;

        (void)state;
        assert_int_equal(add(p, good, &diag), 0);
        assert_int_equal(diag.count, 0);
        assert_int_equal(policies_count(p), 1);
        policy = policies_at(p, 0);
        assert_string_equal(policy->id, "demo");
        assert_string_equal(policy->version, "7");
        assert_string_equal(policy->title.nl, "Voorbeeld");
        assert_string_equal(policy->text, good);
        assert_true(starts_with(policy->digest, "sha256:"));
        assert_string_equal(tree_bytes_of(tree_get(policy->source, "licence"), NULL), "CC0-1.0");
        m = policies_measure(p, "demo:1.02");
        assert_non_null(m);
        assert_ptr_equal(m, policies_measure(p, "1.02"));
        assert_null(policies_measure(p, "demo:1.2"));
        assert_int_equal(m->kind, POLICY_CONTROL);
        assert_int_equal(m->coverage, POLICY_PARTLY);
        assert_null(m->error);
        assert_true(tree_bool_of(tree_get(m->when, "internet_facing")));
        assert_int_equal(m->part_count, 2);
        assert_true(m->parts[0].by_host);
        assert_false(m->parts[1].by_host);
        assert_int_equal(m->parts[0].check_count, 2);
        assert_int_equal(m->parts[0].checks[0].bears, POLICY_CONFIRMS);
        assert_int_equal(m->parts[0].checks[1].bears, POLICY_REFUTES);
        assert_int_equal(tree_integer_of(tree_get(m->parts[0].checks[1].with, "days")), 5);
        assert_string_equal(m->attest->officer, "ciso");
        assert_string_equal(m->attest->statement.en, "Yes");
        assert_string_equal(m->attest->valid, "P1Y");
}

/* Each replaces one piece of the good policy by a wrong one. */
static const struct {
        const char *old, *new, *where, *what, *expected;
} wrong[] = {
        {"schema: bioagent.policy/1\n", "", ":1:1:", "\"schema\" is missing", "expected text"},
        {"bioagent.policy/1", "bioagent.policy/x", ":1:9:", "unknown schema", "bioagent.policy/1"},
        {"bioagent.policy/1", "bioagent.policy/0", ":1:9:", "unknown schema", "bioagent.policy/1"},
        {"policy: demo", "policy: \"a/b\"", ":2:9:", "no identifier", "expected letters"},
        {"policy: demo", "policy: .demo", ":2:9:", "no identifier", "the first a letter"},
        {"version: \"7\"", "version: 7", ":3:10:", "a whole number", "expected text"},
        {"title: {nl: Voorbeeld, en: Example}", "title: {nl: Voorbeeld}", ":4:", "\"en\" is missing", "expected text"},
        {"title: {nl: Voorbeeld, en: Example}", "title: {nl: Voorbeeld, en: \"\"}", ":4:28:", "is empty",
         "expected a text"},
        {"title: {nl: Voorbeeld, en: Example}", "title: {nl: Voorbeeld, en: \"a\\e[2J\"}",
         ":4:28:", "control characters", "expected a text"},
        {"title: {nl: Voorbeeld, en: Example}", "title: {nl: A, en: B, de: C}", ":4:", "unknown key \"de\"", "nl, en"},
        {"date: 2026-01-31", "date: 2026-31-01", ":5:", "no date", "2026-01-31"},
        {", licence: CC0-1.0", "", ":5:", "\"licence\" is missing", "expected text"},
        {"measures:\n", "measure:\n", ":6:", "unknown key \"measure\"", "measures"},
        {"  - id: \"1.02\"", "  - id: 102", ":7:9:", "a whole number", "expected text"},
        {"kind: control", "kind: overheidsmaatregel", ":8:11:", "unknown \"overheidsmaatregel\"",
         "government-measure, control"},
        {"coverage: partly", "coverage: whole", ":9:15:", "unknown \"whole\"", "host, partly or organisation"},
        {"    coverage: partly\n", "", ":7:5:", "\"coverage\" is missing", "expected text"},
        {"[\"5.17\"]", "[5]", ":11:", "not a number as text", "in quotes"},
        {"iso27002", "iso27001", ":11:", "unknown key \"iso27001\"", "iso27002"},
        {"when: {internet_facing: true}", "when: {}", ":12:5:", "\"when\" is empty", "or no \"when\""},
        {"when: {internet_facing: true}", "when: {a: [1]}", ":12:", "compares with one value", "true, false"},
        {"        by: host\n", "", ":14:9:", "\"by\" is missing", "expected text"},
        {"by: host", "by: machine", ":16:13:", "unknown \"machine\"", "host or organisation"},
        {"        checks:\n          - {check: a.one, bears: confirms, source: text}\n"
         "          - {check: a.two, bears: refutes, with: {term: P1Y, days: 5}}\n",
         "        checks: []\n", ":17:9:", "\"checks\" is empty", "at least one check"},
        {"bears: confirms", "bears: proves", ":18:35:", "unknown \"proves\"", "confirms or refutes"},
        {"bears: confirms, ", "", ":18:", "\"bears\" is missing", "expected text"},
        {"source: text}", "source: mine}", ":18:", "unknown \"mine\"", "text, secondary, declared or proposal"},
        {"a.two, bears: refutes, with: {term: P1Y, days: 5}", "a.one, bears: refutes", ":19:", "stands twice",
         "expected once"},
        {"with: {term: P1Y, days: 5}", "with: {}", ":19:", "\"with\" is empty", "or no \"with\""},
        {"id: told, by: organisation", "id: shown, by: organisation", ":20:14:", "part \"shown\" stands twice",
         "expected once"},
        {"by: organisation, title: {nl: Deel, en: Part}}",
         "by: organisation, title: {nl: D, en: P}, checks: [{check: a.b, bears: refutes}]}", ":20:", "by: organisation",
         "expected no checks"},
        {"valid: P1Y", "valid: 1Y", ":24:14:", "no term", "ISO 8601"},
        {"      valid: P1Y\n", "", ":21:", "\"valid\" is missing", "expected text"},
        {"      officer: ciso\n", "      officer: ciso\n      since: 3\n", ":24:", "unknown key \"since\"", "officer"},
        {"    parts:\n", "    rolls_up: [\"1\"]\n    parts:\n", ":13:5:", "is a requirement's", "instead of parts"},
        {"policy: demo", "policy: demo\npolicy: demo", ":3:1:", "stands here twice", "once"},
        {"policy: demo", "policy: &a demo", ":2:", "an anchor", "expected"},
        {"policy: demo", "policy: [", ":", "not valid YAML", ""},
};

static void each_error_says_where_what_and_what_was_expected(void **state)
{
        _cleanup_free_ char *path = must_printf("%s/demo.yml", directory);

        (void)state;
        for (size_t i = 0; i < ELEMENTS(wrong); i++) {
                _cleanup_policies_ struct policies *p = policies_new();
                _cleanup_diag_ struct diag diag = {0};
                _cleanup_free_ char *text = replace(good, wrong[i].old, wrong[i].new), *printed = NULL;
                FILE *memory;
                size_t length;

                assert_int_equal(add(p, text, &diag), -EINVAL);
                assert_int_equal(policies_count(p), 0);
                memory = open_memstream(&printed, &length);
                assert_non_null(memory);
                diag_print(&diag, memory);
                (void)fclose(memory);
                if (!starts_with(printed, path) || !starts_with(printed + strlen(path), wrong[i].where) ||
                    !strstr(printed, wrong[i].what) || !strstr(printed, wrong[i].expected) ||
                    !strstr(printed, ": error: "))
                        fail_msg("%s: expected \"%s %s, %s\", got: %s", wrong[i].new, wrong[i].where, wrong[i].what,
                                 wrong[i].expected, printed);
        }
}

#define REQUIREMENT \
        "  - id: r\n    kind: requirement\n    coverage: partly\n    title: {nl: Een, en: One}\n    rolls_up: "

static void a_requirement_rolls_up_measures_of_its_policy(void **state)
{
        static const struct {
                const char *list, *where, *what; /* NULL: taken */
        } cases[] = {
                {"[\"1.02\"]\n", NULL, NULL},
                {"[]\n", ":29:5:", "0 measures"},
                {"[1.02, 5]\n", ":29:22:", "no identifier"},
                {"[\"1.03\"]\n", ":29:16:", "no measure of this policy"},
                {"[r]\n", ":29:16:", "no measure of this policy"},
                {"[\"1.02\", \"1.02\"]\n", ":29:24:", "stands twice"},
                {"[\"1.02\"]\n    parts: []\n", ":29:5:", "instead of parts"},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                _cleanup_policies_ struct policies *p = policies_new();
                _cleanup_diag_ struct diag diag = {0};
                _cleanup_free_ char *text = must_printf("%s" REQUIREMENT "%s", good, cases[i].list), *where = NULL;
                int r = add(p, text, &diag);

                if (!cases[i].where) {
                        assert_int_equal(r, 0);
                        assert_string_equal(policies_measure(p, "demo:r")->rolls_up[0], "1.02");
                        assert_null(policies_measure(p, "demo:r")->rolls_up[1]);
                        continue;
                }
                assert_int_equal(r, -EINVAL);
                where = must_printf(":%u:%u:", diag.entries[0].line, diag.entries[0].column);
                if (!streq(where, cases[i].where) || !strstr(diag.entries[0].message, cases[i].what))
                        fail_msg("%s: %s %s", cases[i].list, where, diag.entries[0].message);
        }
}

static void several_errors_are_told_at_once(void **state)
{
        _cleanup_policies_ struct policies *p = policies_new();
        _cleanup_diag_ struct diag diag = {0};
        _cleanup_free_ char *one = replace(good, "valid: P1Y", "valid: x"),
                            *two = replace(one, "bears: confirms", "bears: x");

        (void)state;
        assert_int_equal(add(p, two, &diag), -EINVAL);
        assert_int_equal(diag.count, 2);
}

static void a_newer_schema_is_taken_with_an_error_for_each_measure(void **state)
{
        _cleanup_policies_ struct policies *p = policies_new();
        _cleanup_diag_ struct diag diag = {0};
        _cleanup_free_ char *one = replace(good, "policy/1", "policy/2"),
                            *two = replace(one, "by: host", "by: {sensor: x}"),
                            *three = replace(two, "version: \"7\"", "version: \"7\"\nnovelty: [1, 2]");
        _cleanup_json_ json_t *results = json_array(), *measures = NULL;
        const struct policy_measure *m;

        (void)state;
        assert_int_equal(add(p, three, &diag), 0);
        assert_false(diag.failed);
        assert_int_equal(diag.count, 1);
        assert_non_null(strstr(diag.entries[0].message, "newer"));
        m = policies_measure(p, "demo:1.02");
        assert_non_null(m);
        assert_non_null(m->error);
        assert_string_equal(m->title.en, "One");
        measures = policies_roll_up(p, NULL, NULL, results);
        assert_string_equal(json_member_string(json_array_get(measures, 0), "technical"), "error");
}

static void a_policy_is_found_by_id_in_the_first_directory(void **state)
{
        _cleanup_free_ char *path = put("demo.yml", good), *other = put("other.yml", good);
        const char *const directories[] = {"/nonexistent", directory, NULL};
        _cleanup_policies_ struct policies *p = policies_new();
        _cleanup_diag_ struct diag none = {0}, name = {0}, again = {0};

        (void)state;
        assert_int_equal(policies_add(p, "absent", directories, &none), -ENOENT);
        assert_non_null(strstr(none.entries[0].message, "demo, other"));
        assert_int_equal(policies_add(p, "demo", directories, NULL), 0);
        assert_int_equal(policies_add(p, "demo", directories, &again), -EINVAL);
        assert_non_null(strstr(again.entries[0].message, "already read"));
        policies_free(TAKE_PTR(p));
        p = policies_new();
        assert_int_equal(policies_add(p, "other", directories, &name), -EINVAL);
        assert_non_null(strstr(name.entries[0].message, "its policy is \"demo\""));
        (void)unlink(path);
        (void)unlink(other);
}

static void a_number_that_two_policies_have_needs_its_policy(void **state)
{
        _cleanup_policies_ struct policies *p = policies_new();
        _cleanup_free_ char *other = replace(good, "policy: demo", "policy: omed");

        (void)state;
        assert_int_equal(add(p, good, NULL), 0);
        assert_int_equal(add(p, other, NULL), 0);
        assert_null(policies_measure(p, "1.02"));
        assert_non_null(policies_measure(p, "demo:1.02"));
        assert_non_null(policies_measure(p, "omed:1.02"));
}

static json_t *descriptors(const char *checks)
{
        json_t *json;

        assert_int_equal(json_parse(checks, strlen(checks), &json, NULL), 0);
        return json;
}

static const char both[] = "[{\"id\":\"a.one\",\"parameters\":[]},{\"id\":\"a.two\",\"parameters\":["
                           "{\"name\":\"term\",\"type\":\"term\",\"default\":\"P1Y\"},{\"name\":\"days\",\"type\":"
                           "\"integer\",\"default\":7}]}]";

static void a_check_that_this_agent_lacks_is_an_error_of_its_measure(void **state)
{
        _cleanup_policies_ struct policies *p = policies_new();
        _cleanup_json_ json_t *checks =
                descriptors("[{\"id\":\"a.two\",\"parameters\":[{\"name\":\"term\",\"type\":\"term\"},"
                            "{\"name\":\"days\",\"type\":\"integer\"}]}]");
        _cleanup_diag_ struct diag diag = {0};

        (void)state;
        assert_int_equal(add(p, good, NULL), 0);
        policies_bind(p, checks, &diag);
        assert_false(diag.failed);
        assert_int_equal(diag.count, 1);
        assert_int_equal(diag.entries[0].level, DIAG_WARNING);
        assert_int_equal(diag.entries[0].line, 18);
        assert_string_equal(policies_measure(p, "1.02")->error, "this agent has no check \"a.one\"");
}

static void a_parameter_of_another_type_is_an_error_of_its_measure(void **state)
{
        static const struct {
                const char *old, *new, *error;
        } cases[] = {
                {"days: 5", "days: \"5\"", "parameter \"days\" of check a.two is of another type, expected integer"},
                {"term: P1Y", "term: 1Y", "parameter \"term\" of check a.two is of another type, expected term"},
                {"days: 5", "hours: 5", "check a.two has no parameter \"hours\""},
        };
        _cleanup_json_ json_t *checks = descriptors(both);

        (void)state;
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                _cleanup_policies_ struct policies *p = policies_new();
                _cleanup_free_ char *text = replace(good, cases[i].old, cases[i].new);

                assert_int_equal(add(p, text, NULL), 0);
                policies_bind(p, checks, NULL);
                assert_string_equal(policies_measure(p, "1.02")->error, cases[i].error);
        }
}

static void parameters_that_say_the_default_are_left_out(void **state)
{
        _cleanup_policies_ struct policies *p = policies_new();
        _cleanup_json_ json_t *checks = descriptors(both), *all = json_pack("{s:O}", "checks", checks), *plan = NULL;
        _cleanup_free_ char *text = NULL;

        (void)state;
        assert_int_equal(add(p, good, NULL), 0);
        policies_bind(p, checks, NULL);
        assert_null(policies_measure(p, "1.02")->error);
        plan = policies_plan(p, all, NULL, NULL, NULL, NULL);
        text = json_text(plan);
        assert_string_equal(text, "[{\"check\":\"a.one\",\"with\":{}},{\"check\":\"a.two\",\"with\":{\"days\":5}}]");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_policy_is_taken_whole),
                cmocka_unit_test(each_error_says_where_what_and_what_was_expected),
                cmocka_unit_test(a_requirement_rolls_up_measures_of_its_policy),
                cmocka_unit_test(several_errors_are_told_at_once),
                cmocka_unit_test(a_newer_schema_is_taken_with_an_error_for_each_measure),
                cmocka_unit_test(a_policy_is_found_by_id_in_the_first_directory),
                cmocka_unit_test(a_number_that_two_policies_have_needs_its_policy),
                cmocka_unit_test(a_check_that_this_agent_lacks_is_an_error_of_its_measure),
                cmocka_unit_test(a_parameter_of_another_type_is_an_error_of_its_measure),
                cmocka_unit_test(parameters_that_say_the_default_are_left_out),
        };

        return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
