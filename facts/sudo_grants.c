/* SPDX-License-Identifier: EUPL-1.2 */
/* What accounts may run by the rules. The last entry about a command decides (sudoers_lookup() of sudo), so of each
 * command that a rule grants it is asked which entry decides about it; what a later one takes away only in part is
 * still granted. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "facts/sudo.h"

#define DEPTH_MOST 64

struct search {
        struct sudo *s;
        const struct passwd_line *user, *target;
        struct sudo_grant **grants;
        size_t count, *allocated;
        bool truncated;
};

/* The entry that decides about what is asked, or NULL. *allowed: what it says. */
static const struct sudoers_command *decide(struct sudo *s, const struct passwd_line *user,
                                            const struct passwd_line *target, const struct sudo_asked *asked,
                                            const struct sudoers_rule **rule, bool *allowed)
{
        const struct sudoers_rule *r;
        const struct sudoers_privilege *p;
        const struct sudoers_command *c;

        for (r = s->rules.last_rule; r; r = r->previous) {
                if (sudo_users_match(s, SUDOERS_USERS, &r->users, user) != SUDO_ALLOWED)
                        continue;
                for (p = r->last; p; p = p->previous) {
                        if (sudo_hosts_match(s, &p->hosts) != SUDO_ALLOWED)
                                continue;
                        for (c = p->last; c; c = c->previous) {
                                enum sudo_answer found;

                                if (sudo_target_matches(s, c, user, target) != SUDO_ALLOWED)
                                        continue;
                                found = sudo_member_covers(s, c->member, asked, 0);
                                if (found != SUDO_ALLOWED && found != SUDO_DENIED)
                                        continue;
                                /* Outside of its time an entry is none: it takes nothing away for good. */
                                if (found == SUDO_DENIED &&
                                    (c->options[SUDOERS_NOTBEFORE] || c->options[SUDOERS_NOTAFTER]))
                                        continue;
                                *allowed = found == SUDO_ALLOWED;
                                *rule = r;
                                return c;
                        }
                }
        }
        return NULL;
}

/* Whether sudo asks for a password before this. */
static bool asks_password(struct sudo *s, const struct passwd_line *user, const struct passwd_line *target,
                          const struct sudo_asked *asked, const struct sudoers_command *c, struct sudo_grant *g)
{
        struct sudoers_value value = {0};
        const struct sudoers_default *line;

        line = sudo_setting(s, "exempt_group", user, target, asked, &value);
        if (line && value.type == SUDOERS_VALUE_TEXT && sudo_in_group(s, user, value.text)) {
                g->why = "exempt_group";
                g->why_line = line;
                return false;
        }
        if (c->tags[SUDOERS_NOPASSWD] == 1) {
                g->why = "NOPASSWD";
                return false;
        }
        line = sudo_setting(s, "authenticate", user, target, asked, &value);
        if (c->tags[SUDOERS_NOPASSWD] != 0 && line && value.type == SUDOERS_VALUE_OFF) {
                g->why = "!authenticate";
                g->why_line = line;
                return false;
        }
        return true;
}

/* Whether a password that was typed once lasts until the host starts anew. */
static bool keeps_password(struct sudo *s, const struct passwd_line *user, const struct passwd_line *target,
                           const struct sudo_asked *asked, struct sudo_grant *g)
{
        struct sudoers_value value = {0};
        const struct sudoers_default *line = sudo_setting(s, "timestamp_timeout", user, target, asked, &value);

        if (!line || value.type != SUDOERS_VALUE_SECONDS || value.seconds >= 0)
                return false;
        g->why = "timestamp_timeout below 0";
        g->why_line = line;
        return true;
}

static void add_grant(struct search *q, const struct sudoers_member *m)
{
        const struct sudo_asked asked = sudo_asked_of(m);
        struct sudo_grant g = {.member = m};
        bool allowed = false;
        size_t i;

        g.command = decide(q->s, q->user, q->target, &asked, &g.rule, &allowed);
        if (!g.command || !allowed)
                return;
        for (i = 0; i < q->count; i++)
                if ((*q->grants)[i].member == m)
                        return;
        if (q->count == SUDO_GRANTS_MOST) {
                q->truncated = true;
                return;
        }
        g.password = asks_password(q->s, q->user, q->target, &asked, g.command, &g) &&
                     !keeps_password(q->s, q->user, q->target, &asked, &g);
        *q->grants = must_grow(*q->grants, q->allocated, q->count + 1, sizeof(**q->grants));
        (*q->grants)[q->count++] = g;
}

/* The commands that a word stands for, of those that it grants. */
static void add_member(struct search *q, const struct sudoers_member *m, bool negated, unsigned depth)
{
        struct sudoers_alias *alias;
        const struct sudoers_member *each;

        if (q->truncated || !sudo_step(q->s, m))
                return;
        if (m->type != SUDOERS_ALIAS) {
                if (m->negated == negated)
                        add_grant(q, m);
                return;
        }
        alias = sudoers_alias_find(&q->s->rules, SUDOERS_COMMANDS, m->name);
        if (!alias || alias->listed || depth == DEPTH_MOST)
                return;
        alias->listed = true;
        for (each = alias->members.first; each; each = each->next)
                add_member(q, each, negated != m->negated, depth + 1);
        alias->listed = false;
}

size_t sudo_grants(struct sudo *s, const struct passwd_line *user, const struct passwd_line *target,
                   struct sudo_grant **ret, size_t *allocated)
{
        struct search q = {.s = s, .user = user, .target = target, .grants = ret, .allocated = allocated};
        const struct sudoers_rule *r;
        const struct sudoers_privilege *p;
        const struct sudoers_command *c;

        for (r = s->rules.first_rule; r; r = r->next) {
                if (sudo_users_match(s, SUDOERS_USERS, &r->users, user) != SUDO_ALLOWED)
                        continue;
                for (p = r->first; p; p = p->next) {
                        if (sudo_hosts_match(s, &p->hosts) != SUDO_ALLOWED)
                                continue;
                        for (c = p->first; c; c = c->next)
                                if (sudo_target_matches(s, c, user, target) == SUDO_ALLOWED)
                                        add_member(&q, c->member, false, 0);
                }
        }
        return q.count;
}

/* --- nodes -------------------------------------------------------------------------------------------------------- */

static struct bio_node *password_node(struct tree *t, const struct sudo_grant *g)
{
        struct bio_node *node = tree_bool(t, g->password);

        if (g->why_line)
                tree_from(node, g->why_line->file, g->why_line->line, 0);
        else
                tree_from(node, g->command->member->file, g->command->member->line, 0);
        return g->why ? tree_note(node, "%s", g->why) : node;
}

static struct bio_node *grant_node(struct sudo *s, const struct passwd_line *user, const struct passwd_line *target,
                                   const struct sudo_grant *g)
{
        struct tree *t = facts_tree(s->facts);
        struct bio_node *node = tree_from(tree_map(t), g->rule->file, g->rule->line, 0);
        const struct sudo_asked asked = sudo_asked_of(g->member);
        struct sudoers_value value = {0};
        bool noexec = g->command->tags[SUDOERS_NOEXEC] == 1;

        if (g->command->tags[SUDOERS_NOEXEC] == SUDOERS_UNSET)
                noexec = sudo_setting(s, "noexec", user, target, &asked, &value) && value.type == SUDOERS_VALUE_ON;
        tree_set(node, "user", tree_class(span_node(t, user->name), BIO_PERSONAL));
        tree_set(node, "as", tree_class(span_node(t, target->name), BIO_PERSONAL));
        tree_set(node, "command",
                 tree_from(tree_text(t, g->member->type == SUDOERS_ALL ? "ALL" : g->member->name), g->member->file,
                           g->member->line, 0));
        if (g->member->arguments)
                tree_set(node, "arguments", tree_text(t, g->member->arguments));
        if (g->member->digests)
                tree_set(node, "digests", tree_text(t, g->member->digests));
        tree_set(node, "options", sudo_options_node(t, g->command));
        tree_set(node, "noexec", tree_bool(t, noexec));
        tree_set(node, "password", password_node(t, g));
        return node;
}

/* The first account of each name with uid 0. */
static bool is_target(const struct sudo *s, const struct passwd_line *user)
{
        return user->uid == 0 && (user == s->accounts->users || user == accounts_user(s->accounts, "root") ||
                                  user[-1].uid != 0 || span_compare(user->name, user[-1].name) != 0);
}

struct bio_node *sudo_grants_node(struct sudo *s)
{
        struct tree *t = facts_tree(s->facts);
        struct bio_node *list = accounts_list_or_state(s->facts, s->accounts);
        _cleanup_free_ struct sudo_grant *grants = NULL;
        size_t allocated = 0, i, j, k, total = 0;

        if (tree_state(list) != BIO_KNOWN)
                return list;
        for (i = 0; i < s->accounts->user_count; i++) {
                const struct passwd_line *user = &s->accounts->users[i];

                /* Whoever is root already needs no rule. */
                if (user->uid == 0)
                        continue;
                for (j = 0; j < s->accounts->user_count; j++) {
                        size_t count;

                        if (!is_target(s, &s->accounts->users[j]))
                                continue;
                        count = sudo_grants(s, user, &s->accounts->users[j], &grants, &allocated);
                        for (k = 0; k < count && total < SUDO_GRANTS_MOST; k++, total++)
                                tree_append(list, grant_node(s, user, &s->accounts->users[j], &grants[k]));
                }
                if (total == SUDO_GRANTS_MOST) {
                        tree_append(list, tree_undecidable(t, "more than %d grants", SUDO_GRANTS_MOST));
                        break;
                }
        }
        return accounts_with_odd_lines(s->facts, s->accounts, list);
}

struct bio_node *sudo_may_node(struct sudo *s, const char *user, const char *target, const char *path,
                               const char *arguments)
{
        struct tree *t = facts_tree(s->facts);
        const struct passwd_line *who = accounts_user(s->accounts, user), *as = accounts_user(s->accounts, target);
        const struct sudo_asked asked = {.path = path, .arguments = arguments};
        struct bio_node *node = tree_map(t);
        struct sudo_grant g = {0};
        bool allowed = false, password;

        if (!who || !as)
                return tree_undecidable(t, "no such account in %s", PASSWD);
        g.command = decide(s, who, as, &asked, &g.rule, &allowed);
        tree_set(node, "allowed", tree_bool(t, g.command && allowed));
        if (!g.command || !allowed)
                return node;
        tree_from(node, g.rule->file, g.rule->line, 0);
        password = asks_password(s, who, as, &asked, g.command, &g);
        /* Nobody is asked who is root, or stays who he is. */
        g.password = password && who->uid != 0 && who->uid != as->uid;
        tree_set(node, "password", password_node(t, &g));
        return node;
}
