/* SPDX-License-Identifier: EUPL-1.2 */
/* Which descriptors of plug-ins are whole, and how all are described. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "observe/catalogue.h"
#include "wire/shape.h"

static void run(struct bio_context *c)
{
        (void)c;
}

static struct bio_check whole(void)
{
        return (struct bio_check){
                .id = "test.check",
                .title = {"t", "t"},
                .why = {"w", "w"},
                .severity = BIO_HIGH,
                .aspect = BIO_OPERATION,
                .max_age = "P2D",
                .run = run,
        };
}

static void takes(const struct bio_check *check)
{
        _cleanup_catalogue_ struct catalogue *c = catalogue_new();
        _cleanup_free_ char *why = NULL;

        if (catalogue_add(c, &check, 1, "/x.so", &why) < 0)
                fail_msg("%s", why);
        assert_ptr_equal(catalogue_find(c, check->id), check);
}

static void refuses(struct bio_check check, const char *because)
{
        _cleanup_catalogue_ struct catalogue *c = catalogue_new();
        const struct bio_check *one = &check;
        _cleanup_free_ char *why = NULL;

        assert_int_equal(catalogue_add(c, &one, 1, "/x.so", &why), -EINVAL);
        if (!strstr(why, because))
                fail_msg("\"%s\" does not say \"%s\"", why, because);
}

static void whole_descriptors_are_taken(void **state)
{
        struct bio_check check = whole();

        (void)state;
        takes(&check);
        check.uses = (const char *const[]){"sshd", "accounts", NULL};
        check.parameters = (const struct bio_parameter[]){
                {.name = "a", .type = BIO_PARAMETER_TERM, .fallback = "P1Y", .title = {"t", "t"}},
                {.name = "b", .type = BIO_PARAMETER_LIST, .title = {"t", "t"}},
                {0},
        };
        takes(&check);
}

static void ids_have_a_form(void **state)
{
        static const char *const wrong[] = {
                NULL,
                "",
                "check",
                ".check",
                "test.",
                "Test.check",
                "test.check.more",
                "test check",
                "test.ch\nck",
                "tést.check",
                "test.0123456789012345678901234567890123456789012345678901234567890123456789"};

        (void)state;
        for (size_t i = 0; i < ELEMENTS(wrong); i++) {
                struct bio_check check = whole();

                check.id = wrong[i];
                refuses(check, "no id of the form");
        }
}

static void ids_are_unique(void **state)
{
        struct bio_check check = whole();

        (void)state;
        check.id = "ssh.root-login";
        refuses(check, "already");
}

static void members_are_needed(void **state)
{
        struct bio_check check;

        (void)state;
        check = whole(), check.run = NULL, refuses(check, "lacks");
        check = whole(), check.title.nl = NULL, refuses(check, "lacks");
        check = whole(), check.title.en = "", refuses(check, "lacks");
        check = whole(), check.why.en = NULL, refuses(check, "lacks");
        check = whole(), check.max_age = NULL, refuses(check, "lacks");
        check = whole(), check.max_age = "two days", refuses(check, "lacks");
        check = whole(), check.severity = (enum bio_severity)9, refuses(check, "lacks");
        check = whole(), check.aspect = (enum bio_aspect)9, refuses(check, "lacks");
        check = whole(), check.uses = (const char *const[]){"no-such-fact", NULL}, refuses(check, "no-such-fact");
}

static void refuses_parameter(struct bio_parameter parameter)
{
        const struct bio_parameter parameters[] = {parameter, {0}};
        struct bio_check check = whole();

        check.parameters = parameters;
        refuses(check, "malformed");
}

static void parameters_are_sound(void **state)
{
        (void)state;
        refuses_parameter((struct bio_parameter){.name = "a", .type = BIO_PARAMETER_TEXT});
        refuses_parameter((struct bio_parameter){.name = "a", .type = (enum bio_parameter_type)9, .title = {"t", "t"}});
        refuses_parameter((struct bio_parameter){
                .name = "a", .type = BIO_PARAMETER_INTEGER, .fallback = "ten", .title = {"t", "t"}});
        refuses_parameter((struct bio_parameter){
                .name = "a", .type = BIO_PARAMETER_BOOL, .fallback = "yes", .title = {"t", "t"}});
        refuses_parameter((struct bio_parameter){
                .name = "a", .type = BIO_PARAMETER_TERM, .fallback = "1 year", .title = {"t", "t"}});
}

static void a_plugin_is_taken_whole_or_not_at_all(void **state)
{
        _cleanup_catalogue_ struct catalogue *c = catalogue_new();
        struct bio_check first = whole(), second = whole();
        const struct bio_check *const checks[] = {&first, &second};
        _cleanup_free_ char *why = NULL;

        (void)state;
        assert_int_equal(catalogue_add(c, checks, 2, "/x.so", &why), -EINVAL);
        assert_null(catalogue_find(c, "test.check"));
        second.id = "test.second";
        assert_int_equal(catalogue_add(c, checks, 2, "/x.so", &why), 0);
        assert_non_null(catalogue_find(c, "test.second"));
}

static const json_t *described(const json_t *description, const char *id)
{
        const json_t *checks = json_object_get(description, "checks");

        for (size_t i = 0; i < json_array_size(checks); i++)
                if (streq(json_member_string(json_array_get(checks, i), "id"), id))
                        return json_array_get(checks, i);
        return NULL;
}

static void all_is_described(void **state)
{
        _cleanup_catalogue_ struct catalogue *c = catalogue_new();
        _cleanup_json_ json_t *description = NULL, *parameters = NULL;
        struct bio_check check = whole();
        const struct bio_check *one = &check;
        _cleanup_free_ char *why = NULL;
        static const char expected[] =
                "[{\"name\":\"a\",\"type\":\"integer\",\"default\":5,\"title\":{\"nl\":\"n\",\"en\":\"e\"}},"
                "{\"name\":\"b\",\"type\":\"list\",\"default\":[\"x\",\"y\"],\"title\":{\"nl\":\"n\",\"en\":\"e\"}},"
                "{\"name\":\"c\",\"type\":\"text\",\"default\":null,\"title\":{\"nl\":\"n\",\"en\":\"e\"}}]";

        (void)state;
        check.parameters = (const struct bio_parameter[]){
                {.name = "a", .type = BIO_PARAMETER_INTEGER, .fallback = "5", .title = {"n", "e"}},
                {.name = "b", .type = BIO_PARAMETER_LIST, .fallback = "x,y", .title = {"n", "e"}},
                {.name = "c", .type = BIO_PARAMETER_TEXT, .title = {"n", "e"}},
                {0},
        };
        assert_int_equal(catalogue_add(c, &one, 1, "/x.so", &why), 0);
        catalogue_refuse(c, "/y.so", "is writable by group or others");
        description = catalogue_describe(c);
        assert_int_equal(shape_descriptors(description, &why), 0);
        assert_string_equal(json_member_string(described(description, "test.check"), "origin"), "/x.so");
        assert_string_equal(json_member_string(described(description, "test.check"), "severity"), "high");
        assert_string_equal(json_member_string(described(description, "test.check"), "aspect"), "operation");
        assert_int_equal(json_parse(expected, strlen(expected), &parameters, NULL), 0);
        assert_true(json_equal(json_object_get(described(description, "test.check"), "parameters"), parameters));
        assert_string_equal(json_member_string(json_array_get(json_object_get(description, "refused"), 0), "path"),
                            "/y.so");
}

static void what_is_built_in_is_whole_too(void **state)
{
        static const char *const ids[] = {"accounts.uid0", "audit.enabled", "ssh.root-login"};
        _cleanup_catalogue_ struct catalogue *c = catalogue_new();
        _cleanup_json_ json_t *description = catalogue_describe(c);

        (void)state;
        for (size_t i = 0; i < ELEMENTS(ids); i++) {
                struct bio_check check = *catalogue_find(c, ids[i]);
                const json_t *entry = described(description, ids[i]);

                assert_string_equal(json_member_string(entry, "origin"), "built-in");
                assert_non_null(json_member_string(json_object_get(entry, "fix"), "commands"));
                check.id = "test.check";
                takes(&check);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(whole_descriptors_are_taken),
                cmocka_unit_test(ids_have_a_form),
                cmocka_unit_test(ids_are_unique),
                cmocka_unit_test(members_are_needed),
                cmocka_unit_test(parameters_are_sound),
                cmocka_unit_test(a_plugin_is_taken_whole_or_not_at_all),
                cmocka_unit_test(all_is_described),
                cmocka_unit_test(what_is_built_in_is_whole_too),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
