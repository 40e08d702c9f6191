/* SPDX-License-Identifier: EUPL-1.2 */
/* A directory of a test's own, and what a test needs to look at files in it. */
#ifndef TEST_SCRATCH_H
#define TEST_SCRATCH_H

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/memory.h"

static inline int scratch_remove_entry(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
        (void)st;
        (void)flag;
        (void)ftw;
        return remove(path);
}

/* A fresh directory; malloc'd. */
static inline char *scratch_make(void)
{
        const char *base = getenv("TMPDIR");
        char *path = must_printf("%s/bioagent-test.XXXXXX", base ? base : "/tmp");

        assert_non_null(mkdtemp(path));
        return path;
}

static inline void scratch_remove(char **path)
{
        if (*path)
                (void)nftw(*path, scratch_remove_entry, 16, FTW_DEPTH | FTW_PHYS);
        free(*path);
        *path = NULL;
}
#define _cleanup_scratch_ _cleanup_(scratch_remove)

static inline void scratch_write(const char *directory, const char *name, const char *content)
{
        _cleanup_free_ char *path = must_printf("%s/%s", directory, name);

        assert_int_equal(file_write_durably(AT_FDCWD, path, 0644, content, strlen(content), false), 0);
}

/* malloc'd; NULL where there is none. */
static inline char *scratch_read(const char *directory, const char *name)
{
        _cleanup_free_ char *path = must_printf("%s/%s", directory, name);
        char *bytes = NULL;
        size_t length = 0;

        return file_read(AT_FDCWD, path, (size_t)64 * 1024 * 1024, &bytes, &length) < 0 ? NULL : bytes;
}

static inline bool scratch_exists(const char *directory, const char *name)
{
        _cleanup_free_ char *path = must_printf("%s/%s", directory, name);
        struct stat st;

        return lstat(path, &st) == 0;
}

#endif
