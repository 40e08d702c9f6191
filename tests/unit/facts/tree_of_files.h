/* SPDX-License-Identifier: EUPL-1.2 */
/* A temporary directory that a test fills, and an access below it. Paths are below the directory. */
#ifndef TESTS_TREE_OF_FILES_H
#define TESTS_TREE_OF_FILES_H

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "facts/access.h"

static char root_path[64];
static int root_fd = -1;

static inline void must(int r)
{
        if (r < 0)
                fail_msg("%s", strerror(errno));
}

static inline void make_directory(const char *path)
{
        must(mkdirat(root_fd, path, 0755));
}

static inline void make_file_of(const char *path, const void *bytes, size_t length)
{
        int fd = openat(root_fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

        must(fd);
        assert_int_equal(write(fd, bytes, length), length);
        must(close(fd));
}

static inline void make_file(const char *path, const char *content)
{
        make_file_of(path, content, strlen(content));
}

static inline void make_link(const char *path, const char *target)
{
        must(symlinkat(target, root_fd, path));
}

static inline struct access *open_root(void)
{
        struct access *a;

        assert_int_equal(access_open(root_path, &a), 0);
        return a;
}

static inline int setup_root(void **state)
{
        (void)state;
        (void)snprintf(root_path, sizeof(root_path), "/tmp/bioagent-test.XXXXXX");
        if (!mkdtemp(root_path))
                return -1;
        root_fd = open(root_path, O_PATH | O_DIRECTORY | O_CLOEXEC);
        return root_fd < 0 ? -1 : 0;
}

static inline int remove_one(const char *path, const struct stat *s, int type, struct FTW *ftw)
{
        (void)s;
        (void)type;
        (void)ftw;
        return remove(path);
}

static inline int teardown_root(void **state)
{
        (void)state;
        (void)close(root_fd);
        return nftw(root_path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

#endif
