/* SPDX-License-Identifier: EUPL-1.2 */
/* How sshd is started: by which units, with which command lines; and whether it runs, since when. */
#include <string.h>

#include "base/term.h"
#include "base/text.h"
#include "facts/sshd_host.h"
#include "facts/systemd_internal.h"

#define WORDS_MOST     200
#define INSTANCES_MOST 32 /* and one for all others */

/* Debian's units: the listener, and what is started for each connection where a socket listens. */
static const char *const units[] = {"ssh.service", "sshd.service", "ssh@.service", "sshd@.service"};

struct words {
        const char *at[WORDS_MOST];
        size_t count;
};

static void add_word(struct words *w, const char *word)
{
        if (w->count < WORDS_MOST)
                w->at[w->count++] = word;
}

/* sshd(8): options that have an argument, and what they say in words of sshd_config(5). */
static const struct {
        char letter;
        bool argument;
        const char *line; /* "%s" for the argument */
} options[] = {
        {'4', false, "AddressFamily inet"},
        {'6', false, "AddressFamily inet6"},
        {'C', true, NULL},
        {'D', false, NULL},
        {'E', true, NULL},
        {'R', false, NULL},
        {'Q', false, NULL},
        {'b', true, NULL},
        {'c', true, "HostCertificate"},
        {'d', false, "LogLevel DEBUG"},
        {'e', false, NULL},
        {'f', true, NULL},
        {'g', true, "LoginGraceTime"},
        {'h', true, "HostKey"},
        {'i', false, NULL},
        {'k', true, NULL},
        {'o', true, ""},
        {'p', true, "Port"},
        {'q', false, "LogLevel QUIET"},
        {'r', false, NULL},
        {'u', true, NULL},
};

struct argument_reading {
        struct arena *arena;
        struct sshd_arguments *ret;
        const char **lines;
        size_t allocated;
};

static void take_option(struct argument_reading *r, char letter, const char *line, const char *argument)
{
        _cleanup_text_ struct text t = {0};

        if (letter == 'f') {
                text_add(&t, *argument == '/' || streq(argument, "none") ? "" : "/");
                text_add(&t, argument);
                r->ret->config_file = arena_copy(r->arena, text_string(&t), t.length);
        }
        r->ret->ports |= letter == 'p';
        if (!line)
                return;
        text_add(&t, line);
        text_add(&t, argument && *line ? " " : "");
        text_add(&t, argument ? argument : "");
        if (!r->lines || r->ret->option_count == r->allocated) {
                const char **grown = arena_alloc(r->arena, (r->allocated + 16) * sizeof(*grown));

                if (r->lines)
                        memcpy(grown, r->lines, r->allocated * sizeof(*grown));
                r->lines = grown;
                r->allocated += 16;
        }
        r->lines[r->ret->option_count++] = arena_copy(r->arena, text_string(&t), t.length);
}

bool sshd_arguments_of(struct arena *arena, const char *const *argv, size_t count, struct sshd_arguments *ret,
                       const char **why)
{
        struct argument_reading r = {.arena = arena, .ret = ret};
        size_t i, k;

        *ret = (struct sshd_arguments){0};
        for (i = 1; i < count; i++) {
                const char *p = argv[i];

                if (*p != '-' || !p[1] || streq(p, "--")) {
                        *why = "its command line has what sshd does not take";
                        return false;
                }
                for (p++; *p; p++) {
                        const char *argument = NULL;

                        for (k = 0; k < ELEMENTS(options) && options[k].letter != *p; k++)
                                ;
                        if (k == ELEMENTS(options) || (options[k].argument && !p[1] && i + 1 == count)) {
                                *why = "its command line has an option that does not serve";
                                return false;
                        }
                        if (options[k].argument)
                                argument = p[1] ? p + 1 : argv[++i];
                        take_option(&r, options[k].letter, options[k].line, argument);
                        if (argument)
                                break;
                }
        }
        ret->options = r.lines;
        return true;
}

/* Instances. */

static bool same_text(const char *a, const char *b)
{
        return streq(a ? a : "", b ? b : "");
}

static bool same_arguments(const struct sshd_arguments *a, const struct sshd_arguments *b)
{
        size_t i;

        if (!same_text(a->config_file, b->config_file) || a->option_count != b->option_count || a->ports != b->ports)
                return false;
        for (i = 0; i < a->option_count; i++)
                if (!streq(a->options[i], b->options[i]))
                        return false;
        return true;
}

/* The instance with the same options, or NULL. */
static struct sshd_instance *instance_like(struct sshd *s, const struct sshd_instance *new)
{
        size_t i;

        for (i = 0; i < s->instance_count; i++) {
                struct sshd_instance *old = &s->instances[i];

                if (same_text(old->undecidable, new->undecidable) && same_arguments(&old->arguments, &new->arguments))
                        return old;
        }
        return NULL;
}

static struct sshd_instance *add_instance(struct sshd *s, const struct sshd_instance *new)
{
        static const struct sshd_instance others = {.name = "sshd",
                                                    .undecidable = "it is started in more ways than are looked at"};
        struct sshd_instance *old = instance_like(s, new);

        if (!old && s->instance_count >= INSTANCES_MOST) {
                new = &others;
                old = instance_like(s, new);
        }
        if (old)
                return old;
        if (s->instance_count == s->instances_allocated) {
                size_t allocated = s->instances_allocated + 8;
                struct sshd_instance *grown = arena_alloc(&s->arena, allocated * sizeof(*grown));

                if (s->instance_count > 0)
                        memcpy(grown, s->instances, s->instance_count * sizeof(*grown));
                s->instances = grown;
                s->instances_allocated = allocated;
        }
        s->instances[s->instance_count] = *new;
        return &s->instances[s->instance_count++];
}

/* Names of the program where directories of programs are links to one another. */
static const char *const program_names[] = {SSHD_PROGRAM, SSHD_PROGRAM_BIN, "/sbin/sshd", "/bin/sshd"};

/* Whether a path is the installed program, by any name. */
static bool is_program(struct sshd *s, const char *path)
{
        const struct access_file *program = sshd_program(s);
        const struct access_file *file = access_stat(facts_access(s->facts), path);
        size_t i;

        if (streq(path, SSHD_PROGRAM))
                return true;
        if (program->state == BIO_KNOWN && file->state == BIO_KNOWN)
                return streq(program->resolved, file->resolved);
        for (i = 0; i < ELEMENTS(program_names); i++)
                if (streq(path, program_names[i]))
                        return program->state == BIO_ABSENT || file->state == BIO_ABSENT;
        return false;
}

/* Whether a path, or a shell's line, names an sshd: "/opt/bin/sshd", "exec /usr/sbin/sshd -D". */
static bool names_sshd(const char *word)
{
        const char *end;

        for (; (word = strstr(word, "bin/sshd")); word = end) {
                end = word + strlen("bin/sshd");
                if (!*end || strchr(" \t'\";", *end))
                        return true;
        }
        return false;
}

static void read_command_line(struct sshd *s, struct sshd_instance *i, const struct words *w)
{
        _cleanup_text_ struct text t = {0};
        size_t k;

        for (k = 0; k < w->count; k++)
                text_printf(&t, "%s%s", k > 0 ? " " : "", w->at[k]);
        i->command_line = arena_copy(&s->arena, text_string(&t), t.length);
        if (w->count == 0 || w->count == WORDS_MOST)
                i->undecidable = "its command line cannot be told";
        else if (!is_program(s, w->at[0])) {
                i->undecidable = "it starts another program than " SSHD_PROGRAM;
                for (k = 0; k < w->count && !i->elsewhere; k++)
                        if (names_sshd(w->at[k]))
                                i->elsewhere = w->at[0];
        } else
                i->starts_sshd = sshd_arguments_of(&s->arena, w->at, w->count, &i->arguments, &i->undecidable);
}

/* The command of a unit, its variables put in (the fact systemd does that). */
static void read_unit(struct sshd *s, const struct bio_node *unit, struct sshd_instance *i)
{
        const struct bio_node *commands = tree_get(unit, "exec_start");
        const struct bio_node *argv = tree_get(tree_at(commands, 0), "argv");
        const char *why = tree_why(commands);
        struct words w = {0};
        size_t k;

        if (tree_state(commands) != BIO_KNOWN || tree_state(argv) != BIO_KNOWN) {
                const char *path = tree_bytes_of(tree_get(tree_at(commands, 0), "path"), NULL);

                why = why ? why : tree_why(argv);
                i->undecidable = why ? why : "its command line cannot be told";
                i->elsewhere = names_sshd(path) ? path : NULL;
                return;
        }
        /* The program has any name that the unit gives it (ExecStart=@). */
        for (k = 0; k < tree_count(argv); k++)
                add_word(&w, tree_bytes_of(k == 0 ? tree_get(tree_at(commands, 0), "path") : tree_at(argv, k), NULL));
        read_command_line(s, i, &w);
}

/* Whether the unit runs, and since when: it reads its configuration when it starts and when it is reloaded. */
static void read_state(const struct bio_node *unit, struct sshd_instance *i)
{
        const struct bio_node *live = tree_get(unit, "live"), *files = tree_get(unit, "files");
        const char *active = tree_bytes_of(tree_get(live, "active_state"), NULL);
        size_t k;

        if (tree_state(live) == BIO_UNREADABLE || tree_state(live) == BIO_UNDECIDABLE) {
                i->not_seen = tree_why(live);
                return;
        }
        if (!streq(active, "active") && !streq(active, "reloading"))
                return;
        i->main_pid = tree_integer_of(tree_get(live, "main_pid"));
        i->running_since = moment_later(tree_integer_of(tree_get(live, "state_change")),
                                        tree_integer_of(tree_get(live, "exec_main_start")));
        for (k = 0; k < tree_count(files); k++) {
                int64_t changed_at = tree_integer_of(tree_get(tree_at(files, k), "ctime"));

                if (changed_at > i->running_since && changed_at > i->changed_at) {
                        i->changed = tree_bytes_of(tree_get(tree_at(files, k), "path"), NULL);
                        i->changed_at = changed_at;
                }
        }
}

/* Whether the name of a unit was looked at, as such or as an alias. */
static bool seen(const struct sshd *s, const char *name)
{
        size_t i;

        for (i = 0; i < s->instance_count; i++)
                if (streq(s->instances[i].name, name))
                        return true;
        return false;
}

static void find_unit(struct sshd *s, const char *asked, bool shipped)
{
        const struct fact_argument arguments[] = {{"unit", asked}, {NULL, NULL}};
        const struct bio_node *unit = facts_query(s->facts, "systemd.unit", arguments);
        const char *name = tree_bytes_of(tree_get(unit, "name"), NULL);
        const char *state = tree_bytes_of(tree_get(unit, "file_state"), NULL);
        struct sshd_instance new = {.name = *name ? name : asked};

        if (tree_state(unit) == BIO_ABSENT ||
            (tree_state(unit) == BIO_KNOWN && tree_state(tree_get(unit, "exec_start")) == BIO_ABSENT) ||
            seen(s, new.name))
                return; /* no such unit, it is masked, or this is another name of one */
        if (tree_state(unit) != BIO_KNOWN) {
                new.undecidable = tree_why(unit);
        } else {
                read_unit(s, unit, &new);
                if (!strchr(new.name, '@'))
                        read_state(unit, &new);
        }
        /* Someone's own unit counts where it starts an sshd, and is not switched off. */
        if (!shipped && ((!new.starts_sshd && !new.elsewhere) || (streq(state, "disabled") && new.running_since == 0)))
                return;
        (void)add_instance(s, &new);
}

/* The instances of a template that something wants: of "ssh-alt@.service" the link "ssh-alt@bastion.service". False
 * where there is none. */
static bool find_unit_instances(struct sshd *s, const char *template)
{
        struct systemd *systemd = systemd_of(s->facts);
        bool found = false;
        size_t d, i, k;

        for (d = 0; d < systemd->directory_count; d++) {
                const struct access_directory *listed = systemd->directories[d].listed, *wants;

                for (i = 0; i < listed->count; i++) {
                        if (!ends_with(listed->names[i], ".wants") && !ends_with(listed->names[i], ".requires"))
                                continue;
                        wants = access_list(facts_access(s->facts), unit_path(systemd, d, listed->names[i]));
                        for (k = 0; k < wants->count; k++) {
                                if (unit_kind(wants->names[k]) != UNIT_INSTANCE ||
                                    !streq(unit_template(&s->arena, wants->names[k]), template))
                                        continue;
                                find_unit(s, arena_copy(&s->arena, wants->names[k], strlen(wants->names[k])), false);
                                found = true;
                        }
                }
        }
        return found;
}

/* Whether a unit file may start an sshd: by its name, or, of those that no package brings, by what it says. */
static bool may_start_sshd(struct sshd *s, size_t directory, const char *name)
{
        struct systemd *systemd = systemd_of(s->facts);
        const struct access_file *file;

        if (!ends_with(name, ".service"))
                return false;
        if (strstr(name, "ssh"))
                return true;
        if (!(systemd->directories[directory].traits & (UNITS_CONFIG | UNITS_RUNTIME)) &&
            !starts_with(systemd->directories[directory].path, "/usr/local/"))
                return false;
        file = access_read(facts_access(s->facts), unit_path(systemd, directory, name), UNIT_FILE_MOST);
        return file->state == BIO_KNOWN && memmem(file->bytes, file->length, "sshd", strlen("sshd"));
}

/* Units of any other name. */
static void find_other_units(struct sshd *s)
{
        struct systemd *systemd = systemd_of(s->facts);
        size_t d, i;

        for (d = 0; d < systemd->directory_count; d++) {
                const struct access_directory *listed = systemd->directories[d].listed;

                for (i = 0; listed && listed->state == BIO_KNOWN && i < listed->count; i++) {
                        const char *name;

                        if (!may_start_sshd(s, d, listed->names[i]))
                                continue;
                        name = arena_copy(&s->arena, listed->names[i], strlen(listed->names[i]));
                        if (unit_kind(name) != UNIT_TEMPLATE || !find_unit_instances(s, name))
                                find_unit(s, name, false);
                }
        }
}

/* Listeners name themselves "sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups". */
static bool listener_words(struct sshd *s, const struct bio_node *process, struct words *ret)
{
        const char *title = tree_bytes_of(tree_at(tree_get(process, "argv"), 0), NULL);
        const char *end = strstr(title, " [listener]");

        if (!end || !starts_with(title, "sshd: "))
                return false;
        for (title += strlen("sshd: "); title < end;) {
                size_t length = strcspn(title, " ");

                if (length > 0)
                        add_word(ret, arena_copy(&s->arena, title, length));
                title += length + (title[length] == ' ');
        }
        return true;
}

/* Listeners that no unit accounts for. */
static void find_processes(struct sshd *s)
{
        const struct bio_node *list = live_processes(facts_live(s->facts), facts_tree(s->facts), "sshd");
        size_t k, u;

        for (k = 0; k < tree_count(list); k++) {
                const struct bio_node *process = tree_at(list, k);
                int64_t pid = tree_integer_of(tree_get(process, "pid"));
                struct sshd_instance new = {.name = "sshd"}, *i;
                struct words w = {0};

                for (u = 0; u < s->instance_count && s->instances[u].main_pid != pid; u++)
                        ;
                if (u < s->instance_count || tree_bool_of(tree_get(process, "inner")) ||
                    !listener_words(s, process, &w))
                        continue;
                read_command_line(s, &new, &w);
                new.name = new.command_line;
                i = add_instance(s, &new);
                if (i->main_pid > 0)
                        continue; /* beside one that a unit accounts for, and with the same options */
                i->not_seen = NULL;
                i->running_since = moment_later(i->running_since, tree_integer_of(tree_get(process, "start")));
        }
}

void sshd_find_instances(struct sshd *s)
{
        const char *offline = live_offline(facts_live(s->facts));
        size_t i;

        for (i = 0; i < ELEMENTS(units); i++)
                find_unit(s, units[i], true);
        find_other_units(s);
        if (!offline)
                find_processes(s);
        if (s->instance_count == 0)
                (void)add_instance(
                        s, &(struct sshd_instance){.name = "sshd", .command_line = SSHD_PROGRAM, .not_seen = offline});
}
