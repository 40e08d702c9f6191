/* SPDX-License-Identifier: EUPL-1.2 */
#include <errno.h>
#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "records/ingest.h"

#define BUCKETS 16384

struct keys {
        pthread_mutex_t lock;
        struct store *store;
        struct known_key *known[BUCKETS];
};

int keys_open(const char *store_directory, struct keys **ret, char **why)
{
        struct keys *k = must_alloc(sizeof(*k));
        int r = store_open(store_directory, false, &k->store, why);

        if (r < 0) {
                free(k);
                return r;
        }
        (void)pthread_mutex_init(&k->lock, NULL);
        *ret = k;
        return 0;
}

void keys_close(struct keys *k)
{
        size_t i;

        if (!k)
                return;
        for (i = 0; i < BUCKETS; i++)
                while (k->known[i]) {
                        struct known_key *key = k->known[i];

                        k->known[i] = key->next;
                        jose_key_free(key->key);
                        free(key);
                }
        store_close(k->store);
        (void)pthread_mutex_destroy(&k->lock);
        free(k);
}

/* A JWK with the thumbprint that is registered is the key: it needs no other proof. */
static struct jose_key *key_of(const json_t *jwk, const char *kid)
{
        struct jose_key *key = NULL;

        if (!jwk || jose_key_from_jwk(jwk, &key, NULL) < 0)
                return NULL;
        if (streq(jose_key_id(key), kid))
                return key;
        jose_key_free(key);
        return NULL;
}

/* A genesis that is signed with the registered key and introduces another one is no genesis of this chain. */
static bool introduces(const json_t *genesis, const char *kid)
{
        _cleanup_key_ struct jose_key *key = key_of(genesis, kid);

        return key != NULL;
}

static struct jose_key *key_of_text(const char *jwk, const char *kid)
{
        _cleanup_json_ json_t *json = NULL;

        if (!jwk || json_parse(jwk, strlen(jwk), &json, NULL) < 0)
                return NULL;
        return key_of(json, kid);
}

static int look_up(struct keys *k, const char *kid, const json_t *genesis, struct known_key **ret)
{
        struct store_host_key registered;
        struct known_key *known;
        struct jose_key *key;
        int r = store_host_by_kid(k->store, kid, &registered);

        if (r < 0)
                return r;
        key = key_of_text(registered.key_jwk, kid);
        if (!key)
                key = key_of(genesis, kid);
        known = must_alloc(sizeof(*known));
        memcpy(known->kid, kid, strlen(kid) + 1);
        memcpy(known->chain, registered.chain, strnlen(registered.chain, sizeof(known->chain) - 1));
        memcpy(known->host_id, registered.host_id, strnlen(registered.host_id, sizeof(known->host_id) - 1));
        known->key = key;
        store_host_key_free(&registered);
        *ret = known;
        return 0;
}

static int find_locked(struct keys *k, const char *kid, const char *chain, const char *host_id, const json_t *genesis,
                       const struct known_key **ret)
{
        struct known_key **place = &k->known[hash_bytes(kid, strlen(kid)) % BUCKETS], *known;
        bool fits;
        int r;

        for (known = *place; known; known = known->next)
                if (streq(known->kid, kid)) {
                        *ret = known;
                        fits = streq(known->chain, chain) && streq(known->host_id, host_id);
                        return fits && (!genesis || introduces(genesis, kid)) ? 0 : -ENOENT;
                }
        r = look_up(k, kid, genesis, &known);
        if (r < 0)
                return r;
        fits = streq(known->chain, chain) && streq(known->host_id, host_id);
        if (!known->key || !fits) {
                r = fits ? -EAGAIN : -ENOENT;
                jose_key_free(known->key);
                free(known);
                return r;
        }
        known->next = *place;
        *place = known;
        *ret = known;
        return 0;
}

int keys_find(struct keys *k, const char *kid, const char *chain, const char *host_id, const json_t *genesis,
              const struct known_key **ret)
{
        int r;

        if (strlen(kid) != JOSE_KID_TEXT - 1)
                return -ENOENT;
        pthread_mutex_lock(&k->lock);
        r = find_locked(k, kid, chain, host_id, genesis, ret);
        pthread_mutex_unlock(&k->lock);
        return r;
}
