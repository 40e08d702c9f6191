/* SPDX-License-Identifier: EUPL-1.2 */
/* Typed trees with provenance: the form of facts, of parameters and of YAML files.
 *
 * A tree owns all its nodes; tree_free() releases them together. Nodes are built once and read afterwards. A node says
 * where it came from (source, line, column), what it overrode, and in which state it is. */
#ifndef BASE_TREE_H
#define BASE_TREE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "bioagent/node.h"

struct tree;

struct tree *tree_new(void);
void tree_free(struct tree *t);
static inline void tree_drop(struct tree **t)
{
        tree_free(*t);
}
#define _cleanup_tree_ _cleanup_(tree_drop)

/* A copy of `s` that lives as long as the tree. */
const char *tree_intern(struct tree *t, const char *s);

/* Known nodes. Bytes are copied; they may hold any byte. */
struct bio_node *tree_null(struct tree *t);
struct bio_node *tree_bool(struct tree *t, bool value);
struct bio_node *tree_integer(struct tree *t, int64_t value);
struct bio_node *tree_bytes(struct tree *t, const void *bytes, size_t length);
struct bio_node *tree_text(struct tree *t, const char *s);
struct bio_node *tree_printf(struct tree *t, const char *fmt, ...) _printf_(2, 3);
struct bio_node *tree_list(struct tree *t);
struct bio_node *tree_map(struct tree *t);

/* Nodes without a value. The reason is a short sentence part: "not observed offline", "remote mount, not entered". */
struct bio_node *tree_absent(struct tree *t, const char *fmt, ...) _printf_(2, 3);
struct bio_node *tree_unreadable(struct tree *t, const char *fmt, ...) _printf_(2, 3);
struct bio_node *tree_undecidable(struct tree *t, const char *fmt, ...) _printf_(2, 3);

/* Building. A node belongs to one parent. Keys are copied; setting a key again replaces its node, in its place. Each
 * returns `node`. A parent of another type stays as it is. */
struct bio_node *tree_append(struct bio_node *list, struct bio_node *node);
struct bio_node *tree_set(struct bio_node *map, const char *key, struct bio_node *node);

/* Provenance. `source` is a path as the host names it, or a name such as "kernel" or "built-in default"; line and
 * column from 1, 0 where there is none. Inherited by reading: tree_source() of a node without one answers its nearest
 * ancestor's, and tree_line() and tree_column() of a node with neither source nor line those of the nearest that has
 * one. */
struct bio_node *tree_from(struct bio_node *node, const char *source, unsigned line, unsigned column);
/* What `node` won from: `loser` (same tree) is kept as a list in order of reading; what the loser had overridden moves
 * to it too, and the earliest of more than TREE_OVERRODE_MOST fall off. */
#define TREE_OVERRODE_MOST 100
struct bio_node *tree_overrode(struct bio_node *node, struct bio_node *loser);
/* BIO_DISK unless set; inherited like the source. */
struct bio_node *tree_basis(struct bio_node *node, enum bio_basis basis);
/* BIO_TECHNICAL unless set; inherited. Personal: user names, login ids, addresses, paths in homes. */
struct bio_node *tree_class(struct bio_node *node, enum bio_class class);
/* A remark that evidence about this node carries; a second one is added after "; ". */
struct bio_node *tree_note(struct bio_node *node, const char *fmt, ...) _printf_(2, 3);

/* Reading. All take NULL as a node and answer as for an absent one, with type BIO_NULL. */
enum bio_type tree_type(const struct bio_node *node);
enum bio_state tree_state(const struct bio_node *node);
const char *tree_why(const struct bio_node *node);    /* reason of a node that is not known, else NULL */
const char *tree_source(const struct bio_node *node); /* NULL: none */
unsigned tree_line(const struct bio_node *node);
unsigned tree_column(const struct bio_node *node);
enum bio_basis tree_basis_of(const struct bio_node *node);
enum bio_class tree_class_of(const struct bio_node *node);
const char *tree_note_of(const struct bio_node *node); /* NULL: none */
size_t tree_overrode_count(const struct bio_node *node);
const struct bio_node *tree_overrode_at(const struct bio_node *node, size_t i);

/* The list or map that the node stands in, or the winner that it lost to; NULL: none. */
const struct bio_node *tree_parent(const struct bio_node *node);
/* Key under which the node stands in its parent map, or NULL. */
const char *tree_key(const struct bio_node *node);
const struct bio_node *tree_get(const struct bio_node *map, const char *key); /* NULL where there is none */
size_t tree_count(const struct bio_node *list_or_map);
const struct bio_node *tree_at(const struct bio_node *list_or_map, size_t i); /* maps: in order of setting */

/* Values; false / 0 / NULL where the node is of another type or not known. */
bool tree_bool_of(const struct bio_node *node);
int64_t tree_integer_of(const struct bio_node *node);
/* NUL-terminated, never NULL ("" where there are no bytes); *length may be NULL. */
const char *tree_bytes_of(const struct bio_node *node, size_t *length);

/* The value as safe text, for evidence: bytes as text_add_safe(), true/false, decimal, lists comma-separated, "null",
 * and for nodes not known "(absent)", "(unreadable: …)", "(undecidable: …)". Lists within are bracketed, maps are
 * "{key: value, …}"; what is beyond 4 KiB of a list or map is counted: "… (N more)". malloc'd. */
char *tree_value_text(const struct bio_node *node);

/* JSON with provenance, as `bioagent facts` prints it (docs/facts/README.md): every node an object
 * {"type":…,"value":…,"source":…,"line":…,"overrode":[…],"state":…,"why":…,"basis":…,"class":…,"note":…}; members that
 * say nothing are left out (state known, basis disk, class technical); the inherited ones are there. A list or map
 * below 30 levels is undecidable. New reference. */
json_t *tree_to_json(const struct bio_node *node);
/* JSON without provenance: plain values, bytes as safe text; a node not known is null. New reference. */
json_t *tree_to_plain_json(const struct bio_node *node);
/* The reverse: plain JSON into nodes. Numbers must be integers, strings and keys safe text (unsafe_bytes()): -EINVAL
 * otherwise, and beyond 64 levels. */
int tree_from_json(struct tree *t, const json_t *json, struct bio_node **ret);

#endif
