/* SPDX-License-Identifier: EUPL-1.2 */
/* A keyed hash, for tables whose keys an attacker may choose: without the key nobody can make them collide. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* SipHash-1-3 (Aumasson and Bernstein, 2012) under a key drawn once a process: never store or send what it gives. */
uint64_t hash_bytes(const void *bytes, size_t length);
/* The same under a given key: for the test against the reference. */
uint64_t hash_bytes_keyed(const uint64_t key[static 2], const void *bytes, size_t length);

#endif
