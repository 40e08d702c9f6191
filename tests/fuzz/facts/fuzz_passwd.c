/* SPDX-License-Identifier: EUPL-1.2 */
/* Lines of passwd, group, shadow and gshadow: every span lies within its line, and no hash is in what is said of a
 * password. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "facts/accounts_files.h"

static void within(const struct line *line, struct span span)
{
        if (span.length > 0 && (span.bytes < line->bytes || span.bytes + span.length > line->bytes + line->length))
                abort();
        if (span.length > 0 && memchr(span.bytes, '\0', span.length))
                abort();
}

static void read_passwd(const struct line *line)
{
        struct passwd_line user;

        if (passwd_line_read(line, &user) != LINE_ENTRY)
                return;
        within(line, user.name);
        within(line, user.password);
        within(line, user.gecos);
        within(line, user.home);
        within(line, user.shell);
        if (memchr(user.name.bytes, ':', user.name.length) || user.number != line->number)
                abort();
}

static void read_group(const struct line *line)
{
        struct group_line group;
        struct span member;
        size_t at = 0;

        if (!group_line_counts(line, &group))
                return;
        within(line, group.name);
        while (group_line_member(&group, &at, &member)) {
                within(line, member);
                if (member.length == 0 || memchr(member.bytes, ',', member.length))
                        abort();
        }
        /* What a lookup finds counts for membership too, but for blanks in front. */
        (void)group_line_read(line, &group);
}

static void read_shadow(const struct line *line)
{
        struct password_field field;
        struct shadow_line shadow;

        if (shadow_line_read(line, &shadow) != LINE_ENTRY)
                return;
        within(line, shadow.name);
        within(line, shadow.password);
        field = password_field_read(shadow.password);
        within(line, field.cost);
        if (field.cost.length > 20 || (field.cost.length > 0 && memchr(field.cost.bytes, '$', field.cost.length)))
                abort();
        if (field.state == PASSWORD_EMPTY && shadow.password.length > 0)
                abort();
        if (field.state == PASSWORD_LOCKED && !field.matches_never)
                abort();
}

static void read_members(const struct line *line, struct span names)
{
        const struct group_line group = {.members = names};
        struct span member;
        size_t at = 0;

        within(line, names);
        while (group_line_member(&group, &at, &member))
                within(line, member);
}

static void read_gshadow(const struct line *line)
{
        struct gshadow_line group;

        if (gshadow_line_read(line, &group) != LINE_ENTRY)
                return;
        within(line, group.name);
        within(line, group.password);
        read_members(line, group.administrators);
        read_members(line, group.members);
        within(line, password_field_read(group.password).cost);
        if (memchr(group.name.bytes, ':', group.name.length) || group.number != line->number)
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct lines lines = lines_of((const char *)data, size);
        struct line line;

        while (lines_next(&lines, &line)) {
                read_passwd(&line);
                read_group(&line);
                read_shadow(&line);
                read_gshadow(&line);
        }
        return 0;
}
