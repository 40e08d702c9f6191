/* SPDX-License-Identifier: EUPL-1.2 */
/* expect.yml: what each check must answer, and what must decide it. */
#include <errno.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/term.h"
#include "base/text.h"
#include "base/tree.h"
#include "base/yaml.h"
#include "case.h"

struct expectation {
        struct tree *tree;
        int64_t now;
        const struct bio_node *checks; /* map: id → what is expected */
        json_t *plan;
};

static const char *const root_keys[] = {"about", "now", "checks", NULL};
static const char *const check_keys[] = {"status",     "with",   "because",  "basis",
                                         "changes_at", "counts", "findings", NULL};
static const char *const finding_keys[] = {"subject", "status", "evidence", "beside", "personal", NULL};
static const char *const evidence_keys[] = {"source", "line", "key", "actual", "expected", "note", "decides", NULL};

void expect_free(struct expectation *e)
{
        if (!e)
                return;
        json_decref(e->plan);
        tree_free(e->tree);
        free(e);
}

static void drop(struct expectation **e)
{
        expect_free(*e);
}

static int check_finding(struct diag *diag, const struct bio_node *finding)
{
        const struct bio_node *member;
        int r;

        r = yaml_only(diag, finding, finding_keys);
        if (r == 0)
                r = yaml_child(diag, finding, "subject", BIO_BYTES, true, &member);
        if (r == 0)
                r = yaml_child(diag, finding, "status", BIO_BYTES, true, &member);
        if (r == 0)
                r = yaml_child(diag, finding, "evidence", BIO_MAP, false, &member);
        if (r == 0 && member)
                r = yaml_only(diag, member, evidence_keys);
        if (r == 0)
                r = yaml_child(diag, finding, "beside", BIO_LIST, false, &member);
        for (size_t i = 0; r == 0 && i < tree_count(member); i++)
                r = yaml_only(diag, tree_at(member, i), evidence_keys);
        return r;
}

static int check_check(struct diag *diag, const struct bio_node *check)
{
        const struct bio_node *findings, *member;
        int r;

        r = yaml_only(diag, check, check_keys);
        if (r == 0)
                r = yaml_child(diag, check, "status", BIO_BYTES, true, &member);
        if (r == 0)
                r = yaml_child(diag, check, "with", BIO_MAP, false, &member);
        if (r == 0)
                r = yaml_child(diag, check, "findings", BIO_LIST, true, &findings);
        for (size_t i = 0; r == 0 && i < tree_count(findings); i++)
                r = check_finding(diag, tree_at(findings, i));
        return r;
}

static int take(struct expectation *e, const struct bio_node *root, struct diag *diag)
{
        const struct bio_node *now;
        int r;

        r = yaml_only(diag, root, root_keys);
        if (r == 0)
                r = yaml_child(diag, root, "now", BIO_BYTES, true, &now);
        if (r == 0)
                r = yaml_child(diag, root, "checks", BIO_MAP, true, &e->checks);
        if (r < 0)
                return r;
        if (moment_parse(tree_bytes_of(now, NULL), &e->now) < 0)
                return yaml_error(diag, now, "expected a moment such as 2026-01-31T08:30:00Z");
        e->plan = json_must(json_array());
        for (size_t i = 0; i < tree_count(e->checks); i++) {
                const struct bio_node *check = tree_at(e->checks, i), *with = tree_get(check, "with");
                json_t *entry;

                r = check_check(diag, check);
                if (r < 0)
                        return r;
                entry = json_must(json_object());
                json_set(entry, "check", json_string_or_null(tree_key(check)));
                json_set(entry, "with", with ? tree_to_plain_json(with) : json_must(json_object()));
                json_push(e->plan, entry);
        }
        return 0;
}

int expect_load(const char *path, struct diag *diag, struct expectation **ret)
{
        _cleanup_(drop) struct expectation *e = must_alloc(sizeof(*e));
        const struct bio_node *root;
        int r;

        e->tree = tree_new();
        r = yaml_load(e->tree, path, diag, &root, NULL);
        if (r == 0)
                r = take(e, root, diag);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(e);
        return 0;
}

int64_t expect_now(const struct expectation *e)
{
        return e->now;
}

const json_t *expect_plan(const struct expectation *e)
{
        return e->plan;
}

/* Comparing. A difference is told at the line that expected otherwise. */

static void differs(struct diag *diag, const struct bio_node *at, const json_t *actual)
{
        _cleanup_free_ char *expected = tree_value_text(at), *got = json_text(actual);

        (void)yaml_error(diag, at, "expected %s: %s, got %s", tree_key(at) ? tree_key(at) : "", expected, got);
}

/* A note need only hold the text; all else is as written, with quotes around a text that looks like a number or
 * without. */
static bool fits(const struct bio_node *expected, const json_t *actual)
{
        _cleanup_json_ json_t *plain = tree_to_plain_json(expected);
        _cleanup_free_ char *text = tree_value_text(expected);

        if (streq(tree_key(expected), "note"))
                return json_is_string(actual) && strstr(json_string_value(actual), text);
        if (json_is_string(actual) && (json_is_integer(plain) || json_is_boolean(plain)))
                return streq(json_string_value(actual), text);
        return actual ? json_equal(plain, actual) : json_is_null(plain);
}

static void compare_members(const struct bio_node *expected, const json_t *actual, const char *const *except,
                            struct diag *diag)
{
        for (size_t i = 0; i < tree_count(expected); i++) {
                const struct bio_node *member = tree_at(expected, i);
                const char *const *skipped = except;

                while (*skipped && !streq(*skipped, tree_key(member)))
                        skipped++;
                if (!*skipped && !fits(member, json_object_get(actual, tree_key(member))))
                        differs(diag, member, json_object_get(actual, tree_key(member)));
        }
}

/* Names, addresses and paths of persons are marked: "subject", and members of the deciding evidence. */
static void compare_personal(const struct bio_node *expected, const json_t *finding, const json_t *decides,
                             struct diag *diag)
{
        const struct bio_node *wanted = tree_get(expected, "personal");
        _cleanup_json_ json_t *plain = wanted ? tree_to_plain_json(wanted) : json_must(json_array());
        _cleanup_json_ json_t *marked = json_must(json_array());

        json_array_extend(marked, json_object_get(finding, "_personal"));
        json_array_extend(marked, json_object_get(decides, "_personal"));
        if (!json_equal(plain, marked)) {
                _cleanup_free_ char *expects = json_text(plain), *got = json_text(marked);

                (void)yaml_error(diag, wanted ? wanted : expected,
                                 "of this finding %s is marked as personal, and \"personal:\" says %s", got, expects);
        }
}

static void compare_finding(const struct bio_node *expected, const json_t *finding, struct diag *diag)
{
        static const char *const none[] = {NULL};
        const struct bio_node *evidence = tree_get(expected, "evidence"), *beside = tree_get(expected, "beside");
        const json_t *pieces = json_object_get(finding, "evidence"), *decides = json_array_get(pieces, 0);

        if (evidence)
                compare_members(evidence, decides, none, diag);
        for (size_t i = 0; i < tree_count(beside); i++)
                compare_members(tree_at(beside, i), json_array_get(pieces, i + 1), none, diag);
        if (beside && tree_count(beside) + 1 != json_array_size(pieces))
                differs(diag, beside, pieces);
        compare_personal(expected, finding, decides, diag);
}

/* The finding of that subject and status that none before was held against. */
static json_t *take_finding(json_t *findings, const struct bio_node *expected)
{
        const char *subject = tree_bytes_of(tree_get(expected, "subject"), NULL);
        const char *status = tree_bytes_of(tree_get(expected, "status"), NULL);

        for (size_t i = 0; i < json_array_size(findings); i++) {
                json_t *finding = json_array_get(findings, i);

                if (streq(json_member_string(finding, "subject"), subject) &&
                    streq(json_member_string(finding, "status"), status)) {
                        json_incref(finding);
                        json_array_remove(findings, i);
                        return finding;
                }
        }
        return NULL;
}

static void compare_findings(const struct bio_node *expected, const json_t *result, struct diag *diag)
{
        _cleanup_json_ json_t *left = json_must(json_copy(json_object_get(result, "findings")));
        size_t i;

        for (i = 0; i < tree_count(expected); i++) {
                _cleanup_json_ json_t *finding = take_finding(left, tree_at(expected, i));

                if (finding)
                        compare_finding(tree_at(expected, i), finding, diag);
                else
                        differs(diag, tree_at(expected, i), json_object_get(result, "findings"));
        }
        for (i = 0; i < json_array_size(left); i++) {
                _cleanup_free_ char *finding = json_text(json_array_get(left, i));

                (void)yaml_error(diag, expected, "not expected: %s", finding);
        }
}

void expect_compare(const struct expectation *e, size_t i, const json_t *result, struct diag *diag)
{
        static const char *const apart[] = {"findings", "with", NULL};
        const struct bio_node *expected = tree_at(e->checks, i);

        compare_members(expected, result, apart, diag);
        compare_findings(tree_get(expected, "findings"), result, diag);
}
