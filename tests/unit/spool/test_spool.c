/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "spool/spool.h"
#include "unit/scratch.h"

#define CHAIN   "00112233445566778899aabbccddeeff"
#define YOUNGER "ffeeddccbbaa99887766554433221100"
#define FIRST   "spool/" CHAIN "/00000000000000000001.jws"
#define SECOND  "spool/" CHAIN "/00000000000000000002.jws"

static struct spool *open_spool(const char *state)
{
        _cleanup_free_ char *why = NULL;
        struct spool *s = NULL;

        if (spool_open(state, true, &s, &why) < 0)
                fail_msg("%s", why);
        return s;
}

static void append(struct spool *s, const char *chain, uint64_t seq, const char *line)
{
        assert_int_equal(spool_append(s, chain, seq, line), 0);
}

static void a_record_is_a_line_under_its_number(void **state)
{
        _cleanup_scratch_ char *dir = scratch_make();
        _cleanup_spool_ struct spool *s = open_spool(dir);
        _cleanup_free_ char *file = NULL, *line = NULL;
        size_t length = 0;

        (void)state;
        append(s, CHAIN, 1, "a.b.c~");
        file = scratch_read(dir, FIRST);
        assert_string_equal(file, "a.b.c~\n");
        assert_int_equal(spool_read(s, CHAIN, 1, &line, &length), 0);
        assert_string_equal(line, "a.b.c~");
        assert_int_equal(length, 6);
}

static void modes_are_the_contract_whatever_the_umask(void **state)
{
        _cleanup_scratch_ char *dir = scratch_make();
        mode_t before = umask(0077);
        _cleanup_spool_ struct spool *s = open_spool(dir);
        _cleanup_free_ char *spool = must_printf("%s/spool", dir), *chain = must_printf("%s/" CHAIN, spool);
        _cleanup_free_ char *record = must_printf("%s/" FIRST, dir);
        struct stat st;

        (void)state;
        append(s, CHAIN, 1, "a.b.c~");
        (void)umask(before);
        assert_int_equal(stat(spool, &st), 0);
        assert_int_equal(st.st_mode & 07777, 0750);
        assert_int_equal(stat(chain, &st), 0);
        assert_int_equal(st.st_mode & 07777, 0750);
        assert_int_equal(stat(record, &st), 0);
        assert_int_equal(st.st_mode & 07777, 0640);
}

static void a_second_record_under_a_number_is_refused_and_the_first_stays(void **state)
{
        _cleanup_scratch_ char *dir = scratch_make();
        _cleanup_spool_ struct spool *s = open_spool(dir);
        _cleanup_free_ char *file = NULL;

        (void)state;
        append(s, CHAIN, 1, "a.b.c~");
        assert_int_equal(spool_append(s, CHAIN, 1, "d.e.f~"), -EEXIST);
        file = scratch_read(dir, FIRST);
        assert_string_equal(file, "a.b.c~\n");
}

static void what_is_no_line_or_no_place_is_refused(void **state)
{
        _cleanup_scratch_ char *dir = scratch_make();
        _cleanup_spool_ struct spool *s = open_spool(dir);

        (void)state;
        assert_int_equal(spool_append(s, CHAIN, 1, "a.b.c~\nd.e.f~"), -EINVAL);
        assert_int_equal(spool_append(s, CHAIN, 0, "a.b.c~"), -EINVAL);
        assert_int_equal(spool_append(s, "../etc", 1, "a.b.c~"), -EINVAL);
        assert_int_equal(spool_append(s, "00112233445566778899AABBCCDDEEFF", 1, "a.b.c~"), -EINVAL);
}

static void entries_come_by_number_and_foreign_names_are_passed_over(void **state)
{
        _cleanup_scratch_ char *dir = scratch_make();
        _cleanup_spool_ struct spool *s = open_spool(dir);
        _cleanup_free_ struct spool_entry *entries = NULL;
        size_t count = 0;

        (void)state;
        append(s, CHAIN, 10, "ten~");
        append(s, CHAIN, 9, "nine~");
        scratch_write(dir, "spool/" CHAIN "/1.jws", "x\n");
        scratch_write(dir, "spool/" CHAIN "/0000000000000000001x.jws", "x\n");
        scratch_write(dir, "spool/" CHAIN "/00000000000000000000.jws", "x\n");
        scratch_write(dir, "spool/" CHAIN "/00000000000000000003.jws.bak", "x\n");
        assert_int_equal(spool_entries(s, CHAIN, &entries, &count), 0);
        assert_int_equal(count, 2);
        assert_int_equal(entries[0].seq, 9);
        assert_int_equal(entries[0].size, 6);
        assert_int_equal(entries[1].seq, 10);
}

static void a_link_is_no_record(void **state)
{
        _cleanup_scratch_ char *dir = scratch_make();
        _cleanup_spool_ struct spool *s = open_spool(dir);
        _cleanup_free_ char *link = must_printf("%s/" SECOND, dir);
        _cleanup_free_ struct spool_entry *entries = NULL;
        size_t count = 0;

        (void)state;
        append(s, CHAIN, 1, "a.b.c~");
        assert_int_equal(symlink("/etc/passwd", link), 0);
        assert_int_equal(spool_entries(s, CHAIN, &entries, &count), 0);
        assert_int_equal(count, 1);
}

static void chains_come_oldest_first(void **state)
{
        _cleanup_scratch_ char *dir = scratch_make();
        _cleanup_spool_ struct spool *s = open_spool(dir);
        _cleanup_free_ char(*chains)[RECORD_CHAIN_TEXT] = NULL;
        _cleanup_free_ char *genesis = must_printf("%s/spool/" YOUNGER "/00000000000000000001.jws", dir);
        const struct timespec later[2] = {{.tv_sec = 4102444800}, {.tv_sec = 4102444800}};
        size_t count = 0;

        (void)state;
        append(s, YOUNGER, 1, "a.b.c~");
        append(s, CHAIN, 1, "a.b.c~");
        assert_int_equal(utimensat(AT_FDCWD, genesis, later, 0), 0);
        assert_int_equal(spool_chains(s, &chains, &count), 0);
        assert_int_equal(count, 2);
        assert_string_equal(chains[0], CHAIN);
        assert_string_equal(chains[1], YOUNGER);
}

static void left_over_temporary_files_go_at_the_writers_start(void **state)
{
        _cleanup_scratch_ char *dir = scratch_make();
        _cleanup_free_ char *why = NULL;
        struct spool *s = open_spool(dir);

        (void)state;
        append(s, CHAIN, 1, "a.b.c~");
        spool_close(s);
        scratch_write(dir, "spool/" CHAIN "/.00000000000000000002.jws.tmp", "half a rec");
        assert_int_equal(spool_open(dir, false, &s, &why), 0);
        assert_true(scratch_exists(dir, "spool/" CHAIN "/.00000000000000000002.jws.tmp"));
        spool_close(s);
        s = open_spool(dir);
        assert_false(scratch_exists(dir, "spool/" CHAIN "/.00000000000000000002.jws.tmp"));
        assert_true(scratch_exists(dir, FIRST));
        spool_close(s);
}

static void a_left_over_temporary_file_does_not_block_its_number(void **state)
{
        _cleanup_scratch_ char *dir = scratch_make();
        _cleanup_spool_ struct spool *s = open_spool(dir);

        (void)state;
        append(s, CHAIN, 1, "a.b.c~");
        scratch_write(dir, "spool/" CHAIN "/.00000000000000000002.jws.tmp", "half a rec");
        append(s, CHAIN, 2, "d.e.f~");
}

static void the_newest_is_never_removed(void **state)
{
        _cleanup_scratch_ char *dir = scratch_make();
        _cleanup_spool_ struct spool *s = open_spool(dir);

        (void)state;
        append(s, CHAIN, 1, "a.b.c~");
        append(s, CHAIN, 2, "d.e.f~");
        assert_int_equal(spool_remove(s, CHAIN, 2), -EBUSY);
        assert_int_equal(spool_remove(s, CHAIN, 3), -ENOENT);
        assert_int_equal(spool_remove(s, CHAIN, 1), 0);
        assert_false(scratch_exists(dir, FIRST));
        assert_true(scratch_exists(dir, SECOND));
}

static void the_size_follows_what_is_added_and_removed(void **state)
{
        _cleanup_scratch_ char *dir = scratch_make();
        _cleanup_spool_ struct spool *s = open_spool(dir);

        (void)state;
        assert_int_equal(spool_size(s), 0);
        append(s, CHAIN, 1, "a.b.c~");
        append(s, CHAIN, 2, "d.e.f.g~");
        assert_int_equal(spool_size(s), 7 + 9);
        assert_int_equal(spool_remove(s, CHAIN, 1), 0);
        assert_int_equal(spool_size(s), 9);
}

static void a_damaged_file_is_told_from_a_missing_one(void **state)
{
        _cleanup_scratch_ char *dir = scratch_make();
        _cleanup_spool_ struct spool *s = open_spool(dir);
        _cleanup_free_ char *line = NULL;
        size_t length = 0;

        (void)state;
        append(s, CHAIN, 1, "a.b.c~");
        assert_int_equal(spool_read(s, CHAIN, 7, &line, &length), -ENOENT);
        scratch_write(dir, SECOND, "");
        assert_int_equal(spool_read(s, CHAIN, 2, &line, &length), -EBADMSG);
        scratch_write(dir, SECOND, "one~\ntwo~\n");
        assert_int_equal(spool_read(s, CHAIN, 2, &line, &length), -EBADMSG);
}

static void a_reader_does_not_make_a_spool(void **state)
{
        _cleanup_scratch_ char *dir = scratch_make();
        _cleanup_free_ char *why = NULL;
        struct spool *s = NULL;

        (void)state;
        assert_int_equal(spool_open(dir, false, &s, &why), -ENOENT);
        assert_non_null(strstr(why, "/spool"));
        assert_false(scratch_exists(dir, "spool"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_record_is_a_line_under_its_number),
                cmocka_unit_test(modes_are_the_contract_whatever_the_umask),
                cmocka_unit_test(a_second_record_under_a_number_is_refused_and_the_first_stays),
                cmocka_unit_test(what_is_no_line_or_no_place_is_refused),
                cmocka_unit_test(entries_come_by_number_and_foreign_names_are_passed_over),
                cmocka_unit_test(a_link_is_no_record),
                cmocka_unit_test(chains_come_oldest_first),
                cmocka_unit_test(left_over_temporary_files_go_at_the_writers_start),
                cmocka_unit_test(a_left_over_temporary_file_does_not_block_its_number),
                cmocka_unit_test(the_newest_is_never_removed),
                cmocka_unit_test(the_size_follows_what_is_added_and_removed),
                cmocka_unit_test(a_damaged_file_is_told_from_a_missing_one),
                cmocka_unit_test(a_reader_does_not_make_a_spool),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
