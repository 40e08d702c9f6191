/* SPDX-License-Identifier: EUPL-1.2 */
/* A line of a rules file, taken as `auditctl -R` takes it: blanks alone separate words, and getopt_long(3) makes
 * options of them. */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "facts/audit_rule.h"

#define OPTIONS "hicslDvtC:e:f:r:b:a:A:d:S:F:m:R:w:W:k:p:q:"
enum { OPTION_LOGINUID = 1, OPTION_WAIT, OPTION_LOST, OPTION_WAIT_ACTUAL, OPTION_SIGNAL };
static const struct option long_options[] = {
        {"loginuid-immutable", no_argument, NULL, OPTION_LOGINUID},
        {"backlog_wait_time", required_argument, NULL, OPTION_WAIT},
        {"reset-lost", no_argument, NULL, OPTION_LOST},
        {"reset_backlog_wait_time_actual", no_argument, NULL, OPTION_WAIT_ACTUAL},
        {"signal", required_argument, NULL, OPTION_SIGNAL},
        {NULL, 0, NULL, 0},
};

#define LIST_UNSET UINT32_MAX

/* What the options of one line came to. */
struct compiling {
        struct arena *arena;
        const struct rule_host *host;
        struct rule_line line;
        struct rule *rule;
        struct rule_fields_seen seen;
        uint32_t list; /* of -a, -A, -d, -w, -W */
        bool adds, deletes, sends;
        char key[AUDIT_MAX_KEY_LEN + 1];
        int count;
        char **words;
        bool done; /* no further option is looked at */
};

static void refuse(struct compiling *c, const char *why)
{
        c->line.effect = RULE_REFUSED;
        c->line.why = why;
        c->done = true;
}

static void unknown(struct compiling *c, const char *why)
{
        refuse(c, why);
        c->line.effect = RULE_UNKNOWN;
}

/* --- options that lay down a rule */

static bool take_action(const char *word, uint32_t *action)
{
        if (streq(word, "always"))
                *action = AUDIT_ALWAYS;
        else if (streq(word, "never"))
                *action = AUDIT_NEVER;
        else
                return false;
        return true;
}

/* "LIST,ACTION", in either order. */
static void take_list(struct compiling *c, const char *value, bool deletes)
{
        const char *comma = strchr(value, ','), *first, *second;
        uint32_t action;
        int list;

        if (!deletes && strstr(value, "task") && c->seen.calls)
                return refuse(c, "system calls for the list task");
        if (c->adds || c->deletes)
                return refuse(c, "more than one rule on a line");
        if (!comma || strchr(comma + 1, ','))
                return refuse(c, "no list and action");
        first = arena_copy(c->arena, value, (size_t)(comma - value));
        second = comma + 1;
        if (streq(first, "possible") || streq(second, "possible")) {
                c->line.effect = RULE_NOTHING; /* taken, with a message */
                c->sends = false;
                c->done = true;
                return;
        }
        if (take_action(first, &action))
                list = audit_name_to_flag(second);
        else if (take_action(second, &action))
                list = audit_name_to_flag(first);
        else
                list = -1;
        if (list < 0)
                return refuse(c, "no list and action that are known");
        if (list != AUDIT_FILTER_USER && list != AUDIT_FILTER_TASK && list != AUDIT_FILTER_EXIT &&
            list != AUDIT_FILTER_EXCLUDE && list != AUDIT_FILTER_FS)
                return unknown(c, "a list that is not modelled");
        c->adds = !deletes;
        c->deletes = deletes;
        c->list = c->rule->list = (uint32_t)list;
        c->rule->action = action;
        c->sends = true;
}

/* audit_add_watch_dir(): what stood in the rule before is gone, and it may hold nothing but that. */
static void take_watch(struct compiling *c, const char *path, bool deletes)
{
        size_t length = strlen(path);
        const char *base = strrchr(path, '/');
        int directory;

        if (!deletes && (c->adds || c->deletes))
                return refuse(c, "a watch and a list");
        if (c->rule->field_count > 0)
                return refuse(c, "a watch after fields");
        if (length >= PATH_MAX || path[0] != '/' || (base && strlen(base + 1) > NAME_MAX))
                return refuse(c, "a watch on what is no path");
        while (length > 1 && path[length - 1] == '/' && strlen(path) > 2)
                length--;
        path = arena_copy(c->arena, path, length);
        directory = c->host->directory(c->host->user, path);
        if (directory < 0)
                return unknown(c, "a watch on what cannot be looked at");
        memset(c->rule->mask, 0xff, RULE_MASK_BYTES);
        c->adds = c->adds || !deletes;
        c->deletes = c->deletes || deletes;
        c->list = c->rule->list = AUDIT_FILTER_EXIT;
        c->rule->action = AUDIT_ALWAYS;
        c->rule->fields[0] = (struct rule_field){directory > 0 ? AUDIT_DIR : AUDIT_WATCH, AUDIT_EQUAL, 0, path};
        c->rule->fields[1] = (struct rule_field){
                AUDIT_PERM, AUDIT_EQUAL, AUDIT_PERM_READ | AUDIT_PERM_WRITE | AUDIT_PERM_EXEC | AUDIT_PERM_ATTR, NULL};
        c->rule->field_count = 2;
        c->seen.calls = c->seen.perm = true;
        c->line.watch = true;
        c->sends = true;
}

/* -p changes the permissions of a watch that is there, or adds them (audit_update_watch_perms()). */
static void take_permissions(struct compiling *c, const char *value)
{
        _cleanup_text_ struct text pair = {0};
        struct rule_host host = *c->host;
        struct rule *rule = c->rule;
        uint32_t list = rule->list;
        bool is_unknown = false;
        const char *why;
        size_t i, count = rule->field_count;

        if ((!c->adds && !c->deletes) || count == 0)
                return refuse(c, "permissions without a watch");
        text_printf(&pair, "perm=%s", value);
        rule->list = AUDIT_FILTER_EXIT; /* any list will do here */
        host.audit4 = 0;                /* -F alone adds them */
        why = rule_add_field(c->arena, rule, &c->seen, arena_copy(c->arena, pair.data, pair.length), &host,
                             &is_unknown);
        rule->list = list;
        if (why)
                return refuse(c, why);
        for (i = 0; i < count; i++) {
                if (rule->fields[i].field != AUDIT_PERM)
                        continue;
                rule->fields[i].value = rule->fields[count].value;
                rule->field_count = count;
                break;
        }
        c->sends = true;
}

/* One name or number; `all` sets every bit. */
static const char *add_call(struct compiling *c, const char *name)
{
        int machine = c->seen.elf ? audit_elf_to_machine(c->seen.elf) : audit_detect_machine(), number;

        if (streq(name, "all")) {
                memset(c->rule->mask, 0xff, RULE_MASK_BYTES);
                return NULL;
        }
        if (machine < 0)
                return "an architecture that is not known";
        number = audit_name_to_syscall(name, machine);
        if (number < 0 && isdigit((unsigned char)name[0]))
                number = (int)strtol(name, NULL, 0);
        if (number < 0 || number >= AUDIT_BITMASK_SIZE * 32)
                return "a system call that has no such name or number";
        c->rule->mask[number / 32] |= 1u << (number % 32);
        return NULL;
}

static void take_calls(struct compiling *c, const char *value)
{
        const char *why = NULL;

        if (c->list == AUDIT_FILTER_TASK || c->list == AUDIT_FILTER_USER || c->list == AUDIT_FILTER_FS ||
            c->list == AUDIT_FILTER_EXCLUDE)
                return refuse(c, "system calls for a list that has none");
        if (!c->seen.elf)
                c->seen.elf = audit_machine_to_elf(audit_detect_machine());
        if (!strchr(value, ','))
                why = add_call(c, value);
        else if (value[strspn(value, ",")] == '\0')
                return unknown(c, "a list of system calls that is empty");
        while (!why && strchr(value, ',')) {
                size_t length;

                value += strspn(value, ",");
                length = strcspn(value, ",");
                if (length == 0)
                        break;
                why = add_call(c, arena_copy(c->arena, value, length));
                value += length;
        }
        if (why)
                return refuse(c, why);
        c->seen.calls = true;
}

static void take_key(struct compiling *c, const char *value)
{
        size_t length = strlen(c->key), added = strlen(value);

        if (length + added + (length > 0 ? 1 : 0) > AUDIT_MAX_KEY_LEN)
                return refuse(c, "a key that is too long");
        if (length > 0)
                c->key[length++] = '\001';
        memcpy(c->key + length, value, added + 1);
}

static void take_key_option(struct compiling *c, const char *value)
{
        if ((!c->seen.calls && !c->seen.perm && !c->seen.exe && !c->seen.file_system) || (!c->adds && !c->deletes))
                return refuse(c, "a key without a watch or system call before it");
        take_key(c, value);
}

static void take_field(struct compiling *c, const char *value)
{
        bool is_unknown = false;
        const char *why;

        if (c->list == LIST_UNSET)
                return refuse(c, "a field without a list before it");
        if (starts_with(value, "key="))
                return take_key(c, value + 4);
        why = rule_add_field(c->arena, c->rule, &c->seen, value, c->host, &is_unknown);
        if (why && is_unknown)
                unknown(c, why);
        else if (why)
                refuse(c, why);
}

static void take_comparison(struct compiling *c, const char *value)
{
        const char *why =
                c->list == LIST_UNSET ? "a comparison without a list before it" : rule_add_comparison(c->rule, value);

        if (why)
                refuse(c, why);
}

/* --- options that lay down none */

static void take_number(struct compiling *c, size_t which, const char *value)
{
        errno = 0;
        if (!isdigit((unsigned char)value[0]))
                return refuse(c, "no number");
        (void)strtoul(value, NULL, 0);
        if (errno != 0)
                return refuse(c, "a number that is too large");
        c->line.settings[which] = arena_copy(c->arena, value, strlen(value));
}

static void take_flag(struct compiling *c, int option, const char *value)
{
        if (!streq(value, "0") && !streq(value, "1") && !streq(value, "2"))
                return refuse(c, "not 0, 1 or 2");
        if (option == 'e')
                c->line.enabled = value[0] - '0';
        else
                c->line.settings[RULE_FAILURE] = arena_copy(c->arena, value, 1);
}

/* -D alone, or -D -k KEY. */
static void take_clear(struct compiling *c)
{
        if (c->count != 2 && c->count != 4)
                return refuse(c, "a word too many");
        if (c->count == 4 && !streq(c->words[optind], "-k"))
                return refuse(c, "a word too many");
        c->line.effect = RULE_CLEARS;
        c->line.key = c->count == 4 ? arena_copy(c->arena, c->words[3], strlen(c->words[3])) : NULL;
        c->done = true;
        optind = c->count;
}

/* Says something, or changes something of the moment. */
static void take_other(struct compiling *c, int option)
{
        switch (option) {
        case 'i':
        case 'c':
                c->line.ignores = true;
                break;
        case 'l':
        case 's':
        case 'v':
        case 't':
        case 'm':
        case 'q':
        case OPTION_LOGINUID:
        case OPTION_LOST:
        case OPTION_WAIT_ACTUAL:
        case OPTION_SIGNAL:
                break;
        default:
                return refuse(c, option == 'R' || option == 'h' ? "an option that is for the command line alone"
                                                                : "an option that is not known");
        }
        c->done = true;
}

static void take_option(struct compiling *c, int option, const char *value)
{
        switch (option) {
        case 'a':
        case 'A':
                take_list(c, value, false);
                c->line.prepends = option == 'A';
                return;
        case 'd':
                return take_list(c, value, true);
        case 'w':
        case 'W':
                return take_watch(c, value, option == 'W');
        case 'S':
                return take_calls(c, value);
        case 'F':
                return take_field(c, value);
        case 'C':
                return take_comparison(c, value);
        case 'k':
                return take_key_option(c, value);
        case 'p':
                return take_permissions(c, value);
        case 'e':
        case 'f':
                return take_flag(c, option, value);
        case 'b':
                return take_number(c, RULE_BACKLOG, value);
        case 'r':
                return take_number(c, RULE_RATE, value);
        case OPTION_WAIT:
                return take_number(c, RULE_BACKLOG_WAIT, value);
        case 'D':
                return take_clear(c);
        default:
                return take_other(c, option);
        }
}

/* --- a line */

static struct rule *keep(struct arena *arena, const struct rule *rule)
{
        struct rule *kept = arena_alloc(arena, sizeof(*kept));

        *kept = *rule;
        kept->mask = arena_alloc(arena, RULE_MASK_BYTES);
        memcpy(kept->mask, rule->mask, RULE_MASK_BYTES);
        kept->fields = arena_alloc(arena, (rule->field_count + 1) * sizeof(*rule->fields));
        memcpy(kept->fields, rule->fields, rule->field_count * sizeof(*rule->fields));
        return kept;
}

static void finish(struct compiling *c)
{
        bool is_unknown = false;
        const char *why;

        if (c->line.effect == RULE_REFUSED || c->line.effect == RULE_UNKNOWN)
                return;
        if (optind == 1 || optind < c->count)
                return refuse(c, "a word that no option takes");
        if (c->line.effect == RULE_CLEARS)
                return;
        if (c->key[0] && c->list != LIST_UNSET) {
                _cleanup_text_ struct text pair = {0};

                text_printf(&pair, "key=%s", c->key);
                why = rule_add_field(c->arena, c->rule, &c->seen, arena_copy(c->arena, pair.data, pair.length), c->host,
                                     &is_unknown);
                if (why)
                        return refuse(c, why);
        }
        if (!c->sends) {
                if (c->seen.calls)
                        refuse(c, "system calls without a list");
                return;
        }
        if (c->list != AUDIT_FILTER_TASK && !c->seen.calls)
                memset(c->rule->mask, 0xff, RULE_MASK_BYTES);
        c->line.rule = keep(c->arena, c->rule);
        c->line.effect = c->adds ? RULE_ADDS : RULE_DELETES;
}

/* Words are separated by spaces alone; a backslash keeps the space or backslash behind it. */
static int split(struct arena *arena, char *s, char **words)
{
        int count = 0;

        words[count++] = arena_copy(arena, "auditctl", 8);
        while (*s) {
                char *to;

                while (*s == ' ')
                        s++;
                if (!*s)
                        break;
                if (count == RULE_WORDS_MOST)
                        return -E2BIG;
                words[count++] = to = s;
                for (; *s && *s != ' '; s++) {
                        if (s[0] == '\\' && (s[1] == ' ' || s[1] == '\\'))
                                s++;
                        *to++ = *s;
                }
                if (*s)
                        s++;
                *to = '\0';
        }
        words[count] = NULL;
        return count;
}

static void take_words(struct compiling *c)
{
        int option;

        optind = 0;
        opterr = 0;
        while (!c->done && (option = getopt_long(c->count, c->words, OPTIONS, long_options, NULL)) != -1)
                take_option(c, option, optarg);
        finish(c);
}

struct rule_line rule_compile(struct arena *arena, const char *line, size_t length, const struct rule_host *host)
{
        struct compiling c = {.arena = arena, .host = host, .list = LIST_UNSET, .line = {.enabled = -1}};
        struct rule_field fields[AUDIT_MAX_FIELDS] = {{0}};
        uint32_t mask[AUDIT_BITMASK_SIZE] = {0};
        struct rule rule = {.mask = mask, .fields = fields};
        char **words;
        char *copy;

        length = strnlen(line, length);
        while (length > 0 && *line == ' ') {
                line++;
                length--;
        }
        if (length == 0 || *line == '#')
                return c.line;
        if (length >= RULE_LINE_MOST) {
                unknown(&c, "a line that is longer than 6 KiB");
                return c.line;
        }
        copy = arena_copy(arena, line, length);
        words = arena_alloc(arena, (length / 2 + 4) * sizeof(*words));
        c.count = split(arena, copy, words);
        c.words = words;
        if (c.count < 0) {
                unknown(&c, "a line of too many words");
                return c.line;
        }
        c.rule = &rule;
        take_words(&c);
        return c.line;
}
