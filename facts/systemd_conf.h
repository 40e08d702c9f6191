/* SPDX-License-Identifier: EUPL-1.2 */
/* Configuration of systemd's own daemons: a main file and drop-ins (journald.conf(5), CONFIGURATION DIRECTORIES AND
 * PRECEDENCE), as the daemons of versions 252 to 257 read them.
 *
 * Version 252 takes the main file from /etc alone, 257 the first there is of /etc, /run, /usr/local/lib and /usr/lib.
 * Drop-ins of all these directories come after it, in order of their names; of two with one name that of the earlier
 * directory counts. The last assignment wins. A line that is not understood is skipped; where a file cannot be taken
 * apart at all (a section header without its end, bytes that are not UTF-8) the daemon reads neither the rest of it nor
 * any file after it, and goes on with what it has. */
#ifndef FACTS_SYSTEMD_CONF_H
#define FACTS_SYSTEMD_CONF_H

#include "facts/systemd_internal.h"

struct conf_setting {
        const char *key, *value, *path;
        unsigned line;
};

struct conf {
        /* KNOWN, or why nothing of it is known: UNREADABLE, UNDECIDABLE. */
        enum bio_state state;
        const char *why, *why_path;
        struct strings files;          /* that there are, in order of reading */
        struct strings directories;    /* of drop-ins, that there are */
        struct conf_setting *settings; /* of the section, in order of reading */
        size_t count, allocated;
        const char *ended; /* why the daemon reads no further, or NULL */
        const char *ended_path;
        unsigned ended_line;
};

/* Reads NAME.conf ("journald") and its drop-ins; strings live as long as the systemd fact. */
void conf_read(struct systemd *s, const char *name, const char *section, struct conf *ret);
#define _cleanup_conf_ _cleanup_(conf_free)
void conf_free(struct conf *c);

/* --- values (systemd_values.c); each is 0 or -EINVAL, -ERANGE */

/* yes, true, t, y, on, 1 and their contraries, in any case. */
int conf_boolean(const char *s, bool *ret);
/* A span of time in microseconds, UINT64_MAX for "infinity" (systemd.time(7), PARSING TIME SPANS); a number without a
 * unit is seconds. */
int conf_span(const char *s, uint64_t *ret);
/* Bytes, with suffixes to the base 1024 (journald.conf(5), SystemMaxUse=). */
int conf_size(const char *s, uint64_t *ret);
/* An unsigned number of at most `most`, in the forms that strtoull(3) takes, and the prefixes 0b and 0o. */
int conf_number(const char *s, uint64_t most, uint64_t *ret);
/* A level of syslog(3) by name or number. */
int conf_level(const char *s, int *ret);

#endif
