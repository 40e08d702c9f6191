/* SPDX-License-Identifier: EUPL-1.2 */
/* One behaviour of sshd a test. All of them were tried on sshd itself (tests/oracle). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sshd_files.h"

static void value_is(const struct sshd_config *c, const struct sshd_values *v, enum sshd_keyword_id id,
                     const char *value)
{
        _cleanup_free_ char *text = value_text(&v->of[id]);

        if (c->refuses.text)
                fail_msg("does not start: %s", c->refuses.text);
        assert_string_equal(text, value);
}

/* What a keyword is outside of Match, in both versions. */
static void in_force(const char *config, enum sshd_keyword_id id, const char *value)
{
        _cleanup_sshd_config_ struct sshd_config *old = read_config(&bookworm, config);
        _cleanup_sshd_config_ struct sshd_config *new = read_config(&trixie, config);

        value_is(old, &old->global, id, value);
        value_is(new, &new->global, id, value);
}

static void starts_of(const struct sshd_release *release, const char *config, unsigned line)
{
        _cleanup_sshd_config_ struct sshd_config *c = read_config(release, config);

        if (line == 0 && c->refuses.text)
                fail_msg("%s: refused for %s", config, c->refuses.text);
        if (line > 0 && !c->refuses.text)
                fail_msg("%s: not refused", config);
        if (line > 0)
                assert_int_equal(c->refuses.line, line);
}

/* The line for which both versions do not start; 0: they do. */
static void starts(const char *config, unsigned line)
{
        starts_of(&bookworm, config, line);
        starts_of(&trixie, config, line);
}

/* What a keyword is for a user from an address. */
static void in_force_for(const struct sshd_release *release, const char *config, const char *user, const char *address,
                         enum sshd_keyword_id id, const char *value)
{
        _cleanup_sshd_config_ struct sshd_config *c = read_config(release, config);
        const char *const groups[] = {"staff"};
        struct sshd_connection n = {.user = user,
                                    .groups = groups,
                                    .group_count = 1,
                                    .address = address,
                                    .host = address,
                                    .local_port = 22};
        _cleanup_free_ bool *applies = must_alloc(c->block_count);
        _cleanup_free_ struct sshd_values *v = must_alloc(sizeof(*v));

        sshd_blocks_applying(c, &n, applies);
        sshd_effective(c, applies, v);
        if (v->fails.text)
                assert_string_equal(v->fails.text, value);
        else
                value_is(c, v, id, value);
}

static void the_first_value_wins(void **state)
{
        (void)state;
        in_force("PermitRootLogin no\nPermitRootLogin yes\n", SSHD_PERMIT_ROOT_LOGIN, "no");
}

static void some_keywords_take_the_last_value(void **state)
{
        (void)state;
        in_force("IPQoS ef\nIPQoS cs1\n", SSHD_IPQOS, "cs1 cs1");
        in_force("StreamLocalBindMask 0700\nStreamLocalBindMask 077\n", SSHD_STREAM_LOCAL_BIND_MASK, "077");
        in_force("UnusedConnectionTimeout 5\nUnusedConnectionTimeout none\n", SSHD_UNUSED_CONNECTION_TIMEOUT, "0");
        in_force("MaxStartups 10:50:60\nMaxStartups 5\n", SSHD_MAX_STARTUPS, "5:50:5");
}

static void lists_of_access_add_up_and_others_do_not(void **state)
{
        (void)state;
        in_force("AllowUsers a b\nAllowUsers c\n", SSHD_ALLOW_USERS, "a b c");
        in_force("AcceptEnv A\nAcceptEnv B\n", SSHD_ACCEPT_ENV, "A B");
        in_force("Port 22\nPort 23\n", SSHD_PORT, "22 23");
        in_force("AuthorizedKeysFile a\nAuthorizedKeysFile b c\n", SSHD_AUTHORIZED_KEYS_FILE, "a");
        in_force("SetEnv A=1 B=2 A=3\nSetEnv C=4\n", SSHD_SET_ENV, "A=1 B=2");
}

static void rekey_limit_takes_the_first_of_each_part(void **state)
{
        (void)state;
        in_force("RekeyLimit 1G\nRekeyLimit 2G 1h\n", SSHD_REKEY_LIMIT, "1073741824 3600");
        in_force("", SSHD_REKEY_LIMIT, "0 0");
}

static void words_and_values_are_read_in_any_case_and_spelling(void **state)
{
        (void)state;
        in_force("PERMITROOTLOGIN NO\n", SSHD_PERMIT_ROOT_LOGIN, "no");
        in_force("permitrootlogin=no\n", SSHD_PERMIT_ROOT_LOGIN, "no");
        in_force("\tPermitRootLogin = \"no\" # so\r\n", SSHD_PERMIT_ROOT_LOGIN, "no");
        in_force("PermitRootLogin 'no' \f\n", SSHD_PERMIT_ROOT_LOGIN, "no");
        in_force("\"PermitRootLogin\" no", SSHD_PERMIT_ROOT_LOGIN, "no");
        in_force("=PermitRootLogin no", SSHD_PERMIT_ROOT_LOGIN, "no");
        in_force("PermitRootLogin without-password", SSHD_PERMIT_ROOT_LOGIN, "prohibit-password");
        in_force("ChallengeResponseAuthentication no", SSHD_KBD_INTERACTIVE_AUTHENTICATION, "no");
        in_force("LoginGraceTime 1m30", SSHD_LOGIN_GRACE_TIME, "90");
        in_force("Port ssh", SSHD_PORT, "22");
}

static void the_default_of_root_login_is_prohibit_password(void **state)
{
        (void)state;
        in_force("#PermitRootLogin no\n", SSHD_PERMIT_ROOT_LOGIN, "prohibit-password");
}

static void a_line_with_an_open_quote_before_its_value_is_no_line(void **state)
{
        (void)state;
        in_force("PermitRootLogin\"no\n", SSHD_PERMIT_ROOT_LOGIN, "prohibit-password");
}

static void a_nul_byte_joins_two_lines(void **state)
{
        static const char bytes[] = "PermitRoot\0x\nLogin no\n";
        const struct sshd_file files[] = {{SSHD_CONFIG_FILE, bytes, sizeof(bytes) - 1}, {NULL, NULL, 0}};
        _cleanup_sshd_config_ struct sshd_config *c = read_files(&trixie, files);

        (void)state;
        value_is(c, &c->global, SSHD_PERMIT_ROOT_LOGIN, "no");
}

static void what_sshd_does_not_read_keeps_it_from_starting(void **state)
{
        (void)state;
        starts("Port 22\n", 0);
        starts("Port 22\nNoSuchKeyword yes\n", 2);
        starts("PermitRootLogin\n", 1);
        starts("PermitRootLogin maybe\n", 1);
        starts("PermitRootLogin yes no\n", 1);
        starts("PermitRootLogin 'no\n", 1);
        starts("PermitTunnel YES\n", 1);
        starts("MaxAuthTries -1\n", 1);
        starts("LoginGraceTime 5x\n", 1);
        starts("Ciphers nonsense\n", 1);
        starts("Ciphers +\n", 1);
        starts("Ciphers -nonsense\n", 0);
        starts("MaxStartups 10:30\n", 1);
        starts("ListenAddress [::1\n", 1);
        starts("AllowUsers u@10.0.0.1/8\n", 1);
        starts("AuthorizedKeysCommand keys\n", 1);
        starts("RDomain none\n", 1);
        starts("Banner ~nobody/x\n", 1);
        starts("Match user root\nBanner ~nobody/x\n", 0);
        starts("Match user root\nAuthorizedKeysFile ~nobody/x\n", 2);
}

static void checks_at_the_end_keep_sshd_from_starting(void **state)
{
        (void)state;
        starts("AuthorizedKeysCommand /bin/x\n", 1);
        starts("AuthorizedKeysCommand /bin/x\nAuthorizedKeysCommandUser nobody\n", 0);
        starts("AuthenticationMethods hostbased\n", 1);
        starts("AuthenticationMethods hostbased password\n", 0);
        starts("PubkeyAcceptedAlgorithms !ssh-rsa\n", 1);
        starts("AddressFamily inet6\nListenAddress 10.0.0.1\n", 2);
}

static void deprecated_words_are_ignored_with_a_note(void **state)
{
        _cleanup_sshd_config_ struct sshd_config *c =
                read_config(&trixie, "\nUsePrivilegeSeparation whatever is here\n");

        (void)state;
        assert_null(c->refuses.text);
        assert_int_equal(c->note_count, 1);
        assert_int_equal(c->notes[0].line, 2);
        assert_string_equal(c->notes[0].text, "UsePrivilegeSeparation: deprecated, ignored");
}

static void only_some_keywords_may_stand_in_a_match_block(void **state)
{
        (void)state;
        starts("Match user root\nPermitRootLogin no\n", 0);
        starts("Match user root\nPort 22\n", 2);
        starts("Match user root\nDSAAuthentication no\n", 2);
        starts("Match user root\nNoSuchKeyword no\n", 2);
        starts("Match all\nPort 22\n", 0);
        in_force("Match all\nPort 23\n", SSHD_PORT, "23");
}

static void what_only_one_version_takes(void **state)
{
        (void)state;
        starts_of(&bookworm, "PAMServiceName x\n", 1);
        starts_of(&trixie, "PAMServiceName x\n", 0);
        starts_of(&bookworm, "Match user root\nSubsystem a /b\n", 2);
        starts_of(&trixie, "Match user root\nSubsystem a /b\n", 0);
        starts_of(&bookworm, "Subsystem a /b\nSubsystem a /c\n", 2);
        starts_of(&trixie, "Subsystem a /b\nSubsystem a /c\n", 0);
        starts_of(&bookworm, "KexAlgorithms mlkem768x25519-sha256\n", 1);
        starts_of(&trixie, "KexAlgorithms mlkem768x25519-sha256\n", 0);
        starts_of(&bookworm, "HostKeyAlgorithms +ssh-dss\n", 0);
        starts_of(&trixie, "HostKeyAlgorithms +ssh-dss\n", 1);
        starts_of(&bookworm, "Match user = root\n", 0);
        starts_of(&trixie, "Match user = root\n", 1);
        starts_of(&bookworm, "Match invalid-user\n", 1);
        starts_of(&trixie, "Match invalid-user\n", 0);
        starts_of(&bookworm, "AcceptEnv # none\n", 0);
        starts_of(&trixie, "AcceptEnv # none\n", 1);
        starts_of(&bookworm, "AuthenticationMethods password\nMatch user root\nAuthenticationMethods any\n", 3);
        starts_of(&trixie, "AuthenticationMethods password\nMatch user root\nAuthenticationMethods any\n", 0);
        starts_of(&bookworm, "IPQoS 0x10\n", 0);
        starts_of(&trixie, "IPQoS 0x10\n", 1);
}

static void match_beats_a_line_before_it_and_the_first_block_wins(void **state)
{
        static const char config[] = "PermitRootLogin no\nMatch user alice\nPermitRootLogin yes\n"
                                     "Match user root\nPermitRootLogin prohibit-password\n"
                                     "Match user ro*\nPermitRootLogin forced-commands-only\n";

        (void)state;
        in_force_for(&trixie, config, "root", NULL, SSHD_PERMIT_ROOT_LOGIN, "prohibit-password");
        in_force_for(&trixie, config, "alice", NULL, SSHD_PERMIT_ROOT_LOGIN, "yes");
        in_force_for(&trixie, config, "rob", NULL, SSHD_PERMIT_ROOT_LOGIN, "forced-commands-only");
        in_force_for(&trixie, config, "bob", NULL, SSHD_PERMIT_ROOT_LOGIN, "no");
}

static void match_beats_the_command_line_and_the_command_line_the_file(void **state)
{
        const struct sshd_file files[] = {
                {SSHD_CONFIG_FILE, "PermitRootLogin yes\nX11Forwarding yes\nMatch user root\nX11Forwarding yes\n", 0},
                {NULL, NULL, 0}};
        const char *const options[] = {"PermitRootLogin=no", "X11Forwarding no", "Port 99"};
        const struct sshd_arguments arguments = {NULL, options, 3, true};
        const bool applies[] = {true, true};
        struct sshd_values *v = must_alloc(sizeof(*v));
        struct sshd_config *c;

        (void)state;
        sshd_files = files;
        c = sshd_config_read(&trixie, &sshd_files_host, &arguments);
        value_is(c, &c->global, SSHD_PERMIT_ROOT_LOGIN, "no");
        assert_string_equal(c->global.of[SSHD_PERMIT_ROOT_LOGIN].from->file, "command line");
        assert_int_equal(c->global.of[SSHD_PERMIT_ROOT_LOGIN].lost_count, 1);
        sshd_effective(c, applies, v);
        value_is(c, v, SSHD_X11_FORWARDING, "yes");
        free(v);
        sshd_config_free(c);
}

static void every_criterion_of_a_match_line_must_hold(void **state)
{
        static const char config[] = "Match user root address 10.0.0.0/8\nPermitRootLogin yes\n";

        (void)state;
        in_force_for(&trixie, config, "root", "10.1.1.1", SSHD_PERMIT_ROOT_LOGIN, "yes");
        in_force_for(&trixie, config, "root", "11.1.1.1", SSHD_PERMIT_ROOT_LOGIN, "prohibit-password");
        in_force_for(&trixie, config, "alice", "10.1.1.1", SSHD_PERMIT_ROOT_LOGIN, "prohibit-password");
        in_force_for(&trixie, config, NULL, "10.1.1.1", SSHD_PERMIT_ROOT_LOGIN, "prohibit-password");
}

static void match_looks_at_group_port_host_and_version(void **state)
{
        (void)state;
        in_force_for(&trixie, "Match group s*,!wheel\nPermitTTY no\n", "root", NULL, SSHD_PERMIT_TTY, "no");
        in_force_for(&trixie, "Match group *,!staff\nPermitTTY no\n", "root", NULL, SSHD_PERMIT_TTY, "yes");
        in_force_for(&trixie, "Match localport 22\nPermitTTY no\n", "root", NULL, SSHD_PERMIT_TTY, "no");
        in_force_for(&trixie, "Match localport 23\nPermitTTY no\n", "root", NULL, SSHD_PERMIT_TTY, "yes");
        in_force_for(&trixie, "Match host 10.*\nPermitTTY no\n", "root", "10.0.0.1", SSHD_PERMIT_TTY, "no");
        in_force_for(&trixie, "Match version OpenSSH_10*\nPermitTTY no\n", "root", NULL, SSHD_PERMIT_TTY, "no");
        in_force_for(&trixie, "Match version OpenSSH_9*\nPermitTTY no\n", "root", NULL, SSHD_PERMIT_TTY, "yes");
        in_force("Match all\nPermitTTY no\n", SSHD_PERMIT_TTY, "no");
}

static void quotes_in_match_are_letters_for_the_older_version(void **state)
{
        static const char config[] = "Match user 'root'\nPermitRootLogin yes\n";

        (void)state;
        in_force_for(&bookworm, config, "root", NULL, SSHD_PERMIT_ROOT_LOGIN, "prohibit-password");
        in_force_for(&bookworm, config, "'root'", NULL, SSHD_PERMIT_ROOT_LOGIN, "yes");
        in_force_for(&trixie, config, "root", NULL, SSHD_PERMIT_ROOT_LOGIN, "yes");
        in_force_for(&bookworm, "Match user \"root\"\nPermitRootLogin yes\n", "root", NULL, SSHD_PERMIT_ROOT_LOGIN,
                     "yes");
}

static void match_lines_that_are_no_match(void **state)
{
        (void)state;
        starts("Match\n", 1);
        starts("Match # x\n", 1);
        starts("Match user\n", 1);
        starts("Match user root # x\n", 0);
        starts("Match all user root\n", 1);
        starts("Match user root all\n", 1);
        starts("Match all # x\n", 0);
        starts("Match nothing x\n", 1);
        starts("Match localport x\n", 1);
        starts("Match address 10.0.0.1/8\n", 1);
}

static void algorithm_lists_start_from_the_version_s_own(void **state)
{
        (void)state;
        in_force_for(&bookworm, "KexAlgorithms -*sha256,*nistp*,sntrup*\n", NULL, NULL, SSHD_KEX_ALGORITHMS,
                     "curve25519-sha256@libssh.org diffie-hellman-group16-sha512 diffie-hellman-group18-sha512");
        in_force_for(&trixie, "KexAlgorithms -*sha256,*nistp*,sntrup*\n", NULL, NULL, SSHD_KEX_ALGORITHMS,
                     "curve25519-sha256@libssh.org");
        in_force_for(&trixie, "Ciphers ^aes256-ctr\n", NULL, NULL, SSHD_CIPHERS,
                     "aes256-ctr chacha20-poly1305@openssh.com aes128-gcm@openssh.com aes256-gcm@openssh.com "
                     "aes128-ctr aes192-ctr");
        in_force_for(
                &trixie, "CASignatureAlgorithms +ssh-rsa\n", NULL, NULL, SSHD_CA_SIGNATURE_ALGORITHMS,
                "ssh-ed25519 ecdsa-sha2-nistp256 ecdsa-sha2-nistp384 ecdsa-sha2-nistp521 sk-ssh-ed25519@openssh.com "
                "sk-ecdsa-sha2-nistp256@openssh.com rsa-sha2-512 rsa-sha2-256 ssh-rsa");
        in_force("Ciphers aes128-ctr,,nonsense\n", SSHD_CIPHERS, "aes128-ctr");
        in_force("PubkeyAcceptedAlgorithms -*\n", SSHD_PUBKEY_ACCEPTED_ALGORITHMS, "");
}

static void an_update_may_change_what_a_version_knows(void **state)
{
        struct sshd_release early = bookworm, undecided = trixie;

        (void)state;
        early.sntrup761_alias = false;
        starts_of(&early, "KexAlgorithms sntrup761x25519-sha512\n", 1);
        starts_of(&early, "KexAlgorithms sntrup761x25519-sha512@openssh.com\n", 0);
        undecided.ipqos_dscp = false;
        in_force_for(&undecided, "", NULL, NULL, SSHD_IPQOS, "lowdelay throughput");
        in_force_for(&trixie, "", NULL, NULL, SSHD_IPQOS, "ef cs1");
        in_force_for(&trixie, "IPQoS lowdelay\n", NULL, NULL, SSHD_IPQOS, "none none");
}

static void listeners_follow_ports_and_family(void **state)
{
        (void)state;
        in_force("Port 22\nPort 23\n", SSHD_LISTEN_ADDRESS, "[::]:22 0.0.0.0:22 [::]:23 0.0.0.0:23");
        in_force("AddressFamily inet\n", SSHD_LISTEN_ADDRESS, "0.0.0.0:22");
        in_force("ListenAddress ::1\nListenAddress [10.0.0.1]:5\nPort 9\n", SSHD_LISTEN_ADDRESS, "[::1]:9 10.0.0.1:5");
}

static void a_listener_with_a_name_cannot_be_told(void **state)
{
        _cleanup_sshd_config_ struct sshd_config *c = read_config(&trixie, "ListenAddress localhost\n");

        (void)state;
        assert_non_null(c->global.of[SSHD_LISTEN_ADDRESS].undecidable);
}

static void homes_are_put_into_paths(void **state)
{
        (void)state;
        in_force("Banner ~/x\n", SSHD_BANNER, "/root/x");
        in_force("AuthorizedPrincipalsFile ~alice/p\n", SSHD_AUTHORIZED_PRINCIPALS_FILE, "/home/alice/p");
        in_force("Banner x\n", SSHD_BANNER, "//x");
}

static void subsystems_in_match_take_the_place_of_all_others(void **state)
{
        static const char config[] = "Subsystem a /a\nSubsystem b /b\nMatch user root\nSubsystem c /c 'd e'\n";

        (void)state;
        in_force_for(&trixie, config, "root", NULL, SSHD_SUBSYSTEM, "c /c /c \"d e\"");
        in_force_for(&trixie, config, "alice", NULL, SSHD_SUBSYSTEM, "a /a /a b /b /b");
        in_force_for(&trixie, "Match user root\nSubsystem c /c\n", "root", NULL, SSHD_SUBSYSTEM,
                     "this sshd crashes on a Subsystem in Match where there is none outside");
        in_force_for(&trixie, "Subsystem a /a\nMatch user root\nSubsystem c\n", "root", NULL, SSHD_SUBSYSTEM,
                     "Subsystem has no command");
}

static void penalties_take_the_first_of_each(void **state)
{
        (void)state;
        in_force_for(
                &trixie, "PerSourcePenalties no\nPerSourcePenalties crash:1m\nPerSourcePenalties crash:2m max:9\n",
                NULL, NULL, SSHD_PER_SOURCE_PENALTIES,
                "crash:60 authfail:5 noauth:1 grace-exceeded:10 refuseconnection:10 max:9 min:15 max-sources4:65536 "
                "max-sources6:65536 overflow:permissive overflow6:permissive");
        in_force_for(&trixie, "PerSourcePenalties no\n", NULL, NULL, SSHD_PER_SOURCE_PENALTIES, "no");
}

/* Include. */

static void an_include_counts_where_it_stands(void **state)
{
        const struct sshd_file files[] = {
                {"/etc/ssh/d/.hidden.conf", "PermitRootLogin yes\n", 0},
                {"/etc/ssh/d/1.conf", "PermitRootLogin no\n", 0},
                {"/etc/ssh/d/2.conf", "PermitRootLogin yes\nX11Forwarding yes\n", 0},
                {SSHD_CONFIG_FILE, "Include d/*.conf \"/etc/ssh/none*\"\nPermitRootLogin yes\n", 0},
                {NULL, NULL, 0},
        };
        _cleanup_sshd_config_ struct sshd_config *c = read_files(&trixie, files);
        const struct sshd_value *v = &c->global.of[SSHD_PERMIT_ROOT_LOGIN];

        (void)state;
        value_is(c, &c->global, SSHD_PERMIT_ROOT_LOGIN, "no");
        assert_string_equal(v->from->file, "/etc/ssh/d/1.conf");
        assert_int_equal(v->from->line, 1);
        assert_int_equal(v->lost_count, 2);
        assert_string_equal(v->lost[1]->file, SSHD_CONFIG_FILE);
        value_is(c, &c->global, SSHD_X11_FORWARDING, "yes");
}

static void a_match_ends_with_the_included_file(void **state)
{
        const struct sshd_file files[] = {
                {"/etc/ssh/a.conf", "Match user root\nX11Forwarding yes\n", 0},
                {SSHD_CONFIG_FILE, "Include a.conf\nPort 23\nX11Forwarding no\n", 0},
                {NULL, NULL, 0},
        };
        _cleanup_sshd_config_ struct sshd_config *c = read_files(&trixie, files);

        (void)state;
        value_is(c, &c->global, SSHD_X11_FORWARDING, "no");
        value_is(c, &c->global, SSHD_PORT, "23");
        assert_int_equal(c->block_count, 2);
}

static void a_match_within_an_include_within_a_match_needs_both(void **state)
{
        const struct sshd_file files[] = {
                {"/etc/ssh/a.conf", "PermitTTY no\nMatch address 10.0.0.0/8\nX11Forwarding yes\n", 0},
                {SSHD_CONFIG_FILE, "Match user root\nInclude a.conf\nMaxSessions 1\n", 0},
                {NULL, NULL, 0},
        };
        _cleanup_sshd_config_ struct sshd_config *c = read_files(&trixie, files);
        const struct {
                const char *user, *address, *tty, *x11, *sessions;
        } rows[] = {{"root", "10.0.0.1", "no", "yes", "1"},
                    {"root", "11.0.0.1", "no", "no", "1"},
                    {"alice", "10.0.0.1", "yes", "no", "10"}};
        struct sshd_values *v = must_alloc(sizeof(*v));
        bool applies[8];
        size_t i;

        (void)state;
        assert_int_equal(c->block_count, 3);
        for (i = 0; i < ELEMENTS(rows); i++) {
                sshd_blocks_applying(c, &(struct sshd_connection){.user = rows[i].user, .address = rows[i].address},
                                     applies);
                sshd_effective(c, applies, v);
                value_is(c, v, SSHD_PERMIT_TTY, rows[i].tty);
                value_is(c, v, SSHD_X11_FORWARDING, rows[i].x11);
                value_is(c, v, SSHD_MAX_SESSIONS, rows[i].sessions);
        }
        free(v);
}

static void a_keyword_of_the_outside_in_a_file_included_by_a_match_stops_sshd(void **state)
{
        const struct sshd_file files[] = {
                {"/etc/ssh/a.conf", "\nPort 22\n", 0},
                {SSHD_CONFIG_FILE, "Match user root\nInclude a.conf\n", 0},
                {NULL, NULL, 0},
        };
        _cleanup_sshd_config_ struct sshd_config *c = read_files(&trixie, files);

        (void)state;
        assert_non_null(c->refuses.text);
        assert_string_equal(c->refuses.file, "/etc/ssh/a.conf");
        assert_int_equal(c->refuses.line, 2);
}

static void includes_that_go_round_stop_sshd(void **state)
{
        const struct sshd_file files[] = {
                {"/etc/ssh/a.conf", "Include a.conf\n", 0}, {SSHD_CONFIG_FILE, "Include a.conf\n", 0}, {NULL, NULL, 0}};
        _cleanup_sshd_config_ struct sshd_config *c = read_files(&trixie, files);

        (void)state;
        assert_string_equal(c->refuses.text, "Include goes deeper than sshd follows it");
}

/* The second of two files includes the pattern that led to it: the first time only the first is known by it. */
static void includes_that_go_round_the_second_time_end_every_connection(void **state)
{
        const struct sshd_file files[] = {
                {"/etc/ssh/d/1.conf", "X11Forwarding yes\n", 0},
                {"/etc/ssh/d/2.conf", "Include d/*.conf\n", 0},
                {SSHD_CONFIG_FILE, "Include d/*.conf\n", 0},
                {NULL, NULL, 0},
        };
        _cleanup_sshd_config_ struct sshd_config *c = read_files(&trixie, files);
        struct sshd_values *v = must_alloc(sizeof(*v));
        const bool applies[] = {true};

        (void)state;
        assert_null(c->refuses.text);
        sshd_effective(c, applies, v);
        assert_string_equal(v->fails.text, "Include goes deeper than sshd follows it");
        free(v);
}

static void a_file_that_cannot_be_read_leaves_all_open(void **state)
{
        const struct sshd_file included[] = {{"/etc/ssh/a.conf", NULL, 0},
                                             {SSHD_CONFIG_FILE, "PermitRootLogin no\nInclude a.conf\n", 0},
                                             {NULL, NULL, 0}};
        const struct sshd_file itself[] = {{SSHD_CONFIG_FILE, NULL, 0}, {NULL, NULL, 0}};
        const struct sshd_file none[] = {{NULL, NULL, 0}};
        _cleanup_sshd_config_ struct sshd_config *a = read_files(&trixie, included), *b = read_files(&trixie, itself),
                                                 *c = read_files(&trixie, none);

        (void)state;
        assert_string_equal(a->undecidable.text, "/etc/ssh/a.conf was not read: permission denied");
        assert_int_equal(a->undecidable.line, 2);
        assert_string_equal(b->undecidable.text, "/etc/ssh/sshd_config was not read: permission denied");
        assert_string_equal(c->refuses.text, "/etc/ssh/sshd_config does not exist");
}

static void beyond_the_bounds_nothing_is_told(void **state)
{
        struct text t = {0};
        struct sshd_config *c;
        size_t i;

        (void)state;
        for (i = 0; i <= SSHD_LINES_MOST; i++)
                text_add_char(&t, '\n');
        c = read_config(&trixie, text_string(&t));
        assert_string_equal(c->undecidable.text, "more lines than are read");
        sshd_config_free(c);
        text_clear(&t);
        for (i = 0; i <= SSHD_BLOCKS_MOST; i++)
                text_add(&t, "Match user root\n");
        c = read_config(&trixie, text_string(&t));
        assert_string_equal(c->undecidable.text, "more Match blocks or criteria than are looked at");
        sshd_config_free(c);
        text_clear(&t);
        text_add(&t, "Match");
        for (i = 0; i < SSHD_WORDS_MOST / 2; i++)
                text_add(&t, " user root");
        text_add(&t, "\n");
        c = read_config(&trixie, text_string(&t));
        assert_null(c->undecidable.text);
        sshd_config_free(c);
        for (i = 0; i <= SSHD_WORDS_MOST; i++)
                text_add(&t, i == 0 ? "AllowUsers" : " a");
        text_add(&t, " a\n");
        c = read_config(&trixie, text_string(&t));
        assert_string_equal(c->undecidable.text, "a line with more words than are read");
        sshd_config_free(c);
        text_free(&t);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_first_value_wins),
                cmocka_unit_test(some_keywords_take_the_last_value),
                cmocka_unit_test(lists_of_access_add_up_and_others_do_not),
                cmocka_unit_test(rekey_limit_takes_the_first_of_each_part),
                cmocka_unit_test(words_and_values_are_read_in_any_case_and_spelling),
                cmocka_unit_test(the_default_of_root_login_is_prohibit_password),
                cmocka_unit_test(a_line_with_an_open_quote_before_its_value_is_no_line),
                cmocka_unit_test(a_nul_byte_joins_two_lines),
                cmocka_unit_test(what_sshd_does_not_read_keeps_it_from_starting),
                cmocka_unit_test(checks_at_the_end_keep_sshd_from_starting),
                cmocka_unit_test(deprecated_words_are_ignored_with_a_note),
                cmocka_unit_test(only_some_keywords_may_stand_in_a_match_block),
                cmocka_unit_test(what_only_one_version_takes),
                cmocka_unit_test(match_beats_a_line_before_it_and_the_first_block_wins),
                cmocka_unit_test(match_beats_the_command_line_and_the_command_line_the_file),
                cmocka_unit_test(every_criterion_of_a_match_line_must_hold),
                cmocka_unit_test(match_looks_at_group_port_host_and_version),
                cmocka_unit_test(quotes_in_match_are_letters_for_the_older_version),
                cmocka_unit_test(match_lines_that_are_no_match),
                cmocka_unit_test(algorithm_lists_start_from_the_version_s_own),
                cmocka_unit_test(an_update_may_change_what_a_version_knows),
                cmocka_unit_test(listeners_follow_ports_and_family),
                cmocka_unit_test(a_listener_with_a_name_cannot_be_told),
                cmocka_unit_test(homes_are_put_into_paths),
                cmocka_unit_test(subsystems_in_match_take_the_place_of_all_others),
                cmocka_unit_test(penalties_take_the_first_of_each),
                cmocka_unit_test(an_include_counts_where_it_stands),
                cmocka_unit_test(a_match_ends_with_the_included_file),
                cmocka_unit_test(a_match_within_an_include_within_a_match_needs_both),
                cmocka_unit_test(a_keyword_of_the_outside_in_a_file_included_by_a_match_stops_sshd),
                cmocka_unit_test(includes_that_go_round_stop_sshd),
                cmocka_unit_test(includes_that_go_round_the_second_time_end_every_connection),
                cmocka_unit_test(a_file_that_cannot_be_read_leaves_all_open),
                cmocka_unit_test(beyond_the_bounds_nothing_is_told),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
