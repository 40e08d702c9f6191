/* SPDX-License-Identifier: EUPL-1.2 */
/* Lines for people: words that fit a terminal, and nothing in them that a terminal would obey. */
#ifndef REPORT_LAYOUT_H
#define REPORT_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

enum layout_colour { LAYOUT_PLAIN, LAYOUT_RED, LAYOUT_YELLOW, LAYOUT_BLUE, LAYOUT_GREEN, LAYOUT_BOLD, LAYOUT_FAINT };

/* Appends a string with each control character (C1 included) replaced by '?', and what nobody sees (base/text.h) as
 * \xHH; it is UTF-8 and already in safe form. */
void layout_clean(struct text *out, const char *s);
/* Columns that a string takes when it is written so: its code points, four for each \xHH. */
size_t layout_columns(const char *s);
/* Appends `s` cleaned and filled up with spaces to `columns`. */
void layout_pad(struct text *out, const char *s, size_t columns);
/* Appends the words of `s`, the first at column `at`, further lines below `indent`, none beyond `width` unless one word
 * alone is longer; ends the line. */
void layout_wrap(struct text *out, unsigned width, unsigned indent, size_t at, const char *s);
/* The same for a label in column `indent`, its text in a column of its own `label_columns` further. */
void layout_field(struct text *out, unsigned width, unsigned indent, unsigned label_columns, const char *label,
                  const char *s);
/* A command behind a label, as it is to be typed: never wrapped. A comment that would make its line too wide stands
 * above it, in lines of its own. */
void layout_command(struct text *out, unsigned width, unsigned indent, unsigned label_columns, const char *label,
                    const char *line);
void layout_spaces(struct text *out, size_t count);
/* Starts a colour, or ends it with LAYOUT_PLAIN; nothing unless `on`. */
void layout_paint(struct text *out, bool on, enum layout_colour colour);

#endif
