/* SPDX-License-Identifier: EUPL-1.2 */
/* Enrolment over secure transport (RFC 7030): /cacerts and /simpleenroll. Alone in reading the CA key. */
#ifndef EST_EST_H
#define EST_EST_H

#include <stddef.h>
#include <stdint.h>

#include "http/http.h"

#define EST_BODY_MOST ((size_t)16 << 10)

struct est;

/* *why malloc'd. */
int est_open(const char *ca_key, const char *ca_certificate, const char *store_directory, struct est **ret, char **why);
void est_close(struct est *e);
void est_answer(struct est *e, const struct http_request *q, int64_t now, struct http_reply *reply);
/* Of http_settings; `user` is the struct est. */
void est_handle(struct http_exchange *x, const struct http_request *q, void *user);

/* The secret part of a token as it is kept: SHA-256. */
void est_secret_hash(const char *secret, unsigned char out[static 32]);

#endif
