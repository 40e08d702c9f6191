/* SPDX-License-Identifier: EUPL-1.2 */
/* A file that is to be verified. */
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/io.h"
#include "base/memory.h"
#include "record/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
        if (!holds)
                abort();
}

/* A chain is told as broken, or nothing was. */
static void on_chain(const struct verify_chain *c, void *user)
{
        enum verify_result *worst = user;

        require(c->result != VERIFY_VALID || (c->refused == 0 && c->forks == 0 && c->missing == 0 && c->records > 0));
        require(c->result != VERIFY_GAPS || (c->refused == 0 && c->forks == 0 && c->missing == c->declared));
        if (c->result == VERIFY_BROKEN)
                *worst = VERIFY_BROKEN;
}

static void on_problem(const struct verify_problem *p, void *user)
{
        (void)user;
        require(p->why && p->result != VERIFY_VALID);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        enum verify_result worst = VERIFY_VALID, result;
        const struct verify_listener listener = {on_problem, on_chain, NULL, &worst};
        _cleanup_fd_ int fd = memfd_create("fuzz", MFD_CLOEXEC);
        _cleanup_free_ char *path = must_printf("/proc/self/fd/%d", fd);
        const char *const files[] = {path};

        require(fd >= 0 && fd_write_all(fd, data, size) == 0);
        result = verify_files(NULL, 0, files, 1, &listener);
        require(worst != VERIFY_BROKEN || result == VERIFY_BROKEN);
        return 0;
}
