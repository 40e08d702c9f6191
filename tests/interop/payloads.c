/* SPDX-License-Identifier: EUPL-1.2 */
#include "payloads.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "record/record.h"

#define CHAIN "5f0c7a1e9d3b4c68a2e1f00dba5eba11"
#define HOST  "7c9e6679-7425-40de-944b-e07fc1f90ae7"

#define RUN(id) \
        "{\"id\":\"" id "\",\"trigger\":\"schedule\",\"started\":\"2026-01-31T08:29:59Z\"," \
        "\"finished\":\"2026-01-31T08:30:00Z\",\"boot_id\":\"0d4b1f4e-4c61-4b9a-9a53-6f2d6b0f4a11\"," \
        "\"clock\":{\"synchronised\":true},\"agent\":\"0.1.0\"}"

#define RESULT_SSH(status, actual) \
        "{\"check\":\"ssh.root-login\",\"with\":{},\"status\":\"" status "\",\"aspect\":\"existence\"," \
        "\"basis\":[\"disk\",\"running\"],\"observed_at\":\"2026-01-31T08:30:00Z\",\"max_age\":\"P2D\"," \
        "\"changes_at\":null,\"because\":null,\"measures\":[\"bio2:5.16.02/unique\"],\"counts\":{\"" status "\":1}," \
        "\"findings\":[{\"subject\":\"sshd:all\",\"status\":\"" status "\",\"evidence\":[{\"source\":" \
        "\"/etc/ssh/sshd_config\",\"line\":3,\"key\":\"PermitRootLogin\",\"actual\":\"" actual "\"," \
        "\"expected\":\"no\",\"decides\":true}]}]"

#define RESULT_UID0 \
        "{\"check\":\"accounts.uid0\",\"with\":{\"terms\":[\"P1Y\",2],\"all\":true},\"status\":\"fail\"," \
        "\"aspect\":\"existence\",\"basis\":[\"disk\"],\"observed_at\":\"2026-01-31T08:30:00Z\",\"max_age\":\"P2D\"," \
        "\"changes_at\":\"2026-03-01T00:00:00Z\",\"because\":null,\"measures\":[\"bio2:5.16.02/unique\"]," \
        "\"counts\":{\"fail\":1,\"pass\":1},\"findings\":[{\"subject\":\"user:Zo\\u00eb\",\"status\":\"fail\"," \
        "\"evidence\":[{\"source\":\"/etc/passwd\",\"line\":2,\"key\":\"uid\",\"actual\":\"0\",\"expected\":" \
        "\"not 0\",\"decides\":true,\"note\":\"home is /home/zo\\\\xeb\",\"_personal\":[\"actual\",\"note\"]}]," \
        "\"judgement\":{\"status\":\"temporary\",\"ref\":\"R-12\"},\"_personal\":[\"subject\"]}],\"duration_us\":118}"

#define MEASURE(technical) \
        "{\"id\":\"bio2:5.16.02\",\"kind\":\"government-measure\",\"coverage\":\"partly\",\"technical\":\"" technical \
        "\",\"organisational\":\"open\",\"parts\":[{\"id\":\"unique\",\"technical\":\"" technical \
        "\"},{\"id\":\"register\",\"technical\":\"manual\",\"why\":\"not-examined\"}]}"

#define DIGEST "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

/* `own` is the inside of an object; what depends on the chain is added by payload_make(). */
static const struct {
        enum record_kind kind;
        const char *kind_name; /* of an unknown kind */
        unsigned index, of;
        const char *run, *own;
} plan[] = {
        {RECORD_GENESIS, NULL, 1, 1, "null", "\"previous\":null"},
        {RECORD_START, NULL, 1, 1, "null", "\"clean\":true,\"boot_id\":\"0d4b1f4e-4c61-4b9a-9a53-6f2d6b0f4a11\""},
        {RECORD_POLICY, NULL, 1, 1, "null",
         "\"files\":[{\"name\":\"bio2.yml\",\"digest\":\"" DIGEST "\",\"text\":\"policy: bio2\\\\x0a\"},"
         "{\"name\":\"declarations.d/review.yml\",\"digest\":\"" DIGEST "\",\"text\":\"subject: Zo\\u00eb\","
         "\"_personal\":[\"text\"]}],\"descriptors\":{\"checks\":[]}"},
        {RECORD_FULL, NULL, 1, 1, RUN("run-1"),
         "\"measures\":[" MEASURE("fail") "],\"results\":[" RESULT_SSH("fail", "yes") "}," RESULT_UID0 "]"},
        {RECORD_FULL, NULL, 1, 2, RUN("run-2"), "\"results\":[" RESULT_SSH("fail", "yes") "}]"},
        {RECORD_FULL, NULL, 2, 2, RUN("run-2"), "\"measures\":[" MEASURE("fail") "],\"results\":[" RESULT_UID0 "]"},
        {RECORD_CHANGE, NULL, 1, 1, RUN("run-3"),
         "\"measures\":[" MEASURE("error") "],\"results\":[" RESULT_SSH(
                 "pass",
                 "no") ",\"change\":{\"cause\":\"host\",\"from\":\"fail\"}}],"
                       "\"removed\":[{\"check\":\"accounts.uid0\",\"with\":{\"all\":true,\"terms\":[\"P1Y\",2]}}]"},
        {RECORD_HEARTBEAT, NULL, 1, 1, "null", ""},
        {RECORD_UNKNOWN, "of-a-later-agent", 1, 1, "null", "\"later\":{\"value\":[1,2.5,null,\"\\u20ac\"]}"},
        {RECORD_GAP, NULL, 1, 1, "null", "\"reason\":\"retention\""},
        {RECORD_ROTATE, NULL, 1, 1, "null", ""},
        {RECORD_STOP, NULL, 1, 1, "null", "\"clean\":true,\"boot_id\":null"},
        {RECORD_RETIRE, NULL, 1, 1, "null", "\"reason\":\"replaced\""},
};

/* Numbers that the gap declares lost, the heartbeat's full and change. */
enum { GAP_FROM = 4, GAP_TO = 6, FULL_SEQ = 5, CHANGE_SEQ = 7 };

const size_t payload_count = ELEMENTS(plan);

static json_t *parse(const char *text)
{
        _cleanup_free_ char *why = NULL;
        json_t *json = NULL;

        if (json_parse(text, strlen(text), &json, &why) < 0) {
                fprintf(stderr, "%s: %s\n", why, text);
                exit(2);
        }
        return json;
}

static json_t *make(const char *kind, const char *place, const char *host, unsigned index, unsigned of, const char *run,
                    const char *own)
{
        _cleanup_free_ char *text = must_printf(
                "{\"schema\":\"bioagent.record/"
                "1\",\"kind\":\"%s\",%s,\"made\":\"2026-01-31T08:30:00Z\",\"next_by\":null,"
                "\"part\":{\"index\":%u,\"of\":%u},\"target\":\"live\",\"host\":{\"id\":%s,\"name\":\"host-1\",\"org\":"
                "\"gemeente-voorbeeld\",\"labels\":{\"role\":\"web\"},\"profile\":{\"internet_facing\":true},\"os\":"
                "\"Debian GNU/Linux 12\",\"kernel\":\"6.1.0\"},\"run\":%s,\"witness\":{\"nonce\":null},\"policies\":["
                "{\"id\":\"bio2\",\"version\":\"1\",\"digest\":\"" DIGEST "\",\"tailored\":false}]%s%s}",
                kind, place, index, of, host, run, *own ? "," : "", own);

        return parse(text);
}

static json_t *position(const struct payload_place *place, uint64_t seq)
{
        json_t *o = json_must(json_object());

        json_set(o, "seq", json_must(json_integer((json_int_t)seq)));
        json_set(o, "hash", json_must(json_string(place->hashes[seq])));
        return o;
}

static void add_proof(json_t *payload, const struct payload_place *place)
{
        _cleanup_free_ char *statement = rotate_statement(CHAIN, place->seq, jose_key_id(place->key),
                                                          jose_key_id(place->next_key)),
                            *proof = NULL;
        unsigned char signature[JOSE_SIGNATURE_BYTES];

        if (jose_key_sign(place->next_key, statement, strlen(statement), signature) < 0)
                exit(2);
        proof = base64url_encode(signature, sizeof(signature));
        json_set(payload, "proof", json_must(json_string(proof)));
}

json_t *payload_make(size_t i, const struct payload_place *place)
{
        const char *kind = plan[i].kind_name ? plan[i].kind_name : record_kind_name(plan[i].kind);
        _cleanup_free_ char *prev = place->prev ? must_printf("\"%s\"", place->prev) : must_strdup("null");
        _cleanup_free_ char *where =
                must_printf("\"chain\":\"" CHAIN "\",\"seq\":%ju,\"prev\":%s", (uintmax_t)place->seq, prev);
        json_t *payload = make(kind, where, "\"" HOST "\"", plan[i].index, plan[i].of, plan[i].run, plan[i].own),
               *state;

        switch (plan[i].kind) {
        case RECORD_GENESIS:
                json_set(payload, "key", jose_key_to_jwk(place->key));
                break;
        case RECORD_HEARTBEAT:
                state = json_must(json_object());
                json_set(state, "full", position(place, FULL_SEQ));
                json_set(state, "last", position(place, CHANGE_SEQ));
                json_set(payload, "state", state);
                break;
        case RECORD_GAP:
                json_set(payload, "from", json_must(json_integer(GAP_FROM)));
                json_set(payload, "to", json_must(json_integer(GAP_TO)));
                json_set(payload, "hash", json_must(json_string(place->hashes[GAP_TO])));
                break;
        case RECORD_ROTATE:
                json_set(payload, "key", jose_key_to_jwk(place->next_key));
                add_proof(payload, place);
                break;
        default:
                break;
        }
        return payload;
}

json_t *payload_report(void)
{
        return make("report", "\"chain\":null,\"seq\":null,\"prev\":null", "null", 1, 1, RUN("run-4"),
                    "\"measures\":[" MEASURE("fail") "],\"results\":[" RESULT_SSH("fail", "yes") "}," RESULT_UID0 "]");
}
