/* SPDX-License-Identifier: EUPL-1.2 */
/* libpam's dispatcher: one entry after the other, what each returns changes the state. */
#include <string.h>

#include "facts/pam_internal.h"

#define MUST_FAIL PAM_PERM_DENIED

void pam_walk_begin(struct pam_state *s)
{
        memset(s, 0, sizeof(*s));
        s->now = (struct pam_verdict){PAM_UNDEFINED, MUST_FAIL};
        s->saved[0] = s->now;
}

static unsigned level_at(const struct pam_stack *stack, size_t at)
{
        return stack->entries[at].level;
}

/* The rest of this level is left out: the next entry is the first below it. */
static size_t decided(const struct pam_stack *stack, size_t at, unsigned level)
{
        while (at + 1 < stack->count && level_at(stack, at + 1) >= level)
                at++;
        return at;
}

/* Over so many entries of this level, a substack counting as one. What cannot be jumped over is left in *jump. */
static size_t jumped(const struct pam_stack *stack, size_t at, unsigned level, int *jump)
{
        for (; at + 1 < stack->count && level_at(stack, at + 1) >= level && *jump > 0; (*jump)--)
                do
                        at++;
                while (at + 1 < stack->count && level_at(stack, at + 1) > level);
        return at;
}

static void is_good(struct pam_state *s, enum pam_code code, enum pam_code frozen)
{
        struct pam_verdict *v = &s->now;

        if ((v->impression == PAM_UNDEFINED || (v->impression == PAM_POSITIVE && v->status == PAM_SUCCESS)) &&
            (code != PAM_IGNORE || frozen == code))
                *v = (struct pam_verdict){PAM_POSITIVE, (uint8_t)code};
}

static void is_bad(struct pam_state *s, enum pam_code code)
{
        if (s->now.impression != PAM_NEGATIVE)
                s->now = (struct pam_verdict){PAM_NEGATIVE, (uint8_t)(code == PAM_IGNORE ? MUST_FAIL : code)};
}

static void forget_closed(struct pam_state *s)
{
        for (size_t i = (size_t)s->level + 1; i < PAM_LEVELS; i++)
                s->saved[i] = (struct pam_verdict){0, 0};
}

void pam_walk_step(const struct pam_stack *stack, struct pam_state *s, enum pam_code code, enum pam_code frozen)
{
        const struct pam_entry *e = &stack->entries[s->at];
        unsigned level = e->level;
        size_t at = s->at;
        int action;

        if (s->level < level)
                s->saved[level] = s->now;
        s->level = (uint8_t)level;
        if (e->kind != PAM_SUBSTACK && code == PAM_INCOMPLETE) {
                s->ended = true;
                s->now.status = PAM_INCOMPLETE;
                s->at = (uint16_t)stack->count;
                return;
        }
        if (e->kind != PAM_SUBSTACK) {
                action = e->control.actions[frozen];
                if (action == ACTION_RESET) {
                        s->now = s->saved[level];
                } else if (action == ACTION_OK || action == ACTION_DONE) {
                        is_good(s, code, frozen);
                        if (s->now.impression == PAM_POSITIVE && action == ACTION_DONE)
                                at = decided(stack, at, level);
                } else if (action == ACTION_BAD || action == ACTION_DIE) {
                        is_bad(s, code);
                        if (action == ACTION_DIE)
                                at = decided(stack, at, level);
                } else if (action > 0) {
                        at = jumped(stack, at, level, &action);
                        if (action > 0) /* past the end of this level */
                                s->now = (struct pam_verdict){PAM_NEGATIVE, MUST_FAIL};
                }
        }
        s->at = (uint16_t)(at + 1);
        forget_closed(s);
}

enum pam_code pam_walk_end(const struct pam_stack *stack, const struct pam_state *s)
{
        if (s->ended)
                return PAM_INCOMPLETE;
        if (stack->count == 0 || (s->now.status == PAM_SUCCESS && s->now.impression != PAM_POSITIVE))
                return MUST_FAIL;
        return (enum pam_code)s->now.status;
}
