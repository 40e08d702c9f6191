/* SPDX-License-Identifier: EUPL-1.2 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/io.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/term.h"
#include "base/text.h"
#include "policy/declaration.h"

#define GOOD \
        "schema: bioagent.declaration/1\nrole: ciso\ndate: 2026-01-31\nvalid: P1M\nprivileged:\n" \
        "  - account: jan\n    reason: beheert de back-up\n    may: [/usr/bin/restic, /usr/bin/id -u]\n" \
        "  - {account: root, reason: break glass, may: all, as: root}\n"

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

static void put(const char *name, const char *text)
{
        _cleanup_free_ char *path = must_printf("%s/%s", directory, name);

        assert_int_equal(file_write_durably(AT_FDCWD, path, 0600, text, strlen(text), false), 0);
}

static void drop(const char *name)
{
        _cleanup_free_ char *path = must_printf("%s/%s", directory, name);

        (void)unlink(path);
}

static void plan_is(const struct declarations *d)
{
        _cleanup_json_ json_t *plan = declarations_plan(d);
        const json_t *file = json_array_get(json_object_get(plan, "files"), 1);
        _cleanup_free_ char *subjects = json_text(json_object_get(file, "subjects"));

        assert_true(json_is_null(json_object_get(plan, "unreadable")));
        assert_int_equal(json_array_size(json_object_get(plan, "files")), 2);
        assert_true(ends_with(json_member_string(file, "file"), "/20-b.yml"));
        assert_string_equal(json_member_string(file, "role"), "ciso");
        assert_int_equal(json_member_integer(file, "date", 0), 1769817600);
        assert_int_equal(json_member_integer(file, "until", 0), 1772236800);
        assert_string_equal(subjects,
                            "{\"privileged\":{\"line\":5,\"entries\":["
                            "{\"account\":{\"line\":6,\"value\":\"jan\"},"
                            "\"reason\":{\"line\":7,\"value\":\"beheert de back-up\"},"
                            "\"may\":{\"line\":8,\"value\":[\"/usr/bin/restic\",\"/usr/bin/id -u\"]}},"
                            "{\"account\":{\"line\":9,\"value\":\"root\"},"
                            "\"reason\":{\"line\":9,\"value\":\"break glass\"},"
                            "\"may\":{\"line\":9,\"value\":\"all\"},\"as\":{\"line\":9,\"value\":\"root\"}}]}}");
}

static void declarations_are_read_in_order_of_their_names(void **state)
{
        _cleanup_diag_ struct diag diag = {0};
        struct declarations *d;
        const struct declaration *one;
        char until[MOMENT_TEXT];

        (void)state;
        put("20-b.yml", GOOD);
        put("10-a.yml", "schema: bioagent.declaration/1\nrole: board\ndate: 2025-01-01T12:00:00+01:00\nvalid: P1Y\n");
        put("README", "no declaration");
        assert_int_equal(declarations_load(directory, &diag, &d), 0);
        assert_int_equal(diag.count, 0);
        assert_int_equal(declarations_count(d), 2);
        assert_string_equal(declarations_at(d, 0)->role, "board");
        one = declarations_at(d, 1);
        assert_true(ends_with(one->path, "/20-b.yml"));
        assert_string_equal(one->text, GOOD);
        assert_true(starts_with(one->digest, "sha256:"));
        assert_string_equal(tree_bytes_of(tree_get(tree_at(tree_get(one->content, "privileged"), 0), "account"), NULL),
                            "jan");
        /* A month from 31 January ends with February (calendar time). */
        moment_format(one->until, until);
        assert_string_equal(until, "2026-02-28T00:00:00Z");
        assert_false(declaration_expired(one, one->until - 1));
        assert_true(declaration_expired(one, one->until));
        assert_null(declarations_at(d, 2));
        plan_is(d);
        declarations_free(d);
        drop("20-b.yml");
        drop("10-a.yml");
        drop("README");
}

static void a_missing_directory_is_an_empty_set(void **state)
{
        struct declarations *d;

        (void)state;
        assert_int_equal(declarations_load("/nonexistent", NULL, &d), 0);
        assert_int_equal(declarations_count(d), 0);
        declarations_free(d);
}

static const struct {
        const char *text, *message;
        unsigned line, column;
} wrong[] = {
        {"", "no declaration, expected a map", 0, 0},
        {"role: ciso", "\"schema\" is missing", 1, 1},
        {"schema: bioagent.declaration/2", "newer schema", 1, 9},
        {"schema: bioagent.policy/1", "unknown schema", 1, 9},
        {"schema: bioagent.declaration/1\nrole: 5", "\"role\" is a whole number", 2, 7},
        {"schema: bioagent.declaration/1\nrole: a\ndate: yesterday\nvalid: P1Y", "\"yesterday\" is no date", 3, 7},
        {"schema: bioagent.declaration/1\nrole: a\ndate: 2026-02-30\nvalid: P1Y", "is no date", 3, 7},
        {"schema: bioagent.declaration/1\nrole: a\ndate: 2026-01-31\nvalid: always", "\"always\" is no term", 4, 8},
        {"schema: bioagent.declaration/1\nrole: a\ndate: 2026-01-31", "\"valid\" is missing", 1, 1},
#define BEGINNING "schema: bioagent.declaration/1\nrole: a\ndate: 2026-01-31\nvalid: P1Y\n"
        {BEGINNING "priviledged: []", "unknown subject \"priviledged\", expected privileged, directories, backup", 5,
         1},
        {BEGINNING "privileged: jan", "\"privileged\" is none, expected a list", 5, 13},
        {BEGINNING "privileged: [jan]", "no entry of \"privileged\", expected {account, reason, may, as}", 5, 14},
        {BEGINNING "privileged: [{reason: b, may: all}]", "\"account\" is missing", 5, 14},
        {BEGINNING "privileged: [{account: a, may: all}]", "\"reason\" is missing", 5, 14},
        {BEGINNING "privileged: [{account: a, reason: b}]", "\"may\" is missing", 5, 14},
        {BEGINNING "privileged: [{account: a, reason: b, may: all, till: x}]", "unknown key \"till\"", 5, 54},
        {BEGINNING "privileged: [{account: a b, reason: b, may: all}]", "\"a b\" is no name", 5, 24},
        {BEGINNING "privileged: [{account: 7, reason: b, may: all}]", "whole number", 5, 24},
        {BEGINNING "privileged: [{account: a, reason: '', may: all}]", "\"reason\" is empty", 5, 35},
        {BEGINNING "privileged: [{account: a, reason: b, may: some}]", "is neither, expected all or a list", 5, 43},
        {BEGINNING "privileged: [{account: a, reason: b, may: []}]", "is neither, expected all or a list", 5, 38},
        {BEGINNING "privileged: [{account: a, reason: b, may: [id]}]", "no command, expected the whole path", 5, 44},
        {BEGINNING "privileged: [{account: a, reason: b, may: [5]}]", "no command, expected the whole path", 5, 44},
        {BEGINNING "directories: [{source: sss}]", "\"answers\" is missing", 5, 15},
        {BEGINNING "backup: [{client: x, answers: y, interval: daily}]", "\"daily\" is no term", 5, 44},
        {BEGINNING "backup: [{client: x, answers: y}]", "\"interval\" is missing", 5, 10},
};

static void a_wrong_one_is_told_and_the_good_ones_are_kept(void **state)
{
        (void)state;
        put("good.yml", GOOD);
        for (size_t i = 0; i < ELEMENTS(wrong); i++) {
                _cleanup_diag_ struct diag diag = {0};
                struct declarations *d;

                put("bad.yml", wrong[i].text);
                assert_int_equal(declarations_load(directory, &diag, &d), -EINVAL);
                assert_int_equal(declarations_count(d), 1);
                assert_true(diag.count > 0); /* what else is wrong is told too */
                if (!strstr(diag.entries[0].message, wrong[i].message) || diag.entries[0].line != wrong[i].line ||
                    diag.entries[0].column != wrong[i].column || !ends_with(diag.entries[0].file, "/bad.yml"))
                        fail_msg("%s: %u:%u: %s", wrong[i].text, diag.entries[0].line, diag.entries[0].column,
                                 diag.entries[0].message);
                declarations_free(d);
        }
        drop("good.yml");
        drop("bad.yml");
}

static void all_that_is_wrong_is_told_at_once(void **state)
{
        static const char *const told[] = {"role", "\"2030-13-01\" is no date", "\"1y\" is no term", "bogus"};
        _cleanup_diag_ struct diag diag = {0};
        struct declarations *d;

        (void)state;
        put("bad.yml", "schema: bioagent.declaration/1\ndate: 2030-13-01\nvalid: 1y\nbogus: []\n");
        assert_int_equal(declarations_load(directory, &diag, &d), -EINVAL);
        assert_int_equal(diag.count, ELEMENTS(told));
        for (size_t i = 0; i < ELEMENTS(told); i++)
                assert_non_null(strstr(diag.entries[i].message, told[i]));
        declarations_free(d);
        drop("bad.yml");
}

/* As root nothing is refused, so who is root becomes another one for a while. */
static void what_may_not_be_read_leaves_the_set_open(void **state)
{
        _cleanup_free_ char *path = must_printf("%s/secret.yml", directory);
        _cleanup_diag_ struct diag diag = {0};
        _cleanup_json_ json_t *plan = NULL;
        uid_t self = geteuid();
        struct declarations *d;
        int r;

        (void)state;
        put("good.yml", GOOD);
        put("secret.yml", GOOD);
        assert_int_equal(chmod(path, 0), 0);
        assert_int_equal(chmod(directory, 0755), 0);
        if (self == 0) {
                _cleanup_free_ char *good = must_printf("%s/good.yml", directory);

                assert_int_equal(chmod(good, 0644), 0);
                assert_int_equal(seteuid(65534), 0);
        }
        r = declarations_load(directory, &diag, &d);
        assert_int_equal(seteuid(self), 0);
        assert_int_equal(r, -EACCES);
        assert_int_equal(declarations_count(d), 1);
        plan = declarations_plan(d);
        assert_non_null(strstr(json_member_string(plan, "unreadable"), "secret.yml: Permission denied"));
        declarations_free(d);
        drop("good.yml");
        drop("secret.yml");
}

static void a_fifo_is_an_error_and_no_wait(void **state)
{
        _cleanup_free_ char *path = must_printf("%s/pipe.yml", directory);
        _cleanup_diag_ struct diag diag = {0};
        struct declarations *d;

        (void)state;
        assert_int_equal(mkfifo(path, 0600), 0);
        assert_true(declarations_load(directory, &diag, &d) < 0);
        assert_int_equal(diag.count, 1);
        declarations_free(d);
        (void)unlink(path);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(declarations_are_read_in_order_of_their_names),
                cmocka_unit_test(a_missing_directory_is_an_empty_set),
                cmocka_unit_test(a_wrong_one_is_told_and_the_good_ones_are_kept),
                cmocka_unit_test(all_that_is_wrong_is_told_at_once),
                cmocka_unit_test(what_may_not_be_read_leaves_the_set_open),
                cmocka_unit_test(a_fifo_is_an_error_and_no_wait),
        };

        return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
