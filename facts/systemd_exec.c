/* SPDX-License-Identifier: EUPL-1.2 */
/* What a service is started with: ExecStart= (or ExecStartPost=) of the unit file and its drop-ins, with its
 * environment in place of variables (systemd.service(5), COMMAND LINES). */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "facts/systemd_internal.h"

#define BLANKS " \t\n\r"
/* The kernel takes no longer argument (MAX_ARG_STRLEN), and no more of them together (execve(2)). */
#define ARGUMENT_MOST  ((size_t)128 * 1024)
#define ARGUMENTS_MOST ((size_t)2 * 1024 * 1024)
#define COMMANDS_MOST  256

struct command {
        const char *path;
        struct strings words;
        bool no_expansion;
        const char *source;
        unsigned line;
};

struct environment_source {
        const char *path;
        bool optional;
};

struct service {
        struct systemd *s;
        const char *name;    /* of the unit */
        const char *setting; /* whose commands are looked for: ExecStart, ExecStartPost */
        const char *source;  /* file being read */
        struct command *commands;
        size_t command_count, commands_allocated;
        struct environment environment; /* of Environment= */
        struct environment_source *files;
        size_t file_count, files_allocated;
        struct strings passed, unset;
        const char *type;
        const char *environment_why; /* why a variable's value is not known */
        const char *why;             /* why nothing is known of what is started */
};

static void commands_clear(struct service *service)
{
        size_t i;

        for (i = 0; i < service->command_count; i++)
                strings_free(&service->commands[i].words);
        service->command_count = 0;
}

static void service_free(struct service *service)
{
        commands_clear(service);
        free(service->commands);
        free(service->files);
        environment_free(&service->environment);
        strings_free(&service->passed);
        strings_free(&service->unset);
}
#define _cleanup_service_ _cleanup_(service_free)

/* --- ExecStart= */

/* Takes the prefixes off an executable's name: each of `-`, `@`, `:` once, and one of `+`, `!`, `!!`. */
static const char *take_prefixes(const char *word, bool *ignore, bool *own_name, bool *no_expansion)
{
        bool privileges = false, twice = false;

        for (;; word++) {
                if (*word == '-' && !*ignore)
                        *ignore = true;
                else if (*word == '@' && !*own_name)
                        *own_name = true;
                else if (*word == ':' && !*no_expansion)
                        *no_expansion = true;
                else if ((*word == '+' || *word == '!') && !privileges) {
                        privileges = true;
                        twice = *word == '!';
                } else if (*word == '!' && twice)
                        twice = false;
                else
                        return word;
        }
}

static bool valid_executable(const char *path)
{
        const char *s;

        for (s = path; *s; s++)
                if ((unsigned char)*s < ' ' || *s == 0x7f || strchr("\"\\'", *s))
                        return false;
        if (!*path || path[strlen(path) - 1] == '/')
                return false;
        return *path == '/' || (!strchr(path, '/') && !streq(path, ".") && !streq(path, ".."));
}

/* True where *rest begins with a semicolon that stands alone (`escaped`: behind a backslash), which is taken. */
static bool take_semicolon(const char **rest, bool escaped)
{
        const char *s = *rest;

        if (escaped && *s++ != '\\')
                return false;
        if (*s != ';' || (s[1] && !strchr(BLANKS, s[1])))
                return false;
        *rest = s + 1 + strspn(s + 1, BLANKS);
        return true;
}

enum taken { TAKEN, TAKEN_MORE, TAKEN_IGNORED, TAKEN_REFUSED };

/* The words of one command, up to its end or a semicolon. */
static enum taken take_words(struct service *service, struct command *command, const char **rest)
{
        struct arena *arena = &service->s->arena;
        const char *word, *why = NULL;

        while (**rest) {
                if (take_semicolon(rest, false))
                        return TAKEN_MORE;
                if (take_semicolon(rest, true)) {
                        strings_add(&command->words, ";");
                        continue;
                }
                switch (unit_word(arena, rest, &word)) {
                case 0:
                        return TAKEN;
                case 1:
                        break;
                default:
                        return TAKEN_REFUSED;
                }
                word = unit_specifiers(service->s, service->name, word, &why);
                if (why)
                        service->why = why;
                if (!word)
                        return TAKEN_REFUSED;
                strings_add(&command->words, word);
        }
        return TAKEN;
}

/* One command of a line. */
static enum taken take_command(struct service *service, const struct unit_assignment *a, const char **rest)
{
        struct command command = {.source = service->source, .line = a->line};
        bool ignore = false, own_name = false;
        const char *word, *why = NULL;
        enum taken taken;

        if (unit_word(&service->s->arena, rest, &word) <= 0)
                return TAKEN_IGNORED;
        if (streq(word, ";"))
                return TAKEN_MORE;
        word = take_prefixes(word, &ignore, &own_name, &command.no_expansion);
        command.path = unit_specifiers(service->s, service->name, word, &why);
        if (why)
                service->why = why;
        if (!command.path || !valid_executable(command.path))
                return ignore ? TAKEN_IGNORED : TAKEN_REFUSED;
        if (!own_name)
                strings_add(&command.words, command.path);
        taken = take_words(service, &command, rest);
        if (taken == TAKEN_REFUSED || command.words.count == 0) {
                strings_free(&command.words);
                return ignore ? TAKEN_IGNORED : TAKEN_REFUSED;
        }
        service->commands = must_grow(service->commands, &service->commands_allocated, service->command_count + 1,
                                      sizeof(*service->commands));
        service->commands[service->command_count++] = command;
        return taken;
}

static const char *take_exec_start(struct service *service, const struct unit_assignment *a)
{
        const char *rest = a->value;
        enum taken taken;

        if (!*rest) {
                commands_clear(service);
                return NULL;
        }
        do {
                if (service->command_count == COMMANDS_MOST) {
                        service->why = "more than 256 commands";
                        return service->why;
                }
                taken = take_command(service, a, &rest);
                if (taken == TAKEN_REFUSED)
                        return "an ExecStart= that is not valid";
        } while (taken == TAKEN_MORE && *rest);
        return NULL;
}

/* --- other settings */

static const char *take_environment(struct service *service, const struct unit_assignment *a)
{
        const char *rest = a->value, *word, *name, *value, *why = NULL;

        if (!*rest)
                environment_free(&service->environment);
        while (unit_word(&service->s->arena, &rest, &word) > 0) {
                word = unit_specifiers(service->s, service->name, word, &why);
                if (why)
                        service->environment_why = why;
                if (word && environment_assignment(&service->s->arena, word, &name, &value))
                        environment_set(&service->environment, name, value);
        }
        return NULL;
}

static const char *take_environment_file(struct service *service, const struct unit_assignment *a)
{
        const char *path, *why = NULL;
        bool optional;

        if (!*a->value) {
                service->file_count = 0;
                return NULL;
        }
        path = unit_specifiers(service->s, service->name, a->value, &why);
        if (why)
                service->environment_why = why;
        if (!path)
                return NULL; /* ignored with a warning */
        optional = *path == '-';
        path += optional;
        if (*path != '/')
                return NULL; /* ignored with a warning */
        service->files =
                must_grow(service->files, &service->files_allocated, service->file_count + 1, sizeof(*service->files));
        service->files[service->file_count++] = (struct environment_source){path, optional};
        return NULL;
}

static const char *take_words_into(struct service *service, const struct unit_assignment *a, struct strings *into)
{
        const char *rest = a->value, *word;

        if (!*rest)
                strings_free(into);
        while (unit_word(&service->s->arena, &rest, &word) > 0)
                strings_add(into, word);
        return NULL;
}

static const char *take_passed(struct service *service, const struct unit_assignment *a)
{
        return take_words_into(service, a, &service->passed);
}

static const char *take_unset(struct service *service, const struct unit_assignment *a)
{
        return take_words_into(service, a, &service->unset);
}

static const char *take_type(struct service *service, const struct unit_assignment *a)
{
        service->type = arena_copy(&service->s->arena, a->value, strlen(a->value));
        return NULL;
}

static const struct {
        const char *key;
        const char *(*take)(struct service *service, const struct unit_assignment *a);
} settings[] = {
        {"Environment", take_environment},
        {"EnvironmentFile", take_environment_file},
        {"PassEnvironment", take_passed},
        {"UnsetEnvironment", take_unset},
        {"Type", take_type},
};

static const char *take_assignment(void *user, const struct unit_assignment *a)
{
        struct service *service = user;
        size_t i;

        if (!streq(a->section, "Service"))
                return NULL;
        service->why = systemd_spent(service->s);
        if (service->why)
                return service->why;
        if (streq(service->setting, a->key))
                return take_exec_start(service, a);
        for (i = 0; i < ELEMENTS(settings); i++)
                if (streq(settings[i].key, a->key))
                        return settings[i].take(service, a);
        return NULL;
}

static const char *take_of_service(void *user, const struct unit_assignment *a)
{
        struct service *service = user;

        return service->why ? service->why : take_assignment(service, a);
}

/* Reads the unit file, and the drop-ins over it. */
static void read_service(struct service *service, const struct unit_fragment *fragment, const struct strings *drop_ins)
{
        const char *why = unit_read(service->s, fragment, drop_ins, take_of_service, service, &service->source);

        if (!service->why)
                service->why = why;
}

/* --- the environment as the service gets it */

static void read_environment_file(struct service *service, const char *path, bool optional,
                                  struct strings *environment_files)
{
        struct systemd *s = service->s;
        const struct access_file *file = access_read(s->access, path, UNIT_FILE_MOST);
        const char *why;

        strings_add(environment_files, path);
        if (file->state == BIO_UNREADABLE)
                service->environment_why = arena_printf(&s->arena, "%s: %s", path, file->why);
        else if (file->state == BIO_ABSENT && !optional)
                service->why =
                        arena_printf(&s->arena, "systemd does not start it without %s, which is not there", path);
        if (file->state != BIO_KNOWN)
                return;
        why = environment_file(&s->arena, file->bytes, file->length, s->version, &service->environment);
        if (why)
                service->environment_why = arena_printf(&s->arena, "%s has %s", path, why);
}

static void read_environment_files(struct service *service, struct strings *environment_files)
{
        const struct access_directory *unreadable;
        const char *const *paths;
        size_t i, j, count;

        for (i = 0; i < service->file_count; i++) {
                const struct environment_source *file = &service->files[i];

                count = access_glob(service->s->access, file->path, &paths, &unreadable);
                if (unreadable)
                        service->environment_why =
                                arena_printf(&service->s->arena, "%s: %s", unreadable->path, unreadable->why);
                for (j = 0; j < count; j++)
                        read_environment_file(service, paths[j], file->optional, environment_files);
                if (count == 0) /* says so in its own way */
                        read_environment_file(service, file->path, file->optional, environment_files);
        }
}

static void unset_environment(struct service *service)
{
        size_t i;

        for (i = 0; i < service->unset.count; i++) {
                const char *word = service->unset.items[i], *equals = strchr(word, '='), *value;
                const char *name = equals ? arena_copy(&service->s->arena, word, (size_t)(equals - word)) : word;

                value = environment_get(&service->environment, name);
                if (value && (!equals || streq(equals + 1, value)))
                        environment_unset(&service->environment, name);
        }
}

/* Variables that the manager itself may set (systemd.exec(5), ENVIRONMENT VARIABLES SET OR PROPAGATED BY THE SERVICE
 * MANAGER). */
static const char *const manager_variables[] = {
        "PATH",
        "LANG",
        "LANGUAGE",
        "USER",
        "LOGNAME",
        "HOME",
        "SHELL",
        "INVOCATION_ID",
        "XDG_RUNTIME_DIR",
        "RUNTIME_DIRECTORY",
        "STATE_DIRECTORY",
        "CACHE_DIRECTORY",
        "LOGS_DIRECTORY",
        "CONFIGURATION_DIRECTORY",
        "CREDENTIALS_DIRECTORY",
        "MAINPID",
        "MANAGERPID",
        "LISTEN_FDS",
        "LISTEN_PID",
        "LISTEN_FDNAMES",
        "NOTIFY_SOCKET",
        "WATCHDOG_PID",
        "WATCHDOG_USEC",
        "SYSTEMD_EXEC_PID",
        "TERM",
        "LOG_NAMESPACE",
        "JOURNAL_STREAM",
        "SERVICE_RESULT",
        "EXIT_CODE",
        "EXIT_STATUS",
        "PIDFILE",
        "REMOTE_ADDR",
        "REMOTE_PORT",
        "MEMORY_PRESSURE_WATCH",
        "MEMORY_PRESSURE_WRITE",
};

static bool set_by_manager(const char *name)
{
        size_t i;

        if (starts_with(name, "LC_"))
                return true;
        for (i = 0; i < ELEMENTS(manager_variables); i++)
                if (streq(manager_variables[i], name))
                        return true;
        return false;
}

/* A variable's value; NULL with *why NULL: not set. */
static const char *variable(struct service *service, const char *name, const char **why)
{
        const char *value = environment_get(&service->environment, name);

        *why = service->environment_why;
        if (*why)
                return NULL;
        if (!value && (set_by_manager(name) || strings_have(&service->passed, name)))
                *why = arena_printf(&service->s->arena, "$%s comes from the service manager", name);
        else if (!value && systemd_default_variable(service->s, name))
                *why = arena_printf(&service->s->arena, "$%s is set in system.conf", name);
        return value;
}

/* --- variables in arguments */

/* ${NAME} within a word is replaced as it is; $$ is a dollar sign; anything else stays. */
static const char *expand_within(struct service *service, const char *word, const char **why)
{
        _cleanup_text_ struct text text = {0};
        struct arena *arena = &service->s->arena;

        *why = NULL;
        while (*word) {
                const char *close = word[0] == '$' && word[1] == '{' ? strchr(word, '}') : NULL;

                if (close) {
                        const char *name = arena_copy(arena, word + 2, (size_t)(close - word - 2));
                        const char *value = variable(service, name, why);

                        if (*why)
                                return NULL;
                        text_add(&text, value ? value : "");
                        word = close + 1;
                } else {
                        text_add_char(&text, *word);
                        word += word[0] == '$' && word[1] == '$' ? 2 : 1;
                }
                if (text.length > ARGUMENT_MOST) {
                        *why = "an argument longer than 128 KiB";
                        return NULL;
                }
        }
        return arena_copy(arena, text_string(&text), text.length);
}

/* $NAME as a word of its own becomes as many words as its value has. */
static void expand_alone(struct service *service, const char *name, struct strings *ret, const char **why)
{
        const char *value = variable(service, name, why), *word;

        while (value && unit_word_relaxed(&service->s->arena, &value, &word) > 0)
                strings_add(ret, word);
}

/* Fills `ret`; NULL, or why the arguments are not known. */
static const char *expand(struct service *service, const struct command *command, struct strings *ret)
{
        const char *why = NULL;
        size_t i, done = 0, total = 0;

        for (i = 0; i < command->words.count && !why; i++) {
                const char *word = command->words.items[i];

                if (command->no_expansion)
                        strings_add(ret, word);
                else if (word[0] == '$' && word[1] != '{' && word[1] != '$')
                        expand_alone(service, word + 1, ret, &why);
                else {
                        word = expand_within(service, word, &why);
                        if (word)
                                strings_add(ret, word);
                }
                for (; done < ret->count; done++)
                        total += strlen(ret->items[done]) + sizeof(char *);
                if (total > ARGUMENTS_MOST)
                        return "arguments of more than 2 MiB";
        }
        return why;
}

static struct bio_node *command_node(struct service *service, const struct command *command)
{
        _cleanup_strings_ struct strings arguments = {0};
        struct tree *t = facts_tree(service->s->facts);
        struct bio_node *node = tree_from(tree_map(t), command->source, command->line, 0), *list;
        const char *why = expand(service, command, &arguments);
        size_t i;

        tree_set(node, "path", tree_text(t, command->path));
        if (why) {
                tree_set(node, "argv", tree_undecidable(t, "%s", why));
                return node;
        }
        list = tree_set(node, "argv", tree_list(t));
        for (i = 0; i < arguments.count; i++)
                tree_append(list, tree_text(t, arguments.items[i]));
        return node;
}

struct bio_node *unit_exec(struct systemd *s, const char *setting, const struct unit_fragment *fragment,
                           const struct strings *drop_ins, struct strings *environment_files)
{
        _cleanup_service_ struct service service = {.s = s, .name = fragment->name, .setting = setting};
        struct tree *t = facts_tree(s->facts);
        struct bio_node *list;
        size_t i;

        read_service(&service, fragment, drop_ins);
        if (!service.why)
                read_environment_files(&service, environment_files);
        if (!service.why && streq(setting, "ExecStart") && service.command_count > 1 && !streq(service.type, "oneshot"))
                service.why = "systemd refuses more than one ExecStart= where Type= is not oneshot";
        if (service.why)
                return tree_from(tree_undecidable(t, "%s", service.why), fragment->path, 0, 0);
        unset_environment(&service);
        list = tree_from(tree_list(t), fragment->path, 0, 0);
        for (i = 0; i < service.command_count; i++)
                tree_append(list, command_node(&service, &service.commands[i]));
        return list;
}

struct bio_node *unit_commands(struct systemd *s, const char *unit)
{
        _cleanup_strings_ struct strings drop_ins = {0}, environment_files = {0};
        struct tree *t = facts_tree(s->facts);
        struct unit_fragment fragment;
        const char *why;

        unit_fragment(s, unit, &fragment);
        if (fragment.state != BIO_KNOWN)
                return fragment.state == BIO_ABSENT ? tree_absent(t, "%s", fragment.why)
                                                    : tree_unreadable(t, "%s", fragment.why);
        if (fragment.masked)
                return tree_absent(t, "masked");
        why = unit_drop_ins(s, fragment.name, &drop_ins);
        return why ? tree_unreadable(t, "%s", why)
                   : unit_exec(s, "ExecStart", &fragment, &drop_ins, &environment_files);
}
