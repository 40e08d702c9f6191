/* SPDX-License-Identifier: EUPL-1.2 */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "facts/timezone.h"

#define ZONES     "/usr/share/zoneinfo/"
#define NAME_MOST 200

const char *timezone_of_host(struct access *access, struct arena *arena, struct timezone *ret)
{
        const struct access_file *file = access_read(access, "/etc/localtime", TIMEZONE_FILE_MOST);
        int r;

        *ret = (struct timezone){0};
        if (file->state == BIO_ABSENT)
                return NULL;
        if (file->state != BIO_KNOWN)
                return file->why;
        r = timezone_parse(arena, file->bytes, file->length, ret);
        if (r == -EOPNOTSUPP)
                return "a file of time zones of a form that is not modelled";
        if (r < 0)
                *ret = (struct timezone){0};
        return NULL;
}

/* Words of letters, digits, `-`, `+` and `_`, with slashes between. */
static bool is_name(const char *name)
{
        bool slash = true;
        size_t i;

        for (i = 0; name[i]; i++) {
                if (name[i] == '/' ? slash : !isalnum((unsigned char)name[i]) && !strchr("-+_", name[i]))
                        return false;
                slash = name[i] == '/';
        }
        return !slash && i <= NAME_MOST;
}

int timezone_by_name(struct access *access, struct arena *arena, const char *name, struct timezone *ret)
{
        _cleanup_text_ struct text path = {0};
        const struct access_file *file;
        int r;

        *ret = (struct timezone){0};
        if (!is_name(name))
                return -ENOENT;
        if (streq(name, "UTC"))
                return 0;
        text_printf(&path, "%s%s", ZONES, name);
        file = access_read(access, text_string(&path), TIMEZONE_FILE_MOST);
        if (file->state == BIO_ABSENT)
                return -ENOENT;
        if (file->state != BIO_KNOWN)
                return -EOPNOTSUPP;
        if (file->length < 4 || memcmp(file->bytes, "TZif", 4) != 0)
                return -ENOENT;
        r = timezone_parse(arena, file->bytes, file->length, ret);
        return r < 0 ? -EOPNOTSUPP : 0;
}
