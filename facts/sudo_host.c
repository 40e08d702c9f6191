/* SPDX-License-Identifier: EUPL-1.2 */
/* What sudo takes from its host: files that are safe to read, the host's name, which program it is. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "base/text.h"
#include "facts/sudo.h"

#define SUDO      "/usr/bin/sudo"
#define SUDO_CONF "/etc/sudo.conf"
#define SUDOERS   "/etc/sudoers"

/* --- files -------------------------------------------------------------------------------------------------------- */

/* Owned by root, written by root alone (sudo_check_secure() of sudo); NULL, or what is wrong. */
static const char *insecure(const struct access_file *file, mode_t type)
{
        if ((file->mode & S_IFMT) != type)
                return type == S_IFDIR ? "not a directory" : "not a regular file";
        if (file->uid != 0)
                return "not owned by root";
        if (file->mode & S_IWOTH)
                return "writable by everyone";
        return (file->mode & S_IWGRP) && file->gid != 0 ? "writable by a group that is not root's" : NULL;
}

static enum sudoers_opened look(struct sudo *s, const char *path, mode_t type, const char **why)
{
        const struct access_file *file = access_stat(facts_access(s->facts), path);

        if (file->state == BIO_ABSENT)
                return SUDOERS_MISSING;
        if (file->state == BIO_UNREADABLE) {
                *why = file->why;
                return SUDOERS_UNKNOWN;
        }
        *why = insecure(file, type);
        return *why ? SUDOERS_IGNORED : SUDOERS_READ;
}

static enum sudoers_opened open_file(void *user, const char *path, const char **bytes, size_t *length, const char **why)
{
        struct sudo *s = user;
        enum sudoers_opened opened = look(s, path, S_IFREG, why);
        const struct access_file *file;

        if (opened != SUDOERS_READ)
                return opened;
        file = access_read(facts_access(s->facts), path, SUDOERS_BYTES_MOST);
        if (file->state != BIO_KNOWN) {
                *why = file->why;
                return SUDOERS_UNKNOWN;
        }
        *bytes = file->bytes;
        *length = file->length;
        return SUDOERS_READ;
}

static enum sudoers_opened list_directory(void *user, const char *path, const char *const **names, size_t *count,
                                          const char **why)
{
        struct sudo *s = user;
        enum sudoers_opened opened = look(s, path, S_IFDIR, why);
        const struct access_directory *directory;
        const char **kept;
        size_t i;

        if (opened != SUDOERS_READ)
                return opened;
        directory = access_list(facts_access(s->facts), path);
        if (directory->state != BIO_KNOWN) {
                *why = directory->why;
                return SUDOERS_UNKNOWN;
        }
        kept = arena_alloc(&s->rules.arena, (directory->count + 1) * sizeof(*kept));
        for (i = 0; i < directory->count; i++) {
                _cleanup_free_ char *file = must_printf("%s/%s", path, directory->names[i]);
                const struct access_file *looked = access_stat(facts_access(s->facts), file);

                /* What cannot be looked at is opened, and says so there. */
                if (looked->state == BIO_UNREADABLE || (looked->state == BIO_KNOWN && S_ISREG(looked->mode)))
                        kept[(*count)++] = directory->names[i];
        }
        *names = kept;
        return SUDOERS_READ;
}

/* --- the name of the host ----------------------------------------------------------------------------------------- */

static bool next_name(const char **at, const char *end, struct span *ret)
{
        const char *s = *at;

        while (s < end && (*s == ' ' || *s == '\t' || *s == '\r'))
                s++;
        *ret = (struct span){s, 0};
        while (s < end && *s != ' ' && *s != '\t' && *s != '\r' && *s != '#')
                s++;
        ret->length = (size_t)(s - ret->bytes);
        *at = s;
        return ret->length > 0;
}

/* The first name of the line of hosts(5) that has the host's name: what a resolver calls it. NULL: it stands there
 * nowhere, or lines differ. */
static const char *name_in_hosts(struct sudo *s, const char *name)
{
        const struct access_file *file = access_read(facts_access(s->facts), "/etc/hosts", 1u << 20);
        struct lines lines = lines_of(file->bytes ? file->bytes : "", file->state == BIO_KNOWN ? file->length : 0);
        const char *found = NULL;
        struct line line;

        while (lines_next(&lines, &line)) {
                const char *at = line.bytes, *end = line.bytes + line.length;
                struct span address, first, each;

                if (!next_name(&at, end, &address) || !next_name(&at, end, &first))
                        continue;
                for (each = first; each.length > 0; (void)next_name(&at, end, &each))
                        if (each.length == strlen(name) && strncasecmp(each.bytes, name, each.length) == 0)
                                break;
                if (each.length == 0)
                        continue;
                if (found && !span_equals(first, found, strlen(found)))
                        return NULL;
                if (!found)
                        found = arena_copy(&s->rules.arena, first.bytes, first.length);
        }
        return found;
}

/* Debian's sudo asks a resolver for its host's name (the setting `fqdn`), and goes by what it answers. */
static void find_host_name(struct sudo *s, const char *name, bool resolved)
{
        struct tree *t = facts_tree(s->facts);
        const char *found = resolved ? name_in_hosts(s, name) : NULL;
        _cleanup_free_ char *copy = must_strdup(found ? found : name);

        s->long_name = found || !resolved || strchr(name, '.') ? tree_intern(t, copy) : NULL;
        copy[strcspn(copy, ".")] = '\0';
        s->short_name = tree_intern(t, copy);
}

/* malloc'd; NULL: not known. */
static char *node_name(struct sudo *s)
{
        const char *path = access_is_live(facts_access(s->facts)) ? "/proc/sys/kernel/hostname" : "/etc/hostname";
        const struct access_file *file = access_read(facts_access(s->facts), path, 4096);
        size_t length;

        if (file->state != BIO_KNOWN)
                file = access_read(facts_access(s->facts), "/etc/hostname", 4096);
        if (file->state != BIO_KNOWN || *file->bytes == '#')
                return NULL;
        length = strcspn(file->bytes, " \t\r\n");
        return length > 0 ? must_strndup(file->bytes, length) : NULL;
}

/* --- the program -------------------------------------------------------------------------------------------------- */

static void not_modelled(struct sudo *s, const char *why, const char *from)
{
        if (s->program == SUDO_NOT_MODELLED)
                return;
        s->program = SUDO_NOT_MODELLED;
        s->why_not = why;
        s->why_from = from;
}

/* 1.9.13 and 1.9.16 are modelled; between them the latter stands for 1.9.14 and 1.9.15, which have its defaults. */
static void find_version(struct sudo *s)
{
        static const char *const packages[] = {"sudo", "sudo-ldap"};
        struct tree *t = facts_tree(s->facts);
        size_t i;

        for (i = 0; i < ELEMENTS(packages); i++) {
                const struct fact_argument arguments[] = {{"name", packages[i]}, {NULL, NULL}};
                const struct bio_node *found = facts_query(s->facts, "packages.installed", arguments);
                const struct bio_node *version = tree_get(found, "version");

                if (tree_state(found) == BIO_KNOWN && tree_state(version) == BIO_KNOWN)
                        s->version = tree_intern(t, tree_bytes_of(version, NULL));
        }
        if (!s->version)
                not_modelled(s, "the version of sudo is not known", SUDO);
        else if (starts_with(s->version, "1.9.13"))
                s->rules.version = SUDO_1_9_13;
        else if (starts_with(s->version, "1.9.14") || starts_with(s->version, "1.9.15") ||
                 starts_with(s->version, "1.9.16"))
                s->rules.version = SUDO_1_9_16;
        else
                not_modelled(s, "this version of sudo is not modelled", SUDO);
}

/* A Plugin line of sudo.conf(5) that gives the policy to another, or arguments to sudoers. */
static void read_sudo_conf(struct sudo *s)
{
        const struct access_file *file = access_read(facts_access(s->facts), SUDO_CONF, 1u << 20);
        struct lines lines;
        struct line line;

        if (file->state == BIO_ABSENT)
                return;
        if (file->state != BIO_KNOWN) {
                not_modelled(s, file->why, SUDO_CONF);
                return;
        }
        lines = lines_of(file->bytes, file->length);
        while (lines_next(&lines, &line)) {
                static const char word[] = "Plugin";

                span_trim(&line.bytes, &line.length);
                if (line.length > sizeof(word) && strncasecmp(line.bytes, word, sizeof(word) - 1) == 0 &&
                    strchr(" \t", line.bytes[sizeof(word) - 1])) {
                        line.bytes += sizeof(word) - 1;
                        line.length -= sizeof(word) - 1;
                        span_trim(&line.bytes, &line.length);
                        if (!span_is(line.bytes, line.length, "sudoers_policy sudoers.so") &&
                            !span_is(line.bytes, line.length, "sudoers_io sudoers.so") &&
                            !span_is(line.bytes, line.length, "sudoers_audit sudoers.so"))
                                not_modelled(s, "a plugin, or arguments of one, that is not modelled", SUDO_CONF);
                }
        }
}

static void find_program(struct sudo *s)
{
        static const char *const elsewhere[] = {"/usr/bin/sudo-rs", "/usr/lib/cargo/bin/sudo", "/usr/local/bin/sudo",
                                                "/usr/bin/sudo.ws"};
        const struct access_file *file = access_stat(facts_access(s->facts), SUDO);
        size_t i;

        s->program_path = SUDO;
        for (i = 0; i < ELEMENTS(elsewhere); i++) {
                const struct access_file *other = access_stat(facts_access(s->facts), elsewhere[i]);

                if (other->state != BIO_ABSENT &&
                    !(file->state == BIO_KNOWN && other->state == BIO_KNOWN && streq(file->resolved, other->resolved)))
                        not_modelled(s, "a second sudo, which is not modelled", elsewhere[i]);
        }
        if (file->state == BIO_ABSENT)
                return;
        if (file->state != BIO_KNOWN) {
                not_modelled(s, file->why, SUDO);
                return;
        }
        if (strstr(file->resolved, "sudo-rs") || strstr(file->resolved, "/cargo/"))
                not_modelled(s, "sudo-rs is not modelled", file->resolved);
        if (s->program == SUDO_NONE)
                s->program = SUDO_MODELLED;
}

/* --- groups ------------------------------------------------------------------------------------------------------- */

static int by_name(const void *x, const void *y)
{
        return span_compare(((const struct sudo_group *)x)->name, ((const struct sudo_group *)y)->name);
}

/* Of one number the first line: lines are sorted as they lie in the file. */
static int by_number(const void *x, const void *y)
{
        const struct sudo_group *a = x, *b = y;

        if (a->gid != b->gid)
                return (a->gid > b->gid) - (a->gid < b->gid);
        return (a->name.bytes > b->name.bytes) - (a->name.bytes < b->name.bytes);
}

static struct sudo_group *add(struct sudo_group *list, size_t *count, size_t *allocated, struct span name, uint32_t gid)
{
        list = must_grow(list, allocated, *count + 1, sizeof(*list));
        list[(*count)++] = (struct sudo_group){name, gid};
        return list;
}

static void read_groups(struct sudo *s)
{
        const struct access_file *file = s->accounts->group;
        struct lines lines = file->state == BIO_KNOWN ? lines_of(file->bytes, file->length) : lines_of("", 0);
        struct group_line group;
        struct line line;
        size_t i, kept = 0;

        while (lines_next(&lines, &line)) {
                struct span member;
                size_t at = 0;

                if (group_line_read(&line, &group) == LINE_ENTRY)
                        s->groups = add(s->groups, &s->group_count, &s->groups_allocated, group.name, group.gid);
                if (!group_line_counts(&line, &group))
                        continue;
                while (group_line_member(&group, &at, &member))
                        s->memberships =
                                add(s->memberships, &s->membership_count, &s->memberships_allocated, member, group.gid);
        }
        if (s->membership_count > 1)
                qsort(s->memberships, s->membership_count, sizeof(*s->memberships), by_name);
        if (s->group_count > 1)
                qsort(s->groups, s->group_count, sizeof(*s->groups), by_number);
        for (i = 0; i < s->group_count; i++)
                if (kept == 0 || s->groups[i].gid != s->groups[kept - 1].gid)
                        s->groups[kept++] = s->groups[i];
        s->group_count = kept;
}

/* --- what matching goes by ---------------------------------------------------------------------------------------- */

/* A setting that holds for all; one of a scope is not modelled here. */
static bool flag(struct sudo *s, const char *name, bool otherwise)
{
        _cleanup_free_ struct sudo_in_force *found = NULL;
        size_t allocated = 0, count = sudo_settings_in_force(s, name, &found, &allocated);

        if (count > 1)
                sudoers_cannot_tell(&s->rules, found[1].line->file, found[1].line->line,
                                    "a setting that changes how rules match, for some only");
        return found[0].line ? found[0].value.type == SUDOERS_VALUE_ON : otherwise;
}

static void find_matching(struct sudo *s)
{
        _cleanup_free_ struct sudo_in_force *found = NULL;
        size_t allocated = 0;

        s->users_any_case = s->groups_any_case = s->netgroups = true;
        s->default_target = "root";
        s->by_group_number = flag(s, "match_group_by_gid", false);
        s->groups_any_case = flag(s, "case_insensitive_group", true);
        s->users_any_case = flag(s, "case_insensitive_user", true);
        s->netgroups = flag(s, "use_netgroups", true);
        (void)sudo_settings_in_force(s, "group_plugin", &found, &allocated);
        s->group_plugin = found[0].line != NULL;
        if (sudo_settings_in_force(s, "runas_default", &found, &allocated) > 1)
                sudoers_cannot_tell(&s->rules, found[1].line->file, found[1].line->line, "runas_default for some only");
        if (found[0].line && found[0].value.type == SUDOERS_VALUE_TEXT)
                s->default_target = found[0].value.text;
}

static void *make(struct facts *f)
{
        struct sudo *s = must_alloc(sizeof(*s));
        _cleanup_free_ char *name = NULL, *short_name = NULL;

        s->facts = f;
        s->accounts = accounts_of(f);
        find_program(s);
        if (s->program == SUDO_MODELLED)
                find_version(s);
        if (s->program == SUDO_MODELLED)
                read_sudo_conf(s);
        if (s->program != SUDO_MODELLED)
                return s;
        read_groups(s);
        name = node_name(s);
        short_name = name ? must_strndup(name, strcspn(name, ".")) : NULL;
        s->host = (struct sudoers_host){.open = open_file, .list = list_directory, .short_name = short_name, .user = s};
        sudoers_read(&s->rules, s->rules.version, &s->host, SUDOERS);
        s->host.short_name = NULL;
        if (name)
                find_host_name(s, name, true);
        find_matching(s);
        if (name && !flag(s, "fqdn", true))
                find_host_name(s, name, false);
        return s;
}

static void release(void *kept)
{
        struct sudo *s = kept;

        sudoers_free(&s->rules);
        free(s->memberships);
        free(s->groups);
        free(s->unclear);
        free(s);
}

struct sudo *sudo_of(struct facts *f)
{
        return facts_keep(f, make, release);
}
