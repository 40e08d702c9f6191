/* SPDX-License-Identifier: EUPL-1.2 */
/* Following a chain (docs/record.md, "Verifying a chain"). */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "record/hole.h"
#include "record/record.h"

static const char *const verdicts[] = {
        [CHAIN_OK] = "ok",     [CHAIN_DUPLICATE] = "duplicate", [CHAIN_HOLE] = "hole",       [CHAIN_BREAK] = "break",
        [CHAIN_FORK] = "fork", [CHAIN_SIGNATURE] = "signature", [CHAIN_FOREIGN] = "foreign",
};

const char *chain_verdict_name(enum chain_verdict v)
{
        return (size_t)v < ELEMENTS(verdicts) ? verdicts[v] : "unknown";
}

void chain_begin(struct chain *c, const struct jose_key *key)
{
        *c = (struct chain){.key = key ? jose_key_copy(key) : NULL, .introduced = !key};
}

void chain_end(struct chain *c)
{
        jose_key_free(c->key);
        jose_key_free(c->signer);
        free(c->holes);
        free(c->seen);
        *c = (struct chain){0};
}

static enum chain_verdict say(enum chain_verdict v, char **why, const char *fmt, ...) _printf_(3, 4);

static enum chain_verdict say(enum chain_verdict v, char **why, const char *fmt, ...)
{
        _cleanup_text_ struct text t = {0};
        va_list ap;

        if (why) {
                va_start(ap, fmt);
                text_vprintf(&t, fmt, ap);
                va_end(ap);
                *why = text_take(&t);
        }
        return v;
}

/* A record and what it is followed with. */
struct taking {
        struct chain *c;
        const struct jws *j;
        const struct record *r;
        char **why;
        struct jose_key *genesis_key, *next_key; /* loaded from the record; to be taken with it */
};

static void taking_end(struct taking *t)
{
        jose_key_free(t->genesis_key);
        jose_key_free(t->next_key);
}

static enum chain_verdict check_owner(const struct taking *t)
{
        if (t->r->kind == RECORD_REPORT)
                return say(CHAIN_FOREIGN, t->why, "a report is part of no chain");
        if (t->c->seq == 0)
                return CHAIN_OK;
        if (!streq(t->r->chain, t->c->id))
                return say(CHAIN_FOREIGN, t->why, "of chain %s", t->r->chain);
        if (!streq(t->r->host_id, t->c->host_id))
                return say(CHAIN_FOREIGN, t->why, "of host %s", t->r->host_id);
        return CHAIN_OK;
}

/* The genesis carries the key that it is signed with, whether that key was given or introduces itself here. */
static enum chain_verdict read_genesis_key(struct taking *t)
{
        _cleanup_free_ char *reason = NULL;

        if (t->r->kind != RECORD_GENESIS)
                return t->c->key ? CHAIN_OK
                                 : say(CHAIN_BREAK, t->why,
                                       "no genesis introduces its key, and it is none that was given");
        if (jose_key_from_jwk(json_object_get(t->j->payload, "key"), &t->genesis_key, &reason) < 0)
                return say(CHAIN_BREAK, t->why, "the key of the genesis: %s", reason);
        if (!streq(t->j->kid, jose_key_id(t->genesis_key)))
                return say(CHAIN_SIGNATURE, t->why, "the genesis introduces another key than its header names");
        return CHAIN_OK;
}

static enum chain_verdict check_signature(const struct taking *t)
{
        const struct jose_key *key = t->c->key ? t->c->key : t->genesis_key;

        /* The last one taken once more, or what claims its number: under the key of that moment. */
        if (t->c->seq > 0 && t->r->seq == t->c->seq)
                key = t->c->signer;
        if (!streq(t->j->kid, jose_key_id(key)))
                return say(CHAIN_SIGNATURE, t->why, "signed with another key than the chain's, %s", jose_key_id(key));
        if (jws_verify(t->j, key) < 0)
                return say(CHAIN_SIGNATURE, t->why, "the signature is not that of key %s", jose_key_id(key));
        return CHAIN_OK;
}

static enum chain_verdict check_place(const struct taking *t)
{
        const struct chain *c = t->c;
        const struct record *r = t->r;

        if (c->seq == 0)
                return r->seq == 1 ? CHAIN_OK : CHAIN_HOLE;
        if (r->seq == c->seq)
                return streq(t->j->hash, c->hash)
                               ? say(CHAIN_DUPLICATE, t->why, "number %" PRIu64 " once more", r->seq)
                               : say(CHAIN_FORK, t->why, "two different records under number %" PRIu64, r->seq);
        if (c->retired)
                return say(CHAIN_BREAK, t->why, "the chain was retired at number %" PRIu64, c->seq);
        if (r->seq > c->seq + 1)
                return CHAIN_HOLE;
        if (!streq(r->prev, c->hash))
                return say(CHAIN_BREAK, t->why, "\"prev\" is not the hash of number %" PRIu64, c->seq);
        return CHAIN_OK;
}

static enum chain_verdict check_gap(const struct taking *t)
{
        uint64_t from = (uint64_t)json_member_integer(t->j->payload, "from", 0),
                 to = (uint64_t)json_member_integer(t->j->payload, "to", 0);

        if (from > to || to >= t->r->seq)
                return say(CHAIN_BREAK, t->why, "the gap declares %" PRIu64 " to %" PRIu64 " lost", from, to);
        return CHAIN_OK;
}

char *rotate_statement(const char *chain, uint64_t seq, const char *old_kid, const char *new_kid)
{
        return must_printf("bioagent-rotate:%s:%" PRIu64 ":%s:%s", chain, seq, old_kid, new_kid);
}

/* The new key signs that it takes over here, so that nobody can rotate to a key that he does not hold. */
static enum chain_verdict check_rotate(struct taking *t)
{
        const char *proof = json_member_string(t->j->payload, "proof");
        _cleanup_free_ char *reason = NULL, *statement = NULL;
        _cleanup_free_ unsigned char *signature = NULL;
        size_t length;

        if (jose_key_from_jwk(json_object_get(t->j->payload, "key"), &t->next_key, &reason) < 0)
                return say(CHAIN_BREAK, t->why, "the new key: %s", reason);
        statement = rotate_statement(t->r->chain, t->r->seq, t->j->kid, jose_key_id(t->next_key));
        if (!proof || base64url_decode(proof, strlen(proof), &signature, &length) < 0 ||
            jose_key_verify(t->next_key, statement, strlen(statement), signature, length) < 0)
                return say(CHAIN_BREAK, t->why, "the new key does not prove that it takes over");
        return CHAIN_OK;
}

static enum chain_verdict check_kind(struct taking *t)
{
        switch (t->r->kind) {
        case RECORD_GAP:
                return check_gap(t);
        case RECORD_ROTATE:
                return check_rotate(t);
        default:
                return CHAIN_OK;
        }
}

static void keep(char *to, size_t size, const char *from)
{
        size_t length = strnlen(from, size - 1);

        memcpy(to, from, length);
        to[length] = '\0';
}

/* Everything holds: the record becomes the chain's last. */
static void take(struct taking *t)
{
        struct chain *c = t->c;

        if (c->seq == 0) {
                keep(c->id, sizeof(c->id), t->r->chain);
                keep(c->host_id, sizeof(c->host_id), t->r->host_id);
        }
        if (!c->key)
                c->key = TAKE_PTR(t->genesis_key);
        if (t->r->seq > c->seq + 1)
                chain_hole_open(c, c->seq + 1, t->r->seq - 1, t->r->prev);
        jose_key_free(c->signer);
        c->signer = jose_key_copy(c->key);
        c->seq = t->r->seq;
        keep(c->hash, sizeof(c->hash), t->j->hash);
        c->records++;
        if (t->j->disclosure_count < t->j->digest_count)
                c->incomplete++;
        chain_hole_see(c);
        if (t->r->kind == RECORD_GAP)
                chain_hole_declare(c, (uint64_t)json_member_integer(t->j->payload, "from", 0),
                                   (uint64_t)json_member_integer(t->j->payload, "to", 0),
                                   json_member_string(t->j->payload, "hash"));
        if (t->next_key) {
                jose_key_free(c->key);
                c->key = TAKE_PTR(t->next_key);
        }
        c->retired = t->r->kind == RECORD_RETIRE;
}

enum chain_verdict chain_take(struct chain *c, const struct jws *j, const struct record *r, char **why)
{
        _cleanup_(taking_end) struct taking t = {.c = c, .j = j, .r = r, .why = why};
        enum chain_verdict v, place;

        v = check_owner(&t);
        /* Older numbers are not kept, so nothing can be said about one that comes late: records are given in order. */
        if (v == CHAIN_OK && r->seq < c->seq)
                v = say(CHAIN_BREAK, why, "number %" PRIu64 " after number %" PRIu64, r->seq, c->seq);
        if (v == CHAIN_OK)
                v = read_genesis_key(&t);
        if (v == CHAIN_OK)
                v = check_signature(&t);
        if (v != CHAIN_OK)
                return v;
        place = check_place(&t);
        if (place != CHAIN_OK && place != CHAIN_HOLE)
                return place;
        v = check_kind(&t);
        if (v != CHAIN_OK)
                return v;
        if (place == CHAIN_HOLE)
                (void)say(CHAIN_HOLE, why, "numbers %" PRIu64 " to %" PRIu64 " are missing", c->seq + 1, r->seq - 1);
        take(&t);
        return place;
}
