/* SPDX-License-Identifier: EUPL-1.2 */
/* What the files of the ledger share. */
#ifndef SIGN_LEDGER_INTERNAL_H
#define SIGN_LEDGER_INTERNAL_H

#include "sign/ledger.h"

/* Takes what later records need of this one: state, agent, digests recorded. `clear`: with its disclosures. */
void ledger_note(struct ledger *l, const struct record *r, const json_t *clear, const char *hash);

/* Removes acknowledged records, oldest first and of whatever age, until `bytes` are freed. False: there were not so
 * many. */
bool ledger_make_room(struct ledger *l, uint64_t bytes);

/* The digest of the descriptors that a policy record holds. malloc'd. */
char *descriptors_digest(const json_t *descriptors);

#endif
