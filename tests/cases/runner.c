/* SPDX-License-Identifier: EUPL-1.2 */
/* Runs cases: an unpacked root, what the running system would answer, and what the checks must say of it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "case.h"
#include "facts/facts.h"
#include "observe/catalogue.h"
#include "observe/engine.h"
#include "policy/declaration.h"
#include "wire/shape.h"

#define DAY          ((int64_t)24 * 60 * 60)
#define FILES_OLDER  (30 * DAY) /* than `now`, where meta.mtree says nothing */
#define QUERIES_MOST 8

static void drop_expectation(struct expectation **e)
{
        expect_free(*e);
}

static const struct bio_node *source_fact(void *user, const char *name)
{
        return facts_get(user, name);
}

static const struct bio_node *source_query(void *user, const char *name, const struct bio_argument *arguments)
{
        struct fact_argument given[QUERIES_MOST + 1] = {0};
        size_t n = 0;

        for (; arguments->name && n < QUERIES_MOST; arguments++)
                if (arguments->value)
                        given[n++] = (struct fact_argument){arguments->name, arguments->value};
        return facts_query(user, name, given);
}

static json_t *run_check(struct facts *facts, struct declared *declared, const struct catalogue *catalogue,
                         const json_t *entry, int64_t now)
{
        const struct engine_source source = {source_fact, source_query, facts, declared};
        const char *id = json_member_string(entry, "check");
        const struct bio_check *check = catalogue_find(catalogue, id);

        return check ? engine_run(check, json_object_get(entry, "with"), now, &source)
                     : engine_unknown_check(id, json_object_get(entry, "with"), now);
}

/* CASE/declarations.d, under the name that it has on a host. */
static int load_declared(const char *directory, int64_t now, struct diag *diag, struct declared **ret)
{
        struct declarations *d = NULL;
        _cleanup_free_ char *why = NULL;
        _cleanup_json_ json_t *plan = NULL;
        json_t *file;
        size_t i;
        int r = declarations_load(directory, diag, &d);

        plan = declarations_plan(d);
        declarations_free(d);
        json_array_foreach (json_object_get(plan, "files"), i, file)
                json_set(file, "file",
                         json_printf("/etc/bioagent/declarations.d%s", strrchr(json_member_string(file, "file"), '/')));
        return r == 0 ? declared_read(plan, now, ret, &why) : r;
}

static void run_plan(const char *root, struct declared *declared, const struct expectation *e, bool show,
                     struct diag *diag)
{
        _cleanup_access_ struct access *access = NULL;
        _cleanup_catalogue_ struct catalogue *catalogue = catalogue_new();
        const json_t *plan = expect_plan(e);
        struct facts *facts;
        struct live *live;
        int r;

        r = access_open(root, &access);
        if (r < 0) {
                (void)diag_add(diag, DIAG_ERROR, root, 0, 0, "%s", strerror(-r));
                return;
        }
        live = live_new(NULL, true);
        facts = facts_new(access, live, NULL, NULL);
        for (size_t i = 0; i < json_array_size(plan); i++) {
                const json_t *entry = json_array_get(plan, i);
                _cleanup_json_ json_t *result = run_check(facts, declared, catalogue, entry, expect_now(e));
                _cleanup_free_ char *why = NULL;

                if (show)
                        (void)json_dumpf(result, stdout, JSON_INDENT(2)), (void)putchar('\n');
                if (shape_result(result, json_member_string(entry, "check"), &why) < 0)
                        (void)diag_add(diag, DIAG_ERROR, root, 0, 0, "%s", why);
                expect_compare(e, i, result, diag);
        }
        facts_free(facts);
        live_free(live);
}

static int run_case(const char *path, bool show)
{
        _cleanup_free_ char *expect = must_printf("%s/expect.yml", path), *meta = must_printf("%s/meta.mtree", path);
        _cleanup_free_ char *live = must_printf("%s/live.json", path), *root = must_printf("%s/root", path);
        _cleanup_free_ char *declarations = must_printf("%s/declarations.d", path);
        _cleanup_(drop_expectation) struct expectation *e = NULL;
        _cleanup_declared_ struct declared *declared = NULL;
        _cleanup_diag_ struct diag diag = {0};
        int r;

        r = expect_load(expect, &diag, &e);
        if (r == 0)
                r = overlay_load(meta, expect_now(e) - FILES_OLDER, &diag);
        if (r == 0)
                r = live_load(live, &diag);
        if (r == 0)
                r = load_declared(declarations, expect_now(e), &diag, &declared);
        if (r == 0)
                run_plan(root, declared, e, show, &diag);
        live_unload();
        overlay_unload();
        diag_print(&diag, stderr);
        return diag.failed ? -EINVAL : 0;
}

int main(int argc, char **argv)
{
        bool show = argc > 1 && streq(argv[1], "--show");
        int failed = 0, first = show ? 2 : 1;

        if (argc <= first) {
                fprintf(stderr, "usage: %s [--show] CASE…\n", argv[0]);
                return 2;
        }
        for (int i = first; i < argc; i++)
                if (run_case(argv[i], show) < 0) {
                        printf("FAILED %s\n", argv[i]);
                        failed++;
                }
        printf("%d cases, %d failed\n", argc - first, failed);
        return failed > 0;
}
