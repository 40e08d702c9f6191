/* SPDX-License-Identifier: EUPL-1.2 */
/* The event loop: what is due when, and what arrives. Without systemd the notifications and the watchdog do nothing. */
#include "sign/daemon.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include "base/diag.h"
#include "base/io.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "sign/daemon_internal.h"

#define USEC         ((uint64_t)1000 * 1000)
#define RETRY        (60 * USEC) /* after a record could not be made */
#define STATUS_USAGE 2
#define STATUS_ERROR 4

uint64_t daemon_clock(void)
{
        struct timespec t;

        (void)clock_gettime(CLOCK_BOOTTIME, &t);
        return (uint64_t)t.tv_sec * USEC + (uint64_t)t.tv_nsec / 1000;
}

void daemon_problem(struct daemon *d, enum problem which, const char *why)
{
        if (streq(d->problems[which], why))
                return;
        if (why)
                log_message(LOG_ERR, "%s", why);
        else
                log_message(LOG_NOTICE, "over: %s", d->problems[which]);
        free(d->problems[which]);
        d->problems[which] = why ? must_strdup(why) : NULL;
}

static uint64_t least(uint64_t a, uint64_t b)
{
        return a < b ? a : b;
}

static bool run_is_under_way(const struct daemon *d)
{
        return d->examination.pid > 0;
}

static int arm(struct daemon *d)
{
        uint64_t next = d->next_heartbeat;
        int r;

        if (!run_is_under_way(d))
                next = least(next, least(d->next_audit, d->next_full));
        r = sd_event_source_set_time(d->timer, next);
        return r < 0 ? r : sd_event_source_set_enabled(d->timer, SD_EVENT_ONESHOT);
}

static void drop_run(struct daemon *d)
{
        d->answer = sd_event_source_disable_unref(d->answer);
        d->deadline = sd_event_source_disable_unref(d->deadline);
        if (run_is_under_way(d))
                (void)examination_end(&d->examination, NULL, NULL);
}

static void finish(struct daemon *d, int status)
{
        (void)sd_notify(0, "STOPPING=1");
        drop_run(d);
        if (daemon_stop(d) < 0)
                status = STATUS_ERROR;
        status_write(d, "stopped");
        (void)sd_event_exit(d->event, status);
}

/* When the next runs are due, after one that ended now. */
static void schedule(struct daemon *d, bool full, bool failed)
{
        const struct config *c = &d->rules.config;
        uint64_t now = daemon_clock();

        d->next_audit = now + c->audit_s * USEC;
        if (full)
                d->next_full = now + c->full_s * USEC + daemon_spread(d, c->jitter_s * USEC);
        if (failed)
                d->next_audit = least(d->next_audit, now + RETRY);
        if (d->again)
                d->next_audit = now;
        d->again = false;
}

static void take_run(struct daemon *d)
{
        _cleanup_json_ json_t *answer = NULL;
        _cleanup_free_ char *why = NULL;
        bool full = d->full_due;
        int r;

        d->answer = sd_event_source_disable_unref(d->answer);
        d->deadline = sd_event_source_disable_unref(d->deadline);
        (void)examination_end(&d->examination, &answer, &why);
        r = run_take(d, answer, why);
        schedule(d, full, r < 0 || !answer);
        /* A full that could not be recorded stays due: the next run, of whatever schedule, makes up for it. */
        if (full && (r < 0 || !answer))
                d->full_due = true;
        ledger_tidy(&d->ledger, moment_now());
        status_write(d, "running");
        (void)sd_notifyf(0, "STATUS=Record %ju of chain %s", (uintmax_t)d->ledger.seq, d->ledger.chain);
        if (d->options.once)
                finish(d, r < 0 || !answer || d->full_due ? STATUS_ERROR : 0);
        else
                (void)arm(d);
}

static void end_run(struct daemon *d)
{
        take_run(d);
        /* The documents of a run are large, and the daemon rests until the next one. */
        (void)malloc_trim(0);
}

static int on_answer(sd_event_source *source, int fd, uint32_t events, void *user)
{
        struct daemon *d = user;
        int r = examination_read(&d->examination);

        (void)source;
        (void)fd;
        (void)events;
        if (r <= 0)
                end_run(d);
        return 0;
}

static int on_deadline(sd_event_source *source, uint64_t now, void *user)
{
        (void)source;
        (void)now;
        end_run(user);
        return 0;
}

static void start_run(struct daemon *d)
{
        int r = examination_start(&d->rules, &d->identity, d->observe_socket, &d->examination);

        if (r == 0)
                r = sd_event_add_io(d->event, &d->answer, d->examination.fd, EPOLLIN, on_answer, d);
        if (r >= 0)
                r = sd_event_add_time_relative(d->event, &d->deadline, CLOCK_BOOTTIME, EXAMINATION_SECONDS * USEC, 0,
                                               on_deadline, d);
        if (r >= 0)
                return;
        log_message(LOG_ERR, "cannot start a run: %s", strerror(-r));
        drop_run(d);
        schedule(d, false, true);
}

/* The first records of this process. Where they cannot be made, nothing else is; it is tried again. */
static void begin(struct daemon *d)
{
        uint64_t now = daemon_clock();

        if (daemon_begin(d) == 0) {
                d->full_due = true;
                d->next_audit = d->next_full = now;
                return;
        }
        d->next_heartbeat = d->next_audit = d->next_full = now + RETRY;
        if (d->options.once)
                finish(d, STATUS_ERROR);
}

static int on_time(sd_event_source *source, uint64_t usec, void *user)
{
        struct daemon *d = user;
        uint64_t now = daemon_clock();

        (void)source;
        (void)usec;
        if (!d->started) {
                begin(d);
                status_write(d, "running");
        } else if (now >= d->next_heartbeat) {
                if (daemon_heartbeat(d) < 0)
                        d->next_heartbeat = now + least(RETRY, d->rules.config.heartbeat_s * USEC);
                status_write(d, "running");
        }
        if (d->started && !run_is_under_way(d) && now >= least(d->next_audit, d->next_full)) {
                d->full_due = d->full_due || now >= d->next_full;
                start_run(d);
        }
        return arm(d);
}

/* What a reload must not change: where things lie. */
static void keep_places(struct config *fresh, const struct config *old)
{
        struct place {
                const char *name;
                char **fresh;
                const char *old;
        } places[] = {{"state", &fresh->state, old->state},
                      {"runtime", &fresh->runtime, old->runtime},
                      {"key", &fresh->key, old->key}};
        size_t i;

        for (i = 0; i < ELEMENTS(places); i++) {
                if (streq(*places[i].fresh, places[i].old))
                        continue;
                log_message(LOG_WARNING, "a new value of \"%s\" counts from the next start", places[i].name);
                free(*places[i].fresh);
                *places[i].fresh = must_strdup(places[i].old);
        }
}

static void apply_limits(struct daemon *d)
{
        free(d->ledger.keep_acknowledged);
        d->ledger.keep_acknowledged = must_strdup(d->rules.config.keep_acknowledged);
        d->ledger.max_size = d->rules.config.spool_max_size;
}

static bool same_declarations(const struct rules *a, const struct rules *b)
{
        size_t i, count = declarations_count(a->declarations);

        if (count != declarations_count(b->declarations))
                return false;
        for (i = 0; i < count; i++) {
                if (!streq(declarations_at(a->declarations, i)->digest, declarations_at(b->declarations, i)->digest))
                        return false;
        }
        return true;
}

/* What a reload makes of results that differ after it. New policies show by themselves (full_cause()). */
static const char *reload_cause(const struct rules *fresh, const struct rules *old)
{
        if (!same_declarations(fresh, old))
                return "declaration";
        return json_equal(fresh->config.profile, old->config.profile) ? NULL : "policy";
}

static void reload(struct daemon *d)
{
        _cleanup_diag_ struct diag diag = {0};
        struct rules fresh;

        (void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%ju", (uintmax_t)daemon_clock());
        if (rules_load(d->options.config, &fresh, &diag) < 0) {
                daemon_problem(d, PROBLEM_CONFIGURATION,
                               "the new configuration has errors; the old one stays in force");
        } else {
                keep_places(&fresh.config, &d->rules.config);
                d->cause = reload_cause(&fresh, &d->rules);
                rules_free(&d->rules);
                d->rules = fresh;
                apply_limits(d);
                daemon_problem(d, PROBLEM_CONFIGURATION, NULL);
                log_message(LOG_INFO, "configuration read again");
                drop_run(d); /* it follows the old rules */
                d->full_due = true;
                d->next_audit = daemon_clock();
        }
        diag_print(&diag, stderr);
        status_write(d, "running"); /* errors in the new one are not to wait for the next run to be seen */
        (void)sd_notify(0, "READY=1");
}

static int on_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *user)
{
        struct daemon *d = user;

        (void)source;
        switch (info->ssi_signo) {
        case SIGHUP:
                reload(d);
                break;
        case SIGUSR1:
                if (run_is_under_way(d))
                        d->again = true;
                else
                        d->next_audit = daemon_clock();
                break;
        default:
                finish(d, 0);
                return 0;
        }
        return arm(d);
}

static const int signals[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1};

/* From the first moment on, so that none is lost or ends us before the event loop takes them. */
static void block_signals(void)
{
        sigset_t set;
        size_t i;

        (void)sigemptyset(&set);
        for (i = 0; i < ELEMENTS(signals); i++)
                (void)sigaddset(&set, signals[i]);
        (void)sigprocmask(SIG_BLOCK, &set, NULL);
        (void)signal(SIGPIPE, SIG_IGN);
}

static int set_up_events(struct daemon *d)
{
        size_t i;
        int r = sd_event_new(&d->event);

        for (i = 0; r >= 0 && i < ELEMENTS(signals); i++)
                r = sd_event_add_signal(d->event, NULL, signals[i], on_signal, d);
        if (r >= 0)
                r = sd_event_add_time(d->event, &d->timer, CLOCK_BOOTTIME, daemon_clock(), 0, on_time, d);
        if (r >= 0)
                r = sd_event_set_watchdog(d->event, true);
        return r;
}

/* Everything that must be right before the first record. Answers an exit status. */
static int set_up(struct daemon *d)
{
        const char *sockets = getenv("BIOAGENT_SOCKETS");
        _cleanup_diag_ struct diag diag = {0};
        _cleanup_free_ char *why = NULL;
        int r = rules_load(d->options.config, &d->rules, &diag);

        diag_print(&diag, stderr);
        if (r < 0)
                return STATUS_USAGE;
        r = directory_make(d->rules.config.state, 0755);
        if (r == 0)
                r = directory_make(d->rules.config.runtime, 0755);
        if (r < 0)
                why = must_printf("cannot make %s or %s: %s", d->rules.config.state, d->rules.config.runtime,
                                  strerror(-r));
        if (r == 0)
                r = identity_open(d->rules.config.state, d->rules.config.key, &d->identity, &why);
        if (r == 0)
                r = ledger_open(d->rules.config.state, &d->identity, &d->ledger, &d->previous, &why);
        if (r == 0) {
                status_begin(d);
                apply_limits(d);
                r = set_up_events(d);
                if (r < 0)
                        why = must_printf("cannot set up the event loop: %s", strerror(-r));
        }
        if (r < 0) {
                log_message(LOG_ERR, "%s", why);
                return STATUS_ERROR;
        }
        if (streq(sockets, "1"))
                d->observe_socket = must_printf("%s/observe", d->rules.config.runtime);
        d->notify_socket = must_printf("%s/ship", d->rules.config.runtime);
        return 0;
}

static void tear_down(struct daemon *d)
{
        size_t i;

        sd_event_source_unref(d->timer);
        sd_event_unref(d->event);
        ledger_free(&d->ledger);
        identity_free(&d->identity);
        rules_free(&d->rules);
        free(d->observe_socket);
        free(d->notify_socket);
        json_decref(d->previous);
        json_decref(d->in_force);
        json_decref(d->counts);
        for (i = 0; i < PROBLEMS; i++)
                free(d->problems[i]);
}

int daemon_run(const struct daemon_options *options)
{
        struct daemon d = {.options = *options, .identity = {.lock = -1}, .examination = {.fd = -1}};
        int status;

        block_signals();
        (void)umask(0027);
        status = set_up(&d);
        if (status == 0) {
                (void)sd_notify(0, "READY=1");
                status = sd_event_loop(d.event);
                if (status < 0) {
                        log_message(LOG_ERR, "the event loop failed: %s", strerror(-status));
                        status = STATUS_ERROR;
                }
        }
        tear_down(&d);
        return status;
}
