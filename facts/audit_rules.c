/* SPDX-License-Identifier: EUPL-1.2 */
/* The rules laid down beside the rules that the kernel has. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "base/memory.h"
#include "facts/audit_internal.h"
#include "facts/lines.h"

/* Pairs of a rule and what may stand before it that are looked at. */
#define PAIRS_MOST ((size_t)1024 * 1024)
#define GROUP_MOST ((size_t)4 * 1024 * 1024)

struct laid {
        struct rules_line line;
        const struct rule *rule; /* NULL: what the line is cannot be told, or auditctl refuses it */
        const char *text, *why;
        uint64_t hash;
        bool refused;
};

struct loaded {
        const struct rule *rule;
        const char *text;
        uint64_t hash;
        const struct laid *laid; /* NULL: laid down nowhere */
};

struct comparison {
        struct facts *f;
        struct arena arena;
        struct rules_merged merged;
        struct laid *laid;
        size_t laid_count, laid_allocated;
        struct loaded *loaded;
        size_t loaded_count;
        const struct bio_node *kernel; /* as live_audit_rules() answers */
        const struct rules_line *enabled, *settings[4];
        const char *setting_values[4], *enabled_value;
        /* Where auditctl stops reading, and why. */
        const struct rules_line *stops;
        const char *stops_why;
        bool ignores, locked;
        struct bio_node *tree;
};

static void *comparison_make(struct facts *f)
{
        struct comparison *c = must_alloc(sizeof(*c));

        c->f = f;
        return c;
}

static void comparison_free(void *kept)
{
        struct comparison *c = kept;

        free(c->merged.lines);
        free(c->laid);
        free(c->loaded);
        arena_free(&c->arena);
        free(c);
}

/* --- what lines are compiled against */

static int account_id(void *user, const char *name, uint32_t *id)
{
        const struct fact_argument arguments[] = {{"name", name}, {NULL, NULL}};
        const struct bio_node *account = facts_query(user, "accounts.user", arguments), *uid = tree_get(account, "uid");

        if (tree_state(account) == BIO_ABSENT)
                return 0;
        if (tree_type(uid) != BIO_INTEGER)
                return -1;
        *id = (uint32_t)tree_integer_of(uid);
        return 1;
}

/* group(5): the first line of that name. One that is not there may be in another source. */
static int group_id(void *user, const char *name, uint32_t *id)
{
        const struct access_file *file = access_read(facts_access(user), "/etc/group", GROUP_MOST);
        struct lines lines = lines_of(file->bytes, file->state == BIO_KNOWN ? file->length : 0);
        size_t length = strlen(name);
        struct line line;

        while (lines_next(&lines, &line)) {
                const char *second;
                uint64_t gid;
                size_t digits;
                _cleanup_free_ char *number = NULL;

                if (line.length <= length || memcmp(line.bytes, name, length) != 0 || line.bytes[length] != ':')
                        continue;
                second = memchr(line.bytes + length + 1, ':', line.length - length - 1);
                if (!second)
                        return -1;
                digits = strspn(++second, "0123456789");
                number = must_strndup(second, digits);
                if (second[digits] != ':' || parse_u64(number, &gid) < 0 || gid > UINT32_MAX)
                        return -1;
                *id = (uint32_t)gid;
                return 1;
        }
        return -1;
}

static int is_directory(void *user, const char *path)
{
        const struct access_file *file = access_stat(facts_access(user), path);

        if (file->state == BIO_UNREADABLE)
                return -1;
        return file->state == BIO_KNOWN && S_ISDIR(file->mode);
}

/* As of audit 4, by the version that is installed. */
static int audit4(struct facts *f)
{
        const char *version = audit_version(f);

        return version ? strtoul(version, NULL, 10) >= 4 : -1;
}

/* --- the rules as auditctl sends them, one after the other */

static void stop_at(struct comparison *c, const struct rules_line *line, const char *why)
{
        if (c->stops || c->ignores)
                return;
        c->stops = line;
        c->stops_why = why;
}

/* The kernel takes a rule on a path only where the directory above it is there (and of a directory, itself). */
static bool place_is_missing(struct comparison *c, const struct rule *rule)
{
        size_t i;

        for (i = 0; i < rule->field_count; i++) {
                const struct rule_field *f = &rule->fields[i];
                const char *slash, *path = f->text;

                if (f->field != AUDIT_WATCH && f->field != AUDIT_EXE && f->field != AUDIT_DIR)
                        continue;
                slash = strrchr(path, '/');
                if (f->field != AUDIT_DIR)
                        path = slash > path ? arena_copy(&c->arena, path, (size_t)(slash - path)) : "/";
                if (path[0] != '/' || access_stat(facts_access(c->f), path)->state == BIO_ABSENT)
                        return true;
        }
        return false;
}

static size_t find_laid(const struct comparison *c, const struct rule *rule)
{
        size_t i;

        for (i = 0; i < c->laid_count; i++)
                if (c->laid[i].rule && rule_same(c->laid[i].rule, rule))
                        return i;
        return c->laid_count;
}

static void add_laid(struct comparison *c, struct laid laid, bool first)
{
        c->laid = must_grow(c->laid, &c->laid_allocated, c->laid_count + 1, sizeof(*c->laid));
        if (first)
                memmove(&c->laid[1], &c->laid[0], c->laid_count * sizeof(*c->laid));
        c->laid[first ? 0 : c->laid_count] = laid;
        c->laid_count++;
}

static void take_rule(struct comparison *c, const struct rules_line *line, const struct rule_line *compiled)
{
        size_t at = find_laid(c, compiled->rule);

        if (c->locked)
                stop_at(c, line, "a rule after `-e 2`, which locks them");
        if (compiled->effect == RULE_DELETES) {
                if (at == c->laid_count)
                        return stop_at(c, line, "the removal of a rule that is not there");
                memmove(&c->laid[at], &c->laid[at + 1], (c->laid_count - at - 1) * sizeof(*c->laid));
                c->laid_count--;
                return;
        }
        if (at < c->laid_count)
                return stop_at(c, line, "a rule that is there already");
        if (place_is_missing(c, compiled->rule))
                stop_at(c, line, "a rule on a path whose directory is not there");
        add_laid(c,
                 (struct laid){.line = *line,
                               .rule = compiled->rule,
                               .text = rule_text(&c->arena, compiled->rule),
                               .why = place_is_missing(c, compiled->rule) ? "its directory is not there" : NULL},
                 compiled->prepends);
}

static void take_settings(struct comparison *c, const struct rules_line *line, const struct rule_line *compiled)
{
        static const char *const numbers[] = {"0", "1", "2"};
        size_t i;

        for (i = 0; i < ELEMENTS(c->settings); i++) {
                if (!compiled->settings[i])
                        continue;
                c->settings[i] = line;
                c->setting_values[i] = compiled->settings[i];
        }
        if (compiled->enabled >= 0) {
                c->enabled = line;
                c->enabled_value = numbers[compiled->enabled];
                c->locked = compiled->enabled == 2;
        }
        c->ignores = c->ignores || compiled->ignores;
}

static void take_compiled(struct comparison *c, const struct rules_line *line, const struct rule_line *compiled)
{
        take_settings(c, line, compiled);
        switch (compiled->effect) {
        case RULE_NOTHING:
                return;
        case RULE_ADDS:
        case RULE_DELETES:
                return take_rule(c, line, compiled);
        case RULE_CLEARS:
                if (!compiled->key) {
                        c->laid_count = 0;
                        return;
                }
                break;
        case RULE_REFUSED:
                stop_at(c, line, compiled->why);
                break;
        case RULE_UNKNOWN:
                break;
        }
        add_laid(c,
                 (struct laid){.line = *line,
                               .text = arena_copy(&c->arena, line->bytes, line->length),
                               .why = compiled->why ? compiled->why : "removal by key is not modelled",
                               .refused = compiled->effect == RULE_REFUSED},
                 false);
}

static void lay_down(struct comparison *c)
{
        const struct rule_host host = {c->f, account_id, group_id, is_directory, audit4(c->f)};
        size_t i;

        rules_merge(c->f, &c->arena, &c->merged);
        for (i = 0; i < c->merged.count && c->merged.state == BIO_KNOWN; i++) {
                const struct rules_line *line = &c->merged.lines[i];
                struct rule_line compiled = rule_compile(&c->arena, line->bytes, line->length, &host);

                take_compiled(c, line, &compiled);
        }
        for (i = 0; i < c->laid_count; i++)
                c->laid[i].hash = hash_bytes(c->laid[i].text, strlen(c->laid[i].text));
}

/* --- the kernel's */

/* NULL, or the node that says why they are not known. */
static const struct bio_node *load(struct comparison *c)
{
        size_t i, j;

        c->kernel = live_audit_rules(facts_live(c->f), facts_tree(c->f));
        if (tree_state(c->kernel) != BIO_KNOWN)
                return c->kernel;
        c->loaded = must_realloc(NULL, tree_count(c->kernel) + 1, sizeof(*c->loaded));
        for (i = 0; i < tree_count(c->kernel); i++) {
                struct loaded *l = &c->loaded[c->loaded_count];

                *l = (struct loaded){.rule = rule_from_kernel(&c->arena, tree_at(c->kernel, i))};
                if (!l->rule)
                        return tree_basis(tree_from(tree_unreadable(facts_tree(c->f), "a rule of another form"),
                                                    "kernel audit", 0, 0),
                                          BIO_RUNNING);
                l->text = rule_text(&c->arena, l->rule);
                l->hash = hash_bytes(l->text, strlen(l->text));
                for (j = 0; j < c->laid_count && !l->laid; j++)
                        if (c->laid[j].rule && c->laid[j].hash == l->hash && streq(c->laid[j].text, l->text))
                                l->laid = &c->laid[j];
                c->loaded_count++;
        }
        return NULL;
}

static size_t find_loaded(const struct comparison *c, const struct laid *laid)
{
        size_t i;

        for (i = 0; i < c->loaded_count; i++)
                if (c->loaded[i].hash == laid->hash && streq(c->loaded[i].text, laid->text))
                        return i;
        return c->loaded_count;
}

/* --- nodes */

/* User ids of people, and paths in homes. */
static bool is_personal(const struct rule *rule)
{
        size_t i;

        for (i = 0; rule && i < rule->field_count; i++) {
                const struct rule_field *f = &rule->fields[i];
                bool uid = (f->field >= AUDIT_UID && f->field <= AUDIT_FSUID) || f->field == AUDIT_LOGINUID ||
                           f->field == AUDIT_OBJ_UID;

                if (uid && (f->op == AUDIT_EQUAL || f->op == AUDIT_NOT_EQUAL) && f->value >= 1000 &&
                    f->value != UINT32_MAX)
                        return true;
                if (rule_field_is_text(f->field) && starts_with(f->text, "/home/"))
                        return true;
        }
        return false;
}

static struct bio_node *text_node(struct tree *t, const char *text, const struct rule *rule)
{
        return tree_class(tree_text(t, text), is_personal(rule) ? BIO_PERSONAL : BIO_TECHNICAL);
}

/* What a rule that stands before a loaded one makes of it. */
static struct bio_node *behind(struct comparison *c, const char *state, const struct rule *before, const char *note)
{
        struct bio_node *node = tree_note(tree_text(facts_tree(c->f), state), "%s", note);

        return tree_class(node, is_personal(before) ? BIO_PERSONAL : BIO_TECHNICAL);
}

/* A loaded rule, and what keeps its records back. */
static struct bio_node *loaded_state(struct comparison *c, const struct laid *laid, size_t at)
{
        const struct loaded *narrows = NULL;
        _cleanup_free_ char *note = NULL;
        size_t i;

        for (i = 0; i < c->loaded_count; i++) {
                const struct loaded *before = &c->loaded[i];
                bool same_list = before->rule->list == laid->rule->list;
                enum rule_cover cover;

                if (same_list && i >= at)
                        continue;
                cover = rule_covers(before->rule, laid->rule);
                if (cover == RULE_COVERS)
                        return behind(c, "behind a rule that leaves all of it out", before->rule, before->text);
                if (cover == RULE_OVERLAPS && (!before->laid || (same_list && before->laid > laid)))
                        return behind(c, "behind a rule that leaves part of it out, and is not laid down so",
                                      before->rule, before->text);
                if (cover == RULE_OVERLAPS)
                        narrows = before;
        }
        if (!narrows)
                return tree_text(facts_tree(c->f), "loaded");
        note = must_printf("a rule before it that is laid down too leaves part of it out: %s", narrows->text);
        return behind(c, "loaded", narrows->rule, note);
}

static struct bio_node *state_node(struct comparison *c, const struct laid *laid, const struct bio_node *unknown)
{
        struct tree *t = facts_tree(c->f);
        struct bio_node *node;
        size_t at;

        if (laid->refused)
                return tree_note(tree_text(t, "refused by auditctl"), "%s", laid->why);
        if (!laid->rule)
                return tree_undecidable(t, "%s", laid->why);
        if (unknown)
                return tree_basis(tree_unreadable(t, "%s", tree_why(unknown)), BIO_RUNNING);
        at = find_loaded(c, laid);
        node = at < c->loaded_count ? loaded_state(c, laid, at) : tree_text(t, "not loaded");
        if (at == c->loaded_count && laid->why)
                tree_note(node, "%s", laid->why);
        return tree_basis(node, BIO_RUNNING);
}

static struct bio_node *laid_node(struct comparison *c, const struct bio_node *unknown)
{
        struct tree *t = facts_tree(c->f);
        struct bio_node *list, *node;
        size_t i;

        switch (c->merged.state) {
        case BIO_ABSENT:
                return tree_absent(t, "%s", c->merged.why);
        case BIO_UNREADABLE:
                return tree_from(tree_unreadable(t, "%s", c->merged.why), c->merged.source, 0, 0);
        case BIO_UNDECIDABLE:
                return tree_from(tree_undecidable(t, "%s", c->merged.why), c->merged.source, 0, 0);
        case BIO_KNOWN:
                break;
        }
        list = tree_list(t);
        for (i = 0; i < c->laid_count; i++) {
                const struct laid *laid = &c->laid[i];

                node = tree_append(list, tree_from(tree_map(t), laid->line.source, laid->line.line, 0));
                tree_set(node, "text", text_node(t, laid->text, laid->rule));
                tree_set(node, "state", state_node(c, laid, unknown));
        }
        return list;
}

static struct bio_node *loaded_node(struct comparison *c, bool extra)
{
        struct tree *t = facts_tree(c->f);
        struct bio_node *list = tree_basis(tree_from(tree_list(t), "kernel audit", 0, 0), BIO_RUNNING);
        size_t i;

        for (i = 0; i < c->loaded_count; i++)
                if (!extra || !c->loaded[i].laid)
                        tree_append(list, text_node(t, c->loaded[i].text, c->loaded[i].rule));
        return list;
}

static struct bio_node *settings_node(struct comparison *c)
{
        static const char *const names[] = {"backlog_limit", "failure", "rate_limit", "backlog_wait_time"};
        struct tree *t = facts_tree(c->f);
        struct bio_node *node = tree_map(t);
        size_t i;

        for (i = 0; i < ELEMENTS(names); i++)
                if (c->settings[i])
                        tree_set(node, names[i],
                                 tree_from(tree_text(t, c->setting_values[i]), c->settings[i]->source,
                                           c->settings[i]->line, 0));
        if (c->enabled)
                tree_set(node, "enabled",
                         tree_from(tree_text(t, c->enabled_value), c->enabled->source, c->enabled->line, 0));
        return node;
}

static struct bio_node *state_copy(struct tree *t, const struct bio_node *node)
{
        struct bio_node *copy = tree_state(node) == BIO_ABSENT       ? tree_absent(t, "%s", tree_why(node))
                                : tree_state(node) == BIO_UNREADABLE ? tree_unreadable(t, "%s", tree_why(node))
                                                                     : tree_undecidable(t, "%s", tree_why(node));

        return tree_basis(tree_from(copy, "kernel audit", 0, 0), BIO_RUNNING);
}

static struct bio_node *compare(struct comparison *c)
{
        struct tree *t = facts_tree(c->f);
        const struct bio_node *unknown;
        struct bio_node *root = tree_map(t);

        lay_down(c);
        unknown = load(c);
        if (!unknown && c->laid_count * c->loaded_count > PAIRS_MOST * 16)
                unknown = tree_undecidable(t, "more rules than are compared");
        tree_set(root, "loader",
                 c->merged.loader ? tree_text(t, c->merged.loader)
                                  : tree_absent(t, "%s", c->merged.why ? c->merged.why : "nothing loads rules"));
        tree_set(root, "settings", settings_node(c));
        tree_set(root, "laid_down", laid_node(c, unknown));
        tree_set(root, "stops_at",
                 c->stops ? tree_from(tree_text(t, c->stops_why), c->stops->source, c->stops->line, 0)
                          : tree_absent(t, "auditctl reads them to the end"));
        tree_set(root, "loaded", unknown ? state_copy(t, unknown) : loaded_node(c, false));
        tree_set(root, "not_laid_down", unknown ? state_copy(t, unknown) : loaded_node(c, true));
        return root;
}

struct bio_node *audit_rules(struct facts *f)
{
        struct comparison *c = facts_keep(f, comparison_make, comparison_free);

        if (!c->tree)
                c->tree = compare(c);
        return c->tree;
}
