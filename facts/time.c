/* SPDX-License-Identifier: EUPL-1.2 */
/* The fact `time`: what keeps the clock, how the kernel says that it does (adjtimex(2)), and which servers
 * systemd-timesyncd asks. Those of chronyd are not looked at. */
#include <string.h>

#include "base/text.h"
#include "facts/live.h"
#include "facts/readers.h"
#include "facts/timesyncd.h"

/* Programs that set the clock, by the name of their process (15 characters at most). Of those that are modelled it is
 * known how they leave the kernel's clock; guest tools may take the time from the machine below. */
static const struct program {
        const char *process, *name;
        bool modelled;
} programs[] = {
        {"chronyd", "chronyd", true},
        {"systemd-timesyn", "systemd-timesyncd", true},
        {"ntpd", "ntpd", false}, /* of ntpsec, ntp, openntpd, busybox */
        {"ntp-daemon", "ntpd-rs", false},
        {"ptp4l", "ptp4l", false},
        {"phc2sys", "phc2sys", false},
        {"ts2phc", "ts2phc", false},
        {"timemaster", "timemaster", false},
        {"vmtoolsd", "vmtoolsd", false},
        {"VBoxService", "VBoxService", false},
        {"prltoolsd", "prltoolsd", false},
};

/* Services of programs that are modelled: what the next start will have. */
static const struct {
        const char *unit, *name;
} units[] = {
        {"chrony.service", "chronyd"},
        {"chronyd.service", "chronyd"},
        {"systemd-timesyncd.service", "systemd-timesyncd"},
};

/* chronyd(8): with -x it leaves the clock alone. */
static bool leaves_the_clock(const struct bio_node *process)
{
        static const char with_argument[] = "fFlLPtu";
        const struct bio_node *arguments = tree_get(process, "argv");
        size_t i;

        for (i = 1; i < tree_count(arguments); i++) {
                const char *letter = tree_bytes_of(tree_at(arguments, i), NULL);

                if (*letter != '-')
                        continue;
                for (letter++; *letter; letter++) {
                        if (*letter == 'x')
                                return true;
                        if (strchr(with_argument, *letter)) {
                                i += letter[1] == '\0';
                                break;
                        }
                }
        }
        return false;
}

static struct bio_node *running(struct tree *t, const char *name, const struct bio_node *start, const char *source)
{
        struct bio_node *node = tree_basis(tree_from(tree_map(t), source, 0, 0), BIO_RUNNING);

        (void)tree_set(node, "name", tree_text(t, name));
        (void)tree_set(node, "start",
                       tree_state(start) == BIO_KNOWN ? tree_integer(t, tree_integer_of(start))
                                                      : tree_unreadable(t, "since when it runs is not known"));
        return node;
}

/* The first process of a program that sets this host's clock; NULL: none. Those of containers are not this host's. */
static struct bio_node *find_process(struct facts *f, const struct program *p)
{
        struct tree *t = facts_tree(f);
        struct bio_node *list = live_processes(facts_live(f), t, p->process);
        const struct bio_node *first = NULL;
        size_t i;

        if (tree_state(list) != BIO_KNOWN)
                return list;
        for (i = 0; i < tree_count(list); i++) {
                const struct bio_node *process = tree_at(list, i);

                if (tree_bool_of(tree_get(process, "inner")) ||
                    (streq(p->name, "chronyd") && leaves_the_clock(process)))
                        continue;
                if (!first || tree_integer_of(tree_get(process, "start")) < tree_integer_of(tree_get(first, "start")))
                        first = process;
        }
        return first ? running(t, p->name, tree_get(first, "start"), tree_source(first)) : NULL;
}

/* The daemon that is modelled and runs; the others are looked for where there is none, for then they matter. Where one
 * is not known, all that follows is not. */
static void add_programs(struct facts *f, struct bio_node *root)
{
        struct tree *t = facts_tree(f);
        struct bio_node *daemon = NULL, *others = tree_list(t), *node;
        size_t i;

        for (i = 0; i < ELEMENTS(programs) && !daemon; i++) {
                node = find_process(f, &programs[i]);
                if (!node)
                        continue;
                if (tree_state(node) == BIO_KNOWN && !programs[i].modelled)
                        (void)tree_append(others, node);
                else
                        daemon = node;
        }
        /* A /proc that hides what is of others hides the first process too. */
        if (!daemon && tree_state(live_process(facts_live(f), t, 1)) != BIO_KNOWN)
                daemon = tree_basis(tree_from(tree_unreadable(t, "processes of others are hidden"), "/proc", 0, 0),
                                    BIO_RUNNING);
        if (!daemon)
                daemon = tree_basis(tree_from(tree_absent(t, "none runs"), "/proc", 0, 0), BIO_RUNNING);
        (void)tree_set(root, "daemon", daemon);
        (void)tree_set(root, "others", tree_basis(tree_from(others, "/proc", 0, 0), BIO_RUNNING));
}

static struct bio_node *units_node(struct facts *f)
{
        struct tree *t = facts_tree(f);
        struct bio_node *map = tree_map(t);
        size_t i;

        for (i = 0; i < ELEMENTS(units); i++) {
                const struct fact_argument arguments[] = {{"unit", units[i].unit}, {NULL, NULL}};
                const struct bio_node *unit = facts_query(f, "systemd.unit", arguments);
                const struct bio_node *state = tree_state(unit) == BIO_KNOWN ? tree_get(unit, "file_state") : unit;
                struct bio_node *node;

                if (tree_state(state) == BIO_ABSENT)
                        continue;
                node = tree_state(state) == BIO_KNOWN ? tree_text(t, tree_bytes_of(state, NULL))
                                                      : tree_unreadable(t, "%s", tree_why(state));
                (void)tree_set(map, units[i].unit, tree_from(node, tree_source(state), 0, 0));
        }
        return map;
}

static const struct bio_node *read_time(struct facts *f)
{
        struct tree *t = facts_tree(f);
        struct bio_node *root = tree_map(t);

        (void)tree_set(root, "container", live_container(facts_live(f), t));
        (void)tree_set(root, "clock", live_clock(facts_live(f), t));
        add_programs(f, root);
        (void)tree_set(root, "units", units_node(f));
        (void)tree_set(root, "timesyncd", timesyncd_servers(f));
        return root;
}

const struct fact_reader time_fact = {
        .name = "time",
        .title = "The kernel's clock, and what keeps it",
        .read = read_time,
};
