/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "facts/sshd_internal.h"

static struct arena arena;

static int teardown(void **state)
{
        (void)state;
        arena_free(&arena);
        return 0;
}

static void a_line_with_a_nul_byte_loses_its_end_and_takes_in_the_next(void **state)
{
        static const char bytes[] = "  One 1\n\tTwo\0 lost\n  Three 3\r\nFour";

        (void)state;
        assert_string_equal(sshd_lex_text(&arena, bytes, sizeof(bytes) - 1), "One 1\nTwoThree 3\r\nFour");
        assert_string_equal(sshd_lex_text(&arena, "", 0), "");
}

/* The keyword, and what is left behind it. */
static void expect_token(const char *line, const char *token, const char *rest)
{
        char *copy = arena_copy(&arena, line, strlen(line)), *at = copy;
        const char *found = sshd_lex_token(&at);

        if (!token)
                assert_null(found);
        else
                assert_string_equal(found, token);
        if (!rest)
                assert_null(at);
        else
                assert_string_equal(at, rest);
}

static void a_keyword_ends_at_blanks_one_equals_sign_or_a_quote(void **state)
{
        (void)state;
        expect_token("Port 22", "Port", "22");
        expect_token("Port\t \t22", "Port", "22");
        expect_token("Port=22", "Port", "22");
        expect_token("Port = 22", "Port", "22");
        expect_token("Port =22", "Port", "22");
        expect_token("Port==22", "Port", "=22");
        expect_token("Port = = 22", "Port", "= 22");
        expect_token("=Port 22", "", "Port 22");
        expect_token("Port", "Port", NULL);
        expect_token("\"Port\" 22", "Port", "22");
        expect_token("Po\"rt 22\" 3", "Port 22", "3");
        expect_token("Port \"22\"", "Port", "\"22\"");
        expect_token("Port\"22", NULL, NULL);
}

static void expect_words(const char *line, size_t count, const char *const *words)
{
        struct sshd_words found;
        size_t i;

        assert_int_equal(sshd_lex_words(&arena, line, &found), 0);
        assert_int_equal(found.count, count);
        for (i = 0; i < count; i++)
                assert_string_equal(found.at[i], words[i]);
        assert_null(found.at[count]);
}

static void arguments_have_quotes_of_both_kinds_backslashes_and_comments(void **state)
{
        struct sshd_words found;

        (void)state;
        expect_words("a  b\tc", 3, (const char *const[]){"a", "b", "c"});
        expect_words("a # b", 1, (const char *const[]){"a"});
        expect_words("a#b # c", 1, (const char *const[]){"a#b"});
        expect_words("# a", 0, NULL);
        expect_words("", 0, NULL);
        expect_words("'a b' \"c 'd'\"", 2, (const char *const[]){"a b", "c 'd'"});
        expect_words("a'b'c", 1, (const char *const[]){"abc"});
        expect_words("a\\ b \\\"c \\\\ \\n '\\ '", 5, (const char *const[]){"a b", "\"c", "\\", "\\n", "\\ "});
        expect_words("'' \"\"", 2, (const char *const[]){"", ""});
        expect_words("a\\", 1, (const char *const[]){"a\\"});
        assert_int_equal(sshd_lex_words(&arena, "'a", &found), -EINVAL);
        assert_int_equal(sshd_lex_words(&arena, "a \"b '", &found), -EINVAL);
}

static void joined_words_read_the_same_again(void **state)
{
        const char *const words[] = {"/bin/a", "b c", "d\"e'f\\g"};

        (void)state;
        assert_string_equal(sshd_lex_join(&arena, words, 3), "/bin/a \"b c\" d\\\"e\\'f\\\\g");
        expect_words(sshd_lex_join(&arena, words, 3), 3, words);
}

static void expect_time(enum sshd_version version, const char *s, long seconds)
{
        long found = -1;

        assert_int_equal(sshd_time(version, s, &found), seconds >= 0);
        if (seconds >= 0)
                assert_int_equal(found, seconds);
}

static void times_add_up(void **state)
{
        (void)state;
        expect_time(SSHD_10_0, "90", 90);
        expect_time(SSHD_10_0, "1h30m", 5400);
        expect_time(SSHD_10_0, "1W2d3H4M5S", ((7 + 2) * 24 + 3) * 3600 + 4 * 60 + 5);
        expect_time(SSHD_10_0, "1m30", 90);
        expect_time(SSHD_10_0, "2147483647", 2147483647);
        expect_time(SSHD_10_0, "2147483648", -1);
        expect_time(SSHD_10_0, "3551w", -1);
        expect_time(SSHD_10_0, "2147483647s1", -1);
        expect_time(SSHD_10_0, "", -1);
        expect_time(SSHD_10_0, "5x", -1);
        expect_time(SSHD_10_0, "h", -1);
        expect_time(SSHD_10_0, "-1", -1);
}

static void a_sign_before_a_time_is_for_the_older_version_alone(void **state)
{
        (void)state;
        expect_time(SSHD_9_2, "+5", 5);
        expect_time(SSHD_9_2, "1h 5m", 3900);
        expect_time(SSHD_9_2, "1h-5", -1);
        expect_time(SSHD_10_0, "+5", -1);
        expect_time(SSHD_10_0, "1h 5m", -1);
}

static void expect_size(const char *s, long long bytes)
{
        long long found = -1;

        assert_int_equal(sshd_size(s, &found), bytes >= 0);
        if (bytes >= 0)
                assert_int_equal(found, bytes);
}

static void sizes_have_a_unit_and_a_fraction(void **state)
{
        (void)state;
        expect_size("16", 16);
        expect_size("1G", 1LL << 30);
        expect_size("1.5k", 1536);
        expect_size("1.999K", 2046);
        expect_size("2.7", 2);
        expect_size("+1M", 1 << 20);
        expect_size("1X", -1);
        expect_size("1.2.3K", -1);
        expect_size("1Kb", -1);
        expect_size("9E", -1);
        expect_size("99999999999999999999", -1);
}

static void numbers_read_as_strtonum(void **state)
{
        long long n = 0;

        (void)state;
        assert_true(sshd_number("+7", 0, 10, &n) && n == 7);
        assert_true(sshd_number(" 7", 0, 10, &n));
        assert_false(sshd_number("7 ", 0, 10, &n));
        assert_false(sshd_number("", 0, 10, &n));
        assert_false(sshd_number("11", 0, 10, &n));
        assert_false(sshd_number("-1", 0, 10, &n));
        assert_false(sshd_number("99999999999999999999", 0, INT64_MAX, &n));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_line_with_a_nul_byte_loses_its_end_and_takes_in_the_next),
                cmocka_unit_test(a_keyword_ends_at_blanks_one_equals_sign_or_a_quote),
                cmocka_unit_test(arguments_have_quotes_of_both_kinds_backslashes_and_comments),
                cmocka_unit_test(joined_words_read_the_same_again),
                cmocka_unit_test(times_add_up),
                cmocka_unit_test(a_sign_before_a_time_is_for_the_older_version_alone),
                cmocka_unit_test(sizes_have_a_unit_and_a_fraction),
                cmocka_unit_test(numbers_read_as_strtonum),
        };

        return cmocka_run_group_tests(tests, NULL, teardown);
}
