/* SPDX-License-Identifier: EUPL-1.2 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/io.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "config/config.h"

static char directory[] = "/tmp/bioagent-test-XXXXXX";

static int make_directory(void **state)
{
        (void)state;
        return mkdtemp(directory) ? 0 : -1;
}

static char *path_of(const char *name)
{
        return must_printf("%s/%s", directory, name);
}

static void put(const char *name, const char *text)
{
        _cleanup_free_ char *path = path_of(name);

        assert_int_equal(file_write_durably(AT_FDCWD, path, 0600, text, strlen(text), false), 0);
}

static void drop(const char *name)
{
        _cleanup_free_ char *path = path_of(name);

        (void)remove(path);
}

static int remove_directory(void **state)
{
        (void)state;
        drop("bioagent.yml");
        return rmdir(directory);
}

static void everything_has_a_default(void **state)
{
        _cleanup_free_ char *path = path_of("bioagent.yml");
        _cleanup_diag_ struct diag diag = {0};
        struct config c;

        (void)state;
        put("bioagent.yml", "");
        assert_int_equal(config_load(path, &c, &diag), 0);
        assert_int_equal(diag.count, 0);
        assert_string_equal(c.organisation, "");
        assert_int_equal(json_object_size(c.labels), 0);
        assert_int_equal(json_object_size(c.profile), 0);
        assert_string_equal(c.policies[0], "bio2");
        assert_string_equal(c.policies[1], "algoritmekader");
        assert_string_equal(c.policies[2], "hardening");
        assert_null(c.policies[3]);
        assert_int_equal(c.audit_s, 900);
        assert_int_equal(c.full_s, 86400);
        assert_int_equal(c.heartbeat_s, 3600);
        assert_int_equal(c.jitter_s, 1800);
        assert_string_equal(c.state, BIOAGENT_STATEDIR);
        assert_string_equal(c.runtime, BIOAGENT_RUNTIMEDIR);
        assert_string_equal(c.key, BIOAGENT_STATEDIR "/sign/key.pem");
        assert_null(c.collector_url);
        assert_null(c.collector_ca);
        assert_int_equal(c.spool_max_size, 256 * 1024 * 1024);
        assert_string_equal(c.keep_acknowledged, "P30D");
        assert_string_equal(c.directory, directory);
        config_free(&c);
}

static void every_key_is_read(void **state)
{
        _cleanup_free_ char *path = path_of("bioagent.yml"), *labels = NULL, *profile = NULL;
        _cleanup_diag_ struct diag diag = {0};
        struct config c;

        (void)state;
        put("bioagent.yml", "organisation: gemeente-voorbeeld\n"
                            "labels: {role: web}\n"
                            "profile: {internet_facing: true, level: 2, group: a}\n"
                            "policies: [algoritmekader, /srv/own.yml]\n"
                            "schedule: {audit: PT5M, full: P1D, heartbeat: PT30M, jitter: PT0S}\n"
                            "state: /srv/state/\n"
                            "runtime: /srv/run\n"
                            "collector: {url: \"https://collector.example:8443\", ca: /srv/ca.pem}\n"
                            "spool: {max_size: 1GiB, keep_acknowledged: P1Y}\n");
        assert_int_equal(config_load(path, &c, &diag), 0);
        assert_string_equal(c.organisation, "gemeente-voorbeeld");
        labels = json_text(c.labels);
        assert_string_equal(labels, "{\"role\":\"web\"}");
        profile = json_text(c.profile);
        assert_string_equal(profile, "{\"internet_facing\":true,\"level\":2,\"group\":\"a\"}");
        assert_string_equal(c.policies[0], "algoritmekader");
        assert_string_equal(c.policies[1], "/srv/own.yml");
        assert_null(c.policies[2]);
        assert_int_equal(c.audit_s, 300);
        assert_int_equal(c.full_s, 86400);
        assert_int_equal(c.heartbeat_s, 1800);
        assert_int_equal(c.jitter_s, 0);
        assert_string_equal(c.state, "/srv/state");
        assert_string_equal(c.key, "/srv/state/sign/key.pem");
        assert_string_equal(c.runtime, "/srv/run");
        assert_string_equal(c.collector_url, "https://collector.example:8443");
        assert_string_equal(c.collector_ca, "/srv/ca.pem");
        assert_int_equal(c.spool_max_size, 1024 * 1024 * 1024);
        assert_string_equal(c.keep_acknowledged, "P1Y");
        config_free(&c);
}

static void later_files_win_key_by_key(void **state)
{
        _cleanup_free_ char *path = path_of("bioagent.yml"), *drop_ins = path_of("bioagent.yml.d"), *labels = NULL;
        _cleanup_diag_ struct diag diag = {0};
        struct config c;

        (void)state;
        assert_int_equal(directory_make(drop_ins, 0700), 0);
        put("bioagent.yml", "organisation: one\nlabels: {a: \"1\", b: \"1\"}\nschedule: {audit: PT1M, full: PT2H}\n");
        put("bioagent.yml.d/20-last.yml", "labels: {b: \"3\"}\nschedule: {full: PT4H}\n");
        put("bioagent.yml.d/10-first.yml", "organisation: two\nlabels: {b: \"2\", c: \"2\"}\nschedule: {full: PT3H}\n");
        put("bioagent.yml.d/30-not.yaml", "organisation: never\n");
        put("bioagent.yml.d/.40-hidden.yml", "organisation: never\n");
        assert_int_equal(config_load(path, &c, &diag), 0);
        assert_string_equal(c.organisation, "two");
        labels = json_text(c.labels);
        assert_string_equal(labels, "{\"a\":\"1\",\"b\":\"3\",\"c\":\"2\"}");
        assert_int_equal(c.audit_s, 60);
        assert_int_equal(c.full_s, 4 * 3600);
        config_free(&c);
        drop("bioagent.yml.d/20-last.yml");
        drop("bioagent.yml.d/10-first.yml");
        drop("bioagent.yml.d/30-not.yaml");
        drop("bioagent.yml.d/.40-hidden.yml");
        drop("bioagent.yml.d");
}

static const struct {
        const char *text, *message;
        unsigned line, column;
} wrong[] = {
        {"organization: x", "unknown key \"organization\", expected one of: organisation, labels", 1, 15},
        {"organisation: 5", "\"organisation\" is a whole number, expected text", 1, 15},
        {"organisation: \"a\\nb\"", "has several lines, expected one", 1, 15},
        {"labels: {a: 1}", "\"a\" has another type, expected a text", 1, 13},
        {"profile: {a: [1]}", "\"a\" has another type, expected true, false", 1, 11},
        {"policies: []", "names 0 policies, expected 1", 1, 1},
        {"policies: [bio2, bio2]", "\"bio2\" stands twice, expected once", 1, 18},
        {"policies: [1]", "no name of a policy, expected an id", 1, 12},
        {"schedule:\n  audit: 15m", "\"15m\" is no term without years and months, expected ISO 8601", 2, 10},
        {"schedule:\n  full: P1M", "\"P1M\" is no term without years and months", 2, 9},
        {"schedule:\n  audit: PT0S", "\"audit\" is zero, expected at least PT1S", 2, 10},
        {"schedule: {audits: PT1H}", "unknown key \"audits\", expected one of: audit, full, heartbeat, jitter", 1, 20},
        {"schedule: PT1H", "expected a map", 1, 11},
        {"state: var/lib", "\"var/lib\" is no absolute path", 1, 8},
        {"key: credential:record", "are not read by this version, expected a PEM file", 1, 6},
        {"key: \"tpm2:0x81\"", "are not read by this version", 1, 6},
        {"collector: {url: \"http://collector.example\"}", "is no address, expected https://HOST:PORT", 1, 18},
        {"collector: {url: \"https://\"}", "is no address", 1, 18},
        {"collector: {uri: x}", "unknown key \"uri\"", 1, 18},
        {"spool: {max_size: 256MB}", "\"256MB\" is no size, expected such as 256MiB", 1, 19},
        {"spool: {max_size: 1KiB}", "at least 4MiB", 1, 19},
        {"spool: {max_size: 99999999999GiB}", "is no size", 1, 19},
        {"spool: {keep_acknowledged: 30}", "\"keep_acknowledged\" is a whole number, expected text", 1, 28},
        {"spool: {keep_acknowledged: 30D}", "\"30D\" is no term", 1, 28},
        {"- a", "expected a map", 1, 1},
};

static void each_error_says_where_what_and_what_was_expected(void **state)
{
        _cleanup_free_ char *path = path_of("bioagent.yml");

        (void)state;
        for (size_t i = 0; i < ELEMENTS(wrong); i++) {
                _cleanup_diag_ struct diag diag = {0};
                struct config c;

                put("bioagent.yml", wrong[i].text);
                assert_int_equal(config_load(path, &c, &diag), -EINVAL);
                assert_true(diag.failed);
                if (diag.count != 1 || !strstr(diag.entries[0].message, wrong[i].message) ||
                    diag.entries[0].line != wrong[i].line || diag.entries[0].column != wrong[i].column)
                        fail_msg("%s: %u:%u: %s", wrong[i].text, diag.entries[0].line, diag.entries[0].column,
                                 diag.entries[0].message);
        }
}

static void a_given_file_must_exist(void **state)
{
        _cleanup_diag_ struct diag diag = {0};
        struct config c;

        (void)state;
        assert_int_equal(config_load("/nonexistent/bioagent.yml", &c, &diag), -EINVAL);
        assert_non_null(strstr(diag.entries[0].message, "cannot be read"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(everything_has_a_default),
                cmocka_unit_test(every_key_is_read),
                cmocka_unit_test(later_files_win_key_by_key),
                cmocka_unit_test(each_error_says_where_what_and_what_was_expected),
                cmocka_unit_test(a_given_file_must_exist),
        };

        return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
