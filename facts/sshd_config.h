/* SPDX-License-Identifier: EUPL-1.2 */
/* sshd's configuration as the installed sshd reads it: what it makes of every line, whether it starts, and what is in
 * force for a connection.
 *
 * sshd reads its configuration twice (sshd_config(5), Match): when it starts, where only what stands outside of Match
 * blocks counts, and again for each connection, where only what stands inside those that apply counts and takes the
 * place of the former. Within each reading the first value of most keywords wins. So a Match block beats a line before
 * it, and the command line too.
 *
 * The models are of OpenSSH 9.2p1 and 10.0p1 as Debian 12 and 13 build them; tests/oracle holds them against these
 * programs. Text is taken as bytes, and nothing is read but through `struct sshd_host`. */
#ifndef FACTS_SSHD_CONFIG_H
#define FACTS_SSHD_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "facts/arena.h"

/* Bounds of ours; a configuration beyond them is undecidable. (sshd's own: 16 levels of Include.) */
#define SSHD_LINES_MOST    50000      /* over all files, a file counted each time it is included */
#define SSHD_BYTES_MOST    (1u << 20) /* the same */
#define SSHD_WORDS_MOST    4096       /* of a line */
#define SSHD_CRITERIA_MOST 16000      /* of all Match lines */
#define SSHD_BLOCKS_MOST   4000       /* Match lines */
#define SSHD_WORLDS_MOST   4096       /* combinations of what Match can see */

enum sshd_version { SSHD_9_2, SSHD_10_0 };

/* An sshd: a version, with what changed within it. */
struct sshd_release {
        enum sshd_version version;
        const char *name;     /* "9.2p1" */
        const char *banner;   /* what `Match version` sees: "OpenSSH_10.0p2 Debian-7+deb13u4" */
        bool sntrup761_alias; /* knows sntrup761x25519-sha512 without a suffix: 9.2p1-2+deb12u4 and later */
        bool ipqos_dscp;      /* lowdelay, throughput, reliability mean nothing: 10.0p1-7+deb13u3 and later */
        /* What makes a model stand for a version that is not modelled. */
        bool defaults;        /* its defaults are taken to be the model's where both models have the same */
        bool open;            /* what the model does not know may be known to it: words, algorithms, other values */
        bool tokens;          /* all arguments are read as keywords are, without comments behind them: before 8.7 */
        bool without_include; /* before 8.2 */
        bool included_match_ignored; /* a Match in a file included outside of Match never applies: seen in 8.2 */
};

/* What a configuration asks of its host. All answers live as long as the configuration. */
struct sshd_host {
        /* The file's bytes: 0; -ENOENT; other negative errno with a reason in *why. A directory is read as empty. */
        int (*read)(void *user, const char *path, const char **bytes, size_t *length, const char **why);
        /* The paths that glob(3) gives, sorted. *unreadable: the directory that could not be listed, or NULL. */
        size_t (*glob)(void *user, const char *pattern, const char *const **paths, const char **unreadable);
        /* The home of a user, of root where `name` is NULL: 0, -ENOENT where there is no such user, other where it
         * cannot be told. */
        int (*home)(void *user, const char *name, const char **ret);
        /* The TCP port of a service's name, 0 where there is none. */
        unsigned (*port)(void *user, const char *name);
        void *user;
};

enum sshd_keyword_id {
        SSHD_PORT,
        SSHD_ADDRESS_FAMILY,
        SSHD_LISTEN_ADDRESS,
        SSHD_USE_PAM,
        SSHD_PAM_SERVICE_NAME,
        SSHD_LOGIN_GRACE_TIME,
        SSHD_X11_DISPLAY_OFFSET,
        SSHD_MAX_AUTH_TRIES,
        SSHD_MAX_SESSIONS,
        SSHD_CLIENT_ALIVE_INTERVAL,
        SSHD_CLIENT_ALIVE_COUNT_MAX,
        SSHD_REQUIRED_RSA_SIZE,
        SSHD_STREAM_LOCAL_BIND_MASK,
        SSHD_UNUSED_CONNECTION_TIMEOUT,
        SSHD_PERMIT_ROOT_LOGIN,
        SSHD_IGNORE_RHOSTS,
        SSHD_IGNORE_USER_KNOWN_HOSTS,
        SSHD_HOSTBASED_AUTHENTICATION,
        SSHD_HOSTBASED_USES_NAME_FROM_PACKET_ONLY,
        SSHD_PUBKEY_AUTHENTICATION,
        SSHD_KERBEROS_AUTHENTICATION,
        SSHD_KERBEROS_OR_LOCAL_PASSWD,
        SSHD_KERBEROS_TICKET_CLEANUP,
        SSHD_GSSAPI_AUTHENTICATION,
        SSHD_GSSAPI_CLEANUP_CREDENTIALS,
        SSHD_GSSAPI_KEY_EXCHANGE,
        SSHD_GSSAPI_STRICT_ACCEPTOR_CHECK,
        SSHD_GSSAPI_STORE_CREDENTIALS_ON_REKEY,
        SSHD_GSSAPI_KEX_ALGORITHMS,
        SSHD_PASSWORD_AUTHENTICATION,
        SSHD_KBD_INTERACTIVE_AUTHENTICATION,
        SSHD_PRINT_MOTD,
        SSHD_PRINT_LAST_LOG,
        SSHD_X11_FORWARDING,
        SSHD_X11_USE_LOCALHOST,
        SSHD_PERMIT_TTY,
        SSHD_PERMIT_USER_RC,
        SSHD_STRICT_MODES,
        SSHD_TCP_KEEP_ALIVE,
        SSHD_PERMIT_EMPTY_PASSWORDS,
        SSHD_COMPRESSION,
        SSHD_GATEWAY_PORTS,
        SSHD_USE_DNS,
        SSHD_ALLOW_TCP_FORWARDING,
        SSHD_ALLOW_AGENT_FORWARDING,
        SSHD_DISABLE_FORWARDING,
        SSHD_ALLOW_STREAM_LOCAL_FORWARDING,
        SSHD_STREAM_LOCAL_BIND_UNLINK,
        SSHD_FINGERPRINT_HASH,
        SSHD_EXPOSE_AUTH_INFO,
        SSHD_REFUSE_CONNECTION,
        SSHD_DEBIAN_BANNER,
        SSHD_PID_FILE,
        SSHD_MODULI_FILE,
        SSHD_XAUTH_LOCATION,
        SSHD_CIPHERS,
        SSHD_MACS,
        SSHD_BANNER,
        SSHD_FORCE_COMMAND,
        SSHD_CHROOT_DIRECTORY,
        SSHD_TRUSTED_USER_CA_KEYS,
        SSHD_REVOKED_KEYS,
        SSHD_SECURITY_KEY_PROVIDER,
        SSHD_AUTHORIZED_PRINCIPALS_FILE,
        SSHD_VERSION_ADDENDUM,
        SSHD_AUTHORIZED_KEYS_COMMAND,
        SSHD_AUTHORIZED_KEYS_COMMAND_USER,
        SSHD_AUTHORIZED_PRINCIPALS_COMMAND,
        SSHD_AUTHORIZED_PRINCIPALS_COMMAND_USER,
        SSHD_HOST_KEY_AGENT,
        SSHD_KEX_ALGORITHMS,
        SSHD_CA_SIGNATURE_ALGORITHMS,
        SSHD_HOSTBASED_ACCEPTED_ALGORITHMS,
        SSHD_HOST_KEY_ALGORITHMS,
        SSHD_PUBKEY_ACCEPTED_ALGORITHMS,
        SSHD_SSHD_SESSION_PATH,
        SSHD_SSHD_AUTH_PATH,
        SSHD_PER_SOURCE_PENALTY_EXEMPT_LIST,
        SSHD_LOG_LEVEL,
        SSHD_SYSLOG_FACILITY,
        SSHD_AUTHORIZED_KEYS_FILE,
        SSHD_HOST_KEY,
        SSHD_HOST_CERTIFICATE,
        SSHD_ALLOW_USERS,
        SSHD_DENY_USERS,
        SSHD_ALLOW_GROUPS,
        SSHD_DENY_GROUPS,
        SSHD_ACCEPT_ENV,
        SSHD_SET_ENV,
        SSHD_AUTHENTICATION_METHODS,
        SSHD_LOG_VERBOSE,
        SSHD_CHANNEL_TIMEOUT,
        SSHD_SUBSYSTEM,
        SSHD_MAX_STARTUPS,
        SSHD_PER_SOURCE_MAX_STARTUPS,
        SSHD_PER_SOURCE_NET_BLOCK_SIZE,
        SSHD_PERMIT_TUNNEL,
        SSHD_IPQOS,
        SSHD_REKEY_LIMIT,
        SSHD_PERMIT_OPEN,
        SSHD_PERMIT_LISTEN,
        SSHD_PERMIT_USER_ENVIRONMENT,
        SSHD_PUBKEY_AUTH_OPTIONS,
        SSHD_PER_SOURCE_PENALTIES,
        SSHD_RDOMAIN,
        SSHD_KEYWORDS, /* how many have a value */
        /* Words with an effect of their own. */
        SSHD_MATCH = SSHD_KEYWORDS,
        SSHD_INCLUDE,
        SSHD_IGNORED, /* deprecated or not built in: named in the log, without effect */
        SSHD_UNKNOWN,
};

/* How a value's items read. */
enum sshd_form { SSHD_TEXT, SSHD_INTEGER, SSHD_LIST };

/* One line that sets a keyword. */
struct sshd_setting {
        enum sshd_keyword_id keyword;
        const char *file;         /* a path, or "command line" */
        unsigned line;            /* 0 on the command line */
        size_t block;             /* the Match block that it stands in; 0: none */
        const char *const *items; /* its arguments in canonical form: times in seconds, words as documented */
        size_t count;
        const char *unread; /* why this model makes nothing of the line, of a version that may (release->open) */
};

/* What Match can look at (sshd_config(5)). */
enum sshd_attribute {
        SSHD_MATCH_ALL,
        SSHD_MATCH_INVALID_USER,
        SSHD_MATCH_USER,
        SSHD_MATCH_GROUP,
        SSHD_MATCH_HOST,
        SSHD_MATCH_ADDRESS,
        SSHD_MATCH_LOCAL_ADDRESS,
        SSHD_MATCH_LOCAL_PORT,
        SSHD_MATCH_RDOMAIN,
        SSHD_MATCH_VERSION,
        SSHD_ATTRIBUTES,
};

struct sshd_criterion {
        enum sshd_attribute attribute;
        const char *pattern;
        unsigned port; /* of LocalPort */
};

struct sshd_block {
        const char *file;
        unsigned line;
        const char *text; /* "User root Address 10.0.0.0/8" */
        size_t parent; /* the block whose Include this one stands in; 0: none. It applies only where that one does. */
        const struct sshd_criterion *criteria; /* all of them must hold */
        size_t count;
        bool always; /* whatever the connection: `Match all` (and `Match version`), all the way up */
};

/* Why something is as it is: a place and a reason. */
struct sshd_reason {
        const char *text; /* NULL: there is none */
        const char *file;
        unsigned line;
};

/* A keyword's value. */
struct sshd_value {
        bool set;                        /* by a line; else it is the default */
        const struct sshd_setting *from; /* the line that decided (of a list that adds up: the first) */
        const char *const *items;        /* NULL and 0: an empty list, or nothing ("none") */
        size_t count;
        const char *undecidable;          /* the value cannot be told: why */
        const struct sshd_setting **lost; /* lines that set it and did not win, as they were read; the first few */
        size_t lost_count, lost_allocated, allocated;
};

#define SSHD_LOST_MOST 16

/* A set of values: what is in force outside of Match blocks, or for one connection. */
struct sshd_values {
        struct sshd_value of[SSHD_KEYWORDS];
        struct sshd_reason fails; /* sshd ends the connection, or does not start, with this */
};

struct sshd_config {
        const struct sshd_release *release;
        const struct sshd_host *host;
        bool ports_from_arguments;
        struct arena arena;

        /* The first reading. */
        struct sshd_reason refuses;     /* sshd does not start; NULL text: as far as its configuration goes, it does */
        struct sshd_reason undecidable; /* whether it starts, or what it then does, cannot be told */
        struct sshd_reason doubts;      /* it may not start (release->open); the values hold if it does */
        struct sshd_values global;      /* with defaults filled in */

        /* The second reading. */
        struct sshd_reason ends_connections; /* sshd starts, and ends every connection with this */
        struct sshd_block *blocks;           /* [0] stands for "no Match" */
        size_t block_count;
        struct sshd_setting *settings; /* those in blocks */
        size_t setting_count;
        size_t settings_allocated, blocks_allocated, criteria_count;

        /* Words without effect: "deprecated", "not built in". */
        struct sshd_reason *notes;
        size_t note_count, notes_allocated;

        /* Files that were read, and directories that patterns were looked up in, each once. */
        const char **files;
        size_t file_count, files_allocated;
};

/* How sshd was started. */
struct sshd_arguments {
        const char *config_file;    /* -f; NULL: /etc/ssh/sshd_config */
        const char *const *options; /* -o, and what else sets a keyword, as lines, in order */
        size_t option_count;
        bool ports; /* -p: Port counts in the options alone */
};

#define SSHD_CONFIG_FILE "/etc/ssh/sshd_config"

/* Reads a configuration; never NULL. `release`, `host` and `arguments` are borrowed. */
struct sshd_config *sshd_config_read(const struct sshd_release *release, const struct sshd_host *host,
                                     const struct sshd_arguments *arguments);
void sshd_config_free(struct sshd_config *c);
static inline void sshd_config_drop(struct sshd_config **c)
{
        sshd_config_free(*c);
}
#define _cleanup_sshd_config_ _cleanup_(sshd_config_drop)

/* A connection. What is NULL (port: -1) was not said: as in `sshd -T -C`, a criterion about it does not hold. */
struct sshd_connection {
        const char *user;
        bool user_invalid;         /* no such account */
        const char *const *groups; /* of the user, by name */
        size_t group_count;
        const char *host;    /* name of the client; its address where UseDNS is off */
        const char *address; /* of the client */
        const char *local_address;
        int local_port;
        const char *rdomain;
        /* Criteria whose truth is given, by their pattern: instead of being looked at, unless they are about a name
         * (that is not empty) or groups that are known. */
        const struct sshd_assumption *assumptions;
        size_t assumption_count;
};

struct sshd_assumption {
        enum sshd_attribute attribute;
        const char *pattern;
        bool holds;
};

/* For each block (`applies` has c->block_count places) whether it applies. */
void sshd_blocks_applying(const struct sshd_config *c, const struct sshd_connection *connection, bool *applies);
/* What is in force where exactly these blocks apply. The values live as long as `c`. */
void sshd_effective(struct sshd_config *c, const bool *applies, struct sshd_values *ret);

/* Tables. */
const char *sshd_keyword_name(enum sshd_keyword_id id); /* "PermitRootLogin" */
enum sshd_form sshd_keyword_form(enum sshd_keyword_id id);
/* Whether its default is known of this release: of one that is not modelled, where it is the same in all of them. */
bool sshd_default_known(const struct sshd_release *release, enum sshd_keyword_id id);
bool sshd_keyword_known(const struct sshd_release *release, enum sshd_keyword_id id);

#endif
