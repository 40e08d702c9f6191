/* SPDX-License-Identifier: EUPL-1.2 */
/* What the observer gives up before it looks at anything of the host. */
#ifndef OBSERVE_CONFINE_H
#define OBSERVE_CONFINE_H

/* No new privileges; every capability but CAP_DAC_READ_SEARCH; writing, making, removing, renaming and executing files,
 * and TCP (Landlock, where the kernel has it: *ret_landlock is its ABI version, 0 without); and by seccomp what neither
 * covers: handles, tracing, namespaces, other sockets than AF_UNIX, new processes, signals to others. Memory and
 * processor time are bounded, and no core is written. Irrevocable. Negative errno where something of it could not be
 * had: then nothing may be read. */
int confine(int *ret_landlock);

#endif
