/* SPDX-License-Identifier: EUPL-1.2 */
/* What auditd goes by, and whether it starts with it: the child `config` of the fact `audit`. */
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "facts/accounts_internal.h"
#include "facts/audit_conf.h"
#include "facts/audit_internal.h"
#include "facts/systemd_internal.h"

#define UNIT      "auditd.service"
#define DIRECTORY "/etc/audit"
#define FILE_NAME "auditd.conf"

/* --- what the file is held against -------------------------------------------------------------------------------- */

struct daemon_host {
        struct facts *f;
        struct arena *arena;
};

/* A path as the daemon takes it: it runs in the root directory. */
static const char *absolute(struct daemon_host *h, const char *path)
{
        return path[0] == '/' ? path : arena_printf(h->arena, "/%s", path);
}

static const char *unreadable(struct daemon_host *h, const struct access_file *file, bool *unknown)
{
        *unknown = true;
        return arena_printf(h->arena, "%s: %s", file->path, file->why);
}

static const char *directory_above(struct daemon_host *h, const char *path)
{
        const char *slash;
        size_t length = strlen(path);

        while (length > 1 && path[length - 1] == '/')
                length--;
        slash = memrchr(path, '/', length);
        return slash == path ? "/" : arena_copy(h->arena, path, (size_t)(slash - path));
}

/* log_file_parser(). */
static const char *take_log_file(void *user, const char *value, bool *unknown)
{
        struct daemon_host *h = user;
        const char *path = absolute(h, value);
        const struct access_file *directory = access_stat(facts_access(h->f), directory_above(h, path)), *log;

        if (directory->state == BIO_UNREADABLE)
                return unreadable(h, directory, unknown);
        if (directory->state == BIO_ABSENT || !S_ISDIR(directory->mode))
                return "the directory of the log is not there";
        log = access_stat(facts_access(h->f), path);
        if (log->state == BIO_UNREADABLE)
                return unreadable(h, log, unknown);
        if (log->state == BIO_ABSENT)
                return NULL;
        if (!S_ISREG(log->mode))
                return "the log is no regular file";
        return log->uid == 0 ? NULL : "the log is not root's";
}

/* check_exe_name(). */
static const char *take_program(void *user, const char *path, bool *unknown)
{
        static const mode_t modes[] = {0750, 0755, 0555};
        struct daemon_host *h = user;
        const struct access_file *file = access_stat(facts_access(h->f), path);
        size_t i;

        if (file->state == BIO_UNREADABLE)
                return unreadable(h, file, unknown);
        if (file->state == BIO_ABSENT || !S_ISREG(file->mode))
                return "the program of an action is no regular file";
        if (file->uid != 0)
                return "the program of an action is not root's";
        for (i = 0; i < ELEMENTS(modes); i++)
                if ((file->mode & 0777) == modes[i])
                        return NULL;
        return "the program of an action has other permissions than 0750, 0755 or 0555";
}

static const char *take_group(void *user, const char *name, uint32_t *gid, bool *unknown)
{
        struct daemon_host *h = user;
        const struct accounts *a = accounts_of(h->f);
        struct lines lines = lines_of(a->group->state == BIO_KNOWN ? a->group->bytes : "",
                                      a->group->state == BIO_KNOWN ? a->group->length : 0);
        struct group_line group;
        struct line line;
        const char *why;

        if (a->group->state == BIO_UNREADABLE)
                return unreadable(h, a->group, unknown);
        while (lines_next(&lines, &line)) {
                if (group_line_read(&line, &group) != LINE_ENTRY || !span_equals(group.name, name, strlen(name)))
                        continue;
                *gid = group.gid;
                return NULL;
        }
        why = accounts_elsewhere(h->f, a, "group");
        *unknown = why != NULL;
        return why ? "a group that is in no file, and may be elsewhere" : "no such group";
}

/* --- how the daemon is started ------------------------------------------------------------------------------------ */

struct started {
        const char *program;   /* NULL: no unit says */
        const char *directory; /* of auditd.conf */
        bool links;            /* -l: auditd.conf may be one */
        const char *why;       /* how it is started is not known; else NULL */
};

/* The value of an option: what follows in its word, or the next word. */
static const char *option_value(const struct bio_node *argv, size_t *i, const char *rest)
{
        if (*rest)
                return rest;
        return ++*i < tree_count(argv) ? tree_bytes_of(tree_at(argv, *i), NULL) : NULL;
}

/* A long option: its name may be cut short (getopt_long(3)); true where it is --config_file. */
static bool long_option(const char *word, struct started *s, const char **value)
{
        const char *equals = strchr(word, '=');
        size_t length = equals ? (size_t)(equals - word) : strlen(word);

        if (length > 0 && strncmp("allow_links", word, length) == 0)
                s->links = true;
        *value = equals ? equals + 1 : "";
        return length > 0 && strncmp("config_file", word, length) == 0;
}

/* auditd(8): -l, -c DIRECTORY; -s takes a value too. */
static void read_arguments(const struct bio_node *argv, struct started *s)
{
        const char *word, *value;
        size_t i;

        for (i = 1; i < tree_count(argv); i++) {
                word = tree_bytes_of(tree_at(argv, i), NULL);
                if (starts_with(word, "--")) {
                        if (long_option(word + 2, s, &value))
                                value = option_value(argv, &i, value);
                        else
                                continue;
                        s->directory = value ? value : s->directory;
                        continue;
                }
                for (word += word[0] == '-'; *word; word++) {
                        if (*word == 'l')
                                s->links = true;
                        if (*word != 'c' && *word != 's')
                                continue;
                        value = option_value(argv, &i, word + 1);
                        if (*word == 'c' && value)
                                s->directory = value;
                        break;
                }
        }
}

static struct started find_start(struct facts *f)
{
        const struct fact_argument arguments[] = {{"unit", UNIT}, {NULL, NULL}};
        const struct bio_node *unit = facts_query(f, "systemd.unit", arguments);
        const struct bio_node *commands = tree_get(unit, "exec_start"), *command = tree_at(commands, 0);
        const struct bio_node *argv = tree_get(command, "argv");
        struct started s = {.directory = DIRECTORY};

        if (tree_state(unit) == BIO_ABSENT || (tree_state(unit) == BIO_KNOWN && tree_state(commands) == BIO_ABSENT))
                return s;
        if (tree_state(unit) != BIO_KNOWN)
                s.why = tree_why(unit);
        else if (tree_state(commands) != BIO_KNOWN)
                s.why = tree_why(commands);
        else if (tree_state(argv) != BIO_KNOWN)
                s.why = tree_why(argv);
        if (s.why)
                return s;
        s.program = tree_bytes_of(tree_get(command, "path"), NULL);
        read_arguments(argv, &s);
        return s;
}

/* --- nodes -------------------------------------------------------------------------------------------------------- */

static struct bio_node *amount_node(struct tree *t, uint64_t number)
{
        return tree_integer(t, number > INT64_MAX ? INT64_MAX : (int64_t)number);
}

static struct bio_node *value_node(struct tree *t, const struct audit_conf_value *v, const char *path)
{
        struct bio_node *node = NULL;

        switch (v->form) {
        case AUDIT_YES_OR_NO:
                node = tree_bool(t, v->number != 0);
                break;
        case AUDIT_AMOUNT:
                node = v->percent ? tree_printf(t, "%u%%", (unsigned)v->number) : amount_node(t, v->number);
                break;
        case AUDIT_NUMBER:
                node = amount_node(t, v->number);
                break;
        case AUDIT_PORTS:
                node = tree_printf(t, "%u-%u", (unsigned)v->number, (unsigned)v->last);
                break;
        case AUDIT_WORD:
        case AUDIT_TEXT:
                node = v->program ? tree_printf(t, "%s %s", v->text, v->program) : tree_text(t, v->text);
                break;
        case AUDIT_UNSET:
                node = tree_absent(t, "not set");
                break;
        }
        return v->line > 0 ? tree_from(node, path, v->line, 0) : tree_from(node, "built-in default", 0, 0);
}

static struct bio_node *setting_node(struct tree *t, const struct audit_conf *c, enum audit_conf_key key,
                                     const char *path)
{
        struct audit_conf_value value = audit_conf_default(key);
        struct bio_node *node = value_node(t, &value, path);
        size_t i;

        for (i = 0; i < c->count; i++)
                if (c->lines[i].key == key)
                        node = tree_overrode(value_node(t, &c->lines[i].value, path), node);
        return node;
}

static struct bio_node *settings_node(struct tree *t, const struct audit_conf *c, const char *path)
{
        struct bio_node *map = tree_map(t), *node;
        enum audit_conf_key key;

        if (c->refused) {
                node = tree_undecidable(t, "auditd ends without having any: %s", c->refused);
                return tree_from(node, path, c->refused_line, 0);
        }
        for (key = 0; key < AUDIT_CONF_KEYS; key++)
                tree_set(map, audit_conf_name(key), setting_node(t, c, key, path));
        return map;
}

static struct bio_node *state_node(struct tree *t, const struct audit_conf *c, const char *path)
{
        struct bio_node *node;

        if (c->refused && c->unknown)
                node = tree_undecidable(t, "%s", c->refused);
        else if (c->refused)
                node = tree_note(tree_text(t, "refused"), "%s", c->refused);
        else
                node = tree_text(t, "taken");
        return tree_from(node, path, c->refused_line, 0);
}

/* --- the file ----------------------------------------------------------------------------------------------------- */

/* Of other versions it is not known which keywords they have. */
static bool is_modelled(struct facts *f)
{
        const char *version = audit_version(f);

        return version && (starts_with(version, "3.0.") || starts_with(version, "4.0."));
}

/* Why load_config() does not take the file as it lies there; NULL: it does. */
static const char *file_fault(struct facts *f, const char *path, bool links)
{
        const struct access_file *itself = access_lstat(facts_access(f), path), *file;

        if (itself->state == BIO_KNOWN && S_ISLNK(itself->mode) && !links)
                return "a link, which auditd does not follow";
        file = access_stat(facts_access(f), path);
        if (file->state != BIO_KNOWN)
                return NULL;
        if (!S_ISREG(file->mode))
                return "no regular file";
        if (file->uid != 0)
                return "not root's";
        return file->mode & S_IWOTH ? "writable by all" : NULL;
}

/* What happens when the log is opened: auditd follows no link there. */
static const char *log_fault(struct daemon_host *h, const struct audit_conf *c)
{
        const char *path = audit_conf_get(c, AUDIT_LOG_FILE).text;
        const struct access_file *log = access_lstat(facts_access(h->f), absolute(h, path));

        if (!audit_conf_get(c, AUDIT_WRITE_LOGS).number || log->state != BIO_KNOWN || !S_ISLNK(log->mode))
                return NULL;
        return "the log is a link, which auditd does not follow";
}

static void read_file(struct daemon_host *h, struct audit_conf *c, const struct access_file *file)
{
        const struct audit_conf_host host = {h, take_log_file, take_program, take_group};

        audit_conf_parse(c, file->bytes, file->state == BIO_KNOWN ? file->length : 0, &host);
        if (c->refused && c->keyword && !is_modelled(h->f))
                c->unknown = true;
        if (c->refused)
                return;
        c->refused = log_fault(h, c);
        if (c->refused)
                c->refused_line = audit_conf_get(c, AUDIT_LOG_FILE).line;
}

static struct bio_node *from_file(struct facts *f, const struct started *s)
{
        struct arena arena = {0};
        struct daemon_host h = {f, &arena};
        struct audit_conf c = {.arena = &arena};
        struct tree *t = facts_tree(f);
        struct bio_node *map = tree_map(t);
        const char *path = arena_printf(&arena, "%s/" FILE_NAME, absolute(&h, s->directory));
        const struct access_file *file;

        c.refused = file_fault(f, path, s->links);
        file = access_read(facts_access(f), path, AUDIT_CONF_BYTES_MOST);
        if (!c.refused && file->state == BIO_UNREADABLE) {
                c.refused = file->why;
                c.unknown = true;
        }
        if (!c.refused)
                read_file(&h, &c, file);
        tree_set(map, "path", tree_text(t, path));
        tree_set(map, "state", state_node(t, &c, path));
        tree_set(map, "settings", settings_node(t, &c, path));
        tree_from(map, path, 0, 0);
        audit_conf_free(&c);
        arena_free(&arena);
        return map;
}

static bool is_there(struct facts *f, const char *program)
{
        static const char *const programs[] = {"/usr/sbin/auditd", "/sbin/auditd"};
        size_t i;

        if (program && access_stat(facts_access(f), program)->state != BIO_ABSENT)
                return true;
        for (i = 0; i < ELEMENTS(programs); i++)
                if (access_stat(facts_access(f), programs[i])->state != BIO_ABSENT)
                        return true;
        return false;
}

struct bio_node *audit_config(struct facts *f)
{
        struct started s = find_start(f);
        struct tree *t = facts_tree(f);

        if (!is_there(f, s.program))
                return tree_from(tree_absent(t, "there is no auditd"), DIRECTORY "/" FILE_NAME, 0, 0);
        if (s.why)
                return tree_from(tree_undecidable(t, "how auditd is started is not known: %s", s.why), UNIT, 0, 0);
        return from_file(f, &s);
}
