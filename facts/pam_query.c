/* SPDX-License-Identifier: EUPL-1.2 */
/* The query pam.can: what the stack of a service can answer under a hypothesis. */
#include <string.h>

#include "base/memory.h"
#include "facts/pam_explore.h"

/* Words of a list, commas between; `take` answers false where it does not know one. */
static const char *each_word(const char *list, bool (*take)(const char *word, void *user), void *user)
{
        _cleanup_free_ char *copy = NULL;
        char *rest, *word;

        if (!list)
                return NULL;
        rest = copy = must_strdup(list);
        while ((word = strsep(&rest, ",")))
                if (*word && !take(word, user))
                        return list;
        return NULL;
}

static bool take_supposed(const char *word, void *user)
{
        struct pam_hypothesis *h = user;

        for (size_t i = 0; i < PAM_IS_COUNT; i++) {
                size_t length = strlen(pam_supposed_names[i]);

                if (strncmp(word, pam_supposed_names[i], length) != 0 || word[length] != '=')
                        continue;
                for (uint8_t k = 0; k < 2; k++)
                        if (streq(word + length + 1, pam_supposed_values[i][k])) {
                                h->values[i] = (uint8_t)(k + 1);
                                return true;
                        }
        }
        return false;
}

static bool take_mark(const char *word, void *user)
{
        uint32_t *marks = user;

        for (size_t i = 0; i < PAM_MARKS; i++)
                if (streq(word, pam_mark_names[i])) {
                        *marks |= (uint32_t)1 << i;
                        return true;
                }
        return false;
}

/* NULL, or what is not understood. */
static const char *question_of(const struct fact_argument *arguments, struct pam_question *q)
{
        const char *function = fact_argument(arguments, "function"), *ends = fact_argument(arguments, "ends"), *bad;
        size_t i;

        for (i = 0; function && i < PAM_FUNCTIONS && !streq(function, pam_function_names[i]); i++)
                ;
        if (i == PAM_FUNCTIONS)
                return function;
        q->function = (enum pam_function)i;
        q->any_end = ends && streq(ends, "any");
        if (ends && !q->any_end && !streq(ends, "success"))
                return ends;
        bad = each_word(fact_argument(arguments, "with"), take_supposed, &q->hypothesis);
        if (!bad)
                bad = each_word(fact_argument(arguments, "having"), take_mark, &q->having);
        if (!bad)
                bad = each_word(fact_argument(arguments, "without"), take_mark, &q->without);
        return bad;
}

static struct bio_node *codes_node(struct tree *t, uint32_t codes)
{
        struct bio_node *list = tree_list(t);

        for (size_t i = 0; i < PAM_CODES; i++)
                if (codes & ((uint32_t)1 << i))
                        (void)tree_append(list, tree_text(t, pam_code_names[i]));
        return list;
}

/* "pam_unix.so: success" of each entry on the way, from its line. */
static struct bio_node *way_node(struct tree *t, const struct pam_exploration *x)
{
        struct bio_node *list = tree_list(t);

        for (size_t i = 0; i < x->count; i++) {
                const struct pam_entry *e = x->steps[i].entry;

                (void)tree_append(list, tree_from(tree_printf(t, "%s: %s", e->kind == PAM_MODULE ? e->module : e->why,
                                                              pam_code_names[x->steps[i].code]),
                                                  e->path, e->line, 0));
        }
        return list;
}

/* The entry that decides a way: the last whose answer counts for something. */
static const struct pam_entry *decider(const struct pam_exploration *x)
{
        for (size_t i = x->count; i-- > 0;)
                if (x->steps[i].entry->control.actions[x->steps[i].code] != ACTION_IGNORE)
                        return x->steps[i].entry;
        return x->count > 0 ? x->steps[x->count - 1].entry : NULL;
}

static struct bio_node *can_node(struct pam *p, const struct pam_service *s, const struct pam_service *fault,
                                 const struct pam_stack *stack, const struct pam_exploration *x)
{
        struct tree *t = facts_tree(p->facts);
        struct bio_node *map = tree_map(t), *can;
        const struct pam_entry *e = x->truth == PAM_YES ? decider(x) : x->hinge;

        if (x->truth == PAM_MAYBE && e)
                can = tree_undecidable(t, "it hinges on what %s answers", e->module ? e->module : "a line");
        else if (x->truth == PAM_MAYBE)
                can = tree_undecidable(t, "%s", x->why);
        else
                can = tree_bool(t, x->truth == PAM_YES);
        (void)tree_set(map, "can", can);
        if (fault)
                (void)tree_note(can, "%s", fault->why);
        if (fault && fault->why_path)
                (void)tree_from(can, fault->why_path, fault->why_line, 0);
        else if (e)
                (void)tree_from(can, e->path, e->line, 0);
        else if (stack->count > 0)
                (void)tree_from(can, stack->entries[0].path, 0, 0);
        else if (s->file)
                (void)tree_from(can, s->file, 0, 0);
        (void)tree_set(map, "codes", codes_node(t, x->codes));
        (void)tree_set(map, "way", way_node(t, x));
        return map;
}

static const struct bio_node *answer_can(struct facts *f, const struct bio_node *fact,
                                         const struct fact_argument *arguments)
{
        struct pam *p = pam_of(f);
        struct tree *t = facts_tree(f);
        const char *name = fact_argument(arguments, "service"), *bad;
        struct pam_question q = {0};
        struct pam_exploration x = {0};
        const struct pam_service *s, *fault;
        struct bio_node *node;

        (void)fact;
        bad = question_of(arguments, &q);
        if (bad || !name || !*name)
                return tree_undecidable(t, "pam.can does not know what is meant by %s", bad ? bad : "no service");
        if (!p->directories && access_stat(facts_access(f), "/etc/pam.conf")->state == BIO_ABSENT)
                return tree_undecidable(t, "nothing of PAM is seen");
        s = pam_service_of(p, name);
        fault = pam_service_fault(p, s);
        if (!fault) {
                const struct pam_stack *stack = pam_stack_of(p, s, pam_function_type(q.function));

                pam_explore(p, stack, &q, &x);
                return can_node(p, s, NULL, stack, &x);
        }
        node = pam_fault_node(p, fault);
        if (node)
                return node;
        x = (struct pam_exploration){.truth = q.any_end && q.having == 0 ? PAM_YES : PAM_NO,
                                     .codes = fault->state == PAM_SERVICE_CRASHES ? 0 : (uint32_t)1 << PAM_ABORT};
        return can_node(p, s, fault, &s->stacks[0], &x);
}

const struct fact_query pam_queries[] = {
        {"pam.can", (const char *const[]){"service", "function", "with", "having", "without", "ends", NULL}, answer_can,
         .without_tree = true},
        {NULL, NULL, NULL, false},
};
