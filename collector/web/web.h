/* SPDX-License-Identifier: EUPL-1.2 */
/* Pages without JavaScript, and the read API with the same data. Access: who has the token of the printed address. */
#ifndef WEB_WEB_H
#define WEB_WEB_H

#include <stdint.h>

#include "http/http.h"

struct web;

/* `organisation`: the one that is shown unless another is asked for. *why malloc'd. */
int web_open(const char *store_directory, const char *organisation, struct web **ret, char **why);
void web_close(struct web *w);
/* Under which ADDRESS:PORT it is reached, before the first request: a Host header that names another is refused (DNS
 * rebinding). */
void web_listens(struct web *w, const char *address);
/* Random, of this process. Borrowed. */
const char *web_token(const struct web *w);

void web_answer(struct web *w, const struct http_request *q, int64_t now, struct http_reply *reply);
/* Of http_settings; `user` is the struct web. */
void web_handle(struct http_exchange *x, const struct http_request *q, void *user);

#endif
