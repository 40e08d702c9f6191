/* SPDX-License-Identifier: EUPL-1.2 */
/* sudoers(5) as sudo reads it: what its lexer and its grammar make of the files, errors and recovery from them
 * included.
 *
 * The model is of sudo 1.9.13 and 1.9.16 as Debian 12 and 13 build them (toke.l and gram.y); tests/oracle holds it
 * against these programs. Nothing is read but through `struct sudoers_host`. Everything lives in the arena. */
#ifndef FACTS_SUDOERS_H
#define FACTS_SUDOERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "facts/arena.h"

/* Bounds of ours; files beyond them are undecidable. */
#define SUDOERS_BYTES_MOST ((size_t)4 << 20) /* over all files, each counted each time it is included */
#define SUDOERS_DEPTH_MOST 144               /* sudo's own: the 145th level of includes is refused */
#define SUDOERS_FILES_MOST 4096
#define SUDOERS_ITEMS_MOST 100000 /* members, over all lists */

#define SUDOERS_BUCKETS 1024

enum sudoers_version { SUDO_1_9_13, SUDO_1_9_16 };

/* How sudo opens a file or directory of rules. */
enum sudoers_opened {
        SUDOERS_READ,
        SUDOERS_MISSING,
        SUDOERS_IGNORED, /* wrong owner, mode or type */
        SUDOERS_UNKNOWN, /* it could not be looked at */
};

struct sudoers_host {
        /* Opens a file as sudo does; with SUDOERS_IGNORED or SUDOERS_UNKNOWN the reason is in *why. */
        enum sudoers_opened (*open)(void *user, const char *path, const char **bytes, size_t *length, const char **why);
        /* The same of a directory: the names of its regular files, sorted bytewise. */
        enum sudoers_opened (*list)(void *user, const char *path, const char *const **names, size_t *count,
                                    const char **why);
        const char *short_name; /* what %h stands for; NULL: not known */
        void *user;
};

enum sudoers_member_type {
        SUDOERS_ALL,
        SUDOERS_ALIAS,
        SUDOERS_WORD,
        SUDOERS_USERGROUP, /* with its % */
        SUDOERS_NETGROUP,  /* with its + */
        SUDOERS_ADDRESS,
        SUDOERS_COMMAND,
        SUDOERS_MYSELF, /* an empty list of users to run as */
};

/* One word of a list. */
struct sudoers_member {
        struct sudoers_member *next, *previous;
        enum sudoers_member_type type;
        bool negated;
        const char *name;      /* NULL of ALL and MYSELF */
        const char *arguments; /* of a command; NULL: any */
        const char *digests;   /* of a command: "sha256:…", comma-separated; NULL: none */
        const char *file;
        unsigned line;
};

struct sudoers_list {
        struct sudoers_member *first, *last;
        size_t count;
};

#define SUDOERS_UNSET (-1)
enum sudoers_tag {
        SUDOERS_NOPASSWD,
        SUDOERS_NOEXEC,
        SUDOERS_INTERCEPT,
        SUDOERS_SETENV, /* 2: implied by ALL */
        SUDOERS_LOG_INPUT,
        SUDOERS_LOG_OUTPUT,
        SUDOERS_SEND_MAIL,
        SUDOERS_FOLLOW,
        SUDOERS_TAGS,
};

enum sudoers_option {
        SUDOERS_CWD,
        SUDOERS_CHROOT,
        SUDOERS_ROLE,
        SUDOERS_TYPE,
        SUDOERS_APPARMOR,
        SUDOERS_PRIVS,
        SUDOERS_LIMITPRIVS,
        SUDOERS_NOTBEFORE, /* as written; see sudoers_moment() */
        SUDOERS_NOTAFTER,
        SUDOERS_TIMEOUT,
        SUDOERS_OPTIONS,
};

/* A command with what was said of it or carried over to it. */
struct sudoers_command {
        struct sudoers_command *next, *previous;
        const struct sudoers_list *users, *groups; /* to run as; NULL: not said */
        int tags[SUDOERS_TAGS];
        const char *options[SUDOERS_OPTIONS];
        struct sudoers_member *member;
};

struct sudoers_privilege {
        struct sudoers_privilege *next, *previous;
        struct sudoers_list hosts;
        struct sudoers_command *first, *last;
};

struct sudoers_rule {
        struct sudoers_rule *next, *previous;
        struct sudoers_list users;
        struct sudoers_privilege *first, *last;
        const char *file;
        unsigned line;
};

enum sudoers_kind { SUDOERS_USERS, SUDOERS_RUNAS, SUDOERS_HOSTS, SUDOERS_COMMANDS, SUDOERS_EVERYWHERE };

struct sudoers_alias {
        struct sudoers_alias *next, *chain;
        enum sudoers_kind kind;
        const char *name;
        struct sudoers_list members;
        const char *file;
        unsigned line;
        bool used;   /* while it is looked up: a cycle is no alias */
        bool listed; /* while what it grants is gathered */
};

struct sudoers_default {
        struct sudoers_default *next;
        enum sudoers_kind scope; /* SUDOERS_EVERYWHERE: of all */
        struct sudoers_list *members;
        const char *name, *value; /* value NULL: none */
        char operator;            /* '=' (or none), '!', '+', '-' */
        const char *file;
        unsigned line;
};

/* What sudo says of a place and goes on. */
struct sudoers_note {
        struct sudoers_note *next;
        const char *text, *file;
        unsigned line;
};

struct sudoers_file {
        struct sudoers_file *next;
        const char *path, *why;
        enum sudoers_opened opened;
        bool directory;
        const char *from; /* the file that includes it; NULL: the first */
        unsigned line;
};

struct sudoers {
        enum sudoers_version version;
        const struct sudoers_host *host;
        struct arena arena;
        struct sudoers_rule *first_rule, *last_rule;
        struct sudoers_alias *aliases, *last_alias;
        struct sudoers_alias *buckets[SUDOERS_BUCKETS];
        struct sudoers_default *defaults, *last_default;
        struct sudoers_note *notes, *last_note;
        struct sudoers_file *files, *last_file;
        size_t file_count, items, bytes;
        /* sudo runs nothing for anybody, with this; NULL: it does. */
        const char *refuses, *refuses_file;
        unsigned refuses_line;
        /* What sudo makes of the files cannot be told. */
        const char *undecidable, *undecidable_file;
        unsigned undecidable_line;
};

/* Reads a first file and what it includes. Release with sudoers_free(). */
void sudoers_read(struct sudoers *s, enum sudoers_version version, const struct sudoers_host *host, const char *path);
void sudoers_free(struct sudoers *s);

/* The alias of a kind and name, or NULL. */
struct sudoers_alias *sudoers_alias_find(const struct sudoers *s, enum sudoers_kind kind, const char *name);

void sudoers_cannot_tell(struct sudoers *s, const char *file, unsigned line, const char *why);
void sudoers_note(struct sudoers *s, const char *file, unsigned line, const char *text);
const char *sudoers_copy(struct sudoers *s, const char *bytes, size_t length);

/* The time of NOTBEFORE and NOTAFTER in seconds since the epoch; *local where it is that of the host's zone. False: it
 * does not parse. */
bool sudoers_moment(const char *text, int64_t *ret, bool *local);
/* "1d2h3m4s" in seconds; -1 where it does not parse. */
int64_t sudoers_duration(const char *text);

#endif
