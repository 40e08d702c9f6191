/* SPDX-License-Identifier: EUPL-1.2 */
/* All that can be in force for a connection of which only some is known. */
#include "facts/sshd_scopes.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "facts/sshd_admission.h"
#include "facts/sshd_candidates.h"
#include "facts/sshd_internal.h"
#include "facts/sshd_worlds.h"

#define PATTERN_BYTES_MOST ((size_t)64 * 1024 * 1024) /* held against values, over all worlds */
#define NAME_MOST          200                        /* bytes of one block in the name of a scope */

struct finding {
        struct sshd_config *c;
        const struct sshd_question *question;
        struct sshd_worlds worlds;
        bool *relevant;  /* [blocks]: something that was asked for is set there */
        bool *looked_at; /* [blocks]: whether it applies is open, and matters for a relevant one */

        /* What was found: which blocks apply, each set of them once. */
        bool **sets;
        struct sshd_connection *connections;
        size_t set_count, sets_allocated, connections_allocated;
        bool *uncertain;          /* [blocks] */
        size_t *uncertain_counts; /* [sets] */
        bool *admits;             /* [sets]: somebody gets in */
        size_t admits_allocated;
        struct sshd_values *values; /* of the last set that was looked at */
        size_t values_of;
};

static size_t find_set(const struct finding *f, const bool *set)
{
        size_t i;

        for (i = 0; i < f->set_count && memcmp(f->sets[i], set, f->c->block_count) != 0; i++)
                ;
        return i;
}

/* What was assumed, and groups, are not shown. */
static void keep_connection(struct finding *f, size_t set, const struct sshd_connection *n)
{
        f->connections[set] = *n;
        f->connections[set].assumptions = NULL;
        f->connections[set].groups = NULL;
}

static void add_set(struct finding *f, const bool *set, const struct sshd_connection *n)
{
        f->sets = sshd_grow(&f->c->arena, f->sets, &f->sets_allocated, f->set_count + 1, sizeof(*f->sets));
        f->sets[f->set_count] = arena_alloc(&f->c->arena, f->c->block_count);
        memcpy(f->sets[f->set_count], set, f->c->block_count);
        f->connections = sshd_grow(&f->c->arena, f->connections, &f->connections_allocated, f->set_count + 1,
                                   sizeof(*f->connections));
        keep_connection(f, f->set_count, n);
        f->admits = sshd_grow(&f->c->arena, f->admits, &f->admits_allocated, f->set_count + 1, sizeof(*f->admits));
        f->admits[f->set_count++] = false;
}

/* Whether somebody who connects so is let in where this set of blocks applies. */
static bool is_let_in(struct finding *f, size_t set, const struct sshd_connection *n, struct sshd_somebody who)
{
        if (!who.exists || n->user_invalid)
                return false;
        if (!f->values || f->values_of != set) {
                f->values = f->values ? f->values : must_alloc(sizeof(*f->values));
                sshd_effective(f->c, f->sets[set], f->values);
                f->values_of = set;
        }
        if (f->values->fails.text)
                return true; /* which is said instead */
        if (who.root && f->question->by_password && !streq(f->values->of[SSHD_PERMIT_ROOT_LOGIN].items[0], "yes"))
                return false;
        /* A stranger whose name was not tried may have one that is let in. */
        return !*n->user || sshd_admits(f->c, f->values, n);
}

static void find_sets(struct finding *f)
{
        size_t worlds = sshd_worlds_count(&f->worlds), blocks = f->c->block_count, bytes = 0, i, b;
        _cleanup_free_ bool *set = must_alloc(blocks);

        for (b = 1; b < blocks; b++)
                for (i = 0; f->looked_at[b] && i < f->c->blocks[b].count; i++)
                        bytes += strlen(f->c->blocks[b].criteria[i].pattern) + 1;
        if (worlds > SSHD_WORLDS_MOST || bytes * worlds > PATTERN_BYTES_MOST) {
                f->worlds.undecidable = "Match tells more connections apart than are tried";
                return;
        }
        for (i = 0; i < worlds; i++) {
                struct sshd_assumption assumptions[SSHD_ASSUMPTIONS_MOST];
                struct sshd_somebody who;
                struct sshd_connection n = sshd_world(&f->worlds, i, assumptions, &who);
                size_t at;

                sshd_blocks_applying(f->c, &n, set);
                for (b = 0; b < blocks; b++)
                        set[b] = set[b] && f->relevant[b];
                at = find_set(f, set);
                if (at == SSHD_SCOPES_MOST) {
                        f->worlds.undecidable = "more combinations of Match blocks can apply than are looked at";
                        return;
                }
                if (at == f->set_count)
                        add_set(f, set, &n);
                if (!f->worlds.admission || f->admits[at] || !is_let_in(f, at, &n, who))
                        continue;
                f->admits[at] = true;
                keep_connection(f, at, &n);
        }
}

static bool same_value(const struct sshd_value *a, const struct sshd_value *b)
{
        size_t i;

        if (a->from != b->from || a->count != b->count || a->undecidable != b->undecidable)
                return false;
        for (i = 0; i < a->count; i++)
                if (!streq(a->items[i], b->items[i]))
                        return false;
        return true;
}

static bool same_values(const struct sshd_values *a, const struct sshd_values *b, const bool *keywords)
{
        size_t i;

        if (!streq(a->fails.text, b->fails.text))
                return false;
        for (i = 0; i < SSHD_KEYWORDS && !a->fails.text; i++)
                if ((!keywords || keywords[i]) && !same_value(&a->of[i], &b->of[i]))
                        return false;
        return true;
}

/* Which blocks apply in some of the worlds and not in others; and how many of them apply in each set. */
static void find_uncertain(struct finding *f)
{
        size_t i, b;

        f->uncertain = arena_alloc(&f->c->arena, f->c->block_count);
        f->uncertain_counts = arena_alloc(&f->c->arena, (f->set_count + 1) * sizeof(*f->uncertain_counts));
        for (i = 1; i < f->set_count; i++)
                for (b = 0; b < f->c->block_count; b++)
                        f->uncertain[b] |= f->sets[i][b] != f->sets[0][b];
        for (i = 0; i < f->set_count; i++)
                for (b = 0; b < f->c->block_count; b++)
                        f->uncertain_counts[i] += f->uncertain[b] && f->sets[i][b];
}

static void name_scope(const struct finding *f, size_t set, bool only, struct sshd_scope *scope)
{
        _cleanup_text_ struct text t = {0};
        size_t b, i;

        for (b = 1; b < f->c->block_count && !only; b++) {
                const struct sshd_block *block = &f->c->blocks[b];
                _cleanup_text_ struct text name = {0};

                if (!f->sets[set][b] || !f->uncertain[b])
                        continue;
                text_add(&name, "Match ");
                text_add_safe(&name, block->text, strnlen(block->text, NAME_MOST));
                if (strstr(text_string(&t), text_string(&name)))
                        continue;
                text_add(&t, t.length > 0 ? " and " : "");
                text_add(&t, text_string(&name));
                for (i = 0; i < block->count; i++)
                        scope->personal |= block->criteria[i].attribute == SSHD_MATCH_USER;
        }
        if (t.length == 0)
                text_add(&t, only ? "everywhere" : "elsewhere");
        scope->applies_to = arena_copy(&f->c->arena, text_string(&t), t.length);
}

/* The scope with the same values, or NULL. */
static struct sshd_scope *scope_like(const struct sshd_scopes *s, const struct sshd_values *values,
                                     const bool *keywords)
{
        size_t i;

        for (i = 0; i < s->count; i++)
                if (same_values(s->at[i].values, values, keywords))
                        return &s->at[i];
        return NULL;
}

/* Whether a set of blocks stands before another: first what no block makes, then by the number of blocks and their
 * order. */
static bool stands_before(const struct finding *f, size_t a, size_t b)
{
        size_t n = f->uncertain_counts[a], m = f->uncertain_counts[b], i;

        if (n != m)
                return n < m;
        for (i = 1; i < f->c->block_count; i++)
                if (f->sets[a][i] != f->sets[b][i])
                        return f->sets[a][i];
        return false;
}

static void sort_scopes(const struct finding *f, struct sshd_scopes *s, size_t *set_of)
{
        size_t i, k;

        for (i = 1; i < s->count; i++)
                for (k = i; k > 0 && stands_before(f, set_of[k], set_of[k - 1]); k--) {
                        struct sshd_scope scope = s->at[k];
                        size_t set = set_of[k];

                        s->at[k] = s->at[k - 1];
                        s->at[k - 1] = scope;
                        set_of[k] = set_of[k - 1];
                        set_of[k - 1] = set;
                }
}

/* A scope is named, and shown, by where somebody gets in, and by the fewest blocks that lead to it. */
static bool is_better_name(const struct finding *f, size_t set, size_t other)
{
        if (f->admits[set] != f->admits[other])
                return f->admits[set];
        return f->uncertain_counts[set] < f->uncertain_counts[other];
}

static enum sshd_lets_in lets_in(const struct finding *f, size_t set)
{
        if (!f->worlds.admission || f->admits[set])
                return SSHD_LETS_IN;
        return f->worlds.admission_unknown ? SSHD_LETS_IN_UNKNOWN : SSHD_LETS_NOBODY_IN;
}

static void make_scopes(struct finding *f, struct sshd_scopes *ret)
{
        _cleanup_free_ size_t *set_of = must_alloc((f->set_count + 1) * sizeof(*set_of));
        _cleanup_free_ struct sshd_values *values = NULL;
        size_t i;

        find_uncertain(f);
        ret->at = must_alloc((f->set_count + 1) * sizeof(*ret->at));
        for (i = 0; i < f->set_count; i++) {
                struct sshd_scope *scope;

                values = values ? values : must_alloc(sizeof(*values));
                sshd_effective(f->c, f->sets[i], values);
                scope = scope_like(ret, values, f->question->keywords);
                if (!scope) {
                        scope = &ret->at[ret->count];
                        scope->values = TAKE_PTR(values);
                        set_of[ret->count++] = i;
                } else if (is_better_name(f, i, set_of[scope - ret->at])) {
                        struct sshd_values *other = scope->values;

                        scope->values = values;
                        values = other;
                        set_of[scope - ret->at] = i;
                }
        }
        sort_scopes(f, ret, set_of);
        for (i = 0; i < ret->count; i++) {
                struct sshd_scope *scope = &ret->at[i];

                name_scope(f, set_of[i], ret->count == 1, scope);
                scope->connection = f->connections[set_of[i]];
                scope->assumed = f->worlds.assumption_count > 0;
                scope->lets_in = lets_in(f, set_of[i]);
        }
}

static bool decides_admission(enum sshd_keyword_id id)
{
        return sshd_is_admission_list(id) || id == SSHD_PERMIT_ROOT_LOGIN;
}

/* Which blocks matter. What no one asked for is left aside: otherwise a host with many blocks could be told nothing of.
 * (So is that sshd ends some connections for a line in such a block: then nobody logs in by them.) */
static void find_blocks(struct finding *f)
{
        const struct sshd_config *c = f->c;
        const bool *keywords = f->question->keywords;
        size_t i, b;

        f->relevant = arena_alloc(&f->c->arena, c->block_count);
        f->looked_at = arena_alloc(&f->c->arena, c->block_count);
        for (i = 0; i < c->setting_count; i++)
                if (c->settings[i].block > 0 && (!keywords || keywords[c->settings[i].keyword] ||
                                                 (f->worlds.admission && decides_admission(c->settings[i].keyword))))
                        f->relevant[c->settings[i].block] = true;
        for (b = c->block_count - 1; b > 0; b--) {
                if (sshd_rules_out(c, f->question, &c->blocks[b]))
                        f->relevant[b] = f->looked_at[b] = false;
                else if (f->relevant[b])
                        f->looked_at[b] = true;
                f->looked_at[c->blocks[b].parent] |= f->looked_at[b];
        }
}

static void find_scopes(struct sshd_config *c, const struct sshd_question *question, bool admission,
                        struct sshd_scopes *ret)
{
        struct finding f = {.c = c, .question = question};
        const struct sshd_value *dns = &c->global.of[SSHD_USE_DNS];

        *ret = (struct sshd_scopes){0};
        f.worlds = (struct sshd_worlds){
                .c = c, .question = question, .admission = admission, .host_is_address = streq(dns->items[0], "no")};
        find_blocks(&f);
        f.worlds.looked_at = f.looked_at;
        sshd_worlds_tell_apart(&f.worlds);
        if (!f.worlds.undecidable)
                find_sets(&f);
        if (!f.worlds.undecidable)
                make_scopes(&f, ret);
        else if (sshd_one_line_decides(c, question))
                sshd_scopes_by_block(c, question, f.relevant, ret);
        else
                ret->undecidable = f.worlds.undecidable;
        free(f.values);
}

void sshd_scopes_find(struct sshd_config *c, const struct sshd_question *question, struct sshd_scopes *ret)
{
        bool admission = question->admission && sshd_has_admission_lists(c);
        size_t i;

        find_scopes(c, question, admission, ret);
        if (!admission || (!ret->undecidable && ret->count > 0 && !ret->by_block))
                return;
        /* What can be in force may be told all the same. */
        sshd_scopes_free(ret);
        find_scopes(c, question, false, ret);
        for (i = 0; i < ret->count; i++)
                ret->at[i].lets_in = SSHD_LETS_IN_UNKNOWN;
}

void sshd_scopes_free(struct sshd_scopes *s)
{
        size_t i;

        for (i = 0; i < s->count; i++)
                free(s->at[i].values);
        free(s->at);
        *s = (struct sshd_scopes){0};
}
