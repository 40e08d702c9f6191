/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "base/text.h"
#include "spool/spool.h"
#include "unit/scratch.h"

#define CHAIN "00112233445566778899aabbccddeeff"
#define HASH  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static char *make_state(void)
{
        char *dir = scratch_make();
        _cleanup_free_ char *ship = must_printf("%s/ship", dir);

        assert_int_equal(directory_make(ship, 0750), 0);
        return dir;
}

static int load(const char *content, struct spool_acks *ret)
{
        _cleanup_scratch_ char *dir = make_state();
        _cleanup_free_ char *why = NULL;
        int r;

        scratch_write(dir, "ship/ack.json", content);
        r = spool_acks_load(dir, ret, &why);
        assert_true(r == 0 || why);
        return r;
}

static void refused(const char *content)
{
        struct spool_acks acks;

        if (load(content, &acks) != -EBADMSG)
                fail_msg("taken: %s", content);
        assert_int_equal(acks.count, 0);
}

static void what_is_stored_is_loaded(void **state)
{
        _cleanup_scratch_ char *dir = make_state();
        _cleanup_free_ char *why = NULL, *path = must_printf("%s/ship/ack.json", dir);
        struct spool_acks acks = {0}, loaded;
        struct spool_ack *ack = spool_acks_of(&acks, CHAIN, true);
        struct stat st;

        (void)state;
        *ack = (struct spool_ack){.seq = 42, .at = 1769848200, .want = 7, .hash = HASH, .nonce = "n0nce"};
        memcpy(ack->chain, CHAIN, sizeof(CHAIN));
        ack->refused = json_must(json_array());
        json_push(ack->refused, json_must(json_object()));
        assert_int_equal(spool_acks_store(dir, &acks), 0);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 07777, 0640);
        assert_int_equal(spool_acks_load(dir, &loaded, &why), 0);
        assert_int_equal(loaded.count, 1);
        ack = spool_acks_of(&loaded, CHAIN, false);
        assert_int_equal(ack->seq, 42);
        assert_int_equal(ack->at, 1769848200);
        assert_int_equal(ack->want, 7);
        assert_string_equal(ack->hash, HASH);
        assert_string_equal(ack->nonce, "n0nce");
        assert_int_equal(json_array_size(ack->refused), 1);
        spool_acks_free(&acks);
        spool_acks_free(&loaded);
}

static void a_missing_file_is_an_empty_set(void **state)
{
        _cleanup_scratch_ char *dir = make_state();
        _cleanup_free_ char *why = NULL;
        struct spool_acks acks;

        (void)state;
        assert_int_equal(spool_acks_load(dir, &acks, &why), 0);
        assert_int_equal(acks.count, 0);
        assert_null(spool_acks_of(&acks, CHAIN, false));
}

static void nothing_acknowledged_yet_has_no_hash(void **state)
{
        struct spool_acks acks;

        (void)state;
        assert_int_equal(load("{\"" CHAIN "\":{\"seq\":0,\"hash\":null}}", &acks), 0);
        assert_int_equal(acks.acks[0].seq, 0);
        spool_acks_free(&acks);
        refused("{\"" CHAIN "\":{\"seq\":0,\"hash\":\"" HASH "\"}}");
        refused("{\"" CHAIN "\":{\"seq\":1,\"hash\":null}}");
}

static void what_has_another_form_is_refused(void **state)
{
        (void)state;
        refused("");
        refused("[]");
        refused("{\"" CHAIN "\":{\"seq\":1,\"hash\":\"" HASH "\"}");
        refused("{\"" CHAIN "\":{\"seq\":1,\"hash\":\"" HASH "\"},\"" CHAIN "\":{\"seq\":2,\"hash\":\"" HASH "\"}}");
        refused("{\"" CHAIN "\":1}");
        refused("{\"" CHAIN "\":{\"hash\":\"" HASH "\"}}");
        refused("{\"" CHAIN "\":{\"seq\":-1,\"hash\":\"" HASH "\"}}");
        refused("{\"" CHAIN "\":{\"seq\":\"1\",\"hash\":\"" HASH "\"}}");
        refused("{\"" CHAIN "\":{\"seq\":1.5,\"hash\":\"" HASH "\"}}");
        refused("{\"" CHAIN "\":{\"seq\":1,\"hash\":\"" HASH "A\"}}");
        refused("{\"" CHAIN "\":{\"seq\":1,\"hash\":\"" HASH "\",\"at\":\"yesterday\"}}");
        refused("{\"" CHAIN "\":{\"seq\":1,\"hash\":\"" HASH "\",\"refused\":{}}}");
        refused("{\"" CHAIN "\":{\"seq\":1,\"hash\":\"" HASH "\",\"want\":\"2\"}}");
        refused("{\"" CHAIN "\":{\"seq\":1,\"hash\":\"" HASH "\",\"nonce\":2}}");
        refused("{\"../../etc\":{\"seq\":1,\"hash\":\"" HASH "\"}}");
}

static void a_nonce_that_does_not_fit_is_refused(void **state)
{
        _cleanup_text_ struct text t = {0};
        size_t i;

        (void)state;
        text_add(&t, "{\"" CHAIN "\":{\"seq\":1,\"hash\":\"" HASH "\",\"nonce\":\"");
        for (i = 0; i < 128; i++)
                text_add_char(&t, 'n');
        text_add(&t, "\"}}");
        refused(t.data);
}

static void more_than_the_bound_is_neither_read_nor_written(void **state)
{
        _cleanup_scratch_ char *dir = make_state();
        _cleanup_text_ struct text t = {0};
        struct spool_acks acks = {0};
        struct spool_ack *ack = spool_acks_of(&acks, CHAIN, true);
        size_t i;

        (void)state;
        text_add(&t, "{\"" CHAIN "\":{\"seq\":1,\"hash\":\"" HASH "\"}");
        for (i = 0; i < SPOOL_ACK_MOST; i++)
                text_add_char(&t, ' ');
        text_add(&t, "}");
        refused(t.data);
        ack->refused = json_must(json_array());
        for (i = 0; i < SPOOL_ACK_MOST / 4; i++)
                json_push(ack->refused, json_must(json_string("x")));
        assert_int_equal(spool_acks_store(dir, &acks), -EFBIG);
        assert_false(scratch_exists(dir, "ship/ack.json"));
        spool_acks_free(&acks);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_is_stored_is_loaded),
                cmocka_unit_test(a_missing_file_is_an_empty_set),
                cmocka_unit_test(nothing_acknowledged_yet_has_no_hash),
                cmocka_unit_test(what_has_another_form_is_refused),
                cmocka_unit_test(a_nonce_that_does_not_fit_is_refused),
                cmocka_unit_test(more_than_the_bound_is_neither_read_nor_written),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
