/* SPDX-License-Identifier: EUPL-1.2 */
/* All facts: each is read at most once a run and shared by the checks.
 *
 * A reader is one row of the table in facts.c: a function that builds the fact's tree from the files of the host
 * (access.h) and from live state (live.h), and the queries it answers. A reader never fails as a whole without a
 * reason: what it cannot have is a node in a state. */
#ifndef FACTS_FACTS_H
#define FACTS_FACTS_H

#include <jansson.h>
#include <stdbool.h>

#include "base/tree.h"
#include "facts/access.h"
#include "facts/live.h"

struct facts;

/* One argument of a query. */
struct fact_argument {
        const char *name;
        const char *value;
};

struct fact_query {
        const char *name;             /* "sshd.effective" */
        const char *const *arguments; /* names it understands, NULL-terminated */
        const struct bio_node *(*answer)(struct facts *f, const struct bio_node *fact,
                                         const struct fact_argument *arguments);
        /* Answered from what the reader keeps (facts_keep), without the fact's tree: `fact` is NULL. For facts whose
         * tree is far larger than the answer. */
        bool without_tree;
};

struct fact_reader {
        const char *name;
        const char *title; /* English, for `bioagent list facts` */
        /* Builds the tree in facts_tree(f); never NULL. May ask for other facts with facts_get(); a cycle is answered
         * with an undecidable node. */
        const struct bio_node *(*read)(struct facts *f);
        const struct fact_query *queries; /* ended by a row whose name is NULL; NULL: none */
};

/* The readers (readers.h), ended by NULL. */
extern const struct fact_reader *const fact_readers[];

/* `access` and `live` are borrowed. `reading` (may be NULL) is called before each fact is read, with its name. */
struct facts *facts_new(struct access *access, struct live *live, void (*reading)(const char *name, void *user),
                        void *user);
void facts_free(struct facts *f);

struct access *facts_access(struct facts *f);
struct live *facts_live(struct facts *f);
struct tree *facts_tree(struct facts *f);

/* The fact's tree, read now or before. Never NULL: an unknown name is an undecidable node. */
const struct bio_node *facts_get(struct facts *f, const char *name);
/* Never NULL; an unknown query or argument is an undecidable node. `arguments` ends with a row whose name is NULL. */
const struct bio_node *facts_query(struct facts *f, const char *name, const struct fact_argument *arguments);
/* What a reader derives once and uses again in this run: made at the first call, released by facts_free(). `maker` is
 * its key. */
void *facts_keep(struct facts *f, void *(*maker)(struct facts *f), void (*release)(void *kept));
/* An argument's value, or NULL. */
const char *fact_argument(const struct fact_argument *arguments, const char *name);

/* A file's state as a node, with its path as source: absent or unreadable with the reason; a null of state known
 * otherwise. */
struct bio_node *fact_file_state(struct facts *f, const struct access_file *file);

#endif
