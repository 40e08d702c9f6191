/* SPDX-License-Identifier: EUPL-1.2 */
#include "facts/timer.h"

#include <errno.h>
#include <string.h>

#include "facts/systemd_conf.h"

#define SECOND    INT64_C(1000000)
#define ACCURACY  (60 * (uint64_t)SECOND) /* AccuracySec= by default */
#define SPAN_MOST (INT64_C(200) * 366 * 86400 * SECOND)

/* (What starts it when the clock or the zone is changed is no schedule.) */
static const struct {
        const char *key;
        enum timer_base base;
} bases[] = {
        {"OnCalendar", TIMER_CALENDAR},
        {"OnActiveSec", TIMER_ONCE},
        {"OnBootSec", TIMER_ONCE},
        {"OnStartupSec", TIMER_ONCE},
        {"OnUnitActiveSec", TIMER_AFTER_START},
        {"OnUnitInactiveSec", TIMER_AFTER_END},
};

struct reading {
        struct systemd *s;
        const char *path;
        struct timer *timer;
};

/* --- the text */

static void take_value(struct reading *r, size_t base, const struct unit_assignment *a)
{
        struct timer *t = r->timer;
        struct arena *arena = &r->s->arena;

        /* An empty one takes back all before it, of whichever key. */
        if (!*a->value)
                t->count = 0;
        else if (t->count == TIMER_VALUES_MOST)
                t->why = "more settings than this version keeps";
        else
                t->values[t->count++] = (struct timer_value){.base = bases[base].base,
                                                             .key = bases[base].key,
                                                             .text = arena_copy(arena, a->value, strlen(a->value)),
                                                             .path = r->path,
                                                             .line = a->line};
}

/* What a template is filled with: the timer's own instance, else its name before the type. */
static const char *own_instance(struct arena *arena, const char *name)
{
        if (unit_kind(name) == UNIT_INSTANCE)
                return unit_instance(arena, name);
        return arena_copy(arena, name, unit_prefix_length(name));
}

/* The first name of a unit counts, whatever comes later. */
static void take_unit(struct reading *r, const char *value)
{
        struct arena *arena = &r->s->arena;
        const char *why, *unit = unit_specifiers(r->s, r->timer->name, value, &why);
        enum unit_kind kind;

        if (r->timer->unit)
                return;
        if (why)
                r->timer->why = why;
        if (!unit)
                return;
        kind = unit_kind(unit);
        if (kind == UNIT_TEMPLATE)
                unit = unit_with_instance(arena, unit, own_instance(arena, r->timer->name));
        if (unit && kind != UNIT_INVALID)
                r->timer->unit = unit;
}

static const char *take(void *user, const struct unit_assignment *a)
{
        struct reading *r = user;
        struct timer *t = r->timer;
        uint64_t span;
        bool flag;
        size_t i;

        if (!streq(a->section, "Timer"))
                return NULL;
        for (i = 0; i < ELEMENTS(bases); i++)
                if (streq(a->key, bases[i].key))
                        take_value(r, i, a);
        if (streq(a->key, "Unit"))
                take_unit(r, a->value);
        else if (streq(a->key, "Persistent") && conf_boolean(a->value, &flag) == 0)
                t->persistent = flag;
        else if (streq(a->key, "DeferReactivation") && conf_boolean(a->value, &flag) == 0)
                t->defers = flag;
        else if (streq(a->key, "AccuracySec") && conf_span(a->value, &span) == 0)
                t->accuracy = span;
        else if ((streq(a->key, "RandomizedDelaySec") || streq(a->key, "RandomizedOffsetSec")) &&
                 conf_span(a->value, &span) == 0)
                t->random = span;
        return NULL;
}

void timer_read(struct systemd *s, const char *name, struct timer *ret)
{
        _cleanup_strings_ struct strings drop_ins = {0};
        struct unit_fragment fragment;
        struct reading r = {.s = s, .timer = ret};
        const char *why = NULL;

        *ret = (struct timer){.accuracy = ACCURACY};
        unit_fragment(s, name, &fragment);
        if (fragment.state != BIO_KNOWN || fragment.masked) {
                ret->why = fragment.masked ? "masked" : fragment.why;
                return;
        }
        ret->name = fragment.name;
        ret->why = unit_drop_ins(s, fragment.name, &drop_ins);
        if (!ret->why)
                why = unit_read(s, &fragment, &drop_ins, take, &r, &r.path);
        if (why && !ret->why)
                ret->why = why;
        if (!ret->unit)
                ret->unit =
                        arena_printf(&s->arena, "%.*s.service", (int)(strlen(ret->name) - strlen(".timer")), ret->name);
}

/* --- the values */

struct zones {
        struct systemd *s;
        struct timezone host;
};

static enum calendar_zone zone_of(void *user, const char *word)
{
        struct zones *zones = user;
        struct timezone zone;
        int r;

        if (timezone_abbreviates(&zones->host, word))
                return CALENDAR_ABBREVIATION;
        r = timezone_by_name(zones->s->access, &zones->s->arena, word, &zone);
        return r == 0 ? CALENDAR_ZONE : r == -EOPNOTSUPP ? CALENDAR_ABBREVIATION : CALENDAR_NO_ZONE;
}

static const struct timezone *keep_zone(struct zones *zones, const char *name)
{
        struct timezone *zone = arena_alloc(&zones->s->arena, sizeof(*zone));

        *zone = zones->host;
        if (name)
                (void)timezone_by_name(zones->s->access, &zones->s->arena, name, zone);
        return zone;
}

/* False where the manager refuses the value. */
static bool settle_value(struct zones *zones, const char *host_why, struct timer_value *value)
{
        struct arena *arena = &zones->s->arena;
        int r;

        if (value->base != TIMER_CALENDAR)
                return conf_span(value->text, &value->span) == 0;
        r = calendar_parse(arena, value->text, zone_of, zones, &value->calendar);
        value->is_open = r == -EOPNOTSUPP || (r == 0 && host_why && !value->calendar.zone);
        if (r == 0)
                value->zone = keep_zone(zones, value->calendar.zone);
        return r == 0 || value->is_open;
}

void timer_settle(struct systemd *s, struct timer *timer)
{
        struct zones zones = {.s = s};
        const char *host_why = timezone_of_host(s->access, &s->arena, &zones.host), *why;
        size_t i, kept = 0;

        for (i = 0; i < timer->count; i++) {
                struct timer_value value = timer->values[i];
                const char *text = unit_specifiers(s, timer->name, value.text, &why);

                value.is_open = why != NULL;
                value.text = text ? text : value.text;
                if (value.is_open || (text && settle_value(&zones, host_why, &value)))
                        timer->values[kept++] = value;
        }
        timer->count = kept;
}

/* --- due */

static int64_t calendar_due(const struct timer_value *value, const struct timer_past *past)
{
        int64_t moment = past->base * SECOND;
        int turns;

        for (turns = past->runs ? 2 : 1; turns > 0; turns--)
                if (calendar_next(&value->calendar, value->zone, moment, &moment) < 0)
                        return 0;
        return moment;
}

static int64_t span_due(const struct timer_value *value, const struct timer_past *past)
{
        int64_t from = value->base == TIMER_AFTER_END ? past->ended : past->base, span = (int64_t)value->span;

        if (value->span > (uint64_t)SPAN_MOST || (value->base == TIMER_ONCE) == past->has_run)
                return 0;
        return from * SECOND + (past->runs ? 2 : 1) * span;
}

int64_t timer_due(const struct timer *timer, const struct timer_past *past, const struct timer_value **ret)
{
        int64_t least = 0, late = SECOND;
        size_t i;

        *ret = NULL;
        for (i = 0; i < timer->count; i++) {
                const struct timer_value *value = &timer->values[i];
                int64_t due = value->is_open                  ? 0
                              : value->base == TIMER_CALENDAR ? calendar_due(value, past)
                                                              : span_due(value, past);

                if (due > 0 && (!*ret || due < least)) {
                        least = due;
                        *ret = value;
                }
        }
        if (!*ret || timer->accuracy > (uint64_t)SPAN_MOST || timer->random > (uint64_t)SPAN_MOST)
                return *ret ? INT64_MAX : 0;
        late += (int64_t)timer->accuracy + (int64_t)timer->random;
        return (least + late) / SECOND;
}
