/* SPDX-License-Identifier: EUPL-1.2 */
/* Policy files into structures (docs/policy.md). Strict in what this schema says; a newer one is taken as far as its
 * ids go. */
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/term.h"
#include "base/text.h"
#include "base/yaml.h"
#include "policy/internal.h"

#define ID_MOST       64
#define TITLE_MOST    1024
#define MEASURES_MOST 2000
#define PARTS_MOST    200
#define CHECKS_MOST   100

struct reader {
        struct tree *tree;
        struct diag *diag;
};

static const char *const kinds[] = {
        [POLICY_GOVERNMENT_MEASURE] = "government-measure",
        [POLICY_CONTROL] = "control",
        [POLICY_MEASURE] = "measure",
        [POLICY_REQUIREMENT] = "requirement",
        [POLICY_ADVICE] = "advice",
};
static const char *const coverages[] = {
        [POLICY_HOST] = "host",
        [POLICY_PARTLY] = "partly",
        [POLICY_ORGANISATION] = "organisation",
};
static const char *const bearings[] = {
        [POLICY_CONFIRMS] = "confirms",
        [POLICY_REFUTES] = "refutes",
};
static const char *const origins[] = {
        [POLICY_TEXT] = "text",
        [POLICY_SECONDARY] = "secondary",
        [POLICY_DECLARED] = "declared",
        [POLICY_PROPOSAL] = "proposal",
};
static const char *const sides[] = {"host", "organisation"};

const char *policy_kind_name(enum policy_kind kind)
{
        return kinds[kind];
}

const char *policy_coverage_name(enum policy_coverage coverage)
{
        return coverages[coverage];
}

const char *policy_bears_name(enum policy_bears bears)
{
        return bearings[bears];
}

const char *policy_origin_name(enum policy_origin origin)
{
        return origins[origin];
}

#define ID_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

static bool is_id(const char *s)
{
        return s[0] && strchr(ID_LETTERS, s[0]) && s[strspn(s, ID_LETTERS ".-_")] == '\0';
}

static int read_id(struct diag *diag, const struct bio_node *map, const char *key, const char **ret)
{
        int r = yaml_text(diag, map, key, ID_MOST, true, ret);

        if (r < 0)
                return r;
        if (!is_id(*ret))
                return yaml_error(diag, tree_get(map, key),
                                  "\"%s\" is no identifier, expected letters, digits, '.', '-' and '_', the first a "
                                  "letter or digit",
                                  *ret);
        return 0;
}

/* One of a table of words; *ret is its index. */
static int read_word(struct diag *diag, const struct bio_node *map, const char *key, const char *const *words,
                     size_t count, bool required, size_t *ret)
{
        _cleanup_text_ struct text expected = {0};
        const char *word;
        int r = yaml_text(diag, map, key, ID_MOST, required, &word);

        if (r < 0 || !word)
                return r;
        for (size_t i = 0; i < count; i++) {
                if (streq(words[i], word)) {
                        *ret = i;
                        return 0;
                }
                text_printf(&expected, "%s%s", i == 0 ? "" : i + 1 == count ? " or " : ", ", words[i]);
        }
        return yaml_error(diag, tree_get(map, key), "unknown \"%s\" for \"%s\", expected %s", word, key,
                          text_string(&expected));
}

static int read_title(struct diag *diag, const struct bio_node *map, const char *key, struct policy_title *ret)
{
        static const char *const keys[] = {"nl", "en", NULL};
        const struct bio_node *node;
        int r = yaml_child(diag, map, key, BIO_MAP, true, &node), more;

        if (r < 0)
                return r;
        r = yaml_only(diag, node, keys);
        more = yaml_text(diag, node, "nl", TITLE_MOST, true, &ret->nl);
        if (more < 0)
                r = more;
        more = yaml_text(diag, node, "en", TITLE_MOST, true, &ret->en);
        return more < 0 ? more : r;
}

/* ---- checks of a part ---- */

static bool same_with(const struct bio_node *a, const struct bio_node *b)
{
        _cleanup_json_ json_t *x = a ? tree_to_plain_json(a) : json_must(json_object());
        _cleanup_json_ json_t *y = b ? tree_to_plain_json(b) : json_must(json_object());

        return json_equal(x, y);
}

static int read_check(struct reader *r, const struct bio_node *node, struct policy_check *ret)
{
        static const char *const keys[] = {"check", "bears", "source", "with", NULL};
        size_t bears = 0, origin = POLICY_TEXT;
        const struct bio_node *with;

        if (tree_type(node) != BIO_MAP)
                return yaml_error(r->diag, node, "not a map, expected {check: …, bears: confirms or refutes}");
        if (yaml_only(r->diag, node, keys) < 0 || read_id(r->diag, node, "check", &ret->check) < 0 ||
            read_word(r->diag, node, "bears", bearings, ELEMENTS(bearings), true, &bears) < 0 ||
            read_word(r->diag, node, "source", origins, ELEMENTS(origins), false, &origin) < 0 ||
            yaml_child(r->diag, node, "with", BIO_MAP, false, &with) < 0)
                return -EINVAL;
        if (with && tree_count(with) == 0)
                return yaml_error(r->diag, with, "\"with\" is empty, expected parameters or no \"with\"");
        ret->bears = (enum policy_bears)bears;
        ret->origin = (enum policy_origin)origin;
        ret->with = with;
        ret->node = node;
        return 0;
}

static int read_checks(struct reader *r, const struct bio_node *list, struct policy_part *part)
{
        struct policy_check *checks;
        size_t count = tree_count(list), taken = 0;
        int result = 0;

        if (count == 0)
                return yaml_error(
                        r->diag, list,
                        "\"checks\" is empty, expected at least one check, or no \"checks\" where none exists");
        if (count > CHECKS_MOST)
                return yaml_error(r->diag, list, "%zu checks, expected at most %d", count, CHECKS_MOST);
        checks = must_alloc(count * sizeof(*checks));
        part->checks = checks;
        for (size_t i = 0; i < count; i++) {
                struct policy_check *c = &checks[taken];

                if (read_check(r, tree_at(list, i), c) < 0) {
                        result = -EINVAL;
                        continue;
                }
                for (size_t j = 0; j < taken; j++)
                        if (streq(checks[j].check, c->check) && same_with(checks[j].with, c->with))
                                result = yaml_error(r->diag, c->node,
                                                    "\"%s\" stands twice under this part, expected once", c->check);
                taken++;
        }
        part->check_count = taken;
        return result;
}

/* ---- parts of a measure ---- */

static int read_part(struct reader *r, const struct bio_node *node, struct policy_part *ret)
{
        static const char *const keys[] = {"id", "title", "by", "checks", NULL};
        const struct bio_node *checks;
        size_t side = 0;

        if (tree_type(node) != BIO_MAP)
                return yaml_error(r->diag, node, "not a map, expected a part: {id, title, by, checks}");
        if (yaml_only(r->diag, node, keys) < 0 || read_id(r->diag, node, "id", &ret->id) < 0 ||
            read_title(r->diag, node, "title", &ret->title) < 0 ||
            read_word(r->diag, node, "by", sides, ELEMENTS(sides), true, &side) < 0 ||
            yaml_child(r->diag, node, "checks", BIO_LIST, false, &checks) < 0)
                return -EINVAL;
        ret->by_host = side == 0;
        if (!checks)
                return 0;
        if (!ret->by_host)
                return yaml_error(r->diag, checks, "part \"%s\" is by: organisation, expected no checks there",
                                  ret->id);
        return read_checks(r, checks, ret);
}

static int read_parts(struct reader *r, const struct bio_node *list, struct policy_measure *measure)
{
        struct policy_part *parts;
        size_t count = tree_count(list);
        int result = 0;

        if (count == 0 || count > PARTS_MOST)
                return yaml_error(r->diag, list, "%zu parts, expected 1 to %d", count, PARTS_MOST);
        parts = must_alloc(count * sizeof(*parts));
        measure->parts = parts;
        measure->part_count = count;
        for (size_t i = 0; i < count; i++) {
                if (read_part(r, tree_at(list, i), &parts[i]) < 0)
                        result = -EINVAL;
                for (size_t j = 0; parts[i].id && j < i; j++)
                        if (streq(parts[j].id, parts[i].id))
                                result = yaml_error(r->diag, tree_get(tree_at(list, i), "id"),
                                                    "part \"%s\" stands twice in this measure, expected once",
                                                    parts[i].id);
        }
        return result;
}

/* ---- measures ---- */

static int read_refs(struct reader *r, const struct bio_node *map)
{
        static const char *const keys[] = {"iso27002", "bio104", "bio2", NULL};
        int result = yaml_only(r->diag, map, keys);

        for (size_t i = 0; i < tree_count(map); i++) {
                const struct bio_node *list = tree_at(map, i);

                if (tree_type(list) != BIO_LIST || tree_count(list) == 0) {
                        result = yaml_error(r->diag, list, "no list, expected numbers as texts: [\"5.17\"]");
                        continue;
                }
                for (size_t j = 0; j < tree_count(list); j++)
                        if (tree_type(tree_at(list, j)) != BIO_BYTES || !is_id(tree_bytes_of(tree_at(list, j), NULL)))
                                result = yaml_error(r->diag, tree_at(list, j),
                                                    "not a number as text, expected \"5.17\" in quotes");
        }
        return result;
}

static int read_when(struct reader *r, const struct bio_node *map)
{
        int result = 0;

        if (tree_count(map) == 0)
                return yaml_error(r->diag, map, "\"when\" is empty, expected members of the profile, or no \"when\"");
        for (size_t i = 0; i < tree_count(map); i++) {
                enum bio_type type = tree_type(tree_at(map, i));

                if (type != BIO_BOOL && type != BIO_INTEGER && type != BIO_BYTES)
                        result = yaml_error(
                                r->diag, tree_at(map, i),
                                "\"when\" compares with one value, expected true, false, a number or a text");
        }
        return result;
}

static int read_attestation(struct reader *r, const struct bio_node *map, struct policy_measure *measure)
{
        static const char *const keys[] = {"statement", "officer", "valid", NULL};
        struct policy_attestation *attest = must_alloc(sizeof(*attest));
        struct term term;

        measure->attest = attest;
        if (yaml_only(r->diag, map, keys) < 0 || read_title(r->diag, map, "statement", &attest->statement) < 0 ||
            read_id(r->diag, map, "officer", &attest->officer) < 0 ||
            yaml_text(r->diag, map, "valid", ID_MOST, true, &attest->valid) < 0)
                return -EINVAL;
        if (term_parse(attest->valid, &term) < 0)
                return yaml_error(r->diag, tree_get(map, "valid"), "\"%s\" is no term, expected ISO 8601 such as P1Y",
                                  attest->valid);
        return 0;
}

static int read_rolls_up(struct reader *r, const struct bio_node *list, struct policy_measure *ret)
{
        size_t count = tree_count(list);
        const char **ids;

        if (count == 0 || count > PARTS_MOST)
                return yaml_error(r->diag, list, "%zu measures, expected 1 to %d", count, PARTS_MOST);
        ids = must_alloc((count + 1) * sizeof(*ids));
        ret->rolls_up = ids;
        for (size_t i = 0; i < count; i++) {
                const char *id = tree_bytes_of(tree_at(list, i), NULL);

                if (tree_type(tree_at(list, i)) != BIO_BYTES || !is_id(id))
                        return yaml_error(r->diag, tree_at(list, i), "no identifier, expected the number of a measure");
                ids[i] = id;
        }
        return 0;
}

static int read_measure(struct reader *r, const char *policy, const struct bio_node *node, struct policy_measure *ret)
{
        static const char *const keys[] = {"id",   "kind",  "coverage", "title",  "refs",
                                           "when", "parts", "rolls_up", "attest", NULL};
        const struct bio_node *parts, *rolls_up, *attest;
        size_t kind = POLICY_MEASURE, coverage = POLICY_PARTLY;
        int result;

        if (tree_type(node) != BIO_MAP)
                return yaml_error(r->diag, node, "not a map, expected a measure: {id, kind, coverage, title, parts}");
        result = yaml_only(r->diag, node, keys);
        if (read_id(r->diag, node, "id", &ret->id) < 0 ||
            read_word(r->diag, node, "kind", kinds, ELEMENTS(kinds), true, &kind) < 0 ||
            read_word(r->diag, node, "coverage", coverages, ELEMENTS(coverages), true, &coverage) < 0 ||
            read_title(r->diag, node, "title", &ret->title) < 0 ||
            yaml_child(r->diag, node, "refs", BIO_MAP, false, &ret->refs) < 0 ||
            yaml_child(r->diag, node, "when", BIO_MAP, false, &ret->when) < 0 ||
            yaml_child(r->diag, node, "attest", BIO_MAP, false, &attest) < 0 ||
            yaml_child(r->diag, node, "rolls_up", BIO_LIST, false, &rolls_up) < 0 ||
            yaml_child(r->diag, node, "parts", BIO_LIST, !rolls_up, &parts) < 0)
                return -EINVAL;
        ret->kind = (enum policy_kind)kind;
        ret->coverage = (enum policy_coverage)coverage;
        if (policy)
                ret->full_id = tree_bytes_of(tree_printf(r->tree, "%s:%s", policy, ret->id), NULL);
        if ((ret->refs && read_refs(r, ret->refs) < 0) || (ret->when && read_when(r, ret->when) < 0) ||
            (attest && read_attestation(r, attest, ret) < 0))
                result = -EINVAL;
        if (rolls_up && (parts || ret->kind != POLICY_REQUIREMENT))
                return yaml_error(r->diag, rolls_up, "\"rolls_up\" is a requirement's, expected it instead of parts");
        if (rolls_up)
                return read_rolls_up(r, rolls_up, ret) < 0 ? -EINVAL : result;
        return read_parts(r, parts, ret) < 0 ? -EINVAL : result;
}

/* Measures of the same policy, and no requirements: what they answer is known before. */
static int check_rolls_up(struct reader *r, const struct bio_node *node, const struct policy *policy,
                          const struct policy_measure *m)
{
        const struct bio_node *list = tree_get(node, "rolls_up");
        int result = 0;

        for (size_t i = 0; m->rolls_up && m->rolls_up[i]; i++) {
                const struct policy_measure *one = policy_measure_numbered(policy, m->rolls_up[i]);

                if (!one || one->rolls_up)
                        result = yaml_error(r->diag, tree_at(list, i),
                                            "\"%s\" is no measure of this policy, expected one that has parts",
                                            m->rolls_up[i]);
                for (size_t j = 0; j < i; j++)
                        if (streq(m->rolls_up[j], m->rolls_up[i]))
                                result = yaml_error(r->diag, tree_at(list, i), "\"%s\" stands twice, expected once",
                                                    m->rolls_up[i]);
        }
        return result;
}

static int check_all_rolls_up(struct reader *r, const struct bio_node *list, const struct policy *policy)
{
        int result = 0;

        for (size_t i = 0; i < policy->measure_count; i++)
                if (check_rolls_up(r, tree_at(list, i), policy, &policy->measures[i]) < 0)
                        result = -EINVAL;
        return result;
}

static int read_measures(struct reader *r, const struct bio_node *list, struct policy *policy)
{
        struct policy_measure *measures;
        size_t count = tree_count(list);
        int result = 0;

        if (count == 0 || count > MEASURES_MOST)
                return yaml_error(r->diag, list, "%zu measures, expected 1 to %d", count, MEASURES_MOST);
        measures = must_alloc(count * sizeof(*measures));
        policy->measures = measures;
        policy->measure_count = count;
        for (size_t i = 0; i < count; i++) {
                if (read_measure(r, policy->id, tree_at(list, i), &measures[i]) < 0)
                        result = -EINVAL;
                for (size_t j = 0; measures[i].id && j < i; j++)
                        if (streq(measures[j].id, measures[i].id))
                                result = yaml_error(r->diag, tree_get(tree_at(list, i), "id"),
                                                    "measure \"%s\" stands twice, expected once", measures[i].id);
        }
        return result < 0 ? result : check_all_rolls_up(r, list, policy);
}

/* ---- the file ---- */

static int read_source(struct reader *r, const struct bio_node *map)
{
        static const char *const keys[] = {"name", "version", "date", "licence", "note", NULL};
        static const char *const texts[] = {"name", "version", "date", "licence"};
        int result = yaml_only(r->diag, map, keys);
        struct policy_title note;
        const char *value;
        int64_t moment;

        for (size_t i = 0; i < ELEMENTS(texts); i++)
                if (yaml_text(r->diag, map, texts[i], TITLE_MOST, true, &value) < 0)
                        result = -EINVAL;
                else if (streq(texts[i], "date") && moment_parse(value, &moment) < 0)
                        result = yaml_error(r->diag, tree_get(map, "date"),
                                            "\"%s\" is no date, expected such as 2026-01-31", value);
        if (tree_get(map, "note") && read_title(r->diag, map, "note", &note) < 0)
                result = -EINVAL;
        return result;
}

/* Ids and titles of a later schema's measures, as far as they are what they are here; each with its error. */
static void read_newer(struct reader *r, const struct bio_node *list, struct policy *policy, const char *error)
{
        size_t count = tree_type(list) == BIO_LIST ? tree_count(list) : 0;
        struct policy_measure *measures = must_alloc((count + 1) * sizeof(*measures));

        policy->measures = measures;
        for (size_t i = 0; i < count && policy->measure_count < MEASURES_MOST; i++) {
                struct policy_measure *m = &measures[policy->measure_count];
                size_t kind = POLICY_MEASURE, coverage = POLICY_PARTLY;

                *m = (struct policy_measure){0};
                if (tree_type(tree_at(list, i)) != BIO_MAP || read_id(NULL, tree_at(list, i), "id", &m->id) < 0)
                        continue;
                if (read_title(NULL, tree_at(list, i), "title", &m->title) < 0)
                        m->title = (struct policy_title){m->id, m->id};
                (void)read_word(NULL, tree_at(list, i), "kind", kinds, ELEMENTS(kinds), false, &kind);
                (void)read_word(NULL, tree_at(list, i), "coverage", coverages, ELEMENTS(coverages), false, &coverage);
                m->kind = (enum policy_kind)kind;
                m->coverage = (enum policy_coverage)coverage;
                m->full_id = tree_bytes_of(tree_printf(r->tree, "%s:%s", policy->id, m->id), NULL);
                m->error = error;
                policy->measure_count++;
        }
}

int policy_read(struct tree *t, const struct bio_node *root, struct policy *ret, struct diag *diag)
{
        static const char *const keys[] = {"schema", "policy", "version", "title", "source", "measures", NULL};
        struct reader r = {.tree = t, .diag = diag};
        const struct bio_node *measures;
        const char *schema;
        unsigned version;
        int result;

        if (tree_type(root) != BIO_MAP)
                return yaml_error(diag, root, "no policy, expected a map that begins with schema: " POLICY_SCHEMA);
        if (yaml_text(diag, root, "schema", ID_MOST, true, &schema) < 0)
                return -EINVAL;
        version = schema_version(schema, "bioagent.policy");
        if (version == 0)
                return yaml_error(diag, tree_get(root, "schema"), "unknown schema \"%s\", expected " POLICY_SCHEMA,
                                  schema);
        result = version == 1 ? yaml_only(diag, root, keys) : 0;
        if (read_id(diag, root, "policy", &ret->id) < 0 ||
            yaml_text(diag, root, "version", ID_MOST, true, &ret->version) < 0)
                return -EINVAL;
        if (version > 1) {
                const char *error = tree_intern(t, "its policy is of a newer schema than this agent reads");

                if (read_title(NULL, root, "title", &ret->title) < 0)
                        ret->title = (struct policy_title){ret->id, ret->id};
                read_newer(&r, tree_get(root, "measures"), ret, error);
                (void)diag_add(diag, DIAG_WARNING, tree_source(root), tree_line(tree_get(root, "schema")),
                               tree_column(tree_get(root, "schema")),
                               "schema \"%s\" is newer than " POLICY_SCHEMA
                               ": its %zu measures are answered with error",
                               schema, ret->measure_count);
                return 0;
        }
        if (read_title(diag, root, "title", &ret->title) < 0)
                result = -EINVAL;
        if (yaml_child(diag, root, "source", BIO_MAP, true, &ret->source) < 0 || read_source(&r, ret->source) < 0)
                result = -EINVAL;
        if (yaml_child(diag, root, "measures", BIO_LIST, true, &measures) < 0)
                return -EINVAL;
        return read_measures(&r, measures, ret) < 0 ? -EINVAL : result;
}

void policy_free(struct policy *p)
{
        for (size_t i = 0; i < p->measure_count; i++) {
                const struct policy_measure *m = &p->measures[i];

                for (size_t j = 0; j < m->part_count; j++)
                        free((void *)m->parts[j].checks);
                free((void *)m->parts);
                free((void *)m->rolls_up);
                free((void *)m->attest);
        }
        free((void *)p->measures);
        free(p->text);
        *p = (struct policy){0};
}
