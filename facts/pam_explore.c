/* SPDX-License-Identifier: EUPL-1.2 */
/* Every state that a stack can be in, entry by entry, and from behind: whether what is asked can be reached.
 *
 * Where a module may answer this or that, one answer by which it is reached is enough. Where it is not told which, all
 * must reach it: else the answer hinges on that module. */
#include <string.h>

#include "base/memory.h"
#include "facts/pam_explore.h"

#define STATES_MOST 20000
#define NOTHING     UINT32_MAX

const char *const pam_function_names[PAM_FUNCTIONS] = {"authenticate", "setcred",       "account",
                                                       "open_session", "close_session", "chauthtok"};
const char *const pam_supposed_names[PAM_IS_COUNT] = {"password", "lock",  "factor",  "caller",
                                                      "user",     "wheel", "quality", "history"};
const char *const pam_supposed_values[PAM_IS_COUNT][2] = {{"right", "wrong"}, {"open", "denied"}, {"present", "absent"},
                                                          {"root", "other"},  {"root", "other"},  {"member", "outside"},
                                                          {"good", "bad"},    {"fresh", "used"}};
const char *const pam_mark_names[PAM_MARKS] = {"right",   "wrong",   "counted", "denied", "second",
                                               "quality", "history", "stored",  "wheel",  "rootok"};

enum pam_type pam_function_type(enum pam_function function)
{
        switch (function) {
        case PAM_DO_AUTHENTICATE:
        case PAM_DO_SETCRED:
                return PAM_AUTH;
        case PAM_DO_ACCOUNT:
                return PAM_ACCOUNT;
        case PAM_DO_CHAUTHTOK:
                return PAM_PASSWORD;
        default:
                return PAM_SESSION;
        }
}

struct edge {
        uint8_t code;
        uint32_t to;
};

struct state {
        struct pam_state s;
        uint32_t next; /* of those before the same entry */
        uint32_t first_edge, edges;
        enum pam_truth truth;
        bool open, final;
        const struct pam_entry *hinge;
};

struct exploring {
        struct pam *p;
        const struct pam_stack *stack;
        const struct pam_question *q;
        const int16_t *frozen; /* what each entry returned in the first call; -1: it was not reached */
        uint32_t *heads;       /* of the states before each entry, in both passes */
        struct state *states;
        size_t count, allocated;
        struct edge *edges;
        size_t edge_count, edge_allocated;
        uint32_t codes;
        bool too_many;
};

static void release(struct exploring *x)
{
        free(x->heads);
        free(x->states);
        free(x->edges);
}

static uint32_t *head_of(struct exploring *x, const struct pam_state *s)
{
        return &x->heads[s->update * (x->stack->count + 1) + s->at];
}

static uint32_t state_of(struct exploring *x, const struct pam_state *s)
{
        uint32_t *head = head_of(x, s), i;

        for (i = *head; i != NOTHING; i = x->states[i].next)
                if (memcmp(&x->states[i].s, s, sizeof(*s)) == 0)
                        return i;
        if (x->count >= STATES_MOST) {
                x->too_many = true;
                return NOTHING;
        }
        x->states = must_grow(x->states, &x->allocated, x->count + 1, sizeof(*x->states));
        x->states[x->count] = (struct state){.s = *s, .next = *head};
        *head = (uint32_t)x->count;
        return (uint32_t)x->count++;
}

/* Two ways to the same state are one. */
static void add_edge(struct exploring *x, uint32_t from, enum pam_code code, uint32_t to)
{
        struct state *state = &x->states[from];

        for (size_t i = 0; i < state->edges; i++)
                if (x->edges[state->first_edge + i].to == to)
                        return;
        x->edges = must_grow(x->edges, &x->edge_allocated, x->edge_count + 1, sizeof(*x->edges));
        x->edges[x->edge_count++] = (struct edge){(uint8_t)code, to};
        state->edges++;
}

static enum pam_code frozen_code(const struct exploring *x, size_t at, enum pam_code code)
{
        return x->frozen && x->frozen[at] >= 0 ? (enum pam_code)x->frozen[at] : code;
}

static void take_code(struct exploring *x, uint32_t from, enum pam_code code, uint32_t marks)
{
        struct pam_state s = x->states[from].s;
        uint32_t to;

        s.marks |= marks;
        pam_walk_step(x->stack, &s, code, frozen_code(x, s.at, code));
        to = state_of(x, &s);
        if (to != NOTHING)
                add_edge(x, from, code, to);
}

static void may_become(struct exploring *x, uint32_t from, struct pam_state s, size_t at, struct pam_verdict now)
{
        uint32_t to;

        s.at = (uint16_t)at;
        s.now = now;
        to = state_of(x, &s);
        if (to != NOTHING)
                add_edge(x, from, PAM_PERM_DENIED, to);
}

/* A control of which it is not told what it does: it may end in any way, or go on in any. */
static void take_open_control(struct exploring *x, uint32_t from)
{
        const struct pam_state s = x->states[from].s;

        x->states[from].open = true;
        may_become(x, from, s, x->stack->count, (struct pam_verdict){PAM_POSITIVE, PAM_SUCCESS});
        may_become(x, from, s, s.at + 1u, s.now);
        may_become(x, from, s, s.at + 1u, (struct pam_verdict){PAM_NEGATIVE, PAM_PERM_DENIED});
}

static void expand(struct exploring *x, uint32_t from)
{
        const struct pam_state *s = &x->states[from].s;
        const struct pam_entry *e = &x->stack->entries[s->at];
        struct pam_answers answers;
        uint32_t marks = s->marks;

        x->states[from].first_edge = (uint32_t)x->edge_count;
        if (e->kind == PAM_SUBSTACK)
                return take_code(x, from, PAM_SUCCESS, 0);
        if (e->control.open)
                return take_open_control(x, from);
        answers = pam_module_answers(x->p, e, x->q->function, s->update, &x->q->hypothesis, marks);
        x->states[from].open = answers.open;
        for (unsigned code = 0; code < PAM_CODES; code++)
                if (answers.codes & ((uint32_t)1 << code))
                        take_code(x, from, (enum pam_code)code,
                                  code == PAM_SUCCESS ? answers.on_success : answers.on_other);
}

/* The stack is over: the second pass of a change of password begins, or what is asked is reached or not. */
static void finish(struct exploring *x, uint32_t at)
{
        const struct pam_question *q = x->q;
        struct pam_state s = x->states[at].s, second;
        enum pam_code code = pam_walk_end(x->stack, &s);
        bool marked = (s.marks & q->having) == q->having && (s.marks & q->without) == 0;
        uint32_t to;

        x->states[at].first_edge = (uint32_t)x->edge_count;
        if (q->function == PAM_DO_CHAUTHTOK && !s.update && code == PAM_SUCCESS) {
                pam_walk_begin(&second);
                second.marks = s.marks;
                second.update = 1;
                to = state_of(x, &second);
                if (to != NOTHING)
                        add_edge(x, at, code, to);
                return;
        }
        x->states[at].final = true;
        x->states[at].truth = marked && (q->any_end || code == PAM_SUCCESS) ? PAM_YES : PAM_NO;
        x->codes |= (uint32_t)1 << code;
}

static void forward(struct exploring *x)
{
        size_t positions = 2 * (x->stack->count + 1), at;
        uint32_t i;

        for (at = 0; at < positions && !x->too_many; at++)
                for (i = x->heads[at]; i != NOTHING && !x->too_many; i = x->states[i].next)
                        if (x->states[i].s.at == x->stack->count)
                                finish(x, i);
                        else
                                expand(x, i);
}

static void judge(struct exploring *x, struct state *state)
{
        size_t counts[3] = {0}, i;
        const struct state *maybe = NULL;

        for (i = 0; i < state->edges; i++) {
                const struct state *to = &x->states[x->edges[state->first_edge + i].to];

                counts[to->truth]++;
                if (to->truth == PAM_MAYBE && !maybe)
                        maybe = to;
        }
        if (state->open ? counts[PAM_YES] == state->edges : counts[PAM_YES] > 0)
                state->truth = PAM_YES;
        else if (counts[PAM_NO] == state->edges)
                state->truth = PAM_NO;
        else
                state->truth = PAM_MAYBE;
        if (state->truth != PAM_MAYBE)
                return;
        state->hinge = maybe && counts[PAM_YES] == 0 ? maybe->hinge : &x->stack->entries[state->s.at];
}

static void backward(struct exploring *x)
{
        size_t at = 2 * (x->stack->count + 1);
        uint32_t i;

        while (at-- > 0)
                for (i = x->heads[at]; i != NOTHING; i = x->states[i].next)
                        if (!x->states[i].final)
                                judge(x, &x->states[i]);
}

/* One way to what is asked. */
static void follow(struct exploring *x, struct pam_exploration *ret)
{
        const struct state *state = &x->states[0];
        size_t most = 2 * (x->stack->count + 1), i;

        ret->steps = arena_alloc(&x->p->arena, most * sizeof(*ret->steps));
        while (state->edges > 0 && ret->count < most) {
                for (i = 0; x->states[x->edges[state->first_edge + i].to].truth != PAM_YES; i++)
                        ;
                if (state->s.at < x->stack->count && x->stack->entries[state->s.at].kind != PAM_SUBSTACK)
                        ret->steps[ret->count++] =
                                (struct pam_step){&x->stack->entries[state->s.at],
                                                  (enum pam_code)x->edges[state->first_edge + i].code, state->s.update};
                state = &x->states[x->edges[state->first_edge + i].to];
        }
}

static void explore(struct exploring *x, struct pam_exploration *ret)
{
        size_t positions = 2 * (x->stack->count + 1), i;
        struct pam_state begin;

        x->heads = must_realloc(NULL, positions, sizeof(*x->heads));
        for (i = 0; i < positions; i++)
                x->heads[i] = NOTHING;
        pam_walk_begin(&begin);
        (void)state_of(x, &begin);
        forward(x);
        if (x->too_many) {
                *ret = (struct pam_exploration){.truth = PAM_MAYBE, .why = "the stack has too many states"};
                return;
        }
        backward(x);
        ret->truth = x->states[0].truth;
        ret->hinge = x->states[0].hinge;
        ret->codes = x->codes;
        if (ret->truth == PAM_YES)
                follow(x, ret);
}

/* What each entry returned in the first call, where that is told. */
static bool freeze(struct pam *p, const struct pam_stack *stack, const struct pam_question *q, int16_t *frozen)
{
        enum pam_function first = q->function == PAM_DO_SETCRED ? PAM_DO_AUTHENTICATE : PAM_DO_OPEN_SESSION;
        struct pam_state s;
        size_t i;

        for (i = 0; i < stack->count; i++)
                frozen[i] = -1;
        pam_walk_begin(&s);
        while (s.at < stack->count) {
                const struct pam_entry *e = &stack->entries[s.at];
                struct pam_answers answers;
                enum pam_code code = PAM_SUCCESS;

                if (e->kind != PAM_SUBSTACK) {
                        answers = pam_module_answers(p, e, first, false, &q->hypothesis, s.marks);
                        if (e->control.open || (answers.codes & (answers.codes - 1)) != 0)
                                return false;
                        code = (enum pam_code)__builtin_ctz(answers.codes);
                        s.marks |= code == PAM_SUCCESS ? answers.on_success : answers.on_other;
                        if (code != PAM_INCOMPLETE)
                                frozen[s.at] = (int16_t)code;
                }
                pam_walk_step(stack, &s, code, code);
        }
        return true;
}

void pam_explore(struct pam *p, const struct pam_stack *stack, const struct pam_question *q,
                 struct pam_exploration *ret)
{
        _cleanup_(release) struct exploring x = {.p = p, .stack = stack, .q = q};
        _cleanup_free_ int16_t *frozen = NULL;

        *ret = (struct pam_exploration){0};
        if (q->function == PAM_DO_SETCRED || q->function == PAM_DO_CLOSE_SESSION) {
                frozen = must_realloc(NULL, stack->count + 1, sizeof(*frozen));
                if (!freeze(p, stack, q, frozen)) {
                        ret->truth = PAM_MAYBE;
                        ret->why = "it runs over what was answered before, which is not told";
                        return;
                }
                x.frozen = frozen;
        }
        explore(&x, ret);
}
