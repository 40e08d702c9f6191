/* SPDX-License-Identifier: EUPL-1.2 */
/* What is acknowledged, marked and asked for again, whatever the order in which records arrive. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "unit/store/make.h"

struct fixture {
        char *directory;
        struct store *store;
        struct host host;
        char *lines[10]; /* numbers 1 to 9 */
};

static int set_up(void **state)
{
        struct fixture *f = must_alloc(sizeof(*f));
        size_t i;

        f->directory = scratch_make();
        f->store = store_fresh(f->directory);
        f->host = host_make();
        store_register(f->store, &f->host, "gemeente", "web-01");
        f->lines[1] = host_genesis(&f->host);
        for (i = 2; i < ELEMENTS(f->lines); i++)
                f->lines[i] = host_says(&f->host, "heartbeat", "\"state\":{\"full\":null,\"last\":null}");
        *state = f;
        return 0;
}

static int tear_down(void **state)
{
        struct fixture *f = *state;
        size_t i;

        for (i = 0; i < ELEMENTS(f->lines); i++)
                free(f->lines[i]);
        store_close(f->store);
        scratch_remove(&f->directory);
        host_drop(&f->host);
        free(f);
        return 0;
}

static void expect_position(struct fixture *f, uint64_t seq, uint64_t want)
{
        struct store_position p = main_position(f->store, &f->host);

        assert_int_equal(p.seq, seq);
        assert_int_equal(p.want, want);
}

static void hash_of(const char *line, char out[static JWS_HASH_TEXT])
{
        struct jws j = {0};

        assert_int_equal(jws_parse(line, strlen(line), 0, &j, NULL), 0);
        memcpy(out, j.hash, JWS_HASH_TEXT);
        jws_free(&j);
}

static void records_in_order_are_acknowledged(void **state)
{
        struct fixture *f = *state;
        struct store_position p;
        uint64_t i;

        expect_position(f, 0, 0);
        for (i = 1; i < ELEMENTS(f->lines); i++) {
                assert_int_equal(store_line(f->store, f->lines[i]), 0);
                expect_position(f, i, 0);
        }
        p = main_position(f->store, &f->host);
        assert_string_equal(p.hash, f->host.hash);
}

static void a_copy_is_not_stored_again(void **state)
{
        struct fixture *f = *state;

        assert_int_equal(store_line(f->store, f->lines[1]), 0);
        assert_int_equal(store_line(f->store, f->lines[2]), 0);
        assert_int_equal(store_line(f->store, f->lines[1]), ~0u);
        assert_int_equal(store_line(f->store, f->lines[2]), ~0u);
        expect_position(f, 2, 0);
}

static void a_hole_is_marked_asked_for_and_filled(void **state)
{
        struct fixture *f = *state;

        assert_int_equal(store_line(f->store, f->lines[1]), 0);
        assert_int_equal(store_line(f->store, f->lines[4]), STORE_HOLE);
        assert_int_equal(store_line(f->store, f->lines[5]), 0);
        expect_position(f, 1, 2);
        assert_int_equal(store_line(f->store, f->lines[3]), STORE_HOLE | STORE_LATE);
        expect_position(f, 1, 2);
        assert_int_equal(store_line(f->store, f->lines[2]), STORE_LATE);
        expect_position(f, 5, 0);
        assert_int_equal(store_line(f->store, f->lines[6]), 0);
        expect_position(f, 6, 0);
}

static void without_a_genesis_nothing_is_acknowledged(void **state)
{
        struct fixture *f = *state;

        assert_int_equal(store_line(f->store, f->lines[3]), STORE_HOLE);
        expect_position(f, 0, 1);
        assert_int_equal(store_line(f->store, f->lines[1]), STORE_LATE);
        expect_position(f, 1, 2);
        assert_int_equal(store_line(f->store, f->lines[2]), STORE_LATE);
        expect_position(f, 3, 0);
}

/* --- gaps ------------------------------------------------------------------------------------------------------ */

static char *gap(struct host *h, uint64_t from, uint64_t to, const char *hash)
{
        _cleanup_free_ char *own = must_printf("\"from\":%ju,\"to\":%ju,\"hash\":\"%s\",\"reason\":\"full\"",
                                               (uintmax_t)from, (uintmax_t)to, hash);

        return host_says(h, "gap", own);
}

static void a_gap_declares_what_is_lost(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *line = NULL;
        char lost[JWS_HASH_TEXT];

        assert_int_equal(store_line(f->store, f->lines[1]), 0);
        assert_int_equal(store_line(f->store, f->lines[5]), STORE_HOLE);
        for (size_t i = 6; i < ELEMENTS(f->lines); i++)
                assert_int_equal(store_line(f->store, f->lines[i]), 0);
        expect_position(f, 1, 2);
        hash_of(f->lines[4], lost);
        line = gap(&f->host, 2, 4, lost);
        assert_int_equal(store_line(f->store, line), 0);
        expect_position(f, 10, 0);
}

static void a_gap_with_another_hash_declares_nothing(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *line = NULL;
        char other[JWS_HASH_TEXT];

        assert_int_equal(store_line(f->store, f->lines[1]), 0);
        for (size_t i = 5; i < ELEMENTS(f->lines); i++)
                (void)store_line(f->store, f->lines[i]);
        hash_of(f->lines[3], other);
        line = gap(&f->host, 2, 4, other);
        assert_int_equal(store_line(f->store, line), 0);
        expect_position(f, 1, 2);
}

static void a_gap_does_not_bridge_more_than_it_says(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *line = NULL;
        char lost[JWS_HASH_TEXT];

        assert_int_equal(store_line(f->store, f->lines[1]), 0);
        for (size_t i = 5; i < ELEMENTS(f->lines); i++)
                (void)store_line(f->store, f->lines[i]);
        hash_of(f->lines[4], lost);
        line = gap(&f->host, 3, 4, lost);
        assert_int_equal(store_line(f->store, line), 0);
        expect_position(f, 1, 2);
        /* Until the rest has arrived. */
        assert_int_equal(store_line(f->store, f->lines[2]), STORE_LATE);
        expect_position(f, 10, 0);
}

static void gaps_that_follow_each_other_bridge_together(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *first = NULL, *second = NULL;
        char lost[2][JWS_HASH_TEXT];

        assert_int_equal(store_line(f->store, f->lines[1]), 0);
        for (size_t i = 5; i < ELEMENTS(f->lines); i++)
                (void)store_line(f->store, f->lines[i]);
        hash_of(f->lines[2], lost[0]);
        hash_of(f->lines[4], lost[1]);
        second = gap(&f->host, 3, 4, lost[1]);
        assert_int_equal(store_line(f->store, second), 0);
        expect_position(f, 1, 2);
        first = gap(&f->host, 2, 2, lost[0]);
        assert_int_equal(store_line(f->store, first), 0);
        expect_position(f, 11, 0);
}

static void a_gap_declares_nothing_that_does_not_come_before_it(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *early = NULL, *behind = NULL;
        char lost[JWS_HASH_TEXT];

        for (size_t i = 1; i < ELEMENTS(f->lines); i++)
                (void)store_line(f->store, f->lines[i]);
        memset(lost, 'A', sizeof(lost) - 1);
        lost[sizeof(lost) - 1] = '\0';
        early = gap(&f->host, 11, 19, lost);
        assert_int_equal(store_line(f->store, early), 0);
        expect_position(f, 10, 0);
        f->host.seq = 19;
        memcpy(f->host.hash, lost, sizeof(lost));
        behind = host_says(&f->host, "heartbeat", "\"state\":{\"full\":null,\"last\":null}");
        assert_int_equal(store_line(f->store, behind), STORE_HOLE);
        expect_position(f, 10, 11);
}

/* --- forks ----------------------------------------------------------------------------------------------------- */

static void a_fork_is_stored_and_acknowledged_on_its_own_branch(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *second = NULL, *third = NULL;
        struct host clone = f->host;
        struct store_position p;

        for (size_t i = 1; i <= 4; i++)
                assert_int_equal(store_line(f->store, f->lines[i]), 0);
        clone.seq = 2;
        hash_of(f->lines[2], clone.hash);
        clone.made++;
        second = host_says(&clone, "heartbeat", "\"state\":{\"full\":null,\"last\":null}");
        assert_int_equal(store_line(f->store, second), STORE_FORK);
        third = host_says(&clone, "heartbeat", "\"state\":{\"full\":null,\"last\":null}");
        assert_int_equal(store_line(f->store, third), STORE_FORK);
        p = position_of(f->store, &f->host, clone.seq, clone.hash);
        assert_int_equal(p.seq, 4);
        assert_string_equal(p.hash, clone.hash);
        /* The first branch goes on as if nothing were. */
        p = main_position(f->store, &f->host);
        assert_int_equal(p.seq, 4);
        assert_string_not_equal(p.hash, clone.hash);
        assert_int_equal(store_line(f->store, f->lines[5]), 0);
        expect_position(f, 5, 0);
        assert_int_equal(store_line(f->store, second), ~0u);
}

static void a_branch_whose_beginning_is_missing_is_asked_for(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *second = NULL, *third = NULL;
        struct host clone = f->host;
        struct store_position p;

        for (size_t i = 1; i <= 4; i++)
                assert_int_equal(store_line(f->store, f->lines[i]), 0);
        clone.seq = 2;
        hash_of(f->lines[2], clone.hash);
        clone.made++;
        second = host_says(&clone, "heartbeat", "\"state\":{\"full\":null,\"last\":null}");
        third = host_says(&clone, "heartbeat", "\"state\":{\"full\":null,\"last\":null}");
        assert_int_equal(store_line(f->store, third), STORE_FORK);
        p = position_of(f->store, &f->host, clone.seq, clone.hash);
        assert_int_equal(p.want, 3);
        assert_int_equal(store_line(f->store, second), STORE_FORK);
        p = position_of(f->store, &f->host, clone.seq, clone.hash);
        assert_int_equal(p.seq, 4);
        assert_int_equal(p.want, 0);
        assert_string_equal(p.hash, clone.hash);
}

static void a_late_record_of_another_branch_does_not_fill_a_hole(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *other = NULL;
        struct host clone = f->host;

        assert_int_equal(store_line(f->store, f->lines[1]), 0);
        assert_int_equal(store_line(f->store, f->lines[3]), STORE_HOLE);
        clone.seq = 1;
        hash_of(f->lines[1], clone.hash);
        clone.made++;
        other = host_says(&clone, "heartbeat", "\"state\":{\"full\":null,\"last\":null}");
        assert_true(store_line(f->store, other) & STORE_FORK);
        expect_position(f, 1, 2);
        assert_int_equal(store_line(f->store, f->lines[2]), STORE_LATE);
        expect_position(f, 3, 0);
}

static void a_second_genesis_is_a_fork(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *other = NULL;
        struct host clone = f->host;

        assert_int_equal(store_line(f->store, f->lines[1]), 0);
        clone.seq = 0;
        clone.made++;
        other = host_genesis(&clone);
        assert_int_equal(store_line(f->store, other), STORE_FORK);
        expect_position(f, 1, 0);
}

/* --- clocks, disclosures --------------------------------------------------------------------------------------- */

static void odd_clocks_are_marked_and_do_not_block(void **state)
{
        struct fixture *f = *state;
        _cleanup_host_ struct host h = host_make();
        static const struct {
                int64_t made;
                unsigned marks;
        } cases[] = {
                {NOW, 0},     {NOW + 200, 0},           {NOW + 301, STORE_CLOCK},
                {NOW + 1, 0}, {NOW - 300, STORE_CLOCK}, {NOW - 500LL * 86400, STORE_CLOCK},
        };

        store_register(f->store, &h, "gemeente", "web-02");
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                _cleanup_free_ char *line = NULL;

                h.made = cases[i].made;
                line = i == 0 ? host_genesis(&h)
                              : host_says(&h, "heartbeat", "\"state\":{\"full\":null,\"last\":null}");
                assert_int_equal(store_line(f->store, line), cases[i].marks);
                assert_int_equal(main_position(f->store, &h).seq, i + 1);
        }
}

static int count_disclosures(const char *line, size_t length, void *user)
{
        int *count = user;
        struct jws j = {0};

        assert_int_equal(jws_parse(line, length, 0, &j, NULL), 0);
        *count += (int)j.disclosure_count;
        jws_free(&j);
        return 0;
}

static void a_later_copy_adds_disclosures_that_were_missing(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *result = a_result("accounts.uid0", "fail", ""), *line = NULL, *bare = NULL;
        _cleanup_host_ struct host h = host_make();
        _cleanup_free_ char *genesis = host_genesis(&h);
        int count = 0;

        store_register(f->store, &h, "gemeente", "web-03");
        assert_int_equal(store_line(f->store, genesis), 0);
        line = host_full(&h, result, "");
        bare = must_strndup(line, strcspn(line, "~") + 1);
        assert_int_equal(store_line(f->store, bare), STORE_INCOMPLETE);
        assert_int_equal(store_each(f->store, h.chain, count_disclosures, &count), 0);
        assert_int_equal(count, 0);
        assert_int_equal(store_line(f->store, line), ~0u);
        assert_int_equal(store_each(f->store, h.chain, count_disclosures, &count), 0);
        assert_int_equal(count, 1);
        assert_int_equal(store_line(f->store, line), ~0u);
        count = 0;
        assert_int_equal(store_each(f->store, h.chain, count_disclosures, &count), 0);
        assert_int_equal(count, 1);
}

static void what_is_rolled_back_was_never_there(void **state)
{
        struct fixture *f = *state;
        struct store_record r = {.received = NOW};
        struct store_added added;
        struct record record;
        struct jws j = {0};

        assert_int_equal(jws_parse(f->lines[1], strlen(f->lines[1]), 0, &j, NULL), 0);
        r.payload = json_incref(j.payload);
        assert_int_equal(record_read(r.payload, &record, NULL), 0);
        r.jws = &j;
        r.record = &record;
        assert_int_equal(store_begin(f->store), 0);
        assert_int_equal(store_add(f->store, &r, &added), 0);
        store_rollback(f->store);
        expect_position(f, 0, 0);
        assert_int_equal(store_line(f->store, f->lines[1]), 0);
        json_decref(r.payload);
        jws_free(&j);
}

static void a_chain_that_is_not_registered_is_not_taken(void **state)
{
        struct fixture *f = *state;
        _cleanup_host_ struct host h = host_make();
        _cleanup_free_ char *line = host_genesis(&h);
        struct store_record r = {.received = NOW};
        struct store_added added;
        struct record record;
        struct jws j = {0};

        assert_int_equal(jws_parse(line, strlen(line), 0, &j, NULL), 0);
        r.payload = json_incref(j.payload);
        assert_int_equal(record_read(r.payload, &record, NULL), 0);
        r.jws = &j;
        r.record = &record;
        assert_int_equal(store_begin(f->store), 0);
        assert_int_equal(store_add(f->store, &r, &added), -ENOENT);
        store_rollback(f->store);
        json_decref(r.payload);
        jws_free(&j);
}

/* Every order of arrival leads to the same. */
static void any_order_ends_the_same(void **state)
{
        struct fixture *f = *state;
        unsigned order = 7;

        for (unsigned round = 0; round < 20; round++) {
                _cleanup_host_ struct host h = host_make();
                char *lines[6];
                size_t left = ELEMENTS(lines);

                store_register(f->store, &h, "gemeente", "web-xx");
                for (size_t i = 0; i < ELEMENTS(lines); i++)
                        lines[i] = i == 0 ? host_genesis(&h)
                                          : host_says(&h, "heartbeat", "\"state\":{\"full\":null,\"last\":null}");
                while (left > 0) {
                        size_t at = (order = order * 1103515245u + 12345u) / 65536u % left;
                        char *line = lines[at];

                        lines[at] = lines[--left];
                        assert_false(store_line(f->store, line) & STORE_FORK);
                        free(line);
                }
                assert_int_equal(main_position(f->store, &h).seq, ELEMENTS(lines));
                assert_int_equal(main_position(f->store, &h).want, 0);
                assert_string_equal(main_position(f->store, &h).hash, h.hash);
        }
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(records_in_order_are_acknowledged, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_copy_is_not_stored_again, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_hole_is_marked_asked_for_and_filled, set_up, tear_down),
                cmocka_unit_test_setup_teardown(without_a_genesis_nothing_is_acknowledged, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_gap_declares_what_is_lost, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_gap_with_another_hash_declares_nothing, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_gap_does_not_bridge_more_than_it_says, set_up, tear_down),
                cmocka_unit_test_setup_teardown(gaps_that_follow_each_other_bridge_together, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_gap_declares_nothing_that_does_not_come_before_it, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_fork_is_stored_and_acknowledged_on_its_own_branch, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_branch_whose_beginning_is_missing_is_asked_for, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_late_record_of_another_branch_does_not_fill_a_hole, set_up,
                                                tear_down),
                cmocka_unit_test_setup_teardown(a_second_genesis_is_a_fork, set_up, tear_down),
                cmocka_unit_test_setup_teardown(odd_clocks_are_marked_and_do_not_block, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_later_copy_adds_disclosures_that_were_missing, set_up, tear_down),
                cmocka_unit_test_setup_teardown(what_is_rolled_back_was_never_there, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_chain_that_is_not_registered_is_not_taken, set_up, tear_down),
                cmocka_unit_test_setup_teardown(any_order_ends_the_same, set_up, tear_down),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
