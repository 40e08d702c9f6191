/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/process.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

void process_guard(void)
{
#ifndef SANITIZED
        static const struct rlimit none;

        /* Neither can fail: a limit is lowered, and an attribute of our own set to a value that it has. */
        (void)setrlimit(RLIMIT_CORE, &none);
        (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}
