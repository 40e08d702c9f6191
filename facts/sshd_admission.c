/* SPDX-License-Identifier: EUPL-1.2 */
#include "facts/sshd_admission.h"

#include <ctype.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "facts/sshd_internal.h"

const enum sshd_keyword_id sshd_admission_lists[SSHD_ADMISSION_LISTS] = {SSHD_DENY_USERS, SSHD_ALLOW_USERS,
                                                                         SSHD_DENY_GROUPS, SSHD_ALLOW_GROUPS};

bool sshd_is_admission_list(enum sshd_keyword_id id)
{
        size_t i;

        for (i = 0; i < SSHD_ADMISSION_LISTS; i++)
                if (sshd_admission_lists[i] == id)
                        return true;
        return false;
}

bool sshd_has_admission_lists(const struct sshd_config *c)
{
        size_t i;

        for (i = 0; i < SSHD_ADMISSION_LISTS; i++)
                if (c->global.of[sshd_admission_lists[i]].count > 0)
                        return true;
        for (i = 0; i < c->setting_count; i++)
                if (sshd_is_admission_list(c->settings[i].keyword))
                        return true;
        return false;
}

/* The @ that parts a name from hosts: the first one, from 10.0 on the last one. */
static const char *find_at(const struct sshd_config *c, const char *entry)
{
        return c->release->version >= SSHD_10_0 ? strrchr(entry, '@') : strchr(entry, '@');
}

struct parts {
        struct sshd_config *c;
        bool hosts;
        const char **at;
        size_t count, allocated;
};

static void add_parts(struct parts *p, const char *const *items, size_t count)
{
        size_t i, k;

        for (i = 0; i < count; i++) {
                const char *at = find_at(p->c, items[i]);
                const char *part = p->hosts ? at ? at + 1 : NULL : items[i];

                if (part && !p->hosts && at)
                        part = arena_copy(&p->c->arena, items[i], (size_t)(at - items[i]));
                for (k = 0; part && k < p->count && !streq(p->at[k], part); k++)
                        ;
                if (!part || k < p->count)
                        continue;
                p->at = sshd_grow(&p->c->arena, p->at, &p->allocated, p->count + 1, sizeof(*p->at));
                p->at[p->count++] = part;
        }
}

size_t sshd_admission_parts(struct sshd_config *c, bool hosts, const char *const **ret)
{
        static const enum sshd_keyword_id lists[] = {SSHD_DENY_USERS, SSHD_ALLOW_USERS};
        struct parts parts = {.c = c, .hosts = hosts};
        size_t i, k;

        for (i = 0; i < ELEMENTS(lists); i++) {
                add_parts(&parts, c->global.of[lists[i]].items, c->global.of[lists[i]].count);
                for (k = 0; k < c->setting_count; k++)
                        if (c->settings[k].keyword == lists[i])
                                add_parts(&parts, c->settings[k].items, c->settings[k].count);
        }
        *ret = parts.at;
        return parts.count;
}

/* One list of hosts is held against both the address and the name; what is negated in either excludes. */
static bool host_matches(const struct sshd_connection *n, const char *list)
{
        _cleanup_text_ struct text lower = {0};
        int by_address = n->address ? sshd_addresses_match(n->address, list) : 0, by_name;
        const char *p;

        if (by_address < 0 || !n->host)
                return false;
        for (p = n->host; *p; p++)
                text_add_char(&lower, (char)tolower((unsigned char)*p));
        by_name = sshd_patterns_match(text_string(&lower), list, true);
        return by_name >= 0 && (by_name > 0 || by_address > 0);
}

/* An entry is one pattern: commas and ! mean nothing before the @. */
bool sshd_admission_names(const struct sshd_config *c, const char *user, const char *entry)
{
        const char *at = find_at(c, entry);
        _cleanup_free_ char *name = at ? must_strndup(entry, (size_t)(at - entry)) : NULL;

        return sshd_pattern_matches(user, name ? name : entry);
}

static bool entry_matches(const struct sshd_config *c, const struct sshd_connection *n, const char *entry)
{
        const char *at = find_at(c, entry);

        return sshd_admission_names(c, n->user, entry) && (!at || host_matches(n, at + 1));
}

static bool is_listed(const struct sshd_config *c, const struct sshd_connection *n, const struct sshd_value *users)
{
        size_t i;

        for (i = 0; i < users->count; i++)
                if (entry_matches(c, n, users->items[i]))
                        return true;
        return false;
}

bool sshd_has_group(const struct sshd_connection *n, const char *pattern)
{
        size_t i;

        for (i = 0; i < n->group_count; i++)
                if (sshd_pattern_matches(n->groups[i], pattern))
                        return true;
        return false;
}

static bool has_group(const struct sshd_connection *n, const struct sshd_value *groups)
{
        size_t i;

        for (i = 0; i < groups->count; i++)
                if (sshd_has_group(n, groups->items[i]))
                        return true;
        return false;
}

/* Who is in no group that has a name is let in by neither list. */
static bool groups_admit(const struct sshd_values *v, const struct sshd_connection *n)
{
        const struct sshd_value *deny = &v->of[SSHD_DENY_GROUPS], *allow = &v->of[SSHD_ALLOW_GROUPS];
        size_t i;

        if (deny->count == 0 && allow->count == 0)
                return true;
        if (n->groups)
                return n->group_count > 0 && !has_group(n, deny) && (allow->count == 0 || has_group(n, allow));
        for (i = 0; i < deny->count; i++)
                if (streq(deny->items[i], "*"))
                        return false;
        return true;
}

bool sshd_admits(const struct sshd_config *c, const struct sshd_values *v, const struct sshd_connection *n)
{
        const struct sshd_value *allow = &v->of[SSHD_ALLOW_USERS];

        return !is_listed(c, n, &v->of[SSHD_DENY_USERS]) && (allow->count == 0 || is_listed(c, n, allow)) &&
               groups_admit(v, n);
}
