/* SPDX-License-Identifier: EUPL-1.2 */
/* Payloads from a host whose key is good and whose content is not: a JSON value a line, each signed here and taken as
 * the next of one chain and of its state. "@" as `prev` or `hash` stands for the hash of the record before. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "record/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
        if (!holds)
                abort();
}

struct world {
        struct jose_key *key;
        struct chain chain;
        struct state state;
        char hash[JWS_HASH_TEXT];
};

static void check_chain(const struct chain *c)
{
        uint64_t open = 0, last = 0;
        size_t i;

        for (i = 0; i < c->hole_count; i++) {
                require(c->holes[i].from > last && c->holes[i].to >= c->holes[i].from && c->holes[i].to < c->seq);
                last = c->holes[i].to;
                open += last - c->holes[i].from + 1;
        }
        require(c->declared <= c->missing && open == c->missing - c->declared);
        require(c->records + c->missing == c->seq || c->seq == 0);
}

static void check_results(const json_t *results)
{
        const char *identity;
        json_t *result;

        json_object_foreach ((json_t *)results, identity, result) {
                _cleanup_free_ char *own = result_identity(result);

                require(strcmp(own, identity) == 0);
                require(result_same(result, result));
        }
}

static void fill_in(json_t *payload, const char *hash)
{
        static const char *const names[] = {"prev", "hash"};
        size_t i;

        for (i = 0; i < ELEMENTS(names); i++)
                if (streq(json_member_string(payload, names[i]), "@"))
                        json_set(payload, names[i], json_must(json_string(hash)));
        if (streq(json_member_string(payload, "key"), "@"))
                json_object_del(payload, "key");
}

static void take(struct world *w, json_t *payload)
{
        _cleanup_json_ json_t *clear = NULL;
        _cleanup_free_ char *line = NULL, *why = NULL, *chain_why = NULL;
        _cleanup_(jws_free) struct jws j = {0};
        enum chain_verdict v;
        struct record r;

        fill_in(payload, w->hash);
        if (streq(json_member_string(payload, "kind"), "genesis") && !json_object_get(payload, "key"))
                json_set(payload, "key", jose_key_to_jwk(w->key));
        if (jws_sign(payload, w->key, &line) < 0 || jws_parse(line, strlen(line), 0, &j, NULL) < 0)
                return;
        if (record_read(j.payload, &r, &why) < 0) {
                require(why != NULL);
                return;
        }
        require(!why);
        v = chain_take(&w->chain, &j, &r, &chain_why);
        require((v == CHAIN_OK) == !chain_why);
        check_chain(&w->chain);
        if (v != CHAIN_OK && v != CHAIN_HOLE)
                return;
        memcpy(w->hash, j.hash, sizeof(w->hash));
        clear = jws_disclosed(&j, NULL, 1);
        require(state_take(&w->state, &r, clear, j.hash) == 0);
        check_results(w->state.results);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static struct jose_key *key;
        struct world w = {0};

        if (!key)
                key = jose_key_generate();
        w.key = key;
        chain_begin(&w.chain, key);
        while (size > 0) {
                const uint8_t *newline = memchr(data, '\n', size);
                size_t length = newline ? (size_t)(newline - data) : size;
                _cleanup_json_ json_t *payload = NULL;

                if (json_parse((const char *)data, length, &payload, NULL) == 0 && json_is_object(payload))
                        take(&w, payload);
                data += length + (newline ? 1 : 0);
                size -= length + (newline ? 1 : 0);
        }
        chain_end(&w.chain);
        state_free(&w.state);
        return 0;
}
