/* SPDX-License-Identifier: EUPL-1.2 */
/* Verifying files of records, as `bioagent verify` does: any number of files of one or many lines, chains mixed and in
 * any order, reports among them. */
#ifndef RECORD_VERIFY_H
#define RECORD_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "jose/key.h"
#include "record/record.h"

/* A report has no size limit of its own; this bounds what one line may ask of our memory. */
#define VERIFY_LINE_MOST ((size_t)1 << 30)

/* The values are exit statuses. Worst first: BROKEN, UNDECIDED, GAPS, VALID. */
enum verify_result {
        VERIFY_VALID = 0,
        VERIFY_BROKEN = 1,    /* refused, forged, forked, or numbers missing that no record declares lost */
        VERIFY_UNDECIDED = 2, /* could not be looked at: no key for it was given, a file unreadable or empty */
        VERIFY_GAPS = 3,      /* valid, and every missing number is declared lost */
};

/* What one line, or with line 0 a whole file, did wrong. All borrowed for the call. */
struct verify_problem {
        const char *file;  /* as given */
        size_t line;       /* from 1 */
        const char *chain; /* NULL where the line cannot be read, and in a report */
        uint64_t seq;
        enum chain_verdict verdict; /* CHAIN_OK where it was refused before its chain was looked at */
        enum verify_result result;  /* GAPS: numbers are missing before it, which may yet be declared */
        const char *why;            /* safe text */
};

/* The end of a chain. */
struct verify_chain {
        const char *chain, *host_id;
        const char *host_name; /* safe text */
        const char *kid;       /* in force at the end; empty where nothing of it was taken */
        bool introduced;       /* valid only under the key that introduces itself: no given key vouches for it */
        bool retired;
        uint64_t first, last; /* numbers, of the records taken; 0: none */
        uint64_t records;     /* taken, each hash once */
        uint64_t duplicates;
        uint64_t missing, declared; /* numbers */
        uint64_t forks;
        uint64_t refused;    /* not taken, forks aside */
        uint64_t incomplete; /* records some of whose disclosures were erased */
        enum verify_result result;
};

/* A stand-alone report. */
struct verify_report {
        const char *file;
        size_t line;
        const char *kid;       /* of its header; NULL: no thumbprint there */
        const char *host_name; /* safe text */
        int64_t made;
        size_t missing; /* disclosures that were erased */
        enum verify_result result;
        const char *why; /* NULL where it is valid */
};

/* Each may be NULL. Problems come in the order they are met, a chain after its problems. */
struct verify_listener {
        void (*problem)(const struct verify_problem *p, void *user);
        void (*chain)(const struct verify_chain *c, void *user);
        void (*report)(const struct verify_report *r, void *user);
        void *user;
};

/* Verifies `files` ("-": standard input). `keys` are those trusted from outside. Without any, a chain is verified under
 * the key of its own genesis; with some, one of them must sign in it. A report is verified under a given key only: its
 * header holds none. Returns the worst of all, as exit status. */
enum verify_result verify_files(const struct jose_key *const *keys, size_t key_count, const char *const *files,
                                size_t file_count, const struct verify_listener *listener);

#endif
