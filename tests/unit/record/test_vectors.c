/* SPDX-License-Identifier: EUPL-1.2 */
/* The records in tests/interop/vectors: what was once written stays readable, to the byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <fcntl.h>

#include "base/io.h"
#include "make.h"
#include "record/verify.h"

#define VECTORS SOURCE_DIR "/tests/interop/vectors/"

static uint64_t records;

static void on_chain(const struct verify_chain *c, void *user)
{
        (void)user;
        records = c->records;
        assert_int_equal(c->incomplete, 0);
        assert_true(c->retired);
}

static void on_problem(const struct verify_problem *p, void *user)
{
        (void)user;
        fail_msg("%s:%zu: %s", p->file, p->line, p->why);
}

static void verify_with(const char *path, const char *key_path)
{
        static const struct verify_listener listener = {on_problem, on_chain, NULL, NULL};
        _cleanup_key_ struct jose_key *key = NULL;
        const struct jose_key *keys[1];

        assert_int_equal(jose_key_load(key_path, &key, NULL), 0);
        keys[0] = key;
        assert_int_equal(verify_files(keys, 1, &path, 1, &listener), VERIFY_VALID);
}

static void the_chains_and_the_report_verify(void **state)
{
        (void)state;
        verify_with(VECTORS "eddsa.jws", VECTORS "eddsa.jwk");
        assert_int_equal(records, 13);
        verify_with(VECTORS "es256.jws", VECTORS "es256.jwk");
        assert_int_equal(records, 13);
        verify_with(VECTORS "report.jws", VECTORS "eddsa.jwk");
}

static char *read_text(const char *path)
{
        char *text = NULL;
        size_t length;

        assert_int_equal(file_read(AT_FDCWD, path, 1024 * 1024, &text, &length), 0);
        return text;
}

static void compare_clear(const char *jws_path, const char *clear_path)
{
        _cleanup_free_ char *lines = read_text(jws_path), *values = read_text(clear_path);
        char *rest_lines = lines, *rest_values = values, *line;
        size_t count = 0;

        while ((line = strsep(&rest_lines, "\n")) && *line) {
                _cleanup_(jws_free) struct jws j = {0};
                _cleanup_json_ json_t *clear = NULL, *expected = make_json(strsep(&rest_values, "\n"));

                assert_int_equal(jws_parse(line, strlen(line), JWS_LINE_MOST, &j, NULL), 0);
                clear = jws_disclosed(&j, NULL, 0);
                assert_true(json_equal(clear, expected));
                count++;
        }
        assert_int_equal(count, 13);
}

static void the_disclosed_values_are_these(void **state)
{
        (void)state;
        compare_clear(VECTORS "eddsa.jws", VECTORS "eddsa.clear");
        compare_clear(VECTORS "es256.jws", VECTORS "es256.clear");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_chains_and_the_report_verify),
                cmocka_unit_test(the_disclosed_values_are_these),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
