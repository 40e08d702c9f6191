/* SPDX-License-Identifier: EUPL-1.2 */
/* Which model a package's version gets. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "facts/sshd_host.h"

/* Debian 12 and 13 as released; what changed in their updates is said in their changelogs. */
#define BOOKWORM "1:9.2p1-2"
#define TRIXIE   "1:10.0p1-7"

/* The update's number behind "+deb12u"; 0 as released; -1 where this is another package. */
static long update_of(const char *version, const char *released, const char *mark)
{
        const char *rest = version + strlen(released);
        unsigned long n;
        char *end;

        if (!starts_with(version, released))
                return -1;
        if (!*rest)
                return 0;
        if (!starts_with(rest, mark))
                return -1;
        n = strtoul(rest + strlen(mark), &end, 10);
        return *end || end == rest + strlen(mark) || n > 10000 ? -1 : (long)n;
}

static const char *banner(struct arena *arena, const char *portable, const char *version)
{
        _cleanup_text_ struct text t = {0};

        text_printf(&t, "OpenSSH_%s Debian-%s", portable, strchr(version, '-') + 1);
        return arena_copy(arena, text_string(&t), t.length);
}

/* Major and minor of "1:9.6p1-3ubuntu13"; false where there are none. */
static bool numbers(const char *version, unsigned long *major, unsigned long *minor)
{
        const char *colon = strchr(version, ':');
        char *end;

        version = colon ? colon + 1 : version;
        *major = strtoul(version, &end, 10);
        if (end == version || *end != '.')
                return false;
        version = end + 1;
        *minor = strtoul(version, &end, 10);
        return end > version;
}

size_t sshd_releases(struct arena *arena, const char *version, struct sshd_release ret[static SSHD_MODELS],
                     const char **why)
{
        long update = update_of(version, BOOKWORM, "+deb12u");
        unsigned long major, minor;

        ret[0] = (struct sshd_release){SSHD_9_2, "9.2p1", "OpenSSH_9.2p1", true, false};
        ret[1] = (struct sshd_release){SSHD_10_0, "10.0p1", "OpenSSH_10.0p2", true, true};
        if (update >= 0) {
                ret[0].banner = banner(arena, "9.2p1", version);
                ret[0].sntrup761_alias = update >= 4;
                return 1;
        }
        update = update_of(version, TRIXIE, "+deb13u");
        if (update >= 0) {
                ret[0] = ret[1];
                ret[0].banner = banner(arena, "10.0p2", version); /* 10.0p1 calls itself p2 */
                ret[0].ipqos_dscp = update >= 3;
                return 1;
        }
        /* Words and quotes are read as they are here since 8.7. */
        if (numbers(version, &major, &minor) &&
            ((major == 8 && minor >= 7) || major == 9 || (major == 10 && minor == 0)))
                return 2;
        *why = "this version of OpenSSH is not modelled";
        return 0;
}
