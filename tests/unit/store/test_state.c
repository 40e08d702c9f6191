/* SPDX-License-Identifier: EUPL-1.2 */
/* The current state that pages show: from fulls and changes, in any order, and never more certain than it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "unit/store/make.h"

struct fixture {
        char *directory;
        struct store *store;
        struct host host;
};

static int set_up(void **state)
{
        struct fixture *f = must_alloc(sizeof(*f));
        _cleanup_free_ char *genesis = NULL;

        f->directory = scratch_make();
        f->store = store_fresh(f->directory);
        f->host = host_make();
        store_register(f->store, &f->host, "gemeente", "web-01");
        genesis = host_genesis(&f->host);
        assert_int_equal(store_line(f->store, genesis), 0);
        *state = f;
        return 0;
}

static int tear_down(void **state)
{
        struct fixture *f = *state;

        store_close(f->store);
        scratch_remove(&f->directory);
        host_drop(&f->host);
        free(f);
        return 0;
}

static json_t *host_at(struct fixture *f, int64_t now)
{
        json_t *host = store_host(f->store, "gemeente", f->host.id, now);

        assert_true(json_is_object(host));
        return host;
}

static json_t *the_host(struct fixture *f)
{
        return host_at(f, NOW);
}

/* "pass", … of a check in the current state; NULL where it is not there. Borrowed. */
static const char *status_of(const json_t *host, const char *check)
{
        const json_t *result;
        size_t i;

        json_array_foreach (json_object_get(host, "results"), i, result)
                if (streq(json_member_string(result, "check"), check))
                        return json_member_string(result, "status");
        return NULL;
}

static void expect_status(struct fixture *f, const char *check, const char *status)
{
        _cleanup_json_ json_t *host = the_host(f);
        const char *is = status_of(host, check);

        if (!streq(is, status))
                fail_msg("%s is %s, expected %s", check, is ? is : "gone", status ? status : "gone");
}

static char *full(struct fixture *f, const char *root_login, const char *uid0)
{
        _cleanup_free_ char *a = a_result("ssh.root-login", root_login, "\"bio2:5.16.02/accounts\"");
        _cleanup_free_ char *b = uid0 ? a_result("accounts.uid0", uid0, "\"bio2:5.16.02/accounts\"") : must_strdup("");
        _cleanup_free_ char *both = must_printf("%s%s%s", a, uid0 ? "," : "", b);
        _cleanup_free_ char *measure = must_printf("{\"id\":\"bio2:5.16.02\",\"kind\":\"measure\",\"coverage\":"
                                                   "\"partly\",\"technical\":\"%s\",\"organisational\":\"open\","
                                                   "\"parts\":[]}",
                                                   root_login);

        return host_full(&f->host, both, measure);
}

static char *change(struct fixture *f, const char *check, const char *status)
{
        _cleanup_free_ char *result = a_result(check, status, "\"bio2:5.16.02/accounts\"");

        return host_change(&f->host, result, "");
}

static void a_full_replaces_the_state(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *one = full(f, "fail", "pass"), *two = full(f, "pass", NULL);

        (void)store_line(f->store, one);
        expect_status(f, "ssh.root-login", "fail");
        expect_status(f, "accounts.uid0", "pass");
        (void)store_line(f->store, two);
        expect_status(f, "ssh.root-login", "pass");
        expect_status(f, "accounts.uid0", NULL);
}

static void a_change_alters_what_it_names(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *one = full(f, "fail", "pass"), *two = change(f, "ssh.root-login", "pass");
        _cleanup_free_ char *three = host_change(&f->host, "", "{\"check\":\"accounts.uid0\",\"with\":{}}");

        (void)store_line(f->store, one);
        (void)store_line(f->store, two);
        expect_status(f, "ssh.root-login", "pass");
        expect_status(f, "accounts.uid0", "pass");
        (void)store_line(f->store, three);
        expect_status(f, "accounts.uid0", NULL);
}

static void an_older_change_does_not_undo_a_newer_one(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *one = full(f, "pass", "pass"), *two = change(f, "ssh.root-login", "fail"),
                            *three = change(f, "ssh.root-login", "pass"),
                            *four = host_change(&f->host, "", "{\"check\":\"accounts.uid0\",\"with\":{}}"),
                            *five = change(f, "ssh.root-login", "pass");

        (void)store_line(f->store, one);
        (void)store_line(f->store, three);
        (void)store_line(f->store, four);
        (void)store_line(f->store, two);
        expect_status(f, "ssh.root-login", "pass");
        expect_status(f, "accounts.uid0", NULL);
        (void)store_line(f->store, five);
        expect_status(f, "ssh.root-login", "pass");
}

static void a_late_full_leaves_later_changes_alone(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *one = full(f, "fail", "pass"), *two = full(f, "fail", NULL),
                            *three = change(f, "ssh.root-login", "pass");

        (void)store_line(f->store, one);
        (void)store_line(f->store, three);
        (void)store_line(f->store, two);
        expect_status(f, "ssh.root-login", "pass");
        expect_status(f, "accounts.uid0", NULL);
}

static void another_branch_does_not_alter_the_state(void **state)
{
        struct fixture *f = *state;
        struct host clone = f->host;
        _cleanup_free_ char *one = full(f, "fail", "pass"), *other = NULL,
                            *result = a_result("ssh.root-login", "pass", "");

        (void)store_line(f->store, one);
        clone.made++;
        other = host_full(&clone, result, "");
        assert_int_equal(store_line(f->store, other), STORE_FORK);
        expect_status(f, "ssh.root-login", "fail");
        expect_status(f, "accounts.uid0", "pass");
}

static char *part(struct fixture *f, unsigned index, unsigned of, const char *check, const char *run)
{
        _cleanup_free_ char *result = a_result(check, "pass", ""), *line = NULL;
        _cleanup_free_ char *own = must_printf("\"results\":[%s],\"measures\":[]", result);
        struct jws j = {0};
        char *signed_line = NULL;
        json_t *payload;
        struct host before = f->host;

        line = host_says(&f->host, "full", own);
        assert_int_equal(jws_parse(line, strlen(line), 0, &j, NULL), 0);
        /* The same again, as a part. */
        f->host = before;
        size_t missing;

        payload = jws_disclosed(&j, &missing, 1);
        json_object_del(payload, "_sd_alg");
        jws_free(&j);
        json_set(payload, "part", json_pack("{s:i,s:i}", "index", (int)index, "of", (int)of));
        json_set(payload, "run", json_pack("{s:s}", "id", run));
        assert_int_equal(jws_sign(payload, f->host.key, &signed_line), 0);
        json_decref(payload);
        memset(&j, 0, sizeof(j));
        assert_int_equal(jws_parse(signed_line, strlen(signed_line), 0, &j, NULL), 0);
        memcpy(f->host.hash, j.hash, sizeof(f->host.hash));
        f->host.seq++;
        jws_free(&j);
        return signed_line;
}

static void a_full_in_parts_counts_when_all_are_in(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *old = full(f, "fail", "pass"), *one = part(f, 1, 3, "a", "run-1"),
                            *two = part(f, 2, 3, "b", "run-1"), *three = part(f, 3, 3, "c", "run-1");

        (void)store_line(f->store, old);
        (void)store_line(f->store, one);
        (void)store_line(f->store, three);
        expect_status(f, "ssh.root-login", "fail");
        expect_status(f, "a", NULL);
        (void)store_line(f->store, two);
        expect_status(f, "ssh.root-login", NULL);
        expect_status(f, "a", "pass");
        expect_status(f, "b", "pass");
        expect_status(f, "c", "pass");
}

/* --- what is certain ------------------------------------------------------------------------------------------- */

static json_int_t host_count(struct fixture *f, int64_t now, const char *status)
{
        _cleanup_json_ json_t *host = host_at(f, now);

        return json_member_integer(json_object_get(host, "counts"), status, 0);
}

static void a_silent_host_is_unknown(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *one = full(f, "fail", "pass");
        _cleanup_json_ json_t *host = NULL;

        (void)store_line(f->store, one);
        assert_int_equal(host_count(f, NOW + 5400, "fail"), 1);
        assert_int_equal(host_count(f, NOW + 5401, "fail"), 0);
        assert_int_equal(host_count(f, NOW + 5401, "unknown"), 2);
        host = host_at(f, NOW + 5401);
        assert_true(json_is_true(json_object_get(host, "silent")));
}

static void a_wrong_clock_neither_hides_nor_feigns_silence(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *one = NULL, *two = NULL;
        _cleanup_json_ json_t *at_once = NULL, *later = NULL, *slow = NULL;

        f->host.made = NOW + 1000000;
        one = full(f, "fail", "pass");
        (void)store_line(f->store, one);
        at_once = host_at(f, NOW + 5400);
        assert_true(json_is_false(json_object_get(at_once, "silent")));
        later = host_at(f, NOW + 5401);
        assert_true(json_is_true(json_object_get(later, "silent")));
        f->host.made = NOW - 1000000;
        two = full(f, "fail", "pass");
        (void)store_line(f->store, two);
        slow = host_at(f, NOW + 5400);
        assert_true(json_is_false(json_object_get(slow, "silent")));
}

static void a_host_that_said_it_stops_is_not_silent(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *stop = NULL;
        _cleanup_json_ json_t *host = NULL;

        f->host.promise = 0;
        stop = host_says(&f->host, "stop", "\"clean\":true,\"boot_id\":\"x\"");
        (void)store_line(f->store, stop);
        host = host_at(f, NOW + 1000000);
        assert_true(json_is_false(json_object_get(host, "silent")));
        assert_true(json_is_true(json_object_get(host, "stopped")));
}

static void a_result_past_its_age_is_unknown(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *one = NULL;
        int64_t observed;

        assert_int_equal(moment_parse("2027-01-15T08:00:00Z", &observed), 0);
        f->host.promise = 10 * 86400;
        one = full(f, "fail", "pass");
        (void)store_line(f->store, one);
        assert_int_equal(host_count(f, observed + 2 * 86400 - 1, "fail"), 1);
        assert_int_equal(host_count(f, observed + 2 * 86400, "fail"), 0);
        assert_int_equal(host_count(f, observed + 2 * 86400, "unknown"), 2);
}

static void with_records_missing_nothing_is_certain(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *one = full(f, "fail", "pass"), *lost = change(f, "ssh.root-login", "pass"),
                            *three = change(f, "accounts.uid0", "pass"), *four = NULL;

        (void)store_line(f->store, one);
        (void)store_line(f->store, three);
        assert_int_equal(host_count(f, NOW, "unknown"), 2);
        /* A later full says all there is to say. */
        four = full(f, "pass", "pass");
        (void)store_line(f->store, four);
        assert_int_equal(host_count(f, NOW, "unknown"), 0);
        assert_int_equal(host_count(f, NOW, "pass"), 2);
        (void)store_line(f->store, lost);
        assert_int_equal(host_count(f, NOW, "pass"), 2);
}

/* --- since, measures, organisations ---------------------------------------------------------------------------- */

static void since_is_when_the_status_changed(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *one = NULL, *two = NULL, *three = NULL, *expected = NULL;
        _cleanup_json_ json_t *host = NULL;
        const json_t *result;
        char moment[MOMENT_TEXT];
        size_t i;

        f->host.made = NOW - 3000;
        one = full(f, "fail", "pass");
        f->host.made = NOW - 2000;
        two = full(f, "pass", "pass");
        f->host.made = NOW - 1000;
        three = full(f, "pass", "pass");
        (void)store_line(f->store, one);
        (void)store_line(f->store, two);
        (void)store_line(f->store, three);
        host = the_host(f);
        json_array_foreach (json_object_get(host, "results"), i, result) {
                moment_format(streq(json_member_string(result, "check"), "ssh.root-login") ? NOW - 2000 : NOW - 3000,
                              moment);
                assert_string_equal(json_member_string(result, "since"), moment);
        }
}

static const json_t *measure(const json_t *measures, const char *id)
{
        const json_t *entry;
        size_t i;

        json_array_foreach (json_object_get(measures, "measures"), i, entry)
                if (streq(json_member_string(entry, "id"), id))
                        return entry;
        return NULL;
}

static json_int_t technical(const json_t *measures, const char *status)
{
        return json_member_integer(json_object_get(measure(measures, "bio2:5.16.02"), "technical"), status, 0);
}

static void measures_are_counted_over_hosts(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *one = full(f, "fail", "pass"), *genesis = NULL, *two = NULL;
        _cleanup_host_ struct host other = host_make();
        _cleanup_host_ struct host never = host_make();
        _cleanup_json_ json_t *measures = NULL, *later = NULL, *elsewhere = NULL;
        struct fixture second = *f;

        store_register(f->store, &other, "gemeente", "web-02");
        store_register(f->store, &never, "gemeente", "web-03");
        other.promise = 100000;
        second.host = other;
        genesis = host_genesis(&second.host);
        two = full(&second, "pass", "pass");
        (void)store_line(f->store, one);
        (void)store_line(f->store, genesis);
        (void)store_line(f->store, two);
        measures = store_measures(f->store, "gemeente", NOW);
        assert_int_equal(json_member_integer(measures, "hosts", 0), 3);
        assert_int_equal(json_member_integer(measures, "reported", 0), 2);
        assert_int_equal(technical(measures, "fail"), 1);
        assert_int_equal(technical(measures, "pass"), 1);
        assert_int_equal(json_member_integer(measure(measures, "bio2:5.16.02"), "hosts", 0), 2);
        later = store_measures(f->store, "gemeente", NOW + 6000);
        assert_int_equal(technical(later, "unknown"), 1);
        assert_int_equal(technical(later, "pass"), 1);
        assert_int_equal(json_member_integer(later, "silent", 0), 1);
        elsewhere = store_measures(f->store, "other", NOW);
        assert_int_equal(json_member_integer(elsewhere, "hosts", -1), 0);
}

/* The measure rests on its results: past their age it is unknown, whatever it says itself. */
static void a_measure_is_no_fresher_than_its_results(void **state)
{
        struct fixture *f = *state;
        _cleanup_json_ json_t *measures = NULL;
        _cleanup_free_ char *one = NULL;
        int64_t observed;

        assert_int_equal(moment_parse("2027-01-15T08:00:00Z", &observed), 0);
        f->host.promise = 10 * 86400;
        one = full(f, "fail", "pass");
        (void)store_line(f->store, one);
        measures = store_measures(f->store, "gemeente", observed + 2 * 86400);
        assert_int_equal(technical(measures, "unknown"), 1);
        assert_int_equal(technical(measures, "fail"), 0);
}

static void another_organisation_sees_nothing(void **state)
{
        struct fixture *f = *state;
        _cleanup_json_ json_t *hosts = store_hosts(f->store, "other", NOW),
                              *host = store_host(f->store, "other", f->host.id, NOW);
        _cleanup_json_ json_t *own = store_hosts(f->store, "gemeente", NOW);

        assert_int_equal(json_array_size(hosts), 0);
        assert_true(json_is_null(host));
        assert_int_equal(json_array_size(own), 1);
}

static void an_enrolled_host_that_never_reported_is_listed(void **state)
{
        struct fixture *f = *state;
        _cleanup_host_ struct host never = host_make();
        _cleanup_json_ json_t *hosts = NULL;
        const json_t *host;

        store_register(f->store, &never, "gemeente", "a-first");
        hosts = store_hosts(f->store, "gemeente", NOW);
        assert_int_equal(json_array_size(hosts), 2);
        host = json_array_get(hosts, 0);
        assert_string_equal(json_member_string(host, "name"), "a-first");
        assert_true(json_is_null(json_object_get(host, "last_seen")));
        assert_true(json_is_false(json_object_get(host, "silent")));
}

static void personal_values_are_shown_without_their_markers(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *one = full(f, "fail", "pass"), *text = NULL;
        _cleanup_json_ json_t *host = NULL;

        (void)store_line(f->store, one);
        host = the_host(f);
        text = json_text(host);
        assert_non_null(strstr(text, "user:jansen"));
        assert_null(strstr(text, "_personal"));
        assert_null(strstr(text, "_sd"));
}

static void words_come_from_policy_records(void **state)
{
        struct fixture *f = *state;
        _cleanup_free_ char *policy =
                host_says(&f->host, "policy",
                          "\"files\":[{\"name\":\"bio2.yml\",\"digest\":\"sha256:0\",\"text\":\"policy: "
                          "bio2\\\\x0ameasures:\\\\x0a- id: "
                          "\\\"5.16.02\\\"\\\\x0a"
                          "  title: {nl: Geen groepsaccounts}\\\\x0a  parts:\\\\x0a  - {id: accounts, title: {nl: "
                          "Persoonlijk}}\\\\x0a\"},"
                          "{\"name\":\"x\",\"digest\":\"sha256:0\",\"text\":\"[not: a policy\"}],"
                          "\"descriptors\":{\"checks\":[{\"id\":\"ssh.root-login\",\"title\":{\"nl\":\"Root niet over "
                          "ssh\"}}],\"facts\":[]}");
        _cleanup_free_ char *one = full(f, "fail", "pass");
        _cleanup_json_ json_t *host = NULL, *measures = NULL;
        const json_t *words;

        (void)store_line(f->store, policy);
        (void)store_line(f->store, one);
        host = the_host(f);
        words = json_object_get(json_object_get(host, "titles"), "bio2:5.16.02");
        assert_string_equal(json_member_string(json_object_get(words, "title"), "nl"), "Geen groepsaccounts");
        words = json_object_get(json_object_get(host, "descriptors"), "ssh.root-login");
        assert_string_equal(json_member_string(json_object_get(words, "title"), "nl"), "Root niet over ssh");
        measures = store_measures(f->store, "gemeente", NOW);
        assert_string_equal(json_member_string(json_object_get(measure(measures, "bio2:5.16.02"), "title"), "nl"),
                            "Geen groepsaccounts");
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(a_full_replaces_the_state, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_change_alters_what_it_names, set_up, tear_down),
                cmocka_unit_test_setup_teardown(an_older_change_does_not_undo_a_newer_one, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_late_full_leaves_later_changes_alone, set_up, tear_down),
                cmocka_unit_test_setup_teardown(another_branch_does_not_alter_the_state, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_full_in_parts_counts_when_all_are_in, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_silent_host_is_unknown, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_wrong_clock_neither_hides_nor_feigns_silence, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_host_that_said_it_stops_is_not_silent, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_result_past_its_age_is_unknown, set_up, tear_down),
                cmocka_unit_test_setup_teardown(with_records_missing_nothing_is_certain, set_up, tear_down),
                cmocka_unit_test_setup_teardown(since_is_when_the_status_changed, set_up, tear_down),
                cmocka_unit_test_setup_teardown(measures_are_counted_over_hosts, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_measure_is_no_fresher_than_its_results, set_up, tear_down),
                cmocka_unit_test_setup_teardown(another_organisation_sees_nothing, set_up, tear_down),
                cmocka_unit_test_setup_teardown(an_enrolled_host_that_never_reported_is_listed, set_up, tear_down),
                cmocka_unit_test_setup_teardown(personal_values_are_shown_without_their_markers, set_up, tear_down),
                cmocka_unit_test_setup_teardown(words_come_from_policy_records, set_up, tear_down),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
