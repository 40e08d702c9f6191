/* SPDX-License-Identifier: EUPL-1.2 */
/* What the user must know about an input: where it is wrong, what is wrong, what was expected. */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/cleanup.h"

enum diag_level { DIAG_ERROR, DIAG_WARNING, DIAG_NOTE };

struct diag_entry {
        enum diag_level level;
        char *file;      /* NULL: no file */
        unsigned line;   /* from 1; 0: the whole file */
        unsigned column; /* from 1; 0: the whole line */
        char *message;   /* safe text */
};

/* Bounded: after DIAG_MOST entries the rest is counted only. Zero-initialise; release with diag_free(). */
struct diag {
        struct diag_entry *entries;
        size_t count;
        size_t allocated;
        size_t dropped;
        bool failed; /* one of them, kept or dropped, is an error */
};

#define DIAG_MOST      100
#define _cleanup_diag_ _cleanup_(diag_free)

void diag_free(struct diag *d);
/* `d` may be NULL: then nothing is kept. What the format gives may hold any byte, and is made safe here: nothing that
 * is safe text already. Returns -EINVAL, so that a parser can return diag_add(…). */
int diag_add(struct diag *d, enum diag_level level, const char *file, unsigned line, unsigned column, const char *fmt,
             ...) _printf_(6, 7);
/* `file:line:column: error: message`, a line each. */
void diag_print(const struct diag *d, FILE *to);

/* Messages of a program: to stderr, with the journal's <N> prefix when stderr is the journal ($JOURNAL_STREAM matches).
 * Levels as in syslog(3): LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_INFO, LOG_DEBUG (only after log_set_verbose). One line
 * each; the text is made safe. `name` is set once at start ("bioagent-sign"). */
void log_set_name(const char *name);
void log_set_verbose(bool verbose);
void log_message(int level, const char *fmt, ...) _printf_(2, 3);

#endif
