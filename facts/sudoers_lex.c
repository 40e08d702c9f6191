/* SPDX-License-Identifier: EUPL-1.2 */
/* What each rule of toke.l does. */
#include "facts/sudoers_lex.h"

#include <string.h>

#include "base/cleanup.h"
#include "facts/sudoers_words.h"

/* Given by a rule that makes no word. */
#define NOTHING (-1)

/* The bytes that a rule matched, and its token. */
struct match {
        const char *bytes;
        size_t length;
        int value;
};

static int hex_value(char c)
{
        if (c >= '0' && c <= '9')
                return c - '0';
        if (c >= 'a' && c <= 'f')
                return c - 'a' + 10;
        return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* \xHH is a byte, any other backslash quotes what follows; one at the end stays. */
static void add_unescaped(struct text *to, const char *s, size_t length)
{
        size_t i = 0;

        while (i < length) {
                if (s[i] != '\\' || i + 1 >= length) {
                        text_add_char(to, s[i++]);
                } else if (s[i + 1] == 'x' && length - i >= 4 && hex_value(s[i + 2]) >= 0 && hex_value(s[i + 3]) >= 0) {
                        text_add_char(to, (char)(hex_value(s[i + 2]) * 16 + hex_value(s[i + 3])));
                        i += 4;
                } else {
                        text_add_char(to, s[i + 1]);
                        i += 2;
                }
        }
}

static int fill(struct sudoers_lex *l, const struct match *m, int token)
{
        text_clear(&l->text);
        add_unescaped(&l->text, m->bytes, m->length);
        l->has_text = true;
        return token;
}

static int failed(struct sudoers_lex *l, const char *why)
{
        l->why = why;
        return TOKEN_ERROR;
}

/* The match is read again from its beginning, or from behind `keep` bytes. */
static void put_back(struct sudoers_lex *l, const struct match *m, size_t keep)
{
        l->source->at -= m->length - keep;
}

static void begin_command(struct sudoers_lex *l, const struct match *m)
{
        const char *slash;
        size_t i;

        text_clear(&l->text);
        text_clear(&l->arguments);
        l->has_text = true;
        l->has_arguments = false;
        if (m->bytes[0] == '^') {
                text_append(&l->text, m->bytes, m->length);
                return;
        }
        for (i = 0; i < m->length; i++) {
                if (m->bytes[i] == '\\' && i + 1 < m->length && strchr(",:= \t#", m->bytes[i + 1]))
                        i++;
                text_add_char(&l->text, m->bytes[i]);
        }
        slash = strrchr(text_string(&l->text), '/');
        if (slash && streq(slash, "/sudoedit")) {
                text_clear(&l->text);
                text_add(&l->text, "sudoedit");
        }
}

static void add_argument(struct sudoers_lex *l, const char *bytes, size_t length, bool space)
{
        if (space && l->has_arguments)
                text_add_char(&l->arguments, ' ');
        text_append(&l->arguments, bytes, length);
        l->has_arguments = true;
}

static int string_end(struct sudoers_lex *l)
{
        const char *text = text_string(&l->text);

        l->state = l->previous_state;
        if (!l->has_text)
                return failed(l, "empty string");
        if (l->state != INITIAL && l->state != GOT_DEFAULTS)
                return TOKEN_WORD;
        if (*text == '%')
                return text[1] == '\0' || streq(text, "%:") ? failed(l, "empty group") : TOKEN_USERGROUP;
        if (*text == '+')
                return text[1] == '\0' ? failed(l, "empty netgroup") : TOKEN_NETGROUP;
        return TOKEN_WORD;
}

static int begin_string(struct sudoers_lex *l)
{
        /* 1.9.13 takes no string for a path: there it is a character that fits nowhere. */
        if (l->state == EXPECT_PATH && l->sudoers->version == SUDO_1_9_13)
                return failed(l, NULL);
        if (l->state == GOT_INCLUDE)
                l->previous_state = INITIAL;
        else if (l->state != EXPECT_PATH)
                l->previous_state = l->state;
        text_clear(&l->text);
        l->has_text = false;
        l->state = IN_STRING;
        return NOTHING;
}

static int newline(struct sudoers_lex *l, const struct match *m)
{
        if (l->state == IN_STRING) {
                l->state = INITIAL;
                put_back(l, m, 0);
                return failed(l, "unexpected line break in string");
        }
        l->state = INITIAL;
        l->source->line++;
        l->continued = false;
        return TOKEN_NEWLINE;
}

/* A digest of another length is passed over. */
static int digest(struct sudoers_lex *l, const struct match *m, size_t expected)
{
        l->state = INITIAL;
        return m->length == expected ? fill(l, m, TOKEN_DIGEST) : NOTHING;
}

static size_t base64_length(const struct sudoers_lex *l, const struct match *m)
{
        return m->bytes[m->length - 1] == '=' ? 4 * ((l->digest_bytes + 2) / 3) : (4 * l->digest_bytes + 2) / 3;
}

static int digest_kind(struct sudoers_lex *l, int token)
{
        static const size_t bytes[] = {28, 32, 48, 64};

        l->digest_bytes = bytes[token - TOKEN_SHA224];
        l->state = WANT_DIGEST;
        return token;
}

static int keyword(struct sudoers_lex *l, int token, unsigned state)
{
        if (l->continued)
                return failed(l, "invalid line continuation");
        l->state = state;
        return token;
}

static int defaults(struct sudoers_lex *l, const struct match *m)
{
        static const struct {
                char sign;
                int token;
        } scopes[] = {{':', TOKEN_DEFAULTS_USER},
                      {'>', TOKEN_DEFAULTS_RUNAS},
                      {'@', TOKEN_DEFAULTS_HOST},
                      {'!', TOKEN_DEFAULTS_COMMAND}};
        size_t n = 0, i;

        if (l->continued)
                return failed(l, "invalid line continuation");
        while (m->bytes[n] == ' ' || m->bytes[n] == '\t')
                n++;
        n += strlen("Defaults");
        l->state = GOT_DEFAULTS;
        for (i = 0; n < m->length && i < ELEMENTS(scopes); i++)
                if (m->bytes[n] == scopes[i].sign) {
                        for (n++; n < m->length && (m->bytes[n] == ' ' || m->bytes[n] == '\t'); n++)
                                ;
                        put_back(l, m, n);
                        return scopes[i].token;
                }
        return TOKEN_DEFAULTS;
}

static int alias_keyword(struct sudoers_lex *l, const struct match *m)
{
        size_t n = 0;

        if (l->continued)
                return failed(l, "invalid line continuation");
        while (m->bytes[n] == ' ' || m->bytes[n] == '\t')
                n++;
        switch (m->bytes[n]) {
        case 'H':
                return TOKEN_HOST_ALIAS;
        case 'C':
                return TOKEN_COMMAND_ALIAS;
        case 'U':
                return TOKEN_USER_ALIAS;
        default:
                return TOKEN_RUNAS_ALIAS;
        }
}

/* Not more than one :: before a mask, and none other behind it. */
static bool ipv6_valid(const char *s, size_t length)
{
        unsigned pairs = 0;
        size_t i;

        for (i = 0; i < length; i++) {
                if (i + 1 < length && s[i] == ':' && s[i + 1] == ':' && ++pairs > 1)
                        return false;
                if (s[i] == '/')
                        pairs = 0;
        }
        return true;
}

static int comment(struct sudoers_lex *l, const struct match *m)
{
        if (m->bytes[m->length - 1] != '\n')
                return failed(l, NULL);
        l->state = INITIAL;
        l->source->line++;
        l->continued = false;
        return TOKEN_NEWLINE;
}

static int command(struct sudoers_lex *l, const struct match *m)
{
        begin_command(l, m);
        /* A directory has no arguments. */
        if (m->bytes[0] == '/' && m->bytes[m->length - 1] == '/')
                return TOKEN_COMMAND;
        l->state = GOT_COMMAND;
        return NOTHING;
}

static int argument(struct sudoers_lex *l, const struct match *m)
{
        if (!l->has_arguments && m->bytes[0] == '^') {
                l->state = GOT_REGEX;
                put_back(l, m, 0);
                l->source->line_start = false;
                return NOTHING;
        }
        add_argument(l, m->bytes, m->length, l->saw_space);
        l->saw_space = false;
        return NOTHING;
}

static int regex_text(struct sudoers_lex *l, const struct match *m)
{
        size_t skip = 0;

        while (l->continued && skip < m->length && (m->bytes[skip] == ' ' || m->bytes[skip] == '\t'))
                skip++;
        l->continued = false;
        if (skip < m->length)
                add_argument(l, m->bytes + skip, m->length - skip, false);
        return NOTHING;
}

/* Back to the beginning of what ends a command. */
static int end_of_arguments(struct sudoers_lex *l, const struct match *m, int token)
{
        l->state = INITIAL;
        put_back(l, m, 0);
        l->source->line_start = false;
        return token;
}

/* The rules that concern a command and its arguments. */
static int act_on_command(struct sudoers_lex *l, enum sudoers_rule_id rule, const struct match *m)
{
        switch (rule) {
        case RULE_ARGUMENT:
                return argument(l, m);
        case RULE_ESCAPED:
                add_argument(l, m->bytes + 1, 1, l->saw_space);
                l->saw_space = false;
                return NOTHING;
        case RULE_COMMAND_END:
                return end_of_arguments(l, m, TOKEN_COMMAND);
        case RULE_REGEX_BODY:
                add_argument(l, m->bytes, m->length, false);
                return NOTHING;
        case RULE_REGEX_BROKEN:
                (void)end_of_arguments(l, m, 0);
                return failed(l, "unterminated regular expression");
        case RULE_REGEX_END:
                add_argument(l, "$", 1, false);
                l->state = INITIAL;
                l->continued = false;
                return TOKEN_COMMAND;
        case RULE_REGEX_TEXT:
                return regex_text(l, m);
        case RULE_WHOLE_COMMAND:
                begin_command(l, m);
                return TOKEN_COMMAND;
        default:
                return command(l, m);
        }
}

static int act_on_string(struct sudoers_lex *l, enum sudoers_rule_id rule, const struct match *m)
{
        switch (rule) {
        case RULE_STRING_CONTINUES:
                l->source->line++;
                l->continued = true;
                return NOTHING;
        case RULE_STRING_BODY:
                add_unescaped(&l->text, m->bytes, m->length);
                l->has_text = true;
                return NOTHING;
        case RULE_STRING_END:
                return string_end(l);
        default:
                return begin_string(l);
        }
}

static int act(struct sudoers_lex *l, enum sudoers_rule_id rule, const struct match *m)
{
        switch (rule) {
        case RULE_TOKEN:
        case RULE_OPTION:
                return m->value;
        case RULE_NEW_OPTION:
                return l->sudoers->version == SUDO_1_9_13 ? fill(l, m, TOKEN_ALIAS) : m->value;
        case RULE_PATH_OPTION:
                l->previous_state = l->state;
                l->state = EXPECT_PATH;
                return m->value;
        case RULE_PATH_WORD:
                l->state = l->previous_state;
                return fill(l, m, TOKEN_WORD);
        case RULE_START_DEFAULTS:
                l->state = START_DEFAULTS;
                return NOTHING;
        case RULE_VARIABLE:
                l->state = IN_DEFAULTS;
                return fill(l, m, TOKEN_VARIABLE);
        case RULE_DEFAULTS_COMMA:
                l->state = START_DEFAULTS;
                return TOKEN_COMMA;
        case RULE_WORD:
                return fill(l, m, m->value);
        case RULE_HEX:
                return digest(l, m, 2 * l->digest_bytes);
        case RULE_BASE64:
                return digest(l, m, base64_length(l, m));
        case RULE_DIGEST_KIND:
                return digest_kind(l, m->value);
        case RULE_INCLUDE:
                return keyword(l, m->value, GOT_INCLUDE);
        case RULE_HASH_INCLUDE:
                if (!l->continued) {
                        put_back(l, m, strlen(m->value == TOKEN_INCLUDE ? "#include" : "#includedir"));
                        l->source->line_start = false;
                }
                return keyword(l, m->value, GOT_INCLUDE);
        case RULE_INCLUDE_WORD:
                l->state = INITIAL;
                return fill(l, m, TOKEN_WORD);
        case RULE_DEFAULTS:
                return defaults(l, m);
        case RULE_ALIAS_KEYWORD:
                return alias_keyword(l, m);
        case RULE_EMPTY_GROUP:
                return failed(l, m->bytes[0] == '+' ? "empty netgroup" : "empty group");
        case RULE_IPV6:
                return ipv6_valid(m->bytes, m->length) ? fill(l, m, TOKEN_ADDRESS) : failed(l, "invalid IPv6 address");
        case RULE_NOT:
                return m->length % 2 == 1 ? TOKEN_NOT : NOTHING;
        case RULE_NEWLINE:
                return newline(l, m);
        case RULE_BLANKS:
                l->saw_space = true;
                return NOTHING;
        case RULE_CONTINUES:
                l->saw_space = true;
                l->source->line++;
                l->continued = true;
                return NOTHING;
        case RULE_COMMENT:
                return comment(l, m);
        case RULE_NO_MATCH:
                return failed(l, NULL);
        case RULE_STRING:
        case RULE_STRING_CONTINUES:
        case RULE_STRING_BODY:
        case RULE_STRING_END:
                return act_on_string(l, rule, m);
        default:
                return act_on_command(l, rule, m);
        }
}

enum sudoers_token sudoers_next(struct sudoers_lex *l)
{
        l->why = NULL;
        for (;;) {
                struct sudoers_source *source = l->source;
                struct match m = {0};
                enum sudoers_rule_id rule;
                int token;

                if (!source)
                        return TOKEN_END;
                if (source->at == source->length) {
                        if (!sudoers_leave(l))
                                return TOKEN_END;
                        continue;
                }
                m.bytes = source->bytes + source->at;
                rule = sudoers_longest(l->state, source->line_start, m.bytes, source->bytes + source->length, &m.length,
                                       &m.value);
                l->file = source->file;
                l->line = source->line;
                source->at += m.length;
                source->line_start = m.length > 0 && m.bytes[m.length - 1] == '\n';
                token = act(l, rule, &m);
                if (token != NOTHING)
                        return (enum sudoers_token)token;
        }
}
