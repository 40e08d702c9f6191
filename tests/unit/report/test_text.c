/* SPDX-License-Identifier: EUPL-1.2 */
/* The report as a person sees it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "record/record.h"
#include "report/layout.h"
#include "report/report.h"

static const char payload[] =
        "{\"schema\":\"bioagent.record/1\",\"kind\":\"report\",\"target\":\"live\","
        "\"host\":{\"name\":\"web1\",\"os\":\"Debian GNU/Linux 12 (bookworm)\"},\"run\":{\"agent\":\"0.1.0\"},"
        "\"policies\":[{\"id\":\"demo\",\"version\":\"7\"},{\"id\":\"other\",\"version\":\"1.3\"}],"
        "\"measures\":["
        "{\"id\":\"demo:1\",\"technical\":\"fail\",\"organisational\":\"open\",\"parts\":["
        "{\"id\":\"a\",\"technical\":\"fail\"},{\"id\":\"b\",\"technical\":\"manual\",\"why\":\"not-examined\"},"
        "{\"id\":\"c\",\"technical\":null},{\"id\":\"d\",\"technical\":\"error\"}]},"
        "{\"id\":\"demo:2\",\"technical\":\"pass\",\"organisational\":\"not-needed\",\"parts\":["
        "{\"id\":\"a\",\"technical\":\"pass\"},{\"id\":\"b\",\"technical\":null}]},"
        "{\"id\":\"demo:3\",\"technical\":null,\"organisational\":\"open\",\"parts\":[{\"id\":\"a\",\"technical\":null}"
        "]}],"
        "\"results\":["
        "{\"check\":\"t.pass\",\"status\":\"pass\",\"measures\":[\"demo:2/a\"],\"counts\":{\"pass\":1},\"findings\":["
        "{\"subject\":\"file:/etc/x\",\"status\":\"pass\",\"evidence\":[{\"source\":\"/etc/"
        "x\",\"actual\":\"0\",\"decides\":true}]}]},"
        "{\"check\":\"t.manual\",\"status\":\"manual\",\"measures\":[],\"counts\":{\"manual\":1},\"findings\":["
        "{\"subject\":\"source:sss\",\"status\":\"manual\",\"evidence\":[{\"decides\":true,\"note\":\"judged "
        "elsewhere\"}]}]},"
        "{\"check\":\"t.error\",\"status\":\"error\",\"measures\":[],\"counts\":{\"error\":1,\"pass\":3},\"findings\":["
        "{\"subject\":\"service:x\",\"status\":\"error\",\"evidence\":[{\"source\":\"/etc/"
        "y\",\"actual\":\"(unreadable: permission denied)\","
        "\"decides\":true}]}]},"
        "{\"check\":\"t.low\",\"status\":\"fail\",\"measures\":[\"demo:1/a\"],\"counts\":{\"fail\":1},\"findings\":["
        "{\"subject\":\"s\",\"status\":\"fail\",\"evidence\":[]}]},"
        "{\"check\":\"t.high\",\"status\":\"fail\",\"measures\":[\"demo:1/a\",\"demo:1/b\"],\"because\":\"package x is "
        "not installed\","
        "\"counts\":{\"fail\":2,\"error\":1,\"pass\":41},\"findings\":["
        "{\"subject\":\"user:jan\",\"status\":\"fail\",\"_personal\":[\"subject\"],\"evidence\":["
        "{\"source\":\"/etc/ssh/"
        "sshd_config\",\"line\":12,\"key\":\"PermitRootLogin\",\"actual\":\"yes\",\"expected\":\"no\","
        "\"decides\":true,\"note\":\"overrides the default\"},"
        "{\"source\":\"/etc/passwd\",\"line\":1,\"key\":\"uid\",\"actual\":\"0\",\"decides\":false}]},"
        "{\"subject\":\"user:piet\",\"status\":\"fail\",\"evidence\":[{\"source\":\"/etc/"
        "z\",\"actual\":\"\",\"expected\":\"1\","
        "\"decides\":true}]},"
        "{\"subject\":\"kernel:x\",\"status\":\"error\",\"evidence\":[{\"actual\":\"(absent)\",\"decides\":true,"
        "\"note\":\"not there\"}]}]}]}";

static const char descriptors[] =
        "{\"checks\":[{\"id\":\"t.high\",\"severity\":\"high\",\"title\":{\"nl\":\"Hoog\",\"en\":\"High\"},\"fix\":{"
        "\"commands\":\"sed -i 's/this is a command that is longer than a terminal is wide/and it is not to be "
        "broken/' /etc/x\\nsecond\","
        "\"reload\":\"systemctl reload ssh\",\"risk\":{\"nl\":\"Pas op\",\"en\":\"Careful. More.\"},\"undo\":\"rm "
        "x\"}},"
        "{\"id\":\"t.low\",\"severity\":\"low\",\"title\":{\"nl\":\"Laag\",\"en\":\"Low\"},\"fix\":{}}]}";
static const char titles[] =
        "{\"demo:1\":{\"nl\":\"Eerste\",\"en\":\"First\"},\"demo:2\":{\"nl\":\"Tweede\",\"en\":\"Second\"}}";

static json_t *parse(const char *text)
{
        json_t *json;
        char *why = NULL;

        if (json_parse(text, strlen(text), &json, &why) < 0)
                fail_msg("%s", why);
        return json;
}

static char *write_with(const char *text, const struct report_options *o)
{
        _cleanup_json_ json_t *p = parse(text), *d = parse(descriptors), *t = parse(titles);
        const struct report r = {.payload = p, .descriptors = d, .titles = t};
        struct text out = {0};

        assert_int_equal(report_writer_find("text")->write(&r, o, &out), 0);
        return text_take(&out);
}

static char *write_report(const struct report_options *o)
{
        return write_with(payload, o);
}

static void assert_has(const char *text, const char *part)
{
        if (!strstr(text, part))
                fail_msg("\"%s\" is not in:\n%s", part, text);
}

static void assert_has_not(const char *text, const char *part)
{
        if (strstr(text, part))
                fail_msg("\"%s\" is in:\n%s", part, text);
}

static void assert_before(const char *text, const char *first, const char *second)
{
        assert_has(text, first);
        assert_has(text, second);
        if (strstr(text, first) > strstr(text, second))
                fail_msg("\"%s\" stands after \"%s\" in:\n%s", first, second, text);
}

static void the_first_line_says_who_looked_at_what(void **state)
{
        _cleanup_free_ char *out =
                write_report(&(struct report_options){.language = REPORT_EN, .width = 80, .as = "root"});

        (void)state;
        assert_true(starts_with(out, "bioagent 0.1.0, read-only: web1 (Debian GNU/Linux 12 (bookworm)), as root.\n"
                                     "Policies: demo 7, other 1.3.\n"));
}

static void the_worst_stands_first_and_the_more_severe_before_the_less(void **state)
{
        _cleanup_free_ char *out =
                write_report(&(struct report_options){.language = REPORT_EN, .width = 80, .as = "root"});

        (void)state;
        assert_before(out, "t.high", "t.low");
        assert_before(out, "t.low", "t.error");
        assert_before(out, "t.error", "t.manual");
        assert_before(out, "t.manual", "Technical");
}

static void a_failure_shows_what_decided_what_it_bears_on_and_how_to_fix_it(void **state)
{
        _cleanup_free_ char *out =
                write_report(&(struct report_options){.language = REPORT_EN, .width = 80, .as = "root"});

        (void)state;
        assert_has(out, "\nfail  t.high  High: package x is not installed  (1)\n"
                        "  user:jan  /etc/ssh/sshd_config:12  PermitRootLogin: yes, expected no;\n"
                        "    overrides the default\n"
                        "  fix      sed -i 's/this is a command that is longer than a terminal is wide/and it "
                        "is not to be broken/' /etc/x\n"
                        "           second && systemctl reload ssh\n"
                        "  risk     Careful. More.\n"
                        "fail  t.low  Low  (1)\n");
        assert_has_not(out, "/etc/passwd:1"); /* it did not decide */
        assert_has_not(out, "rm x");          /* how to undo it is for `explain` */
        assert_has(out, "/etc/y  (unreadable: permission denied)\n");
        assert_has(out, "judged elsewhere\n");
        assert_has_not(out, "t.pass"); /* a pass is a number */
}

static void a_long_fix_is_named_not_cut(void **state)
{
        static const char one[] = "{\"results\":[{\"check\":\"t.long\",\"status\":\"fail\",\"findings\":[]}]}";
        static const char long_fix[] = "{\"checks\":[{\"id\":\"t.long\",\"title\":{\"en\":\"Long\"},\"fix\":{"
                                       "\"commands\":\"a\\nb\\nc\\nd\",\"reload\":\"e\",\"risk\":{\"en\":\"One.\"}}}]}";
        _cleanup_json_ json_t *p = parse(one), *d = parse(long_fix);
        _cleanup_text_ struct text out = {0};

        (void)state;
        assert_int_equal(report_writer_find("text")->write(&(struct report){.payload = p, .descriptors = d},
                                                           &(struct report_options){.language = REPORT_EN, .width = 80},
                                                           &out),
                         0);
        assert_has(text_string(&out), "  fix      bioagent explain t.long\n  risk     One.\n");
}

static void one_cause_is_told_once(void **state)
{
        static const char same[] =
                "{\"results\":["
                "{\"check\":\"t.low\",\"status\":\"fail\",\"because\":\"package x is not installed\",\"measures\":["
                "\"demo:1/a\",\"other:2/b\"],\"findings\":[{\"subject\":\"s1\",\"status\":\"fail\",\"evidence\":[]}]},"
                "{\"check\":\"t.e1\",\"status\":\"error\",\"findings\":[{\"subject\":\"s2\",\"status\":\"error\","
                "\"evidence\":[{\"decides\":true,\"actual\":\"(unreadable: not observed offline)\"}]}]},"
                "{\"check\":\"t.high\",\"status\":\"fail\",\"because\":\"package x is not installed\",\"measures\":["
                "\"demo:1/b\",\"demo:3/a\"],\"findings\":[{\"subject\":\"s3\",\"status\":\"fail\",\"evidence\":[]}]},"
                "{\"check\":\"t.na\",\"status\":\"na\",\"because\":\"package x is not installed\",\"findings\":[]},"
                "{\"check\":\"t.e2\",\"status\":\"error\",\"findings\":[{\"subject\":\"s4\",\"status\":\"error\","
                "\"evidence\":[{\"decides\":true,\"actual\":\"(unreadable: not observed offline)\"}]}]}]}";
        _cleanup_free_ char *out = write_with(same, &(struct report_options){.language = REPORT_EN, .width = 80});
        _cleanup_free_ char *dutch = write_with(same, &(struct report_options){.language = REPORT_NL, .width = 80});
        _cleanup_free_ char *all =
                write_with(same, &(struct report_options){.language = REPORT_EN, .width = 80, .verbose = true});

        (void)state;
        assert_has(out, "fail  package x is not installed: 2 checks  (1, 3, 2)\n"
                        "  t.high  High\n"
                        "  t.low   Low\n"
                        "  fix      sed -i");
        assert_has(out, "error  unreadable: not observed offline: 2 checks\n  t.e1  \n  t.e2  \n");
        assert_has(dutch, "afwijking  pakket x ontbreekt: 2 controles  (1, 3, 2)\n");
        assert_has(dutch, "onbepaald  niet te lezen: offline niet te zien: 2 controles\n");
        assert_has(all, "s1\n");
        assert_has(all, "s4");
}

static void advice_is_one_line(void **state)
{
        static const char mixed[] =
                "{\"measures\":[{\"id\":\"h:1\",\"kind\":\"advice\",\"technical\":\"fail\",\"parts\":[{\"id\":\"a\","
                "\"technical\":\"fail\"}]},{\"id\":\"demo:1\",\"kind\":\"measure\",\"technical\":\"manual\",\"parts\":["
                "{\"id\":\"a\",\"technical\":\"manual\",\"why\":\"not-examined\"}]}],"
                "\"results\":[{\"check\":\"t.low\",\"status\":\"fail\",\"measures\":[\"h:1/a\"],\"findings\":[]},"
                "{\"check\":\"t.high\",\"status\":\"pass\",\"measures\":[\"h:1/a\",\"demo:1/a\"],\"findings\":[]}]}";
        static const char alone[] =
                "{\"measures\":[{\"id\":\"h:1\",\"kind\":\"advice\",\"technical\":\"fail\",\"parts\":[{\"id\":\"a\","
                "\"technical\":\"fail\"}]}],"
                "\"results\":[{\"check\":\"t.low\",\"status\":\"fail\",\"measures\":[\"h:1/a\"],\"findings\":[]}]}";
        _cleanup_free_ char *out = write_with(mixed, &(struct report_options){.language = REPORT_EN, .width = 80});
        _cleanup_free_ char *all =
                write_with(mixed, &(struct report_options){.language = REPORT_EN, .width = 80, .verbose = true});
        _cleanup_free_ char *only = write_with(alone, &(struct report_options){.language = REPORT_EN, .width = 80});

        (void)state;
        assert_has_not(out, "t.low");
        assert_has(out, "Results: 1 (0 failed");
        assert_has(out, "Advice (hardening): 1 of 1 failed; --policy");
        assert_has(out, "demo\n  nothing examined: 1\n");
        assert_has(all, "fail  t.low  Low\n  bears on h:1/a\n");
        assert_has(all, "Results: 2 (1 failed");
        assert_has(only, "fail  t.low  Low  (1)\n");
        assert_has(only, "Results: 1 (1 failed");
}

static void an_ordinary_user_reads_how_many_need_root(void **state)
{
        const struct report_options ordinary = {.language = REPORT_EN, .width = 80, .as = "uid 7", .ordinary = true};
        _cleanup_free_ char *out = write_report(&ordinary);
        _cleanup_free_ char *root =
                write_report(&(struct report_options){.language = REPORT_EN, .width = 80, .as = "root"});

        (void)state;
        assert_has(out, "Checks that only root can do: 1. With sudo");
        assert_has_not(out, "t.error");
        assert_has(out, "1 not established");
        assert_has(root, "t.error");
        assert_has_not(root, "only root");
}

static void measures_say_how_much_was_examined(void **state)
{
        _cleanup_free_ char *out =
                write_report(&(struct report_options){.language = REPORT_EN, .width = 80, .as = "root"});
        _cleanup_free_ char *all = write_report(
                &(struct report_options){.language = REPORT_EN, .width = 80, .as = "root", .verbose = true});

        (void)state;
        assert_has(out, "\n\ndemo  Technical  Parts examined\n"
                        "  1   fail       1 of 4  First\n"
                        "  2   no deviation found in the 1 of 2 parts examined  Second\n"
                        "  not for a host to show: 3\n"
                        "The organisation's answers: 2 open, 1 not needed\n\n");
        assert_has(all, "  1   fail       1 of 4  First\n"
                        "    not examined: b, d\n"
                        "    the organisation's: c\n");
        assert_has(all, "  3   -          0 of 1\n"
                        "    the organisation's: a\n");
        assert_has(out, "Results: 5 (2 failed, 1 not established, 1 to judge, 1 passed, 0 n/a)\n");
}

static void no_two_empty_lines_follow_each_other(void **state)
{
        static const char *const payloads[] = {
                payload, "{}", "{\"results\":[{\"check\":\"t.x\",\"status\":\"pass\",\"findings\":[]}]}",
                "{\"measures\":[{\"id\":\"a:1\",\"technical\":\"fail\",\"parts\":[]}]}"};

        (void)state;
        for (size_t i = 0; i < ELEMENTS(payloads); i++)
                for (int verbose = 0; verbose < 2; verbose++) {
                        _cleanup_free_ char *out = write_with(
                                payloads[i],
                                &(struct report_options){.language = REPORT_EN, .width = 80, .verbose = verbose});

                        assert_has_not(out, "\n\n\n");
                }
}

static void no_report_says_that_a_host_complies(void **state)
{
        (void)state;
        for (int language = REPORT_NL; language <= REPORT_EN; language++) {
                _cleanup_free_ char *out = write_report(&(struct report_options){
                        .language = (enum report_language)language, .width = 80, .verbose = true});

                assert_has_not(out, "compl");
                assert_has_not(out, "voldoe");
        }
}

static void dutch_is_dutch(void **state)
{
        _cleanup_free_ char *out =
                write_report(&(struct report_options){.language = REPORT_NL, .width = 80, .as = "root"});

        (void)state;
        assert_true(
                starts_with(out, "bioagent 0.1.0, alleen lezend: web1 (Debian GNU/Linux 12 (bookworm)), als root.\n"));
        assert_has(out, "afwijking  t.high  Hoog: pakket x ontbreekt  (1)\n");
        assert_has(out, "geen afwijking gevonden in de 1 van 2 onderzochte onderdelen  Tweede\n");
        assert_has_not(out, "expected");
        assert_has_not(out, "Careful");
}

static void nothing_but_commands_is_wider_than_the_terminal(void **state)
{
        (void)state;
        for (unsigned width = 62; width <= 80; width += 9) {
                _cleanup_free_ char *out =
                        write_report(&(struct report_options){.language = REPORT_NL, .width = width, .as = "root"});

                for (char *line = strtok_r(out, "\n", &(char *){NULL}), *next = line; line; line = next) {
                        next = line + strlen(line) + 1;
                        if (!*next)
                                next = NULL;
                        else if (strchr(next, '\n'))
                                *strchr(next, '\n') = '\0';
                        if (layout_columns(line) > width && !strstr(line, "sed -i"))
                                fail_msg("%zu columns: %s", layout_columns(line), line);
                }
        }
}

static void quiet_prints_failures_and_errors_alone(void **state)
{
        _cleanup_free_ char *out =
                write_report(&(struct report_options){.language = REPORT_EN, .width = 80, .quiet = true});

        (void)state;
        assert_true(starts_with(out, "fail "));
        assert_has(out, "t.error");
        assert_has_not(out, "t.manual");
        assert_has_not(out, "t.pass");
        assert_has_not(out, "Technical");
        assert_has_not(out, "Results: 5");
}

static void verbose_prints_all_evidence(void **state)
{
        _cleanup_free_ char *out =
                write_report(&(struct report_options){.language = REPORT_EN, .width = 80, .verbose = true});

        (void)state;
        assert_has(out, "/etc/passwd:1  uid: 0\n");
        assert_has(out, "/etc/x  0\n");
}

static void colour_comes_only_when_asked_for(void **state)
{
        _cleanup_free_ char *plain = write_report(&(struct report_options){.language = REPORT_EN, .width = 80});
        _cleanup_free_ char *colour =
                write_report(&(struct report_options){.language = REPORT_EN, .width = 80, .colour = true});

        (void)state;
        assert_null(strchr(plain, '\033'));
        assert_has(colour, "\033[1;31mfail\033[0m  t.high");
}

static void no_value_can_steer_a_terminal(void **state)
{
        static const char hostile[] =
                "{\"host\":{\"name\":\"\\u001b]0;x\\u0007\"},\"run\":{},\"measures\":[],\"results\":[{\"check\":\"t."
                "high\",\"status\":\"fail\","
                "\"measures\":[\"a\\u001b[2Jb\"],\"findings\":[{\"subject\":\"user:\\u009b2J\",\"status\":\"fail\","
                "\"evidence\":["
                "{\"source\":\"/etc/\\u001b[31m\",\"actual\":\"a\\rb\\u007f\",\"decides\":true}]}]}]}";
        _cleanup_free_ char *out = write_with(hostile, &(struct report_options){.language = REPORT_EN, .width = 80});

        (void)state;
        for (const unsigned char *p = (const unsigned char *)out; *p; p++) {
                assert_true(*p >= 0x20 || *p == '\n');
                assert_true(*p != 0x7f);
                assert_false(p[0] == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f);
        }
        assert_has(out, "user:?2J");
}

/* What a broken observer sends must not break the report. */
static void any_shape_of_payload_is_written(void **state)
{
        static const char *const shapes[] = {
                "{}",
                "{\"results\":[{}],\"measures\":[{}]}",
                "{\"results\":[{\"check\":5,\"status\":\"great\",\"findings\":{\"a\":1}}]}",
                "{\"results\":[{\"status\":\"fail\",\"findings\":[{\"evidence\":[5,{\"decides\":true}]},7],\"counts\":{"
                "\"fail\":\"x\"}}]}",
                "{\"results\":{},\"measures\":5,\"policies\":[1],\"host\":[],\"run\":null}",
                "{\"measures\":[{\"id\":5,\"technical\":\"odd\",\"parts\":[1,{\"id\":2}]}]}",
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(shapes); i++) {
                _cleanup_free_ char *out = write_with(
                        shapes[i], &(struct report_options){.language = REPORT_EN, .width = 0, .verbose = true});

                assert_has_not(out, "pass  ");
        }
}

static void many_findings_are_counted_not_listed(void **state)
{
        _cleanup_json_ json_t *findings = json_array(), *p = NULL;
        _cleanup_free_ char *text = NULL, *out = NULL;

        (void)state;
        for (int i = 0; i < 100; i++)
                json_array_append_new(findings,
                                      json_pack("{s:s,s:s,s:[]}", "subject", "s", "status", "fail", "evidence"));
        p = json_pack("{s:[{s:s,s:s,s:{s:i},s:O}]}", "results", "check", "t.x", "status", "fail", "counts", "fail", 250,
                      "findings", findings);
        text = json_text(p);
        out = write_with(text, &(struct report_options){.language = REPORT_EN, .width = 80});
        assert_has(out, "and 247 more (--verbose shows all)");
}

static void examined_is_what_a_check_answered_for(void **state)
{
        _cleanup_json_ json_t *p = parse(payload);
        size_t examined, parts;

        (void)state;
        measure_examined(json_array_get(json_object_get(p, "measures"), 0), &examined, &parts);
        assert_int_equal(examined, 1);
        assert_int_equal(parts, 4);
}

static void a_file_is_named_once_and_a_list_has_no_value(void **state)
{
        static const char text[] =
                "{\"results\":[{\"check\":\"t.low\",\"status\":\"fail\",\"counts\":{\"fail\":3},\"findings\":["
                "{\"subject\":\"file:/etc/x\",\"status\":\"fail\",\"evidence\":[{\"source\":\"/etc/x\",\"line\":7,"
                "\"key\":\"A\",\"actual\":\"1\",\"expected\":\"(absent)\",\"decides\":true}]},"
                "{\"subject\":\"file:/etc/y\",\"status\":\"fail\",\"evidence\":[{\"source\":\"/etc/y\",\"actual\":"
                "\"\",\"note\":\"why\",\"decides\":true},{\"source\":\"/etc/y\",\"key\":\"B\",\"actual\":\"\","
                "\"decides\":true}]},"
                "{\"subject\":\"file:/etc/z\",\"status\":\"fail\",\"evidence\":[{\"source\":\"/etc/w\",\"line\":2,"
                "\"key\":\"C\",\"actual\":\"3\",\"decides\":true}]}]}]}";
        _cleanup_free_ char *out = write_with(text, &(struct report_options){.language = REPORT_EN, .width = 80});

        (void)state;
        assert_has(out, "\n  file:/etc/x:7  A: 1, expected none\n");
        assert_has(out, "\n  file:/etc/y  why\n    /etc/y  B: \"\"\n");
        assert_has(out, "\n  file:/etc/z  /etc/w:2  C: 3\n");
}

static void a_comment_that_does_not_fit_stands_above_its_command(void **state)
{
        _cleanup_text_ struct text out = {0};

        (void)state;
        layout_command(&out, 30, 2, 5, "fix", "command --of 1    # why it is to be run, in words");
        layout_command(&out, 30, 2, 5, "", "short    # so");
        layout_command(&out, 30, 2, 5, "", "a command is never broken, however long");
        layout_command(&out, 30, 2, 5, "", "# a comment alone, which is too wide");
        assert_string_equal(text_string(&out), "  fix  # why it is to be run,\n"
                                               "       # in words\n"
                                               "       command --of 1\n"
                                               "       short    # so\n"
                                               "       a command is never broken, however long\n"
                                               "       # a comment alone,\n"
                                               "       # which is too wide\n");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_first_line_says_who_looked_at_what),
                cmocka_unit_test(the_worst_stands_first_and_the_more_severe_before_the_less),
                cmocka_unit_test(a_failure_shows_what_decided_what_it_bears_on_and_how_to_fix_it),
                cmocka_unit_test(measures_say_how_much_was_examined),
                cmocka_unit_test(a_long_fix_is_named_not_cut),
                cmocka_unit_test(one_cause_is_told_once),
                cmocka_unit_test(advice_is_one_line),
                cmocka_unit_test(an_ordinary_user_reads_how_many_need_root),
                cmocka_unit_test(no_two_empty_lines_follow_each_other),
                cmocka_unit_test(no_report_says_that_a_host_complies),
                cmocka_unit_test(dutch_is_dutch),
                cmocka_unit_test(nothing_but_commands_is_wider_than_the_terminal),
                cmocka_unit_test(quiet_prints_failures_and_errors_alone),
                cmocka_unit_test(verbose_prints_all_evidence),
                cmocka_unit_test(colour_comes_only_when_asked_for),
                cmocka_unit_test(no_value_can_steer_a_terminal),
                cmocka_unit_test(any_shape_of_payload_is_written),
                cmocka_unit_test(many_findings_are_counted_not_listed),
                cmocka_unit_test(examined_is_what_a_check_answered_for),
                cmocka_unit_test(a_file_is_named_once_and_a_list_has_no_value),
                cmocka_unit_test(a_comment_that_does_not_fit_stands_above_its_command),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
