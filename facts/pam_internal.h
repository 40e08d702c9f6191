/* SPDX-License-Identifier: EUPL-1.2 */
/* PAM as libpam reads it: lines, control words, the stacks of a service, and what its dispatcher makes of them
 * (libpam's pam_handlers.c, pam_misc.c, pam_dispatch.c; pam.conf(5)). */
#ifndef FACTS_PAM_INTERNAL_H
#define FACTS_PAM_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "facts/arena.h"
#include "facts/facts.h"

#define PAM_FILE_MOST    ((size_t)1024 * 1024)
#define PAM_ENTRIES_MOST 4096 /* of a service */
#define PAM_LEVELS       16   /* PAM_SUBSTACK_MAX_LEVEL */
/* libpam 1.5 follows files that include each other until descriptors run out: what is beyond this is not told. */
#define PAM_INCLUDES_MOST 64
#define PAM_FILES_MOST    1024              /* included by a service */
#define PAM_BYTES_MOST    ((size_t)4 << 20) /* over all files of a service, each counted each time it is included */

/* How libpam reads: what changed between 1.5 and 1.7, and what Debian's has of its own. */
enum pam_release { PAM_1_5, PAM_1_7, PAM_OTHER_RELEASE };

struct pam_reading {
        enum pam_release release;
        bool debian; /* @include; relative names only in /etc/pam.d; a jump says nothing in a frozen chain */
};

/* --- lines */

struct pam_lines {
        const char *bytes;
        size_t length, at;
        unsigned line; /* read so far */
        enum pam_release release;
};

enum pam_line_end {
        PAM_LINE_NONE, /* the file is at its end */
        PAM_LINE_READ,
        PAM_LINE_INCOMPLETE, /* continued beyond the end, or longer than the buffer: the service cannot be read */
        PAM_LINE_ENDLESS,    /* libpam reads on for ever */
        PAM_LINE_OPEN,       /* releases read it differently, and this one is not known */
};

/* The next line with its continuations, without comment: *line is cut off at a NUL as libpam's strings are. */
enum pam_line_end pam_line_next(struct pam_lines *lines, struct text *line, unsigned *number);

/* The next word, in place: *rest is what is left, NULL after the last word. One in brackets may hold blanks, and loses
 * them. NULL: there is none. */
char *pam_word(char *from, char **rest);

/* --- control words */

enum pam_code {
        PAM_SUCCESS,
        PAM_OPEN_ERR,
        PAM_SYMBOL_ERR,
        PAM_SERVICE_ERR,
        PAM_SYSTEM_ERR,
        PAM_BUF_ERR,
        PAM_PERM_DENIED,
        PAM_AUTH_ERR,
        PAM_CRED_INSUFFICIENT,
        PAM_AUTHINFO_UNAVAIL,
        PAM_USER_UNKNOWN,
        PAM_MAXTRIES,
        PAM_NEW_AUTHTOK_REQD,
        PAM_ACCT_EXPIRED,
        PAM_SESSION_ERR,
        PAM_CRED_UNAVAIL,
        PAM_CRED_EXPIRED,
        PAM_CRED_ERR,
        PAM_NO_MODULE_DATA,
        PAM_CONV_ERR,
        PAM_AUTHTOK_ERR,
        PAM_AUTHTOK_RECOVERY_ERR,
        PAM_AUTHTOK_LOCK_BUSY,
        PAM_AUTHTOK_DISABLE_AGING,
        PAM_TRY_AGAIN,
        PAM_IGNORE,
        PAM_ABORT,
        PAM_AUTHTOK_EXPIRED,
        PAM_MODULE_UNKNOWN,
        PAM_BAD_ITEM,
        PAM_CONV_AGAIN,
        PAM_INCOMPLETE,
        PAM_CODES,
};

/* As written in control words: "auth_err"; PAM_CODES: "default". */
extern const char *const pam_code_names[PAM_CODES + 1];

/* What is made of a return code; above 0: how many entries are jumped over. */
enum pam_action {
        ACTION_IGNORE = 0,
        ACTION_OK = -1,
        ACTION_DONE = -2,
        ACTION_BAD = -3,
        ACTION_DIE = -4,
        ACTION_RESET = -5
};
#define PAM_ACTION_NAMES 6
extern const char *const pam_action_names[PAM_ACTION_NAMES]; /* [-action] */
/* No stack is as long as this; a jump of it or more is past every end. */
#define PAM_JUMP_MOST 32767

struct pam_control {
        int16_t actions[PAM_CODES];
        bool open; /* libpam's own answer is not defined, or depends on a release that is not known */
};

/* A control word that is none of include and substack; true where it was read as written. */
bool pam_control_read(const char *word, enum pam_release release, struct pam_control *ret);

/* --- stacks */

enum pam_type { PAM_AUTH, PAM_ACCOUNT, PAM_PASSWORD, PAM_SESSION, PAM_TYPES };
extern const char *const pam_type_names[PAM_TYPES];

enum pam_kind {
        PAM_MODULE,
        PAM_MUST_FAIL, /* a line that is no good: permission denied, and the control counts as far as it was read */
        PAM_SUBSTACK,  /* here one begins: its entries follow, a level higher */
};

struct pam_entry {
        enum pam_kind kind;
        bool silent;    /* -type: nothing is logged where the module is missing */
        unsigned level; /* of substacks */
        struct pam_control control;
        const char *control_text;     /* as written; "" where there is none */
        const char *module;           /* as written, or the substack's file; NULL: none */
        const char *name;             /* PAM_MODULE: its file name without directory and ending: "pam_unix" */
        const char *why;              /* PAM_MUST_FAIL: what is wrong */
        const char *const *arguments; /* ended by NULL */
        const char *path;
        unsigned line;
};

struct pam_stack {
        struct pam_entry *entries;
        size_t count, allocated;
};

enum pam_service_state {
        PAM_SERVICE_READ,
        PAM_SERVICE_BROKEN,     /* libpam gives up: every call answers PAM_ABORT */
        PAM_SERVICE_CRASHES,    /* the program that asks ends by a signal */
        PAM_SERVICE_UNREADABLE, /* a file could not be read by us */
        PAM_SERVICE_OPEN,       /* not modelled */
};

struct pam_service {
        const char *name;
        const char *file; /* that it was read from; NULL: none of its own */
        enum pam_service_state state;
        const char *why, *why_path; /* of all states but the first */
        unsigned why_line;
        unsigned files; /* included so far */
        size_t bytes;   /* read so far */
        struct pam_stack stacks[PAM_TYPES];
};

/* What is known of this host's PAM; made once a run. */
struct pam {
        struct facts *facts;
        struct arena arena;
        struct pam_reading reading;
        const char *version;           /* of the package; NULL: not known */
        bool directories;              /* /etc/pam.d or /usr/lib/pam.d is there: pam.conf is not read */
        struct pam_service *other;     /* the fallback */
        struct pam_service **services; /* read so far */
        size_t count, allocated;
        const char **names; /* of all services that have a file or lines */
        size_t names_count, names_allocated;
        const char **places; /* directories of modules; not looked for before the first is asked for */
        size_t places_count, places_allocated;
        bool places_found;
};

struct pam *pam_of(struct facts *f);
/* A service's own stacks, as libpam reads them; lower case. Never NULL. */
const struct pam_service *pam_service_of(struct pam *p, const char *name);
/* Why a service answers nothing, its own or that of `other`, which libpam reads with it: NULL where it answers. */
const struct pam_service *pam_service_fault(struct pam *p, const struct pam_service *s);
/* The stack that counts: where the service has none of a type, that of `other`. */
const struct pam_stack *pam_stack_of(struct pam *p, const struct pam_service *s, enum pam_type type);
/* Why a service has no answer of its own; NULL: libpam gives up, which is one. */
struct bio_node *pam_fault_node(struct pam *p, const struct pam_service *fault);
extern const struct fact_query pam_queries[];
/* Adds what its file holds. */
void pam_service_read(struct pam *p, struct pam_service *s);
/* Whether a module's file is there; false with *why where it could not be told. */
bool pam_module_there(struct pam *p, const struct pam_entry *e, const char **why);

/* --- dispatch */

enum pam_impression { PAM_UNDEFINED, PAM_POSITIVE, PAM_NEGATIVE };

struct pam_verdict {
        uint8_t impression, status;
};

/* Where a walk stands: before the entry `at`. */
struct pam_state {
        uint32_t marks; /* pam_explore.h */
        struct pam_verdict now;
        struct pam_verdict saved[PAM_LEVELS]; /* at the beginning of each substack that is open */
        uint16_t at;
        uint8_t level;  /* of the entry that was taken last */
        uint8_t ended;  /* PAM_INCOMPLETE: the application is to call again */
        uint8_t update; /* the second pass of a change of password */
        uint8_t spare;  /* states are compared byte by byte */
};
_Static_assert(sizeof(struct pam_state) == 44, "no padding");

void pam_walk_begin(struct pam_state *s);
/* Takes the entry at s->at, whose module returned `code`; in a frozen chain `frozen` is what it returned in the first
 * call, which decides, else the same as `code`. A substack's entry takes none. */
void pam_walk_step(const struct pam_stack *stack, struct pam_state *s, enum pam_code code, enum pam_code frozen);
/* What the caller gets once s->at is past the last entry. */
enum pam_code pam_walk_end(const struct pam_stack *stack, const struct pam_state *s);

#endif
