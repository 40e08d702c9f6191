/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "facts/dpkg.h"
#include "facts/facts.h"
#include "tree_of_files.h"

#define STANZA(name, status, version) \
        "Package: " name "\nStatus: " status "\nArchitecture: amd64\nVersion: " version "\n"

/* A root of one test, and what is asked of it. */
static struct access *a;
static struct facts *f;

static void begin(void)
{
        static const char *const directories[] = {"var", "var/lib", "var/lib/dpkg", "var/lib/dpkg/updates"};
        size_t i;

        assert_int_equal(setup_root(NULL), 0);
        for (i = 0; i < ELEMENTS(directories); i++)
                make_directory(directories[i]);
}

static const struct bio_node *ask(const char *name)
{
        const struct fact_argument arguments[] = {{"name", name}, {NULL, NULL}};

        if (!f) {
                a = open_root();
                f = facts_new(a, NULL, NULL, NULL);
        }
        return facts_query(f, "packages.installed", arguments);
}

static void end(void)
{
        facts_free(f);
        f = NULL;
        access_close(a);
        assert_int_equal(teardown_root(NULL), 0);
}

static void assert_version(const char *name, const char *version, unsigned line)
{
        const struct bio_node *node = ask(name);

        if (tree_state(node) != BIO_KNOWN)
                fail_msg("%s: %s", name, tree_why(node));
        assert_string_equal(tree_bytes_of(tree_get(node, "version"), NULL), version);
        assert_int_equal(tree_line(node), line);
}

static void assert_not(const char *name, enum bio_state state, const char *why)
{
        const struct bio_node *node = ask(name);

        assert_int_equal(tree_state(node), state);
        assert_string_equal(tree_why(node), why);
}

static void test_installed(void **state)
{
        (void)state;
        begin();
        make_file("var/lib/dpkg/status",
                  STANZA("openssh-server", "install ok installed",
                         "1:9.2p1-2+deb12u7") "Description: x\n Package: hidden\n .\n Version: "
                                              "0\n\n" STANZA("zlib1g", "hold ok installed", "1.2"));
        assert_version("openssh-server", "1:9.2p1-2+deb12u7", 4);
        assert_string_equal(tree_source(ask("openssh-server")), "/var/lib/dpkg/status");
        assert_string_equal(tree_bytes_of(tree_get(ask("openssh-server"), "architecture"), NULL), "amd64");
        assert_string_equal(tree_bytes_of(tree_get(ask("openssh-server"), "status"), NULL), "installed");
        assert_version("zlib1g", "1.2", 13);
        assert_not("hidden", BIO_ABSENT, "not installed");
        assert_not("openssh", BIO_ABSENT, "not installed");
        assert_not("", BIO_ABSENT, "not installed");
        end();
}

static void test_states(void **state)
{
        (void)state;
        begin();
        make_file(
                "var/lib/dpkg/status",
                STANZA("conf", "deinstall ok config-files",
                       "1") "\n"
                            "Package: gone\nStatus: unknown ok not-installed\n\n" STANZA(
                                    "half", "install reinstreq half-installed",
                                    "2") "\n" STANZA("unpacked", "install ok unpacked",
                                                     "3") "\n" STANZA("awaited", "install ok triggers-awaited",
                                                                      "4") "\n" STANZA("odd", "install ok strange",
                                                                                       "5") "\n" STANZA("short",
                                                                                                        "installed",
                                                                                                        "6") "\n"
                                                                                                             "Package: "
                                                                                                             "bare\nSta"
                                                                                                             "tus: "
                                                                                                             "install "
                                                                                                             "ok "
                                                                                                             "installed"
                                                                                                             "\n\n"
                                                                                                             "Package: "
                                                                                                             "nostatus"
                                                                                                             "\nVersion"
                                                                                                             ": 1\n");
        assert_not("conf", BIO_ABSENT, "not installed");
        assert_not("gone", BIO_ABSENT, "not installed");
        assert_version("half", "2", 12);
        assert_string_equal(tree_bytes_of(tree_get(ask("half"), "status"), NULL), "half-installed");
        assert_version("unpacked", "3", 17);
        assert_version("awaited", "4", 22);
        assert_not("odd", BIO_UNDECIDABLE, "a status that is not known");
        assert_not("short", BIO_UNDECIDABLE, "a status that is not known");
        assert_not("bare", BIO_UNDECIDABLE, "an installed package without a version");
        assert_not("nostatus", BIO_UNDECIDABLE, "a package without a status");
        end();
}

static void test_fields_as_dpkg_reads_them(void **state)
{
        (void)state;
        begin();
        make_file("var/lib/dpkg/status",
                  "\n\npackage :\tloose  \nVERSION:1.0\t\nstatus:  install   ok\tinstalled \nArchitecture:all\n\n"
                  "Package: twice\nStatus: install ok installed\nVersion: 1\nVersion: 2\n\n"
                  "Packages: other\nPackage: one\nStatus: install ok installed\nVersion-Old: 7\nVersion: 3");
        assert_version("loose", "1.0", 4);
        assert_not("twice", BIO_UNDECIDABLE, "a field that stands twice");
        assert_version("one", "3", 17);
        end();
}

static void test_architectures(void **state)
{
        const struct bio_node *fact;

        (void)state;
        begin();
        make_file("var/lib/dpkg/status",
                  "Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nVersion: 2.36\n\n"
                  "Package: libc6\nStatus: install ok installed\nArchitecture: i386\nVersion: 2.36\n\n"
                  "Package: mixed\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n"
                  "Package: mixed\nStatus: install ok installed\nArchitecture: i386\nVersion: 2\n\n"
                  "Package: other\nStatus: deinstall ok config-files\nArchitecture: amd64\nVersion: 1\n\n"
                  "Package: other\nStatus: install ok installed\nArchitecture: i386\nVersion: 2\n");
        assert_version("libc6", "2.36", 4);
        assert_not("mixed", BIO_UNDECIDABLE, "installed in several versions");
        assert_version("other", "2", 29);
        fact = facts_get(f, "packages");
        assert_string_equal(tree_bytes_of(tree_get(fact, "manager"), NULL), "dpkg");
        fact = tree_get(fact, "packages");
        assert_int_equal(tree_count(fact), 5);
        assert_string_equal(tree_bytes_of(tree_get(tree_get(fact, "libc6:i386"), "version"), NULL), "2.36");
        assert_string_equal(tree_bytes_of(tree_get(tree_get(fact, "other"), "version"), NULL), "2");
        end();
}

/* A dpkg at work has the newest state of a package in its journal. */
static void test_the_journal_of_a_dpkg_at_work_counts(void **state)
{
        (void)state;
        begin();
        make_file("var/lib/dpkg/status",
                  STANZA("sudo", "install ok installed", "1") "\n" STANZA("old", "install ok installed", "1"));
        make_file("var/lib/dpkg/updates/0000", STANZA("sudo", "install ok unpacked", "2"));
        make_file("var/lib/dpkg/updates/0001", STANZA("sudo", "install ok installed", "3"));
        make_file("var/lib/dpkg/updates/0002", STANZA("old", "deinstall ok config-files", "1"));
        make_file("var/lib/dpkg/updates/tmp.i", STANZA("sudo", "install ok installed", "4"));
        assert_version("sudo", "3", 4);
        assert_string_equal(tree_source(ask("sudo")), "/var/lib/dpkg/updates/0001");
        assert_not("old", BIO_ABSENT, "not installed");
        assert_int_equal(tree_state(tree_get(tree_get(facts_get(f, "packages"), "packages"), "old")), BIO_ABSENT);
        end();
}

static void test_images_without_dpkg(void **state)
{
        (void)state;
        begin();
        make_directory("var/lib/dpkg/status.d");
        make_file("var/lib/dpkg/status.d/base", "Package: base-files\nVersion: 12.4\nArchitecture: amd64\n");
        make_file("var/lib/dpkg/status.d/base.md5sums", "0  x\n");
        assert_version("base-files", "12.4", 2);
        assert_not("sudo", BIO_ABSENT, "not installed");
        end();
}

static void test_a_stanza_that_hides_a_package(void **state)
{
        (void)state;
        begin();
        make_file("var/lib/dpkg/status",
                  STANZA("sudo", "install ok installed", "1") "\nStatus: install ok installed\nVersion: 2\n");
        assert_version("sudo", "1", 4);
        assert_not("openssh-server", BIO_UNDECIDABLE, "a stanza without a package");
        assert_int_equal(tree_line(ask("openssh-server")), 6);
        assert_int_equal(tree_state(tree_get(facts_get(f, "packages"), "rest")), BIO_UNDECIDABLE);
        end();
        begin();
        make_file_of("var/lib/dpkg/status", "Package: a\0b\nStatus: install ok installed\nVersion: 1\n", 54);
        assert_not("a", BIO_UNDECIDABLE, "a stanza without a package");
        end();
}

static void test_what_cannot_be_read(void **state)
{
        (void)state;
        begin();
        must(mkfifoat(root_fd, "var/lib/dpkg/status", 0644));
        assert_not("sudo", BIO_UNREADABLE, "is a FIFO");
        assert_int_equal(tree_state(facts_get(f, "packages")), BIO_UNREADABLE);
        end();
        begin();
        make_file("var/lib/dpkg/status", STANZA("sudo", "install ok installed", "1"));
        make_directory("var/lib/dpkg/updates/0000");
        assert_version("sudo", "1", 4);
        assert_not("other", BIO_UNREADABLE, "is a directory");
        end();
}

static void test_other_hosts(void **state)
{
        (void)state;
        begin();
        assert_not("sudo", BIO_UNDECIDABLE, "no package database that this version reads");
        end();
        begin();
        make_file("var/lib/dpkg/status", "");
        assert_not("sudo", BIO_UNDECIDABLE, "dpkg's database is empty");
        end();
        begin();
        make_file("var/lib/dpkg/status", "");
        make_directory("var/lib/rpm");
        make_file("var/lib/rpm/rpmdb.sqlite", "");
        assert_not("sudo", BIO_UNDECIDABLE, "rpm database not read by this version");
        end();
        begin();
        make_file("var/lib/dpkg/status", STANZA("rpm", "install ok installed", "4"));
        make_directory("var/lib/rpm");
        make_file("var/lib/rpm/rpmdb.sqlite", "");
        assert_version("rpm", "4", 4);
        end();
}

static void test_queries_are_checked(void **state)
{
        const struct fact_argument wrong[] = {{"nome", "x"}, {NULL, NULL}};

        (void)state;
        begin();
        make_file("var/lib/dpkg/status", STANZA("sudo", "install ok installed", "1"));
        (void)ask("sudo");
        assert_int_equal(tree_state(facts_query(f, "packages.installed", wrong)), BIO_UNDECIDABLE);
        assert_int_equal(tree_state(facts_query(f, "packages.installed", NULL)), BIO_UNDECIDABLE);
        assert_int_equal(tree_state(facts_query(f, "packages.nothing", NULL)), BIO_UNDECIDABLE);
        assert_int_equal(tree_state(facts_get(f, "nothing")), BIO_UNDECIDABLE);
        end();
}

static void count_reading(const char *name, void *user)
{
        assert_string_equal(name, "packages");
        ++*(unsigned *)user;
}

static void test_a_fact_is_announced_and_read_once(void **state)
{
        unsigned announced = 0;
        uint64_t bytes;

        (void)state;
        begin();
        make_file("var/lib/dpkg/status", STANZA("sudo", "install ok installed", "1"));
        a = open_root();
        f = facts_new(a, NULL, count_reading, &announced);
        assert_version("sudo", "1", 4);
        bytes = access_bytes_read(a);
        assert_version("sudo", "1", 4);
        assert_ptr_equal(facts_get(f, "packages"), facts_get(f, "packages"));
        assert_int_equal(announced, 1);
        assert_int_equal(access_bytes_read(a), bytes);
        end();
}

/* The same database in pieces of every size, and begun again in the middle. */
static void test_pieces(void **state)
{
        static const char text[] =
                STANZA("a", "install ok installed", "1") "\n" STANZA("b", "install ok installed", "2");
        size_t cut;

        (void)state;
        for (cut = 0; cut < sizeof(text); cut++) {
                struct dpkg d = {0};
                struct dpkg_package package;
                size_t at = 0;

                if (cut > 0 && text[cut - 1] != '\n')
                        continue;
                dpkg_begin(&d, "status", false);
                dpkg_take(&d, text, cut);
                dpkg_again(&d);
                dpkg_take(&d, text, cut);
                dpkg_take(&d, text + cut, sizeof(text) - 1 - cut);
                dpkg_end(&d);
                assert_int_equal(d.count, 2);
                assert_null(d.bad);
                assert_true(dpkg_next(&d, &at, &package));
                assert_string_equal(package.name, "a");
                assert_true(dpkg_next(&d, &at, &package));
                assert_string_equal(package.version, "2");
                assert_int_equal(package.line, 9);
                assert_false(dpkg_next(&d, &at, &package));
                dpkg_free(&d);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_installed),
                cmocka_unit_test(test_states),
                cmocka_unit_test(test_fields_as_dpkg_reads_them),
                cmocka_unit_test(test_architectures),
                cmocka_unit_test(test_the_journal_of_a_dpkg_at_work_counts),
                cmocka_unit_test(test_images_without_dpkg),
                cmocka_unit_test(test_a_stanza_that_hides_a_package),
                cmocka_unit_test(test_what_cannot_be_read),
                cmocka_unit_test(test_other_hosts),
                cmocka_unit_test(test_queries_are_checked),
                cmocka_unit_test(test_a_fact_is_announced_and_read_once),
                cmocka_unit_test(test_pieces),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
