/* SPDX-License-Identifier: EUPL-1.2 */
/* The two readings of sshd's configuration: lines, Include, Match. */
#include "facts/sshd_config.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/text.h"
#include "facts/sshd_internal.h"

#define DEPTH_MOST    16 /* sshd's own */
#define INCLUDED_MOST 1000
#define DIRECTORY     "/etc/ssh"

/* A file as an Include found it: sshd asks the file system once for each pattern, as written, and then knows the
 * answer. */
struct included {
        struct included *next;
        const char *pattern;
        const char *path; /* NULL: the pattern matched nothing */
        const char *text;
};

struct reading {
        struct sshd_config *c;
        bool second;
        struct included *included, **included_end;
        size_t included_count;
        size_t lines, bytes;
        bool ends; /* nothing more is read */
};

/* Where in the blocks a line stands. */
struct place {
        bool active;   /* the first reading takes its lines */
        size_t block;  /* of the second reading */
        size_t parent; /* the block of the Include that led to this file */
        bool never;    /* in a file included where lines are not taken: no Match makes them so (first reading) */
};

static void keep_reason(struct reading *r, struct sshd_reason *reason, const char *file, unsigned line,
                        const char *text)
{
        if (!reason->text)
                *reason = (struct sshd_reason){arena_copy(&r->c->arena, text, strlen(text)), file, line};
}

static int refuse(struct reading *r, const char *file, unsigned line, const char *text)
{
        keep_reason(r, r->second ? &r->c->ends_connections : &r->c->refuses, file, line, text);
        r->ends = true;
        return -EINVAL;
}

static void undecided(struct reading *r, const char *file, unsigned line, const char *text)
{
        keep_reason(r, &r->c->undecidable, file, line, text);
}

static int too_much(struct reading *r, const char *file, unsigned line, const char *text)
{
        undecided(r, file, line, text);
        r->ends = true;
        return -E2BIG;
}

static const char *about_word(struct reading *r, const char *word, const char *why)
{
        _cleanup_text_ struct text t = {0};

        sshd_lex_show(&t, word);
        text_add_char(&t, ' ');
        text_add(&t, why);
        return arena_copy(&r->c->arena, text_string(&t), t.length);
}

static int refuse_word(struct reading *r, const char *file, unsigned line, const char *word, const char *why)
{
        return refuse(r, file, line, about_word(r, word, why));
}

/* What this model does not know. A version that is not modelled may know it: if it starts, it goes on. */
static int refuse_or_doubt(struct reading *r, const char *file, unsigned line, const char *text)
{
        if (!r->c->release->open)
                return refuse(r, file, line, text);
        keep_reason(r, &r->c->doubts, file, line, text);
        return 0;
}

static void note_file(struct sshd_config *c, const char *path)
{
        size_t i;

        for (i = 0; i < c->file_count; i++)
                if (streq(c->files[i], path))
                        return;
        c->files = sshd_grow(&c->arena, c->files, &c->files_allocated, c->file_count + 1, sizeof(*c->files));
        c->files[c->file_count++] = arena_copy(&c->arena, path, strlen(path));
}

/* A file's text, or NULL where it cannot be had; what that means is said. */
static const char *load(struct reading *r, const char *path, const char *file, unsigned line)
{
        const char *bytes = "", *why = NULL;
        _cleanup_text_ struct text t = {0};
        size_t length = 0;
        int error;

        note_file(r->c, path);
        error = r->c->host->read(r->c->host->user, path, &bytes, &length, &why);
        if (error == 0 && length <= SSHD_BYTES_MOST)
                return sshd_lex_text(&r->c->arena, bytes, length);
        text_add_safe(&t, path, strlen(path));
        if (error == -ENOENT) {
                text_add(&t, " does not exist");
                (void)refuse(r, file, line, text_string(&t));
                return NULL;
        }
        text_printf(&t, " was not read: %s", error == 0 ? "larger than is read of it" : why ? why : strerror(-error));
        undecided(r, file, line, text_string(&t));
        return NULL;
}

static int read_text(struct reading *r, const char *file, const char *text, const struct place *where, unsigned depth);

static struct included *remember(struct reading *r, const char *pattern, const char *path, const char *text)
{
        struct included *new = arena_alloc(&r->c->arena, sizeof(*new));

        *new = (struct included){NULL, pattern, path, text};
        *r->included_end = new;
        r->included_end = &new->next;
        r->included_count++;
        return new;
}

static int include_new(struct reading *r, const char *pattern, const char *file, unsigned line,
                       const struct place *where, unsigned depth)
{
        const char *const *paths, *unreadable = NULL;
        size_t count = r->c->host->glob(r->c->host->user, pattern, &paths, &unreadable), i;
        const char *slash = strrchr(pattern, '/');
        int error;

        /* What comes and goes in its directory changes the configuration too. */
        if (strpbrk(slash, "*?[") && strcspn(pattern, "*?[") > (size_t)(slash - pattern))
                note_file(r->c, arena_copy(&r->c->arena, pattern, (size_t)(slash - pattern)));

        if (unreadable) {
                _cleanup_text_ struct text t = {0};

                text_add(&t, "Include: ");
                text_add_safe(&t, unreadable, strlen(unreadable));
                text_add(&t, " cannot be listed");
                undecided(r, file, line, text_string(&t));
        }
        if (r->included_count + count > INCLUDED_MOST)
                return too_much(r, file, line, "more files are included than are read");
        if (count == 0)
                (void)remember(r, pattern, NULL, NULL);
        for (i = 0; i < count; i++) {
                const char *path = arena_copy(&r->c->arena, paths[i], strlen(paths[i]));
                const char *text = load(r, path, file, line);

                if (r->ends)
                        return -EINVAL;
                error = text ? read_text(r, path, text, where, depth + 1) : 0;
                if (error < 0)
                        return error;
                /* Remembered only now: an Include of the same pattern within this file does not find it. */
                (void)remember(r, pattern, path, text);
        }
        return 0;
}

static int include_pattern(struct reading *r, const char *pattern, const char *file, unsigned line,
                           const struct place *where, unsigned depth)
{
        struct included *i;
        bool found = false;
        int error;

        for (i = r->included; i; i = i->next) {
                if (!streq(i->pattern, pattern))
                        continue;
                found = true;
                error = i->text ? read_text(r, i->path, i->text, where, depth + 1) : 0;
                if (error < 0)
                        return error;
        }
        return found ? 0 : include_new(r, pattern, file, line, where, depth);
}

static int read_include(struct reading *r, struct sshd_line *l, const char *file, unsigned line,
                        const struct place *where, unsigned depth)
{
        struct place inner = *where;
        size_t i;
        int error;

        if (l->words.count == 0)
                return refuse_word(r, file, line, l->word, "names no file");
        inner.never = !where->active;
        inner.parent = where->block;
        for (i = 0; i < l->words.count; i++) {
                const char *name = l->words.at[i];
                _cleanup_text_ struct text pattern = {0};

                if (!*name)
                        return refuse_word(r, file, line, l->word, "has an empty argument");
                /* ~ is not expanded; such a path is one below the directory that sshd runs in. */
                if (*name != '/')
                        text_add(&pattern, *name == '~' ? "/" : DIRECTORY "/");
                text_add(&pattern, name);
                error = include_pattern(r, arena_copy(&r->c->arena, text_string(&pattern), pattern.length), file, line,
                                        &inner, depth);
                if (error < 0)
                        return error;
        }
        return 0;
}

static int read_match(struct reading *r, struct sshd_line *l, const char *file, unsigned line, struct place *where,
                      unsigned depth)
{
        struct sshd_config *c = r->c;
        struct sshd_block block = {.file = file, .line = line, .parent = where->parent};
        const char *why = NULL;
        bool always;

        if (sshd_match_parse(c, l->rest, &l->words, &block, &why) < 0)
                return refuse(r, file, line, why);
        always = sshd_match_always(c->release, &block);
        where->active = !where->never && always;
        where->block = 0;
        if (!r->second || (c->release->included_match_ignored && depth > 0 && where->parent == 0))
                return 0;
        block.always = always && c->blocks[block.parent].always;
        c->criteria_count += block.count;
        if (c->block_count > SSHD_BLOCKS_MOST || c->criteria_count > SSHD_CRITERIA_MOST)
                return too_much(r, file, line, "more Match blocks or criteria than are looked at");
        c->blocks = sshd_grow(&c->arena, c->blocks, &c->blocks_allocated, c->block_count + 1, sizeof(*c->blocks));
        where->block = c->block_count;
        c->blocks[c->block_count++] = block;
        return 0;
}

static void note_ignored(struct reading *r, const char *word, const char *note, const char *file, unsigned line)
{
        struct sshd_config *c = r->c;
        _cleanup_text_ struct text t = {0};

        if (r->second)
                return;
        sshd_lex_show(&t, word);
        text_printf(&t, ": %s, ignored", note);
        c->notes = sshd_grow(&c->arena, c->notes, &c->notes_allocated, c->note_count + 1, sizeof(*c->notes));
        c->notes[c->note_count++] = (struct sshd_reason){arena_copy(&c->arena, text_string(&t), t.length), file, line};
}

/* What the second reading keeps: lines in blocks; and of AuthenticationMethods those outside too, as they are held
 * against what blocks have set. */
static void keep_setting(struct reading *r, const struct sshd_setting *s)
{
        struct sshd_config *c = r->c;
        const struct sshd_keyword *keyword = sshd_keyword(s->keyword);

        if (!(keyword->where & SSHD_IN_MATCH) || (s->block == 0 && s->keyword != SSHD_AUTHENTICATION_METHODS))
                return;
        c->settings =
                sshd_grow(&c->arena, c->settings, &c->settings_allocated, c->setting_count + 1, sizeof(*c->settings));
        c->settings[c->setting_count++] = *s;
}

static int read_keyword(struct reading *r, struct sshd_line *l, enum sshd_keyword_id id, const char *file,
                        unsigned line, const struct place *where)
{
        struct sshd_config *c = r->c;
        const char *unread = NULL;
        struct sshd_setting *s;

        l->keyword = sshd_keyword(id);
        if (id == SSHD_PORT && c->ports_from_arguments)
                return 0;
        if (sshd_values_parse(l) < 0)
                unread = about_word(r, l->word, l->why);
        else if (l->next < l->words.count)
                unread = about_word(r, l->word, "has more arguments than it takes");
        if (unread && refuse_or_doubt(r, file, line, unread) < 0)
                return -EINVAL;
        s = arena_alloc(&c->arena, sizeof(*s));
        *s = (struct sshd_setting){id, file, line, where->block, l->items, l->count, unread};
        if (unread)
                s->items = l->words.at, s->count = l->words.count;
        if (r->second) {
                keep_setting(r, s);
                return 0;
        }
        if (sshd_apply(c, &c->global, s, where->active) < 0) {
                c->refuses = c->global.fails;
                r->ends = true;
                return -EINVAL;
        }
        return 0;
}

/* One line, without what ends it. `depth` 0 and no file: on the command line. */
static int read_line(struct reading *r, char *text, const char *file, unsigned line, struct place *where,
                     unsigned depth)
{
        bool command_line = line == 0;
        struct sshd_line l = {.c = r->c};
        struct sshd_word word;
        char *token;
        size_t length = strlen(text);

        /* Trailing blanks, but never the first byte; a form feed counts as a blank here alone. */
        while (length > 1 && strchr(" \t\r\n\f", text[length - 1]))
                text[--length] = '\0';
        if (length == 0)
                return 0;
        l.rest = text;
        token = sshd_lex_token(&l.rest);
        if (token && !*token)
                token = sshd_lex_token(&l.rest);
        if (!token || !*token || *token == '#')
                return 0;
        l.word = token;
        if (!l.rest || !*l.rest)
                return refuse_word(r, file, line, token, "has no argument");
        word = sshd_word(r->c->release, token);
        if ((r->c->release->tokens ? sshd_lex_tokens : sshd_lex_words)(&r->c->arena, l.rest, &l.words) < 0)
                return refuse_word(r, file, line, token, "has a quote that is not closed");
        if (l.words.count > SSHD_WORDS_MOST)
                return too_much(r, file, line, "a line with more words than are read");
        if (!where->active && !(word.where & SSHD_IN_MATCH)) {
                if (r->second)
                        return 0; /* the first reading has done it */
                return refuse_or_doubt(r, file, line,
                                       about_word(r, token,
                                                  word.keyword == SSHD_UNKNOWN ? "is no keyword of this sshd"
                                                                               : "is not allowed in a Match block"));
        }
        switch (word.keyword) {
        case SSHD_UNKNOWN:
                return refuse_or_doubt(r, file, line, about_word(r, token, "is no keyword of this sshd"));
        case SSHD_IGNORED:
                note_ignored(r, token, word.note, file, line);
                return 0;
        case SSHD_INCLUDE:
                if (command_line)
                        return refuse_word(r, file, line, token, "is not allowed on the command line");
                if (r->c->release->without_include)
                        return refuse_word(r, file, line, token, "is no keyword of this sshd");
                return read_include(r, &l, file, line, where, depth);
        case SSHD_MATCH:
                if (command_line)
                        return refuse_word(r, file, line, token, "is not allowed on the command line");
                return read_match(r, &l, file, line, where, depth);
        default:
                return read_keyword(r, &l, word.keyword, file, line, where);
        }
}

static int read_text(struct reading *r, const char *file, const char *text, const struct place *where, unsigned depth)
{
        struct place here = *where; /* a Match ends with the file that it stands in */
        size_t length = strlen(text);
        unsigned number = 0;
        char *rest, *line;
        int error;

        if (depth > DEPTH_MOST)
                return refuse(r, file, 1, "Include goes deeper than sshd follows it");
        r->bytes += length;
        if (r->bytes > SSHD_BYTES_MOST)
                return too_much(r, file, 1, "more configuration than is read");
        rest = arena_copy(&r->c->arena, text, length);
        for (line = sshd_lex_line(&rest); line; line = sshd_lex_line(&rest)) {
                if (++r->lines > SSHD_LINES_MOST)
                        return too_much(r, file, number, "more lines than are read");
                error = read_line(r, line, file, ++number, &here, depth);
                if (error < 0)
                        return error;
        }
        return 0;
}

static int read_options(struct reading *r, const struct sshd_arguments *arguments)
{
        struct place where = {.active = true};
        size_t i;
        int error;

        for (i = 0; i < arguments->option_count; i++) {
                const char *option = arguments->options[i];
                char *copy = arena_copy(&r->c->arena, option, strlen(option));

                /* Port of a -p counts, and after it no other one. */
                r->c->ports_from_arguments = arguments->ports && strncasecmp(option, "Port ", 5) != 0;
                error = read_line(r, copy, "command line", 0, &where, 0);
                if (error < 0)
                        return error;
        }
        r->c->ports_from_arguments = arguments->ports;
        return 0;
}

static void read_twice(struct reading *r, const struct sshd_arguments *arguments)
{
        struct place outside = {.active = true};
        const char *file = arguments->config_file ? arguments->config_file : SSHD_CONFIG_FILE;
        const char *text = "";

        if (read_options(r, arguments) < 0)
                return;
        if (strcasecmp(file, "none") != 0)
                text = load(r, file, file, 0);
        if (!text || read_text(r, file, text, &outside, 0) < 0)
                return;
        if (sshd_settle(r->c, &r->c->global) < 0) {
                r->c->refuses = r->c->global.fails;
                return;
        }
        r->second = true;
        r->lines = r->bytes = 0;
        outside.active = false;
        (void)read_text(r, file, text, &outside, 0);
}

struct sshd_config *sshd_config_read(const struct sshd_release *release, const struct sshd_host *host,
                                     const struct sshd_arguments *arguments)
{
        struct sshd_config *c = must_alloc(sizeof(*c));
        struct reading r = {.c = c, .included_end = &r.included};

        c->release = release;
        c->host = host;
        c->blocks = sshd_grow(&c->arena, NULL, &c->blocks_allocated, 1, sizeof(*c->blocks));
        c->blocks[c->block_count++] = (struct sshd_block){.text = "", .always = true};
        read_twice(&r, arguments);
        return c;
}

void sshd_config_free(struct sshd_config *c)
{
        if (!c)
                return;
        arena_free(&c->arena);
        free(c);
}
