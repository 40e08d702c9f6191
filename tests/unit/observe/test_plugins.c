/* SPDX-License-Identifier: EUPL-1.2 */
/* Plug-ins: the example is loaded from a directory that is right, and nothing from one that is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <ftw.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "checks/checks.h"
#include "observe/catalogue.h"
#include "observe/plugins.h"

#define OTHER_USER 65534

static char *base;      /* a directory that is right, and all above */
static char *directory; /* below it: base/above/checks */
static char *file;      /* the example in it */

static bool right(const char *path)
{
        _cleanup_free_ char *copy = must_strdup(path);

        for (;;) {
                struct stat st;
                char *slash = strrchr(copy, '/');

                if (lstat(*copy ? copy : "/", &st) < 0 || !S_ISDIR(st.st_mode) || (st.st_mode & 022) ||
                    (st.st_uid != 0 && st.st_uid != getuid()))
                        return false;
                if (!slash || !*copy)
                        return true;
                *slash = '\0';
        }
}

static void copy_plugin(const char *name, const char *to)
{
        _cleanup_free_ char *from = must_printf("%s/tests/plugins/%s.so", BUILD_DIR, name), *bytes = NULL;
        size_t length;

        assert_int_equal(file_read(AT_FDCWD, from, 64 << 20, &bytes, &length), 0);
        assert_int_equal(file_write_durably(AT_FDCWD, to, 0644, bytes, length, false), 0);
}

/* Somewhere that the rule for plug-ins allows; where the build lies may not be. */
static int find_base(void **state)
{
        const char *const candidates[] = {BUILD_DIR, getenv("HOME"), "/var/lib"};

        (void)state;
        for (size_t i = 0; i < ELEMENTS(candidates); i++) {
                _cleanup_free_ char *resolved = candidates[i] ? realpath(candidates[i], NULL) : NULL;

                if (!resolved || !right(resolved) || access(resolved, W_OK) < 0)
                        continue;
                base = must_printf("%s/bioagent-test-XXXXXX", resolved);
                return mkdtemp(base) ? 0 : -1;
        }
        return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *place)
{
        (void)st;
        (void)place;
        return type == FTW_DP ? rmdir(path) : unlink(path);
}

static int remove_base(void **state)
{
        (void)state;
        return base ? nftw(base, remove_one, 8, FTW_DEPTH | FTW_PHYS) : 0;
}

static int setup(void **state)
{
        _cleanup_free_ char *above = NULL;
        static unsigned number;

        (void)state;
        if (!base)
                return 0;
        above = must_printf("%s/above", base);
        directory = must_printf("%s/checks", above);
        /* A name of its own: the dynamic linker gives out again what it loaded under the same. */
        file = must_printf("%s/example%u.so", directory, ++number);
        if (mkdir(above, 0755) < 0 || mkdir(directory, 0755) < 0)
                return -1;
        copy_plugin("example", file);
        return 0;
}

static int teardown(void **state)
{
        _cleanup_free_ char *above = base ? must_printf("%s/above", base) : NULL;

        (void)state;
        free(file);
        free(directory);
        file = directory = NULL;
        return above ? nftw(above, remove_one, 8, FTW_DEPTH | FTW_PHYS) : 0;
}

/* What is loaded from a directory, and what not. */
struct outcome {
        struct catalogue *catalogue;
        json_t *description;
};

static void drop_outcome(struct outcome *o)
{
        json_decref(o->description);
        catalogue_free(o->catalogue);
}

#define _cleanup_outcome_ _cleanup_(drop_outcome)

static struct outcome load_from(const char *path)
{
        struct outcome o = {.catalogue = catalogue_new()};

        plugins_load(o.catalogue, path, true, getuid());
        o.description = catalogue_describe(o.catalogue);
        return o;
}

static const json_t *refusal(const struct outcome *o)
{
        return json_array_get(json_object_get(o->description, "refused"), 0);
}

static void loaded(const char *id)
{
        _cleanup_outcome_ struct outcome o = load_from(directory);
        const char *why = json_member_string(refusal(&o), "why");

        if (!catalogue_find(o.catalogue, id))
                fail_msg("not loaded: %s", why ? why : "no reason");
        assert_null(why);
}

/* How many checks there are without plug-ins. */
static size_t built_in_count(void)
{
        size_t count = 0;

        while (built_in_checks[count])
                count++;
        return count;
}

static void refused_from(const char *path, const char *because)
{
        _cleanup_outcome_ struct outcome o = load_from(path);
        const char *why = json_member_string(refusal(&o), "why");

        assert_null(catalogue_find(o.catalogue, "example.root-password"));
        assert_int_equal(json_array_size(json_object_get(o.description, "checks")), built_in_count());
        if (!why || !strstr(why, because))
                fail_msg("\"%s\" does not say \"%s\"", why ? why : "(nothing)", because);
}

static void refused(const char *because)
{
        refused_from(directory, because);
}

static void needs_a_place(void)
{
        if (!base)
                skip();
}

static void the_example_is_loaded_from_where_it_should_be(void **state)
{
        _cleanup_outcome_ struct outcome o = {0};
        const json_t *checks;

        (void)state;
        needs_a_place();
        loaded("example.root-password");
        o = load_from(directory);
        checks = json_object_get(o.description, "checks");
        assert_string_equal(json_member_string(json_array_get(checks, json_array_size(checks) - 1), "origin"), file);
}

static void a_file_that_others_can_write_is_refused(void **state)
{
        static const mode_t modes[] = {0664, 0646};

        (void)state;
        needs_a_place();
        for (size_t i = 0; i < ELEMENTS(modes); i++) {
                assert_int_equal(chmod(file, modes[i]), 0);
                refused("is writable by group or others");
        }
}

static void a_file_of_another_user_is_refused(void **state)
{
        (void)state;
        needs_a_place();
        if (geteuid() != 0)
                skip();
        assert_int_equal(chown(file, OTHER_USER, OTHER_USER), 0);
        refused("belongs to another user");
}

static void a_directory_that_others_can_write_is_refused(void **state)
{
        (void)state;
        needs_a_place();
        assert_int_equal(chmod(directory, 0775), 0);
        refused("is writable by group or others");
        assert_int_equal(chmod(directory, 01777), 0);
        refused("is writable by group or others");
}

static void a_directory_of_another_user_is_refused(void **state)
{
        (void)state;
        needs_a_place();
        if (geteuid() != 0)
                skip();
        assert_int_equal(chown(directory, OTHER_USER, OTHER_USER), 0);
        refused("belongs to another user");
}

static void a_directory_above_that_is_wrong_is_refused_by_name(void **state)
{
        _cleanup_free_ char *above = NULL;

        (void)state;
        needs_a_place();
        above = must_printf("%s/above", base);
        assert_int_equal(chmod(above, 0757), 0);
        refused(above);
        assert_int_equal(chmod(above, 0755), 0);
        loaded("example.root-password");
        if (geteuid() == 0) {
                assert_int_equal(chown(above, OTHER_USER, OTHER_USER), 0);
                refused(above);
        }
}

/* With an owner of its own, files of root stay good. */
static void roots_files_are_good_for_everyone(void **state)
{
        _cleanup_catalogue_ struct catalogue *c = catalogue_new();

        (void)state;
        needs_a_place();
        if (geteuid() != 0)
                skip();
        plugins_load(c, directory, true, OTHER_USER);
        assert_non_null(catalogue_find(c, "example.root-password"));
}

static void links_are_not_followed(void **state)
{
        _cleanup_free_ char *elsewhere = NULL, *link_to_directory = NULL, *below_link = NULL, *above = NULL;

        (void)state;
        needs_a_place();
        above = must_printf("%s/above", base);
        elsewhere = must_printf("%s/elsewhere.so", above);
        link_to_directory = must_printf("%s/link", above);
        below_link = must_printf("%s/checks", link_to_directory);
        assert_int_equal(rename(file, elsewhere), 0);
        assert_int_equal(symlink(elsewhere, file), 0);
        refused("is a symbolic link");
        assert_int_equal(unlink(file), 0);
        assert_int_equal(rename(elsewhere, file), 0);
        assert_int_equal(symlink(directory, link_to_directory), 0);
        refused_from(link_to_directory, "is no directory, or a link to one");
        assert_int_equal(unlink(link_to_directory), 0);
        assert_int_equal(symlink(".", link_to_directory), 0);
        refused_from(below_link, link_to_directory);
}

static void paths_are_plain_and_absolute(void **state)
{
        _cleanup_free_ char *climbing = NULL, *doubled = NULL;

        (void)state;
        needs_a_place();
        climbing = must_printf("%s/../checks", directory);
        doubled = must_printf("/%s", directory);
        refused_from(climbing, "no plain absolute path");
        refused_from(doubled, "no plain absolute path");
        refused_from("checks", "no plain absolute path");
}

static void what_is_no_file_is_not_opened(void **state)
{
        (void)state;
        needs_a_place();
        assert_int_equal(unlink(file), 0);
        assert_int_equal(mkfifo(file, 0600), 0);
        refused("is no regular file");
        assert_int_equal(unlink(file), 0);
        assert_int_equal(mkdir(file, 0700), 0);
        refused("is no regular file");
}

static void what_is_no_shared_object_is_refused(void **state)
{
        (void)state;
        needs_a_place();
        assert_int_equal(file_write_durably(AT_FDCWD, file, 0644, "#!/bin/sh\n", 10, false), 0);
        refused("");
}

static void other_names_are_left_alone(void **state)
{
        _cleanup_free_ char *other = NULL, *hidden = NULL;
        _cleanup_outcome_ struct outcome o = {0};

        (void)state;
        needs_a_place();
        other = must_printf("%s/README", directory);
        hidden = must_printf("%s/.example.so", directory);
        assert_int_equal(rename(file, other), 0);
        copy_plugin("example", hidden);
        o = load_from(directory);
        assert_null(catalogue_find(o.catalogue, "example.root-password"));
        assert_null(refusal(&o));
}

static void plugins_of_another_make_are_refused(void **state)
{
        static const struct {
                const char *plugin, *because;
        } variants[] = {
                {"other-abi", "version 2"},
                {"no-symbol", "no symbol bio_plugin"},
                {"taken-id", "there is a check ssh.root-login already"},
                {"truncated", "describes no checks"},
        };

        (void)state;
        needs_a_place();
        assert_int_equal(unlink(file), 0);
        for (size_t i = 0; i < ELEMENTS(variants); i++) {
                _cleanup_free_ char *variant = must_printf("%s/%s.so", directory, variants[i].plugin);

                copy_plugin(variants[i].plugin, variant);
                refused(variants[i].because);
                assert_int_equal(unlink(variant), 0);
        }
}

/* Built when a descriptor had fewer members. */
static void an_older_plugin_is_loaded(void **state)
{
        (void)state;
        needs_a_place();
        copy_plugin("older", file);
        loaded("test.older");
}

static void one_that_is_refused_keeps_no_other_out(void **state)
{
        _cleanup_free_ char *first = NULL;
        _cleanup_outcome_ struct outcome o = {0};

        (void)state;
        needs_a_place();
        first = must_printf("%s/a.so", directory);
        copy_plugin("no-symbol", first);
        o = load_from(directory);
        assert_string_equal(json_member_string(refusal(&o), "path"), first);
        assert_non_null(catalogue_find(o.catalogue, "example.root-password"));
}

static void an_absent_directory_is_told_where_it_was_asked_for(void **state)
{
        _cleanup_catalogue_ struct catalogue *c = catalogue_new();
        _cleanup_json_ json_t *description = NULL;

        (void)state;
        plugins_load(c, "/nonexistent/checks", false, 0);
        description = catalogue_describe(c);
        assert_int_equal(json_array_size(json_object_get(description, "refused")), 0);
        refused_from("/nonexistent/checks", "/nonexistent: No such file");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(the_example_is_loaded_from_where_it_should_be),
                TEST(a_file_that_others_can_write_is_refused),
                TEST(a_file_of_another_user_is_refused),
                TEST(a_directory_that_others_can_write_is_refused),
                TEST(a_directory_of_another_user_is_refused),
                TEST(a_directory_above_that_is_wrong_is_refused_by_name),
                TEST(roots_files_are_good_for_everyone),
                TEST(links_are_not_followed),
                TEST(paths_are_plain_and_absolute),
                TEST(what_is_no_file_is_not_opened),
                TEST(what_is_no_shared_object_is_refused),
                TEST(other_names_are_left_alone),
                TEST(plugins_of_another_make_are_refused),
                TEST(an_older_plugin_is_loaded),
                TEST(one_that_is_refused_keeps_no_other_out),
                TEST(an_absent_directory_is_told_where_it_was_asked_for),
        };

        return cmocka_run_group_tests(tests, find_base, remove_base);
}
