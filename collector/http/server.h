/* SPDX-License-Identifier: EUPL-1.2 */
/* TLS of the server; for this room alone. */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include <event2/bufferevent.h>
#include <event2/event.h>

struct http_tls;

/* TLS 1.3 alone. `released` is called with a bufferevent's user when that bufferevent is. *why malloc'd. */
int http_tls_new(const char *certificate, const char *key, const char *ca, void (*released)(void *user),
                 struct http_tls **ret, char **why);
void http_tls_free(struct http_tls *t);
/* For a connection that is about to be accepted; NULL without memory. */
struct bufferevent *http_tls_bufferevent(struct http_tls *t, struct event_base *base, void *user);
void *http_tls_user(struct bufferevent *bev);
/* The common name of the client's certificate, malloc'd, where that is valid under the CA, for clients, now. Else NULL.
 */
char *http_tls_peer(struct bufferevent *bev);

#endif
