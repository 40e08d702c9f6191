/* SPDX-License-Identifier: EUPL-1.2 */
/* Input and output that fails: the program's own definitions of what the C library would do, counted, and failing at
 * the n-th call. (The executable's definitions take precedence over the library's.) Include it in one file of a test
 * program. */
#ifndef TEST_FAULTS_H
#define TEST_FAULTS_H

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct {
        unsigned at;  /* this call fails, counted from 1; 0: none */
        bool lasting; /* and every one after it */
        bool torn;    /* a write that fails has written half first */
        int error;
        unsigned calls; /* so far */
        bool failed;    /* one did */
} fault;

static inline void fault_begin(unsigned at, int error, bool lasting, bool torn)
{
        fault.at = at;
        fault.error = error;
        fault.lasting = lasting;
        fault.torn = torn;
        fault.calls = 0;
        fault.failed = false;
}

static inline void fault_end(void)
{
        fault.at = 0;
}

static bool fault_is_due(void)
{
        if (fault.at == 0)
                return false;
        fault.calls++;
        if (fault.calls != fault.at && !(fault.lasting && fault.calls > fault.at))
                return false;
        fault.failed = true;
        errno = fault.error;
        return true;
}

ssize_t write(int fd, const void *bytes, size_t length)
{
        /* Messages are no part of it. */
        if (fd != STDOUT_FILENO && fd != STDERR_FILENO && fault_is_due()) {
                if (fault.torn && length > 1)
                        (void)syscall(SYS_write, fd, bytes, length / 2);
                errno = fault.error;
                return -1;
        }
        return syscall(SYS_write, fd, bytes, length);
}

int fsync(int fd)
{
        return fault_is_due() ? -1 : (int)syscall(SYS_fsync, fd);
}

int fchmod(int fd, mode_t mode)
{
        return fault_is_due() ? -1 : (int)syscall(SYS_fchmod, fd, mode);
}

int openat(int fd, const char *path, int flags, ...)
{
        mode_t mode = 0;
        va_list ap;

        if (flags & O_CREAT) {
                va_start(ap, flags);
                mode = va_arg(ap, mode_t);
                va_end(ap);
        }
        /* Reading goes on: this is about what is written. */
        if ((flags & O_CREAT) && fault_is_due())
                return -1;
        return (int)syscall(SYS_openat, fd, path, flags, mode);
}

int mkdirat(int fd, const char *path, mode_t mode)
{
        return fault_is_due() ? -1 : (int)syscall(SYS_mkdirat, fd, path, mode);
}

int renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned flags)
{
        return fault_is_due() ? -1 : (int)syscall(SYS_renameat2, from_fd, from, to_fd, to, flags);
}

int renameat(int from_fd, const char *from, int to_fd, const char *to)
{
        return fault_is_due() ? -1 : (int)syscall(SYS_renameat2, from_fd, from, to_fd, to, 0);
}

int rename(const char *from, const char *to)
{
        return fault_is_due() ? -1 : (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int linkat(int from_fd, const char *from, int to_fd, const char *to, int flags)
{
        return fault_is_due() ? -1 : (int)syscall(SYS_linkat, from_fd, from, to_fd, to, flags);
}

int unlinkat(int fd, const char *path, int flags)
{
        return fault_is_due() ? -1 : (int)syscall(SYS_unlinkat, fd, path, flags);
}

#endif
