/* SPDX-License-Identifier: EUPL-1.2 */
/* Accounts by what they are for: persons and their homes, system accounts and the ways into them. */
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "facts/accounts_internal.h"
#include "facts/metadata.h"

#define NOBODY       65534 /* of the kernel, where a number does not fit (user_namespaces(7)) */
#define NOBODY_OLD   65535 /* the same in 16 bits */
#define SYSTEM_MOST  10000 /* accounts that one answer tells of */
#define PERSONS_MOST 10000

/* Programs in a shell's place that give no session. */
static const char *const no_session[] = {"nologin", "false", "true", "sync", "halt", "shutdown", "poweroff", "reboot"};
static const char *const directories[] = {"/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/"};

/* passwd(5): an empty field means /bin/sh. Anything else that stands there is taken for a shell. */
static bool gives_session(struct span shell)
{
        size_t i, j;

        for (i = 0; i < ELEMENTS(directories); i++) {
                size_t length = strlen(directories[i]);

                if (shell.length <= length || memcmp(shell.bytes, directories[i], length) != 0)
                        continue;
                for (j = 0; j < ELEMENTS(no_session); j++)
                        if (span_is(shell.bytes + length, shell.length - length, no_session[j]))
                                return false;
        }
        return true;
}

/* Where the numbers of persons begin. NULL, or why that is not known. */
static struct bio_node *first_person(struct facts *f, int64_t *ret)
{
        const struct bio_node *shadow = tree_get(facts_get(f, "login-defs"), "shadow");
        const struct bio_node *node = tree_state(shadow) == BIO_KNOWN ? tree_get(shadow, "UID_MIN") : shadow;

        *ret = tree_integer_of(node);
        if (tree_state(node) == BIO_KNOWN)
                return NULL;
        return tree_from(tree_undecidable(facts_tree(f), "UID_MIN: %s", tree_why(node)), tree_source(node),
                         tree_line(node), 0);
}

static bool is_person(const struct passwd_line *user, int64_t first)
{
        return user->uid >= first && user->uid != 0 && user->uid != NOBODY && user->uid != NOBODY_OLD &&
               gives_session(user->shell);
}

static bool is_system(const struct passwd_line *user, int64_t first)
{
        return (user->uid > 0 && user->uid < first) || user->uid == NOBODY;
}

/* --- keys --------------------------------------------------------------------------------------------------------- */

/* A pattern of AuthorizedKeysFile for an account, as a path (sshd_config(5): %%, %h, %u, %U; relative to the home);
 * NULL where a token is not known, which sshd refuses. malloc'd. */
static char *key_path(const char *pattern, const struct passwd_line *user)
{
        _cleanup_text_ struct text path = {0};

        for (; *pattern; pattern++) {
                if (*pattern != '%') {
                        text_add_char(&path, *pattern);
                        continue;
                }
                switch (*++pattern) {
                case '%':
                        text_add_char(&path, '%');
                        break;
                case 'h':
                        text_append(&path, user->home.bytes, user->home.length);
                        break;
                case 'u':
                        text_append(&path, user->name.bytes, user->name.length);
                        break;
                case 'U':
                        text_printf(&path, "%u", user->uid);
                        break;
                default:
                        return NULL;
                }
        }
        if (path.length > 0 && *text_string(&path) == '/')
                return must_strdup(text_string(&path));
        return must_printf("%.*s/%s", (int)user->home.length, user->home.bytes, text_string(&path));
}

#define KEYS_MOST ((size_t)1024 * 1024) /* bytes of a file of keys */

/* How many lines may be keys. */
static struct bio_node *count_keys(struct facts *f, const char *path)
{
        const struct access_file *file = access_read(facts_access(f), path, KEYS_MOST);
        struct lines lines;
        struct line line;
        unsigned first = 0;
        int64_t count = 0;

        if (file->state != BIO_KNOWN)
                return fact_file_state(f, file);
        lines = lines_of(file->bytes, file->length);
        while (lines_next(&lines, &line)) {
                span_trim(&line.bytes, &line.length);
                if (line.length == 0 || *line.bytes == '#' || *line.bytes == '\r')
                        continue;
                first = first ? first : line.number;
                count++;
        }
        return tree_from(tree_integer(facts_tree(f), count), file->path, first, 0);
}

static bool is_none(const struct bio_node *node)
{
        return streq(tree_bytes_of(node, NULL), "none");
}

static void add_key_files(struct facts *f, const struct passwd_line *user, const struct bio_node *scope,
                          struct bio_node *list)
{
        const struct bio_node *patterns = tree_get(scope, "AuthorizedKeysFile");
        struct tree *t = facts_tree(f);
        size_t i;

        if (tree_state(patterns) != BIO_KNOWN)
                tree_append(list, tree_undecidable(t, "AuthorizedKeysFile: %s", tree_why(patterns)));
        for (i = 0; i < tree_count(patterns); i++) {
                const struct bio_node *pattern = tree_at(patterns, i);
                _cleanup_free_ char *path = NULL;

                if (is_none(pattern))
                        continue;
                path = key_path(tree_bytes_of(pattern, NULL), user);
                if (path)
                        tree_append(list, count_keys(f, path));
        }
}

/* Of one configuration that can be in force for the account: what it reads keys from. */
static void add_keys_of(struct facts *f, const struct passwd_line *user, const struct bio_node *scope,
                        struct bio_node *list)
{
        static const char *const others[] = {"AuthorizedKeysCommand", "TrustedUserCAKeys"};
        const struct bio_node *on = tree_get(scope, "PubkeyAuthentication"), *admits = tree_get(scope, "admits");
        size_t i;

        if (tree_state(on) == BIO_KNOWN && streq(tree_bytes_of(on, NULL), "no"))
                return;
        /* Whom sshd does not let in (AllowUsers and its like) no key helps. */
        if (tree_state(admits) == BIO_KNOWN && !tree_bool_of(admits))
                return;
        add_key_files(f, user, scope, list);
        for (i = 0; i < ELEMENTS(others); i++) {
                const struct bio_node *node = tree_get(scope, others[i]);

                if (tree_state(node) == BIO_KNOWN && is_none(node))
                        continue;
                tree_append(list,
                            tree_from(tree_undecidable(facts_tree(f), "%s is not read by this version", others[i]),
                                      tree_source(node), tree_line(node), 0));
        }
}

/* Where keys can open the account by: a list of how many there are in each file, undecidable for what is not read. */
static struct bio_node *keys_node(struct facts *f, const struct passwd_line *user)
{
        _cleanup_free_ char *name = must_strndup(user->name.bytes, user->name.length);
        const struct fact_argument arguments[] = {
                {"user", name},
                {"keywords", "PubkeyAuthentication,AuthorizedKeysFile,AuthorizedKeysCommand,TrustedUserCAKeys"},
                {"admission", "yes"},
                {NULL, NULL}};
        const struct bio_node *scopes = facts_query(f, "sshd.effective", arguments);
        struct tree *t = facts_tree(f);
        struct bio_node *list;
        size_t i;

        if (tree_state(scopes) == BIO_ABSENT)
                return tree_absent(t, "%s", tree_why(scopes));
        if (tree_state(scopes) != BIO_KNOWN)
                return tree_from(tree_undecidable(t, "sshd: %s", tree_why(scopes)), tree_source(scopes),
                                 tree_line(scopes), 0);
        list = tree_list(t);
        for (i = 0; i < tree_count(scopes); i++)
                add_keys_of(f, user, tree_at(scopes, i), list);
        return list;
}

/* --- queries ------------------------------------------------------------------------------------------------------ */

static struct bio_node *too_many(struct facts *f, int most, unsigned line)
{
        return tree_from(tree_undecidable(facts_tree(f), "more than %d such accounts", most), PASSWD, line, 0);
}

const struct bio_node *accounts_system(struct facts *f)
{
        const struct accounts *a = accounts_of(f);
        struct bio_node *list = accounts_list_or_state(f, a), *unknown;
        int64_t first;
        size_t i;

        unknown = first_person(f, &first);
        if (unknown || tree_state(list) != BIO_KNOWN)
                return unknown ? unknown : list;
        for (i = 0; i < a->user_count; i++) {
                const struct passwd_line *user = &a->users[i];
                struct bio_node *node;
                bool session;

                if (!is_system(user, first))
                        continue;
                if (tree_count(list) == SYSTEM_MOST) {
                        tree_append(list, too_many(f, SYSTEM_MOST, user->number));
                        break;
                }
                session = gives_session(user->shell);
                node = tree_append(list, accounts_user_node(f, a, user));
                tree_set(node, "session", tree_bool(facts_tree(f), session));
                if (session)
                        tree_set(node, "keys", keys_node(f, user));
        }
        return accounts_with_odd_lines(f, a, list);
}

/* The home of a person: as metadata_node(), absent where there is no directory. */
static struct bio_node *home_node(struct facts *f, const struct passwd_line *user)
{
        _cleanup_free_ char *path = must_strndup(user->home.bytes, user->home.length);
        struct tree *t = facts_tree(f);
        struct bio_node *node;

        if (*path != '/')
                return tree_absent(t, *path ? "the home is no absolute path" : "no home is named");
        node = metadata_node(f, path);
        if (tree_state(node) == BIO_KNOWN && !streq(tree_bytes_of(tree_get(node, "type"), NULL), "directory"))
                node = tree_absent(t, "the home is no directory");
        /* Where it lies tells whose it is; what may be done there does not. */
        if (tree_state(node) != BIO_KNOWN)
                tree_class(node, BIO_PERSONAL);
        return tree_from(node, "home directory", 0, 0);
}

const struct bio_node *accounts_persons(struct facts *f)
{
        const struct accounts *a = accounts_of(f);
        struct bio_node *list = accounts_list_or_state(f, a), *unknown;
        struct tree *t = facts_tree(f);
        int64_t first;
        size_t i;

        unknown = first_person(f, &first);
        if (unknown || tree_state(list) != BIO_KNOWN)
                return unknown ? unknown : list;
        for (i = 0; i < a->user_count; i++) {
                const struct passwd_line *user = &a->users[i];
                struct bio_node *node;

                if (!is_person(user, first))
                        continue;
                if (tree_count(list) == PERSONS_MOST) {
                        tree_append(list, too_many(f, PERSONS_MOST, user->number));
                        break;
                }
                node = tree_from(tree_append(list, tree_map(t)), PASSWD, user->number, 0);
                tree_set(node, "name", tree_class(span_node(t, user->name), BIO_PERSONAL));
                tree_set(node, "uid", tree_integer(t, user->uid));
                tree_set(node, "shell", span_node(t, user->shell));
                tree_set(node, "path", tree_class(span_node(t, user->home), BIO_PERSONAL));
                tree_set(node, "home", home_node(f, user));
        }
        return accounts_with_odd_lines(f, a, list);
}
