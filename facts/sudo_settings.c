/* SPDX-License-Identifier: EUPL-1.2 */
/* Defaults in force (defaults.c of sudo): the last line whose scope applies decides, whatever kind of scope it is; only
 * those of commands come after all others. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "facts/sudo.h"

static enum sudo_answer applies(struct sudo *s, const struct sudoers_default *d, const struct passwd_line *user,
                                const struct passwd_line *target, const struct sudo_asked *asked)
{
        const struct sudoers_member *m;
        unsigned said = 0;

        switch (d->scope) {
        case SUDOERS_EVERYWHERE:
                return SUDO_ALLOWED;
        case SUDOERS_USERS:
                return sudo_users_match(s, SUDOERS_USERS, d->members, user);
        case SUDOERS_RUNAS:
                return sudo_users_match(s, SUDOERS_RUNAS, d->members, target);
        case SUDOERS_HOSTS:
                return sudo_hosts_match(s, d->members);
        default:
                for (m = d->members->last; m; m = m->previous)
                        if (!sudo_goes_on(sudo_member_covers(s, m, asked, 0), &said))
                                return (enum sudo_answer)said;
                return (enum sudo_answer)(said | SUDO_UNSAID);
        }
}

const struct sudoers_default *sudo_setting(struct sudo *s, const char *name, const struct passwd_line *user,
                                           const struct passwd_line *target, const struct sudo_asked *asked,
                                           struct sudoers_value *ret)
{
        const struct sudoers_default *d, *found = NULL;
        struct sudoers_value value;
        int commands;

        for (commands = 0; commands < 2; commands++)
                for (d = s->rules.defaults; d; d = d->next) {
                        if ((d->scope == SUDOERS_COMMANDS) != commands || !streq(d->name, name) ||
                            sudoers_value_of(&s->rules, d, &value) ||
                            applies(s, d, user, target, asked) != SUDO_ALLOWED)
                                continue;
                        found = d;
                        *ret = value;
                }
        return found;
}

/* Whether a scope applies to everybody, or to nobody on this host. */
enum reach { EVERYBODY, SOMEBODY, NOBODY };

static enum reach reach_of(struct sudo *s, const struct sudoers_default *d)
{
        const struct sudoers_member *last = d->members->last;
        size_t i;

        if (d->scope == SUDOERS_EVERYWHERE || (last && last->type == SUDOERS_ALL && !last->negated && !last->digests))
                return EVERYBODY;
        if (d->scope == SUDOERS_COMMANDS)
                return SOMEBODY;
        if (d->scope == SUDOERS_HOSTS) {
                enum sudo_answer found = sudo_hosts_match(s, d->members);

                return found == SUDO_ALLOWED ? EVERYBODY : (found & SUDO_ALLOWED) ? SOMEBODY : NOBODY;
        }
        for (i = 0; i < s->accounts->user_count; i++) {
                if (sudo_users_match(s, d->scope, d->members, &s->accounts->users[i]) & SUDO_ALLOWED)
                        return SOMEBODY;
        }
        return accounts_elsewhere(s->facts, s->accounts, "passwd") ? SOMEBODY : NOBODY;
}

static bool same_scope(const struct sudoers_default *a, const struct sudoers_default *b)
{
        const struct sudoers_member *x = a->members->first, *y = b->members->first;

        if (a->scope != b->scope)
                return false;
        for (; x && y; x = x->next, y = y->next)
                if (x->type != y->type || x->negated != y->negated || !streq(x->name, y->name) ||
                    !streq(x->arguments, y->arguments))
                        return false;
        return !x && !y;
}

size_t sudo_settings_in_force(struct sudo *s, const char *name, struct sudo_in_force **ret, size_t *allocated)
{
        const struct sudoers_default *d;
        struct sudoers_value value;
        size_t count = 1, i;
        int commands;

        *ret = must_grow(*ret, allocated, 1, sizeof(**ret));
        (*ret)[0] = (struct sudo_in_force){0};
        for (commands = 0; commands < 2; commands++)
                for (d = s->rules.defaults; d; d = d->next) {
                        enum reach reach;

                        if ((d->scope == SUDOERS_COMMANDS) != commands || !streq(d->name, name) ||
                            sudoers_value_of(&s->rules, d, &value))
                                continue;
                        reach = reach_of(s, d);
                        if (reach == NOBODY)
                                continue;
                        for (i = 1; reach == SOMEBODY && i < count; i++)
                                if (same_scope((*ret)[i].line, d))
                                        break;
                        if (reach == EVERYBODY)
                                count = 1, i = 0;
                        else if (i == count)
                                count++;
                        *ret = must_grow(*ret, allocated, count, sizeof(**ret));
                        (*ret)[i] = (struct sudo_in_force){d, value};
                }
        return count;
}

/* --- nodes -------------------------------------------------------------------------------------------------------- */

/* The settings that are told of, with what sudo does where no line sets them (init_defaults() as Debian builds it). */
static const struct {
        const char *name;
        struct sudoers_value value;
        bool on_since_1_9_16; /* since 1.9.14, to be exact */
} settings[] = {
        {"authenticate", {.type = SUDOERS_VALUE_ON}, false},
        {"exempt_group", {.type = SUDOERS_VALUE_OFF}, false},
        {"log_allowed", {.type = SUDOERS_VALUE_ON}, false},
        {"log_denied", {.type = SUDOERS_VALUE_ON}, false},
        {"log_input", {.type = SUDOERS_VALUE_OFF}, false},
        {"log_output", {.type = SUDOERS_VALUE_OFF}, false},
        {"logfile", {.type = SUDOERS_VALUE_OFF}, false},
        {"noexec", {.type = SUDOERS_VALUE_OFF}, false},
        {"passwd_tries", {.type = SUDOERS_VALUE_TEXT, .text = "3"}, false},
        {"rootpw", {.type = SUDOERS_VALUE_OFF}, false},
        {"runas_default", {.type = SUDOERS_VALUE_TEXT, .text = "root"}, false},
        {"runaspw", {.type = SUDOERS_VALUE_OFF}, false},
        {"syslog", {.type = SUDOERS_VALUE_TEXT, .text = "authpriv"}, false},
        {"syslog_goodpri", {.type = SUDOERS_VALUE_TEXT, .text = "notice"}, false},
        {"targetpw", {.type = SUDOERS_VALUE_OFF}, false},
        {"timestamp_timeout", {.type = SUDOERS_VALUE_SECONDS, .seconds = 900}, false},
        {"use_pty", {.type = SUDOERS_VALUE_OFF}, true},
};

static struct bio_node *value_node(struct tree *t, const struct sudoers_value *value)
{
        switch (value->type) {
        case SUDOERS_VALUE_TEXT:
                return tree_text(t, value->text);
        case SUDOERS_VALUE_SECONDS:
                return tree_integer(t, value->seconds);
        default:
                return tree_bool(t, value->type == SUDOERS_VALUE_ON);
        }
}

static const char *scope_name(enum sudoers_kind kind)
{
        static const char *const names[] = {"users", "runas", "hosts", "commands", "all"};

        return names[kind];
}

static struct bio_node *scope_node(struct tree *t, const struct sudoers_default *d)
{
        struct bio_node *node = tree_map(t);

        tree_set(node, "kind", tree_text(t, scope_name(d->scope)));
        if (d->scope != SUDOERS_EVERYWHERE)
                tree_set(node, "members", sudo_list_node(t, d->members));
        return node;
}

static struct bio_node *in_force_node(struct sudo *s, size_t setting)
{
        struct tree *t = facts_tree(s->facts);
        _cleanup_free_ struct sudo_in_force *found = NULL;
        struct bio_node *list = tree_list(t);
        size_t allocated = 0, count = sudo_settings_in_force(s, settings[setting].name, &found, &allocated), i;

        for (i = 0; i < count; i++) {
                const struct sudoers_default *line = found[i].line;
                struct bio_node *node = tree_append(list, tree_map(t));
                struct sudoers_value value = line ? found[i].value : settings[setting].value;

                if (!line && settings[setting].on_since_1_9_16 && s->rules.version != SUDO_1_9_13)
                        value.type = SUDOERS_VALUE_ON;
                if (line)
                        tree_from(node, line->file, line->line, 0);
                else
                        tree_from(node, "built-in default of sudo", 0, 0);
                tree_set(node, "value", value_node(t, &value));
                if (line && line->scope != SUDOERS_EVERYWHERE)
                        tree_set(node, "scope", scope_node(t, line));
        }
        return list;
}

struct bio_node *sudo_settings_node(struct sudo *s)
{
        struct tree *t = facts_tree(s->facts);
        struct bio_node *map = tree_map(t);
        size_t i;

        for (i = 0; i < ELEMENTS(settings); i++)
                tree_set(map, settings[i].name, in_force_node(s, i));
        return map;
}

struct bio_node *sudo_defaults_node(struct sudo *s)
{
        struct tree *t = facts_tree(s->facts);
        struct bio_node *list = tree_list(t);
        const struct sudoers_default *d;

        for (d = s->rules.defaults; d; d = d->next) {
                struct bio_node *node = tree_from(tree_append(list, tree_map(t)), d->file, d->line, 0);
                struct sudoers_value value;
                const char *why = sudoers_value_of(&s->rules, d, &value);

                tree_set(node, "name", tree_text(t, d->name));
                tree_set(node, "operator", tree_bytes(t, &d->operator, 1));
                if (d->value)
                        tree_set(node, "value", tree_text(t, d->value));
                tree_set(node, "scope", scope_node(t, d));
                if (why)
                        tree_set(node, "ignored", tree_text(t, why));
        }
        return list;
}
