/* SPDX-License-Identifier: EUPL-1.2 */
/* Memory for the JSON of one request. Its values are made by one thread, looked at by another, and gone together: so
 * they are laid side by side, and released at once instead of one by one. */
#ifndef RECORDS_ARENA_H
#define RECORDS_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct arena_chunk;

/* Zero-initialise. */
struct arena {
        struct arena_chunk *chunks;
        unsigned char *at, *end;
        size_t bytes; /* of its chunks */
        bool strayed; /* some values are in ordinary memory: every one must be released by json_decref() */
};

/* Before the first value of JSON is made; once a process. Without address space for it values are in ordinary memory.
 */
void arena_install(void);
/* From here to arena_leave(), this thread's new values of JSON are in `a`. */
void arena_enter(struct arena *a);
void arena_leave(void);
/* All of them are gone, whoever still refers to them. json_decref() of one before this is harmless, and needed only
 * where `strayed`. */
void arena_release(struct arena *a);
/* The same for those that were made since `then`, a copy of the arena. */
void arena_rewind(struct arena *a, const struct arena *then);

#endif
