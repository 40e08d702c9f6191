/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "facts/pam_internal.h"
#include "facts/pam_su.h"
#include "facts_of_files.h"

/* The lines of a file, each in angle brackets, and how it ends. */
static void assert_lines(const char *file, enum pam_release release, const char *expected, enum pam_line_end end)
{
        struct pam_lines lines = {file, strlen(file), 0, 0, release};
        _cleanup_text_ struct text line = {0}, all = {0};
        enum pam_line_end last;
        unsigned number;

        while ((last = pam_line_next(&lines, &line, &number)) == PAM_LINE_READ)
                text_printf(&all, "%u<%s>", number, text_string(&line));
        assert_string_equal(text_string(&all), expected);
        assert_int_equal(last, end);
}

static void lines_are_joined_as_each_release_does(void **state)
{
        static const struct {
                const char *file, *of_1_5, *of_1_7;
                enum pam_line_end end;
        } files[] = {
                {"a b # c\n\n# d\ne\n", "1<a b >4<e\n>", "1<a b >4<e\n>", PAM_LINE_NONE},
                {"a \\\n b\nc", "1<a   b\n>3<c>", "1<a  b\n>3<c>", PAM_LINE_NONE},
                {"a \\\n# no\nb\n", "1<a  b\n>", "1<a  >3<b\n>", PAM_LINE_NONE},
                {"a \\\n\nb\n", "1<a  b\n>", "1<a  \n>3<b\n>", PAM_LINE_NONE},
                {"a # x \\\nb\n", "1<a >2<b\n>", "1<a >2<b\n>", PAM_LINE_NONE},
                {"a \\", "", "", PAM_LINE_INCOMPLETE},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(files); i++) {
                assert_lines(files[i].file, PAM_1_5, files[i].of_1_5, files[i].end);
                assert_lines(files[i].file, PAM_1_7, files[i].of_1_7, files[i].end);
        }
        assert_lines("a \\\n\nb\n", PAM_OTHER_RELEASE, "", PAM_LINE_OPEN);
        assert_lines("a b\n", PAM_OTHER_RELEASE, "1<a b\n>", PAM_LINE_NONE);
}

static void words_in_brackets_are_one(void **state)
{
        char line[] = " auth\t[a=b c\\]d]pam_x.so [e f";
        static const char *const expected[] = {"auth", "a=b c]d", "pam_x.so", "e f"};
        char *rest = NULL, *word = pam_word(line, &rest);

        (void)state;
        for (size_t i = 0; i < ELEMENTS(expected); i++, word = pam_word(NULL, &rest))
                assert_string_equal(word, expected[i]);
        assert_null(word);
}

static void controls_are_read_as_libpam_does(void **state)
{
        static const struct {
                const char *word;
                int success, auth_err, ignore;
        } words[] = {
                {"required", ACTION_OK, ACTION_BAD, ACTION_IGNORE},
                {"Sufficient", ACTION_DONE, ACTION_IGNORE, ACTION_IGNORE},
                {"requisite", ACTION_OK, ACTION_DIE, ACTION_IGNORE},
                {"success=2 default=die", 2, ACTION_DIE, ACTION_DIE},
                {"default=ignore success=ok", ACTION_OK, ACTION_IGNORE, ACTION_IGNORE},
                {"success=ok", ACTION_OK, ACTION_BAD, ACTION_BAD},
                {"success=okay", ACTION_BAD, ACTION_BAD, ACTION_BAD},
                {"success=0", ACTION_BAD, ACTION_BAD, ACTION_BAD},
                {"Success=ok", ACTION_BAD, ACTION_BAD, ACTION_BAD},
                {"success = done  auth_err = reset", ACTION_DONE, ACTION_RESET, ACTION_BAD},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(words); i++) {
                struct pam_control c;

                (void)pam_control_read(words[i].word, PAM_1_7, &c);
                if (c.actions[PAM_SUCCESS] != words[i].success || c.actions[PAM_AUTH_ERR] != words[i].auth_err ||
                    c.actions[PAM_IGNORE] != words[i].ignore)
                        fail_msg("%s: %d %d %d", words[i].word, c.actions[PAM_SUCCESS], c.actions[PAM_AUTH_ERR],
                                 c.actions[PAM_IGNORE]);
        }
}

static const struct bio_node *can(const char *service, const char *function, const char *with, const char *without)
{
        const struct fact_argument arguments[] = {
                {"service", service}, {"function", function}, {"with", with}, {"without", without}, {NULL, NULL}};
        const struct bio_node *answer = facts_query(root_facts(), "pam.can", arguments);

        return tree_state(answer) == BIO_KNOWN ? tree_get(answer, "can") : answer;
}

#define LOCKED \
        "auth required pam_faillock.so preauth\nauth [success=1 default=bad] pam_unix.so\n" \
        "auth [default=die] pam_faillock.so authfail\nauth sufficient pam_faillock.so authsucc\n"

static void a_hypothesis_is_carried_through_the_stack(void **state)
{
        (void)state;
        put_file("etc/pam.d/locked", LOCKED);
        put_file("etc/pam.d/jumped", "auth [success=2 default=ignore] pam_localuser.so\n" LOCKED);
        put_file("etc/pam.d/other", "auth required pam_deny.so\n");
        assert_true(tree_bool_of(can("locked", "authenticate", "password=right,lock=open", NULL)));
        assert_false(tree_bool_of(can("locked", "authenticate", "password=right,lock=denied", NULL)));
        assert_false(tree_bool_of(can("locked", "authenticate", "password=wrong", NULL)));
        assert_false(tree_bool_of(can("absent", "authenticate", "password=right", NULL)));
        assert_int_equal(tree_line(can("locked", "authenticate", "password=right,lock=open", NULL)), 4);
}

static void an_answer_that_hinges_on_an_unknown_module_names_it(void **state)
{
        (void)state;
        put_file("etc/pam.d/odd", "auth optional pam_odd.so\nauth required pam_deny.so\naccount required pam_odd.so\n");
        put_file("etc/pam.d/other", "auth required pam_deny.so\n");
        assert_int_equal(tree_state(can("odd", "authenticate", NULL, NULL)), BIO_KNOWN);
        assert_false(tree_bool_of(can("odd", "authenticate", NULL, NULL)));
        assert_why(can("odd", "account", NULL, NULL), BIO_UNDECIDABLE, "pam_odd.so");
        assert_why(can("odd", "dance", NULL, NULL), BIO_UNDECIDABLE, "dance");
        assert_why(can("odd", "account", "password=green", NULL), BIO_UNDECIDABLE, "green");
}

static void what_libpam_gives_up_on_succeeds_never(void **state)
{
        (void)state;
        put_file("etc/pam.d/cut", "auth required pam_permit.so\nauth required pam_permit.so \\");
        put_file("etc/pam.d/missing", "auth sufficient pam_permit.so\n@include nowhere\n");
        put_file("etc/pam.d/other", "auth required pam_permit.so\n");
        assert_false(tree_bool_of(can("cut", "authenticate", NULL, NULL)));
        assert_false(tree_bool_of(can("missing", "authenticate", NULL, NULL)));
        assert_true(tree_bool_of(can("else", "authenticate", NULL, NULL)));
}

static const struct bio_node *trusted(void)
{
        return pam_su_trusted(root_facts());
}

static void su_trusts_whom_pam_wheel_does(void **state)
{
        (void)state;
        put_file("etc/pam.d/su",
                 "auth sufficient pam_rootok.so # pam_wheel.so trust\n@include more\nauth sufficient \\\n"
                 "  pam_wheel.so trust group=ops\naccount sufficient pam_wheel.so trust group=no\n");
        put_file("etc/pam.d/more", "auth required pam_wheel.so group=trust\n-auth sufficient pam_wheel.so trust\n");
        put_file("etc/pam.d/su-l", "auth sufficient pam_wheel.so trust deny group=nosu\n");
        assert_int_equal(tree_count(trusted()), 3);
        assert_text(tree_at(trusted(), 0), "");
        assert_text(tree_at(trusted(), 1), "ops");
        assert_int_equal(tree_line(tree_at(trusted(), 1)), 3);
        assert_why(tree_at(trusted(), 2), BIO_UNDECIDABLE, "all but a group");
}

static void a_service_in_etc_hides_that_of_usr(void **state)
{
        (void)state;
        put_file("usr/lib/pam.d/su", "auth sufficient pam_wheel.so trust group=hidden\n");
        put_file("usr/lib/pam.d/su-l", "auth sufficient pam_wheel.so trust group=seen\n");
        put_file("etc/pam.d/su", "auth required pam_unix.so\n");
        assert_int_equal(tree_count(trusted()), 1);
        assert_text(tree_at(trusted(), 0), "seen");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(lines_are_joined_as_each_release_does),
                cmocka_unit_test(words_in_brackets_are_one),
                cmocka_unit_test(controls_are_read_as_libpam_does),
                cmocka_unit_test_setup_teardown(a_hypothesis_is_carried_through_the_stack, setup_facts, teardown_facts),
                cmocka_unit_test_setup_teardown(an_answer_that_hinges_on_an_unknown_module_names_it, setup_facts,
                                                teardown_facts),
                cmocka_unit_test_setup_teardown(what_libpam_gives_up_on_succeeds_never, setup_facts, teardown_facts),
                cmocka_unit_test_setup_teardown(su_trusts_whom_pam_wheel_does, setup_facts, teardown_facts),
                cmocka_unit_test_setup_teardown(a_service_in_etc_hides_that_of_usr, setup_facts, teardown_facts),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
