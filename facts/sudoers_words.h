/* SPDX-License-Identifier: EUPL-1.2 */
/* The rules of sudo's lexer: in which state, at which place, what matches. */
#ifndef FACTS_SUDOERS_WORDS_H
#define FACTS_SUDOERS_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* The states of toke.l. */
enum {
        INITIAL = 1,
        GOT_DEFAULTS = 2,
        GOT_COMMAND = 4,
        GOT_REGEX = 8,
        START_DEFAULTS = 16,
        IN_DEFAULTS = 32,
        IN_STRING = 64,
        WANT_DIGEST = 128,
        GOT_INCLUDE = 256,
        EXPECT_PATH = 512,
        /* Rules without a state of their own. */
        SHARED = INITIAL | GOT_DEFAULTS | WANT_DIGEST | EXPECT_PATH,
        ANYWHERE = 1023,
};

/* What is done with a match. */
enum sudoers_rule_id {
        RULE_TOKEN,
        RULE_START_DEFAULTS,
        RULE_VARIABLE,
        RULE_DEFAULTS_COMMA,
        RULE_STRING,
        RULE_WORD,
        RULE_STRING_CONTINUES,
        RULE_STRING_END,
        RULE_STRING_BODY,
        RULE_ARGUMENT,
        RULE_ESCAPED,
        RULE_COMMAND_END,
        RULE_REGEX_BODY,
        RULE_REGEX_BROKEN,
        RULE_REGEX_END,
        RULE_REGEX_TEXT,
        RULE_HEX,
        RULE_BASE64,
        RULE_INCLUDE,
        RULE_HASH_INCLUDE,
        RULE_DEFAULTS,
        RULE_ALIAS_KEYWORD,
        RULE_EMPTY_GROUP,
        RULE_IPV6,
        RULE_OPTION,
        RULE_PATH_OPTION,
        RULE_NEW_OPTION,
        RULE_WHOLE_COMMAND,
        RULE_DIGEST_KIND,
        RULE_COMMAND,
        RULE_PATH_WORD,
        RULE_INCLUDE_WORD,
        RULE_NOT,
        RULE_NEWLINE,
        RULE_BLANKS,
        RULE_CONTINUES,
        RULE_COMMENT,
        RULE_NO_MATCH,
};

/* Of the rules that match at `s`, the first of the longest; its length (0: none) and its token. */
enum sudoers_rule_id sudoers_longest(unsigned state, bool line_start, const char *s, const char *end, size_t *length,
                                     int *value);

#endif
