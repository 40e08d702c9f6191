/* SPDX-License-Identifier: EUPL-1.2 */
/* The accounts of the host as sshd's lists and Match blocks tell them apart. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "facts/accounts_internal.h"
#include "facts/nsswitch.h"
#include "facts/sshd_admission.h"
#include "facts/sshd_internal.h"

/* Bounds of the look at all accounts; beyond them anybody may exist. */
#define PEOPLE_MOST   20000
#define CLASSES_MOST  128
#define GROUP_BYTES   ((size_t)32 * 1024 * 1024) /* of the file of groups, read once for each account */
#define PATTERNS_MOST ((size_t)16 * 1024 * 1024) /* bytes of patterns, held against all accounts */

bool sshd_is_root(struct facts *f, const char *user)
{
        const struct passwd_line *line = accounts_user(accounts_of(f), user);

        return line ? line->uid == 0 : streq(user, "root");
}

/* --- what tells them apart ---------------------------------------------------------------------------------------- */

static void add_mark(struct text *t, bool holds)
{
        text_add_char(t, holds ? '1' : '0');
}

static void mark_list(struct text *t, const struct sshd_config *c, enum sshd_keyword_id id, const char *const *items,
                      size_t count, const struct sshd_connection *n)
{
        const bool groups = id == SSHD_DENY_GROUPS || id == SSHD_ALLOW_GROUPS;
        size_t i;

        for (i = 0; i < count; i++)
                add_mark(t, groups ? sshd_has_group(n, items[i]) : sshd_admission_names(c, n->user, items[i]));
}

/* Which patterns over names an account matches: where two are the same, sshd treats both alike. malloc'd. */
static char *signature_of(const struct sshd_config *c, const struct sshd_person *person)
{
        const struct sshd_connection n = {
                .user = person->name, .groups = person->groups, .group_count = person->group_count, .local_port = -1};
        struct text t = {0};
        size_t b, i;

        add_mark(&t, person->root);
        add_mark(&t, person->groups != NULL);
        add_mark(&t, person->group_count > 0);
        for (b = 1; b < c->block_count; b++)
                for (i = 0; i < c->blocks[b].count; i++) {
                        const struct sshd_criterion *k = &c->blocks[b].criteria[i];

                        if (k->attribute == SSHD_MATCH_USER || k->attribute == SSHD_MATCH_GROUP)
                                add_mark(&t, sshd_criterion_holds(c, k, &n));
                }
        for (i = 0; i < SSHD_ADMISSION_LISTS; i++) {
                const struct sshd_value *v = &c->global.of[sshd_admission_lists[i]];

                mark_list(&t, c, sshd_admission_lists[i], v->items, v->count, &n);
        }
        for (i = 0; i < c->setting_count; i++)
                if (sshd_is_admission_list(c->settings[i].keyword))
                        mark_list(&t, c, c->settings[i].keyword, c->settings[i].items, c->settings[i].count, &n);
        return text_take(&t);
}

/* How much there is to hold an account against; `groups`: whether its groups are asked for. */
static size_t measure(const struct sshd_config *c, bool *groups)
{
        size_t bytes = 1, b, i, k;

        *groups = c->global.of[SSHD_DENY_GROUPS].count > 0 || c->global.of[SSHD_ALLOW_GROUPS].count > 0;
        for (b = 1; b < c->block_count; b++)
                for (i = 0; i < c->blocks[b].count; i++) {
                        bytes += strlen(c->blocks[b].criteria[i].pattern) + 1;
                        *groups |= c->blocks[b].criteria[i].attribute == SSHD_MATCH_GROUP;
                }
        for (i = 0; i < SSHD_ADMISSION_LISTS; i++)
                for (k = 0; k < c->global.of[sshd_admission_lists[i]].count; k++)
                        bytes += strlen(c->global.of[sshd_admission_lists[i]].items[k]) + 1;
        for (i = 0; i < c->setting_count; i++) {
                const struct sshd_setting *s = &c->settings[i];

                *groups |= s->keyword == SSHD_DENY_GROUPS || s->keyword == SSHD_ALLOW_GROUPS;
                for (k = 0; sshd_is_admission_list(s->keyword) && k < s->count; k++)
                        bytes += strlen(s->items[k]) + 1;
        }
        return bytes;
}

/* --- the accounts ------------------------------------------------------------------------------------------------- */

/* What is asked for of each account. */
struct looking {
        struct facts *f;
        const struct sshd_config *c;
        const struct accounts *a;
        struct sshd_people *people;
        bool groups;       /* its groups are asked for, */
        bool groups_known; /* and can be told */
};

/* The groups of an account, as texts of the tree, and one more where `more` is not NULL. */
static void take_groups(const struct looking *l, const struct passwd_line *user, const char *more,
                        struct sshd_person *person)
{
        const struct bio_node *list;
        const char **groups;
        size_t i;

        if (l->groups && !l->groups_known)
                return;
        list = l->groups ? accounts_groups_of(l->f, l->a, user) : NULL;
        groups = must_alloc((tree_count(list) + 1) * sizeof(*groups));
        for (i = 0; i < tree_count(list); i++)
                groups[i] = tree_bytes_of(tree_at(list, i), NULL);
        if (l->groups && more)
                groups[i++] = more;
        person->groups = groups;
        person->group_count = i;
}

static void release_person(struct sshd_person *person)
{
        free((void *)person->name);
        free((void *)person->groups);
}

/* Keeps a person who is unlike those who are kept. False where there are too many. */
static bool keep_person(const struct sshd_config *c, struct sshd_people *people, struct sshd_person *person)
{
        _cleanup_free_ char *signature = signature_of(c, person);
        size_t i;

        for (i = 0; i < people->count; i++)
                if (streq(people->signatures[i], signature)) {
                        release_person(person);
                        return true;
                }
        if (people->count == CLASSES_MOST) {
                release_person(person);
                return false;
        }
        people->signatures = must_grow(people->signatures, &people->signatures_allocated, people->count + 1,
                                       sizeof(*people->signatures));
        people->at = must_grow(people->at, &people->allocated, people->count + 1, sizeof(*people->at));
        people->signatures[people->count] = TAKE_PTR(signature);
        people->at[people->count++] = *person;
        return true;
}

static bool add_account(const struct looking *l, const struct passwd_line *user, const char *more)
{
        struct sshd_person person = {.name = must_strndup(user->name.bytes, user->name.length), .root = user->uid == 0};

        take_groups(l, user, more, &person);
        return keep_person(l->c, l->people, &person);
}

/* nss-systemd(8) makes root and nobody, and a group of each, where the files have no lines of them. */
static bool add_made_by_systemd(const struct looking *l)
{
        static const struct {
                const char *name, *group;
                uint32_t id;
        } made[] = {{"root", "root", 0}, {"nobody", "nogroup", 65534}};
        const struct bio_node *sources = nsswitch_sources(l->f, "passwd");
        bool listed = false;
        size_t i;

        for (i = 0; i < tree_count(sources); i++)
                listed |= streq(tree_bytes_of(tree_get(tree_at(sources, i), "name"), NULL), "systemd");
        for (i = 0; listed && i < ELEMENTS(made); i++) {
                const struct passwd_line user = {
                        .name = {made[i].name, strlen(made[i].name)}, .uid = made[i].id, .gid = made[i].id};

                if (!accounts_user(l->a, made[i].name) && !add_account(l, &user, made[i].group))
                        return false;
        }
        return true;
}

void sshd_people_find(struct facts *f, const struct sshd_config *c, struct sshd_people *ret, struct sshd_question *q)
{
        struct looking l = {.f = f, .c = c, .a = accounts_of(f), .people = ret};
        const struct accounts *a = l.a;
        size_t bytes = measure(c, &l.groups), i;
        bool all;

        l.groups_known = a->group->state != BIO_UNREADABLE && !accounts_elsewhere(f, a, "group") &&
                         !accounts_elsewhere(f, a, "initgroups");
        all = a->passwd->state == BIO_KNOWN && a->odd_line == 0 && !accounts_elsewhere(f, a, "passwd") &&
              a->user_count <= PEOPLE_MOST && bytes * (a->user_count + 1) <= PATTERNS_MOST &&
              (!l.groups || a->group->length * (a->user_count + 1) <= GROUP_BYTES);
        for (i = 0; all && i < a->user_count; i++)
                all = add_account(&l, &a->users[i], NULL);
        all = all && add_made_by_systemd(&l);
        q->people = ret->at;
        q->person_count = ret->count;
        q->strangers = !all;
}

void sshd_people_free(struct sshd_people *p)
{
        size_t i;

        for (i = 0; i < p->count; i++) {
                release_person(&p->at[i]);
                free(p->signatures[i]);
        }
        free(p->at);
        free(p->signatures);
        *p = (struct sshd_people){0};
}
