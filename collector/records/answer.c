/* SPDX-License-Identifier: EUPL-1.2 */
#include <errno.h>
#include <string.h>
#include <syslog.h>

#include "base/diag.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "records/ingest.h"

#define ALARMS_MOST 10 /* lines in the journal for one request */

struct alarms {
        size_t count;
};

static void alarm_marks(struct alarms *a, const struct item *item, const struct store_added *added)
{
        unsigned marks = added->marks & (STORE_HOLE | STORE_FORK | STORE_CLOCK);
        _cleanup_text_ struct text names = {0};
        unsigned i;

        if (marks == 0 || a->count++ >= ALARMS_MOST)
                return;
        for (i = 0; i < STORE_MARKS; i++)
                if (marks & (1u << i))
                        text_printf(&names, "%s%s", names.length > 0 ? ", " : "", store_mark_name(1u << i));
        log_message(LOG_WARNING, "host %s: record %llu of chain %s: %s", added->host_name,
                    (unsigned long long)item->seq, item->chain, text_string(&names));
}

static void alarm_refused(struct alarms *a, const struct item *item)
{
        if (a->count++ < ALARMS_MOST)
                log_message(LOG_WARNING, "refused as %s: line %zu, chain %s, record %llu", item->refused, item->number,
                            item->chain[0] ? item->chain : "unknown", (unsigned long long)item->seq);
}

static int store_item(struct item *item, struct store *s, int64_t received, struct alarms *alarms)
{
        const struct store_record record = {
                .jws = &item->jws,
                .record = &item->record,
                .payload = item->payload,
                .incomplete = item->incomplete,
                .received = received,
                .witnessed = item->witnessed,
        };
        struct store_added added;
        int r;

        if (!item->refused) {
                r = store_add(s, &record, &added);
                if (r != -ENOENT) {
                        if (r >= 0)
                                alarm_marks(alarms, item, &added);
                        return r;
                }
                item->refused = "unknown-key"; /* its registration was withdrawn meanwhile */
        }
        alarm_refused(alarms, item);
        return store_quarantine(s, item->refused, item->chain[0] ? item->chain : NULL, item->seq, item->line,
                                item->length, received);
}

static json_t *refusal(const struct item *item)
{
        json_t *entry = json_must(json_object());

        json_set(entry, "line", json_must(json_integer((json_int_t)item->number)));
        json_set(entry, "chain", json_string_or_null(item->chain[0] ? item->chain : NULL));
        json_set(entry, "seq", item->seq > 0 ? json_must(json_integer((json_int_t)item->seq)) : json_null());
        json_set(entry, "hash", json_string_or_null(item->hash[0] ? item->hash : NULL));
        json_set(entry, "type", json_must(json_string(item->refused)));
        return entry;
}

/* By chain; within one, the stored record with the greatest number first. */
static int compare_items(const void *a, const void *b)
{
        const struct item *x = *(const struct item *const *)a, *y = *(const struct item *const *)b;
        int r = strcmp(x->chain, y->chain);

        if (r != 0)
                return r;
        if (!x->refused != !y->refused)
                return x->refused ? 1 : -1;
        return x->seq < y->seq ? 1 : x->seq > y->seq ? -1 : 0;
}

static int tell_chain(struct store *s, const struct item *newest, bool no_genesis, json_t *acked, json_t *want)
{
        struct store_position position;
        json_t *entry;
        int r = store_position(s, newest->chain, newest->seq, newest->refused ? NULL : newest->hash, &position);

        if (r < 0)
                return r == -ENOENT ? 0 : r;
        if (position.seq > 0) {
                entry = json_must(json_object());
                json_set(entry, "seq", json_must(json_integer((json_int_t)position.seq)));
                json_set(entry, "hash", json_must(json_string(position.hash)));
                json_set(acked, newest->chain, entry);
        } else if (no_genesis) {
                position.want = 1;
        }
        if (position.want > 0)
                json_set(want, newest->chain, json_must(json_integer((json_int_t)position.want)));
        return 0;
}

static int tell_chains(const struct batch *b, struct store *s, json_t *acked, json_t *want)
{
        _cleanup_free_ const struct item **sorted = must_alloc((b->count + 1) * sizeof(*sorted));
        size_t i, j;
        int r = 0;

        for (i = 0; i < b->count; i++)
                sorted[i] = &b->items[i];
        qsort(sorted, b->count, sizeof(*sorted), compare_items);
        for (i = 0; r >= 0 && i < b->count; i = j) {
                bool no_genesis = false;

                for (j = i; j < b->count && streq(sorted[j]->chain, sorted[i]->chain); j++)
                        no_genesis = no_genesis || sorted[j]->no_genesis;
                if (sorted[i]->chain[0] != '\0')
                        r = tell_chain(s, sorted[i], no_genesis, acked, want);
        }
        return r;
}

int batch_store(struct batch *b, struct store *s, const unsigned char secret[static STORE_SECRET_BYTES],
                int64_t received, json_t **ret)
{
        _cleanup_json_ json_t *acked = json_must(json_object()), *want = json_must(json_object());
        _cleanup_json_ json_t *refused = json_must(json_array());
        struct alarms alarms = {0};
        char nonce[NONCE_TEXT];
        size_t i;
        int r = 0;

        for (i = 0; r >= 0 && i < b->count; i++) {
                r = store_item(&b->items[i], s, received, &alarms);
                if (r >= 0 && b->items[i].refused)
                        json_push(refused, refusal(&b->items[i]));
        }
        if (r >= 0)
                r = tell_chains(b, s, acked, want);
        if (r < 0)
                return r;
        if (alarms.count > ALARMS_MOST)
                log_message(LOG_WARNING, "%zu more records of this request are marked or refused",
                            alarms.count - ALARMS_MOST);
        nonce_make(secret, received, nonce);
        *ret = json_must(json_object());
        json_set(*ret, "acked", TAKE_PTR(acked));
        json_set(*ret, "refused", TAKE_PTR(refused));
        json_set(*ret, "want", TAKE_PTR(want));
        json_set(*ret, "nonce", json_must(json_string(nonce)));
        return 0;
}
