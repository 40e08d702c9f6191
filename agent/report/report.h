/* SPDX-License-Identifier: EUPL-1.2 */
/* A run, written for people and programs: one interface, one file a format. */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/text.h"

enum report_language { REPORT_NL, REPORT_EN };

struct report_options {
        enum report_language language;
        bool colour;
        bool verbose;
        bool quiet;               /* failures and errors alone */
        unsigned width;           /* columns */
        const char *as;           /* whose eyes looked: "root", "jan" */
        bool ordinary;            /* these were not root's: what only root can see was not seen */
        const char *threat_model; /* path of that document, to be named; NULL: where an installation has it */
};

/* What a writer gets. All borrowed. */
struct report {
        const json_t *payload;     /* of kind report, in clear, `_personal` members allowed */
        const json_t *descriptors; /* {"checks":[…]}: titles, reasons, fixes */
        /* {"algoritmekader:0-org-13":{"nl":…,"en":…,"parts":{"storage":{"nl","en"}},…}} */
        const json_t *titles;
};

struct report_writer {
        const char *name; /* "text", "json", "html", … */
        /* Appends the report; 0 or negative errno. */
        int (*write)(const struct report *r, const struct report_options *o, struct text *out);
};

/* NULL where there is none of that name. (`jws` is signed by the caller.) */
const struct report_writer *report_writer_find(const char *name);

/* The payload of kind report (docs/record.md), from a run. Steals nothing. New reference. `run`:
 * {"id","trigger","started","finished", "boot_id","clock","agent"}; `host`:
 * {"name","org","labels","profile","os","kernel"}, id null is added. */
json_t *report_payload(bool offline, int64_t made, const json_t *host, const json_t *run, const json_t *policies,
                       const json_t *measures, const json_t *results);

#endif
