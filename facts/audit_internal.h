/* SPDX-License-Identifier: EUPL-1.2 */
/* The parts of the fact `audit`. */
#ifndef FACTS_AUDIT_INTERNAL_H
#define FACTS_AUDIT_INTERNAL_H

#include "facts/arena.h"
#include "facts/audit_rule.h"
#include "facts/facts.h"

/* One line of the rules as auditctl gets them, and where it stands. */
struct rules_line {
        const char *bytes;
        size_t length;
        const char *source;
        unsigned line;
};

/* What is loaded when the host starts, in its order. */
struct rules_merged {
        struct arena *arena;
        struct rules_line *lines;
        size_t count, allocated;
        enum bio_state state; /* ABSENT: nothing loads rules here; UNREADABLE, UNDECIDABLE: `why`, of `source` */
        const char *why, *source;
        const char *loader; /* "augenrules", or the file that auditctl reads */
};
#define RULES_BYTES_MOST ((size_t)1024 * 1024)
#define RULES_FILES_MOST 1024

/* Finds out what loads the rules, and fills `ret`; lines are allocated with malloc. */
void rules_merge(struct facts *f, struct arena *arena, struct rules_merged *ret);
/* The same of augenrules alone. `carriage`: it takes a carriage return from the end of a line, as of audit 4. */
void rules_augen(struct facts *f, struct rules_merged *ret, bool carriage);

/* As `ls -v` sorts: numbers in names by value. */
int version_compare(const char *a, const char *b);

/* The rules laid down and the rules loaded, compared: made once, the child `rules` of the fact. */
struct bio_node *audit_rules(struct facts *f);

/* What auditd goes by, the child `config`. */
struct bio_node *audit_config(struct facts *f);

/* The version of audit that is installed, without its epoch; NULL where no package tells. */
const char *audit_version(struct facts *f);

#endif
