/* SPDX-License-Identifier: EUPL-1.2 */
/* The running system's /proc: the only module that reads it. Answers are nodes as live.h describes them. */
#ifndef FACTS_PROC_H
#define FACTS_PROC_H

#include "base/tree.h"

struct bio_node *proc_process(struct tree *t, int64_t pid);
struct bio_node *proc_processes(struct tree *t, const char *name);
struct bio_node *proc_file_system(struct tree *t, const char *path);
/* "none" in the namespaces of processes and users that the kernel boots with (a container without its own cannot be
 * told from its host, and is judged as the host). Otherwise the kind of container by the mark that its manager leaves
 * (systemd's container interface, Docker, Podman), "user namespace", or "none". */
struct bio_node *proc_container(struct tree *t);

#endif
