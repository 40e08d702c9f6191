/* SPDX-License-Identifier: EUPL-1.2 */
/* What the probe gives up before it reads its first request. */
#ifndef PROBE_CONFINE_H
#define PROBE_CONFINE_H

/* Every capability but CAP_AUDIT_CONTROL, new privileges, and all system calls but those that answering needs. Negative
 * errno. */
int probe_confine(void);

#endif
