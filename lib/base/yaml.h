/* SPDX-License-Identifier: EUPL-1.2 */
/* YAML files of our own formats, as trees whose nodes know line and column.
 *
 * Bounds: 1 MiB, 32 levels, 100,000 nodes. Anchors, aliases, tags, several documents and duplicate keys are errors.
 * Scalars: plain true/false are BIO_BOOL, plain decimal integers BIO_INTEGER (64 bits; with a leading zero or plus they
 * are bytes), plain null/~/empty BIO_NULL, all else (quoted always) BIO_BYTES. A list or map under a key stands where
 * its key does. */
#ifndef BASE_YAML_H
#define BASE_YAML_H

#include "base/diag.h"
#include "base/tree.h"

#define YAML_FILE_MOST (1024 * 1024)

/* Parses `length` bytes; `name` is the source in provenance and diagnostics. 0, or -EINVAL with a diagnostic.
 * An empty document gives a BIO_NULL node. The nodes belong to `t`. */
int yaml_parse(struct tree *t, const char *name, const char *bytes, size_t length, struct diag *diag,
               const struct bio_node **ret);
/* Reads and parses a file. Errors of reading are diagnostics too; returns their negative errno. `ret_digest` (may be
 * NULL) gets "sha256:HEX" of the bytes, malloc'd. */
int yaml_load(struct tree *t, const char *path, struct diag *diag, const struct bio_node **ret, char **ret_digest);

/* Diagnostic at a node. Always returns -EINVAL. */
int yaml_error(struct diag *diag, const struct bio_node *node, const char *fmt, ...) _printf_(3, 4);
/* Checks that every key of `map` is one of `keys` (NULL-terminated); each other one is an error. */
int yaml_only(struct diag *diag, const struct bio_node *map, const char *const keys[]);
/* The child `key` of `map` of the given type; -EINVAL with a diagnostic where it has another type, or is missing and
 * `required`. Missing and not required: 0 and *ret = NULL. */
int yaml_child(struct diag *diag, const struct bio_node *map, const char *key, enum bio_type type, bool required,
               const struct bio_node **ret);

#endif
