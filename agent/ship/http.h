/* SPDX-License-Identifier: EUPL-1.2 */
/* One HTTPS request at a time, over libcurl: TLS 1.3 alone, one given CA as sole trust, no proxy, no redirect. */
#ifndef SHIP_HTTP_H
#define SHIP_HTTP_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "ship/shipper.h"

struct http;

struct http_request {
        const char *url;
        /* Trust: a CA file, or the PEM itself; neither: the server is not verified at all (the first request of
         * enrolment). */
        const char *ca_file;
        const char *ca_pem;
        /* Client certificate and key, or NULL. */
        const char *certificate, *key;
        /* HTTP Basic, or NULL. */
        const char *user, *password;
        /* A body makes it a POST; NULL: GET. */
        const char *body;
        size_t length;
        const char *const *headers; /* NULL-terminated, or NULL */
};

/* `stop` (may be NULL): once set, by a signal, a request under way is given up. */
struct http *http_new(const volatile sig_atomic_t *stop);
void http_free(struct http *h);
static inline void http_drop(struct http **h)
{
        http_free(*h);
}
#define _cleanup_http_ _cleanup_(http_drop)

/* Always fills *ret: a status, or why there is none. The body is at most ANSWER_MOST bytes: a longer one is an error.
 */
void http_send(struct http *h, const struct http_request *request, struct reply *ret);

#endif
