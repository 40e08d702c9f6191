/* SPDX-License-Identifier: EUPL-1.2 */
/* The process that we are. */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

/* For a program that holds a key: it leaves no core, and no other process of the same user looks into its memory, its
 * descriptors or its root (/proc/PID/root leads past what a unit makes inaccessible; proc(5), prctl(2)). Not in
 * sanitized builds, whose leak check traces its own process. */
void process_guard(void);

#endif
