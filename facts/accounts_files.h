/* SPDX-License-Identifier: EUPL-1.2 */
/* Lines of passwd(5), group(5) and shadow(5) as the C library's `files` backend reads them (nss/nss_files of glibc 2.36
 * to 2.41): leading blanks are skipped, a NUL ends the line, numbers are read as strtoul(3) does (blanks and a sign in
 * front count), fields behind the gid may be missing, and what does not parse is passed over. */
#ifndef FACTS_ACCOUNTS_FILES_H
#define FACTS_ACCOUNTS_FILES_H

#include <stdbool.h>
#include <stdint.h>

#include "facts/lines.h"

/* Bytes of a file, borrowed. */
struct span {
        const char *bytes;
        size_t length;
};

struct passwd_line {
        struct span name, password, gecos, home, shell;
        uint32_t uid, gid;
        unsigned number;
};

struct group_line {
        struct span name, password, members; /* members: comma-separated, see group_line_member() */
        uint32_t gid;
        unsigned number;
};

/* The numbers of a line of shadow(5), in their order, in days. */
enum shadow_number {
        SHADOW_LAST_CHANGE, /* since the epoch; 0: a new password is asked for */
        SHADOW_MINIMUM,
        SHADOW_MAXIMUM,
        SHADOW_WARNING,
        SHADOW_INACTIVE,
        SHADOW_EXPIRES, /* since the epoch */
        SHADOW_NUMBERS
};

#define SHADOW_UNSET (-1) /* nothing is written, or what comes to the same: 4294967295 */

struct shadow_line {
        struct span name, password;
        int32_t numbers[SHADOW_NUMBERS];
        unsigned number;
};

struct gshadow_line {
        struct span name, password, administrators, members; /* the last two: comma-separated */
        unsigned number;
};

enum line_kind {
        LINE_BLANK,     /* empty or a comment */
        LINE_MALFORMED, /* the library passes over it */
        LINE_COMPAT,    /* begins with + or -: no account of the files backend, an instruction to the compat one */
        LINE_ODD,       /* blanks in front and no newline at its end (but a NUL, or nothing): not modelled */
        LINE_ENTRY,
};

enum line_kind passwd_line_read(const struct line *line, struct passwd_line *ret);
enum line_kind group_line_read(const struct line *line, struct group_line *ret);
enum line_kind shadow_line_read(const struct line *line, struct shadow_line *ret);
/* gshadow(5). */
enum line_kind gshadow_line_read(const struct line *line, struct gshadow_line *ret);

/* Whether a line counts where memberships are gathered (initgroups(3)): there the library reads the file anew, and
 * passes over neither comments nor compat lines. */
bool group_line_counts(const struct line *line, struct group_line *ret);

/* The next member's name; false after the last. Start with *at = 0. */
bool group_line_member(const struct group_line *group, size_t *at, struct span *ret);

static inline bool span_equals(struct span a, const char *bytes, size_t length)
{
        return a.length == length && (length == 0 || memcmp(a.bytes, bytes, length) == 0);
}

/* The order of bytes: less than, equal to or greater than 0. */
static inline int span_compare(struct span a, struct span b)
{
        size_t shorter = a.length < b.length ? a.length : b.length;
        int r = shorter > 0 ? memcmp(a.bytes, b.bytes, shorter) : 0;

        return r != 0 ? r : (a.length > b.length) - (a.length < b.length);
}

/* What a password field says, without the hash: how crypt(5) would take it. */
enum password_state { PASSWORD_EMPTY, PASSWORD_LOCKED, PASSWORD_SET };

struct password_field {
        enum password_state state;
        const char *method; /* crypt(5)'s name; NULL: none to be seen */
        struct span cost;   /* as written: "rounds=5000", "j9T", "10"; empty: the default */
        bool matches_never; /* no password comes to what stands there, whatever its method */
        bool unknown_form;  /* a hash, by its `$` and its length, of a method that is not known */
};

/* `!` or `*` in front locks; a method behind a lock is told too. */
struct password_field password_field_read(struct span field);

#endif
