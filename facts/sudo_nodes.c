/* SPDX-License-Identifier: EUPL-1.2 */
/* Rules and aliases as nodes, each with the line that it stands on. */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "facts/sudo.h"

static const char *type_name(enum sudoers_member_type type)
{
        static const char *const names[] = {"all",      "alias",   "word",    "group",
                                            "netgroup", "address", "command", "myself"};

        return names[type];
}

struct bio_node *sudo_member_node(struct tree *t, const struct sudoers_member *m)
{
        struct bio_node *node = tree_from(tree_map(t), m->file, m->line, 0);

        tree_set(node, "type", tree_text(t, type_name(m->type)));
        if (m->name)
                tree_set(node, "name", tree_text(t, m->name));
        if (m->arguments)
                tree_set(node, "arguments", tree_text(t, m->arguments));
        if (m->digests)
                tree_set(node, "digests", tree_text(t, m->digests));
        if (m->negated)
                tree_set(node, "negated", tree_bool(t, true));
        return node;
}

/* Lists may name users. */
struct bio_node *sudo_list_node(struct tree *t, const struct sudoers_list *list)
{
        struct bio_node *node = tree_class(tree_list(t), BIO_PERSONAL);
        const struct sudoers_member *m;

        for (m = list->first; m; m = m->next)
                tree_append(node, sudo_member_node(t, m));
        return node;
}

struct bio_node *sudo_options_node(struct tree *t, const struct sudoers_command *c)
{
        static const char *const tags[] = {"nopasswd",  "noexec",     "intercept", "setenv",
                                           "log_input", "log_output", "send_mail", "follow"};
        static const char *const options[] = {"cwd",   "chroot",     "role",      "type",     "apparmor_profile",
                                              "privs", "limitprivs", "notbefore", "notafter", "timeout"};
        struct bio_node *node = tree_map(t);
        size_t i;

        for (i = 0; i < SUDOERS_TAGS; i++)
                if (c->tags[i] != SUDOERS_UNSET)
                        tree_set(node, tags[i],
                                 c->tags[i] == 2 ? tree_text(t, "implied") : tree_bool(t, c->tags[i] == 1));
        for (i = 0; i < SUDOERS_OPTIONS; i++) {
                int64_t moment = 0;
                bool local = false;

                if (!c->options[i])
                        continue;
                if (i == SUDOERS_TIMEOUT)
                        tree_set(node, options[i], tree_integer(t, sudoers_duration(c->options[i])));
                else if (i != SUDOERS_NOTBEFORE && i != SUDOERS_NOTAFTER)
                        tree_set(node, options[i], tree_text(t, c->options[i]));
                else if (sudoers_moment(c->options[i], &moment, &local) && !local)
                        tree_set(node, options[i], tree_integer(t, moment));
                else
                        tree_set(node, options[i], tree_undecidable(t, "%s, in the host's zone", c->options[i]));
        }
        return node;
}

static struct bio_node *command_node(struct tree *t, const struct sudoers_command *c)
{
        struct bio_node *node = tree_from(tree_map(t), c->member->file, c->member->line, 0);

        if (c->users)
                tree_set(node, "users", sudo_list_node(t, c->users));
        if (c->groups)
                tree_set(node, "groups", sudo_list_node(t, c->groups));
        tree_set(node, "options", sudo_options_node(t, c));
        tree_set(node, "command", sudo_member_node(t, c->member));
        return node;
}

/* `here`: without the parts that are for other hosts. */
static struct bio_node *rule_node(struct sudo *s, const struct sudoers_rule *r, bool here)
{
        struct tree *t = facts_tree(s->facts);
        struct bio_node *node = tree_from(tree_map(t), r->file, r->line, 0);
        struct bio_node *privileges = tree_list(t);
        const struct sudoers_privilege *p;
        const struct sudoers_command *c;

        tree_set(node, "users", sudo_list_node(t, &r->users));
        for (p = r->first; p; p = p->next) {
                struct bio_node *privilege, *commands = tree_list(t);

                if (here && sudo_hosts_match(s, &p->hosts) != SUDO_ALLOWED)
                        continue;
                privilege = tree_append(privileges, tree_map(t));
                tree_set(privilege, "hosts", sudo_list_node(t, &p->hosts));
                for (c = p->first; c; c = c->next)
                        tree_append(commands, command_node(t, c));
                tree_set(privilege, "commands", commands);
        }
        tree_set(node, "privileges", privileges);
        return node;
}

struct bio_node *sudo_rules_node(struct sudo *s, const struct passwd_line *user)
{
        struct tree *t = facts_tree(s->facts);
        struct bio_node *list = tree_list(t);
        const struct sudoers_rule *r;

        for (r = s->rules.first_rule; r; r = r->next)
                if (!user || sudo_users_match(s, SUDOERS_USERS, &r->users, user) == SUDO_ALLOWED)
                        tree_append(list, rule_node(s, r, user != NULL));
        return list;
}

struct bio_node *sudo_aliases_node(struct sudo *s)
{
        static const char *const kinds[] = {"users", "runas", "hosts", "commands"};
        struct tree *t = facts_tree(s->facts);
        struct bio_node *list = tree_list(t);
        const struct sudoers_alias *a;

        for (a = s->rules.aliases; a; a = a->next) {
                struct bio_node *node = tree_from(tree_append(list, tree_map(t)), a->file, a->line, 0);

                tree_set(node, "kind", tree_text(t, kinds[a->kind]));
                tree_set(node, "name", tree_text(t, a->name));
                tree_set(node, "members", sudo_list_node(t, &a->members));
        }
        return list;
}
