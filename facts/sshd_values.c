/* SPDX-License-Identifier: EUPL-1.2 */
/* The arguments of each kind of keyword: what sshd accepts, and what it makes of them. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "facts/sshd_internal.h"

#define BLANKS " \t\r\n"

static const char *const yes_no_words[] = {"no", "yes"};

static const char *next(struct sshd_line *l)
{
        return l->next < l->words.count ? l->words.at[l->next++] : NULL;
}

static size_t left(const struct sshd_line *l)
{
        return l->words.count - l->next;
}

static bool modern(const struct sshd_line *l)
{
        return l->c->release->version >= SSHD_10_0;
}

static void add(struct sshd_line *l, const char *item)
{
        size_t needed = l->count == 0 ? l->words.count + 1 : l->count + 1;

        l->items = sshd_grow(&l->c->arena, l->items, &l->allocated, needed, sizeof(*l->items));
        l->items[l->count++] = item;
}

static void add_number(struct sshd_line *l, long long n)
{
        char shown[32];

        (void)snprintf(shown, sizeof(shown), "%lld", n);
        add(l, arena_copy(&l->c->arena, shown, strlen(shown)));
}

static int wrong(struct sshd_line *l, const char *why)
{
        l->why = why;
        return -EINVAL;
}

static int wrong_word(struct sshd_line *l, const char *what, const char *word)
{
        _cleanup_text_ struct text t = {0};

        text_add(&t, what);
        text_add(&t, " \"");
        sshd_lex_show(&t, word);
        text_add(&t, "\"");
        return wrong(l, arena_copy(&l->c->arena, text_string(&t), t.length));
}

static int missing(struct sshd_line *l)
{
        return wrong(l, "has no argument");
}

/* The next argument, which must be there and not be empty. */
static const char *needed(struct sshd_line *l)
{
        const char *word = next(l);

        return word && *word ? word : NULL;
}

/* The next argument as it is, whatever it holds. */
static int parse_word(struct sshd_line *l)
{
        const char *word = needed(l);

        if (!word)
                return missing(l);
        if (l->keyword->kind == SSHD_KIND_PROVIDER && strcasecmp(word, "internal") == 0)
                word = "internal";
        add(l, l->keyword->kind != SSHD_KIND_LITERAL && strcasecmp(word, "none") == 0 ? "none" : word);
        return 0;
}

static int parse_choice(struct sshd_line *l)
{
        const char *word = needed(l), *means;

        if (!word)
                return missing(l);
        means = sshd_choose(l->keyword->choices, word, l->keyword->kind == SSHD_KIND_CHOICE_EXACT);
        if (!means)
                return wrong_word(l, "has no value", word);
        add(l, means);
        return 0;
}

static int parse_number(struct sshd_line *l)
{
        const char *word = needed(l);
        long long n;

        if (!word)
                return missing(l);
        if (!sshd_number(word, 0, INT_MAX, &n))
                return wrong_word(l, "wants a number, not", word);
        add_number(l, n);
        return 0;
}

static int parse_time(struct sshd_line *l)
{
        const char *word = needed(l);
        long seconds;

        if (!word)
                return missing(l);
        if (!sshd_time(l->c->release->version, word, &seconds))
                return wrong_word(l, "wants a time, not", word);
        add_number(l, seconds);
        return 0;
}

static int parse_time_or_none(struct sshd_line *l)
{
        if (left(l) > 0 && strcasecmp(l->words.at[l->next], "none") == 0) {
                (void)next(l);
                add(l, "none"); /* told from 0: it takes effect after another value too */
                return 0;
        }
        return parse_time(l);
}

/* All that follows the keyword, quotes and comments included. */
static int parse_rest(struct sshd_line *l)
{
        const char *rest = l->rest + strspn(l->rest, BLANKS);

        if (l->keyword->kind == SSHD_KIND_COMMAND && *rest != '/' && strcasecmp(rest, "none") != 0)
                return wrong(l, "wants an absolute path");
        if (l->keyword->kind == SSHD_KIND_ADDENDUM && strchr(rest, '\r'))
                return wrong(l, "holds a carriage return");
        add(l, strcasecmp(rest, "none") == 0 ? "none" : arena_copy(&l->c->arena, rest, strlen(rest)));
        l->next = l->words.count;
        return 0;
}

static int parse_port(struct sshd_line *l)
{
        const char *word = needed(l);
        int port;

        if (!word)
                return missing(l);
        port = sshd_port(l->c->host, word);
        if (port <= 0)
                return wrong_word(l, "wants a port, not", word);
        add_number(l, port);
        return 0;
}

/* Splits "host:port" and "[host]:port": *port is NULL where there is none. False where it is neither. */
static bool split_host_port(char *s, char **host, char **port)
{
        char *end = *s == '[' ? strchr(s, ']') : strpbrk(s, ":/");

        *host = s;
        *port = NULL;
        if (*s == '[') {
                if (!end)
                        return false;
                end++;
        }
        if (end && *end) {
                if (*end != ':')
                        return false;
                *end = '\0';
                *port = end + 1;
        }
        if (**host == '[' && ends_with(*host, "]")) {
                (*host)[strlen(*host) - 1] = '\0';
                (*host)++;
        }
        return true;
}

static int parse_listen(struct sshd_line *l)
{
        const char *word = needed(l), *colon;
        char *host, *port;
        int number = 0;

        if (!word)
                return missing(l);
        host = arena_copy(&l->c->arena, word, strlen(word));
        colon = strchr(word, ':');
        if (strchr(word, '[') || !colon || !strchr(colon + 1, ':')) {
                if (!split_host_port(host, &host, &port))
                        return wrong_word(l, "wants an address, not", word);
                if (port)
                        number = sshd_port(l->c->host, port);
                if (port && number <= 0)
                        return wrong_word(l, "wants a port, not", port);
        }
        add(l, host);
        add_number(l, number);
        word = next(l);
        if (!word)
                return 0;
        if (!streq(word, "rdomain") || left(l) == 0)
                return wrong_word(l, "does not read", word);
        add(l, next(l));
        return 0;
}

static int parse_algorithms(struct sshd_line *l)
{
        const char *list = needed(l);

        if (!list)
                return missing(l);
        if (!sshd_algorithms_valid(&l->c->arena, l->c->release, l->keyword->kind, list))
                return wrong_word(l, "names what this sshd does not know:", list);
        add(l, list);
        return 0;
}

/* Lists that may be empty in 9.2p1 (with a comment behind the keyword). */
static int parse_list(struct sshd_line *l, int (*check)(struct sshd_line *l, const char *word))
{
        const char *word;
        int r;

        for (word = next(l); word; word = next(l)) {
                r = check(l, word);
                if (r < 0)
                        return r;
        }
        if (l->count == 0 && modern(l))
                return missing(l);
        return 0;
}

/* USER@HOST: the host is a list of addresses and patterns. */
static int check_user(struct sshd_line *l, const char *word)
{
        const char *at = modern(l) ? strrchr(word, '@') : strchr(word, '@');

        if (!*word || (at && sshd_addresses_match(NULL, at + 1) == -2))
                return wrong_word(l, "does not read", word);
        add(l, word);
        return 0;
}

static int check_not_empty(struct sshd_line *l, const char *word)
{
        if (!*word)
                return wrong(l, "has an empty argument");
        add(l, word);
        return 0;
}

static int check_accept_env(struct sshd_line *l, const char *word)
{
        if (!*word || strchr(word, '='))
                return wrong_word(l, "wants the name of a variable, not", word);
        add(l, word);
        return 0;
}

static int check_set_env(struct sshd_line *l, const char *word)
{
        const char *equals = strchr(word, '=');
        size_t i;

        if (!equals)
                return wrong_word(l, "wants NAME=VALUE, not", word);
        /* The first of a name counts. */
        for (i = 0; i < l->count; i++)
                if (strncmp(l->items[i], word, (size_t)(equals - word) + 1) == 0)
                        return 0;
        add(l, word);
        return 0;
}

static int check_log_verbose(struct sshd_line *l, const char *word)
{
        if (!*word)
                return wrong(l, "has an empty argument");
        if (strcasecmp(word, "none") == 0 && (l->count > 0 || left(l) > 0))
                return wrong(l, "has \"none\" beside others");
        add(l, word);
        return 0;
}

/* Methods of a list with commas; what stands behind a colon is for the method itself. */
static int check_methods(struct sshd_line *l, const char *word)
{
        static const char *const known[] = {
                "none",     "publickey", "gssapi-keyex", "gssapi-with-mic", "password", "keyboard-interactive",
                "hostbased"};
        const char *p = word;

        if (l->count > 0 && (streq(l->items[0], "any") || (modern(l) && streq(word, "any"))) &&
            (modern(l) || !streq(word, "any")))
                return wrong(l, "has \"any\" beside others");
        if (streq(word, "any")) {
                add(l, word);
                return 0;
        }
        for (;;) {
                size_t length = strcspn(p, ","), name = strcspn(p, ",:"), i;

                for (i = 0; i < ELEMENTS(known); i++)
                        if (strlen(known[i]) == name && strncmp(p, known[i], name) == 0)
                                break;
                if (i == ELEMENTS(known))
                        return wrong_word(l, "names no method of authentication:", word);
                if (!p[length])
                        break;
                p += length + 1;
        }
        add(l, word);
        return 0;
}

static int check_channel_timeout(struct sshd_line *l, const char *word)
{
        const char *equals = strchr(word, '=');
        long seconds;

        if (strcasecmp(word, "none") == 0) {
                if ((modern(l) && l->count > 0) || left(l) > 0)
                        return wrong(l, "has \"none\" beside others");
                add(l, "none");
                return 0;
        }
        if (!equals || equals == word || !sshd_time(l->c->release->version, equals + 1, &seconds))
                return wrong_word(l, "wants TYPE=TIME, not", word);
        add(l, word);
        return 0;
}

static bool permitted_port(struct sshd_line *l, const char *port)
{
        return port && (streq(port, "*") || sshd_port(l->c->host, port) > 0);
}

static int check_permit(struct sshd_line *l, const char *word)
{
        char *copy = arena_copy(&l->c->arena, word, strlen(word)), *host, *port;
        _cleanup_text_ struct text any = {0};

        if (l->keyword->kind == SSHD_KIND_PERMIT_LISTEN && !strchr(word, ':')) {
                if (!permitted_port(l, word))
                        return wrong_word(l, "wants a port, not", word);
                text_add(&any, "*:");
                text_add(&any, word);
                add(l, arena_copy(&l->c->arena, text_string(&any), any.length));
                return 0;
        }
        if (!split_host_port(copy, &host, &port) || !permitted_port(l, port))
                return wrong_word(l, "wants HOST:PORT, not", word);
        add(l, word);
        return 0;
}

static int parse_permit(struct sshd_line *l)
{
        const char *word;
        int r;

        for (word = next(l); word; word = next(l)) {
                if (!modern(l) && !*word)
                        break;
                if (streq(word, "any") || streq(word, "none")) {
                        if (modern(l) && l->count > 0)
                                return wrong_word(l, "has others beside", word);
                        if (!modern(l) && l->count > 0)
                                return wrong_word(l, "wants HOST:PORT, not", word);
                        add(l, word);
                        if (!modern(l))
                                break;
                        continue;
                }
                r = check_permit(l, word);
                if (r < 0)
                        return r;
        }
        return l->count == 0 ? missing(l) : 0;
}

static int parse_subsystem(struct sshd_line *l)
{
        const char *name = needed(l), *command;
        _cleanup_text_ struct text t = {0};

        if (!name)
                return missing(l);
        add(l, name);
        command = next(l);
        if (command && *command) {
                add(l, command);
                if (modern(l)) {
                        add(l, sshd_lex_join(&l->c->arena, l->words.at + l->next - 1, left(l) + 1));
                } else {
                        text_add(&t, command);
                        for (command = next(l); command; command = next(l)) {
                                text_add_char(&t, ' ');
                                text_add(&t, command);
                        }
                        add(l, arena_copy(&l->c->arena, text_string(&t), t.length));
                }
        }
        l->next = l->words.count;
        return 0;
}

static int parse_max_startups(struct sshd_line *l)
{
        const char *word = needed(l);
        int begin, rate, full, n;

        if (!word)
                return missing(l);
        n = sscanf(word, "%d:%d:%d", &begin, &rate, &full);
        if (n == 1)
                full = begin;
        if ((n == 3 && (begin > full || rate > 100 || rate < 1)) || (n != 3 && n != 1) || full <= 0 || begin <= 0)
                return wrong_word(l, "wants BEGIN:RATE:FULL, not", word);
        add_number(l, begin);
        add_number(l, full);
        if (n == 3)
                add_number(l, rate);
        return 0;
}

static int parse_source_startups(struct sshd_line *l)
{
        const char *word = needed(l);
        long long n;

        if (!word)
                return missing(l);
        if (streq(word, "none"))
                n = INT_MAX;
        else if (!sshd_number(word, 0, INT_MAX, &n))
                return wrong_word(l, "wants a number, not", word);
        if (n == INT_MAX)
                add(l, "none");
        else
                add_number(l, n);
        return 0;
}

static int parse_net_block(struct sshd_line *l)
{
        const char *word = needed(l);
        int v4, v6 = 0, n;

        if (!word)
                return missing(l);
        n = sscanf(word, "%d:%d", &v4, &v6);
        if (n < 1 || v4 < 0 || v4 > 32 || (n == 2 && (v6 < 0 || v6 > 128)))
                return wrong_word(l, "wants lengths of prefixes, not", word);
        add_number(l, v4);
        if (n == 2)
                add_number(l, v6);
        return 0;
}

/* Each penalty as "NAME:VALUE" with the time in seconds; yes and no alone. */
static int check_penalty(struct sshd_line *l, const char *word)
{
        static const char *const times[] = {
                "crash:", "authfail:", "noauth:", "grace-exceeded:", "refuseconnection:", "max:", "min:"};
        static const char *const sources[] = {"max-sources4:", "max-sources6:"};
        static const char *const modes[] = {"overflow:deny-all", "overflow:permissive", "overflow6:deny-all",
                                            "overflow6:permissive"};
        _cleanup_text_ struct text t = {0};
        long long n;
        long seconds;
        size_t i;

        for (i = 0; i < ELEMENTS(yes_no_words); i++)
                if (strcasecmp(word, yes_no_words[i]) == 0) {
                        if (left(l) > 0)
                                return wrong_word(l, "has others beside", word);
                        add(l, yes_no_words[i]);
                        return 0;
                }
        for (i = 0; i < ELEMENTS(modes); i++)
                if (streq(word, modes[i])) {
                        add(l, modes[i]);
                        return 0;
                }
        for (i = 0; i < ELEMENTS(times); i++)
                if (starts_with(word, times[i])) {
                        if (!sshd_time(l->c->release->version, word + strlen(times[i]), &seconds))
                                return wrong_word(l, "wants a time, not", word);
                        text_printf(&t, "%s%ld", times[i], seconds);
                        add(l, arena_copy(&l->c->arena, text_string(&t), t.length));
                        return 0;
                }
        for (i = 0; i < ELEMENTS(sources); i++)
                if (starts_with(word, sources[i])) {
                        if (!sshd_number(word + strlen(sources[i]), 0, INT_MAX, &n))
                                return wrong_word(l, "wants a number, not", word);
                        text_printf(&t, "%s%lld", sources[i], n);
                        add(l, arena_copy(&l->c->arena, text_string(&t), t.length));
                        return 0;
                }
        return wrong_word(l, "does not know", word);
}

static int parse_exempt(struct sshd_line *l)
{
        const char *word = needed(l);

        if (!word)
                return missing(l);
        if (sshd_addresses_match(NULL, word) != 0)
                return wrong_word(l, "wants addresses, not", word);
        add(l, strcasecmp(word, "none") == 0 ? "none" : word);
        return 0;
}

static int parse_ipqos(struct sshd_line *l)
{
        const char *word = needed(l), *interactive, *bulk;

        if (!word)
                return missing(l);
        interactive = sshd_ipqos(&l->c->arena, l->c->release, word);
        if (!interactive)
                return wrong_word(l, "has no value", word);
        word = next(l);
        bulk = word ? sshd_ipqos(&l->c->arena, l->c->release, word) : interactive;
        if (!bulk)
                return wrong_word(l, "has no value", word);
        add(l, interactive);
        add(l, bulk);
        return 0;
}

static int parse_rekey(struct sshd_line *l)
{
        const char *word = needed(l);
        long long bytes = 0;

        if (!word)
                return missing(l);
        if (!streq(word, "default")) {
                if (!sshd_size(word, &bytes))
                        return wrong_word(l, "wants a size, not", word);
                if (bytes != 0 && bytes < 16)
                        return wrong_word(l, "is too small with", word);
        }
        add_number(l, bytes);
        if (left(l) == 0)
                return 0;
        if (streq(l->words.at[l->next], "none")) {
                (void)next(l);
                return 0;
        }
        return parse_time(l);
}

static int parse_mask(struct sshd_line *l)
{
        const char *word = needed(l);
        char shown[16], *end;
        int mask;

        if (!word)
                return missing(l);
        mask = (int)strtol(word, &end, 8);
        if (end == word || mask < 0 || mask > 0777)
                return wrong_word(l, "wants an octal mode, not", word);
        (void)snprintf(shown, sizeof(shown), "0%o", (unsigned)mask);
        add(l, arena_copy(&l->c->arena, shown, strlen(shown)));
        return 0;
}

static int parse_key_options(struct sshd_line *l)
{
        static const char *const known[] = {"touch-required", "verify-required"};
        bool has[ELEMENTS(known)] = {false};
        const char *word;
        size_t i;

        for (word = next(l); word; word = next(l)) {
                if (strcasecmp(word, "none") == 0)
                        continue;
                for (i = 0; i < ELEMENTS(known); i++)
                        if (strcasecmp(word, known[i]) == 0)
                                break;
                if (i == ELEMENTS(known))
                        return wrong_word(l, "does not know", word);
                has[i] = true;
        }
        for (i = 0; i < ELEMENTS(known); i++)
                if (has[i])
                        add(l, known[i]);
        return 0;
}

int sshd_values_parse(struct sshd_line *l)
{
        switch (l->keyword->kind) {
        case SSHD_KIND_CHOICE:
        case SSHD_KIND_CHOICE_EXACT:
                return parse_choice(l);
        case SSHD_KIND_NUMBER:
                return parse_number(l);
        case SSHD_KIND_TIME:
                return parse_time(l);
        case SSHD_KIND_TIME_OR_NONE:
                return parse_time_or_none(l);
        case SSHD_KIND_FILE:
        case SSHD_KIND_TILDE:
        case SSHD_KIND_WORD:
        case SSHD_KIND_PROVIDER:
        case SSHD_KIND_AGENT:
        case SSHD_KIND_HOST_KEY:
        case SSHD_KIND_LITERAL:
                return parse_word(l);
        case SSHD_KIND_REST:
        case SSHD_KIND_ADDENDUM:
        case SSHD_KIND_COMMAND:
                return parse_rest(l);
        case SSHD_KIND_PORT:
                return parse_port(l);
        case SSHD_KIND_LISTEN:
                return parse_listen(l);
        case SSHD_KIND_CIPHERS:
        case SSHD_KIND_MACS:
        case SSHD_KIND_KEX:
        case SSHD_KIND_GSS_KEX:
        case SSHD_KIND_KEYS:
        case SSHD_KIND_CA_KEYS:
                return parse_algorithms(l);
        case SSHD_KIND_USERS:
                return parse_list(l, check_user);
        case SSHD_KIND_GROUPS:
        case SSHD_KIND_KEY_FILES:
                return parse_list(l, check_not_empty);
        case SSHD_KIND_ACCEPT_ENV:
                return parse_list(l, check_accept_env);
        case SSHD_KIND_SET_ENV:
                return parse_list(l, check_set_env);
        case SSHD_KIND_LOG_VERBOSE:
                return parse_list(l, check_log_verbose);
        case SSHD_KIND_METHODS:
                return parse_list(l, check_methods) < 0 ? -EINVAL : l->count == 0 ? missing(l) : 0;
        case SSHD_KIND_CHANNEL_TIMEOUT:
                return parse_list(l, check_channel_timeout);
        case SSHD_KIND_PERMIT_OPEN:
        case SSHD_KIND_PERMIT_LISTEN:
                return parse_permit(l);
        case SSHD_KIND_SUBSYSTEM:
                return parse_subsystem(l);
        case SSHD_KIND_MAX_STARTUPS:
                return parse_max_startups(l);
        case SSHD_KIND_SOURCE_STARTUPS:
                return parse_source_startups(l);
        case SSHD_KIND_NET_BLOCK:
                return parse_net_block(l);
        case SSHD_KIND_PENALTIES:
                return parse_list(l, check_penalty);
        case SSHD_KIND_EXEMPT:
                return parse_exempt(l);
        case SSHD_KIND_IPQOS:
                return parse_ipqos(l);
        case SSHD_KIND_REKEY:
                return parse_rekey(l);
        case SSHD_KIND_MASK:
                return parse_mask(l);
        case SSHD_KIND_KEY_OPTIONS:
                return parse_key_options(l);
        case SSHD_KIND_RDOMAIN:
                return wrong(l, "is not built in");
        }
        return wrong(l, "is not modelled");
}
