/* SPDX-License-Identifier: EUPL-1.2 */
/* Makes of bioagent-observe one that looks at an unpacked host of which the running system was recorded: what that
 * answered lies in live.json beside the program. Where there is none it is the observer as it is. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "case.h"
#include "facts/access.h"
#include "facts/live.h"

#define OLDER ((int64_t)24 * 60 * 60)

/* The files were unpacked a moment ago, the services that read them were started before: as if a day had gone by. */
static bool a_day_older(const char *resolved, struct access_file *f)
{
        (void)resolved;
        f->ctime -= OLDER;
        f->mtime -= OLDER;
        return true;
}

__attribute__((constructor)) static void take_recording(void)
{
        char path[PATH_MAX];
        ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);
        _cleanup_diag_ struct diag diag = {0};
        _cleanup_free_ char *live = NULL;
        char *slash;

        path[length > 0 ? length : 0] = '\0';
        slash = strrchr(path, '/');
        if (!slash)
                abort();
        *slash = '\0';
        live = must_printf("%s/live.json", path);
        if (live_load(live, &diag) < 0) {
                diag_print(&diag, stderr);
                abort();
        }
        if (live_override)
                access_overlay = a_day_older;
}
