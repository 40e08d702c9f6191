/* SPDX-License-Identifier: EUPL-1.2 */
#include "ship/batch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "base/diag.h"
#include "base/memory.h"

void batch_free(struct batch *b)
{
        text_free(&b->body);
        free(b->lines);
        *b = (struct batch){0};
}

/* -ENOBUFS: no room. -EBADMSG: it is damaged. */
static int add_record(struct batch *b, struct spool *s, const char *chain, uint64_t seq)
{
        _cleanup_free_ char *line = NULL, *why = NULL;
        struct batch_line *entry;
        struct jws j = {0};
        size_t length = 0;
        int r = spool_read(s, chain, seq, &line, &length);

        if (r < 0)
                return r;
        if (b->body.length + length + 1 > BATCH_BYTES_MOST)
                return -ENOBUFS;
        if (jws_parse(line, length, JWS_LINE_MOST, &j, &why) < 0)
                return -EBADMSG;
        b->lines = must_grow(b->lines, &b->allocated, b->count + 1, sizeof(*b->lines));
        entry = &b->lines[b->count++];
        *entry = (struct batch_line){.seq = seq};
        memcpy(entry->chain, chain, RECORD_CHAIN_TEXT);
        memcpy(entry->hash, j.hash, JWS_HASH_TEXT);
        jws_free(&j);
        text_append(&b->body, line, length);
        text_add_char(&b->body, '\n');
        return 0;
}

int batch_add(struct batch *b, struct spool *s, const char *chain, uint64_t after, size_t most, uint64_t *ret_last)
{
        _cleanup_free_ struct spool_entry *entries = NULL;
        size_t count = 0, i;
        int r = spool_entries(s, chain, &entries, &count);

        *ret_last = after;
        if (r < 0 || count == 0 || entries[count - 1].seq <= after)
                return r;
        r = spool_sync(s, chain);
        if (r < 0)
                return r;
        for (i = 0; i < count; i++) {
                if (entries[i].seq <= after)
                        continue;
                if (b->count >= most)
                        return 1;
                r = add_record(b, s, chain, entries[i].seq);
                if (r == -ENOBUFS)
                        return 1;
                if (r == -EBADMSG || r == -EFBIG)
                        log_message(LOG_ERR, "record %ju of chain %s is damaged in the spool, and not sent",
                                    (uintmax_t)entries[i].seq, chain);
                else if (r < 0 && r != -ENOENT) /* removed since: it was acknowledged */
                        return r;
                *ret_last = entries[i].seq;
        }
        return 0;
}
