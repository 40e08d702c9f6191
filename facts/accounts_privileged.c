/* SPDX-License-Identifier: EUPL-1.2 */
/* Who can become root: accounts with uid 0, those in groups whose members can, those whom su trusts; and the programs
 * that let others do so by rules of their own. */
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/memory.h"
#include "base/text.h"
#include "facts/accounts_internal.h"
#include "facts/metadata.h"
#include "facts/pam_su.h"

#define GSHADOW      "/etc/gshadow"
#define NSSWITCH     "/etc/nsswitch.conf"
#define HOLDERS_MOST 10000 /* ways of becoming root that are told of */

/* Groups whose members have root's powers, and by what. Not among them: adm and systemd-journal, which only read logs.
 */
static const struct {
        const char *name, *why;
} admin_groups[] = {
        {"sudo", "sudo lets its members become root"},
        {"wheel", "sudo, su and polkit let its members become root"},
        {"admin", "sudo lets its members become root"},
        {"docker", "its members start containers that have the whole file system"},
        {"lxd", "its members start containers that have the whole file system"},
        {"incus-admin", "its members start containers that have the whole file system"},
        {"libvirt", "its members start virtual machines that have any file or disk"},
        {"disk", "its members read and write disks past the file system"},
        {"kmem", "its members read the kernel's memory"},
        {"shadow", "its members read the hashes of passwords"},
        {"staff", "its members write programs in /usr/local, which root runs"},
};
#define ROOT_GROUP "its members write what belongs to the group of root"
#define IS_ROOT    "uid 0"

/* Programs that make somebody root by their own rules, and where they or these rules lie. */
static const struct {
        const char *name;
        const char *paths[8];
} rules[] = {
        {"sudoers",
         {"/usr/bin/sudo", "/usr/local/bin/sudo", "/usr/bin/sudo-rs", "/usr/lib/cargo/bin/sudo", "/usr/bin/sudo.ws",
          "/etc/sudoers", "/etc/sudoers-rs"}},
        {"polkit",
         {"/usr/lib/polkit-1/polkitd", "/usr/libexec/polkitd", "/usr/libexec/polkit-1/polkitd",
          "/usr/lib/policykit-1/polkitd", "/etc/polkit-1"}},
        {"doas", {"/usr/bin/doas", "/usr/local/bin/doas", "/etc/doas.conf"}},
};

/* A group of the table, as a line of the file. */
struct admin {
        struct span name, password;
        uint32_t gid;
        unsigned line;
        const char *why;
        bool shadowed; /* gshadow has a line of it */
};

/* One reason why an account can become root. */
struct holder {
        struct span name;
        const char *reason, *source;
        unsigned line;
        bool exists;
};

struct search {
        struct facts *f;
        const struct accounts *a;
        struct admin *admins;
        size_t admin_count, admins_allocated;
        struct holder *holders;
        size_t holder_count, holders_allocated;
        bool newgrp, gpasswd, truncated;
};

static void release_search(struct search *s)
{
        free(s->admins);
        free(s->holders);
}

static bool is_there(struct facts *f, const char *path)
{
        return access_stat(facts_access(f), path)->state != BIO_ABSENT;
}

static void add_holder(struct search *s, struct span name, const char *reason, const char *source, unsigned line)
{
        if (s->holder_count == HOLDERS_MOST) {
                s->truncated = true;
                return;
        }
        s->holders = must_grow(s->holders, &s->holders_allocated, s->holder_count + 1, sizeof(*s->holders));
        s->holders[s->holder_count++] = (struct holder){name, reason, source, line, false};
}

/* A reason with a group's name in it. */
static const char *reason_of(struct search *s, const char *before, const struct admin *admin)
{
        _cleanup_text_ struct text text = {0};

        text_add(&text, before);
        text_append(&text, admin->name.bytes, admin->name.length);
        return tree_intern(facts_tree(s->f), text_string(&text));
}

static int by_gid(const void *x, const void *y)
{
        const struct admin *a = x, *b = y;

        return a->gid != b->gid ? (a->gid > b->gid) - (a->gid < b->gid) : (a->line > b->line) - (a->line < b->line);
}

static const struct admin *admin_of(const struct search *s, uint32_t gid)
{
        size_t i;

        for (i = 0; i < s->admin_count; i++)
                if (s->admins[i].gid == gid)
                        return &s->admins[i];
        return NULL;
}

/* --- groups ------------------------------------------------------------------------------------------------------- */

/* Programs of staff are root's where root's PATH leads. */
static bool writes_usr_local(struct search *s, uint32_t gid)
{
        static const char *const paths[] = {"/usr/local", "/usr/local/bin", "/usr/local/sbin", "/usr/local/lib"};
        size_t i;

        for (i = 0; i < ELEMENTS(paths); i++) {
                const struct access_file *file = access_stat(facts_access(s->f), paths[i]);

                if (file->state == BIO_UNREADABLE ||
                    (file->state == BIO_KNOWN && file->gid == gid && (file->mode & S_IWGRP)))
                        return true;
        }
        return false;
}

static const char *why_admin(struct search *s, const struct group_line *group, const struct bio_node *trusted)
{
        size_t i;

        if (group->gid == 0)
                return ROOT_GROUP;
        for (i = 0; i < ELEMENTS(admin_groups); i++)
                if (span_is(group->name.bytes, group->name.length, admin_groups[i].name))
                        return streq(admin_groups[i].name, "staff") && !writes_usr_local(s, group->gid)
                                       ? NULL
                                       : admin_groups[i].why;
        for (i = 0; i < tree_count(trusted); i++) {
                size_t length;
                const char *name = tree_bytes_of(tree_at(trusted, i), &length);

                if (length > 0 && span_equals(group->name, name, length))
                        return "su asks its members for no password (pam_wheel trust)";
        }
        return NULL;
}

static struct lines group_lines(const struct search *s)
{
        const struct access_file *file = s->a->group;

        return file->state == BIO_KNOWN ? lines_of(file->bytes, file->length) : lines_of("", 0);
}

#define ADMINS_MOST 256

static void find_admins(struct search *s, const struct bio_node *trusted)
{
        struct lines lines = group_lines(s);
        struct group_line group;
        struct line line;

        while (lines_next(&lines, &line)) {
                const char *why;

                if (group_line_read(&line, &group) != LINE_ENTRY)
                        continue;
                why = why_admin(s, &group, trusted);
                if (!why)
                        continue;
                if (s->admin_count == ADMINS_MOST) {
                        s->truncated = true;
                        break;
                }
                s->admins = must_grow(s->admins, &s->admins_allocated, s->admin_count + 1, sizeof(*s->admins));
                s->admins[s->admin_count++] =
                        (struct admin){group.name, group.password, group.gid, group.number, why, false};
        }
        if (s->admin_count > 1)
                qsort(s->admins, s->admin_count, sizeof(*s->admins), by_gid);
}

/* What counts is the number: a line of another name with it makes members too. */
static void find_members(struct search *s)
{
        struct lines lines = group_lines(s);
        struct group_line group;
        struct span member;
        struct line line;

        while (lines_next(&lines, &line)) {
                const struct admin *admin;
                size_t at = 0;

                if (!group_line_counts(&line, &group) || group.members.length == 0)
                        continue;
                admin = admin_of(s, group.gid);
                while (admin && group_line_member(&group, &at, &member))
                        add_holder(s, member, reason_of(s, "member of group ", admin), GROUP, group.number);
        }
}

static void find_users(struct search *s)
{
        size_t i;

        for (i = 0; i < s->a->user_count; i++) {
                const struct passwd_line *user = &s->a->users[i];
                const struct admin *admin = admin_of(s, user->gid);

                if (user->uid == 0)
                        add_holder(s, user->name, IS_ROOT, PASSWD, user->number);
                if (admin)
                        add_holder(s, user->name, reason_of(s, "primary group ", admin), PASSWD, user->number);
        }
}

/* --- gshadow ------------------------------------------------------------------------------------------------------ */

static void add_names(struct search *s, struct span names, const char *reason, unsigned line)
{
        const struct group_line group = {.members = names};
        struct span name;
        size_t at = 0;

        while (group_line_member(&group, &at, &name))
                add_holder(s, name, reason, GSHADOW, line);
}

/* For newgrp the members and the password of gshadow take the place of those in group; administrators make anybody a
 * member, themselves too (newgrp(1), gpasswd(1)). A group's first line counts. */
static void find_in_gshadow(struct search *s, const struct access_file *file)
{
        struct lines lines = lines_of(file->bytes, file->length);
        struct gshadow_line group;
        struct line line;
        size_t i;

        while (lines_next(&lines, &line)) {
                if (gshadow_line_read(&line, &group) != LINE_ENTRY)
                        continue;
                for (i = 0; i < s->admin_count; i++) {
                        struct admin *admin = &s->admins[i];

                        if (admin->shadowed || !span_equals(admin->name, group.name.bytes, group.name.length))
                                continue;
                        admin->shadowed = true;
                        admin->password = group.password;
                        admin->line = group.number;
                        if (s->gpasswd)
                                add_names(s, group.administrators, reason_of(s, "administrator of group ", admin),
                                          group.number);
                        if (s->newgrp)
                                add_names(s, group.members, reason_of(s, "by newgrp member of group ", admin),
                                          group.number);
                }
        }
}

/* Whether everybody who knows a password can join: newgrp asks for it. */
static struct bio_node *password_node(struct search *s, const struct admin *admin, const struct access_file *gshadow)
{
        struct password_field field = password_field_read(admin->password);
        struct tree *t = facts_tree(s->f);

        if (!s->newgrp)
                return tree_absent(t, "newgrp is not installed");
        if (gshadow->state == BIO_UNREADABLE)
                return fact_file_state(s->f, gshadow);
        return tree_from(tree_bool(t, field.state == PASSWORD_SET && !field.matches_never),
                         admin->shadowed ? GSHADOW : GROUP, admin->line, 0);
}

static struct bio_node *groups_node(struct search *s, const struct access_file *gshadow)
{
        struct tree *t = facts_tree(s->f);
        struct bio_node *list;
        size_t i;

        if (s->a->group->state == BIO_UNREADABLE)
                return fact_file_state(s->f, s->a->group);
        list = tree_from(tree_list(t), GROUP, 0, 0);
        for (i = 0; i < s->admin_count; i++) {
                struct bio_node *node = tree_append(list, tree_map(t));

                tree_set(node, "name", span_node(t, s->admins[i].name));
                tree_set(node, "gid", tree_integer(t, s->admins[i].gid));
                tree_set(node, "why", tree_text(t, s->admins[i].why));
                tree_set(node, "password", password_node(s, &s->admins[i], gshadow));
        }
        return list;
}

/* --- the answer --------------------------------------------------------------------------------------------------- */

/* That somebody is root comes before what would make him that. */
static int by_name(const void *x, const void *y)
{
        const struct holder *a = x, *b = y;
        int r = span_compare(a->name, b->name);

        if (r == 0)
                r = (int)streq(b->reason, IS_ROOT) - (int)streq(a->reason, IS_ROOT);
        return r != 0 ? r : strcmp(a->reason, b->reason);
}

static bool same_name(const struct holder *a, const struct holder *b)
{
        return span_compare(a->name, b->name) == 0;
}

/* Sorts, and keeps each reason of a name once. */
static void settle(struct search *s)
{
        size_t i, kept = 0;

        if (s->holder_count > 1)
                qsort(s->holders, s->holder_count, sizeof(*s->holders), by_name);
        for (i = 0; i < s->holder_count; i++)
                if (kept == 0 || by_name(&s->holders[kept - 1], &s->holders[i]) != 0)
                        s->holders[kept++] = s->holders[i];
        s->holder_count = kept;
}

static int name_of_holder(const void *key, const void *item)
{
        const struct span *name = key;
        const struct holder *holder = item;

        return span_compare(*name, holder->name);
}

/* Which names are accounts of passwd. */
static void mark_accounts(struct search *s)
{
        size_t i;

        for (i = 0; i < s->a->user_count && s->holder_count > 0; i++) {
                struct holder *found =
                        bsearch(&s->a->users[i].name, s->holders, s->holder_count, sizeof(*found), name_of_holder);
                struct holder *h;

                for (h = found; h && h >= s->holders && same_name(h, found); h--)
                        h->exists = true;
                for (h = found; h && h < s->holders + s->holder_count && same_name(h, found); h++)
                        h->exists = true;
        }
}

static struct bio_node *accounts_node(struct search *s)
{
        struct tree *t = facts_tree(s->f);
        struct bio_node *list = accounts_list_or_state(s->f, s->a), *reasons = NULL;
        size_t i;

        if (tree_state(list) != BIO_KNOWN)
                return list;
        for (i = 0; i < s->holder_count; i++) {
                const struct holder *h = &s->holders[i];

                if (i == 0 || !same_name(h, h - 1)) {
                        struct bio_node *node = tree_from(tree_append(list, tree_map(t)), h->source, h->line, 0);

                        tree_set(node, "name", tree_class(span_node(t, h->name), BIO_PERSONAL));
                        tree_set(node, "exists", tree_bool(t, h->exists));
                        reasons = tree_set(node, "reasons", tree_list(t));
                }
                tree_append(reasons, tree_from(tree_text(t, h->reason), h->source, h->line, 0));
        }
        if (s->truncated)
                tree_append(list, tree_from(tree_undecidable(t, "more than %d ways of becoming root", HOLDERS_MOST),
                                            GROUP, 0, 0));
        return accounts_with_odd_lines(s->f, s->a, list);
}

/* The same for the same accounts with the same reasons, in whatever order they stand. */
static struct bio_node *digest_node(struct search *s)
{
        _cleanup_text_ struct text text = {0};
        _cleanup_free_ char *digest = NULL;
        size_t i;

        for (i = 0; i < s->holder_count; i++) {
                text_append(&text, s->holders[i].name.bytes, s->holders[i].name.length);
                text_add_char(&text, '\t');
                text_add(&text, s->holders[i].reason);
                text_add_char(&text, '\n');
        }
        digest = sha256_digest(text_string(&text), text.length);
        return tree_class(tree_text(facts_tree(s->f), digest), BIO_PERSONAL);
}

static struct bio_node *rules_node(struct search *s)
{
        struct tree *t = facts_tree(s->f);
        struct bio_node *map = tree_map(t);
        size_t i, j;

        for (i = 0; i < ELEMENTS(rules); i++)
                for (j = 0; j < ELEMENTS(rules[i].paths) && rules[i].paths[j]; j++) {
                        if (!is_there(s->f, rules[i].paths[j]))
                                continue;
                        tree_set(map, rules[i].name,
                                 tree_from(tree_undecidable(t, "not read by this version"), rules[i].paths[j], 0, 0));
                        break;
                }
        return map;
}

/* Where sudo looks for its rules besides files: the words of the first line `sudoers:` of nsswitch.conf, in any case
 * (sudo_nss.c of sudo 1.9). */
static struct bio_node *sudoers_elsewhere(struct search *s)
{
        static const char key[] = "sudoers:";
        const struct access_file *file = access_read(facts_access(s->f), NSSWITCH, ACCESS_FILE_MOST);
        struct tree *t = facts_tree(s->f);
        struct bio_node *list;
        struct lines lines;
        struct line line;

        if (file->state == BIO_UNREADABLE)
                return fact_file_state(s->f, file);
        list = tree_from(tree_list(t), NSSWITCH, 0, 0);
        lines = lines_of(file->bytes ? file->bytes : "", file->length);
        while (lines_next(&lines, &line)) {
                const char *comment = memchr(line.bytes, '#', line.length);
                size_t length = comment ? (size_t)(comment - line.bytes) : line.length, end;

                span_trim(&line.bytes, &length);
                if (length < sizeof(key) - 1 || strncasecmp(line.bytes, key, sizeof(key) - 1) != 0)
                        continue;
                for (line.bytes += sizeof(key) - 1, length -= sizeof(key) - 1; length > 0; length -= end) {
                        span_trim(&line.bytes, &length);
                        for (end = 0; end < length && line.bytes[end] != ' ' && line.bytes[end] != '\t'; end++)
                                ;
                        if (end > 0 && *line.bytes != '[' && !(end == 5 && strncasecmp(line.bytes, "files", 5) == 0))
                                tree_from(tree_append(list, tree_bytes(t, line.bytes, end)), NSSWITCH, line.number, 0);
                        line.bytes += end;
                }
                break;
        }
        return list;
}

/* Of pam_wheel that names no group: wheel, which is in the table, or the group with number 0, which is too. */
static struct bio_node *unclear_trust(struct facts *f, const struct bio_node *trusted)
{
        struct bio_node *list = tree_list(facts_tree(f));
        size_t i;

        for (i = 0; i < tree_count(trusted); i++) {
                const struct bio_node *node = tree_at(trusted, i);

                if (tree_state(node) != BIO_KNOWN)
                        tree_append(list, tree_from(tree_undecidable(facts_tree(f), "%s", tree_why(node)),
                                                    tree_source(node), tree_line(node), 0));
        }
        return list;
}

const struct bio_node *accounts_privileged(struct facts *f)
{
        _cleanup_(release_search) struct search s = {.f = f, .a = accounts_of(f)};
        const struct access_file *gshadow = access_read(facts_access(f), GSHADOW, ACCESS_FILE_MOST);
        const struct bio_node *trusted = pam_su_trusted(f);
        struct bio_node *map = tree_map(facts_tree(f)), *accounts, *unread;

        s.newgrp = is_there(f, "/usr/bin/newgrp") || is_there(f, "/bin/newgrp");
        s.gpasswd = is_there(f, "/usr/bin/gpasswd");
        find_admins(&s, trusted);
        find_users(&s);
        find_members(&s);
        if (gshadow->state == BIO_KNOWN)
                find_in_gshadow(&s, gshadow);
        settle(&s);
        mark_accounts(&s);
        accounts = tree_set(map, "accounts", accounts_node(&s));
        if (gshadow->state == BIO_UNREADABLE && (s.newgrp || s.gpasswd) && tree_state(accounts) == BIO_KNOWN)
                tree_append(accounts, fact_file_state(f, gshadow));
        tree_set(map, "groups", groups_node(&s, gshadow));
        unread = tree_set(map, "rules", rules_node(&s));
        tree_set(map, "sudoers", tree_get(unread, "sudoers") ? sudoers_elsewhere(&s) : tree_list(facts_tree(f)));
        tree_set(map, "su", unclear_trust(f, trusted));
        tree_set(map, "digest", digest_node(&s));
        return map;
}
