/* SPDX-License-Identifier: EUPL-1.2 */
/* Match lines: patterns, addresses, criteria, and which blocks apply to a connection. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/text.h"
#include "facts/sshd_internal.h"

/* sshd takes no pattern that is longer: the whole list then matches nothing. */
#define PATTERN_MOST 1023

static bool pattern_matches(const char *s, const char *p, const char *p_end, bool lower)
{
        const char *star = NULL, *retry = NULL;

        for (;;) {
                if (p < p_end && *p == '*') {
                        star = ++p;
                        retry = s;
                        continue;
                }
                if (!*s)
                        return p == p_end;
                if (p < p_end && (*p == '?' || *s == (lower ? (char)tolower((unsigned char)*p) : *p))) {
                        s++;
                        p++;
                        continue;
                }
                if (!star)
                        return false;
                p = star;
                s = ++retry;
        }
}

bool sshd_pattern_matches(const char *s, const char *pattern)
{
        return pattern_matches(s, pattern, pattern + strlen(pattern), false);
}

int sshd_patterns_match(const char *s, const char *patterns, bool lower)
{
        bool found = false;

        while (*patterns) {
                bool negated = *patterns == '!';
                size_t length;

                if (negated)
                        patterns++;
                length = strcspn(patterns, ",");
                if (length >= PATTERN_MOST)
                        return 0;
                if (pattern_matches(s, patterns, patterns + length, lower)) {
                        if (negated)
                                return -1;
                        found = true;
                }
                patterns += length;
                if (*patterns)
                        patterns++;
        }
        return found ? 1 : 0;
}

static bool parse_host(const char *s, struct sshd_address *ret)
{
        struct in_addr v4;

        /* The numeric forms that getaddrinfo(3) takes: of IPv4 also the shorter ones (10.1), without blanks. */
        *ret = (struct sshd_address){.family = AF_INET6, .bits = 128};
        if (inet_pton(AF_INET6, s, ret->bytes) == 1)
                return true;
        if (!*s || s[strspn(s, "0123456789abcdefABCDEFxX.")] || !inet_aton(s, &v4))
                return false;
        ret->family = AF_INET;
        ret->bits = 32;
        memcpy(ret->bytes, &v4, sizeof(v4));
        return true;
}

static bool host_part_is_zero(const struct sshd_address *a)
{
        unsigned i, length = a->family == AF_INET ? 32 : 128;

        for (i = a->bits; i < length; i++)
                if (a->bytes[i / 8] & (0x80 >> (i % 8)))
                        return false;
        return true;
}

int sshd_address_parse(const char *s, bool prefix, struct sshd_address *ret)
{
        char host[64]; /* longer ones are no addresses for sshd */
        const char *slash = prefix ? strchr(s, '/') : NULL;
        size_t length = slash ? (size_t)(slash - s) : strlen(s);
        long long bits = -1;

        if (strlen(s) >= sizeof(host))
                return -EINVAL;
        memcpy(host, s, length);
        host[length] = '\0';
        if (slash && !sshd_number(slash + 1, 0, 0x7fffffff, &bits))
                return -EINVAL;
        if (!parse_host(host, ret))
                return -EINVAL;
        if (bits >= 0) {
                if (bits > (long long)ret->bits)
                        return -ERANGE;
                ret->bits = (unsigned)bits;
        }
        return host_part_is_zero(ret) ? 0 : -ERANGE;
}

bool sshd_address_within(const struct sshd_address *a, const struct sshd_address *net)
{
        unsigned whole = net->bits / 8, rest = net->bits % 8;
        unsigned mask = rest ? 0xffu << (8 - rest) & 0xff : 0;

        return a->family == net->family && memcmp(a->bytes, net->bytes, whole) == 0 &&
               (!rest || (a->bytes[whole] & mask) == (net->bytes[whole] & mask));
}

char *sshd_address_text(struct arena *arena, const struct sshd_address *a)
{
        char shown[INET6_ADDRSTRLEN] = "";

        (void)inet_ntop(a->family, a->bytes, shown, sizeof(shown));
        return arena_copy(arena, shown, strlen(shown));
}

/* One entry of an address list: like sshd_addresses_match(), without a negation. */
static int entry_matches(const char *address, const struct sshd_address *parsed, const char *entry)
{
        struct sshd_address net;
        int r = sshd_address_parse(entry, true, &net);

        if (r == -ERANGE || !*entry)
                return -2;
        if (!address)
                return 0;
        if (r == 0)
                return sshd_address_within(parsed, &net);
        return sshd_pattern_matches(address, entry);
}

int sshd_addresses_match(const char *address, const char *list)
{
        struct sshd_address parsed;
        _cleanup_text_ struct text entry = {0};
        int found = 0;

        if (address && sshd_address_parse(address, false, &parsed) < 0)
                return 0;
        for (;;) {
                size_t length = strcspn(list, ",");
                bool negated = *list == '!';
                int r;

                text_clear(&entry);
                text_append(&entry, list + negated, length - negated);
                r = entry_matches(address, &parsed, text_string(&entry));
                if (r < 0)
                        return r;
                if (r > 0 && negated)
                        return -1;
                found |= r;
                if (!list[length])
                        return found;
                list += length + 1;
        }
}

/* Criteria. */

static const struct {
        const char *word;
        enum sshd_attribute attribute;
        bool argument;
        enum sshd_version since;
} attributes[] = {
        {"all", SSHD_MATCH_ALL, false, SSHD_9_2},
        {"invalid-user", SSHD_MATCH_INVALID_USER, false, SSHD_10_0},
        {"user", SSHD_MATCH_USER, true, SSHD_9_2},
        {"group", SSHD_MATCH_GROUP, true, SSHD_9_2},
        {"host", SSHD_MATCH_HOST, true, SSHD_9_2},
        {"address", SSHD_MATCH_ADDRESS, true, SSHD_9_2},
        {"localaddress", SSHD_MATCH_LOCAL_ADDRESS, true, SSHD_9_2},
        {"localport", SSHD_MATCH_LOCAL_PORT, true, SSHD_9_2},
        {"rdomain", SSHD_MATCH_RDOMAIN, true, SSHD_9_2},
        {"version", SSHD_MATCH_VERSION, true, SSHD_10_0},
};

/* The criteria of a line, one after the other: by tokens in 9.2p1, by words from 10.0 on. */
struct criteria {
        struct sshd_config *c;
        char *rest;
        const struct sshd_words *words;
        size_t next;
        struct sshd_criterion *at;
        size_t count, allocated;
        const char *why;
};

static const char *next_word(struct criteria *k)
{
        if (k->c->release->version < SSHD_10_0)
                return sshd_lex_token(&k->rest);
        return k->next < k->words->count ? k->words->at[k->next++] : NULL;
}

static void all_read(struct criteria *k)
{
        k->rest = NULL;
        k->next = k->words->count;
}

static const char *complain(struct criteria *k, const char *sentence, const char *what)
{
        _cleanup_text_ struct text t = {0};

        text_add(&t, sentence);
        text_add(&t, " ");
        sshd_lex_show(&t, what);
        return arena_copy(&k->c->arena, text_string(&t), t.length);
}

static int add_criterion(struct criteria *k, enum sshd_attribute attribute, const char *pattern)
{
        struct sshd_criterion *new;
        int port = 0;

        if (attribute == SSHD_MATCH_ADDRESS || attribute == SSHD_MATCH_LOCAL_ADDRESS) {
                if (sshd_addresses_match(NULL, pattern) != 0)
                        k->why = complain(k, "malformed list of addresses in Match:", pattern);
        } else if (attribute == SSHD_MATCH_LOCAL_PORT) {
                port = sshd_port(k->c->host, pattern);
                if (port < 0)
                        k->why = complain(k, "no port, in Match LocalPort:", pattern);
        }
        if (k->why)
                return -EINVAL;
        k->at = sshd_grow(&k->c->arena, k->at, &k->allocated, k->count + 1, sizeof(*k->at));
        new = &k->at[k->count++];
        *new = (struct sshd_criterion){attribute, pattern ? arena_copy(&k->c->arena, pattern, strlen(pattern)) : "",
                                       (unsigned)port};
        return 0;
}

/* Splits "user=root" (10.0p1) in two; returns the argument or NULL. */
static const char *split_argument(struct criteria *k, const char **word)
{
        const char *equals = strchr(*word, '=');
        size_t i, length = equals ? (size_t)(equals - *word) : 0;

        for (i = 0; equals && i < ELEMENTS(attributes); i++)
                if (attributes[i].argument && strlen(attributes[i].word) == length &&
                    strncasecmp(*word, attributes[i].word, length) == 0) {
                        *word = attributes[i].word;
                        return equals + 1;
                }
        return next_word(k);
}

static int read_criterion(struct criteria *k, const char *word)
{
        const char *written = word, *argument;
        size_t i;

        if (strcasecmp(word, "all") == 0) {
                argument = k->count > 0 ? "" : next_word(k);
                if (k->count > 0 || (argument && *argument && *argument != '#')) {
                        k->why = "Match all stands with other criteria";
                        return -EINVAL;
                }
                if (argument && *argument == '#')
                        all_read(k);
                return add_criterion(k, SSHD_MATCH_ALL, NULL);
        }
        if (strcasecmp(word, "invalid-user") == 0 && k->c->release->version >= SSHD_10_0)
                return add_criterion(k, SSHD_MATCH_INVALID_USER, NULL);
        argument = k->c->release->version < SSHD_10_0 ? next_word(k) : split_argument(k, &word);
        if (!argument || !*argument || *argument == '#') {
                k->why = complain(k, "nothing to match, in Match", written);
                return -EINVAL;
        }
        for (i = 0; i < ELEMENTS(attributes); i++)
                if (attributes[i].argument && attributes[i].since <= k->c->release->version &&
                    !(attributes[i].attribute == SSHD_MATCH_VERSION && k->c->release->open) && /* which is not known */
                    strcasecmp(word, attributes[i].word) == 0)
                        return add_criterion(k, attributes[i].attribute, argument);
        k->why = complain(k, "unknown criterion in Match:", written);
        return -EINVAL;
}

static int read_criteria(struct criteria *k)
{
        const char *word;
        int r;

        for (word = next_word(k); word; word = next_word(k)) {
                if (!*word && k->c->release->version < SSHD_10_0)
                        break;
                if (*word == '#') {
                        all_read(k);
                        break;
                }
                r = read_criterion(k, word);
                if (r < 0)
                        return r;
                if (k->at[k->count - 1].attribute == SSHD_MATCH_ALL)
                        break;
        }
        if (k->count == 0) {
                k->why = "Match without criteria";
                return -EINVAL;
        }
        if (k->c->release->version < SSHD_10_0 ? k->rest && *k->rest : k->next < k->words->count) {
                k->why = "more than Match can read stands on the line";
                return -EINVAL;
        }
        return 0;
}

int sshd_match_parse(struct sshd_config *c, char *rest, const struct sshd_words *words, struct sshd_block *ret,
                     const char **why)
{
        struct criteria k = {.c = c, .rest = rest, .words = words};
        int r;

        ret->text = sshd_lex_join(&c->arena, words->at, words->count);
        r = read_criteria(&k);
        *why = k.why;
        ret->criteria = k.at;
        ret->count = k.count;
        return r;
}

bool sshd_match_always(const struct sshd_release *release, const struct sshd_block *block)
{
        size_t i;

        for (i = 0; i < block->count; i++) {
                const struct sshd_criterion *k = &block->criteria[i];

                if (k->attribute == SSHD_MATCH_VERSION) {
                        if (sshd_patterns_match(release->banner, k->pattern, false) != 1)
                                return false;
                } else if (k->attribute != SSHD_MATCH_ALL) {
                        return false;
                }
        }
        return true;
}

static bool group_matches(const struct sshd_connection *n, const char *patterns)
{
        bool found = false;
        size_t i;

        for (i = 0; i < n->group_count; i++) {
                int r = sshd_patterns_match(n->groups[i], patterns, false);

                if (r < 0)
                        return false;
                found |= r > 0;
        }
        return found;
}

static bool host_matches(const char *host, const char *patterns)
{
        _cleanup_text_ struct text lower = {0};

        for (; *host; host++)
                text_add_char(&lower, (char)tolower((unsigned char)*host));
        return sshd_patterns_match(text_string(&lower), patterns, true) == 1;
}

/* An account's own name and groups are looked at, whatever is assumed of others. */
static bool is_of_account(enum sshd_attribute attribute, const struct sshd_connection *n)
{
        return (attribute == SSHD_MATCH_GROUP && n->groups) || (attribute == SSHD_MATCH_USER && n->user && *n->user);
}

bool sshd_criterion_holds(const struct sshd_config *c, const struct sshd_criterion *k, const struct sshd_connection *n)
{
        size_t i;

        for (i = 0; i < n->assumption_count; i++)
                if (n->assumptions[i].attribute == k->attribute && streq(n->assumptions[i].pattern, k->pattern) &&
                    !is_of_account(k->attribute, n))
                        return n->assumptions[i].holds;
        switch (k->attribute) {
        case SSHD_MATCH_ALL:
                return true;
        case SSHD_MATCH_VERSION:
                return sshd_patterns_match(c->release->banner, k->pattern, false) == 1;
        case SSHD_MATCH_INVALID_USER:
                return n->user_invalid;
        case SSHD_MATCH_USER:
                return n->user && sshd_patterns_match(n->user, k->pattern, false) == 1;
        case SSHD_MATCH_GROUP:
                return n->user && group_matches(n, k->pattern);
        case SSHD_MATCH_HOST:
                return n->host && host_matches(n->host, k->pattern);
        case SSHD_MATCH_ADDRESS:
                return n->address && sshd_addresses_match(n->address, k->pattern) == 1;
        case SSHD_MATCH_LOCAL_ADDRESS:
                return n->local_address && sshd_addresses_match(n->local_address, k->pattern) == 1;
        case SSHD_MATCH_LOCAL_PORT:
                return n->local_port >= 0 && (unsigned)n->local_port == k->port;
        case SSHD_MATCH_RDOMAIN:
                return n->rdomain && sshd_patterns_match(n->rdomain, k->pattern, false) == 1;
        case SSHD_ATTRIBUTES:
                break;
        }
        return false;
}

void sshd_blocks_applying(const struct sshd_config *c, const struct sshd_connection *connection, bool *applies)
{
        size_t i, k;

        applies[0] = true;
        for (i = 1; i < c->block_count; i++) {
                const struct sshd_block *b = &c->blocks[i];

                /* A parent stands before its children. */
                applies[i] = applies[b->parent];
                for (k = 0; applies[i] && k < b->count; k++)
                        applies[i] = sshd_criterion_holds(c, &b->criteria[k], connection);
        }
}
