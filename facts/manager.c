/* SPDX-License-Identifier: EUPL-1.2 */
#include "facts/manager.h"

#include <errno.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/text.h"

#define SERVICE           "org.freedesktop.systemd1"
#define UNIT_INTERFACE    SERVICE ".Unit"
#define SERVICE_INTERFACE SERVICE ".Service"
#define TIMER_INTERFACE   SERVICE ".Timer"
#define SOURCE            "service manager"
#define ANSWER_US         (2 * 1000 * 1000) /* to one question about a unit */
#define ITEMS_MOST        4096              /* of any list that the manager answers */

static void drop_message(sd_bus_message **m)
{
        sd_bus_message_unref(*m);
}
#define _cleanup_message_ _cleanup_(drop_message)

static struct bio_node *from_manager(struct bio_node *node)
{
        return tree_basis(tree_from(node, SOURCE, 0, 0), BIO_RUNNING);
}

static uint64_t now_us(void)
{
        struct timespec now;

        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* Greets the bus, in bounded time: the library's own way waits for 25 s or more. */
static int wait_ready(sd_bus *bus, uint64_t deadline)
{
        for (;;) {
                uint64_t now = now_us();
                int r = sd_bus_is_ready(bus);

                if (r != 0)
                        return r;
                r = sd_bus_process(bus, NULL);
                if (r == 0 && now < deadline)
                        r = sd_bus_wait(bus, deadline - now);
                if (r < 0 && r != -EINTR)
                        return r;
                if (now >= deadline)
                        return -ETIMEDOUT;
        }
}

static int connect_once(struct manager *m)
{
        if (m->tried)
                return m->error;
        m->tried = true;
        if (!m->bus && sd_booted() <= 0)
                return m->error = -ENOPKG;
        m->error = m->bus ? 0 : sd_bus_open_system(&m->bus);
        if (m->error >= 0)
                m->error = wait_ready(m->bus, now_us() + ANSWER_US);
        return m->error < 0 ? m->error : (m->error = 0);
}

static struct bio_node *no_answer(struct tree *t, int error)
{
        if (error == -ENOPKG)
                return from_manager(tree_unreadable(t, "no service manager"));
        return from_manager(tree_unreadable(t, "the service manager does not answer: %s", strerror(-error)));
}

void manager_close(struct manager *m)
{
        m->bus = sd_bus_flush_close_unref(m->bus);
}

/* --- one reader for each form of a property
 * --------------------------------------------------------------------------- */

static int read_text(struct tree *t, sd_bus_message *reply, struct bio_node **ret)
{
        const char *s;
        int r = sd_bus_message_read(reply, "s", &s);

        if (r >= 0)
                *ret = tree_text(t, s);
        return r;
}

/* Moments of the manager are microseconds since the epoch; 0: never. */
static int read_moment(struct tree *t, sd_bus_message *reply, struct bio_node **ret)
{
        uint64_t moment;
        int r = sd_bus_message_read(reply, "t", &moment);

        if (r >= 0)
                *ret = moment > 0 ? tree_integer(t, (int64_t)(moment / 1000000)) : tree_absent(t, "never");
        return r;
}

static int read_pid(struct tree *t, sd_bus_message *reply, struct bio_node **ret)
{
        uint32_t pid;
        int r = sd_bus_message_read(reply, "u", &pid);

        if (r >= 0)
                *ret = tree_integer(t, pid);
        return r;
}

static int read_texts(struct tree *t, sd_bus_message *reply, struct bio_node **ret)
{
        const char *s;
        int r = sd_bus_message_enter_container(reply, 'a', "s");

        if (r < 0)
                return r;
        *ret = tree_list(t);
        while ((r = sd_bus_message_read(reply, "s", &s)) > 0) {
                if (tree_count(*ret) >= ITEMS_MOST)
                        return -E2BIG;
                tree_append(*ret, tree_text(t, s));
        }
        return r;
}

/* EnvironmentFiles a(sb): the path, and whether it may be missing. */
static int read_environment_files(struct tree *t, sd_bus_message *reply, struct bio_node **ret)
{
        const char *path;
        int optional, r = sd_bus_message_enter_container(reply, 'a', "(sb)");

        if (r < 0)
                return r;
        *ret = tree_list(t);
        while ((r = sd_bus_message_read(reply, "(sb)", &path, &optional)) > 0) {
                struct bio_node *file;

                if (tree_count(*ret) >= ITEMS_MOST)
                        return -E2BIG;
                file = tree_append(*ret, tree_map(t));
                tree_set(file, "path", tree_text(t, path));
                tree_set(file, "optional", tree_bool(t, optional));
        }
        return r;
}

/* ExecStart a(sasbttttuii): path, arguments, and how the last run of it went. */
static int read_commands(struct tree *t, sd_bus_message *reply, struct bio_node **ret)
{
        int r = sd_bus_message_enter_container(reply, 'a', "(sasbttttuii)");

        if (r < 0)
                return r;
        *ret = tree_list(t);
        while ((r = sd_bus_message_enter_container(reply, 'r', "sasbttttuii")) > 0) {
                struct bio_node *command, *arguments = NULL;
                const char *path;

                if (tree_count(*ret) >= ITEMS_MOST)
                        return -E2BIG;
                command = tree_append(*ret, tree_map(t));
                r = sd_bus_message_read(reply, "s", &path);
                if (r < 0)
                        return r;
                tree_set(command, "path", tree_text(t, path));
                r = read_texts(t, reply, &arguments);
                if (r < 0)
                        return r;
                tree_set(command, "argv", arguments);
                r = sd_bus_message_exit_container(reply);
                if (r < 0)
                        return r;
                r = sd_bus_message_skip(reply, "bttttuii");
                if (r < 0)
                        return r;
                r = sd_bus_message_exit_container(reply);
                if (r < 0)
                        return r;
        }
        return r;
}

static const struct property {
        const char *key, *interface, *name, *type;
        int (*read)(struct tree *t, sd_bus_message *reply, struct bio_node **ret);
} properties[] = {
        {"load_state", UNIT_INTERFACE, "LoadState", "s", read_text},
        {"active_state", UNIT_INTERFACE, "ActiveState", "s", read_text},
        {"sub_state", UNIT_INTERFACE, "SubState", "s", read_text},
        {"unit_file_state", UNIT_INTERFACE, "UnitFileState", "s", read_text},
        {"fragment_path", UNIT_INTERFACE, "FragmentPath", "s", read_text},
        {"state_change", UNIT_INTERFACE, "StateChangeTimestamp", "t", read_moment},
        {"active_enter", UNIT_INTERFACE, "ActiveEnterTimestamp", "t", read_moment},
        {"main_pid", SERVICE_INTERFACE, "MainPID", "u", read_pid},
        {"exec_main_start", SERVICE_INTERFACE, "ExecMainStartTimestamp", "t", read_moment},
        {"exec_start", SERVICE_INTERFACE, "ExecStart", "a(sasbttttuii)", read_commands},
        {"last_trigger", TIMER_INTERFACE, "LastTriggerUSec", "t", read_moment},
        {"environment", SERVICE_INTERFACE, "Environment", "as", read_texts},
        {"environment_files", SERVICE_INTERFACE, "EnvironmentFiles", "a(sb)", read_environment_files},
};

static struct bio_node *property_node(struct manager *m, struct tree *t, const char *path, const struct property *p,
                                      uint64_t deadline)
{
        _cleanup_message_ sd_bus_message *reply = NULL;
        struct bio_node *node = NULL;
        uint64_t now = now_us();
        int r = m->error;

        if (r >= 0)
                r = now < deadline ? sd_bus_set_method_call_timeout(m->bus, deadline - now) : -ETIMEDOUT;
        if (r >= 0)
                r = sd_bus_get_property(m->bus, SERVICE, path, p->interface, p->name, NULL, &reply, p->type);
        if (r >= 0)
                r = p->read(t, reply, &node);
        /* One that hangs or is gone is asked nothing more in this run. */
        if (r == -ETIMEDOUT || r == -ECONNRESET || r == -ENOTCONN || r == -EPIPE)
                m->error = r;
        return r < 0 ? no_answer(t, r) : node;
}

struct bio_node *manager_unit(struct manager *m, struct tree *t, const char *unit)
{
        _cleanup_free_ char *path = NULL;
        uint64_t deadline = now_us() + ANSWER_US;
        struct bio_node *node;
        size_t i;
        int r = connect_once(m);

        if (r >= 0)
                r = sd_bus_path_encode("/org/freedesktop/systemd1/unit", unit, &path);
        if (r < 0)
                return no_answer(t, r);
        node = from_manager(tree_map(t));
        for (i = 0; i < ELEMENTS(properties); i++) {
                const struct property *p = &properties[i];

                if ((streq(p->interface, SERVICE_INTERFACE) && !ends_with(unit, ".service")) ||
                    (streq(p->interface, TIMER_INTERFACE) && !ends_with(unit, ".timer")))
                        continue;
                tree_set(node, p->key, property_node(m, t, path, p, deadline));
                /* A manager that does not answer the first question is not asked eleven more. */
                if (i == 0 && tree_state(tree_get(node, p->key)) != BIO_KNOWN)
                        return from_manager(tree_unreadable(t, "%s", tree_why(tree_get(node, p->key))));
        }
        return node;
}

struct bio_node *manager_units(struct manager *m, struct tree *t, const char *pattern)
{
        _cleanup_message_ sd_bus_message *reply = NULL;
        const char *patterns[] = {pattern, NULL}, *name;
        _cleanup_message_ sd_bus_message *call = NULL;
        struct bio_node *list;
        int r = connect_once(m);

        if (r >= 0)
                r = sd_bus_message_new_method_call(m->bus, &call, SERVICE, "/org/freedesktop/systemd1",
                                                   SERVICE ".Manager", "ListUnitsByPatterns");
        if (r >= 0)
                r = sd_bus_message_append_strv(call, NULL);
        if (r >= 0)
                r = sd_bus_message_append_strv(call, (char **)patterns);
        if (r >= 0)
                r = sd_bus_call(m->bus, call, ANSWER_US, NULL, &reply);
        if (r >= 0)
                r = sd_bus_message_enter_container(reply, 'a', "(ssssssouso)");
        if (r < 0)
                return no_answer(t, r);
        list = from_manager(tree_list(t));
        while ((r = sd_bus_message_read(reply, "(ssssssouso)", &name, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                                        NULL)) > 0) {
                if (tree_count(list) >= ITEMS_MOST)
                        return from_manager(tree_undecidable(t, "too many units match %s", pattern));
                tree_append(list, tree_text(t, name));
        }
        return r < 0 ? no_answer(t, r) : list;
}
