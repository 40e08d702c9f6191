/* SPDX-License-Identifier: EUPL-1.2 */
/* HTML about hosts: without scripts, readable by a screen reader, on a phone and on paper (WCAG 2.1 AA). Takes JSON in
 * the form of a record's payload, so that the collector's pages and a report in a file show the same. Every text from a
 * host is escaped: it may be anything. */
#ifndef PAGE_PAGE_H
#define PAGE_PAGE_H

#include <jansson.h>
#include <stdint.h>

#include "base/text.h"

enum page_language { PAGE_NL, PAGE_EN, PAGE_LANGUAGES };

/* Words, in page/strings.c. */
enum page_string {
#define PAGE_STRING(id, nl, en) STRING_##id,
#include "page/strings.inc"
#undef PAGE_STRING
        PAGE_STRINGS
};
const char *page_string(enum page_language language, enum page_string id);
/* Of a status, an organisational answer, a mark, a record kind, a measure's kind; a name that is not known is its own
 * word. */
const char *page_word(enum page_language language, const char *name);
/* Of a status that stands behind a number: "3 met afwijking". */
const char *page_counted(enum page_language language, const char *status);

/* Where a page stands among the others. */
enum page_place { PAGE_HOSTS, PAGE_MEASURES, PAGE_HOST };

struct page_frame {
        enum page_language language;
        enum page_place place;
        const char *organisation;
        const json_t *organisations; /* array of texts: a choice where there is more than one */
        int64_t now;
        bool language_asked; /* for this language: links keep it */
        bool alone;          /* a file by itself: style inside, nothing around it to go to */
};

/* "?organisation=…&lang=…" of the links to other pages in that language, escaped; nothing where both go by themselves.
 */
void page_query(struct text *out, const struct page_frame *frame, enum page_language language, bool asked);

/* The style sheet. */
extern const char page_style[];

/* From the document's beginning to its first heading; `title` is escaped. */
void page_begin(struct text *out, const struct page_frame *frame, const char *title);
void page_end(struct text *out, const struct page_frame *frame);

/* A word of ours, escaped. */
void page_say(struct text *out, enum page_language language, enum page_string id);
/* A text of a result, in that language where the catalogue has it (texts/texts.h), escaped; nothing for NULL. */
void page_text(struct text *out, enum page_language language, const char *english);
/* A word of ours with {1} to {9} replaced by numbers. */
void page_say_numbers(struct text *out, enum page_language language, enum page_string id, const int64_t *numbers);
/* A status as a badge: sign, word and colour. */
void page_badge(struct text *out, enum page_language language, const char *status);
/* A moment (RFC 3339) and how long ago that is; `missing` where it is NULL or none. */
void page_moment(struct text *out, enum page_language language, const char *moment, int64_t now,
                 enum page_string missing);
/* A table's beginning: caption, and column headings of `class` "number" where the id is negative. */
struct page_column {
        enum page_string heading;
        bool number;
};
void page_table(struct text *out, enum page_language language, enum page_string caption,
                const struct page_column *columns, size_t count);
void page_table_end(struct text *out);
/* Opens a cell, labelled with its column for narrow screens. The caller closes it with </td>. */
void page_cell(struct text *out, enum page_language language, const struct page_column *column);

/* The statuses, worst first: "fail", "error", "unknown", "manual", "pass", "na". */
#define PAGE_STATUSES 6
extern const char *const page_statuses[PAGE_STATUSES];
/* The share of each in `counts` (object: status → number) as a bar, whose figures stand beside it. */
void page_bar(struct text *out, const json_t *counts);
/* The figures: a list of badges, worst first. */
void page_counts(struct text *out, enum page_language language, const json_t *counts);

/* The measures of one host with their parts, and its results with their evidence. `titles` and `descriptors` (objects
 * by id) may be NULL. */
void page_host_measures(struct text *out, enum page_language language, const json_t *measures, const json_t *titles,
                        int64_t now);
void page_host_results(struct text *out, enum page_language language, const json_t *results, const json_t *descriptors,
                       int64_t now);
/* All measures of one host in one table, a row each. */
void page_measure_table(struct text *out, enum page_language language, const json_t *measures, const json_t *titles);
/* What was examined, what was not, and what a signature proves: the foot of a report. Its heading has the id "proof".
 * `threat_model`: where that document lies. */
void page_proof(struct text *out, enum page_language language, const json_t *results, const json_t *measures,
                const char *threat_model);

#endif
