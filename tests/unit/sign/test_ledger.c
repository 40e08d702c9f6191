/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "make.h"

#define DAY (24 * 3600)

static const char *reason(const struct place *p)
{
        return json_member_string(p->previous, "reason");
}

/* A chain with genesis, start, a full that passes and a change that fails. */
static void make_chain(struct place *p)
{
        place_make(p);
        place_open(p);
        place_append(p, RECORD_GENESIS, NULL);
        place_append(p, RECORD_START, "{\"clean\":true,\"boot_id\":null}");
        place_append(p, RECORD_FULL, MAKE_FULL("pass"));
        place_append(p, RECORD_CHANGE, MAKE_CHANGE("fail"));
}

static void records_make_a_chain_that_verifies(void **state)
{
        _cleanup_place_ struct place p;

        (void)state;
        make_chain(&p);
        assert_true(json_is_null(p.previous));
        assert_int_equal(place_verify(&p, p.ledger.chain), 4);
}

static void it_goes_on_where_the_spool_ends(void **state)
{
        _cleanup_place_ struct place p;
        char chain[RECORD_CHAIN_TEXT];

        (void)state;
        make_chain(&p);
        memcpy(chain, p.ledger.chain, sizeof(chain));
        place_reopen(&p);
        assert_string_equal(p.ledger.chain, chain);
        assert_int_equal(p.ledger.seq, 4);
        assert_int_equal(p.ledger.kind, RECORD_CHANGE);
        place_append(&p, RECORD_STOP, "{\"clean\":true,\"boot_id\":null}");
        assert_int_equal(place_verify(&p, chain), 5);
}

static void the_state_is_read_back_from_the_newest_full_and_its_changes(void **state)
{
        _cleanup_place_ struct place p;

        (void)state;
        make_chain(&p);
        place_append(&p, RECORD_HEARTBEAT, "{\"state\":{}}");
        place_reopen(&p);
        assert_string_equal(place_status(&p), "fail");
        assert_int_equal(p.ledger.state.full_seq, 3);
        assert_int_equal(p.ledger.state.last_seq, 4);
        assert_string_equal(p.ledger.agent, "1");
        place_append(&p, RECORD_FULL, MAKE_FULL("manual"));
        place_reopen(&p);
        assert_string_equal(place_status(&p), "manual");
        assert_int_equal(p.ledger.state.full_seq, 6);
}

static void personal_values_come_back_from_their_disclosures(void **state)
{
        _cleanup_place_ struct place p;
        _cleanup_free_ char *line = NULL;
        const json_t *finding;
        size_t length = 0;

        (void)state;
        place_make(&p);
        place_open(&p);
        place_append(&p, RECORD_GENESIS, NULL);
        place_append(
                &p, RECORD_FULL,
                "{\"measures\":[],\"results\":[{\"check\":\"a.a\",\"with\":{},\"status\":\"fail\",\"findings\":"
                "[{\"subject\":\"user:someone\",\"status\":\"fail\",\"evidence\":[],\"_personal\":[\"subject\"]}]}]}");
        assert_int_equal(spool_read(p.ledger.spool, p.ledger.chain, 2, &line, &length), 0);
        *strchr(line, '~') = '\0';
        assert_null(strstr(line, "c29tZW9uZ")); /* "someone", in the signed part */
        place_reopen(&p);
        finding = json_array_get(json_object_get(json_object_get(p.ledger.state.results, "a.a"), "findings"), 0);
        assert_string_equal(json_member_string(finding, "subject"), "user:someone");
}

static void a_lost_key_begins_a_chain_that_names_the_last(void **state)
{
        _cleanup_place_ struct place p;
        char chain[RECORD_CHAIN_TEXT], hash[JWS_HASH_TEXT];

        (void)state;
        make_chain(&p);
        memcpy(chain, p.ledger.chain, sizeof(chain));
        memcpy(hash, p.ledger.hash, sizeof(hash));
        place_close(&p);
        assert_int_equal(unlink(p.key), 0);
        place_open(&p);
        assert_string_equal(p.ledger.chain, "");
        assert_string_equal(reason(&p), "key-lost");
        assert_string_equal(json_member_string(p.previous, "chain"), chain);
        assert_int_equal(json_member_integer(p.previous, "seq", 0), 4);
        assert_string_equal(json_member_string(p.previous, "hash"), hash);
        place_append(&p, RECORD_GENESIS, NULL);
        assert_string_not_equal(p.ledger.chain, chain);
        /* The new one is found again, also where its files look older. */
        place_age(&p, 30 * DAY);
        place_reopen(&p);
        assert_string_not_equal(p.ledger.chain, chain);
        assert_int_equal(p.ledger.seq, 1);
}

static void a_lost_spool_is_told_from_a_first_start(void **state)
{
        _cleanup_place_ struct place p;
        _cleanup_free_ char *spool = NULL, *moved = NULL;

        (void)state;
        make_chain(&p);
        spool = must_printf("%s/spool", p.state);
        moved = must_printf("%s/elsewhere", p.state);
        place_close(&p);
        assert_int_equal(rename(spool, moved), 0);
        place_open(&p);
        assert_string_equal(reason(&p), "spool-lost");
        assert_true(json_is_null(json_object_get(p.previous, "chain")));
}

static void a_lost_spool_is_named_by_what_was_acknowledged(void **state)
{
        _cleanup_place_ struct place p;
        _cleanup_free_ char *spool = NULL, *moved = NULL;
        char chain[RECORD_CHAIN_TEXT];

        (void)state;
        make_chain(&p);
        memcpy(chain, p.ledger.chain, sizeof(chain));
        place_acknowledge(&p, 3, NULL);
        spool = must_printf("%s/spool", p.state);
        moved = must_printf("%s/elsewhere", p.state);
        place_close(&p);
        assert_int_equal(rename(spool, moved), 0);
        place_open(&p);
        assert_string_equal(json_member_string(p.previous, "chain"), chain);
        assert_int_equal(json_member_integer(p.previous, "seq", 0), 3);
}

static void another_keys_chain_is_followed_not_continued(void **state)
{
        _cleanup_place_ struct place p, other;
        _cleanup_free_ char *mine = NULL, *theirs = NULL, *aside = NULL;

        (void)state;
        make_chain(&p);
        make_chain(&other);
        mine = must_printf("%s/spool", p.state);
        theirs = must_printf("%s/spool", other.state);
        aside = must_printf("%s/aside", p.state);
        place_close(&p);
        assert_int_equal(rename(mine, aside), 0);
        assert_int_equal(rename(theirs, mine), 0);
        place_open(&p);
        assert_string_equal(reason(&p), "other-key");
        assert_string_equal(json_member_string(p.previous, "chain"), other.ledger.chain);
}

static void a_damaged_head_is_never_built_on(void **state)
{
        _cleanup_place_ struct place p;
        _cleanup_free_ char *name = NULL;

        (void)state;
        make_chain(&p);
        name = must_printf("spool/%s/%020d.jws", p.ledger.chain, 4);
        place_close(&p);
        scratch_write(p.state, name, "e30.e30.AAAA~\n");
        place_open(&p);
        assert_string_equal(p.ledger.chain, "");
        assert_string_equal(reason(&p), "damaged");
        assert_int_equal(json_member_integer(p.previous, "seq", 0), 3);
        assert_true(scratch_exists(p.state, name));
}

static void a_lost_host_id_is_that_of_the_chain(void **state)
{
        _cleanup_place_ struct place p;
        _cleanup_free_ char *path = NULL, *content = NULL, *why = NULL;

        (void)state;
        make_chain(&p);
        path = must_printf("%s/sign/host-id", p.state);
        place_close(&p);
        assert_int_equal(unlink(path), 0);
        assert_int_equal(identity_open(p.state, p.key, &p.identity, &why), 0);
        assert_int_equal(ledger_open(p.state, &p.identity, &p.ledger, &p.previous, &why), 0);
        assert_string_equal(p.identity.host_id, MAKE_HOST_ID);
        content = scratch_read(p.state, "sign/host-id");
        assert_string_equal(content, MAKE_HOST_ID "\n");
}

static void an_acknowledgement_counts_only_under_our_own_hash(void **state)
{
        _cleanup_place_ struct place p;
        struct ledger_figures figures;

        (void)state;
        make_chain(&p);
        place_acknowledge(&p, 3, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        ledger_figures(&p.ledger, &figures);
        assert_int_equal(figures.unacknowledged, 4);
        place_age(&p, 60 * DAY);
        ledger_tidy(&p.ledger, moment_now());
        assert_int_equal(place_verify(&p, p.ledger.chain), 4);
        place_acknowledge(&p, 3, NULL);
        ledger_figures(&p.ledger, &figures);
        assert_int_equal(figures.unacknowledged, 1);
        assert_int_equal(figures.records, 4);
}

static void tidying_keeps_genesis_state_policies_and_the_unacknowledged(void **state)
{
        _cleanup_place_ struct place p;

        (void)state;
        make_chain(&p);
        place_append(
                &p, RECORD_POLICY,
                "{\"files\":[{\"name\":\"p\",\"digest\":\"sha256:p\",\"text\":\"t\"}],\"descriptors\":null}"); /* 5 */
        place_append(&p, RECORD_FULL, MAKE_FULL("pass"));                                                      /* 6 */
        place_append(&p, RECORD_CHANGE, MAKE_CHANGE("fail"));                                                  /* 7 */
        place_append(&p, RECORD_HEARTBEAT, "{\"state\":{}}");                                                  /* 8 */
        place_append(&p, RECORD_HEARTBEAT, "{\"state\":{}}");                                                  /* 9 */
        place_age(&p, 60 * DAY);
        place_acknowledge(&p, 8, NULL);
        ledger_tidy(&p.ledger, moment_now());
        assert_true(place_has(&p, 1));
        assert_false(place_has(&p, 2));
        assert_false(place_has(&p, 3));
        assert_false(place_has(&p, 4));
        assert_true(place_has(&p, 5));
        assert_true(place_has(&p, 6));
        assert_true(place_has(&p, 7));
        assert_true(place_has(&p, 8));
        assert_true(place_has(&p, 9));
        place_reopen(&p);
        assert_string_equal(place_status(&p), "fail");
        assert_int_equal(p.ledger.seq, 9);
        assert_non_null(json_object_get(p.ledger.recorded, "sha256:p"));
}

static void young_records_stay(void **state)
{
        _cleanup_place_ struct place p;

        (void)state;
        make_chain(&p);
        place_append(&p, RECORD_FULL, MAKE_FULL("pass"));
        place_age(&p, 29 * DAY);
        place_acknowledge(&p, 5, NULL);
        ledger_tidy(&p.ledger, moment_now());
        assert_int_equal(place_verify(&p, p.ledger.chain), 5);
        ledger_tidy(&p.ledger, moment_now() + 2 * DAY);
        assert_false(place_has(&p, 2));
}

static void a_full_spool_drops_nothing_unacknowledged_and_adds_nothing(void **state)
{
        _cleanup_place_ struct place p;
        _cleanup_free_ char *why = NULL;

        (void)state;
        make_chain(&p);
        p.ledger.max_size = spool_size(p.ledger.spool) + 10;
        assert_int_equal(place_try(&p, RECORD_HEARTBEAT, "{\"state\":{}}", &why), -ENOSPC);
        assert_non_null(strstr(why, "full"));
        assert_int_equal(p.ledger.seq, 4);
        assert_int_equal(place_verify(&p, p.ledger.chain), 4);
        /* What the collector has may go, young as it is, where room is needed. */
        place_acknowledge(&p, 4, NULL);
        place_append(&p, RECORD_HEARTBEAT, "{\"state\":{}}");
        assert_false(place_has(&p, 2));
        assert_true(place_has(&p, 1));
        assert_true(place_has(&p, 3));
        place_reopen(&p);
        assert_int_equal(p.ledger.seq, 5);
}

static void a_record_over_its_bound_is_not_made(void **state)
{
        _cleanup_place_ struct place p;
        _cleanup_text_ struct text members = {0};
        _cleanup_free_ char *why = NULL;
        size_t i;

        (void)state;
        make_chain(&p);
        text_add(&members, "{\"results\":[],\"note\":\"");
        for (i = 0; i < JWS_LINE_MOST; i++)
                text_add_char(&members, 'x');
        text_add(&members, "\"}");
        assert_int_equal(place_try(&p, RECORD_FULL, members.data, &why), -E2BIG);
        assert_int_equal(p.ledger.seq, 4);
        assert_false(place_has(&p, 5));
        place_append(&p, RECORD_HEARTBEAT, "{\"state\":{}}");
}

/* A reader refuses each of these, so they must not become the record that all later ones build on. */
static void what_no_reader_takes_is_not_made(void **state)
{
        static const struct {
                enum record_kind kind;
                const char *members;
        } cases[] = {
                {RECORD_FULL,
                 "{\"measures\":[],\"results\":[{\"check\":\"a.a\",\"with\":{},\"status\":\"pass\",\"findings\":[]}]}"},
                {RECORD_FULL, "{\"results\":[]}"},
                {RECORD_FULL,
                 "{\"measures\":[],\"results\":[{\"check\":\"a.a\",\"with\":{},\"status\":\"pass\",\"findings\":"
                 "[{\"subject\":\"s\",\"status\":\"pass\",\"_personal\":[\"status\"]}]}]}"},
                {RECORD_HEARTBEAT, "{\"state\":null}"},
                {RECORD_HEARTBEAT, "{\"state\":{},\"seq\":9}"},
                {RECORD_HEARTBEAT, "{\"state\":{},\"target\":\"offline\"}"},
                {RECORD_HEARTBEAT, "{\"state\":{},\"chain\":\"00000000000000000000000000000000\"}"},
        };
        _cleanup_place_ struct place p;
        size_t i;

        (void)state;
        make_chain(&p);
        for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                _cleanup_free_ char *why = NULL;

                if (place_try(&p, cases[i].kind, cases[i].members, &why) != -EINVAL)
                        fail_msg("made: %s", cases[i].members);
                assert_non_null(why);
                assert_int_equal(p.ledger.seq, 4);
                assert_false(place_has(&p, 5));
        }
        place_append(&p, RECORD_HEARTBEAT, "{\"state\":{}}");
        assert_int_equal(place_verify(&p, p.ledger.chain), 5);
}

static void what_a_policy_record_holds_is_remembered(void **state)
{
        _cleanup_place_ struct place p;

        (void)state;
        make_chain(&p);
        place_append(&p, RECORD_POLICY,
                     "{\"files\":[{\"name\":\"b\",\"digest\":\"sha256:b\",\"text\":\"t\"},"
                     "{\"name\":\"a\",\"digest\":\"sha256:a\",\"text\":null}],\"descriptors\":{\"checks\":[1]}}");
        place_append(&p, RECORD_FULL, MAKE_FULL("pass"));
        place_append(&p, RECORD_POLICY,
                     "{\"files\":[{\"name\":\"c\",\"digest\":\"sha256:c\",\"text\":\"t\"}],\"descriptors\":null}");
        place_append(&p, RECORD_FULL, MAKE_FULL("pass"));
        place_reopen(&p);
        assert_int_equal(json_member_integer(p.ledger.recorded, "sha256:b", 0), 5);
        assert_null(json_object_get(p.ledger.recorded, "sha256:a"));
        assert_int_equal(json_object_size(p.ledger.recorded), 3);
        assert_int_equal(json_array_size(p.ledger.in_force), 1);
        assert_string_equal(json_string_value(json_array_get(p.ledger.in_force, 0)), "sha256:c");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(records_make_a_chain_that_verifies),
                cmocka_unit_test(it_goes_on_where_the_spool_ends),
                cmocka_unit_test(the_state_is_read_back_from_the_newest_full_and_its_changes),
                cmocka_unit_test(personal_values_come_back_from_their_disclosures),
                cmocka_unit_test(a_lost_key_begins_a_chain_that_names_the_last),
                cmocka_unit_test(a_lost_spool_is_told_from_a_first_start),
                cmocka_unit_test(a_lost_spool_is_named_by_what_was_acknowledged),
                cmocka_unit_test(another_keys_chain_is_followed_not_continued),
                cmocka_unit_test(a_damaged_head_is_never_built_on),
                cmocka_unit_test(a_lost_host_id_is_that_of_the_chain),
                cmocka_unit_test(an_acknowledgement_counts_only_under_our_own_hash),
                cmocka_unit_test(tidying_keeps_genesis_state_policies_and_the_unacknowledged),
                cmocka_unit_test(young_records_stay),
                cmocka_unit_test(a_full_spool_drops_nothing_unacknowledged_and_adds_nothing),
                cmocka_unit_test(a_record_over_its_bound_is_not_made),
                cmocka_unit_test(what_no_reader_takes_is_not_made),
                cmocka_unit_test(what_a_policy_record_holds_is_remembered),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
