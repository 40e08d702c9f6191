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

/* Pieces that several pages have. */
void web_add_empty(struct text *out, const struct page_frame *f, enum page_string what);
int64_t web_sum(const json_t *counts);
/* Whether the host reports, is silent, … as a badge. */
void web_add_state(struct text *out, const struct page_frame *f, const json_t *host);
void web_add_marks(struct text *out, const struct page_frame *f, const json_t *marks);

#endif
