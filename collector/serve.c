/* SPDX-License-Identifier: EUPL-1.2 */
/* serve: each module with its server in a thread of its own; they share the store's file and nothing else. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <syslog.h>

#include "base/diag.h"
#include "base/memory.h"
#include "base/text.h"
#include "collector/commands.h"
#include "collector/config.h"
#include "est/est.h"
#include "http/http.h"
#include "records/records.h"
#include "web/web.h"

#define CONNECTIONS_MOST 1000
#define WEB_BODY_MOST    4096

struct serving {
        struct collector_config config;
        struct records *records;
        struct est *est;
        struct web *web;
        struct http_server *servers[3];
        pthread_t threads[3];
        size_t server_count, thread_count;
};

static void *run(void *p)
{
        if (http_server_run(p) < 0) {
                log_message(LOG_ERR, "the event loop failed");
                (void)kill(getpid(), SIGTERM);
        }
        return NULL;
}

static int add_server(struct serving *s, struct http_settings *settings, bool tls, char **why)
{
        _cleanup_free_ char *certificate = tls ? collector_path(&s->config, COLLECTOR_SERVER_CERTIFICATE) : NULL;
        _cleanup_free_ char *key = tls ? collector_path(&s->config, COLLECTOR_SERVER_KEY) : NULL;
        _cleanup_free_ char *ca = tls ? collector_path(&s->config, COLLECTOR_CA_CERTIFICATE) : NULL;
        int r;

        settings->certificate = certificate;
        settings->key = key;
        settings->ca = ca;
        r = http_server_new(settings, &s->servers[s->server_count], why);
        if (r >= 0)
                s->server_count++;
        return r;
}

static int open_records(struct serving *s, const char *store, char **why)
{
        struct http_settings settings = {
                .listen = s->config.records,
                .body_most = RECORDS_BODY_MOST,
                .connections = CONNECTIONS_MOST,
                .handle = records_handle,
        };
        int r = records_open(store, 0, &s->records, why);

        settings.user = s->records;
        if (r >= 0)
                r = add_server(s, &settings, true, why);
        if (r >= 0)
                printf("records https://%s\n", http_server_address(s->servers[s->server_count - 1]));
        return r;
}

static int open_est(struct serving *s, const char *store, char **why)
{
        _cleanup_free_ char *ca_key = collector_path(&s->config, COLLECTOR_CA_KEY);
        _cleanup_free_ char *ca = collector_path(&s->config, COLLECTOR_CA_CERTIFICATE);
        struct http_settings settings = {
                .listen = s->config.est,
                .body_most = EST_BODY_MOST,
                .connections = CONNECTIONS_MOST,
                .handle = est_handle,
        };
        int r = est_open(ca_key, ca, store, &s->est, why);

        settings.user = s->est;
        if (r >= 0)
                r = add_server(s, &settings, true, why);
        if (r >= 0)
                printf("est https://%s\n", http_server_address(s->servers[s->server_count - 1]));
        return r;
}

static int open_web(struct serving *s, const char *store, char **why)
{
        struct http_settings settings = {
                .listen = s->config.web,
                .body_most = WEB_BODY_MOST,
                .handle = web_handle,
        };
        int r;

        if (!starts_with(s->config.web, "127.") && !starts_with(s->config.web, "[::1]:")) {
                *why = must_strdup("web: the pages have no accounts yet, so they are served on loopback alone");
                return -EINVAL;
        }
        r = web_open(store, s->config.organisation, &s->web, why);
        settings.user = s->web;
        if (r >= 0)
                r = add_server(s, &settings, false, why);
        if (r >= 0) {
                const char *address = http_server_address(s->servers[s->server_count - 1]);

                web_listens(s->web, address);
                printf("web http://%s/?token=%s\n", address, web_token(s->web));
        }
        return r;
}

static int open_modules(struct serving *s, unsigned modules, char **why)
{
        _cleanup_free_ char *store = collector_path(&s->config, COLLECTOR_STORE);
        int r = 0;

        if (modules & MODULE_RECORDS)
                r = open_records(s, store, why);
        if (r >= 0 && (modules & MODULE_EST))
                r = open_est(s, store, why);
        if (r >= 0 && (modules & MODULE_WEB))
                r = open_web(s, store, why);
        return r;
}

/* A connection is a descriptor: as many as we may have. */
static void raise_descriptors(void)
{
        struct rlimit limit;

        if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
                limit.rlim_cur = limit.rlim_max < 65536 ? limit.rlim_max : 65536;
                (void)setrlimit(RLIMIT_NOFILE, &limit);
        }
}

static int serve_until_told(struct serving *s, const sigset_t *signals)
{
        int signal_number = 0;
        size_t i;

        for (; s->thread_count < s->server_count; s->thread_count++)
                if (pthread_create(&s->threads[s->thread_count], NULL, run, s->servers[s->thread_count]) != 0)
                        break;
        if (s->thread_count == s->server_count)
                (void)sigwait(signals, &signal_number);
        for (i = 0; i < s->thread_count; i++)
                http_server_stop(s->servers[i]);
        for (i = 0; i < s->thread_count; i++)
                (void)pthread_join(s->threads[i], NULL);
        return s->thread_count == s->server_count ? EXIT_DONE : EXIT_FAILED;
}

/* The servers last: until the modules are closed, these may still answer. */
static void close_all(struct serving *s)
{
        size_t i;

        records_close(s->records);
        est_close(s->est);
        web_close(s->web);
        for (i = 0; i < s->server_count; i++)
                http_server_free(s->servers[i]);
        collector_config_free(&s->config);
}

int collector_serve(const struct collector_options *o)
{
        struct serving s = {0};
        char *why = NULL;
        sigset_t signals;
        int status;

        if (collector_config_load(o->config, &s.config) < 0)
                return EXIT_USAGE;
        /* All threads inherit this: signals are waited for, at one place. */
        (void)sigemptyset(&signals);
        (void)sigaddset(&signals, SIGTERM);
        (void)sigaddset(&signals, SIGINT);
        (void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
        (void)signal(SIGPIPE, SIG_IGN);
        raise_descriptors();
        if (open_modules(&s, o->modules ? o->modules : MODULE_ALL, &why) < 0) {
                log_message(LOG_ERR, "%s", why ? why : "cannot start");
                free(why);
                close_all(&s);
                return EXIT_FAILED;
        }
        (void)fflush(stdout);
        status = serve_until_told(&s, &signals);
        close_all(&s);
        return status;
}
