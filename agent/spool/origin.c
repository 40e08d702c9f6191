/* SPDX-License-Identifier: EUPL-1.2 */
/* What chains there are, and which is the one in use. */
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "jose/key.h"
#include "spool/spool.h"

static void copy_bounded(char *out, size_t size, const char *s)
{
        if (s && strlen(s) < size)
                memcpy(out, s, strlen(s) + 1);
}

static void take_genesis(const struct jws *j, struct spool_origin *ret)
{
        _cleanup_key_ struct jose_key *key = NULL;
        _cleanup_free_ char *why = NULL;
        const char *previous = json_member_string(json_object_get(j->payload, "previous"), "chain");
        struct record r;

        if (record_read(j->payload, &r, &why) < 0 || r.kind != RECORD_GENESIS || !streq(r.chain, ret->chain) ||
            jose_key_from_jwk(json_object_get(j->payload, "key"), &key, NULL) < 0 || jws_verify(j, key) < 0)
                return;
        copy_bounded(ret->kid, sizeof(ret->kid), jose_key_id(key));
        copy_bounded(ret->host_id, sizeof(ret->host_id), r.host_id);
        copy_bounded(ret->previous, sizeof(ret->previous), previous);
}

static void read_origin(struct spool *s, const char *chain, struct spool_origin *ret)
{
        _cleanup_free_ char *line = NULL, *why = NULL;
        struct jws j = {0};
        size_t length = 0;

        *ret = (struct spool_origin){0};
        memcpy(ret->chain, chain, RECORD_CHAIN_TEXT);
        if (spool_read(s, chain, 1, &line, &length) < 0 || jws_parse(line, length, JWS_LINE_MOST, &j, &why) < 0)
                return;
        take_genesis(&j, ret);
        jws_free(&j);
}

int spool_origins(struct spool *s, struct spool_origin **ret, size_t *ret_count)
{
        _cleanup_free_ char(*chains)[RECORD_CHAIN_TEXT] = NULL;
        size_t count = 0, i;
        int r = spool_chains(s, &chains, &count);

        if (r < 0)
                return r;
        *ret = must_alloc((count + 1) * sizeof(**ret));
        for (i = 0; i < count; i++)
                read_origin(s, chains[i], &(*ret)[i]);
        *ret_count = count;
        return 0;
}

static bool is_followed(const struct spool_origin *origins, size_t count, const char *chain)
{
        size_t i;

        for (i = 0; i < count; i++) {
                if (streq(origins[i].previous, chain))
                        return true;
        }
        return false;
}

const struct spool_origin *spool_newest_origin(const struct spool_origin *origins, size_t count, const char *kid)
{
        const struct spool_origin *found = NULL;
        size_t i;

        for (i = 0; i < count; i++) {
                if (kid && !streq(origins[i].kid, kid))
                        continue;
                if (!found || !is_followed(origins, count, origins[i].chain))
                        found = &origins[i];
        }
        return found;
}
