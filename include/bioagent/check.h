/* SPDX-License-Identifier: EUPL-1.2 */
/* The check ABI: what a check is, and all that it may do. Built-in checks and shared objects use the same.
 *
 * A check is one function over facts. It opens no file, runs no command and asks for no time: everything it needs comes
 * through its context, so that a verdict can be replayed. It gives verdicts *about nodes*; source, line, actual value
 * and what was overridden come from the node. A node that is not known turns its verdict into `error` by itself, and a
 * check that looked at such a node anywhere cannot end as `pass`, unless it waives that node with a reason.
 *
 * Everything that a function returns belongs to the context and lives until `run` returns; nothing is freed by a check.
 * The tables are append-only: `size` says how far the other side's goes. */
#ifndef BIOAGENT_CHECK_H
#define BIOAGENT_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "bioagent/node.h"

#ifdef __cplusplus
extern "C" {
#endif

#define BIO_ABI_VERSION 1

struct bio_text {
        const char *nl;
        const char *en;
};

/* How to put right what fails. Commands are lines a person can paste; `reload` brings them into force; `risk` says what
 * may break or who may be locked out; `undo` takes it back. NULL where there is nothing to say. */
struct bio_fix {
        const char *commands;
        const char *reload;
        struct bio_text risk;
        const char *undo;
};

enum bio_parameter_type {
        BIO_PARAMETER_BOOL,
        BIO_PARAMETER_INTEGER,
        BIO_PARAMETER_TEXT,
        BIO_PARAMETER_TERM, /* ISO 8601, calendar time: P1Y */
        BIO_PARAMETER_LIST, /* of texts */
};

struct bio_parameter {
        const char *name;
        enum bio_parameter_type type;
        const char *fallback; /* the default, as text; a list's is comma-separated; NULL: none */
        struct bio_text title;
};

struct bio_subject;
struct bio_finding;
struct bio_context;

struct bio_check {
        const char *id; /* SUBJECT.NAME, lower-case letters, digits and '-' */
        struct bio_text title;
        struct bio_text why;
        struct bio_fix fix;
        enum bio_severity severity;
        enum bio_aspect aspect;
        const char *max_age;                    /* ISO 8601: older results are `unknown` */
        const char *const *uses;                /* names of facts, NULL-terminated */
        const struct bio_parameter *parameters; /* ended by one whose name is NULL; NULL: none */
        void (*run)(struct bio_context *c);
};

enum bio_operator {
        BIO_EQUALS, /* bytes: octet for octet; integers: the number */
        BIO_EQUALS_ANY_CASE,
        BIO_NOT_EQUALS,
        BIO_AT_LEAST, /* integers */
        BIO_AT_MOST,
        BIO_ONE_OF,  /* bytes; expected: words separated by one space */
        BIO_IS_TRUE, /* bool; expected is ignored */
        BIO_IS_FALSE,
        BIO_IS_ABSENT, /* passes where the node is absent */
};

/* One argument of a query. */
struct bio_argument {
        const char *name;
        const char *value; /* NULL: not given */
};

/* What a context can do. */
struct bio_functions {
        uint32_t size; /* sizeof(struct bio_functions) of the engine */

        /* A fact's tree. Never NULL: where the fact could not be had the node is unreadable, with the reason. */
        const struct bio_node *(*fact)(struct bio_context *, const char *name);
        /* A question that has arguments, ended by one whose name is NULL. Never NULL. */
        const struct bio_node *(*query)(struct bio_context *, const char *name, const struct bio_argument *arguments);
        /* A parameter's value in force: known, or absent where there is none. */
        const struct bio_node *(*parameter)(struct bio_context *, const char *name);
        int64_t (*now)(struct bio_context *); /* seconds since the epoch */
        /* Calendar arithmetic; a term that cannot be parsed makes the check `error` and answers `moment`. */
        int64_t (*add_term)(struct bio_context *, int64_t moment, const char *term);

        /* Reading nodes. Looking at a node that is not known is remembered (see above); state() and why() are not. */
        enum bio_type (*type)(struct bio_context *, const struct bio_node *);
        enum bio_state (*state)(struct bio_context *, const struct bio_node *);
        const char *(*why)(struct bio_context *, const struct bio_node *);
        const struct bio_node *(*get)(struct bio_context *, const struct bio_node *map,
                                      const char *key); /* never NULL */
        size_t (*count)(struct bio_context *, const struct bio_node *);
        const struct bio_node *(*at)(struct bio_context *, const struct bio_node *, size_t i); /* NULL past the end */
        const char *(*key)(struct bio_context *, const struct bio_node *);                     /* NULL: not in a map */
        bool (*boolean)(struct bio_context *, const struct bio_node *);
        int64_t (*integer)(struct bio_context *, const struct bio_node *);
        const char *(*bytes)(struct bio_context *, const struct bio_node *, size_t *length); /* never NULL */
        /* From here on a node that is not known no longer keeps the check from passing. */
        void (*waive)(struct bio_context *, const struct bio_node *, const char *reason);

        /* Findings. A subject is named so that it stays the same over runs and releases: `user:X`, `file:/etc/shadow`.
         */
        const struct bio_subject *(*subject)(struct bio_context *, enum bio_class, const char *fmt, ...)
                __attribute__((format(printf, 3, 4)));
        /* A verdict about a node: pass or fail by the comparison, error where the node is not known. */
        struct bio_finding *(*judge)(struct bio_context *, const struct bio_subject *, const struct bio_node *,
                                     enum bio_operator, const char *expected);
        /* A verdict of the check's own, with the note that says why (made safe; it must hold no personal value). */
        struct bio_finding *(*conclude)(struct bio_context *, const struct bio_subject *, enum bio_status,
                                        const char *fmt, ...) __attribute__((format(printf, 4, 5)));
        /* Adds a node to a finding's evidence; `decides` where the verdict rests on it. */
        void (*evidence)(struct bio_context *, struct bio_finding *, const struct bio_node *, const char *expected,
                         bool decides);

        /* When time alone will change this result; the earliest counts. */
        void (*changes_at)(struct bio_context *, int64_t moment);
        /* The one cause that this result shares with others: "package auditd is not installed". */
        void (*because)(struct bio_context *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

        /* Whether a node's value is personal: a subject that is named after it then is too. */
        bool (*personal)(struct bio_context *, const struct bio_node *);

        /* What the organisation declared about a subject (docs/policy.md: "privileged", "directories", "backup"): a
         * list of the entries of all declarations in force, each a map with the members that the subject has, and
         * `role` and `until` of its declaration. Absent, with the reason, where none in force is about the subject:
         * nothing is declared, or all of it expired; then nothing may pass because of it. An empty list is an answer:
         * it was declared that there are none. Unreadable where declarations could not be read: then the check is
         * `error`, as asking is looking. That it expires counts for changes_at by itself. */
        const struct bio_node *(*declared)(struct bio_context *, const char *subject);
        /* The entries of declarations that expired: they make no pass any more, but what they report (someone left,
         * there was a review on a date) does not lapse. Absent where there are none. */
        const struct bio_node *(*lapsed)(struct bio_context *, const char *subject);
};

struct bio_context {
        const struct bio_functions *functions;
};

/* A shared object of checks exports this symbol. */
struct bio_plugin {
        uint32_t abi;                          /* BIO_ABI_VERSION */
        uint32_t size;                         /* sizeof(struct bio_check) it was built with */
        const struct bio_check *const *checks; /* NULL-terminated */
};
#define BIO_PLUGIN_SYMBOL "bio_plugin"
#define BIO_EXPORT        __attribute__((visibility("default")))

static inline const struct bio_node *bio_fact(struct bio_context *c, const char *name)
{
        return c->functions->fact(c, name);
}

/* bio_query(c, "sshd.effective", "user", "root", "host", NULL): pairs of name and value. */
#define bio_query(c, name, ...) \
        bio_query_pairs((c), (name), (const char *const[]){__VA_ARGS__}, \
                        sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

#define BIO_ARGUMENTS_MOST 8

static inline const struct bio_node *bio_query_pairs(struct bio_context *c, const char *name, const char *const *pairs,
                                                     size_t n)
{
        struct bio_argument arguments[BIO_ARGUMENTS_MOST + 1] = {{0}};
        size_t i;

        for (i = 0; i + 1 < n && i / 2 < BIO_ARGUMENTS_MOST; i += 2)
                arguments[i / 2] = (struct bio_argument){pairs[i], pairs[i + 1]};
        return c->functions->query(c, name, arguments);
}

static inline const struct bio_node *bio_parameter(struct bio_context *c, const char *name)
{
        return c->functions->parameter(c, name);
}

static inline int64_t bio_now(struct bio_context *c)
{
        return c->functions->now(c);
}

static inline int64_t bio_add_term(struct bio_context *c, int64_t moment, const char *term)
{
        return c->functions->add_term(c, moment, term);
}

static inline enum bio_state bio_state(struct bio_context *c, const struct bio_node *node)
{
        return c->functions->state(c, node);
}

static inline bool bio_known(struct bio_context *c, const struct bio_node *node)
{
        return c->functions->state(c, node) == BIO_KNOWN;
}

static inline const char *bio_why(struct bio_context *c, const struct bio_node *node)
{
        return c->functions->why(c, node);
}

static inline const struct bio_node *bio_get(struct bio_context *c, const struct bio_node *map, const char *key)
{
        return c->functions->get(c, map, key);
}

static inline size_t bio_count(struct bio_context *c, const struct bio_node *node)
{
        return c->functions->count(c, node);
}

static inline const char *bio_key(struct bio_context *c, const struct bio_node *node)
{
        return c->functions->key(c, node);
}

static inline bool bio_boolean(struct bio_context *c, const struct bio_node *node)
{
        return c->functions->boolean(c, node);
}

static inline int64_t bio_integer(struct bio_context *c, const struct bio_node *node)
{
        return c->functions->integer(c, node);
}

static inline const char *bio_string(struct bio_context *c, const struct bio_node *node)
{
        return c->functions->bytes(c, node, NULL);
}

static inline void bio_waive(struct bio_context *c, const struct bio_node *node, const char *reason)
{
        c->functions->waive(c, node, reason);
}

static inline enum bio_class bio_class(struct bio_context *c, const struct bio_node *node)
{
        return c->functions->personal(c, node) ? BIO_PERSONAL : BIO_TECHNICAL;
}

static inline const struct bio_node *bio_declared(struct bio_context *c, const char *subject)
{
        return c->functions->declared(c, subject);
}

static inline const struct bio_node *bio_lapsed(struct bio_context *c, const char *subject)
{
        return c->functions->lapsed(c, subject);
}

#define bio_subject(c, class, ...)            ((c)->functions->subject((c), (class), __VA_ARGS__))
#define bio_conclude(c, subject, status, ...) ((c)->functions->conclude((c), (subject), (status), __VA_ARGS__))
#define bio_because(c, ...)                   ((c)->functions->because((c), __VA_ARGS__))

static inline struct bio_finding *bio_judge(struct bio_context *c, const struct bio_subject *subject,
                                            const struct bio_node *node, enum bio_operator op, const char *expected)
{
        return c->functions->judge(c, subject, node, op, expected);
}

static inline void bio_evidence(struct bio_context *c, struct bio_finding *finding, const struct bio_node *node,
                                const char *expected, bool decides)
{
        c->functions->evidence(c, finding, node, expected, decides);
}

static inline void bio_changes_at(struct bio_context *c, int64_t moment)
{
        c->functions->changes_at(c, moment);
}

/* Every child of a list or map. */
#define BIO_EACH(c, child, parent) \
        for (size_t _i_##child = 0; ((child) = (c)->functions->at((c), (parent), _i_##child)); _i_##child++)

/* The first map in `list` whose member `key` is known and is `value`; NULL: there is none. */
static inline const struct bio_node *bio_find(struct bio_context *c, const struct bio_node *list, const char *key,
                                              const char *value)
{
        const struct bio_node *entry, *member;

        BIO_EACH (c, entry, list) {
                member = bio_get(c, entry, key);
                if (bio_known(c, member) && strcmp(bio_string(c, member), value) == 0)
                        return entry;
        }
        return NULL;
}

#ifdef __cplusplus
}
#endif

#endif
