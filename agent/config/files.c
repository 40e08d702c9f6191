/* SPDX-License-Identifier: EUPL-1.2 */
/* What all our YAML formats share: directories of files, schema names, texts. */
#include <dirent.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/yaml.h"
#include "config/files.h"

void names_free(char **names, size_t count)
{
        for (size_t i = 0; i < count; i++)
                free(names[i]);
        free(names);
}

static int compare_names(const void *a, const void *b)
{
        return strcmp(*(char *const *)a, *(char *const *)b);
}

int yaml_directory(const char *directory, char ***ret, size_t *ret_count, struct diag *diag)
{
        _cleanup_dir_ DIR *d = opendir(directory);
        struct dirent *entry;
        char **names = NULL;
        size_t count = 0, allocated = 0;
        int r = 0;

        *ret = NULL;
        *ret_count = 0;
        if (!d) {
                int error = errno;

                if (error == ENOENT || error == ENOTDIR)
                        return 0;
                (void)diag_add(diag, DIAG_ERROR, directory, 0, 0, "cannot be listed: %s", strerror(error));
                return -error;
        }
        for (errno = 0; (entry = readdir(d)); errno = 0) {
                if (entry->d_name[0] == '.' || !ends_with(entry->d_name, ".yml"))
                        continue;
                if (count == YAML_DIRECTORY_MOST) {
                        r = diag_add(diag, DIAG_ERROR, directory, 0, 0, "more than %d files, expected fewer",
                                     YAML_DIRECTORY_MOST);
                        break;
                }
                names = must_grow(names, &allocated, count + 1, sizeof(*names));
                names[count++] = must_strdup(entry->d_name);
        }
        if (r == 0 && errno) {
                r = -errno;
                (void)diag_add(diag, DIAG_ERROR, directory, 0, 0, "cannot be listed: %s", strerror(-r));
        }
        if (r < 0) {
                names_free(names, count);
                return r;
        }
        if (count)
                qsort(names, count, sizeof(*names), compare_names);
        *ret = names;
        *ret_count = count;
        return 0;
}

unsigned schema_version(const char *schema, const char *prefix)
{
        size_t n = strlen(prefix);
        uint64_t version;

        if (!schema || strncmp(schema, prefix, n) != 0 || schema[n] != '/' || schema[n + 1] == '0')
                return 0;
        if (parse_u64(schema + n + 1, &version) < 0 || version > 9999)
                return 0;
        return (unsigned)version;
}

static bool is_plain_text(const char *s, size_t length)
{
        for (size_t i = 0; i < length; i++)
                if (((unsigned char)s[i] < 0x20 && s[i] != '\n') || s[i] == 0x7f)
                        return false;
        return utf8_valid(s, length);
}

int yaml_text(struct diag *diag, const struct bio_node *map, const char *key, size_t most, bool required,
              const char **ret)
{
        const struct bio_node *node;
        size_t length;
        int r;

        *ret = NULL;
        r = yaml_child(diag, map, key, BIO_BYTES, required, &node);
        if (r < 0 || !node)
                return r;
        *ret = tree_bytes_of(node, &length);
        if (length == 0)
                return yaml_error(diag, node, "\"%s\" is empty, expected a text", key);
        if (length > most)
                return yaml_error(diag, node, "\"%s\" has %zu bytes, expected at most %zu", key, length, most);
        if (!is_plain_text(*ret, length))
                return yaml_error(diag, node, "\"%s\" holds control characters, expected a text", key);
        return 0;
}
