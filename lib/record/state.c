/* SPDX-License-Identifier: EUPL-1.2 */
/* The current state of a chain: its newest complete full and the changes after it. */
#include <errno.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "record/record.h"

static void drop_pending(struct state *s)
{
        json_decref(s->pending_results);
        s->pending_results = NULL;
        s->pending_run[0] = '\0';
        s->pending_next = 0;
        s->pending_of = 0;
        s->pending_seq = 0;
        s->pending_hash[0] = '\0';
}

void state_free(struct state *s)
{
        json_decref(s->results);
        json_decref(s->measures);
        json_decref(s->policies);
        drop_pending(s);
        *s = (struct state){0};
}

static void copy_hash(char to[static JWS_HASH_TEXT], const char *hash)
{
        size_t length = strnlen(hash, JWS_HASH_TEXT - 1);

        memcpy(to, hash, length);
        to[length] = '\0';
}

static void put_results(json_t *into, const json_t *results)
{
        json_t *result;
        size_t i;

        json_array_foreach (results, i, result) {
                _cleanup_free_ char *identity = result_identity(result);

                json_set(into, identity, json_incref(result));
        }
}

static void put_measures(json_t *into, const json_t *measures)
{
        json_t *measure;
        size_t i;

        json_array_foreach (measures, i, measure) {
                const char *id = json_member_string(measure, "id");

                if (id)
                        json_set(into, id, json_incref(measure));
        }
}

static void remove_results(json_t *from, const json_t *removed)
{
        const json_t *entry;
        size_t i;

        json_array_foreach (removed, i, entry) {
                _cleanup_free_ char *identity = result_identity(entry);

                (void)json_object_del(from, identity);
        }
}

static void take_policies(struct state *s, const json_t *payload)
{
        json_decref(s->policies);
        s->policies = json_incref(json_object_get(payload, "policies"));
}

/* All parts are in: they replace what was. */
static void complete(struct state *s, const struct record *r, const json_t *payload)
{
        json_decref(s->results);
        s->results = TAKE_PTR(s->pending_results);
        json_decref(s->measures);
        s->measures = json_must(json_object());
        put_measures(s->measures, json_object_get(payload, "measures"));
        take_policies(s, payload);
        s->full_seq = s->last_seq = s->pending_seq;
        copy_hash(s->full_hash, s->pending_hash);
        copy_hash(s->last_hash, s->pending_hash);
        s->made = r->made;
        drop_pending(s);
}

static void take_full(struct state *s, const struct record *r, const json_t *payload, const char *hash)
{
        const char *run = json_member_string(json_object_get(payload, "run"), "id");

        if (r->part_index == 1) {
                drop_pending(s);
                s->pending_results = json_must(json_object());
                s->pending_next = 1;
                s->pending_of = r->part_of;
                s->pending_seq = r->seq;
                copy_hash(s->pending_hash, hash);
                if (run)
                        strncpy(s->pending_run, run, sizeof(s->pending_run) - 1);
        } else if (r->part_index != s->pending_next || r->part_of != s->pending_of || !streq(run, s->pending_run)) {
                drop_pending(s); /* a part is missing: the run is ignored */
                return;
        }
        put_results(s->pending_results, json_object_get(payload, "results"));
        s->pending_next++;
        if (r->part_index == r->part_of)
                complete(s, r, payload);
}

static void take_change(struct state *s, const struct record *r, const json_t *payload, const char *hash)
{
        drop_pending(s);
        if (!s->results)
                return; /* nothing that it could change: the full is missing */
        put_results(s->results, json_object_get(payload, "results"));
        put_measures(s->measures, json_object_get(payload, "measures"));
        remove_results(s->results, json_object_get(payload, "removed"));
        take_policies(s, payload);
        s->last_seq = r->seq;
        copy_hash(s->last_hash, hash);
        s->made = r->made;
}

int state_take(struct state *s, const struct record *r, const json_t *payload, const char *hash)
{
        if (r->kind != RECORD_FULL && r->kind != RECORD_CHANGE)
                return 0;
        if (!json_is_array(json_object_get(payload, "results")))
                return -EINVAL;
        if (r->kind == RECORD_FULL)
                take_full(s, r, payload, hash);
        else
                take_change(s, r, payload, hash);
        return 0;
}
