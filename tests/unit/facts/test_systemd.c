/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "facts/systemd_internal.h"
#include "facts_of_files.h"

#define ETC "etc/systemd/system/"
#define RUN "run/systemd/system/"
#define USR "usr/lib/systemd/system/"

static const struct bio_node *unit(const char *name)
{
        return ask("systemd.unit", "unit", name);
}

static const struct bio_node *part(const char *name, const char *key)
{
        return tree_get(unit(name), key);
}

/* The state, and what decides it. */
static void assert_state(const char *name, const char *state, const char *source)
{
        const struct bio_node *node = part(name, "file_state");

        assert_text(node, state);
        assert_string_equal(tree_source(node), source);
}

/* Arguments of the commands, with commas; commands with semicolons. */
static char *commands(const char *name)
{
        const struct bio_node *list = part(name, "exec_start");
        struct text text = {0};
        size_t i;

        if (tree_state(list) != BIO_KNOWN)
                return must_printf("(%s)", tree_why(list));
        for (i = 0; i < tree_count(list); i++) {
                _cleanup_free_ char *arguments = tree_value_text(tree_get(tree_at(list, i), "argv"));

                text_printf(&text, "%s%s", i > 0 ? "; " : "", arguments);
        }
        return text_take(&text);
}

static void assert_commands(const char *name, const char *expected)
{
        _cleanup_free_ char *found = commands(name);

        assert_string_equal(found, expected);
}

/* A service whose [Service] section is given. */
static void put_service(const char *path, const char *section)
{
        _cleanup_free_ char *text = must_printf("[Service]\n%s", section);

        put_file(path, text);
}

/* --- names */

static void names_are_plain_templates_or_instances(void **state)
{
        static const struct {
                const char *name;
                enum unit_kind kind;
        } names[] = {
                {"ssh.service", UNIT_PLAIN},
                {"getty@.service", UNIT_TEMPLATE},
                {"getty@tty1.service", UNIT_INSTANCE},
                {"a@b@c.service", UNIT_INSTANCE},
                {"dbus-org.freedesktop.login1.service", UNIT_PLAIN},
                {"a\\x2db.mount", UNIT_PLAIN},
                {"ssh", UNIT_INVALID},
                {"ssh.conf", UNIT_INVALID},
                {".service", UNIT_INVALID},
                {"@.service", UNIT_INVALID},
                {"a b.service", UNIT_INVALID},
                {"a/b.service", UNIT_INVALID},
                {"", UNIT_INVALID},
        };
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(names); i++)
                if (unit_kind(names[i].name) != names[i].kind)
                        fail_msg("\"%s\" is of another kind", names[i].name);
        assert_why(unit("../x.service"), BIO_UNDECIDABLE, "not a unit name");
}

/* --- enablement */

static void no_file_is_no_unit(void **state)
{
        (void)state;
        put_file(USR "a.service", "[Service]\n");
        assert_why(unit("auditd.service"), BIO_ABSENT, "no unit auditd.service");
        make_directories("etc/init.d/x");
        make_file("etc/init.d/auditd", "#!/bin/sh\n");
        forget_facts();
        assert_why(unit("auditd.service"), BIO_UNDECIDABLE, "init script");
}

static void a_wanted_unit_is_enabled(void **state)
{
        (void)state;
        put_file(USR "a.service", "[Install]\nWantedBy=multi-user.target\n");
        assert_state("a.service", "disabled", "/usr/lib/systemd/system/a.service");
        put_link(RUN "multi-user.target.wants/a.service", "/usr/lib/systemd/system/a.service");
        forget_facts();
        assert_state("a.service", "enabled-runtime", "/run/systemd/system/multi-user.target.wants/a.service");
        put_link(ETC "x.target.requires/a.service", "/gone/a.service");
        forget_facts();
        /* Its name counts, not where it leads. */
        assert_state("a.service", "enabled", "/etc/systemd/system/x.target.requires/a.service");
}

static void what_is_no_link_enables_nothing(void **state)
{
        (void)state;
        put_file(USR "a.service", "[Install]\nWantedBy=multi-user.target\n");
        put_file(ETC "multi-user.target.wants/a.service", "[Install]\n");
        put_link(ETC "multi-user.target.want/a.service", "/usr/lib/systemd/system/a.service");
        put_link(ETC "b.service", "/usr/lib/systemd/system/a.service");
        assert_state("a.service", "indirect", "/etc/systemd/system/b.service");
}

static void masks_beat_everything(void **state)
{
        (void)state;
        put_file(USR "a.service", "[Install]\nWantedBy=multi-user.target\n");
        put_link(ETC "multi-user.target.wants/a.service", "/usr/lib/systemd/system/a.service");
        put_link(ETC "a.service", "/dev/null");
        assert_state("a.service", "masked", "/etc/systemd/system/a.service");
        assert_why(part("a.service", "exec_start"), BIO_ABSENT, "masked");
        put_file(USR "b.service", "[Service]\n");
        put_link(RUN "b.service", "../../../dev/null");
        forget_facts();
        assert_state("b.service", "masked-runtime", "/run/systemd/system/b.service");
        put_file(ETC "b.service", "");
        forget_facts();
        assert_state("b.service", "masked", "/etc/systemd/system/b.service");
}

static void an_upgraded_host_links_to_lib(void **state)
{
        (void)state;
        put_file(USR "a.service", "[Install]\nWantedBy=multi-user.target\nAlias=b.service\n");
        make_link("lib", "usr/lib");
        put_link(ETC "b.service", "/lib/systemd/system/a.service");
        assert_state("a.service", "enabled", "/etc/systemd/system/b.service");
        assert_state("b.service", "alias", "/usr/lib/systemd/system/a.service");
        assert_text(part("b.service", "name"), "a.service");
}

static void static_indirect_and_linked(void **state)
{
        (void)state;
        put_file(USR "a.service", "[Service]\n");
        put_file(USR "b.service", "[Install]\nAlso=c.socket\n");
        put_file("opt/c.service", "[Install]\nWantedBy=x.target\n");
        put_link(ETC "c.service", "/opt/c.service");
        put_file("run/systemd/generator/d.service", "[Install]\nWantedBy=x.target\n");
        put_file("run/systemd/transient/e.service", "[Install]\nWantedBy=x.target\n");
        assert_state("a.service", "static", "/usr/lib/systemd/system/a.service");
        assert_state("b.service", "indirect", "/usr/lib/systemd/system/b.service");
        assert_state("c.service", "linked", "/etc/systemd/system/c.service");
        assert_state("d.service", "generated", "/run/systemd/generator/d.service");
        assert_state("e.service", "transient", "/run/systemd/transient/e.service");
}

static void templates_are_enabled_by_their_default_instance(void **state)
{
        (void)state;
        put_file(USR "t@.service", "[Install]\nWantedBy=x.target\nDefaultInstance=one\n");
        put_link(ETC "x.target.wants/t@two.service", "/usr/lib/systemd/system/t@.service");
        assert_state("t@.service", "indirect", "/etc/systemd/system/x.target.wants/t@two.service");
        assert_state("t@two.service", "enabled", "/etc/systemd/system/x.target.wants/t@two.service");
        assert_state("t@three.service", "disabled", "/usr/lib/systemd/system/t@.service");
        put_link(ETC "x.target.wants/t@one.service", "/usr/lib/systemd/system/t@.service");
        forget_facts();
        assert_state("t@.service", "enabled", "/etc/systemd/system/x.target.wants/t@one.service");
}

static void links_that_make_no_alias_are_errors(void **state)
{
        (void)state;
        put_file(USR "a.service", "[Service]\n");
        put_link(ETC "a.service", "/usr/lib/systemd/system/a.service");
        put_link(ETC "b.service", "/usr/lib/systemd/system/b.socket");
        put_link(ETC "c.service", "gone.service");
        assert_why(part("a.service", "file_state"), BIO_UNDECIDABLE, "own name");
        /* The manager passes over that link and takes the file. */
        assert_text(part("a.service", "fragment"), "/usr/lib/systemd/system/a.service");
        assert_why(part("b.service", "file_state"), BIO_UNDECIDABLE, "another type");
        assert_why(part("c.service", "file_state"), BIO_ABSENT, "leads to no unit file");
}

static void install_sections_are_reset_and_continued(void **state)
{
        (void)state;
        put_file(USR "a.service", "[Install]\nWantedBy=x.target\nWantedBy=\n");
        put_file(USR "b.service", "[Install]\nWantedBy=\\\n# a comment\n  x.target\n");
        put_file(USR "c.service", "[Service]\n");
        put_file(ETC "c.service.d/x.conf", "[Install]\nWantedBy=x.target\n");
        put_file(USR "d.service", "[Install\nWantedBy=x.target\n");
        assert_state("a.service", "static", "/usr/lib/systemd/system/a.service");
        assert_state("b.service", "disabled", "/usr/lib/systemd/system/b.service");
        assert_state("c.service", "disabled", "/usr/lib/systemd/system/c.service");
        assert_why(part("d.service", "file_state"), BIO_UNDECIDABLE, "does not end");
}

static void upholds_counts_since_254(void **state)
{
        static const struct {
                const char *version, *expected;
        } versions[] = {{"252.39-1~deb12u2", "disabled"}, {"257.13-1~deb13u1", "enabled"}};
        size_t i;

        (void)state;
        put_file(USR "a.service", "[Install]\nWantedBy=x.target\n");
        put_link(ETC "x.target.upholds/a.service", "/usr/lib/systemd/system/a.service");
        assert_why(part("a.service", "file_state"), BIO_UNDECIDABLE, "version of systemd");
        for (i = 0; i < ELEMENTS(versions); i++) {
                _cleanup_free_ char *status = must_printf(
                        "Package: systemd\nStatus: install ok installed\nArchitecture: amd64\nVersion: %s\n\n",
                        versions[i].version);

                put_file("var/lib/dpkg/status", status);
                forget_facts();
                assert_text(part("a.service", "file_state"), versions[i].expected);
        }
}

static void a_directory_that_cannot_be_listed_leaves_all_open(void **state)
{
        (void)state;
        put_file(USR "a.service", "[Service]\n");
        put_link("run/systemd/system", "system");
        assert_why(part("a.service", "file_state"), BIO_UNREADABLE, "too many links");
        assert_int_equal(tree_state(part("a.service", "fragment")), BIO_UNREADABLE);
}

/* --- files */

static void drop_ins_sort_by_name_over_all_directories(void **state)
{
        _cleanup_free_ char *list = NULL;

        (void)state;
        put_file(USR "foo-bar.service", "[Service]\n");
        put_link(ETC "other.service", "/usr/lib/systemd/system/foo-bar.service");
        put_file(USR "foo-bar.service.d/20.conf", "");
        put_file(ETC "foo-bar.service.d/30.conf", "");
        put_file(ETC "foo-.service.d/20.conf", "");
        put_file(USR "foo-.service.d/10.conf", "");
        put_file(USR "service.d/05.conf", "");
        put_file(USR "service.d/10.conf", "");
        put_file(ETC "other.service.d/40.conf", "");
        put_file(ETC "foo-bar.service.d/50.config", "");
        put_file(ETC "foo-bar.service.d/.60.conf", "");
        list = tree_value_text(part("foo-bar.service", "drop_ins"));
        assert_string_equal(
                list, "/usr/lib/systemd/system/service.d/05.conf, /usr/lib/systemd/system/foo-.service.d/10.conf, "
                      "/etc/systemd/system/foo-.service.d/20.conf, /etc/systemd/system/foo-bar.service.d/30.conf, "
                      "/etc/systemd/system/other.service.d/40.conf");
}

static void the_files_that_decide_are_listed_with_their_times(void **state)
{
        const struct bio_node *files;

        (void)state;
        put_service(USR "a.service",
                    "EnvironmentFile=-/etc/default/a\nEnvironmentFile=-/etc/default/gone\nExecStart=/bin/a\n");
        put_file(ETC "a.service.d/x.conf", "");
        put_file("etc/default/a", "A=1\n");
        files = part("a.service", "files");
        assert_int_equal(tree_count(files), 3);
        assert_text(tree_get(tree_at(files, 0), "path"), "/usr/lib/systemd/system/a.service");
        assert_text(tree_get(tree_at(files, 1), "path"), "/etc/systemd/system/a.service.d/x.conf");
        assert_text(tree_get(tree_at(files, 2), "path"), "/etc/default/a");
        assert_true(tree_integer_of(tree_get(tree_at(files, 2), "ctime")) > 0);
}

/* --- commands */

static void words_are_quoted_and_escaped(void **state)
{
        (void)state;
        put_service(USR "a.service",
                    "ExecStart=/bin/a 'b c' \"d \\\"e\\\"\" f'g'h \\x41\\102\\s\\u00e9 \\; %% %n\\\n   last\n");
        assert_commands("a.service", "/bin/a, b c, d \"e\", fgh, AB \xc3\xa9, ;, %, a.service, last");
        put_service(
                USR "b.service",
                "Type=oneshot\nExecStart=-@/bin/b name x ; /bin/c\nExecStart=:/bin/d $A ${A} $$\nExecStart=-/bad/ x\n");
        forget_facts();
        assert_commands("b.service", "name, x; /bin/c; /bin/d, $A, ${A}, $$");
}

static void an_empty_assignment_resets(void **state)
{
        (void)state;
        put_service(USR "a.service", "ExecStart=/bin/a\n");
        put_service(ETC "a.service.d/1.conf", "ExecStart=\nExecStart=/bin/b\n");
        assert_commands("a.service", "/bin/b");
        put_service(ETC "a.service.d/2.conf", "ExecStart=/bin/c\n");
        forget_facts();
        assert_commands("a.service", "(systemd refuses more than one ExecStart= where Type= is not oneshot)");
}

static void variables_are_put_in_place(void **state)
{
        (void)state;
        put_service(USR "sshd.service",
                    "Environment=\"A=x y\" B=2 C=\nEnvironmentFile=-/etc/default/ssh\n"
                    "ExecStart=/usr/sbin/sshd -D $SSHD_OPTS ${A} $A pre${B}post $C ${C} $NONE ${NONE} $B$B $$A\n");
        put_file("etc/default/ssh", "# options\nSSHD_OPTS=\"-f '/etc/ssh/my config' -o X=y\"\nB=3\n");
        assert_commands("sshd.service",
                        "/usr/sbin/sshd, -D, -f, /etc/ssh/my config, -o, X=y, x y, x, y, pre3post, , , $A");
}

static void an_environment_file_that_must_be_there(void **state)
{
        (void)state;
        put_service(USR "a.service", "EnvironmentFile=/etc/default/a\nExecStart=/bin/a\n");
        assert_commands("a.service", "(systemd does not start it without /etc/default/a, which is not there)");
        put_file("etc/default/a", "A=1\n");
        forget_facts();
        assert_commands("a.service", "/bin/a");
}

static void variables_of_the_manager_leave_it_open(void **state)
{
        (void)state;
        put_service(USR "a.service", "PassEnvironment=MINE\nExecStart=/bin/a $PATH\n");
        put_service(USR "b.service", "PassEnvironment=MINE\nExecStart=/bin/b ${MINE}\n");
        put_service(USR "c.service", "ExecStart=/bin/c $THEIRS\n");
        put_service(USR "d.service", "Environment=THEIRS=1\nUnsetEnvironment=THEIRS\nExecStart=/bin/d $OTHERS %H\n");
        put_file("etc/systemd/system.conf", "[Manager]\nDefaultEnvironment=THEIRS=2\n");
        assert_commands("a.service", "(undecidable: $PATH comes from the service manager)");
        assert_commands("b.service", "(undecidable: $MINE comes from the service manager)");
        assert_commands("c.service", "(undecidable: $THEIRS is set in system.conf)");
        assert_commands("d.service", "(specifier %H is not modelled)");
}

static void what_the_manager_refuses_is_not_guessed(void **state)
{
        static const char *const sections[] = {
                "ExecStart=bin/a\n", "ExecStart=/bin/a 'open\n", "ExecStart=/bin/a %Z\n",
                "ExecStart=/bin/\n", "[Service\nExecStart=/x\n", "ExecStart=|/bin/a\n",
        };
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(sections); i++) {
                put_service(USR "a.service", sections[i]);
                forget_facts();
                assert_why(part("a.service", "exec_start"), BIO_UNDECIDABLE, "systemd refuses");
        }
        /* Of a drop-in what stands before counts. */
        put_service(USR "a.service", "ExecStart=/bin/a\n");
        put_service(ETC "a.service.d/x.conf", "Environment=X=1\n[Service\nExecStart=\n");
        forget_facts();
        assert_commands("a.service", "/bin/a");
}

static void arguments_beyond_the_kernels_bounds(void **state)
{
        _cleanup_text_ struct text section = {0};
        size_t i;

        (void)state;
        text_add(&section, "[Service]\nEnvironment=A=");
        for (i = 0; i < 2000; i++)
                text_add_char(&section, 'a');
        text_add(&section, "\nExecStart=/bin/a ");
        for (i = 0; i < 100; i++)
                text_add(&section, "${A}");
        put_file(USR "a.service", text_string(&section));
        assert_commands("a.service", "(undecidable: an argument longer than 128 KiB)");
}

/* --- environment files */

static void environment_files_are_read_as_systemd_reads_them(void **state)
{
        static const struct {
                const char *file, *expected; /* A's value */
        } files[] = {
                {"A=1\n", "1"},
                {"A=1", "1"},
                {"A=1\nA=2\n", "2"},
                {"  A = spaced  out  \n", "spaced  out"},
                {"A='single \\ quoted' \n", "single \\ quoted"},
                {"A=\"double \\\"\\$\\n\"\n", "double \"$\\n"},
                {"A='x'y\"z\"\n", "xy\"z\""}, /* quotes count at the start of a value alone */
                {"A=a'b\n", "a'b"},
                {"A='multi\nline'\n", "multi\nline"},
                {"A=con\\\ntinued\n", "continued"},
                {"A=a\\ b \n", "a b"},
                {"A=x # y\n", "x # y"},
                {"#A=1\n;A=1\n", NULL},
                {"export A=1\n", NULL},
                {"A\n", NULL},
                {"=1\n", NULL},
                {"A=\n", ""},
        };
        struct arena arena = {0};
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(files); i++) {
                _cleanup_environment_ struct environment e = {0};

                assert_null(environment_file(&arena, files[i].file, strlen(files[i].file), 252, &e));
                if (!streq(environment_get(&e, "A"), files[i].expected))
                        fail_msg("\"%s\" gives %s", files[i].file, environment_get(&e, "A"));
        }
        arena_free(&arena);
}

static void a_continued_comment_depends_on_the_version(void **state)
{
        static const char file[] = "# comment \\\nA=1\n";
        static const struct {
                unsigned version;
                const char *expected;
        } versions[] = {{252, NULL}, {257, "1"}};
        _cleanup_environment_ struct environment unknown = {0};
        struct arena arena = {0};
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(versions); i++) {
                _cleanup_environment_ struct environment e = {0};

                assert_null(environment_file(&arena, file, strlen(file), versions[i].version, &e));
                assert_true(streq(environment_get(&e, "A"), versions[i].expected));
        }
        assert_non_null(environment_file(&arena, file, strlen(file), 0, &unknown));
        arena_free(&arena);
}

static void the_tree_names_files_and_what_was_asked(void **state)
{
        const struct bio_node *fact;

        (void)state;
        put_file(USR "a.service", "[Service]\n");
        put_file(USR "a.service.d/x.conf", "");
        (void)unit("a.service");
        fact = facts_get(root_facts(), "systemd");
        assert_int_equal(tree_count(tree_get(fact, "files")), 1);
        assert_text(tree_at(tree_get(fact, "files"), 0), "a.service");
        assert_int_equal(tree_count(tree_get(fact, "units")), 1);
        assert_int_equal(tree_state(tree_get(fact, "version")), BIO_UNDECIDABLE);
        assert_why(part("a.service", "live"), BIO_UNREADABLE, "not observed offline");
}

#define WITH_ROOT(test) cmocka_unit_test_setup_teardown(test, setup_facts, teardown_facts)

int main(void)
{
        const struct CMUnitTest tests[] = {
                WITH_ROOT(names_are_plain_templates_or_instances),
                WITH_ROOT(no_file_is_no_unit),
                WITH_ROOT(a_wanted_unit_is_enabled),
                WITH_ROOT(what_is_no_link_enables_nothing),
                WITH_ROOT(masks_beat_everything),
                WITH_ROOT(an_upgraded_host_links_to_lib),
                WITH_ROOT(static_indirect_and_linked),
                WITH_ROOT(templates_are_enabled_by_their_default_instance),
                WITH_ROOT(links_that_make_no_alias_are_errors),
                WITH_ROOT(install_sections_are_reset_and_continued),
                WITH_ROOT(upholds_counts_since_254),
                WITH_ROOT(a_directory_that_cannot_be_listed_leaves_all_open),
                WITH_ROOT(drop_ins_sort_by_name_over_all_directories),
                WITH_ROOT(the_files_that_decide_are_listed_with_their_times),
                WITH_ROOT(words_are_quoted_and_escaped),
                WITH_ROOT(an_empty_assignment_resets),
                WITH_ROOT(variables_are_put_in_place),
                WITH_ROOT(an_environment_file_that_must_be_there),
                WITH_ROOT(variables_of_the_manager_leave_it_open),
                WITH_ROOT(what_the_manager_refuses_is_not_guessed),
                WITH_ROOT(arguments_beyond_the_kernels_bounds),
                cmocka_unit_test(environment_files_are_read_as_systemd_reads_them),
                cmocka_unit_test(a_continued_comment_depends_on_the_version),
                WITH_ROOT(the_tree_names_files_and_what_was_asked),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
