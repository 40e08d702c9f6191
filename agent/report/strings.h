/* SPDX-License-Identifier: EUPL-1.2 */
/* The words of reports and of the command line, in each language. */
#ifndef REPORT_STRINGS_H
#define REPORT_STRINGS_H

#include "bioagent/node.h"
#include "report/report.h"

enum report_string {
        STRING_READ_ONLY,    /* arguments: version, host, os, as whom */
        STRING_OFFLINE_ROOT, /* version, as whom */
        STRING_POLICIES,
        STRING_EXPECTED,
        STRING_NONE,
        STRING_LICENCE,
        STRING_BEARS_ON,
        STRING_FIX,
        STRING_RELOAD,
        STRING_RISK,
        STRING_UNDO,
        STRING_AND_MORE,         /* count */
        STRING_MORE_FINDINGS,    /* count */
        STRING_COUNTED_FINDINGS, /* count */
        STRING_MEASURE,
        STRING_ANSWER,
        STRING_ORGANISATION,
        STRING_EXAMINED,
        STRING_N_OF_M, /* n, m */
        STRING_REST_HOST,
        STRING_REST_ORGANISATION,
        STRING_NO_DEVIATION, /* n, m */
        STRING_SUMMARY,      /* checks, failed, error, manual, pass, na */
        STRING_ADVICE,       /* checks, failed */
        STRING_FOR_ROOT,     /* checks */
        STRING_EXPLAIN,
        STRING_CAUSE_CHECKS, /* cause, checks */
        STRING_TAILORED,
        STRING_NOTHING_EXAMINED,
        STRING_HOST_NOT_NEEDED,
        STRING_LIMITS,
        STRING_NOTHING_FAILED,
        STRING_NO_CHECKS,
        STRING_KIND,
        STRING_COVERAGE,
        STRING_SOURCE,
        STRING_OFFICIAL_TEXT,
        STRING_REFERENCES,
        STRING_PARTS,
        STRING_BY_HOST,
        STRING_BY_ORGANISATION,
        STRING_NO_CHECK_YET,
        STRING_CONFIRMS,
        STRING_REFUTES,
        STRING_ATTEST, /* officer, term */
        STRING_WHY,
        STRING_SEVERITY,
        STRING_ASPECT,
        STRING_MAX_AGE,
        STRING_USES,
        STRING_PARAMETERS,
        STRING_DEFAULT,
        STRING_ORIGIN,
        STRING_APPLIES_WHEN,
        STRING_ROLLS_UP,
        STRING_MEASURES,
        STRING_VERSION,
        STRING_FILE,
        STRING_COUNT,
};

const char *report_string(enum report_string id, enum report_language language);
/* The same with {1}, {2}, … replaced; malloc'd. */
char *report_fill(enum report_string id, enum report_language language, const char *const *arguments, size_t count);
char *report_fill_counts(enum report_string id, enum report_language language, const size_t *counts, size_t count);
/* "fail" as that language says it. */
const char *report_status_word(const char *status, enum report_language language);
const char *report_organisational_word(const char *answer, enum report_language language);
/* A word of a policy or descriptor (a kind, coverage, origin, officer, severity, aspect; "type:" and the type of a
 * parameter) as that language says it; one that it does not know as it is. */
const char *report_word(const char *word, enum report_language language);
/* "P1Y" as "1 year"; what is no calendar term as it is, NULL as nothing. Malloc'd. */
char *report_term(const char *term, enum report_language language);

#endif
