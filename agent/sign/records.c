/* SPDX-License-Identifier: EUPL-1.2 */
/* The records that are not results. */
#include <string.h>

#include "base/io.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "report/host.h"
#include "sign/daemon_internal.h"

#define USEC ((uint64_t)1000 * 1000)

uint64_t daemon_spread(const struct daemon *d, uint64_t bound)
{
        _cleanup_free_ char *text = must_printf("%s %ju", d->identity.host_id, (uintmax_t)d->ledger.seq);
        unsigned char digest[SHA256_BYTES];
        uint64_t number;

        sha256(text, strlen(text), digest);
        memcpy(&number, digest, sizeof(number));
        return bound == 0 ? 0 : number % bound;
}

/* Every record promises the next one within heartbeat + jitter. The heartbeat comes at a moment of its own within the
 * first three quarters of the jitter, so that hosts spread; a tenth of the interval (at most a minute) before it, so
 * that the promise holds without any jitter too. */
static uint64_t heartbeat_after(const struct daemon *d)
{
        uint64_t interval = d->rules.config.heartbeat_s * USEC, jitter = d->rules.config.jitter_s * USEC;
        uint64_t early = interval / 10 < 60 * USEC ? interval / 10 : 60 * USEC;

        return interval - early + daemon_spread(d, jitter / 4 * 3);
}

static json_t *host_member(const struct daemon *d, bool attributes)
{
        const struct config *c = &d->rules.config;
        json_t *host = report_host(d->identity.host_id, c->organisation, c->labels, c->profile, "/");

        if (attributes)
                json_set(host, "attributes", identity_attributes());
        return host;
}

int daemon_record(struct daemon *d, enum record_kind kind, json_t *members, const json_t *run)
{
        bool begins = kind == RECORD_GENESIS || kind == RECORD_START;
        _cleanup_json_ json_t *host = host_member(d, begins), *policies = policies_list(d->rules.policies);
        _cleanup_free_ char *why = NULL;
        struct ledger_entry entry = {.kind = kind, .host = host, .run = run, .policies = policies, .members = members};
        int r;

        if (kind != RECORD_STOP)
                entry.promise = d->rules.config.heartbeat_s + d->rules.config.jitter_s;
        if (kind == RECORD_GENESIS)
                r = ledger_begin(&d->ledger, &entry, d->previous, &why);
        else
                r = ledger_append(&d->ledger, &entry, &why);
        daemon_problem(d, PROBLEM_SPOOL, r < 0 ? why : NULL);
        if (r == 0) {
                d->next_heartbeat = daemon_clock() + heartbeat_after(d);
                spool_notify(d->notify_socket);
        }
        return r;
}

static json_t *start_members(bool clean)
{
        _cleanup_free_ char *boot_id = report_boot_id();
        json_t *members = json_must(json_object());

        json_set(members, "clean", clean ? json_true() : json_false());
        json_set(members, "boot_id", json_string_or_null(boot_id));
        return members;
}

int daemon_begin(struct daemon *d)
{
        _cleanup_json_ json_t *members = NULL;
        char host_id[HOST_ID_TEXT];
        int r = 0;

        if (!d->identity.host_id[0]) {
                random_uuid(host_id);
                r = identity_set_host(&d->identity, host_id);
                if (r < 0) {
                        daemon_problem(d, PROBLEM_SPOOL, "cannot write the host id");
                        d->identity.host_id[0] = '\0';
                        return r;
                }
        }
        if (!d->ledger.chain[0])
                r = daemon_record(d, RECORD_GENESIS, NULL, NULL);
        if (r == 0) {
                /* What the process before this one left as its last word tells how it ended. */
                members = start_members(d->ledger.kind == RECORD_STOP || d->ledger.kind == RECORD_GENESIS);
                r = daemon_record(d, RECORD_START, members, NULL);
        }
        d->started = r == 0;
        return r;
}

static json_t *position(uint64_t seq, const char *hash)
{
        json_t *object;

        if (seq == 0)
                return json_null();
        object = json_must(json_object());
        json_set(object, "seq", json_must(json_integer((json_int_t)seq)));
        json_set(object, "hash", json_string_or_null(hash));
        return object;
}

int daemon_heartbeat(struct daemon *d)
{
        const struct state *s = &d->ledger.state;
        _cleanup_json_ json_t *members = json_must(json_object());
        json_t *state = json_must(json_object());

        json_set(state, "full", position(s->full_seq, s->full_hash));
        json_set(state, "last", position(s->last_seq, s->last_hash));
        json_set(members, "state", state);
        return daemon_record(d, RECORD_HEARTBEAT, members, NULL);
}

int daemon_stop(struct daemon *d)
{
        _cleanup_json_ json_t *members = start_members(true);

        return d->started ? daemon_record(d, RECORD_STOP, members, NULL) : 0;
}
