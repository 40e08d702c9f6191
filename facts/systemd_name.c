/* SPDX-License-Identifier: EUPL-1.2 */
/* Names of units (systemd.unit(5)): prefix, instance, type. */
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "facts/systemd_internal.h"

#define NAME_MOST 255

static const struct {
        const char *name;
        bool may_alias, may_template;
} types[] = {
        {"service", true, true}, {"socket", true, true},  {"target", true, true},  {"device", true, false},
        {"timer", true, true},   {"path", true, true},    {"mount", false, false}, {"automount", false, false},
        {"swap", false, false},  {"slice", false, false}, {"scope", false, false},
};

static size_t type_index(const char *type)
{
        size_t i;

        for (i = 0; i < ELEMENTS(types); i++)
                if (streq(types[i].name, type))
                        return i;
        return ELEMENTS(types);
}

bool unit_type_may_alias(const char *type)
{
        size_t i = type_index(type);

        return i < ELEMENTS(types) && types[i].may_alias;
}

bool unit_type_may_template(const char *type)
{
        size_t i = type_index(type);

        return i < ELEMENTS(types) && types[i].may_template;
}

static bool valid_character(char c)
{
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               (c != '\0' && strchr(":-_.\\@", c));
}

enum unit_kind unit_kind(const char *name)
{
        const char *dot = strrchr(name, '.'), *at = strchr(name, '@'), *s;

        if (!dot || dot == name || strlen(name) > NAME_MOST || type_index(dot + 1) == ELEMENTS(types))
                return UNIT_INVALID;
        for (s = name; s < dot; s++)
                if (!valid_character(*s))
                        return UNIT_INVALID;
        if (!at)
                return UNIT_PLAIN;
        if (at == name)
                return UNIT_INVALID;
        return at + 1 == dot ? UNIT_TEMPLATE : UNIT_INSTANCE;
}

const char *unit_type(const char *name)
{
        const char *dot = strrchr(name, '.');

        return dot ? dot + 1 : "";
}

size_t unit_prefix_length(const char *name)
{
        const char *at = strchr(name, '@'), *dot = strrchr(name, '.');

        if (at)
                return (size_t)(at - name);
        return dot ? (size_t)(dot - name) : strlen(name);
}

const char *unit_instance(struct arena *arena, const char *name)
{
        const char *at = strchr(name, '@'), *dot = strrchr(name, '.');

        if (!at || !dot || dot < at)
                return "";
        return arena_copy(arena, at + 1, (size_t)(dot - at - 1));
}

const char *unit_template(struct arena *arena, const char *name)
{
        if (unit_kind(name) != UNIT_INSTANCE)
                return name;
        return arena_printf(arena, "%.*s@.%s", (int)unit_prefix_length(name), name, unit_type(name));
}

const char *unit_with_instance(struct arena *arena, const char *name, const char *instance)
{
        const char *made =
                arena_printf(arena, "%.*s@%s.%s", (int)unit_prefix_length(name), name, instance, unit_type(name));

        return unit_kind(made) == UNIT_INSTANCE ? made : NULL;
}
