/* SPDX-License-Identifier: EUPL-1.2 */
/* Asks facts for the oracles: of every root that is named on standard input, one after the other.
 *
 *     ROOT <tab> QUERY <tab> NAME=VALUE …        or        ROOT <tab> FACT
 *
 * Each line is answered by one line: the node with its provenance as JSON, or null where the root cannot be opened.
 * Lines in a row with one root share its facts. */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "facts/facts.h"

#define ARGUMENTS_MOST 8

struct asked {
        char *root;
        struct access *access;
        struct live *live;
        struct facts *facts;
};

static void close_root(struct asked *a)
{
        facts_free(a->facts);
        live_free(a->live);
        access_close(a->access);
        free(a->root);
        *a = (struct asked){0};
}

static bool open_root(struct asked *a, const char *root)
{
        if (a->root && streq(a->root, root))
                return a->facts != NULL;
        close_root(a);
        a->root = strdup(root);
        if (!a->root || access_open(root, &a->access) < 0)
                return false;
        a->live = live_new(NULL, true);
        a->facts = facts_new(a->access, a->live, NULL, NULL);
        return true;
}

static const struct bio_node *answer(struct facts *f, char *what, char *rest)
{
        struct fact_argument arguments[ARGUMENTS_MOST + 1] = {{NULL, NULL}};
        size_t count = 0;
        char *word;

        while (count < ARGUMENTS_MOST && (word = strsep(&rest, "\t"))) {
                char *equals = strchr(word, '=');

                if (!equals)
                        break;
                *equals = '\0';
                arguments[count++] = (struct fact_argument){word, equals + 1};
        }
        return strchr(what, '.') ? facts_query(f, what, arguments) : facts_get(f, what);
}

int main(void)
{
        struct asked asked = {0};
        _cleanup_free_ char *line = NULL;
        size_t allocated = 0;
        ssize_t length;

        while ((length = getline(&line, &allocated, stdin)) > 0) {
                char *rest = line, *root, *what;
                _cleanup_json_ json_t *json = NULL;

                if (line[length - 1] == '\n')
                        line[length - 1] = '\0';
                root = strsep(&rest, "\t");
                what = strsep(&rest, "\t");
                json = what && open_root(&asked, root) ? tree_to_json(answer(asked.facts, what, rest)) : json_null();
                if (json_dumpf(json, stdout, JSON_COMPACT | JSON_ENCODE_ANY) < 0 || puts("") == EOF)
                        return 1;
        }
        close_root(&asked);
        return fflush(stdout) == 0 ? 0 : 1;
}
