/* SPDX-License-Identifier: EUPL-1.2 */
/* The observer's stream to bioagent-probe. */
#ifndef OBSERVE_PROBE_H
#define OBSERVE_PROBE_H

#include "facts/live.h"

struct probe {
        int fd; /* owned; -1: there is none */
        bool greeted;
        char *broken; /* why it is asked no more */
        struct live_probe live;
};

/* Takes over a connected stream, or -1. `p` stays where it is while used. */
void probe_init(struct probe *p, int fd);
/* Connects to its socket; -1 where nobody listens there. */
int probe_connect(const char *path);
void probe_end(struct probe *p);
#define _cleanup_probe_ _cleanup_(probe_end)

#endif
