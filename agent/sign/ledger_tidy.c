/* SPDX-License-Identifier: EUPL-1.2 */
/* What may leave the spool, and when. */
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "base/diag.h"
#include "base/memory.h"
#include "base/term.h"
#include "base/text.h"
#include "sign/ledger.h"
#include "sign/ledger_internal.h"

uint64_t ledger_acknowledged(struct ledger *l, const struct spool_acks *acks, const char *chain)
{
        const struct spool_ack *ack = spool_acks_of((struct spool_acks *)acks, chain, false);
        _cleanup_free_ char *line = NULL, *why = NULL;
        struct jws j = {0};
        size_t length = 0;
        bool ours;

        if (!ack || ack->seq == 0 || spool_read(l->spool, chain, ack->seq, &line, &length) < 0 ||
            jws_parse(line, length, JWS_LINE_MOST, &j, &why) < 0)
                return 0;
        ours = streq(j.hash, ack->hash);
        jws_free(&j);
        return ours ? ack->seq : 0;
}

/* True for what must stay although it is acknowledged. The genesis introduces the key at enrolment; the policies in
 * force and the state are read back at start; `acknowledged` itself proves the acknowledgement. spool_remove() keeps
 * the newest. */
static bool must_stay(const struct ledger *l, const struct spool_entry *entry, uint64_t acknowledged)
{
        const char *digest;
        json_t *seq;

        if (entry->seq == 1 || entry->seq >= acknowledged)
                return true;
        if (!streq(entry->chain, l->chain))
                return false;
        if (entry->seq >= l->state.full_seq)
                return true;
        json_object_foreach (l->recorded, digest, seq) {
                if ((uint64_t)json_integer_value(seq) == entry->seq)
                        return true;
        }
        return false;
}

/* Removes what is acknowledged, and old where `keep` is given, until `bytes` are freed. */
static uint64_t remove_acknowledged(struct ledger *l, const char *chain, uint64_t acknowledged, const struct term *keep,
                                    int64_t now, uint64_t bytes)
{
        _cleanup_free_ struct spool_entry *entries = NULL;
        size_t count = 0, i;
        uint64_t freed = 0;

        if (acknowledged == 0 || spool_entries(l->spool, chain, &entries, &count) < 0)
                return 0;
        for (i = 0; i < count && freed < bytes; i++) {
                if (must_stay(l, &entries[i], acknowledged) || (keep && term_add(entries[i].mtime, keep) > now))
                        continue;
                if (spool_remove(l->spool, chain, entries[i].seq) == 0)
                        freed += entries[i].size;
        }
        return freed;
}

static uint64_t tidy(struct ledger *l, const struct term *keep, int64_t now, uint64_t bytes)
{
        _cleanup_free_ char(*chains)[RECORD_CHAIN_TEXT] = NULL;
        _cleanup_free_ char *why = NULL;
        struct spool_acks acks;
        size_t count = 0, i;
        uint64_t freed = 0;

        if (spool_acks_load(l->state_directory, &acks, &why) < 0) {
                log_message(LOG_WARNING, "%s", why);
                return 0;
        }
        if (acks.count > 0 && spool_chains(l->spool, &chains, &count) == 0) {
                for (i = 0; i < count && freed < bytes; i++) {
                        uint64_t acknowledged = ledger_acknowledged(l, &acks, chains[i]);

                        freed += remove_acknowledged(l, chains[i], acknowledged, keep, now, bytes - freed);
                }
        }
        spool_acks_free(&acks);
        return freed;
}

void ledger_tidy(struct ledger *l, int64_t now)
{
        struct term keep;

        if (term_parse(l->keep_acknowledged, &keep) == 0)
                (void)tidy(l, &keep, now, UINT64_MAX);
}

bool ledger_make_room(struct ledger *l, uint64_t bytes)
{
        return tidy(l, NULL, 0, bytes) >= bytes;
}

void ledger_figures(struct ledger *l, struct ledger_figures *ret)
{
        _cleanup_free_ char(*chains)[RECORD_CHAIN_TEXT] = NULL;
        _cleanup_free_ char *why = NULL;
        struct spool_acks acks;
        size_t count = 0, n, i, j;

        *ret = (struct ledger_figures){.bytes = spool_size(l->spool)};
        if (spool_acks_load(l->state_directory, &acks, &why) < 0)
                log_message(LOG_WARNING, "%s", why);
        for (i = 0; i < acks.count; i++) {
                if (acks.acks[i].at > ret->last_ack)
                        ret->last_ack = acks.acks[i].at;
        }
        if (spool_chains(l->spool, &chains, &count) < 0)
                count = 0;
        for (i = 0; i < count; i++) {
                _cleanup_free_ struct spool_entry *entries = NULL;
                uint64_t acknowledged = ledger_acknowledged(l, &acks, chains[i]);

                if (spool_entries(l->spool, chains[i], &entries, &n) < 0)
                        continue;
                ret->records += n;
                for (j = 0; j < n; j++)
                        ret->unacknowledged += entries[j].seq > acknowledged;
        }
        spool_acks_free(&acks);
}
