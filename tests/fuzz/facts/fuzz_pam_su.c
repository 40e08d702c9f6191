/* SPDX-License-Identifier: EUPL-1.2 */
/* Lines of su's PAM service: what is named lies within its line, and a word has no blank in it. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "facts/pam_su.h"

static void read_line(const struct line *line)
{
        struct span named = {"", 0};
        enum pam_su_says says = pam_su_line_read((struct span){line->bytes, line->length}, &named);

        if (says == PAM_SU_NOTHING || named.length == 0)
                return;
        if (named.bytes < line->bytes || named.bytes + named.length > line->bytes + line->length)
                abort();
        if (*named.bytes != '[' &&
            (memchr(named.bytes, ' ', named.length) || memchr(named.bytes, '\t', named.length)) && says == PAM_SU_READ)
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct lines lines = lines_of((const char *)data, size);
        struct line line;

        while (lines_next(&lines, &line))
                read_line(&line);
        return 0;
}
