/* SPDX-License-Identifier: EUPL-1.2 */
/* Inside the fact `sudo`: the rules as they apply to this host and its accounts. */
#ifndef FACTS_SUDO_H
#define FACTS_SUDO_H

#include "facts/accounts_internal.h"
#include "facts/sudoers.h"
#include "facts/sudoers_defaults.h"

#define SUDO_GRANTS_MOST 20000              /* that one answer tells of */
#define SUDO_STEPS_MOST  ((size_t)20000000) /* words that are compared: aliases can be nested to any number of them */

/* Which program /usr/bin/sudo is. */
enum sudo_program { SUDO_NONE, SUDO_MODELLED, SUDO_NOT_MODELLED };

/* A number of a group and a name. */
struct sudo_group {
        struct span name;
        uint32_t gid;
};

struct sudo {
        struct facts *facts;
        const struct accounts *accounts;
        enum sudo_program program;
        const char *program_path;
        const char *version;                /* "1.9.16p2-3+deb13u1"; NULL: not known */
        const char *why_not;                /* of SUDO_NOT_MODELLED */
        const char *why_from;               /* the file that says so */
        const char *short_name, *long_name; /* of the host; NULL: not known */
        struct sudoers_host host;
        struct sudoers rules;
        /* Members' names and their groups' numbers, sorted by name; groups sorted by number, the first name of each. */
        struct sudo_group *memberships, *groups;
        size_t membership_count, memberships_allocated, group_count, groups_allocated;
        /* What matching itself goes by. */
        const char *default_target;
        bool users_any_case, groups_any_case, by_group_number, netgroups, group_plugin;
        /* Words of which it cannot be told whether they apply, each once. */
        const struct sudoers_member **unclear;
        size_t unclear_count, unclear_allocated;
        size_t steps;
};

/* Kept for the run. */
struct sudo *sudo_of(struct facts *f);

/* sudo_match.c */

/* What a list says; where this host cannot tell, more than one bit: all that it may say. */
enum sudo_answer {
        SUDO_UNSAID = 1,
        SUDO_ALLOWED = 2,
        SUDO_DENIED = 4,
        SUDO_PERHAPS = SUDO_UNSAID | SUDO_ALLOWED,
};

/* What `!` makes of it. */
static inline enum sudo_answer sudo_turned(enum sudo_answer a, bool negated)
{
        if (!negated)
                return a;
        return (enum sudo_answer)((a & SUDO_UNSAID) | ((a & SUDO_ALLOWED) ? SUDO_DENIED : 0) |
                                  ((a & SUDO_DENIED) ? SUDO_ALLOWED : 0));
}

/* A list is read from its end; *said is what the words so far may say. True where an earlier one still counts. */
static inline bool sudo_goes_on(enum sudo_answer word, unsigned *said)
{
        *said |= word & ((unsigned)SUDO_ALLOWED | SUDO_DENIED);
        return word & SUDO_UNSAID;
}

/* A command line that a rule may be about: a path as somebody gives it, or what a rule grants. */
struct sudo_asked {
        bool all;              /* any command that no rule names */
        const char *path;      /* a path, a pattern of a rule, "sudoedit" or "list" */
        const char *arguments; /* NULL: none, or (`any_arguments`) whatever they are */
        bool any_arguments;
        bool pattern; /* stands for more than one command */
        const char *digests;
};

enum sudo_answer sudo_users_match(struct sudo *s, enum sudoers_kind kind, const struct sudoers_list *list,
                                  const struct passwd_line *user);
enum sudo_answer sudo_hosts_match(struct sudo *s, const struct sudoers_list *list);
/* Whether a rule's command may be run as the target (sudo -u). */
enum sudo_answer sudo_target_matches(struct sudo *s, const struct sudoers_command *c, const struct passwd_line *user,
                                     const struct passwd_line *target);
bool sudo_in_group(struct sudo *s, const struct passwd_line *user, const char *group);
bool sudo_same_user(struct sudo *s, const char *word, const struct passwd_line *user);
/* False once too many words were compared: then nothing is told of the rules. */
bool sudo_step(struct sudo *s, const struct sudoers_member *m);
/* Remembers a word of which that cannot be told. */
enum sudo_answer sudo_unclear(struct sudo *s, const struct sudoers_member *m);

/* sudo_commands.c */

/* Whether a word of a rule covers all that is asked; SUDO_PERHAPS where it may cover some of it. */
enum sudo_answer sudo_member_covers(struct sudo *s, const struct sudoers_member *m, const struct sudo_asked *asked,
                                    unsigned depth);
struct sudo_asked sudo_asked_of(const struct sudoers_member *m);

/* sudo_settings.c */

/* The line that decides a setting for a user who runs a command as a target; NULL: the default is in force. */
const struct sudoers_default *sudo_setting(struct sudo *s, const char *name, const struct passwd_line *user,
                                           const struct passwd_line *target, const struct sudo_asked *asked,
                                           struct sudoers_value *ret);
/* Lines that can be in force: the last that holds for all (NULL line: the built-in default), and those of scopes. */
struct sudo_in_force {
        const struct sudoers_default *line;
        struct sudoers_value value;
};
size_t sudo_settings_in_force(struct sudo *s, const char *name, struct sudo_in_force **ret, size_t *allocated);
struct bio_node *sudo_settings_node(struct sudo *s);
struct bio_node *sudo_defaults_node(struct sudo *s);

/* sudo_grants.c */

/* Something that somebody may run. */
struct sudo_grant {
        const struct sudoers_member *member;   /* what is granted */
        const struct sudoers_command *command; /* by the entry that decides */
        const struct sudoers_rule *rule;
        bool password;   /* one is asked for */
        const char *why; /* it is not */
        const struct sudoers_default *why_line;
};

/* What a user may run as a target, in order of the files. */
size_t sudo_grants(struct sudo *s, const struct passwd_line *user, const struct passwd_line *target,
                   struct sudo_grant **ret, size_t *allocated);
/* The same as nodes, of every account that may run something as somebody with uid 0. */
struct bio_node *sudo_grants_node(struct sudo *s);
/* Whether a command line is allowed: {"allowed","password"}. */
struct bio_node *sudo_may_node(struct sudo *s, const char *user, const char *target, const char *path,
                               const char *arguments);

/* sudo_nodes.c */

struct bio_node *sudo_rules_node(struct sudo *s, const struct passwd_line *user);
struct bio_node *sudo_aliases_node(struct sudo *s);
struct bio_node *sudo_member_node(struct tree *t, const struct sudoers_member *m);
struct bio_node *sudo_list_node(struct tree *t, const struct sudoers_list *list);
struct bio_node *sudo_options_node(struct tree *t, const struct sudoers_command *c);

#endif
