/* SPDX-License-Identifier: EUPL-1.2 */
/* collector.yml, and where the collector keeps what. */
#ifndef COLLECTOR_CONFIG_H
#define COLLECTOR_CONFIG_H

#include <stddef.h>

#include "base/cleanup.h"

#define COLLECTOR_CONFIG     BIOAGENT_SYSCONFDIR "/collector.yml"
#define COLLECTOR_STATE      "/var/lib/bioagent-collector"
#define COLLECTOR_NAMES_MOST 32

struct collector_config {
        char *organisation;                /* of hosts whose token names none */
        char *state;                       /* absolute */
        char *names[COLLECTOR_NAMES_MOST]; /* DNS names and addresses under which it is reached */
        size_t name_count;
        char *records, *est, *web; /* ADDRESS:PORT to listen on */
};

void collector_config_free(struct collector_config *c);
#define _cleanup_config_ _cleanup_(collector_config_free)

/* Where nothing is said. */
void collector_config_defaults(struct collector_config *c, const char *config_path);
/* Reads the file; what is wrong goes to stderr. -EINVAL, or the errno of reading. */
int collector_config_load(const char *path, struct collector_config *ret);
/* The file that says it; malloc'd. */
char *collector_config_text(const struct collector_config *c);

/* Paths below the state directory; malloc'd. */
enum collector_path {
        COLLECTOR_CA, /* directory of the CA key: est alone */
        COLLECTOR_CA_KEY,
        COLLECTOR_TLS, /* directory of what the two TLS listeners read */
        COLLECTOR_CA_CERTIFICATE,
        COLLECTOR_SERVER_KEY,
        COLLECTOR_SERVER_CERTIFICATE,
        COLLECTOR_STORE, /* directory of the store */
};
char *collector_path(const struct collector_config *c, enum collector_path which);

#endif
