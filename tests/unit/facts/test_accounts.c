/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "facts/accounts_files.h"
#include "facts_of_files.h"

/* --- lines */

static struct line line_of(const char *s, bool ended)
{
        return (struct line){s, strlen(s), 1, ended};
}

static void uid_is_read_as_strtoul_reads(void **state)
{
        static const struct {
                const char *field;
                int64_t uid; /* -1: the line is passed over */
        } fields[] = {
                {"0", 0},
                {"00", 0},
                {" 0", 0},
                {"\t0", 0},
                {"+0", 0},
                {"-0", 0},
                {" +0", 0},
                {"-18446744073709551615", 1},
                {"4294967295", 4294967295},
                {"4294967296", -1},
                {"-1", -1},
                {"18446744073709551615", -1},
                {"18446744073709551616", -1},
                {"-18446744073709551616", -1},
                {"0x0", -1},
                {"0 ", -1},
                {"0\r", -1},
                {"", -1},
                {"+", -1},
                {"++0", -1},
                {"- 0", -1},
                {"1e3", -1},
                {"root", -1},
        };
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(fields); i++) {
                _cleanup_free_ char *text = must_printf("toor:x:%s:0::/:/bin/sh", fields[i].field);
                const struct line line = line_of(text, true);
                struct passwd_line user;
                enum line_kind kind = passwd_line_read(&line, &user);

                if (kind != (fields[i].uid < 0 ? LINE_MALFORMED : LINE_ENTRY))
                        fail_msg("\"%s\" is of kind %d", fields[i].field, kind);
                if (fields[i].uid >= 0)
                        assert_int_equal(user.uid, fields[i].uid);
        }
}

static void lines_are_of_their_kinds(void **state)
{
        static const struct {
                const char *line;
                bool ended;
                enum line_kind kind;
        } lines[] = {
                {"root:x:0:0:root:/root:/bin/bash", true, LINE_ENTRY},
                {"root:x:0:0:root:/root:/bin/bash", false, LINE_ENTRY},
                {"root:x:0:0", true, LINE_ENTRY}, /* what is behind the gid may be missing */
                {"root:x:0:", true, LINE_MALFORMED},
                {"root:x:0", true, LINE_MALFORMED},
                {"root", true, LINE_MALFORMED},
                {":x:0:0", true, LINE_ENTRY}, /* uid 0 without a name */
                {"  root:x:0:0", true, LINE_ENTRY},
                {"  root:x:0:0", false, LINE_ODD},
                {"#root:x:0:0", true, LINE_BLANK},
                {"  #root:x:0:0", true, LINE_BLANK},
                {"", true, LINE_BLANK},
                {" \t", true, LINE_BLANK},
                {"+root:x:0:0", true, LINE_COMPAT},
                {"-root:x:0:0", true, LINE_COMPAT},
                {"+", true, LINE_COMPAT},
        };
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(lines); i++) {
                const struct line line = line_of(lines[i].line, lines[i].ended);
                struct passwd_line user;

                if (passwd_line_read(&line, &user) != lines[i].kind)
                        fail_msg("\"%s\" is of another kind", lines[i].line);
        }
}

static void a_nul_ends_the_line(void **state)
{
        const struct line line = {"toor:x:0:0\0:/x", 14, 1, true}, odd = {" toor:x:0:0\0", 12, 1, true};
        struct passwd_line user;

        (void)state;
        assert_int_equal(passwd_line_read(&line, &user), LINE_ENTRY);
        assert_int_equal(user.home.length, 0);
        assert_int_equal(passwd_line_read(&odd, &user), LINE_ODD);
}

static void shadow_lines_need_their_numbers(void **state)
{
        static const struct {
                const char *line;
                enum line_kind kind;
        } lines[] = {
                {"u:*:19000:0:99999:7:::", LINE_ENTRY},
                {"u:*:::", LINE_MALFORMED},
                {"u:*::::", LINE_ENTRY},
                {"u:*:1:2:3", LINE_ENTRY},
                {"u:*:1:2:", LINE_MALFORMED},
                {"u:*:1:2:3:4", LINE_MALFORMED},
                {"u:*", LINE_MALFORMED},
                {"u:*:", LINE_MALFORMED},
                {"u:*:a:2:3", LINE_MALFORMED},
                {"u:*:-1:2:3", LINE_MALFORMED},
                {"u:*:1:2:3:4:5:6:7", LINE_ENTRY},
                {"u:*:1:2:3:4:5:6:7:8", LINE_MALFORMED},
                {"u:*:1:2:3:4:5:6", LINE_ENTRY},
        };
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(lines); i++) {
                const struct line line = line_of(lines[i].line, true);
                struct shadow_line shadow;

                if (shadow_line_read(&line, &shadow) != lines[i].kind)
                        fail_msg("\"%s\" is of another kind", lines[i].line);
        }
}

static void password_fields_say_state_method_and_cost(void **state)
{
        static const struct {
                const char *field;
                enum password_state state;
                const char *method, *cost;
        } fields[] = {
                {"", PASSWORD_EMPTY, NULL, ""},
                {"*", PASSWORD_LOCKED, NULL, ""},
                {"!", PASSWORD_LOCKED, NULL, ""},
                {"!*", PASSWORD_LOCKED, NULL, ""},
                {"!!$6$salt$hash", PASSWORD_LOCKED, "sha512crypt", ""},
                {"$6$rounds=5000$salt$hash", PASSWORD_SET, "sha512crypt", "rounds=5000"},
                {"$6$salt$hash", PASSWORD_SET, "sha512crypt", ""},
                {"$5$salt$hash", PASSWORD_SET, "sha256crypt", ""},
                {"$y$j9T$salt$hash", PASSWORD_SET, "yescrypt", "j9T"},
                {"$2b$10$saltandhash", PASSWORD_SET, "bcrypt", "10"},
                {"$1$salt$hash", PASSWORD_SET, "md5crypt", ""},
                {"abcdefghijklm", PASSWORD_SET, "descrypt", ""},
                {"abcdefghijkl", PASSWORD_SET, NULL, ""},
                {"_J9..saltabcdefghijk", PASSWORD_SET, "bsdicrypt", ""},
        };
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(fields); i++) {
                const struct span span = {fields[i].field, strlen(fields[i].field)};
                struct password_field field = password_field_read(span);

                assert_int_equal(field.state, fields[i].state);
                if (!streq(field.method, fields[i].method))
                        fail_msg("\"%s\": method %s", fields[i].field, field.method);
                assert_true(span_equals(field.cost, fields[i].cost, strlen(fields[i].cost)));
        }
}

/* --- the fact */

static void put_etc(const char *passwd, const char *shadow, const char *group, const char *nsswitch)
{
        if (passwd)
                put_file("etc/passwd", passwd);
        if (shadow)
                put_file("etc/shadow", shadow);
        if (group)
                put_file("etc/group", group);
        if (nsswitch)
                put_file("etc/nsswitch.conf", nsswitch);
}

static void every_account_with_uid_0_is_found(void **state)
{
        const struct bio_node *list;

        (void)state;
        put_etc("root:x:0:0:root:/root:/bin/bash\n"
                "alice:x:1000:1000::/home/alice:/bin/sh\n"
                "toor:x:+00:0::/root:/bin/sh\n"
                "#old:x:0:0::/:/bin/sh\n"
                "broken:x:0 :0::/:/bin/sh\n"
                "hidden:x:0:0::/:/bin/sh",
                NULL, NULL, NULL);
        list = ask("accounts.uid0", NULL, NULL);
        assert_int_equal(tree_count(list), 3);
        assert_text(tree_get(tree_at(list, 0), "name"), "root");
        assert_text(tree_get(tree_at(list, 1), "name"), "toor");
        assert_int_equal(tree_line(tree_at(list, 1)), 3);
        assert_text(tree_get(tree_at(list, 2), "name"), "hidden");
        assert_int_equal(tree_class_of(tree_get(tree_at(list, 1), "name")), BIO_PERSONAL);
        assert_non_null(strstr(tree_note_of(list), "1 malformed"));
}

static void accounts_with_uid_0_are_bounded(void **state)
{
        _cleanup_text_ struct text passwd = {0};
        const struct bio_node *list;
        size_t i;

        (void)state;
        for (i = 0; i < 300; i++)
                text_printf(&passwd, "u%zu:x:0:0::/:/bin/sh\n", i);
        put_etc(text_string(&passwd), NULL, NULL, NULL);
        list = ask("accounts.uid0", NULL, NULL);
        assert_int_equal(tree_count(list), 257);
        assert_why(tree_at(list, 256), BIO_UNDECIDABLE, "more than 256 accounts with uid 0");
        assert_int_equal(tree_line(tree_at(list, 256)), 257);
}

static void a_line_that_is_not_modelled_stays_open(void **state)
{
        const struct bio_node *list;

        (void)state;
        put_etc("root:x:0:0:root:/root:/bin/bash\n  toor:x:1:1::/:/bin/sh", NULL, NULL, NULL);
        list = ask("accounts.uid0", NULL, NULL);
        assert_int_equal(tree_count(list), 2);
        assert_int_equal(tree_state(tree_at(list, 1)), BIO_UNDECIDABLE);
        assert_int_equal(tree_line(tree_at(list, 1)), 2);
}

static void without_passwd_nobody_is_known(void **state)
{
        (void)state;
        make_directory("etc");
        assert_why(ask("accounts.uid0", NULL, NULL), BIO_ABSENT, "no such file");
        forget_facts();
        make_directory("etc/passwd");
        assert_why(ask("accounts.uid0", NULL, NULL), BIO_UNREADABLE, "is a directory");
}

static void no_hash_enters_the_tree(void **state)
{
        static const char *const secrets[] = {"SALTSALT", "HASHHASH", "rawpassword", "ABCDEFGHIJKLM", "GROUPSECRET"};
        _cleanup_json_ json_t *json = NULL;
        _cleanup_free_ char *text = NULL;
        size_t i;

        (void)state;
        put_etc("root:x:0:0::/root:/bin/bash\nbob:$1$SALTSALT$HASHHASH:1:1::/:/bin/sh\neve:ABCDEFGHIJKLM:2:2::/:/bin/"
                "sh\n"
                "tom:rawpassword:3:3::/:/bin/sh\n",
                "root:!$6$rounds=9000$SALTSALT$HASHHASH:19000:0:99999:7:::\n",
                "wheel:$6$SALTSALT$GROUPSECRET:10:root\n", NULL);
        json = tree_to_json(facts_get(root_facts(), "accounts"));
        text = json_dumps(json, 0);
        assert_non_null(strstr(text, "sha512crypt"));
        assert_non_null(strstr(text, "rounds=9000"));
        for (i = 0; i < ELEMENTS(secrets); i++)
                if (strstr(text, secrets[i]))
                        fail_msg("%s is in the tree", secrets[i]);
}

static const struct bio_node *password_of(const char *name)
{
        return tree_get(ask("accounts.user", "name", name), "password");
}

static void passwords_come_from_shadow_where_passwd_says_so(void **state)
{
        (void)state;
        put_etc("root:x:0:0::/:/bin/sh\nbob::1:1::/:/bin/sh\neve:x:2:2::/:/bin/sh\nroot:*:9:9::/:/bin/sh\n",
                "root:$y$j9T$s$h:19000:0:99999:7:::\nroot:!:::::::\nbob:!:::::::\n", NULL, NULL);
        assert_text(tree_get(password_of("root"), "state"), "set");
        assert_text(tree_get(password_of("root"), "method"), "yescrypt");
        assert_string_equal(tree_source(password_of("root")), "/etc/shadow");
        assert_text(tree_get(password_of("bob"), "state"), "empty");
        assert_string_equal(tree_source(password_of("bob")), "/etc/passwd");
        assert_int_equal(tree_state(password_of("eve")), BIO_ABSENT);
}

/* "name=VALUE" of an account's member, as evidence would show it. */
static void assert_member(const char *user, const char *part, const char *name, const char *expected)
{
        const struct fact_argument arguments[] = {{"name", user}, {NULL, NULL}};
        const struct bio_node *node = tree_get(facts_query(root_facts(), "accounts.user", arguments), part);
        _cleanup_free_ char *value = tree_value_text(name ? tree_get(node, name) : node);

        assert_string_equal(value, expected);
}

static void passwords_age_as_shadow_says(void **state)
{
        const struct fact_argument alice[] = {{"name", "alice"}, {NULL, NULL}};
        const struct bio_node *changed;

        (void)state;
        put_etc("root:x:0:0:::\nalice:x:1:1:::\nbob:x:2:2:::\ncarol:HASH:3:3:::\ndave:x:4:4:::\n",
                "root:!:0:0:99999:7:::\nalice:*:20000:1:365:14:30:20100:\nbob:*:4294967295::4294967290:\n"
                "carol:*:20000:1:365:14:30:20100:\n",
                NULL, NULL);
        assert_member("root", "ageing", "last_change", "0");
        assert_member("root", "ageing", "last_change_at", "(absent)");
        assert_member("root", "ageing", "expires", "(absent)");
        assert_member("alice", "ageing", "last_change", "20000");
        assert_member("alice", "ageing", "last_change_at", "1728000000");
        assert_member("alice", "ageing", "minimum", "1");
        assert_member("alice", "ageing", "maximum", "365");
        assert_member("alice", "ageing", "warning", "14");
        assert_member("alice", "ageing", "inactive", "30");
        assert_member("alice", "ageing", "expires_at", "1736640000");
        assert_member("bob", "ageing", "last_change", "(absent)");
        assert_member("bob", "ageing", "minimum", "(absent)");
        assert_member("bob", "ageing", "maximum", "-6");
        assert_member("bob", "ageing", "warning", "(absent)");
        assert_member("carol", "ageing", NULL, "(absent)");
        assert_member("dave", "ageing", NULL, "(absent)");
        changed = tree_get(tree_get(facts_query(root_facts(), "accounts.user", alice), "ageing"), "last_change");
        assert_string_equal(tree_note_of(changed), "2024-10-04");
}

static void rounds_are_those_that_crypt_takes(void **state)
{
        (void)state;
        put_etc("a:$6$abc$x:0:0:::\nb:$5$rounds=1000$abc$x:0:0:::\nc:$6$rounds=999$abc$x:0:0:::\n"
                "d:$6$rounds=05000$abc$x:0:0:::\ne:$6$rounds=1000000000$abc$x:0:0:::\nf:$1$abc$x:0:0:::\n"
                "g:$6$rounds=$abc$x:0:0:::\nh:!$5$rounds=999999999$abc$x:0:0:::\n",
                "", NULL, NULL);
        assert_member("a", "password", "rounds", "5000");
        assert_member("b", "password", "rounds", "1000");
        assert_member("c", "password", "rounds", "(undecidable: rounds that crypt(3) does not take)");
        assert_member("d", "password", "rounds", "(undecidable: rounds that crypt(3) does not take)");
        assert_member("e", "password", "rounds", "(undecidable: rounds that crypt(3) does not take)");
        assert_member("f", "password", "rounds", "(absent)");
        assert_member("g", "password", "rounds", "(undecidable: rounds that crypt(3) does not take)");
        assert_member("h", "password", "rounds", "999999999");
}

/* The names of accounts.passwords, and for what is not known "?REASON". */
static void passwords_are_of(const char *expected)
{
        const struct bio_node *list = facts_query(root_facts(), "accounts.passwords", NULL);
        _cleanup_text_ struct text t = {0};
        size_t i;

        for (i = 0; i < tree_count(list); i++) {
                const struct bio_node *entry = tree_at(list, i);

                text_add(&t, i > 0 ? " " : "");
                if (tree_state(entry) == BIO_KNOWN)
                        text_add(&t, tree_bytes_of(tree_get(entry, "name"), NULL));
                else
                        text_printf(&t, "?%s", tree_why(entry));
        }
        assert_string_equal(text_string(&t), expected);
}

static void passwords_are_those_that_may_match(void **state)
{
        (void)state;
        put_etc("hash:x:0:0:::\nlocked:x:1:1:::\nstar:x:2:2:::\nx:x:3:3:::\nempty:x:4:4:::\nnone:x:5:5:::\n"
                "unknown:x:6:6:::\nplain::7:7:::\nword:x:8:8:::\nold:x:9:9:::\nheld:x:10:10:::\n",
                "hash:$6$abc$abcdefghijkl:1::::::\nlocked:!$1$abc$x:1::::::\nstar:*:1::::::\nx:x:1::::::\nempty::1:::::"
                ":\n"
                "unknown:$9$abc$abcdefghijkl:1::::::\nplain:*:1::::::\nword:NO PASSWORD HERE:1::::::\n"
                "old:abcdefghijklm,abcd:1::::::\nheld:!$9$abc$abcdefghijkl:1::::::\n",
                NULL, NULL);
        passwords_are_of("hash locked empty unknown plain old held");
        assert_member("old", "password", "method", "descrypt");
        assert_member("old", "password", "usable", "true");
        assert_member("word", "password", "usable", "false");
        assert_member("unknown", "password", "usable", "true");
        assert_member("empty", "password", "usable", "false");
}

static void passwords_that_are_not_read_stay_open(void **state)
{
        (void)state;
        put_etc("a:x:0:0:::\nb:x:1:1:::\n", "a:*:1:::::::\n b:$1$a$b:1::::::", NULL, NULL);
        passwords_are_of("?a line with blanks in front and no newline");
}

static void without_shadow_only_passwd_holds_passwords(void **state)
{
        (void)state;
        put_etc("a:x:0:0:::\nb:$1$a$b:1:1:::\n", NULL, NULL, NULL);
        passwords_are_of("b");
}

static void an_unknown_name_is_absent_only_where_all_sources_are_local(void **state)
{
        (void)state;
        put_etc("root:x:0:0::/:/bin/sh\n", NULL, NULL, "passwd: files systemd\n");
        assert_why(ask("accounts.user", "name", "eve"), BIO_ABSENT, "no such account");
        forget_facts();
        put_file("etc/userdb/eve.user", "{}");
        assert_why(ask("accounts.user", "name", "eve"), BIO_UNDECIDABLE, "not modelled");
        forget_facts();
        put_etc(NULL, NULL, NULL, "passwd: files sss\n");
        assert_why(ask("accounts.user", "name", "eve"), BIO_UNDECIDABLE, "not read here");
        assert_int_equal(tree_state(ask("accounts.user", "name", "root")), BIO_KNOWN);
}

static const struct bio_node *source(size_t i)
{
        return tree_at(ask("accounts.sources", NULL, NULL), i);
}

static void sources_are_local_or_other(void **state)
{
        (void)state;
        put_etc("root:x:0:0::/:/bin/sh\n", NULL, NULL, "passwd: compat files sss files\n");
        assert_int_equal(tree_count(ask("accounts.sources", NULL, NULL)), 3);
        assert_text(tree_get(source(0), "kind"), "local");
        assert_int_equal(tree_integer_of(tree_get(source(0), "records")), 0);
        assert_text(tree_get(source(2), "name"), "sss");
        assert_text(tree_get(source(2), "kind"), "other");
        assert_null(tree_get(source(2), "records"));
        forget_facts();
        put_etc("root:x:0:0::/:/bin/sh\n+::::::\n", NULL, NULL, NULL);
        assert_why(tree_get(source(0), "records"), BIO_UNDECIDABLE, "begin with + or -");
        assert_int_equal(tree_line(tree_get(source(0), "records")), 2);
        assert_int_equal(tree_state(tree_get(source(1), "records")), BIO_KNOWN);
}

static void assert_groups(const char *user, const char *expected)
{
        _cleanup_free_ char *groups = tree_value_text(ask("accounts.groups", "user", user));

        assert_string_equal(groups, expected);
}

static void groups_are_the_names_of_numbers(void **state)
{
        (void)state;
        put_etc("root:x:0:0::/:/bin/sh\nbob:x:1:50::/:/bin/sh\n", NULL,
                "root:x:0:\nstaff:x:50:\nsudo:x:27:root, bob ,x\nadmin:x:27:bob\nwheel:x:10:root,bob\nten:x:10:\n",
                NULL);
        assert_groups("root", "root, sudo, wheel");
        /* "bob " is nobody; admin has the number of sudo, whose name it gets. */
        assert_groups("bob", "staff, sudo, wheel");
}

static void comments_in_group_count_for_membership(void **state)
{
        (void)state;
        put_etc("bob:x:1:50::/:/bin/sh\n", NULL, "wheel:x:10:\n#wheel:x:10:bob\n", NULL);
        assert_groups("bob", "wheel");
}

static void groups_of_other_sources_leave_it_open(void **state)
{
        (void)state;
        put_etc("bob:x:1:50::/:/bin/sh\n", NULL, "staff:x:50:\n", "group: files ldap\n");
        assert_why(ask("accounts.groups", "user", "bob"), BIO_UNDECIDABLE, "not read here");
        forget_facts();
        put_etc(NULL, NULL, NULL, "group: files\ninitgroups: sss\n");
        assert_why(ask("accounts.groups", "user", "bob"), BIO_UNDECIDABLE, "not read here");
        forget_facts();
        put_etc(NULL, NULL, NULL, "group: systemd\n");
        assert_why(ask("accounts.groups", "user", "bob"), BIO_UNDECIDABLE, "does not name the local file");
        forget_facts();
        put_etc(NULL, NULL, NULL, "");
        assert_groups("bob", "staff");
        assert_int_equal(tree_state(ask("accounts.groups", "user", "nobody")), BIO_UNDECIDABLE);
}

static void gshadow_lines_have_administrators_and_members(void **state)
{
        static const struct {
                const char *line;
                enum line_kind kind;
                const char *name, *password, *administrators, *members;
        } lines[] = {
                {"sudo:*:alice:bob,carol", LINE_ENTRY, "sudo", "*", "alice", "bob,carol"},
                {" \tsudo:!::", LINE_ENTRY, "sudo", "!", "", ""},
                {"sudo", LINE_ENTRY, "sudo", "", "", ""},
                {"sudo:x", LINE_ENTRY, "sudo", "x", "", ""},
                {"sudo:x:a:b:c", LINE_ENTRY, "sudo", "x", "a", "b:c"},
                {":x:a:b", LINE_ENTRY, "", "x", "a", "b"},
                {"+sudo:x::", LINE_COMPAT, NULL, NULL, NULL, NULL},
                {"#sudo:x::", LINE_BLANK, NULL, NULL, NULL, NULL},
                {"", LINE_BLANK, NULL, NULL, NULL, NULL},
        };
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(lines); i++) {
                const struct line line = line_of(lines[i].line, true);
                struct gshadow_line group;

                if (gshadow_line_read(&line, &group) != lines[i].kind)
                        fail_msg("\"%s\" is of another kind", lines[i].line);
                if (lines[i].kind != LINE_ENTRY)
                        continue;
                assert_true(span_equals(group.name, lines[i].name, strlen(lines[i].name)));
                assert_true(span_equals(group.password, lines[i].password, strlen(lines[i].password)));
                assert_true(
                        span_equals(group.administrators, lines[i].administrators, strlen(lines[i].administrators)));
                assert_true(span_equals(group.members, lines[i].members, strlen(lines[i].members)));
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(uid_is_read_as_strtoul_reads),
                cmocka_unit_test(lines_are_of_their_kinds),
                cmocka_unit_test(a_nul_ends_the_line),
                cmocka_unit_test(shadow_lines_need_their_numbers),
                cmocka_unit_test(gshadow_lines_have_administrators_and_members),
                cmocka_unit_test(password_fields_say_state_method_and_cost),
                cmocka_unit_test_setup_teardown(every_account_with_uid_0_is_found, setup_facts, teardown_facts),
                cmocka_unit_test_setup_teardown(accounts_with_uid_0_are_bounded, setup_facts, teardown_facts),
                cmocka_unit_test_setup_teardown(a_line_that_is_not_modelled_stays_open, setup_facts, teardown_facts),
                cmocka_unit_test_setup_teardown(without_passwd_nobody_is_known, setup_facts, teardown_facts),
                cmocka_unit_test_setup_teardown(no_hash_enters_the_tree, setup_facts, teardown_facts),
                cmocka_unit_test_setup_teardown(passwords_come_from_shadow_where_passwd_says_so, setup_facts,
                                                teardown_facts),
                cmocka_unit_test_setup_teardown(passwords_age_as_shadow_says, setup_facts, teardown_facts),
                cmocka_unit_test_setup_teardown(rounds_are_those_that_crypt_takes, setup_facts, teardown_facts),
                cmocka_unit_test_setup_teardown(passwords_are_those_that_may_match, setup_facts, teardown_facts),
                cmocka_unit_test_setup_teardown(passwords_that_are_not_read_stay_open, setup_facts, teardown_facts),
                cmocka_unit_test_setup_teardown(without_shadow_only_passwd_holds_passwords, setup_facts,
                                                teardown_facts),
                cmocka_unit_test_setup_teardown(an_unknown_name_is_absent_only_where_all_sources_are_local, setup_facts,
                                                teardown_facts),
                cmocka_unit_test_setup_teardown(sources_are_local_or_other, setup_facts, teardown_facts),
                cmocka_unit_test_setup_teardown(groups_are_the_names_of_numbers, setup_facts, teardown_facts),
                cmocka_unit_test_setup_teardown(comments_in_group_count_for_membership, setup_facts, teardown_facts),
                cmocka_unit_test_setup_teardown(groups_of_other_sources_leave_it_open, setup_facts, teardown_facts),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
