/* SPDX-License-Identifier: EUPL-1.2 */
#include "report/layout.h"

#include <string.h>

#include "base/memory.h"
#include "texts/texts.h"

void layout_clean(struct text *out, const char *s)
{
        while (*s) {
                const unsigned char *p = (const unsigned char *)s;
                size_t n = text_add_unseen(out, s);

                /* U+0080 to U+009F, as UTF-8: C1 controls, which some terminals obey as the escape that they stand for.
                 */
                if (p[0] == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f) {
                        text_add_char(out, '?');
                        n = 2;
                } else if (n == 0) {
                        text_add_char(out, *p < 0x20 || *p == 0x7f ? '?' : *s);
                        n = 1;
                }
                s += n;
        }
}

/* As layout_clean() writes it. */
size_t layout_columns(const char *s)
{
        size_t columns = 0;

        while (*s) {
                const size_t n = text_unseen(s);

                columns += n ? n * strlen("\\xHH") : ((unsigned char)*s & 0xc0) != 0x80;
                s += n ? n : 1;
        }
        return columns;
}

void layout_spaces(struct text *out, size_t count)
{
        while (count--)
                text_add_char(out, ' ');
}

void layout_pad(struct text *out, const char *s, size_t columns)
{
        size_t used = layout_columns(s);

        layout_clean(out, s);
        layout_spaces(out, used < columns ? columns - used : 0);
}

void layout_wrap(struct text *out, unsigned width, unsigned indent, size_t at, const char *s)
{
        size_t gap = 0; /* spaces before the next word, as written; none at the beginning of a line */
        bool first = true;

        while (*s) {
                size_t n = strcspn(s, " \n");
                _cleanup_free_ char *word = must_strndup(s, n);
                size_t columns = layout_columns(word);

                if (n) {
                        if (!first && at + gap + columns > width) {
                                text_add_char(out, '\n');
                                layout_spaces(out, indent);
                                at = indent;
                                first = true;
                        }
                        layout_spaces(out, first ? 0 : gap);
                        layout_clean(out, word);
                        at += (first ? 0 : gap) + columns;
                        first = false;
                        gap = 0;
                }
                s += n;
                gap += *s != '\0';
                s += *s != '\0';
        }
        text_add_char(out, '\n');
}

void layout_field(struct text *out, unsigned width, unsigned indent, unsigned label_columns, const char *label,
                  const char *s)
{
        layout_spaces(out, indent);
        layout_pad(out, label, label_columns);
        layout_wrap(out, width, indent + label_columns, indent + label_columns, s);
}

static void add_line(struct text *out, unsigned indent, unsigned label_columns, const char *label, const char *line)
{
        layout_spaces(out, indent);
        layout_pad(out, label, label_columns);
        layout_clean(out, line);
        text_add_char(out, '\n');
}

/* "# …" in as many lines as it takes, the first with the label. */
static void add_comment(struct text *out, unsigned width, unsigned indent, unsigned label_columns, const char *label,
                        const char *words)
{
        _cleanup_text_ struct text line = {0};

        for (words += strspn(words, " "); *words; words += strspn(words, " ")) {
                _cleanup_free_ char *word = must_strndup(words, strcspn(words, " "));

                if (line.length > 0 &&
                    indent + label_columns + layout_columns(text_string(&line)) + 1 + layout_columns(word) > width) {
                        add_line(out, indent, label_columns, label, text_string(&line));
                        text_clear(&line);
                        label = "";
                }
                text_printf(&line, "%s%s", line.length > 0 ? " " : "# ", word);
                words += strlen(word);
        }
        if (line.length > 0)
                add_line(out, indent, label_columns, label, text_string(&line));
}

void layout_command(struct text *out, unsigned width, unsigned indent, unsigned label_columns, const char *label,
                    const char *line)
{
        const char *comment = texts_comment(line, strlen(line));
        size_t length = comment ? (size_t)(comment - line) : 0;
        _cleanup_free_ char *command = NULL;

        if (!comment || indent + label_columns + layout_columns(line) <= width) {
                add_line(out, indent, label_columns, label, line);
                return;
        }
        add_comment(out, width, indent, label_columns, label, comment + 2);
        while (length > 0 && line[length - 1] == ' ')
                length--;
        command = must_strndup(line, length);
        if (*command)
                add_line(out, indent, label_columns, "", command);
}

void layout_paint(struct text *out, bool on, enum layout_colour colour)
{
        static const char *const codes[] = {
                [LAYOUT_PLAIN] = "\033[0m", [LAYOUT_RED] = "\033[1;31m", [LAYOUT_YELLOW] = "\033[33m",
                [LAYOUT_BLUE] = "\033[36m", [LAYOUT_GREEN] = "\033[32m", [LAYOUT_BOLD] = "\033[1m",
                [LAYOUT_FAINT] = "\033[2m",
        };

        if (on)
                text_add(out, codes[colour]);
}
