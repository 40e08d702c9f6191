/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "make.h"

#define JWK      "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}"
#define MEASURES "{\"id\":\"a:1\",\"technical\":null},{\"id\":\"a:2\",\"technical\":\"fail\"}"
#define RESULT   MAKE_RESULT("a.b", "{}", "pass")

static const struct {
        const char *kind;
        enum record_kind value;
        const char *own;
} kinds[] = {
        {"genesis", RECORD_GENESIS, "\"key\":" JWK},
        {"start", RECORD_START, ""},
        {"stop", RECORD_STOP, ""},
        {"full", RECORD_FULL, "\"measures\":[" MEASURES "],\"results\":[" RESULT "]"},
        {"change", RECORD_CHANGE, "\"measures\":[],\"results\":[],\"removed\":[]"},
        {"heartbeat", RECORD_HEARTBEAT, "\"state\":{\"full\":null,\"last\":null}"},
        {"policy", RECORD_POLICY, "\"files\":[]"},
        {"gap", RECORD_GAP, "\"from\":2,\"to\":3,\"hash\":\"" MAKE_HASH "\",\"reason\":\"retention\""},
        {"rotate", RECORD_ROTATE, "\"key\":" JWK ",\"proof\":\"x\""},
        {"retire", RECORD_RETIRE, ""},
        {"report", RECORD_REPORT, "\"measures\":[],\"results\":[]"},
        {"of-a-later-agent", RECORD_UNKNOWN, "\"anything\":[1]"},
};

static json_t *payload_of(size_t i)
{
        bool genesis = kinds[i].value == RECORD_GENESIS, report = kinds[i].value == RECORD_REPORT;

        return make_payload(kinds[i].kind, genesis ? 1 : 7, genesis || report ? NULL : MAKE_HASH, kinds[i].own);
}

static void every_kind_is_read(void **state)
{
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(kinds); i++) {
                _cleanup_json_ json_t *payload = payload_of(i);
                _cleanup_free_ char *why = NULL;
                struct record r;

                if (record_read(payload, &r, &why) < 0)
                        fail_msg("%s: %s", kinds[i].kind, why);
                assert_int_equal(r.kind, kinds[i].value);
                if (kinds[i].value != RECORD_UNKNOWN)
                        assert_string_equal(record_kind_name(r.kind), kinds[i].kind);
                assert_int_equal(r.made, 1769848200);
                assert_int_equal(r.next_by, 0);
                assert_string_equal(r.host_name, "host");
                if (r.kind == RECORD_REPORT) {
                        assert_null(r.chain);
                        assert_null(r.host_id);
                        assert_int_equal(r.seq, 0);
                        continue;
                }
                assert_string_equal(r.chain, MAKE_CHAIN);
                assert_string_equal(r.host_id, MAKE_HOST);
                assert_int_equal(r.seq, r.kind == RECORD_GENESIS ? 1 : 7);
        }
}

static void no_member_of_any_kind_may_be_missing(void **state)
{
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(kinds); i++) {
                _cleanup_json_ json_t *whole = payload_of(i);
                const char *name;
                json_t *value;

                json_object_foreach (whole, name, value) {
                        _cleanup_json_ json_t *payload = json_copy(whole);
                        _cleanup_free_ char *why = NULL;
                        struct record r;

                        if (streq(name, "anything"))
                                continue;
                        json_object_del(payload, name);
                        if (record_read(payload, &r, &why) != -EINVAL)
                                fail_msg("%s without %s was taken", kinds[i].kind, name);
                        assert_non_null(why);
                }
        }
}

static size_t index_of(enum record_kind kind)
{
        size_t i;

        for (i = 0; kinds[i].value != kind; i++)
                ;
        return i;
}

static void assert_refused(enum record_kind kind, const char *name, const char *value, const char *reason)
{
        _cleanup_json_ json_t *payload = payload_of(index_of(kind));
        _cleanup_free_ char *why = NULL;
        struct record r;

        json_set(payload, name, make_json(value));
        if (record_read(payload, &r, &why) != -EINVAL)
                fail_msg("%s: %s was taken", name, value);
        if (!strstr(why, reason))
                fail_msg("%s: %s refused as \"%s\", expected \"%s\"", name, value, why, reason);
}

static void malformed_members_are_refused(void **state)
{
        static const struct {
                const char *name, *value, *reason;
        } cases[] = {
                {"schema", "\"bioagent.record/2\"", "newer"},
                {"schema", "\"bioagent.record/0\"", "is not"},
                {"schema", "\"bioagent.record/x\"", "is not"},
                {"schema", "\"other/1\"", "is not"},
                {"schema", "7", "is not"},
                {"kind", "7", "kind"},
                {"chain", "\"00112233445566778899AABBCCDDEEFF\"", "chain"},
                {"chain", "\"00112233445566778899aabbccddeef\"", "chain"},
                {"chain", "\"00112233445566778899aabbccddeefff\"", "chain"},
                {"chain", "null", "chain"},
                {"seq", "0", "seq"},
                {"seq", "1", "genesis"},
                {"seq", "-7", "seq"},
                {"seq", "7.0", "seq"},
                {"seq", "\"7\"", "seq"},
                {"seq", "9007199254740992", "seq"},
                {"prev", "null", "prev"},
                {"prev", "\"AAAA\"", "prev"},
                {"prev", "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB\"", "prev"},
                {"made", "\"2026-01-31\"", "made"},
                {"made", "\"2026-01-31T08:30:00+01:00\"", "made"},
                {"made", "\"2026-13-31T08:30:00Z\"", "made"},
                {"made", "1769848200", "made"},
                {"next_by", "\"soon\"", "next_by"},
                {"part", "{\"index\":0,\"of\":1}", "part"},
                {"part", "{\"index\":2,\"of\":1}", "part"},
                {"part", "{\"index\":1,\"of\":5000}", "part"},
                {"part", "{\"index\":1,\"of\":2}", "one part"},
                {"target", "\"dead\"", "target"},
                {"target", "\"offline\"", "report"},
                {"host", "{\"id\":\"" MAKE_HOST "\"}", "host"},
                {"host", "{\"id\":null,\"name\":\"host\"}", "UUID"},
                {"host", "{\"id\":\"3F2C1B0A-1111-4222-8333-444455556666\",\"name\":\"host\"}", "UUID"},
                {"host", "{\"id\":\"3f2c1b0a-1111-4222-8333-44445555666-\",\"name\":\"host\"}", "UUID"},
                {"run", "7", "run"},
                {"witness", "\"x\"", "witness"},
                {"policies", "{}", "policies"},
        };
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(cases); i++)
                assert_refused(RECORD_START, cases[i].name, cases[i].value, cases[i].reason);
        assert_refused(RECORD_GENESIS, "seq", "2", "genesis");
        assert_refused(RECORD_GENESIS, "prev", "\"" MAKE_HASH "\"", "prev");
        assert_refused(RECORD_REPORT, "chain", "\"" MAKE_CHAIN "\"", "report");
        assert_refused(RECORD_REPORT, "seq", "1", "report");
        assert_refused(RECORD_REPORT, "host", "{\"id\":\"" MAKE_HOST "\",\"name\":\"host\"}", "null");
        assert_refused(RECORD_REPORT, "part", "{\"index\":1,\"of\":2}", "one part");
        assert_refused(RECORD_GAP, "from", "0", "from");
        assert_refused(RECORD_GAP, "hash", "\"x\"", "hash");
        assert_refused(RECORD_HEARTBEAT, "state", "[]", "state");
}

static void results_are_looked_into(void **state)
{
        (void)state;
        assert_refused(RECORD_FULL, "results", "[7]", "check");
        assert_refused(RECORD_FULL, "results", "[{\"check\":\"a\"}]", "with");
        assert_refused(RECORD_FULL, "results", "[{\"check\":\"a\",\"with\":{},\"status\":\"PASS\"}]", "status");
        assert_refused(RECORD_FULL, "results", "[{\"check\":\"a\",\"with\":{},\"status\":\"pass\",\"findings\":[]}]",
                       "findings");
        assert_refused(RECORD_FULL, "results",
                       "[{\"check\":\"a\",\"with\":{},\"status\":\"pass\",\"findings\":[{\"status\":\"ok\"}]}]",
                       "finding");
        assert_refused(RECORD_FULL, "measures", "[{}]", "measure");
        assert_refused(RECORD_FULL, "measures", "[{\"id\":\"a:1\"}]", "technical");
        assert_refused(RECORD_FULL, "measures", "[{\"id\":\"a:1\",\"technical\":\"unknown\"}]", "technical");
        assert_refused(RECORD_CHANGE, "removed", "[{\"check\":\"a\"}]", "removed");
        assert_refused(RECORD_CHANGE, "removed", "[\"a\"]", "removed");
}

static void a_part_needs_its_run(void **state)
{
        _cleanup_json_ json_t *payload = payload_of(index_of(RECORD_FULL));
        _cleanup_free_ char *why = NULL;
        struct record r;

        (void)state;
        json_set(payload, "part", make_json("{\"index\":1,\"of\":3}"));
        json_object_del(payload, "measures");
        assert_int_equal(record_read(payload, &r, &why), -EINVAL);
        assert_non_null(strstr(why, "run"));
        json_set(payload, "run", make_json("{\"id\":\"x\"}"));
        assert_int_equal(record_read(payload, &r, NULL), 0);
        assert_int_equal(r.part_index, 1);
        assert_int_equal(r.part_of, 3);
        json_set(payload, "part", make_json("{\"index\":3,\"of\":3}"));
        assert_int_equal(record_read(payload, &r, NULL), -EINVAL); /* measures are due */
}

static void the_last_part_of_a_change_has_what_belongs_to_all(void **state)
{
        static const char *const own[] = {"measures", "removed"};
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(own); i++) {
                _cleanup_json_ json_t *payload = payload_of(index_of(RECORD_CHANGE));
                struct record r;

                json_set(payload, "run", make_json("{\"id\":\"x\"}"));
                json_set(payload, "part", make_json("{\"index\":1,\"of\":2}"));
                json_object_del(payload, own[i]);
                assert_int_equal(record_read(payload, &r, NULL), 0);
                json_set(payload, "part", make_json("{\"index\":2,\"of\":2}"));
                assert_int_equal(record_read(payload, &r, NULL), -EINVAL);
                json_set(payload, "part", make_json("{\"index\":1,\"of\":2}"));
                json_object_del(payload, "results");
                assert_int_equal(record_read(payload, &r, NULL), -EINVAL);
        }
}

static void what_is_not_known_is_let_be(void **state)
{
        _cleanup_json_ json_t *payload = payload_of(index_of(RECORD_STOP));
        struct record r;

        (void)state;
        json_set(payload, "later", make_json("{\"x\":[1,2]}"));
        json_set(payload, "next_by", make_json("\"2026-01-31T08:30:00.250Z\""));
        assert_int_equal(record_read(payload, &r, NULL), 0);
        assert_int_equal(r.next_by, 1769848200);
        assert_int_equal(record_read(NULL, &r, NULL), -EINVAL);
}

static void statuses_and_their_order(void **state)
{
        static const char *const names[] = {"na", "pass", "manual", "error", "fail"};
        enum bio_status a, b;
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(names); i++) {
                assert_int_equal(status_from(names[i], &a), 0);
                assert_string_equal(status_name(a), names[i]);
                if (i > 0) {
                        assert_int_equal(status_from(names[i - 1], &b), 0);
                        assert_int_equal(status_worst(a, b), a);
                        assert_int_equal(status_worst(b, a), a);
                }
        }
        assert_int_equal(status_from("unknown", &a), -EINVAL);
        assert_int_equal(status_from(NULL, &a), -EINVAL);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_kind_is_read),
                cmocka_unit_test(no_member_of_any_kind_may_be_missing),
                cmocka_unit_test(malformed_members_are_refused),
                cmocka_unit_test(results_are_looked_into),
                cmocka_unit_test(a_part_needs_its_run),
                cmocka_unit_test(the_last_part_of_a_change_has_what_belongs_to_all),
                cmocka_unit_test(what_is_not_known_is_let_be),
                cmocka_unit_test(statuses_and_their_order),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
