/* SPDX-License-Identifier: EUPL-1.2 */
/* By which methods somebody gets in: what AuthenticationMethods asks for, of the methods that are switched on
 * (sshd_config(5); auth2.c and auth2-chall.c of OpenSSH 9.2p1 and 10.0p1). */
#include <string.h>

#include "base/text.h"
#include "facts/sshd_internal.h"
#include "facts/sshd_nodes.h"

/* A method, and what switches it on: all of it must be `yes`. */
static const struct {
        const char *name;
        enum sshd_keyword_id on[2]; /* the second may be the first again */
        bool by_itself;             /* what `any` stands for */
} methods[] = {
        {"publickey", {SSHD_PUBKEY_AUTHENTICATION, SSHD_PUBKEY_AUTHENTICATION}, true},
        {"password", {SSHD_PASSWORD_AUTHENTICATION, SSHD_PASSWORD_AUTHENTICATION}, true},
        /* PAM asks the questions; without it there is none to answer. */
        {"keyboard-interactive", {SSHD_KBD_INTERACTIVE_AUTHENTICATION, SSHD_USE_PAM}, true},
        {"hostbased", {SSHD_HOSTBASED_AUTHENTICATION, SSHD_HOSTBASED_AUTHENTICATION}, true},
        {"gssapi-with-mic", {SSHD_GSSAPI_AUTHENTICATION, SSHD_GSSAPI_AUTHENTICATION}, true},
        {"gssapi-keyex", {SSHD_GSSAPI_AUTHENTICATION, SSHD_GSSAPI_AUTHENTICATION}, true},
        /* Asking for nothing is trying the empty password. */
        {"none", {SSHD_PASSWORD_AUTHENTICATION, SSHD_PERMIT_EMPTY_PASSWORDS}, false},
};

static const enum sshd_keyword_id others[] = {SSHD_AUTHENTICATION_METHODS, SSHD_REFUSE_CONNECTION,
                                              SSHD_PAM_SERVICE_NAME};

void sshd_ways_keywords(bool *keywords)
{
        size_t i;

        for (i = 0; i < ELEMENTS(methods); i++)
                keywords[methods[i].on[0]] = keywords[methods[i].on[1]] = true;
        for (i = 0; i < ELEMENTS(others); i++)
                keywords[others[i]] = true;
}

static bool says_yes(const struct bio_node *scope, enum sshd_keyword_id id)
{
        return streq(tree_bytes_of(tree_get(scope, sshd_keyword_name(id)), NULL), "yes");
}

/* The method that `name` (of `length` bytes) is, where it is switched on; else ELEMENTS(methods). */
static size_t find_enabled(const struct bio_node *scope, const char *name, size_t length)
{
        size_t i;

        for (i = 0; i < ELEMENTS(methods); i++)
                if (strlen(methods[i].name) == length && memcmp(methods[i].name, name, length) == 0)
                        break;
        if (i < ELEMENTS(methods) && says_yes(scope, methods[i].on[0]) && says_yes(scope, methods[i].on[1]))
                return i;
        return ELEMENTS(methods);
}

static void add_method(struct tree *t, struct bio_node *way, const struct bio_node *scope, size_t method)
{
        const struct bio_node *keyword = tree_get(scope, sshd_keyword_name(methods[method].on[0]));

        (void)tree_append(way,
                          tree_from(tree_text(t, methods[method].name), tree_source(keyword), tree_line(keyword), 0));
}

/* "publickey,keyboard-interactive:pam": a way in where each method is switched on. A device behind a colon is one of
 * keyboard-interactive, or narrows a method down; either way the method is asked for. */
static void add_listed(struct tree *t, struct bio_node *ways, const struct bio_node *scope,
                       const struct bio_node *listed)
{
        struct bio_node *way = tree_from(tree_list(t), tree_source(listed), tree_line(listed), 0);
        const char *at = tree_bytes_of(listed, NULL);

        for (;;) {
                size_t length = strcspn(at, ","), method = find_enabled(scope, at, strcspn(at, ",:"));

                if (method == ELEMENTS(methods))
                        return;
                add_method(t, way, scope, method);
                if (!at[length])
                        break;
                at += length + 1;
        }
        (void)tree_append(ways, way);
}

static void add_any(struct tree *t, struct bio_node *ways, const struct bio_node *scope)
{
        size_t i;

        for (i = 0; i < ELEMENTS(methods); i++) {
                struct bio_node *way;

                if (!methods[i].by_itself || !says_yes(scope, methods[i].on[0]) || !says_yes(scope, methods[i].on[1]))
                        continue;
                way = tree_list(t);
                add_method(t, way, scope, i);
                (void)tree_append(ways, tree_from(way, tree_source(tree_at(way, 0)), tree_line(tree_at(way, 0)), 0));
        }
}

/* The first of the keywords that is not known, or NULL. (Two of them are not there in 9.2p1.) */
static const struct bio_node *find_unknown(const struct bio_node *scope)
{
        bool keywords[SSHD_KEYWORDS] = {false};
        size_t i;

        sshd_ways_keywords(keywords);
        for (i = 0; i < SSHD_KEYWORDS; i++) {
                const struct bio_node *value = tree_get(scope, sshd_keyword_name((enum sshd_keyword_id)i));

                if (keywords[i] && value && tree_state(value) != BIO_KNOWN)
                        return value;
        }
        return NULL;
}

struct bio_node *sshd_ways_node(struct tree *t, const struct bio_node *scope)
{
        const struct bio_node *asked = tree_get(scope, sshd_keyword_name(SSHD_AUTHENTICATION_METHODS));
        const struct bio_node *unknown = find_unknown(scope);
        struct bio_node *ways;
        size_t i;

        if (unknown)
                return tree_from(tree_undecidable(t, "%s", tree_why(unknown)), tree_source(unknown), tree_line(unknown),
                                 0);
        ways = tree_list(t);
        if (says_yes(scope, SSHD_REFUSE_CONNECTION))
                return tree_note(ways, "RefuseConnection: no connection is taken");
        if (tree_count(asked) == 0 || streq(tree_bytes_of(tree_at(asked, 0), NULL), "any")) {
                add_any(t, ways, scope);
                return ways;
        }
        for (i = 0; i < tree_count(asked); i++)
                add_listed(t, ways, scope, tree_at(asked, i));
        return tree_from(ways, tree_source(asked), tree_line(asked), 0);
}
