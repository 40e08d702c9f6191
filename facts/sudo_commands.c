/* SPDX-License-Identifier: EUPL-1.2 */
/* Whether a command of a rule covers another (match_command.c of sudo): the same file under any of its names, patterns,
 * directories, and arguments. */
#include <fnmatch.h>
#include <regex.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "facts/sudo.h"

#define DEPTH_MOST    64
#define REGEX_LONGEST 512

static bool has_wildcard(const char *s)
{
        return strpbrk(s, "\\?*[]") != NULL;
}

static bool is_directory(const char *path)
{
        const size_t length = strlen(path);

        return *path == '/' && path[length - 1] == '/';
}

struct sudo_asked sudo_asked_of(const struct sudoers_member *m)
{
        if (m->type == SUDOERS_ALL)
                return (struct sudo_asked){.all = true, .digests = m->digests};
        return (struct sudo_asked){
                .path = m->name,
                .arguments = m->arguments && !streq(m->arguments, "\"\"") ? m->arguments : NULL,
                .any_arguments = !m->arguments,
                .pattern = *m->name == '^' || has_wildcard(m->name) || is_directory(m->name),
                .digests = m->digests,
        };
}

static enum sudo_answer yes(bool is)
{
        return is ? SUDO_ALLOWED : SUDO_UNSAID;
}

/* A regular expression of POSIX. One that is long or counts repetitions is not tried: it may take for ever. */
static enum sudo_answer regex_matches(const char *pattern, const char *text)
{
        regex_t compiled;
        bool matches;

        if (strlen(pattern) > REGEX_LONGEST || strlen(text) > REGEX_LONGEST || strpbrk(pattern, "{\\") ||
            starts_with(pattern, "^(?"))
                return SUDO_PERHAPS;
        if (regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB) != 0)
                return SUDO_UNSAID;
        matches = regexec(&compiled, text, 0, NULL, 0) == 0;
        regfree(&compiled);
        return yes(matches);
}

static enum sudo_answer arguments_cover(const struct sudoers_member *m, const struct sudo_asked *asked)
{
        const char *text = asked->arguments ? asked->arguments : "";
        const size_t length = m->arguments ? strlen(m->arguments) : 0;

        if (!m->arguments)
                return SUDO_ALLOWED;
        if (asked->any_arguments)
                return SUDO_UNSAID;
        if (streq(m->arguments, "\"\""))
                return yes(!asked->arguments);
        if (streq(m->arguments, text))
                return SUDO_ALLOWED;
        if (has_wildcard(text) || *text == '^')
                return SUDO_PERHAPS;
        if (m->arguments[0] == '^' && m->arguments[length - 1] == '$')
                return regex_matches(m->arguments, text);
        return yes(fnmatch(m->arguments, text, streq(m->name, "sudoedit") ? FNM_PATHNAME : 0) == 0);
}

/* A directory under its own name, whatever links lead to it. malloc'd. */
static char *canonical(struct sudo *s, const char *path, size_t length)
{
        _cleanup_free_ char *directory = length > 0 ? must_strndup(path, length) : must_strdup("/");
        const struct access_file *file = access_stat(facts_access(s->facts), directory);

        return must_strdup(file->state == BIO_KNOWN && file->resolved ? file->resolved : directory);
}

static bool same_directory(struct sudo *s, const char *a, size_t a_length, const char *b, size_t b_length)
{
        _cleanup_free_ char *x = NULL, *y = NULL;

        if (a_length == b_length && memcmp(a, b, a_length) == 0)
                return true;
        x = canonical(s, a, a_length);
        y = canonical(s, b, b_length);
        return streq(x, y);
}

static enum sudo_answer path_covers(struct sudo *s, const char *name, const struct sudo_asked *asked)
{
        const char *slash = strrchr(name, '/'), *other = strrchr(asked->path, '/');

        if (streq(name, asked->path))
                return SUDO_ALLOWED;
        if (*name != '/' && *name != '^')
                return SUDO_UNSAID;
        if (asked->pattern)
                return *asked->path == '/' || *asked->path == '^' ? SUDO_PERHAPS : SUDO_UNSAID;
        if (*asked->path != '/')
                return SUDO_UNSAID;
        if (*name == '^')
                return regex_matches(name, asked->path);
        if (is_directory(name) && !has_wildcard(name))
                return yes(same_directory(s, name, (size_t)(slash - name), asked->path, (size_t)(other - asked->path)));
        if (has_wildcard(name))
                return yes(fnmatch(name, asked->path, FNM_PATHNAME | FNM_PERIOD) == 0);
        return yes(streq(slash, other) &&
                   same_directory(s, name, (size_t)(slash - name), asked->path, (size_t)(other - asked->path)));
}

static enum sudo_answer command_covers(struct sudo *s, const struct sudoers_member *m, const struct sudo_asked *asked)
{
        enum sudo_answer path, arguments;

        if (m->type == SUDOERS_COMMAND && asked->all)
                return SUDO_UNSAID;
        if (m->type == SUDOERS_COMMAND) {
                path = path_covers(s, m->name, asked);
                arguments = path == SUDO_UNSAID ? SUDO_UNSAID : arguments_cover(m, asked);
                if (path == SUDO_UNSAID || arguments == SUDO_UNSAID)
                        return SUDO_UNSAID;
                if (path == SUDO_PERHAPS || arguments == SUDO_PERHAPS)
                        return SUDO_PERHAPS;
        }
        /* What a file hashes to is not looked at. */
        return m->digests && !(asked->digests && streq(m->digests, asked->digests)) ? SUDO_PERHAPS : SUDO_ALLOWED;
}

enum sudo_answer sudo_member_covers(struct sudo *s, const struct sudoers_member *m, const struct sudo_asked *asked,
                                    unsigned depth)
{
        enum sudo_answer found;
        struct sudoers_alias *alias;
        const struct sudoers_member *each;
        unsigned said = 0;

        if (!sudo_step(s, m))
                return SUDO_PERHAPS;
        if (m->type == SUDOERS_ALIAS) {
                alias = sudoers_alias_find(&s->rules, SUDOERS_COMMANDS, m->name);
                if (!alias || alias->used)
                        return SUDO_UNSAID;
                if (depth == DEPTH_MOST)
                        return SUDO_PERHAPS;
                alias->used = true;
                for (each = alias->members.last; each; each = each->previous)
                        if (!sudo_goes_on(sudo_member_covers(s, each, asked, depth + 1), &said))
                                break;
                alias->used = false;
                found = (enum sudo_answer)(each ? said : said | SUDO_UNSAID);
        } else {
                found = command_covers(s, m, asked);
        }
        return sudo_turned(found, m->negated);
}
