/* SPDX-License-Identifier: EUPL-1.2 */
/* Reading and writing our own files whole. (The audited host is read through facts/access.h, never through this.) */
#ifndef BASE_IO_H
#define BASE_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cleanup.h"

/* Reads a regular file of at most `most` bytes (-EFBIG beyond; -EINVAL where it is no regular file; never blocks on a
 * FIFO). *ret is malloc'd and NUL-terminated; `ret_length` may be NULL. `dirfd` as in openat(2). */
int file_read(int dirfd, const char *path, size_t most, char **ret, size_t *ret_length);
/* Reads all of an open descriptor up to `most` bytes; otherwise as file_read(). */
int fd_read_all(int fd, size_t most, char **ret, size_t *ret_length);
/* Writes all, retrying on EINTR and short writes. */
int fd_write_all(int fd, const void *bytes, size_t length);

/* Durable replacement: temporary name beside it (".NAME.XXXXXX.tmp"), fsync, rename, fsync of the directory. With
 * `exclusive` an existing target is -EEXIST and stays. On any error nothing of it is visible and the temporary file is
 * gone; a target that had been replaced is back (where the file system can exchange names). `mode` is exact, whatever
 * the umask. */
int file_write_durably(int dirfd, const char *path, mode_t mode, const void *bytes, size_t length, bool exclusive);
/* Removes the temporary files that writes of `path` left behind where their process ended in the middle. For the one
 * who writes it, at his start: another one who is writing it would lose his. */
void file_remove_temporaries(int directory, const char *path);
/* Makes a directory of exactly `mode` (parents exist); 0 where it exists as a directory, whose mode stays; -ENOTDIR. */
int directory_make(const char *path, mode_t mode);
int directory_sync(int dirfd);

/* Random bytes from the kernel; cannot fail. */
void random_bytes(void *out, size_t length);
/* A random UUID (RFC 9562 version 4), 36 characters and NUL. */
void random_uuid(char out[static 37]);

/* SHA-256. */
#define SHA256_BYTES 32
void sha256(const void *bytes, size_t length, unsigned char out[static SHA256_BYTES]);
/* "sha256:" and lower-case hex; malloc'd. */
char *sha256_digest(const void *bytes, size_t length);

#endif
