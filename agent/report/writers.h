/* SPDX-License-Identifier: EUPL-1.2 */
/* The writers of this room, a file each. */
#ifndef REPORT_WRITERS_H
#define REPORT_WRITERS_H

#include "report/report.h"

/* Where threat-model.md lies. */
const char *report_threat_model(const struct report_options *o);

int report_write_text(const struct report *r, const struct report_options *o, struct text *out);
int report_write_html(const struct report *r, const struct report_options *o, struct text *out);
int report_write_csv(const struct report *r, const struct report_options *o, struct text *out);
int report_write_json(const struct report *r, const struct report_options *o, struct text *out);

#endif
