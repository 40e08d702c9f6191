/* SPDX-License-Identifier: EUPL-1.2 */
/* The shipper against collectors that a test writes: what it sends, and what it makes of each answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "base/text.h"
#include "ship/shipper.h"
#include "unit/scratch.h"

#define CHAIN         "00112233445566778899aabbccddeeff"
#define FOREIGN       "ffeeddccbbaa99887766554433221100"
#define REQUESTS_MOST 64

/* A collector: answers with what the test set; without that it acknowledges all that it got. */
struct collector {
        struct scene *scene;
        long status; /* 0: none, the connection fails */
        bool alert;
        uint64_t retry_after;
        const char *body;  /* NULL: acknowledge */
        size_t lines_most; /* 413 beyond; 0: no limit */
        uint64_t acked;    /* up to here, whatever was sent; 0: the last line */
        size_t requests;
        size_t lines[REQUESTS_MOST];
        uint64_t first[REQUESTS_MOST];
};

struct scene {
        char *state;
        struct spool *spool;
        struct jose_key *key;
        struct shipper shipper;
        struct collector collector;
        char hashes[64][JWS_HASH_TEXT];
};

static void add_record(struct scene *s, const char *chain, uint64_t seq)
{
        json_t *payload = json_must(json_object());
        char *line = NULL, *why = NULL;
        struct jws j = {0};

        json_set(payload, "seq", json_must(json_integer((json_int_t)seq)));
        json_set(payload, "chain", json_string_or_null(chain));
        assert_int_equal(jws_sign(payload, s->key, &line), 0);
        json_decref(payload);
        assert_int_equal(spool_append(s->spool, chain, seq, line), 0);
        assert_int_equal(jws_parse(line, strlen(line), 0, &j, &why), 0);
        if (streq(chain, CHAIN) && seq < ELEMENTS(s->hashes))
                memcpy(s->hashes[seq], j.hash, JWS_HASH_TEXT);
        jws_free(&j);
        free(line);
}

static uint64_t seq_of(const char *line, size_t length)
{
        char *why = NULL;
        struct jws j = {0};
        uint64_t seq;

        assert_int_equal(jws_parse(line, length, 0, &j, &why), 0);
        seq = (uint64_t)json_member_integer(j.payload, "seq", 0);
        jws_free(&j);
        return seq;
}

static void post(void *user, const char *body, size_t length, struct reply *ret)
{
        struct collector *c = user;
        size_t lines = 0;
        uint64_t first = 0, last = 0;
        const char *line = body, *end;

        assert_true(length <= BATCH_BYTES_MOST);
        assert_int_equal(body[length - 1], '\n');
        for (; line < body + length; line = end + 1) {
                end = memchr(line, '\n', (size_t)(body + length - line));
                last = seq_of(line, (size_t)(end - line));
                if (lines++ == 0)
                        first = last;
        }
        assert_true(c->requests < REQUESTS_MOST);
        c->lines[c->requests] = lines;
        c->first[c->requests++] = first;
        *ret = (struct reply){.status = c->status, .alert = c->alert, .retry_after = c->retry_after};
        if (c->status == 0)
                ret->error = must_strdup("it failed");
        if (c->lines_most > 0 && lines > c->lines_most)
                ret->status = 413;
        if (ret->status != 200)
                return;
        if (c->acked > 0)
                last = c->acked;
        ret->body = c->body ? must_strdup(c->body)
                            : must_printf("{\"acked\":{\"" CHAIN
                                          "\":{\"seq\":%ju,\"hash\":\"%s\"}},\"refused\":[],\"nonce\":\"n1\"}",
                                          (uintmax_t)last, c->scene->hashes[last]);
        ret->length = strlen(ret->body);
}

static void make_scene(struct scene *s, uint64_t records)
{
        _cleanup_free_ char *ship = NULL, *why = NULL;
        uint64_t seq;

        *s = (struct scene){.state = scratch_make(), .key = jose_key_generate()};
        s->collector = (struct collector){.scene = s, .status = 200};
        ship = must_printf("%s/ship", s->state);
        assert_int_equal(directory_make(ship, 0750), 0);
        assert_int_equal(spool_open(s->state, true, &s->spool, &why), 0);
        for (seq = 1; seq <= records; seq++)
                add_record(s, CHAIN, seq);
        shipper_begin(&s->shipper, s->spool, s->state, post, &s->collector);
}

static void reopen(struct scene *s)
{
        shipper_end(&s->shipper);
        shipper_begin(&s->shipper, s->spool, s->state, post, &s->collector);
}

static void remove_scene(struct scene *s)
{
        shipper_end(&s->shipper);
        spool_close(s->spool);
        jose_key_free(s->key);
        scratch_remove(&s->state);
}
#define _cleanup_scene_ _cleanup_(remove_scene)

static void run_until_idle(struct scene *s, uint64_t now)
{
        unsigned i;

        for (i = 0; i < REQUESTS_MOST; i++) {
                enum shipper_step step = shipper_step(&s->shipper, now);

                if (step == SHIPPER_IDLE)
                        return;
                assert_int_equal(step, SHIPPER_SENT);
        }
        fail_msg("it never ends");
}

static uint64_t stored_ack(struct scene *s)
{
        _cleanup_free_ char *why = NULL;
        struct spool_acks acks;
        const struct spool_ack *ack;
        uint64_t seq;

        assert_int_equal(spool_acks_load(s->state, &acks, &why), 0);
        ack = spool_acks_of(&acks, CHAIN, false);
        seq = ack ? ack->seq : 0;
        spool_acks_free(&acks);
        return seq;
}

static void all_is_sent_oldest_first_and_once(void **state)
{
        _cleanup_scene_ struct scene s;

        (void)state;
        make_scene(&s, 3);
        run_until_idle(&s, 1);
        assert_int_equal(s.collector.requests, 1);
        assert_int_equal(s.collector.lines[0], 3);
        assert_int_equal(s.collector.first[0], 1);
        assert_true(shipper_is_done(&s.shipper));
        assert_int_equal(stored_ack(&s), 3);
        run_until_idle(&s, 2);
        assert_int_equal(s.collector.requests, 1);
        add_record(&s, CHAIN, 4);
        run_until_idle(&s, 3);
        assert_int_equal(s.collector.first[1], 4);
}

static void the_next_process_goes_on_behind_what_is_acknowledged(void **state)
{
        _cleanup_scene_ struct scene s;

        (void)state;
        make_scene(&s, 3);
        run_until_idle(&s, 1);
        add_record(&s, CHAIN, 4);
        reopen(&s);
        run_until_idle(&s, 2);
        assert_int_equal(s.collector.requests, 2);
        assert_int_equal(s.collector.first[1], 4);
}

static void nonce_and_want_are_kept_for_sign(void **state)
{
        _cleanup_scene_ struct scene s;
        _cleanup_free_ char *body = NULL;
        const struct spool_ack *ack;

        (void)state;
        make_scene(&s, 2);
        body = must_printf("{\"acked\":{\"" CHAIN "\":{\"seq\":2,\"hash\":\"%s\"}},\"refused\":[],\"want\":{\"" CHAIN
                           "\":1},\"nonce\":\"abc\"}",
                           s.hashes[2]);
        s.collector.body = body;
        run_until_idle(&s, 1);
        ack = spool_acks_of(&s.shipper.acks, CHAIN, false);
        assert_string_equal(ack->nonce, "abc");
        assert_int_equal(ack->want, 1);
}

static void sending_does_not_wait_for_acknowledgement(void **state)
{
        _cleanup_scene_ struct scene s;

        (void)state;
        make_scene(&s, 3);
        s.collector.acked = 1;
        run_until_idle(&s, 1);
        add_record(&s, CHAIN, 4);
        run_until_idle(&s, 2);
        assert_int_equal(s.collector.requests, 2);
        assert_int_equal(s.collector.first[1], 4);
        assert_false(shipper_is_done(&s.shipper));
}

static void what_stays_unacknowledged_is_sent_again_each_hour(void **state)
{
        _cleanup_scene_ struct scene s;

        (void)state;
        make_scene(&s, 3);
        s.collector.acked = 1;
        run_until_idle(&s, 1);
        run_until_idle(&s, SHIPPER_HOUR);
        assert_int_equal(s.collector.requests, 1);
        run_until_idle(&s, 1 + SHIPPER_HOUR);
        assert_int_equal(s.collector.requests, 2);
        assert_int_equal(s.collector.first[1], 2);
        s.collector.acked = 0;
        run_until_idle(&s, 2 + 2 * SHIPPER_HOUR);
        assert_int_equal(s.collector.requests, 3);
        assert_true(shipper_is_done(&s.shipper));
}

static void too_large_is_split(void **state)
{
        _cleanup_scene_ struct scene s;
        size_t i;

        (void)state;
        make_scene(&s, 9);
        s.collector.lines_most = 2;
        run_until_idle(&s, 1);
        assert_int_equal(s.collector.lines[0], 9);
        assert_int_equal(s.collector.lines[1], 4);
        assert_int_equal(s.collector.lines[2], 2);
        for (i = 2; i < s.collector.requests; i++)
                assert_true(s.collector.lines[i] <= 4);
        assert_true(shipper_is_done(&s.shipper));
}

static void a_record_that_alone_is_not_taken_is_held_back_and_named(void **state)
{
        static const long statuses[] = {400, 413};
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(statuses); i++) {
                _cleanup_scene_ struct scene s;
                const struct spool_ack *ack;

                make_scene(&s, 1);
                s.collector.status = statuses[i];
                run_until_idle(&s, 1);
                assert_int_equal(s.collector.requests, 1);
                assert_non_null(strstr(s.shipper.error, "held back"));
                ack = spool_acks_of(&s.shipper.acks, CHAIN, false);
                assert_int_equal(ack->seq, 0);
                assert_string_equal(json_member_string(json_array_get(ack->refused, 0), "hash"), s.hashes[1]);
                /* What follows goes on. */
                s.collector.status = 200;
                s.collector.acked = 2;
                add_record(&s, CHAIN, 2);
                run_until_idle(&s, 2);
                assert_int_equal(s.collector.first[1], 2);
        }
}

static void who_is_not_accepted_waits_an_hour(void **state)
{
        static const struct {
                long status;
                bool alert;
        } rows[] = {{401, false}, {403, false}, {0, true}};
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_scene_ struct scene s;

                make_scene(&s, 1);
                s.collector.status = rows[i].status;
                s.collector.alert = rows[i].alert;
                assert_int_equal(shipper_step(&s.shipper, 1000), SHIPPER_WAIT);
                assert_non_null(strstr(s.shipper.error, "enrol"));
                assert_int_equal(s.shipper.not_before, 1000 + SHIPPER_HOUR);
                assert_int_equal(shipper_step(&s.shipper, SHIPPER_HOUR), SHIPPER_WAIT);
                assert_int_equal(s.collector.requests, 1);
                /* A new certificate ends the wait. */
                s.collector.status = 200;
                s.collector.alert = false;
                shipper_retry(&s.shipper);
                run_until_idle(&s, SHIPPER_HOUR);
                assert_null(s.shipper.error);
        }
}

static void who_is_busy_is_left_alone_as_long_as_it_says(void **state)
{
        static const struct {
                long status;
                uint64_t said, least, most;
        } rows[] = {{429, 120, 120000, 121001},
                    {503, 7, 7000, 8001},
                    {503, 1000000, SHIPPER_HOUR, SHIPPER_HOUR + 1001},
                    {503, 0, 1, 1001}};
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_scene_ struct scene s;

                make_scene(&s, 1);
                s.collector.status = rows[i].status;
                s.collector.retry_after = rows[i].said;
                assert_int_equal(shipper_step(&s.shipper, 0), SHIPPER_WAIT);
                assert_in_range(s.shipper.not_before, rows[i].least, rows[i].most);
        }
}

static void failures_back_off_exponentially_with_full_jitter_up_to_the_bound(void **state)
{
        _cleanup_scene_ struct scene s;
        uint64_t now = 0, longest = 0, bound = 1000;
        unsigned i, short_waits = 0;

        (void)state;
        make_scene(&s, 1);
        s.collector.status = 500;
        for (i = 0; i < 60; i++) {
                assert_int_equal(shipper_step(&s.shipper, now), SHIPPER_WAIT);
                assert_in_range(s.shipper.not_before - now, 1,
                                (bound < SHIPPER_BACKOFF_MOST ? bound : SHIPPER_BACKOFF_MOST));
                if (s.shipper.not_before - now > longest)
                        longest = s.shipper.not_before - now;
                short_waits += s.shipper.not_before - now < SHIPPER_BACKOFF_MOST / 2;
                now = s.shipper.not_before;
                if (bound < SHIPPER_BACKOFF_MOST)
                        bound *= 2;
        }
        assert_true(longest > SHIPPER_BACKOFF_MOST / 2);
        assert_true(short_waits > 15); /* full jitter: down to nothing */
        s.collector.status = 200;
        run_until_idle(&s, now);
        s.collector.status = 500;
        add_record(&s, CHAIN, 2);
        assert_int_equal(shipper_step(&s.shipper, now), SHIPPER_WAIT);
        assert_in_range(s.shipper.not_before - now, 1, 1000);
}

static void an_answer_that_is_garbage_acknowledges_nothing(void **state)
{
        static const char *const bodies[] = {"", "ok", "{}",
                                             "{\"acked\":{\"" CHAIN "\":{\"seq\":\"1\"}},\"refused\":[]}"};
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(bodies); i++) {
                _cleanup_scene_ struct scene s;

                make_scene(&s, 1);
                s.collector.body = bodies[i];
                assert_int_equal(shipper_step(&s.shipper, 0), SHIPPER_WAIT);
                assert_non_null(s.shipper.error);
                assert_int_equal(stored_ack(&s), 0);
        }
}

static void an_acknowledgement_of_what_is_not_ours_is_not_taken_down(void **state)
{
        static const char *const acks[] = {
                "\"" CHAIN "\":{\"seq\":2,\"hash\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}",
                "\"" CHAIN "\":{\"seq\":9,\"hash\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}",
                "\"" FOREIGN "\":{\"seq\":1,\"hash\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}",
        };
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(acks); i++) {
                _cleanup_scene_ struct scene s;
                _cleanup_free_ char *body = must_printf("{\"acked\":{%s},\"refused\":[]}", acks[i]);

                make_scene(&s, 3);
                s.collector.body = body;
                run_until_idle(&s, 1);
                assert_int_equal(stored_ack(&s), 0);
                assert_null(spool_acks_of(&s.shipper.acks, FOREIGN, false));
                assert_false(shipper_is_done(&s.shipper));
        }
}

static void a_collector_that_lost_records_gets_them_again(void **state)
{
        _cleanup_scene_ struct scene s;

        (void)state;
        make_scene(&s, 3);
        run_until_idle(&s, 1);
        s.collector.acked = 1; /* restored from a backup */
        add_record(&s, CHAIN, 4);
        run_until_idle(&s, 2);
        assert_int_equal(stored_ack(&s), 1);
        s.collector.acked = 0;
        run_until_idle(&s, 3 + SHIPPER_HOUR);
        assert_int_equal(s.collector.first[2], 2);
        assert_int_equal(stored_ack(&s), 4);
}

static void a_refusal_is_kept_with_our_own_hash_and_forgotten_once_acknowledged(void **state)
{
        _cleanup_scene_ struct scene s;
        const struct spool_ack *ack;

        (void)state;
        make_scene(&s, 2);
        s.collector.body =
                "{\"acked\":{},\"refused\":[{\"line\":2,\"chain\":null,\"seq\":null,\"hash\":null,\"type\":\"unknown-"
                "key\"},"
                "{\"line\":1,\"hash\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",\"type\":\"signature\"},"
                "{\"line\":77,\"type\":\"signature\"}]}";
        run_until_idle(&s, 1);
        ack = spool_acks_of(&s.shipper.acks, CHAIN, false);
        assert_int_equal(ack->seq, 0);
        assert_int_equal(json_array_size(ack->refused), 1);
        assert_string_equal(json_member_string(json_array_get(ack->refused, 0), "hash"), s.hashes[2]);
        assert_string_equal(json_member_string(json_array_get(ack->refused, 0), "type"), "unknown-key");
        s.collector.body = NULL;
        run_until_idle(&s, 2 + SHIPPER_HOUR);
        ack = spool_acks_of(&s.shipper.acks, CHAIN, false);
        assert_int_equal(ack->seq, 2);
        assert_int_equal(json_array_size(ack->refused), 0);
}

static void a_damaged_record_is_passed_over(void **state)
{
        _cleanup_scene_ struct scene s;

        (void)state;
        make_scene(&s, 3);
        scratch_write(s.state, "spool/" CHAIN "/00000000000000000002.jws", "not a record\n");
        run_until_idle(&s, 1);
        assert_int_equal(s.collector.requests, 1);
        assert_int_equal(s.collector.lines[0], 2);
}

static void a_request_has_at_most_four_mebibytes(void **state)
{
        _cleanup_scene_ struct scene s;
        uint64_t seq;

        (void)state;
        make_scene(&s, 0);
        for (seq = 1; seq <= 12; seq++) {
                json_t *payload = json_must(json_object());
                _cleanup_free_ char *filling = must_alloc(400001), *line = NULL, *why = NULL;
                struct jws j = {0};

                memset(filling, 'x', 400000);
                json_set(payload, "seq", json_must(json_integer((json_int_t)seq)));
                json_set(payload, "filling", json_string_or_null(filling));
                assert_int_equal(jws_sign(payload, s.key, &line), 0);
                json_decref(payload);
                assert_int_equal(spool_append(s.spool, CHAIN, seq, line), 0);
                assert_int_equal(jws_parse(line, strlen(line), 0, &j, &why), 0);
                memcpy(s.hashes[seq], j.hash, JWS_HASH_TEXT);
                jws_free(&j);
        }
        run_until_idle(&s, 1);
        assert_int_equal(s.collector.requests, 2);
        assert_int_equal(s.collector.lines[0], 7);
        assert_int_equal(s.collector.lines[1], 5);
}

static void a_broken_ack_file_is_begun_anew(void **state)
{
        _cleanup_scene_ struct scene s;

        (void)state;
        make_scene(&s, 2);
        scratch_write(s.state, "ship/ack.json", "{\"");
        reopen(&s);
        run_until_idle(&s, 1);
        assert_int_equal(s.collector.first[0], 1);
        assert_int_equal(stored_ack(&s), 2);
}

static void what_was_half_written_goes_at_the_next_start(void **state)
{
        _cleanup_scene_ struct scene s;

        (void)state;
        make_scene(&s, 2);
        scratch_write(s.state, "ship/.ack.json.abcdef.tmp", "{");
        scratch_write(s.state, "ship/.status.json.abcdef.tmp", "{");
        scratch_write(s.state, "ship/.tls.pem.abcdef.tmp", "an enrolment at work");
        reopen(&s);
        assert_false(scratch_exists(s.state, "ship/.ack.json.abcdef.tmp"));
        assert_false(scratch_exists(s.state, "ship/.status.json.abcdef.tmp"));
        assert_true(scratch_exists(s.state, "ship/.tls.pem.abcdef.tmp"));
}

static void what_is_wrong_is_in_the_status_until_it_is_over(void **state)
{
        _cleanup_scene_ struct scene s;
        _cleanup_free_ char *wrong = NULL, *right = NULL;

        (void)state;
        make_scene(&s, 1);
        s.collector.status = 0;
        assert_int_equal(shipper_step(&s.shipper, 0), SHIPPER_WAIT);
        wrong = scratch_read(s.state, "ship/status.json");
        assert_non_null(strstr(wrong, "it failed"));
        /* A new process does not leave an old complaint standing. */
        reopen(&s);
        s.collector.status = 200;
        run_until_idle(&s, 1);
        right = scratch_read(s.state, "ship/status.json");
        assert_non_null(strstr(right, "\"error\":null"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(all_is_sent_oldest_first_and_once),
                cmocka_unit_test(the_next_process_goes_on_behind_what_is_acknowledged),
                cmocka_unit_test(nonce_and_want_are_kept_for_sign),
                cmocka_unit_test(sending_does_not_wait_for_acknowledgement),
                cmocka_unit_test(what_stays_unacknowledged_is_sent_again_each_hour),
                cmocka_unit_test(too_large_is_split),
                cmocka_unit_test(a_record_that_alone_is_not_taken_is_held_back_and_named),
                cmocka_unit_test(who_is_not_accepted_waits_an_hour),
                cmocka_unit_test(who_is_busy_is_left_alone_as_long_as_it_says),
                cmocka_unit_test(failures_back_off_exponentially_with_full_jitter_up_to_the_bound),
                cmocka_unit_test(an_answer_that_is_garbage_acknowledges_nothing),
                cmocka_unit_test(an_acknowledgement_of_what_is_not_ours_is_not_taken_down),
                cmocka_unit_test(a_collector_that_lost_records_gets_them_again),
                cmocka_unit_test(a_refusal_is_kept_with_our_own_hash_and_forgotten_once_acknowledged),
                cmocka_unit_test(a_damaged_record_is_passed_over),
                cmocka_unit_test(a_request_has_at_most_four_mebibytes),
                cmocka_unit_test(a_broken_ack_file_is_begun_anew),
                cmocka_unit_test(what_was_half_written_goes_at_the_next_start),
                cmocka_unit_test(what_is_wrong_is_in_the_status_until_it_is_over),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
