/* SPDX-License-Identifier: EUPL-1.2 */
#include "facts/version_number.h"

#include <stdlib.h>
#include <string.h>

long version_number(const char *version)
{
        const char *colon = strchr(version, ':');
        unsigned long major, minor;
        char *end;

        version = colon ? colon + 1 : version;
        major = strtoul(version, &end, 10);
        if (end == version || *end != '.')
                return -1;
        version = end + 1;
        minor = strtoul(version, &end, 10);
        return end == version || major > 100 || minor > 99 ? -1 : (long)(major * 100 + minor);
}
