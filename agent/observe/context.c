/* SPDX-License-Identifier: EUPL-1.2 */
#include "observe/context.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"

void context_begin(struct context *c, const struct bio_check *check, int64_t now, const struct engine_source *source)
{
        *c = (struct context){
                .public.functions = &engine_functions,
                .check = check,
                .source = source,
                .now = now,
                .tree = tree_new(),
                .changes_at = NO_MOMENT,
        };
        c->parameters = tree_map(c->tree);
}

void context_end(struct context *c)
{
        tree_free(c->tree);
        arena_free(&c->arena);
}

/* Safe text is UTF-8: it is cut between two characters. */
const char *context_text(struct context *c, const char *bytes, size_t length)
{
        _cleanup_free_ char *safe = safe_string(bytes, length);
        size_t cut = strlen(safe);

        if (cut > TEXT_MOST) {
                cut = TEXT_MOST;
                while (cut > 0 && ((unsigned char)safe[cut] & 0xc0) == 0x80)
                        cut--;
        }
        return arena_copy(&c->arena, safe, cut);
}

const char *context_vprintf(struct context *c, const char *fmt, va_list ap)
{
        _cleanup_text_ struct text t = {0};

        text_vprintf(&t, fmt, ap);
        return context_text(c, text_string(&t), t.length);
}

struct look *context_look(struct context *c, const struct bio_node *node)
{
        if (!node_unknown(node)) {
                c->basis |= (unsigned)tree_basis_of(node);
                return NULL;
        }
        for (size_t i = 0; i < c->look_count; i++)
                if (c->looks[i].node == node)
                        return &c->looks[i];
        if (c->look_count == LOOKS_MOST) {
                c->looks_overflowed = true;
                return NULL;
        }
        c->looks[c->look_count] = (struct look){.node = node};
        return &c->looks[c->look_count++];
}

struct bio_finding *context_error(struct context *c, const char *fmt, ...)
{
        const char *note;
        va_list ap;

        va_start(ap, fmt);
        note = context_vprintf(c, fmt, ap);
        va_end(ap);
        /* Safe text is not made safe twice: its backslashes would double. */
        return verdict_add(c, NULL, BIO_ERROR, note);
}

/* The fact whose tree, or whose answer to a query, the node stands in; NULL where it is none of theirs. */
static const char *fact_of(const struct context *c, const struct bio_node *node)
{
        for (; node; node = tree_parent(node))
                for (size_t i = 0; i < c->root_count; i++)
                        if (c->roots[i].node == node)
                                return c->roots[i].fact;
        return NULL;
}

static bool says_the_same(const struct bio_node *a, const struct bio_node *b)
{
        return streq(tree_why(a), tree_why(b)) && streq(tree_source(a), tree_source(b)) && tree_line(a) == tree_line(b);
}

static bool said_before(const struct context *c, size_t from, size_t i)
{
        for (size_t j = from; j < i; j++)
                if (says_the_same(c->looks[j].node, c->looks[i].node))
                        return true;
        return false;
}

/* One finding for each fact of which something was looked at and not known. */
static void conclude_looks(struct context *c)
{
        const size_t count = c->look_count;

        for (size_t i = 0; i < count; i++) {
                const struct look *look = &c->looks[i];
                const char *fact = fact_of(c, look->node);
                const struct bio_subject *subject = NULL;
                struct bio_finding *finding;

                if (look->waived || look->answered)
                        continue;
                if (fact)
                        subject = verdict_subject(&c->public, BIO_TECHNICAL, "fact:%s", fact);
                finding = verdict_add(c, subject, BIO_ERROR, NULL);
                for (size_t j = i; j < count; j++) {
                        if (c->looks[j].waived || !streq(fact_of(c, c->looks[j].node), fact))
                                continue;
                        c->looks[j].answered = true;
                        /* A fact that cannot be had gives the same reason in every node. */
                        if (!said_before(c, i, j))
                                verdict_evidence(&c->public, finding, c->looks[j].node, NULL, true);
                }
        }
}

void context_conclude(struct context *c)
{
        size_t found = 0;

        conclude_looks(c);
        if (c->looks_overflowed)
                (void)context_error(c, "more than %d values could not be established", LOOKS_MOST);
        for (size_t i = 0; i < STATUSES; i++)
                found += c->findings[i].count;
        if (found == 0)
                (void)context_error(c, "check gave no finding");
}
