/* SPDX-License-Identifier: EUPL-1.2 */
/* bioagent explain: a check, a measure or one part of it with what bears on them, or a whole policy. */
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "cli/cli.h"
#include "report/layout.h"
#include "report/strings.h"
#include "report/view.h"

#define LABEL 14

struct explain_options {
        struct cli_common common;
        const char *lang;
        struct cli_list checks_dirs, policies;
};

static const struct cli_option options[] = {
        {"policy", CLI_LIST, "ID|FILE", offsetof(struct explain_options, policies),
         "of this policy; may stand several times"},
        {"lang", CLI_TEXT, "nl|en", offsetof(struct explain_options, lang), "language"},
        {"checks", CLI_LIST, "DIR", offsetof(struct explain_options, checks_dirs), "a further directory of checks"},
        {0},
};

struct page {
        struct text out;
        unsigned width;
        enum report_language language;
        const struct policies *policies;
};

static const char *word(const struct page *p, enum report_string id)
{
        return report_string(id, p->language);
}

static const char *title_in(const struct page *p, const struct policy_title *t)
{
        return p->language == REPORT_NL ? t->nl : t->en;
}

static const char *json_in(const struct page *p, const json_t *title)
{
        const char *s = json_member_string(title, p->language == REPORT_NL ? "nl" : "en");

        return s ? s : "";
}

static void field(struct page *p, enum report_string label, const char *s)
{
        if (s && *s)
                layout_field(&p->out, p->width, 0, LABEL, word(p, label), s);
}

static void field_word(struct page *p, enum report_string label, const char *s)
{
        field(p, label, s ? report_word(s, p->language) : NULL);
}

static void lines(struct page *p, enum report_string label, const char *commands)
{
        _cleanup_free_ char *all = view_commands(commands, p->language);
        const char *text = word(p, label);

        for (const char *s = all; s && *s; text = "") {
                size_t n = strcspn(s, "\n");
                _cleanup_free_ char *line = must_strndup(s, n);

                layout_command(&p->out, p->width, 0, LABEL, text, line);
                s += n + (s[n] == '\n');
        }
}

static void join(const json_t *texts, struct text *out)
{
        json_t *item;
        size_t i;

        json_array_foreach (texts, i, item)
                if (json_is_string(item))
                        text_printf(out, "%s%s", out->length ? ", " : "", json_string_value(item));
}

/* ---- a check ---- */

/* Each part of a measure that this check bears on, and how. */
static void write_bearing(struct page *p, const char *check)
{
        for (size_t i = 0; i < policies_count(p->policies); i++) {
                const struct policy *policy = policies_at(p->policies, i);

                for (size_t j = 0; j < policy->measure_count; j++) {
                        const struct policy_measure *m = &policy->measures[j];

                        for (size_t k = 0; k < m->part_count; k++) {
                                for (size_t n = 0; n < m->parts[k].check_count; n++) {
                                        const struct policy_check *c = &m->parts[k].checks[n];
                                        _cleanup_free_ char *line = NULL;

                                        if (!streq(c->check, check))
                                                continue;
                                        line = must_printf(
                                                "%s/%s (%s): %s", m->full_id, m->parts[k].id,
                                                word(p, c->bears == POLICY_CONFIRMS ? STRING_CONFIRMS : STRING_REFUTES),
                                                title_in(p, &m->parts[k].title));
                                        field(p, STRING_BEARS_ON, line);
                                }
                        }
                }
        }
}

static char *default_of(const json_t *parameter)
{
        const json_t *fallback = json_object_get(parameter, "default");

        return json_is_string(fallback) ? must_strdup(json_string_value(fallback)) : json_text(fallback);
}

static void write_parameters(struct page *p, const json_t *parameters)
{
        json_t *parameter;
        size_t i;

        json_array_foreach (parameters, i, parameter) {
                const char *name = json_member_string(parameter, "name"), *type = json_member_string(parameter, "type");
                _cleanup_free_ char *typed = must_printf("type:%s", type ? type : "?");
                _cleanup_free_ char *fallback = default_of(parameter);
                _cleanup_free_ char *line =
                        must_printf("%s (%s, %s %s): %s", name ? name : "?", report_word(typed, p->language),
                                    word(p, STRING_DEFAULT), fallback, json_in(p, json_object_get(parameter, "title")));

                field(p, STRING_PARAMETERS, line);
        }
}

static void write_check(struct page *p, const json_t *check)
{
        const json_t *fix = json_object_get(check, "fix");
        const char *id = json_member_string(check, "id");
        _cleanup_free_ char *max_age = report_term(json_member_string(check, "max_age"), p->language);
        _cleanup_text_ struct text uses = {0};

        text_printf(&p->out, "%s: ", id ? id : "?");
        layout_wrap(&p->out, p->width, 2, p->out.length, json_in(p, json_object_get(check, "title")));
        text_add_char(&p->out, '\n');
        join(json_object_get(check, "uses"), &uses);
        field(p, STRING_WHY, json_in(p, json_object_get(check, "why")));
        field_word(p, STRING_SEVERITY, json_member_string(check, "severity"));
        field_word(p, STRING_ASPECT, json_member_string(check, "aspect"));
        field(p, STRING_MAX_AGE, max_age);
        field(p, STRING_USES, text_string(&uses));
        write_parameters(p, json_object_get(check, "parameters"));
        field_word(p, STRING_ORIGIN, json_member_string(check, "origin"));
        write_bearing(p, id ? id : "");
        lines(p, STRING_FIX, json_member_string(fix, "commands"));
        lines(p, STRING_RELOAD, json_member_string(fix, "reload"));
        field(p, STRING_RISK, json_in(p, json_object_get(fix, "risk")));
        lines(p, STRING_UNDO, json_member_string(fix, "undo"));
}

/* ---- a measure ---- */

/* In that language where the catalogue has it: those of the shipped policies. */
static char *source_text(const struct page *p, const struct policy *policy, const char *key)
{
        return view_text(tree_bytes_of(tree_get(policy->source, key), NULL), p->language);
}

static void write_source(struct page *p, const struct policy *policy)
{
        _cleanup_free_ char *version = NULL, *licence = NULL, *line = NULL;
        const struct bio_node *note;

        if (!policy->source)
                return;
        version = source_text(p, policy, "version");
        licence = source_text(p, policy, "licence");
        line = must_printf("%s, %s, %s; %s: %s", tree_bytes_of(tree_get(policy->source, "name"), NULL), version,
                           tree_bytes_of(tree_get(policy->source, "date"), NULL), word(p, STRING_LICENCE), licence);
        field(p, STRING_SOURCE, line);
        note = tree_get(policy->source, "note");
        layout_field(&p->out, p->width, 0, LABEL, "",
                     note ? tree_bytes_of(tree_get(note, p->language == REPORT_NL ? "nl" : "en"), NULL)
                          : word(p, STRING_OFFICIAL_TEXT));
}

static void write_references(struct page *p, const struct bio_node *refs)
{
        for (size_t i = 0; i < tree_count(refs); i++) {
                const struct bio_node *list = tree_at(refs, i);
                _cleanup_free_ char *numbers = tree_value_text(list);
                _cleanup_free_ char *line = must_printf("%s %s", tree_key(list), numbers);

                field(p, STRING_REFERENCES, line);
        }
}

/* As the report names them: "longer=manual term=P6M". */
static char *with_of(const struct policy_check *c)
{
        _cleanup_json_ json_t *with = c->with ? tree_to_plain_json(c->with) : json_must(json_object()), *result = NULL;
        _cleanup_free_ char *sorted = json_dumps(with, JSON_SORT_KEYS | JSON_COMPACT);

        if (!sorted)
                out_of_memory();
        result = json_must(json_object());
        json_set(result, "with", json_must(json_loads(sorted, 0, NULL)));
        return view_with(result);
}

static void write_part_checks(struct page *p, const struct policy_part *part)
{
        if (part->by_host && part->check_count == 0)
                layout_field(&p->out, p->width, 6, 0, "", word(p, STRING_NO_CHECK_YET));
        for (size_t i = 0; i < part->check_count; i++) {
                const struct policy_check *c = &part->checks[i];
                _cleanup_free_ char *parameters = with_of(c);
                _cleanup_free_ char *line =
                        must_printf("%s%s%s: %s (%s)", c->check, *parameters ? " " : "", parameters,
                                    word(p, c->bears == POLICY_CONFIRMS ? STRING_CONFIRMS : STRING_REFUTES),
                                    report_word(policy_origin_name(c->origin), p->language));

                layout_field(&p->out, p->width, 6, 0, "", line);
        }
}

static void write_part(struct page *p, const struct policy_part *part)
{
        _cleanup_free_ char *head =
                must_printf("%s (%s): %s", part->id, word(p, part->by_host ? STRING_BY_HOST : STRING_BY_ORGANISATION),
                            title_in(p, &part->title));

        layout_spaces(&p->out, 2);
        layout_wrap(&p->out, p->width, 4, 2, head);
        write_part_checks(p, part);
}

static void write_rolled_up(struct page *p, const struct policy_measure *m)
{
        const struct policy_title beyond = policy_beyond_title();

        text_printf(&p->out, "\n%s:\n", word(p, STRING_ROLLS_UP));
        for (size_t i = 0; m->rolls_up[i]; i++) {
                _cleanup_free_ char *id =
                        must_printf("%.*s:%s", (int)strcspn(m->full_id, ":"), m->full_id, m->rolls_up[i]);
                const struct policy_measure *one = policies_measure(p->policies, id);

                layout_field(&p->out, p->width, 2, LABEL, m->rolls_up[i], one ? title_in(p, &one->title) : "");
        }
        layout_field(&p->out, p->width, 2, 0, "", title_in(p, &beyond));
        layout_field(&p->out, p->width, 6, 0, "", word(p, STRING_NO_CHECK_YET));
}

static void write_parts(struct page *p, const struct policy_measure *m)
{
        text_printf(&p->out, "\n%s:\n", word(p, STRING_PARTS));
        for (size_t i = 0; i < m->part_count; i++)
                write_part(p, &m->parts[i]);
}

static void write_attestation(struct page *p, const struct policy_attestation *attest)
{
        const char *officer = report_word(attest->officer, p->language);
        _cleanup_free_ char *valid = report_term(attest->valid, p->language);
        _cleanup_free_ char *head = report_fill(STRING_ATTEST, p->language, (const char *const[]){officer, valid}, 2);

        text_printf(&p->out, "\n%s:\n", head);
        layout_field(&p->out, p->width, 2, 0, "", title_in(p, &attest->statement));
}

static void write_head(struct page *p, const char *id, const char *title)
{
        text_printf(&p->out, "%s: ", id);
        layout_wrap(&p->out, p->width, 2, layout_columns(id) + 2, title);
        text_add_char(&p->out, '\n');
}

/* `part` NULL: all of them. */
static void write_measure(struct page *p, const struct policy *policy, const struct policy_measure *m,
                          const struct policy_part *part)
{
        write_head(p, m->full_id, title_in(p, &m->title));
        field(p, STRING_KIND, report_word(policy_kind_name(m->kind), p->language));
        field(p, STRING_COVERAGE, report_word(policy_coverage_name(m->coverage), p->language));
        write_source(p, policy);
        write_references(p, m->refs);
        if (m->when) {
                _cleanup_free_ char *when = tree_value_text(m->when);

                field(p, STRING_APPLIES_WHEN, when);
        }
        if (part) {
                text_add_char(&p->out, '\n');
                write_part(p, part);
        } else if (m->rolls_up) {
                write_rolled_up(p, m);
        } else if (m->part_count) {
                write_parts(p, m);
        }
        if (m->attest && (!part || !part->by_host))
                write_attestation(p, m->attest);
        if (m->error)
                text_printf(&p->out, "\nerror: %s\n", m->error);
}

/* ---- a policy ---- */

static void write_policy(struct page *p, const struct policy *policy)
{
        unsigned columns = 0;

        write_head(p, policy->id, title_in(p, &policy->title));
        field(p, STRING_VERSION, policy->version);
        field(p, STRING_FILE, policy->path);
        write_source(p, policy);
        text_printf(&p->out, "\n%s:\n", word(p, STRING_MEASURES));
        for (size_t i = 0; i < policy->measure_count; i++)
                if (layout_columns(policy->measures[i].id) > columns)
                        columns = (unsigned)layout_columns(policy->measures[i].id);
        for (size_t i = 0; i < policy->measure_count; i++) {
                const struct policy_measure *m = &policy->measures[i];
                _cleanup_free_ char *line = must_printf("%s (%s; %s)", title_in(p, &m->title),
                                                        report_word(policy_kind_name(m->kind), p->language),
                                                        report_word(policy_coverage_name(m->coverage), p->language));

                layout_field(&p->out, p->width, 2, columns + 2, m->id, line);
        }
}

/* ---- the command ---- */

static const struct policy *policy_of(const struct policies *policies, const struct policy_measure *m)
{
        for (size_t i = 0; i < policies_count(policies); i++) {
                const struct policy *p = policies_at(policies, i);

                if (m >= p->measures && m < p->measures + p->measure_count)
                        return p;
        }
        return NULL;
}

static const json_t *check_named(const json_t *descriptors, const char *id)
{
        json_t *check;
        size_t i;

        json_array_foreach (json_object_get(descriptors, "checks"), i, check)
                if (streq(json_member_string(check, "id"), id))
                        return check;
        return NULL;
}

static const struct policy *policy_named(const struct policies *policies, const char *id)
{
        for (size_t i = 0; i < policies_count(policies); i++)
                if (streq(policies_at(policies, i)->id, id))
                        return policies_at(policies, i);
        return NULL;
}

/* "MEASURE/PART"; *ret_part is NULL, and so is what is returned, where there is no such part. */
static const struct policy_measure *part_named(const struct policies *policies, const char *id,
                                               const struct policy_part **ret_part)
{
        const char *slash = strchr(id, '/');
        _cleanup_free_ char *measure = slash ? must_strndup(id, (size_t)(slash - id)) : NULL;
        const struct policy_measure *m = measure ? policies_measure(policies, measure) : NULL;

        for (size_t i = 0; m && i < m->part_count; i++) {
                if (!streq(m->parts[i].id, slash + 1))
                        continue;
                *ret_part = &m->parts[i];
                return m;
        }
        return NULL;
}

/* True where a policy knows the id: then it is written. */
static bool write_of_policies(struct page *p, const char *id)
{
        const struct policy_part *part = NULL;
        const struct policy *policy = policy_named(p->policies, id);
        const struct policy_measure *m = policies_measure(p->policies, id);

        if (!m)
                m = part_named(p->policies, id, &part);
        if (m)
                write_measure(p, policy_of(p->policies, m), m, part);
        else if (policy)
                write_policy(p, policy);
        return m || policy;
}

static int explain_id(const struct cli_command *self, const struct explain_options *o, const char *id,
                      enum report_language language)
{
        _cleanup_config_ struct config config = {0};
        _cleanup_policies_ struct policies *policies = NULL;
        _cleanup_observer_ struct observer *observer = NULL;
        _cleanup_json_ json_t *descriptors = NULL;
        struct page p = {.width = cli_width(), .language = language};
        const json_t *check;
        bool known;
        int status = cli_config(&o->common, &config);

        if (status == CLI_CONTINUE)
                status = cli_policies(&config, o->policies.items, &policies);
        if (status != CLI_CONTINUE)
                return status;
        p.policies = policies;
        known = write_of_policies(&p, id);
        if (!known)
                status = cli_observer(o->checks_dirs.items, &observer, &descriptors);
        if (status != CLI_CONTINUE)
                return status;
        check = check_named(descriptors, id);
        if (!known && !check)
                return cli_usage(
                        self, "there is no check, measure, part or policy \"%s\", expected one of `bioagent list`", id);
        if (!known)
                write_check(&p, check);
        status = cli_put(&p.out, CLI_OK);
        text_free(&p.out);
        return status;
}

static void explain_options_free(struct explain_options *o)
{
        free(o->checks_dirs.items);
        free(o->policies.items);
}

static int explain(const struct cli_command *self, int argc, char **argv)
{
        _cleanup_(explain_options_free) struct explain_options o = {0};
        enum report_language language;
        int rest, status = cli_options(self, argc, argv, &o, &rest);

        if (status != CLI_CONTINUE)
                return status;
        if (argc - rest != 1)
                return cli_usage(self, "%s, expected the id of a check, a measure, a part or a policy",
                                 argc > rest ? "several arguments" : "no argument");
        if (cli_language(o.lang, &language) < 0)
                return cli_usage(self, "unknown --lang \"%s\", expected nl or en", o.lang);
        return explain_id(self, &o, argv[rest], language);
}

const struct cli_command cli_explain = {
        .name = "explain",
        .synopsis = "ID [OPTION]…",
        .help = "explain a check (why, how to fix it), a measure or part of one (what bears on it), or a policy",
        .options = options,
        .run = explain,
};
