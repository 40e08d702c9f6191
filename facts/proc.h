/* SPDX-License-Identifier: EUPL-1.2 */
/* The running system's /proc: the only module that reads it. Answers are nodes as live.h describes them. */
#ifndef FACTS_PROC_H
#define FACTS_PROC_H

#include <stdbool.h>

#include "base/tree.h"

/* The names of all processes, read at the first question of a run and kept for the others. Zero-initialise. */
struct proc_names {
        struct proc_name *rows;
        size_t count, allocated;
        int error; /* why they are not known: negative errno; -E2BIG: too many */
        bool taken;
};

void proc_names_done(struct proc_names *names);

struct bio_node *proc_process(struct tree *t, int64_t pid);
struct bio_node *proc_processes(struct proc_names *names, struct tree *t, const char *name);
struct bio_node *proc_file_system(struct tree *t, const char *path);
/* "none" in the namespaces of processes and users that the kernel boots with (a container without its own cannot be
 * told from its host, and is judged as the host). Otherwise the kind of container by the mark that its manager leaves
 * (systemd's container interface, Docker, Podman), "user namespace", or "none". */
struct bio_node *proc_container(struct tree *t);

#endif
