/* SPDX-License-Identifier: EUPL-1.2 */
/* The vocabulary that every floor shares: what a node of a fact is, and what a check may answer.
 * Part of the public check ABI; values are fixed, new ones are appended. */
#ifndef BIOAGENT_NODE_H
#define BIOAGENT_NODE_H

enum bio_type { BIO_NULL, BIO_BOOL, BIO_INTEGER, BIO_BYTES, BIO_LIST, BIO_MAP };

/* KNOWN: the value counts. ABSENT: looked for, and certainly not there (no value, but an answer).
 * UNREADABLE: it is there, or may be, and could not be read. UNDECIDABLE: read, and its effect is not modelled. */
enum bio_state { BIO_KNOWN, BIO_ABSENT, BIO_UNREADABLE, BIO_UNDECIDABLE };

/* In the order of worst-of: a result's status is the highest of its findings'. */
enum bio_status { BIO_NA, BIO_PASS, BIO_MANUAL, BIO_ERROR, BIO_FAIL };

enum bio_class { BIO_TECHNICAL, BIO_PERSONAL };

/* What was looked at; values are bits. */
enum bio_basis { BIO_DISK = 1, BIO_RUNNING = 2, BIO_PERIOD = 4 };

enum bio_aspect { BIO_EXISTENCE, BIO_OPERATION };

enum bio_severity { BIO_LOW, BIO_MEDIUM, BIO_HIGH, BIO_CRITICAL };

/* One node of a fact's tree; read-only for checks, owned by the run. */
struct bio_node;

#endif
