/* SPDX-License-Identifier: EUPL-1.2 */
#include "facts/rights.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "facts/accounts_internal.h"
#include "facts/login_defs.h"

#define PEOPLE_MOST      4096
#define MEMBERSHIPS_MOST 65536
#define NAMED_MOST       3
#define UID_MIN          1000 /* where login.defs does not tell */
#define NOBODY           65534
/* systemd gives services accounts of these numbers while they run (UIDS-GIDS of systemd: DynamicUser=). */
#define DYNAMIC_FIRST 61184
#define DYNAMIC_LAST  65519

struct membership {
        uint32_t gid;
        size_t person;
};

struct group_name {
        struct span name;
        uint32_t gid;
};

struct people {
        const char *unknown;
        const struct accounts *accounts;
        int64_t uid_min;
        const struct passwd_line **items;
        size_t count, allocated;
        struct membership *memberships;
        size_t membership_count, memberships_allocated;
        struct group_name *groups;
        size_t group_count, groups_allocated;
};

/* --- who there is */

static bool gives_session(struct span shell)
{
        static const char *const none[] = {"nologin", "false", "sync"};
        size_t i, start = shell.length;

        while (start > 0 && shell.bytes[start - 1] != '/')
                start--;
        for (i = 0; i < ELEMENTS(none); i++)
                if (span_is(shell.bytes + start, shell.length - start, none[i]))
                        return false;
        return true;
}

static bool is_person(const struct people *p, const struct passwd_line *user)
{
        return user->uid >= p->uid_min && user->uid != NOBODY && user->uid != NOBODY + 1 && gives_session(user->shell);
}

static void add_membership(struct people *p, uint32_t gid, size_t person)
{
        if (p->membership_count == MEMBERSHIPS_MOST) {
                p->unknown = "more memberships of groups than are looked at";
                return;
        }
        p->memberships =
                must_grow(p->memberships, &p->memberships_allocated, p->membership_count + 1, sizeof(*p->memberships));
        p->memberships[p->membership_count++] = (struct membership){gid, person};
}

static void add_group(struct people *p, const struct group_line *group)
{
        struct span member;
        size_t at = 0, i;

        if (p->group_count == MEMBERSHIPS_MOST) {
                p->unknown = "more groups than are looked at";
                return;
        }
        p->groups = must_grow(p->groups, &p->groups_allocated, p->group_count + 1, sizeof(*p->groups));
        p->groups[p->group_count++] = (struct group_name){group->name, group->gid};
        while (group_line_member(group, &at, &member))
                for (i = 0; i < p->count; i++)
                        if (span_equals(member, p->items[i]->name.bytes, p->items[i]->name.length))
                                add_membership(p, group->gid, i);
}

static void take_groups(struct people *p)
{
        const struct access_file *file = p->accounts->group;
        struct group_line group;
        struct lines lines;
        struct line line;

        if (file->state == BIO_UNREADABLE)
                p->unknown = file->why;
        if (file->state != BIO_KNOWN)
                return;
        for (lines = lines_of(file->bytes, file->length); !p->unknown && lines_next(&lines, &line);)
                if (group_line_read(&line, &group) == LINE_ENTRY)
                        add_group(p, &group);
}

static void *make(struct facts *f)
{
        struct people *p = must_alloc(sizeof(*p));
        size_t i;

        p->accounts = accounts_of(f);
        p->uid_min = login_defs_number(f, "UID_MIN", UID_MIN);
        if (p->accounts->passwd->state != BIO_KNOWN) {
                p->unknown = p->accounts->passwd->why;
                return p;
        }
        for (i = 0; i < p->accounts->user_count; i++) {
                const struct passwd_line *user = &p->accounts->users[i];

                if (!is_person(p, user))
                        continue;
                if (p->count == PEOPLE_MOST) {
                        p->unknown = "more persons than are looked at";
                        return p;
                }
                p->items = must_grow(p->items, &p->allocated, p->count + 1, sizeof(*p->items));
                p->items[p->count++] = user;
                add_membership(p, user->gid, p->count - 1);
        }
        take_groups(p);
        return p;
}

static void release(void *kept)
{
        struct people *p = kept;

        free(p->items);
        free(p->memberships);
        free(p->groups);
        free(p);
}

struct people *people_of(struct facts *f)
{
        return facts_keep(f, make, release);
}

const char *people_unknown(const struct people *p)
{
        return p->unknown;
}

/* --- places */

const char *rights_at(struct facts *f, const char *path, const struct place_rights *above, struct place_rights *ret)
{
        const struct access_file *file = access_stat(facts_access(f), path);
        struct access_acl acl;

        if (file->state != BIO_KNOWN)
                return file->why;
        acl = access_acl(facts_access(f), path);
        if (acl.state == BIO_UNREADABLE)
                return acl.why;
        access_acl_as_asked(&acl, file->mode);
        *ret = (struct place_rights){file->uid, file->gid, file->mode, acl, above};
        return NULL;
}

static bool in_group(const struct people *p, size_t person, uint32_t gid)
{
        size_t i;

        for (i = 0; i < p->membership_count; i++)
                if (p->memberships[i].person == person && p->memberships[i].gid == gid)
                        return true;
        return false;
}

static bool names_group(const struct people *p, const char *const *names, uint32_t gid)
{
        size_t i, k;

        if (gid == 0)
                return true;
        for (i = 0; i < p->group_count; i++)
                for (k = 0; p->groups[i].gid == gid && names[k]; k++)
                        if (span_is(p->groups[i].name.bytes, p->groups[i].name.length, names[k]))
                                return true;
        return false;
}

/* What everyone has who is neither the owner nor named nor in a group. */
static unsigned for_everyone(const struct place_rights *place)
{
        size_t i;

        for (i = 0; i < place->acl.count; i++)
                if (place->acl.grants[i].to == GRANT_EVERYONE)
                        return place->acl.grants[i].permissions;
        return place->mode & 7;
}

/* What the group that owns it has: where there is a list, the mode's bits are its mask. */
static unsigned for_group(const struct place_rights *place)
{
        size_t i;

        for (i = 0; i < place->acl.count; i++)
                if (place->acl.grants[i].to == GRANT_GROUP_OWNER)
                        return place->acl.grants[i].permissions;
        return place->mode >> 3 & 7;
}

/* Who owns a file can give himself what he lacks; what cannot be read now is not what is judged here. */
static bool owner_has(const struct place_rights *place, unsigned right)
{
        return right == RIGHT_WRITE || place->mode >> 6 & right;
}

enum permit { PERMIT_NO, PERMIT_YES, PERMIT_BY_GROUP };

/* `asked` NULL: through whatever group. PERMIT_BY_GROUP: only through groups whose members may. */
static enum permit permits(const struct people *p, size_t person, const struct place_rights *place, unsigned right,
                           const struct rights_asked *asked)
{
        bool matched = false, by_known = false;
        size_t i;

        if (p->items[person]->uid == place->uid)
                return owner_has(place, right) ? PERMIT_YES : PERMIT_NO;
        for (i = 0; i < place->acl.count; i++)
                if (place->acl.grants[i].to == GRANT_USER && place->acl.grants[i].id == p->items[person]->uid)
                        return place->acl.grants[i].permissions & right ? PERMIT_YES : PERMIT_NO;
        for (i = 0; i <= place->acl.count; i++) {
                const struct grant *grant = i < place->acl.count ? &place->acl.grants[i] : NULL;
                uint32_t gid = grant ? grant->id : place->gid;

                if ((grant && grant->to != GRANT_GROUP) || !in_group(p, person, gid))
                        continue;
                matched = true;
                if (!((grant ? grant->permissions : for_group(place)) & right))
                        continue;
                if (!asked || !names_group(p, asked->groups, gid))
                        return PERMIT_YES;
                by_known = true;
        }
        if (matched)
                return by_known ? PERMIT_BY_GROUP : PERMIT_NO;
        return for_everyone(place) & right ? PERMIT_YES : PERMIT_NO;
}

static bool everyone_gets_there(const struct place_rights *place)
{
        const struct place_rights *d;

        for (d = place->above; d; d = d->above)
                if (!(for_everyone(d) & RIGHT_EXECUTE))
                        return false;
        return true;
}

static bool gets_there(const struct people *p, size_t person, const struct place_rights *place)
{
        const struct place_rights *d;

        for (d = place->above; d; d = d->above)
                if (permits(p, person, d, RIGHT_EXECUTE, NULL) == PERMIT_NO)
                        return false;
        return true;
}

/* --- the owner that is no person */

static const struct passwd_line *account_of(const struct people *p, uid_t uid)
{
        size_t i;

        for (i = 0; i < p->accounts->user_count; i++)
                if (p->accounts->users[i].uid == uid)
                        return &p->accounts->users[i];
        return NULL;
}

static void add(struct text *who, size_t *count, const char *kind, const char *name, size_t length)
{
        if (++*count > NAMED_MOST)
                return;
        text_printf(who, "%s%s", who->length > 0 ? ", " : "", kind);
        text_add_safe(who, name, length);
}

/* An account of a service may have what is its own; one that is nobody's now may be somebody's tomorrow. */
static void add_owner(const struct people *p, const struct place_rights *place, const struct rights_asked *asked,
                      struct text *who, size_t *count)
{
        const struct passwd_line *user = account_of(p, place->uid);
        _cleanup_free_ char *number = must_printf("%u", (unsigned)place->uid);
        const char *const *name;

        if (place->uid == 0 || !owner_has(place, asked->right) || (user && is_person(p, user)))
                return;
        if (!user) {
                if (asked->services ||
                    (place->uid >= p->uid_min && !(place->uid >= DYNAMIC_FIRST && place->uid <= DYNAMIC_LAST)))
                        add(who, count, "uid ", number, strlen(number));
                return;
        }
        for (name = asked->services; name && *name; name++)
                if (span_is(user->name.bytes, user->name.length, *name))
                        return;
        if (asked->services)
                add(who, count, "user ", user->name.bytes, user->name.length);
}

/* False where no person can have the right: most files are root's or a service's, and close to others. */
static bool may_concern_persons(const struct people *p, const struct place_rights *place,
                                const struct rights_asked *asked)
{
        return place->acl.count > 0 || for_everyone(place) & asked->right || place->uid >= p->uid_min ||
               (for_group(place) & asked->right && !names_group(p, asked->groups, place->gid));
}

bool rights_beyond(const struct people *p, const struct place_rights *place, const struct rights_asked *asked,
                   struct text *who, bool *personal)
{
        size_t count = 0, i;

        *personal = false;
        if (for_everyone(place) & asked->right && everyone_gets_there(place)) {
                text_add(who, "everyone");
                return true;
        }
        add_owner(p, place, asked, who, &count);
        for (i = 0; i < p->count && may_concern_persons(p, place, asked); i++)
                if (permits(p, i, place, asked->right, asked) == PERMIT_YES && gets_there(p, i, place)) {
                        *personal = true;
                        add(who, &count, "user ", p->items[i]->name.bytes, p->items[i]->name.length);
                }
        if (count > NAMED_MOST)
                text_printf(who, "; and %zu more", count - NAMED_MOST);
        return count > 0;
}
