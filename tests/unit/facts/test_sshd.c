/* SPDX-License-Identifier: EUPL-1.2 */
/* The fact: the installed version, command lines of units and processes, what is in force, and the answers of the
 * query. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "facts/facts.h"
#include "facts/sshd_host.h"
#include "tree_of_files.h"

#define BOOKWORM "1:9.2p1-2+deb12u7"
#define TRIXIE   "1:10.0p1-7+deb13u2"
#define UNIT     "[Service]\nEnvironmentFile=-/etc/default/ssh\nExecStart=/usr/sbin/sshd -D $SSHD_OPTS\n"

static struct access *a;
static struct live *live;
static struct facts *f;

static void add_package(const char *version)
{
        _cleanup_free_ char *status = must_printf(
                "Package: openssh-server\nStatus: install ok installed\nArchitecture: amd64\nVersion: %s\n", version);

        make_file("var/lib/dpkg/status", status);
}

static int begin(void **state)
{
        static const char *const directories[] = {"etc",      "etc/ssh", "etc/default",     "etc/ssh/sshd_config.d",
                                                  "var",      "var/lib", "var/lib/dpkg",    "usr",
                                                  "usr/sbin", "usr/lib", "usr/lib/systemd", "usr/lib/systemd/system"};
        size_t i;

        if (setup_root(state) < 0)
                return -1;
        for (i = 0; i < ELEMENTS(directories); i++)
                make_directory(directories[i]);
        make_file("etc/passwd", "root:x:0:0::/root:/bin/sh\ntoor:x:0:7::/:/bin/sh\n");
        make_file("etc/group", "root:x:0:\nwheel:x:7:\n");
        make_file("etc/nsswitch.conf", "passwd: files\ngroup: files\n");
        make_file("usr/sbin/sshd", "");
        return 0;
}

static int end(void **state)
{
        facts_free(f);
        live_free(live);
        access_close(a);
        f = NULL;
        live = NULL;
        a = NULL;
        live_override = NULL;
        return teardown_root(state);
}

/* What was read is forgotten. */
static void again(void)
{
        facts_free(f);
        live_free(live);
        access_close(a);
        f = NULL;
        live = NULL;
        a = NULL;
}

static struct facts *facts_of_root(void)
{
        if (!f) {
                a = open_root();
                live = live_new(NULL, live_override == NULL);
                f = facts_new(a, live, NULL, NULL);
        }
        return f;
}

static const struct bio_node *ask(const char *user)
{
        const struct fact_argument arguments[] = {{"user", user}, {"keywords", "PermitRootLogin"}, {NULL, NULL}};

        return facts_query(facts_of_root(), "sshd.effective", arguments);
}

/* "NAME=VALUE" of each scope of root, with "; " between them; malloc'd. */
static char *scopes(const char *user)
{
        const struct bio_node *list = ask(user);
        struct text t = {0};
        size_t i;

        if (tree_state(list) != BIO_KNOWN)
                text_printf(&t, "?%s", tree_why(list));
        for (i = 0; i < tree_count(list); i++) {
                const struct bio_node *scope = tree_at(list, i);
                _cleanup_free_ char *value = tree_value_text(tree_get(scope, "PermitRootLogin"));

                text_printf(&t, "%s%s=%s", i > 0 ? "; " : "", tree_bytes_of(tree_get(scope, "applies_to"), NULL),
                            value);
        }
        return text_take(&t);
}

static void scopes_are(const char *wanted)
{
        _cleanup_free_ char *found = scopes("root");

        assert_string_equal(found, wanted);
}

static void without_sshd_the_fact_is_absent(void **state)
{
        (void)state;
        make_file("var/lib/dpkg/status", "Package: x\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n");
        must(unlinkat(root_fd, "usr/sbin/sshd", 0));
        assert_int_equal(tree_state(facts_get(facts_of_root(), "sshd")), BIO_ABSENT);
        assert_int_equal(tree_state(ask("root")), BIO_ABSENT);
        assert_string_equal(tree_why(ask("root")), "no sshd installed");
}

static void a_program_of_no_package_has_no_known_version(void **state)
{
        (void)state;
        make_file("var/lib/dpkg/status", "Package: x\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n");
        make_file("etc/ssh/sshd_config", "PermitRootLogin no\n");
        assert_int_equal(tree_state(ask("root")), BIO_UNDECIDABLE);
}

static void evidence_names_file_and_line_and_what_was_overridden(void **state)
{
        const struct bio_node *value;

        (void)state;
        add_package(BOOKWORM);
        make_file("etc/ssh/sshd_config", "Include /etc/ssh/sshd_config.d/*.conf\n\nPermitRootLogin yes\n");
        make_file("etc/ssh/sshd_config.d/50-x.conf", "\nPermitRootLogin no\n");
        value = tree_get(tree_at(ask("root"), 0), "PermitRootLogin");
        assert_string_equal(tree_bytes_of(value, NULL), "no");
        assert_string_equal(tree_source(value), "/etc/ssh/sshd_config.d/50-x.conf");
        assert_int_equal(tree_line(value), 2);
        assert_int_equal(tree_overrode_count(value), 1);
        assert_string_equal(tree_source(tree_overrode_at(value, 0)), "/etc/ssh/sshd_config");
        assert_int_equal(tree_line(tree_overrode_at(value, 0)), 3);
        assert_string_equal(tree_bytes_of(tree_overrode_at(value, 0), NULL), "yes");
}

static void a_default_is_that_of_the_installed_version(void **state)
{
        const struct bio_node *value;

        (void)state;
        add_package(BOOKWORM);
        make_file("etc/ssh/sshd_config", "");
        value = tree_get(tree_at(ask("root"), 0), "PermitRootLogin");
        assert_string_equal(tree_bytes_of(value, NULL), "prohibit-password");
        assert_string_equal(tree_source(value), "built-in default of OpenSSH 9.2p1");
}

static void a_configuration_that_stops_sshd_is_said(void **state)
{
        const struct bio_node *scope;

        (void)state;
        add_package(BOOKWORM);
        make_file("etc/ssh/sshd_config", "PermitRootLogin no\nPAMServiceName x\n");
        scopes_are("everywhere=(undecidable: sshd does not start: /etc/ssh/sshd_config:2: PAMServiceName is no keyword "
                   "of this sshd)");
        scope = tree_at(ask("root"), 0);
        assert_int_equal(tree_state(tree_get(scope, "starts")), BIO_KNOWN);
        assert_false(tree_bool_of(tree_get(scope, "starts")));
        assert_string_equal(tree_note_of(tree_get(scope, "starts")),
                            "/etc/ssh/sshd_config:2: PAMServiceName is no keyword of this sshd");
}

static void groups_of_the_user_are_looked_up(void **state)
{
        (void)state;
        add_package(BOOKWORM);
        make_file("etc/ssh/sshd_config", "PermitRootLogin no\nMatch Group wheel\nPermitRootLogin yes\n");
        scopes_are("everywhere=no");
        {
                _cleanup_free_ char *toor = scopes("toor");

                assert_string_equal(toor, "everywhere=yes");
        }
}

static void the_command_line_of_the_unit_counts(void **state)
{
        (void)state;
        add_package(BOOKWORM);
        make_file("usr/lib/systemd/system/ssh.service", UNIT);
        make_file("etc/default/ssh", "SSHD_OPTS=\"-o PermitRootLogin=yes -f /etc/other\"\n");
        make_file("etc/ssh/sshd_config", "PermitRootLogin no\n");
        make_file("etc/other", "PermitRootLogin no\n");
        scopes_are("everywhere=yes");
        assert_string_equal(tree_source(tree_get(tree_at(ask("root"), 0), "PermitRootLogin")), "command line");
}

static void two_units_with_other_options_are_two_instances(void **state)
{
        (void)state;
        add_package(BOOKWORM);
        make_file("usr/lib/systemd/system/ssh.service", UNIT);
        make_file("usr/lib/systemd/system/ssh@.service", "[Service]\nExecStart=-/usr/sbin/sshd -i $SSHD_OPTS\n");
        make_file("usr/lib/systemd/system/sshd-second.service",
                  "[Service]\nExecStart=/usr/sbin/sshd -D -f /etc/second\n");
        make_file("usr/lib/systemd/system/sshd-keys.service", "[Service]\nExecStart=/usr/bin/ssh-keygen -A\n");
        make_file("etc/ssh/sshd_config", "PermitRootLogin no\n");
        make_file("etc/second", "PermitRootLogin yes\n");
        scopes_are("ssh.service: everywhere=no; sshd-second.service: everywhere=yes");
}

static void another_program_in_the_unit_is_not_judged_by_this_one(void **state)
{
        (void)state;
        add_package(BOOKWORM);
        make_file("usr/lib/systemd/system/ssh.service", "[Service]\nExecStart=/opt/sshd -D\n");
        make_file("etc/ssh/sshd_config", "PermitRootLogin no\n");
        scopes_are("everywhere=(undecidable: ssh.service: it starts another program than /usr/sbin/sshd)");
}

static void a_version_between_those_known_is_told_where_both_agree(void **state)
{
        const struct fact_argument all[] = {{"user", "root"}, {NULL, NULL}};
        const struct bio_node *scope;

        (void)state;
        add_package("1:9.6p1-3ubuntu13");
        make_file("etc/ssh/sshd_config", "PermitRootLogin no\n");
        scopes_are("everywhere=no");
        scope = tree_at(facts_query(f, "sshd.effective", all), 0);
        assert_string_equal(tree_bytes_of(tree_get(scope, "PasswordAuthentication"), NULL), "yes");
        assert_int_equal(tree_state(tree_get(scope, "Ciphers")), BIO_UNDECIDABLE);
        assert_string_equal(tree_why(tree_get(scope, "Ciphers")),
                            "defaults of OpenSSH 1:9.6p1-3ubuntu13 are not known");
}

static void a_version_that_is_not_modelled_may_know_more(void **state)
{
        const struct bio_node *starts;

        (void)state;
        add_package("1:9.6p1-3ubuntu13");
        make_file("etc/ssh/sshd_config", "PermitRootLogin no\nPAMServiceName x\nCiphers +x\nNeverHeardOf y\n");
        scopes_are("everywhere=no");
        starts = tree_get(tree_at(ask("root"), 0), "starts");
        assert_int_equal(tree_state(starts), BIO_UNDECIDABLE);
        assert_string_equal(tree_why(starts),
                            "sshd may not start: /etc/ssh/sshd_config:2: PAMServiceName is no keyword of this sshd");
}

static void what_no_model_reads_is_not_told(void **state)
{
        (void)state;
        add_package("1:10.2p1-1");
        make_file("etc/ssh/sshd_config", "PermitRootLogin sometimes\nPermitRootLogin no\n");
        scopes_are("everywhere=(undecidable: PermitRootLogin has no value \"sometimes\")");
        again();
        make_file("etc/ssh/sshd_config", "PermitRootLogin no\nMatch user root\nPermitRootLogin sometimes\n");
        scopes_are("everywhere=(undecidable: PermitRootLogin has no value \"sometimes\")");
        again();
        make_file("etc/ssh/sshd_config", "PermitRootLogin no\nPermitRootLogin sometimes\n");
        scopes_are("everywhere=no");
        again();
        make_file("etc/ssh/sshd_config", "PermitRootLogin no\nMatch moon full\nPermitRootLogin yes\n");
        scopes_are("everywhere=(undecidable: sshd may not start: /etc/ssh/sshd_config:2: unknown criterion in Match: "
                   "moon)");
        again();
        make_file("etc/ssh/sshd_config", "PermitRootLogin yes\nMatch version OpenSSH_10.0*\nPermitRootLogin no\n");
        scopes_are("everywhere=(undecidable: sshd may not start: /etc/ssh/sshd_config:2: unknown criterion in Match: "
                   "version)");
}

static void versions_before_words_had_quotes(void **state)
{
        (void)state;
        add_package("1:8.4p1-5+deb11u3");
        make_file("etc/ssh/sshd_config", "Include sshd_config.d/*.conf\n");
        make_file("etc/ssh/sshd_config.d/1.conf", "PermitRootLogin \"no\"\nMatch User toor\nPermitRootLogin yes\n");
        scopes_are("everywhere=no");
        again();
        make_file("etc/ssh/sshd_config.d/1.conf", "PermitRootLogin no # as it should be\n");
        scopes_are("everywhere=(undecidable: PermitRootLogin has more arguments than it takes)");
        again();
        make_file("etc/ssh/sshd_config.d/1.conf", "PermitRootLogin 'no'\n");
        scopes_are("everywhere=(undecidable: PermitRootLogin has no value \"'no'\")");
}

/* Where 8.2 and 8.3 differ from both sides is not known here, so that both must agree. */
static void versions_in_which_an_included_match_may_count_or_not(void **state)
{
        (void)state;
        add_package("1:8.2p1-4ubuntu0.11");
        make_file("etc/ssh/sshd_config", "Include sshd_config.d/*.conf\nPermitRootLogin no\n");
        make_file("etc/ssh/sshd_config.d/1.conf", "Match User toor\nPermitRootLogin yes\n");
        scopes_are("everywhere=no");
        again();
        make_file("etc/ssh/sshd_config.d/1.conf", "Match User root\nPermitRootLogin yes\n");
        scopes_are("everywhere=(undecidable: defaults of OpenSSH 1:8.2p1-4ubuntu0.11 are not known)");
}

static void versions_without_include(void **state)
{
        (void)state;
        add_package("1:7.9p1-10+deb10u2");
        make_file("etc/ssh/sshd_config", "PermitRootLogin no\n");
        scopes_are("everywhere=no");
        again();
        make_file("etc/ssh/sshd_config", "PermitRootLogin no\nInclude /x\n");
        scopes_are("everywhere=(undecidable: sshd may not start: /etc/ssh/sshd_config:2: Include is no keyword of this "
                   "sshd)");
}

static void defaults_of_versions_far_away_are_not_told(void **state)
{
        const struct fact_argument all[] = {{"user", "root"}, {NULL, NULL}};
        const struct bio_node *scope;

        (void)state;
        add_package("1:10.2p1-1");
        make_file("etc/ssh/sshd_config", "X11Forwarding yes\n");
        scopes_are("everywhere=prohibit-password");
        scope = tree_at(facts_query(f, "sshd.effective", all), 0);
        assert_string_equal(tree_bytes_of(tree_get(scope, "X11Forwarding"), NULL), "yes");
        assert_int_equal(tree_state(tree_get(scope, "PasswordAuthentication")), BIO_UNDECIDABLE);
}

static void without_a_database_that_is_read_the_version_is_open(void **state)
{
        (void)state;
        make_directory("var/lib/rpm");
        make_file("var/lib/rpm/rpmdb.sqlite", "x");
        make_file("etc/ssh/sshd_config", "PermitRootLogin no\n");
        scopes_are("everywhere=no");
        assert_int_equal(tree_state(tree_get(facts_get(f, "sshd"), "version")), BIO_UNDECIDABLE);
        must(unlinkat(root_fd, "usr/sbin/sshd", 0));
        scopes_are("everywhere=no"); /* its file is there */
}

static void an_sshd_elsewhere_is_not_told(void **state)
{
        (void)state;
        make_file("var/lib/dpkg/status", "Package: x\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n");
        must(unlinkat(root_fd, "usr/sbin/sshd", 0));
        make_directory("etc/systemd");
        make_directory("etc/systemd/system");
        make_file("etc/systemd/system/far.service", "[Service]\nExecStart=/bin/sh -c 'exec /opt/bin/sshd -D'\n");
        scopes_are("?an sshd that is not the distribution's, so that its version and files are not known");
        again();
        must(unlinkat(root_fd, "etc/systemd/system/far.service", 0));
        make_directory("usr/local");
        make_directory("usr/local/sbin");
        make_file("usr/local/sbin/sshd", "x");
        scopes_are("?an sshd that is not the distribution's, so that its version and files are not known");
}

static void a_unit_of_any_name_counts(void **state)
{
        (void)state;
        add_package(BOOKWORM);
        make_file("usr/lib/systemd/system/ssh.service", UNIT);
        make_directory("etc/systemd");
        make_directory("etc/systemd/system");
        make_file("etc/systemd/system/bastion.service",
                  "[Service]\nExecStart=/usr/sbin/sshd -D -f /etc/second\n[Install]\nWantedBy=multi-user.target\n");
        make_file("etc/ssh/sshd_config", "PermitRootLogin no\n");
        make_file("etc/second", "PermitRootLogin yes\n");
        scopes_are("everywhere=no"); /* it is disabled */
        again();
        make_file("etc/systemd/system/bastion.service", "[Service]\nExecStart=/usr/sbin/sshd -D -f /etc/second\n");
        scopes_are("ssh.service: everywhere=no; bastion.service: everywhere=yes");
}

static void ways_of_starting_are_bounded(void **state)
{
        const struct bio_node *list;
        size_t i;

        (void)state;
        add_package(BOOKWORM);
        make_directory("etc/systemd");
        make_directory("etc/systemd/system");
        make_file("etc/ssh/sshd_config", "PermitRootLogin no\n");
        for (i = 0; i < 40; i++) {
                _cleanup_free_ char *path = must_printf("etc/systemd/system/sshd%02zu.service", i);
                _cleanup_free_ char *unit = must_printf("[Service]\nExecStart=/usr/sbin/sshd -D -p %zu\n", i + 1);

                make_file(path, unit);
        }
        list = ask("root");
        assert_int_equal(tree_count(list), 33);
        assert_string_equal(tree_why(tree_get(tree_at(list, 32), "PermitRootLogin")),
                            "sshd: it is started in more ways than are looked at");
}

static void configurations_are_bounded_together(void **state)
{
        _cleanup_text_ struct text big = {0};
        const struct bio_node *list;
        size_t i;

        (void)state;
        add_package(BOOKWORM);
        make_directory("etc/systemd");
        make_directory("etc/systemd/system");
        for (i = 0; i < 40000; i++)
                text_add(&big, "PermitRootLogin no\n");
        make_file("etc/ssh/sshd_config", text_string(&big));
        for (i = 0; i < 10; i++) {
                _cleanup_free_ char *path = must_printf("etc/systemd/system/sshd%02zu.service", i);
                _cleanup_free_ char *unit = must_printf("[Service]\nExecStart=/usr/sbin/sshd -D -p %zu\n", i + 1);

                make_file(path, unit);
        }
        list = ask("root");
        assert_int_equal(tree_count(list), 10);
        assert_int_equal(tree_state(tree_get(tree_at(list, 0), "PermitRootLogin")), BIO_KNOWN);
        assert_string_equal(tree_why(tree_get(tree_at(list, 9), "PermitRootLogin")),
                            "sshd09.service: more configuration than is read");
}

static void a_template_counts_by_its_instances(void **state)
{
        (void)state;
        add_package(BOOKWORM);
        make_file("usr/lib/systemd/system/ssh.service", UNIT);
        make_directory("etc/systemd");
        make_directory("etc/systemd/system");
        make_file("etc/systemd/system/ssh-alt@.service",
                  "[Service]\nExecStart=/usr/sbin/sshd -D -f /etc/%i\n[Install]\nWantedBy=multi-user.target\n");
        make_file("etc/ssh/sshd_config", "PermitRootLogin no\n");
        make_file("etc/one", "PermitRootLogin yes\n");
        scopes_are("everywhere=no");
        again();
        make_directory("etc/systemd/system/multi-user.target.wants");
        make_link("etc/systemd/system/multi-user.target.wants/ssh-alt@one.service",
                  "/etc/systemd/system/ssh-alt@.service");
        scopes_are("ssh.service: everywhere=no; ssh-alt@one.service: everywhere=yes");
}

static void releases_know_their_updates(void **state)
{
        struct sshd_release r[SSHD_MODELS];
        struct arena arena = {0};
        const char *why;

        (void)state;
        assert_int_equal(sshd_releases(&arena, "1:9.2p1-2", r, &why), 1);
        assert_false(r[0].sntrup761_alias);
        assert_int_equal(sshd_releases(&arena, "1:9.2p1-2+deb12u4", r, &why), 1);
        assert_true(r[0].sntrup761_alias);
        assert_int_equal(sshd_releases(&arena, "1:10.0p1-7+deb13u2", r, &why), 1);
        assert_false(r[0].ipqos_dscp);
        assert_string_equal(r[0].banner, "OpenSSH_10.0p2 Debian-7+deb13u2");
        assert_int_equal(sshd_releases(&arena, "1:10.0p1-7+deb13u10", r, &why), 1);
        assert_true(r[0].ipqos_dscp);
        assert_int_equal(sshd_releases(&arena, "1:10.0p1-7+deb13u3~local", r, &why), 2);
        assert_int_equal(sshd_releases(&arena, "1:8.7p1-1", r, &why), 2);
        assert_true(r[0].open && r[1].open && r[0].defaults && !r[0].tokens);
        assert_int_equal(sshd_releases(&arena, "1:8.6p1-1", r, &why), 2);
        assert_true(r[0].tokens && !r[0].without_include && !r[0].defaults);
        assert_int_equal(sshd_releases(&arena, "1:8.1p1-1", r, &why), 2);
        assert_true(r[0].without_include);
        assert_int_equal(sshd_releases(&arena, "1:10.1p1-1", r, &why), 2);
        assert_true(!r[0].tokens && !r[0].defaults);
        assert_int_equal(sshd_releases(&arena, NULL, r, &why), 2);
        assert_true(!r[0].tokens && !r[0].defaults);
        assert_int_equal(sshd_releases(&arena, "1:6.9p1-1", r, &why), 0);
        assert_int_equal(sshd_releases(&arena, "what", r, &why), 0);
        arena_free(&arena);
}

static void options_of_the_program(void **state)
{
        const char *const argv[] = {"sshd", "-D4q", "-p2222", "-o", "A=b", "-f", "etc/x", "-g", "5", "-ddh/key"};
        struct sshd_arguments arguments;
        struct arena arena = {0};
        const char *why = NULL;
        static const char *const lines[] = {"AddressFamily inet", "LogLevel QUIET", "Port 2222",      "A=b",
                                            "LoginGraceTime 5",   "LogLevel DEBUG", "LogLevel DEBUG", "HostKey /key"};
        size_t i;

        (void)state;
        assert_true(sshd_arguments_of(&arena, argv, ELEMENTS(argv), &arguments, &why));
        assert_string_equal(arguments.config_file, "/etc/x");
        assert_true(arguments.ports);
        assert_int_equal(arguments.option_count, ELEMENTS(lines));
        for (i = 0; i < ELEMENTS(lines); i++)
                assert_string_equal(arguments.options[i], lines[i]);
        assert_false(sshd_arguments_of(&arena, (const char *const[]){"sshd", "-t"}, 2, &arguments, &why));
        assert_false(sshd_arguments_of(&arena, (const char *const[]){"sshd", "-f"}, 2, &arguments, &why));
        assert_false(sshd_arguments_of(&arena, (const char *const[]){"sshd", "x"}, 2, &arguments, &why));
        arena_free(&arena);
}

/* The running system, as the test has it. */

static const char *active_state;
static int64_t state_change;
static const char *listener;

static struct bio_node *unit_node(struct tree *t, const char *unit)
{
        struct bio_node *node;

        if (!active_state)
                return tree_unreadable(t, "no service manager");
        if (!streq(unit, "ssh.service"))
                return tree_absent(t, "no such unit");
        node = tree_map(t);
        (void)tree_set(node, "load_state", tree_text(t, "loaded"));
        (void)tree_set(node, "active_state", tree_text(t, active_state));
        (void)tree_set(node, "main_pid", tree_integer(t, 100));
        (void)tree_set(node, "state_change", tree_integer(t, state_change));
        (void)tree_set(node, "exec_main_start", tree_integer(t, 1));
        return node;
}

static struct bio_node *processes_node(struct tree *t, const char *name)
{
        struct bio_node *list = tree_list(t), *process, *argv;

        if (!listener || !streq(name, "sshd"))
                return list;
        process = tree_append(list, tree_map(t));
        argv = tree_list(t);
        (void)tree_append(argv, tree_text(t, listener));
        (void)tree_set(process, "pid", tree_integer(t, 200));
        (void)tree_set(process, "argv", argv);
        (void)tree_set(process, "start", tree_integer(t, INT64_MAX));
        return list;
}

static const struct live_source source = {.unit = unit_node, .processes = processes_node};

static int begin_live(void **state)
{
        if (begin(state) < 0)
                return -1;
        add_package(BOOKWORM);
        make_file("usr/lib/systemd/system/ssh.service", UNIT);
        make_file("etc/ssh/sshd_config", "Include /etc/ssh/sshd_config.d/*.conf\nPermitRootLogin no\n");
        active_state = "active";
        state_change = INT64_MAX;
        listener = NULL;
        live_override = &source;
        return 0;
}

static const struct bio_node *in_force(void)
{
        return tree_get(tree_at(ask("root"), 0), "in_force");
}

static void what_was_read_since_the_last_change_is_in_force(void **state)
{
        (void)state;
        assert_int_equal(tree_state(in_force()), BIO_KNOWN);
        assert_true(tree_bool_of(in_force()));
        assert_int_equal(tree_basis_of(in_force()), BIO_RUNNING);
}

static void a_file_changed_after_the_start_is_not_in_force(void **state)
{
        (void)state;
        state_change = 1000;
        assert_int_equal(tree_state(in_force()), BIO_KNOWN);
        assert_false(tree_bool_of(in_force()));
        assert_non_null(strstr(tree_note_of(in_force()), "a reload through the service manager settles it"));
        scopes_are("everywhere=no");
}

static void a_service_that_does_not_run_has_nothing_in_force(void **state)
{
        (void)state;
        active_state = "inactive";
        assert_int_equal(tree_state(in_force()), BIO_ABSENT);
        assert_string_equal(tree_why(in_force()), "not running");
}

static void without_a_service_manager_it_is_not_known(void **state)
{
        (void)state;
        active_state = NULL;
        assert_int_equal(tree_state(in_force()), BIO_UNREADABLE);
        assert_string_equal(tree_why(in_force()), "no service manager");
}

static void a_listener_that_no_unit_accounts_for_is_an_instance(void **state)
{
        (void)state;
        make_file("etc/mine", "PermitRootLogin yes\n");
        listener = "sshd: /usr/sbin/sshd -f /etc/mine [listener] 0 of 10-100 startups";
        scopes_are("ssh.service: everywhere=no; /usr/sbin/sshd -f /etc/mine: everywhere=yes");
}

static void a_listener_with_the_unit_s_options_is_the_unit_s(void **state)
{
        (void)state;
        listener = "sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups";
        scopes_are("everywhere=no");
}

static void offline_nothing_is_in_force(void **state)
{
        (void)state;
        add_package(BOOKWORM);
        make_file("etc/ssh/sshd_config", "");
        assert_int_equal(tree_state(in_force()), BIO_UNREADABLE);
        assert_string_equal(tree_why(in_force()), "not observed offline");
}

/* The ways in of every scope: "publickey,password password; WHERE: …", "?REASON" where they are not known. */
static void ways_are(const char *config, const char *expected)
{
        static const struct fact_argument none[] = {{NULL, NULL}};
        _cleanup_text_ struct text t = {0};
        const struct bio_node *scopes;
        size_t i, k, m;

        add_package(TRIXIE);
        make_file("etc/ssh/sshd_config", config);
        scopes = facts_query(facts_of_root(), "sshd.ways", none);
        for (i = 0; i < tree_count(scopes); i++) {
                const struct bio_node *ways = tree_get(tree_at(scopes, i), "ways");

                text_add(&t, i > 0 ? "; " : "");
                if (tree_state(ways) != BIO_KNOWN)
                        text_printf(&t, "?%s", tree_why(ways));
                for (k = 0; k < tree_count(ways); k++)
                        for (m = 0; m < tree_count(tree_at(ways, k)); m++)
                                text_printf(&t, "%s%s",
                                            m > 0   ? ","
                                            : k > 0 ? " "
                                                    : "",
                                            tree_bytes_of(tree_at(tree_at(ways, k), m), NULL));
        }
        assert_string_equal(text_string(&t), expected);
        again();
}

static void ways_in_are_the_methods_asked_for(void **state)
{
        (void)state;
        ways_are("", "publickey password");
        ways_are("UsePAM yes\n", "publickey password keyboard-interactive");
        ways_are("PubkeyAuthentication no\nHostbasedAuthentication yes\n", "password hostbased");
        ways_are("AuthenticationMethods any\n", "publickey password");
        ways_are("AuthenticationMethods publickey,password password,hostbased password\n",
                 "publickey,password password");
        ways_are("UsePAM yes\nAuthenticationMethods publickey,keyboard-interactive:pam\n",
                 "publickey,keyboard-interactive");
        ways_are("AuthenticationMethods none publickey\n", "publickey");
        ways_are("AuthenticationMethods none publickey\nPermitEmptyPasswords yes\n", "none publickey");
        ways_are("RefuseConnection yes\n", "");
}

static void ways_in_are_those_of_somebody_who_exists(void **state)
{
        (void)state;
        ways_are("Match invalid-user\nPasswordAuthentication no\n", "publickey password");
        ways_are("Match user alice\nPasswordAuthentication no\n", "publickey password; publickey");
        ways_are("PasswordAuthentication maybe\n",
                 "?sshd does not start: /etc/ssh/sshd_config:1: PasswordAuthentication has no value \"maybe\"");
}

/* More groups than can be combined: each block says yes or no of passwords, and nothing else that is asked. */
static void ways_in_are_told_of_many_blocks_that_set_one_thing(void **state)
{
        _cleanup_text_ struct text t = {0};
        size_t i;

        (void)state;
        text_add(&t, "PasswordAuthentication no\n");
        for (i = 0; i < 20; i++)
                text_printf(&t, "Match group g%zu\nPasswordAuthentication %s\n", i, i == 17 ? "yes" : "no");
        ways_are(text_string(&t), "publickey; publickey password");
        text_add(&t, "Match group last\nAuthenticationMethods publickey,password\n");
        ways_are(text_string(&t), "?Match looks at more that cannot be told than is tried");
}

static void wrong_arguments_are_said(void **state)
{
        const struct fact_argument port[] = {{"local_port", "x"}, {NULL, NULL}},
                                   keyword[] = {{"keywords", "X"}, {NULL, NULL}};

        (void)state;
        add_package(BOOKWORM);
        make_file("etc/ssh/sshd_config", "");
        assert_int_equal(tree_state(facts_query(facts_of_root(), "sshd.effective", port)), BIO_UNDECIDABLE);
        assert_int_equal(tree_state(facts_query(facts_of_root(), "sshd.effective", keyword)), BIO_UNDECIDABLE);
}

#define IN_ROOT(test) cmocka_unit_test_setup_teardown(test, begin, end)
#define LIVE(test)    cmocka_unit_test_setup_teardown(test, begin_live, end)

int main(void)
{
        const struct CMUnitTest tests[] = {
                IN_ROOT(without_sshd_the_fact_is_absent),
                IN_ROOT(a_program_of_no_package_has_no_known_version),
                IN_ROOT(evidence_names_file_and_line_and_what_was_overridden),
                IN_ROOT(a_default_is_that_of_the_installed_version),
                IN_ROOT(a_configuration_that_stops_sshd_is_said),
                IN_ROOT(groups_of_the_user_are_looked_up),
                IN_ROOT(the_command_line_of_the_unit_counts),
                IN_ROOT(two_units_with_other_options_are_two_instances),
                IN_ROOT(another_program_in_the_unit_is_not_judged_by_this_one),
                IN_ROOT(a_version_between_those_known_is_told_where_both_agree),
                IN_ROOT(a_version_that_is_not_modelled_may_know_more),
                IN_ROOT(what_no_model_reads_is_not_told),
                IN_ROOT(versions_before_words_had_quotes),
                IN_ROOT(versions_in_which_an_included_match_may_count_or_not),
                IN_ROOT(versions_without_include),
                IN_ROOT(defaults_of_versions_far_away_are_not_told),
                IN_ROOT(without_a_database_that_is_read_the_version_is_open),
                IN_ROOT(an_sshd_elsewhere_is_not_told),
                IN_ROOT(a_unit_of_any_name_counts),
                IN_ROOT(a_template_counts_by_its_instances),
                IN_ROOT(ways_of_starting_are_bounded),
                IN_ROOT(configurations_are_bounded_together),

                cmocka_unit_test(releases_know_their_updates),
                cmocka_unit_test(options_of_the_program),
                LIVE(what_was_read_since_the_last_change_is_in_force),
                LIVE(a_file_changed_after_the_start_is_not_in_force),
                LIVE(a_service_that_does_not_run_has_nothing_in_force),
                LIVE(without_a_service_manager_it_is_not_known),
                LIVE(a_listener_that_no_unit_accounts_for_is_an_instance),
                LIVE(a_listener_with_the_unit_s_options_is_the_unit_s),
                IN_ROOT(offline_nothing_is_in_force),
                IN_ROOT(ways_in_are_the_methods_asked_for),
                IN_ROOT(ways_in_are_those_of_somebody_who_exists),
                IN_ROOT(ways_in_are_told_of_many_blocks_that_set_one_thing),
                IN_ROOT(wrong_arguments_are_said),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
