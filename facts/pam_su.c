/* SPDX-License-Identifier: EUPL-1.2 */
#include "facts/pam_su.h"

#include <string.h>

#include "facts/pam_explore.h"

static void take_wheel(struct pam *p, const struct pam_entry *e, struct bio_node *list)
{
        struct tree *t = facts_tree(p->facts);
        bool trust = false, deny = false;
        const char *group = "";
        struct bio_node *node;

        for (const char *const *a = e->arguments; a && *a; a++) {
                trust |= streq(*a, "trust");
                deny |= streq(*a, "deny");
                if (starts_with(*a, "group="))
                        group = *a + strlen("group=");
        }
        if (!trust)
                return;
        node = deny ? tree_undecidable(t, "pam_wheel with trust and deny lets in all but a group")
                    : tree_text(t, group);
        (void)tree_append(list, tree_from(node, e->path, e->line, 0));
}

/* What cannot be read may trust somebody; what libpam gives up on lets nobody in. */
static void take_service(struct pam *p, const char *name, struct bio_node *list)
{
        const struct pam_service *s = pam_service_of(p, name), *fault = pam_service_fault(p, s);
        const struct pam_stack *stack;
        struct tree *t = facts_tree(p->facts);

        if (fault && fault->state != PAM_SERVICE_UNREADABLE && fault->state != PAM_SERVICE_OPEN)
                return;
        if (fault) {
                struct bio_node *node = fault->state == PAM_SERVICE_UNREADABLE ? tree_unreadable(t, "%s", fault->why)
                                                                               : tree_undecidable(t, "%s", fault->why);

                (void)tree_append(list, tree_from(node, fault->why_path, fault->why_line, 0));
                return;
        }
        stack = pam_stack_of(p, s, PAM_AUTH);
        for (size_t i = 0; i < stack->count; i++)
                if (stack->entries[i].kind == PAM_MODULE && streq(stack->entries[i].name, "pam_wheel"))
                        take_wheel(p, &stack->entries[i], list);
}

struct bio_node *pam_su_trusted(struct facts *f)
{
        struct bio_node *list = tree_list(facts_tree(f));
        struct pam *p = pam_of(f);

        take_service(p, "su", list);
        take_service(p, "su-l", list);
        return list;
}
