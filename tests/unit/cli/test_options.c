/* SPDX-License-Identifier: EUPL-1.2 */
/* Options as tables, and the language that a run speaks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/cli.h"

struct some_options {
        struct cli_common common;
        bool flag;
        const char *text;
        struct cli_list list;
};

static const struct cli_option some[] = {
        {"flag", CLI_FLAG, NULL, offsetof(struct some_options, flag), "a flag"},
        {"text", CLI_TEXT, "TEXT", offsetof(struct some_options, text), "a text"},
        {"list", CLI_LIST, "ITEM", offsetof(struct some_options, list), "may stand several times"},
        {0},
};
static const struct cli_command command = {
        .name = "some", .synopsis = "[OPTION]…", .help = "does something", .options = some};

/* Reads a line of words; *ret_rest as cli_options(). */
static int read_words(const char *line, struct some_options *o, int *ret_rest)
{
        static char words[512];
        char *argv[32], *state = NULL;
        int argc = 0;

        *o = (struct some_options){0};
        (void)snprintf(words, sizeof(words), "some %s", line);
        for (char *word = strtok_r(words, " ", &state); word; word = strtok_r(NULL, " ", &state))
                argv[argc++] = word;
        argv[argc] = NULL;
        return cli_options(&command, argc, argv, o, ret_rest);
}

static void each_kind_of_option_is_taken(void **state)
{
        struct some_options o;
        int rest;

        (void)state;
        assert_int_equal(read_words("--flag one --text=a --list b two --list c --config d --verbose", &o, &rest),
                         CLI_CONTINUE);
        assert_true(o.flag);
        assert_string_equal(o.text, "a");
        assert_int_equal(o.list.count, 2);
        assert_string_equal(o.list.items[0], "b");
        assert_string_equal(o.list.items[1], "c");
        assert_null(o.list.items[2]);
        assert_string_equal(o.common.config, "d");
        assert_true(o.common.verbose);
        assert_int_equal(rest, 10); /* "one" and "two" stand behind the options now */
        free(o.list.items);
        log_set_verbose(false);
}

static void what_is_not_given_stays_empty(void **state)
{
        struct some_options o;
        int rest;

        (void)state;
        assert_int_equal(read_words("", &o, &rest), CLI_CONTINUE);
        assert_false(o.flag);
        assert_null(o.text);
        assert_null(o.list.items);
        assert_null(o.common.config);
        assert_int_equal(rest, 1);
}

static void wrong_usage_is_status_2(void **state)
{
        static const char *const lines[] = {
                "--other",    "-f",       "--text", "--text a --text b",
                "--flag=yes", "--config", "--list", "--text=a --config b --config c",
        };
        struct some_options o;
        int rest;

        (void)state;
        for (size_t i = 0; i < ELEMENTS(lines); i++)
                if (read_words(lines[i], &o, &rest) != CLI_USAGE)
                        fail_msg("%s", lines[i]);
}

static void behind_two_dashes_nothing_is_an_option(void **state)
{
        struct some_options o;
        int rest;

        (void)state;
        assert_int_equal(read_words("-- --flag", &o, &rest), CLI_CONTINUE);
        assert_false(o.flag);
        assert_int_equal(rest, 2);
}

static void the_help_names_every_option(void **state)
{
        _cleanup_text_ struct text out = {0};

        (void)state;
        cli_help(&command, &out);
        assert_true(starts_with(text_string(&out), "bioagent some [OPTION]…\n"));
        assert_non_null(strstr(text_string(&out), "\n  --text TEXT           a text\n"));
        assert_non_null(strstr(text_string(&out), "--list ITEM"));
        assert_non_null(strstr(text_string(&out), "--config FILE"));
        assert_non_null(strstr(text_string(&out), "--version"));
}

static void the_language_is_the_option_s_then_the_environment_s(void **state)
{
        static const struct {
                const char *lang, *lc_all, *lc_messages, *lang_variable;
                int r;
                enum report_language language;
        } cases[] = {
                {NULL, NULL, NULL, NULL, 0, REPORT_EN},       {NULL, NULL, NULL, "nl_NL.UTF-8", 0, REPORT_NL},
                {NULL, NULL, "nl_BE", "en_GB", 0, REPORT_NL}, {NULL, "C", "nl_NL", "nl_NL", 0, REPORT_EN},
                {NULL, "", "nl", NULL, 0, REPORT_NL},         {"nl", "en_GB", NULL, NULL, 0, REPORT_NL},
                {"en", "nl_NL", NULL, NULL, 0, REPORT_EN},    {"fr", NULL, NULL, NULL, -EINVAL, REPORT_EN},
        };
        static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

        (void)state;
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                const char *const values[] = {cases[i].lc_all, cases[i].lc_messages, cases[i].lang_variable};
                enum report_language language;

                for (size_t j = 0; j < ELEMENTS(names); j++)
                        (void)(values[j] ? setenv(names[j], values[j], 1) : unsetenv(names[j]));
                assert_int_equal(cli_language(cases[i].lang, &language), cases[i].r);
                assert_int_equal(language, cases[i].language);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_kind_of_option_is_taken),
                cmocka_unit_test(what_is_not_given_stays_empty),
                cmocka_unit_test(wrong_usage_is_status_2),
                cmocka_unit_test(behind_two_dashes_nothing_is_an_option),
                cmocka_unit_test(the_help_names_every_option),
                cmocka_unit_test(the_language_is_the_option_s_then_the_environment_s),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
