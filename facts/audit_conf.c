/* SPDX-License-Identifier: EUPL-1.2 */
#include "facts/audit_conf.h"

#include <ctype.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/text.h"

/* --- keywords ----------------------------------------------------------------------------------------------------- */

static const char *const log_formats[] = {"raw", "nolog", "enriched", NULL};
static const char *const flushes[] = {"none", "incremental", "incremental_async", "data", "sync", NULL};
static const char *const name_formats[] = {"none", "hostname", "fqd", "numeric", "user", NULL};
static const char *const size_actions[] = {"ignore", "syslog", "suspend", "rotate", "keep_logs", NULL};
static const char *const space_actions[] = {"ignore",  "syslog", "rotate", "email", "exec",
                                            "suspend", "single", "halt",   NULL};
static const char *const full_actions[] = {"ignore", "syslog", "rotate", "exec", "suspend", "single", "halt", NULL};
static const char *const error_actions[] = {"ignore", "syslog", "exec", "suspend", "single", "halt", NULL};
static const char *const overflow_actions[] = {"ignore", "syslog", "suspend", "single", "halt", NULL};
static const char *const transports[] = {"tcp", "krb5", NULL};

/* How a keyword's value is read. IGNORED: taken, and without effect. */
enum reading { YES_OR_NO, NUMBER, AMOUNT, PORTS, WORD, ACTION, TEXT, LOG_FILE, GROUP, MAIL, KRB5, IGNORED };

/* Releases of clang-format differ on macros of this form. */
/* clang-format off */
#define TEXTS_OF(value) {.form = AUDIT_WORD, .text = (value)}
#define NUMBER_OF(value) {.form = AUDIT_NUMBER, .number = (value)}
#define BOOLEAN_OF(value) {.form = AUDIT_YES_OR_NO, .number = (value)}
#define UNSET {.form = AUDIT_UNSET}
/* clang-format on */

/* In the order of audit_conf_key; defaults are those of clear_config(), where they do not hang on the build: Debian's
 * has listener and Kerberos. */
static const struct keyword {
        const char *name;
        enum reading reading;
        uint64_t least, most;
        const char *const *words;
        struct audit_conf_value otherwise;
} keywords[AUDIT_CONF_KEYS] = {
        [AUDIT_LOCAL_EVENTS] = {"local_events", YES_OR_NO, 0, 0, NULL, BOOLEAN_OF(true)},
        [AUDIT_WRITE_LOGS] = {"write_logs", YES_OR_NO, 0, 0, NULL, BOOLEAN_OF(true)},
        [AUDIT_LOG_FILE] = {"log_file", LOG_FILE, 0, 0, NULL, TEXTS_OF("/var/log/audit/audit.log")},
        [AUDIT_LOG_FORMAT] = {"log_format", WORD, 0, 0, log_formats, TEXTS_OF("enriched")},
        [AUDIT_LOG_GROUP] = {"log_group", GROUP, 0, 0, NULL, NUMBER_OF(0)},
        [AUDIT_FLUSH] = {"flush", WORD, 0, 0, flushes, TEXTS_OF("none")},
        [AUDIT_FREQ] = {"freq", NUMBER, 0, INT_MAX, NULL, NUMBER_OF(0)},
        [AUDIT_NUM_LOGS] = {"num_logs", NUMBER, 0, 999, NULL, NUMBER_OF(0)},
        [AUDIT_NAME_FORMAT] = {"name_format", WORD, 0, 0, name_formats, TEXTS_OF("none")},
        [AUDIT_NAME] = {"name", TEXT, 0, 0, NULL, UNSET},
        [AUDIT_MAX_LOG_FILE] = {"max_log_file", NUMBER, 0, ULONG_MAX, NULL, NUMBER_OF(0)},
        [AUDIT_MAX_LOG_FILE_ACTION] = {"max_log_file_action", WORD, 0, 0, size_actions, TEXTS_OF("ignore")},
        [AUDIT_SPACE_LEFT] = {"space_left", AMOUNT, 0, 0, NULL, {.form = AUDIT_AMOUNT}},
        [AUDIT_SPACE_LEFT_ACTION] = {"space_left_action", ACTION, 0, 0, space_actions, TEXTS_OF("ignore")},
        [AUDIT_ACTION_MAIL_ACCT] = {"action_mail_acct", MAIL, 0, 0, NULL, {.form = AUDIT_TEXT, .text = "root"}},
        [AUDIT_VERIFY_EMAIL] = {"verify_email", YES_OR_NO, 0, 0, NULL, BOOLEAN_OF(true)},
        [AUDIT_ADMIN_SPACE_LEFT] = {"admin_space_left", AMOUNT, 0, 0, NULL, {.form = AUDIT_AMOUNT}},
        [AUDIT_ADMIN_SPACE_LEFT_ACTION] = {"admin_space_left_action", ACTION, 0, 0, space_actions, TEXTS_OF("ignore")},
        [AUDIT_DISK_FULL_ACTION] = {"disk_full_action", ACTION, 0, 0, full_actions, TEXTS_OF("ignore")},
        [AUDIT_DISK_ERROR_ACTION] = {"disk_error_action", ACTION, 0, 0, error_actions, TEXTS_OF("syslog")},
        [AUDIT_PRIORITY_BOOST] = {"priority_boost", NUMBER, 0, INT_MAX, NULL, NUMBER_OF(4)},
        [AUDIT_TCP_LISTEN_PORT] = {"tcp_listen_port", NUMBER, 1, 65535, NULL, NUMBER_OF(0)},
        [AUDIT_TCP_LISTEN_QUEUE] = {"tcp_listen_queue", NUMBER, 1, 65535, NULL, NUMBER_OF(5)},
        [AUDIT_TCP_MAX_PER_ADDR] = {"tcp_max_per_addr", NUMBER, 1, 1024, NULL, NUMBER_OF(1)},
        [AUDIT_USE_LIBWRAP] = {"use_libwrap", YES_OR_NO, 0, 0, NULL, BOOLEAN_OF(true)},
        [AUDIT_TCP_CLIENT_PORTS] = {"tcp_client_ports", PORTS, 0, 65535, NULL, {.form = AUDIT_PORTS, .last = 65535}},
        [AUDIT_TCP_CLIENT_MAX_IDLE] = {"tcp_client_max_idle", NUMBER, 0, INT_MAX, NULL, NUMBER_OF(0)},
        [AUDIT_TRANSPORT] = {"transport", WORD, 0, 0, transports, TEXTS_OF("tcp")},
        [AUDIT_KRB5_PRINCIPAL] = {"krb5_principal", TEXT, 0, 0, NULL, UNSET},
        [AUDIT_KRB5_KEY_FILE] = {"krb5_key_file", TEXT, 0, 0, NULL, UNSET},
        [AUDIT_DISTRIBUTE_NETWORK] = {"distribute_network", YES_OR_NO, 0, 0, NULL, BOOLEAN_OF(false)},
        [AUDIT_Q_DEPTH] = {"q_depth", NUMBER, 0, 99999, NULL, NUMBER_OF(2000)},
        [AUDIT_OVERFLOW_ACTION] = {"overflow_action", WORD, 0, 0, overflow_actions, TEXTS_OF("syslog")},
        [AUDIT_MAX_RESTARTS] = {"max_restarts", NUMBER, 0, INT_MAX, NULL, NUMBER_OF(10)},
        [AUDIT_PLUGIN_DIR] = {"plugin_dir", TEXT, 0, 0, NULL, {.form = AUDIT_TEXT, .text = "/etc/audit/plugins.d"}},
        [AUDIT_END_OF_EVENT_TIMEOUT] = {"end_of_event_timeout", NUMBER, 0, ULONG_MAX, NULL, NUMBER_OF(2)},
};

/* Keywords that set another one's value, or none. */
static const struct keyword others[] = {
        {"enable_krb5", KRB5, 0, 0, NULL, UNSET},
        {"dispatcher", IGNORED, 0, 0, NULL, UNSET},
        {"disp_qos", IGNORED, 0, 0, NULL, UNSET},
};

const char *audit_conf_name(enum audit_conf_key key)
{
        return keywords[key].name;
}

struct audit_conf_value audit_conf_default(enum audit_conf_key key)
{
        return keywords[key].otherwise;
}

struct audit_conf_value audit_conf_get(const struct audit_conf *c, enum audit_conf_key key)
{
        size_t i;

        for (i = c->count; i > 0; i--)
                if (c->lines[i - 1].key == key)
                        return c->lines[i - 1].value;
        return keywords[key].otherwise;
}

void audit_conf_free(struct audit_conf *c)
{
        free(c->lines);
        c->lines = NULL;
        c->count = c->allocated = 0;
}

/* --- values ------------------------------------------------------------------------------------------------------- */

struct line_words {
        const char *value, *option;
        unsigned number;
};

static void set(struct audit_conf *c, enum audit_conf_key key, struct audit_conf_value value, unsigned line)
{
        value.line = line;
        c->lines = must_grow(c->lines, &c->allocated, c->count + 1, sizeof(*c->lines));
        c->lines[c->count++] = (struct audit_conf_line){key, value};
}

#define NO_NUMBER  "not a number that it takes"
#define NO_WORD    "not one of the words that it takes"
#define NO_ADDRESS "not a mail address that it takes"

static const char *read_number(const struct keyword *k, const char *value, struct audit_conf_value *ret)
{
        *ret = (struct audit_conf_value){.form = AUDIT_NUMBER};
        if (parse_u64(value, &ret->number) < 0 || ret->number < k->least || ret->number > k->most)
                return NO_NUMBER;
        return NULL;
}

/* Digits and percent signs in any order; what stands before the first sign counts. */
static const char *read_amount(struct arena *arena, const char *value, struct audit_conf_value *ret)
{
        size_t digits = strcspn(value, "%");

        *ret = (struct audit_conf_value){.form = AUDIT_AMOUNT, .percent = value[digits] == '%'};
        if (value[strspn(value, "0123456789%")])
                return NO_NUMBER;
        if (digits > 0 && parse_u64(arena_copy(arena, value, digits), &ret->number) < 0)
                return NO_NUMBER;
        return ret->percent && ret->number > 99 ? NO_NUMBER : NULL;
}

/* Digits and dashes: from what stands before the first dash to what follows the last. */
static const char *read_ports(struct arena *arena, const struct keyword *k, const char *value,
                              struct audit_conf_value *ret)
{
        size_t first = strcspn(value, "-"), length = strlen(value);
        const char *last = strrchr(value, '-');

        *ret = (struct audit_conf_value){.form = AUDIT_PORTS};
        if (first == 0 || value[length - 1] == '-' || value[strspn(value, "0123456789-")] ||
            parse_u64(arena_copy(arena, value, first), &ret->number) < 0)
                return NO_NUMBER;
        ret->last = ret->number;
        if (last && parse_u64(last + 1, &ret->last) < 0)
                return NO_NUMBER;
        return ret->last > k->most || ret->number > ret->last ? NO_NUMBER : NULL;
}

static const char *read_word(const struct keyword *k, const char *value, struct audit_conf_value *ret)
{
        size_t i;

        for (i = 0; k->words[i]; i++) {
                if (strcasecmp(k->words[i], value) != 0)
                        continue;
                *ret = (struct audit_conf_value){.form = AUDIT_WORD, .text = k->words[i]};
                return NULL;
        }
        return NO_WORD;
}

static const char *read_yes_or_no(const char *value, struct audit_conf_value *ret)
{
        *ret = (struct audit_conf_value){.form = AUDIT_YES_OR_NO, .number = strcasecmp(value, "yes") == 0};
        return ret->number || strcasecmp(value, "no") == 0 ? NULL : NO_WORD;
}

static const char *read_action(struct audit_conf *c, const struct keyword *k, const struct line_words *line,
                               const struct audit_conf_host *host, struct audit_conf_value *ret)
{
        const char *why = read_word(k, line->value, ret);

        if (why || !streq(ret->text, "exec"))
                return why;
        if (!line->option || line->option[0] != '/')
                return "exec without the path of a program";
        ret->program = arena_copy(c->arena, line->option, strlen(line->option));
        return host->program(host->user, ret->program, &c->unknown);
}

static const char *read_log_file(struct audit_conf *c, const char *value, const struct audit_conf_host *host,
                                 struct audit_conf_value *ret)
{
        char *copy = arena_copy(c->arena, value, strlen(value));

        *ret = (struct audit_conf_value){.form = AUDIT_TEXT, .text = arena_copy(c->arena, value, strlen(value))};
        if (strlen(dirname(copy)) < 4)
                return "a log in a directory with so short a name";
        return host->log_file(host->user, ret->text, &c->unknown);
}

/* A number is what its digits say, whatever follows. */
static const char *read_group(struct audit_conf *c, const char *value, const struct audit_conf_host *host,
                              struct audit_conf_value *ret)
{
        size_t digits = strspn(value, "0123456789");
        const char *why;
        uint32_t gid;

        *ret = (struct audit_conf_value){.form = AUDIT_NUMBER};
        if (digits > 0) {
                if (parse_u64(arena_copy(c->arena, value, digits), &ret->number) < 0)
                        return NO_NUMBER;
                ret->number = (uint32_t)ret->number;
                return NULL;
        }
        why = host->group(host->user, value, &gid, &c->unknown);
        if (!why)
                ret->number = gid;
        return why;
}

/* Who gets mail; a name that does not resolve is taken. */
static const char *read_mail(const struct audit_conf *c, const char *value, struct audit_conf_value *ret)
{
        const char *at = strchr(value, '@'), *dot = strrchr(value, '.'), *p;

        *ret = (struct audit_conf_value){.form = AUDIT_TEXT, .text = arena_copy(c->arena, value, strlen(value))};
        if (!audit_conf_get(c, AUDIT_VERIFY_EMAIL).number)
                return NULL;
        for (p = value; *p; p++)
                if (!isalnum((unsigned char)*p) && !strchr("@.-_", *p))
                        return NO_ADDRESS;
        return p - value < 2 || (at && (!dot || dot < at)) ? NO_ADDRESS : NULL;
}

static struct audit_conf_value text_of(struct arena *arena, const char *value)
{
        return (struct audit_conf_value){.form = AUDIT_TEXT, .text = arena_copy(arena, value, strlen(value))};
}

/* NULL where auditd takes the line, which then is set. */
static const char *take(struct audit_conf *c, const struct keyword *k, const struct line_words *line,
                        const struct audit_conf_host *host)
{
        struct audit_conf_value value = {.form = AUDIT_UNSET};
        const char *why = NULL;

        switch (k->reading) {
        case YES_OR_NO:
                why = read_yes_or_no(line->value, &value);
                break;
        case NUMBER:
                why = read_number(k, line->value, &value);
                break;
        case AMOUNT:
                why = read_amount(c->arena, line->value, &value);
                break;
        case PORTS:
                why = read_ports(c->arena, k, line->value, &value);
                break;
        case WORD:
                why = read_word(k, line->value, &value);
                break;
        case ACTION:
                why = read_action(c, k, line, host, &value);
                break;
        case TEXT:
                value = text_of(c->arena, line->value);
                break;
        case LOG_FILE:
                why = read_log_file(c, line->value, host, &value);
                break;
        case GROUP:
                why = read_group(c, line->value, host, &value);
                break;
        case MAIL:
                why = read_mail(c, line->value, &value);
                break;
        case KRB5:
                why = read_yes_or_no(line->value, &value);
                if (!why && value.number)
                        set(c, AUDIT_TRANSPORT, (struct audit_conf_value)TEXTS_OF("krb5"), line->number);
                return why;
        case IGNORED:
                return NULL;
        }
        if (why)
                return why;
        set(c, (enum audit_conf_key)(k - keywords), value, line->number);
        if (k == &keywords[AUDIT_LOG_FORMAT] && streq(value.text, "nolog"))
                set(c, AUDIT_WRITE_LOGS, (struct audit_conf_value)BOOLEAN_OF(false), line->number);
        return NULL;
}

/* --- lines -------------------------------------------------------------------------------------------------------- */

/* auditd takes a file in pieces as fgets(3) does. */
#define BUFFER 160

struct reader {
        const char *bytes;
        size_t left;
        unsigned line; /* of the piece read last */
        unsigned ends; /* newlines so far */
        bool any;      /* a line was read or left out whole */
};

/* A line that does not fit is left out; so is the last one where it lacks its newline, and with a line that holds a NUL
 * the next one too, as the newline behind it is not seen. */
static bool next_line(struct reader *r, char buffer[static BUFFER])
{
        bool left_out = false;

        while (r->left > 0) {
                size_t most = r->left < BUFFER - 1 ? r->left : BUFFER - 1;
                const char *newline = memchr(r->bytes, '\n', most);
                size_t length = newline ? (size_t)(newline - r->bytes) + 1 : most;
                char *end;

                memcpy(buffer, r->bytes, length);
                buffer[length] = '\0';
                r->bytes += length;
                r->left -= length;
                r->line = r->ends + 1;
                r->ends += newline ? 1 : 0;
                end = strchr(buffer, '\n');
                if (!end) {
                        left_out = true;
                        continue;
                }
                r->any = true;
                if (!left_out) {
                        *end = '\0';
                        return true;
                }
                left_out = false;
        }
        return false;
}

/* The next word between blanks; NULL: there is none. */
static const char *next_word(char **rest)
{
        char *word = *rest + strspn(*rest, " "), *end = word + strcspn(word, " ");

        if (!*word)
                return NULL;
        *rest = *end ? end + 1 : end;
        *end = '\0';
        return word;
}

static const struct keyword *find_keyword(const char *name)
{
        size_t i;

        for (i = 0; i < ELEMENTS(keywords); i++)
                if (strcasecmp(keywords[i].name, name) == 0)
                        return &keywords[i];
        for (i = 0; i < ELEMENTS(others); i++)
                if (strcasecmp(others[i].name, name) == 0)
                        return &others[i];
        return NULL;
}

static const char *take_line(struct audit_conf *c, char *text, unsigned number, const struct audit_conf_host *host)
{
        const char *name = next_word(&text), *equals;
        struct line_words line = {.number = number};
        const struct keyword *k;

        if (!name || name[0] == '#')
                return NULL;
        equals = next_word(&text);
        if (!equals || !streq(equals, "="))
                return "no = between blanks behind the keyword";
        line.value = next_word(&text);
        if (!line.value)
                return "no value";
        line.option = next_word(&text);
        k = find_keyword(name);
        if (!k) {
                c->keyword = true;
                return "no keyword that it knows";
        }
        if (line.option && k->reading != ACTION)
                return "more than one value";
        return take(c, k, &line, host);
}

/* --- all of it ---------------------------------------------------------------------------------------------------- */

static void refuse(struct audit_conf *c, const char *why, unsigned line)
{
        c->refused = why;
        c->refused_line = line;
}

static unsigned later(unsigned a, unsigned b)
{
        return a > b ? a : b;
}

/* sanity_check(), and what resolve_node() does not take. */
static void check_together(struct audit_conf *c)
{
        struct audit_conf_value space = audit_conf_get(c, AUDIT_SPACE_LEFT);
        struct audit_conf_value admin = audit_conf_get(c, AUDIT_ADMIN_SPACE_LEFT);
        struct audit_conf_value flush = audit_conf_get(c, AUDIT_FLUSH), freq = audit_conf_get(c, AUDIT_FREQ);
        struct audit_conf_value group = audit_conf_get(c, AUDIT_LOG_GROUP), log = audit_conf_get(c, AUDIT_LOG_FILE);
        uint64_t space_percent = space.percent ? space.number : 0, admin_percent = admin.percent ? admin.number : 0;

        if (space_percent == 0 && admin_percent == 0 &&
            (space.percent ? 0 : space.number) <= (admin.percent ? 0 : admin.number))
                return refuse(c, "space_left is not larger than admin_space_left", later(space.line, admin.line));
        if (starts_with(flush.text, "incremental") && freq.number == 0)
                return refuse(c, "flush by increments, and freq is 0", later(flush.line, freq.line));
        if (group.number != 0 && streq(dirname(arena_copy(c->arena, log.text, strlen(log.text))), "/var/log"))
                return refuse(c, "with log_group, a log directly in /var/log", later(group.line, log.line));
}

static void check_name(struct audit_conf *c)
{
        struct audit_conf_value format = audit_conf_get(c, AUDIT_NAME_FORMAT);

        if (!c->refused && streq(format.text, "user") && audit_conf_get(c, AUDIT_NAME).form == AUDIT_UNSET)
                refuse(c, "name_format is user, and there is no name", format.line);
}

void audit_conf_parse(struct audit_conf *c, const char *bytes, size_t length, const struct audit_conf_host *host)
{
        struct reader r = {.bytes = bytes, .left = length};
        char buffer[BUFFER];

        while (next_line(&r, buffer)) {
                const char *why = take_line(c, buffer, r.line, host);

                if (why)
                        return refuse(c, why, r.line);
        }
        if (r.any)
                check_together(c);
        check_name(c);
}
