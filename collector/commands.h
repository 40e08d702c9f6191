/* SPDX-License-Identifier: EUPL-1.2 */
/* The commands of bioagent-collector. Each returns its exit status: 0 done, 1 broken (verify), 2 usage or
 * configuration, 4 failed. */
#ifndef COLLECTOR_COMMANDS_H
#define COLLECTOR_COMMANDS_H

#include <stddef.h>

enum { EXIT_DONE = 0, EXIT_BROKEN = 1, EXIT_USAGE = 2, EXIT_FAILED = 4 };

enum collector_module { MODULE_RECORDS = 1, MODULE_EST = 2, MODULE_WEB = 4, MODULE_ALL = 7 };

struct collector_options {
        const char *config; /* path of collector.yml */
        const char *names[32];
        size_t name_count;
        const char *state, *host, *org, *valid;
        unsigned modules;
};

/* Parses and runs. */
int collector_main(int argc, char **argv);

int collector_init(const struct collector_options *o);
int collector_serve(const struct collector_options *o);
int collector_token(const struct collector_options *o);
int collector_verify(const struct collector_options *o);

#endif
