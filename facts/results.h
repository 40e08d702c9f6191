/* SPDX-License-Identifier: EUPL-1.2 */
/* Inside the tracked file access: one result for each question asked, kept in the order of asking. */
#ifndef FACTS_RESULTS_H
#define FACTS_RESULTS_H

#include "facts/access.h"
#include "facts/walk.h"

/* How often something is read again because it changed meanwhile. */
#define ACCESS_TRIES 3

enum question { ASKED_READ, ASKED_PASS, ASKED_STAT, ASKED_LSTAT, ASKED_LIST, ASKED_GLOB };

struct matches {
        size_t count;
        const char *const *paths;
        const struct access_directory *unreadable;
};

struct result {
        struct result *chain;
        struct result *next;
        uint64_t hash;
        enum question question;
        size_t most; /* of ASKED_READ and ASKED_PASS: part of the question */
        const char *path;
        union {
                struct access_file file;
                struct access_directory directory;
                struct matches matches;
        };
};

struct access {
        struct walk walk;
        bool live;
        uint64_t bytes_read;
        struct text scratch;
        char *piece; /* buffer of access_pass() */
        size_t piece_size;
        struct result *first, *last;
        /* The answers once the bound is reached, to every further question. */
        struct result spent;
        struct access_directory spent_directory;
        struct matches spent_matches;
        struct result *buckets[WALK_BUCKETS];
};

/* The result of a question, asked now or before (then *fresh is false, and it is complete). Beyond the bound it is
 * `spent`, never fresh. */
struct result *result_of(struct access *a, enum question question, const char *path, size_t most, bool *fresh);
/* A reason that lives as long as the access. */
const char *access_say(struct access *a, const char *fmt, ...) _printf_(2, 3);

#endif
