/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/sqlite.h"

/* The chain of a host that counts: the newest that has records, else the newest registered. */
#define CURRENT_CHAIN "(SELECT number FROM chain WHERE host = h.id ORDER BY records > 0 DESC, number DESC LIMIT 1)"

#define HOST_COLUMNS \
        "SELECT h.id, h.name, c.number, c.id, c.first_received, c.last_received, c.next_by, c.due, c.stopped, " \
        "c.about," \
        " c.records, c.head, c.newest, c.full_from, c.full_to, c.policies, h.enrolled, c.kid" \
        " FROM host h JOIN chain c ON c.number = " CURRENT_CHAIN

const char *const store_sql[SQL_STATEMENTS] = {
        [SQL_BEGIN] = "BEGIN IMMEDIATE",
        [SQL_COMMIT] = "COMMIT",
        [SQL_ROLLBACK] = "ROLLBACK",
        [SQL_SECRET] = "SELECT value FROM secret WHERE name = 'store'",

        [SQL_TOKEN_ADD] = "INSERT INTO token (hash, org, host_name, expires) VALUES (?1, ?2, ?3, ?4)",
        [SQL_TOKEN_EXPIRE] = "DELETE FROM token WHERE expires < ?1",
        [SQL_TOKEN_GET] = "SELECT org, host_name FROM token WHERE hash = ?1 AND used IS NULL AND expires > ?2",
        [SQL_TOKEN_USE] = "UPDATE token SET used = ?2 WHERE hash = ?1",
        [SQL_HOST_ORG] = "SELECT org FROM host WHERE id = ?1",
        /* A host that enrols again may have got another name in the inventory. */
        [SQL_HOST_ADD] = "INSERT INTO host (id, org, name, enrolled) VALUES (?1, ?2, ?3, ?4)"
                         " ON CONFLICT (id) DO UPDATE SET name = excluded.name",
        [SQL_CHAIN_REGISTERED] = "SELECT host, id, kid FROM chain WHERE id = ?1 OR kid = ?2",
        [SQL_CHAIN_ADD] = "INSERT INTO chain (id, kid, host, registered) VALUES (?1, ?2, ?3, ?4)",
        [SQL_BY_KID] = "SELECT h.org, h.id, c.id, c.key_jwk FROM chain c JOIN host h ON h.id = c.host WHERE c.kid = ?1",

        [SQL_CHAIN_GET] =
                "SELECT c.number, c.host, h.name, c.head, c.head_hash, c.newest, c.newest_hash, c.full_from, c.full_to,"
                " c.records, c.first_received, c.last_received, c.made, c.next_by, c.due, c.stopped"
                " FROM chain c JOIN host h ON h.id = c.host WHERE c.id = ?1",
        [SQL_CHAIN_PUT] =
                "UPDATE chain SET head = ?2, head_hash = ?3, newest = ?4, newest_hash = ?5, full_from = ?6,"
                " full_to = ?7, records = ?8, first_received = ?9, last_received = ?10, made = ?11, next_by = ?12,"
                " due = ?13, stopped = ?14, key_jwk = coalesce(?15, key_jwk), about = coalesce(?16, about),"
                " policies = coalesce(?17, policies) WHERE number = ?1",
        [SQL_CHAIN_HEAD] =
                "SELECT seq, hash FROM record WHERE chain = ?1 AND linked = 1 AND fork = 0 ORDER BY seq DESC LIMIT 1",
        [SQL_RECORD_AT] =
                "SELECT number, hash, prev, linked, fork, marks, erased FROM record WHERE chain = ?1 AND seq = ?2",
        [SQL_RECORD_ADD] =
                "INSERT INTO record (chain, seq, hash, prev, kind, made, received, witnessed, marks, linked, fork, run,"
                " jws) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        [SQL_RECORD_MARKS] = "UPDATE record SET marks = ?2 WHERE number = ?1",
        [SQL_RECORD_NEXT] = "SELECT count(*), total(prev = ?3) FROM record WHERE chain = ?1 AND seq = ?2 AND fork = 0",
        /* A record whose predecessors are all there makes its successors that were waiting so. */
        [SQL_RECORD_LINK] =
                "WITH RECURSIVE next (number, seq, hash) AS ("
                " SELECT number, seq, hash FROM record WHERE chain = ?1 AND seq = ?2 + 1 AND prev = ?3 AND linked = 0"
                " UNION ALL SELECT r.number, r.seq, r.hash FROM next n JOIN record r"
                " ON r.chain = ?1 AND r.seq = n.seq + 1 AND r.prev = n.hash AND r.linked = 0)"
                " UPDATE record SET linked = 1 WHERE number IN (SELECT number FROM next)",
        [SQL_GAP_ADD] = "INSERT OR IGNORE INTO gap (chain, first, last, hash) VALUES (?1, ?2, ?3, ?4)",
        /* Gaps that begin where something durable ends, and whose hash is what the record behind them names. */
        [SQL_GAP_CLOSED] = "SELECT g.last, g.hash FROM gap g JOIN record r ON r.chain = g.chain AND r.seq = g.last + 1"
                           " AND r.prev = g.hash AND r.linked = 0 WHERE g.chain = ?1 AND g.first <= ?2 + 1 LIMIT 1",
        /* Gaps that begin there too and end where nothing is that could name their last: another one goes on behind. */
        [SQL_GAP_INSIDE] = "SELECT max(g.last) FROM gap g WHERE g.chain = ?1 AND g.first <= ?2 + 1 AND g.last > ?2"
                           " AND NOT EXISTS (SELECT 1 FROM record r WHERE r.chain = g.chain"
                           " AND (r.seq = g.last + 1 OR (r.seq = g.last AND r.hash <> g.hash)))",
        [SQL_DISCLOSURES_GET] = "SELECT text FROM disclosures WHERE record = ?1",
        [SQL_DISCLOSURES_PUT] = "INSERT OR REPLACE INTO disclosures (record, text) VALUES (?1, ?2)",
        [SQL_QUARANTINE_ADD] = "INSERT INTO quarantine (received, type, chain, seq, line) VALUES (?1, ?2, ?3, ?4, ?5)",
        [SQL_QUARANTINE_BOUND] = "DELETE FROM quarantine WHERE number <= (SELECT max(number) FROM (SELECT number,"
                                 " sum(length(line)) OVER newer AS bytes, count(*) OVER newer AS lines FROM quarantine"
                                 " WINDOW newer AS (ORDER BY number DESC)) WHERE bytes > ?1 OR lines > ?2)",

        /* The usual case: a newer answer of a result that bears on the same measures as before. */
        [SQL_RESULT_AGAIN] =
                "UPDATE result SET seq = ?3, since = CASE WHEN status IS ?4 THEN since ELSE ?5 END, status = ?4,"
                " valid_until = ?6, record = ?7, position = ?8"
                " WHERE chain = ?1 AND identity = ?2 AND seq <= ?3 AND measures IS ?9",
        [SQL_RESULT_GET] = "SELECT number, seq, status, since, measures FROM result WHERE chain = ?1 AND identity = ?2",
        [SQL_RESULT_ADD] =
                "INSERT INTO result (chain, identity, seq, status, valid_until, since, measures, record, position)"
                " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        [SQL_RESULT_PUT] =
                "UPDATE result SET seq = ?2, status = ?3, valid_until = ?4, since = ?5, measures = ?6, record = ?7,"
                " position = ?8"
                " WHERE number = ?1",
        [SQL_RESULT_REMOVE] =
                "INSERT INTO result (chain, identity, seq, since) VALUES (?1, ?2, ?3, ?4)"
                " ON CONFLICT (chain, identity) DO UPDATE SET seq = excluded.seq, status = NULL, valid_until = NULL,"
                " since = excluded.since, measures = NULL, record = NULL, position = NULL WHERE excluded.seq > seq",
        [SQL_RESULT_DROP_OLD] = "DELETE FROM result WHERE chain = ?1 AND seq < ?2",
        [SQL_BEARS_DROP_OLD] =
                "DELETE FROM bears WHERE result IN (SELECT number FROM result WHERE chain = ?1 AND seq < ?2)",
        [SQL_BEARS_DROP] = "DELETE FROM bears WHERE result = ?1",
        [SQL_BEARS_ADD] = "INSERT OR IGNORE INTO bears (result, chain, measure) VALUES (?1, ?2, ?3)",
        [SQL_MEASURE_GET] = "SELECT number, seq, technical, since FROM measure WHERE chain = ?1 AND id = ?2",
        [SQL_MEASURE_ADD] =
                "INSERT INTO measure (chain, id, seq, technical, organisational, kind, coverage, since, record,"
                " position) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        [SQL_MEASURE_PUT] =
                "UPDATE measure SET seq = ?2, technical = ?3, organisational = ?4, kind = ?5, coverage = ?6,"
                " since = ?7, record = ?8, position = ?9"
                " WHERE number = ?1",
        [SQL_MEASURE_DROP_OLD] = "DELETE FROM measure WHERE chain = ?1 AND seq < ?2",
        [SQL_PARTS_COUNT] = "SELECT count(*) FROM record WHERE chain = ?1 AND run = ?2 AND fork = 0",
        [SQL_PARTS] = "SELECT r.jws || '~' || coalesce(d.text, ''), r.number FROM record r LEFT JOIN disclosures d"
                      " ON d.record = r.number WHERE r.chain = ?1 AND r.run = ?2 AND r.fork = 0 ORDER BY r.seq",
        [SQL_KNOWLEDGE_PUT] = "INSERT INTO knowledge (chain, subject, seq, body) VALUES (?1, ?2, ?3, ?4)"
                              " ON CONFLICT (chain, subject) DO UPDATE SET seq = excluded.seq, body = excluded.body"
                              " WHERE excluded.seq >= seq",

        [SQL_ORGANISATIONS] = "SELECT DISTINCT org FROM host ORDER BY org",
        [SQL_HOSTS] = HOST_COLUMNS " WHERE h.org = ?1 ORDER BY h.name, h.id",
        [SQL_HOST] = HOST_COLUMNS " WHERE h.org = ?1 AND h.id = ?2",
        [SQL_HOST_COUNTS] =
                "SELECT status, valid_until <= ?2, count(*) FROM result WHERE chain = ?1 AND status IS NOT NULL"
                " GROUP BY 1, 2",
        [SQL_HOST_MARKS] = "SELECT DISTINCT marks FROM record WHERE chain = ?1 AND marks <> 0",
        [SQL_HOST_RESULTS] = "SELECT record, position, since, valid_until, seq FROM result"
                             " WHERE chain = ?1 AND status IS NOT NULL ORDER BY record, position",
        [SQL_HOST_MEASURES] =
                "SELECT m.record, m.position, m.since, min(r.valid_until), m.seq FROM measure m"
                " LEFT JOIN bears b ON b.chain = m.chain AND b.measure = m.id LEFT JOIN result r ON r.number = b.result"
                " WHERE m.chain = ?1 GROUP BY m.number ORDER BY m.record, m.position",
        [SQL_LINE] = "SELECT r.jws || '~' || coalesce(d.text, '') FROM record r LEFT JOIN disclosures d ON d.record = "
                     "r.number"
                     " WHERE r.number = ?1",
        [SQL_HOST_KNOWLEDGE] = "SELECT subject, body FROM knowledge WHERE chain = ?1",
        [SQL_HOST_LOG] = "SELECT seq, kind, made, received, marks, hash, witnessed FROM record WHERE chain = ?1"
                         " ORDER BY seq DESC, number DESC LIMIT 50",
        [SQL_SINCE_FULL] = "SELECT count(*) FROM record WHERE chain = ?1 AND seq > ?2 AND fork = 0",
        [SQL_MEASURES] =
                "SELECT m.id, m.technical, m.organisational, m.kind, m.coverage, min(r.valid_until) <= ?2 FROM measure "
                "m"
                " LEFT JOIN bears b ON b.chain = m.chain AND b.measure = m.id LEFT JOIN result r ON r.number = b.result"
                " WHERE m.chain = ?1 GROUP BY m.number ORDER BY m.id",
        /* One host could call a measure what it likes; what most say is shown. */
        [SQL_TITLES] = "SELECT k.subject, k.body, count(*) AS n FROM host h JOIN chain c ON c.number = " CURRENT_CHAIN
                       " JOIN knowledge k ON k.chain = c.number WHERE h.org = ?1 AND k.subject LIKE 'measure %'"
                       " GROUP BY k.subject, k.body ORDER BY n",
        [SQL_EACH] = "SELECT r.jws || '~' || coalesce(d.text, '') FROM record r LEFT JOIN disclosures d ON d.record = "
                     "r.number"
                     " WHERE r.chain = (SELECT number FROM chain WHERE id = ?1) ORDER BY r.seq, r.fork, r.number",
        [SQL_CHAINS] = "SELECT id, host, kid, head, head_hash FROM chain ORDER BY number",
};
