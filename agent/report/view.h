/* SPDX-License-Identifier: EUPL-1.2 */
/* A run, put in the order in which a person wants it: what is to be repaired first, each cause once, advice apart. */
#ifndef REPORT_VIEW_H
#define REPORT_VIEW_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "bioagent/node.h"
#include "report/report.h"

/* Results that are told together: those of one cause, or one alone. */
struct view_group {
        const char *cause; /* NULL: none in common */
        const json_t **results;
        size_t count;
        enum bio_status status; /* the worst; and of those the highest */
        int severity;
        size_t index; /* of the first in the record */
};

struct view {
        struct view_group *groups; /* worst first, then the most severe, then as in the record */
        size_t group_count;
        const json_t **results;       /* where the groups' lists are */
        size_t counts[BIO_FAIL + 1];  /* of the groups' results and of those for root alone, by status */
        size_t for_root;              /* results set aside, as only root can see what they are about */
        size_t advice, advice_failed; /* results set aside that bear on advice alone */
};

/* What `r` holds, borrowed from it. With `all` nothing is set aside and no cause is told together. */
void view_of(const struct report *r, const struct report_options *o, bool all, struct view *ret);
void view_free(struct view *v);
#define _cleanup_view_ _cleanup_(view_free)

/* Of a member that holds a status; what is none is `error`. */
enum bio_status view_status(const json_t *object, const char *key);
const json_t *view_descriptor(const struct report *r, const json_t *result);
/* The text of a title ({"nl","en"}) in that language, or "". */
const char *view_title(const json_t *title, enum report_language language);
/* A result's parameters: "term=P6M longer=manual", malloc'd, "" where it has none. */
char *view_with(const json_t *result);
/* A text of a result in that language: malloc'd, NULL for NULL. */
char *view_text(const char *english, enum report_language language);
/* The commands of a fix, their comments in that language: malloc'd, NULL for NULL. */
char *view_commands(const char *commands, enum report_language language);
/* A measure, and a result that bears on measures of that kind alone, is advice: outside the exit status. */
bool view_is_advice(const struct report *r, const json_t *result);
bool view_measure_is_advice(const json_t *measure);
/* Whether there is anything but advice in the report. */
bool view_has_measures(const struct report *r);

#endif
