/* SPDX-License-Identifier: EUPL-1.2 */
/* SQLite below the store's operations; for this room alone. */
#ifndef STORE_SQLITE_H
#define STORE_SQLITE_H

#include <sqlite3.h>

#include "store/store.h"

/* Every statement of the store; prepared at its first use, kept until the store is closed. */
enum statement {
        SQL_BEGIN,
        SQL_COMMIT,
        SQL_ROLLBACK,
        SQL_SECRET,
        /* enrolment */
        SQL_TOKEN_ADD,
        SQL_TOKEN_EXPIRE,
        SQL_TOKEN_GET,
        SQL_TOKEN_USE,
        SQL_HOST_ORG,
        SQL_HOST_ADD,
        SQL_CHAIN_REGISTERED,
        SQL_CHAIN_ADD,
        SQL_BY_KID,
        /* ingest */
        SQL_CHAIN_GET,
        SQL_CHAIN_PUT,
        SQL_CHAIN_HEAD,
        SQL_RECORD_AT,
        SQL_RECORD_ADD,
        SQL_RECORD_MARKS,
        SQL_RECORD_NEXT,
        SQL_RECORD_LINK,
        SQL_GAP_ADD,
        SQL_GAP_CLOSED,
        SQL_GAP_INSIDE,
        SQL_DISCLOSURES_GET,
        SQL_DISCLOSURES_PUT,
        SQL_QUARANTINE_ADD,
        SQL_QUARANTINE_BOUND,
        /* state */
        SQL_RESULT_AGAIN,
        SQL_RESULT_GET,
        SQL_RESULT_ADD,
        SQL_RESULT_PUT,
        SQL_RESULT_REMOVE,
        SQL_RESULT_DROP_OLD,
        SQL_BEARS_DROP_OLD,
        SQL_BEARS_DROP,
        SQL_BEARS_ADD,
        SQL_MEASURE_GET,
        SQL_MEASURE_ADD,
        SQL_MEASURE_PUT,
        SQL_MEASURE_DROP_OLD,
        SQL_PARTS_COUNT,
        SQL_PARTS,
        SQL_KNOWLEDGE_PUT,
        /* reading */
        SQL_ORGANISATIONS,
        SQL_HOSTS,
        SQL_HOST,
        SQL_HOST_COUNTS,
        SQL_HOST_MARKS,
        SQL_HOST_RESULTS,
        SQL_HOST_MEASURES,
        SQL_LINE,
        SQL_HOST_KNOWLEDGE,
        SQL_HOST_LOG,
        SQL_SINCE_FULL,
        SQL_MEASURES,
        SQL_TITLES,
        SQL_EACH,
        SQL_CHAINS,
        SQL_STATEMENTS
};

extern const char *const store_sql[SQL_STATEMENTS];

/* A chain while a transaction touches it. */
struct chain_row {
        struct chain_row *next; /* in its bucket */
        char id[RECORD_CHAIN_TEXT];
        int64_t number;
        char *host, *host_name;
        uint64_t head, newest; /* contiguous up to; greatest number on the first branch */
        char head_hash[JWS_HASH_TEXT], newest_hash[JWS_HASH_TEXT];
        uint64_t full_from, full_to; /* parts of the newest complete full */
        uint64_t records;
        int64_t first_received, last_received, made, next_by, due;
        int stopped;
        char *key_jwk;    /* new one, or NULL: as it was */
        json_t *about;    /* payload to take the host's attributes from, or NULL: as they were */
        json_t *policies; /* new ones, or NULL */
        bool dirty;
};

#define CHAIN_BUCKETS 1024

struct store {
        sqlite3 *db;
        sqlite3_stmt *statements[SQL_STATEMENTS];
        struct chain_row *chains[CHAIN_BUCKETS]; /* of this transaction */
        size_t chain_count;
        bool quarantined; /* in this transaction */
};

/* The statement, reset, with nothing bound. NULL (and a message) where it cannot be prepared. */
sqlite3_stmt *store_statement(struct store *s, enum statement which);
/* Binding; text and blobs are borrowed until the next reset. NULL binds NULL. */
void bind_text(sqlite3_stmt *q, int at, const char *s);
void bind_integer(sqlite3_stmt *q, int at, int64_t value);
/* 1: a row; 0: done; negative errno, with a message. */
int store_step(struct store *s, sqlite3_stmt *q);
/* Runs a statement that gives no rows, and resets it. */
int store_run(struct store *s, sqlite3_stmt *q);
/* A column as text, borrowed until the next step; NULL where it is NULL. */
const char *column_text(sqlite3_stmt *q, int at);
/* Copies a hash or chain; empty where it is NULL or too long. */
void column_copy(sqlite3_stmt *q, int at, char *out, size_t size);
/* A moment as RFC 3339, or null where it is 0 or NULL. New reference. */
json_t *column_moment(sqlite3_stmt *q, int at);
/* JSON that we wrote ourselves; null where the column is NULL. New reference. */
json_t *column_json(sqlite3_stmt *q, int at);

/* transaction.c: a registered chain, borrowed until the transaction ends. -ENOENT. */
int chain_get(struct store *s, const char *chain, struct chain_row **ret);
/* A moment, or NULL for 0. */
void bind_moment(sqlite3_stmt *q, int at, int64_t moment);
/* state.c: what a record, stored under `number`, says about the host's state, where it is on the first branch. */
int state_apply(struct store *s, struct chain_row *c, const struct store_record *r, int64_t number);

/* knowledge.c: what a policy record tells of checks and measures. */
int knowledge_take(struct store *s, const struct chain_row *c, uint64_t seq, const json_t *payload);

#endif
