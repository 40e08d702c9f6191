/* SPDX-License-Identifier: EUPL-1.2 */
/* Facts of a temporary root: what a test asks, with nothing live. */
#ifndef TESTS_FACTS_OF_FILES_H
#define TESTS_FACTS_OF_FILES_H

#include "facts/facts.h"
#include "tree_of_files.h"

static struct access *facts_access_of_root;
static struct live *facts_live_of_root;
static struct facts *facts_of_root;

/* The facts of the root as it is now; made at the first question. */
static inline struct facts *root_facts(void)
{
        if (!facts_of_root) {
                facts_access_of_root = open_root();
                facts_live_of_root = live_new(NULL, true);
                facts_of_root = facts_new(facts_access_of_root, facts_live_of_root, NULL, NULL);
        }
        return facts_of_root;
}

/* Forgets what was read: the next question looks again. */
static inline void forget_facts(void)
{
        facts_free(facts_of_root);
        live_free(facts_live_of_root);
        access_close(facts_access_of_root);
        facts_of_root = NULL;
        facts_live_of_root = NULL;
        facts_access_of_root = NULL;
}

static inline const struct bio_node *ask(const char *query, const char *name, const char *value)
{
        const struct fact_argument arguments[] = {{name, value}, {NULL, NULL}};

        return facts_query(root_facts(), query, arguments);
}

static inline int setup_facts(void **state)
{
        return setup_root(state);
}

static inline int teardown_facts(void **state)
{
        forget_facts();
        return teardown_root(state);
}

/* Directories of a path, made where they are missing. */
static inline void make_directories(const char *path)
{
        _cleanup_free_ char *copy = must_strdup(path);
        char *slash;

        for (slash = strchr(copy, '/'); slash; slash = strchr(slash + 1, '/')) {
                *slash = '\0';
                if (mkdirat(root_fd, copy, 0755) < 0 && errno != EEXIST)
                        fail_msg("%s: %s", copy, strerror(errno));
                *slash = '/';
        }
}

static inline void put_file(const char *path, const char *content)
{
        make_directories(path);
        make_file(path, content);
}

static inline void put_link(const char *path, const char *target)
{
        make_directories(path);
        make_link(path, target);
}

static inline void assert_text(const struct bio_node *node, const char *expected)
{
        if (tree_state(node) != BIO_KNOWN)
                fail_msg("not known: %s", tree_why(node));
        assert_string_equal(tree_bytes_of(node, NULL), expected);
}

static inline void assert_why(const struct bio_node *node, enum bio_state state, const char *part)
{
        assert_int_equal(tree_state(node), state);
        if (!strstr(tree_why(node), part))
                fail_msg("\"%s\" does not say \"%s\"", tree_why(node), part);
}

#endif
