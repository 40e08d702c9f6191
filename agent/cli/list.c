/* SPDX-License-Identifier: EUPL-1.2 */
/* bioagent list: the checks, measures and facts that there are. */
#include "base/json.h"
#include "base/memory.h"
#include "cli/cli.h"
#include "report/layout.h"
#include "report/strings.h"
#include "report/view.h"

struct list_options {
        struct cli_common common;
        const char *format, *lang;
        struct cli_list checks_dirs;
};

static const struct cli_option options[] = {
        {"format", CLI_TEXT, "FORMAT", offsetof(struct list_options, format), "text (the default) or json"},
        {"lang", CLI_TEXT, "nl|en", offsetof(struct list_options, lang), "language of text"},
        {"checks", CLI_LIST, "DIR", offsetof(struct list_options, checks_dirs), "a further directory of checks"},
        {0},
};

struct listing {
        const json_t *descriptors;
        const struct policies *policies;
        enum report_language language;
};

/* A fact has its title in English alone; the catalogue has its Dutch. */
static char *in_language(const struct listing *l, const json_t *title)
{
        return json_is_string(title) ? view_text(json_string_value(title), l->language)
                                     : must_strdup(view_title(title, l->language));
}

/* ---- what there is, as JSON ---- */

static json_t *list_checks(const struct listing *l)
{
        json_t *checks = json_object_get(l->descriptors, "checks");

        return checks ? json_incref(checks) : json_must(json_array());
}

static json_t *list_facts(const struct listing *l)
{
        json_t *facts = json_object_get(l->descriptors, "facts");

        return facts ? json_incref(facts) : json_must(json_array());
}

/* Of a roll-up: its measures, and what it asks beyond them. */
static size_t count_parts(const struct policy_measure *m)
{
        size_t n = m->part_count;

        if (m->rolls_up)
                for (n = 1; m->rolls_up[n - 1]; n++)
                        ;
        return n;
}

static json_t *list_measures(const struct listing *l)
{
        json_t *list = json_must(json_array());

        for (size_t i = 0; i < policies_count(l->policies); i++) {
                const struct policy *p = policies_at(l->policies, i);

                for (size_t j = 0; j < p->measure_count; j++) {
                        const struct policy_measure *m = &p->measures[j];
                        json_t *o = json_must(json_object()), *title = json_must(json_object());

                        json_set(title, "nl", json_printf("%s", m->title.nl));
                        json_set(title, "en", json_printf("%s", m->title.en));
                        json_set(o, "id", json_printf("%s", m->full_id));
                        json_set(o, "title", title);
                        json_set(o, "kind", json_printf("%s", policy_kind_name(m->kind)));
                        json_set(o, "coverage", json_printf("%s", policy_coverage_name(m->coverage)));
                        json_set(o, "parts", json_must(json_integer((json_int_t)count_parts(m))));
                        json_set(o, "refs", m->refs ? tree_to_plain_json(m->refs) : json_must(json_object()));
                        json_push(list, o);
                }
        }
        return list;
}

/* ---- and as text ---- */

static const struct {
        const char *name, *nl;
        json_t *(*list)(const struct listing *l);
        const char *id; /* member that names an item */
} kinds[] = {
        {"checks", "controles", list_checks, "id"},
        {"measures", "maatregelen", list_measures, "id"},
        {"facts", "feiten", list_facts, "name"},
};

/* The queries of a fact: "accounts.user name=…". */
static void write_queries(const json_t *fact, unsigned width, unsigned indent, struct text *out)
{
        json_t *query, *argument;
        size_t i, j;

        json_array_foreach (json_object_get(fact, "queries"), i, query) {
                _cleanup_text_ struct text line = {0};
                const char *name = json_member_string(query, "name");

                text_add(&line, name ? name : "?");
                json_array_foreach (json_object_get(query, "arguments"), j, argument)
                        if (json_is_string(argument))
                                text_printf(&line, " %s=…", json_string_value(argument));
                layout_spaces(out, indent);
                layout_wrap(out, width, indent + 2, indent, text_string(&line));
        }
}

static void write_items(const struct listing *l, const json_t *items, const char *id, bool queries, struct text *out)
{
        unsigned width = cli_width(), columns = 0;
        json_t *item;
        size_t i;

        json_array_foreach (items, i, item) {
                const char *name = json_member_string(item, id);

                if (name && layout_columns(name) > columns)
                        columns = (unsigned)layout_columns(name);
        }
        json_array_foreach (items, i, item) {
                const char *name = json_member_string(item, id);
                _cleanup_free_ char *title = in_language(l, json_object_get(item, "title"));

                layout_field(out, width, 0, columns + 2, name ? name : "?", title);
                if (queries)
                        write_queries(item, width, columns + 2, out);
        }
}

static int put_text(const struct listing *l, const char *kind)
{
        _cleanup_text_ struct text out = {0};

        for (size_t i = 0; i < ELEMENTS(kinds); i++) {
                _cleanup_json_ json_t *items = NULL;

                if (kind && !streq(kind, kinds[i].name))
                        continue;
                items = kinds[i].list(l);
                if (!kind)
                        text_printf(&out, "%s%s:\n", out.length ? "\n" : "",
                                    l->language == REPORT_NL ? kinds[i].nl : kinds[i].name);
                write_items(l, items, kinds[i].id, kind != NULL, &out);
        }
        return cli_put(&out, CLI_OK);
}

static int put_json(const struct listing *l, const char *kind)
{
        json_t *all;

        for (size_t i = 0; kind && i < ELEMENTS(kinds); i++)
                if (streq(kind, kinds[i].name))
                        return cli_put_json(kinds[i].list(l), CLI_OK);
        all = json_must(json_object());
        for (size_t i = 0; i < ELEMENTS(kinds); i++)
                json_set(all, kinds[i].name, kinds[i].list(l));
        return cli_put_json(all, CLI_OK);
}

static bool is_kind(const char *name)
{
        for (size_t i = 0; i < ELEMENTS(kinds); i++)
                if (streq(name, kinds[i].name))
                        return true;
        return false;
}

static int gather_and_put(const struct list_options *o, const char *kind, enum report_language language)
{
        _cleanup_config_ struct config config = {0};
        _cleanup_policies_ struct policies *policies = NULL;
        _cleanup_observer_ struct observer *observer = NULL;
        _cleanup_json_ json_t *descriptors = NULL;
        struct listing l = {.language = language};
        int status = cli_config(&o->common, &config);

        if (status == CLI_CONTINUE)
                status = cli_policies(&config, NULL, &policies);
        /* Measures are listed by policies alone. */
        if (status == CLI_CONTINUE && !streq(kind, "measures"))
                status = cli_observer(o->checks_dirs.items, &observer, &descriptors);
        if (status != CLI_CONTINUE)
                return status;
        l.descriptors = descriptors;
        l.policies = policies;
        return streq(o->format, "json") ? put_json(&l, kind) : put_text(&l, kind);
}

static void list_options_free(struct list_options *o)
{
        free(o->checks_dirs.items);
}

static int list(const struct cli_command *self, int argc, char **argv)
{
        _cleanup_(list_options_free) struct list_options o = {0};
        enum report_language language;
        int rest, status = cli_options(self, argc, argv, &o, &rest);
        const char *kind = status == CLI_CONTINUE && rest < argc ? argv[rest] : NULL;

        if (status != CLI_CONTINUE)
                return status;
        if (kind && !is_kind(kind))
                return cli_usage(self, "unknown \"%s\", expected checks, measures or facts", kind);
        if (argc - rest > 1)
                return cli_usage(self, "unexpected argument \"%s\"", argv[rest + 1]);
        if (o.format && !streq(o.format, "text") && !streq(o.format, "json"))
                return cli_usage(self, "unknown --format \"%s\", expected text or json", o.format);
        if (cli_language(o.lang, &language) < 0)
                return cli_usage(self, "unknown --lang \"%s\", expected nl or en", o.lang);
        return gather_and_put(&o, kind, language);
}

const struct cli_command cli_list_command = {
        .name = "list",
        .synopsis = "[checks|measures|facts] [OPTION]…",
        .help = "list the checks, measures and facts that there are",
        .options = options,
        .run = list,
};
