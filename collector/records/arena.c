/* SPDX-License-Identifier: EUPL-1.2 */
#include "records/arena.h"

#include <jansson.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#define REGION_BYTES ((size_t)1 << 30) /* of address space: what is not used costs nothing */
#define CHUNK_BYTES  ((size_t)256 << 10)
#define CHUNKS       (REGION_BYTES / CHUNK_BYTES)
#define KEPT         256 /* chunks that stay in memory when nobody uses them: 64 MiB */
#define ALIGNMENT    16

/* The sanitizers must see each value apart. */
#if defined(__SANITIZE_ADDRESS__)
#define WATCHED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define WATCHED 1
#endif
#endif
#ifndef WATCHED
#define WATCHED 0
#endif

struct arena_chunk {
        struct arena_chunk *next;
        unsigned char padding[ALIGNMENT - sizeof(void *)];
};

static unsigned char *region;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* the three below */
static struct arena_chunk *unused;
static size_t unused_count;
static size_t touched; /* chunks of the region that were ever given out */
static _Thread_local struct arena *current;

static struct arena_chunk *chunk_take(void)
{
        struct arena_chunk *chunk = NULL;

        pthread_mutex_lock(&lock);
        if (unused) {
                chunk = unused;
                unused = chunk->next;
                unused_count--;
        } else if (touched < CHUNKS) {
                chunk = (struct arena_chunk *)(void *)(region + touched++ * CHUNK_BYTES);
        }
        pthread_mutex_unlock(&lock);
        return chunk;
}

static void chunk_give_back(struct arena_chunk *chunk)
{
        pthread_mutex_lock(&lock);
        /* The first page keeps its place in the list. */
        if (unused_count >= KEPT)
                (void)madvise((unsigned char *)chunk + 4096, CHUNK_BYTES - 4096, MADV_DONTNEED);
        chunk->next = unused;
        unused = chunk;
        unused_count++;
        pthread_mutex_unlock(&lock);
}

static void *take_from(struct arena *a, size_t size)
{
        void *p;

        size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        if ((size_t)(a->end - a->at) < size) {
                struct arena_chunk *chunk = size <= CHUNK_BYTES - sizeof(*chunk) ? chunk_take() : NULL;

                if (!chunk)
                        return NULL;
                chunk->next = a->chunks;
                a->chunks = chunk;
                a->bytes += CHUNK_BYTES;
                a->at = (unsigned char *)(chunk + 1);
                a->end = (unsigned char *)chunk + CHUNK_BYTES;
        }
        p = a->at;
        a->at += size;
        return p;
}

static void *take(size_t size)
{
        void *p = current && size < CHUNK_BYTES ? take_from(current, size) : NULL;

        if (p)
                return p;
        if (current)
                current->strayed = true;
        return malloc(size);
}

static void give_back(void *p)
{
        if (!p || (uintptr_t)p - (uintptr_t)region < REGION_BYTES)
                return;
        free(p);
}

static void install(void)
{
        void *p = WATCHED ? MAP_FAILED
                          : mmap(NULL, REGION_BYTES, PROT_READ | PROT_WRITE,
                                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

        if (p == MAP_FAILED)
                return;
        region = p;
        json_set_alloc_funcs(take, give_back);
}

void arena_install(void)
{
        static pthread_once_t once = PTHREAD_ONCE_INIT;

        (void)pthread_once(&once, install);
}

void arena_enter(struct arena *a)
{
        if (region)
                current = a;
        else
                a->strayed = true;
}

void arena_leave(void)
{
        current = NULL;
}

void arena_rewind(struct arena *a, const struct arena *then)
{
        while (a->chunks != then->chunks) {
                struct arena_chunk *chunk = a->chunks;

                a->chunks = chunk->next;
                chunk_give_back(chunk);
        }
        *a = *then;
}

void arena_release(struct arena *a)
{
        static const struct arena empty;

        arena_rewind(a, &empty);
}
