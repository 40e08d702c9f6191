/* SPDX-License-Identifier: EUPL-1.2 */
#include "facts/sshd_candidates.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "facts/sshd_internal.h"

#define NAME_MOST 200 /* bytes of a block in the name of a scope */

bool sshd_rules_out(const struct sshd_config *c, const struct sshd_question *q, const struct sshd_block *block)
{
        const struct sshd_connection known = {
                .user = q->user,
                .groups = q->groups,
                .group_count = q->group_count,
                .host = q->host,
                .address = q->address,
                .local_address = q->local_address,
                .local_port = q->local_port,
                .rdomain = q->rdomain,
        };
        const bool said[SSHD_ATTRIBUTES] = {
                [SSHD_MATCH_ALL] = true,
                [SSHD_MATCH_VERSION] = true,
                [SSHD_MATCH_USER] = q->user != NULL,
                [SSHD_MATCH_INVALID_USER] = q->user != NULL || q->exists,
                [SSHD_MATCH_GROUP] = q->user && q->groups,
                [SSHD_MATCH_HOST] = q->host != NULL,
                [SSHD_MATCH_ADDRESS] = q->address != NULL,
                [SSHD_MATCH_LOCAL_ADDRESS] = q->local_address != NULL,
                [SSHD_MATCH_LOCAL_PORT] = q->local_port >= 0,
                [SSHD_MATCH_RDOMAIN] = q->rdomain != NULL,
        };
        size_t i;

        for (i = 0; i < block->count; i++)
                if (said[block->criteria[i].attribute] && !sshd_criterion_holds(c, &block->criteria[i], &known))
                        return true;
        return false;
}

/* Whether a keyword's value is one line's, whichever that is. */
static bool is_of_one_line(enum sshd_keyword_id id)
{
        switch (sshd_keyword(id)->kind) {
        case SSHD_KIND_CHOICE:
        case SSHD_KIND_CHOICE_EXACT:
        case SSHD_KIND_NUMBER:
        case SSHD_KIND_TIME:
                return true;
        default:
                return false;
        }
}

bool sshd_one_line_decides(const struct sshd_config *c, const struct sshd_question *q)
{
        enum sshd_keyword_id set = SSHD_KEYWORDS;
        size_t i;

        for (i = 0; i < c->setting_count && q->keywords; i++) {
                const struct sshd_setting *s = &c->settings[i];

                if (s->block == 0 || !q->keywords[s->keyword] || s->keyword == set)
                        continue;
                if (set != SSHD_KEYWORDS || !is_of_one_line(s->keyword))
                        return false;
                set = s->keyword;
        }
        return q->keywords != NULL;
}

static bool same_value(const struct sshd_value *a, const struct sshd_value *b)
{
        return a->count == b->count && streq(a->undecidable, b->undecidable) &&
               (a->count == 0 || streq(a->items[0], b->items[0]));
}

static bool have_values(const struct sshd_scopes *s, const struct sshd_values *v, const bool *keywords)
{
        size_t i, k;

        for (i = 0; i < s->count; i++) {
                bool same = streq(s->at[i].values->fails.text, v->fails.text);

                for (k = 0; k < SSHD_KEYWORDS && same; k++)
                        same = !keywords[k] || same_value(&s->at[i].values->of[k], &v->of[k]);
                if (same)
                        return true;
        }
        return false;
}

/* The block and those around it; false where one of them is ruled out. */
static bool apply_alone(const struct sshd_config *c, const struct sshd_question *q, size_t block, bool *applies)
{
        memset(applies, 0, c->block_count * sizeof(*applies));
        applies[0] = true;
        for (; block > 0; block = c->blocks[block].parent) {
                if (sshd_rules_out(c, q, &c->blocks[block]))
                        return false;
                applies[block] = true;
        }
        return true;
}

static void name_scope(struct sshd_config *c, const struct sshd_block *block, struct sshd_scope *scope)
{
        _cleanup_text_ struct text t = {0};
        size_t i;

        text_add(&t, "Match ");
        text_add_safe(&t, block->text, strnlen(block->text, NAME_MOST));
        scope->applies_to = arena_copy(&c->arena, text_string(&t), t.length);
        for (i = 0; i < block->count; i++)
                scope->personal |= block->criteria[i].attribute == SSHD_MATCH_USER;
}

void sshd_scopes_by_block(struct sshd_config *c, const struct sshd_question *q, const bool *relevant,
                          struct sshd_scopes *ret)
{
        _cleanup_free_ bool *applies = must_alloc(c->block_count * sizeof(*applies));
        _cleanup_free_ struct sshd_values *values = NULL;
        size_t allocated = 0, b;

        ret->by_block = true;
        for (b = 0; b < c->block_count; b++) {
                struct sshd_scope *scope;

                if ((b > 0 && !relevant[b]) || !apply_alone(c, q, b, applies))
                        continue;
                values = values ? values : must_alloc(sizeof(*values));
                sshd_effective(c, applies, values);
                if (have_values(ret, values, q->keywords))
                        continue;
                if (ret->count == SSHD_SCOPES_MOST) {
                        ret->undecidable = "Match sets more values than are looked at";
                        return;
                }
                ret->at = must_grow(ret->at, &allocated, ret->count + 1, sizeof(*ret->at));
                scope = &ret->at[ret->count++];
                *scope = (struct sshd_scope){.applies_to = "elsewhere", .assumed = true, .values = TAKE_PTR(values)};
                if (b > 0)
                        name_scope(c, &c->blocks[b], scope);
        }
        if (ret->count == 1) {
                ret->at[0].applies_to = "everywhere";
                ret->at[0].personal = false;
        }
}
