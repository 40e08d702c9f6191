/* SPDX-License-Identifier: EUPL-1.2 */
/* The fact `logs`: the files below /var/log, and who beyond root and the services that write them may change or read
 * them. What a link leads to counts, with the directories on the way: who may write in one of those can put another
 * file there. */
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "facts/readers.h"
#include "facts/rights.h"
#include "facts/systemd_internal.h"

#define TOP         "/var/log"
#define DEPTH_MOST  16
#define PLACES_MOST 20000

struct reading {
        struct facts *facts;
        struct tree *t;
        const struct people *people;
        struct arena arena;
        struct bio_node *written, *read, *unknown;
        size_t files, directories, links;
        bool ended;
};

static const char *const log_groups[] = {"adm", "utmp", NULL};
static const char *const log_readers[] = {"adm", "utmp", "systemd-journal", NULL};
static const char *const syslog_service[] = {"syslog", NULL};
static const char *const no_service[] = {NULL};

/* Logs of the system itself: no service but the one named writes them. A name that stands for those that rotation makes
 * of it too. */
static const struct {
        const char *name;
        const char *const *services;
        bool everyone_reads; /* who logged in is for everyone to ask (last(1)) */
} system_logs[] = {
        {"auth.log", syslog_service, false}, {"syslog", syslog_service, false},   {"kern.log", syslog_service, false},
        {"messages", syslog_service, false}, {"secure", syslog_service, false},   {"daemon.log", syslog_service, false},
        {"user.log", syslog_service, false}, {"cron.log", syslog_service, false}, {"cron", syslog_service, false},
        {"debug", syslog_service, false},    {"wtmp", no_service, true},          {"wtmp.db", no_service, true},
        {"btmp", no_service, false},         {"lastlog", no_service, true},       {"faillog", no_service, true},
        {"tallylog", no_service, false},     {"audit/", no_service, false},       {"sudo-io/", no_service, false},
};

/* The row of a path below /var/log, or its count. */
static size_t system_log(const char *path)
{
        const char *name = path + strlen(TOP "/");
        size_t i, length;

        for (i = 0; i < ELEMENTS(system_logs) && starts_with(path, TOP "/"); i++) {
                length = strlen(system_logs[i].name);
                if (strncmp(name, system_logs[i].name, length) == 0 &&
                    (system_logs[i].name[length - 1] == '/' ||
                     (!strchr(name, '/') && (!name[length] || strchr("-.", name[length])))))
                        return i;
        }
        return ELEMENTS(system_logs);
}

static bool in_a_home(const char *path)
{
        return starts_with(path, "/home/");
}

/* What is not known, each with its reason. */
static void add_unknown(struct reading *r, const char *path, const char *why)
{
        struct bio_node *node = tree_from(tree_append(r->unknown, tree_map(r->t)), path, 0, 0);

        (void)tree_set(node, "path", tree_text(r->t, path));
        (void)tree_set(node, "by", tree_unreadable(r->t, "%s", why));
}

static void add_beyond(struct bio_node *list, struct reading *r, const char *path, const struct place_rights *place,
                       const char *at, const char *who, bool personal)
{
        struct bio_node *node = tree_from(tree_append(list, tree_map(r->t)), path, 0, 0), *by;

        (void)tree_set(node, "path", tree_text(r->t, path));
        by = tree_set(node, "by", tree_text(r->t, who));
        (void)tree_set(node, "mode", tree_printf(r->t, "%04o", (unsigned)(place->mode & 07777)));
        (void)tree_set(node, "uid", tree_integer(r->t, place->uid));
        (void)tree_set(node, "gid", tree_integer(r->t, place->gid));
        if (personal || in_a_home(at))
                (void)tree_class(by, BIO_PERSONAL);
        if (!streq(at, path))
                (void)tree_note(by, "through %s", at);
        if (place->acl.count > 0)
                (void)tree_note(by, "it has an access list");
}

/* One place: `path` as it is called, `at` where that really is, or a directory on the way. */
static void judge(struct reading *r, const char *path, const char *at, const struct place_rights *place)
{
        const size_t row = system_log(path);
        const char *const *services = row < ELEMENTS(system_logs) ? system_logs[row].services : NULL;
        const struct rights_asked writing = {RIGHT_WRITE, log_groups, services};
        const struct rights_asked reading = {RIGHT_READ, log_readers, services};
        _cleanup_text_ struct text writers = {0}, readers = {0};
        bool personal;

        if (rights_beyond(r->people, place, &writing, &writers, &personal))
                add_beyond(r->written, r, path, place, at, text_string(&writers), personal);
        if (!S_ISREG(place->mode) || (row < ELEMENTS(system_logs) && system_logs[row].everyone_reads) ||
            starts_with(at, "/usr/"))
                return;
        if (rights_beyond(r->people, place, &reading, &readers, &personal))
                add_beyond(r->read, r, path, place, at, text_string(&readers), personal);
}

static void walk(struct reading *r, const char *path, const struct place_rights *directory, unsigned depth);

/* The directories on the way to where a link leads: who writes in one of them decides what lies there. A sticky one
 * keeps others from what is not theirs. NULL where one is not known. */
static const struct place_rights *way_to(struct reading *r, const char *link, const char *resolved)
{
        const struct place_rights *above = NULL;
        const char *slash;

        for (slash = resolved; slash; slash = strchr(slash + 1, '/')) {
                struct place_rights *place = arena_alloc(&r->arena, sizeof(*place));
                const char *path =
                        slash == resolved ? "/" : arena_printf(&r->arena, "%.*s", (int)(slash - resolved), resolved);
                const char *why = rights_at(r->facts, path, above, place);

                if (why) {
                        add_unknown(r, link, why);
                        return NULL;
                }
                if (!(place->mode & S_ISVTX))
                        judge(r, link, path, place);
                above = place;
        }
        return above;
}

static void follow(struct reading *r, const char *path, unsigned depth)
{
        const struct access_file *target = access_stat(facts_access(r->facts), path);
        const struct place_rights *above;
        struct place_rights place;
        const char *why;

        r->links++;
        if (target->state == BIO_UNREADABLE)
                add_unknown(r, path, target->why);
        /* One that leads nowhere writes nowhere; what is below /var/log is come to by itself. */
        if (target->state != BIO_KNOWN || starts_with(target->resolved, TOP "/") ||
            (!S_ISREG(target->mode) && !S_ISDIR(target->mode)))
                return;
        above = way_to(r, path, target->resolved);
        if (!above)
                return;
        why = rights_at(r->facts, target->resolved, above, &place);
        if (why) {
                add_unknown(r, path, why);
                return;
        }
        judge(r, path, target->resolved, &place);
        if (S_ISDIR(place.mode))
                walk(r, path, &place, depth + 1);
}

static void visit(struct reading *r, const char *path, const struct place_rights *above, unsigned depth)
{
        const struct access_file *file = access_lstat(facts_access(r->facts), path);
        struct place_rights place;
        const char *why;

        if (file->state == BIO_UNREADABLE)
                add_unknown(r, path, file->why);
        if (file->state == BIO_KNOWN && S_ISLNK(file->mode))
                follow(r, path, depth);
        /* What is a pipe, a socket or a device keeps no log. */
        if (file->state != BIO_KNOWN || (!S_ISREG(file->mode) && !S_ISDIR(file->mode)))
                return;
        why = rights_at(r->facts, path, above, &place);
        if (why) {
                add_unknown(r, path, why);
                return;
        }
        judge(r, path, path, &place);
        if (S_ISDIR(place.mode))
                walk(r, path, &place, depth + 1);
        else
                r->files++;
}

static void walk(struct reading *r, const char *path, const struct place_rights *directory, unsigned depth)
{
        const struct access_directory *listed = access_list(facts_access(r->facts), path);
        size_t i;

        r->directories++;
        if (listed->state == BIO_UNREADABLE)
                add_unknown(r, path, listed->why);
        if (depth == DEPTH_MOST && listed->count > 0) {
                add_unknown(r, path, "deeper than is looked at");
                return;
        }
        for (i = 0; i < listed->count && !r->ended; i++) {
                if (r->files + r->directories + r->links >= PLACES_MOST) {
                        r->ended = true;
                        add_unknown(r, TOP, "more files than are looked at");
                        return;
                }
                visit(r, arena_printf(&r->arena, "%s/%s", path, listed->names[i]), directory, depth);
        }
}

static const struct bio_node *read_logs(struct facts *f)
{
        struct tree *t = facts_tree(f);
        const struct access_file *top = access_stat(facts_access(f), TOP);
        struct reading r = {.facts = f, .t = t, .people = people_of(f)};
        struct bio_node *root = tree_from(tree_map(t), TOP, 0, 0);
        const struct place_rights *above;
        struct place_rights place;
        const char *why;

        if (top->state != BIO_KNOWN)
                return fact_file_state(f, top);
        if (people_unknown(r.people))
                return tree_from(tree_unreadable(t, "%s", people_unknown(r.people)), "/etc/passwd", 0, 0);
        r.written = tree_set(root, "written", tree_list(t));
        r.read = tree_set(root, "read", tree_list(t));
        r.unknown = tree_set(root, "unknown", tree_list(t));
        above = way_to(&r, TOP, top->resolved);
        why = above ? rights_at(f, TOP, above, &place) : NULL;
        if (why)
                add_unknown(&r, TOP, why);
        if (above && !why) {
                judge(&r, TOP, TOP, &place);
                walk(&r, TOP, &place, 0);
        }
        (void)tree_set(root, "files", tree_integer(t, (int64_t)r.files));
        (void)tree_set(root, "directories", tree_integer(t, (int64_t)r.directories));
        (void)tree_set(root, "links", tree_integer(t, (int64_t)r.links));
        arena_free(&r.arena);
        return root;
}

const struct fact_reader logs_fact = {
        .name = "logs",
        .title = "Files of /var/log, and who else may change or read them",
        .read = read_logs,
};
