/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "facts/sshd_internal.h"
#include "sshd_files.h"

static struct arena arena;

static int teardown(void **state)
{
        (void)state;
        arena_free(&arena);
        return 0;
}

static void patterns_match_as_wildcards(void **state)
{
        (void)state;
        assert_true(sshd_pattern_matches("root", "root"));
        assert_true(sshd_pattern_matches("root", "r*t"));
        assert_true(sshd_pattern_matches("root", "r??t"));
        assert_true(sshd_pattern_matches("root", "*o*o*"));
        assert_true(sshd_pattern_matches("", "*"));
        assert_true(sshd_pattern_matches("aab", "*ab"));
        assert_false(sshd_pattern_matches("root", "r?t"));
        assert_false(sshd_pattern_matches("root", "roo"));
        assert_false(sshd_pattern_matches("root", "oot"));
        assert_false(sshd_pattern_matches("Root", "root"));
        assert_false(sshd_pattern_matches("", "?"));
}

static void patterns_that_multiply_do_not_take_for_ever(void **state)
{
        char name[2001], pattern[1001];
        size_t i;

        (void)state;
        memset(name, 'a', 2000);
        name[2000] = '\0';
        for (i = 0; i < 1000; i++)
                pattern[i] = i % 2 ? '*' : 'a';
        pattern[999] = 'b';
        pattern[1000] = '\0';
        assert_false(sshd_pattern_matches(name, pattern));
}

static void a_negated_pattern_beats_all_others(void **state)
{
        char longest[1100];

        (void)state;
        assert_int_equal(sshd_patterns_match("root", "alice,root", false), 1);
        assert_int_equal(sshd_patterns_match("root", "*,!root", false), -1);
        assert_int_equal(sshd_patterns_match("root", "!root,*", false), -1);
        assert_int_equal(sshd_patterns_match("root", "!alice", false), 0);
        assert_int_equal(sshd_patterns_match("root", "", false), 0);
        assert_int_equal(sshd_patterns_match("host", "HO*", true), 1);
        assert_int_equal(sshd_patterns_match("host", "HO*", false), 0);
        /* One pattern that is too long, and the list matches nothing. */
        memset(longest, 'a', sizeof(longest) - 1);
        longest[sizeof(longest) - 1] = '\0';
        memcpy(longest, "root,", 5);
        assert_int_equal(sshd_patterns_match("root", longest, false), 0);
}

static void addresses_match_networks_and_patterns(void **state)
{
        (void)state;
        assert_int_equal(sshd_addresses_match("10.1.2.3", "10.0.0.0/8"), 1);
        assert_int_equal(sshd_addresses_match("11.1.2.3", "10.0.0.0/8"), 0);
        assert_int_equal(sshd_addresses_match("10.1.2.3", "10.*"), 1);
        assert_int_equal(sshd_addresses_match("10.1.2.3", "!10.1.0.0/16,10.0.0.0/8"), -1);
        assert_int_equal(sshd_addresses_match("10.0.0.7", "10.0.0.4/30"), 1);
        assert_int_equal(sshd_addresses_match("10.0.0.8", "10.0.0.4/30"), 0);
        assert_int_equal(sshd_addresses_match("10.0.0.1", "10.1"), 1);
        assert_int_equal(sshd_addresses_match("2001:db8::1", "2001:db8::/32"), 1);
        assert_int_equal(sshd_addresses_match("2001:db9::1", "2001:db8::/32"), 0);
        assert_int_equal(sshd_addresses_match("2001:db8::1", "0.0.0.0/0"), 0);
        assert_int_equal(sshd_addresses_match("10.0.0.1", "::/0"), 0);
        assert_int_equal(sshd_addresses_match("UNKNOWN", "*"), 0);
}

static void a_network_with_host_bits_or_a_wrong_prefix_is_malformed(void **state)
{
        (void)state;
        assert_int_equal(sshd_addresses_match(NULL, "10.0.0.1/8"), -2);
        assert_int_equal(sshd_addresses_match(NULL, "10.0.0.0/33"), -2);
        assert_int_equal(sshd_addresses_match(NULL, "10.0.0.0/8,"), -2);
        assert_int_equal(sshd_addresses_match(NULL, "!"), -2);
        assert_int_equal(sshd_addresses_match(NULL, "10.0.0.0/x"), 0);
        assert_int_equal(sshd_addresses_match(NULL, "anything,10.0.0.0/8"), 0);
}

/* Names found for lists, with blanks between them. */
static char *names_for(const char *const *lists, size_t count)
{
        const char *const *names;
        struct text t = {0};
        size_t found, i;

        assert_true(sshd_names_telling_apart(&arena, lists, count, false, &names, &found));
        for (i = 0; i < found; i++)
                text_printf(&t, "%s%s", i > 0 ? " " : "", names[i]);
        return text_take(&t);
}

static void names_are_found_for_each_set_of_patterns(void **state)
{
        const char *const one[] = {"root"}, *const two[] = {"a*,!*z"}, *const all[] = {"*"}, *const length[] = {"??"};
        _cleanup_free_ char *first = names_for(one, 1), *second = names_for(two, 1), *third = names_for(all, 1),
                            *fourth = names_for(length, 1);

        (void)state;
        assert_string_equal(first, "x root");
        assert_string_equal(second, "x a z az");
        assert_string_equal(third, "x");
        assert_string_equal(fourth, "x xx");
}

static void patterns_beyond_the_search_are_said(void **state)
{
        char list[1200];
        const char *const lists[] = {list}, *const * names;
        size_t found;

        (void)state;
        memset(list, 'a', sizeof(list));
        list[sizeof(list) - 1] = '\0';
        assert_false(sshd_names_telling_apart(&arena, lists, 1, false, &names, &found));
        /* Few bytes, and more sets of places than are tried. */
        assert_false(sshd_names_telling_apart(&arena, (const char *const[]){"*a?????????????,*b?????????????"}, 1,
                                              false, &names, &found));
}

static struct sshd_address network(const char *s)
{
        struct sshd_address a;

        assert_int_equal(sshd_address_parse(s, true, &a), 0);
        return a;
}

static void addresses_are_found_in_each_network_and_outside(void **state)
{
        const struct sshd_address networks[] = {network("10.0.0.0/8"), network("10.0.0.0/9"), network("10.0.0.0/8"),
                                                network("::/1"),       network("::1"),        network("8000::/1")};
        const char *const *names;
        size_t count, i, k;
        static const char *const wanted[] = {"0.0.0.0", "10.128.0.0", "10.0.0.0", "::", "::1", "8000::", "UNKNOWN"};

        (void)state;
        sshd_addresses_telling_apart(&arena, networks, ELEMENTS(networks), &names, &count);
        assert_int_equal(count, ELEMENTS(wanted)); /* the halves fill IPv6 */
        for (i = 0; i < count; i++) {
                for (k = 0; k < count && !streq(names[k], wanted[i]); k++)
                        ;
                if (k == count)
                        fail_msg("no %s", wanted[i]);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(patterns_match_as_wildcards),
                cmocka_unit_test(patterns_that_multiply_do_not_take_for_ever),
                cmocka_unit_test(a_negated_pattern_beats_all_others),
                cmocka_unit_test(addresses_match_networks_and_patterns),
                cmocka_unit_test(a_network_with_host_bits_or_a_wrong_prefix_is_malformed),
                cmocka_unit_test(names_are_found_for_each_set_of_patterns),
                cmocka_unit_test(patterns_beyond_the_search_are_said),
                cmocka_unit_test(addresses_are_found_in_each_network_and_outside),
        };

        return cmocka_run_group_tests(tests, NULL, teardown);
}
