/* SPDX-License-Identifier: EUPL-1.2 */
#include "sign/compare.h"

#include <string.h>
#include <syslog.h>

#include "base/cleanup.h"
#include "base/diag.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/term.h"
#include "base/text.h"

void comparison_free(struct comparison *c)
{
        json_decref(c->results);
        json_decref(c->measures);
        json_decref(c->removed);
        *c = (struct comparison){0};
}

/* True where the old result said that time alone would change it by now. */
static bool was_to_change(const json_t *old, int64_t now)
{
        const char *changes_at = json_member_string(old, "changes_at");
        int64_t moment;

        return changes_at && moment_parse(changes_at, &moment) == 0 && moment <= now;
}

static void mark_change(json_t *result, const json_t *old, const char *cause, int64_t now)
{
        json_t *change = json_must(json_object());

        if (!cause)
                cause = was_to_change(old, now) ? "time" : "host";
        json_set(change, "cause", json_string_or_null(cause));
        json_set(change, "from", json_string_or_null(json_member_string(old, "status")));
        json_set(result, "change", change);
}

static void compare_results(const struct state *state, json_t *results, const char *cause, int64_t now, json_t *changed)
{
        json_t *result;
        size_t i;

        json_array_foreach (results, i, result) {
                _cleanup_free_ char *identity = result_identity(result);
                const json_t *old = json_object_get(state->results, identity);

                if (old && result_same(old, result))
                        continue;
                if (state->full_seq > 0)
                        mark_change(result, old, cause, now);
                json_push(changed, json_incref(result));
        }
}

static bool has_identity(const json_t *results, const char *identity)
{
        json_t *result;
        size_t i;

        json_array_foreach (results, i, result) {
                _cleanup_free_ char *other = result_identity(result);

                if (streq(other, identity))
                        return true;
        }
        return false;
}

static void find_removed(const struct state *state, const json_t *results, json_t *removed)
{
        const char *identity;
        json_t *old;

        json_object_foreach (state->results, identity, old) {
                json_t *entry;

                if (has_identity(results, identity))
                        continue;
                entry = json_must(json_object());
                json_set(entry, "check", json_must(json_deep_copy(json_object_get(old, "check"))));
                json_set(entry, "with", json_must(json_deep_copy(json_object_get(old, "with"))));
                json_push(removed, entry);
        }
}

static void compare_measures(const struct state *state, json_t *measures, json_t *changed)
{
        json_t *measure;
        size_t i;

        json_array_foreach (measures, i, measure) {
                const char *id = json_member_string(measure, "id");
                const json_t *old = id ? json_object_get(state->measures, id) : NULL;

                if (!old || !json_equal(json_object_get(old, "technical"), json_object_get(measure, "technical")) ||
                    !json_equal(json_object_get(old, "organisational"), json_object_get(measure, "organisational")))
                        json_push(changed, json_incref(measure));
        }
}

void comparison_make(const struct state *state, json_t *results, json_t *measures, const char *cause, int64_t now,
                     struct comparison *ret)
{
        *ret = (struct comparison){.results = json_must(json_array()),
                                   .measures = json_must(json_array()),
                                   .removed = json_must(json_array())};
        compare_results(state, results, cause, now, ret->results);
        compare_measures(state, measures, ret->measures);
        find_removed(state, results, ret->removed);
}

bool comparison_is_empty(const struct comparison *c)
{
        return json_array_size(c->results) == 0 && json_array_size(c->measures) == 0 &&
               json_array_size(c->removed) == 0;
}

void comparison_log(const struct comparison *c, const struct state *state)
{
        json_t *result;
        size_t i;

        json_array_foreach (c->results, i, result) {
                _cleanup_free_ char *identity = result_identity(result);
                const json_t *change = json_object_get(result, "change");
                const char *from = json_member_string(change, "from"), *to = json_member_string(result, "status");

                if (state->full_seq > 0 && !streq(from, to))
                        log_message(LOG_NOTICE, "%s: %s → %s (%s)", identity, from ? from : "new", to,
                                    json_member_string(change, "cause"));
        }
        json_array_foreach (c->removed, i, result) {
                _cleanup_free_ char *identity = result_identity(result);

                log_message(LOG_NOTICE, "%s: no longer examined", identity);
        }
}

json_t *count_statuses(const json_t *results)
{
        json_t *counts = json_must(json_object()), *result;
        json_int_t numbers[BIO_FAIL + 1] = {0};
        enum bio_status status;
        size_t i;

        json_array_foreach (results, i, result) {
                const char *name = json_member_string(result, "status");

                if (name && status_from(name, &status) == 0)
                        numbers[status]++;
        }
        for (status = BIO_FAIL;; status--) {
                json_set(counts, status_name(status), json_must(json_integer(numbers[status])));
                if (status == BIO_NA)
                        break;
        }
        return counts;
}
