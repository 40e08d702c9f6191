/* SPDX-License-Identifier: EUPL-1.2 */
/* Finding the chain that this key signs, its head, and the state that it holds. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "base/diag.h"
#include "base/io.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "sign/ledger.h"
#include "sign/ledger_internal.h"

/* A record of our spool, read and verified. */
struct page {
        struct jws jws;
        struct record record; /* borrows from jws.payload */
};

static void page_free(struct page *p)
{
        jws_free(&p->jws);
}

/* -EBADMSG: it is damaged, or not signed by `key` (NULL: not looked at), or not where it belongs. */
static int page_read(struct spool *s, const char *chain, uint64_t seq, const struct jose_key *key, struct page *ret)
{
        _cleanup_free_ char *line = NULL, *why = NULL;
        size_t length = 0;
        int r = spool_read(s, chain, seq, &line, &length);

        *ret = (struct page){0};
        if (r < 0)
                return r;
        r = jws_parse(line, length, JWS_LINE_MOST, &ret->jws, &why);
        if (r < 0)
                return -EBADMSG;
        if ((key && jws_verify(&ret->jws, key) < 0) || record_read(ret->jws.payload, &ret->record, &why) < 0 ||
            !streq(ret->record.chain, chain) || ret->record.seq != seq) {
                page_free(ret);
                return -EBADMSG;
        }
        return 0;
}

/* The newest record that can be read, from the end of the chain. 0: none; *ret_newest is the newest number there is. */
static uint64_t last_readable(struct ledger *l, const char *chain, const struct jose_key *key, uint64_t *ret_newest,
                              struct page *ret)
{
        _cleanup_free_ struct spool_entry *entries = NULL;
        size_t count = 0;

        *ret_newest = 0;
        if (spool_entries(l->spool, chain, &entries, &count) < 0 || count == 0)
                return 0;
        *ret_newest = entries[count - 1].seq;
        while (count-- > 0) {
                if (page_read(l->spool, chain, entries[count].seq, key, ret) == 0)
                        return entries[count].seq;
        }
        return 0;
}

static json_t *make_previous(const char *chain, uint64_t seq, const char *hash, const char *reason)
{
        json_t *previous = json_must(json_object());

        json_set(previous, "chain", json_string_or_null(chain));
        json_set(previous, "seq", seq > 0 ? json_must(json_integer((json_int_t)seq)) : json_null());
        json_set(previous, "hash", json_string_or_null(seq > 0 ? hash : NULL));
        json_set(previous, "reason", json_string_or_null(reason));
        log_message(LOG_WARNING, "a new chain begins: %s", reason);
        return previous;
}

/* No chain of ours is in the spool, but another's is: what a new one says of it. */
static json_t *previous_of(struct ledger *l, const struct spool_origin *other, const char *reason)
{
        _cleanup_(page_free) struct page page = {0};
        uint64_t newest = 0, seq = last_readable(l, other->chain, NULL, &newest, &page);

        return make_previous(other->chain, seq, page.jws.hash, reason);
}

/* The spool is empty. What the shipper last heard is then all that is known of what was. */
static json_t *previous_of_empty(const struct ledger *l)
{
        struct spool_acks acks;
        const struct spool_ack *last = NULL;
        _cleanup_free_ char *why = NULL;
        json_t *previous = NULL;
        size_t i;

        if (spool_acks_load(l->state_directory, &acks, &why) < 0)
                log_message(LOG_WARNING, "%s", why);
        for (i = 0; i < acks.count; i++) {
                if (!last || acks.acks[i].at >= last->at)
                        last = &acks.acks[i];
        }
        if (last)
                previous = make_previous(last->chain, last->seq, last->hash, "spool-lost");
        else if (l->identity->introduced)
                previous = make_previous(NULL, 0, NULL, "spool-lost");
        spool_acks_free(&acks);
        return previous ? previous : json_null();
}

static int compare_digests(const void *a, const void *b)
{
        return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Which texts a policy record holds, and which files it names. */
static void note_policies(struct ledger *l, uint64_t seq, const json_t *clear)
{
        const json_t *files = json_object_get(clear, "files"), *descriptors = json_object_get(clear, "descriptors"),
                     *file;
        _cleanup_free_ const char **digests = must_alloc((json_array_size(files) + 1) * sizeof(*digests));
        size_t i, count = 0;

        json_array_foreach (files, i, file) {
                const char *digest = json_member_string(file, "digest");

                if (!digest)
                        continue;
                digests[count++] = digest;
                if (json_is_string(json_object_get(file, "text")))
                        json_set(l->recorded, digest, json_must(json_integer((json_int_t)seq)));
        }
        if (json_is_object(descriptors)) {
                _cleanup_free_ char *digest = descriptors_digest(descriptors);

                json_set(l->recorded, digest, json_must(json_integer((json_int_t)seq)));
        }
        if (seq < l->in_force_seq)
                return;
        l->in_force_seq = seq;
        qsort(digests, count, sizeof(*digests), compare_digests);
        json_decref(l->in_force);
        l->in_force = json_must(json_array());
        for (i = 0; i < count; i++)
                json_push(l->in_force, json_string_or_null(digests[i]));
}

void ledger_note(struct ledger *l, const struct record *r, const json_t *clear, const char *hash)
{
        (void)state_take(&l->state, r, clear, hash);
        if (r->kind == RECORD_FULL) {
                const char *agent = json_member_string(json_object_get(clear, "run"), "agent");

                free(l->agent);
                l->agent = agent ? must_strdup(agent) : NULL;
        }
        if (r->kind == RECORD_POLICY)
                note_policies(l, r->seq, clear);
}

char *descriptors_digest(const json_t *descriptors)
{
        _cleanup_free_ char *sorted = json_sorted_text(descriptors);

        return sha256_digest(sorted, strlen(sorted));
}

static bool begins_full(const struct ledger *l, uint64_t seq)
{
        _cleanup_(page_free) struct page page = {0};

        return page_read(l->spool, l->chain, seq, l->identity->key, &page) == 0 && page.record.kind == RECORD_FULL &&
               page.record.part_index == 1;
}

static void note_from(struct ledger *l, const struct spool_entry *entries, size_t count, size_t from, bool state)
{
        size_t i;

        for (i = from; i < count; i++) {
                _cleanup_(page_free) struct page page = {0};
                _cleanup_json_ json_t *clear = NULL;
                size_t missing = 0;
                bool wanted;

                if (page_read(l->spool, l->chain, entries[i].seq, l->identity->key, &page) < 0) {
                        log_message(LOG_ERR, "record %ju in the spool is damaged", (uintmax_t)entries[i].seq);
                        continue;
                }
                wanted = page.record.kind == RECORD_POLICY ||
                         (state && (page.record.kind == RECORD_FULL || page.record.kind == RECORD_CHANGE));
                if (!wanted)
                        continue;
                clear = jws_disclosed(&page.jws, &missing, true);
                ledger_note(l, &page.record, clear, page.jws.hash);
        }
}

/* The state: the newest full that is complete and the changes after it. And, over the whole chain, which policies it
 * already holds. */
static void read_back(struct ledger *l)
{
        _cleanup_free_ struct spool_entry *entries = NULL;
        size_t count = 0, full;

        if (spool_entries(l->spool, l->chain, &entries, &count) < 0)
                return;
        for (full = count; full-- > 0;) {
                if (!begins_full(l, entries[full].seq))
                        continue;
                note_from(l, entries, count, full, true);
                if (l->state.full_seq > 0)
                        break;
                state_free(&l->state);
        }
        note_from(l, entries, full == SIZE_MAX ? count : full, 0, false);
}

static json_t *find_chain(struct ledger *l, const struct spool_origin *origins, size_t count)
{
        const struct spool_origin *own = spool_newest_origin(origins, count, jose_key_id(l->identity->key));
        const struct spool_origin *other = spool_newest_origin(origins, count, NULL);
        _cleanup_(page_free) struct page head = {0};
        uint64_t newest = 0, seq;

        if (!own && other)
                return previous_of(l, other,
                                   !other->kid[0]            ? "damaged"
                                   : l->identity->introduced ? "other-key"
                                                             : "key-lost");
        if (!own)
                return previous_of_empty(l);
        seq = last_readable(l, own->chain, l->identity->key, &newest, &head);
        if (seq != newest)
                return make_previous(own->chain, seq, head.jws.hash, "damaged");
        memcpy(l->chain, own->chain, RECORD_CHAIN_TEXT);
        l->seq = seq;
        l->kind = head.record.kind;
        l->made = head.record.made;
        memcpy(l->hash, head.jws.hash, JWS_HASH_TEXT);
        if (!streq(l->identity->host_id, own->host_id)) {
                log_message(LOG_WARNING, "the host id is that of the chain, %s", own->host_id);
                if (identity_set_host(l->identity, own->host_id) < 0)
                        log_message(LOG_WARNING, "cannot write %s", l->identity->host_id_path);
        }
        return json_null();
}

int ledger_open(const char *state, struct identity *identity, struct ledger *ret, json_t **ret_previous, char **why)
{
        _cleanup_free_ struct spool_origin *origins = NULL;
        size_t count = 0;
        int r;

        *ret = (struct ledger){.identity = identity, .max_size = UINT64_MAX};
        ret->state_directory = must_strdup(state);
        ret->keep_acknowledged = must_strdup("P30D");
        ret->recorded = json_must(json_object());
        r = spool_open(state, true, &ret->spool, why);
        if (r == 0) {
                r = spool_origins(ret->spool, &origins, &count);
                if (r < 0)
                        *why = must_printf("cannot read %s/spool: %s", state, strerror(-r));
        }
        if (r < 0) {
                ledger_free(ret);
                return r;
        }
        *ret_previous = find_chain(ret, origins, count);
        if (ret->chain[0]) {
                read_back(ret);
                r = identity_settle(identity);
                if (r < 0) {
                        *why = must_printf("cannot rename the new key to %s: %s", identity->key_path, strerror(-r));
                        json_decref(*ret_previous);
                        ledger_free(ret);
                }
        }
        return r;
}
