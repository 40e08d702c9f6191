/* SPDX-License-Identifier: EUPL-1.2 */
/* Reading the kernel's audit over netlink (audit(7), libaudit): what the requests share. */
#ifndef PROBE_AUDIT_NETLINK_H
#define PROBE_AUDIT_NETLINK_H

#include <jansson.h>
#include <libaudit.h>

/* A socket of netlink audit; negative errno. */
int audit_netlink_open(void);
void audit_netlink_close(int *fd);
#define _cleanup_audit_ _cleanup_(audit_netlink_close)

/* The next message, waited for until the deadline (milliseconds of CLOCK_MONOTONIC). An acknowledgement is 0, any other
 * message 1 with *reply; a refusal by the kernel its negative errno; -ETIMEDOUT. */
int audit_netlink_receive(int fd, int64_t deadline, struct audit_reply *reply);
/* That many milliseconds from now. */
int64_t audit_netlink_deadline(int64_t milliseconds);

/* {"error":"…"} for an errno. New reference. */
json_t *audit_refused(int error);

#endif
