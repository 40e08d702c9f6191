/* SPDX-License-Identifier: EUPL-1.2 */
/* Findings: subjects, verdicts about nodes, verdicts of the check's own, and the nodes they rest on. */
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "observe/context.h"

const struct bio_subject *verdict_subject(struct bio_context *public, enum bio_class class, const char *fmt, ...)
{
        struct context *c = context_of(public);
        struct bio_subject *subject = arena_alloc(&c->arena, sizeof(*subject));
        va_list ap;

        va_start(ap, fmt);
        subject->text = context_vprintf(c, fmt, ap);
        va_end(ap);
        subject->class = class == BIO_TECHNICAL ? BIO_TECHNICAL : BIO_PERSONAL;
        return subject;
}

struct bio_finding *verdict_add(struct context *c, const struct bio_subject *subject, enum bio_status status,
                                const char *note)
{
        const size_t most = status == BIO_PASS ? FINDINGS_PASS_MOST : FINDINGS_MOST;
        struct findings *findings = &c->findings[status];
        struct bio_finding *finding;

        findings->count++;
        if (findings->kept == most) {
                c->spare = (struct bio_finding){.status = status, .counted_only = true};
                return &c->spare;
        }
        finding = arena_alloc(&c->arena, sizeof(*finding));
        finding->status = status;
        finding->subject = subject ? subject : verdict_subject(&c->public, BIO_TECHNICAL, "check:%s", c->check->id);
        finding->note = note;
        findings->items[findings->kept++] = finding;
        return finding;
}

/* Evidence, with a text that is safe already. */
static void add_piece(struct context *c, struct bio_finding *finding, const struct bio_node *node, const char *expected,
                      bool decides)
{
        struct look *look = context_look(c, node);
        struct piece *piece;

        if (look && finding->status == BIO_ERROR)
                look->answered = true;
        if (finding->counted_only || finding->piece_count == EVIDENCE_MOST)
                return;
        piece = arena_alloc(&c->arena, sizeof(*piece));
        *piece = (struct piece){.node = node, .expected = expected, .decides = decides};
        if (finding->last)
                finding->last->next = piece;
        else
                finding->pieces = piece;
        finding->last = piece;
        finding->piece_count++;
}

void verdict_evidence(struct bio_context *public, struct bio_finding *finding, const struct bio_node *node,
                      const char *expected, bool decides)
{
        struct context *c = context_of(public);

        if (finding && node)
                add_piece(c, finding, node, expected ? context_text(c, expected, strlen(expected)) : NULL, decides);
}

struct bio_finding *verdict_conclude(struct bio_context *public, const struct bio_subject *subject,
                                     enum bio_status status, const char *fmt, ...)
{
        struct context *c = context_of(public);
        const char *note;
        va_list ap;

        if ((unsigned)status >= STATUSES)
                return context_error(c, "the check answered a status that there is not (%u)", (unsigned)status);
        va_start(ap, fmt);
        note = context_vprintf(c, fmt, ap);
        va_end(ap);
        return verdict_add(c, subject, status, note);
}

/* Judging */

enum answer { ANSWER_NO, ANSWER_YES, ANSWER_OTHER_TYPE };

static enum answer answer(bool yes)
{
        return yes ? ANSWER_YES : ANSWER_NO;
}

static enum answer equals(const struct bio_node *node, const char *expected)
{
        const char *bytes;
        size_t length;
        int64_t number;

        if (tree_type(node) == BIO_INTEGER)
                return parse_i64(expected, &number) < 0 ? ANSWER_OTHER_TYPE : answer(tree_integer_of(node) == number);
        if (tree_type(node) != BIO_BYTES)
                return ANSWER_OTHER_TYPE;
        bytes = tree_bytes_of(node, &length);
        return answer(length == strlen(expected) && memcmp(bytes, expected, length) == 0);
}

static enum answer differs(const struct bio_node *node, const char *expected)
{
        enum answer same = equals(node, expected);

        return same == ANSWER_OTHER_TYPE ? same : answer(same == ANSWER_NO);
}

static enum answer equals_any_case(const struct bio_node *node, const char *expected)
{
        const char *bytes;
        size_t length;

        if (tree_type(node) != BIO_BYTES)
                return ANSWER_OTHER_TYPE;
        bytes = tree_bytes_of(node, &length);
        return answer(length == strlen(expected) && strncasecmp(bytes, expected, length) == 0);
}

static enum answer at_least(const struct bio_node *node, const char *expected)
{
        int64_t bound;

        if (tree_type(node) != BIO_INTEGER || parse_i64(expected, &bound) < 0)
                return ANSWER_OTHER_TYPE;
        return answer(tree_integer_of(node) >= bound);
}

static enum answer at_most(const struct bio_node *node, const char *expected)
{
        int64_t bound;

        if (tree_type(node) != BIO_INTEGER || parse_i64(expected, &bound) < 0)
                return ANSWER_OTHER_TYPE;
        return answer(tree_integer_of(node) <= bound);
}

static enum answer one_of(const struct bio_node *node, const char *expected)
{
        const char *bytes, *word = expected;
        size_t length, end;

        if (tree_type(node) != BIO_BYTES)
                return ANSWER_OTHER_TYPE;
        bytes = tree_bytes_of(node, &length);
        for (;; word += end + 1) {
                end = strcspn(word, " ");
                if (end == length && memcmp(word, bytes, length) == 0)
                        return ANSWER_YES;
                if (!word[end])
                        return ANSWER_NO;
        }
}

static enum answer is_true(const struct bio_node *node, const char *expected)
{
        (void)expected;
        return tree_type(node) != BIO_BOOL ? ANSWER_OTHER_TYPE : answer(tree_bool_of(node));
}

static enum answer is_false(const struct bio_node *node, const char *expected)
{
        (void)expected;
        return tree_type(node) != BIO_BOOL ? ANSWER_OTHER_TYPE : answer(!tree_bool_of(node));
}

static enum answer is_absent(const struct bio_node *node, const char *expected)
{
        (void)node;
        (void)expected;
        return ANSWER_NO;
}

/* What each operator asks of a known node, and how it reads in evidence. */
static const struct {
        enum answer (*ask)(const struct bio_node *node, const char *expected);
        bool needs_expected;
        const char *before; /* of the check's text; or all of it */
} operators[] = {
        [BIO_EQUALS] = {equals, true, ""},
        [BIO_EQUALS_ANY_CASE] = {equals_any_case, true, ""},
        [BIO_NOT_EQUALS] = {differs, true, "not "},
        [BIO_AT_LEAST] = {at_least, true, "at least "},
        [BIO_AT_MOST] = {at_most, true, "at most "},
        [BIO_ONE_OF] = {one_of, true, "one of: "},
        [BIO_IS_TRUE] = {is_true, false, "true"},
        [BIO_IS_FALSE] = {is_false, false, "false"},
        [BIO_IS_ABSENT] = {is_absent, false, "(absent)"},
};

static struct bio_finding *judged(struct context *c, const struct bio_subject *subject, const struct bio_node *node,
                                  enum bio_status status, const char *expected, const char *note)
{
        struct bio_finding *finding = verdict_add(c, subject, status, note);

        add_piece(c, finding, node, expected, true);
        return finding;
}

struct bio_finding *verdict_judge(struct bio_context *public, const struct bio_subject *subject,
                                  const struct bio_node *node, enum bio_operator op, const char *expected)
{
        struct context *c = context_of(public);
        _cleanup_text_ struct text wanted = {0};
        const char *text;

        if ((unsigned)op >= ELEMENTS(operators) || (operators[op].needs_expected && !expected))
                return context_error(c, "the check judged by an operator that there is not (%u)", (unsigned)op);
        if (!node)
                node = tree_absent(c->tree, "no value");
        text_add(&wanted, operators[op].before);
        if (operators[op].needs_expected)
                text_add(&wanted, expected);
        text = context_text(c, text_string(&wanted), wanted.length);

        if (node_unknown(node))
                return judged(c, subject, node, BIO_ERROR, text, NULL);
        if (tree_state(node) == BIO_ABSENT)
                return judged(c, subject, node, op == BIO_IS_ABSENT ? BIO_PASS : BIO_FAIL, text, NULL);
        switch (operators[op].ask(node, expected)) {
        case ANSWER_YES:
                return judged(c, subject, node, BIO_PASS, text, NULL);
        case ANSWER_NO:
                return judged(c, subject, node, BIO_FAIL, text, NULL);
        case ANSWER_OTHER_TYPE:
                break;
        }
        return judged(c, subject, node, BIO_ERROR, text, "the value is of another type than the check judges");
}
