/* SPDX-License-Identifier: EUPL-1.2 */
/* A request's body, from who may send: as it is; or, where it begins with a brace, the members of a record that an
 * enrolled host signs: then what is stored is read as the pages read it. Nothing stays in the store. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "records/ingest.h"
#include "records/records.h"

#define NOW   1800000000
#define HOST  "3f2c1b0a-1111-4222-8333-444455556666"
#define CHAIN "00112233445566778899aabbccddeeff"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct {
        char directory[64];
        struct store *store;
        struct keys *keys;
        unsigned char secret[STORE_SECRET_BYTES];
        struct jose_key *key;
        char *genesis;
} fuzz;

static void require(bool holds)
{
        if (!holds)
                abort();
}

static void forget(void)
{
        _cleanup_free_ char *command = must_printf("%s/store.db", fuzz.directory);

        keys_close(fuzz.keys);
        store_close(fuzz.store);
        (void)unlink(command);
        (void)rmdir(fuzz.directory);
}

static char *sign(json_t *payload)
{
        char *line = NULL;

        require(jws_sign(payload, fuzz.key, &line) == 0);
        json_decref(payload);
        return line;
}

static json_t *frame(const char *kind, uint64_t seq, const char *prev)
{
        _cleanup_free_ char *quoted = prev ? must_printf("\"%s\"", prev) : must_strdup("null");
        _cleanup_free_ char *text = must_printf(
                "{\"schema\":\"bioagent.record/1\",\"kind\":\"%s\",\"chain\":\"" CHAIN
                "\",\"seq\":%ju,\"prev\":%s,\"made\":"
                "\"2027-01-15T08:00:00Z\",\"next_by\":\"2027-01-15T09:30:00Z\",\"part\":{\"index\":1,\"of\":1},"
                "\"target\":\"live\","
                "\"host\":{\"id\":\"" HOST "\",\"name\":\"web-01\"},\"run\":null,\"witness\":null,\"policies\":[]}",
                kind, (uintmax_t)seq, quoted);
        json_t *json;

        require(json_parse(text, strlen(text), &json, NULL) == 0);
        return json;
}

static void set_up(void)
{
        unsigned char hash[32] = {1};
        char *org, *why;
        json_t *payload;

        (void)memcpy(fuzz.directory, "/tmp/bioagent-fuzz.XXXXXX", sizeof("/tmp/bioagent-fuzz.XXXXXX"));
        require(mkdtemp(fuzz.directory) != NULL && store_open(fuzz.directory, true, &fuzz.store, &why) == 0);
        require(store_secret(fuzz.store, fuzz.secret) == 0 && keys_open(fuzz.directory, &fuzz.keys, &why) == 0);
        fuzz.key = jose_key_generate();
        require(store_token_add(fuzz.store, "gemeente", "web-01", hash, NOW, NOW + 1) == 0);
        require(store_enrol(fuzz.store, hash, NOW, HOST, CHAIN, jose_key_id(fuzz.key), &org) == 0);
        free(org);
        payload = frame("genesis", 1, NULL);
        json_set(payload, "key", jose_key_to_jwk(fuzz.key));
        fuzz.genesis = sign(payload);
        (void)atexit(forget);
}

static void look(void)
{
        _cleanup_json_ json_t *hosts = store_hosts(fuzz.store, "gemeente", NOW);
        _cleanup_json_ json_t *host = store_host(fuzz.store, "gemeente", HOST, NOW);
        _cleanup_json_ json_t *measures = store_measures(fuzz.store, "gemeente", NOW);

        require(json_array_size(hosts) == 1 && json_is_object(host) && json_is_object(measures));
}

static void take(const char *body, size_t length)
{
        _cleanup_json_ json_t *answer = NULL;
        struct batch b;

        if (batch_prepare(&b, fuzz.keys, fuzz.secret, body, length) == 0 && store_begin(fuzz.store) == 0) {
                require(batch_store(&b, fuzz.store, fuzz.secret, NOW, &answer) == 0);
                require(json_array_size(json_object_get(answer, "refused")) <= b.count);
                look();
        }
        store_rollback(fuzz.store);
        batch_free(&b);
}

static void take_members(const char *bytes, size_t length)
{
        _cleanup_(jws_free) struct jws genesis = {0};
        _cleanup_json_ json_t *members = NULL;
        _cleanup_free_ char *line = NULL, *body = NULL;
        json_t *payload;

        if (json_parse(bytes, length, &members, NULL) < 0)
                return;
        require(jws_parse(fuzz.genesis, strlen(fuzz.genesis), 0, &genesis, NULL) == 0);
        payload = frame("full", 2, genesis.hash);
        json_object_update(payload, members);
        if (jws_sign(payload, fuzz.key, &line) == 0) {
                body = must_printf("%s\n%s\n", fuzz.genesis, line);
                take(body, strlen(body));
        }
        json_decref(payload);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        if (!fuzz.store)
                set_up();
        if (size > 0 && data[0] == '{')
                take_members((const char *)data, size);
        else
                take((const char *)data, size);
        return 0;
}
