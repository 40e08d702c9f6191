/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "facts/nsswitch.h"
#include "facts_of_files.h"

/* Names of the sources with a blank behind each; "?" where it is not known, "default" where nothing says so. */
static char *sources(const char *file, size_t length)
{
        _cleanup_tree_ struct tree *t = tree_new();
        const struct bio_node *list = nsswitch_parse(t, "/etc/nsswitch.conf", file, length, "passwd");
        struct text text = {0};
        size_t i;

        if (tree_state(list) != BIO_KNOWN)
                return must_strdup("?");
        if (!streq(tree_source(list), "/etc/nsswitch.conf"))
                return must_strdup("default");
        for (i = 0; i < tree_count(list); i++)
                text_printf(&text, "%s ", tree_bytes_of(tree_get(tree_at(list, i), "name"), NULL));
        return text_take(&text);
}

/* As the C libraries of Debian 12 and 13 were seen to take them. */
static void lines_are_read_as_the_library_reads_them(void **state)
{
        static const struct {
                const char *file, *sources;
        } files[] = {
                {"passwd: files systemd\n", "files systemd "},
                {"passwd:files\n", "files "},
                {"passwd:::aaa\n", "aaa "},
                {"passwd : : aaa\n", "aaa "},
                {"passwd aaa\n", "aaa "},
                {"  passwd:\taaa\tbbb\r\n", "aaa bbb "},
                {"passwd:aaa : bbb\n", "aaa : bbb "},
                {"passwd: aaa #bbb ccc\n", "aaa #bbb ccc "},
                {"passwd: aaa]bbb\n", "aaa]bbb "},
                {"passwd: aaa [NOTFOUND=return] bbb\n", "aaa bbb "},
                {"passwd: aaa[unavail=CONTINUE]bbb\n", "aaa bbb "},
                {"passwd: aaa [ !NOTFOUND = return SUCCESS=merge ] bbb\n", "aaa bbb "},
                {"passwd: aaa [NOTFOUND=continue][SUCCESS=return] bbb\n", "aaa "},
                {"passwd: [NOTFOUND=continue] bbb\n", ""},
                {"passwd:\n", ""},
                {"passwd\n", ""},
                {"passwd: aaa\npasswd: bbb\n", "bbb "},
                {"passwd: aaa\npasswd:\n", ""},
                /* a last line without a newline is not read */
                {"passwd: aaa\npasswd: bbb", "aaa "},
                {"passwd: aaa", "default"},
                {"", "default"},
                {"Passwd: aaa\n", "default"},
                {"#passwd: aaa\n", "default"},
                {": aaa\n", "default"},
                /* whose brackets do not parse: nothing of the file counts */
                {"passwd: aaa [] bbb\n", "?"},
                {"passwd: aaa [NOTFOUND] bbb\n", "?"},
                {"passwd: aaa [FOO=return] bbb\n", "?"},
                {"passwd: aaa [NOTFOUND=foo] bbb\n", "?"},
                {"passwd: aaa [NOTFOUND=continue,UNAVAIL=continue] bbb\n", "?"},
                {"passwd: aaa [NOTFOUND=continue bbb\n", "?"},
                {"passwd: aaa [\n", "?"},
                {"hosts: aaa [FOO=return]\npasswd: aaa\n", "?"},
                {"nosuch: aaa [FOO=return]\npasswd: aaa\n", "aaa "},
        };
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(files); i++) {
                _cleanup_free_ char *found = sources(files[i].file, strlen(files[i].file));

                if (!streq(found, files[i].sources))
                        fail_msg("\"%s\" gives \"%s\"", files[i].file, found);
        }
}

static void a_nul_ends_a_line(void **state)
{
        static const char file[] = "passwd: aaa\0bbb\npasswd\0: ccc\n";
        _cleanup_free_ char *found = sources(file, sizeof(file) - 1);

        (void)state;
        assert_string_equal(found, "aaa ");
}

static void the_winner_names_what_it_overrode(void **state)
{
        const struct bio_node *list;

        (void)state;
        put_file("etc/nsswitch.conf", "passwd: aaa\n\npasswd: bbb [UNAVAIL=return]\n");
        list = nsswitch_sources(root_facts(), "passwd");
        assert_int_equal(tree_line(list), 3);
        assert_int_equal(tree_overrode_count(list), 1);
        assert_int_equal(tree_line(tree_overrode_at(list, 0)), 1);
        assert_text(tree_get(tree_at(list, 0), "action"), "UNAVAIL=return");
}

static void a_missing_file_means_files(void **state)
{
        const struct bio_node *list;

        (void)state;
        make_directory("etc");
        list = nsswitch_sources(root_facts(), "passwd");
        assert_int_equal(tree_count(list), 1);
        assert_text(tree_get(tree_at(list, 0), "name"), "files");
        forget_facts();
        make_directory("etc/nsswitch.conf");
        assert_why(nsswitch_sources(root_facts(), "passwd"), BIO_UNREADABLE, "is a directory");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(lines_are_read_as_the_library_reads_them),
                cmocka_unit_test(a_nul_ends_a_line),
                cmocka_unit_test_setup_teardown(the_winner_names_what_it_overrode, setup_facts, teardown_facts),
                cmocka_unit_test_setup_teardown(a_missing_file_means_files, setup_facts, teardown_facts),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
