/* SPDX-License-Identifier: EUPL-1.2 */
/* Whether a list of users, hosts or targets is about somebody (match.c of sudo): the last word that is decides. */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/text.h"
#include "facts/sudo.h"

#define DEPTH_MOST 64 /* of aliases within aliases */

enum sudo_answer sudo_unclear(struct sudo *s, const struct sudoers_member *m)
{
        size_t i;

        for (i = 0; i < s->unclear_count; i++)
                if (s->unclear[i] == m)
                        return sudo_turned(SUDO_PERHAPS, m->negated);
        s->unclear = must_grow(s->unclear, &s->unclear_allocated, s->unclear_count + 1, sizeof(*s->unclear));
        s->unclear[s->unclear_count++] = m;
        return sudo_turned(SUDO_PERHAPS, m->negated);
}

bool sudo_step(struct sudo *s, const struct sudoers_member *m)
{
        if (s->steps == SUDO_STEPS_MOST) {
                sudoers_cannot_tell(&s->rules, m->file, m->line, "more rules and aliases than this version compares");
                return false;
        }
        s->steps++;
        return true;
}

static enum sudo_answer answer(bool matches, bool negated)
{
        if (!matches)
                return SUDO_UNSAID;
        return negated ? SUDO_DENIED : SUDO_ALLOWED;
}

/* "#1000" is a number; no name is one of no digits, or beyond 32 bits. */
static bool number_of(const char *word, uint32_t *ret)
{
        int64_t number;

        if (*word != '#' || parse_i64(word + 1, &number) < 0 || number < INT32_MIN || number >= UINT32_MAX ||
            number == -1)
                return false;
        *ret = (uint32_t)number;
        return true;
}

static bool same_text(struct span a, const char *b, bool any_case)
{
        return a.length == strlen(b) &&
               (any_case ? strncasecmp(a.bytes, b, a.length) : strncmp(a.bytes, b, a.length)) == 0;
}

bool sudo_same_user(struct sudo *s, const char *word, const struct passwd_line *user)
{
        uint32_t uid;

        return (number_of(word, &uid) && uid == user->uid) || same_text(user->name, word, s->users_any_case);
}

/* --- groups ------------------------------------------------------------------------------------------------------- */

static int name_of_membership(const void *key, const void *item)
{
        return span_compare(*(const struct span *)key, ((const struct sudo_group *)item)->name);
}

static int number_of_group(const void *key, const void *item)
{
        const uint32_t a = *(const uint32_t *)key, b = ((const struct sudo_group *)item)->gid;

        return (a > b) - (a < b);
}

/* Whether the group with a number is the one named: a number's name is that of its first line. */
static bool is_group(struct sudo *s, uint32_t gid, const char *group)
{
        const struct sudo_group *found;
        uint32_t number;

        if (number_of(group, &number) && number == gid)
                return true;
        if (s->group_count == 0)
                return false;
        if (s->by_group_number) {
                size_t i;

                for (i = 0; i < s->group_count; i++)
                        if (same_text(s->groups[i].name, group, false))
                                return s->groups[i].gid == gid;
                return false;
        }
        found = bsearch(&gid, s->groups, s->group_count, sizeof(*s->groups), number_of_group);
        return found && same_text(found->name, group, s->groups_any_case);
}

bool sudo_in_group(struct sudo *s, const struct passwd_line *user, const char *group)
{
        const struct sudo_group *m, *end = s->memberships + s->membership_count;

        if (is_group(s, user->gid, group))
                return true;
        if (s->membership_count == 0)
                return false;
        m = bsearch(&user->name, s->memberships, s->membership_count, sizeof(*s->memberships), name_of_membership);
        while (m && m > s->memberships && span_compare(m[-1].name, user->name) == 0)
                m--;
        for (; m && m < end && span_compare(m->name, user->name) == 0; m++)
                if (is_group(s, m->gid, group))
                        return true;
        return false;
}

/* --- users -------------------------------------------------------------------------------------------------------- */

static enum sudo_answer users_match(struct sudo *s, enum sudoers_kind kind, const struct sudoers_list *list,
                                    const struct passwd_line *user, const struct passwd_line *myself, unsigned depth);

static enum sudo_answer user_matches(struct sudo *s, enum sudoers_kind kind, const struct sudoers_member *m,
                                     const struct passwd_line *user, const struct passwd_line *myself, unsigned depth)
{
        struct sudoers_alias *alias;
        enum sudo_answer found;

        switch (m->type) {
        case SUDOERS_ALL:
                return answer(true, m->negated);
        case SUDOERS_NETGROUP:
                return s->netgroups ? sudo_unclear(s, m) : SUDO_UNSAID;
        case SUDOERS_USERGROUP:
                if (m->name[1] == ':' && s->group_plugin)
                        return sudo_unclear(s, m);
                return answer(sudo_in_group(s, user, m->name + 1), m->negated);
        case SUDOERS_MYSELF:
                return answer(myself && span_compare(myself->name, user->name) == 0, m->negated);
        case SUDOERS_ALIAS:
                alias = sudoers_alias_find(&s->rules, kind, m->name);
                if (!alias || alias->used)
                        break;
                if (depth == DEPTH_MOST)
                        return sudo_unclear(s, m);
                alias->used = true;
                found = users_match(s, kind, &alias->members, user, myself, depth + 1);
                alias->used = false;
                return sudo_turned(found, m->negated);
        default:
                break;
        }
        return answer(sudo_same_user(s, m->name, user), m->negated);
}

static enum sudo_answer users_match(struct sudo *s, enum sudoers_kind kind, const struct sudoers_list *list,
                                    const struct passwd_line *user, const struct passwd_line *myself, unsigned depth)
{
        const struct sudoers_member *m;
        unsigned said = 0;

        for (m = list->last; m && sudo_step(s, m); m = m->previous)
                if (!sudo_goes_on(user_matches(s, kind, m, user, myself, depth), &said))
                        return (enum sudo_answer)said;
        return (enum sudo_answer)(said | SUDO_UNSAID);
}

enum sudo_answer sudo_users_match(struct sudo *s, enum sudoers_kind kind, const struct sudoers_list *list,
                                  const struct passwd_line *user)
{
        return users_match(s, kind, list, user, NULL, 0);
}

enum sudo_answer sudo_target_matches(struct sudo *s, const struct sudoers_command *c, const struct passwd_line *user,
                                     const struct passwd_line *target)
{
        if (c->users)
                return users_match(s, SUDOERS_RUNAS, c->users, target, user, 0);
        /* Of 1.9.13: groups alone are no users. */
        if (c->groups)
                return SUDO_UNSAID;
        return answer(sudo_same_user(s, s->default_target, target), false);
}

/* --- hosts -------------------------------------------------------------------------------------------------------- */

static enum sudo_answer host_name_matches(struct sudo *s, const struct sudoers_member *m)
{
        const char *name = strchr(m->name, '.') ? s->long_name : s->short_name;

        if (!name)
                return sudo_unclear(s, m);
        if (strpbrk(m->name, "\\?*[]"))
                return answer(fnmatch(m->name, name, FNM_CASEFOLD) == 0, m->negated);
        return answer(strcasecmp(m->name, name) == 0, m->negated);
}

static enum sudo_answer hosts_match(struct sudo *s, const struct sudoers_list *list, unsigned depth)
{
        const struct sudoers_member *m;
        struct sudoers_alias *alias;
        enum sudo_answer found;
        unsigned said = 0;

        for (m = list->last; m && sudo_step(s, m); m = m->previous) {
                alias = m->type == SUDOERS_ALIAS ? sudoers_alias_find(&s->rules, SUDOERS_HOSTS, m->name) : NULL;
                if (m->type == SUDOERS_ALL) {
                        found = answer(true, m->negated);
                } else if (m->type == SUDOERS_NETGROUP) {
                        found = s->netgroups ? sudo_unclear(s, m) : SUDO_UNSAID;
                } else if (m->type == SUDOERS_ADDRESS || (alias && depth == DEPTH_MOST)) {
                        found = sudo_unclear(s, m);
                } else if (alias && !alias->used) {
                        alias->used = true;
                        found = sudo_turned(hosts_match(s, &alias->members, depth + 1), m->negated);
                        alias->used = false;
                } else {
                        found = host_name_matches(s, m);
                }
                if (!sudo_goes_on(found, &said))
                        return (enum sudo_answer)said;
        }
        return (enum sudo_answer)(said | SUDO_UNSAID);
}

enum sudo_answer sudo_hosts_match(struct sudo *s, const struct sudoers_list *list)
{
        return hosts_match(s, list, 0);
}
