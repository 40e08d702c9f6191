/* SPDX-License-Identifier: EUPL-1.2 */
#include "collector/config.h"

#include <errno.h>
#include <string.h>

#include "base/diag.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/tree.h"
#include "base/yaml.h"

void collector_config_free(struct collector_config *c)
{
        size_t i;

        free(c->organisation);
        free(c->state);
        free(c->records);
        free(c->est);
        free(c->web);
        for (i = 0; i < c->name_count; i++)
                free(c->names[i]);
        memset(c, 0, sizeof(*c));
}

static void replace(char **to, const char *value)
{
        free(*to);
        *to = must_strdup(value);
}

/* Beside the file, except for the installed one. */
static char *default_state(const char *config_path)
{
        const char *slash = strrchr(config_path, '/');
        _cleanup_free_ char *directory =
                slash ? must_strndup(config_path, (size_t)(slash - config_path)) : must_strdup(".");
        _cleanup_free_ char *absolute = realpath(*directory ? directory : "/", NULL);

        if (streq(config_path, COLLECTOR_CONFIG))
                return must_strdup(COLLECTOR_STATE);
        return must_printf("%s/state", absolute ? absolute : directory);
}

void collector_config_defaults(struct collector_config *c, const char *config_path)
{
        memset(c, 0, sizeof(*c));
        c->organisation = must_strdup("organisatie");
        c->state = default_state(config_path);
        c->records = must_strdup("127.0.0.1:8443");
        c->est = must_strdup("127.0.0.1:8444");
        c->web = must_strdup("127.0.0.1:8480");
}

static bool is_one_line(const char *bytes, size_t length)
{
        size_t i;

        for (i = 0; i < length; i++)
                if ((unsigned char)bytes[i] < 0x20 || bytes[i] == 0x7f)
                        return false;
        return utf8_valid(bytes, length);
}

static int read_text(struct diag *diag, const struct bio_node *map, const char *key, char **to)
{
        const struct bio_node *node;
        size_t length;
        const char *bytes;
        int r = yaml_child(diag, map, key, BIO_BYTES, false, &node);

        if (r < 0 || !node)
                return r;
        bytes = tree_bytes_of(node, &length);
        if (length == 0 || length > 1024 || !is_one_line(bytes, length))
                return yaml_error(diag, node, "\"%s\" must be one line of 1 to 1024 characters", key);
        replace(to, bytes);
        return 0;
}

static int read_listen(struct diag *diag, const struct bio_node *root, const char *key, char **to)
{
        static const char *const keys[] = {"listen", NULL};
        const struct bio_node *map;
        int r = yaml_child(diag, root, key, BIO_MAP, false, &map);

        if (r < 0 || !map)
                return r;
        r = yaml_only(diag, map, keys);
        return r < 0 ? r : read_text(diag, map, "listen", to);
}

static int read_names(struct diag *diag, const struct bio_node *root, struct collector_config *c)
{
        const struct bio_node *list;
        size_t i;
        int r = yaml_child(diag, root, "names", BIO_LIST, true, &list);

        if (r < 0)
                return r;
        if (tree_count(list) == 0 || tree_count(list) > COLLECTOR_NAMES_MOST)
                return yaml_error(diag, list, "\"names\" must have 1 to %d names", COLLECTOR_NAMES_MOST);
        for (i = 0; i < tree_count(list); i++) {
                const struct bio_node *name = tree_at(list, i);
                size_t length;
                const char *bytes = tree_bytes_of(name, &length);

                if (tree_type(name) != BIO_BYTES || length == 0 || !is_one_line(bytes, length))
                        return yaml_error(diag, name, "a name must be a DNS name or an IP address");
                c->names[c->name_count++] = must_strdup(bytes);
        }
        return 0;
}

static int read_config(struct diag *diag, const struct bio_node *root, struct collector_config *c)
{
        static const char *const keys[] = {"organisation", "names", "state", "records", "est", "web", NULL};
        int r;

        if (tree_type(root) != BIO_MAP)
                return yaml_error(diag, root, "expected keys with values");
        r = yaml_only(diag, root, keys);
        if (r >= 0)
                r = read_text(diag, root, "organisation", &c->organisation);
        if (r >= 0)
                r = read_text(diag, root, "state", &c->state);
        if (r >= 0)
                r = read_listen(diag, root, "records", &c->records);
        if (r >= 0)
                r = read_listen(diag, root, "est", &c->est);
        if (r >= 0)
                r = read_listen(diag, root, "web", &c->web);
        if (r >= 0)
                r = read_names(diag, root, c);
        if (r >= 0 && c->state[0] != '/')
                r = yaml_error(diag, tree_get(root, "state"), "\"state\" must be an absolute path");
        return r;
}

int collector_config_load(const char *path, struct collector_config *ret)
{
        _cleanup_tree_ struct tree *tree = tree_new();
        _cleanup_diag_ struct diag diag = {0};
        const struct bio_node *root;
        int r = yaml_load(tree, path, &diag, &root, NULL);

        collector_config_defaults(ret, path);
        if (r >= 0)
                r = read_config(&diag, root, ret);
        diag_print(&diag, stderr);
        if (r < 0)
                collector_config_free(ret);
        return r;
}

/* JSON's strings are YAML's too. All values are UTF-8: read so, or looked at by init. */
static void add_value(struct text *out, const char *s)
{
        _cleanup_json_ json_t *json = json_must(json_string(s));
        _cleanup_free_ char *text = json_text(json);

        text_add(out, text);
}

char *collector_config_text(const struct collector_config *c)
{
        _cleanup_text_ struct text out = {0};
        size_t i;

        text_add(&out, "# bioagent-collector: made by `bioagent-collector init`.\norganisation: ");
        add_value(&out, c->organisation);
        text_add(&out, "   # of hosts whose token names no other\n"
                       "# Under these it is reached; they stand in its certificate.\nnames:\n");
        for (i = 0; i < c->name_count; i++) {
                text_add(&out, "  - ");
                add_value(&out, c->names[i]);
                text_add_char(&out, '\n');
        }
        text_add(&out, "state: ");
        add_value(&out, c->state);
        text_add(&out,
                 "\n# Loopback until you say otherwise. Port 0: a free one, printed at start.\nrecords: {listen: ");
        add_value(&out, c->records);
        text_add(&out, "}\nest: {listen: ");
        add_value(&out, c->est);
        text_add(&out, "}\nweb: {listen: ");
        add_value(&out, c->web);
        text_add(&out, "}   # loopback alone, as long as there are no accounts\n");
        return text_take(&out);
}

char *collector_path(const struct collector_config *c, enum collector_path which)
{
        static const char *const below[] = {
                [COLLECTOR_CA] = "ca",
                [COLLECTOR_CA_KEY] = "ca/key.pem",
                [COLLECTOR_TLS] = "tls",
                [COLLECTOR_CA_CERTIFICATE] = "tls/ca.pem",
                [COLLECTOR_SERVER_KEY] = "tls/server-key.pem",
                [COLLECTOR_SERVER_CERTIFICATE] = "tls/server.pem",
                [COLLECTOR_STORE] = "store",
        };

        return must_printf("%s/%s", c->state, below[which]);
}
