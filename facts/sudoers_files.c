/* SPDX-License-Identifier: EUPL-1.2 */
/* The files of sudoers: which are read, in which order, and what sudo refuses or passes over. */
#include <string.h>

#include "base/memory.h"
#include "facts/sudoers_lex.h"

static struct sudoers_file *add_file(struct sudoers_lex *l, const char *path, enum sudoers_opened opened,
                                     const char *why)
{
        struct sudoers *s = l->sudoers;
        struct sudoers_file *file;

        if (s->file_count == SUDOERS_FILES_MOST) {
                sudoers_cannot_tell(s, path, 0, "more files than this version reads");
                return NULL;
        }
        file = arena_alloc(&s->arena, sizeof(*file));
        *file = (struct sudoers_file){.path = path,
                                      .why = why,
                                      .opened = opened,
                                      .from = l->source ? l->source->file : NULL,
                                      .line = l->source ? l->source->line - 1 : 0};
        if (s->last_file)
                s->last_file->next = file;
        else
                s->files = file;
        s->last_file = file;
        s->file_count++;
        return file;
}

/* A line's end is where a NUL is, and the last line has a newline too. */
static const char *as_lines(struct sudoers *s, const char *bytes, size_t length, size_t *ret)
{
        char *copy = arena_alloc(&s->arena, length + 2);
        size_t from = 0, to = 0;

        while (from < length) {
                const char *newline = memchr(bytes + from, '\n', length - from);
                const size_t end = newline ? (size_t)(newline - bytes) : length;
                const char *nul = memchr(bytes + from, '\0', end - from);
                const size_t kept = (nul ? (size_t)(nul - bytes) : end) - from;

                memcpy(copy + to, bytes + from, kept);
                to += kept;
                copy[to++] = '\n';
                from = end + 1;
        }
        *ret = to;
        return copy;
}

/* Opens a file; what it says then comes first. False where it is not read. */
static bool enter(struct sudoers_lex *l, const char *path, struct sudoers_source *source)
{
        struct sudoers *s = l->sudoers;
        const char *bytes = NULL, *why = NULL;
        size_t length = 0;
        enum sudoers_opened opened = s->host->open(s->host->user, path, &bytes, &length, &why);

        if (!add_file(l, path, opened, why))
                return false;
        if (opened == SUDOERS_UNKNOWN)
                sudoers_cannot_tell(s, path, 0, why);
        if (opened != SUDOERS_READ)
                return false;
        s->bytes += length;
        if (s->bytes > SUDOERS_BYTES_MOST) {
                sudoers_cannot_tell(s, path, 0, "more text than this version reads");
                return false;
        }
        source->file = path;
        source->bytes = as_lines(s, bytes, length, &source->length);
        source->at = 0;
        source->line = 1;
        source->line_start = true;
        return true;
}

static bool next_of_directory(struct sudoers_lex *l, struct sudoers_source *source)
{
        while (source->more_count > 0) {
                const char *name = *source->more++;
                _cleanup_free_ char *path = must_printf("%s/%s", source->directory, name);

                source->more_count--;
                if (enter(l, sudoers_copy(l->sudoers, path, strlen(path)), source))
                        return true;
        }
        return false;
}

/* %h is the short name of the host; a name without a slash in front lies beside the file that names it. */
static const char *expand(struct sudoers_lex *l, const char *name, unsigned line)
{
        const char *file = l->source->file, *slash = strrchr(file, '/');
        size_t length = strlen(name);
        _cleanup_text_ struct text path = {0};

        if (length > 1 && name[0] == '"' && name[length - 1] == '"') {
                name++;
                length -= 2;
        }
        if (length == 0)
                return NULL;
        if (*name != '/' && slash)
                text_append(&path, file, (size_t)(slash - file) + 1);
        for (; length > 0; name++, length--) {
                if (length < 2 || name[0] != '%' || name[1] != 'h') {
                        text_add_char(&path, *name);
                        continue;
                }
                if (!l->sudoers->host->short_name) {
                        sudoers_cannot_tell(l->sudoers, file, line,
                                            "a file named after the host, whose name is not known");
                        return NULL;
                }
                text_add(&path, l->sudoers->host->short_name);
                name++;
                length--;
        }
        return sudoers_copy(l->sudoers, text_string(&path), path.length);
}

static bool is_wanted(const char *name)
{
        const size_t length = strlen(name);

        return length > 0 && name[length - 1] != '~' && !strchr(name, '.');
}

/* The names that sudo reads, sorted as it sorts them. */
static bool find_files(struct sudoers_lex *l, const char *path, struct sudoers_source *source)
{
        struct sudoers *s = l->sudoers;
        const char *const *names = NULL;
        const char *why = NULL, **kept;
        size_t count = 0, i;
        enum sudoers_opened opened = s->host->list(s->host->user, path, &names, &count, &why);
        struct sudoers_file *directory = add_file(l, path, opened, why);

        if (!directory)
                return false;
        directory->directory = true;
        if (opened == SUDOERS_UNKNOWN)
                sudoers_cannot_tell(s, path, 0, why);
        if (opened != SUDOERS_READ)
                return false;
        kept = arena_alloc(&s->arena, (count + 1) * sizeof(*kept));
        for (i = 0; i < count; i++)
                if (is_wanted(names[i]))
                        kept[source->more_count++] = names[i];
        source->more = kept;
        source->directory = path;
        return true;
}

void sudoers_include(struct sudoers_lex *l, const char *name, bool directory, unsigned line)
{
        struct sudoers_source *source;
        const char *path = expand(l, name, line);

        if (!path)
                return;
        if (l->depth >= SUDOERS_DEPTH_MOST) {
                sudoers_note(l->sudoers, l->source->file, line, "too many levels of includes");
                return;
        }
        source = arena_alloc(&l->sudoers->arena, sizeof(*source));
        if (directory ? !find_files(l, path, source) || !next_of_directory(l, source) : !enter(l, path, source))
                return;
        source->below = l->source;
        l->source = source;
        l->depth++;
}

bool sudoers_leave(struct sudoers_lex *l)
{
        struct sudoers_source *source = l->source;

        if (next_of_directory(l, source))
                return true;
        if (!source->below)
                return false;
        l->source = source->below;
        l->depth--;
        return true;
}

bool sudoers_begin(struct sudoers_lex *l, const char *path)
{
        struct sudoers *s = l->sudoers;
        struct sudoers_source *source = arena_alloc(&s->arena, sizeof(*source));

        if (!enter(l, path, source)) {
                if (!s->undecidable) {
                        s->refuses =
                                s->last_file->opened == SUDOERS_MISSING ? "the file is missing" : s->last_file->why;
                        s->refuses_file = path;
                }
                return false;
        }
        l->source = source;
        return true;
}
