/* SPDX-License-Identifier: EUPL-1.2 */
/* auditd.conf(5) as auditd reads it (load_config() in src/auditd-config.c of audit 3.0.9 and 4.0.2): words between
 * blanks, `KEYWORD = VALUE [OPTION]`; the last line of a keyword counts, and at the first line that it does not take
 * auditd ends. */
#ifndef FACTS_AUDIT_CONF_H
#define FACTS_AUDIT_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "facts/arena.h"

enum audit_conf_key {
        AUDIT_LOCAL_EVENTS,
        AUDIT_WRITE_LOGS,
        AUDIT_LOG_FILE,
        AUDIT_LOG_FORMAT,
        AUDIT_LOG_GROUP,
        AUDIT_FLUSH,
        AUDIT_FREQ,
        AUDIT_NUM_LOGS,
        AUDIT_NAME_FORMAT,
        AUDIT_NAME,
        AUDIT_MAX_LOG_FILE,
        AUDIT_MAX_LOG_FILE_ACTION,
        AUDIT_SPACE_LEFT,
        AUDIT_SPACE_LEFT_ACTION,
        AUDIT_ACTION_MAIL_ACCT,
        AUDIT_VERIFY_EMAIL,
        AUDIT_ADMIN_SPACE_LEFT,
        AUDIT_ADMIN_SPACE_LEFT_ACTION,
        AUDIT_DISK_FULL_ACTION,
        AUDIT_DISK_ERROR_ACTION,
        AUDIT_PRIORITY_BOOST,
        AUDIT_TCP_LISTEN_PORT,
        AUDIT_TCP_LISTEN_QUEUE,
        AUDIT_TCP_MAX_PER_ADDR,
        AUDIT_USE_LIBWRAP,
        AUDIT_TCP_CLIENT_PORTS,
        AUDIT_TCP_CLIENT_MAX_IDLE,
        AUDIT_TRANSPORT,
        AUDIT_KRB5_PRINCIPAL,
        AUDIT_KRB5_KEY_FILE,
        AUDIT_DISTRIBUTE_NETWORK,
        AUDIT_Q_DEPTH,
        AUDIT_OVERFLOW_ACTION,
        AUDIT_MAX_RESTARTS,
        AUDIT_PLUGIN_DIR,
        AUDIT_END_OF_EVENT_TIMEOUT,
        AUDIT_CONF_KEYS
};

/* WORD: one of the keyword's own, in lower case. AMOUNT: MiB, or percent where `percent`. PORTS: number to last. */
enum audit_conf_form { AUDIT_YES_OR_NO, AUDIT_NUMBER, AUDIT_AMOUNT, AUDIT_PORTS, AUDIT_WORD, AUDIT_TEXT, AUDIT_UNSET };

struct audit_conf_value {
        enum audit_conf_form form;
        uint64_t number, last;
        bool percent;
        const char *text;    /* of WORD and TEXT */
        const char *program; /* of an action `exec`: what it starts; else NULL */
        unsigned line;       /* 0: the built-in default */
};

/* What is asked of the host. Each answers NULL where auditd takes it, else why not; *unknown where that cannot be told.
 */
struct audit_conf_host {
        void *user;
        const char *(*log_file)(void *user, const char *path, bool *unknown);
        const char *(*program)(void *user, const char *path, bool *unknown);
        const char *(*group)(void *user, const char *name, uint32_t *gid, bool *unknown);
};

struct audit_conf_line {
        enum audit_conf_key key;
        struct audit_conf_value value;
};

/* All lines that auditd took, in their order. Everything lives in the arena. */
struct audit_conf {
        struct arena *arena;
        struct audit_conf_line *lines;
        size_t count, allocated; /* `lines` is allocated with malloc: release with audit_conf_free() */
        const char *refused;     /* why auditd ends; NULL: it does not */
        unsigned refused_line;   /* 0: no line alone */
        bool unknown;            /* whether it ends there cannot be told */
        bool keyword;            /* it is a keyword that these versions lack */
};

#define AUDIT_CONF_BYTES_MOST ((size_t)256 * 1024)

void audit_conf_parse(struct audit_conf *c, const char *bytes, size_t length, const struct audit_conf_host *host);
void audit_conf_free(struct audit_conf *c);

const char *audit_conf_name(enum audit_conf_key key);
struct audit_conf_value audit_conf_default(enum audit_conf_key key);
/* The value in effect. */
struct audit_conf_value audit_conf_get(const struct audit_conf *c, enum audit_conf_key key);

#endif
