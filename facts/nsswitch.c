/* SPDX-License-Identifier: EUPL-1.2 */
#include "facts/nsswitch.h"

#include <string.h>

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

/* A '#' ends the line wherever it stands, as does a NUL. */
static struct words words_of(const struct line *line)
{
        size_t length = 0;

        while (length < line->length && line->bytes[length] != '#' && line->bytes[length] != '\0')
                length++;
        return (struct words){line->bytes, line->bytes + length};
}

/* The database's name ends at a blank or a colon; exactly one such character is taken with it. */
static bool names_database(struct words *w, const char *database)
{
        const char *name;
        bool same;

        skip_blanks(w);
        for (name = w->at; w->at < w->end && !is_blank(*w->at) && *w->at != ':'; w->at++)
                ;
        if (w->at == w->end || w->at == name)
                return false;
        same = span_is(name, (size_t)(w->at - name), database);
        w->at++;
        return same;
}

/* `[STATUS=action …]` behind a source. False where the bracket stays open: the library drops the whole line. */
static bool take_action(struct tree *t, struct words *w, struct bio_node *source)
{
        const char *close;

        skip_blanks(w);
        if (w->at == w->end || *w->at != '[')
                return true;
        close = memchr(w->at, ']', (size_t)(w->end - w->at));
        if (!close)
                return false;
        tree_set(source, "action", tree_bytes(t, w->at + 1, (size_t)(close - w->at - 1)));
        w->at = close + 1;
        return true;
}

/* The sources of one line, or NULL where the library does not take it. */
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
                        return w->at == w->end ? list : NULL;
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

struct bio_node *nsswitch_parse(struct tree *t, const char *source, const char *bytes, size_t length,
                                const char *database)
{
        struct lines lines = lines_of(bytes, length);
        struct bio_node *found = NULL;
        struct line line;

        while (lines_next(&lines, &line)) {
                struct words words = words_of(&line);
                struct bio_node *list;

                if (!names_database(&words, database))
                        continue;
                list = sources_of(t, &words);
                /* A line that does not parse makes the library give up the file and keep its defaults. */
                if (!list)
                        return tree_note(default_sources(t), "%s:%u does not parse", source, line.number);
                tree_from(list, source, line.number, 0);
                if (found)
                        tree_overrode(list, found);
                found = list;
        }
        return found ? found : default_sources(t);
}

struct bio_node *nsswitch_sources(struct facts *f, const char *database)
{
        const struct access_file *file = access_read(facts_access(f), NSSWITCH, ACCESS_FILE_MOST);

        if (file->state == BIO_ABSENT)
                return default_sources(facts_tree(f));
        if (file->state != BIO_KNOWN)
                return fact_file_state(f, file);
        return nsswitch_parse(facts_tree(f), NSSWITCH, file->bytes, file->length, database);
}
