/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "make.h"

static int try_open(struct place *p, char **why)
{
        return identity_open(p->state, p->key, &p->identity, why);
}

static void a_new_key_is_private_and_beside_its_name_until_it_is_introduced(void **state)
{
        _cleanup_place_ struct place p;
        _cleanup_free_ char *path = NULL, *directory = NULL;
        struct stat st;

        (void)state;
        place_make(&p);
        place_open(&p);
        assert_false(p.identity.introduced);
        assert_false(scratch_exists(p.state, "sign/key.pem"));
        place_append(&p, RECORD_GENESIS, NULL);
        assert_true(p.identity.introduced);
        assert_false(scratch_exists(p.state, "sign/key.pem.new"));
        path = must_printf("%s/sign/key.pem", p.state);
        directory = must_printf("%s/sign", p.state);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 07777, 0600);
        assert_int_equal(stat(directory, &st), 0);
        assert_int_equal(st.st_mode & 07777, 0700);
}

static void the_key_and_the_host_stay_the_same(void **state)
{
        _cleanup_place_ struct place p;
        char kid[JOSE_KID_TEXT], host[HOST_ID_TEXT];

        (void)state;
        place_make(&p);
        place_open(&p);
        memcpy(kid, jose_key_id(p.identity.key), sizeof(kid));
        memcpy(host, p.identity.host_id, sizeof(host));
        place_reopen(&p); /* before the genesis */
        assert_string_equal(jose_key_id(p.identity.key), kid);
        place_append(&p, RECORD_GENESIS, NULL);
        place_reopen(&p); /* and after it */
        assert_string_equal(jose_key_id(p.identity.key), kid);
        assert_string_equal(p.identity.host_id, host);
}

/* A key that was being written when the process ended is no secret to be left about. */
static void what_was_half_written_goes_at_the_next_start(void **state)
{
        static const char *const left[] = {"sign/.key.pem.new.abcdef.tmp", "sign/.host-id.abcdef.tmp"};
        _cleanup_place_ struct place p;
        size_t i;

        (void)state;
        place_make(&p);
        place_open(&p);
        for (i = 0; i < ELEMENTS(left); i++)
                scratch_write(p.state, left[i], "half");
        place_reopen(&p);
        for (i = 0; i < ELEMENTS(left); i++)
                assert_false(scratch_exists(p.state, left[i]));
}

static void a_second_signer_is_refused(void **state)
{
        _cleanup_place_ struct place p;
        struct identity other;
        _cleanup_free_ char *why = NULL;

        (void)state;
        place_make(&p);
        place_open(&p);
        assert_int_equal(identity_open(p.state, p.key, &other, &why), -EBUSY);
        assert_non_null(strstr(why, "another process"));
}

static void a_key_that_cannot_be_used_is_never_replaced(void **state)
{
        _cleanup_place_ struct place p;
        _cleanup_free_ char *why = NULL, *content = NULL;

        (void)state;
        place_make(&p);
        place_open(&p);
        place_append(&p, RECORD_GENESIS, NULL);
        place_close(&p);
        scratch_write(p.state, "sign/key.pem", "damaged\n");
        assert_int_equal(try_open(&p, &why), -EINVAL);
        assert_non_null(strstr(why, "key.pem"));
        content = scratch_read(p.state, "sign/key.pem");
        assert_string_equal(content, "damaged\n");
        assert_false(scratch_exists(p.state, "sign/key.pem.new"));
}

static void a_public_key_is_no_key_to_sign_with(void **state)
{
        static const char public[] = "-----BEGIN PUBLIC KEY-----\n"
                                     "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
                                     "-----END PUBLIC KEY-----\n";
        _cleanup_place_ struct place p;
        _cleanup_free_ char *why = NULL;

        (void)state;
        place_make(&p);
        place_open(&p);
        place_close(&p);
        scratch_write(p.state, "sign/key.pem", public);
        assert_int_equal(try_open(&p, &why), -EINVAL);
        assert_non_null(strstr(why, "public"));
}

static void a_host_id_that_is_none_is_not_taken(void **state)
{
        static const char *const wrong[] = {"", "x", "3F2C1B0A-1111-4222-8333-444455556666",
                                            "3f2c1b0a-1111-4222-8333-4444555566667",
                                            "3f2c1b0a11114222833344445555666600000"};
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(wrong); i++) {
                _cleanup_place_ struct place p;
                _cleanup_free_ char *why = NULL;

                place_make(&p);
                place_open(&p);
                place_close(&p);
                scratch_write(p.state, "sign/host-id", wrong[i]);
                assert_int_equal(try_open(&p, &why), 0);
                assert_string_equal(p.identity.host_id, "");
        }
}

static void the_machine_id_itself_is_not_shown(void **state)
{
        _cleanup_json_ json_t *attributes = identity_attributes();
        _cleanup_free_ char *text = json_text(attributes), *id = scratch_read("/etc", "machine-id");

        (void)state;
        assert_true(json_object_get(attributes, "machine_id") != NULL);
        if (!id)
                return;
        id[strcspn(id, "\n")] = '\0';
        assert_true(id[0] == '\0' || strstr(text, id) == NULL);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_new_key_is_private_and_beside_its_name_until_it_is_introduced),
                cmocka_unit_test(the_key_and_the_host_stay_the_same),
                cmocka_unit_test(what_was_half_written_goes_at_the_next_start),
                cmocka_unit_test(a_second_signer_is_refused),
                cmocka_unit_test(a_key_that_cannot_be_used_is_never_replaced),
                cmocka_unit_test(a_public_key_is_no_key_to_sign_with),
                cmocka_unit_test(a_host_id_that_is_none_is_not_taken),
                cmocka_unit_test(the_machine_id_itself_is_not_shown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
