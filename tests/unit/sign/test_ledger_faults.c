/* SPDX-License-Identifier: EUPL-1.2 */
/* Every call of making a record fails in turn: the chain still verifies, and goes on, in this process and in the next.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "unit/faults.h"

#include "make.h"

#define CALLS_MOST 100

static bool change_with_fault(unsigned at, int error, bool lasting)
{
        _cleanup_place_ struct place p;
        _cleanup_free_ char *why = NULL;
        uint64_t seq;
        bool failed;
        int r;

        place_make(&p);
        place_open(&p);
        place_append(&p, RECORD_GENESIS, NULL);
        place_append(&p, RECORD_FULL, MAKE_FULL("pass"));
        fault_begin(at, error, lasting, true);
        r = place_try(&p, RECORD_CHANGE, MAKE_CHANGE("fail"), &why);
        failed = fault.failed;
        fault_end();
        /* Success or not: what the ledger believes is what the spool says. */
        assert_int_equal(p.ledger.seq, r == 0 ? 3 : 2);
        assert_string_equal(place_status(&p), r == 0 ? "fail" : "pass");
        assert_true(r == 0 || why);
        assert_int_equal(place_verify(&p, p.ledger.chain), p.ledger.seq);
        seq = p.ledger.seq;
        place_append(&p, RECORD_HEARTBEAT, "{\"state\":{}}");
        assert_int_equal(place_verify(&p, p.ledger.chain), seq + 1);
        place_reopen(&p);
        assert_int_equal(p.ledger.seq, seq + 1);
        assert_string_equal(place_status(&p), r == 0 ? "fail" : "pass");
        place_append(&p, RECORD_STOP, NULL);
        assert_int_equal(place_verify(&p, p.ledger.chain), seq + 2);
        return failed;
}

static void a_change(void **state)
{
        static const int errors[] = {ENOSPC, EIO};
        unsigned at;
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(errors); i++) {
                for (at = 1; change_with_fault(at, errors[i], false); at++)
                        assert_in_range(at, 1, CALLS_MOST);
                for (at = 1; change_with_fault(at, errors[i], true); at++)
                        assert_in_range(at, 1, CALLS_MOST);
        }
}

/* The first start: key, host id, spool and genesis. After a failure the next start makes one chain, under one key, with
 * no tale of a lost spool. */
static bool start_with_fault(unsigned at, int error)
{
        _cleanup_place_ struct place p;
        _cleanup_free_ char *why = NULL;
        _cleanup_free_ char(*chains)[RECORD_CHAIN_TEXT] = NULL;
        size_t count = 0;
        bool failed;
        int r;

        place_make(&p);
        fault_begin(at, error, true, true);
        r = identity_open(p.state, p.key, &p.identity, &why);
        if (r == 0)
                r = identity_set_host(&p.identity, MAKE_HOST_ID);
        if (r == 0)
                r = ledger_open(p.state, &p.identity, &p.ledger, &p.previous, &why);
        if (r == 0)
                r = place_try(&p, RECORD_GENESIS, NULL, &why);
        failed = fault.failed;
        fault_end();
        place_reopen(&p);
        if (!p.ledger.chain[0]) {
                assert_true(json_is_null(p.previous));
                place_append(&p, RECORD_GENESIS, NULL);
        }
        assert_int_equal(spool_chains(p.ledger.spool, &chains, &count), 0);
        assert_int_equal(count, 1);
        assert_int_equal(place_verify(&p, p.ledger.chain), 1);
        assert_true(p.identity.introduced);
        return failed;
}

static void the_first_start(void **state)
{
        unsigned at;

        (void)state;
        for (at = 1; start_with_fault(at, ENOSPC); at++)
                assert_in_range(at, 1, CALLS_MOST);
        assert_true(at > 15);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_change),
                cmocka_unit_test(the_first_start),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
