/* SPDX-License-Identifier: EUPL-1.2 */
/* Rules of the kernel's audit (audit.rules(7), auditctl(8)): a line of a rules file as auditctl would send it, and a
 * rule as the kernel has it, in one form that can be compared by meaning.
 *
 * Of libaudit only the tables of names are used. Its own compiler asks the kernel what it can do, which needs
 * privilege, and looks users up on the running system (docs/decisions). */
#ifndef FACTS_AUDIT_RULE_H
#define FACTS_AUDIT_RULE_H

#include <libaudit.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "base/tree.h"
#include "facts/arena.h"

struct rule_field {
        uint32_t field, op, value;
        const char *text; /* of fields that hold one; then `value` is 0 */
};

struct rule {
        uint32_t list, action;
        uint32_t *mask; /* AUDIT_BITMASK_SIZE words */
        struct rule_field *fields;
        size_t field_count;
};
#define RULE_MASK_BYTES (AUDIT_BITMASK_SIZE * sizeof(uint32_t))

/* What a line of a rules file does. */
enum rule_effect {
        RULE_NOTHING, /* a comment, a blank line, a setting */
        RULE_ADDS,
        RULE_DELETES,
        RULE_CLEARS,  /* all, or those with `key` */
        RULE_REFUSED, /* auditctl does not take it: `why` */
        RULE_UNKNOWN, /* it cannot be told what auditctl makes of it: `why` */
};

struct rule_line {
        enum rule_effect effect;
        const char *why;
        struct rule *rule; /* ADDS, DELETES */
        bool prepends;
        bool watch;              /* -w: the kind of file that the path names decides */
        const char *key;         /* CLEARS: NULL for all */
        bool ignores;            /* from here on what is refused stops nothing (-i, -c) */
        int enabled;             /* -e; -1: not given */
        const char *settings[4]; /* values of -b, -f, -r, --backlog_wait_time; NULL: not given */
};
enum { RULE_BACKLOG, RULE_FAILURE, RULE_RATE, RULE_BACKLOG_WAIT };

/* What a line is compiled against. */
struct rule_host {
        void *user;
        /* 1 with *id, 0: there is no such account or group, -1: not known. */
        int (*account)(void *user, const char *name, uint32_t *id);
        int (*group)(void *user, const char *name, uint32_t *id);
        /* 1: a directory, 0: not, or nothing there, -1: not known. */
        int (*directory)(void *user, const char *path);
        /* 1: auditctl is of audit 4, which adds system calls for permissions and leaves the fields of `exclude` to the
         * kernel; 0: it is older; -1: not known. */
        int audit4;
};

/* Longest line that auditctl takes at once, and words that we take. */
#define RULE_LINE_MOST  6144
#define RULE_WORDS_MOST 2048

/* Everything lives in the arena. A longer line is UNKNOWN. */
struct rule_line rule_compile(struct arena *arena, const char *line, size_t length, const struct rule_host *host);

/* A rule from what live_audit_rules() lists; NULL where it has another form. */
struct rule *rule_from_kernel(struct arena *arena, const struct bio_node *node);
/* The reverse, as the probe answers it. */
struct bio_node *rule_to_kernel(struct tree *t, const struct rule *rule);

/* The rule as a line in auditctl's words, the same for all rules of one meaning. */
const char *rule_text(struct arena *arena, const struct rule *rule);
/* True where the kernel would refuse the second as existing. */
bool rule_same(const struct rule *a, const struct rule *b);

/* How a rule that stands before another, and says `never`, bears on it. */
enum rule_cover { RULE_APART, RULE_OVERLAPS, RULE_COVERS };
enum rule_cover rule_covers(const struct rule *never, const struct rule *rule);

/* The rule's field of that number, or NULL. */
const struct rule_field *rule_field_of(const struct rule *rule, uint32_t field);
/* The system calls of AUDIT_PERM's value, as audit 4 lists them; added to the mask. Like it, a list ends at a name that
 * the machine does not have. True where one was added to its end. */
bool rule_perm_calls(uint32_t perm, int machine, uint32_t *mask);
bool rule_field_is_text(uint32_t field);
bool rule_mask_is_all(const uint32_t *mask);

/* --- one field (audit_rule_field.c) */

/* Adds `NAME OP VALUE` of -F to a rule of `list`. NULL, or why auditctl refuses it; *unknown where it cannot be told.
 */
struct rule_fields_seen {
        bool calls, perm, exe, file_system; /* given before */
        uint32_t elf;                       /* AUDIT_ARCH value; 0: none given */
};
const char *rule_add_field(struct arena *arena, struct rule *rule, struct rule_fields_seen *seen, const char *pair,
                           const struct rule_host *host, bool *unknown);
/* The same for -C. */
const char *rule_add_comparison(struct rule *rule, const char *pair);
/* The names that AUDIT_FIELD_COMPARE's value stands for; false where there is none. */
bool rule_comparison_names(uint32_t value, const char **a, const char **b);

#endif
