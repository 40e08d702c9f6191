/* SPDX-License-Identifier: EUPL-1.2 */
#include "observe/serve.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "facts/facts.h"
#include "observe/engine.h"
#include "wire/wire.h"

#define PLAN_MOST      4096 /* checks of one run */
#define ARGUMENTS_MOST 16   /* of one query */

struct server {
        int fd;
        const struct catalogue *catalogue;
        const struct live_probe *probe;
};

/* One host being looked at, for one request. */
struct look_at {
        const struct server *server;
        struct access *access;
        struct live *live;
        struct facts *facts;
        struct declared *declared;
};

static void look_away(struct look_at *l)
{
        declared_free(l->declared);
        facts_free(l->facts);
        live_free(l->live);
        access_close(l->access);
}

static void say_reading(const char *name, void *user)
{
        const struct look_at *l = user;
        _cleanup_json_ json_t *body = json_must(json_object());

        json_set(body, "fact", json_string_or_null(name));
        /* Where nobody listens any more, the next answer finds out. */
        (void)wire_send(l->server->fd, WIRE_READING, body);
}

static int open_root(struct look_at *l, const char *root, char **why)
{
        int r;

        r = access_open(root, &l->access);
        if (r < 0) {
                *why = must_printf("cannot open root %s: %s", root, strerror(-r));
                return r;
        }
        l->live = live_new(l->server->probe, !access_is_live(l->access));
        l->facts = facts_new(l->access, l->live, say_reading, l);
        return 0;
}

static const struct bio_node *source_fact(void *user, const char *name)
{
        return facts_get(user, name);
}

static const struct bio_node *source_query(void *user, const char *name, const struct bio_argument *arguments)
{
        struct fact_argument given[ARGUMENTS_MOST + 1] = {0};
        size_t n = 0;

        for (const struct bio_argument *a = arguments; a && a->name && n < ARGUMENTS_MOST; a++)
                if (a->value)
                        given[n++] = (struct fact_argument){a->name, a->value};
        return facts_query(user, name, given);
}

static uint64_t processor_us(void)
{
        struct timespec used;

        (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
        return (uint64_t)used.tv_sec * 1000000 + (uint64_t)used.tv_nsec / 1000;
}

static int send_done(const struct look_at *l, uint64_t started)
{
        _cleanup_json_ json_t *done = json_must(json_object());

        json_set(done, "cpu_us", json_must(json_integer((json_int_t)(processor_us() - started))));
        json_set(done, "bytes_read", json_must(json_integer((json_int_t)access_bytes_read(l->access))));
        json_set(done, "inputs", access_inputs(l->access));
        return wire_send(l->server->fd, WIRE_DONE, done);
}

static int run_one(struct look_at *l, const json_t *entry, int64_t now)
{
        const struct engine_source source = {source_fact, source_query, l->facts, l->declared};
        const char *id = json_member_string(entry, "check");
        const json_t *with = json_object_get(entry, "with");
        const struct bio_check *check = catalogue_find(l->server->catalogue, id);
        _cleanup_json_ json_t *result = NULL;

        result = check ? engine_run(check, with, now, &source) : engine_unknown_check(id, with, now);
        return wire_send(l->server->fd, WIRE_RESULT, result);
}

static const char *wrong_plan(const json_t *plan)
{
        const json_t *entries = json_object_get(plan, "checks"), *with;

        if (!json_is_integer(json_object_get(plan, "now")))
                return "\"now\" must be an integer";
        if (!json_member_string(plan, "root"))
                return "\"root\" must be a path";
        if (!json_is_array(entries) || json_array_size(entries) > PLAN_MOST)
                return "\"checks\" must be a list of at most 4096 entries";
        for (size_t i = 0; i < json_array_size(entries); i++) {
                with = json_object_get(json_array_get(entries, i), "with");
                if (!json_member_string(json_array_get(entries, i), "check") || (with && !json_is_object(with)))
                        return "an entry of \"checks\" must have a \"check\", and an object \"with\" or none";
        }
        return NULL;
}

static int serve_run(const struct server *s, const json_t *plan, char **why)
{
        _cleanup_(look_away) struct look_at l = {.server = s};
        const char *wrong = wrong_plan(plan);
        const json_t *entries = json_object_get(plan, "checks");
        uint64_t started = processor_us();
        int64_t now = json_member_integer(plan, "now", 0);
        int r;

        if (wrong) {
                *why = must_strdup(wrong);
                return -EINVAL;
        }
        r = declared_read(json_object_get(plan, "declarations"), now, &l.declared, why);
        if (r == 0)
                r = open_root(&l, json_member_string(plan, "root"), why);
        for (size_t i = 0; r == 0 && i < json_array_size(entries); i++)
                r = run_one(&l, json_array_get(entries, i), now);
        return r < 0 ? r : send_done(&l, started);
}

static int take_arguments(const json_t *object, struct fact_argument given[ARGUMENTS_MOST + 1])
{
        const char *name;
        json_t *value;
        size_t n = 0;

        json_object_foreach ((json_t *)object, name, value) {
                if (n == ARGUMENTS_MOST || !json_is_string(value))
                        return -EINVAL;
                given[n++] = (struct fact_argument){name, json_string_value(value)};
        }
        return 0;
}

static int serve_fact(const struct server *s, const json_t *request, char **why)
{
        _cleanup_(look_away) struct look_at l = {.server = s};
        const char *fact = json_member_string(request, "fact"), *query = json_member_string(request, "query");
        const char *root = json_member_string(request, "root");
        struct fact_argument given[ARGUMENTS_MOST + 1] = {0};
        _cleanup_json_ json_t *answer = json_must(json_object());
        const struct bio_node *node;
        int r;

        if (!root || !fact == !query || take_arguments(json_object_get(request, "arguments"), given) < 0) {
                *why = must_strdup(
                        "a request for a fact has a \"root\", and a \"fact\" or a \"query\" with text arguments");
                return -EINVAL;
        }
        r = open_root(&l, root, why);
        if (r < 0)
                return r;
        node = fact ? facts_get(l.facts, fact) : facts_query(l.facts, query, given);
        json_set(answer, fact ? "fact" : "query", json_string_or_null(fact ? fact : query));
        json_set(answer, "tree", tree_to_json(node));
        return wire_send(s->fd, WIRE_TREE, answer);
}

static int serve_describe(const struct server *s, const json_t *request, char **why)
{
        _cleanup_json_ json_t *answer = catalogue_describe(s->catalogue);

        (void)request;
        (void)why;
        return wire_send(s->fd, WIRE_DESCRIPTORS, answer);
}

static const struct {
        enum wire_type type;
        int (*answer)(const struct server *s, const json_t *request, char **why);
} requests[] = {
        {WIRE_DESCRIBE, serve_describe},
        {WIRE_RUN, serve_run},
        {WIRE_FACT, serve_fact},
};

static int serve_one(const struct server *s, enum wire_type type, const json_t *request)
{
        _cleanup_free_ char *why = NULL;
        int r = -EPROTO;

        for (size_t i = 0; i < ELEMENTS(requests); i++)
                if (requests[i].type == type)
                        r = requests[i].answer(s, request, &why);
        if (r == -EPROTO)
                why = must_strdup("no request of the observer");
        if (r < 0 && why)
                (void)wire_refuse(s->fd, 0, why);
        return r;
}

int serve(int fd, const struct catalogue *catalogue, const struct live_probe *probe)
{
        const struct server s = {fd, catalogue, probe};

        for (;;) {
                _cleanup_json_ json_t *request = NULL;
                enum wire_type type;
                int r;

                r = wire_receive(fd, 0, &type, &request);
                if (r <= 0)
                        return r;
                r = serve_one(&s, type, request);
                if (r < 0)
                        return r;
        }
}
