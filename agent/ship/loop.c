/* SPDX-License-Identifier: EUPL-1.2 */
/* When to look at the spool: a byte on the socket, a minute, the end of a wait. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include "base/diag.h"
#include "base/io.h"
#include "base/memory.h"
#include "base/text.h"
#include "config/config.h"
#include "ship/http.h"
#include "ship/ship.h"
#include "ship/shipper.h"

#define POLL_MILLISECONDS ((uint64_t)60 * 1000) /* where nobody told us, and for a certificate that arrives */

static volatile sig_atomic_t stopping, reloading;

struct ship {
        const struct ship_options *options;
        struct config config;
        struct spool *spool;
        struct shipper shipper;
        sigset_t waiting;  /* the signals that are blocked while we wait: none of ours */
        struct http *http; /* while there is something to send */
        int socket;
        bool own_socket;
        int lock;
        char *socket_path, *url, *certificate, *key, *ca;
        struct timespec enrolled; /* when the certificate in use was written */
        uint64_t busy_at;         /* the clock when there was something to do last */
};

static void on_signal(int number)
{
        if (number == SIGHUP)
                reloading = 1;
        else
                stopping = 1;
}

static uint64_t clock_milliseconds(void)
{
        struct timespec t;

        (void)clock_gettime(CLOCK_BOOTTIME, &t);
        return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static const int signals[] = {SIGTERM, SIGINT, SIGHUP};

/* Signals arrive only while we wait or while libcurl asks: nothing is cut in the middle. */
static void catch_signals(sigset_t *ret_waiting)
{
        struct sigaction action = {.sa_handler = on_signal};
        sigset_t blocked;
        size_t i;

        (void)sigemptyset(&action.sa_mask);
        (void)sigemptyset(&blocked);
        for (i = 0; i < ELEMENTS(signals); i++)
                (void)sigaddset(&blocked, signals[i]);
        (void)sigprocmask(SIG_BLOCK, &blocked, ret_waiting);
        for (i = 0; i < ELEMENTS(signals); i++) {
                (void)sigaction(signals[i], &action, NULL);
                (void)sigdelset(ret_waiting, signals[i]);
        }
        (void)signal(SIGPIPE, SIG_IGN);
}

static void post(void *user, const char *body, size_t length, struct reply *ret)
{
        static const char *const headers[] = {"Content-Type: application/vnd.bioagent.records",
                                              "Accept: application/json", "Expect:", NULL};
        struct ship *s = user;
        struct http_request request = {.url = s->url,
                                       .ca_file = s->ca,
                                       .certificate = s->certificate,
                                       .key = s->key,
                                       .body = body,
                                       .length = length,
                                       .headers = headers};
        sigset_t before;

        if (!s->http)
                s->http = http_new(&stopping);
        (void)sigprocmask(SIG_SETMASK, &s->waiting, &before);
        http_send(s->http, &request, ret);
        (void)sigprocmask(SIG_SETMASK, &before, NULL);
}

/* Why nothing can be sent at all, malloc'd; NULL: it can. A certificate that is new ends every wait. */
static char *cannot_send(struct ship *s)
{
        struct stat st;

        if (stat(s->certificate, &st) < 0)
                return must_printf("this host is not enrolled: %s: %s", s->certificate, strerror(errno));
        if (access(s->ca, R_OK) < 0)
                return must_printf("%s: %s", s->ca, strerror(errno));
        if (st.st_mtim.tv_sec != s->enrolled.tv_sec || st.st_mtim.tv_nsec != s->enrolled.tv_nsec) {
                s->enrolled = st.st_mtim;
                shipper_retry(&s->shipper);
        }
        return NULL;
}

/* Sends until there is nothing left or a wait is due. The clock of the next look, milliseconds. */
static uint64_t work(struct ship *s)
{
        _cleanup_free_ char *why = NULL;
        enum shipper_step step = SHIPPER_IDLE;
        uint64_t next;

        if (s->config.collector_url)
                why = cannot_send(s);
        if (why || !s->config.collector_url)
                shipper_say(&s->shipper, why);
        while (s->config.collector_url && !why && !stopping) {
                step = shipper_step(&s->shipper, clock_milliseconds());
                if (step != SHIPPER_SENT)
                        break;
                s->busy_at = clock_milliseconds();
        }
        http_free(TAKE_PTR(s->http));
        next = clock_milliseconds() + POLL_MILLISECONDS;
        if (step == SHIPPER_WAIT) {
                s->busy_at = clock_milliseconds();
                return s->shipper.not_before < next ? s->shipper.not_before : next;
        }
        return next;
}

static void drain(int fd)
{
        char byte;

        while (recv(fd, &byte, sizeof(byte), MSG_DONTWAIT) >= 0)
                ;
}

static bool is_idle(const struct ship *s, uint64_t now)
{
        return s->options->idle_exit > 0 && now >= s->busy_at + s->options->idle_exit * 1000;
}

static void wait_for_work(struct ship *s, uint64_t until)
{
        struct pollfd watched = {.fd = s->socket, .events = POLLIN};
        uint64_t now = clock_milliseconds(), left = until > now ? until - now : 0;
        struct timespec timeout;

        if (s->options->idle_exit > 0) {
                uint64_t idle_at = s->busy_at + s->options->idle_exit * 1000;
                uint64_t idle_left = idle_at > now ? idle_at - now : 0;

                if (idle_left < left)
                        left = idle_left;
        }
        timeout = (struct timespec){.tv_sec = (time_t)(left / 1000), .tv_nsec = (long)(left % 1000) * 1000000};
        if (ppoll(&watched, 1, &timeout, &s->waiting) > 0 && watched.revents) {
                drain(s->socket);
                s->busy_at = clock_milliseconds();
        }
}

static int bind_socket(const char *path)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        _cleanup_fd_ int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

        if (fd < 0)
                return -errno;
        if (strlen(path) >= sizeof(address.sun_path))
                return -ENAMETOOLONG;
        memcpy(address.sun_path, path, strlen(path));
        (void)unlink(path);
        if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 || chmod(path, 0660) < 0)
                return -errno;
        return TAKE_FD(fd);
}

/* The service manager's socket, or our own. Without one the minute must do. */
static void open_socket(struct ship *s)
{
        if (sd_listen_fds(true) == 1 && sd_is_socket(SD_LISTEN_FDS_START, AF_UNIX, SOCK_DGRAM, 0) > 0) {
                s->socket = SD_LISTEN_FDS_START;
                return;
        }
        s->socket = bind_socket(s->socket_path);
        s->own_socket = s->socket >= 0;
        if (s->socket < 0)
                log_message(LOG_WARNING, "cannot listen on %s: %s; the spool is looked at each minute", s->socket_path,
                            strerror(-s->socket));
}

static int lock_directory(struct ship *s, const char *path)
{
        s->lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (s->lock < 0)
                return -errno;
        return flock(s->lock, LOCK_EX | LOCK_NB) < 0 ? -errno : 0;
}

static char *records_url(const char *base)
{
        size_t length = base ? strlen(base) : 0;

        while (length > 0 && base[length - 1] == '/')
                length--;
        return must_printf("%.*s/v1/records", (int)length, base ? base : "");
}

static void place(struct ship *s)
{
        const struct config *c = &s->config;

        free(s->ca);
        free(s->url);
        s->ca = c->collector_ca ? must_strdup(c->collector_ca) : must_printf("%s/ship/ca.pem", c->state);
        s->url = records_url(c->collector_url);
        if (!c->collector_url)
                log_message(LOG_NOTICE, "no collector is configured (collector.url): nothing is sent");
}

/* The collector and its authority may change; where our own files lie may not. */
static void reload(struct ship *s)
{
        _cleanup_diag_ struct diag diag = {0};
        struct config fresh;

        reloading = 0;
        if (config_load(s->options->config, &fresh, &diag) < 0) {
                log_message(LOG_ERR, "the new configuration has errors; the old one stays in force");
        } else if (!streq(fresh.state, s->config.state) || !streq(fresh.runtime, s->config.runtime)) {
                log_message(LOG_WARNING, "new values of \"state\" and \"runtime\" count from the next start");
                config_free(&fresh);
        } else {
                config_free(&s->config);
                s->config = fresh;
                place(s);
                shipper_retry(&s->shipper);
        }
        diag_print(&diag, stderr);
}

/* Answers an exit status. */
static int set_up(struct ship *s)
{
        _cleanup_diag_ struct diag diag = {0};
        _cleanup_free_ char *directory = NULL, *why = NULL;
        const struct config *c = &s->config;
        int r = config_load(s->options->config, &s->config, &diag);

        diag_print(&diag, stderr);
        if (r < 0)
                return 2;
        directory = must_printf("%s/ship", c->state);
        s->certificate = must_printf("%s/tls.pem", directory);
        s->key = must_printf("%s/tls.key", directory);
        place(s);
        s->socket_path = must_printf("%s/ship", c->runtime);
        r = directory_make(directory, 0750);
        if (r == 0)
                r = lock_directory(s, directory);
        if (r < 0) {
                log_message(LOG_ERR, r == -EWOULDBLOCK ? "%s: another process ships from here" : "%s: %s", directory,
                            strerror(-r));
                return 4;
        }
        if (spool_open(c->state, false, &s->spool, &why) < 0) {
                log_message(LOG_ERR, "%s: start the daemon first", why);
                return 4;
        }
        shipper_begin(&s->shipper, s->spool, c->state, post, s);
        return 0;
}

static void tear_down(struct ship *s)
{
        if (s->own_socket) {
                (void)close(s->socket);
                (void)unlink(s->socket_path);
        }
        http_free(s->http);
        shipper_end(&s->shipper);
        spool_close(s->spool);
        close_fd(&s->lock);
        free(s->socket_path);
        free(s->url);
        free(s->certificate);
        free(s->key);
        free(s->ca);
        config_free(&s->config);
}

static void loop(struct ship *s)
{
        open_socket(s);
        s->busy_at = clock_milliseconds();
        while (!stopping) {
                uint64_t next;

                if (reloading)
                        reload(s);
                if (s->socket >= 0)
                        drain(s->socket);
                next = work(s);
                if (stopping || is_idle(s, clock_milliseconds()))
                        break;
                wait_for_work(s, next);
        }
}

int ship_run(const struct ship_options *options)
{
        struct ship s = {.options = options, .socket = -1, .lock = -1};
        int status;

        catch_signals(&s.waiting);
        status = set_up(&s);
        if (status == 0 && options->once) {
                (void)work(&s);
                status = shipper_is_done(&s.shipper) ? 0 : 1;
        } else if (status == 0) {
                loop(&s);
        }
        tear_down(&s);
        return status;
}
