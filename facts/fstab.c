/* SPDX-License-Identifier: EUPL-1.2 */
#include "facts/fstab.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "facts/lines.h"

#define FIELDS 4

struct row {
        char *fields[FIELDS];
};

/* "\040" and the like. */
static void unescape(char *s)
{
        char *to = s;

        while (*s) {
                if (*s == '\\' && s[1] >= '0' && s[1] <= '3' && s[2] >= '0' && s[2] <= '7' && s[3] >= '0' &&
                    s[3] <= '7') {
                        *to++ = (char)((s[1] - '0') * 64 + (s[2] - '0') * 8 + (s[3] - '0'));
                        s += 4;
                } else {
                        *to++ = *s++;
                }
        }
        *to = '\0';
}

/* The first four fields of a line; false where it has no three. */
static bool take_row(char *line, struct row *ret)
{
        size_t i;

        *ret = (struct row){0};
        for (i = 0; i < FIELDS; i++) {
                line += strspn(line, " \t");
                if (!*line || (i == 0 && *line == '#'))
                        break;
                ret->fields[i] = line;
                line += strcspn(line, " \t");
                if (*line)
                        *line++ = '\0';
                unescape(ret->fields[i]);
        }
        return i >= 3;
}

static bool has_option(const char *options, const char *wanted)
{
        size_t length = strlen(wanted), n;

        for (; options && *options; options += n + (options[n] == ',')) {
                n = strcspn(options, ",");
                if (n == length && strncmp(options, wanted, n) == 0)
                        return true;
        }
        return false;
}

/* True where a path is a mount point or lies below it; *ret gets how deep that is. */
static bool covers(const char *point, const char *path, size_t *ret)
{
        size_t length = strlen(point);

        while (length > 1 && point[length - 1] == '/')
                length--;
        if (*point != '/')
                return false;
        *ret = length;
        return length == 1 || (strncmp(point, path, length) == 0 && (path[length] == '/' || path[length] == '\0'));
}

bool fstab_over(const char *bytes, size_t length, const char *directory, struct fstab_mount *ret)
{
        size_t deepest = 0, depth = 0, n;
        struct lines lines;
        struct line line;
        bool found = false;

        for (lines = lines_of(bytes, length); lines_next(&lines, &line);) {
                _cleanup_free_ char *copy = must_strndup(line.bytes, line.length);
                struct row row;

                if (!take_row(copy, &row) || has_option(row.fields[3], "noauto") ||
                    !covers(row.fields[1], directory, &depth) || depth < deepest)
                        continue;
                deepest = depth;
                n = strnlen(row.fields[2], sizeof(ret->type) - 1);
                memcpy(ret->type, row.fields[2], n);
                ret->type[n] = '\0';
                ret->line = line.number;
                found = true;
        }
        return found;
}
