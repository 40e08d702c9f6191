/* SPDX-License-Identifier: EUPL-1.2 */
/* The running system's /proc: the only module that reads it. Answers are nodes as live.h describes them. */
#ifndef FACTS_PROC_H
#define FACTS_PROC_H

#include "base/tree.h"

struct bio_node *proc_process(struct tree *t, int64_t pid);
struct bio_node *proc_processes(struct tree *t, const char *name);
/* The kind of container that this process is seen to run in, or "none". What is looked at: the marks that container
 * managers leave (systemd's container interface, Docker, Podman) and the identity mapping of users
 * (user_namespaces(7)). */
struct bio_node *proc_container(struct tree *t);

#endif
