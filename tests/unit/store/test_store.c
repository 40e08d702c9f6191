/* SPDX-License-Identifier: EUPL-1.2 */
/* Opening, enrolment, quarantine, and a disk that is full. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>

#include "unit/store/make.h"

static int set_up(void **state)
{
        *state = scratch_make();
        return 0;
}

static int tear_down(void **state)
{
        char *directory = *state;

        scratch_remove(&directory);
        return 0;
}

/* --- opening --------------------------------------------------------------------------------------------------- */

static int open_error(const char *directory, bool create)
{
        struct store *s = NULL;
        char *why = NULL;
        int r = store_open(directory, create, &s, &why);

        if (r < 0)
                assert_non_null(why);
        free(why);
        store_close(s);
        return r;
}

static void a_store_is_made_once(void **state)
{
        const char *directory = *state;

        assert_int_equal(open_error(directory, false), -ENOENT);
        assert_int_equal(open_error(directory, true), 0);
        assert_int_equal(open_error(directory, true), -EEXIST);
        assert_int_equal(open_error(directory, false), 0);
}

static int64_t number_in_file(const char *directory, const char *sql)
{
        _cleanup_free_ char *path = must_printf("%s/store.db", directory);
        sqlite3_stmt *q;
        sqlite3 *db;
        int64_t n;

        assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
        assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &q, NULL), SQLITE_OK);
        n = sqlite3_step(q) == SQLITE_ROW ? sqlite3_column_int64(q, 0) : 0;
        sqlite3_finalize(q);
        sqlite3_close(db);
        return n;
}

static void a_later_version_s_store_is_left_alone(void **state)
{
        const char *directory = *state;

        assert_int_equal(open_error(directory, true), 0);
        (void)number_in_file(directory, "PRAGMA user_version = 99");
        assert_int_equal(open_error(directory, false), -EPROTONOSUPPORT);
        assert_int_equal(number_in_file(directory, "PRAGMA user_version"), 99);
}

static void the_log_is_written_ahead(void **state)
{
        const char *directory = *state;

        assert_int_equal(open_error(directory, true), 0);
        assert_int_equal(
                number_in_file(directory, "SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'"), 1);
}

static void what_is_no_store_is_refused(void **state)
{
        const char *directory = *state;

        scratch_write(directory, "store.db", "this is a text of some length, and no database at all");
        assert_true(open_error(directory, false) < 0);
}

/* What was acknowledged was in it: a collector that goes on as if nothing had been would hide the loss. */
static void a_store_that_lost_its_content_is_refused(void **state)
{
        const char *directory = *state;
        struct store *s = store_fresh(directory);

        store_close(s);
        scratch_write(directory, "store.db", "");
        assert_int_equal(open_error(directory, false), -EBADMSG);
        assert_int_equal(open_error(directory, false), -EBADMSG); /* nor is it made by the first try */
}

static void the_secret_stays_the_same(void **state)
{
        unsigned char one[STORE_SECRET_BYTES], two[STORE_SECRET_BYTES], zero[STORE_SECRET_BYTES] = {0};
        struct store *s = store_fresh(*state);
        char *why;

        assert_int_equal(store_secret(s, one), 0);
        store_close(s);
        assert_int_equal(store_open(*state, false, &s, &why), 0);
        assert_int_equal(store_secret(s, two), 0);
        assert_memory_equal(one, two, sizeof(one));
        assert_memory_not_equal(one, zero, sizeof(one));
        store_close(s);
}

/* --- enrolment ------------------------------------------------------------------------------------------------- */

static void token(struct store *s, unsigned char hash[32], const char *org, int64_t expires)
{
        random_bytes(hash, 32);
        assert_int_equal(store_token_add(s, org, "web-01", hash, NOW, expires), 0);
}

static int enrol(struct store *s, const unsigned char hash[32], const char *host, const char *chain, const char *kid)
{
        _cleanup_free_ char *org = NULL;

        return store_enrol(s, hash, NOW, host, chain, kid, &org);
}

#define HOST_A  "3f2c1b0a-1111-4222-8333-444455556666"
#define HOST_B  "3f2c1b0a-1111-4222-8333-444455557777"
#define CHAIN_A "00112233445566778899aabbccddeeff"
#define CHAIN_B "ffeeddccbbaa99887766554433221100"
#define KID_A   "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define KID_B   "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBE"

static void a_token_is_good_once_and_until_its_end(void **state)
{
        struct store *s = store_fresh(*state);
        unsigned char one[32], two[32], wrong[32] = {0};

        token(s, one, "gemeente", NOW + 60);
        token(s, two, "gemeente", NOW);
        assert_int_equal(store_token_valid(s, one, NOW), 0);
        assert_int_equal(store_token_valid(s, two, NOW), -EACCES);
        assert_int_equal(enrol(s, wrong, HOST_A, CHAIN_A, KID_A), -EACCES);
        assert_int_equal(enrol(s, two, HOST_A, CHAIN_A, KID_A), -EACCES);
        assert_int_equal(store_host_known(s, HOST_A), 0);
        assert_int_equal(enrol(s, one, HOST_A, CHAIN_A, KID_A), 0);
        assert_int_equal(store_host_known(s, HOST_A), 1);
        assert_int_equal(enrol(s, one, HOST_A, CHAIN_A, KID_A), -EACCES);
        assert_int_equal(enrol(s, one, HOST_B, CHAIN_B, KID_B), -EACCES);
        store_close(s);
}

static void key_and_chain_belong_to_one_host(void **state)
{
        struct store *s = store_fresh(*state);
        unsigned char hash[32], other[32];
        struct store_host_key k;

        token(s, hash, "gemeente", NOW + 60);
        assert_int_equal(enrol(s, hash, HOST_A, CHAIN_A, KID_A), 0);
        token(s, hash, "gemeente", NOW + 60);
        assert_int_equal(enrol(s, hash, HOST_B, CHAIN_A, KID_B), -EEXIST);
        assert_int_equal(enrol(s, hash, HOST_B, CHAIN_B, KID_A), -EEXIST);
        assert_int_equal(enrol(s, hash, HOST_A, CHAIN_A, KID_B), -EEXIST);
        assert_int_equal(enrol(s, hash, HOST_A, CHAIN_B, KID_A), -EEXIST);
        /* Nothing was consumed, and nobody was registered by it. */
        assert_int_equal(store_host_known(s, HOST_B), 0);
        assert_int_equal(store_host_by_kid(s, KID_B, &k), -ENOENT);
        token(s, other, "provincie", NOW + 60);
        assert_int_equal(enrol(s, other, HOST_A, CHAIN_B, KID_B), -EEXIST);
        /* The same three once more, and a new chain of a known host, are fine. */
        assert_int_equal(enrol(s, hash, HOST_A, CHAIN_A, KID_A), 0);
        token(s, hash, "gemeente", NOW + 60);
        assert_int_equal(enrol(s, hash, HOST_A, CHAIN_B, KID_B), 0);
        assert_int_equal(store_host_by_kid(s, KID_B, &k), 0);
        assert_string_equal(k.org, "gemeente");
        assert_string_equal(k.host_id, HOST_A);
        assert_string_equal(k.chain, CHAIN_B);
        assert_null(k.key_jwk);
        store_host_key_free(&k);
        store_close(s);
}

static void the_key_comes_from_the_genesis(void **state)
{
        struct store *s = store_fresh(*state);
        _cleanup_host_ struct host h = host_make();
        _cleanup_free_ char *genesis = host_genesis(&h);
        _cleanup_json_ json_t *jwk = jose_key_to_jwk(h.key), *stored = NULL;
        struct store_host_key k;

        store_register(s, &h, "gemeente", "web-01");
        assert_int_equal(store_line(s, genesis), 0);
        assert_int_equal(store_host_by_kid(s, jose_key_id(h.key), &k), 0);
        stored = parsed(k.key_jwk);
        assert_true(json_equal(jwk, stored));
        store_host_key_free(&k);
        store_close(s);
}

static void a_name_in_the_inventory_follows_the_token(void **state)
{
        struct store *s = store_fresh(*state);
        _cleanup_host_ struct host h = host_make();
        _cleanup_json_ json_t *hosts = NULL;

        store_register(s, &h, "gemeente", "old-name");
        store_register(s, &h, "gemeente", "new-name");
        hosts = store_hosts(s, "gemeente", NOW);
        assert_int_equal(json_array_size(hosts), 1);
        assert_string_equal(json_member_string(json_array_get(hosts, 0), "name"), "new-name");
        store_close(s);
}

/* --- quarantine ------------------------------------------------------------------------------------------------ */

static void quarantine_is_bounded(void **state)
{
        _cleanup_free_ char *big = must_alloc(STORE_QUARANTINE_LINE_BYTES * 2);
        struct store *s = store_fresh(*state);
        unsigned i;

        assert_int_equal(store_begin(s), 0);
        for (i = 0; i < STORE_QUARANTINE_LINES + 100; i++)
                assert_int_equal(store_quarantine(s, "malformed", NULL, i, "x", 1, NOW), 0);
        assert_int_equal(store_commit(s), 0);
        assert_int_equal(number_in_file(*state, "SELECT count(*) FROM quarantine"), STORE_QUARANTINE_LINES);
        assert_int_equal(number_in_file(*state, "SELECT min(seq) FROM quarantine"), 100);
        memset(big, 'x', STORE_QUARANTINE_LINE_BYTES * 2);
        assert_int_equal(store_begin(s), 0);
        for (i = 0; i < 300; i++)
                assert_int_equal(
                        store_quarantine(s, "signature", CHAIN_A, 1, big, STORE_QUARANTINE_LINE_BYTES * 2, NOW), 0);
        assert_int_equal(store_commit(s), 0);
        assert_true(number_in_file(*state, "SELECT sum(length(line)) FROM quarantine") <= STORE_QUARANTINE_BYTES);
        assert_int_equal(number_in_file(*state, "SELECT max(length(line)) FROM quarantine"),
                         STORE_QUARANTINE_LINE_BYTES);
        store_close(s);
}

/* --- failing --------------------------------------------------------------------------------------------------- */

static int try_line(struct store *s, const char *line)
{
        struct store_record r = {.received = NOW};
        struct store_added added;
        struct record record;
        struct jws j = {0};
        int e;

        assert_int_equal(jws_parse(line, strlen(line), 0, &j, NULL), 0);
        r.payload = json_incref(j.payload);
        assert_int_equal(record_read(r.payload, &record, NULL), 0);
        r.jws = &j;
        r.record = &record;
        e = store_begin(s);
        if (e >= 0)
                e = store_add(s, &r, &added);
        if (e >= 0)
                e = store_commit(s);
        if (e < 0)
                store_rollback(s);
        json_decref(r.payload);
        jws_free(&j);
        return e;
}

static void a_full_disk_loses_nothing_that_was_acknowledged(void **state)
{
        struct store *s = store_fresh(*state);
        _cleanup_host_ struct host h = host_make();
        struct rlimit limit, small;
        uint64_t stored = 0;
        char *why;
        int r = 0;

        store_register(s, &h, "gemeente", "web-01");
        assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
        (void)signal(SIGXFSZ, SIG_IGN);
        small = limit;
        small.rlim_cur = 512 * 1024;
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
        while (stored < 10000) {
                struct host before = h;
                _cleanup_free_ char *line =
                        stored == 0 ? host_genesis(&h)
                                    : host_says(&h, "heartbeat", "\"state\":{\"full\":null,\"last\":null}");

                r = try_line(s, line);
                if (r < 0) {
                        h = before;
                        break;
                }
                stored++;
        }
        assert_true(r < 0);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
        assert_int_equal(main_position(s, &h).seq, stored);
        assert_string_equal(main_position(s, &h).hash, h.hash);
        store_close(s);
        assert_int_equal(store_open(*state, false, &s, &why), 0);
        assert_int_equal(main_position(s, &h).seq, stored);
        _cleanup_free_ char *next = host_says(&h, "heartbeat", "\"state\":{\"full\":null,\"last\":null}");

        assert_int_equal(try_line(s, next), 0);
        assert_int_equal(main_position(s, &h).seq, stored + 1);
        store_close(s);
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(a_store_is_made_once, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_later_version_s_store_is_left_alone, set_up, tear_down),
                cmocka_unit_test_setup_teardown(the_log_is_written_ahead, set_up, tear_down),
                cmocka_unit_test_setup_teardown(what_is_no_store_is_refused, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_store_that_lost_its_content_is_refused, set_up, tear_down),
                cmocka_unit_test_setup_teardown(the_secret_stays_the_same, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_token_is_good_once_and_until_its_end, set_up, tear_down),
                cmocka_unit_test_setup_teardown(key_and_chain_belong_to_one_host, set_up, tear_down),
                cmocka_unit_test_setup_teardown(the_key_comes_from_the_genesis, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_name_in_the_inventory_follows_the_token, set_up, tear_down),
                cmocka_unit_test_setup_teardown(quarantine_is_bounded, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_full_disk_loses_nothing_that_was_acknowledged, set_up, tear_down),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
