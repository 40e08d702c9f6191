/* SPDX-License-Identifier: EUPL-1.2 */
#include "observe/engine.h"

#include <time.h>

#include "base/json.h"
#include "observe/context.h"

static uint64_t microseconds(void)
{
        struct timespec now;

        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

json_t *engine_run(const struct bio_check *check, const json_t *with, int64_t now, const struct engine_source *source)
{
        _cleanup_(context_end) struct context c = {0};
        _cleanup_free_ char *why = NULL;
        uint64_t started = microseconds();
        json_t *differing = NULL;

        context_begin(&c, check, now, source);
        if (parameters_take(&c, with, &differing, &why) == 0) {
                check->run(&c.public);
                context_conclude(&c);
        } else {
                (void)context_error(&c, "%s", why);
                differing = with ? json_must(json_deep_copy(with)) : json_must(json_object());
        }
        return result_json(&c, differing, microseconds() - started);
}

static void run_nothing(struct bio_context *c)
{
        (void)c;
}

json_t *engine_unknown_check(const char *id, const json_t *with, int64_t now)
{
        const struct bio_check check = {.id = id, .aspect = BIO_EXISTENCE, .max_age = "P1D", .run = run_nothing};
        _cleanup_(context_end) struct context c = {0};

        context_begin(&c, &check, now, NULL);
        (void)context_error(&c, "this agent has no check %s", id);
        return result_json(&c, with ? json_must(json_deep_copy(with)) : json_must(json_object()), 0);
}
