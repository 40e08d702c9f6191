/* SPDX-License-Identifier: EUPL-1.2 */
/* evhttp has no bound on connections, on the time that one may take, or on what all of them together hold in memory.
 * These are kept here for TLS, where a connection is known from its first byte to the release of its bufferevent; one
 * that goes beyond is shut down at the socket, which evhttp then sees as the client's leaving. Without TLS we serve
 * loopback alone. */
#include "http/http.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <event2/util.h>
#include <netinet/in.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <syslog.h>
#include <time.h>

#include "base/diag.h"
#include "base/memory.h"
#include "base/text.h"
#include "http/server.h"

#define HEADERS_MOST    (16 * 1024)
#define IDLE_SECONDS    60           /* without a byte */
#define REQUEST_SECONDS 120          /* from accept, or the last reply, to a whole request */
#define BUFFERED_MOST   (256u << 20) /* bytes of requests in memory, all connections together */
#define SWEEP_SECONDS   5
#define STOP_SECONDS    5 /* for requests at hand to be answered */

struct http_connection {
        struct http_connection *next, **self; /* in server->connections */
        struct http_server *server;
        struct bufferevent *bev;
        time_t since;
        size_t buffered;
        bool busy; /* being answered */
};

struct http_exchange {
        struct http_exchange *next;
        struct http_server *server;
        struct http_connection *connection;
        struct evhttp_request *raw;
        struct http_request request;
        struct http_reply reply;
        char *path, *peer;
};

struct http_server {
        struct http_settings settings;
        struct http_tls *tls;
        struct event_base *base;
        struct evhttp *http;
        struct evconnlistener *listener;
        struct event *wake, *sweep;
        char *address;
        struct http_connection *connections;
        size_t connection_count;
        size_t buffered;
        size_t pending; /* exchanges not answered yet */
        time_t stop_at; /* 0: not stopping */
        bool full;      /* not accepting */
        int wake_fd;
        pthread_mutex_t lock; /* the two below */
        struct http_exchange *answered, **answered_end;
        bool stop;
};

static time_t monotonic(void)
{
        struct timespec now;

        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        return now.tv_sec;
}

/* --- connections ----------------------------------------------------------------------------------------------- */

static void shut_down(struct http_connection *c)
{
        evutil_socket_t fd = bufferevent_getfd(c->bev);

        if (fd >= 0)
                (void)shutdown(fd, SHUT_RDWR);
}

static void connection_settle(struct http_connection *c)
{
        c->server->buffered -= c->buffered;
        c->buffered = 0;
        c->since = monotonic();
}

/* There is room again, or what was wrong with accepting may be over. */
static void resume_accepting(struct http_server *s)
{
        if (!s->full || s->stop_at != 0 || (s->tls && s->connection_count >= s->settings.connections))
                return;
        s->full = false;
        (void)evconnlistener_enable(s->listener);
}

static void connection_free(void *p)
{
        struct http_connection *c = p;
        struct http_server *s = c->server;

        connection_settle(c);
        *c->self = c->next;
        if (c->next)
                c->next->self = c->self;
        free(c);
        s->connection_count--;
        resume_accepting(s);
}

static void on_input(struct evbuffer *buffer, const struct evbuffer_cb_info *info, void *p)
{
        struct http_connection *c = p;

        (void)buffer;
        c->buffered += info->n_added;
        c->server->buffered += info->n_added;
        if (info->n_added > 0 && c->server->buffered > BUFFERED_MOST)
                shut_down(c);
}

static void pause_accepting(struct http_server *s)
{
        s->full = true;
        (void)evconnlistener_disable(s->listener);
}

/* Called by evhttp for every connection it accepts. NULL is no way to refuse one: evhttp would then make a plain
 * socket. */
static struct bufferevent *connection_new(struct event_base *base, void *p)
{
        struct http_server *s = p;
        struct http_connection *c = must_alloc(sizeof(*c));

        c->server = s;
        c->since = monotonic();
        c->bev = http_tls_bufferevent(s->tls, base, c);
        if (!c->bev)
                out_of_memory();
        c->next = s->connections;
        c->self = &s->connections;
        if (c->next)
                c->next->self = &c->next;
        s->connections = c;
        if (++s->connection_count >= s->settings.connections)
                pause_accepting(s);
        if (!evbuffer_add_cb(bufferevent_get_input(c->bev), on_input, c))
                out_of_memory();
        return c->bev;
}

static void on_accept_error(struct evconnlistener *listener, void *p)
{
        struct http_server *s = p;

        (void)listener;
        log_message(LOG_ERR, "cannot accept connections on %s: %s", s->address, strerror(EVUTIL_SOCKET_ERROR()));
        pause_accepting(s);
}

static void on_sweep(evutil_socket_t fd, short what, void *p)
{
        struct http_server *s = p;
        struct http_connection *c;
        time_t now = monotonic();

        (void)fd;
        (void)what;
        for (c = s->connections; c; c = c->next)
                if (!c->busy && now - c->since > REQUEST_SECONDS)
                        shut_down(c);
        resume_accepting(s);
        if (s->stop_at != 0 && now >= s->stop_at)
                (void)event_base_loopbreak(s->base);
}

/* --- requests and answers -------------------------------------------------------------------------------------- */

static const char *method_name(enum evhttp_cmd_type type)
{
        switch (type) {
        case EVHTTP_REQ_GET:
                return "GET";
        case EVHTTP_REQ_HEAD:
                return "HEAD";
        case EVHTTP_REQ_POST:
                return "POST";
        default:
                return "";
        }
}

static void exchange_free(struct http_exchange *x)
{
        http_reply_free(&x->reply);
        free(x->path);
        free(x->peer);
        free(x);
}

static void fill_request(struct http_exchange *x, struct bufferevent *bev)
{
        const struct evkeyvalq *headers = evhttp_request_get_input_headers(x->raw);
        struct evhttp_connection *connection = evhttp_request_get_connection(x->raw);
        struct evbuffer *body = evhttp_request_get_input_buffer(x->raw);
        const char *uri = evhttp_request_get_uri(x->raw);
        struct http_request *q = &x->request;
        char *address = NULL, *mark;
        ev_uint16_t port;

        x->path = must_strdup(uri ? uri : "");
        mark = strchr(x->path, '?');
        if (mark)
                *mark = '\0';
        q->method = method_name(evhttp_request_get_command(x->raw));
        q->path = x->path;
        q->query = mark ? mark + 1 : NULL;
        q->host = evhttp_find_header(headers, "Host");
        q->content_type = evhttp_find_header(headers, "Content-Type");
        q->authorization = evhttp_find_header(headers, "Authorization");
        q->cookie = evhttp_find_header(headers, "Cookie");
        q->accept = evhttp_find_header(headers, "Accept");
        q->accept_language = evhttp_find_header(headers, "Accept-Language");
        q->length = evbuffer_get_length(body);
        q->body = q->length > 0 ? (const char *)evbuffer_pullup(body, -1) : "";
        if (!q->body)
                out_of_memory();
        evhttp_connection_get_peer(connection, &address, &port);
        q->address = address ? address : "";
        if (x->server->tls)
                x->peer = http_tls_peer(bev);
        q->peer = x->peer;
}

static void on_request(struct evhttp_request *raw, void *p)
{
        struct http_server *s = p;
        struct bufferevent *bev = evhttp_connection_get_bufferevent(evhttp_request_get_connection(raw));
        struct http_exchange *x = must_alloc(sizeof(*x));

        x->server = s;
        x->raw = raw;
        x->connection = s->tls ? http_tls_user(bev) : NULL;
        if (x->connection)
                x->connection->busy = true;
        fill_request(x, bev);
        s->pending++;
        s->settings.handle(x, &x->request, s->settings.user);
}

static void send_answer(struct http_exchange *x)
{
        struct evkeyvalq *headers = evhttp_request_get_output_headers(x->raw);
        struct http_server *s = x->server;
        struct evbuffer *body = evbuffer_new();
        size_t i;

        if (!body)
                out_of_memory();
        for (i = 0; i < x->reply.header_count; i++)
                (void)evhttp_add_header(headers, x->reply.headers[i].name, x->reply.headers[i].value);
        (void)evhttp_add_header(headers, "X-Content-Type-Options", "nosniff");
        (void)evhttp_add_header(headers, "Cache-Control", "no-store");
        if (s->stop_at != 0)
                (void)evhttp_add_header(headers, "Connection", "close");
        if (evbuffer_add(body, x->reply.body ? x->reply.body : "", x->reply.length) < 0)
                out_of_memory();
        if (x->connection) {
                x->connection->busy = false;
                connection_settle(x->connection);
        }
        evhttp_send_reply(x->raw, x->reply.status, http_reason(x->reply.status), body);
        evbuffer_free(body);
        s->pending--;
        exchange_free(x);
}

static void wake(struct http_server *s)
{
        uint64_t one = 1;

        while (write(s->wake_fd, &one, sizeof(one)) < 0 && errno == EINTR)
                ;
}

/* Always through the queue: an answer given within the handler must not release what the handler still borrows. */
void http_answer(struct http_exchange *x, struct http_reply *reply)
{
        struct http_server *s = x->server;
        bool first;

        x->reply = *reply;
        memset(reply, 0, sizeof(*reply));
        pthread_mutex_lock(&s->lock);
        first = !s->answered;
        *s->answered_end = x;
        s->answered_end = &x->next;
        pthread_mutex_unlock(&s->lock);
        if (first)
                wake(s);
}

static void begin_stop(struct http_server *s)
{
        if (s->stop_at != 0)
                return;
        s->stop_at = monotonic() + STOP_SECONDS;
        (void)evconnlistener_disable(s->listener);
}

static void on_wake(evutil_socket_t fd, short what, void *p)
{
        static const struct timeval flush = {.tv_usec = 100000}; /* what was answered still has to be written */
        struct http_server *s = p;
        struct http_exchange *x, *next;
        uint64_t count;
        bool stop;

        (void)what;
        while (read((int)fd, &count, sizeof(count)) < 0 && errno == EINTR)
                ;
        pthread_mutex_lock(&s->lock);
        x = TAKE_PTR(s->answered);
        s->answered_end = &s->answered;
        stop = s->stop;
        pthread_mutex_unlock(&s->lock);
        for (; x; x = next) {
                next = x->next;
                send_answer(x);
        }
        if (stop)
                begin_stop(s);
        if (stop && s->pending == 0)
                (void)event_base_loopexit(s->base, &flush);
}

/* --- life ------------------------------------------------------------------------------------------------------ */

static char *address_text(evutil_socket_t fd)
{
        struct sockaddr_storage where = {0};
        socklen_t length = sizeof(where);
        char text[INET6_ADDRSTRLEN] = "";

        if (getsockname(fd, (struct sockaddr *)&where, &length) < 0)
                return must_strdup("?");
        if (where.ss_family == AF_INET6) {
                const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)&where;

                (void)inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof(text));
                return must_printf("[%s]:%u", text, ntohs(in6->sin6_port));
        }
        const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)&where;

        (void)inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text));
        return must_printf("%s:%u", text, ntohs(in->sin_port));
}

/* ADDRESS:PORT or [ADDRESS]:PORT, numeric. (evutil_parse_sockaddr_port() refuses port 0.) */
static bool parse_listen(const char *listen, struct sockaddr_storage *ret, int *ret_length)
{
        struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)(void *)ret;
        struct sockaddr_in *in = (struct sockaddr_in *)(void *)ret;
        const char *colon = strrchr(listen, ':');
        _cleanup_free_ char *address = colon ? must_strndup(listen, (size_t)(colon - listen)) : NULL;
        size_t length = address ? strlen(address) : 0;
        uint64_t port;

        if (!address || parse_u64(colon + 1, &port) < 0 || port > 65535)
                return false;
        memset(ret, 0, sizeof(*ret));
        if (length > 2 && address[0] == '[' && address[length - 1] == ']') {
                address[length - 1] = '\0';
                in6->sin6_family = AF_INET6;
                in6->sin6_port = htons((uint16_t)port);
                *ret_length = sizeof(*in6);
                return inet_pton(AF_INET6, address + 1, &in6->sin6_addr) == 1;
        }
        in->sin_family = AF_INET;
        in->sin_port = htons((uint16_t)port);
        *ret_length = sizeof(*in);
        return inet_pton(AF_INET, address, &in->sin_addr) == 1;
}

static int listen_on(struct http_server *s, char **why)
{
        const unsigned flags = LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE;
        struct sockaddr_storage where;
        int length;

        if (!parse_listen(s->settings.listen, &where, &length)) {
                *why = must_printf("%s is no numeric ADDRESS:PORT", s->settings.listen);
                return -EINVAL;
        }
        s->listener = evconnlistener_new_bind(s->base, NULL, NULL, flags, SOMAXCONN, (struct sockaddr *)&where, length);
        if (!s->listener) {
                int error = errno;

                *why = must_printf("cannot listen on %s: %s", s->settings.listen, strerror(error));
                return error > 0 ? -error : -EIO;
        }
        s->address = address_text(evconnlistener_get_fd(s->listener));
        if (!evhttp_bind_listener(s->http, s->listener))
                out_of_memory();
        evconnlistener_set_error_cb(s->listener, on_accept_error);
        return 0;
}

static void set_up_evhttp(struct http_server *s)
{
        static const struct timeval sweep = {.tv_sec = SWEEP_SECONDS};

        s->base = event_base_new();
        s->http = s->base ? evhttp_new(s->base) : NULL;
        s->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (!s->http || s->wake_fd < 0)
                out_of_memory();
        s->wake = event_new(s->base, s->wake_fd, EV_READ | EV_PERSIST, on_wake, s);
        s->sweep = event_new(s->base, -1, EV_PERSIST, on_sweep, s);
        if (!s->wake || !s->sweep || event_add(s->wake, NULL) < 0 || event_add(s->sweep, &sweep) < 0)
                out_of_memory();
        if (s->tls)
                evhttp_set_bevcb(s->http, connection_new, s);
        evhttp_set_gencb(s->http, on_request, s);
        evhttp_set_allowed_methods(s->http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD | EVHTTP_REQ_POST);
        evhttp_set_max_headers_size(s->http, HEADERS_MOST);
        evhttp_set_max_body_size(s->http, (ev_ssize_t)s->settings.body_most);
        evhttp_set_timeout(s->http, IDLE_SECONDS);
        evhttp_set_default_content_type(s->http, NULL);
}

int http_server_new(const struct http_settings *settings, struct http_server **ret, char **why)
{
        struct http_server *s = must_alloc(sizeof(*s));
        int r = 0;

        s->settings = *settings;
        s->answered_end = &s->answered;
        s->wake_fd = -1;
        (void)pthread_mutex_init(&s->lock, NULL);
        if (settings->certificate)
                r = http_tls_new(settings->certificate, settings->key, settings->ca, connection_free, &s->tls, why);
        if (r >= 0) {
                set_up_evhttp(s);
                r = listen_on(s, why);
        }
        if (r < 0) {
                http_server_free(s);
                return r;
        }
        *ret = s;
        return 0;
}

const char *http_server_address(const struct http_server *s)
{
        return s->address;
}

int http_server_run(struct http_server *s)
{
        return event_base_dispatch(s->base) < 0 ? -EIO : 0;
}

void http_server_stop(struct http_server *s)
{
        pthread_mutex_lock(&s->lock);
        s->stop = true;
        pthread_mutex_unlock(&s->lock);
        wake(s);
}

void http_server_free(struct http_server *s)
{
        if (!s)
                return;
        s->stop_at = 1; /* connections that are released now are no room for others */
        /* evhttp cannot be released while it has requests at hand; these were given up, and the process ends. */
        if (s->http && s->pending == 0)
                evhttp_free(s->http);
        if (s->wake)
                event_free(s->wake);
        if (s->sweep)
                event_free(s->sweep);
        if (s->base && s->pending == 0)
                event_base_free(s->base);
        http_tls_free(s->tls);
        if (s->wake_fd >= 0)
                (void)close(s->wake_fd);
        (void)pthread_mutex_destroy(&s->lock);
        free(s->address);
        free(s);
}
