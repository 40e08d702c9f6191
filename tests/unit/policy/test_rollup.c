/* SPDX-License-Identifier: EUPL-1.2 */
/* What parts and measures answer, for everything that their checks can say. */
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

#define HEAD \
        "schema: bioagent.policy/1\npolicy: p\nversion: \"1\"\ntitle: {nl: T, en: T}\n" \
        "source: {name: N, version: V, date: 2026-01-31, licence: L}\nmeasures:\n"
#define MEASURE(id, kind) "  - id: \"" id "\"\n    kind: " kind "\n    coverage: partly\n    title: {nl: M, en: M}\n"
#define PART(id)          "      - id: " id "\n        title: {nl: D, en: D}\n        by: host\n"

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

static struct policies *load(const char *text)
{
        _cleanup_free_ char *path = must_printf("%s/p.yml", directory);
        _cleanup_diag_ struct diag diag = {0};
        struct policies *p = policies_new();
        int r;

        assert_int_equal(file_write_durably(AT_FDCWD, path, 0600, text, strlen(text), false), 0);
        r = policies_add_file(p, path, &diag);
        (void)unlink(path);
        if (r < 0)
                fail_msg("%u: %s", diag.entries[0].line, diag.entries[0].message);
        return p;
}

static json_t *parse(const char *text)
{
        json_t *json;
        char *why = NULL;

        if (json_parse(text, strlen(text), &json, &why) < 0)
                fail_msg("%s: %s", text, why);
        return json;
}

/* A result for each of the two checks c.confirm and c.refute, "-" for one that was not run. */
static json_t *results_of(const char *confirm, const char *refute)
{
        json_t *results = json_array();

        if (!streq(confirm, "-"))
                json_array_append_new(results,
                                      json_pack("{s:s,s:{},s:s}", "check", "c.confirm", "with", "status", confirm));
        if (!streq(refute, "-"))
                json_array_append_new(results,
                                      json_pack("{s:s,s:{},s:s}", "check", "c.refute", "with", "status", refute));
        return results;
}

static const json_t *part_of(const json_t *measures, size_t measure, size_t part)
{
        return json_array_get(json_object_get(json_array_get(measures, measure), "parts"), part);
}

static const char two[] = HEAD MEASURE("1", "measure") "    parts:\n" PART(
        "a") "        checks: [{check: c.confirm, bears: confirms}, {check: c.refute, bears: refutes}]\n";

/* The whole table: what confirms, what refutes, the part's answer and why. */
static const struct {
        const char *confirm, *refute, *technical, *why;
} table[] = {
        {"pass", "pass", "pass", NULL},
        {"pass", "na", "pass", NULL},
        {"pass", "manual", "manual", NULL},
        {"pass", "error", "error", NULL},
        {"pass", "fail", "fail", NULL},
        {"pass", "-", "pass", NULL},
        {"fail", "pass", "fail", NULL},
        {"fail", "error", "fail", NULL},
        {"fail", "-", "fail", NULL},
        {"error", "pass", "error", NULL},
        {"error", "fail", "fail", NULL},
        {"manual", "pass", "manual", NULL},
        {"manual", "error", "error", NULL},
        {"manual", "fail", "fail", NULL},
        {"na", "pass", "na", NULL},
        {"na", "na", "na", NULL},
        {"na", "fail", "fail", NULL},
        /* Nothing confirms: what only refutes proves nothing by passing, nor by not applying. */
        {"-", "pass", "manual", "not-examined"},
        {"-", "na", "manual", "not-examined"},
        {"-", "manual", "manual", "not-examined"},
        {"-", "error", "error", NULL},
        {"-", "fail", "fail", NULL},
        {"-", "-", "manual", "not-examined"},
        /* What is no status is no pass. */
        {"good", "pass", "error", NULL},
        {"-", "good", "error", NULL},
};

static void a_part_answers_as_its_checks_bear_on_it(void **state)
{
        _cleanup_policies_ struct policies *p = load(two);

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                _cleanup_json_ json_t *results = results_of(table[i].confirm, table[i].refute);
                _cleanup_json_ json_t *measures = policies_roll_up(p, NULL, NULL, results);
                const json_t *part = part_of(measures, 0, 0);

                if (!streq(json_member_string(part, "technical"), table[i].technical) ||
                    !streq(json_member_string(part, "why"), table[i].why))
                        fail_msg("confirm %s, refute %s: %s %s", table[i].confirm, table[i].refute,
                                 json_member_string(part, "technical"), json_member_string(part, "why"));
                assert_string_equal(json_member_string(json_array_get(measures, 0), "technical"), table[i].technical);
        }
}

static void results_name_the_parts_they_bear_on(void **state)
{
        _cleanup_policies_ struct policies *p = load(two);
        _cleanup_json_ json_t *results = results_of("pass", "fail"), *measures = NULL;
        _cleanup_json_ json_t *other = json_pack("{s:s,s:{},s:s}", "check", "c.other", "with", "status", "fail");
        _cleanup_free_ char *text = NULL;

        (void)state;
        json_array_append(results, other);
        measures = policies_roll_up(p, NULL, NULL, results);
        for (size_t i = 0; i < 2; i++) {
                free(TAKE_PTR(text));
                text = json_text(json_object_get(json_array_get(results, i), "measures"));
                assert_string_equal(text, "[\"p:1/a\"]");
        }
        free(TAKE_PTR(text));
        text = json_text(json_object_get(json_array_get(results, 2), "measures"));
        assert_string_equal(text, "[]");
}

static void a_measure_answers_with_the_worst_of_its_host_parts(void **state)
{
        _cleanup_policies_ struct policies *p = load(HEAD MEASURE("1", "measure") "    parts:\n" PART(
                "a") "        checks: [{check: c.confirm, bears: "
                     "confirms}]\n" PART("b") "        checks: [{check: "
                                              "c.refute, bears: confirms}]\n"
                                              "      - {id: c, by: "
                                              "organisation, title: {nl: D, en: "
                                              "D}}\n" MEASURE("2", "control") "    parts:\n"
                                                                              "      - {id: "
                                                                              "d, by: "
                                                                              "organisation, "
                                                                              "title: {nl: "
                                                                              "D, en: "
                                                                              "D}}\n" MEASURE("3", "contro"
                                                                                                   "l") " "
                                                                                                        " "
                                                                                                        " "
                                                                                                        " "
                                                                                                        "p"
                                                                                                        "a"
                                                                                                        "r"
                                                                                                        "t"
                                                                                                        "s"
                                                                                                        ":"
                                                                                                        "\n" PART("e"));
        _cleanup_json_ json_t *results = results_of("pass", "manual"),
                              *measures = policies_roll_up(p, NULL, NULL, results);
        _cleanup_free_ char *text = json_text(measures);

        (void)state;
        assert_string_equal(text,
                            "[{\"id\":\"p:1\",\"kind\":\"measure\",\"coverage\":\"partly\",\"technical\":\"manual\","
                            "\"organisational\":\"open\","
                            "\"parts\":[{\"id\":\"a\",\"technical\":\"pass\"},{\"id\":\"b\",\"technical\":\"manual\"},"
                            "{\"id\":\"c\",\"technical\":null}]},"
                            "{\"id\":\"p:2\",\"kind\":\"control\",\"coverage\":\"partly\",\"technical\":null,"
                            "\"organisational\":\"open\","
                            "\"parts\":[{\"id\":\"d\",\"technical\":null}]},"
                            "{\"id\":\"p:3\",\"kind\":\"control\",\"coverage\":\"partly\",\"technical\":\"manual\","
                            "\"organisational\":\"not-needed\",\"parts\":[{\"id\":\"e\",\"technical\":\"manual\","
                            "\"why\":\"not-examined\"}]}]");
}

static void an_attestation_in_the_catalogue_keeps_the_organisation_s_answer_open(void **state)
{
        _cleanup_policies_ struct policies *p = load(HEAD MEASURE("1", "measure") "    parts:\n" PART(
                "a") "    attest: {statement: {nl: J, en: Y}, officer: ciso, valid: P1Y}\n");
        _cleanup_json_ json_t *results = json_array(), *measures = policies_roll_up(p, NULL, NULL, results);

        (void)state;
        assert_string_equal(json_member_string(json_array_get(measures, 0), "organisational"), "open");
}

static void a_secondary_threshold_is_neither_run_nor_scored(void **state)
{
        _cleanup_policies_ struct policies *p = load(HEAD MEASURE("1", "measure") "    parts:\n" PART(
                "a") "        checks: [{check: c.confirm, bears: confirms, source: secondary}]\n");
        _cleanup_json_ json_t *all = parse("{\"checks\":[{\"id\":\"c.confirm\"}]}"), *plan = NULL;
        _cleanup_json_ json_t *results = results_of("fail", "-"), *measures = policies_roll_up(p, NULL, NULL, results);

        (void)state;
        assert_string_equal(json_member_string(part_of(measures, 0, 0), "technical"), "manual");
        plan = policies_plan(p, all, NULL, NULL, NULL, NULL);
        assert_int_equal(json_array_size(plan), 0);
}

static void parameters_tell_one_result_from_another(void **state)
{
        _cleanup_policies_ struct policies *p = load(HEAD MEASURE("1", "measure") "    parts:\n" PART(
                "a") "        checks: [{check: c.age, bears: confirms, with: {term: "
                     "P1Y}}]\n" PART("b") "        checks: [{check: c.age, bears: confirms, "
                                          "with: {term: P6M}}]\n" PART("c") "        checks: "
                                                                            "[{check: c.age, "
                                                                            "bears: "
                                                                            "confirms}]\n");
        _cleanup_json_ json_t *results = parse("[{\"check\":\"c.age\",\"with\":{\"term\":\"P1Y\"},\"status\":\"pass\"},"
                                               "{\"check\":\"c.age\",\"with\":{\"term\":\"P6M\"},\"status\":\"fail\"},"
                                               "{\"check\":\"c.age\",\"with\":{},\"status\":\"na\"}]");
        _cleanup_json_ json_t *measures = policies_roll_up(p, NULL, NULL, results);

        (void)state;
        assert_string_equal(json_member_string(part_of(measures, 0, 0), "technical"), "pass");
        assert_string_equal(json_member_string(part_of(measures, 0, 1), "technical"), "fail");
        assert_string_equal(json_member_string(part_of(measures, 0, 2), "technical"), "na");
}

/* ---- the host's profile ---- */

static void when_asks_the_profile_and_what_is_undeclared_is_the_stricter_demand(void **state)
{
        static const struct {
                const char *profile, *technical;
                size_t planned;
        } cases[] = {
                {"{\"net\":true,\"level\":2}", "fail", 1},
                {"{\"net\":false,\"level\":2}", "na", 0},
                {"{\"net\":true,\"level\":3}", "na", 0},
                {"{\"net\":true}", "fail", 1},
                {"{}", "fail", 1},
                {"{\"other\":false}", "fail", 1},
        };
        _cleanup_policies_ struct policies *p =
                load(HEAD MEASURE("1", "measure") "    when: {net: true, level: 2}\n    parts:\n" PART(
                        "a") "        checks: [{check: c.confirm, bears: confirms}]\n"
                             "      - {id: b, by: organisation, title: {nl: D, en: D}}\n");
        _cleanup_json_ json_t *all = parse("{\"checks\":[{\"id\":\"c.confirm\"}]}");

        (void)state;
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                _cleanup_json_ json_t *profile = parse(cases[i].profile), *results = results_of("fail", "-");
                _cleanup_json_ json_t *measures = policies_roll_up(p, profile, NULL, results);
                _cleanup_json_ json_t *plan = policies_plan(p, all, profile, NULL, NULL, NULL);

                assert_string_equal(json_member_string(json_array_get(measures, 0), "technical"), cases[i].technical);
                assert_int_equal(json_array_size(plan), cases[i].planned);
        }
}

/* ---- the plan ---- */

static const char several[] = HEAD MEASURE("1", "measure") "    parts:\n" PART(
        "a") "        checks: [{check: c.one, bears: "
             "refutes}, {check: c.two, bears: "
             "refutes}]\n" PART(
                     "b") "        checks: "
                          "[{check: c.one, "
                          "bears: "
                          "confirms}]"
                          "\n" MEASURE("2", "me"
                                            "as"
                                            "ur"
                                            "e") "    parts:\n" PART("a") "       "
                                                                          " checks"
                                                                          ": "
                                                                          "[{"
                                                                          "check: "
                                                                          "c.two, "
                                                                          "bears: "
                                                                          "refutes"
                                                                          "}, "
                                                                          "{check:"
                                                                          " c.two,"
                                                                          " bears:"
                                                                          " refute"
                                                                          "s, "
                                                                          "with: "
                                                                          "{n: "
                                                                          "1}}]"
                                                                          "\n" PART("b") "        checks: [{check: "
                                                                                         "c.gone, bears: refutes}]\n";
static const char known[] = "{\"checks\":[{\"id\":\"c.one\"},{\"id\":\"c.two\"},{\"id\":\"c.free\"}]}";

static void a_plan_holds_each_identity_once_in_order_of_first_use(void **state)
{
        const struct {
                const char *const *measures, *const *checks;
                const char *plan; /* NULL: refused */
        } cases[] = {
                {NULL, NULL,
                 "[{\"check\":\"c.one\",\"with\":{}},{\"check\":\"c.two\",\"with\":{}},{\"check\":\"c.two\",\"with\":{"
                 "\"n\":1}}]"},
                {(const char *const[]){"p:1", NULL}, NULL,
                 "[{\"check\":\"c.one\",\"with\":{}},{\"check\":\"c.two\",\"with\":{}}]"},
                {(const char *const[]){"2", NULL}, NULL,
                 "[{\"check\":\"c.two\",\"with\":{}},{\"check\":\"c.two\",\"with\":{\"n\":1}}]"},
                {(const char *const[]){"2", NULL}, (const char *const[]){"c.one", NULL}, "[]"},
                {NULL, (const char *const[]){"c.one", NULL}, "[{\"check\":\"c.one\",\"with\":{}}]"},
                {NULL, (const char *const[]){"c.free", NULL}, "[{\"check\":\"c.free\",\"with\":{}}]"},
                {NULL, (const char *const[]){"c.gone", NULL}, NULL},
                {(const char *const[]){"3", NULL}, NULL, NULL},
                {(const char *const[]){"1", "q:1", NULL}, NULL, NULL},
        };
        _cleanup_policies_ struct policies *p = load(several);
        _cleanup_json_ json_t *all = parse(known);

        (void)state;
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                _cleanup_diag_ struct diag diag = {0};
                _cleanup_json_ json_t *plan = policies_plan(p, all, NULL, cases[i].measures, cases[i].checks, &diag);
                _cleanup_free_ char *text = plan ? json_text(plan) : NULL;

                assert_true(diag.failed == !cases[i].plan);
                if (!streq(text, cases[i].plan))
                        fail_msg("%zu: %s", i, text);
        }
}

static void only_chosen_measures_are_answered(void **state)
{
        _cleanup_policies_ struct policies *p = load(several);
        _cleanup_json_ json_t *results = parse("[{\"check\":\"c.two\",\"with\":{},\"status\":\"fail\"}]");
        _cleanup_json_ json_t *measures = policies_roll_up(p, NULL, (const char *const[]){"2", NULL}, results);
        _cleanup_free_ char *text = json_text(json_object_get(json_array_get(results, 0), "measures"));

        (void)state;
        assert_int_equal(json_array_size(measures), 1);
        assert_string_equal(json_member_string(json_array_get(measures, 0), "id"), "p:2");
        assert_string_equal(text, "[\"p:2/a\"]");
}

static void an_unknown_check_makes_its_measure_error_but_hides_no_failure(void **state)
{
        _cleanup_policies_ struct policies *p = load(several);
        _cleanup_json_ json_t *all = parse(known);
        _cleanup_json_ json_t *passing = parse("[{\"check\":\"c.two\",\"with\":{},\"status\":\"pass\"}]");
        _cleanup_json_ json_t *failing = parse("[{\"check\":\"c.two\",\"with\":{},\"status\":\"fail\"}]");
        _cleanup_json_ json_t *pass = NULL, *fail = NULL;

        (void)state;
        policies_bind(p, json_object_get(all, "checks"), NULL);
        pass = policies_roll_up(p, NULL, NULL, passing);
        fail = policies_roll_up(p, NULL, NULL, failing);
        assert_string_equal(json_member_string(json_array_get(pass, 0), "technical"), "manual");
        assert_string_equal(json_member_string(json_array_get(pass, 1), "technical"), "error");
        assert_string_equal(json_member_string(part_of(pass, 1, 1), "why"), "check c.two has no parameter \"n\"");
        assert_string_equal(json_member_string(part_of(fail, 1, 0), "technical"), "fail");
        assert_string_equal(json_member_string(json_array_get(fail, 1), "technical"), "fail");
}

static void advice_counts_for_the_exit_status_only_when_strict(void **state)
{
        _cleanup_policies_ struct policies *p = load(HEAD MEASURE("1", "advice") "    parts:\n" PART(
                "a") "        checks: [{check: c.one, "
                     "bears: confirms}]\n" MEASURE("2", "measure") "    parts:\n" PART(
                             "a") "        checks: "
                                  "[{check: c.two, "
                                  "bears: "
                                  "confirms}]"
                                  "\n" MEASURE("3",
                                               "advic"
                                               "e") " "
                                                    " "
                                                    " "
                                                    " "
                                                    "p"
                                                    "a"
                                                    "r"
                                                    "t"
                                                    "s"
                                                    ":"
                                                    "\n" PART(
                                                            "a") "        checks: [{check: c.two, bears: confirms}]\n");
        _cleanup_json_ json_t *results = parse("[{\"check\":\"c.one\",\"with\":{},\"status\":\"fail\"},"
                                               "{\"check\":\"c.two\",\"with\":{},\"status\":\"fail\"},"
                                               "{\"check\":\"c.free\",\"with\":{},\"status\":\"fail\"}]");
        _cleanup_json_ json_t *measures = policies_roll_up(p, NULL, NULL, results);

        (void)state;
        assert_false(policies_result_counts(p, json_array_get(results, 0), false));
        assert_true(policies_result_counts(p, json_array_get(results, 0), true));
        assert_true(policies_result_counts(p, json_array_get(results, 1), false));
        assert_true(policies_result_counts(p, json_array_get(results, 2), false));
}

/* A requirement over two measures, one that a host shows and one of the organisation. It stands first, and is answered
 * all the same. */
static const char requirement[] =
        HEAD "  - id: r\n    kind: requirement\n    coverage: partly\n    title: {nl: R, en: R}\n    when: {high: "
             "true}\n"
             "    rolls_up: [\"1\", \"2\"]\n" MEASURE("1", "measure") "    parts:\n" PART(
                     "a") "        checks: [{check: c.confirm, bears: "
                          "confirms}]\n" PART("b") "        checks: [{check: "
                                                   "c.refute, bears: refutes}]\n"
                                                   "  - id: \"2\"\n    kind: "
                                                   "measure\n    coverage: "
                                                   "organisation\n    title: {nl: "
                                                   "O, en: O}\n    parts:\n"
                                                   "      - {id: c, title: {nl: D, "
                                                   "en: D}, by: "
                                                   "organisation}\n" MEASURE("3", "measure") "    "
                                                                                             "parts:"
                                                                                             "\n" PART("a");

static void a_requirement_answers_as_its_measures_and_never_passes(void **state)
{
        static const struct {
                const char *confirm, *refute, *profile, *parts, *technical;
        } cases[] = {
                /* The measure passes nothing: its second part is never confirmed. */
                {"pass", "pass", NULL,
                 "[{\"id\":\"1\",\"technical\":\"manual\",\"why\":\"not-examined\"},{\"id\":\"2\",\"technical\":null},"
                 "{\"id\":\"beyond\",\"technical\":\"manual\",\"why\":\"not-examined\"}]",
                 "manual"},
                {"fail", "pass", "{\"high\":true}",
                 "[{\"id\":\"1\",\"technical\":\"fail\"},{\"id\":\"2\",\"technical\":null},"
                 "{\"id\":\"beyond\",\"technical\":\"manual\",\"why\":\"not-examined\"}]",
                 "fail"},
                {"pass", "error", NULL,
                 "[{\"id\":\"1\",\"technical\":\"error\"},{\"id\":\"2\",\"technical\":null},"
                 "{\"id\":\"beyond\",\"technical\":\"manual\",\"why\":\"not-examined\"}]",
                 "error"},
                {"fail", "fail", "{\"high\":false}",
                 "[{\"id\":\"1\",\"technical\":\"na\",\"why\":\"not-applicable\"},{\"id\":\"2\",\"technical\":null},"
                 "{\"id\":\"beyond\",\"technical\":\"na\",\"why\":\"not-applicable\"}]",
                 "na"},
        };
        _cleanup_policies_ struct policies *p = load(requirement);

        (void)state;
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                _cleanup_json_ json_t *results = results_of(cases[i].confirm, cases[i].refute);
                _cleanup_json_ json_t *profile = cases[i].profile ? parse(cases[i].profile) : NULL;
                _cleanup_json_ json_t *measures = policies_roll_up(p, profile, NULL, results);
                const json_t *r = json_array_get(measures, 3);
                _cleanup_free_ char *parts = json_text(json_object_get(r, "parts"));

                assert_int_equal(json_array_size(measures), 4);
                assert_string_equal(json_member_string(r, "id"), "p:r");
                assert_string_equal(parts, cases[i].parts);
                assert_string_equal(json_member_string(r, "technical"), cases[i].technical);
                assert_string_equal(json_member_string(r, "organisational"), "open");
        }
}

static void a_requirement_brings_its_measures(void **state)
{
        static const char *const chosen[] = {"p:r", NULL};
        _cleanup_policies_ struct policies *p = load(requirement);
        _cleanup_json_ json_t *all = parse("{\"checks\":[{\"id\":\"c.confirm\"},{\"id\":\"c.refute\"}]}");
        _cleanup_json_ json_t *plan = policies_plan(p, all, NULL, chosen, NULL, NULL);
        _cleanup_json_ json_t *results = results_of("pass", "pass"), *measures = NULL, *titles = policies_titles(p);
        _cleanup_free_ char *parts = json_text(json_object_get(json_object_get(titles, "p:r"), "parts"));

        (void)state;
        assert_int_equal(json_array_size(plan), 2);
        measures = policies_roll_up(p, NULL, chosen, results);
        assert_int_equal(json_array_size(measures), 3);
        assert_string_equal(parts, "{\"1\":{\"nl\":\"M\",\"en\":\"M\",\"by\":\"host\"},"
                                   "\"2\":{\"nl\":\"O\",\"en\":\"O\",\"by\":\"organisation\"},"
                                   "\"beyond\":{\"nl\":\"Wat het vereiste vraagt buiten deze maatregelen\","
                                   "\"en\":\"What the requirement asks beyond these measures\",\"by\":\"host\"}}");
}

/* Where no host shows anything of its measures, a requirement has no technical answer either. */
static void a_requirement_of_the_organisation_alone_has_no_technical_answer(void **state)
{
        _cleanup_policies_ struct policies *p =
                load(HEAD "  - id: r\n    kind: requirement\n    coverage: organisation\n    title: {nl: R, en: R}\n"
                          "    rolls_up: [\"2\"]\n"
                          "  - id: \"2\"\n    kind: measure\n    coverage: organisation\n    title: {nl: O, en: O}\n"
                          "    parts: [{id: c, title: {nl: D, en: D}, by: organisation}]\n");
        _cleanup_json_ json_t *results = json_array(), *measures = policies_roll_up(p, NULL, NULL, results);

        (void)state;
        assert_true(json_is_null(json_object_get(json_array_get(measures, 1), "technical")));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_part_answers_as_its_checks_bear_on_it),
                cmocka_unit_test(a_requirement_answers_as_its_measures_and_never_passes),
                cmocka_unit_test(a_requirement_brings_its_measures),
                cmocka_unit_test(a_requirement_of_the_organisation_alone_has_no_technical_answer),
                cmocka_unit_test(results_name_the_parts_they_bear_on),
                cmocka_unit_test(a_measure_answers_with_the_worst_of_its_host_parts),
                cmocka_unit_test(an_attestation_in_the_catalogue_keeps_the_organisation_s_answer_open),
                cmocka_unit_test(a_secondary_threshold_is_neither_run_nor_scored),
                cmocka_unit_test(parameters_tell_one_result_from_another),
                cmocka_unit_test(when_asks_the_profile_and_what_is_undeclared_is_the_stricter_demand),
                cmocka_unit_test(a_plan_holds_each_identity_once_in_order_of_first_use),
                cmocka_unit_test(only_chosen_measures_are_answered),
                cmocka_unit_test(an_unknown_check_makes_its_measure_error_but_hides_no_failure),
                cmocka_unit_test(advice_counts_for_the_exit_status_only_when_strict),
        };

        return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
