/* SPDX-License-Identifier: EUPL-1.2 */
/* The kernel's audit status over netlink (audit(7), libaudit). Needs CAP_AUDIT_CONTROL in the initial user and process
 * namespaces. */
#ifndef PROBE_AUDIT_STATUS_H
#define PROBE_AUDIT_STATUS_H

#include <jansson.h>

/* {"enabled","failure","pid","rate_limit","backlog_limit","lost","backlog"} as `struct audit_status` (linux/audit.h)
 * has them, or
 * {"error":"…"}. At most two seconds. New reference. */
json_t *audit_status_answer(void);

#endif
