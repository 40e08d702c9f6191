/* SPDX-License-Identifier: EUPL-1.2 */
/* What a timer of systemd says (systemd.timer(5)), and when it is due. */
#ifndef FACTS_TIMER_H
#define FACTS_TIMER_H

#include "facts/calendar.h"
#include "facts/systemd_internal.h"

enum timer_base {
        TIMER_CALENDAR,
        TIMER_ONCE,        /* after the timer, the host or the manager was started */
        TIMER_AFTER_START, /* of what it starts */
        TIMER_AFTER_END,
};

struct timer_value {
        enum timer_base base;
        const char *key, *text, *path;
        unsigned line;
        bool is_open; /* not modelled */
        struct calendar calendar;
        const struct timezone *zone;
        uint64_t span; /* microseconds */
};

#define TIMER_VALUES_MOST 64

struct timer {
        const char *why;  /* why it is not known, or NULL */
        const char *name; /* its own, after aliases */
        const char *unit; /* that it starts */
        struct timer_value values[TIMER_VALUES_MOST];
        size_t count;
        bool persistent, defers;
        uint64_t accuracy, random; /* microseconds */
};

/* Reads a timer's file and drop-ins; strings live as long as `s`. */
void timer_read(struct systemd *s, const char *name, struct timer *ret);
/* Takes its values apart, and leaves out those that the manager refuses. */
void timer_settle(struct systemd *s, struct timer *timer);

/* What is known of the past, in seconds since the epoch; 0: not. */
struct timer_past {
        int64_t base;  /* when it last started something, else since when it waits */
        bool has_run;  /* `base` is the former */
        int64_t ended; /* when the last run ended, or the base */
        bool runs;     /* what it starts runs now: one turn may be left out */
};

/* When it is due next, in seconds; the value that says so. 0 where that is never. */
int64_t timer_due(const struct timer *timer, const struct timer_past *past, const struct timer_value **ret);

#endif
