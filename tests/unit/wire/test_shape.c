/* SPDX-License-Identifier: EUPL-1.2 */
/* What an observer may say: a sound result passes, each member of another form does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "wire/shape.h"

static const char sound[] =
        "{\"check\":\"a.b\",\"with\":{\"t\":\"P1Y\",\"n\":1,\"b\":true,\"l\":[\"x\"]},\"status\":\"fail\","
        "\"aspect\":\"existence\",\"basis\":[\"disk\",\"running\"],\"observed_at\":\"2026-01-31T08:30:00Z\",\"max_"
        "age\":\"P2D\","
        "\"changes_at\":null,\"because\":null,\"counts\":{\"fail\":1,\"pass\":2},\"findings\":[{\"subject\":\"user:x\","
        "\"status\":\"fail\",\"evidence\":[{\"source\":\"/etc/passwd\",\"line\":1,\"key\":\"uid\",\"actual\":\"0\","
        "\"expected\":\"1\",\"decides\":true,\"note\":\"n\",\"_personal\":[\"actual\"]}],\"_personal\":[\"subject\"]}],"
        "\"duration_us\":5}";

static json_t *parse(const char *text)
{
        json_t *json = NULL;

        assert_int_equal(json_parse(text, strlen(text), &json, NULL), 0);
        return json;
}

static void sound_results_pass(void **state)
{
        _cleanup_json_ json_t *result = parse(sound);
        _cleanup_free_ char *why = NULL;

        (void)state;
        assert_int_equal(shape_result(result, "a.b", &why), 0);
        assert_null(why);
}

static void every_member_is_needed(void **state)
{
        _cleanup_json_ json_t *whole = parse(sound);
        const char *name;
        json_t *value;

        (void)state;
        json_object_foreach (whole, name, value) {
                _cleanup_json_ json_t *result = json_deep_copy(whole);
                _cleanup_free_ char *why = NULL;

                assert_int_equal(json_object_del(result, name), 0);
                assert_int_equal(shape_result(result, "a.b", &why), -EBADMSG);
                assert_non_null(strstr(why, name));
        }
}

/* `member` of the result set to `value`. */
static void refused(const char *member, const char *value)
{
        _cleanup_json_ json_t *result = parse(sound), *changed = NULL;
        _cleanup_free_ char *why = NULL;

        assert_int_equal(json_parse(value, strlen(value), &changed, NULL), 0);
        json_set(result, member, TAKE_PTR(changed));
        if (shape_result(result, "a.b", &why) != -EBADMSG)
                fail_msg("taken: %s = %s", member, value);
}

static void members_of_another_form_are_refused(void **state)
{
        (void)state;
        refused("check", "\"a.c\"");
        refused("check", "1");
        refused("with", "[]");
        refused("with", "{\"a\":1.5}");
        refused("with", "{\"a\":{}}");
        refused("with", "{\"a\":[[]]}");
        refused("status", "\"good\"");
        refused("status", "\"pass\""); /* the counts say otherwise */
        refused("aspect", "\"design\"");
        refused("basis", "\"disk\"");
        refused("basis", "[\"tape\"]");
        refused("basis", "[\"disk\",\"disk\",\"disk\",\"disk\"]");
        refused("observed_at", "\"yesterday\"");
        refused("observed_at", "null");
        refused("max_age", "\"two days\"");
        refused("changes_at", "5");
        refused("because", "{}");
        refused("counts", "{}");
        refused("counts", "{\"fail\":-1}");
        refused("counts", "{\"fail\":1,\"good\":1}");
        refused("duration_us", "-1");
        refused("more", "1");
        refused("findings", "[]");
        refused("findings", "{}");
        refused("findings", "[1]");
        refused("findings", "[{\"subject\":\"\",\"status\":\"fail\",\"evidence\":[]}]");
        refused("findings", "[{\"subject\":\"x\",\"status\":\"bad\",\"evidence\":[]}]");
        refused("findings", "[{\"subject\":\"x\",\"status\":\"fail\"}]");
        refused("findings", "[{\"subject\":\"x\",\"status\":\"fail\",\"evidence\":[{\"line\":\"1\"}]}]");
        refused("findings", "[{\"subject\":\"x\",\"status\":\"fail\",\"evidence\":[{\"actual\":1}]}]");
        refused("findings", "[{\"subject\":\"x\",\"status\":\"fail\",\"evidence\":[{\"more\":1}]}]");
        refused("findings", "[{\"subject\":\"x\",\"status\":\"fail\",\"evidence\":[],\"_personal\":\"subject\"}]");
        refused("findings", "[{\"subject\":\"x\",\"status\":\"fail\",\"evidence\":[{\"actual\":\"0\"}]}]");
        refused("observed_at", "\"2026-01-31\"");
        refused("observed_at", "\"2026-01-31T08:30:00+01:00\"");
        refused("changes_at", "\"2026-01-31 08:30:00Z\"");
}

/* Signing would conceal what every reader needs, or refuse the record. */
static void personal_is_text_from_the_host_alone(void **state)
{
        (void)state;
        refused("findings", "[{\"subject\":\"x\",\"status\":\"fail\",\"evidence\":[],\"_personal\":[\"status\"]}]");
        refused("findings", "[{\"subject\":\"x\",\"status\":\"fail\",\"evidence\":[],\"_personal\":[\"evidence\"]}]");
        refused("findings",
                "[{\"subject\":\"x\",\"status\":\"fail\",\"evidence\":[],\"_personal\":[\"subject\",\"subject\"]}]");
        refused("findings", "[{\"subject\":\"x\",\"status\":\"fail\",\"evidence\":[{\"decides\":true,\"_personal\":"
                            "[\"decides\"]}]}]");
        refused("findings", "[{\"subject\":\"x\",\"status\":\"fail\",\"evidence\":[{\"decides\":true,\"_personal\":"
                            "[\"line\"]}]}]");
        refused("with", "{\"_sd\":\"x\"}");
        refused("with", "{\"...\":\"x\"}");
        refused("with", "{\"_personal\":[\"x\"]}");
}

static void findings_are_counted(void **state)
{
        (void)state;
        refused("findings", "[{\"subject\":\"x\",\"status\":\"error\",\"evidence\":[]}]"); /* not in the counts */
        refused("findings", "[{\"subject\":\"x\",\"status\":\"fail\",\"evidence\":[]},"
                            "{\"subject\":\"y\",\"status\":\"fail\",\"evidence\":[]}]"); /* one fail is */
}

/* What would act on a terminal that shows it. */
static void control_characters_are_refused(void **state)
{
        (void)state;
        refused("because", "\"\\u001b[2J\"");
        refused("because", "\"\\n\"");
        refused("because", "\"\\u007f\"");
        refused("because", "\"\\u009b\"");
}

static void text_beyond_controls_is_taken(void **state)
{
        _cleanup_json_ json_t *result = parse(sound);
        _cleanup_free_ char *why = NULL;

        (void)state;
        json_set(result, "because", json_printf("%s", "\u00a0\u00e9 \u2026"));
        assert_int_equal(shape_result(result, "a.b", &why), 0);
}

static void results_are_bounded(void **state)
{
        _cleanup_json_ json_t *result = parse(sound), *long_text = json_must(json_object());
        _cleanup_free_ char *why = NULL, *also = NULL, *filler = must_alloc(SHAPE_STRING_MOST + 2);
        json_t *findings = json_object_get(result, "findings");

        (void)state;
        json_set(json_object_get(result, "counts"), "fail", json_must(json_integer(SHAPE_FINDINGS_MOST + 1)));
        while (json_array_size(findings) < SHAPE_FINDINGS_MOST)
                json_push(findings, json_deep_copy(json_array_get(findings, 0)));
        assert_int_equal(shape_result(result, "a.b", &why), 0);
        json_push(findings, json_deep_copy(json_array_get(findings, 0)));
        assert_int_equal(shape_result(result, "a.b", &why), -EBADMSG);
        assert_int_equal(json_array_remove(findings, 0), 0);

        memset(filler, 'x', SHAPE_STRING_MOST);
        json_set(result, "because", json_printf("%s", filler));
        assert_int_equal(shape_result(result, "a.b", &also), 0);
        filler[SHAPE_STRING_MOST] = 'x';
        json_set(result, "because", json_printf("%s", filler));
        assert_int_equal(shape_result(result, "a.b", &also), -EBADMSG);
}

static const char described[] = "{\"checks\":[{\"id\":\"a.b\",\"title\":{},\"why\":{},\"fix\":{},\"severity\":\"high\","
                                "\"aspect\":\"existence\","
                                "\"max_age\":\"P2D\",\"uses\":[\"sshd\"],\"parameters\":[{}],\"origin\":\"built-in\"}],"
                                "\"facts\":[{\"name\":\"sshd\",\"title\":\"t\",\"queries\":[{}]}],\"refused\":[{"
                                "\"path\":\"/x\",\"why\":\"y\"}]}";

static void descriptions_are_typed(void **state)
{
        static const char *const lists[] = {"checks", "facts", "refused"};

        (void)state;
        for (size_t i = 0; i < ELEMENTS(lists); i++) {
                _cleanup_json_ json_t *whole = parse(described);
                _cleanup_free_ char *why = NULL;
                const json_t *entry = json_array_get(json_object_get(whole, lists[i]), 0);
                const char *name;
                json_t *value;

                assert_int_equal(shape_descriptors(whole, &why), 0);
                json_object_foreach ((json_t *)entry, name, value) {
                        _cleanup_json_ json_t *changed = json_deep_copy(whole);
                        _cleanup_free_ char *reason = NULL;

                        json_set(json_array_get(json_object_get(changed, lists[i]), 0), name, json_null());
                        assert_int_equal(shape_descriptors(changed, &reason), -EBADMSG);
                        assert_non_null(strstr(reason, name));
                }
                assert_int_equal(json_object_del(whole, lists[i]), 0);
                assert_int_equal(shape_descriptors(whole, &why), -EBADMSG);
        }
}

static void descriptions_have_no_reserved_names(void **state)
{
        static const char *const members[] = {"title", "why", "fix", "parameters"};

        (void)state;
        for (size_t i = 0; i < ELEMENTS(members); i++) {
                _cleanup_json_ json_t *changed = parse(described);
                _cleanup_free_ char *why = NULL;
                json_t *check = json_array_get(json_object_get(changed, "checks"), 0);
                json_t *object = json_object_get(check, members[i]);

                if (json_is_array(object))
                        object = json_array_get(object, 0);
                json_set(object, "deeper", parse("[{\"_sd\":[]}]"));
                assert_int_equal(shape_descriptors(changed, &why), -EBADMSG);
                assert_non_null(strstr(why, members[i]));
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(sound_results_pass),
                cmocka_unit_test(every_member_is_needed),
                cmocka_unit_test(members_of_another_form_are_refused),
                cmocka_unit_test(control_characters_are_refused),
                cmocka_unit_test(text_beyond_controls_is_taken),
                cmocka_unit_test(results_are_bounded),
                cmocka_unit_test(descriptions_are_typed),
                cmocka_unit_test(descriptions_have_no_reserved_names),
                cmocka_unit_test(personal_is_text_from_the_host_alone),
                cmocka_unit_test(findings_are_counted),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
