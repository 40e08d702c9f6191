/* SPDX-License-Identifier: EUPL-1.2 */
/* What a stack can answer under a hypothesis about who comes and with what. */
#ifndef FACTS_PAM_EXPLORE_H
#define FACTS_PAM_EXPLORE_H

#include "facts/pam_internal.h"

/* What an application asks of a stack. Each of the last two of auth and session runs over what its first one froze. */
enum pam_function {
        PAM_DO_AUTHENTICATE,
        PAM_DO_SETCRED,
        PAM_DO_ACCOUNT,
        PAM_DO_OPEN_SESSION,
        PAM_DO_CLOSE_SESSION,
        PAM_DO_CHAUTHTOK,
        PAM_FUNCTIONS,
};
extern const char *const pam_function_names[PAM_FUNCTIONS];
enum pam_type pam_function_type(enum pam_function function);

/* What is supposed; each is 0 where nothing is, and then both may be. */
enum pam_supposed {
        PAM_IS_PASSWORD, /* the one that is given: right, wrong */
        PAM_IS_LOCK,     /* what pam_faillock finds: open, denied */
        PAM_IS_FACTOR,   /* a second one: present, absent */
        PAM_IS_CALLER,   /* who runs the program: root, other */
        PAM_IS_USER,     /* who is asked about: root, other */
        PAM_IS_WHEEL,    /* whether the caller is in the group of pam_wheel: member, outside */
        PAM_IS_QUALITY,  /* of the new password: good, bad */
        PAM_IS_HISTORY,  /* of the new password: fresh, used */
        PAM_IS_COUNT,
};
extern const char *const pam_supposed_names[PAM_IS_COUNT];
extern const char *const pam_supposed_values[PAM_IS_COUNT][2]; /* value 1, value 2 */

struct pam_hypothesis {
        uint8_t values[PAM_IS_COUNT];
};

/* What happened on the way. */
enum pam_mark {
        PAM_MARK_RIGHT = 1,    /* a module took the password */
        PAM_MARK_WRONG = 2,    /* one that checks it was given a wrong one */
        PAM_MARK_COUNTED = 4,  /* pam_faillock counted a failure after that */
        PAM_MARK_DENIED = 8,   /* pam_faillock refused */
        PAM_MARK_SECOND = 16,  /* a second factor was taken */
        PAM_MARK_QUALITY = 32, /* a module refused new passwords that are bad, or let a good one pass */
        PAM_MARK_HISTORY = 64, /* the same of used ones */
        PAM_MARK_STORED = 128, /* a new password was stored */
        PAM_MARK_WHEEL = 256,  /* pam_wheel let the caller pass */
        PAM_MARK_ROOTOK = 512, /* the caller is root and needs no password */
};
#define PAM_MARKS 10
extern const char *const pam_mark_names[PAM_MARKS];

/* What a module may answer. */
struct pam_answers {
        uint32_t codes;                /* bits of enum pam_code */
        uint32_t on_success, on_other; /* marks */
        bool open;                     /* which of them is not told by the hypothesis */
};

struct pam_answers pam_module_answers(struct pam *p, const struct pam_entry *e, enum pam_function function, bool update,
                                      const struct pam_hypothesis *h, uint32_t marks);

/* What is asked: whether it can end so. */
struct pam_question {
        enum pam_function function;
        struct pam_hypothesis hypothesis;
        bool any_end;             /* else it is to succeed */
        uint32_t having, without; /* marks */
};

enum pam_truth { PAM_NO, PAM_MAYBE, PAM_YES };

struct pam_step {
        const struct pam_entry *entry;
        enum pam_code code;
        bool update; /* in the second pass of a change of password */
};

struct pam_exploration {
        enum pam_truth truth;
        uint32_t codes;                /* with which it can end */
        const char *why;               /* PAM_MAYBE without an entry: what is not modelled */
        const struct pam_entry *hinge; /* PAM_MAYBE: the module on whose answer it hinges */
        struct pam_step *steps;        /* PAM_YES: one way; in the arena */
        size_t count;
};

void pam_explore(struct pam *p, const struct pam_stack *stack, const struct pam_question *q,
                 struct pam_exploration *ret);

#endif
