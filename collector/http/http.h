/* SPDX-License-Identifier: EUPL-1.2 */
/* HTTP as the collector's modules see it: a request and a reply as plain data, and a server that carries them (evhttp,
 * with or without TLS 1.3). What a module answers depends on these structures alone, so that it is tested without a
 * socket. */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

/* Everything is the client's, and borrowed for as long as the request is not answered. NULL where the client sent none.
 */
struct http_request {
        const char *method; /* "GET", "HEAD", "POST"; "" for any other */
        const char *path;   /* as sent, percent-encoded, starting with '/' */
        const char *query;  /* what stands behind the '?', as sent */
        const char *host, *content_type, *authorization, *cookie, *accept, *accept_language;
        const char *body; /* never NULL; not NUL-terminated */
        size_t length;
        const char *address; /* of the client, numeric */
        const char *peer;    /* common name of its certificate, where that is valid under our CA; else NULL */
};

#define HTTP_HEADERS_MOST 10

/* Zero-initialise; http_reply_free(), or give it to http_answer(). */
struct http_reply {
        int status;
        char *body; /* malloc'd */
        size_t length;
        struct {
                const char *name; /* a literal */
                char *value;      /* malloc'd */
        } headers[HTTP_HEADERS_MOST];
        size_t header_count;
};

#define _cleanup_reply_ _cleanup_(http_reply_free)

void http_reply_free(struct http_reply *r);
/* Control characters end a value: a header is one line, whoever its text comes from. */
void http_reply_header(struct http_reply *r, const char *name, const char *fmt, ...) _printf_(3, 4);
/* Sets status, Content-Type and body (taken). */
void http_reply_body(struct http_reply *r, int status, const char *type, char *body, size_t length);
/* JSON (stolen) as body. */
void http_reply_json(struct http_reply *r, int status, const char *type, json_t *body);
/* application/problem+json (RFC 9457). `detail` may be NULL. */
void http_reply_problem(struct http_reply *r, int status, const char *detail);
/* The reason phrase of a status (RFC 9110). */
const char *http_reason(int status);

/* The value of `name` in a query string or form, percent-decoded, malloc'd; NULL where there is none, or it is not
 * valid UTF-8 or has control characters. */
char *http_query_value(const char *query, const char *name);
/* The value of a cookie, malloc'd, or NULL. */
char *http_cookie_value(const char *cookies, const char *name);
/* True where both are the same; takes as long for every `a` of one length. */
bool http_same_secret(const char *a, const char *b);

/* --- the server ------------------------------------------------------------------------------------------------ */

struct http_server;
struct http_exchange; /* a request that is to be answered exactly once */

struct http_settings {
        const char *listen; /* ADDRESS:PORT or [ADDRESS]:PORT, numeric; port 0: a free one */
        /* PEM files; all NULL: no TLS. A client certificate is asked for, and any is let in: modules look at `peer`. */
        const char *certificate, *key, *ca;
        size_t body_most;   /* bytes; more is 413 */
        size_t connections; /* at most, at one time; counted with TLS alone */
        /* Called in the server's thread; answers with http_answer(), at once or later, from any thread. */
        void (*handle)(struct http_exchange *x, const struct http_request *q, void *user);
        void *user;
};

/* Listens. *why malloc'd. */
int http_server_new(const struct http_settings *settings, struct http_server **ret, char **why);
/* As it is reached: "127.0.0.1:40123". Borrowed. */
const char *http_server_address(const struct http_server *s);
/* Serves until http_server_stop(): requests at hand are still answered. */
int http_server_run(struct http_server *s);
/* From any thread. */
void http_server_stop(struct http_server *s);
/* After http_server_run() has returned, and when no other thread can answer any more. */
void http_server_free(struct http_server *s);

/* Takes the content of `reply`. The exchange and its request are gone afterwards. From any thread. */
void http_answer(struct http_exchange *x, struct http_reply *reply);

#endif
