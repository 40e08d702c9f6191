/* SPDX-License-Identifier: EUPL-1.2 */
#include "ship/shipper.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "base/diag.h"
#include "base/io.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/term.h"
#include "ship/answer.h"

#define REFUSED_MOST  50 /* kept in ack.json, of one chain */
#define BACKOFF_LEAST ((uint64_t)1000)
#define STATUS_MODE   0640

void reply_free(struct reply *r)
{
        free(r->body);
        free(r->error);
        *r = (struct reply){0};
}

void shipper_say(struct shipper *s, const char *error)
{
        _cleanup_free_ char *path = must_printf("%s/ship/status.json", s->state), *text = NULL;
        _cleanup_json_ json_t *status = json_must(json_object());
        char at[MOMENT_TEXT];
        int r;

        if (s->said && streq(s->error, error))
                return;
        s->said = true;
        if (error)
                log_message(LOG_WARNING, "%s", error);
        else if (s->error)
                log_message(LOG_NOTICE, "the collector takes records again");
        free(s->error);
        s->error = error ? must_strdup(error) : NULL;
        moment_format(moment_now(), at);
        json_set(status, "error", error ? json_safe_string(error, strlen(error)) : json_null());
        json_set(status, "at", json_string_or_null(at));
        text = json_text(status);
        r = file_write_durably(AT_FDCWD, path, STATUS_MODE, text, strlen(text), false);
        if (r < 0)
                log_message(LOG_WARNING, "cannot write %s: %s", path, strerror(-r));
}

/* Of the files that are written here. Those of an enrolment are its own to remove: it may be at work now. */
static void remove_temporaries(const char *state)
{
        static const char *const names[] = {"ack.json", "status.json"};
        size_t i;

        for (i = 0; i < ELEMENTS(names); i++) {
                _cleanup_free_ char *path = must_printf("%s/ship/%s", state, names[i]);

                file_remove_temporaries(AT_FDCWD, path);
        }
}

void shipper_begin(struct shipper *s, struct spool *spool, const char *state, shipper_post post, void *user)
{
        _cleanup_free_ char *why = NULL;

        *s = (struct shipper){
                .spool = spool, .state = must_strdup(state), .post = post, .user = user, .lines_most = SIZE_MAX};
        remove_temporaries(state);
        if (spool_acks_load(state, &s->acks, &why) < 0)
                log_message(LOG_WARNING, "%s: begun anew, everything is sent again", why);
}

void shipper_end(struct shipper *s)
{
        spool_acks_free(&s->acks);
        free(s->cursors);
        free(s->state);
        free(s->error);
        *s = (struct shipper){0};
}

static uint64_t acknowledged(struct shipper *s, const char *chain)
{
        const struct spool_ack *ack = spool_acks_of(&s->acks, chain, false);

        return ack ? ack->seq : 0;
}

static struct cursor *cursor_of(struct shipper *s, const char *chain)
{
        struct cursor *c;
        size_t i;

        for (i = 0; i < s->cursor_count; i++) {
                if (streq(s->cursors[i].chain, chain))
                        return &s->cursors[i];
        }
        s->cursors = must_realloc(s->cursors, s->cursor_count + 1, sizeof(*s->cursors));
        c = &s->cursors[s->cursor_count++];
        *c = (struct cursor){.sent = acknowledged(s, chain)};
        c->furthest = c->sent;
        memcpy(c->chain, chain, RECORD_CHAIN_TEXT);
        return c;
}

/* Where each chain will stand when this batch got through. */
struct advance {
        char chain[RECORD_CHAIN_TEXT];
        uint64_t sent;
};

struct shipment {
        struct batch batch;
        struct advance *advances;
        size_t advance_count;
};

static void shipment_free(struct shipment *p)
{
        batch_free(&p->batch);
        free(p->advances);
}

/* The oldest records that were not sent yet, chain after chain. */
static int gather(struct shipper *s, struct shipment *p)
{
        _cleanup_free_ char(*chains)[RECORD_CHAIN_TEXT] = NULL;
        size_t count = 0, i;
        int r = spool_chains(s->spool, &chains, &count);

        if (r < 0)
                return r;
        p->advances = must_alloc((count + 1) * sizeof(*p->advances));
        for (i = 0; i < count; i++) {
                struct advance *a = &p->advances[p->advance_count];
                const struct cursor *c = cursor_of(s, chains[i]);

                memcpy(a->chain, chains[i], RECORD_CHAIN_TEXT);
                r = batch_add(&p->batch, s->spool, chains[i], c->sent, s->lines_most, &a->sent);
                if (r < 0)
                        return r;
                p->advance_count++;
                if (r > 0)
                        break;
        }
        return 0;
}

static bool is_ours(struct shipper *s, const struct answer_acked *acked)
{
        _cleanup_free_ char *line = NULL, *why = NULL;
        struct jws j = {0};
        size_t length = 0;
        bool same;
        int r = spool_read(s->spool, acked->chain, acked->seq, &line, &length);

        /* A record that has left the spool was acknowledged before; sign, too, believes only what it can read. */
        if (r == -ENOENT)
                return true;
        if (r < 0 || jws_parse(line, length, JWS_LINE_MOST, &j, &why) < 0)
                return false;
        same = streq(j.hash, acked->hash);
        jws_free(&j);
        return same;
}

/* True where the spool has this chain, with records up to `seq`. */
static bool has_record(struct shipper *s, const char *chain, uint64_t seq)
{
        _cleanup_free_ struct spool_entry *entries = NULL;
        size_t count = 0;

        return spool_entries(s->spool, chain, &entries, &count) == 0 && count > 0 && entries[count - 1].seq >= seq;
}

/* An acknowledgement of what we do not have is not taken down; sending goes on. It is how a host would look to its
 * collector after it was set back to an earlier state. */
static bool is_credible(struct shipper *s, const struct answer_acked *acked)
{
        if (acked->seq == 0)
                return has_record(s, acked->chain, 0);
        if (has_record(s, acked->chain, acked->seq) && is_ours(s, acked))
                return true;
        log_message(LOG_ERR, "the collector has a record %ju of chain %s that is not the one in this spool",
                    (uintmax_t)acked->seq, acked->chain);
        return false;
}

/* The line of the request that is refused: ours, whatever the answer says of chain and number. */
static const struct batch_line *refused_line(const struct batch *b, const struct answer_refused *r)
{
        const struct batch_line *line = r->line <= b->count ? &b->lines[r->line - 1] : NULL;

        if (!line || (r->hash[0] && !streq(r->hash, line->hash)))
                return NULL;
        return line;
}

static bool is_known_refusal(const json_t *list, const char *hash)
{
        const json_t *entry;
        size_t i;

        json_array_foreach (list, i, entry) {
                if (streq(json_member_string(entry, "hash"), hash))
                        return true;
        }
        return false;
}

static void note_refusal(struct shipper *s, const struct batch_line *line, enum answer_refusal type)
{
        struct spool_ack *ack = spool_acks_of(&s->acks, line->chain, true);
        json_t *entry;

        if (!ack->refused)
                ack->refused = json_must(json_array());
        if (is_known_refusal(ack->refused, line->hash))
                return;
        log_message(LOG_ERR, "the collector refuses record %ju of chain %s: %s", (uintmax_t)line->seq, line->chain,
                    answer_refusal_name(type));
        entry = json_must(json_object());
        json_set(entry, "seq", json_must(json_integer((json_int_t)line->seq)));
        json_set(entry, "hash", json_string_or_null(line->hash));
        json_set(entry, "type", json_string_or_null(answer_refusal_name(type)));
        json_push(ack->refused, entry);
        if (json_array_size(ack->refused) > REFUSED_MOST)
                (void)json_array_remove(ack->refused, 0);
}

/* What is acknowledged is not refused any more. */
static void forget_refusals(struct spool_ack *ack)
{
        size_t i = 0;

        while (i < json_array_size(ack->refused)) {
                json_int_t seq = json_member_integer(json_array_get(ack->refused, i), "seq", 0);

                if ((uint64_t)seq <= ack->seq)
                        (void)json_array_remove(ack->refused, i);
                else
                        i++;
        }
}

/* ack.json is bounded. The numbers are what counts: the lists of refusals go first, they are in the log too. */
static void store_acks(struct shipper *s)
{
        int r = spool_acks_store(s->state, &s->acks);
        size_t i;

        if (r == -EFBIG) {
                for (i = 0; i < s->acks.count; i++) {
                        json_decref(s->acks.acks[i].refused);
                        s->acks.acks[i].refused = NULL;
                }
                r = spool_acks_store(s->state, &s->acks);
        }
        if (r < 0)
                log_message(LOG_ERR, "cannot write %s/ship/ack.json: %s", s->state, strerror(-r));
}

static void take_acked(struct shipper *s, const struct answer *a)
{
        int64_t now = moment_now();
        size_t i;

        for (i = 0; i < a->acked_count; i++) {
                const struct answer_acked *acked = &a->acked[i];
                struct spool_ack *ack;

                if (!is_credible(s, acked))
                        continue;
                ack = spool_acks_of(&s->acks, acked->chain, true);
                ack->seq = acked->seq;
                memcpy(ack->hash, acked->hash, JWS_HASH_TEXT);
                memcpy(ack->nonce, a->nonce, ANSWER_NONCE_TEXT);
                ack->at = now;
                ack->want = 0;
                forget_refusals(ack);
        }
        for (i = 0; i < a->want_count; i++) {
                struct spool_ack *ack = spool_acks_of(&s->acks, a->want[i].chain, false);

                if (ack)
                        ack->want = a->want[i].seq;
        }
}

/* Sending goes on where the batch ended, whatever was acknowledged. Where it was sent for a second time and still is
 * not, the rest would fare the same: the next try is an hour off. */
static void move_cursors(struct shipper *s, const struct shipment *p)
{
        size_t i;

        for (i = 0; i < p->advance_count; i++) {
                struct cursor *c = cursor_of(s, p->advances[i].chain);
                bool again = c->sent < c->furthest;

                c->sent = p->advances[i].sent;
                if (again && acknowledged(s, c->chain) < c->sent)
                        c->sent = c->furthest;
                if (c->furthest < c->sent)
                        c->furthest = c->sent;
        }
}

static uint64_t random_below(uint64_t bound)
{
        uint64_t number;

        random_bytes(&number, sizeof(number));
        return bound == 0 ? 0 : number % bound;
}

/* Exponential with full jitter: hosts that lost their collector at one moment do not come back at one moment. */
static uint64_t backoff(unsigned failures)
{
        uint64_t bound = failures < 20 ? BACKOFF_LEAST << failures : SHIPPER_BACKOFF_MOST;

        return 1 + random_below(bound < SHIPPER_BACKOFF_MOST ? bound : SHIPPER_BACKOFF_MOST);
}

static enum shipper_step fail(struct shipper *s, uint64_t now, uint64_t wait, const char *why)
{
        shipper_say(s, why);
        s->failures++;
        s->not_before = now + wait;
        return SHIPPER_WAIT;
}

static enum shipper_step take_success(struct shipper *s, const struct shipment *p, const struct reply *reply,
                                      uint64_t now)
{
        struct answer a;
        _cleanup_free_ char *why = NULL, *message = NULL;
        size_t i;

        if (answer_parse(reply->body ? reply->body : "", reply->length, &a, &why) < 0) {
                message = must_printf("the collector's answer is not understood: %s", why);
                return fail(s, now, backoff(s->failures), message);
        }
        for (i = 0; i < a.refused_count; i++) {
                const struct batch_line *line = refused_line(&p->batch, &a.refused[i]);

                if (line)
                        note_refusal(s, line, a.refused[i].type);
        }
        take_acked(s, &a);
        answer_free(&a);
        store_acks(s);
        move_cursors(s, p);
        shipper_say(s, NULL);
        s->failures = 0;
        if (s->lines_most < SIZE_MAX / 2)
                s->lines_most *= 2;
        return SHIPPER_SENT;
}

/* The collector finds the request too large, or cannot read it: half of it, down to a single record, which is held
 * back. */
static enum shipper_step split(struct shipper *s, const struct shipment *p, long status, uint64_t now)
{
        const struct batch_line *line = &p->batch.lines[0];
        _cleanup_free_ char *message = NULL;

        if (p->batch.count > 1) {
                s->lines_most = p->batch.count / 2;
                return SHIPPER_SENT;
        }
        message = must_printf("the collector answers %ld to record %ju of chain %s alone: it is held back for an hour",
                              status, (uintmax_t)line->seq, line->chain);
        shipper_say(s, message);
        note_refusal(s, line, status == 413 ? REFUSED_TOO_LARGE : REFUSED_MALFORMED);
        store_acks(s);
        move_cursors(s, p);
        s->resend_at = now + SHIPPER_HOUR;
        return SHIPPER_SENT;
}

static enum shipper_step take_reply(struct shipper *s, const struct shipment *p, const struct reply *r, uint64_t now)
{
        _cleanup_free_ char *message = NULL;
        uint64_t wait = backoff(s->failures);

        if (r->alert || r->status == 401 || r->status == 403) {
                message = must_printf(
                        "the collector does not accept this host (%s): enrol it; the next try is in an hour",
                        r->alert           ? r->error
                        : r->status == 401 ? "401"
                                           : "403");
                return fail(s, now, SHIPPER_HOUR, message);
        }
        if (r->status == 200)
                return take_success(s, p, r, now);
        if (r->status == 413 || r->status == 400)
                return split(s, p, r->status, now);
        if (r->status == 429 || r->status == 503) {
                if (r->retry_after > 0) /* plus a spread: it told everyone the same */
                        wait += r->retry_after * 1000 < SHIPPER_HOUR ? r->retry_after * 1000 : SHIPPER_HOUR;
                message = must_printf("the collector is busy (%ld)", r->status);
        } else if (r->status > 0) {
                message = must_printf("the collector answers %ld", r->status);
        } else {
                message = must_printf("the collector cannot be reached: %s", r->error ? r->error : "no answer");
        }
        return fail(s, now, wait, message);
}

/* Once in an hour: what was sent and is not acknowledged begins anew. */
static void resend(struct shipper *s)
{
        size_t i;

        for (i = 0; i < s->cursor_count; i++)
                s->cursors[i].sent = acknowledged(s, s->cursors[i].chain);
        s->resend_at = 0;
}

enum shipper_step shipper_step(struct shipper *s, uint64_t now)
{
        _cleanup_(shipment_free) struct shipment p = {0};
        _cleanup_free_ char *message = NULL;
        struct reply reply = {0};
        enum shipper_step step;
        int r;

        if (now < s->not_before)
                return SHIPPER_WAIT;
        if (s->resend_at > 0 && now >= s->resend_at)
                resend(s);
        r = gather(s, &p);
        if (r < 0) {
                message = must_printf("cannot read the spool: %s", strerror(-r));
                return fail(s, now, backoff(s->failures), message);
        }
        if (p.batch.count == 0) {
                move_cursors(s, &p);
                if (s->resend_at == 0 && !shipper_is_done(s))
                        s->resend_at = now + SHIPPER_HOUR;
                return SHIPPER_IDLE;
        }
        s->post(s->user, text_string(&p.batch.body), p.batch.body.length, &reply);
        step = take_reply(s, &p, &reply, now);
        reply_free(&reply);
        return step;
}

bool shipper_is_done(struct shipper *s)
{
        _cleanup_free_ char(*chains)[RECORD_CHAIN_TEXT] = NULL;
        size_t count = 0, i;

        if (spool_chains(s->spool, &chains, &count) < 0)
                return false;
        for (i = 0; i < count; i++) {
                if (has_record(s, chains[i], acknowledged(s, chains[i]) + 1))
                        return false;
        }
        return true;
}

void shipper_retry(struct shipper *s)
{
        s->not_before = 0;
        s->failures = 0;
        resend(s);
}
