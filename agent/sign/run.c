/* SPDX-License-Identifier: EUPL-1.2 */
/* What a finished run becomes: nothing where nothing changed, a change, or a full. */
#include <string.h>
#include <syslog.h>

#include "base/diag.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "report/host.h"
#include "sign/compare.h"
#include "sign/daemon_internal.h"
#include "sign/ledger_internal.h"

/* A run, on its way to a record. All owned. */
struct run {
        json_t *results, *measures, *run;
        struct comparison comparison;
};

static void run_free(struct run *r)
{
        json_decref(r->results);
        json_decref(r->measures);
        json_decref(r->run);
        comparison_free(&r->comparison);
}

static void say_left_out(struct daemon *d, const json_t *names)
{
        _cleanup_free_ char *why = NULL;

        if (json_array_size(names) > 0)
                why = must_printf("%s is too large for a policy record: its digest alone is recorded",
                                  json_string_value(json_array_get(names, 0)));
        daemon_problem(d, PROBLEM_POLICY, why);
}

/* Policies and declarations in force, and the descriptors of the checks that ran: each text once in this chain, before
 * the first record that rests on it. */
static int record_policies(struct daemon *d, const json_t *results)
{
        _cleanup_json_ json_t *used = rules_used(&d->rules, results), *in_force = rules_in_force(&d->rules);
        _cleanup_free_ char *digest = descriptors_digest(used);
        bool more = !json_equal(d->in_force, in_force) ||
                    (d->rules.descriptors && !json_object_get(d->ledger.recorded, digest));

        while (more) {
                _cleanup_json_ json_t *left_out = NULL, *members = NULL;
                int r;

                members = rules_policy_members(&d->rules, used, d->ledger.recorded, &more, &left_out);
                say_left_out(d, left_out);
                r = daemon_record(d, RECORD_POLICY, members, NULL);
                if (r < 0)
                        return r;
        }
        json_decref(d->in_force);
        d->in_force = json_incref(in_force);
        return 0;
}

/* The first run of this process lists nothing again that the chain already holds in the same form. */
static void recall_in_force(struct daemon *d)
{
        _cleanup_json_ json_t *in_force = rules_in_force(&d->rules);
        json_t *digest;
        size_t i;

        if (d->in_force || !json_equal(d->ledger.in_force, in_force))
                return;
        json_array_foreach (in_force, i, digest) {
                if (!json_object_get(d->ledger.recorded, json_string_value(digest)))
                        return;
        }
        d->in_force = json_incref(in_force);
}

/* Why this run must give a full, and what that says of results that differ; NULL: an ordinary run. */
static const char *full_cause(const struct daemon *d)
{
        const struct state *s = &d->ledger.state;
        _cleanup_json_ json_t *policies = policies_list(d->rules.policies);

        if (s->full_seq == 0)
                return "host";
        if (!json_equal(s->policies, policies))
                return "policy";
        if (!streq(d->ledger.agent, report_agent_version()))
                return "agent";
        return d->cause;
}

static json_t *members_of(const struct run *r, bool full)
{
        json_t *members = json_must(json_object());

        json_set(members, "measures", json_incref(full ? r->measures : r->comparison.measures));
        json_set(members, "results", json_incref(full ? r->results : r->comparison.results));
        if (!full)
                json_set(members, "removed", json_incref(r->comparison.removed));
        return members;
}

static void log_run(const struct daemon *d, const struct run *r, bool full, bool recorded)
{
        static const char *const shown[] = {"fail", "error", "manual", "pass", "na"};
        _cleanup_json_ json_t *counts = count_statuses(r->results);
        _cleanup_text_ struct text line = {0};
        size_t i;

        for (i = 0; i < ELEMENTS(shown); i++) {
                json_int_t n = json_member_integer(counts, shown[i], 0);

                if (n > 0)
                        text_printf(&line, "%jd %s, ", (intmax_t)n, shown[i]);
        }
        if (line.length == 0)
                text_add(&line, "no results, ");
        if (recorded)
                text_printf(&line, "record %ju", (uintmax_t)d->ledger.seq);
        else
                text_add(&line, "no change");
        log_message(LOG_INFO, "run %s: %s", full ? "full" : "audit", line.data);
}

/* Takes the run to a record, and says what it was. */
static int record_run(struct daemon *d, struct run *r, int64_t now)
{
        const char *cause = full_cause(d);
        bool full = d->full_due || cause, recorded = false;
        _cleanup_json_ json_t *members = NULL;
        int error;

        comparison_make(&d->ledger.state, r->results, r->measures, cause, now, &r->comparison);
        error = record_policies(d, r->results);
        if (error == 0 && (full || !comparison_is_empty(&r->comparison))) {
                /* The state changes with the record: what the log says of it is said in time. */
                comparison_log(&r->comparison, &d->ledger.state);
                members = members_of(r, full);
                error = daemon_record(d, full ? RECORD_FULL : RECORD_CHANGE, members, r->run);
                recorded = error == 0;
        }
        if (error < 0)
                return error;
        log_run(d, r, full, recorded);
        if (full) {
                d->full_due = false;
                d->cause = NULL;
        }
        return 0;
}

int run_take(struct daemon *d, json_t *answer, const char *why)
{
        _cleanup_(run_free) struct run r = {0};
        _cleanup_diag_ struct diag diag = {0};
        json_t *descriptors = json_object_get(answer, "descriptors");
        const char *incomplete = answer ? json_member_string(answer, "why") : why;
        int64_t started = d->examination.started, now = moment_now();
        int error;

        daemon_problem(d, PROBLEM_OBSERVER, incomplete);
        if (answer && rules_bind(&d->rules, descriptors, &diag) < 0) {
                daemon_problem(d, PROBLEM_CONFIGURATION, "the policies cannot be read any more");
                return -EINVAL;
        }
        diag_print(&diag, stderr);
        if (answer)
                r.results = json_incref(json_object_get(answer, "results"));
        else
                r.results = examination_failed(d->ledger.state.results, now, why);
        if (!answer && json_array_size(r.results) == 0)
                return 0; /* nothing was ever seen here: there is nothing to say yet but the problem */
        r.measures = policies_roll_up(d->rules.policies, d->rules.config.profile, NULL, r.results);
        r.run = report_run("schedule", started, now, false);
        recall_in_force(d);
        error = record_run(d, &r, now);
        if (error == 0) {
                json_decref(d->counts);
                d->counts = count_statuses(r.results);
                d->last_run = now;
        }
        return error;
}
