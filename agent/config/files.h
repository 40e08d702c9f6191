/* SPDX-License-Identifier: EUPL-1.2 */
/* What all YAML formats of the agent share: directories of files, schema names, texts. */
#ifndef CONFIG_FILES_H
#define CONFIG_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"
#include "base/tree.h"

#define YAML_DIRECTORY_MOST 1000 /* files of one directory that are looked at */

/* Names of the *.yml files of a directory (hidden ones aside) in bytewise order; malloc'd, released with names_free().
 * A missing directory is an empty list. */
int yaml_directory(const char *directory, char ***ret, size_t *ret_count, struct diag *diag);
void names_free(char **names, size_t count);

/* "PREFIX/N" with N ≥ 1 in decimal: N, else 0. */
unsigned schema_version(const char *schema, const char *prefix);

/* A child that is one text without NUL or control characters, at most `most` bytes; as yaml_child(). */
int yaml_text(struct diag *diag, const struct bio_node *map, const char *key, size_t most, bool required,
              const char **ret);

#endif
