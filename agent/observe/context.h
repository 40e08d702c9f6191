/* SPDX-License-Identifier: EUPL-1.2 */
/* One check being run: what it looked at and what it found. Within the observer's room. */
#ifndef OBSERVE_CONTEXT_H
#define OBSERVE_CONTEXT_H

#include <stdarg.h>

#include "base/cleanup.h"
#include "facts/arena.h"
#include "observe/engine.h"

#define FINDINGS_MOST      100 /* kept of each status but pass; all are counted (design: records) */
#define FINDINGS_PASS_MOST 10
#define EVIDENCE_MOST      64  /* pieces of one finding */
#define LOOKS_MOST         256 /* nodes that are not known */
#define ROOTS_MOST         64
#define STATUSES           (BIO_FAIL + 1)
#define TEXT_MOST          4096 /* bytes of one string of a result */
#define NO_MOMENT          INT64_MAX

struct bio_subject {
        enum bio_class class;
        const char *text; /* safe */
};

struct piece {
        struct piece *next;
        const struct bio_node *node;
        const char *expected; /* safe, or NULL */
        bool decides;
};

struct bio_finding {
        enum bio_status status;
        const struct bio_subject *subject;
        const char *note; /* safe, or NULL */
        struct piece *pieces, *last;
        size_t piece_count;
        bool counted_only; /* there are enough of its status: evidence about it is not kept */
};

/* Those of one status. */
struct findings {
        struct bio_finding *items[FINDINGS_MOST];
        size_t kept, count;
};

/* A node that is not known and that the check looked at. */
struct look {
        const struct bio_node *node;
        bool waived;
        bool answered; /* an error finding is about it */
};

/* The tree of a fact or of a query's answer, to tell whose a node is. */
struct root {
        const struct bio_node *node;
        const char *fact;
};

struct context {
        struct bio_context public; /* first: what the check gets is a pointer to this */
        const struct bio_check *check;
        const struct engine_source *source;
        int64_t now;
        struct arena arena; /* strings, subjects, findings */
        struct tree *tree;  /* parameters, and nodes for what is missing */
        struct bio_node *parameters;
        struct root roots[ROOTS_MOST];
        size_t root_count;
        struct look looks[LOOKS_MOST];
        size_t look_count;
        bool looks_overflowed;
        struct findings findings[STATUSES];
        struct bio_finding spare;
        unsigned basis;
        int64_t changes_at;
        const char *because;
};

static inline struct context *context_of(struct bio_context *public)
{
        return (struct context *)public;
}

static inline bool node_unknown(const struct bio_node *node)
{
        return tree_state(node) == BIO_UNREADABLE || tree_state(node) == BIO_UNDECIDABLE;
}

extern const struct bio_functions engine_functions;

/* The part of the functions that makes findings (verdict.c). */
const struct bio_subject *verdict_subject(struct bio_context *public, enum bio_class class, const char *fmt, ...)
        _printf_(3, 4);
struct bio_finding *verdict_judge(struct bio_context *public, const struct bio_subject *subject,
                                  const struct bio_node *node, enum bio_operator op, const char *expected);
struct bio_finding *verdict_conclude(struct bio_context *public, const struct bio_subject *subject,
                                     enum bio_status status, const char *fmt, ...) _printf_(4, 5);
/* `note` is safe, or NULL; `subject` NULL: the check itself. Never NULL. */
struct bio_finding *verdict_add(struct context *c, const struct bio_subject *subject, enum bio_status status,
                                const char *note);
void verdict_evidence(struct bio_context *public, struct bio_finding *finding, const struct bio_node *node,
                      const char *expected, bool decides);

void context_begin(struct context *c, const struct bio_check *check, int64_t now, const struct engine_source *source);
void context_end(struct context *c);
/* What the engine itself adds once `run` has returned: errors for what was looked at and not known, and for no finding
 * at all. */
void context_conclude(struct context *c);

/* A finding of the engine's own about the check. */
struct bio_finding *context_error(struct context *c, const char *fmt, ...) _printf_(2, 3);
/* Safe copies of at most TEXT_MOST bytes that live as long as the context. */
const char *context_text(struct context *c, const char *bytes, size_t length);
const char *context_vprintf(struct context *c, const char *fmt, va_list ap) _printf_(2, 0);
/* The node is looked at: its basis counts, and where it is not known it is remembered. Then its place among the looks
 * is given (NULL where there are too many, or the node is known or absent). */
struct look *context_look(struct context *c, const struct bio_node *node);

/* Typed nodes of the parameters in force into c->parameters; *ret_with is what was set and differs from the defaults,
 * keys sorted. -EINVAL with *why malloc'd. */
int parameters_take(struct context *c, const json_t *with, json_t **ret_with, char **why);
/* A default as JSON; null where there is none. -EINVAL where the text is not of the type. New reference. */
int parameter_default(const struct bio_parameter *parameter, json_t **ret);

/* The finished result. New reference. */
json_t *result_json(const struct context *c, json_t *with, uint64_t duration_us);

#endif
