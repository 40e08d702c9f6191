/* SPDX-License-Identifier: EUPL-1.2 */
/* The words of sudoers: the longest match of rules that depend on a state, as in toke.l of sudo. */
#ifndef FACTS_SUDOERS_LEX_H
#define FACTS_SUDOERS_LEX_H

#include "base/text.h"
#include "facts/sudoers.h"

enum sudoers_token {
        TOKEN_END,
        TOKEN_ERROR, /* a character or word that fits nowhere */
        TOKEN_NEWLINE,
        TOKEN_COMMA,
        TOKEN_EQUALS,
        TOKEN_COLON,
        TOKEN_NOT,
        TOKEN_PLUS,  /* += */
        TOKEN_MINUS, /* -= */
        TOKEN_OPEN,
        TOKEN_CLOSE,
        TOKEN_INCLUDE,
        TOKEN_INCLUDEDIR,
        TOKEN_DEFAULTS,
        TOKEN_DEFAULTS_USER,
        TOKEN_DEFAULTS_RUNAS,
        TOKEN_DEFAULTS_HOST,
        TOKEN_DEFAULTS_COMMAND,
        TOKEN_USER_ALIAS,
        TOKEN_RUNAS_ALIAS,
        TOKEN_HOST_ALIAS,
        TOKEN_COMMAND_ALIAS,
        TOKEN_VARIABLE,
        TOKEN_WORD,
        TOKEN_ALIAS,
        TOKEN_ALL,
        TOKEN_NETGROUP,
        TOKEN_USERGROUP,
        TOKEN_ADDRESS,
        TOKEN_COMMAND,
        TOKEN_SHA224,
        TOKEN_SHA256,
        TOKEN_SHA384,
        TOKEN_SHA512,
        TOKEN_DIGEST,
        /* In the order of enum sudoers_option. */
        TOKEN_CWD,
        TOKEN_CHROOT,
        TOKEN_ROLE,
        TOKEN_TYPE,
        TOKEN_APPARMOR,
        TOKEN_PRIVS,
        TOKEN_LIMITPRIVS,
        TOKEN_NOTBEFORE,
        TOKEN_NOTAFTER,
        TOKEN_TIMEOUT,
        /* Two for each tag, in the order of enum sudoers_tag: set, and taken back. */
        TOKEN_TAGS,
        TOKEN_TAGS_END = TOKEN_TAGS + 2 * SUDOERS_TAGS,
};

/* A file that is being read. */
struct sudoers_source {
        struct sudoers_source *below; /* what included it */
        const char *file;
        const char *bytes; /* each line ends with a newline; no NUL */
        size_t length, at;
        unsigned line;
        bool line_start;
        const char *const *more; /* further files of a directory */
        size_t more_count;
        const char *directory;
};

struct sudoers_lex {
        struct sudoers *sudoers;
        struct sudoers_source *source; /* NULL: at the end */
        size_t depth;
        unsigned state, previous_state;
        bool continued, saw_space;
        size_t digest_bytes;
        /* The word. */
        struct text text, arguments;
        bool has_text, has_arguments, quoted;
        const char *why; /* of TOKEN_ERROR, or NULL */
        const char *file;
        unsigned line;
};

/* The next word; its text is valid until the next. At the end of a file it goes on with what included it. */
enum sudoers_token sudoers_next(struct sudoers_lex *l);

/* sudoers_files.c */

/* Goes on with a file, or the files of a directory, that the current one names. */
void sudoers_include(struct sudoers_lex *l, const char *name, bool directory, unsigned line);
/* At the end of a file: with the next of its directory, or with what included it. False: there is none. */
bool sudoers_leave(struct sudoers_lex *l);
/* Opens the first file; false where sudo then refuses. */
bool sudoers_begin(struct sudoers_lex *l, const char *path);

#endif
