/* SPDX-License-Identifier: EUPL-1.2 */
/* Passwords of accounts: method, cost and state (crypt(5)), and how they age (shadow(5)). No hash enters the tree. */
#include <stdlib.h>
#include <time.h>

#include "base/memory.h"
#include "base/text.h"
#include "facts/accounts_internal.h"

#define DAY 86400

/* --- the field ---------------------------------------------------------------------------------------------------- */

/* What crypt(3) takes as rounds of sha256crypt and sha512crypt, and what they are where nothing is said (crypt(5)). */
#define ROUNDS_LEAST 1000
#define ROUNDS_MOST  999999999
#define ROUNDS       5000

static struct bio_node *rounds_node(struct tree *t, const struct password_field *password)
{
        static const char prefix[] = "rounds=";
        char digits[sizeof("999999999")];
        struct span cost = password->cost;
        uint64_t rounds;

        if (!streq(password->method, "sha256crypt") && !streq(password->method, "sha512crypt"))
                return tree_absent(t, "the method has none");
        if (cost.length == 0)
                return tree_note(tree_integer(t, ROUNDS), "not stated: the method's default");
        cost.bytes += strlen(prefix);
        cost.length -= strlen(prefix);
        if (cost.length == 0 || cost.length >= sizeof(digits) || *cost.bytes == '0')
                return tree_undecidable(t, "rounds that crypt(3) does not take");
        memcpy(digits, cost.bytes, cost.length);
        digits[cost.length] = '\0';
        if (parse_u64(digits, &rounds) < 0 || rounds < ROUNDS_LEAST || rounds > ROUNDS_MOST)
                return tree_undecidable(t, "rounds that crypt(3) does not take");
        return tree_integer(t, (int64_t)rounds);
}

static struct bio_node *field_node(struct tree *t, struct span field, const char *source, unsigned line)
{
        static const char *const states[] = {
                [PASSWORD_EMPTY] = "empty", [PASSWORD_LOCKED] = "locked", [PASSWORD_SET] = "set"};
        struct password_field password = password_field_read(field);
        struct bio_node *node = tree_from(tree_map(t), source, line, 0);

        tree_set(node, "state", tree_text(t, states[password.state]));
        tree_set(node, "usable", tree_bool(t, password.state == PASSWORD_SET && !password.matches_never));
        tree_set(node, "method",
                 password.method         ? tree_text(t, password.method)
                 : password.unknown_form ? tree_undecidable(t, "a hash of a form that is not known")
                                         : tree_absent(t, "no hash of a known form"));
        tree_set(node, "cost",
                 password.cost.length > 0 ? tree_bytes(t, password.cost.bytes, password.cost.length)
                                          : tree_absent(t, "not stated"));
        tree_set(node, "rounds", rounds_node(t, &password));
        return node;
}

/* passwd(5): `x` sends to shadow; anything else is the field itself. */
static bool is_shadowed(const struct passwd_line *user)
{
        return span_equals(user->password, "x", 1);
}

static struct bio_node *no_line(struct tree *t)
{
        return tree_from(tree_absent(t, "no line in %s", SHADOW), SHADOW, 0, 0);
}

struct bio_node *accounts_password_node(struct facts *f, const struct accounts *a, const struct passwd_line *user)
{
        const struct shadow_line *line;
        struct tree *t = facts_tree(f);

        if (!is_shadowed(user))
                return field_node(t, user->password, PASSWD, user->number);
        if (a->shadow->state != BIO_KNOWN)
                return fact_file_state(f, a->shadow);
        line = accounts_password(a, user->name);
        return line ? field_node(t, line->password, SHADOW, line->number) : no_line(t);
}

/* --- ages --------------------------------------------------------------------------------------------------------- */

static const struct {
        const char *name;
        const char *at; /* of a day: under what name its beginning stands; NULL: a number of days */
        const char *unset;
} ages[SHADOW_NUMBERS] = {
        [SHADOW_LAST_CHANGE] = {"last_change", "last_change_at", "not written"},
        [SHADOW_MINIMUM] = {"minimum", NULL, "none"},
        [SHADOW_MAXIMUM] = {"maximum", NULL, "none"},
        [SHADOW_WARNING] = {"warning", NULL, "none"},
        [SHADOW_INACTIVE] = {"inactive", NULL, "none"},
        [SHADOW_EXPIRES] = {"expires", "expires_at", "never"},
};

/* A day says its date. */
static void note_date(struct bio_node *node, int64_t day)
{
        time_t moment = (time_t)(day * DAY);
        struct tm tm;

        if (day > 0 && gmtime_r(&moment, &tm))
                (void)tree_note(node, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}

/* On day 0 nothing was changed, or expired: what it says is that a new password is wanted. */
static struct bio_node *moment_node(struct tree *t, enum shadow_number which, int64_t day)
{
        if (which == SHADOW_LAST_CHANGE && day == 0)
                return tree_absent(t, "a new password is asked for at the next login");
        if (day < 0)
                return tree_absent(t, "%s", day == SHADOW_UNSET ? ages[which].unset : "before the epoch");
        return tree_integer(t, day * DAY);
}

struct bio_node *accounts_ageing_node(struct facts *f, const struct accounts *a, const struct passwd_line *user)
{
        const struct shadow_line *line;
        struct tree *t = facts_tree(f);
        struct bio_node *node;
        size_t i;

        if (!is_shadowed(user))
                return tree_from(tree_absent(t, "a password in %s does not age", PASSWD), PASSWD, user->number, 0);
        if (a->shadow->state != BIO_KNOWN)
                return fact_file_state(f, a->shadow);
        line = accounts_password(a, user->name);
        if (!line)
                return no_line(t);
        node = tree_from(tree_map(t), SHADOW, line->number, 0);
        for (i = 0; i < SHADOW_NUMBERS; i++) {
                int32_t days = line->numbers[i];
                struct bio_node *number =
                        days == SHADOW_UNSET ? tree_absent(t, "%s", ages[i].unset) : tree_integer(t, days);

                (void)tree_set(node, ages[i].name, number);
                if (!ages[i].at)
                        continue;
                note_date(number, days);
                (void)tree_set(node, ages[i].at, moment_node(t, (enum shadow_number)i, days));
        }
        return node;
}

/* --- accounts.passwords ------------------------------------------------------------------------------------------- */

/* Of accounts with a password: beyond that the run would take more memory than it may. */
#define PASSWORDS_MOST 20000

struct answer {
        struct bio_node *passwords;
};

static bool has_password(const struct accounts *a, const struct passwd_line *user)
{
        struct password_field field = {.state = PASSWORD_LOCKED, .matches_never = true};
        const struct shadow_line *line;

        if (!is_shadowed(user)) {
                field = password_field_read(user->password);
        } else if (a->shadow->state == BIO_KNOWN) {
                line = accounts_password(a, user->name);
                if (line)
                        field = password_field_read(line->password);
        }
        return field.state == PASSWORD_EMPTY || field.method || field.unknown_form || !field.matches_never;
}

/* Lines that may be an account's password, and are not read. */
static void add_not_read(struct facts *f, const struct accounts *a, struct bio_node *list)
{
        size_t i;

        if (a->odd_password_line > 0)
                (void)tree_append(
                        list, tree_from(tree_undecidable(facts_tree(f), "a line with blanks in front and no newline"),
                                        SHADOW, a->odd_password_line, 0));
        for (i = 0; i < a->user_count && a->shadow->state == BIO_UNREADABLE; i++)
                if (is_shadowed(&a->users[i])) {
                        (void)tree_append(list, fact_file_state(f, a->shadow));
                        return;
                }
}

static void *passwords_make(struct facts *f)
{
        struct answer *answer = must_alloc(sizeof(*answer));
        const struct accounts *a = accounts_of(f);
        struct bio_node *list = accounts_list_or_state(f, a);
        struct tree *t = facts_tree(f);
        size_t i;

        answer->passwords = list;
        for (i = 0; i < a->user_count; i++) {
                struct bio_node *node;

                if (!has_password(a, &a->users[i]))
                        continue;
                if (tree_count(list) == PASSWORDS_MOST) {
                        (void)tree_append(list, tree_from(tree_undecidable(t, "more than %d accounts with a password",
                                                                           PASSWORDS_MOST),
                                                          PASSWD, a->users[i].number, 0));
                        break;
                }
                node = tree_from(tree_append(list, tree_map(t)), PASSWD, a->users[i].number, 0);
                (void)tree_set(node, "name", tree_class(span_node(t, a->users[i].name), BIO_PERSONAL));
                (void)tree_set(node, "password", accounts_password_node(f, a, &a->users[i]));
                (void)tree_set(node, "ageing", accounts_ageing_node(f, a, &a->users[i]));
        }
        if (tree_state(list) == BIO_KNOWN)
                add_not_read(f, a, accounts_with_odd_lines(f, a, list));
        return answer;
}

const struct bio_node *accounts_passwords(struct facts *f)
{
        const struct answer *answer = facts_keep(f, passwords_make, free);

        return answer->passwords;
}
