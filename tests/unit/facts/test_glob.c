/* SPDX-License-Identifier: EUPL-1.2 */
/* access_glob() held against glob(3) itself, over one tree and many patterns: written ones and seeded ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glob.h>

#include "tree_of_files.h"

#define SEEDED 3000
/* The tree lies so deep that no pattern's `..` leads out of the temporary directory. */
#define DEEP "/1/2/3/4/5/6"

static int fill(void **state)
{
        static const char *const above[] = {"1", "1/2", "1/2/3", "1/2/3/4", "1/2/3/4/5", "1/2/3/4/5/6"};
        int outer;
        size_t i;

        if (setup_root(state) < 0)
                return -1;
        for (i = 0; i < ELEMENTS(above); i++)
                make_directory(above[i]);
        outer = root_fd;
        root_fd = openat(outer, above[i - 1], O_PATH | O_DIRECTORY | O_CLOEXEC);
        must(root_fd);
        must(close(outer));
        make_directory("etc");
        make_directory("etc/ssh");
        make_directory("etc/ssh/sshd_config.d");
        make_file("etc/ssh/sshd_config", "");
        make_file("etc/ssh/sshd_config.d/10-a.conf", "");
        make_file("etc/ssh/sshd_config.d/9-b.conf", "");
        make_file("etc/ssh/sshd_config.d/.hidden.conf", "");
        make_file("etc/ssh/sshd_config.d/A.conf", "");
        make_file("etc/ssh/sshd_config.d/c.conf~", "");
        make_link("etc/ssh/sshd_config.d/dangling.conf", "nowhere");
        make_link("etc/ssh/sshd_config.d/loop.conf", "loop.conf");
        make_link("etc/linked", "ssh");
        make_link("etc/to-file", "ssh/sshd_config");
        make_directory("etc/a");
        make_directory("etc/a-b");
        make_directory("etc/a b");
        make_file("etc/a/x", "");
        make_file("etc/a-b/x", "");
        make_file("etc/a b/x", "");
        make_file("etc/[x]", "");
        make_file("etc/[", "");
        make_file("etc/*", "");
        make_file("etc/\\", "");
        make_file("etc/x\xff\xfe", "");
        make_file("etc/caf\xc3\xa9", "");
        make_directory("etc/empty");
        return 0;
}

static void compare(struct access *a, const char *pattern)
{
        _cleanup_free_ char *outside = must_printf("%s" DEEP "%s", root_path, pattern);
        size_t prefix = strlen(root_path), count, i;
        const struct access_directory *unreadable;
        const char *const *paths;
        glob_t expected;
        int r = glob(outside, 0, NULL, &expected);

        assert_true(r == 0 || r == GLOB_NOMATCH);
        count = access_glob(a, outside + prefix, &paths, &unreadable);
        assert_null(unreadable);
        if (count != expected.gl_pathc)
                fail_msg("%s: %zu matches, glob(3) has %zu", pattern, count, (size_t)expected.gl_pathc);
        for (i = 0; i < count; i++)
                assert_string_equal(paths[i], expected.gl_pathv[i] + prefix);
        globfree(&expected);
}

static void test_written_patterns(void **state)
{
        static const char *const patterns[] = {
                "/etc/ssh/sshd_config.d/*.conf",
                "/etc/ssh/sshd_config",
                "/etc/ssh/nothing",
                "/etc/*",
                "/etc/*/x",
                "/etc/a*/x",
                "/*/*/*",
                "/etc/ssh/sshd_config.d/.*",
                "/etc/ssh/sshd_config.d/.h*",
                "/etc/.*",
                "/etc/linked/*",
                "/etc/linked/s*d/*.conf",
                "/etc/to-file/*",
                "/etc/*/",
                "/etc/a/",
                "/etc/to-file/",
                "/etc/[x]",
                "/etc/[[]x]",
                "/etc/\\[x\\]",
                "/etc/[",
                "/etc/[!a]*",
                "/etc/[^a]*",
                "/etc/[a-c]*",
                "/etc/\\*",
                "/etc/\\\\",
                "/etc/?",
                "/etc/??",
                "/etc/[[:punct:]]*",
                "/etc/empty/*",
                "/etc/x*",
                "/etc/caf*",
                "/etc/caf??",
                "/etc/../etc/ssh/*",
                "/etc/./*",
                "/etc/ssh/sshd_config/*",
                "/etc/[a",
                "/etc/a]",
                "/etc/*[",
                "/etc/ssh/*/../sshd*",
                "/etc/a b/*",
                "/etc/a\\ b/*",
                "/etc/ssh/sshd_config.d/[0-9]*.conf",
                "/etc/ssh/sshd_config.d/dangling.conf",
                "/etc/ssh/sshd_config.d/loop.conf",
                "/etc/ssh/sshd_config.d/dangling.conf/",
                "/etc/{a,b}*",
                "/~",
                "/",
        };
        struct access *a = open_root();
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(patterns); i++)
                compare(a, patterns[i]);
        access_close(a);
}

static uint64_t random_state = 20240611;

static unsigned draw(unsigned below)
{
        random_state = random_state * 6364136223846793005U + 1442695040888963407U;
        return (unsigned)(random_state >> 33) % below;
}

static void test_seeded_patterns(void **state)
{
        static const char *const pieces[] = {"a",   "*",     "?",    "ssh",  "s*",     "etc",         "conf", ".",
                                             "-",   "x",     "[ab]", "[!a]", "[x]",    "[",           "]",    "\\",
                                             "\\*", " b",    "b",    "..",   "*.conf", "sshd_config", ".d",   "1",
                                             "9",   "[0-9]", "**",   "A",    "~",      "linked"};
        struct access *a = open_root();
        unsigned i, j, k;

        (void)state;
        for (i = 0; i < SEEDED; i++) {
                _cleanup_text_ struct text pattern = {0};
                unsigned components = 1 + draw(4);

                if (draw(2))
                        text_add(&pattern, "/etc");
                for (j = 0; j < components; j++) {
                        unsigned n = 1 + draw(3);

                        text_add_char(&pattern, '/');
                        for (k = 0; k < n; k++)
                                text_add(&pattern, pieces[draw(ELEMENTS(pieces))]);
                }
                if (draw(8) == 0)
                        text_add_char(&pattern, '/');
                /* A backslash before a slash or at the end means nothing that POSIX defines. */
                if (strstr(text_string(&pattern), "\\/") || pattern.data[pattern.length - 1] == '\\')
                        continue;
                compare(a, text_string(&pattern));
        }
        access_close(a);
}

static void test_a_directory_that_cannot_be_listed_is_named(void **state)
{
        const struct access_directory *unreadable;
        const char *const *paths;
        struct access *a;

        (void)state;
        make_directory("closed");
        make_file("closed/x.conf", "");
        must(fchmodat(root_fd, "closed", 0111, 0));
        must(chmod(root_path, 0755));
        if (geteuid() == 0)
                must(seteuid(65534));
        a = open_root();
        assert_int_equal(access_glob(a, DEEP "/closed/*.conf", &paths, &unreadable), 0);
        assert_non_null(unreadable);
        assert_string_equal(unreadable->path, DEEP "/closed");
        assert_string_equal(unreadable->why, "permission denied");
        /* A name needs no listing. */
        assert_int_equal(access_glob(a, DEEP "/closed/x.conf", &paths, &unreadable), 1);
        assert_null(unreadable);
        access_close(a);
        if (getuid() == 0)
                must(seteuid(0));
        must(fchmodat(root_fd, "closed", 0755, 0));
}

static void test_a_relative_pattern_is_refused(void **state)
{
        const struct access_directory *unreadable;
        const char *const *paths;
        struct access *a = open_root();

        (void)state;
        assert_int_equal(access_glob(a, "etc/*", &paths, &unreadable), 0);
        assert_string_equal(unreadable->why, "not an absolute path");
        access_close(a);
}

static void test_a_pattern_without_end_is_given_up(void **state)
{
        const struct access_directory *unreadable;
        const char *const *paths;
        struct access *a;
        unsigned i;

        (void)state;
        make_directory("wide");
        for (i = 0; i < 70; i++) {
                _cleanup_free_ char *path = must_printf("wide/%u", i);

                make_link(path, ".");
        }
        a = open_root();
        (void)access_glob(a, DEEP "/wide/*/*/*/*/*", &paths, &unreadable);
        assert_non_null(unreadable);
        assert_non_null(strstr(unreadable->why, "4096 directories"));
        access_close(a);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_written_patterns),
                cmocka_unit_test(test_seeded_patterns),
                cmocka_unit_test(test_a_directory_that_cannot_be_listed_is_named),
                cmocka_unit_test(test_a_relative_pattern_is_refused),
                cmocka_unit_test(test_a_pattern_without_end_is_given_up),
        };

        return cmocka_run_group_tests(tests, fill, teardown_root);
}
