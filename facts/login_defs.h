/* SPDX-License-Identifier: EUPL-1.2 */
/* login.defs(5) as its two kinds of readers see it: the tools of shadow (4.13 to 4.17) and the modules of PAM (1.5 to
 * 1.7). They disagree: for shadow the last line of a key counts and keys are written in capitals, for PAM the first
 * line counts, in any case, and `=` and `#` have a meaning. */
#ifndef FACTS_LOGIN_DEFS_H
#define FACTS_LOGIN_DEFS_H

#include "facts/accounts_files.h"
#include "facts/facts.h"

/* The next setting as a reader takes it from the file; false after the last. Spans lie in the file. */
struct setting {
        struct span key, value;
        unsigned line;
        bool odd_end; /* the line ends with a carriage return or its like: shadow 4.13 takes it off, 4.17 does not */
};

/* Where the reading is. Start with settings_of(). */
struct settings {
        struct lines lines;
        struct line left; /* of shadow: what is left of a line longer than its buffer */
};

struct settings settings_of(const char *bytes, size_t length);
bool shadow_setting_next(struct settings *settings, struct setting *ret);
bool pam_setting_next(struct settings *settings, struct setting *ret);

/* A number as the tools of shadow read it (strtol(3) of base 0); false where it is none. */
bool shadow_number(struct span text, int64_t *ret);

/* A number that the tools of shadow go by, such as UID_MIN; `fallback` where that cannot be told. */
int64_t login_defs_number(struct facts *f, const char *key, int64_t fallback);

#endif
