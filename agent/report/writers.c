/* SPDX-License-Identifier: EUPL-1.2 */
#include "report/writers.h"

static const struct report_writer writers[] = {
        {"text", report_write_text},
        {"json", report_write_json},
        {"html", report_write_html},
        {"csv", report_write_csv},
};

const struct report_writer *report_writer_find(const char *name)
{
        for (size_t i = 0; i < ELEMENTS(writers); i++)
                if (streq(writers[i].name, name))
                        return &writers[i];
        return NULL;
}

const char *report_threat_model(const struct report_options *o)
{
        return o->threat_model ? o->threat_model : BIOAGENT_PREFIX "/" BIOAGENT_DATADIR "/threat-model.md";
}
