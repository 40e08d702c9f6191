/* SPDX-License-Identifier: EUPL-1.2 */
/* Texts of results in Dutch. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "texts/texts.h"

static void assert_dutch(const char *english, const char *dutch)
{
        _cleanup_free_ char *got = texts_dutch(english);

        assert_string_equal(got, dutch);
}

static void a_text_is_found_whole(void **state)
{
        (void)state;
        assert_dutch("not observed offline", "offline niet te zien");
        assert_dutch("package auditd is not installed", "pakket auditd ontbreekt");
        assert_dutch("specifier %h is not modelled", "specificatie %h wordt niet nagerekend");
        assert_null(texts_dutch(NULL));
}

static void values_keep_their_place_and_their_form(void **state)
{
        (void)state;
        assert_dutch("systemd refuses /a b/c: line 12 is no service",
                     "systemd weigert /a b/c: regel 12 is geen dienst");
        assert_dutch("in the Match block of /etc/ssh/sshd_config:7", "in het Match-blok van /etc/ssh/sshd_config:7");
        assert_dutch("more than many sources", "more than many sources"); /* a number is wanted there */
}

static void what_is_joined_is_read_piece_by_piece(void **state)
{
        (void)state;
        assert_dutch("(unreadable: permission denied)", "(niet te lezen: geen toestemming)");
        assert_dutch("in the Match block of /etc/a:2; overrides /etc/b:3 (no); overrides /etc/c (a (b)); and 4 more",
                     "in het Match-blok van /etc/a:2; gaat voor /etc/b:3 (no); gaat voor /etc/c (a (b)); en nog 4");
        assert_dutch("(undecidable: configuration not known: /etc/x:3: Port wants a port, not \"y\")",
                     "(niet te bepalen: configuratie niet bekend: /etc/x:3: Port vraagt een poort, niet \"y\")");
        /* A text that holds a separator itself is found whole first. */
        assert_dutch(
                "/x changed after sshd read it: a reload through the service manager settles it; not running",
                "/x is veranderd nadat sshd het las: herladen via de dienstbeheerder maakt het eenduidig; draait niet");
        assert_dutch("said by a plug-in; not running", "said by a plug-in; draait niet");
}

static void what_is_not_known_stays_as_it_is(void **state)
{
        (void)state;
        assert_dutch("", "");
        assert_dutch("; ", "; ");
        assert_dutch(": : ;; %s {1}", ": : ;; %s {1}");
        assert_dutch("rounds=5000", "rounds=5000");
}

static void a_long_or_deep_text_ends(void **state)
{
        _cleanup_text_ struct text t = {0};

        (void)state;
        for (size_t i = 0; i < 3000; i++)
                text_add(&t, i % 2 ? ": " : "; ");
        for (size_t i = 0; i < 2; i++) {
                _cleanup_free_ char *got = texts_dutch(text_string(&t));

                assert_string_equal(got, text_string(&t));
                t.data[4000] = '\0';
        }
}

/* Every piece is held against the whole catalogue, and a host can make as many as it likes. */
static void a_text_of_very_many_pieces_stays_as_it_is(void **state)
{
        _cleanup_text_ struct text few = {0}, many = {0};
        _cleanup_free_ char *of_few = NULL, *of_many = NULL;

        (void)state;
        text_add(&few, "not running");
        text_add(&many, "not running");
        for (size_t i = 0; i < 1000; i++)
                text_add(i < 100 ? &few : &many, "; x");
        of_few = texts_dutch(text_string(&few));
        of_many = texts_dutch(text_string(&many));
        assert_true(starts_with(of_few, "draait niet; x; x"));
        assert_string_equal(of_many, text_string(&many));
}

static void comments_of_commands_are_in_dutch(void **state)
{
        static const char *const lines[][2] = {
                {"# New accounts. (For half a year: 180 instead of 365, here and below.)\nsed -i '/^# x/d' f\n",
                 "# Nieuwe accounts. (Bij een half jaar: 180 in plaats van 365, hier en hieronder.)\nsed -i '/^# x/d' "
                 "f\n"},
                {"sshd -T    # both no?\n! is-active || auditctl -e 1",
                 "sshd -T    # beide no?\n! is-active || auditctl -e 1"},
                {"a  # what nobody translated\n\nb", "a  # what nobody translated\n\nb"},
                {"", ""},
                {"# ", "# "},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(lines); i++) {
                _cleanup_free_ char *dutch = texts_dutch_commands(lines[i][0]);

                assert_string_equal(dutch, lines[i][1]);
        }
        assert_null(texts_dutch_commands(NULL));
}

static void keys_of_ours_are_words(void **state)
{
        (void)state;
        assert_string_equal(texts_key("looked_for", false), "looked for");
        assert_string_equal(texts_key("looked_for", true), "gezocht naar");
        assert_string_equal(texts_key("PermitRootLogin", true), "PermitRootLogin");
        assert_null(texts_key(NULL, true));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_text_is_found_whole),
                cmocka_unit_test(values_keep_their_place_and_their_form),
                cmocka_unit_test(what_is_joined_is_read_piece_by_piece),
                cmocka_unit_test(what_is_not_known_stays_as_it_is),
                cmocka_unit_test(a_long_or_deep_text_ends),
                cmocka_unit_test(a_text_of_very_many_pieces_stays_as_it_is),
                cmocka_unit_test(comments_of_commands_are_in_dutch),
                cmocka_unit_test(keys_of_ours_are_words),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
