/* SPDX-License-Identifier: EUPL-1.2 */
/* What the collector answers to records (contract: spool and shipping). Foreign input. */
#ifndef SHIP_ANSWER_H
#define SHIP_ANSWER_H

#include <stddef.h>
#include <stdint.h>

#include "record/record.h"

#define ANSWER_MOST       ((size_t)1024 * 1024) /* bytes */
#define ANSWER_ITEMS_MOST 8192                  /* in one list; a request of 4 MiB holds fewer lines than that */
#define ANSWER_NONCE_TEXT 128

/* Everything of `chain` up to `seq` is durable, or declared lost. */
struct answer_acked {
        char chain[RECORD_CHAIN_TEXT];
        uint64_t seq;             /* 0: nothing yet */
        char hash[JWS_HASH_TEXT]; /* "" where seq is 0 */
};

enum answer_refusal { REFUSED_MALFORMED, REFUSED_TOO_LARGE, REFUSED_UNKNOWN_KEY, REFUSED_SIGNATURE };

struct answer_refused {
        uint64_t line;                 /* of the request, from 1 */
        char chain[RECORD_CHAIN_TEXT]; /* "": null */
        uint64_t seq;                  /* 0: null */
        char hash[JWS_HASH_TEXT];      /* "": null */
        enum answer_refusal type;
};

struct answer_want {
        char chain[RECORD_CHAIN_TEXT];
        uint64_t seq;
};

struct answer {
        struct answer_acked *acked;
        size_t acked_count;
        struct answer_refused *refused;
        size_t refused_count;
        struct answer_want *want;
        size_t want_count;
        char nonce[ANSWER_NONCE_TEXT]; /* "": null */
};

void answer_free(struct answer *a); /* the content */
/* 0, or -EBADMSG with *why malloc'd: duplicate keys, a member of another form, a type that is none of the four. Members
 * that we do not know are no error. */
int answer_parse(const char *bytes, size_t length, struct answer *ret, char **why);
const char *answer_refusal_name(enum answer_refusal type);

#endif
