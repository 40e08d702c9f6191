/* SPDX-License-Identifier: EUPL-1.2 */
/* init, token, verify and the configuration: what they make, and what they refuse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <sqlite3.h>

#include "collector/config.h"
#include "unit/collector/serving.h"

static int set_up(void **state)
{
        struct serving *s = must_alloc(sizeof(*s));

        s->directory = scratch_make();
        s->config = must_printf("%s/collector.yml", s->directory);
        *state = s;
        return 0;
}

static int tear_down(void **state)
{
        serving_drop(*state);
        free(*state);
        return 0;
}

static mode_t mode_of(const struct serving *s, const char *name)
{
        _cleanup_free_ char *path = must_printf("%s/%s", s->directory, name);
        struct stat st;

        assert_int_equal(stat(path, &st), 0);
        return st.st_mode & 07777;
}

static void init_makes_all_and_overwrites_nothing(void **state)
{
        struct serving *s = *state;
        _cleanup_free_ char *key = NULL, *same = NULL;

        assert_int_equal(RUN(s, NULL, "init", "--name", "collector.example.nl"), 0);
        assert_int_equal(mode_of(s, "state/ca"), 0700);
        assert_int_equal(mode_of(s, "state/ca/key.pem"), 0600);
        assert_int_equal(mode_of(s, "state/tls/server-key.pem"), 0640);
        assert_int_equal(mode_of(s, "state/store"), 02770);
        assert_int_equal(mode_of(s, "state/store/store.db"), 0660);
        key = scratch_read(s->directory, "state/ca/key.pem");
        assert_int_equal(RUN(s, NULL, "init", "--name", "collector.example.nl"), EXIT_USAGE);
        /* Not even where the configuration is gone. */
        assert_int_equal(unlink(s->config), 0);
        assert_int_equal(RUN(s, NULL, "init", "--name", "collector.example.nl"), EXIT_FAILED);
        same = scratch_read(s->directory, "state/ca/key.pem");
        assert_string_equal(key, same);
        assert_false(scratch_exists(s->directory, "collector.yml"));
}

static void init_wants_names_that_can_stand_in_a_certificate(void **state)
{
        struct serving *s = *state;

        assert_int_equal(RUN(s, NULL, "init"), EXIT_USAGE);
        assert_int_equal(RUN(s, NULL, "init", "--name", "no name"), EXIT_USAGE);
        assert_false(scratch_exists(s->directory, "collector.yml"));
}

static void what_init_writes_is_what_is_read(void **state)
{
        struct serving *s = *state;
        _cleanup_config_ struct collector_config c = {0};
        _cleanup_free_ char *other = must_printf("%s/a \"b\" \\c: #", s->directory);

        assert_int_equal(RUN(s, NULL, "init", "--name", "localhost", "--name", "::1", "--state", other), 0);
        assert_int_equal(collector_config_load(s->config, &c), 0);
        assert_string_equal(c.state, other);
        assert_int_equal(c.name_count, 2);
        assert_string_equal(c.names[1], "::1");
        assert_string_equal(c.records, "127.0.0.1:8443");
        assert_string_equal(c.est, "127.0.0.1:8444");
        assert_string_equal(c.web, "127.0.0.1:8480");
}

static void a_configuration_with_a_mistake_is_refused(void **state)
{
        static const char *const texts[] = {
                "",
                "[]",
                "names: []",
                "names: localhost",
                "names: [localhost]\nunknown: 1",
                "names: [localhost]\nstate: relative",
                "names: [localhost]\nrecords: {port: 1}",
                "names: [localhost]\nrecords: 8443",
                "names: [\"a\\nb\"]",
                "names: [localhost]\norganisation: \"\"",
        };
        struct serving *s = *state;
        size_t i;

        for (i = 0; i < ELEMENTS(texts); i++) {
                scratch_write(s->directory, "collector.yml", texts[i]);
                assert_int_equal(RUN(s, NULL, "serve"), EXIT_USAGE);
                assert_int_equal(RUN(s, NULL, "token", "--host", "web-01"), EXIT_USAGE);
                assert_int_equal(RUN(s, NULL, "verify"), EXIT_USAGE);
        }
}

static void pages_are_served_on_loopback_alone(void **state)
{
        static const char *const addresses[] = {"0.0.0.0:0",    "[::]:0", "192.0.2.1:80",
                                                "localhost:80", "x",      "127.0.0.1:99999"};
        struct serving *s = *state;
        size_t i;

        assert_int_equal(RUN(s, NULL, "init", "--name", "localhost"), 0);
        for (i = 0; i < ELEMENTS(addresses); i++) {
                _cleanup_free_ char *text = must_printf(
                        "names: [localhost]\nstate: \"%s/state\"\nweb: {listen: \"%s\"}\n", s->directory, addresses[i]);

                scratch_write(s->directory, "collector.yml", text);
                assert_int_equal(RUN(s, NULL, "serve", "--only", "web"), EXIT_FAILED);
        }
}

static void a_token_has_secret_and_pin_and_only_its_hash_is_kept(void **state)
{
        struct serving *s = *state;
        _cleanup_free_ char *one = NULL, *two = NULL, *pin = NULL, *ca = NULL, *store = NULL, *secret = NULL;

        assert_int_equal(RUN(s, NULL, "init", "--name", "localhost"), 0);
        assert_int_equal(RUN(s, &one, "token", "--host", "web-01"), 0);
        assert_int_equal(RUN(s, &two, "token", "--host", "web-01", "--org", "Provincie", "--valid", "P1D"), 0);
        assert_string_not_equal(one, two);
        assert_int_equal(strlen(one), strlen("bae1..\n") + 43 + 43);
        assert_int_equal(strncmp(one, "bae1.", 5), 0);
        ca = must_printf("%s/state/tls/ca.pem", s->directory);
        pin = ca_pin_of_file(ca);
        assert_int_equal(strncmp(one + 5 + 43 + 1, pin, 43), 0);
        secret = must_strndup(one + 5, 43);
        store = scratch_read(s->directory, "state/store/store.db");
        assert_non_null(store);
        assert_null(memmem(store, 1 << 14, secret, 43));
}

static void token_wants_a_host_and_a_term(void **state)
{
        struct serving *s = *state;

        assert_int_equal(RUN(s, NULL, "init", "--name", "localhost"), 0);
        assert_int_equal(RUN(s, NULL, "token"), EXIT_USAGE);
        assert_int_equal(RUN(s, NULL, "token", "--host", ""), EXIT_USAGE);
        assert_int_equal(RUN(s, NULL, "token", "--host", "a\nb"), EXIT_USAGE);
        assert_int_equal(RUN(s, NULL, "token", "--host", "web-01", "--valid", "1 hour"), EXIT_USAGE);
}

static void options_belong_to_their_command(void **state)
{
        struct serving *s = *state;
        _cleanup_free_ char *help = NULL, *version = NULL;

        assert_int_equal(RUN(s, NULL, "nonsense"), EXIT_USAGE);
        assert_int_equal(RUN(s, NULL, "verify", "--host", "x"), EXIT_USAGE);
        assert_int_equal(RUN(s, NULL, "serve", "--only", "all"), EXIT_USAGE);
        assert_int_equal(RUN(s, NULL, "serve", "now"), EXIT_USAGE);
        assert_int_equal(RUN(s, NULL, "init", "--state", "relative", "--name", "x"), EXIT_USAGE);
        assert_int_equal(RUN(s, &help, "--help"), 0);
        assert_non_null(strstr(help, "token --host NAME"));
        assert_int_equal(RUN(s, &version, "--version"), 0);
        assert_non_null(strstr(version, BIOAGENT_VERSION));
}

/* --- verify ---------------------------------------------------------------------------------------------------- */

static struct store *filled_store(const struct serving *s, struct host *h)
{
        _cleanup_free_ char *directory = must_printf("%s/state/store", s->directory), *genesis = NULL;
        _cleanup_free_ char *result = a_result("accounts.uid0", "fail", ""), *full = NULL, *beat = NULL;
        struct store *store = NULL;
        char *why = NULL;

        assert_int_equal(RUN(s, NULL, "init", "--name", "localhost"), 0);
        assert_int_equal(store_open(directory, false, &store, &why), 0);
        *h = host_make();
        store_register(store, h, "gemeente", "web-01");
        genesis = host_genesis(h);
        full = host_full(h, result, "");
        beat = host_says(h, "heartbeat", "\"state\":{\"full\":null,\"last\":null}");
        assert_int_equal(store_line(store, genesis), 0);
        assert_int_equal(store_line(store, full), 0);
        assert_int_equal(store_line(store, beat), 0);
        return store;
}

static void change_store(const struct serving *s, const char *sql)
{
        _cleanup_free_ char *path = must_printf("%s/state/store/store.db", s->directory);
        sqlite3 *db;

        assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
        assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
        assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void verify_finds_what_was_changed_in_the_store(void **state)
{
        static const struct {
                const char *sql;
                int status;
        } cases[] = {
                {"SELECT 1", 0},
                {"DELETE FROM disclosures", 0},
                {"UPDATE disclosures SET text = replace(text, 'W', 'X')", EXIT_BROKEN},
                {"UPDATE record SET jws = substr(jws, 1, length(jws) - 4) || 'AAAA' WHERE seq = 2", EXIT_BROKEN},
                {"UPDATE record SET jws = replace(jws, '.', 'A.') WHERE seq = 2", EXIT_BROKEN},
                {"DELETE FROM record WHERE seq = 3", EXIT_BROKEN},
                {"DELETE FROM record WHERE seq = 2", EXIT_BROKEN},
                {"DELETE FROM record WHERE seq = 1", EXIT_BROKEN},
                {"DELETE FROM record", EXIT_BROKEN},
                {"UPDATE chain SET kid = '"
                 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                 "'",
                 EXIT_BROKEN},
        };
        struct serving *s = *state;
        size_t i;

        for (i = 0; i < ELEMENTS(cases); i++) {
                _cleanup_host_ struct host h = {0};
                _cleanup_free_ char *output = NULL;

                store_close(filled_store(s, &h));
                change_store(s, cases[i].sql);
                if (RUN(s, &output, "verify") != cases[i].status)
                        fail_msg("%s: %s", cases[i].sql, output);
                scratch_remove(&s->directory);
                s->directory = scratch_make();
                free(s->config);
                s->config = must_printf("%s/collector.yml", s->directory);
        }
}

static void verify_counts_and_names_forks(void **state)
{
        struct serving *s = *state;
        _cleanup_host_ struct host h = {0};
        _cleanup_free_ char *output = NULL, *other = NULL, *sound = NULL;
        struct store *store = filled_store(s, &h);
        struct host clone;

        assert_int_equal(RUN(s, &sound, "verify"), 0);
        assert_non_null(strstr(sound, "valid: 3 records in 1 chain, 1 disclosures;"));
        clone = h;
        clone.seq = 2;
        memcpy(clone.hash, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", sizeof(clone.hash));
        other = host_says(&clone, "heartbeat", "\"state\":{\"full\":null,\"last\":null}");
        assert_int_equal(store_line(store, other), STORE_FORK);
        store_close(store);
        assert_int_equal(RUN(s, &output, "verify"), EXIT_BROKEN);
        assert_non_null(strstr(output, "1 forks, 0 broken"));
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(init_makes_all_and_overwrites_nothing, set_up, tear_down),
                cmocka_unit_test_setup_teardown(init_wants_names_that_can_stand_in_a_certificate, set_up, tear_down),
                cmocka_unit_test_setup_teardown(what_init_writes_is_what_is_read, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_configuration_with_a_mistake_is_refused, set_up, tear_down),
                cmocka_unit_test_setup_teardown(pages_are_served_on_loopback_alone, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_token_has_secret_and_pin_and_only_its_hash_is_kept, set_up,
                                                tear_down),
                cmocka_unit_test_setup_teardown(token_wants_a_host_and_a_term, set_up, tear_down),
                cmocka_unit_test_setup_teardown(options_belong_to_their_command, set_up, tear_down),
                cmocka_unit_test_setup_teardown(verify_finds_what_was_changed_in_the_store, set_up, tear_down),
                cmocka_unit_test_setup_teardown(verify_counts_and_names_forks, set_up, tear_down),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
