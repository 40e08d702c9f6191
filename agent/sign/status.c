/* SPDX-License-Identifier: EUPL-1.2 */
/* RUNTIME/status.json and health.json: what `bioagent status` shows to those who may know, and to others. */
#include <fcntl.h>
#include <string.h>
#include <syslog.h>

#include "base/diag.h"
#include "base/io.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/term.h"
#include "base/text.h"
#include "sign/daemon_internal.h"

#define STATUS_FILE         "status.json"
#define HEALTH_FILE         "health.json"
#define STATUS_MODE         0640
#define HEALTH_MODE         0644
#define SHIPPER_STATUS_MOST ((size_t)16 * 1024)

static json_t *moment_or_null(int64_t moment)
{
        char text[MOMENT_TEXT];

        if (moment == 0)
                return json_null();
        moment_format(moment, text);
        return json_string_or_null(text);
}

/* What keeps the shipper from sending, in its words (ship/status.json); null where nothing does. */
static json_t *shipper_error(const struct daemon *d)
{
        _cleanup_free_ char *path = must_printf("%s/ship/status.json", d->rules.config.state), *bytes = NULL;
        _cleanup_json_ json_t *status = NULL;
        const char *error;
        size_t length = 0;

        if (file_read(AT_FDCWD, path, SHIPPER_STATUS_MOST, &bytes, &length) < 0 ||
            json_parse(bytes, length, &status, NULL) < 0)
                return json_null();
        error = json_member_string(status, "error");
        return error ? json_safe_string(error, strlen(error)) : json_null();
}

static json_t *collector_member(const struct daemon *d, const struct ledger_figures *figures)
{
        json_t *collector = json_must(json_object());

        json_set(collector, "url", json_string_or_null(d->rules.config.collector_url));
        json_set(collector, "last_ack", moment_or_null(figures->last_ack));
        json_set(collector, "last_error", shipper_error(d));
        return collector;
}

static json_t *spool_member(const struct ledger_figures *figures)
{
        json_t *spool = json_must(json_object());

        json_set(spool, "records", json_must(json_integer((json_int_t)figures->records)));
        json_set(spool, "bytes", json_must(json_integer((json_int_t)figures->bytes)));
        json_set(spool, "unacknowledged", json_must(json_integer((json_int_t)figures->unacknowledged)));
        return spool;
}

static json_t *problem_member(const struct daemon *d)
{
        _cleanup_text_ struct text all = {0};
        size_t i;

        for (i = 0; i < PROBLEMS; i++) {
                if (d->problems[i])
                        text_printf(&all, "%s%s", all.length > 0 ? "; " : "", d->problems[i]);
        }
        return all.length > 0 ? json_safe_string(all.data, all.length) : json_null();
}

static int64_t next_run(const struct daemon *d)
{
        uint64_t next = d->next_audit < d->next_full ? d->next_audit : d->next_full, now = daemon_clock();

        return moment_now() + (next > now ? (int64_t)((next - now) / 1000000) : 0);
}

void status_begin(const struct daemon *d)
{
        static const char *const names[] = {STATUS_FILE, HEALTH_FILE};
        size_t i;

        for (i = 0; i < ELEMENTS(names); i++) {
                _cleanup_free_ char *path = must_printf("%s/%s", d->rules.config.runtime, names[i]);

                file_remove_temporaries(AT_FDCWD, path);
        }
}

static void write_file(const struct daemon *d, const char *name, mode_t mode, const json_t *content)
{
        _cleanup_free_ char *path = must_printf("%s/%s", d->rules.config.runtime, name), *text = json_text(content);
        int r = file_write_durably(AT_FDCWD, path, mode, text, strlen(text), false);

        if (r < 0)
                log_message(LOG_WARNING, "cannot write %s: %s", path, strerror(-r));
}

/* What everyone may know: whether it works, not what it found. */
static void write_health(const struct daemon *d, const json_t *status)
{
        static const char *const members[] = {"state", "last_run", "next_run"};
        _cleanup_json_ json_t *health = json_must(json_object());
        bool problem = !json_is_null(json_object_get(status, "problem"));
        size_t i;

        for (i = 0; i < ELEMENTS(members); i++)
                json_set(health, members[i], json_incref(json_object_get(status, members[i])));
        json_set(health, "problem", json_string_or_null(problem ? "there is a problem" : NULL));
        write_file(d, HEALTH_FILE, HEALTH_MODE, health);
}

void status_write(struct daemon *d, const char *state)
{
        _cleanup_json_ json_t *status = json_must(json_object());
        struct ledger_figures figures;

        ledger_figures(&d->ledger, &figures);
        json_set(status, "state", json_string_or_null(state));
        json_set(status, "chain", json_string_or_null(d->ledger.chain[0] ? d->ledger.chain : NULL));
        json_set(status, "seq", json_must(json_integer((json_int_t)d->ledger.seq)));
        json_set(status, "last_run", moment_or_null(d->last_run));
        json_set(status, "next_run", streq(state, "running") ? moment_or_null(next_run(d)) : json_null());
        json_set(status, "spool", spool_member(&figures));
        json_set(status, "collector", collector_member(d, &figures));
        json_set(status, "counts", d->counts ? json_incref(d->counts) : json_null());
        json_set(status, "problem", problem_member(d));
        write_file(d, STATUS_FILE, STATUS_MODE, status);
        write_health(d, status);
}
