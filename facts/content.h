/* SPDX-License-Identifier: EUPL-1.2 */
/* Inside the tracked file access: a regular file's content. */
#ifndef FACTS_CONTENT_H
#define FACTS_CONTENT_H

#include "facts/results.h"

/* Reads an entry's content into the entry, once. -EFBIG: larger than `most`; -ESTALE: another file stands there by now;
 * -EUCLEAN: it changed each time it was read; -ENOBUFS: beyond the bound of the run. */
int content_read(struct access *a, struct entry *e, size_t most);
/* Hands the content on in pieces, and keeps none. The same errors. */
int content_pass(struct access *a, struct entry *e, size_t most, const struct access_taker *taker);
/* Such an error in words. */
const char *content_error(struct access *a, int error, size_t most);

#endif
