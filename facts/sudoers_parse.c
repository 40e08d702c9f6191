/* SPDX-License-Identifier: EUPL-1.2 */
/* The grammar of sudoers, and what is left of a line with an error in it (gram.y of sudo).
 *
 * An entry that does not parse is passed over to the end of its line. Aliases that stand in front of the error in such
 * a line are defined all the same; of a rule's parts between colons, those in front of one that ends at the error. */
#include "facts/sudoers.h"

#include <string.h>

#include "base/cleanup.h"
#include "facts/sudoers_lex.h"

struct parser {
        struct sudoers *s;
        struct sudoers_lex lex;
        enum sudoers_token token; /* looked at and not taken */
        bool looked;
};

void sudoers_cannot_tell(struct sudoers *s, const char *file, unsigned line, const char *why)
{
        if (s->undecidable)
                return;
        s->undecidable = why;
        s->undecidable_file = file;
        s->undecidable_line = line;
}

void sudoers_note(struct sudoers *s, const char *file, unsigned line, const char *text)
{
        struct sudoers_note *note = arena_alloc(&s->arena, sizeof(*note));

        *note = (struct sudoers_note){.text = text, .file = file, .line = line};
        if (s->last_note)
                s->last_note->next = note;
        else
                s->notes = note;
        s->last_note = note;
}

const char *sudoers_copy(struct sudoers *s, const char *bytes, size_t length)
{
        return arena_copy(&s->arena, bytes, length);
}

/* --- words -------------------------------------------------------------------------------------------------------- */

static enum sudoers_token look(struct parser *p)
{
        if (!p->looked)
                p->token = p->s->undecidable ? TOKEN_END : sudoers_next(&p->lex);
        p->looked = true;
        return p->token;
}

static bool take(struct parser *p, enum sudoers_token token)
{
        if (look(p) != token)
                return false;
        p->looked = false;
        return true;
}

static const char *text_of(struct parser *p)
{
        return sudoers_copy(p->s, text_string(&p->lex.text), p->lex.text.length);
}

/* A word's text, as far as a NUL: the text is one of C. */
static bool take_text(struct parser *p, enum sudoers_token token, const char **ret)
{
        if (look(p) != token)
                return false;
        *ret = text_of(p);
        p->looked = false;
        return true;
}

static void complain(struct parser *p, const char *why)
{
        sudoers_note(p->s, p->lex.file, p->lex.line, why ? why : p->lex.why ? p->lex.why : "syntax error");
}

/* Over the rest of the line, the word at hand included. False at the end of all files: then sudo gives up. */
static bool skip_line(struct parser *p)
{
        while (!take(p, TOKEN_NEWLINE)) {
                if (look(p) == TOKEN_END) {
                        if (!p->s->undecidable) {
                                p->s->refuses = "an entry goes on behind the end of the file";
                                p->s->refuses_file = p->lex.file;
                                p->s->refuses_line = p->lex.line;
                        }
                        return false;
                }
                p->looked = false;
        }
        return true;
}

static bool recover(struct parser *p)
{
        complain(p, NULL);
        return skip_line(p);
}

/* --- lists -------------------------------------------------------------------------------------------------------- */

static struct sudoers_member *new_member(struct parser *p, enum sudoers_member_type type, const char *name)
{
        struct sudoers_member *m = arena_alloc(&p->s->arena, sizeof(*m));

        if (++p->s->items > SUDOERS_ITEMS_MOST)
                sudoers_cannot_tell(p->s, p->lex.file, p->lex.line, "more words than this version reads");
        *m = (struct sudoers_member){.type = type, .name = name, .file = p->lex.file, .line = p->lex.line};
        return m;
}

static void append(struct sudoers_list *list, struct sudoers_member *m)
{
        m->previous = list->last;
        if (list->last)
                list->last->next = m;
        else
                list->first = m;
        list->last = m;
        list->count++;
}

/* What may stand in which list. */
static enum sudoers_member_type type_of(enum sudoers_kind kind, bool groups, enum sudoers_token token, bool *fits)
{
        *fits = true;
        switch (token) {
        case TOKEN_ALL:
                return SUDOERS_ALL;
        case TOKEN_ALIAS:
                return SUDOERS_ALIAS;
        case TOKEN_WORD:
                return SUDOERS_WORD;
        case TOKEN_NETGROUP:
                *fits = !groups;
                return SUDOERS_NETGROUP;
        case TOKEN_USERGROUP:
                *fits = kind != SUDOERS_HOSTS && !groups;
                return SUDOERS_USERGROUP;
        case TOKEN_ADDRESS:
                *fits = kind == SUDOERS_HOSTS;
                return SUDOERS_ADDRESS;
        default:
                *fits = false;
                return SUDOERS_WORD;
        }
}

static bool parse_member(struct parser *p, enum sudoers_kind kind, bool groups, struct sudoers_list *list)
{
        const bool negated = take(p, TOKEN_NOT);
        struct sudoers_member *m;
        bool fits;
        enum sudoers_member_type type = type_of(kind, groups, look(p), &fits);

        if (!fits)
                return false;
        m = new_member(p, type, type == SUDOERS_ALL ? NULL : text_of(p));
        m->negated = negated;
        p->looked = false;
        append(list, m);
        return true;
}

#define DIGESTS_MOST 64

/* "sha256:… , sha512:… ": what the file must hash to. */
static bool parse_digests(struct parser *p, const char **ret)
{
        static const char *const names[] = {"sha224", "sha256", "sha384", "sha512"};
        _cleanup_text_ struct text text = {0};
        size_t count = 0;

        do {
                enum sudoers_token kind = look(p);
                const char *digest;

                if (kind < TOKEN_SHA224 || kind > TOKEN_SHA512 || ++count > DIGESTS_MOST)
                        return false;
                p->looked = false;
                if (!take(p, TOKEN_COLON) || !take_text(p, TOKEN_DIGEST, &digest))
                        return false;
                if (text.length > 0)
                        text_add_char(&text, ',');
                text_printf(&text, "%s:%s", names[kind - TOKEN_SHA224], digest);
        } while (take(p, TOKEN_COMMA));
        *ret = sudoers_copy(p->s, text_string(&text), text.length);
        return true;
}

#define PATH_LONGEST 4095

static struct sudoers_member *parse_plain_command(struct parser *p)
{
        enum sudoers_token token = look(p);
        struct sudoers_member *m;

        switch (token) {
        case TOKEN_ALL:
                m = new_member(p, SUDOERS_ALL, NULL);
                break;
        case TOKEN_ALIAS:
                m = new_member(p, SUDOERS_ALIAS, text_of(p));
                break;
        case TOKEN_COMMAND:
                m = new_member(p, SUDOERS_COMMAND, text_of(p));
                if (p->lex.has_arguments)
                        m->arguments = sudoers_copy(p->s, text_string(&p->lex.arguments), p->lex.arguments.length);
                if (strlen(m->name) > PATH_LONGEST)
                        m = NULL;
                break;
        case TOKEN_WORD:
                m = streq(text_string(&p->lex.text), "list") ? new_member(p, SUDOERS_COMMAND, "list") : NULL;
                break;
        default:
                return NULL;
        }
        p->looked = false;
        if (!m)
                p->lex.why = "expected a path from the root";
        return m;
}

static struct sudoers_member *parse_command(struct parser *p)
{
        const char *digests = NULL;
        struct sudoers_member *m;
        bool negated;

        if (look(p) >= TOKEN_SHA224 && look(p) <= TOKEN_SHA512 && !parse_digests(p, &digests))
                return NULL;
        negated = take(p, TOKEN_NOT);
        m = parse_plain_command(p);
        if (!m)
                return NULL;
        if (digests && m->type == SUDOERS_ALIAS) {
                p->lex.why = "a digest needs a path";
                return NULL;
        }
        m->negated = negated;
        m->digests = digests;
        return m;
}

static bool parse_list(struct parser *p, enum sudoers_kind kind, bool groups, struct sudoers_list *list)
{
        do {
                struct sudoers_member *m;

                if (kind != SUDOERS_COMMANDS) {
                        if (!parse_member(p, kind, groups, list))
                                return false;
                        continue;
                }
                m = parse_command(p);
                if (!m)
                        return false;
                append(list, m);
        } while (take(p, TOKEN_COMMA));
        return true;
}

/* --- rules -------------------------------------------------------------------------------------------------------- */

static struct sudoers_list *myself(struct parser *p)
{
        struct sudoers_list *list = arena_alloc(&p->s->arena, sizeof(*list));

        append(list, new_member(p, SUDOERS_MYSELF, NULL));
        return list;
}

static struct sudoers_list *new_list(struct parser *p)
{
        return arena_alloc(&p->s->arena, sizeof(struct sudoers_list));
}

/* "(users : groups)", behind the parenthesis. */
static bool parse_run_as(struct parser *p, struct sudoers_command *c)
{
        struct sudoers_list *users = new_list(p), *groups = new_list(p);

        if (take(p, TOKEN_CLOSE)) {
                c->users = myself(p);
                return true;
        }
        if (look(p) != TOKEN_COLON) {
                if (!parse_list(p, SUDOERS_RUNAS, false, users))
                        return false;
                c->users = users;
                if (take(p, TOKEN_CLOSE))
                        return true;
                if (!take(p, TOKEN_COLON) || !parse_list(p, SUDOERS_RUNAS, true, groups))
                        return false;
                c->groups = groups;
                return take(p, TOKEN_CLOSE);
        }
        p->looked = false;
        if (take(p, TOKEN_CLOSE)) {
                c->users = myself(p);
                return true;
        }
        /* 1.9.13 leaves the users out; since then it is the user himself. */
        if (p->s->version != SUDO_1_9_13)
                c->users = myself(p);
        if (!parse_list(p, SUDOERS_RUNAS, true, groups))
                return false;
        c->groups = groups;
        return take(p, TOKEN_CLOSE);
}

static bool option_value_fits(enum sudoers_option option, const char *value)
{
        int64_t moment;
        bool local;

        switch (option) {
        case SUDOERS_CWD:
        case SUDOERS_CHROOT:
                return (*value == '/' || *value == '~' || streq(value, "*")) && strlen(value) <= PATH_LONGEST;
        case SUDOERS_NOTBEFORE:
        case SUDOERS_NOTAFTER:
                return sudoers_moment(value, &moment, &local);
        case SUDOERS_TIMEOUT:
                return sudoers_duration(value) >= 0;
        default:
                return true;
        }
}

static bool parse_options(struct parser *p, struct sudoers_command *c)
{
        while (look(p) >= TOKEN_CWD && look(p) < TOKEN_CWD + SUDOERS_OPTIONS) {
                const enum sudoers_option option = (enum sudoers_option)(look(p) - TOKEN_CWD);
                const char *value;

                p->looked = false;
                if (!take(p, TOKEN_EQUALS) || !take_text(p, TOKEN_WORD, &value))
                        return false;
                if (!option_value_fits(option, value)) {
                        p->lex.why = "a value that does not fit its option";
                        return false;
                }
                c->options[option] = value;
        }
        return true;
}

static void carry_over(struct sudoers_command *c, const struct sudoers_command *from)
{
        size_t i;

        for (i = 0; i < SUDOERS_TAGS; i++)
                if (c->tags[i] == SUDOERS_UNSET && !(i == SUDOERS_SETENV && from->tags[i] == 2))
                        c->tags[i] = from->tags[i];
        for (i = 0; i < SUDOERS_OPTIONS; i++) {
                static const enum sudoers_option pairs[SUDOERS_OPTIONS] = {
                        [SUDOERS_CWD] = SUDOERS_CWD,           [SUDOERS_CHROOT] = SUDOERS_CHROOT,
                        [SUDOERS_ROLE] = SUDOERS_TYPE,         [SUDOERS_TYPE] = SUDOERS_ROLE,
                        [SUDOERS_APPARMOR] = SUDOERS_APPARMOR, [SUDOERS_PRIVS] = SUDOERS_LIMITPRIVS,
                        [SUDOERS_LIMITPRIVS] = SUDOERS_PRIVS,  [SUDOERS_NOTBEFORE] = SUDOERS_NOTBEFORE,
                        [SUDOERS_NOTAFTER] = SUDOERS_NOTAFTER, [SUDOERS_TIMEOUT] = SUDOERS_TIMEOUT,
                };
                /* Role and type, and the two sets of privileges, come over together or not at all. */
                if (!c->options[i] && (!c->options[pairs[i]] || c->options[pairs[i]] == from->options[pairs[i]]))
                        c->options[i] = from->options[i];
        }
        if (!c->users && !c->groups) {
                c->users = from->users;
                c->groups = from->groups;
        }
}

static struct sudoers_command *parse_granted(struct parser *p, const struct sudoers_command *before)
{
        struct sudoers_command *c = arena_alloc(&p->s->arena, sizeof(*c));
        size_t i;

        for (i = 0; i < SUDOERS_TAGS; i++)
                c->tags[i] = SUDOERS_UNSET;
        if (take(p, TOKEN_OPEN) && !parse_run_as(p, c))
                return NULL;
        if (!parse_options(p, c))
                return NULL;
        while (look(p) >= TOKEN_TAGS && look(p) < TOKEN_TAGS_END) {
                c->tags[(look(p) - TOKEN_TAGS) / 2] = (look(p) - TOKEN_TAGS) % 2 == 0;
                p->looked = false;
        }
        c->member = parse_command(p);
        if (!c->member)
                return NULL;
        if (c->member->type == SUDOERS_ALL && !c->member->negated && c->tags[SUDOERS_SETENV] == SUDOERS_UNSET)
                c->tags[SUDOERS_SETENV] = 2;
        if (before)
                carry_over(c, before);
        return c;
}

static struct sudoers_privilege *parse_privilege(struct parser *p)
{
        struct sudoers_privilege *privilege = arena_alloc(&p->s->arena, sizeof(*privilege));

        if (!parse_list(p, SUDOERS_HOSTS, false, &privilege->hosts) || !take(p, TOKEN_EQUALS))
                return NULL;
        do {
                struct sudoers_command *c = parse_granted(p, privilege->last);

                if (!c)
                        return NULL;
                c->previous = privilege->last;
                if (privilege->last)
                        privilege->last->next = c;
                else
                        privilege->first = c;
                privilege->last = c;
        } while (take(p, TOKEN_COMMA));
        return privilege;
}

static void add_privilege(struct sudoers_rule *rule, struct sudoers_privilege *privilege)
{
        privilege->previous = rule->last;
        if (rule->last)
                rule->last->next = privilege;
        else
                rule->first = privilege;
        rule->last = privilege;
}

static bool parse_rule(struct parser *p)
{
        struct sudoers_rule *rule = arena_alloc(&p->s->arena, sizeof(*rule));
        struct sudoers_privilege *privilege;

        (void)look(p);
        rule->file = p->lex.file;
        rule->line = p->lex.line;
        if (!parse_list(p, SUDOERS_USERS, false, &rule->users))
                return recover(p);
        privilege = parse_privilege(p);
        if (!privilege)
                return recover(p);
        add_privilege(rule, privilege);
        while (!take(p, TOKEN_NEWLINE)) {
                if (!take(p, TOKEN_COLON))
                        return recover(p);
                privilege = parse_privilege(p);
                if (privilege)
                        add_privilege(rule, privilege);
                else
                        complain(p, NULL);
        }
        rule->previous = p->s->last_rule;
        if (p->s->last_rule)
                p->s->last_rule->next = rule;
        else
                p->s->first_rule = rule;
        p->s->last_rule = rule;
        return true;
}

/* --- aliases and defaults ----------------------------------------------------------------------------------------- */

static size_t bucket_of(const char *name)
{
        size_t hash = 5381;

        for (; *name; name++)
                hash = hash * 33 + (unsigned char)*name;
        return hash % SUDOERS_BUCKETS;
}

struct sudoers_alias *sudoers_alias_find(const struct sudoers *s, enum sudoers_kind kind, const char *name)
{
        struct sudoers_alias *a;

        for (a = s->buckets[bucket_of(name)]; a; a = a->chain)
                if (a->kind == kind && streq(a->name, name))
                        return a;
        return NULL;
}

static bool add_alias(struct parser *p, struct sudoers_alias *alias)
{
        struct sudoers_alias **bucket = &p->s->buckets[bucket_of(alias->name)];

        if (sudoers_alias_find(p->s, alias->kind, alias->name)) {
                p->lex.why = "an alias that is defined already";
                return false;
        }
        alias->chain = *bucket;
        *bucket = alias;
        if (p->s->last_alias)
                p->s->last_alias->next = alias;
        else
                p->s->aliases = alias;
        p->s->last_alias = alias;
        return true;
}

static bool parse_aliases(struct parser *p, enum sudoers_kind kind)
{
        p->looked = false;
        do {
                struct sudoers_alias *alias = arena_alloc(&p->s->arena, sizeof(*alias));

                alias->kind = kind;
                if (!take_text(p, TOKEN_ALIAS, &alias->name))
                        return recover(p);
                alias->file = p->lex.file;
                alias->line = p->lex.line;
                if (!take(p, TOKEN_EQUALS) || !parse_list(p, kind, false, &alias->members))
                        return recover(p);
                (void)look(p);
                if (!add_alias(p, alias))
                        return recover(p);
        } while (take(p, TOKEN_COLON));
        return take(p, TOKEN_NEWLINE) || recover(p);
}

static struct sudoers_default *parse_default(struct parser *p)
{
        static const struct {
                enum sudoers_token token;
                char operator;
        } operators[] = {{TOKEN_EQUALS, '='}, {TOKEN_PLUS, '+'}, {TOKEN_MINUS, '-'}};
        struct sudoers_default *d = arena_alloc(&p->s->arena, sizeof(*d));
        size_t i;

        d->operator= take(p, TOKEN_NOT) ? '!' : '=';
        if (!take_text(p, TOKEN_VARIABLE, &d->name))
                return NULL;
        d->file = p->lex.file;
        d->line = p->lex.line;
        for (i = 0; d->operator!= '!' && i<ELEMENTS(operators); i++) {
                if (!take(p, operators[i].token))
                        continue;
                d->operator= operators[i].operator;
                return take_text(p, TOKEN_WORD, &d->value) ? d : NULL;
        }
        return d;
}

static bool parse_defaults(struct parser *p, enum sudoers_kind kind)
{
        struct sudoers_list *members = new_list(p);
        struct sudoers_default *first = NULL, *last = NULL;

        p->looked = false;
        if (kind != SUDOERS_EVERYWHERE && !parse_list(p, kind, false, members))
                return recover(p);
        do {
                struct sudoers_default *d = parse_default(p);

                if (!d)
                        return recover(p);
                d->scope = kind;
                d->members = members;
                if (last)
                        last->next = d;
                else
                        first = d;
                last = d;
        } while (take(p, TOKEN_COMMA));
        if (!take(p, TOKEN_NEWLINE))
                return recover(p);
        if (p->s->last_default)
                p->s->last_default->next = first;
        else
                p->s->defaults = first;
        p->s->last_default = last;
        return true;
}

/* --- entries ------------------------------------------------------------------------------------------------------ */

static bool parse_include(struct parser *p, bool directory)
{
        const unsigned line = p->lex.line;
        const char *name;

        p->looked = false;
        if (!take_text(p, TOKEN_WORD, &name))
                return recover(p);
        if (!take(p, TOKEN_NEWLINE) && !recover(p))
                return false;
        if (!p->s->undecidable)
                sudoers_include(&p->lex, name, directory, line);
        return true;
}

/* False at the end. */
static bool parse_entry(struct parser *p)
{
        switch (look(p)) {
        case TOKEN_END:
                return false;
        case TOKEN_NEWLINE:
                p->looked = false;
                return true;
        case TOKEN_INCLUDE:
                return parse_include(p, false);
        case TOKEN_INCLUDEDIR:
                return parse_include(p, true);
        case TOKEN_DEFAULTS:
                return parse_defaults(p, SUDOERS_EVERYWHERE);
        case TOKEN_DEFAULTS_USER:
                return parse_defaults(p, SUDOERS_USERS);
        case TOKEN_DEFAULTS_RUNAS:
                return parse_defaults(p, SUDOERS_RUNAS);
        case TOKEN_DEFAULTS_HOST:
                return parse_defaults(p, SUDOERS_HOSTS);
        case TOKEN_DEFAULTS_COMMAND:
                return parse_defaults(p, SUDOERS_COMMANDS);
        case TOKEN_USER_ALIAS:
                return parse_aliases(p, SUDOERS_USERS);
        case TOKEN_RUNAS_ALIAS:
                return parse_aliases(p, SUDOERS_RUNAS);
        case TOKEN_HOST_ALIAS:
                return parse_aliases(p, SUDOERS_HOSTS);
        case TOKEN_COMMAND_ALIAS:
                return parse_aliases(p, SUDOERS_COMMANDS);
        default:
                return parse_rule(p);
        }
}

void sudoers_read(struct sudoers *s, enum sudoers_version version, const struct sudoers_host *host, const char *path)
{
        struct parser p = {.s = s, .lex = {.sudoers = s, .state = 1, .previous_state = 1}};

        *s = (struct sudoers){.version = version, .host = host};
        if (sudoers_begin(&p.lex, sudoers_copy(s, path, strlen(path))))
                while (parse_entry(&p))
                        ;
        text_free(&p.lex.text);
        text_free(&p.lex.arguments);
}

void sudoers_free(struct sudoers *s)
{
        arena_free(&s->arena);
}
