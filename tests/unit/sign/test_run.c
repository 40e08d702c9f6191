/* SPDX-License-Identifier: EUPL-1.2 */
/* From what the observer answered to records: the daemon without its event loop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "make.h"
#include "sign/daemon_internal.h"

static const char policy_text[] = "schema: bioagent.policy/1\n"
                                  "policy: test\n"
                                  "version: \"%s\"\n"
                                  "title: {nl: T, en: T}\n"
                                  "source: {name: n, version: \"1\", date: 2026-01-01, licence: EUPL-1.2}\n"
                                  "measures:\n"
                                  "  - id: \"1\"\n"
                                  "    kind: measure\n"
                                  "    coverage: host\n"
                                  "    title: {nl: T, en: T}\n"
                                  "    parts:\n"
                                  "      - id: part\n"
                                  "        title: {nl: T, en: T}\n"
                                  "        by: host\n"
                                  "        checks:\n"
                                  "          - {check: a.a, bears: confirms, source: text}\n";

struct scene {
        char *state;
        struct daemon d;
};

static void write_policy(const struct scene *s, const char *version)
{
        _cleanup_free_ char *text = must_printf(policy_text, version);

        scratch_write(s->state, "policies.d/test.yml", text);
}

static void open_daemon(struct scene *s)
{
        _cleanup_free_ char *config = must_printf("%s/bioagent.yml", s->state), *why = NULL;
        struct diag diag = {0};

        s->d = (struct daemon){.identity = {.lock = -1}, .examination = {.fd = -1}};
        if (rules_load(config, &s->d.rules, &diag) < 0) {
                diag_print(&diag, stderr);
                fail();
        }
        diag_free(&diag);
        assert_int_equal(identity_open(s->d.rules.config.state, s->d.rules.config.key, &s->d.identity, &why), 0);
        assert_int_equal(ledger_open(s->d.rules.config.state, &s->d.identity, &s->d.ledger, &s->d.previous, &why), 0);
        s->d.notify_socket = must_printf("%s/run/ship", s->state);
        assert_int_equal(daemon_begin(&s->d), 0);
        s->d.full_due = true;
}

static void close_daemon(struct scene *s)
{
        size_t i;

        ledger_free(&s->d.ledger);
        identity_free(&s->d.identity);
        rules_free(&s->d.rules);
        free(s->d.notify_socket);
        json_decref(s->d.previous);
        json_decref(s->d.in_force);
        json_decref(s->d.counts);
        for (i = 0; i < PROBLEMS; i++)
                free(s->d.problems[i]);
}

static void make_scene(struct scene *s)
{
        static const char *const directories[] = {"ship", "run", "policies.d", "declarations.d"};
        _cleanup_free_ char *config = NULL;
        size_t i;

        s->state = scratch_make();
        for (i = 0; i < ELEMENTS(directories); i++) {
                _cleanup_free_ char *path = must_printf("%s/%s", s->state, directories[i]);

                assert_int_equal(directory_make(path, 0755), 0);
        }
        config = must_printf("state: %s\nruntime: %s/run\npolicies: [test]\n", s->state, s->state);
        scratch_write(s->state, "bioagent.yml", config);
        write_policy(s, "1");
        open_daemon(s);
}

static void remove_scene(struct scene *s)
{
        close_daemon(s);
        scratch_remove(&s->state);
}
#define _cleanup_scene_ _cleanup_(remove_scene)

static json_t *make_answer(const char *status)
{
        _cleanup_free_ char *text = must_printf(
                "{\"descriptors\":{\"checks\":[{\"id\":\"a.a\",\"title\":{},\"why\":{},\"fix\":{},\"severity\":"
                "\"high\",\"aspect\":"
                "\"existence\",\"max_age\":\"P2D\",\"uses\":[],\"parameters\":[],\"origin\":\"built-in\"},{\"id\":"
                "\"unused\","
                "\"title\":{},\"why\":{},\"fix\":{},\"severity\":\"high\",\"aspect\":\"existence\",\"max_age\":\"P2D\","
                "\"uses\":[],"
                "\"parameters\":[],\"origin\":\"built-in\"}],\"facts\":[],\"refused\":[]},"
                "\"plan\":[{\"check\":\"a.a\",\"with\":{}}],"
                "\"results\":[{\"check\":\"a.a\",\"with\":{},\"status\":\"%s\",\"aspect\":\"existence\",\"basis\":["
                "\"disk\"],"
                "\"observed_at\":\"2026-01-31T08:30:00Z\",\"max_age\":\"P2D\",\"changes_at\":null,\"because\":null,"
                "\"counts\":{\"%s\":1},\"findings\":[{\"subject\":\"user:someone\",\"status\":\"%s\",\"evidence\":[],"
                "\"_personal\":[\"subject\"]}],\"duration_us\":5}],\"done\":null,\"why\":null}",
                status, status, status);

        return make_json(text);
}

static void run(struct scene *s, const char *status)
{
        _cleanup_json_ json_t *answer = make_answer(status);

        assert_int_equal(run_take(&s->d, answer, NULL), 0);
}

/* The payload of record `seq`, as signed. */
static json_t *payload(struct scene *s, uint64_t seq)
{
        char *line = NULL, *why = NULL;
        struct jws j = {0};
        size_t length = 0;
        json_t *p;

        assert_int_equal(spool_read(s->d.ledger.spool, s->d.ledger.chain, seq, &line, &length), 0);
        assert_int_equal(jws_parse(line, length, JWS_LINE_MOST, &j, &why), 0);
        p = json_incref(j.payload);
        jws_free(&j);
        free(line);
        return p;
}

static void expect_kinds(struct scene *s, const char *const *kinds)
{
        uint64_t seq;

        for (seq = 1; kinds[seq - 1]; seq++) {
                _cleanup_json_ json_t *p = payload(s, seq);

                assert_string_equal(json_member_string(p, "kind"), kinds[seq - 1]);
        }
        assert_int_equal(s->d.ledger.seq, seq - 1);
}
#define EXPECT_KINDS(s, ...) expect_kinds((s), (const char *const[]){__VA_ARGS__, NULL})

static void the_first_run_is_a_full_behind_its_policies(void **state)
{
        _cleanup_scene_ struct scene s;
        _cleanup_json_ json_t *p = NULL, *policy = NULL;
        const json_t *result, *file, *measure;

        (void)state;
        make_scene(&s);
        run(&s, "pass");
        EXPECT_KINDS(&s, "genesis", "start", "policy", "full");
        p = payload(&s, 4);
        result = json_array_get(json_object_get(p, "results"), 0);
        assert_null(json_object_get(result, "change"));
        assert_null(json_object_get(json_array_get(json_object_get(result, "findings"), 0), "subject"));
        measure = json_array_get(json_object_get(p, "measures"), 0);
        assert_string_equal(json_member_string(measure, "id"), "test:1");
        assert_string_equal(json_member_string(measure, "technical"), "pass");
        assert_string_equal(json_member_string(json_object_get(p, "run"), "trigger"), "schedule");
        policy = payload(&s, 3);
        file = json_array_get(json_object_get(policy, "files"), 0);
        assert_string_equal(json_member_string(file, "name"), "test.yml");
        assert_non_null(strstr(json_member_string(file, "text"), "policy: test"));
        assert_int_equal(json_array_size(json_object_get(json_object_get(policy, "descriptors"), "checks")), 1);
}

static void an_audit_without_a_change_makes_no_record(void **state)
{
        _cleanup_scene_ struct scene s;

        (void)state;
        make_scene(&s);
        run(&s, "pass");
        run(&s, "pass");
        assert_int_equal(s.d.ledger.seq, 4);
        assert_int_equal(json_member_integer(s.d.counts, "pass", -1), 1);
}

static void a_change_carries_what_changed_and_why(void **state)
{
        _cleanup_scene_ struct scene s;
        _cleanup_json_ json_t *p = NULL;
        const json_t *result;

        (void)state;
        make_scene(&s);
        run(&s, "pass");
        run(&s, "fail");
        EXPECT_KINDS(&s, "genesis", "start", "policy", "full", "change");
        p = payload(&s, 5);
        result = json_array_get(json_object_get(p, "results"), 0);
        assert_string_equal(json_member_string(json_object_get(result, "change"), "cause"), "host");
        assert_string_equal(json_member_string(json_object_get(result, "change"), "from"), "pass");
        assert_int_equal(json_array_size(json_object_get(p, "measures")), 1);
        assert_true(json_is_array(json_object_get(p, "removed")));
}

static void the_next_process_compares_with_the_last_durable_state(void **state)
{
        _cleanup_scene_ struct scene s;
        _cleanup_json_ json_t *start = NULL, *p = NULL;

        (void)state;
        make_scene(&s);
        run(&s, "pass");
        close_daemon(&s); /* killed */
        open_daemon(&s);
        run(&s, "fail");
        EXPECT_KINDS(&s, "genesis", "start", "policy", "full", "start", "full");
        start = payload(&s, 5);
        assert_true(json_is_false(json_object_get(start, "clean")));
        p = payload(&s, 6);
        assert_string_equal(
                json_member_string(json_object_get(json_array_get(json_object_get(p, "results"), 0), "change"), "from"),
                "pass");
}

static void a_stop_makes_the_next_start_clean(void **state)
{
        _cleanup_scene_ struct scene s;
        _cleanup_json_ json_t *stop = NULL, *start = NULL;

        (void)state;
        make_scene(&s);
        assert_int_equal(daemon_stop(&s.d), 0);
        close_daemon(&s);
        open_daemon(&s);
        EXPECT_KINDS(&s, "genesis", "start", "stop", "start");
        stop = payload(&s, 3);
        assert_true(json_is_null(json_object_get(stop, "next_by")));
        start = payload(&s, 4);
        assert_true(json_is_true(json_object_get(start, "clean")));
        assert_true(json_is_string(json_object_get(start, "next_by")));
}

static void a_policy_text_is_recorded_once_and_a_new_policy_gives_a_full(void **state)
{
        _cleanup_scene_ struct scene s;
        _cleanup_json_ json_t *p = NULL, *full = NULL;
        const json_t *file;

        (void)state;
        make_scene(&s);
        run(&s, "pass");
        close_daemon(&s);
        write_policy(&s, "2");
        open_daemon(&s);
        s.d.full_due = false;
        run(&s, "fail");
        EXPECT_KINDS(&s, "genesis", "start", "policy", "full", "start", "policy", "full");
        full = payload(&s, 7);
        assert_string_equal(
                json_member_string(json_object_get(json_array_get(json_object_get(full, "results"), 0), "change"),
                                   "cause"),
                "policy");
        /* And back: the set in force is another one, its texts are all known. */
        close_daemon(&s);
        write_policy(&s, "1");
        open_daemon(&s);
        run(&s, "fail");
        EXPECT_KINDS(&s, "genesis", "start", "policy", "full", "start", "policy", "full", "start", "policy", "full");
        p = payload(&s, 9);
        file = json_array_get(json_object_get(p, "files"), 0);
        assert_true(json_is_null(json_object_get(file, "text")));
        assert_true(json_is_string(json_object_get(file, "digest")));
        assert_true(json_is_null(json_object_get(p, "descriptors")));
}

static void a_declaration_is_recorded_as_a_disclosure(void **state)
{
        _cleanup_scene_ struct scene s;
        _cleanup_json_ json_t *p = NULL;
        const json_t *file;

        (void)state;
        make_scene(&s);
        close_daemon(&s);
        scratch_write(s.state, "declarations.d/people.yml",
                      "schema: bioagent.declaration/1\nrole: ciso\ndate: 2026-01-01\nvalid: P1Y\nprivileged: "
                      "[{account: someone, reason: a, may: all}]\n");
        open_daemon(&s);
        run(&s, "pass");
        p = payload(&s, s.d.ledger.seq - 1);
        file = json_array_get(json_object_get(p, "files"), 1);
        assert_string_equal(json_member_string(file, "name"), "declarations.d/people.yml");
        assert_null(json_object_get(file, "text"));
        assert_int_equal(json_array_size(json_object_get(file, "_sd")), 1);
}

static void an_observer_that_fails_turns_results_into_errors(void **state)
{
        _cleanup_scene_ struct scene s;
        const json_t *result;

        (void)state;
        make_scene(&s);
        run(&s, "pass");
        assert_int_equal(run_take(&s.d, NULL, "no answer"), 0);
        EXPECT_KINDS(&s, "genesis", "start", "policy", "full", "change");
        result = json_object_get(s.d.ledger.state.results, "a.a");
        assert_string_equal(json_member_string(result, "status"), "error");
        assert_string_equal(json_member_string(result, "max_age"), "P2D");
        assert_non_null(s.d.problems[PROBLEM_OBSERVER]);
        run(&s, "pass");
        assert_null(s.d.problems[PROBLEM_OBSERVER]);
        assert_string_equal(json_member_string(json_object_get(s.d.ledger.state.results, "a.a"), "status"), "pass");
}

static void an_observer_that_never_answered_makes_no_result_up(void **state)
{
        _cleanup_scene_ struct scene s;

        (void)state;
        make_scene(&s);
        assert_int_equal(run_take(&s.d, NULL, "no answer"), 0);
        EXPECT_KINDS(&s, "genesis", "start");
        assert_true(s.d.full_due);
        assert_string_equal(s.d.problems[PROBLEM_OBSERVER], "no answer");
}

static void a_full_spool_is_said_and_the_change_comes_when_there_is_room(void **state)
{
        _cleanup_scene_ struct scene s;
        _cleanup_json_ json_t *answer = make_answer("fail");

        (void)state;
        make_scene(&s);
        run(&s, "pass");
        s.d.ledger.max_size = spool_size(s.d.ledger.spool);
        assert_int_equal(run_take(&s.d, answer, NULL), -ENOSPC);
        assert_non_null(strstr(s.d.problems[PROBLEM_SPOOL], "full"));
        assert_int_equal(s.d.ledger.seq, 4);
        s.d.ledger.max_size = UINT64_MAX;
        run(&s, "fail");
        EXPECT_KINDS(&s, "genesis", "start", "policy", "full", "change");
        assert_null(s.d.problems[PROBLEM_SPOOL]);
}

static void a_heartbeat_names_both_ends_of_the_state(void **state)
{
        _cleanup_scene_ struct scene s;
        _cleanup_json_ json_t *p = NULL, *first = NULL;

        (void)state;
        make_scene(&s);
        assert_int_equal(daemon_heartbeat(&s.d), 0);
        first = payload(&s, 3);
        assert_true(json_is_null(json_object_get(json_object_get(first, "state"), "full")));
        run(&s, "pass");
        run(&s, "fail");
        assert_int_equal(daemon_heartbeat(&s.d), 0);
        p = payload(&s, 7);
        assert_int_equal(json_member_integer(json_object_get(json_object_get(p, "state"), "full"), "seq", 0), 5);
        assert_int_equal(json_member_integer(json_object_get(json_object_get(p, "state"), "last"), "seq", 0), 6);
}

static void the_next_heartbeat_comes_before_it_is_promised(void **state)
{
        static const struct {
                uint64_t heartbeat, jitter;
        } rows[] = {{1, 1}, {60, 1}, {3600, 1800}, {86400, 1}};
        _cleanup_scene_ struct scene s;
        size_t i, j;

        (void)state;
        make_scene(&s);
        for (i = 0; i < ELEMENTS(rows); i++) {
                s.d.rules.config.heartbeat_s = rows[i].heartbeat;
                s.d.rules.config.jitter_s = rows[i].jitter;
                for (j = 0; j < 20; j++) {
                        uint64_t before = daemon_clock(), promise = (rows[i].heartbeat + rows[i].jitter) * 1000000;

                        assert_int_equal(daemon_heartbeat(&s.d), 0);
                        assert_true(s.d.next_heartbeat < before + promise);
                        assert_true(s.d.next_heartbeat > before + rows[i].heartbeat * 1000000 / 2);
                }
        }
}

static void status_names_no_finding_to_everyone(void **state)
{
        _cleanup_scene_ struct scene s;
        _cleanup_free_ char *status = NULL, *health = NULL, *path = NULL;
        _cleanup_json_ json_t *json = NULL;
        struct stat st;

        (void)state;
        make_scene(&s);
        run(&s, "fail");
        daemon_problem(&s.d, PROBLEM_OBSERVER, "secret words");
        status_write(&s.d, "running");
        status = scratch_read(s.state, "run/status.json");
        json = make_json(status);
        assert_string_equal(json_member_string(json, "state"), "running");
        assert_string_equal(json_member_string(json, "chain"), s.d.ledger.chain);
        assert_int_equal(json_member_integer(json, "seq", 0), 4);
        assert_int_equal(json_member_integer(json_object_get(json, "counts"), "fail", 0), 1);
        assert_int_equal(json_member_integer(json_object_get(json, "spool"), "unacknowledged", 0), 4);
        assert_string_equal(json_member_string(json, "problem"), "secret words");
        path = must_printf("%s/run/status.json", s.state);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 07777, 0640);
        health = scratch_read(s.state, "run/health.json");
        assert_null(strstr(health, "fail"));
        assert_null(strstr(health, "secret"));
        assert_non_null(strstr(health, "\"problem\":\""));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_first_run_is_a_full_behind_its_policies),
                cmocka_unit_test(an_audit_without_a_change_makes_no_record),
                cmocka_unit_test(a_change_carries_what_changed_and_why),
                cmocka_unit_test(the_next_process_compares_with_the_last_durable_state),
                cmocka_unit_test(a_stop_makes_the_next_start_clean),
                cmocka_unit_test(a_policy_text_is_recorded_once_and_a_new_policy_gives_a_full),
                cmocka_unit_test(a_declaration_is_recorded_as_a_disclosure),
                cmocka_unit_test(an_observer_that_fails_turns_results_into_errors),
                cmocka_unit_test(an_observer_that_never_answered_makes_no_result_up),
                cmocka_unit_test(a_full_spool_is_said_and_the_change_comes_when_there_is_room),
                cmocka_unit_test(a_heartbeat_names_both_ends_of_the_state),
                cmocka_unit_test(the_next_heartbeat_comes_before_it_is_promised),
                cmocka_unit_test(status_names_no_finding_to_everyone),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
