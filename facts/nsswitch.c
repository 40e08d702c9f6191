/* SPDX-License-Identifier: EUPL-1.2 */
#include "facts/nsswitch.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/text.h"
#include "facts/accounts_files.h"

#define NSSWITCH     "/etc/nsswitch.conf"
#define SOURCES_MOST 64 /* of one line; the library has no bound, nobody has more */

static bool is_blank(char c)
{
        return c == ' ' || (c >= '\t' && c <= '\r');
}

struct words {
        const char *at, *end;
};

static void skip_blanks(struct words *w)
{
        while (w->at < w->end && is_blank(*w->at))
                w->at++;
}

/* A line up to its newline, which is a blank of it, or to a NUL. A '#' counts at its start alone, as part of a name
 * that no database has. */
static struct words words_of(const struct line *line)
{
        const char *nul = memchr(line->bytes, '\0', line->length);

        return (struct words){line->bytes, nul ? nul : line->bytes + line->length + 1};
}

/* The databases that the library knows; a line of any other is not looked at further. */
static const char *const databases[] = {
        "aliases",    "ethers",   "group",    "group_compat", "gshadow",       "hosts",
        "initgroups", "netgroup", "networks", "passwd",       "publickey",     "passwd_compat",
        "protocols",  "rpc",      "services", "shadow",       "shadow_compat",
};

/* The name at the start of a line, and the blanks and colons behind it, of any number. NULL: the line is ignored. */
static const char *take_database(struct words *w)
{
        const char *name;
        size_t i, length;

        skip_blanks(w);
        for (name = w->at; w->at < w->end && !is_blank(*w->at) && *w->at != ':'; w->at++)
                ;
        if (w->at == w->end)
                return NULL;
        length = (size_t)(w->at - name);
        while (w->at < w->end && (is_blank(*w->at) || *w->at == ':'))
                w->at++;
        for (i = 0; i < ELEMENTS(databases); i++)
                if (span_is(name, length, databases[i]))
                        return databases[i];
        return NULL;
}

/* One word of a criterion. */
static struct span take_word(struct words *w)
{
        const char *word = w->at;

        while (w->at < w->end && !is_blank(*w->at) && *w->at != '=' && *w->at != ']')
                w->at++;
        return (struct span){word, (size_t)(w->at - word)};
}

static bool is_one_of(struct span word, const char *const *words)
{
        for (; *words; words++)
                if (strlen(*words) == word.length && strncasecmp(*words, word.bytes, word.length) == 0)
                        return true;
        return false;
}

/* `[STATUS=ACTION …]` behind a source, if there is one. False where it does not parse. */
static bool take_action(struct tree *t, struct words *w, struct bio_node *source)
{
        static const char *const statuses[] = {"SUCCESS", "NOTFOUND", "UNAVAIL", "TRYAGAIN", NULL};
        static const char *const actions[] = {"return", "continue", "merge", NULL};
        const char *open;

        skip_blanks(w);
        if (w->at == w->end || *w->at != '[')
                return true;
        open = ++w->at;
        do {
                skip_blanks(w);
                if (w->at < w->end && *w->at == '!')
                        w->at++;
                if (!is_one_of(take_word(w), statuses))
                        return false;
                skip_blanks(w);
                if (w->at == w->end || *w->at++ != '=')
                        return false;
                skip_blanks(w);
                if (!is_one_of(take_word(w), actions))
                        return false;
                skip_blanks(w);
        } while (w->at < w->end && *w->at != ']');
        if (w->at == w->end)
                return false;
        tree_set(source, "action", tree_bytes(t, open, (size_t)(w->at - open)));
        w->at++;
        return true;
}

/* The sources of one line: a bracket where a source should be ends them. NULL where it does not parse. */
static struct bio_node *sources_of(struct tree *t, struct words *w)
{
        struct bio_node *list = tree_list(t);

        for (;;) {
                struct bio_node *source;
                const char *name;

                skip_blanks(w);
                for (name = w->at; w->at < w->end && !is_blank(*w->at) && *w->at != '['; w->at++)
                        ;
                if (w->at == name)
                        return list;
                if (tree_count(list) >= SOURCES_MOST)
                        return tree_undecidable(t, "more than %d sources", SOURCES_MOST);
                source = tree_append(list, tree_map(t));
                tree_set(source, "name", tree_bytes(t, name, (size_t)(w->at - name)));
                if (!take_action(t, w, source))
                        return NULL;
        }
}

static struct bio_node *default_sources(struct tree *t)
{
        struct bio_node *list = tree_list(t);

        tree_set(tree_append(list, tree_map(t)), "name", tree_text(t, "files"));
        return tree_from(list, "built-in default of the C library", 0, 0);
}

/* Which database's line counts where one has none of its own. */
static const char *stands_in_for(const char *database)
{
        if (streq(database, "shadow"))
                return "passwd";
        return streq(database, "gshadow") ? "group" : NULL;
}

struct bio_node *nsswitch_parse(struct tree *t, const char *source, const char *bytes, size_t length,
                                const char *database)
{
        const char *other = stands_in_for(database);
        struct lines lines = lines_of(bytes, length);
        struct bio_node *found = NULL;
        struct line line;

        /* A last line without a newline is not read: the library comes to the end of the file first. */
        while (lines_next(&lines, &line) && line.ended) {
                struct words words = words_of(&line);
                const char *name = take_database(&words);
                struct bio_node *list;

                if (!name)
                        continue;
                list = sources_of(t, &words);
                /* A line that does not parse, of whatever database, leaves every database without sources. */
                if (!list)
                        return tree_from(tree_undecidable(t, "does not parse: the C library finds nobody"), source,
                                         line.number, 0);
                if (!streq(name, database))
                        continue;
                tree_from(list, source, line.number, 0);
                if (found)
                        tree_overrode(list, found);
                found = list;
        }
        if (!found && other)
                return nsswitch_parse(t, source, bytes, length, other);
        return found ? found : default_sources(t);
}

/* What follows behind a source for a status: of those that are given twice the last counts (nsswitch.conf(5)). */
static bool returns(const char *action, const char *status, bool otherwise)
{
        static const char equals[] = "=";
        struct words w = {action, action + strlen(action)};

        for (skip_blanks(&w); w.at < w.end; skip_blanks(&w)) {
                bool negated = *w.at == '!';
                struct span word, then;

                w.at += negated;
                word = take_word(&w);
                while (w.at < w.end && (is_blank(*w.at) || *w.at == *equals))
                        w.at++;
                then = take_word(&w);
                if (word.length == 0 || then.length == 0)
                        break;
                if (is_one_of(word, (const char *const[]){status, NULL}) != negated)
                        otherwise = is_one_of(then, (const char *const[]){"return", NULL});
        }
        return otherwise;
}

bool nsswitch_ends_with(const struct bio_node *source)
{
        const struct bio_node *action = tree_get(source, "action");
        const char *text = action ? tree_bytes_of(action, NULL) : "";

        return returns(text, "SUCCESS", true) && returns(text, "NOTFOUND", false);
}

static struct bio_node *read_sources(struct facts *f, const char *database)
{
        const struct access_file *file = access_read(facts_access(f), NSSWITCH, ACCESS_FILE_MOST);

        if (file->state == BIO_ABSENT)
                return default_sources(facts_tree(f));
        if (file->state != BIO_KNOWN)
                return fact_file_state(f, file);
        return nsswitch_parse(facts_tree(f), NSSWITCH, file->bytes, file->length, database);
}

/* Answers so far, by database: many ask. */
struct answers {
        struct bio_node *of[ELEMENTS(databases)];
};

static void *make_answers(struct facts *f)
{
        (void)f;
        return must_alloc(sizeof(struct answers));
}

struct bio_node *nsswitch_sources(struct facts *f, const char *database)
{
        struct answers *answers = facts_keep(f, make_answers, free);
        struct bio_node *node;
        size_t i;

        for (i = 0; i < ELEMENTS(databases) && !streq(databases[i], database); i++)
                ;
        if (i == ELEMENTS(databases))
                return read_sources(f, database);
        if (answers->of[i])
                return answers->of[i];
        node = read_sources(f, database);
        /* Why there is none is a node of its own for each who shows it. */
        if (tree_state(node) == BIO_KNOWN)
                answers->of[i] = node;
        return node;
}
