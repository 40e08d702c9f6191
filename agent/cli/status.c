/* SPDX-License-Identifier: EUPL-1.2 */
/* bioagent status: what the daemon last said of itself (RUNTIME/status.json). What a host fails at is a list of
 * weaknesses: root and the group bioagent read it whole, others see health alone (RUNTIME/health.json). */
#include <fcntl.h>
#include <string.h>
#include <syslog.h>

#include "base/io.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/term.h"
#include "cli/cli.h"
#include "report/layout.h"

#define STATUS_MOST ((size_t)64 * 1024)
#define LATE_S      300 /* a run may take a minute, and a host may be busy */
#define LABEL       16

struct status_options {
        struct cli_common common;
        bool check;
        const char *format;
};

static const struct cli_option options[] = {
        {"check", CLI_FLAG, NULL, offsetof(struct status_options, check),
         "print nothing that is in order; exit 0 healthy, 1 not, 3 where no daemon has said anything"},
        {"format", CLI_TEXT, "FORMAT", offsetof(struct status_options, format), "text (the default) or json"},
        {0},
};

/* Reads the whole status, or where that is not allowed the health. -ENOENT: there is none. */
static int read_status(const struct config *config, json_t **ret, bool *ret_whole)
{
        static const char *const names[] = {"status.json", "health.json"};
        int r = -ENOENT;

        for (size_t i = 0; i < ELEMENTS(names); i++) {
                _cleanup_free_ char *path = must_printf("%s/%s", config->runtime, names[i]), *bytes = NULL, *why = NULL;
                size_t length;

                *ret_whole = i == 0;
                r = file_read(AT_FDCWD, path, STATUS_MOST, &bytes, &length);
                if (r == -EACCES)
                        continue;
                if (r == -ENOENT)
                        return r;
                if (r >= 0 && json_parse(bytes, length, ret, &why) >= 0 && json_is_object(*ret))
                        return 0;
                log_message(LOG_ERR, "%s cannot be read: %s", path, why ? why : strerror(r < 0 ? -r : EBADMSG));
                return r < 0 ? r : -EBADMSG;
        }
        return r;
}

/* What is wrong, or NULL. */
static char *what_is_wrong(const json_t *status, int64_t now)
{
        const char *state = json_member_string(status, "state"), *problem = json_member_string(status, "problem");
        const char *next = json_member_string(status, "next_run");
        int64_t due;

        if (!streq(state, "running"))
                return must_printf("the daemon is %s", state ? state : "in an unknown state");
        if (problem)
                return must_strdup(problem);
        if (next && moment_parse(next, &due) == 0 && now > due + LATE_S)
                return must_printf("the run of %s is overdue: the daemon may be gone", next);
        return NULL;
}

static void write_member(struct text *out, const char *label, const json_t *value)
{
        _cleanup_free_ char *text = NULL;

        if (!value || json_is_null(value))
                return;
        text = json_is_string(value) ? must_strdup(json_string_value(value)) : json_text(value);
        layout_field(out, cli_width(), 0, LABEL, label, text);
}

/* {"fail":1,"pass":2}: "1 fail, 2 pass". */
static void write_counts(struct text *out, const json_t *counts)
{
        _cleanup_text_ struct text line = {0};
        const char *status;
        json_t *count;

        json_object_foreach ((json_t *)counts, status, count)
                text_printf(&line, "%s%lld %s", line.length ? ", " : "", (long long)json_integer_value(count), status);
        if (line.length)
                layout_field(out, cli_width(), 0, LABEL, "results", text_string(&line));
}

static void write_text(struct text *out, const json_t *status, const char *wrong)
{
        static const struct {
                const char *label, *object, *member;
        } rows[] = {
                {"state", NULL, "state"},
                {"chain", NULL, "chain"},
                {"last record", NULL, "seq"},
                {"last run", NULL, "last_run"},
                {"next run", NULL, "next_run"},
                {"records", "spool", "records"},
                {"bytes", "spool", "bytes"},
                {"unacknowledged", "spool", "unacknowledged"},
                {"collector", "collector", "url"},
                {"acknowledged", "collector", "last_ack"},
                {"shipper", "collector", "last_error"},
        };

        for (size_t i = 0; i < ELEMENTS(rows); i++)
                write_member(out, rows[i].label,
                             json_object_get(rows[i].object ? json_object_get(status, rows[i].object) : status,
                                             rows[i].member));
        write_counts(out, json_object_get(status, "counts"));
        if (wrong)
                layout_field(out, cli_width(), 0, LABEL, "wrong", wrong);
}

static int put_status(const struct status_options *o, json_t *status, bool whole)
{
        _cleanup_text_ struct text out = {0};
        _cleanup_free_ char *wrong = what_is_wrong(status, moment_now());
        int result = o->check && wrong ? CLI_FAILED : CLI_OK;

        if (streq(o->format, "json"))
                return cli_put_json(json_incref(status), result);
        if (o->check && wrong) {
                layout_clean(&out, wrong);
                text_add_char(&out, '\n');
        } else if (!o->check) {
                write_text(&out, status, wrong);
                if (!whole)
                        text_add(&out, "(root and the group bioagent see more)\n");
        }
        return cli_put(&out, result);
}

static int status_command(const struct cli_command *self, int argc, char **argv)
{
        struct status_options o = {0};
        _cleanup_config_ struct config config = {0};
        _cleanup_json_ json_t *status = NULL;
        bool whole;
        int rest, r = cli_options(self, argc, argv, &o, &rest);

        if (r != CLI_CONTINUE)
                return r;
        if (rest < argc)
                return cli_usage(self, "unexpected argument \"%s\"", argv[rest]);
        if (o.format && !streq(o.format, "text") && !streq(o.format, "json"))
                return cli_usage(self, "unknown --format \"%s\", expected text or json", o.format);
        r = cli_config(&o.common, &config);
        if (r != CLI_CONTINUE)
                return r;
        r = read_status(&config, &status, &whole);
        if (r < 0) {
                log_message(LOG_ERR, "no daemon has said anything in %s%s", config.runtime,
                            r == -EACCES ? " that this user may read" : "");
                return r == -ENOENT || r == -EACCES ? CLI_UNDECIDED : CLI_INTERNAL;
        }
        return put_status(&o, status, whole);
}

const struct cli_command cli_status = {
        .name = "status",
        .synopsis = "[--check] [OPTION]…",
        .help = "show what the daemon last said of itself",
        .options = options,
        .run = status_command,
};
