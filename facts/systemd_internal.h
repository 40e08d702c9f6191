/* SPDX-License-Identifier: EUPL-1.2 */
/* systemd's units as files: what is shared by the parts of the fact `systemd`.
 *
 * The model is the manager of versions 252 to 257 on files alone: where unit files lie and which of several counts
 * (systemd.unit(5), UNIT FILE LOAD PATH), what `systemctl is-enabled` answers, and what the manager would execute
 * (systemd.service(5), COMMAND LINES; systemd.exec(5), ENVIRONMENT VARIABLES). */
#ifndef FACTS_SYSTEMD_INTERNAL_H
#define FACTS_SYSTEMD_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "facts/arena.h"
#include "facts/facts.h"

/* --- names (systemd_name.c) */

enum unit_kind { UNIT_INVALID, UNIT_PLAIN, UNIT_TEMPLATE, UNIT_INSTANCE };

/* What kind of name this is: "cron.service", "getty@.service", "getty@tty1.service". */
enum unit_kind unit_kind(const char *name);
/* The type behind the last dot; of a valid name. */
const char *unit_type(const char *name);
/* Types whose files may be links to another name, and whose names may have an instance. */
bool unit_type_may_alias(const char *type);
bool unit_type_may_template(const char *type);
/* Length of what stands before `@`, or before the type. */
size_t unit_prefix_length(const char *name);
/* What stands between `@` and the type; "" where there is none. */
const char *unit_instance(struct arena *arena, const char *name);
/* "a@b.service" → "a@.service"; other names stay. */
const char *unit_template(struct arena *arena, const char *name);
/* "a@.service" and "b" → "a@b.service". NULL where that is no name. */
const char *unit_with_instance(struct arena *arena, const char *name, const char *instance);

/* --- lists of strings that live in an arena */

struct strings {
        const char **items;
        size_t count, allocated;
};

#define _cleanup_strings_ _cleanup_(strings_free)
void strings_free(struct strings *s);
void strings_add(struct strings *s, const char *item);
bool strings_have(const struct strings *s, const char *item);
const char *arena_printf(struct arena *arena, const char *fmt, ...) _printf_(2, 3);

/* --- directories (systemd_files.c) */

enum { UNITS_CONFIG = 1, UNITS_RUNTIME = 2, UNITS_GENERATED = 4, UNITS_TRANSIENT = 8 };
#define UNIT_DIRECTORIES_MOST 16
#define UNIT_FILE_MOST        ((size_t)1024 * 1024)
/* What is kept of all units of a run; beyond it nothing more is known. */
#define UNITS_KEPT_MOST ((size_t)4 * 1024 * 1024)

/* A link in a unit directory: the name it has, and the name that its text ends in. */
struct unit_pointer {
        const char *name, *leads, *path;
};

struct unit_directory {
        const char *path;
        unsigned traits;
        const struct access_directory *listed;
        /* What enables units; known once `indexed`. */
        struct unit_pointer *pointers;
        size_t pointer_count, pointers_allocated;
        struct strings wants; /* paths of NAME.wants and its like */
        bool indexed;
};

/* An alias: a link with a unit's name in a unit directory, to another name. */
struct unit_link {
        const char *name;
        const char *target_name;
};

struct systemd {
        struct facts *facts;
        struct access *access;
        struct arena arena;
        struct unit_directory directories[UNIT_DIRECTORIES_MOST]; /* the first that has a name wins */
        size_t directory_count;
        const struct access_directory
                *unreadable;     /* the first directory that could not be listed: any unit may be in it */
        unsigned version;        /* of systemd as installed; 0: not known */
        struct unit_link *links; /* those that count */
        size_t link_count, links_allocated;
        bool links_listed;
        struct strings asked; /* units that were asked for, and the answers */
        struct bio_node **answers;
        size_t answers_allocated;
};

struct systemd *systemd_of(struct facts *f);
/* Why no more is kept, or NULL. */
const char *systemd_spent(const struct systemd *s);
/* True where system.conf or a drop-in of it may give a variable to every service. */
bool systemd_default_variable(struct systemd *s, const char *name);

/* What stands at a name in a unit directory. */
enum unit_entry { UNIT_ENTRY_NONE, UNIT_ENTRY_FILE, UNIT_ENTRY_LINK, UNIT_ENTRY_OTHER };
enum unit_entry unit_entry(struct systemd *s, size_t directory, const char *name);
const char *unit_path(struct systemd *s, size_t directory, const char *name);
/* The directory that a path lies in (deeper too), or directory_count. */
size_t unit_directory_of(const struct systemd *s, const char *path);
/* True where a path is a mask: /dev/null, a device, or an empty file. */
bool unit_is_null(struct systemd *s, const char *path);

enum unit_link_sort { UNIT_LINK_ALIAS, UNIT_LINK_LINKED, UNIT_LINK_BAD, UNIT_LINK_UNREADABLE };
/* Where a link leads: *target is a path whose last component is not followed. */
enum unit_link_sort unit_link_target(struct systemd *s, const char *path, const char **target, const char **why);

/* The file that a name's unit is read from, as the manager finds it. */
struct unit_fragment {
        enum bio_state state; /* ABSENT: no such unit */
        const char *why;
        const char *path; /* as found in the unit directory; a link outside of them is followed when it is read */
        const char *name; /* the unit's own name, after aliases */
        bool masked;
};
void unit_fragment(struct systemd *s, const char *name, struct unit_fragment *ret);
/* Drop-ins of a unit in order of reading; `name` is its own. NULL, or why they are not known. */
const char *unit_drop_ins(struct systemd *s, const char *name, struct strings *ret);
/* All files NAME.conf of directories, sorted by their names; of two with one name that of the earlier directory. */
const char *unit_conf_files(struct systemd *s, const struct strings *directories, struct strings *ret);

/* --- syntax (systemd_syntax.c) */

/* Valid during the call. */
struct unit_assignment {
        const char *section, *key, *value;
        unsigned line; /* the last one where it is continued over lines */
};

/* Calls `each` for every assignment; it returns NULL, or why the manager reads no further in this file. NULL, or the
 * reason, with its line. */
const char *unit_file_parse(const char *bytes, size_t length,
                            const char *(*each)(void *user, const struct unit_assignment *a), void *user,
                            unsigned *line);

/* The assignments of a unit, of its file and then of its drop-ins; *path is the one that is being read. Of a drop-in
 * that does not parse the manager takes what stands before; a unit file it refuses. NULL, or why not all is known. */
const char *unit_read(struct systemd *s, const struct unit_fragment *fragment, const struct strings *drop_ins,
                      const char *(*each)(void *user, const struct unit_assignment *a), void *user, const char **path);

/* The next word, with quotes and C escapes taken out. 1, 0 at the end, -EINVAL (a quote is open). */
int unit_word(struct arena *arena, const char **rest, const char **ret);
/* The same as for the value of an environment variable: a backslash keeps the next character. Never fails. */
int unit_word_relaxed(struct arena *arena, const char **rest, const char **ret);

/* Replaces specifiers (systemd.unit(5), SPECIFIERS). NULL where one is not valid (*why is NULL), depends on what is not
 * modelled, or the result is beyond bounds (*why). */
const char *unit_specifiers(struct systemd *s, const char *name, const char *value, const char **why);

/* --- environment (systemd_environment.c) */

struct environment {
        struct strings names, values;
};
#define _cleanup_environment_ _cleanup_(environment_free)
void environment_free(struct environment *e);
void environment_set(struct environment *e, const char *name, const char *value);
void environment_unset(struct environment *e, const char *name);
const char *environment_get(const struct environment *e, const char *name); /* NULL: not set */
/* "NAME=value" with a valid name. */
bool environment_assignment(struct arena *arena, const char *word, const char **name, const char **value);
/* Reads the content of an EnvironmentFile=. NULL, or why it is not read or not modelled. `version` of systemd. */
const char *environment_file(struct arena *arena, const char *bytes, size_t length, unsigned version,
                             struct environment *into);

/* --- what is executed (systemd_exec.c) */

/* The commands of a setting, ExecStart or ExecStartPost; `environment_files` gets the paths of the files that were read
 * for it. */
struct bio_node *unit_exec(struct systemd *s, const char *setting, const struct unit_fragment *fragment,
                           const struct strings *drop_ins, struct strings *environment_files);
/* What a service runs, as systemd.unit has it (ExecStart=); nothing else of it is looked at. For those who go through
 * many units. Absent where there is no such unit file or it is masked. */
struct bio_node *unit_commands(struct systemd *s, const char *unit);

/* --- enablement (systemd_install.c) */

/* What `systemctl is-enabled` answers, as a text whose source is the file or link that decides. Absent: there is no
 * such unit file; undecidable: systemctl gives an error. */
struct bio_node *unit_file_state(struct systemd *s, const char *name);

#endif
