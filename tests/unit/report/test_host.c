/* SPDX-License-Identifier: EUPL-1.2 */
/* The members "host" and "run", and the payload and JSON made of them. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include <cmocka.h>

#include "base/io.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "record/record.h"
#include "report/host.h"
#include "report/report.h"

static char directory[] = "/tmp/bioagent-test-XXXXXX";

static char *path_of(const char *name)
{
        return must_printf("%s/%s", directory, name);
}

static int make_directory(void **state)
{
        static const char *const names[] = {"etc", "usr", "usr/lib"};

        (void)state;
        if (!mkdtemp(directory))
                return -1;
        for (size_t i = 0; i < ELEMENTS(names); i++) {
                _cleanup_free_ char *path = path_of(names[i]);

                if (directory_make(path, 0755) < 0)
                        return -1;
        }
        return 0;
}

static int remove_directory(void **state)
{
        static const char *const names[] = {
                "etc/hostname", "etc/os-release", "usr/lib/os-release", "etc", "usr/lib", "usr", ""};

        (void)state;
        for (size_t i = 0; i < ELEMENTS(names); i++) {
                _cleanup_free_ char *path = path_of(names[i]);

                (void)remove(path);
        }
        return 0;
}

static void put(const char *name, const char *text)
{
        _cleanup_free_ char *path = path_of(name);

        assert_int_equal(file_write_durably(AT_FDCWD, path, 0644, text, strlen(text), false), 0);
}

static void the_running_host_is_named_as_the_kernel_does(void **state)
{
        _cleanup_json_ json_t *labels = json_pack("{s:s}", "role", "web"), *host = NULL;
        struct utsname uts;

        (void)state;
        host = report_host("an-id", "gemeente", labels, NULL, "/");
        assert_int_equal(uname(&uts), 0);
        assert_string_equal(json_member_string(host, "id"), "an-id");
        assert_string_equal(json_member_string(host, "name"), uts.nodename);
        assert_string_equal(json_member_string(host, "kernel"), uts.release);
        assert_string_equal(json_member_string(host, "org"), "gemeente");
        assert_true(json_equal(json_object_get(host, "labels"), labels));
        assert_true(json_is_object(json_object_get(host, "profile")));
}

static void another_root_is_named_as_its_files_do(void **state)
{
        _cleanup_json_ json_t *host = NULL;

        (void)state;
        put("etc/hostname", "# the name\n\n  image7  \nother\n");
        put("usr/lib/os-release", "ID=debian\nPRETTY_NAME=\"Debian \\\"GNU\\\" 12\"\nVERSION_ID='12'\n");
        host = report_host(NULL, "", NULL, NULL, directory);
        assert_true(json_is_null(json_object_get(host, "id")));
        assert_true(json_is_null(json_object_get(host, "org")));
        assert_string_equal(json_member_string(host, "name"), "image7");
        assert_string_equal(json_member_string(host, "os"), "Debian \"GNU\" 12");
        assert_true(json_is_null(json_object_get(host, "kernel")));
}

static void without_a_pretty_name_id_and_version_name_the_system(void **state)
{
        static const struct {
                const char *text, *os;
        } cases[] = {
                {"ID=rhel\nVERSION_ID=\"9.4\"\n", "rhel 9.4"},
                {"ID=arch\nPRETTY_NAME=\n", "arch"},
                {"", "linux"},
                {"PRETTY_NAME=a\nPRETTY_NAME=b", "b"},
                {"PRETTY_NAME=\"x\001\033[2Jy\"\n", "x\\x01\\x1b[2Jy"},
                {"PRETTY_NAME=\"open", "open"},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                _cleanup_json_ json_t *host = NULL;

                put("etc/os-release", cases[i].text);
                host = report_host(NULL, NULL, NULL, NULL, directory);
                assert_string_equal(json_member_string(host, "os"), cases[i].os);
        }
}

static void links_are_resolved_below_the_root_and_only_files_are_read(void **state)
{
        _cleanup_free_ char *path = path_of("etc/os-release"), *name = path_of("etc/hostname");
        _cleanup_json_ json_t *host = NULL, *none = NULL;

        (void)state;
        (void)unlink(path);
        (void)unlink(name);
        assert_int_equal(symlink("/usr/lib/os-release", path), 0); /* absolute: of the image, not of this machine */
        assert_int_equal(symlink("../../../../../../etc/hostname", name), 0);
        put("usr/lib/os-release", "PRETTY_NAME=image\n");
        host = report_host(NULL, NULL, NULL, NULL, directory);
        assert_string_equal(json_member_string(host, "os"), "image");
        assert_string_equal(json_member_string(host, "name"), ""); /* it points to itself there */
        (void)unlink(path);
        (void)unlink(name);
        assert_int_equal(mkfifo(path, 0644), 0);
        assert_int_equal(mkfifo(name, 0644), 0);
        put("usr/lib/os-release", "PRETTY_NAME=second\n");
        none = report_host(NULL, NULL, NULL, NULL, directory);
        assert_string_equal(json_member_string(none, "os"), "second");
        assert_string_equal(json_member_string(none, "name"), "");
}

static void a_run_has_an_id_of_its_own_and_offline_no_boot(void **state)
{
        _cleanup_json_ json_t *live = report_run("once", 0, 1, false), *offline = report_run("schedule", 0, 1, true);

        (void)state;
        assert_int_equal(strlen(json_member_string(live, "id")), 36);
        assert_string_not_equal(json_member_string(live, "id"), json_member_string(offline, "id"));
        assert_string_equal(json_member_string(live, "trigger"), "once");
        assert_string_equal(json_member_string(live, "started"), "1970-01-01T00:00:00Z");
        assert_string_equal(json_member_string(live, "finished"), "1970-01-01T00:00:01Z");
        assert_int_equal(strlen(json_member_string(live, "boot_id")), 36);
        assert_true(json_is_null(json_object_get(offline, "boot_id")));
        assert_string_equal(json_member_string(live, "agent"), BIOAGENT_VERSION);
        assert_true(json_is_object(json_object_get(live, "clock")));
}

static void a_payload_is_a_record_of_kind_report(void **state)
{
        _cleanup_json_ json_t *host = report_host("an-id", NULL, NULL, NULL, "/"),
                              *run = report_run("once", 0, 1, true);
        _cleanup_json_ json_t *list = json_array(), *payload = report_payload(true, 0, host, run, list, list, list);
        struct record record;
        char *why = NULL;

        (void)state;
        if (record_read(payload, &record, &why) < 0)
                fail_msg("%s", why);
        assert_int_equal(record.kind, RECORD_REPORT);
        assert_null(record.host_id);
        assert_null(record.chain);
        assert_string_equal(json_member_string(payload, "target"), "offline");
        assert_string_equal(json_member_string(host, "id"), "an-id"); /* the caller's stays */
}

static void json_shows_values_in_clear_and_no_marker(void **state)
{
        _cleanup_json_ json_t *payload = NULL, *back = NULL;
        _cleanup_text_ struct text out = {0};

        (void)state;
        payload = json_pack("{s:[{s:s,s:[s]}]}", "results", "subject", "user:jan", "_personal", "subject");
        assert_int_equal(report_writer_find("json")->write(&(struct report){.payload = payload}, NULL, &out), 0);
        assert_int_equal(json_parse(text_string(&out), out.length, &back, NULL), 0);
        assert_non_null(strstr(text_string(&out), "user:jan"));
        assert_null(strstr(text_string(&out), "_personal"));
        assert_non_null(json_object_get(json_array_get(json_object_get(payload, "results"), 0), "_personal"));
        assert_null(report_writer_find("xml"));
        assert_null(report_writer_find("jws"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_running_host_is_named_as_the_kernel_does),
                cmocka_unit_test(another_root_is_named_as_its_files_do),
                cmocka_unit_test(without_a_pretty_name_id_and_version_name_the_system),
                cmocka_unit_test(links_are_resolved_below_the_root_and_only_files_are_read),
                cmocka_unit_test(a_run_has_an_id_of_its_own_and_offline_no_boot),
                cmocka_unit_test(a_payload_is_a_record_of_kind_report),
                cmocka_unit_test(json_shows_values_in_clear_and_no_marker),
        };

        return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
