/* SPDX-License-Identifier: EUPL-1.2 */
/* The order of `ls -v` (coreutils, "Version sort ordering rules"): names are compared piece by piece, what is no digit
 * by character, digits by value; a suffix such as `.rules` counts only between names that are else the same. */
#include <stdbool.h>
#include <string.h>

#include "facts/audit_internal.h"

static bool is_digit(char c)
{
        return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Rank of the character at a place: `~`, the end, digits, letters, all else. */
static int rank(const char *s, size_t length, size_t at)
{
        if (at == length)
                return -1;
        if (is_digit(s[at]))
                return 0;
        if (is_letter(s[at]))
                return s[at];
        return s[at] == '~' ? -2 : (unsigned char)s[at] + 256;
}

static size_t run(const char *s, size_t length, size_t at, bool zeros)
{
        size_t start = at;

        while (at < length && (zeros ? s[at] == '0' : is_digit(s[at])))
                at++;
        return at - start;
}

static int compare_pieces(const char *a, size_t a_length, const char *b, size_t b_length)
{
        size_t i = 0, j = 0;

        while (i < a_length || j < b_length) {
                size_t a_digits, b_digits;
                int difference;

                while ((i < a_length && !is_digit(a[i])) || (j < b_length && !is_digit(b[j]))) {
                        difference = rank(a, a_length, i) - rank(b, b_length, j);
                        if (difference != 0)
                                return difference;
                        i++;
                        j++;
                }
                i += run(a, a_length, i, true);
                j += run(b, b_length, j, true);
                a_digits = run(a, a_length, i, false);
                b_digits = run(b, b_length, j, false);
                if (a_digits != b_digits)
                        return a_digits < b_digits ? -1 : 1;
                difference = a_digits > 0 ? memcmp(a + i, b + j, a_digits) : 0;
                if (difference != 0)
                        return difference;
                i += a_digits;
                j += b_digits;
        }
        return 0;
}

/* Length without suffixes: dots, each with a letter or `~` and then letters, digits, `~`. */
static size_t prefix_length(const char *s)
{
        size_t prefix = 0, i = 0;

        while (s[i]) {
                prefix = ++i;
                while (s[i] == '.' && (is_letter(s[i + 1]) || s[i + 1] == '~')) {
                        i += 2;
                        while (is_letter(s[i]) || is_digit(s[i]) || s[i] == '~')
                                i++;
                }
                if (s[i])
                        prefix = i;
        }
        return prefix;
}

int version_compare(const char *a, const char *b)
{
        size_t a_prefix = prefix_length(a), b_prefix = prefix_length(b);
        int r = compare_pieces(a, a_prefix, b, b_prefix);

        if (r == 0)
                r = compare_pieces(a, strlen(a), b, strlen(b));
        return r != 0 ? r : strcmp(a, b);
}
