/* SPDX-License-Identifier: EUPL-1.2 */
/* Pages of this room. */
#ifndef WEB_INTERNAL_H
#define WEB_INTERNAL_H

#include <jansson.h>
#include <stdint.h>

#include "base/text.h"
#include "page/page.h"

#define WEB_API_VERSION "1.0.0" /* docs/api/openapi.yaml */

/* Each gets what its resource in the API gives (store/store.h). */
void web_show_hosts(struct text *out, const struct page_frame *frame, const json_t *hosts, int64_t now);
void web_show_measures(struct text *out, const struct page_frame *frame, const json_t *measures, int64_t now);
void web_show_host(struct text *out, const struct page_frame *frame, const json_t *host, int64_t now);
/* For a terminal. */
void web_text_hosts(struct text *out, const struct page_frame *frame, const json_t *hosts, int64_t now);
void web_text_measures(struct text *out, const struct page_frame *frame, const json_t *measures, int64_t now);

#endif
