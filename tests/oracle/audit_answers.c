/* SPDX-License-Identifier: EUPL-1.2 */
/* What our facts make of audit rules, for tests/oracle/audit: each line of standard input is answered by one line.
 *
 *     L LINE        what a line of a rules file does: "adds TEXT", "deletes TEXT", "clears", "nothing", "refused",
 * "unknown" 4 LINE        the same as of audit 4 K JSON        the text of a rule in the form of the probe M 0|1 ROOT
 * the lines of ROOT as augenrules merges them, joined by 0x1f; 1: the augenrules of audit 4 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "facts/audit_internal.h"

static int account(void *user, const char *name, uint32_t *id)
{
        (void)user;
        *id = 0;
        return streq(name, "root") ? 1 : 0;
}

static int no_directory(void *user, const char *path)
{
        (void)user;
        return path[strspn(path, "/")] == '\0' || streq(path, "/etc") || streq(path, "/usr/bin");
}

static void say_line(const char *line, bool audit4)
{
        static const char *const effects[] = {"nothing", "adds", "deletes", "clears", "refused", "unknown"};
        const struct rule_host host = {NULL, account, account, no_directory, audit4};
        struct arena arena = {0};
        struct rule_line compiled = rule_compile(&arena, line, strlen(line), &host);

        if (compiled.rule)
                printf("%s %s%s\n", effects[compiled.effect], compiled.prepends ? "first " : "",
                       rule_text(&arena, compiled.rule));
        else
                puts(effects[compiled.effect]);
        arena_free(&arena);
}

static void say_kernel(const char *json)
{
        _cleanup_json_ json_t *parsed = json_loads(json, 0, NULL);
        _cleanup_tree_ struct tree *t = tree_new();
        struct arena arena = {0};
        struct bio_node *node;
        struct rule *rule = NULL;

        if (parsed && tree_from_json(t, parsed, &node) == 0)
                rule = rule_from_kernel(&arena, node);
        puts(rule ? rule_text(&arena, rule) : "no rule");
        arena_free(&arena);
}

static void say_merged(const char *root, bool carriage)
{
        struct access *access;
        struct live *live = live_new(NULL, true);
        struct facts *f;
        struct arena arena = {0};
        struct rules_merged merged = {.arena = &arena};
        size_t i;

        if (access_open(root, &access) < 0)
                exit(1);
        f = facts_new(access, live, NULL, NULL);
        rules_augen(f, &merged, carriage);
        if (merged.state != BIO_KNOWN)
                printf("not known: %s", merged.why);
        for (i = 0; i < merged.count; i++)
                printf("%s%.*s", i > 0 ? "\x1f" : "", (int)merged.lines[i].length, merged.lines[i].bytes);
        puts("");
        free(merged.lines);
        facts_free(f);
        live_free(live);
        access_close(access);
        arena_free(&arena);
}

int main(void)
{
        _cleanup_free_ char *line = NULL;
        size_t allocated = 0;
        ssize_t length;

        while ((length = getline(&line, &allocated, stdin)) > 1) {
                if (line[length - 1] == '\n')
                        line[length - 1] = '\0';
                if (line[0] == 'L' || line[0] == '4')
                        say_line(line + 2, line[0] == '4');
                else if (line[0] == 'K')
                        say_kernel(line + 2);
                else
                        say_merged(line + 4, line[2] == '1');
        }
        return fflush(stdout) == 0 ? 0 : 1;
}
