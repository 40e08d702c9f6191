/* SPDX-License-Identifier: EUPL-1.2 */
/* The names of kinds and statuses. */
#include <errno.h>

#include "base/text.h"
#include "record/record.h"

static const char *const kinds[] = {
        [RECORD_GENESIS] = "genesis", [RECORD_START] = "start",   [RECORD_STOP] = "stop",
        [RECORD_FULL] = "full",       [RECORD_CHANGE] = "change", [RECORD_HEARTBEAT] = "heartbeat",
        [RECORD_POLICY] = "policy",   [RECORD_GAP] = "gap",       [RECORD_ROTATE] = "rotate",
        [RECORD_RETIRE] = "retire",   [RECORD_REPORT] = "report",
};

static const char *const statuses[] = {
        [BIO_NA] = "na", [BIO_PASS] = "pass", [BIO_MANUAL] = "manual", [BIO_ERROR] = "error", [BIO_FAIL] = "fail",
};

const char *record_kind_name(enum record_kind kind)
{
        return (size_t)kind < ELEMENTS(kinds) ? kinds[kind] : "unknown";
}

enum record_kind record_kind_from(const char *name)
{
        size_t i;

        for (i = 0; i < ELEMENTS(kinds); i++)
                if (streq(name, kinds[i]))
                        return (enum record_kind)i;
        return RECORD_UNKNOWN;
}

const char *status_name(enum bio_status status)
{
        return (size_t)status < ELEMENTS(statuses) ? statuses[status] : "error";
}

int status_from(const char *name, enum bio_status *ret)
{
        size_t i;

        for (i = 0; i < ELEMENTS(statuses); i++)
                if (streq(name, statuses[i])) {
                        *ret = (enum bio_status)i;
                        return 0;
                }
        return -EINVAL;
}

/* The values of bio_status are in this order (bioagent/node.h). */
enum bio_status status_worst(enum bio_status a, enum bio_status b)
{
        return a > b ? a : b;
}
