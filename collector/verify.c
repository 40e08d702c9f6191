/* SPDX-License-Identifier: EUPL-1.2 */
/* verify: every stored chain again, from the raw records alone. What the store acknowledged must be there and hold. */
#include <string.h>
#include <syslog.h>

#include "base/diag.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "collector/commands.h"
#include "collector/config.h"
#include "store/store.h"

struct totals {
        uint64_t chains, records, disclosures, incomplete, missing, declared, forks, broken;
};

struct walk {
        struct chain chain;
        const char *id, *host, *kid;
        uint64_t acked;
        bool acked_seen;
        const char *acked_hash;
        struct totals *totals;
        uint64_t forks, broken;
};

static void complain(struct walk *w, uint64_t seq, const char *what, const char *why)
{
        log_message(LOG_ERR, "chain %s of host %s, record %llu: %s%s%s", w->id, w->host, (unsigned long long)seq, what,
                    why ? ": " : "", why ? why : "");
}

static void judge(struct walk *w, const struct record *r, enum chain_verdict verdict, const char *why)
{
        switch (verdict) {
        case CHAIN_OK:
        case CHAIN_DUPLICATE:
        case CHAIN_HOLE:
                return;
        case CHAIN_FORK:
                w->forks++;
                break;
        default:
                w->broken++;
        }
        complain(w, r->seq, chain_verdict_name(verdict), why);
}

static int each_record(const char *line, size_t length, void *user)
{
        _cleanup_free_ char *why = NULL, *chain_why = NULL;
        _cleanup_(jws_free) struct jws j = {0};
        struct walk *w = user;
        struct record record;

        w->totals->records++;
        if (jws_parse(line, length, JWS_LINE_MOST, &j, &why) < 0) {
                w->broken++;
                complain(w, 0, "malformed", why);
                return 0;
        }
        if (record_read(j.payload, &record, &why) < 0) {
                w->broken++;
                complain(w, 0, "malformed", why);
                return 0;
        }
        w->totals->disclosures += j.disclosure_count;
        judge(w, &record, chain_take(&w->chain, &j, &record, &chain_why), chain_why);
        if (record.seq == w->acked && streq(j.hash, w->acked_hash))
                w->acked_seen = true;
        return 0;
}

static void verify_chain(struct store *s, const json_t *entry, struct totals *t)
{
        struct walk w = {
                .id = json_member_string(entry, "chain"),
                .host = json_member_string(entry, "host"),
                .kid = json_member_string(entry, "kid"),
                .acked = (uint64_t)json_member_integer(entry, "seq", 0),
                .acked_hash = json_member_string(entry, "hash"),
                .totals = t,
        };

        chain_begin(&w.chain, NULL);
        if (store_each(s, w.id, each_record, &w) != 0)
                w.broken++;
        if (w.chain.records > 0 && (!w.chain.key || !streq(jose_key_id(w.chain.key), w.kid))) {
                w.broken++;
                complain(&w, 1, "the genesis does not introduce the key that is registered", NULL);
        }
        if (w.acked > 0 && !w.acked_seen) {
                w.broken++;
                complain(&w, w.acked, "was acknowledged and is not there", NULL);
        }
        if (w.chain.missing > w.chain.declared) {
                w.broken++;
                log_message(LOG_ERR, "chain %s of host %s: %llu records are missing that no gap declares lost", w.id,
                            w.host, (unsigned long long)(w.chain.missing - w.chain.declared));
        }
        t->chains += w.chain.records > 0;
        t->incomplete += w.chain.incomplete;
        t->missing += w.chain.missing;
        t->declared += w.chain.declared;
        t->forks += w.forks;
        t->broken += w.broken;
        chain_end(&w.chain);
}

int collector_verify(const struct collector_options *o)
{
        _cleanup_config_ struct collector_config c = {0};
        _cleanup_free_ char *directory = NULL;
        _cleanup_store_ struct store *s = NULL;
        _cleanup_json_ json_t *chains = NULL;
        struct totals t = {0};
        const json_t *entry;
        char *why = NULL;
        size_t i;

        if (collector_config_load(o->config, &c) < 0)
                return EXIT_USAGE;
        directory = collector_path(&c, COLLECTOR_STORE);
        if (store_open(directory, false, &s, &why) < 0) {
                log_message(LOG_ERR, "%s", why);
                free(why);
                return EXIT_FAILED;
        }
        chains = store_chains(s);
        if (!chains)
                return EXIT_FAILED;
        json_array_foreach (chains, i, entry)
                verify_chain(s, entry, &t);
        printf("%s: %llu record%s in %llu chain%s, %llu disclosures; %llu incomplete, %llu missing (%llu declared "
               "lost), "
               "%llu forks, "
               "%llu broken\n",
               t.broken + t.forks == 0 ? "valid" : "broken", (unsigned long long)t.records, t.records == 1 ? "" : "s",
               (unsigned long long)t.chains, t.chains == 1 ? "" : "s", (unsigned long long)t.disclosures,
               (unsigned long long)t.incomplete, (unsigned long long)t.missing, (unsigned long long)t.declared,
               (unsigned long long)t.forks, (unsigned long long)t.broken);
        if (fflush(stdout) != 0)
                return EXIT_FAILED;
        return t.broken + t.forks == 0 ? EXIT_DONE : EXIT_BROKEN;
}
