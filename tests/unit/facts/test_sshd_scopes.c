/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sshd_files.h"

static bool only_root_login[SSHD_KEYWORDS];

/* All scopes of a user, in order: "NAME=VALUE of PermitRootLogin" with "; " between them; "?REASON" where they cannot
 * be told. malloc'd. */
static char *scopes_of(const struct sshd_release *release, const char *config, const struct sshd_question *question)
{
        _cleanup_sshd_config_ struct sshd_config *c = read_config(release, config);
        _cleanup_sshd_scopes_ struct sshd_scopes found = {0};
        struct text t = {0};
        size_t i;

        if (c->refuses.text)
                fail_msg("does not start: %s", c->refuses.text);
        only_root_login[SSHD_PERMIT_ROOT_LOGIN] = true;
        sshd_scopes_find(c, question, &found);
        if (found.undecidable)
                text_printf(&t, "?%s", found.undecidable);
        for (i = 0; i < found.count; i++)
                text_printf(&t, "%s%s=%s", i > 0 ? "; " : "", found.at[i].applies_to,
                            found.at[i].values->fails.text ? "fails"
                                                           : found.at[i].values->of[SSHD_PERMIT_ROOT_LOGIN].items[0]);
        return text_take(&t);
}

static void scopes_are(const char *config, const char *scopes)
{
        const char *const groups[] = {"root"};
        const struct sshd_question question = {
                .user = "root", .groups = groups, .group_count = 1, .local_port = -1, .keywords = only_root_login};
        _cleanup_free_ char *found = scopes_of(&trixie, config, &question);

        assert_string_equal(found, scopes);
}

static void without_match_there_is_one_scope(void **state)
{
        (void)state;
        scopes_are("PermitRootLogin no\n", "everywhere=no");
}

static void what_is_known_of_the_user_is_no_scope(void **state)
{
        (void)state;
        scopes_are("Match user alice\nPermitRootLogin yes\n", "everywhere=prohibit-password");
        scopes_are("Match user root\nPermitRootLogin yes\n", "everywhere=yes");
        scopes_are("Match group root\nPermitRootLogin yes\n", "everywhere=yes");
        scopes_are("Match group wheel\nPermitRootLogin yes\n", "everywhere=prohibit-password");
        scopes_are("Match invalid-user\nPermitRootLogin yes\n", "everywhere=prohibit-password");
        scopes_are("Match all\nPermitRootLogin yes\n", "everywhere=yes");
}

static void an_address_makes_a_scope_of_its_own(void **state)
{
        (void)state;
        scopes_are("PermitRootLogin no\nMatch Address 10.0.0.0/8\nPermitRootLogin yes\n",
                   "elsewhere=no; Match Address 10.0.0.0/8=yes");
}

static void a_block_that_cannot_be_reached_is_no_scope(void **state)
{
        (void)state;
        scopes_are("Match address 10.0.0.0/8\nPermitRootLogin no\nMatch address 10.1.0.0/16\nPermitRootLogin yes\n",
                   "elsewhere=prohibit-password; Match address 10.0.0.0/8=no");
        scopes_are("Match address 10.0.0.0/8 user alice\nPermitRootLogin yes\n", "everywhere=prohibit-password");
        scopes_are("Match address *\nPermitRootLogin no\nMatch address 10.0.0.0/8\nPermitRootLogin yes\n",
                   "elsewhere=prohibit-password; Match address *=no");
        scopes_are("Match address 10.0.0.0/8,!10.0.0.0/8\nPermitRootLogin yes\n", "everywhere=prohibit-password");
        scopes_are("Match localport 22\nMatch localport 22 localport 23\nPermitRootLogin yes\n",
                   "everywhere=prohibit-password");
}

static void blocks_combine(void **state)
{
        (void)state;
        scopes_are("Match address 10.0.0.0/8\nPermitTTY no\nMatch localport 22\nPermitRootLogin yes\n",
                   "elsewhere=prohibit-password; Match localport 22=yes");
        scopes_are("Match address 10.0.0.0/8\nPermitRootLogin yes\nMatch localport 22\nPermitRootLogin no\n",
                   "elsewhere=prohibit-password; Match address 10.0.0.0/8=yes; Match localport 22=no");
}

static void without_names_a_host_is_its_address(void **state)
{
        (void)state;
        scopes_are("Match host *.example.nl\nPermitRootLogin yes\n", "everywhere=prohibit-password");
        scopes_are("Match host 10.0.0.1\nPermitRootLogin yes\n",
                   "elsewhere=prohibit-password; Match host 10.0.0.1=yes");
        scopes_are("Match address 11.0.0.0/8 host 10.*\nPermitRootLogin yes\n", "everywhere=prohibit-password");
        scopes_are("UseDNS yes\nMatch host *.example.nl\nPermitRootLogin yes\n",
                   "elsewhere=prohibit-password; Match host *.example.nl=yes");
        scopes_are("UseDNS yes\nMatch host *.nl\nPermitRootLogin no\nMatch host a.nl\nPermitRootLogin yes\n",
                   "elsewhere=prohibit-password; Match host *.nl=no");
}

static void a_pattern_over_the_text_of_addresses_is_taken_both_ways(void **state)
{
        (void)state;
        scopes_are("Match address 10.0.0.?\nPermitRootLogin yes\n",
                   "elsewhere=prohibit-password; Match address 10.0.0.?=yes");
        scopes_are("Match address 10.0.*\nPermitRootLogin no\nMatch address 10.0.1.0/24\nPermitRootLogin yes\n",
                   "elsewhere=prohibit-password; Match address 10.0.*=no");
}

static void groups_that_cannot_be_read_are_taken_both_ways(void **state)
{
        const struct sshd_question question = {.user = "root", .local_port = -1, .keywords = only_root_login};
        _cleanup_free_ char *found = scopes_of(&trixie, "Match group wheel\nPermitRootLogin yes\n", &question);

        (void)state;
        assert_string_equal(found, "elsewhere=prohibit-password; Match group wheel=yes");
}

static void of_any_user_each_name_is_a_scope(void **state)
{
        const struct sshd_question question = {.local_port = -1, .keywords = only_root_login};
        _cleanup_free_ char *found =
                scopes_of(&trixie,
                          "Match user root\nPermitRootLogin no\nMatch user r*\nPermitRootLogin yes\n"
                          "Match invalid-user\nPermitRootLogin forced-commands-only\n",
                          &question);

        (void)state;
        assert_string_equal(found,
                            "elsewhere=prohibit-password; Match user r*=yes; Match invalid-user=forced-commands-only; "
                            "Match user root and Match user r*=no");
}

static void what_is_said_of_a_connection_counts(void **state)
{
        static const char config[] = "Match address 10.0.0.0/8 localport 22\nPermitRootLogin yes\n";
        const struct sshd_question inside = {.user = "root", .address = "10.0.0.1", .local_port = 22},
                                   outside = {.user = "root", .address = "11.0.0.1", .local_port = 22};
        _cleanup_free_ char *a = scopes_of(&trixie, config, &inside), *b = scopes_of(&trixie, config, &outside);

        (void)state;
        assert_string_equal(a, "everywhere=yes");
        assert_string_equal(b, "everywhere=prohibit-password");
}

static void a_connection_that_sshd_ends_is_a_scope(void **state)
{
        (void)state;
        scopes_are("Match address 10.0.0.0/8\nPubkeyAcceptedAlgorithms !ssh-rsa\nPermitRootLogin no\n",
                   "elsewhere=prohibit-password; Match address 10.0.0.0/8=fails");
}

static void an_example_leads_to_its_scope(void **state)
{
        static const char config[] = "Match address 10.0.0.0/8,!10.0.0.0/9 localport 22\nPermitRootLogin yes\n";
        _cleanup_sshd_config_ struct sshd_config *c = read_config(&trixie, config);
        const struct sshd_question question = {.user = "root", .local_port = -1};
        _cleanup_sshd_scopes_ struct sshd_scopes found = {0};

        (void)state;
        sshd_scopes_find(c, &question, &found);
        assert_int_equal(found.count, 2);
        assert_string_equal(found.at[1].connection.address, "10.128.0.0");
        assert_int_equal(found.at[1].connection.local_port, 22);
        assert_false(found.at[1].assumed);
}

static void blocks_about_other_keywords_are_left_aside(void **state)
{
        struct text t = {0};
        size_t i;

        (void)state;
        for (i = 0; i < 900; i++)
                text_printf(&t, "Match address 10.%zu.%zu.0/24 localport %zu\nBanner /x\n", i / 256, i % 256, i + 1);
        for (i = 0; i < 50; i++)
                text_printf(&t, "Match user u%zu address 10.%zu.0.?\nPermitRootLogin yes\n", i, i);
        text_add(&t, "Match address 11.0.0.0/8\nPermitRootLogin no\n");
        scopes_are(text_string(&t), "elsewhere=prohibit-password; Match address 11.0.0.0/8=no");
        text_free(&t);
}

static void with_allow_users_is_not_told(const char *config, const char *why)
{
        const bool keywords[SSHD_KEYWORDS] = {[SSHD_PERMIT_ROOT_LOGIN] = true, [SSHD_ALLOW_USERS] = true};
        const struct sshd_question question = {.user = "root", .local_port = -1, .keywords = keywords};
        _cleanup_free_ char *with_list = must_printf("%sMatch localport 1\nAllowUsers root\n", config);
        _cleanup_free_ char *found = scopes_of(&trixie, with_list, &question);

        assert_string_equal(found, why);
}

/* Of a keyword that one line decides no more than the values of each block can be in force. */
static void too_many_combinations_are_told_block_by_block(void **state)
{
        struct text t = {0};
        size_t i;

        (void)state;
        for (i = 0; i < 20; i++)
                text_printf(&t,
                            "Match address 10.0.0.? localport %zu localaddress 10.%zu.0.0/16\nPermitRootLogin yes\n", i,
                            i);
        for (i = 0; i < 20; i++)
                text_printf(&t, "Match address 10.%zu.0.0/16\nPermitRootLogin yes\n", i);
        scopes_are(text_string(&t),
                   "elsewhere=prohibit-password; Match address 10.0.0.? localport 0 localaddress 10.0.0.0/16=yes");
        with_allow_users_is_not_told(text_string(&t), "?Match tells more connections apart than are tried");
        text_add(&t, "Match user alice\nPermitRootLogin forced-commands-only\n");
        text_add(&t, "Match all\nPermitRootLogin no\n");
        scopes_are(text_string(&t), "elsewhere=no; Match address 10.0.0.? localport 0 localaddress 10.0.0.0/16=yes");
        text_clear(&t);
        for (i = 0; i < 300; i++)
                text_printf(&t, "Match address 10.%zu.0.0/16\nPermitRootLogin prohibit-password\n", i % 250);
        scopes_are(text_string(&t), "everywhere=prohibit-password");
        text_clear(&t);
        for (i = 0; i < 17; i++)
                text_printf(&t, "Match address 10.0.%zu.?\nPermitRootLogin yes\n", i);
        scopes_are(text_string(&t), "elsewhere=prohibit-password; Match address 10.0.0.?=yes");
        with_allow_users_is_not_told(text_string(&t), "?Match looks at more that cannot be told than is tried");
        text_free(&t);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(without_match_there_is_one_scope),
                cmocka_unit_test(what_is_known_of_the_user_is_no_scope),
                cmocka_unit_test(an_address_makes_a_scope_of_its_own),
                cmocka_unit_test(a_block_that_cannot_be_reached_is_no_scope),
                cmocka_unit_test(blocks_combine),
                cmocka_unit_test(without_names_a_host_is_its_address),
                cmocka_unit_test(a_pattern_over_the_text_of_addresses_is_taken_both_ways),
                cmocka_unit_test(groups_that_cannot_be_read_are_taken_both_ways),
                cmocka_unit_test(of_any_user_each_name_is_a_scope),
                cmocka_unit_test(what_is_said_of_a_connection_counts),
                cmocka_unit_test(a_connection_that_sshd_ends_is_a_scope),
                cmocka_unit_test(an_example_leads_to_its_scope),
                cmocka_unit_test(blocks_about_other_keywords_are_left_aside),
                cmocka_unit_test(too_many_combinations_are_told_block_by_block),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
