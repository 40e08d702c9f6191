/* SPDX-License-Identifier: EUPL-1.2 */
/* What a word of sudoers may look like, and which of the rules of toke.l matches longest. */
#include "facts/sudoers_words.h"

#include <string.h>

#include "base/cleanup.h"
#include "facts/sudoers_lex.h"

/* Bytes from `s` up to `end`, which is behind a newline; the answer is a length, 0 for no match. */
typedef size_t (*matcher)(const char *s, const char *end);

static bool is_blank(char c)
{
        return c == ' ' || c == '\t';
}

static bool is_digit(char c)
{
        return c >= '0' && c <= '9';
}

static bool is_upper(char c)
{
        return c >= 'A' && c <= 'Z';
}

static bool is_hex_digit(char c)
{
        return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool one_of(char c, const char *set)
{
        return c != '\0' && strchr(set, c) != NULL;
}

static size_t blanks(const char *s, const char *end)
{
        size_t n = 0;

        while (s + n < end && is_blank(s[n]))
                n++;
        return n;
}

static size_t line_end(const char *s, const char *end)
{
        if (s < end && *s == '\n')
                return 1;
        return s + 1 < end && s[0] == '\r' && s[1] == '\n' ? 2 : 0;
}

static size_t comma_and_blanks(const char *s, const char *end)
{
        size_t n = blanks(s, end);

        if (s + n >= end || s[n] != ',')
                return 0;
        return n + 1 + blanks(s + n + 1, end);
}

static size_t variable(const char *s, const char *end)
{
        size_t n = 0;

        while (s + n < end && ((s[n] >= 'a' && s[n] <= 'z') || s[n] == '_'))
                n++;
        return n;
}

/* The unit of a word: a character that is not in `apart`, or a backslash with one that is not in `apart_escaped`. */
static size_t unit(const char *s, const char *end, const char *apart, const char *apart_escaped)
{
        if (s >= end)
                return 0;
        if (*s == '\\')
                return s + 1 < end && !one_of(s[1], apart_escaped) ? 2 : 0;
        return one_of(*s, apart) ? 0 : 1;
}

static size_t units(const char *s, const char *end, const char *apart, const char *apart_escaped)
{
        size_t n = 0, more;

        while ((more = unit(s + n, end, apart, apart_escaped)) > 0)
                n += more;
        return n;
}

static size_t word(const char *s, const char *end)
{
        return units(s, end, "#>!=:,() \t\r\n\"", "\t\n");
}

static size_t environment_word(const char *s, const char *end)
{
        size_t first = unit(s, end, "#!=, \t\r\n\"", "\r\n");

        return first > 0 ? first + units(s + first, end, "#=, \t\r\n\"", "\r\n") : 0;
}

static size_t id(const char *s, const char *end)
{
        size_t n = 1;

        if (s >= end || *s != '#')
                return 0;
        if (s + n < end && s[n] == '-')
                n++;
        if (s + n >= end || !is_digit(s[n]))
                return 0;
        while (s + n < end && is_digit(s[n]))
                n++;
        return n;
}

static size_t word_or_id(const char *s, const char *end)
{
        size_t a = word(s, end), b = id(s, end);

        return a > b ? a : b;
}

static size_t path(const char *s, const char *end)
{
        size_t n = 1;

        if (s >= end || *s != '/')
                return 0;
        while (s + n < end) {
                if (s[n] == '\\' && s + n + 1 < end && one_of(s[n + 1], ",:= \t#"))
                        n += 2;
                else if (one_of(s[n], ",:=\\ \t\r\n#"))
                        break;
                else
                        n++;
        }
        return n > 1 ? n : 0;
}

static size_t path_or_word(const char *s, const char *end)
{
        size_t a = path(s, end), b = word(s, end);

        return a > b ? a : b;
}

static size_t regex(const char *s, const char *end)
{
        size_t n, best = 0;

        if (s >= end || *s != '^')
                return 0;
        for (n = 1; s + n < end && s[n] != '\n' && s[n] != '\r'; n++) {
                const bool escaped = n > 1 && s[n - 1] == '\\';

                if (s[n] == '$') {
                        best = n + 1;
                        if (!escaped)
                                return best;
                } else if (s[n] == '#' && !escaped) {
                        break;
                }
        }
        return best;
}

static size_t defaults_command(const char *s, const char *end)
{
        size_t a = path(s, end), b = regex(s, end), best = a > b ? a : b;

        return best < 8 && end - s >= 8 && memcmp(s, "sudoedit", 8) == 0 ? 8 : best;
}

static size_t literal(const char *s, const char *end, const char *text)
{
        const size_t n = strlen(text);

        return (size_t)(end - s) >= n && memcmp(s, text, n) == 0 ? n : 0;
}

static size_t alias(const char *s, const char *end)
{
        size_t n = 1;

        if (s >= end || !is_upper(*s))
                return 0;
        while (s + n < end && (is_upper(s[n]) || is_digit(s[n]) || s[n] == '_'))
                n++;
        return n;
}

static size_t continuation(const char *s, const char *end)
{
        size_t n, line;

        if (s >= end || *s != '\\')
                return 0;
        n = 1 + blanks(s + 1, end);
        line = line_end(s + n, end);
        return line > 0 ? n + line : 0;
}

static size_t string_continuation(const char *s, const char *end)
{
        size_t n = continuation(s, end);

        return n > 0 ? n + blanks(s + n, end) : 0;
}

static size_t string_body(const char *s, const char *end)
{
        size_t n = 0;

        while (s + n < end && !one_of(s[n], "\"\r\n"))
                if (s[n] != '\\')
                        n++;
                else if (s + n + 1 < end && s[n + 1] == '"')
                        n += 2;
                else
                        break;
        return n;
}

static size_t escaped_glob(const char *s, const char *end)
{
        return s + 1 < end && s[0] == '\\' && one_of(s[1], "*?[]!^") ? 2 : 0;
}

static size_t escaped_special(const char *s, const char *end)
{
        return s + 1 < end && s[0] == '\\' && one_of(s[1], ":\\,= \t#") ? 2 : 0;
}

static size_t escaped_any(const char *s, const char *end)
{
        return s + 1 < end && s[0] == '\\' && !one_of(s[1], "\r\n") ? 2 : 0;
}

static size_t span_without(const char *s, const char *end, const char *apart)
{
        size_t n = 0;

        while (s + n < end && !one_of(s[n], apart))
                n++;
        return n;
}

static size_t argument(const char *s, const char *end)
{
        return span_without(s, end, "#\\:, \t\r\n");
}

static size_t argument_end(const char *s, const char *end)
{
        return s < end && one_of(*s, "#:,=\r\n") ? 1 : 0;
}

static size_t regex_body(const char *s, const char *end)
{
        return span_without(s, end, "#\\\r\n$");
}

static size_t regex_broken(const char *s, const char *end)
{
        return s < end && one_of(*s, "#\r\n") ? 1 : 0;
}

static size_t hex_digits(const char *s, const char *end)
{
        size_t n = 0;

        while (s + n < end && is_hex_digit(s[n]))
                n++;
        return n;
}

static size_t base64(const char *s, const char *end)
{
        size_t n = 0;

        while (s + n < end && (is_digit(s[n]) || is_upper(s[n]) || (s[n] >= 'a' && s[n] <= 'z') || one_of(s[n], "+/=")))
                n++;
        return n;
}

/* The whole of a line that begins so, as toke.l has it: that decides what matches longest. */
static size_t hash_include(const char *s, const char *end, const char *text)
{
        size_t n = literal(s, end, text), gap;

        if (n == 0 || (gap = blanks(s + n, end)) == 0)
                return 0;
        n += gap;
        while (s + n < end && s[n] != '\n')
                n++;
        return s + n < end ? n + 1 : n;
}

static size_t hash_include_file(const char *s, const char *end)
{
        return hash_include(s, end, "#include");
}

static size_t hash_include_directory(const char *s, const char *end)
{
        return hash_include(s, end, "#includedir");
}

static size_t defaults(const char *s, const char *end)
{
        size_t n = blanks(s, end), scope, what;

        if (literal(s + n, end, "Defaults") == 0)
                return 0;
        n += 8;
        if (s + n >= end || !one_of(s[n], ":@>!"))
                return n;
        scope = n + 1 + blanks(s + n + 1, end);
        while (s + scope < end && s[scope] == '!')
                scope++;
        if (s + scope < end && s[scope] == '"')
                scope++;
        what = word_or_id(s + scope, end);
        return what > 0 ? scope + what : n;
}

static size_t alias_keyword(const char *s, const char *end)
{
        static const char *const words[] = {"Host_Alias", "Cmnd_Alias", "Cmd_Alias", "User_Alias", "Runas_Alias"};
        size_t n = blanks(s, end), i;

        for (i = 0; i < ELEMENTS(words); i++)
                if (literal(s + n, end, words[i]) > 0)
                        return n + strlen(words[i]);
        return 0;
}

static size_t empty_group(const char *s, const char *end)
{
        if (s >= end || (*s != '+' && *s != '%'))
                return 0;
        return *s == '%' && s + 1 < end && s[1] == ':' ? 2 : 1;
}

static size_t netgroup(const char *s, const char *end)
{
        size_t n = s < end && *s == '+' ? word(s + 1, end) : 0;

        return n > 0 ? n + 1 : 0;
}

static size_t usergroup(const char *s, const char *end)
{
        size_t a, b = 0;

        if (s >= end || *s != '%')
                return 0;
        a = word_or_id(s + 1, end);
        if (s + 1 < end && s[1] == ':')
                b = word_or_id(s + 2, end) + 1;
        if (b > 1 && b > a)
                a = b;
        return a > 0 ? a + 1 : 0;
}

static size_t octet(const char *s, const char *end)
{
        const size_t n = (size_t)(end - s);

        if (n >= 3 && s[0] == '2' &&
            ((s[1] >= '0' && s[1] <= '4' && is_digit(s[2])) || (s[1] == '5' && s[2] >= '0' && s[2] <= '5')))
                return 3;
        if (n >= 3 && s[0] == '1' && is_digit(s[1]) && is_digit(s[2]))
                return 3;
        if (n >= 1 && is_digit(s[0]))
                return n >= 2 && is_digit(s[1]) ? 2 : 1;
        return 0;
}

static size_t ipv4(const char *s, const char *end)
{
        size_t n = 0, i, digits;

        for (i = 0; i < 4; i++) {
                if (i > 0 && (s + n >= end || s[n++] != '.'))
                        return 0;
                digits = octet(s + n, end);
                if (digits == 0)
                        return 0;
                n += digits;
        }
        return n;
}

static size_t prefix_length(const char *s, const char *end, unsigned most)
{
        size_t n = 0, best = 0;
        unsigned value = 0;

        while (s + n < end && is_digit(s[n]) && n < 3) {
                if (n > 0 && value == 0 && most == 128)
                        break;
                value = value * 10 + (unsigned)(s[n++] - '0');
                if (value > most)
                        break;
                /* 32 as [12]?[0-9]|3[0-2]: one or two digits. */
                if (most == 128 || n < 3)
                        best = n;
        }
        return best;
}

static size_t ipv6(const char *s, const char *end)
{
        size_t n = 0, groups, best = 0, more;

        for (groups = 1; groups <= 7; groups++) {
                more = hex_digits(s + n, end);
                if (more > 4)
                        break;
                if (s + n + more >= end || s[n + more] != ':')
                        break;
                n += more + 1;
                if (groups < 2)
                        continue;
                more = hex_digits(s + n, end);
                best = n + (more > 4 ? 4 : more);
                if (groups <= 6 && s + n < end && s[n] == ':' && (more = ipv4(s + n + 1, end)) > 0)
                        best = n + 1 + more > best ? n + 1 + more : best;
        }
        return best;
}

static size_t with_mask(const char *s, const char *end, matcher address, unsigned most)
{
        size_t n = address(s, end), a, b;

        if (n == 0 || s + n >= end || s[n] != '/')
                return n;
        a = address(s + n + 1, end);
        b = prefix_length(s + n + 1, end, most);
        if (b > a)
                a = b;
        return a > 0 ? n + 1 + a : n;
}

static size_t ipv4_network(const char *s, const char *end)
{
        return with_mask(s, end, ipv4, 32);
}

static size_t ipv6_network(const char *s, const char *end)
{
        return with_mask(s, end, ipv6, 128);
}

static size_t include_word(const char *s, const char *end)
{
        size_t n = 0;

        if (s >= end || one_of(*s, "\" \t\r\n\v\f"))
                return 0;
        while (s + n < end)
                if (!one_of(s[n], " \t\r\n\v\f"))
                        n++;
                else if (n > 0 && s[n - 1] == '\\' && is_blank(s[n]))
                        n++;
                else
                        break;
        return n;
}

static size_t nots(const char *s, const char *end)
{
        size_t n = 0;

        while (s + n < end && s[n] == '!')
                n++;
        return n;
}

static size_t comment(const char *s, const char *end)
{
        size_t n = 1;

        if (s >= end || *s != '#')
                return 0;
        if (s + 1 < end && !one_of(s[1], "\r\n") && !is_digit(s[1]) &&
            (s[1] != '-' || (s + 2 < end && !one_of(s[2], "\r\n") && !is_digit(s[2]))))
                while (s + n < end && s[n] != '\n')
                        n++;
        return n + line_end(s + n, end);
}

static size_t any_character(const char *s, const char *end)
{
        return s < end && *s != '\n' ? 1 : 0;
}

static size_t nothing(const char *s, const char *end)
{
        (void)s;
        (void)end;
        return 0;
}

#define CHARACTER(name, character) \
        static size_t name(const char *s, const char *end) \
        { \
                return s < end && *s == (character) ? 1 : 0; \
        }

CHARACTER(comma, ',')
CHARACTER(equals, '=')
CHARACTER(colon, ':')
CHARACTER(quote, '"')
CHARACTER(backslash, '\\')
CHARACTER(dollar, '$')
CHARACTER(open_parenthesis, '(')
CHARACTER(close_parenthesis, ')')

/* In the order of toke.l. A rule with a text is that text; one with a tag is followed by blanks and a colon. */
static const struct {
        unsigned states;
        enum sudoers_rule_id rule;
        matcher match;
        const char *text;
        int value; /* of RULE_TOKEN: the token */
        bool at_line_start, tag;
} rules[] = {
        {GOT_DEFAULTS, RULE_TOKEN, comma_and_blanks, NULL, TOKEN_COMMA, false, false},
        {GOT_DEFAULTS, RULE_START_DEFAULTS, blanks, NULL, 0, false, false},
        {START_DEFAULTS, RULE_VARIABLE, variable, NULL, 0, false, false},
        {IN_DEFAULTS, RULE_DEFAULTS_COMMA, comma, NULL, 0, false, false},
        {IN_DEFAULTS, RULE_TOKEN, equals, NULL, TOKEN_EQUALS, false, false},
        {IN_DEFAULTS, RULE_TOKEN, NULL, "+=", TOKEN_PLUS, false, false},
        {IN_DEFAULTS, RULE_TOKEN, NULL, "-=", TOKEN_MINUS, false, false},
        {IN_DEFAULTS, RULE_STRING, quote, NULL, 0, false, false},
        {IN_DEFAULTS, RULE_WORD, environment_word, NULL, TOKEN_WORD, false, false},
        {IN_STRING, RULE_STRING_CONTINUES, string_continuation, NULL, 0, false, false},
        {IN_STRING, RULE_STRING_END, quote, NULL, 0, false, false},
        {IN_STRING, RULE_STRING_BODY, backslash, NULL, 0, false, false},
        {IN_STRING, RULE_STRING_BODY, string_body, NULL, 0, false, false},
        {GOT_COMMAND, RULE_ARGUMENT, escaped_glob, NULL, 0, false, false},
        {GOT_COMMAND, RULE_ESCAPED, escaped_special, NULL, 0, false, false},
        {GOT_COMMAND, RULE_COMMAND_END, argument_end, NULL, 0, false, false},
        {GOT_COMMAND, RULE_ARGUMENT, argument, NULL, 0, false, false},
        {GOT_REGEX, RULE_REGEX_BODY, escaped_any, NULL, 0, false, false},
        {GOT_REGEX, RULE_REGEX_BROKEN, regex_broken, NULL, 0, false, false},
        {GOT_REGEX, RULE_REGEX_END, dollar, NULL, 0, false, false},
        {GOT_REGEX, RULE_REGEX_TEXT, regex_body, NULL, 0, false, false},
        {WANT_DIGEST, RULE_HEX, hex_digits, NULL, 0, false, false},
        {WANT_DIGEST, RULE_BASE64, base64, NULL, 0, false, false},
        {INITIAL, RULE_INCLUDE, NULL, "@include", TOKEN_INCLUDE, false, false},
        {INITIAL, RULE_INCLUDE, NULL, "@includedir", TOKEN_INCLUDEDIR, false, false},
        {INITIAL, RULE_HASH_INCLUDE, hash_include_file, NULL, TOKEN_INCLUDE, true, false},
        {INITIAL, RULE_HASH_INCLUDE, hash_include_directory, NULL, TOKEN_INCLUDEDIR, true, false},
        {INITIAL, RULE_DEFAULTS, defaults, NULL, 0, true, false},
        {INITIAL, RULE_ALIAS_KEYWORD, alias_keyword, NULL, 0, true, false},
        {SHARED, RULE_TOKEN, NULL, "NOPASSWD", TOKEN_TAGS + 2 * SUDOERS_NOPASSWD, false, true},
        {SHARED, RULE_TOKEN, NULL, "PASSWD", TOKEN_TAGS + 2 * SUDOERS_NOPASSWD + 1, false, true},
        {SHARED, RULE_TOKEN, NULL, "NOEXEC", TOKEN_TAGS + 2 * SUDOERS_NOEXEC, false, true},
        {SHARED, RULE_TOKEN, NULL, "EXEC", TOKEN_TAGS + 2 * SUDOERS_NOEXEC + 1, false, true},
        {SHARED, RULE_TOKEN, NULL, "INTERCEPT", TOKEN_TAGS + 2 * SUDOERS_INTERCEPT, false, true},
        {SHARED, RULE_TOKEN, NULL, "NOINTERCEPT", TOKEN_TAGS + 2 * SUDOERS_INTERCEPT + 1, false, true},
        {SHARED, RULE_TOKEN, NULL, "SETENV", TOKEN_TAGS + 2 * SUDOERS_SETENV, false, true},
        {SHARED, RULE_TOKEN, NULL, "NOSETENV", TOKEN_TAGS + 2 * SUDOERS_SETENV + 1, false, true},
        {SHARED, RULE_TOKEN, NULL, "LOG_OUTPUT", TOKEN_TAGS + 2 * SUDOERS_LOG_OUTPUT, false, true},
        {SHARED, RULE_TOKEN, NULL, "NOLOG_OUTPUT", TOKEN_TAGS + 2 * SUDOERS_LOG_OUTPUT + 1, false, true},
        {SHARED, RULE_TOKEN, NULL, "LOG_INPUT", TOKEN_TAGS + 2 * SUDOERS_LOG_INPUT, false, true},
        {SHARED, RULE_TOKEN, NULL, "NOLOG_INPUT", TOKEN_TAGS + 2 * SUDOERS_LOG_INPUT + 1, false, true},
        {SHARED, RULE_TOKEN, NULL, "MAIL", TOKEN_TAGS + 2 * SUDOERS_SEND_MAIL, false, true},
        {SHARED, RULE_TOKEN, NULL, "NOMAIL", TOKEN_TAGS + 2 * SUDOERS_SEND_MAIL + 1, false, true},
        {SHARED, RULE_TOKEN, NULL, "FOLLOW", TOKEN_TAGS + 2 * SUDOERS_FOLLOW, false, true},
        {SHARED, RULE_TOKEN, NULL, "NOFOLLOW", TOKEN_TAGS + 2 * SUDOERS_FOLLOW + 1, false, true},
        {INITIAL | GOT_DEFAULTS, RULE_EMPTY_GROUP, empty_group, NULL, 0, false, false},
        {SHARED, RULE_WORD, netgroup, NULL, TOKEN_NETGROUP, false, false},
        {SHARED, RULE_WORD, usergroup, NULL, TOKEN_USERGROUP, false, false},
        {SHARED, RULE_WORD, ipv4_network, NULL, TOKEN_ADDRESS, false, false},
        {SHARED, RULE_IPV6, ipv6_network, NULL, 0, false, false},
        {SHARED, RULE_TOKEN, NULL, "ALL", TOKEN_ALL, false, false},
        {INITIAL, RULE_OPTION, NULL, "TIMEOUT", TOKEN_TIMEOUT, false, false},
        {INITIAL, RULE_OPTION, NULL, "NOTBEFORE", TOKEN_NOTBEFORE, false, false},
        {INITIAL, RULE_OPTION, NULL, "NOTAFTER", TOKEN_NOTAFTER, false, false},
        {INITIAL, RULE_PATH_OPTION, NULL, "CWD", TOKEN_CWD, false, false},
        {INITIAL, RULE_PATH_OPTION, NULL, "CHROOT", TOKEN_CHROOT, false, false},
        {INITIAL, RULE_OPTION, NULL, "ROLE", TOKEN_ROLE, false, false},
        {INITIAL, RULE_OPTION, NULL, "TYPE", TOKEN_TYPE, false, false},
        {INITIAL, RULE_NEW_OPTION, NULL, "APPARMOR_PROFILE", TOKEN_APPARMOR, false, false},
        {INITIAL, RULE_NEW_OPTION, NULL, "PRIVS", TOKEN_PRIVS, false, false},
        {INITIAL, RULE_NEW_OPTION, NULL, "LIMITPRIVS", TOKEN_LIMITPRIVS, false, false},
        {SHARED, RULE_WORD, alias, NULL, TOKEN_ALIAS, false, false},
        {GOT_DEFAULTS, RULE_WHOLE_COMMAND, defaults_command, NULL, 0, false, false},
        {SHARED, RULE_DIGEST_KIND, NULL, "sha224", TOKEN_SHA224, false, false},
        {SHARED, RULE_DIGEST_KIND, NULL, "sha256", TOKEN_SHA256, false, false},
        {SHARED, RULE_DIGEST_KIND, NULL, "sha384", TOKEN_SHA384, false, false},
        {SHARED, RULE_DIGEST_KIND, NULL, "sha512", TOKEN_SHA512, false, false},
        {SHARED, RULE_COMMAND, NULL, "sudoedit", 0, false, false},
        {EXPECT_PATH, RULE_PATH_WORD, path_or_word, NULL, 0, false, false},
        {SHARED, RULE_COMMAND, path, NULL, 0, false, false},
        {SHARED, RULE_COMMAND, regex, NULL, 0, false, false},
        {INITIAL | EXPECT_PATH | GOT_DEFAULTS, RULE_STRING, quote, NULL, 0, false, false},
        {INITIAL | GOT_DEFAULTS, RULE_WORD, word_or_id, NULL, TOKEN_WORD, false, false},
        {GOT_INCLUDE, RULE_INCLUDE_WORD, include_word, NULL, 0, false, false},
        {GOT_INCLUDE, RULE_STRING, quote, NULL, 0, false, false},
        {SHARED, RULE_TOKEN, open_parenthesis, NULL, TOKEN_OPEN, false, false},
        {SHARED, RULE_TOKEN, close_parenthesis, NULL, TOKEN_CLOSE, false, false},
        {SHARED, RULE_TOKEN, comma, NULL, TOKEN_COMMA, false, false},
        {SHARED, RULE_TOKEN, equals, NULL, TOKEN_EQUALS, false, false},
        {SHARED, RULE_TOKEN, colon, NULL, TOKEN_COLON, false, false},
        {ANYWHERE, RULE_NOT, nots, NULL, 0, false, false},
        {ANYWHERE, RULE_NEWLINE, line_end, NULL, 0, false, false},
        {ANYWHERE, RULE_BLANKS, blanks, NULL, 0, false, false},
        {ANYWHERE, RULE_CONTINUES, continuation, NULL, 0, false, false},
        {INITIAL | START_DEFAULTS | IN_DEFAULTS, RULE_COMMENT, comment, NULL, 0, false, false},
        {ANYWHERE, RULE_NO_MATCH, any_character, NULL, 0, false, false},
        {0, RULE_NO_MATCH, nothing, NULL, 0, false, false},
};

static size_t tag(const char *s, const char *end, const char *text)
{
        size_t n = literal(s, end, text);

        if (n == 0)
                return 0;
        n += blanks(s + n, end);
        return s + n < end && s[n] == ':' ? n + 1 : 0;
}

enum sudoers_rule_id sudoers_longest(unsigned state, bool line_start, const char *s, const char *end, size_t *length,
                                     int *value)
{
        enum sudoers_rule_id best = RULE_NO_MATCH;
        size_t i;

        *length = 0;
        *value = 0;
        for (i = 0; i < ELEMENTS(rules); i++) {
                size_t n;

                if (!(rules[i].states & state) || (rules[i].at_line_start && !line_start))
                        continue;
                if (rules[i].tag)
                        n = tag(s, end, rules[i].text);
                else
                        n = rules[i].text ? literal(s, end, rules[i].text) : rules[i].match(s, end);
                if (n > *length) {
                        *length = n;
                        *value = rules[i].value;
                        best = rules[i].rule;
                }
        }
        return best;
}
