/* SPDX-License-Identifier: EUPL-1.2 */
/* Inside the fact `accounts`: the files' lines, read once a run. */
#ifndef FACTS_ACCOUNTS_INTERNAL_H
#define FACTS_ACCOUNTS_INTERNAL_H

#include "facts/accounts_files.h"
#include "facts/facts.h"

#define PASSWD "/etc/passwd"
#define SHADOW "/etc/shadow"
#define GROUP  "/etc/group"

struct accounts {
        const struct access_file *passwd, *shadow, *group;
        struct access_file unused_shadow; /* `shadow` where nothing asks the file */
        struct passwd_line *users;
        size_t user_count, users_allocated;
        struct shadow_line *passwords; /* sorted by name; of a name that stands twice, the first line counts */
        size_t password_count, passwords_allocated;
        unsigned odd_line, odd_password_line; /* the last line of passwd, of shadow, that is not modelled; 0: none */
        unsigned malformed;                   /* lines of passwd */
        /* The first line that begins with + or -; 0: none. */
        unsigned passwd_compat_line, group_compat_line, shadow_compat_line;
};

const struct accounts *accounts_of(struct facts *f);
/* The first line of a name, which is the one that a lookup by name finds; NULL. */
const struct passwd_line *accounts_user(const struct accounts *a, const char *name);

/* The first shadow line of a name, or NULL. */
const struct shadow_line *accounts_password(const struct accounts *a, struct span name);
/* The list that a query fills, or why there are no users to look at. */
struct bio_node *accounts_list_or_state(struct facts *f, const struct accounts *a);
/* Behind the users, what may be one. */
struct bio_node *accounts_with_odd_lines(struct facts *f, const struct accounts *a, struct bio_node *list);

/* accounts_passwords.c */

/* What an account's field says: {"state","method","cost",…}; no hash is in it. */
struct bio_node *accounts_password_node(struct facts *f, const struct accounts *a, const struct passwd_line *user);
/* How its password ages: {"last_change",…}. */
struct bio_node *accounts_ageing_node(struct facts *f, const struct accounts *a, const struct passwd_line *user);
/* The accounts whose field may hold a password, or did before it was locked: {"name","password","ageing"}. */
const struct bio_node *accounts_passwords(struct facts *f);

/* An account as in the tree: {"name","uid",…}. */
struct bio_node *accounts_user_node(struct facts *f, const struct accounts *a, const struct passwd_line *user);

/* accounts_people.c */

/* Persons and their homes: a list of {"name","uid","shell","path","home"}. */
const struct bio_node *accounts_persons(struct facts *f);
/* System accounts: as in the tree, with "session", and "keys" where there is one. */
const struct bio_node *accounts_system(struct facts *f);

/* accounts_unique.c */

/* Lines whose name or number stood before: a list of {"name","what","value","first"}. */
const struct bio_node *accounts_duplicate_users(struct facts *f);
const struct bio_node *accounts_duplicate_groups(struct facts *f);

/* accounts_metadata.c */

/* The files that accounts stand in, and the directories above: a list of {"path","contents","metadata"}. */
const struct bio_node *accounts_metadata(struct facts *f);
/* Such an entry of any file; `contents` says what kind of thing it holds. */
struct bio_node *accounts_file_node(struct facts *f, const char *path, const char *contents);
/* Whoever can write to a directory above a file can put another in its place: adds those that the list lacks. */
void accounts_add_directories(struct facts *f, const char *path, struct bio_node *list);
/* Their lines that begin with + or -: a list of {"file","entry","compat"}. */
const struct bio_node *accounts_legacy(struct facts *f);

/* accounts_privileged.c */

/* Who can become root: {"accounts","groups","rules","sudoers","su","digest"}. */
const struct bio_node *accounts_privileged(struct facts *f);

/* accounts_sources.c */

/* Where the accounts of some databases ("passwd", "passwd,group") come from: a list of {"name","kind","records"}, each
 * source once; without those that are never asked, behind `files [NOTFOUND=return]`. */
struct bio_node *accounts_sources(struct facts *f, const struct accounts *a, const char *databases);
/* Why the local file is not all there is to say about a database ("passwd", "group"), or NULL. */
const char *accounts_elsewhere(struct facts *f, const struct accounts *a, const char *database);

/* accounts_groups.c */

/* All groups of the local file: a list of {"name","gid","members"}. */
struct bio_node *accounts_groups(struct facts *f, const struct accounts *a);
/* The names of the groups that a user is in: a list. */
struct bio_node *accounts_groups_of(struct facts *f, const struct accounts *a, const struct passwd_line *user);

static inline struct bio_node *span_node(struct tree *t, struct span span)
{
        return tree_bytes(t, span.bytes, span.length);
}

#endif
