/* SPDX-License-Identifier: EUPL-1.2 */
/* What a line of Defaults sets: which names there are, and which values sudo takes (def_data.in, defaults.c). */
#ifndef FACTS_SUDOERS_DEFAULTS_H
#define FACTS_SUDOERS_DEFAULTS_H

#include "facts/sudoers.h"

/* A value as checks compare it. */
enum sudoers_value_type { SUDOERS_VALUE_OFF, SUDOERS_VALUE_ON, SUDOERS_VALUE_TEXT, SUDOERS_VALUE_SECONDS };

struct sudoers_value {
        enum sudoers_value_type type;
        const char *text; /* of SUDOERS_VALUE_TEXT */
        int64_t seconds;
};

/* What the line sets; NULL, or why sudo passes over it. */
const char *sudoers_value_of(const struct sudoers *s, const struct sudoers_default *d, struct sudoers_value *ret);

#endif
