/* SPDX-License-Identifier: EUPL-1.2 */
/* The fact `journald`: the settings in effect (journald.conf(5)), and whether what it records outlives the next start
 * (systemd-journald.service(8)). Journals of namespaces (systemd-journald@.service) are not looked at. */
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "facts/live.h"
#include "facts/readers.h"
#include "facts/service.h"
#include "facts/storage.h"
#include "facts/systemd_conf.h"

#define UNIT       "systemd-journald.service"
#define PROCESS    "systemd-journal"
#define FLUSH_UNIT "systemd-journal-flush.service"
#define DIRECTORY  "/var/log/journal"
#define MACHINE_ID 32

/* --- settings */

enum kind { STORAGE, BOOLEAN, KEEP, SPAN, SIZE, NUMBER, BIG_NUMBER, LEVEL };

/* Built-in defaults. Debian's 252 has two of its own; 257 has those of its origin. NULL: absent, with what then counts.
 */
static const struct setting {
        const char *key, *other_name;
        enum kind kind;
        const char *of_252, *of_257; /* written as in a file */
        const char *unset;
} settings[] = {
        {"Storage", NULL, STORAGE, "auto", "auto", NULL},
        {"Seal", NULL, BOOLEAN, "yes", "yes", NULL},
        {"ReadKMsg", NULL, BOOLEAN, "yes", "yes", NULL},
        {"Audit", NULL, KEEP, "no", "yes", NULL},
        {"SyncIntervalSec", NULL, SPAN, "5min", "5min", NULL},
        {"RateLimitIntervalSec", "RateLimitInterval", SPAN, "30s", "30s", NULL},
        {"RateLimitBurst", NULL, NUMBER, "10000", "10000", NULL},
        {"SystemMaxUse", NULL, SIZE, NULL, NULL, "a tenth of the file system, at most 4 GiB"},
        {"SystemKeepFree", NULL, SIZE, NULL, NULL, "15 percent of the file system, at most 4 GiB"},
        {"SystemMaxFileSize", NULL, SIZE, NULL, NULL, "an eighth of SystemMaxUse, at most 128 MiB"},
        {"SystemMaxFiles", NULL, BIG_NUMBER, "100", "100", NULL},
        {"RuntimeMaxUse", NULL, SIZE, NULL, NULL, "a tenth of the file system, at most 4 GiB"},
        {"RuntimeKeepFree", NULL, SIZE, NULL, NULL, "15 percent of the file system, at most 4 GiB"},
        {"RuntimeMaxFileSize", NULL, SIZE, NULL, NULL, "an eighth of RuntimeMaxUse, at most 128 MiB"},
        {"RuntimeMaxFiles", NULL, BIG_NUMBER, "100", "100", NULL},
        {"MaxRetentionSec", NULL, SPAN, "0", "0", NULL},
        {"MaxFileSec", NULL, SPAN, "1month", "1month", NULL},
        {"ForwardToSyslog", NULL, BOOLEAN, "yes", "no", NULL},
        {"ForwardToKMsg", NULL, BOOLEAN, "no", "no", NULL},
        {"ForwardToConsole", NULL, BOOLEAN, "no", "no", NULL},
        {"ForwardToWall", NULL, BOOLEAN, "yes", "yes", NULL},
        {"MaxLevelStore", NULL, LEVEL, "debug", "debug", NULL},
        {"MaxLevelSyslog", NULL, LEVEL, "debug", "debug", NULL},
};

static struct bio_node *span_node(struct tree *t, uint64_t microseconds)
{
        struct bio_node *node;

        if (microseconds == UINT64_MAX)
                return tree_text(t, "infinity");
        node = tree_integer(t, (int64_t)(microseconds / 1000000));
        if (microseconds % 1000000 > 0)
                (void)tree_note(node, "and %d microseconds", (int)(microseconds % 1000000));
        return node;
}

static struct bio_node *number_node(struct tree *t, uint64_t number)
{
        return tree_integer(t, number > INT64_MAX ? INT64_MAX : (int64_t)number);
}

/* A value as it counts, or NULL where it is none: then the daemon warns, and keeps what it had. */
static struct bio_node *value_node(struct tree *t, enum kind kind, const char *value)
{
        static const char *const levels[] = {"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"};
        static const char *const storages[] = {"auto", "volatile", "persistent", "none"};
        uint64_t number;
        bool boolean;
        size_t i;
        int level;

        switch (kind) {
        case STORAGE:
                for (i = 0; i < ELEMENTS(storages); i++)
                        if (streq(storages[i], value))
                                return tree_text(t, value);
                return NULL;
        case BOOLEAN:
                return conf_boolean(value, &boolean) < 0 ? NULL : tree_bool(t, boolean);
        case KEEP:
                if (!*value)
                        return tree_text(t, "keep");
                return conf_boolean(value, &boolean) < 0 ? NULL : tree_text(t, boolean ? "yes" : "no");
        case SPAN:
                return conf_span(value, &number) < 0 ? NULL : span_node(t, number);
        case SIZE:
                return conf_size(value, &number) < 0 ? NULL : number_node(t, number);
        case NUMBER:
                return conf_number(value, UINT32_MAX, &number) < 0 ? NULL : number_node(t, number);
        case BIG_NUMBER:
                return conf_number(value, UINT64_MAX, &number) < 0 ? NULL : number_node(t, number);
        case LEVEL:
                return conf_level(value, &level) < 0 ? NULL : tree_text(t, levels[level]);
        }
        return NULL;
}

static struct bio_node *default_node(struct tree *t, const struct setting *s, unsigned version)
{
        struct bio_node *node;

        if (!s->of_252)
                node = tree_absent(t, "not set: %s", s->unset);
        else if (version == 257 || streq(s->of_252, s->of_257))
                node = value_node(t, s->kind, s->of_257);
        else if (version == 252)
                node = value_node(t, s->kind, s->of_252);
        else
                node = tree_undecidable(t, "the default of this version of systemd is not known");
        return tree_from(node, "built-in default", 0, 0);
}

static struct bio_node *setting_node(struct tree *t, const struct setting *s, const struct conf *c, unsigned version)
{
        struct bio_node *node = default_node(t, s, version), *next;
        size_t i;

        for (i = 0; i < c->count; i++) {
                const struct conf_setting *line = &c->settings[i];

                if (!streq(line->key, s->key) && !(s->other_name && streq(line->key, s->other_name)))
                        continue;
                next = value_node(t, s->kind, line->value);
                if (!next) {
                        (void)tree_note(node, "%s:%u is no value and changes nothing", line->path, line->line);
                        continue;
                }
                node = tree_overrode(tree_from(next, line->path, line->line, 0), node);
        }
        return node;
}

/* From 256 on a credential gives the storage where no file does; any service manager may have handed it over, and the
 * directories it takes it from are looked at. */
static const char *find_credential(struct systemd *s, const char **why)
{
        static const char *const places[] = {
                "/run/credentials/@system/",
                "/run/credentials/@encrypted/",
                "/etc/credstore/",
                "/etc/credstore.encrypted/",
                "/run/credstore/",
                "/run/credstore.encrypted/",
                "/usr/local/lib/credstore/",
                "/usr/lib/credstore/",
                "/usr/lib/credstore.encrypted/",
        };
        size_t i;

        *why = NULL;
        for (i = 0; i < ELEMENTS(places) && s->version != 252; i++) {
                const char *path = arena_printf(&s->arena, "%sjournal.storage", places[i]);
                const struct access_file *file = access_stat(s->access, path);

                if (file->state == BIO_ABSENT)
                        continue;
                *why = file->state == BIO_UNREADABLE ? file->why : NULL;
                return path;
        }
        return NULL;
}

static struct bio_node *storage_node(struct systemd *s, struct bio_node *node)
{
        struct tree *t = facts_tree(s->facts);
        const char *why, *credential;
        struct bio_node *unknown;

        if (!streq(tree_source(node), "built-in default"))
                return node;
        credential = find_credential(s, &why);
        if (!credential)
                return node;
        unknown = why ? tree_unreadable(t, "%s", why)
                      : tree_undecidable(t, "a credential may set it, which is not modelled");
        return tree_from(unknown, credential, 0, 0);
}

static struct bio_node *conf_unknown(struct tree *t, const struct conf *c)
{
        struct bio_node *node =
                c->state == BIO_UNREADABLE ? tree_unreadable(t, "%s", c->why) : tree_undecidable(t, "%s", c->why);

        return c->why_path ? tree_from(node, c->why_path, 0, 0) : node;
}

static struct bio_node *settings_node(struct systemd *s, const struct conf *c)
{
        struct tree *t = facts_tree(s->facts);
        struct bio_node *map, *node;
        size_t i;

        if (c->state != BIO_KNOWN)
                return conf_unknown(t, c);
        map = tree_map(t);
        for (i = 0; i < ELEMENTS(settings); i++) {
                node = setting_node(t, &settings[i], c, s->version);
                if (settings[i].kind == STORAGE)
                        node = storage_node(s, node);
                (void)tree_set(map, settings[i].key, node);
        }
        if (c->ended && c->ended_line > 0)
                (void)tree_note(map, "nothing is read beyond %s:%u: %s", c->ended_path, c->ended_line, c->ended);
        else if (c->ended)
                (void)tree_note(map, "nothing is read beyond %s: %s", c->ended_path, c->ended);
        return map;
}

/* --- whether it is kept */

static struct bio_node *kept(struct tree *t, const char *where, const struct bio_node *like)
{
        struct bio_node *node = tree_text(t, where);

        return tree_from(node, tree_source(like), tree_line(like), 0);
}

/* Where the journal's directory stops being one that it can be kept in; NULL where it serves. */
static struct bio_node *directory_fault(struct facts *f, bool make)
{
        struct tree *t = facts_tree(f);
        const struct access_file *place = access_stat(facts_access(f), DIRECTORY);
        struct bio_node *node;

        if (place->state == BIO_UNREADABLE)
                return tree_from(tree_unreadable(t, "%s", place->why), DIRECTORY, 0, 0);
        if (place->state == BIO_KNOWN && S_ISDIR(place->mode))
                return storage_fault(f, place->resolved);
        if (place->state == BIO_ABSENT && make && access_lstat(facts_access(f), DIRECTORY)->state == BIO_ABSENT)
                return storage_fault(f, DIRECTORY);
        node = tree_text(t, "in memory only");
        if (place->state == BIO_KNOWN)
                (void)tree_note(node, "no directory");
        else
                (void)tree_note(node, "no such directory");
        return tree_from(node, DIRECTORY, 0, 0);
}

/* Without it the journal stays in /run: nobody asks for it to be moved. */
static struct bio_node *flush_fault(struct tree *t, const struct bio_node *flush)
{
        if (tree_state(flush) == BIO_ABSENT)
                return tree_note(kept(t, "in memory only", flush), "there is no %s", FLUSH_UNIT);
        if (tree_state(flush) != BIO_KNOWN)
                return tree_from(tree_unreadable(t, "%s", tree_why(flush)), FLUSH_UNIT, 0, 0);
        if (!starts_with(tree_bytes_of(flush, NULL), "masked"))
                return NULL;
        return tree_note(kept(t, "in memory only", flush), "%s is masked", FLUSH_UNIT);
}

static struct bio_node *kept_node(struct facts *f, const struct bio_node *settings_in_effect,
                                  const struct bio_node *flush)
{
        struct tree *t = facts_tree(f);
        const struct bio_node *storage = tree_get(settings_in_effect, "Storage");
        const char *value = tree_bytes_of(storage, NULL);
        struct bio_node *node;

        if (tree_state(settings_in_effect) != BIO_KNOWN)
                storage = settings_in_effect;
        if (tree_state(storage) != BIO_KNOWN) {
                node = tree_state(storage) == BIO_UNREADABLE ? tree_unreadable(t, "%s", tree_why(storage))
                                                             : tree_undecidable(t, "%s", tree_why(storage));
                return tree_source(storage) ? tree_from(node, tree_source(storage), tree_line(storage), 0) : node;
        }
        if (streq(value, "none"))
                return tree_note(kept(t, "nowhere", storage), "Storage=none");
        if (streq(value, "volatile"))
                return tree_note(kept(t, "in memory only", storage), "Storage=volatile");
        node = directory_fault(f, streq(value, "persistent"));
        if (!node)
                node = flush_fault(t, flush);
        return node ? node : tree_note(kept(t, "on disk", storage), "Storage=%s, %s", value, DIRECTORY);
}

/* --- what runs */

/* The file that a running journald writes to, once it has moved to the disk. */
static const char *running_journal(struct systemd *s)
{
        const struct access_file *id = access_read(s->access, "/etc/machine-id", 4096);

        if (id->state != BIO_KNOWN || id->length < MACHINE_ID ||
            !is_hex(arena_copy(&s->arena, id->bytes, MACHINE_ID), MACHINE_ID))
                return NULL;
        return arena_printf(&s->arena, DIRECTORY "/%.*s/system.journal", MACHINE_ID, id->bytes);
}

/* A directory that was made, or a setting that was undone, after journald was started: it still writes to /run. */
static struct bio_node *in_force_node(struct systemd *s, const struct conf *c, const struct bio_node *is_kept)
{
        _cleanup_strings_ struct strings paths = {0};
        struct tree *t = facts_tree(s->facts);
        const struct access_file *file;
        struct bio_node *node;
        const char *journal;
        size_t i;

        for (i = 0; i < c->files.count; i++)
                strings_add(&paths, c->files.items[i]);
        for (i = 0; i < c->directories.count; i++)
                strings_add(&paths, c->directories.items[i]);
        node = service_in_force(s->facts, UNIT, PROCESS, &paths);
        if (!tree_bool_of(node) || !streq(tree_bytes_of(is_kept, NULL), "on disk"))
                return node;
        journal = running_journal(s);
        file = journal ? access_stat(s->access, journal) : NULL;
        if (!file || file->state == BIO_KNOWN)
                return node;
        if (file->state == BIO_UNREADABLE)
                return tree_basis(tree_from(tree_unreadable(t, "%s", file->why), journal, 0, 0), BIO_RUNNING);
        node = tree_basis(tree_from(tree_bool(t, false), journal, 0, 0), BIO_RUNNING);
        return tree_note(node, "no such file: the running journal is not there yet; journalctl --flush settles it");
}

/* Others that keep logs, where they are switched on; and those of which that is not known. */
static struct bio_node *others_node(struct facts *f)
{
        static const char *const units[] = {"rsyslog.service",           "syslog-ng.service",       "syslog.service",
                                            "inetutils-syslogd.service", "busybox-syslogd.service", "metalog.service",
                                            "sysklogd.service",          "syslogd.service"};
        static const char *const on[] = {"enabled",        "enabled-runtime", "linked",
                                         "linked-runtime", "alias",           "generated"};
        struct tree *t = facts_tree(f);
        struct bio_node *list = tree_list(t);
        size_t i, k;

        for (i = 0; i < ELEMENTS(units); i++) {
                const struct fact_argument arguments[] = {{"unit", units[i]}, {NULL, NULL}};
                const struct bio_node *unit = facts_query(f, "systemd.unit", arguments);
                const struct bio_node *state = tree_state(unit) == BIO_KNOWN ? tree_get(unit, "file_state") : unit;
                struct bio_node *node;

                if (tree_state(state) == BIO_ABSENT)
                        continue;
                for (k = 0; k < ELEMENTS(on) && !streq(on[k], tree_bytes_of(state, NULL)); k++)
                        ;
                if (tree_state(state) == BIO_KNOWN && k == ELEMENTS(on))
                        continue;
                node = tree_from(tree_append(list, tree_text(t, units[i])), tree_source(state), 0, 0);
                if (tree_state(state) != BIO_KNOWN)
                        (void)tree_note(node, "%s", tree_why(state));
                else
                        (void)tree_note(node, "%s", tree_bytes_of(state, NULL));
        }
        return list;
}

/* --- the fact */

static struct bio_node *unit_of(struct facts *f, const char *name)
{
        const struct fact_argument arguments[] = {{"unit", name}, {NULL, NULL}};
        const struct bio_node *unit = facts_query(f, "systemd.unit", arguments);
        struct tree *t = facts_tree(f);
        const struct bio_node *state = tree_get(unit, "file_state");
        struct bio_node *node;

        if (tree_state(unit) != BIO_KNOWN)
                state = unit;
        if (tree_state(state) == BIO_KNOWN)
                node = tree_text(t, tree_bytes_of(state, NULL));
        else if (tree_state(state) == BIO_ABSENT)
                node = tree_absent(t, "%s", tree_why(state));
        else
                node = tree_unreadable(t, "%s", tree_why(state));
        return tree_source(state) ? tree_from(node, tree_source(state), tree_line(state), 0) : node;
}

static struct bio_node *files_node(struct tree *t, const struct conf *c)
{
        struct bio_node *list = tree_list(t);
        size_t i;

        for (i = 0; i < c->files.count; i++)
                (void)tree_append(list, tree_from(tree_text(t, c->files.items[i]), c->files.items[i], 0, 0));
        return list;
}

static const struct bio_node *read_journald(struct facts *f)
{
        struct systemd *s = systemd_of(f);
        _cleanup_conf_ struct conf c = {0};
        struct tree *t = facts_tree(f);
        struct bio_node *root = tree_map(t), *in_effect, *is_kept;
        struct bio_node *unit = tree_set(root, "unit", unit_of(f, UNIT));

        (void)tree_set(root, "others", others_node(f));
        conf_read(s, "journald", "Journal", &c);
        (void)tree_set(root, "files", files_node(t, &c));
        in_effect = tree_set(root, "settings", settings_node(s, &c));
        if (tree_state(unit) == BIO_ABSENT)
                is_kept = tree_note(kept(t, "nowhere", unit), "there is no %s", UNIT);
        else if (tree_state(unit) == BIO_KNOWN && starts_with(tree_bytes_of(unit, NULL), "masked"))
                is_kept = tree_note(kept(t, "nowhere", unit), "%s is masked", UNIT);
        else if (tree_state(unit) != BIO_KNOWN)
                is_kept = tree_unreadable(t, "%s", tree_why(unit));
        else
                is_kept = kept_node(f, in_effect, tree_set(root, "flush", unit_of(f, FLUSH_UNIT)));
        (void)tree_set(root, "kept", is_kept);
        (void)tree_set(root, "in_force", in_force_node(s, &c, is_kept));
        return root;
}

const struct fact_reader journald_fact = {
        .name = "journald",
        .title = "systemd-journald: settings in effect, and whether the journal is kept",
        .read = read_journald,
};
