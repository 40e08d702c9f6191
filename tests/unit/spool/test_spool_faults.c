/* SPDX-License-Identifier: EUPL-1.2 */
/* Every call that an append makes fails in turn, once and from then on; each leaves a spool that is whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "spool/spool.h"
#include "unit/faults.h"
#include "unit/scratch.h"

#define CHAIN      "00112233445566778899aabbccddeeff"
#define CALLS_MOST 64

static struct spool *open_spool(const char *state)
{
        _cleanup_free_ char *why = NULL;
        struct spool *s = NULL;

        if (spool_open(state, true, &s, &why) < 0)
                fail_msg("%s", why);
        return s;
}

static bool holds(struct spool *s, uint64_t seq, const char *line)
{
        _cleanup_free_ char *found = NULL;
        size_t length = 0;
        int r = spool_read(s, CHAIN, seq, &found, &length);

        assert_true(r == 0 || r == -ENOENT);
        if (r == 0)
                assert_string_equal(found, line);
        return r == 0;
}

/* Appends record `seq` while call `at` fails, then looks at what is there. True where a call failed. */
static bool append_with_fault(unsigned at, int error, bool lasting, bool torn, uint64_t seq)
{
        _cleanup_scratch_ char *dir = scratch_make();
        struct spool *s = open_spool(dir);
        uint64_t i;
        bool failed, there;
        int r;

        for (i = 1; i < seq; i++)
                assert_int_equal(spool_append(s, CHAIN, i, "old~"), 0);
        fault_begin(at, error, lasting, torn);
        r = spool_append(s, CHAIN, seq, "new~");
        failed = fault.failed;
        fault_end();
        there = seq > 1 || scratch_exists(dir, "spool/" CHAIN) ? holds(s, seq, "new~") : false;
        if (r == 0)
                assert_true(there);
        spool_close(s);

        /* As after a restart: what was there is there, nothing half-written is visible, and the number is still one
         * record's. */
        s = open_spool(dir);
        for (i = 1; i < seq; i++)
                assert_true(holds(s, i, "old~"));
        r = spool_append(s, CHAIN, seq, "another~");
        assert_int_equal(r, there ? -EEXIST : 0);
        assert_true(holds(s, seq, there ? "new~" : "another~"));
        spool_close(s);
        return failed;
}

static void every_failing_call_leaves_a_whole_spool(uint64_t seq)
{
        static const int errors[] = {ENOSPC, EIO, EDQUOT, EROFS};
        unsigned at, kind;
        size_t i;

        for (i = 0; i < ELEMENTS(errors); i++) {
                for (kind = 0; kind < 4; kind++) {
                        for (at = 1; append_with_fault(at, errors[i], kind & 1, kind & 2, seq); at++)
                                assert_in_range(at, 1, CALLS_MOST);
                        /* Directory entry, bytes, newline, mode, file and directory synced, name: each was met. */
                        assert_true(at > 7);
                }
        }
}

static void an_append_to_a_chain(void **state)
{
        (void)state;
        every_failing_call_leaves_a_whole_spool(4);
}

static void the_first_append_of_a_chain(void **state)
{
        (void)state;
        every_failing_call_leaves_a_whole_spool(1);
}

/* Without RENAME_NOREPLACE (EINVAL) the number must be as exclusive. */
static void a_file_system_without_noreplace(void **state)
{
        unsigned at;

        (void)state;
        for (at = 1; append_with_fault(at, EINVAL, false, false, 2); at++)
                assert_in_range(at, 1, CALLS_MOST);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(an_append_to_a_chain),
                cmocka_unit_test(the_first_append_of_a_chain),
                cmocka_unit_test(a_file_system_without_noreplace),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
