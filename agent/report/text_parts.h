/* SPDX-License-Identifier: EUPL-1.2 */
/* The parts of the report for a terminal, a file each. */
#ifndef REPORT_TEXT_PARTS_H
#define REPORT_TEXT_PARTS_H

#include "report/layout.h"
#include "report/strings.h"
#include "report/view.h"

#define TEXT_INDENT 2 /* of what stands below a first line */

struct text_report {
        const struct report *report;
        const struct report_options *options;
        struct text *out;
        unsigned width;
        bool all; /* verbose: nothing is told shortly */
};

static inline const char *text_word(const struct text_report *w, enum report_string id)
{
        return report_string(id, w->options->language);
}

void text_paint_status(const struct text_report *w, enum bio_status status);
void text_end_paint(const struct text_report *w);
/* A line of ours from column 0, wrapped; its arguments are counts. */
void text_say_counts(const struct text_report *w, enum report_string id, const size_t *counts, size_t count);

void text_write_group(const struct text_report *w, const struct view_group *group);
void text_write_measures(const struct text_report *w);

#endif
