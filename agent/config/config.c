/* SPDX-License-Identifier: EUPL-1.2 */
/* bioagent.yml: one table of keys, read file after file, each over what the earlier ones said. */
#include "config/config.h"

#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/term.h"
#include "base/text.h"
#include "base/yaml.h"
#include "config/files.h"

#define VALUE_MOST       1024
#define SECONDS_MOST     ((uint64_t)366 * 24 * 3600)
#define SPOOL_SIZE_LEAST ((uint64_t)4 * 1024 * 1024) /* a few records of 1 MiB must fit */
#define SPOOL_SIZE_MOST  ((uint64_t)1 << 40)

static const char *const default_policies[] = {"bio2", "algoritmekader", "hardening"};

static void replace(char **to, char *value)
{
        free(*to);
        *to = value;
}

void config_free(struct config *c)
{
        free(c->organisation);
        json_decref(c->labels);
        json_decref(c->profile);
        for (size_t i = 0; c->policies && c->policies[i]; i++)
                free(c->policies[i]);
        free(c->policies);
        free(c->state);
        free(c->runtime);
        free(c->key);
        free(c->collector_url);
        free(c->collector_ca);
        free(c->keep_acknowledged);
        free(c->directory);
        *c = (struct config){0};
}

/* Each reader takes one value: `map` is where `key` stands. */
typedef int (*value_reader)(const struct bio_node *map, const char *key, void *to, struct diag *diag);

static int read_one_line(const struct bio_node *map, const char *key, void *to, struct diag *diag)
{
        const char *value;
        int r = yaml_text(diag, map, key, VALUE_MOST, true, &value);

        if (r < 0)
                return r;
        if (strchr(value, '\n'))
                return yaml_error(diag, tree_get(map, key), "\"%s\" has several lines, expected one", key);
        replace(to, must_strdup(value));
        return 0;
}

static int read_path(const struct bio_node *map, const char *key, void *to, struct diag *diag)
{
        _cleanup_free_ char *value = NULL;
        size_t n;
        int r = read_one_line(map, key, &value, diag);

        if (r < 0)
                return r;
        if (value[0] != '/')
                return yaml_error(diag, tree_get(map, key),
                                  "\"%s\" is no absolute path, expected one that begins with /", value);
        for (n = strlen(value); n > 1 && value[n - 1] == '/'; n--)
                value[n - 1] = '\0';
        replace(to, TAKE_PTR(value));
        return 0;
}

static int read_key(const struct bio_node *map, const char *key, void *to, struct diag *diag)
{
        static const char *const later[] = {"credential:", "tpm2:", "pkcs11:"};
        const char *value = tree_bytes_of(tree_get(map, key), NULL);

        for (size_t i = 0; i < ELEMENTS(later); i++)
                if (starts_with(value, later[i]))
                        return yaml_error(diag, tree_get(map, key),
                                          "keys of the form \"%s…\" are not read by this version, expected a PEM file",
                                          later[i]);
        return read_path(map, key, to, diag);
}

static int read_url(const struct bio_node *map, const char *key, void *to, struct diag *diag)
{
        _cleanup_free_ char *value = NULL;
        int r = read_one_line(map, key, &value, diag);

        if (r < 0)
                return r;
        if (!starts_with(value, "https://") || !value[strlen("https://")] || strpbrk(value, " \"<>\\^`{|}"))
                return yaml_error(diag, tree_get(map, key), "\"%s\" is no address, expected https://HOST:PORT", value);
        replace(to, TAKE_PTR(value));
        return 0;
}

static int read_seconds(const struct bio_node *map, const char *key, void *to, struct diag *diag)
{
        _cleanup_free_ char *value = NULL;
        struct term term;
        uint64_t seconds = 0;
        int r = read_one_line(map, key, &value, diag);

        if (r < 0)
                return r;
        /* No term is zero, but no jitter is PT0S. */
        if (!streq(value, "PT0S") &&
            (term_parse(value, &term) < 0 || term_seconds(&term, &seconds) < 0 || seconds > SECONDS_MOST))
                return yaml_error(diag, tree_get(map, key),
                                  "\"%s\" is no term without years and months, expected ISO 8601 such as PT15M", value);
        *(uint64_t *)to = seconds;
        return 0;
}

static int read_period(const struct bio_node *map, const char *key, void *to, struct diag *diag)
{
        int r = read_seconds(map, key, to, diag);

        if (r >= 0 && *(uint64_t *)to == 0)
                return yaml_error(diag, tree_get(map, key), "\"%s\" is zero, expected at least PT1S", key);
        return r;
}

static int read_term(const struct bio_node *map, const char *key, void *to, struct diag *diag)
{
        _cleanup_free_ char *value = NULL;
        struct term term;
        int r = read_one_line(map, key, &value, diag);

        if (r < 0)
                return r;
        if (term_parse(value, &term) < 0)
                return yaml_error(diag, tree_get(map, key), "\"%s\" is no term, expected ISO 8601 such as P30D", value);
        replace(to, TAKE_PTR(value));
        return 0;
}

static int parse_size(const char *s, uint64_t *ret)
{
        static const struct {
                const char *suffix;
                unsigned shift;
        } units[] = {{"KiB", 10}, {"MiB", 20}, {"GiB", 30}};

        for (size_t i = 0; i < ELEMENTS(units); i++) {
                _cleanup_free_ char *number = NULL;

                if (!ends_with(s, units[i].suffix))
                        continue;
                number = must_strndup(s, strlen(s) - strlen(units[i].suffix));
                if (parse_u64(number, ret) < 0 || *ret > SPOOL_SIZE_MOST >> units[i].shift)
                        return -EINVAL;
                *ret <<= units[i].shift;
                return 0;
        }
        return -EINVAL;
}

static int read_size(const struct bio_node *map, const char *key, void *to, struct diag *diag)
{
        _cleanup_free_ char *value = NULL;
        uint64_t size;
        int r = read_one_line(map, key, &value, diag);

        if (r < 0)
                return r;
        if (parse_size(value, &size) < 0 || size < SPOOL_SIZE_LEAST)
                return yaml_error(
                        diag, tree_get(map, key),
                        "\"%s\" is no size, expected such as 256MiB or 1GiB, at least 4MiB and at most 1024GiB", value);
        *(uint64_t *)to = size;
        return 0;
}

/* Members are set one by one, over those of earlier files. */
static int merge_members(const struct bio_node *map, const char *key, json_t *into, bool texts_only, struct diag *diag)
{
        const struct bio_node *members;
        int r = yaml_child(diag, map, key, BIO_MAP, true, &members), result = 0;

        if (r < 0)
                return r;
        for (size_t i = 0; i < tree_count(members); i++) {
                const struct bio_node *member = tree_at(members, i);
                enum bio_type type = tree_type(member);
                size_t length;

                if (type != BIO_BYTES && (texts_only || (type != BIO_BOOL && type != BIO_INTEGER))) {
                        result = yaml_error(diag, member, "\"%s\" has another type, expected %s", tree_key(member),
                                            texts_only ? "a text (in quotes where it looks like a number)"
                                                       : "true, false, a whole number or a text");
                        continue;
                }
                (void)tree_bytes_of(member, &length);
                if (length > VALUE_MOST) {
                        result = yaml_error(diag, member, "\"%s\" has %zu bytes, expected at most %d", tree_key(member),
                                            length, VALUE_MOST);
                        continue;
                }
                json_set(into, tree_key(member), tree_to_plain_json(member));
        }
        return result;
}

static int read_labels(const struct bio_node *map, const char *key, void *to, struct diag *diag)
{
        return merge_members(map, key, *(json_t **)to, true, diag);
}

static int read_profile(const struct bio_node *map, const char *key, void *to, struct diag *diag)
{
        return merge_members(map, key, *(json_t **)to, false, diag);
}

static void replace_list(char ***to, char **list)
{
        for (size_t i = 0; *to && (*to)[i]; i++)
                free((*to)[i]);
        free(*to);
        *to = list;
}

static int read_policies(const struct bio_node *map, const char *key, void *to, struct diag *diag)
{
        const struct bio_node *list;
        char **names;
        int r = yaml_child(diag, map, key, BIO_LIST, true, &list);

        if (r < 0)
                return r;
        if (tree_count(list) == 0 || tree_count(list) > YAML_DIRECTORY_MOST)
                return yaml_error(diag, list, "\"%s\" names %zu policies, expected 1 to %d", key, tree_count(list),
                                  YAML_DIRECTORY_MOST);
        for (size_t i = 0; i < tree_count(list); i++) {
                const struct bio_node *name = tree_at(list, i);
                size_t length;
                const char *s = tree_bytes_of(name, &length);

                if (tree_type(name) != BIO_BYTES || length == 0 || strlen(s) != length || strchr(s, '\n'))
                        return yaml_error(diag, name, "no name of a policy, expected an id or a file");
                for (size_t j = 0; j < i; j++)
                        if (streq(s, tree_bytes_of(tree_at(list, j), NULL)))
                                return yaml_error(diag, name, "policy \"%s\" stands twice, expected once", s);
        }
        names = must_alloc((tree_count(list) + 1) * sizeof(*names));
        for (size_t i = 0; i < tree_count(list); i++)
                names[i] = must_strdup(tree_bytes_of(tree_at(list, i), NULL));
        replace_list(to, names);
        return 0;
}

/* The keys, with those of the maps schedule, collector and spool written as "schedule.audit". */
static const struct {
        const char *section; /* NULL: top level */
        const char *key;
        size_t offset;
        value_reader read;
} table[] = {
        {NULL, "organisation", offsetof(struct config, organisation), read_one_line},
        {NULL, "labels", offsetof(struct config, labels), read_labels},
        {NULL, "profile", offsetof(struct config, profile), read_profile},
        {NULL, "policies", offsetof(struct config, policies), read_policies},
        {NULL, "state", offsetof(struct config, state), read_path},
        {NULL, "runtime", offsetof(struct config, runtime), read_path},
        {NULL, "key", offsetof(struct config, key), read_key},
        {"schedule", "audit", offsetof(struct config, audit_s), read_period},
        {"schedule", "full", offsetof(struct config, full_s), read_period},
        {"schedule", "heartbeat", offsetof(struct config, heartbeat_s), read_period},
        {"schedule", "jitter", offsetof(struct config, jitter_s), read_seconds},
        {"collector", "url", offsetof(struct config, collector_url), read_url},
        {"collector", "ca", offsetof(struct config, collector_ca), read_path},
        {"spool", "max_size", offsetof(struct config, spool_max_size), read_size},
        {"spool", "keep_acknowledged", offsetof(struct config, keep_acknowledged), read_term},
};

static const char *const sections[] = {"schedule", "collector", "spool"};

static int read_section(struct config *c, const struct bio_node *map, const char *section, struct diag *diag)
{
        const char *keys[ELEMENTS(table) + ELEMENTS(sections) + 1];
        size_t count = 0;
        int result;

        for (size_t i = 0; i < ELEMENTS(table); i++)
                if (streq(table[i].section, section))
                        keys[count++] = table[i].key;
        for (size_t i = 0; !section && i < ELEMENTS(sections); i++)
                keys[count++] = sections[i];
        keys[count] = NULL;
        result = yaml_only(diag, map, keys);
        if (tree_type(map) != BIO_MAP)
                return result;
        for (size_t i = 0; i < ELEMENTS(table); i++)
                if (streq(table[i].section, section) && tree_get(map, table[i].key) &&
                    table[i].read(map, table[i].key, (char *)c + table[i].offset, diag) < 0)
                        result = -EINVAL;
        for (size_t i = 0; !section && i < ELEMENTS(sections); i++)
                if (tree_get(map, sections[i]) && read_section(c, tree_get(map, sections[i]), sections[i], diag) < 0)
                        result = -EINVAL;
        return result;
}

int config_read(struct config *c, const struct bio_node *root, struct diag *diag)
{
        return tree_type(root) == BIO_NULL ? 0 : read_section(c, root, NULL, diag);
}

void config_defaults(struct config *c)
{
        *c = (struct config){
                .organisation = must_strdup(""),
                .labels = json_must(json_object()),
                .profile = json_must(json_object()),
                .policies = must_alloc((ELEMENTS(default_policies) + 1) * sizeof(char *)),
                .audit_s = 15 * 60,
                .full_s = 24 * 3600,
                .heartbeat_s = 3600,
                .jitter_s = 30 * 60,
                .state = must_strdup(BIOAGENT_STATEDIR),
                .runtime = must_strdup(BIOAGENT_RUNTIMEDIR),
                .spool_max_size = (uint64_t)256 * 1024 * 1024,
                .keep_acknowledged = must_strdup("P30D"),
        };
        for (size_t i = 0; i < ELEMENTS(default_policies); i++)
                c->policies[i] = must_strdup(default_policies[i]);
}

static int load_file(struct config *c, const char *path, struct diag *diag)
{
        _cleanup_tree_ struct tree *t = tree_new();
        const struct bio_node *root;

        if (yaml_load(t, path, diag, &root, NULL) < 0)
                return -EINVAL;
        return config_read(c, root, diag);
}

static int load_directory(struct config *c, const char *directory, struct diag *diag)
{
        char **names;
        size_t count;
        int result = 0;

        if (yaml_directory(directory, &names, &count, diag) < 0)
                return -EINVAL;
        for (size_t i = 0; i < count; i++) {
                _cleanup_free_ char *path = must_printf("%s/%s", directory, names[i]);

                if (load_file(c, path, diag) < 0)
                        result = -EINVAL;
        }
        names_free(names, count);
        return result;
}

/* The directory of `path`, absolute where `path` is. */
static char *directory_of(const char *path)
{
        const char *slash = strrchr(path, '/');

        if (!slash)
                return must_strdup(".");
        return slash == path ? must_strdup("/") : must_strndup(path, (size_t)(slash - path));
}

int config_load(const char *path, struct config *ret, struct diag *diag)
{
        const char *file = path ? path : BIOAGENT_SYSCONFDIR "/bioagent.yml";
        _cleanup_free_ char *drop_ins = must_printf("%s.d", file);
        struct config c;
        int result = 0;

        config_defaults(&c);
        if (path || access(file, F_OK) == 0 || errno != ENOENT)
                result = load_file(&c, file, diag);
        if (load_directory(&c, drop_ins, diag) < 0)
                result = -EINVAL;
        if (!c.key)
                c.key = must_printf("%s/sign/key.pem", c.state);
        c.directory = directory_of(file);
        if (result < 0) {
                config_free(&c);
                return -EINVAL;
        }
        *ret = c;
        return 0;
}
