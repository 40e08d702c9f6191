/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/schema.h"

/* References are not declared: the code sets them from rows it holds, and checking each again costs a fifth of storing
 * a record.
 *
 * 0: statuses are numbers as in enum bio_status; moments are seconds since 1970; hashes, kids and chains are the texts
 * of the record. A record's JWS is the evidence and never changes; its disclosures lie apart, so that they can be
 * erased. */
static const char first[] =
        "CREATE TABLE secret (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;"

        "CREATE TABLE token ("
        " hash BLOB PRIMARY KEY, org TEXT NOT NULL, host_name TEXT NOT NULL, expires INTEGER NOT NULL, used INTEGER) "
        "STRICT;"

        /* `name` is the inventory's, from the token: what the host calls itself is in its records. */
        "CREATE TABLE host ("
        " id TEXT PRIMARY KEY, org TEXT NOT NULL, name TEXT NOT NULL, enrolled INTEGER NOT NULL) STRICT;"
        "CREATE INDEX host_by_org ON host (org, name);"

        /* head: contiguous up to here on the first branch, or declared lost. newest: greatest number on that branch. */
        "CREATE TABLE chain ("
        " number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kid TEXT NOT NULL UNIQUE,"
        " host TEXT NOT NULL, registered INTEGER NOT NULL, key_jwk TEXT,"
        " head INTEGER NOT NULL DEFAULT 0, head_hash TEXT, newest INTEGER NOT NULL DEFAULT 0, newest_hash TEXT,"
        " full_from INTEGER NOT NULL DEFAULT 0, full_to INTEGER NOT NULL DEFAULT 0, records INTEGER NOT NULL DEFAULT 0,"
        " first_received INTEGER, last_received INTEGER, made INTEGER, next_by INTEGER, due INTEGER,"
        " stopped INTEGER NOT NULL DEFAULT 0, about TEXT, policies TEXT) STRICT;"
        "CREATE INDEX chain_by_host ON chain (host);"

        /* linked: all before it on its branch is there, or declared lost. fork: 0 on the branch that came first, so
         * that no number stands for two records there; 1, 2, … on others. erased: its disclosures were, and do not come
         * back. */
        "CREATE TABLE record ("
        " number INTEGER PRIMARY KEY, chain INTEGER NOT NULL, seq INTEGER NOT NULL,"
        " hash TEXT NOT NULL, prev TEXT, kind TEXT NOT NULL, made INTEGER NOT NULL, received INTEGER NOT NULL,"
        " witnessed INTEGER, marks INTEGER NOT NULL, linked INTEGER NOT NULL, fork INTEGER NOT NULL,"
        " erased INTEGER NOT NULL DEFAULT 0, run TEXT, jws TEXT NOT NULL) STRICT;"
        "CREATE UNIQUE INDEX record_by_seq ON record (chain, seq, fork);"
        "CREATE INDEX record_marked ON record (chain, marks) WHERE marks <> 0;"
        "CREATE INDEX record_parts ON record (chain, run) WHERE run IS NOT NULL;"

        "CREATE TABLE disclosures (record INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;"

        "CREATE TABLE gap ("
        " chain INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, hash TEXT NOT NULL,"
        " PRIMARY KEY (chain, last, hash, first)) STRICT, WITHOUT ROWID;"

        "CREATE TABLE quarantine ("
        " number INTEGER PRIMARY KEY, received INTEGER NOT NULL, type TEXT NOT NULL, chain TEXT, seq INTEGER,"
        " line BLOB NOT NULL) STRICT;"

        /* The current state. What a result says is read from its record, at its position: personal values lie among the
         * disclosures and nowhere else. status NULL: removed by a change, kept so that a late record does not bring it
         * back. */
        "CREATE TABLE result ("
        " number INTEGER PRIMARY KEY, chain INTEGER NOT NULL, identity TEXT NOT NULL,"
        " seq INTEGER NOT NULL, status INTEGER, valid_until INTEGER, since INTEGER NOT NULL, measures TEXT,"
        " record INTEGER, position INTEGER) STRICT;"
        "CREATE UNIQUE INDEX result_by_identity ON result (chain, identity);"

        /* Which results a measure's answer rests on. */
        "CREATE TABLE bears ("
        " result INTEGER NOT NULL, chain INTEGER NOT NULL, measure TEXT NOT NULL,"
        " PRIMARY KEY (chain, measure, result)) STRICT, WITHOUT ROWID;"
        "CREATE INDEX bears_by_result ON bears (result);"

        "CREATE TABLE measure ("
        " number INTEGER PRIMARY KEY, chain INTEGER NOT NULL, id TEXT NOT NULL,"
        " seq INTEGER NOT NULL, technical INTEGER, organisational TEXT, kind TEXT, coverage TEXT, since INTEGER NOT "
        "NULL,"
        " record INTEGER NOT NULL, position INTEGER NOT NULL) STRICT;"
        "CREATE UNIQUE INDEX measure_by_id ON measure (chain, id);"

        /* What policy records told of checks (descriptor, JSON) and measures (title). */
        "CREATE TABLE knowledge ("
        " chain INTEGER NOT NULL, subject TEXT NOT NULL, seq INTEGER NOT NULL, body TEXT NOT NULL,"
        " PRIMARY KEY (chain, subject)) STRICT, WITHOUT ROWID;";

const char *const store_migrations[] = {first};
const size_t store_migration_count = sizeof(store_migrations) / sizeof(store_migrations[0]);
