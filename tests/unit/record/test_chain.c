/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "make.h"

static enum chain_verdict take(struct chain *c, const char *line)
{
        _cleanup_(jws_free) struct jws j = {0};
        _cleanup_free_ char *why = NULL, *parse_why = NULL;
        enum chain_verdict v;
        struct record r;

        if (jws_parse(line, strlen(line), 0, &j, &parse_why) < 0 || record_read(j.payload, &r, &parse_why) < 0)
                fail_msg("%s", parse_why);
        v = chain_take(c, &j, &r, &why);
        assert_true((v == CHAIN_OK) == (why == NULL));
        return v;
}

#define assert_taken(c, line)      assert_string_equal(chain_verdict_name(take(c, line)), "ok")
#define assert_verdict(c, line, v) assert_string_equal(chain_verdict_name(take(c, line)), chain_verdict_name(v))

/* A chain of ten under one key: genesis and nine starts. */
#define TEN 11
struct ten {
        struct jose_key *key;
        char *line[TEN]; /* by number */
        char hash[TEN][JWS_HASH_TEXT];
};

static void ten_make(struct ten *t, struct jose_key *key)
{
        size_t i;

        t->key = key;
        t->line[0] = NULL;
        for (i = 1; i < TEN; i++) {
                t->line[i] = i == 1 ? make_genesis(key) : make_next(t->line[i - 1], "start", MAKE_LIFE, key);
                make_hash(t->line[i], t->hash[i]);
        }
}

static void ten_free(struct ten *t)
{
        size_t i;

        for (i = 1; i < TEN; i++)
                free(t->line[i]);
        jose_key_free(t->key);
}
#define _cleanup_ten_ _cleanup_(ten_free)

static char *gap_after(const struct ten *t, size_t last, uint64_t from, uint64_t to, const char *hash)
{
        _cleanup_free_ char *own = must_printf("\"from\":%ju,\"to\":%ju,\"hash\":\"%s\",\"reason\":\"retention\"",
                                               (uintmax_t)from, (uintmax_t)to, hash);

        return make_next(t->line[last], "gap", own, t->key);
}

static void take_range(struct chain *c, const struct ten *t, size_t from, size_t to)
{
        size_t i;

        for (i = from; i <= to; i++)
                assert_taken(c, t->line[i]);
}

static void a_whole_chain_is_taken_under_both_algorithms(void **state)
{
        int es256;

        (void)state;
        for (es256 = 0; es256 < 2; es256++) {
                _cleanup_ten_ struct ten t = {0};
                _cleanup_(chain_end) struct chain c;

                ten_make(&t, es256 ? make_p256() : jose_key_generate());
                chain_begin(&c, NULL);
                take_range(&c, &t, 1, 10);
                assert_int_equal(c.records, 10);
                assert_int_equal(c.seq, 10);
                assert_int_equal(c.missing, 0);
                assert_true(c.introduced);
                assert_string_equal(c.id, MAKE_CHAIN);
                assert_string_equal(c.host_id, MAKE_HOST);
                assert_string_equal(c.hash, t.hash[10]);
                assert_string_equal(jose_key_id(c.key), jose_key_id(t.key));
        }
}

static void a_given_key_must_be_the_chain_s(void **state)
{
        _cleanup_key_ struct jose_key *other = jose_key_generate();
        _cleanup_ten_ struct ten t = {0};
        _cleanup_(chain_end) struct chain c, stranger;

        (void)state;
        ten_make(&t, jose_key_generate());
        chain_begin(&c, t.key);
        assert_taken(&c, t.line[1]);
        assert_false(c.introduced);
        chain_begin(&stranger, other);
        assert_verdict(&stranger, t.line[1], CHAIN_SIGNATURE);
        assert_int_equal(stranger.records, 0);
}

static void without_genesis_a_chain_needs_a_given_key(void **state)
{
        _cleanup_ten_ struct ten t = {0};
        _cleanup_(chain_end) struct chain c, given;

        (void)state;
        ten_make(&t, jose_key_generate());
        chain_begin(&c, NULL);
        assert_verdict(&c, t.line[2], CHAIN_BREAK);
        chain_begin(&given, t.key);
        assert_verdict(&given, t.line[5], CHAIN_HOLE);
        assert_int_equal(given.missing, 4);
        assert_taken(&given, t.line[6]);
}

static void a_genesis_signed_by_another_key_than_it_introduces_is_refused(void **state)
{
        _cleanup_key_ struct jose_key *key = jose_key_generate(), *other = jose_key_generate();
        json_t *payload = make_payload("genesis", 1, NULL, ""),
               *odd = make_payload("genesis", 1, NULL, "\"key\":{\"kty\":\"oct\"}");
        _cleanup_free_ char *line = NULL, *odd_line = make_line(odd, key);
        _cleanup_(chain_end) struct chain c;

        (void)state;
        json_set(payload, "key", jose_key_to_jwk(other));
        line = make_line(payload, key);
        chain_begin(&c, NULL);
        assert_verdict(&c, line, CHAIN_SIGNATURE);
        assert_verdict(&c, odd_line, CHAIN_BREAK);
        assert_null(c.key);
}

static void a_record_of_another_key_is_no_part_of_the_chain(void **state)
{
        _cleanup_key_ struct jose_key *other = jose_key_generate();
        _cleanup_ten_ struct ten t = {0};
        _cleanup_free_ char *forged = NULL;
        _cleanup_(chain_end) struct chain c;

        (void)state;
        ten_make(&t, jose_key_generate());
        forged = make_next(t.line[1], "start", MAKE_LIFE, other);
        chain_begin(&c, NULL);
        assert_taken(&c, t.line[1]);
        assert_verdict(&c, forged, CHAIN_SIGNATURE);
        assert_taken(&c, t.line[2]);
}

/* The signature of one record under the payload of another: the header's kid is right, and still it is no signature. */
static void a_transplanted_signature_is_refused(void **state)
{
        _cleanup_ten_ struct ten t = {0};
        _cleanup_free_ char *odd = NULL, *head = NULL;
        _cleanup_(chain_end) struct chain c;

        (void)state;
        ten_make(&t, jose_key_generate());
        head = must_strndup(t.line[2], (size_t)(strrchr(t.line[2], '.') - t.line[2]));
        odd = must_printf("%s%s", head, strrchr(t.line[3], '.'));
        chain_begin(&c, NULL);
        assert_taken(&c, t.line[1]);
        assert_verdict(&c, odd, CHAIN_SIGNATURE);
}

static void the_same_hash_is_a_duplicate_and_another_is_a_fork(void **state)
{
        _cleanup_ten_ struct ten t = {0};
        _cleanup_free_ char *fork = NULL;
        _cleanup_(chain_end) struct chain c;

        (void)state;
        ten_make(&t, jose_key_generate());
        fork = make_next(t.line[1], "stop", MAKE_LIFE, t.key);
        chain_begin(&c, NULL);
        take_range(&c, &t, 1, 2);
        assert_verdict(&c, t.line[2], CHAIN_DUPLICATE);
        assert_verdict(&c, fork, CHAIN_FORK);
        assert_int_equal(c.records, 2);
        assert_taken(&c, t.line[3]);
        assert_verdict(&c, t.line[2], CHAIN_BREAK); /* out of order */
}

/* ES256: (r, s) and (r, n − s) are one record. */
static void an_es256_signature_in_its_other_form_is_a_duplicate_and_no_fork(void **state)
{
        _cleanup_ten_ struct ten t = {0};
        _cleanup_(jws_free) struct jws j = {0};
        _cleanup_free_ char *other = NULL, *signature = NULL;
        _cleanup_(chain_end) struct chain c, from_other;
        BIGNUM *n = NULL, *s;

        (void)state;
        ten_make(&t, make_p256());
        assert_int_equal(jws_parse(t.line[2], strlen(t.line[2]), 0, &j, NULL), 0);
        BN_hex2bn(&n, "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
        s = BN_bin2bn(j.signature + 32, 32, NULL);
        BN_sub(s, n, s);
        BN_bn2binpad(s, j.signature + 32, 32);
        BN_free(n);
        BN_free(s);
        signature = base64url_encode(j.signature, 64);
        other = must_printf("%s.%s~", j.signing_input, signature);
        assert_string_not_equal(other, t.line[2]);

        chain_begin(&c, NULL);
        take_range(&c, &t, 1, 2);
        assert_verdict(&c, other, CHAIN_DUPLICATE);
        assert_taken(&c, t.line[3]);
        chain_begin(&from_other, NULL);
        assert_taken(&from_other, t.line[1]);
        assert_taken(&from_other, other);
        assert_verdict(&from_other, t.line[2], CHAIN_DUPLICATE);
        assert_taken(&from_other, t.line[3]);
}

static void a_prev_that_does_not_fit_breaks_the_chain(void **state)
{
        _cleanup_ten_ struct ten t = {0};
        _cleanup_free_ char *odd = NULL;
        _cleanup_(chain_end) struct chain c;

        (void)state;
        ten_make(&t, jose_key_generate());
        odd = make_line(make_payload("start", 3, t.hash[1], MAKE_LIFE), t.key);
        chain_begin(&c, NULL);
        take_range(&c, &t, 1, 2);
        assert_verdict(&c, odd, CHAIN_BREAK);
        assert_taken(&c, t.line[3]);
}

static void records_of_another_chain_host_or_kind_are_foreign(void **state)
{
        _cleanup_ten_ struct ten t = {0};
        _cleanup_free_ char *chain_line = NULL, *host_line = NULL, *report = NULL;
        json_t *other_chain, *other_host;
        _cleanup_(chain_end) struct chain c;

        (void)state;
        ten_make(&t, jose_key_generate());
        other_chain = make_payload("start", 2, t.hash[1], MAKE_LIFE);
        json_set(other_chain, "chain", json_string("ffeeddccbbaa99887766554433221100"));
        chain_line = make_line(other_chain, t.key);
        other_host = make_payload("start", 2, t.hash[1], MAKE_LIFE);
        json_set(json_object_get(other_host, "host"), "id", json_string("3f2c1b0a-1111-4222-8333-444455556667"));
        host_line = make_line(other_host, t.key);
        report = make_line(make_payload("report", 0, NULL, "\"measures\":[],\"results\":[]"), t.key);
        chain_begin(&c, NULL);
        assert_taken(&c, t.line[1]);
        assert_verdict(&c, chain_line, CHAIN_FOREIGN);
        assert_verdict(&c, host_line, CHAIN_FOREIGN);
        assert_verdict(&c, report, CHAIN_FOREIGN);
        assert_taken(&c, t.line[2]);
}

static void an_unknown_kind_is_taken(void **state)
{
        _cleanup_ten_ struct ten t = {0};
        _cleanup_free_ char *later = NULL, *next = NULL;
        _cleanup_(chain_end) struct chain c;

        (void)state;
        ten_make(&t, jose_key_generate());
        later = make_next(t.line[1], "of-a-later-agent", "\"x\":1", t.key);
        next = make_next(later, "stop", MAKE_LIFE, t.key);
        chain_begin(&c, NULL);
        assert_taken(&c, t.line[1]);
        assert_taken(&c, later);
        assert_taken(&c, next);
}

static void a_hole_is_declared_by_a_gap_with_the_right_hash(void **state)
{
        _cleanup_ten_ struct ten t = {0};
        _cleanup_free_ char *right = NULL, *wrong = NULL, *part = NULL;
        _cleanup_(chain_end) struct chain c, wrong_chain, part_chain;

        (void)state;
        ten_make(&t, jose_key_generate());
        right = gap_after(&t, 8, 3, 6, t.hash[6]);
        wrong = gap_after(&t, 8, 3, 6, t.hash[5]);
        part = gap_after(&t, 8, 4, 6, t.hash[6]);

        chain_begin(&c, NULL);
        take_range(&c, &t, 1, 2);
        assert_verdict(&c, t.line[7], CHAIN_HOLE);
        assert_int_equal(c.missing, 4);
        assert_int_equal(c.declared, 0);
        assert_taken(&c, t.line[8]);
        assert_taken(&c, right);
        assert_int_equal(c.declared, 4);
        assert_int_equal(c.hole_count, 0);
        assert_int_equal(c.seen_count, 0); /* remembered while holes are open, and no longer */

        chain_begin(&wrong_chain, NULL);
        take_range(&wrong_chain, &t, 1, 2);
        assert_verdict(&wrong_chain, t.line[7], CHAIN_HOLE);
        assert_taken(&wrong_chain, t.line[8]);
        assert_taken(&wrong_chain, wrong);
        assert_int_equal(wrong_chain.declared, 0);
        assert_int_equal(wrong_chain.hole_count, 1);

        chain_begin(&part_chain, NULL);
        take_range(&part_chain, &t, 1, 2);
        assert_verdict(&part_chain, t.line[7], CHAIN_HOLE);
        assert_taken(&part_chain, t.line[8]);
        assert_taken(&part_chain, part);
        assert_int_equal(part_chain.declared, 3);
        assert_int_equal(part_chain.hole_count, 1);
        assert_int_equal(part_chain.holes[0].from, 3);
        assert_int_equal(part_chain.holes[0].to, 3);
}

/* The gap is durable before the first deletion, and the deletions ended halfway: 5 and 6 are there still. */
static void a_gap_whose_records_are_there_in_part_declares_the_rest(void **state)
{
        _cleanup_ten_ struct ten t = {0};
        _cleanup_free_ char *right = NULL, *wrong = NULL;
        _cleanup_(chain_end) struct chain c, other;

        (void)state;
        ten_make(&t, jose_key_generate());
        right = gap_after(&t, 8, 3, 6, t.hash[6]);
        wrong = gap_after(&t, 8, 3, 6, t.hash[7]);
        chain_begin(&c, NULL);
        take_range(&c, &t, 1, 2);
        assert_verdict(&c, t.line[5], CHAIN_HOLE);
        take_range(&c, &t, 6, 8);
        assert_taken(&c, right);
        assert_int_equal(c.missing, 2);
        assert_int_equal(c.declared, 2);
        chain_begin(&other, NULL);
        take_range(&other, &t, 1, 2);
        assert_verdict(&other, t.line[5], CHAIN_HOLE);
        take_range(&other, &t, 6, 8);
        assert_taken(&other, wrong);
        assert_int_equal(other.declared, 0);
}

static void a_hole_is_named_by_its_numbers(void **state)
{
        _cleanup_ten_ struct ten t = {0};
        _cleanup_(jws_free) struct jws j = {0};
        _cleanup_free_ char *why = NULL;
        _cleanup_(chain_end) struct chain c;
        struct record r;

        (void)state;
        ten_make(&t, jose_key_generate());
        chain_begin(&c, NULL);
        take_range(&c, &t, 1, 2);
        assert_int_equal(jws_parse(t.line[7], strlen(t.line[7]), 0, &j, NULL), 0);
        assert_int_equal(record_read(j.payload, &r, NULL), 0);
        assert_int_equal(chain_take(&c, &j, &r, &why), CHAIN_HOLE);
        assert_string_equal(why, "numbers 3 to 6 are missing");
}

static void one_gap_may_declare_several_holes_and_several_gaps_one(void **state)
{
        _cleanup_ten_ struct ten t = {0};
        _cleanup_free_ char *both = NULL, *first = NULL, *second = NULL;
        _cleanup_(chain_end) struct chain c, twice;

        (void)state;
        ten_make(&t, jose_key_generate());
        both = gap_after(&t, 9, 3, 7, t.hash[7]);
        chain_begin(&c, NULL);
        take_range(&c, &t, 1, 2);
        assert_verdict(&c, t.line[5], CHAIN_HOLE);
        assert_verdict(&c, t.line[8], CHAIN_HOLE);
        assert_taken(&c, t.line[9]);
        assert_taken(&c, both);
        assert_int_equal(c.missing, 4);
        assert_int_equal(c.declared, 4);

        first = gap_after(&t, 8, 3, 4, t.hash[4]);
        {
                _cleanup_free_ char *own =
                        must_printf("\"from\":5,\"to\":7,\"hash\":\"%s\",\"reason\":\"refused\"", t.hash[7]);

                second = make_next(first, "gap", own, t.key);
        }
        chain_begin(&twice, NULL);
        take_range(&twice, &t, 1, 2);
        assert_verdict(&twice, t.line[8], CHAIN_HOLE);
        assert_taken(&twice, first);
        assert_int_equal(twice.declared, 2);
        assert_taken(&twice, second);
        assert_int_equal(twice.missing, 5);
        assert_int_equal(twice.declared, 5);
        assert_int_equal(twice.hole_count, 0);
}

static void a_gap_that_declares_itself_or_nothing_is_a_break(void **state)
{
        _cleanup_ten_ struct ten t = {0};
        _cleanup_free_ char *self = NULL, *backwards = NULL, *harmless = NULL;
        _cleanup_(chain_end) struct chain c;

        (void)state;
        ten_make(&t, jose_key_generate());
        self = gap_after(&t, 2, 2, 3, t.hash[2]);
        backwards = gap_after(&t, 2, 2, 1, t.hash[1]);
        harmless = gap_after(&t, 2, 1, 1, t.hash[1]);
        chain_begin(&c, NULL);
        take_range(&c, &t, 1, 2);
        assert_verdict(&c, self, CHAIN_BREAK);
        assert_verdict(&c, backwards, CHAIN_BREAK);
        assert_taken(&c, harmless); /* not deleted yet */
        assert_int_equal(c.declared, 0);
}

static char *rotate_after(const char *line, uint64_t seq, const struct jose_key *old, const struct jose_key *new,
                          const struct jose_key *prover, uint64_t stated_seq)
{
        unsigned char signature[JOSE_SIGNATURE_BYTES];
        _cleanup_free_ char *statement = rotate_statement(MAKE_CHAIN, stated_seq, jose_key_id(old), jose_key_id(new)),
                            *proof = NULL;
        char hash[JWS_HASH_TEXT];
        json_t *payload;

        assert_int_equal(jose_key_sign(prover, statement, strlen(statement), signature), 0);
        proof = base64url_encode(signature, sizeof(signature));
        make_hash(line, hash);
        payload = make_payload("rotate", seq, hash, "");
        json_set(payload, "key", jose_key_to_jwk(new));
        json_set(payload, "proof", json_string(proof));
        return make_line(payload, old);
}

static void the_statement_of_a_rotation_is_as_documented(void **state)
{
        _cleanup_free_ char *s = rotate_statement(MAKE_CHAIN, 12, "old", "new");

        (void)state;
        assert_string_equal(s, "bioagent-rotate:" MAKE_CHAIN ":12:old:new");
}

static void after_a_rotate_the_new_key_signs(void **state)
{
        _cleanup_key_ struct jose_key *new = make_p256();
        _cleanup_ten_ struct ten t = {0};
        _cleanup_free_ char *rotate = NULL, *next = NULL, *old_next = NULL;
        _cleanup_(chain_end) struct chain c;

        (void)state;
        ten_make(&t, jose_key_generate());
        rotate = rotate_after(t.line[2], 3, t.key, new, new, 3);
        next = make_next(rotate, "start", MAKE_LIFE, new);
        old_next = make_next(rotate, "start", MAKE_LIFE, t.key);
        chain_begin(&c, NULL);
        take_range(&c, &t, 1, 2);
        assert_taken(&c, rotate);
        assert_string_equal(jose_key_id(c.key), jose_key_id(new));
        assert_verdict(&c, rotate, CHAIN_DUPLICATE);
        assert_verdict(&c, t.line[3], CHAIN_FORK);
        assert_verdict(&c, old_next, CHAIN_SIGNATURE);
        assert_taken(&c, next);
        assert_verdict(&c, next, CHAIN_DUPLICATE);
}

static void a_rotate_without_the_new_key_s_proof_is_a_break(void **state)
{
        _cleanup_key_ struct jose_key *new = jose_key_generate();
        _cleanup_ten_ struct ten t = {0};
        _cleanup_free_ char *by_old = NULL, *elsewhere = NULL, *garbage = NULL;
        json_t *payload;
        _cleanup_(chain_end) struct chain c;

        (void)state;
        ten_make(&t, jose_key_generate());
        by_old = rotate_after(t.line[2], 3, t.key, new, t.key, 3);
        elsewhere = rotate_after(t.line[2], 3, t.key, new, new, 4);
        payload = make_payload("rotate", 3, t.hash[2], "\"proof\":\"AAAA\"");
        json_set(payload, "key", jose_key_to_jwk(new));
        garbage = make_line(payload, t.key);
        chain_begin(&c, NULL);
        take_range(&c, &t, 1, 2);
        assert_verdict(&c, by_old, CHAIN_BREAK);
        assert_verdict(&c, elsewhere, CHAIN_BREAK);
        assert_verdict(&c, garbage, CHAIN_BREAK);
        assert_taken(&c, t.line[3]);
}

static void nothing_follows_a_retire(void **state)
{
        _cleanup_ten_ struct ten t = {0};
        _cleanup_free_ char *retire = NULL, *next = NULL;
        _cleanup_(chain_end) struct chain c;

        (void)state;
        ten_make(&t, jose_key_generate());
        retire = make_next(t.line[2], "retire", "", t.key);
        next = make_next(retire, "start", MAKE_LIFE, t.key);
        chain_begin(&c, NULL);
        take_range(&c, &t, 1, 2);
        assert_taken(&c, retire);
        assert_true(c.retired);
        assert_verdict(&c, next, CHAIN_BREAK);
        assert_verdict(&c, retire, CHAIN_DUPLICATE);
}

static void erased_disclosures_are_counted_and_break_nothing(void **state)
{
        _cleanup_ten_ struct ten t = {0};
        _cleanup_free_ char *line = NULL, *next = NULL;
        _cleanup_(chain_end) struct chain c;

        (void)state;
        ten_make(&t, jose_key_generate());
        line = make_next(t.line[1], "start", MAKE_LIFE ",\"who\":\"X\",\"_personal\":[\"who\"]", t.key);
        next = make_next(line, "stop", MAKE_LIFE, t.key);
        strchr(line, '~')[1] = '\0';
        chain_begin(&c, NULL);
        assert_taken(&c, t.line[1]);
        assert_taken(&c, line);
        assert_taken(&c, next);
        assert_int_equal(c.incomplete, 1);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_whole_chain_is_taken_under_both_algorithms),
                cmocka_unit_test(a_given_key_must_be_the_chain_s),
                cmocka_unit_test(without_genesis_a_chain_needs_a_given_key),
                cmocka_unit_test(a_genesis_signed_by_another_key_than_it_introduces_is_refused),
                cmocka_unit_test(a_record_of_another_key_is_no_part_of_the_chain),
                cmocka_unit_test(a_transplanted_signature_is_refused),
                cmocka_unit_test(the_same_hash_is_a_duplicate_and_another_is_a_fork),
                cmocka_unit_test(an_es256_signature_in_its_other_form_is_a_duplicate_and_no_fork),
                cmocka_unit_test(a_prev_that_does_not_fit_breaks_the_chain),
                cmocka_unit_test(records_of_another_chain_host_or_kind_are_foreign),
                cmocka_unit_test(an_unknown_kind_is_taken),
                cmocka_unit_test(a_hole_is_declared_by_a_gap_with_the_right_hash),
                cmocka_unit_test(a_gap_whose_records_are_there_in_part_declares_the_rest),
                cmocka_unit_test(a_hole_is_named_by_its_numbers),
                cmocka_unit_test(one_gap_may_declare_several_holes_and_several_gaps_one),
                cmocka_unit_test(a_gap_that_declares_itself_or_nothing_is_a_break),
                cmocka_unit_test(the_statement_of_a_rotation_is_as_documented),
                cmocka_unit_test(after_a_rotate_the_new_key_signs),
                cmocka_unit_test(a_rotate_without_the_new_key_s_proof_is_a_break),
                cmocka_unit_test(nothing_follows_a_retire),
                cmocka_unit_test(erased_disclosures_are_counted_and_break_nothing),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
