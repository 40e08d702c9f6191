/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "ship/answer.h"

#define CHAIN "00112233445566778899aabbccddeeff"
#define HASH  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static void refused(const char *text)
{
        _cleanup_free_ char *why = NULL;
        struct answer a;

        if (answer_parse(text, strlen(text), &a, &why) != -EBADMSG)
                fail_msg("taken: %s", text);
        assert_non_null(why);
        assert_int_equal(a.acked_count + a.refused_count + a.want_count, 0);
}

static void taken(const char *text, struct answer *ret)
{
        char *why = NULL;

        if (answer_parse(text, strlen(text), ret, &why) < 0)
                fail_msg("%s: %s", text, why);
}

static void a_whole_answer_is_read(void **state)
{
        struct answer a;

        (void)state;
        taken("{\"acked\":{\"" CHAIN "\":{\"seq\":7,\"hash\":\"" HASH "\"}},\"refused\":[{\"line\":2,\"chain\":\"" CHAIN
              "\",\"seq\":8,\"hash\":\"" HASH
              "\",\"type\":\"unknown-key\"},{\"line\":3,\"chain\":null,\"seq\":null,\"hash\":null,"
              "\"type\":\"malformed\"}],\"want\":{\"" CHAIN "\":3},\"nonce\":\"n\",\"later\":[1]}",
              &a);
        assert_int_equal(a.acked_count, 1);
        assert_string_equal(a.acked[0].chain, CHAIN);
        assert_int_equal(a.acked[0].seq, 7);
        assert_string_equal(a.acked[0].hash, HASH);
        assert_int_equal(a.refused_count, 2);
        assert_int_equal(a.refused[0].type, REFUSED_UNKNOWN_KEY);
        assert_int_equal(a.refused[0].seq, 8);
        assert_int_equal(a.refused[1].line, 3);
        assert_string_equal(a.refused[1].chain, "");
        assert_int_equal(a.want[0].seq, 3);
        assert_string_equal(a.nonce, "n");
        answer_free(&a);
}

static void the_least_is_acked_and_refused(void **state)
{
        struct answer a;

        (void)state;
        taken("{\"acked\":{},\"refused\":[]}", &a);
        answer_free(&a);
        taken("{\"acked\":{\"" CHAIN "\":{\"seq\":0,\"hash\":null}},\"refused\":[],\"want\":null,\"nonce\":null}", &a);
        assert_int_equal(a.acked[0].seq, 0);
        answer_free(&a);
        refused("{\"acked\":{}}");
        refused("{\"refused\":[]}");
}

static void what_has_another_form_is_refused(void **state)
{
        static const char *const refusals[] = {
                "1",
                "{\"line\":1}",
                "{\"line\":0,\"type\":\"signature\"}",
                "{\"type\":\"signature\"}",
                "{\"line\":1,\"type\":\"other\"}",
                "{\"line\":1,\"type\":null}",
                "{\"line\":1,\"type\":\"signature\",\"chain\":\"x\"}",
                "{\"line\":1,\"type\":\"signature\",\"chain\":1}",
                "{\"line\":1,\"type\":\"signature\",\"seq\":-1}",
                "{\"line\":1,\"type\":\"signature\",\"hash\":\"short\"}",
        };
        static const char *const acks[] = {
                "\"x\":{\"seq\":1,\"hash\":\"" HASH "\"}",
                "\"" CHAIN "\":1",
                "\"" CHAIN "\":{\"seq\":1}",
                "\"" CHAIN "\":{\"seq\":0,\"hash\":\"" HASH "\"}",
                "\"" CHAIN "\":{\"seq\":1.5,\"hash\":\"" HASH "\"}",
                "\"" CHAIN "\":{\"seq\":1,\"hash\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"}",
                "\"" CHAIN "\":{\"seq\":1,\"hash\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB\"}", /* spare bits */
                "\"" CHAIN "\":{\"seq\":1,\"hash\":\"" HASH "\"},\"" CHAIN "\":{\"seq\":2,\"hash\":\"" HASH "\"}",
        };
        size_t i;

        (void)state;
        refused("");
        refused("[]");
        refused("<html>busy</html>");
        for (i = 0; i < ELEMENTS(refusals); i++) {
                _cleanup_free_ char *text = must_printf("{\"acked\":{},\"refused\":[%s]}", refusals[i]);

                refused(text);
        }
        for (i = 0; i < ELEMENTS(acks); i++) {
                _cleanup_free_ char *text = must_printf("{\"acked\":{%s},\"refused\":[]}", acks[i]);

                refused(text);
        }
        refused("{\"acked\":{},\"refused\":[],\"want\":[]}");
        refused("{\"acked\":{},\"refused\":[],\"want\":{\"" CHAIN "\":0}}");
        refused("{\"acked\":{},\"refused\":[],\"nonce\":1}");
        refused("{\"acked\":{},\"refused\":[],\"nonce\":\"a b\"}");
        refused("{\"acked\":{},\"refused\":[],\"nonce\":\"\\u00e9\"}");
}

static void bounds_are_kept(void **state)
{
        _cleanup_text_ struct text t = {0}, n = {0};
        size_t i;

        (void)state;
        text_add(&t, "{\"acked\":{},\"refused\":[");
        for (i = 0; i <= ANSWER_ITEMS_MOST; i++)
                text_printf(&t, "%s{\"line\":1,\"type\":\"signature\"}", i > 0 ? "," : "");
        text_add(&t, "]}");
        refused(t.data);
        text_add(&n, "{\"acked\":{},\"refused\":[],\"nonce\":\"");
        for (i = 0; i < ANSWER_NONCE_TEXT; i++)
                text_add_char(&n, 'n');
        text_add(&n, "\"}");
        refused(n.data);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_whole_answer_is_read),
                cmocka_unit_test(the_least_is_acked_and_refused),
                cmocka_unit_test(what_has_another_form_is_refused),
                cmocka_unit_test(bounds_are_kept),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
