/* SPDX-License-Identifier: EUPL-1.2 */
/* Policies: measures, their parts, and the checks that bear on them; and what the results of checks make of them. */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/tree.h"
#include "bioagent/node.h"

#define POLICY_SCHEMA "bioagent.policy/1"

enum policy_kind { POLICY_GOVERNMENT_MEASURE, POLICY_CONTROL, POLICY_MEASURE, POLICY_REQUIREMENT, POLICY_ADVICE };
enum policy_coverage { POLICY_HOST, POLICY_PARTLY, POLICY_ORGANISATION };
enum policy_bears { POLICY_CONFIRMS, POLICY_REFUTES };
enum policy_origin { POLICY_TEXT, POLICY_SECONDARY, POLICY_DECLARED, POLICY_PROPOSAL };

struct policy_title {
        const char *nl, *en;
};

struct policy_check {
        const char *check;
        enum policy_bears bears;
        enum policy_origin origin;
        const struct bio_node *with; /* map of parameters, or NULL */
        const struct bio_node *node; /* where it stands, for diagnostics */
};

struct policy_part {
        const char *id;
        struct policy_title title;
        bool by_host;
        const struct policy_check *checks;
        size_t check_count;
};

struct policy_attestation {
        struct policy_title statement;
        const char *officer;
        const char *valid; /* ISO 8601 */
};

struct policy_measure {
        const char *id;      /* "0-org-13" */
        const char *full_id; /* "algoritmekader:0-org-13" */
        enum policy_kind kind;
        enum policy_coverage coverage;
        struct policy_title title;
        const struct bio_node *refs;
        const struct bio_node *when; /* map on the host's profile, or NULL */
        const struct policy_part *parts;
        size_t part_count;
        const char *const *rolls_up; /* a requirement without parts: the measures of this policy that it answers by,
                                        NULL-terminated; else NULL */
        const struct policy_attestation *attest; /* NULL: none in the catalogue */
        const char *error; /* what keeps this measure from being judged (newer schema, unknown check), or NULL */
};

struct policy {
        const char *id, *version, *path;
        const char *digest; /* "sha256:…" of the file */
        struct policy_title title;
        const struct bio_node *source; /* map: name, version, date, licence */
        const struct policy_measure *measures;
        size_t measure_count;
        char *text; /* the file's bytes, for the policy record */
};

/* The words of the file for these. */
const char *policy_kind_name(enum policy_kind kind);
const char *policy_coverage_name(enum policy_coverage coverage);
const char *policy_bears_name(enum policy_bears bears);
const char *policy_origin_name(enum policy_origin origin);

/* Loaded policies, in order. Owns everything. */
struct policies;

struct policies *policies_new(void);
void policies_free(struct policies *p);
static inline void policies_drop(struct policies **p)
{
        policies_free(*p);
}
#define _cleanup_policies_ _cleanup_(policies_drop)

/* Adds one file. -EINVAL with diagnostics. A policy of a newer schema is taken, each of its measures with an `error`.
 */
int policies_add_file(struct policies *p, const char *path, struct diag *diag);
/* Adds policy ID from the first of `directories` (NULL-terminated) that has ID.yml; a name with a '/' or ending in .yml
 * is a file. -ENOENT with a diagnostic that names what there is. */
int policies_add(struct policies *p, const char *id, const char *const *directories, struct diag *diag);

size_t policies_count(const struct policies *p);
const struct policy *policies_at(const struct policies *p, size_t i);
/* By "POLICY:NUMBER", or by a NUMBER that only one policy has. NULL otherwise. */
const struct policy_measure *policies_measure(const struct policies *p, const char *id);

/* Directories in which policies are looked for by id, NULL-terminated, each malloc'd: those shipped with the running
 * program (found from where it lies, so that the build tree works as the installation does), then
 * CONFIG_DIRECTORY/policies.d. A local policy thus never stands in for a shipped one. */
char **policy_directories(const char *config_directory);
void policy_directories_free(char **directories);

/* Titles for reports: {"algoritmekader:0-org-13":{"nl","en","parts":{"storage":{"nl","en","by":"host"}}}}. New
 * reference. */
json_t *policies_titles(const struct policies *p);

/* Holds the loaded policies against the checks that the observer describes (descriptors' "checks"): a check that it
 * lacks, or a parameter of another type, gives the measure its `error`, with a diagnostic of level warning. */
void policies_bind(struct policies *p, const json_t *checks, struct diag *diag);

/* The host's profile: flat map of bool, integer or text (configuration), or NULL. Undeclared means the stricter demand.
 */
/* The entries of a plan: [{"check":…,"with":{…}}], each identity once, in order of first use, for the measures chosen.
 * NULL filters mean all. `checks`: only these ids. New reference. Unknown measure or check ids: NULL with a diagnostic.
 */
json_t *policies_plan(const struct policies *p, const json_t *descriptors, const json_t *profile,
                      const char *const *measures, const char *const *checks, struct diag *diag);

/* True where this result counts for the exit status of a run: one that bears only on measures of kind advice does not,
 * unless `strict`. */
bool policies_result_counts(const struct policies *p, const json_t *result, bool strict);

/* The part of a requirement that stands for what it asks beyond the measures that it rolls up. */
#define POLICY_BEYOND "beyond"
struct policy_title policy_beyond_title(void);

/* Rolls results up. `results` (array of results as the observer gives them) get their "measures" member
 * (["algoritmekader:0-org-13/storage"]) in place. Answers the record's "measures" array: new reference. A measure whose
 * `when` does not hold is `na`; a part that no check of ours confirms is `manual`, `not-examined`, unless something
 * refutes it; a part whose confirming check was left out of the run is not listed as examined. The parts of a
 * requirement are the measures that it rolls up, and what it asks beyond them, which is not examined. */
json_t *policies_roll_up(const struct policies *p, const json_t *profile, const char *const *measures, json_t *results);

/* The record's "policies" array: [{"id","version","digest","tailored"}]. New reference. */
json_t *policies_list(const struct policies *p);

#endif
