/* SPDX-License-Identifier: EUPL-1.2 */
/* Which model a package's version gets. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "facts/sshd_host.h"
#include "facts/version_number.h"

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

/* What is certain of a version that is not modelled, by what its release notes say of how a line is read. */
static size_t open_releases(struct sshd_release ret[static SSHD_MODELS], long n)
{
        size_t i;

        for (i = 0; i < SSHD_MODELS; i++) {
                ret[i].open = true;
                ret[i].defaults = n >= 807 && n <= 1000;
                ret[i].tokens = n < 807;
                ret[i].without_include = n < 802;
        }
        if (n == 802 || n == 803) {
                ret[1] = ret[0];
                ret[1].included_match_ignored = true;
        }
        return SSHD_MODELS;
}

size_t sshd_releases(struct arena *arena, const char *version, struct sshd_release ret[static SSHD_MODELS],
                     const char **why)
{
        long update, n;

        ret[0] = (struct sshd_release){
                .version = SSHD_9_2, .name = "9.2p1", .banner = "OpenSSH_9.2p1", .sntrup761_alias = true};
        ret[1] = (struct sshd_release){.version = SSHD_10_0,
                                       .name = "10.0p1",
                                       .banner = "OpenSSH_10.0p2",
                                       .sntrup761_alias = true,
                                       .ipqos_dscp = true};
        /* Every version of today reads words as 8.7 did, and who has an older one mostly has what it reads alike. */
        if (!version)
                return open_releases(ret, LONG_MAX);
        update = update_of(version, BOOKWORM, "+deb12u");
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
        n = version_number(version);
        if (n >= 700)
                return open_releases(ret, n);
        *why = "this version of OpenSSH is not modelled";
        return 0;
}
