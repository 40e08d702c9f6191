/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/hash.h"

#include <endian.h>
#include <pthread.h>
#include <string.h>

#include "base/io.h"

static uint64_t rotate(uint64_t x, unsigned bits)
{
        return x << bits | x >> (64 - bits);
}

static void sip_round(uint64_t v[static 4])
{
        v[0] += v[1];
        v[1] = rotate(v[1], 13) ^ v[0];
        v[0] = rotate(v[0], 32);
        v[2] += v[3];
        v[3] = rotate(v[3], 16) ^ v[2];
        v[0] += v[3];
        v[3] = rotate(v[3], 21) ^ v[0];
        v[2] += v[1];
        v[1] = rotate(v[1], 17) ^ v[2];
        v[2] = rotate(v[2], 32);
}

uint64_t hash_bytes_keyed(const uint64_t key[static 2], const void *bytes, size_t length)
{
        uint64_t v[4] = {key[0] ^ 0x736f6d6570736575U, key[1] ^ 0x646f72616e646f6dU, key[0] ^ 0x6c7967656e657261U,
                         key[1] ^ 0x7465646279746573U};
        const unsigned char *p = bytes;
        uint64_t word, last = (uint64_t)length << 56;
        size_t i;

        for (i = 0; i + 8 <= length; i += 8) {
                memcpy(&word, p + i, sizeof(word));
                word = le64toh(word);
                v[3] ^= word;
                sip_round(v);
                v[0] ^= word;
        }
        for (; i < length; i++)
                last |= (uint64_t)p[i] << 8 * (i % 8);
        v[3] ^= last;
        sip_round(v);
        v[0] ^= last;
        v[2] ^= 0xff;
        for (i = 0; i < 3; i++)
                sip_round(v);
        return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static uint64_t process_key[2];

static void draw_key(void)
{
        random_bytes(process_key, sizeof(process_key));
}

uint64_t hash_bytes(const void *bytes, size_t length)
{
        static pthread_once_t drawn = PTHREAD_ONCE_INIT;

        (void)pthread_once(&drawn, draw_key);
        return hash_bytes_keyed(process_key, bytes, length);
}
