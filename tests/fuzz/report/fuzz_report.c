/* SPDX-License-Identifier: EUPL-1.2 */
/* A record of somebody else, shown: whatever its members hold, no markup, no control and no formula comes out but ours.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "report/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
        if (!holds)
                abort();
}

static void look_at_text(const struct text *out)
{
        for (const unsigned char *p = (const unsigned char *)text_string(out); *p; p++)
                require((*p >= 0x20 || *p == '\n') && *p != 0x7f && !(p[0] == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f));
        require(!strstr(text_string(out), "\n\n\n"));
}

/* Every '<' begins an element that the page has; what a record holds is escaped. */
static void look_at_html(const struct text *out)
{
        static const char *const never[] = {"<script", "<img", "<iframe", "<form", "<object", "<base", "<x"};

        for (size_t i = 0; i < ELEMENTS(never); i++)
                require(!strcasestr(text_string(out), never[i]));
        require(ends_with(text_string(out), "</html>\n"));
}

static void look_at_csv(const struct text *out)
{
        const char *p = strstr(text_string(out), "\r\n");
        size_t wanted = 1;

        require(p != NULL);
        for (const char *c = text_string(out); c < p; c++)
                wanted += *c == ',';
        for (p += 2; *p;) {
                for (size_t i = 0; i < wanted; i++) {
                        require(*p++ == '"');
                        require(!*p || !strchr("=+-@\t\r\n", *p));
                        while (*p && (*p != '"' || p[1] == '"'))
                                p += *p == '"' ? 2 : 1;
                        require(*p++ == '"');
                        require(*p++ == (i + 1 < wanted ? ',' : '\r'));
                }
                require(*p++ == '\n');
        }
}

static const struct {
        const char *format;
        void (*look)(const struct text *out);
} formats[] = {{"text", look_at_text}, {"html", look_at_html}, {"csv", look_at_csv}};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static const char descriptors[] = "{\"checks\":[{\"id\":\"a\",\"severity\":\"high\",\"title\":{\"nl\":\"T\","
                                          "\"en\":\"T\"},\"why\":{\"nl\":\"W\","
                                          "\"en\":\"W\"},\"fix\":{\"commands\":\"c\\nd\",\"reload\":\"r\",\"risk\":{"
                                          "\"nl\":\"R. S\",\"en\":\"R. S\"}}}]}";
        _cleanup_json_ json_t *payload = NULL, *checks = NULL;

        if (json_parse((const char *)data, size, &payload, NULL) < 0 || !json_is_object(payload))
                return 0;
        require(json_parse(descriptors, strlen(descriptors), &checks, NULL) == 0);
        for (size_t i = 0; i < ELEMENTS(formats); i++)
                for (unsigned how = 0; how < 8; how++) {
                        const struct report r = {.payload = payload, .descriptors = checks};
                        const struct report_options o = {.language = how & 1 ? REPORT_EN : REPORT_NL,
                                                         .verbose = how & 2,
                                                         .ordinary = how & 4,
                                                         .width = 40 + 40 * (how & 1),
                                                         .as = "root"};
                        _cleanup_text_ struct text out = {0};

                        require(report_writer_find(formats[i].format)->write(&r, &o, &out) == 0);
                        formats[i].look(&out);
                }
        return 0;
}
