/* SPDX-License-Identifier: EUPL-1.2 */
/* The rules that a start loads: /etc/audit/rules.d as augenrules(8) merges it, or the file that a unit names. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "facts/audit_internal.h"
#include "facts/lines.h"

#define DIRECTORY "/etc/audit/rules.d"
#define RULES     "/etc/audit/audit.rules"

#define LINES_MOST 8192

static void give_up(struct rules_merged *m, enum bio_state state, const char *why, const char *source)
{
        if (m->state != BIO_KNOWN)
                return;
        m->state = state;
        m->why = why;
        m->source = source;
}

static void add_line(struct rules_merged *m, struct rules_line line)
{
        if (m->count == LINES_MOST)
                return give_up(m, BIO_UNDECIDABLE, "more than 8192 lines of rules", line.source);
        m->lines = must_grow(m->lines, &m->allocated, m->count + 1, sizeof(*m->lines));
        m->lines[m->count++] = line;
}

/* --- the files as one text: `cat` joins the last line of a file to the first of the next where its newline lacks */

struct concatenated {
        struct rules_line *lines;
        size_t count, allocated;
        bool open; /* the last line has no newline yet */
};

static void add_bytes(struct rules_merged *m, struct concatenated *c, const struct access_file *file)
{
        struct lines lines = lines_of(file->bytes, file->length);
        struct line line;

        while (lines_next(&lines, &line)) {
                struct rules_line *last = c->count > 0 ? &c->lines[c->count - 1] : NULL;

                if (c->open && last) {
                        char *joined = arena_alloc(m->arena, last->length + line.length + 1);

                        memcpy(joined, last->bytes, last->length);
                        memcpy(joined + last->length, line.bytes, line.length);
                        last->bytes = joined;
                        last->length += line.length;
                } else {
                        c->lines = must_grow(c->lines, &c->allocated, c->count + 1, sizeof(*c->lines));
                        c->lines[c->count++] = (struct rules_line){line.bytes, line.length, file->path, line.number};
                }
                c->open = !line.ended;
        }
}

static int compare_names(const void *a, const void *b)
{
        return version_compare(*(const char *const *)a, *(const char *const *)b);
}

/* The shell takes names apart at blanks, and as patterns. */
static bool is_plain(const char *name)
{
        return !strpbrk(name, " \t\n*?[\\");
}

/* Rules files in order; false where they are not known. */
static bool list_files(struct facts *f, struct rules_merged *m, const char ***ret, size_t *count)
{
        const struct access_directory *directory = access_list(facts_access(f), DIRECTORY);
        size_t i;

        *count = 0;
        if (directory->state != BIO_KNOWN) {
                give_up(m, directory->state, directory->why, DIRECTORY);
                return false;
        }
        *ret = must_realloc(NULL, directory->count + 1, sizeof(**ret));
        for (i = 0; i < directory->count; i++) {
                const char *name = directory->names[i];

                if (name[0] == '.' || !ends_with(name, ".rules"))
                        continue;
                if (!is_plain(name))
                        give_up(m, BIO_UNDECIDABLE, "a file whose name the shell takes apart", DIRECTORY);
                (*ret)[(*count)++] = name;
        }
        if (*count > RULES_FILES_MOST)
                give_up(m, BIO_UNDECIDABLE, "more than 1024 files", DIRECTORY);
        qsort(*ret, *count, sizeof(**ret), compare_names);
        return m->state == BIO_KNOWN;
}

static void read_files(struct facts *f, struct rules_merged *m, struct concatenated *c, const char *const *names,
                       size_t count)
{
        size_t i, total = 0;

        for (i = 0; i < count && m->state == BIO_KNOWN; i++) {
                _cleanup_free_ char *path = must_printf("%s/%s", DIRECTORY, names[i]);
                const struct access_file *file = access_read(facts_access(f), path, RULES_BYTES_MOST);

                if (file->state == BIO_ABSENT)
                        continue; /* a link that leads nowhere: cat says so and goes on */
                if (file->state != BIO_KNOWN)
                        return give_up(m, BIO_UNREADABLE, file->why, file->path);
                total += file->length;
                if (total > RULES_BYTES_MOST)
                        return give_up(m, BIO_UNDECIDABLE, "more than 1 MiB of rules", DIRECTORY);
                if (memchr(file->bytes, '\0', file->length))
                        return give_up(m, BIO_UNDECIDABLE, "a file with NUL bytes", file->path);
                add_bytes(m, c, file);
        }
}

/* --- what augenrules' awk program does with each line */

enum awk { AWK_UNKNOWN, AWK_MAWK, AWK_GAWK };
enum sort { SORT_COMMENT, SORT_REST, SORT_ENABLED, SORT_CLEAR, SORT_FAILURE, SORT_BACKLOG, SORTS };

/* Which awk the script runs: mawk takes the `\s` of its patterns as the letter s. */
static enum awk awk_of(struct facts *f)
{
        const struct access_file *file = access_stat(facts_access(f), "/usr/bin/awk");

        if (file->state != BIO_KNOWN)
                return AWK_UNKNOWN;
        if (ends_with(file->resolved, "/mawk"))
                return AWK_MAWK;
        return ends_with(file->resolved, "/gawk") ? AWK_GAWK : AWK_UNKNOWN;
}

static size_t skip(const char *s, size_t length, enum awk awk)
{
        size_t i = 0;

        while (i < length && (awk == AWK_MAWK ? s[i] == 's' : strchr(" \t\n\v\f\r", s[i]) != NULL))
                i++;
        return i;
}

static enum sort sort_of(const char *s, size_t length, enum awk awk)
{
        size_t at = skip(s, length, awk);

        if (at < length && s[at] == '#')
                return SORT_COMMENT;
        if (length - at < 2 || s[at] != '-')
                return SORT_REST;
        switch (s[at + 1]) {
        case 'e':
                return SORT_ENABLED;
        case 'D':
                at += 2;
                return at + skip(s + at, length - at, awk) == length ? SORT_CLEAR : SORT_REST;
        case 'f':
                return SORT_FAILURE;
        case 'b':
                return SORT_BACKLOG;
        default:
                return SORT_REST;
        }
}

/* The line as the script gets it, and what it is; false where it is passed over. */
static bool take_line(struct rules_merged *m, struct rules_line *line, enum awk awk, bool carriage, enum sort *ret)
{
        enum sort other;

        if (carriage && line->length > 0 && line->bytes[line->length - 1] == '\r')
                line->length--;
        if (line->length == 0)
                return false;
        *ret = sort_of(line->bytes, line->length, awk == AWK_GAWK ? AWK_GAWK : AWK_MAWK);
        other = awk == AWK_UNKNOWN ? sort_of(line->bytes, line->length, AWK_GAWK) : *ret;
        /* A comment that is kept does no harm. */
        if (other != *ret && other != SORT_COMMENT && *ret != SORT_COMMENT)
                give_up(m, BIO_UNDECIDABLE, "a line that implementations of awk read differently", line->source);
        return *ret != SORT_COMMENT;
}

/* Of settings the last one counts: -D, -b and -f go first, -e last. */
static void sort_lines(struct facts *f, struct rules_merged *m, const struct concatenated *c, bool carriage)
{
        static const enum sort before[] = {SORT_CLEAR, SORT_BACKLOG, SORT_FAILURE};
        struct rules_line settings[SORTS] = {{0}}, line;
        enum awk awk = awk_of(f);
        enum sort sort;
        size_t i;

        for (i = 0; i < c->count; i++) {
                line = c->lines[i];
                if (take_line(m, &line, awk, carriage, &sort))
                        settings[sort] = line;
        }
        for (i = 0; i < ELEMENTS(before); i++)
                if (settings[before[i]].bytes)
                        add_line(m, settings[before[i]]);
        for (i = 0; i < c->count; i++) {
                line = c->lines[i];
                if (take_line(m, &line, awk, carriage, &sort) && sort == SORT_REST)
                        add_line(m, line);
        }
        if (settings[SORT_ENABLED].bytes)
                add_line(m, settings[SORT_ENABLED]);
}

void rules_augen(struct facts *f, struct rules_merged *m, bool carriage)
{
        _cleanup_free_ const char **names = NULL;
        struct concatenated c = {0};
        size_t count;

        m->state = BIO_KNOWN;
        if (list_files(f, m, &names, &count))
                read_files(f, m, &c, names, count);
        if (m->state == BIO_KNOWN)
                sort_lines(f, m, &c, carriage);
        free(c.lines);
}

/* --- what loads them */

static void read_rules_file(struct facts *f, struct rules_merged *m, const char *path)
{
        const struct access_file *file = access_read(facts_access(f), path, RULES_BYTES_MOST);
        struct lines lines;
        struct line line;

        m->state = BIO_KNOWN;
        m->loader = file->path;
        if (file->state == BIO_UNREADABLE)
                give_up(m, BIO_UNREADABLE, file->why, file->path);
        if (file->state != BIO_KNOWN)
                return; /* absent: no rule is laid down */
        lines = lines_of(file->bytes, file->length);
        while (lines_next(&lines, &line))
                add_line(m, (struct rules_line){line.bytes, line.length, file->path, line.number});
}

/* augenrules: it merges where its directory is there, and then loads what it merged before. */
static void read_augenrules(struct facts *f, struct rules_merged *m, const char *program)
{
        const struct access_file *script = access_read(facts_access(f), program, RULES_BYTES_MOST);
        const struct access_directory *directory = access_list(facts_access(f), DIRECTORY);

        if (script->state != BIO_KNOWN) {
                m->state = BIO_KNOWN;
                return give_up(m, BIO_UNDECIDABLE, "the program that merges the rules cannot be read", program);
        }
        m->loader = "augenrules";
        if (directory->state == BIO_ABSENT) {
                read_rules_file(f, m, RULES);
                return;
        }
        rules_augen(f, m, strstr(script->bytes, "sub(/\\r$/") != NULL);
}

/* One command of a unit; true where it loads rules. */
static bool take_command(struct facts *f, struct rules_merged *m, const struct bio_node *command)
{
        const char *path = tree_bytes_of(tree_get(command, "path"), NULL), *name = strrchr(path, '/');
        const struct bio_node *arguments = tree_get(command, "argv");

        name = name ? name + 1 : path;
        if (streq(name, "augenrules")) {
                read_augenrules(f, m, path);
                return true;
        }
        if (!streq(name, "auditctl"))
                return false;
        if (tree_state(arguments) != BIO_KNOWN || tree_count(arguments) != 3 ||
            !streq(tree_bytes_of(tree_at(arguments, 1), NULL), "-R")) {
                m->state = BIO_KNOWN;
                give_up(m, BIO_UNDECIDABLE, "auditctl with options that are not modelled", tree_source(command));
        } else {
                read_rules_file(f, m,
                                arena_copy(m->arena, tree_bytes_of(tree_at(arguments, 2), NULL),
                                           strlen(tree_bytes_of(tree_at(arguments, 2), NULL))));
        }
        return true;
}

/* True where the commands load rules, or cannot be told. */
static bool take_commands(struct facts *f, struct rules_merged *m, const struct bio_node *commands, const char *unit)
{
        size_t i;

        if (tree_state(commands) == BIO_UNREADABLE || tree_state(commands) == BIO_UNDECIDABLE) {
                m->state = BIO_KNOWN;
                give_up(m, tree_state(commands), tree_why(commands), unit);
                return true;
        }
        for (i = 0; i < tree_count(commands); i++)
                if (take_command(f, m, tree_at(commands, i)))
                        return true;
        return false;
}

/* The unit that has them loaded: auditd's own, or of audit 4 one before it. */
void rules_merge(struct facts *f, struct arena *arena, struct rules_merged *m)
{
        static const struct {
                const char *unit, *setting;
        } loaders[] = {{"auditd.service", "exec_start_post"},
                       {"auditd.service", "exec_start"},
                       {"audit-rules.service", "exec_start"}};
        bool any = false;
        size_t i;

        *m = (struct rules_merged){.arena = arena, .state = BIO_ABSENT, .why = "no unit that loads audit rules"};
        for (i = 0; i < ELEMENTS(loaders); i++) {
                const struct fact_argument arguments[] = {{"unit", loaders[i].unit}, {NULL, NULL}};
                const struct bio_node *unit = facts_query(f, "systemd.unit", arguments);

                if (tree_state(unit) == BIO_ABSENT)
                        continue;
                if (tree_state(unit) != BIO_KNOWN) {
                        m->state = tree_state(unit);
                        m->why = tree_why(unit);
                        m->source = loaders[i].unit;
                        return;
                }
                any = any || tree_state(tree_get(unit, loaders[i].setting)) == BIO_KNOWN;
                if (take_commands(f, m, tree_get(unit, loaders[i].setting), loaders[i].unit))
                        return;
        }
        if (any) {
                m->state = BIO_UNDECIDABLE;
                m->why = "no command that is known to load audit rules";
                m->source = "auditd.service";
        }
}
