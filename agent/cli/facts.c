/* SPDX-License-Identifier: EUPL-1.2 */
/* bioagent facts: one fact, or the answer to one of its queries, with where each value came from. */
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/term.h"
#include "cli/cli.h"
#include "jose/jws.h"
#include "report/layout.h"

#define DEPTH_MOST 64

struct facts_options {
        struct cli_common common;
        const char *root, *format;
};

static const struct cli_option options[] = {
        {"root", CLI_TEXT, "DIR", offsetof(struct facts_options, root), "of the unpacked system in DIR"},
        {"format", CLI_TEXT, "FORMAT", offsetof(struct facts_options, format), "text (the default) or json"},
        {0},
};

static void add_string(struct text *out, const json_t *node, const char *key, const char *before)
{
        const char *s = json_member_string(node, key);

        if (!s)
                return;
        text_add(out, before);
        layout_clean(out, s);
}

/* Where a value came from; a child says so only where it came from elsewhere. */
struct place {
        const char *source;
        json_int_t line;
        const char *basis;
};

static struct place place_of(const json_t *node, struct place above)
{
        const char *source = json_member_string(node, "source"), *basis = json_member_string(node, "basis");
        struct place here = above;

        if (source) {
                here.source = source;
                here.line = json_member_integer(node, "line", 0);
        }
        here.basis = basis ? basis : "disk";
        return here;
}

/* "  [/etc/ssh/sshd_config:12, running; note]" */
static void write_provenance(struct text *out, const json_t *node, struct place above)
{
        struct place here = place_of(node, above);
        _cleanup_text_ struct text t = {0};

        if (here.source && (here.line != above.line || !streq(here.source, above.source))) {
                layout_clean(&t, here.source);
                if (here.line > 0)
                        text_printf(&t, ":%lld", (long long)here.line);
        }
        if (!streq(here.basis, above.basis))
                text_printf(&t, "%s%s", t.length ? ", " : "", here.basis);
        add_string(&t, node, "note", t.length ? "; " : "");
        if (t.length)
                text_printf(out, "  [%s]", text_string(&t));
}

static void write_scalar(struct text *out, const json_t *value)
{
        _cleanup_free_ char *text = NULL;

        if (json_is_string(value)) {
                layout_clean(out, json_string_value(value));
                return;
        }
        text = json_text(value);
        text_add(out, text);
}

static void write_node(struct text *out, const char *label, const json_t *node, struct place above, unsigned depth);

static void write_children(struct text *out, const json_t *value, struct place here, unsigned depth)
{
        const char *key;
        json_t *child;
        size_t i;

        if (depth >= DEPTH_MOST)
                return;
        json_array_foreach (value, i, child)
                write_node(out, "-", child, here, depth);
        json_object_foreach ((json_t *)value, key, child)
                write_node(out, key, child, here, depth);
}

/* "(absent: why)", "[]", "{}", a value; nothing for what its children say. */
static void write_value(struct text *out, const json_t *node)
{
        const json_t *value = json_object_get(node, "value");
        const char *state = json_member_string(node, "state");

        if (state) {
                text_printf(out, " (%s", state);
                add_string(out, node, "why", ": ");
                text_add_char(out, ')');
        } else if (json_array_size(value) + json_object_size(value) == 0) {
                text_add_char(out, ' ');
                write_scalar(out, value);
        }
}

static void write_node(struct text *out, const char *label, const json_t *node, struct place above, unsigned depth)
{
        struct place here = place_of(node, above);
        json_t *loser;
        size_t i;

        layout_spaces(out, (size_t)depth * 2);
        layout_clean(out, label);
        text_add(out, streq(label, "-") ? "" : ":");
        write_value(out, node);
        write_provenance(out, node, above);
        text_add_char(out, '\n');
        json_array_foreach (json_object_get(node, "overrode"), i, loser)
                write_node(out, "overrode", loser, here, depth + 1);
        write_children(out, json_object_get(node, "value"), here, depth + 1);
}

/* The request's arguments: NAME=VALUE each. */
static int read_arguments(const struct cli_command *self, char **argv, int argc, json_t *arguments)
{
        for (int i = 0; i < argc; i++) {
                const char *equals = strchr(argv[i], '=');
                _cleanup_free_ char *name = NULL;

                if (!equals || equals == argv[i])
                        return cli_usage(self, "\"%s\" is no argument of a query, expected NAME=VALUE", argv[i]);
                name = must_strndup(argv[i], (size_t)(equals - argv[i]));
                if (!utf8_valid(argv[i], strlen(argv[i])))
                        return cli_usage(self, "an argument is not UTF-8");
                json_set(arguments, name, json_must(json_string(equals + 1)));
        }
        return CLI_CONTINUE;
}

/* Whether descriptors have a fact of this name, or a query: then *ret_query is its description. */
static bool is_described(const json_t *descriptors, const char *name, const json_t **ret_query)
{
        json_t *fact, *query;
        size_t i, j;

        json_array_foreach (json_object_get(descriptors, "facts"), i, fact) {
                *ret_query = NULL;
                if (streq(json_member_string(fact, "name"), name))
                        return true;
                json_array_foreach (json_object_get(fact, "queries"), j, query) {
                        *ret_query = query;
                        if (streq(json_member_string(query, "name"), name))
                                return true;
                }
        }
        return false;
}

static bool takes(const json_t *query, const char *argument)
{
        json_t *name;
        size_t i;

        json_array_foreach (json_object_get(query, "arguments"), i, name)
                if (streq(json_string_value(name), argument))
                        return true;
        return false;
}

static int check_arguments(const struct cli_command *self, const char *name, const json_t *query, json_t *arguments)
{
        const char *argument;
        json_t *value;

        if (!query && json_object_size(arguments))
                return cli_usage(self, "%s is a fact, expected no arguments", name);
        json_object_foreach (arguments, argument, value)
                if (!takes(query, argument))
                        return cli_usage(self,
                                         "query %s has no argument \"%s\", expected those of `bioagent list facts`",
                                         name, argument);
        return CLI_CONTINUE;
}

static int put_fact(const struct facts_options *o, const char *name, json_t *answer)
{
        _cleanup_text_ struct text out = {0};
        json_t *tree = json_object_get(answer, "tree");

        personal_unmark(answer);
        if (streq(o->format, "json"))
                return cli_put_json(json_incref(answer), CLI_OK);
        write_node(&out, name, tree ? tree : answer, (struct place){.basis = "disk"}, 0);
        return cli_put(&out, CLI_OK);
}

static int ask(const struct cli_command *self, const struct facts_options *o, const char *name, json_t *arguments)
{
        _cleanup_observer_ struct observer *observer = NULL;
        _cleanup_json_ json_t *descriptors = NULL, *request = json_must(json_object()), *answer = NULL;
        _cleanup_free_ char *why = NULL, *root = realpath(o->root ? o->root : "/", NULL);
        const json_t *query;
        struct stat st;
        int r, status;

        if (!root || stat(root, &st) < 0 || !S_ISDIR(st.st_mode))
                return cli_usage(self, "--root %s: not a directory", o->root);
        status = cli_observer(NULL, &observer, &descriptors);
        if (status != CLI_CONTINUE)
                return status;
        if (!is_described(descriptors, name, &query))
                return cli_usage(self, "there is no fact or query \"%s\", expected one of `bioagent list facts`", name);
        status = check_arguments(self, name, query, arguments);
        if (status != CLI_CONTINUE)
                return status;
        json_set(request, query ? "query" : "fact", json_must(json_string(name)));
        if (query)
                json_set(request, "arguments", json_incref(arguments));
        json_set(request, "root", json_must(json_string(root)));
        json_set(request, "now", json_must(json_integer(moment_now())));
        r = observer_fact(observer, request, &answer, &why);
        if (r < 0) {
                log_message(LOG_ERR, "%s cannot be had: %s", name, why ? why : strerror(-r));
                return CLI_INTERNAL;
        }
        return put_fact(o, name, answer);
}

static int facts(const struct cli_command *self, int argc, char **argv)
{
        struct facts_options o = {0};
        _cleanup_json_ json_t *arguments = json_must(json_object());
        int rest, status = cli_options(self, argc, argv, &o, &rest);

        if (status != CLI_CONTINUE)
                return status;
        if (rest == argc)
                return cli_usage(self, "no argument, expected the name of a fact");
        if (o.format && !streq(o.format, "text") && !streq(o.format, "json"))
                return cli_usage(self, "unknown --format \"%s\", expected text or json", o.format);
        if (!utf8_valid(argv[rest], strlen(argv[rest])))
                return cli_usage(self, "the name is not UTF-8");
        status = read_arguments(self, argv + rest + 1, argc - rest - 1, arguments);
        return status == CLI_CONTINUE ? ask(self, &o, argv[rest], arguments) : status;
}

const struct cli_command cli_facts = {
        .name = "facts",
        .synopsis = "NAME [ARGUMENT=VALUE]… [OPTION]…",
        .help = "print a fact, or the answer to a query, with where each value came from",
        .options = options,
        .run = facts,
};
