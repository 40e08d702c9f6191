/* SPDX-License-Identifier: EUPL-1.2 */
/* The tables, as a list of migrations: the n-th brings user_version n to n + 1. A migration that was released is never
 * changed. */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include <stddef.h>

extern const char *const store_migrations[];
extern const size_t store_migration_count;

#endif
