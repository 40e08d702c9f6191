/* SPDX-License-Identifier: EUPL-1.2 */
/* What sudo's lexer and grammar make of sudoers, its errors included, and which files they take. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "facts/sudoers.h"
#include "facts/sudoers_defaults.h"

/* Files by path; the last names a directory's entries. */
static const char *files[8][2];
static const char *const *directory;
static size_t directory_count;
static struct sudoers s;

static enum sudoers_opened open_file(void *user, const char *path, const char **bytes, size_t *length, const char **why)
{
        (void)user;
        for (size_t i = 0; i < 8 && files[i][0]; i++)
                if (streq(files[i][0], path)) {
                        if (!files[i][1]) {
                                *why = "writable by everyone";
                                return SUDOERS_IGNORED;
                        }
                        *bytes = files[i][1];
                        *length = strlen(files[i][1]);
                        return SUDOERS_READ;
                }
        return SUDOERS_MISSING;
}

static enum sudoers_opened list(void *user, const char *path, const char *const **names, size_t *count,
                                const char **why)
{
        (void)user;
        (void)path;
        (void)why;
        *names = directory;
        *count = directory_count;
        return directory ? SUDOERS_READ : SUDOERS_MISSING;
}

static void read_as(enum sudoers_version version)
{
        static const struct sudoers_host host = {.open = open_file, .list = list, .short_name = "box"};

        sudoers_free(&s);
        sudoers_read(&s, version, &host, "/etc/sudoers");
}

static void read_text(const char *text)
{
        memset(files, 0, sizeof(files));
        files[0][0] = "/etc/sudoers";
        files[0][1] = text;
        directory = NULL;
        read_as(SUDO_1_9_16);
}

static size_t rules(void)
{
        const struct sudoers_rule *r;
        size_t n = 0;

        for (r = s.first_rule; r; r = r->next)
                n++;
        return n;
}

static void a_line_with_an_error_is_passed_over_and_the_rest_counts(void **state)
{
        (void)state;
        read_text("alice ALL = ls\nbob ALL = /bin/ls\ncarol ALL /bin/ls\n");
        assert_int_equal(rules(), 1);
        assert_string_equal(s.first_rule->users.first->name, "bob");
        assert_int_equal(s.first_rule->line, 2);
        assert_int_equal(s.notes->line, 1);
        assert_null(s.refuses);
}

static void parts_before_one_that_ends_at_its_error_stay(void **state)
{
        (void)state;
        read_text("alice ALL = /bin/ls : h =\n");
        assert_int_equal(rules(), 1);
        assert_ptr_equal(s.first_rule->first, s.first_rule->last);
        read_text("alice ALL = /bin/ls : h = x y\n");
        assert_int_equal(rules(), 0);
}

static void an_alias_before_an_error_is_defined(void **state)
{
        (void)state;
        read_text("User_Alias A = bob : B = carol )\nUser_Alias A = dave\n");
        assert_non_null(sudoers_alias_find(&s, SUDOERS_USERS, "A"));
        assert_non_null(sudoers_alias_find(&s, SUDOERS_USERS, "B"));
        assert_string_equal(sudoers_alias_find(&s, SUDOERS_USERS, "A")->members.first->name, "bob");
        assert_null(sudoers_alias_find(&s, SUDOERS_HOSTS, "A"));
}

static void an_entry_that_goes_on_behind_the_end_stops_sudo(void **state)
{
        (void)state;
        read_text("alice ALL = ALL\nbob ALL = ALL \\\n");
        assert_non_null(s.refuses);
}

static void tags_and_targets_carry_over(void **state)
{
        const struct sudoers_command *c;

        (void)state;
        read_text("alice ALL = (bob) NOPASSWD: /bin/a, /bin/b, (carol) PASSWD: ALL, /bin/d\n");
        c = s.first_rule->first->first->next;
        assert_int_equal(c->tags[SUDOERS_NOPASSWD], 1);
        assert_string_equal(c->users->first->name, "bob");
        assert_int_equal(c->next->tags[SUDOERS_SETENV], 2);
        assert_int_equal(c->next->next->tags[SUDOERS_NOPASSWD], 0);
        assert_int_equal(c->next->next->tags[SUDOERS_SETENV], SUDOERS_UNSET);
        assert_string_equal(c->next->next->users->first->name, "carol");
}

static void words_are_what_the_lexer_makes_of_them(void **state)
{
        const struct sudoers_rule *r;
        const struct sudoers_command *c;

        (void)state;
        read_text("!!alice, \"%two words\", %#27, +net, #1000 10.0.0.0/8, fe80::/10 = /bin/a x\\,y  \"\", ^/x(a|b)$ ^q "
                  ".*$, "
                  "/usr/bin/, list, !sudoedit /a\n");
        r = s.first_rule;
        assert_false(r->users.first->negated);
        assert_string_equal(r->users.first->next->name, "%two words");
        assert_int_equal(r->users.first->next->type, SUDOERS_USERGROUP);
        assert_int_equal(r->users.last->type, SUDOERS_WORD);
        assert_int_equal(r->first->hosts.first->type, SUDOERS_ADDRESS);
        assert_string_equal(r->first->hosts.last->name, "fe80::/10");
        c = r->first->first;
        assert_string_equal(c->member->arguments, "x,y \"\"");
        assert_string_equal(c->next->member->arguments, "^q .*$");
        assert_null(c->next->next->member->arguments);
        assert_true(r->first->last->member->negated);
}

static void users_alone_of_groups_differ_by_version(void **state)
{
        (void)state;
        read_text("alice ALL = (:adm) /bin/a\n");
        assert_int_equal(s.first_rule->first->first->users->first->type, SUDOERS_MYSELF);
        read_as(SUDO_1_9_13);
        assert_null(s.first_rule->first->first->users);
        assert_non_null(s.first_rule->first->first->groups);
}

static void directories_give_files_by_their_names(void **state)
{
        static const char *const names[] = {".a", "10-x", "20.y", "30~", "Z"};

        (void)state;
        read_text("@includedir sudoers.d\nalice ALL = ALL\n");
        directory = names;
        directory_count = 5;
        files[1][0] = "/etc/sudoers.d/10-x";
        files[1][1] = "bob ALL = ALL \\\n";
        files[2][0] = "/etc/sudoers.d/20.y";
        files[2][1] = "mallory ALL = ALL\n";
        files[3][0] = "/etc/sudoers.d/Z";
        files[3][1] = NULL;
        read_as(SUDO_1_9_16);
        /* The entry of 10-x goes on with the line behind the directory, and so is none. */
        assert_int_equal(rules(), 0);
        assert_int_equal(s.last_file->opened, SUDOERS_IGNORED);
        files[1][1] = "bob ALL = ALL";
        read_as(SUDO_1_9_16);
        assert_int_equal(rules(), 2);
        assert_string_equal(s.first_rule->file, "/etc/sudoers.d/10-x");
}

static void includes_end(void **state)
{
        (void)state;
        read_text("#include /etc/sudoers\nalice ALL = ALL\n@include /etc/%h\n# include x\n");
        assert_null(s.undecidable);
        assert_int_equal(rules(), SUDOERS_DEPTH_MOST + 1);
        assert_string_equal(s.last_file->path, "/etc/box");
}

static const char *setting(const char *text, struct sudoers_value *value)
{
        read_text(text);
        assert_non_null(s.defaults);
        return sudoers_value_of(&s, s.defaults, value);
}

static void values_of_defaults_are_held_against_their_kind(void **state)
{
        struct sudoers_value value;

        (void)state;
        assert_null(setting("Defaults !use_pty\n", &value));
        assert_int_equal(value.type, SUDOERS_VALUE_OFF);
        assert_null(setting("Defaults:alice timestamp_timeout=-0.5\n", &value));
        assert_int_equal(value.seconds, -30);
        assert_int_equal(s.defaults->scope, SUDOERS_USERS);
        assert_null(setting("Defaults timestamp_timeout=0.001\n", &value));
        assert_int_equal(value.seconds, 1);
        assert_null(setting("Defaults !timestamp_timeout\n", &value));
        assert_int_equal(value.seconds, 0);
        assert_null(setting("Defaults logfile=\"/var/log/a b\"\n", &value));
        assert_string_equal(value.text, "/var/log/a b");
        assert_non_null(setting("Defaults logfile=relative\n", &value));
        assert_non_null(setting("Defaults use_pty=yes\n", &value));
        assert_non_null(setting("Defaults authenticate += x\n", &value));
        assert_non_null(setting("Defaults !runas_default\n", &value));
        assert_non_null(setting("Defaults no_such\n", &value));
        assert_null(setting("Defaults pam_silent\n", &value));
        s.version = SUDO_1_9_13;
        assert_non_null(sudoers_value_of(&s, s.defaults, &value));
}

static void moments_and_terms(void **state)
{
        int64_t moment;
        bool local;

        (void)state;
        assert_true(sudoers_moment("20200101000000Z", &moment, &local));
        assert_int_equal(moment, 1577836800);
        assert_false(local);
        assert_true(sudoers_moment("2020010102+0200", &moment, &local));
        assert_int_equal(moment, 1577836800);
        assert_true(sudoers_moment("2020010100.5", &moment, &local));
        assert_int_equal(moment, 1577836800 + 1800);
        assert_true(local);
        assert_false(sudoers_moment("202001010", &moment, &local));
        assert_false(sudoers_moment("20200101000000X", &moment, &local));
        assert_int_equal(sudoers_duration("1d2h"), 93600);
        assert_int_equal(sudoers_duration("90"), 90);
        assert_int_equal(sudoers_duration("2h1d"), -1);
        assert_int_equal(sudoers_duration(""), -1);
        assert_int_equal(sudoers_duration("99999d"), -1);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_line_with_an_error_is_passed_over_and_the_rest_counts),
                cmocka_unit_test(parts_before_one_that_ends_at_its_error_stay),
                cmocka_unit_test(an_alias_before_an_error_is_defined),
                cmocka_unit_test(an_entry_that_goes_on_behind_the_end_stops_sudo),
                cmocka_unit_test(tags_and_targets_carry_over),
                cmocka_unit_test(words_are_what_the_lexer_makes_of_them),
                cmocka_unit_test(users_alone_of_groups_differ_by_version),
                cmocka_unit_test(directories_give_files_by_their_names),
                cmocka_unit_test(includes_end),
                cmocka_unit_test(values_of_defaults_are_held_against_their_kind),
                cmocka_unit_test(moments_and_terms),
        };
        int failed = cmocka_run_group_tests(tests, NULL, NULL);

        sudoers_free(&s);
        return failed;
}
