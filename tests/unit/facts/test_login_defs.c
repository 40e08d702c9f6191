/* SPDX-License-Identifier: EUPL-1.2 */
/* What login.defs says to shadow's tools and to PAM, and useradd's defaults. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "facts/login_defs.h"
#include "facts_of_files.h"

static void put(const char *text)
{
        put_file("etc/login.defs", text);
}

static const struct bio_node *of(const char *reader, const char *key)
{
        return tree_get(tree_get(facts_get(root_facts(), "login-defs"), reader), key);
}

static void assert_number(const char *text, bool parses, int64_t expected)
{
        const struct span span = {text, strlen(text)};
        int64_t number = -77;

        assert_int_equal(shadow_number(span, &number), parses);
        if (parses)
                assert_int_equal(number, expected);
}

static void numbers_are_read_as_strtol_of_base_0_reads(void **state)
{
        (void)state;
        assert_number("99", true, 99);
        assert_number("-1", true, -1);
        assert_number("+5", true, 5);
        assert_number(" 7", true, 7);
        assert_number("010", true, 8);
        assert_number("0x1F", true, 31);
        assert_number("0", true, 0);
        assert_number("", false, 0);
        assert_number("-", false, 0);
        assert_number("08", false, 0);
        assert_number("0x", false, 0);
        assert_number("9 ", false, 0);
        assert_number("9223372036854775808", false, 0);
}

static void the_last_line_counts_for_shadow_and_the_first_for_pam(void **state)
{
        (void)state;
        put("UMASK 022\numask 007\nUMASK\t027\nUMASK=077\n");
        assert_text(of("shadow", "UMASK"), "0027");
        assert_int_equal(tree_line(of("shadow", "UMASK")), 3);
        assert_int_equal(tree_overrode_count(of("shadow", "UMASK")), 1);
        assert_text(of("pam", "UMASK"), "022");
        assert_int_equal(tree_overrode_count(of("pam", "UMASK")), 3);
}

static void what_is_not_set_is_the_tools_default(void **state)
{
        (void)state;
        put("UID_MIN 500\nUMASK 027\n");
        assert_int_equal(tree_integer_of(of("shadow", "PASS_MAX_DAYS")), -1);
        assert_int_equal(tree_integer_of(of("shadow", "SYS_UID_MAX")), 499);
        assert_text(of("shadow", "HOME_MODE"), "0750");
        assert_string_equal(tree_source(of("shadow", "HOME_MODE")), "built-in default");
        assert_int_equal(tree_state(of("shadow", "ENCRYPT_METHOD")), BIO_ABSENT);
        assert_int_equal(login_defs_number(root_facts(), "UID_MIN", 1), 500);
        assert_int_equal(login_defs_number(root_facts(), "UMASK", 7), 7);
}

static void a_value_that_does_not_parse_leaves_the_default(void **state)
{
        (void)state;
        put("PASS_MAX_DAYS 90\nPASS_MAX_DAYS 9O\nUID_MIN -5\nSYS_UID_MAX 99999999999\nPASS_MIN_DAYS 1\r\n");
        assert_int_equal(tree_integer_of(of("shadow", "PASS_MAX_DAYS")), -1);
        assert_non_null(strstr(tree_note_of(of("shadow", "PASS_MAX_DAYS")), "line 2"));
        assert_int_equal(tree_overrode_count(of("shadow", "PASS_MAX_DAYS")), 2);
        assert_int_equal(tree_state(of("shadow", "UID_MIN")), BIO_UNDECIDABLE);
        assert_int_equal(tree_state(of("shadow", "SYS_UID_MAX")), BIO_UNDECIDABLE);
        assert_why(of("shadow", "PASS_MIN_DAYS"), BIO_UNDECIDABLE, "control character");
}

static void a_default_that_follows_the_unknown_is_unknown(void **state)
{
        (void)state;
        put("UID_MIN -5\n");
        assert_why(of("shadow", "SYS_UID_MAX"), BIO_UNDECIDABLE, "UID_MIN is not known");
        assert_int_equal(login_defs_number(root_facts(), "UID_MIN", 1000), 1000);
}

static void quotes_and_long_lines_are_as_in_the_tools_buffer(void **state)
{
        _cleanup_free_ char *filled = must_alloc(1100);

        (void)state;
        memset(filled, 'x', 1022);
        filled[0] = '#';
        memcpy(filled + 1022, " UMASK \"077\" rest\n", sizeof(" UMASK \"077\" rest\n"));
        put(filled);
        /* The buffer ends behind the blank. */
        assert_text(of("shadow", "UMASK"), "0077");
        assert_int_equal(tree_state(of("pam", "UMASK")), BIO_ABSENT);
}

static void no_file_is_all_defaults(void **state)
{
        (void)state;
        assert_int_equal(tree_integer_of(of("shadow", "UID_MIN")), 1000);
        assert_int_equal(tree_state(of("pam", "UMASK")), BIO_ABSENT);
        forget_facts();
        make_directories("etc/login.defs/");
        assert_why(tree_get(facts_get(root_facts(), "login-defs"), "shadow"), BIO_UNREADABLE, "is a directory");
}

static void useradd_takes_key_and_equals(void **state)
{
        (void)state;
        put_file("etc/default/useradd",
                 "SHELL=/bin/sh\n SHELL=/bin/no\nSHELL =/bin/no\nINACTIVE=30\nINACTIVE=x\nSKEL=\nHOME=\n");
        assert_text(of("useradd", "SHELL"), "/bin/sh");
        assert_int_equal(tree_integer_of(of("useradd", "INACTIVE")), -1);
        assert_int_equal(tree_overrode_count(of("useradd", "INACTIVE")), 1);
        assert_text(of("useradd", "SKEL"), "/etc/skel");
        assert_text(of("useradd", "HOME"), "");
        assert_int_equal(tree_state(of("useradd", "GROUP")), BIO_ABSENT);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(numbers_are_read_as_strtol_of_base_0_reads),
                cmocka_unit_test_setup_teardown(the_last_line_counts_for_shadow_and_the_first_for_pam, setup_facts,
                                                teardown_facts),
                cmocka_unit_test_setup_teardown(what_is_not_set_is_the_tools_default, setup_facts, teardown_facts),
                cmocka_unit_test_setup_teardown(a_value_that_does_not_parse_leaves_the_default, setup_facts,
                                                teardown_facts),
                cmocka_unit_test_setup_teardown(a_default_that_follows_the_unknown_is_unknown, setup_facts,
                                                teardown_facts),
                cmocka_unit_test_setup_teardown(quotes_and_long_lines_are_as_in_the_tools_buffer, setup_facts,
                                                teardown_facts),
                cmocka_unit_test_setup_teardown(no_file_is_all_defaults, setup_facts, teardown_facts),
                cmocka_unit_test_setup_teardown(useradd_takes_key_and_equals, setup_facts, teardown_facts),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
