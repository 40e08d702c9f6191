/* SPDX-License-Identifier: EUPL-1.2 */
/* The observer's side of its stream. */
#ifndef OBSERVE_SERVE_H
#define OBSERVE_SERVE_H

#include "facts/live.h"
#include "observe/catalogue.h"

/* Answers requests on `fd` until the stream closes: 0 then, negative errno where it broke. */
int serve(int fd, const struct catalogue *catalogue, const struct live_probe *probe);

#endif
