/* SPDX-License-Identifier: EUPL-1.2 */
/* Timers that start a backup program: whether they are enabled, when they did last, and by when they should again. */
#include <string.h>

#include "base/term.h"
#include "facts/backup_internal.h"
#include "facts/live.h"
#include "facts/timer.h"

#define TIMERS_MOST 256
#define STAMPS      "/var/lib/systemd/timers/stamp-"
/* The least that is looked forward from where nothing is known: what does not come then never does. */
#define LONG_AGO 86400

/* Whether the next start of the host starts a timer: enabled, or wanted by what is shipped. */
static struct bio_node *timer_enabled(struct jobs *j, const char *timer, const struct bio_node *unit)
{
        const struct bio_node *state = tree_get(unit, "file_state");
        const char *word = tree_bytes_of(state, NULL);
        struct tree *t = facts_tree(j->f);
        size_t i;

        if (tree_state(state) != BIO_KNOWN)
                return tree_undecidable(t, "%s", tree_why(state) ? tree_why(state) : "not known");
        if (starts_with(word, "masked"))
                return tree_from(tree_bool(t, false), tree_source(state), 0, 0);
        if (streq(word, "enabled") || streq(word, "enabled-runtime"))
                return tree_from(tree_bool(t, true), tree_source(state), 0, 0);
        for (i = 0; i < j->s->directory_count; i++) {
                const char *link =
                        arena_printf(&j->s->arena, "%s/timers.target.wants/%s", j->s->directories[i].path, timer);

                if (access_lstat(j->s->access, link)->state == BIO_KNOWN)
                        return tree_from(tree_bool(t, true), link, 0, 0);
        }
        return tree_from(tree_bool(t, false), tree_source(state), 0, 0);
}

/* The program among a service's commands. */
static const char *program_of(struct jobs *j, const struct bio_node *commands, const struct bio_node **command)
{
        const char *words[64], *program;
        size_t i, k;

        for (i = 0; i < tree_count(commands); i++) {
                const struct bio_node *argv = tree_get(tree_at(commands, i), "argv");
                size_t count = tree_count(argv);

                if (tree_state(argv) != BIO_KNOWN || count == 0)
                        continue;
                for (k = 0; k < count && k < ELEMENTS(words); k++)
                        words[k] = tree_bytes_of(tree_at(argv, k), NULL);
                words[0] = tree_bytes_of(tree_get(tree_at(commands, i), "path"), NULL);
                *command = tree_at(commands, i);
                program = backup_command_program(j->s, words, k);
                if (program)
                        return program;
        }
        return NULL;
}

static struct bio_node *live_copy(struct tree *t, const struct bio_node *unit)
{
        const struct bio_node *live = tree_get(unit, "live"), *state = tree_get(live, "active_state");
        struct bio_node *node = tree_state(state) == BIO_KNOWN
                                        ? tree_text(t, tree_bytes_of(state, NULL))
                                        : tree_unreadable(t, "%s", tree_why(live) ? tree_why(live) : "not known");

        return tree_basis(tree_from(node, "service manager", 0, 0), BIO_RUNNING);
}

/* --- when */

/* What the manager says of a timer and of what it starts. */
struct lives {
        const struct bio_node *timer, *service;
        bool active, runs;
};

static bool is_state(const struct bio_node *live, const char *words)
{
        const struct bio_node *state = tree_get(live, "active_state");

        return tree_state(state) == BIO_KNOWN && has_word(words, tree_bytes_of(state, NULL));
}

static int64_t moment_of(const struct bio_node *node)
{
        return tree_state(node) == BIO_KNOWN && tree_type(node) == BIO_INTEGER ? tree_integer_of(node) : 0;
}

/* When a timer last started something: as the manager says, else as the stamp that a persistent one leaves. A stamp is
 * made when the timer is first started, so it may be of that. */
static struct bio_node *last_node(struct jobs *j, const struct timer *timer, const struct lives *lives)
{
        const struct bio_node *trigger = tree_get(lives->timer, "last_trigger");
        const char *path = arena_printf(&j->s->arena, "%s%s", STAMPS, timer->name);
        struct tree *t = facts_tree(j->f);
        const struct access_file *file;
        struct bio_node *node;

        if (tree_state(lives->timer) == BIO_KNOWN) {
                node = tree_state(trigger) == BIO_KNOWN ? tree_integer(t, tree_integer_of(trigger))
                       : trigger && tree_state(trigger) == BIO_ABSENT
                               ? tree_absent(t, "never")
                               : tree_unreadable(t, "the service manager does not say");
                return tree_basis(tree_from(node, "service manager", 0, 0), BIO_RUNNING);
        }
        if (!timer->persistent)
                return tree_unreadable(t, "%s", tree_why(lives->timer) ? tree_why(lives->timer) : "not known");
        file = access_stat(j->s->access, path);
        node = file->state == BIO_KNOWN    ? tree_integer(t, file->mtime)
               : file->state == BIO_ABSENT ? tree_absent(t, "never")
                                           : tree_unreadable(t, "%s", file->why);
        return tree_from(node, path, 0, 0);
}

/* What came while the host was off was not missed. */
static int64_t host_start(struct jobs *j)
{
        return moment_of(tree_get(live_process(facts_live(j->f), facts_tree(j->f), 1), "start"));
}

/* From when on a turn counts; false where that is not known. A timer that is not started waits since it was enabled. */
static bool past_of(struct jobs *j, const struct lives *lives, const struct bio_node *last,
                    const struct bio_node *enabled, struct timer_past *ret)
{
        *ret = (struct timer_past){.base = moment_of(last), .has_run = tree_state(last) == BIO_KNOWN};
        if (tree_state(lives->timer) != BIO_KNOWN) {
                if (ret->base == 0 || live_offline(facts_live(j->f)))
                        return false;
                ret->base = moment_later(ret->base, host_start(j));
                return true;
        }
        if (tree_state(last) != BIO_KNOWN && tree_state(last) != BIO_ABSENT)
                return false;
        if (lives->active && !ret->has_run)
                ret->base = moment_of(tree_get(lives->timer, "active_enter"));
        if (!lives->active && tree_source(enabled))
                ret->base = moment_later(moment_later(ret->base, host_start(j)),
                                         access_lstat(j->s->access, tree_source(enabled))->ctime);
        if (ret->has_run)
                ret->base = moment_later(ret->base, moment_of(tree_get(lives->service, "exec_main_start")));
        ret->ended = moment_later(ret->base, moment_of(tree_get(lives->service, "state_change")));
        ret->runs = lives->runs;
        return ret->base > 0;
}

static bool is_decided(const struct timer *timer)
{
        size_t i;

        for (i = 0; i < timer->count; i++)
                if (timer->values[i].is_open)
                        return false;
        return !timer->defers;
}

static struct bio_node *due_node(struct jobs *j, const struct timer *timer, const struct lives *lives,
                                 const struct bio_node *last, const struct bio_node *enabled)
{
        const char *offline = live_offline(facts_live(j->f));
        struct tree *t = facts_tree(j->f);
        const struct timer_value *value;
        struct timer_past past;
        bool known = past_of(j, lives, last, enabled, &past);
        int64_t due;

        if (!is_decided(timer))
                return tree_undecidable(t, "a schedule that is not modelled");
        if (!known)
                past.base = LONG_AGO;
        due = timer_due(timer, &past, &value);
        if (!value)
                return tree_absent(t, "no moment is left for it");
        if (known && due < INT64_MAX) {
                char text[MOMENT_TEXT];

                moment_format(due, text);
                return tree_note(tree_from(tree_integer(t, due), value->path, value->line, 0), "%s=%s: by %s",
                                 value->key, value->text, text);
        }
        return offline ? tree_unreadable(t, "%s", offline)
                       : tree_undecidable(t, "since when the timer waits is not known");
}

/* Whether the last turn of this start of the host really started the service. What ran already then, ran. */
static struct bio_node *started_node(struct jobs *j, const struct lives *lives, const struct bio_node *last)
{
        const struct bio_node *start = tree_get(lives->service, "exec_main_start");
        const struct bio_node *change = tree_get(lives->service, "state_change");
        const struct bio_node *waits = tree_get(lives->timer, "active_enter");
        struct tree *t = facts_tree(j->f);
        bool started;

        if (!lives->active || tree_state(last) != BIO_KNOWN || tree_state(waits) != BIO_KNOWN ||
            moment_of(last) <= moment_of(waits) || !start || !change ||
            (tree_state(start) != BIO_KNOWN && tree_state(start) != BIO_ABSENT))
                return NULL;
        started = lives->runs || moment_later(moment_of(start), moment_of(change)) >= moment_of(last);
        return tree_basis(tree_from(tree_bool(t, started), "service manager", 0, 0), BIO_RUNNING);
}

static struct bio_node *schedule_node(struct jobs *j, const struct timer *timer)
{
        struct tree *t = facts_tree(j->f);
        struct bio_node *list = tree_list(t);
        size_t i;

        for (i = 0; i < timer->count; i++)
                tree_from(tree_append(list, tree_printf(t, "%s=%s", timer->values[i].key, timer->values[i].text)),
                          timer->values[i].path, timer->values[i].line, 0);
        return list;
}

/* Once at each start of the host is no schedule. */
static bool repeats(const struct timer *timer)
{
        size_t i;

        for (i = 0; i < timer->count; i++)
                if (timer->values[i].is_open || timer->values[i].base != TIMER_ONCE)
                        return true;
        return false;
}

/* --- jobs */

static void take_timer(struct jobs *j, const char *name)
{
        const struct bio_node *unit, *service, *command = NULL, *enabled, *last;
        struct bio_node *node, *started;
        struct timer timer;
        const char *program;
        struct lives lives;

        timer_read(j->s, name, &timer);
        if (timer.why)
                return;
        program = program_of(j, unit_commands(j->s, timer.unit), &command);
        if (!program)
                return;
        timer_settle(j->s, &timer);
        if (!repeats(&timer))
                return;
        service = backup_unit(j->f, timer.unit);
        unit = backup_unit(j->f, name);
        node = backup_add_job(j, program, arena_printf(&j->s->arena, "unit:%s", name), BIO_TECHNICAL);
        if (!node)
                return;
        lives = (struct lives){tree_get(unit, "live"), tree_get(service, "live"), false, false};
        lives.active = is_state(lives.timer, "active");
        lives.runs = is_state(lives.service, "active activating reloading deactivating");
        tree_from(node, tree_source(command), tree_line(command), 0);
        enabled = tree_set(node, "enabled", timer_enabled(j, name, unit));
        tree_set(node, "timer", live_copy(facts_tree(j->f), unit));
        tree_set(node, "service", live_copy(facts_tree(j->f), service));
        tree_set(node, "schedule", schedule_node(j, &timer));
        last = tree_set(node, "last", last_node(j, &timer, &lives));
        tree_set(node, "due", due_node(j, &timer, &lives, last, enabled));
        started = started_node(j, &lives, last);
        if (started)
                tree_set(node, "started", started);
}

void backup_timers(struct jobs *j)
{
        _cleanup_strings_ struct strings timers = {0};
        size_t d, i;

        for (d = 0; d < j->s->directory_count; d++) {
                const char *wants = arena_printf(&j->s->arena, "%s/timers.target.wants", j->s->directories[d].path);
                const struct access_directory *wanted = access_list(j->s->access, wants);
                const struct access_directory *both[] = {j->s->directories[d].listed, wanted};
                size_t k;

                for (k = 0; k < ELEMENTS(both); k++)
                        for (i = 0; both[k] && both[k]->state == BIO_KNOWN && i < both[k]->count; i++) {
                                const char *name = both[k]->names[i];
                                enum unit_kind kind = unit_kind(name);

                                if ((kind == UNIT_PLAIN || kind == UNIT_INSTANCE) && ends_with(name, ".timer") &&
                                    timers.count < TIMERS_MOST && !strings_have(&timers, name))
                                        strings_add(&timers, name);
                        }
        }
        for (i = 0; i < timers.count; i++)
                take_timer(j, timers.items[i]);
}
