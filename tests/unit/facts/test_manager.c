/* SPDX-License-Identifier: EUPL-1.2 */
/* The service manager's answers, from a stand-in at the other end of a private bus connection. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "facts/manager.h"

#define UNIT_PATH  "/org/freedesktop/systemd1/unit/auditd_2eservice"
#define TIMER_PATH "/org/freedesktop/systemd1/unit/daily_2etimer"

/* --- the stand-in */

static int get_text(sd_bus *bus, const char *path, const char *interface, const char *property, sd_bus_message *reply,
                    void *user, sd_bus_error *error)
{
        (void)bus;
        (void)path;
        (void)interface;
        (void)user;
        (void)error;
        if (strcmp(property, "LoadState") == 0)
                return sd_bus_message_append(reply, "s", "loaded");
        if (strcmp(property, "ActiveState") == 0)
                return sd_bus_message_append(reply, "s", "active");
        return sd_bus_message_append(reply, "s", "enabled");
}

static int get_moment(sd_bus *bus, const char *path, const char *interface, const char *property, sd_bus_message *reply,
                      void *user, sd_bus_error *error)
{
        (void)bus;
        (void)path;
        (void)interface;
        (void)user;
        (void)error;
        return sd_bus_message_append(
                reply, "t", strcmp(property, "ActiveEnterTimestamp") == 0 ? UINT64_C(0) : UINT64_C(1700000000123456));
}

static int get_pid(sd_bus *bus, const char *path, const char *interface, const char *property, sd_bus_message *reply,
                   void *user, sd_bus_error *error)
{
        (void)bus;
        (void)path;
        (void)interface;
        (void)property;
        (void)user;
        (void)error;
        return sd_bus_message_append(reply, "u", 4711);
}

static int get_commands(sd_bus *bus, const char *path, const char *interface, const char *property,
                        sd_bus_message *reply, void *user, sd_bus_error *error)
{
        (void)bus;
        (void)path;
        (void)interface;
        (void)property;
        (void)user;
        (void)error;
        return sd_bus_message_append(reply, "a(sasbttttuii)", 2, "/sbin/auditd", 2, "/sbin/auditd", "-n", 0,
                                     UINT64_C(1), UINT64_C(2), UINT64_C(3), UINT64_C(4), 5U, 6, 7, "/bin/second", 1,
                                     "second", 1, UINT64_C(0), UINT64_C(0), UINT64_C(0), UINT64_C(0), 0U, 0, 0);
}

static int get_texts(sd_bus *bus, const char *path, const char *interface, const char *property, sd_bus_message *reply,
                     void *user, sd_bus_error *error)
{
        (void)bus;
        (void)path;
        (void)interface;
        (void)property;
        (void)user;
        (void)error;
        return sd_bus_message_append(reply, "as", 2, "A=1", "B=2");
}

static int get_files(sd_bus *bus, const char *path, const char *interface, const char *property, sd_bus_message *reply,
                     void *user, sd_bus_error *error)
{
        (void)bus;
        (void)path;
        (void)interface;
        (void)property;
        (void)user;
        (void)error;
        return sd_bus_message_append(reply, "a(sb)", 1, "/etc/default/auditd", 1);
}

static int list_units(sd_bus_message *call, void *user, sd_bus_error *error)
{
        (void)user;
        (void)error;
        return sd_bus_reply_method_return(call, "a(ssssssouso)", 2, "a.service", "", "", "", "", "", "/", 0U, "", "/",
                                          "b.service", "", "", "", "", "", "/", 0U, "", "/");
}

/* The types of two properties are wrong: a manager of another make. */
static const sd_bus_vtable unit_table[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_PROPERTY("LoadState", "s", get_text, 0, 0),
        SD_BUS_PROPERTY("ActiveState", "s", get_text, 0, 0),
        SD_BUS_PROPERTY("SubState", "u", get_pid, 0, 0),
        SD_BUS_PROPERTY("UnitFileState", "s", get_text, 0, 0),
        SD_BUS_PROPERTY("StateChangeTimestamp", "t", get_moment, 0, 0),
        SD_BUS_PROPERTY("ActiveEnterTimestamp", "t", get_moment, 0, 0),
        SD_BUS_VTABLE_END,
};

static const sd_bus_vtable service_table[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_PROPERTY("MainPID", "u", get_pid, 0, 0),
        SD_BUS_PROPERTY("ExecMainStartTimestamp", "t", get_moment, 0, 0),
        SD_BUS_PROPERTY("ExecStart", "a(sasbttttuii)", get_commands, 0, 0),
        SD_BUS_PROPERTY("Environment", "as", get_texts, 0, 0),
        SD_BUS_PROPERTY("EnvironmentFiles", "a(sb)", get_files, 0, 0),
        SD_BUS_VTABLE_END,
};

static const sd_bus_vtable timer_table[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_PROPERTY("LastTriggerUSec", "t", get_moment, 0, 0),
        SD_BUS_VTABLE_END,
};

static const sd_bus_vtable manager_table[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD("ListUnitsByPatterns", "asas", "a(ssssssouso)", list_units, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_VTABLE_END,
};

/* Answers until its stream ends. */
static void stand_in(int fd)
{
        sd_bus *bus = NULL;
        sd_id128_t id;

        if (sd_id128_randomize(&id) < 0 || sd_bus_new(&bus) < 0 || sd_bus_set_fd(bus, fd, fd) < 0 ||
            sd_bus_set_server(bus, 1, id) < 0 || sd_bus_set_anonymous(bus, 1) < 0 ||
            sd_bus_add_object_vtable(bus, NULL, UNIT_PATH, "org.freedesktop.systemd1.Unit", unit_table, NULL) < 0 ||
            sd_bus_add_object_vtable(bus, NULL, UNIT_PATH, "org.freedesktop.systemd1.Service", service_table, NULL) <
                    0 ||
            sd_bus_add_object_vtable(bus, NULL, TIMER_PATH, "org.freedesktop.systemd1.Unit", unit_table, NULL) < 0 ||
            sd_bus_add_object_vtable(bus, NULL, TIMER_PATH, "org.freedesktop.systemd1.Timer", timer_table, NULL) < 0 ||
            sd_bus_add_object_vtable(bus, NULL, "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager",
                                     manager_table, NULL) < 0 ||
            sd_bus_start(bus) < 0)
                _exit(1);
        for (;;) {
                int r = sd_bus_process(bus, NULL);

                if (r == 0)
                        r = sd_bus_wait(bus, UINT64_MAX);
                if (r < 0)
                        _exit(0);
        }
}

static struct manager manager;
static struct tree *t;
static pid_t other;

static int setup_with(void (*serve)(int fd))
{
        int pair[2];

        t = tree_new();
        manager = (struct manager){0};
        if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
                return -1;
        other = fork();
        if (other == 0) {
                (void)close(pair[0]);
                serve(pair[1]);
                _exit(0);
        }
        (void)close(pair[1]);
        if (other < 0 || sd_bus_new(&manager.bus) < 0 || sd_bus_set_fd(manager.bus, pair[0], pair[0]) < 0 ||
            sd_bus_set_anonymous(manager.bus, 1) < 0 || sd_bus_start(manager.bus) < 0)
                return -1;
        return 0;
}

static int setup(void **state)
{
        (void)state;
        return setup_with(stand_in);
}

static int teardown(void **state)
{
        (void)state;
        (void)kill(other, SIGKILL);
        manager_close(&manager);
        tree_free(t);
        return waitpid(other, NULL, 0) == other ? 0 : -1;
}

static void assert_shown(const struct bio_node *node, const char *expected)
{
        _cleanup_free_ char *shown = tree_value_text(node);

        assert_string_equal(shown, expected);
}

static void a_unit_is_what_the_manager_has(void **state)
{
        const struct bio_node *unit = manager_unit(&manager, t, "auditd.service");

        (void)state;
        assert_shown(tree_get(unit, "load_state"), "loaded");
        assert_shown(tree_get(unit, "active_state"), "active");
        assert_shown(tree_get(unit, "unit_file_state"), "enabled");
        assert_shown(tree_get(unit, "state_change"), "1700000000");
        assert_int_equal(tree_state(tree_get(unit, "active_enter")), BIO_ABSENT); /* never */
        assert_shown(tree_get(unit, "main_pid"), "4711");
        assert_shown(tree_get(tree_at(tree_get(unit, "exec_start"), 0), "argv"), "/sbin/auditd, -n");
        assert_shown(tree_get(tree_at(tree_get(unit, "exec_start"), 1), "path"), "/bin/second");
        assert_shown(tree_get(unit, "environment"), "A=1, B=2");
        assert_shown(tree_get(tree_at(tree_get(unit, "environment_files"), 0), "optional"), "true");
        assert_int_equal(tree_basis_of(tree_get(unit, "main_pid")), BIO_RUNNING);
        assert_string_equal(tree_source(tree_get(unit, "main_pid")), "service manager");
}

static void a_timer_has_a_last_trigger(void **state)
{
        const struct bio_node *unit = manager_unit(&manager, t, "daily.timer");

        (void)state;
        assert_shown(tree_get(unit, "load_state"), "loaded");
        assert_shown(tree_get(unit, "last_trigger"), "1700000000");
        assert_null(tree_get(unit, "main_pid"));
        assert_null(tree_get(manager_unit(&manager, t, "auditd.service"), "last_trigger"));
}

static void what_it_does_not_say_is_unreadable(void **state)
{
        const struct bio_node *unit = manager_unit(&manager, t, "auditd.service");

        (void)state;
        assert_int_equal(tree_state(tree_get(unit, "sub_state")), BIO_UNREADABLE);     /* of another type */
        assert_int_equal(tree_state(tree_get(unit, "fragment_path")), BIO_UNREADABLE); /* no such property */
        assert_int_equal(tree_state(tree_get(unit, "load_state")), BIO_KNOWN);
        assert_int_equal(tree_state(manager_unit(&manager, t, "gone.service")), BIO_UNREADABLE);
}

static void units_are_listed(void **state)
{
        (void)state;
        assert_shown(manager_units(&manager, t, "*.service"), "a.service, b.service");
}

/* --- a manager that hangs, and one that is gone */

static void say_nothing(int fd)
{
        (void)fd;
        for (;;)
                (void)pause();
}

static int setup_silent(void **state)
{
        (void)state;
        return setup_with(say_nothing);
}

static void end_at_once(int fd)
{
        char c;

        (void)!read(fd, &c, 1);
        (void)close(fd);
}

static int setup_gone(void **state)
{
        (void)state;
        return setup_with(end_at_once);
}

static time_t now(void)
{
        struct timespec ts;

        (void)clock_gettime(CLOCK_MONOTONIC, &ts);
        return ts.tv_sec;
}

static void nobody_waits_for_what_does_not_answer(void **state)
{
        time_t before = now();
        int i;

        (void)state;
        for (i = 0; i < 10; i++)
                assert_int_equal(tree_state(manager_unit(&manager, t, "auditd.service")), BIO_UNREADABLE);
        assert_int_equal(tree_state(manager_units(&manager, t, "*")), BIO_UNREADABLE);
        /* Two seconds once, not each time; the rest is a busy machine's. */
        assert_true(now() - before < 15);
}

static void without_systemd_there_is_no_manager(void **state)
{
        struct manager none = {0};
        _cleanup_tree_ struct tree *tree = tree_new();
        const struct bio_node *unit;

        (void)state;
        if (sd_booted() > 0)
                skip();
        unit = manager_unit(&none, tree, "auditd.service");
        assert_int_equal(tree_state(unit), BIO_UNREADABLE);
        assert_string_equal(tree_why(unit), "no service manager");
        assert_int_equal(tree_basis_of(unit), BIO_RUNNING);
        manager_close(&none);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(a_unit_is_what_the_manager_has, setup, teardown),
                cmocka_unit_test_setup_teardown(a_timer_has_a_last_trigger, setup, teardown),
                cmocka_unit_test_setup_teardown(what_it_does_not_say_is_unreadable, setup, teardown),
                cmocka_unit_test_setup_teardown(units_are_listed, setup, teardown),
                cmocka_unit_test_setup_teardown(nobody_waits_for_what_does_not_answer, setup_silent, teardown),
                cmocka_unit_test_setup_teardown(nobody_waits_for_what_does_not_answer, setup_gone, teardown),
                cmocka_unit_test(without_systemd_there_is_no_manager),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
