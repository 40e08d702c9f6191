/* SPDX-License-Identifier: EUPL-1.2 */
/* A FUSE file system that does answer, spoken to the kernel without a library (linux/fuse.h): /file, and the empty
 * directories /proc, /bound and /other. */
#ifndef TESTS_ACCESS_ANSWERING_H
#define TESTS_ACCESS_ANSWERING_H

#define ANSWERING_CONTENT "answered\n"

/* Mounts it as fuse.answering; it is served until the scene ends. Ends the scene where there is no FUSE. */
void answering_mount(const char *target);

#endif
