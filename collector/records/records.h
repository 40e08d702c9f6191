/* SPDX-License-Identifier: EUPL-1.2 */
/* POST /v1/records: verified by several threads, stored by one, acknowledged after the commit that made them durable.
 * What arrives while a commit runs goes into the next one together (group commit). */
#ifndef RECORDS_RECORDS_H
#define RECORDS_RECORDS_H

#include <stddef.h>
#include <stdint.h>

#include "http/http.h"

#define RECORDS_BODY_MOST  ((size_t)4 << 20)
#define RECORDS_LINES_MOST 4096 /* more is 413, which makes the shipper split */
#define RECORDS_TYPE       "application/vnd.bioagent.records"

struct records;

/* `workers`: threads that verify; 0: one a processor. *why malloc'd. */
int records_open(const char *store_directory, unsigned workers, struct records **ret, char **why);
/* Stores and answers what was taken, then ends. */
void records_close(struct records *r);
/* Of http_settings; `user` is the struct records. */
void records_handle(struct http_exchange *x, const struct http_request *q, void *user);

#endif
