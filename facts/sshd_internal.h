/* SPDX-License-Identifier: EUPL-1.2 */
/* Between the parts of the sshd reader: words, tables, one line, values, patterns. */
#ifndef FACTS_SSHD_INTERNAL_H
#define FACTS_SSHD_INTERNAL_H

#include "base/text.h"
#include "facts/sshd_config.h"

/* sshd_tables.c */

/* How the arguments of a keyword are read, and how its lines add up. */
enum sshd_kind {
        SSHD_KIND_CHOICE,       /* one of a few words, in any case */
        SSHD_KIND_CHOICE_EXACT, /* the same, as written */
        SSHD_KIND_NUMBER,
        SSHD_KIND_TIME,
        SSHD_KIND_TIME_OR_NONE,
        SSHD_KIND_FILE,  /* made absolute; ~ is a home */
        SSHD_KIND_TILDE, /* ~ is a home */
        SSHD_KIND_WORD,
        SSHD_KIND_REST,     /* all that follows, as written */
        SSHD_KIND_ADDENDUM, /* the same, without carriage returns */
        SSHD_KIND_COMMAND,  /* the same, an absolute path or none */
        SSHD_KIND_PROVIDER,
        SSHD_KIND_AGENT,
        SSHD_KIND_PORT,
        SSHD_KIND_LISTEN,
        SSHD_KIND_HOST_KEY,
        SSHD_KIND_CIPHERS,
        SSHD_KIND_MACS,
        SSHD_KIND_KEX,
        SSHD_KIND_GSS_KEX,
        SSHD_KIND_KEYS,
        SSHD_KIND_CA_KEYS,
        SSHD_KIND_USERS,
        SSHD_KIND_GROUPS,
        SSHD_KIND_ACCEPT_ENV,
        SSHD_KIND_SET_ENV,
        SSHD_KIND_KEY_FILES,
        SSHD_KIND_LOG_VERBOSE,
        SSHD_KIND_METHODS,
        SSHD_KIND_CHANNEL_TIMEOUT,
        SSHD_KIND_PERMIT_OPEN,
        SSHD_KIND_PERMIT_LISTEN,
        SSHD_KIND_SUBSYSTEM,
        SSHD_KIND_MAX_STARTUPS,
        SSHD_KIND_SOURCE_STARTUPS,
        SSHD_KIND_NET_BLOCK,
        SSHD_KIND_PENALTIES,
        SSHD_KIND_EXEMPT,
        SSHD_KIND_IPQOS,
        SSHD_KIND_REKEY,
        SSHD_KIND_MASK,
        SSHD_KIND_LITERAL, /* a word for which "none" is nothing special */
        SSHD_KIND_KEY_OPTIONS,
        SSHD_KIND_RDOMAIN,
};

/* Where a keyword may stand. */
enum { SSHD_OUTSIDE = 1, SSHD_IN_MATCH = 2, SSHD_ANYWHERE = 3 };

struct sshd_choice {
        const char *word;
        const char *means; /* as documented */
};

struct sshd_keyword {
        const char *name;
        enum sshd_kind kind;
        enum sshd_form form;
        unsigned where;
        const struct sshd_choice *choices;
        const char *fallback; /* the default; of a list with spaces; NULL: computed, or an empty list */
        enum sshd_version since;
};

/* A word at the start of a line. */
struct sshd_word {
        enum sshd_keyword_id keyword;
        unsigned where;
        const char *note; /* of SSHD_IGNORED: "deprecated", "not built in" */
};

const struct sshd_keyword *sshd_keyword(enum sshd_keyword_id id);
struct sshd_word sshd_word(const struct sshd_release *release, const char *word);
/* What a choice means, or NULL. */
const char *sshd_choose(const struct sshd_choice *choices, const char *word, bool exact);

enum sshd_algorithms {
        SSHD_ALL_CIPHERS,
        SSHD_ALL_MACS,
        SSHD_ALL_KEX,
        SSHD_ALL_KEYS,
        SSHD_ALL_CA_KEYS,
        SSHD_ALGORITHMS
};

/* Names with commas; into `arena` where they depend on more than the version. */
const char *sshd_algorithms_known(struct arena *arena, const struct sshd_release *release, enum sshd_algorithms which);
const char *sshd_algorithms_default(struct arena *arena, const struct sshd_release *release,
                                    enum sshd_algorithms which);
/* Whether each name of a list, without its + - ^, is one that this sshd accepts there. */
bool sshd_algorithms_valid(struct arena *arena, const struct sshd_release *release, enum sshd_kind kind,
                           const char *list);
/* What a list as written comes to: 0 and names with commas (maybe none of them), or -EINVAL: sshd ends. */
int sshd_algorithms_assemble(struct arena *arena, const struct sshd_release *release, enum sshd_kind kind,
                             const char *list, const char **ret);

/* sshd_lex.c */

struct sshd_words {
        const char **at; /* NULL-terminated */
        size_t count;
};

/* A file's text as sshd keeps it: each line without leading blanks, and up to its first NUL byte (what follows in that
 * line is lost, its newline too). */
char *sshd_lex_text(struct arena *arena, const char *bytes, size_t length);
/* The next line of such a text; it ends *text with NULL. */
char *sshd_lex_line(char **text);
/* The next token, in place: up to blanks, one = or a quote. NULL where there is none, or a quote is open. */
char *sshd_lex_token(char **rest);
/* Arguments: quotes of both kinds, backslashes, a comment at the start of a word. -EINVAL where a quote is open. */
int sshd_lex_words(struct arena *arena, const char *s, struct sshd_words *ret);
/* The same by tokens, as all arguments were read before 8.7. */
int sshd_lex_tokens(struct arena *arena, const char *s, struct sshd_words *ret);
/* Words as they stand in messages: safe, and not longer than a person reads. */
void sshd_lex_show(struct text *t, const char *word);
/* The reverse, for showing. */
const char *sshd_lex_join(struct arena *arena, const char *const *words, size_t count);

/* sshd_numbers.c */

/* Decimal with sign and leading blanks, as strtonum(3) of OpenBSD. */
bool sshd_number(const char *s, long long least, long long most, long long *ret);
/* Seconds of "1h30m". */
bool sshd_time(enum sshd_version version, const char *s, long *ret);
/* Bytes of "1.5G". */
bool sshd_size(const char *s, long long *ret);
/* A port's number or service name: -1 where it is neither. */
int sshd_port(const struct sshd_host *host, const char *s);
/* The value of an IPQoS word as `sshd -T` shows it, or NULL. */
const char *sshd_ipqos(struct arena *arena, const struct sshd_release *release, const char *s);

/* sshd_match.c */

/* Patterns of ssh_config(5), PATTERNS. */
bool sshd_pattern_matches(const char *s, const char *pattern);
/* 1 a positive match, -1 a negated one, 0 none. */
int sshd_patterns_match(const char *s, const char *patterns, bool lower);

struct sshd_address {
        int family;
        unsigned char bytes[16];
        unsigned bits; /* length of the prefix */
};

/* An address, or one with a prefix length: 0; -EINVAL where it is none (then it is a pattern of text); -ERANGE where
 * the prefix does not fit it. */
int sshd_address_parse(const char *s, bool prefix, struct sshd_address *ret);
bool sshd_address_within(const struct sshd_address *a, const struct sshd_address *net);
char *sshd_address_text(struct arena *arena, const struct sshd_address *a);
/* As a list of addresses and patterns: 1, 0, -1 as above, -2 where an entry is malformed. `address` NULL: only that. */
int sshd_addresses_match(const char *address, const char *list);

/* Reads the criteria of a Match line. 0, or -EINVAL with *why. */
int sshd_match_parse(struct sshd_config *c, char *rest, const struct sshd_words *words, struct sshd_block *ret,
                     const char **why);
/* Whether one criterion holds; what the connection does not say does not. */
bool sshd_criterion_holds(const struct sshd_config *c, const struct sshd_criterion *k, const struct sshd_connection *n);
/* True where every criterion holds whatever the connection is. */
bool sshd_match_always(const struct sshd_release *release, const struct sshd_block *block);

/* sshd_partition.c */

/* Names that between them match the patterns (of lists with commas, ! left aside) in every way that a name of at least
 * one byte can. False where that takes too long. */
bool sshd_names_telling_apart(struct arena *arena, const char *const *lists, size_t count, bool lower,
                              const char *const **ret, size_t *ret_count);
/* Addresses of both families, each within another set of the networks, and what sshd calls one that is none. */
void sshd_addresses_telling_apart(struct arena *arena, const struct sshd_address *networks, size_t count,
                                  const char *const **ret, size_t *ret_count);

/* sshd_values.c */

/* One line, while it is read. */
struct sshd_line {
        struct sshd_config *c;
        const struct sshd_keyword *keyword;
        const char *word; /* as written */
        char *rest;
        struct sshd_words words;
        size_t next; /* of words */
        const char **items;
        size_t count, allocated;
        const char *why; /* set by what returns -EINVAL */
};

/* Reads the arguments into l->items. 0, or -EINVAL with l->why. */
int sshd_values_parse(struct sshd_line *l);

/* sshd_apply.c */

/* A line takes effect, or (not `active`) is only held against what was set. 0, or -EINVAL with v->fails. */
int sshd_apply(struct sshd_config *c, struct sshd_values *v, const struct sshd_setting *s, bool active);

/* sshd_effective.c */

/* Of PerSourcePenalties: [0] is yes or no, the others are named. */
#define SSHD_PENALTIES 12
struct sshd_penalty {
        const char *name; /* with its colon */
        const char *fallback;
};
extern const struct sshd_penalty sshd_penalties[SSHD_PENALTIES];

/* Defaults, addresses, algorithm lists, and the checks at start. 0, or -EINVAL with v->fails. */
int sshd_settle(struct sshd_config *c, struct sshd_values *v);

/* Grows an array that lives in an arena. */
void *sshd_grow(struct arena *arena, const void *array, size_t *allocated, size_t needed, size_t size);

#endif
