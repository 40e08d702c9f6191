/* SPDX-License-Identifier: EUPL-1.2 */
/* What auditd goes by, and what it ends for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <unistd.h>

#include <cmocka.h>

#include "facts_of_files.h"

#define SPACE "space_left = 75\nadmin_space_left = 50\n"

/* Whoever runs the test, the files are root's. */
static bool of_root(const char *resolved, struct access_file *f)
{
        (void)resolved;
        f->uid = f->gid = 0;
        return true;
}

static void remove_file(const char *path)
{
        must(unlinkat(root_fd, path, 0));
}

static const struct bio_node *config(const char *text)
{
        forget_facts();
        put_file("usr/sbin/auditd", "");
        put_file("var/log/audit/audit.log", "");
        put_file("etc/audit/auditd.conf", text);
        return tree_get(facts_get(root_facts(), "audit"), "config");
}

static const struct bio_node *setting(const char *text, const char *key)
{
        return tree_get(tree_get(config(text), "settings"), key);
}

static void assert_refused(const char *text, unsigned line, const char *why)
{
        const struct bio_node *state = tree_get(config(text), "state");

        assert_text(state, "refused");
        assert_int_equal(tree_line(state), line);
        assert_non_null(strstr(tree_note_of(state), why));
}

static void the_last_line_of_a_keyword_counts(void **state)
{
        const struct bio_node *node;

        (void)state;
        node = setting(SPACE "Flush = NONE\nFLUSH = Sync\n", "flush");
        assert_text(node, "sync");
        assert_int_equal(tree_line(node), 4);
        assert_int_equal(tree_overrode_count(node), 2);
}

static void what_is_not_set_is_built_in(void **state)
{
        const struct bio_node *node;

        (void)state;
        node = setting(SPACE, "disk_error_action");
        assert_text(node, "syslog");
        assert_string_equal(tree_source(node), "built-in default");
        assert_int_equal(tree_state(setting(SPACE, "name")), BIO_ABSENT);
        assert_int_equal(tree_integer_of(setting("", "q_depth")), 2000);
}

static void one_keyword_may_set_another(void **state)
{
        (void)state;
        assert_false(tree_bool_of(setting(SPACE "log_format = nolog\n", "write_logs")));
        assert_text(setting(SPACE "enable_krb5 = yes\n", "transport"), "krb5");
}

static void space_may_be_a_percentage(void **state)
{
        (void)state;
        assert_text(setting("space_left = 25%\nadmin_space_left = 50\n", "space_left"), "25%");
        assert_refused("space_left = 50\nadmin_space_left = 75\n", 2, "not larger");
        assert_refused("# nothing but a remark\n", 0, "not larger");
}

static void a_line_that_does_not_fit_is_left_out(void **state)
{
        (void)state;
        assert_int_equal(tree_integer_of(setting(SPACE "freq = 5\nfreq = 7", "freq")), 5);
        assert_int_equal(
                tree_integer_of(setting(SPACE "freq = 5\nfreq = 6"
                                              "                                                                   "
                                              "                                                                   "
                                              "                                    \n",
                                        "freq")),
                5);
}

static void it_ends_at_a_line_that_it_does_not_take(void **state)
{
        (void)state;
        assert_refused(SPACE "freq 5\n", 3, "no =");
        assert_refused(SPACE "freq =\n", 3, "no value");
        assert_refused(SPACE "freq = 5 6\n", 3, "more than one");
        assert_refused(SPACE "\nnum_logs = 1000\n", 4, "not a number");
        assert_refused(SPACE "flush = often\n", 3, "words");
        assert_refused(SPACE "log_file = /opt/none/audit.log\n", 3, "directory of the log");
        assert_refused(SPACE "log_file = /x.log\n", 3, "short");
        assert_refused(SPACE "space_left_action = exec /none\n", 3, "no regular file");
        assert_refused(SPACE "disk_full_action = email\n", 3, "words");
        assert_refused(SPACE "log_group = nobodys\n", 3, "no such group");
        assert_refused(SPACE "action_mail_acct = x\n", 3, "mail address");
        assert_refused(SPACE "flush = incremental\n", 3, "freq is 0");
        assert_refused(SPACE "name_format = user\n", 3, "no name");
}

static void a_keyword_that_another_version_may_have_is_not_told(void **state)
{
        (void)state;
        assert_why(tree_get(config(SPACE "report_interval = 5\n"), "state"), BIO_UNDECIDABLE, "keyword");
        put_file("var/lib/dpkg/status", "Package: auditd\nStatus: install ok installed\nVersion: 1:4.0.2-2\n");
        assert_refused(SPACE "report_interval = 5\n", 3, "keyword");
        remove_file("var/lib/dpkg/status");
}

static void a_link_is_not_followed(void **state)
{
        (void)state;
        config(SPACE);
        remove_file("etc/audit/auditd.conf");
        put_file("etc/audit/other.conf", SPACE);
        put_link("etc/audit/auditd.conf", "other.conf");
        forget_facts();
        assert_text(tree_get(tree_get(facts_get(root_facts(), "audit"), "config"), "state"), "refused");
        put_file("usr/lib/systemd/system/auditd.service", "[Service]\nExecStart=/usr/sbin/auditd -lc /etc/audit\n");
        forget_facts();
        assert_text(tree_get(tree_get(facts_get(root_facts(), "audit"), "config"), "state"), "taken");
        remove_file("etc/audit/auditd.conf");
}

static void the_unit_says_where_it_stands(void **state)
{
        const struct bio_node *node;

        (void)state;
        config(SPACE);
        put_file("opt/audit/auditd.conf", SPACE "freq = 9\n");
        put_file("usr/lib/systemd/system/auditd.service",
                 "[Service]\nExecStart=/usr/sbin/auditd -s enable --conf /opt/audit\n");
        forget_facts();
        node = tree_get(tree_get(tree_get(facts_get(root_facts(), "audit"), "config"), "settings"), "freq");
        assert_int_equal(tree_integer_of(node), 9);
        assert_string_equal(tree_source(node), "/opt/audit/auditd.conf");
        remove_file("usr/lib/systemd/system/auditd.service");
}

static void without_the_program_there_is_none(void **state)
{
        (void)state;
        config(SPACE);
        remove_file("usr/sbin/auditd");
        forget_facts();
        assert_why(tree_get(facts_get(root_facts(), "audit"), "config"), BIO_ABSENT, "no auditd");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_last_line_of_a_keyword_counts),
                cmocka_unit_test(what_is_not_set_is_built_in),
                cmocka_unit_test(one_keyword_may_set_another),
                cmocka_unit_test(space_may_be_a_percentage),
                cmocka_unit_test(a_line_that_does_not_fit_is_left_out),
                cmocka_unit_test(it_ends_at_a_line_that_it_does_not_take),
                cmocka_unit_test(a_keyword_that_another_version_may_have_is_not_told),
                cmocka_unit_test(a_link_is_not_followed),
                cmocka_unit_test(the_unit_says_where_it_stands),
                cmocka_unit_test(without_the_program_there_is_none),
        };

        access_overlay = of_root;
        return cmocka_run_group_tests(tests, setup_facts, teardown_facts);
}
