/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "make.h"
#include "sign/examine.h"

#define DESCRIPTORS "\"descriptors\":{\"checks\":[],\"facts\":[],\"refused\":[]}"
#define RESULT(with, status, counted) \
        "{\"check\":\"a.a\",\"with\":" with ",\"status\":\"" status \
        "\",\"aspect\":\"existence\",\"basis\":[\"disk\"]," \
        "\"observed_at\":\"2026-01-31T08:30:00Z\",\"max_age\":\"P2D\",\"changes_at\":null,\"because\":null," \
        "\"counts\":{\"" counted "\":1},\"findings\":[{\"subject\":\"s\",\"status\":\"" status "\",\"evidence\":[]}]," \
        "\"duration_us\":1}"
#define ANSWER(plan, results) \
        "{" DESCRIPTORS ",\"plan\":[" plan "],\"results\":[" results "],\"done\":null,\"why\":null}"
#define ENTRY "{\"check\":\"a.a\",\"with\":{}}"

static int parse(const char *text, char **why)
{
        _cleanup_json_ json_t *answer = NULL;

        return examination_parse(text, strlen(text), &answer, why);
}

static void what_the_child_passes_on_is_not_taken_on_its_word(void **state)
{
        static const struct {
                const char *text;
                int expected;
        } rows[] = {
                {ANSWER(ENTRY, RESULT("{}", "pass", "pass")), 0},
                {ANSWER("", ""), 0},
                {ANSWER(ENTRY, ""), -EIO},
                {ANSWER(ENTRY, RESULT("{}", "pass", "fail")), -EBADMSG},
                {ANSWER(ENTRY, RESULT("{\"n\":1}", "pass", "pass")), -EBADMSG},
                {ANSWER("{\"check\":\"b.b\",\"with\":{}}", RESULT("{}", "pass", "pass")), -EBADMSG},
                {ANSWER("{}", RESULT("{}", "pass", "pass")), -EBADMSG},
                {ANSWER("1", "1"), -EBADMSG},
                {"{\"plan\":[],\"results\":[]}", -EBADMSG},
                {"{\"why\":\"cannot connect\"}", -EIO},
                {"{\"plan\":[", -EIO},
                {"[]", -EIO},
        };
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_free_ char *why = NULL;

                if (parse(rows[i].text, &why) != rows[i].expected)
                        fail_msg("%s: %s", rows[i].text, why ? why : "taken");
                assert_true(rows[i].expected == 0 || why);
        }
}

static void make_rules(const struct place *p, struct rules *ret)
{
        _cleanup_free_ char *config = must_printf("state: %s\nruntime: %s\n", p->state, p->state);
        _cleanup_free_ char *path = must_printf("%s/bioagent.yml", p->state);
        struct diag diag = {0};

        scratch_write(p->state, "bioagent.yml", config);
        *ret = (struct rules){0};
        assert_int_equal(config_load(path, &ret->config, &diag), 0);
        ret->policies = policies_new();
}

static int finish(struct examination *e, int timeout, json_t **ret, char **why)
{
        struct pollfd watched = {.fd = e->fd, .events = POLLIN};

        while (poll(&watched, 1, timeout) > 0 && examination_read(e) > 0)
                ;
        return examination_end(e, ret, why);
}

static void an_observer_that_is_not_there_is_said(void **state)
{
        _cleanup_place_ struct place p;
        _cleanup_json_ json_t *answer = NULL;
        _cleanup_free_ char *why = NULL;
        struct examination e;
        struct rules rules;

        (void)state;
        place_make(&p);
        place_open(&p);
        make_rules(&p, &rules);
        assert_int_equal(examination_start(&rules, &p.identity, "/nonexistent/observe", &e), 0);
        assert_int_equal(finish(&e, 10000, &answer, &why), -EIO);
        assert_non_null(strstr(why, "cannot connect"));
        /* The lock and the key are still this process' own. */
        assert_true(p.identity.lock >= 0);
        place_append(&p, RECORD_GENESIS, NULL);
        rules_free(&rules);
}

/* Something takes the connection and never speaks. */
static void a_silent_observer_is_given_up(void **state)
{
        _cleanup_place_ struct place p;
        _cleanup_json_ json_t *answer = NULL;
        _cleanup_free_ char *why = NULL, *path = NULL;
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        _cleanup_fd_ int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        struct examination e;
        struct rules rules;

        (void)state;
        place_make(&p);
        place_open(&p);
        make_rules(&p, &rules);
        path = must_printf("%s/observe", p.state);
        memcpy(address.sun_path, path, strlen(path));
        assert_int_equal(bind(listener, (const struct sockaddr *)&address, sizeof(address)), 0);
        assert_int_equal(listen(listener, 1), 0);
        assert_int_equal(examination_start(&rules, &p.identity, path, &e), 0);
        assert_int_equal(finish(&e, 200, &answer, &why), -ETIMEDOUT);
        assert_int_equal(e.pid, 0);
        rules_free(&rules);
}

static void results_of_an_observer_that_cannot_be_asked_are_errors(void **state)
{
        _cleanup_json_ json_t *last = make_json("{\"a.a\":" RESULT("{\"n\":1}", "pass", "pass") "}");
        _cleanup_json_ json_t *results = examination_failed(last, 1769848200, "no answer");
        const json_t *result = json_array_get(results, 0);

        (void)state;
        assert_int_equal(json_array_size(results), 1);
        assert_string_equal(json_member_string(result, "status"), "error");
        assert_string_equal(json_member_string(result, "because"), "no answer");
        assert_int_equal(json_member_integer(json_object_get(result, "with"), "n", 0), 1);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_the_child_passes_on_is_not_taken_on_its_word),
                cmocka_unit_test(an_observer_that_is_not_there_is_said),
                cmocka_unit_test(a_silent_observer_is_given_up),
                cmocka_unit_test(results_of_an_observer_that_cannot_be_asked_are_errors),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
