/* SPDX-License-Identifier: EUPL-1.2 */
/* Scripts that come to a backup program for certain: the lines before it are simple commands, none of which can end the
 * script or lead past a line. */
#include <ctype.h>
#include <string.h>
#include <sys/stat.h>

#include "facts/backup_internal.h"
#include "facts/lines.h"

/* Larger ones are not read: hardly a script of this kind is, and hardly a program is smaller. */
#define SCRIPT_MOST ((size_t)12 * 1024)
#define WORDS_MOST  64
#define SHELLS      " sh bash dash ksh "
/* Words with which what follows may not be run, or more than once. */
#define STEERS \
        " ! . [[ alias break builtin case command continue do done elif else esac eval exec exit fi for function if " \
        "kill return select source then time trap until while "
/* What `set` may be given without an end to the running of commands. */
#define SETTINGS " set -e -u -x -eu -ue -ex -eux -euo -euxo -o pipefail errexit nounset xtrace "

static const char *base_name(const char *path)
{
        const char *slash = strrchr(path, '/');

        return slash ? slash + 1 : path;
}

static bool is_shell(const char *path)
{
        return has_word(SHELLS, base_name(path));
}

/* A line without its comment; false where it is no whole simple command or list of them: what is open at its end, a
 * subshell or group of its own, a document that follows. */
static bool is_plain(const char *s, size_t *length)
{
        size_t i, parentheses = 0, braces = 0;
        char quote = '\0';

        for (i = 0; i < *length; i++) {
                char c = s[i], before = i > 0 ? s[i - 1] : ' ';

                if (c == '\\' && quote != '\'') {
                        i++;
                } else if (quote) {
                        quote = c == quote ? '\0' : quote;
                } else if (c == '\'' || c == '"') {
                        quote = c;
                } else if (c == '#' && (before == ' ' || before == '\t')) {
                        *length = i;
                        break;
                } else if (c == '`' || (c == '<' && before == '<')) {
                        return false;
                } else if (c == '(' || c == '{') {
                        if (before != '$')
                                return false;
                        *(c == '(' ? &parentheses : &braces) += 1;
                } else if (c == ')' || c == '}') {
                        size_t *open = c == ')' ? &parentheses : &braces;

                        if ((*open)-- == 0)
                                return false;
                }
        }
        return !quote && parentheses == 0 && braces == 0;
}

/* True where a word of the line steers. */
static bool steers(const char *s, size_t length)
{
        size_t i = 0, start, count;
        char word[16];
        bool sets = false;

        while (i < length) {
                while (i < length && strchr(" \t;|&", s[i]))
                        i++;
                for (start = i; i < length && !strchr(" \t;|&", s[i]); i++)
                        ;
                count = i - start;
                if (count == 0 || count >= sizeof(word))
                        continue;
                memcpy(word, s + start, count);
                word[count] = '\0';
                sets = sets || strcmp(word, "set") == 0;
                if (has_word(STEERS, word) || (sets && !has_word(SETTINGS, word)))
                        return true;
        }
        return false;
}

static const char *line_program(struct arena *arena, const char *s, size_t length, bool *ret_on)
{
        static const char exec[] = "exec ";
        const char *program;

        *ret_on = false;
        if (!is_plain(s, &length))
                return NULL;
        if (length > strlen(exec) && memcmp(s, exec, strlen(exec)) == 0)
                return backup_shell_program(arena, s + strlen(exec), length - strlen(exec));
        program = backup_shell_program(arena, s, length);
        *ret_on = !program && !steers(s, length);
        return program;
}

/* The text with continued lines in one. */
static char *joined(struct arena *arena, const struct access_file *file, size_t *length)
{
        char *text = arena_copy(arena, file->bytes, file->length);
        size_t i, n = 0;

        for (i = 0; i < file->length; i++)
                if (text[i] == '\\' && i + 1 < file->length && text[i + 1] == '\n')
                        i++;
                else
                        text[n++] = text[i];
        *length = n;
        return text;
}

/* "#!/bin/sh", "#!/usr/bin/env bash", with options that change nothing here. */
static bool names_shell(const char *s, size_t length)
{
        const char *words[4];
        struct arena arena = {0};
        size_t count = 0, i = 2, start;
        bool is = false;

        while (i < length && count < ELEMENTS(words)) {
                while (i < length && (s[i] == ' ' || s[i] == '\t'))
                        i++;
                for (start = i; i < length && s[i] != ' ' && s[i] != '\t'; i++)
                        ;
                if (i > start)
                        words[count++] = arena_copy(&arena, s + start, i - start);
        }
        if (count > 0 && count < ELEMENTS(words)) {
                size_t shell = streq(base_name(words[0]), "env") ? 1 : 0;

                is = shell < count && is_shell(words[shell]) &&
                     (shell + 1 == count || (shell + 2 == count && has_word(SETTINGS, words[shell + 1])));
        }
        arena_free(&arena);
        return is;
}

const char *backup_script_program(struct arena *arena, const char *text, size_t length, bool needs_shell)
{
        struct lines lines = lines_of(text, length);
        struct line line;
        bool on = true;

        if (length > 2 && memcmp(text, "#!", 2) == 0) {
                const char *end = memchr(text, '\n', length);

                if (!names_shell(text, end ? (size_t)(end - text) : length))
                        return NULL;
        } else if (needs_shell) {
                return NULL;
        }
        while (on && lines_next(&lines, &line)) {
                const char *program;

                span_trim(&line.bytes, &line.length);
                if (line.length == 0 || *line.bytes == '#')
                        continue;
                program = line_program(arena, line.bytes, line.length, &on);
                if (program)
                        return program;
        }
        return NULL;
}

const char *backup_file_program(struct systemd *s, const char *path, bool by_shell)
{
        const struct access_file *file = access_stat(s->access, path);
        const char *name[1], *program;
        size_t length;
        char *text;

        if (file->state != BIO_KNOWN || !S_ISREG(file->mode) || (!by_shell && (file->mode & 0111) == 0))
                return NULL;
        name[0] = file->resolved;
        program = backup_program(name, 1);
        if (program)
                return program;
        file = access_read(s->access, path, SCRIPT_MOST);
        if (file->state != BIO_KNOWN || memchr(file->bytes, '\0', file->length))
                return NULL;
        text = joined(&s->arena, file, &length);
        return backup_script_program(&s->arena, text, length, !by_shell);
}

const char *backup_command_program(struct systemd *s, const char *const *words, size_t count)
{
        const char *program = backup_program(words, count);
        size_t at = backup_command_at(words, count);

        if (program || at >= count)
                return program;
        if (is_shell(words[at])) {
                if (at + 2 < count && streq(words[at + 1], "-c"))
                        return backup_shell_program(&s->arena, words[at + 2], strlen(words[at + 2]));
                return at + 1 < count && words[at + 1][0] == '/' ? backup_file_program(s, words[at + 1], true) : NULL;
        }
        return words[at][0] == '/' ? backup_file_program(s, words[at], false) : NULL;
}
