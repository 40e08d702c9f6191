/* SPDX-License-Identifier: EUPL-1.2 */
/* The fact `accounts`: who exists on this host as its C library sees it, and in what state the passwords are. Passwords
 * come in as method, cost and state; no hash enters the tree.
 *
 * The queries answer from the files' lines, without the tree: a host may have a hundred thousand accounts, and a check
 * asks for a handful. */
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "facts/accounts_internal.h"
#include "facts/nsswitch.h"
#include "facts/readers.h"

static int compare_shadow(const void *a, const void *b)
{
        const struct shadow_line *x = a, *y = b;
        size_t shorter = x->name.length < y->name.length ? x->name.length : y->name.length;
        int r = memcmp(x->name.bytes, y->name.bytes, shorter);

        if (r == 0 && x->name.length != y->name.length)
                r = x->name.length < y->name.length ? -1 : 1;
        return r != 0 ? r : (x->number > y->number) - (x->number < y->number);
}

static void read_users(struct accounts *a)
{
        struct lines lines = lines_of(a->passwd->bytes, a->passwd->length);
        struct passwd_line user;
        struct line line;

        while (lines_next(&lines, &line)) {
                switch (passwd_line_read(&line, &user)) {
                case LINE_ENTRY:
                        a->users = must_grow(a->users, &a->users_allocated, a->user_count + 1, sizeof(*a->users));
                        a->users[a->user_count++] = user;
                        break;
                case LINE_COMPAT:
                        if (a->passwd_compat_line == 0)
                                a->passwd_compat_line = line.number;
                        break;
                case LINE_MALFORMED:
                        a->malformed++;
                        break;
                case LINE_ODD:
                        a->odd_line = line.number;
                        break;
                case LINE_BLANK:
                        break;
                }
        }
}

/* Groups are read when one is asked for; only whether there are compat lines is known of all. */
static void read_groups(struct accounts *a)
{
        struct lines lines = lines_of(a->group->bytes, a->group->length);
        struct group_line group;
        struct line line;

        while (a->group_compat_line == 0 && lines_next(&lines, &line))
                if (group_line_read(&line, &group) == LINE_COMPAT)
                        a->group_compat_line = line.number;
}

static void read_passwords(struct accounts *a)
{
        struct lines lines = lines_of(a->shadow->bytes, a->shadow->length);
        struct shadow_line password;
        struct line line;

        while (lines_next(&lines, &line)) {
                enum line_kind kind = shadow_line_read(&line, &password);

                if (kind == LINE_ODD)
                        a->odd_password_line = line.number;
                if (kind == LINE_COMPAT && a->shadow_compat_line == 0)
                        a->shadow_compat_line = line.number;
                if (kind != LINE_ENTRY)
                        continue;
                a->passwords =
                        must_grow(a->passwords, &a->passwords_allocated, a->password_count + 1, sizeof(*a->passwords));
                a->passwords[a->password_count++] = password;
        }
        if (a->password_count > 1)
                qsort(a->passwords, a->password_count, sizeof(*a->passwords), compare_shadow);
}

/* Passwords that the C library looks up elsewhere alone (nsswitch.conf(5)): what stands in the file counts for none. */
static const struct access_file *shadow_file(struct facts *f, struct accounts *a)
{
        const struct bio_node *sources = nsswitch_sources(f, "shadow");
        size_t i;

        for (i = 0; i < tree_count(sources); i++) {
                const char *name = tree_bytes_of(tree_get(tree_at(sources, i), "name"), NULL);

                if (streq(name, "files") || streq(name, "compat"))
                        break;
        }
        if (tree_state(sources) != BIO_KNOWN || i < tree_count(sources))
                return access_read(facts_access(f), SHADOW, ACCESS_FILE_MOST);
        a->unused_shadow = (struct access_file){
                .state = BIO_UNREADABLE, .why = "nsswitch.conf does not name the local file", .path = SHADOW};
        return &a->unused_shadow;
}

static void *accounts_make(struct facts *f)
{
        struct access *access = facts_access(f);
        struct accounts *a = must_alloc(sizeof(*a));

        a->passwd = access_read(access, PASSWD, ACCESS_FILE_MOST);
        a->shadow = shadow_file(f, a);
        a->group = access_read(access, GROUP, ACCESS_FILE_MOST);
        if (a->passwd->state == BIO_KNOWN)
                read_users(a);
        if (a->shadow->state == BIO_KNOWN)
                read_passwords(a);
        if (a->group->state == BIO_KNOWN)
                read_groups(a);
        return a;
}

static void accounts_release(void *kept)
{
        struct accounts *a = kept;

        free(a->users);
        free(a->passwords);
        free(a);
}

const struct accounts *accounts_of(struct facts *f)
{
        return facts_keep(f, accounts_make, accounts_release);
}

const struct passwd_line *accounts_user(const struct accounts *a, const char *name)
{
        size_t i;

        for (i = 0; i < a->user_count; i++)
                if (span_equals(a->users[i].name, name, strlen(name)))
                        return &a->users[i];
        return NULL;
}

const struct shadow_line *accounts_password(const struct accounts *a, struct span name)
{
        size_t low = 0, high = a->password_count;
        const struct shadow_line wanted = {.name = name};

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (compare_shadow(&a->passwords[middle], &wanted) < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        if (low < a->password_count && span_equals(a->passwords[low].name, name.bytes, name.length))
                return &a->passwords[low];
        return NULL;
}

struct bio_node *accounts_user_node(struct facts *f, const struct accounts *a, const struct passwd_line *user)
{
        struct tree *t = facts_tree(f);
        struct bio_node *node = tree_from(tree_map(t), PASSWD, user->number, 0);

        tree_set(node, "name", tree_class(span_node(t, user->name), BIO_PERSONAL));
        tree_set(node, "uid", tree_integer(t, user->uid));
        tree_set(node, "gid", tree_integer(t, user->gid));
        tree_set(node, "home", tree_class(span_node(t, user->home), BIO_PERSONAL));
        tree_set(node, "shell", span_node(t, user->shell));
        tree_set(node, "password", accounts_password_node(f, a, user));
        tree_set(node, "ageing", accounts_ageing_node(f, a, user));
        return node;
}

struct bio_node *accounts_list_or_state(struct facts *f, const struct accounts *a)
{
        struct bio_node *node = a->passwd->state == BIO_KNOWN ? tree_from(tree_list(facts_tree(f)), PASSWD, 0, 0)
                                                              : fact_file_state(f, a->passwd);

        if (a->malformed > 0)
                tree_note(node, "%u malformed lines, which the C library passes over", a->malformed);
        return node;
}

struct bio_node *accounts_with_odd_lines(struct facts *f, const struct accounts *a, struct bio_node *list)
{
        if (tree_state(list) == BIO_KNOWN && a->odd_line > 0)
                tree_append(list,
                            tree_from(tree_undecidable(facts_tree(f), "a line with blanks in front and no newline"),
                                      PASSWD, a->odd_line, 0));
        return list;
}

/* --- the tree
 * --------------------------------------------------------------------------------------------------------- */

static const struct bio_node *read_accounts(struct facts *f)
{
        const struct accounts *a = accounts_of(f);
        struct tree *t = facts_tree(f);
        struct bio_node *root = tree_map(t), *users = accounts_list_or_state(f, a), *nsswitch = tree_map(t);
        size_t i;

        for (i = 0; i < a->user_count; i++)
                tree_append(users, accounts_user_node(f, a, &a->users[i]));
        tree_set(root, "users", accounts_with_odd_lines(f, a, users));
        tree_set(root, "groups", accounts_groups(f, a));
        tree_set(nsswitch, "passwd", nsswitch_sources(f, "passwd"));
        tree_set(nsswitch, "group", nsswitch_sources(f, "group"));
        tree_set(root, "nsswitch", nsswitch);
        tree_set(root, "sources", accounts_sources(f, a, "passwd"));
        return root;
}

/* --- queries
 * ---------------------------------------------------------------------------------------------------------- */

/* Of accounts with uid 0: that the others are there is all that is said of them. */
#define UID0_MOST 256

/* `accounts.uid0`: every account with uid 0, in order of the file; a list of users as in the tree. */
static const struct bio_node *answer_uid0(struct facts *f, const struct bio_node *fact,
                                          const struct fact_argument *arguments)
{
        const struct accounts *a = accounts_of(f);
        struct bio_node *list = accounts_list_or_state(f, a);
        size_t i;

        (void)fact;
        (void)arguments;
        for (i = 0; i < a->user_count; i++) {
                if (a->users[i].uid != 0)
                        continue;
                if (tree_count(list) == UID0_MOST) {
                        tree_append(list, tree_from(tree_undecidable(facts_tree(f), "more than %d accounts with uid 0",
                                                                     UID0_MOST),
                                                    PASSWD, a->users[i].number, 0));
                        break;
                }
                tree_append(list, accounts_user_node(f, a, &a->users[i]));
        }
        return accounts_with_odd_lines(f, a, list);
}

/* `accounts.sources {databases}`: where accounts come from, as in the tree; of passwd where it is not said. */
static const struct bio_node *answer_sources(struct facts *f, const struct bio_node *fact,
                                             const struct fact_argument *arguments)
{
        const char *databases = fact_argument(arguments, "databases");

        (void)fact;
        return accounts_sources(f, accounts_of(f), databases ? databases : "passwd");
}

/* `accounts.duplicates {of}`: lines whose name or number stood before, of "users" or "groups". */
static const struct bio_node *answer_duplicates(struct facts *f, const struct bio_node *fact,
                                                const struct fact_argument *arguments)
{
        const char *of = fact_argument(arguments, "of");

        (void)fact;
        if (of && streq(of, "users"))
                return accounts_duplicate_users(f);
        if (of && streq(of, "groups"))
                return accounts_duplicate_groups(f);
        return tree_undecidable(facts_tree(f), "accounts.duplicates is of users or of groups");
}

/* Answers that take no argument. */
#define ANSWER(name) \
        static const struct bio_node *answer_##name(struct facts *f, const struct bio_node *fact, \
                                                    const struct fact_argument *arguments) \
        { \
                (void)fact; \
                (void)arguments; \
                return accounts_##name(f); \
        }

ANSWER(persons)
ANSWER(system)
ANSWER(metadata)
ANSWER(legacy)
ANSWER(privileged)

/* `accounts.user {name}`: the account that a lookup of this name finds in the local files. */
static const struct bio_node *answer_user(struct facts *f, const struct bio_node *fact,
                                          const struct fact_argument *arguments)
{
        const struct accounts *a = accounts_of(f);
        const char *name = fact_argument(arguments, "name");
        const struct passwd_line *user = name ? accounts_user(a, name) : NULL;
        const char *why;

        (void)fact;
        if (!name)
                return tree_undecidable(facts_tree(f), "accounts.user needs a name");
        if (a->passwd->state != BIO_KNOWN)
                return fact_file_state(f, a->passwd);
        if (user)
                return accounts_user_node(f, a, user);
        why = accounts_elsewhere(f, a, "passwd");
        if (why)
                return tree_undecidable(facts_tree(f), "not in %s, and %s", PASSWD, why);
        return tree_from(tree_absent(facts_tree(f), "no such account"), PASSWD, 0, 0);
}

/* `accounts.groups {user}`: list of names. Undecidable where more than the local file
 * decides (initgroups(3) has a database of its own, where nsswitch.conf names it). */
static const struct bio_node *answer_groups(struct facts *f, const struct bio_node *fact,
                                            const struct fact_argument *arguments)
{
        const struct accounts *a = accounts_of(f);
        const char *name = fact_argument(arguments, "user");
        const struct passwd_line *user = name ? accounts_user(a, name) : NULL;
        struct tree *t = facts_tree(f);
        const char *why;

        (void)fact;
        if (!name)
                return tree_undecidable(t, "accounts.groups needs a user");
        if (a->passwd->state != BIO_KNOWN)
                return fact_file_state(f, a->passwd);
        if (a->group->state == BIO_UNREADABLE)
                return fact_file_state(f, a->group);
        if (!user)
                return tree_undecidable(t, "no such account in %s", PASSWD);
        why = accounts_elsewhere(f, a, "group");
        if (!why)
                why = accounts_elsewhere(f, a, "initgroups");
        return why ? tree_undecidable(t, "%s", why) : accounts_groups_of(f, a, user);
}

/* `accounts.passwords`: the accounts whose field may hold a password, in order of the file. */
static const struct bio_node *answer_passwords(struct facts *f, const struct bio_node *fact,
                                               const struct fact_argument *arguments)
{
        (void)fact;
        (void)arguments;
        return accounts_passwords(f);
}

static const struct fact_query queries[] = {
        {"accounts.uid0", (const char *const[]){NULL}, answer_uid0, true},
        {"accounts.passwords", (const char *const[]){NULL}, answer_passwords, true},
        {"accounts.sources", (const char *const[]){"databases", NULL}, answer_sources, true},
        {"accounts.duplicates", (const char *const[]){"of", NULL}, answer_duplicates, true},
        {"accounts.persons", (const char *const[]){NULL}, answer_persons, true},
        {"accounts.system", (const char *const[]){NULL}, answer_system, true},
        {"accounts.files", (const char *const[]){NULL}, answer_metadata, true},
        {"accounts.legacy", (const char *const[]){NULL}, answer_legacy, true},
        {"accounts.privileged", (const char *const[]){NULL}, answer_privileged, true},
        {"accounts.user", (const char *const[]){"name", NULL}, answer_user, true},
        {"accounts.groups", (const char *const[]){"user", NULL}, answer_groups, true},
        {NULL, NULL, NULL, false},
};

const struct fact_reader accounts_fact = {
        .name = "accounts",
        .title = "Accounts and groups, their sources, and the state of their passwords",
        .read = read_accounts,
        .queries = queries,
};
