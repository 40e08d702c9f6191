/* SPDX-License-Identifier: EUPL-1.2 */
/* All that can be in force for a connection of which only some is known. */
#include "facts/sshd_scopes.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#include "base/memory.h"
#include "base/text.h"
#include "facts/sshd_admission.h"
#include "facts/sshd_candidates.h"
#include "facts/sshd_internal.h"

#define NETWORKS_MOST      100
#define PATTERN_BYTES_MOST ((size_t)64 * 1024 * 1024) /* held against values, over all worlds */
#define NAME_MOST          200                        /* bytes of one block in the name of a scope */

/* One thing that Match looks at, and what it may be. */
struct dimension {
        enum sshd_attribute attribute;
        const char *const *values; /* NULL: not looked at, or not said */
        size_t count;              /* at least 1 */
        const unsigned *ports;     /* of LocalPort, instead of values */
        size_t people;             /* of User: how many values, at the end, are accounts of the host */
};

#define DIMENSIONS_MOST  7
#define ASSUMPTIONS_MOST 16

struct finding {
        struct sshd_config *c;
        const struct sshd_question *question;
        struct dimension dimensions[DIMENSIONS_MOST];
        size_t dimension_count;
        struct sshd_assumption assumptions[ASSUMPTIONS_MOST];
        size_t assumption_count;
        bool host_is_address;
        bool admission;         /* asked, and there is something to ask */
        bool admission_unknown; /* the lists look at more than is tried */
        const char *undecidable;
        bool *relevant;  /* [blocks]: something that was asked for is set there */
        bool *looked_at; /* [blocks]: whether it applies is open, and matters for a relevant one */

        /* What was found: which blocks apply, each set of them once. */
        bool **sets;
        struct sshd_connection *connections;
        size_t set_count, sets_allocated, connections_allocated;
        bool *uncertain;          /* [blocks] */
        size_t *uncertain_counts; /* [sets] */
        bool *admits;             /* [sets]: somebody gets in */
        size_t admits_allocated;
        struct sshd_values *values; /* of the last set that was looked at */
        size_t values_of;
};

static void *keep(struct finding *f, size_t size)
{
        return arena_alloc(&f->c->arena, size);
}

/* The lists of an attribute's criteria, each once. */
static size_t lists_of(struct finding *f, enum sshd_attribute attribute, const char *const **ret)
{
        const char **lists = NULL;
        size_t allocated = 0, count = 0, b, i, k;

        for (b = 1; b < f->c->block_count; b++)
                for (i = 0; f->looked_at[b] && i < f->c->blocks[b].count; i++) {
                        const struct sshd_criterion *criterion = &f->c->blocks[b].criteria[i];

                        if (criterion->attribute != attribute)
                                continue;
                        for (k = 0; k < count && !streq(lists[k], criterion->pattern); k++)
                                ;
                        if (k < count)
                                continue;
                        lists = sshd_grow(&f->c->arena, lists, &allocated, count + 1, sizeof(*lists));
                        lists[count++] = criterion->pattern;
                }
        *ret = lists;
        return count;
}

/* The same, with what AllowUsers and DenyUsers look at. */
static size_t lists_with_admission(struct finding *f, enum sshd_attribute attribute, const char *const **ret)
{
        const char *const *lists, *const *parts, **both;
        size_t count = lists_of(f, attribute, &lists), more = 0;

        if (f->admission)
                more = sshd_admission_parts(f->c, attribute != SSHD_MATCH_USER, &parts);
        both = keep(f, (count + more + 1) * sizeof(*both));
        if (count > 0)
                memcpy(both, lists, count * sizeof(*both));
        if (more > 0)
                memcpy(both + count, parts, more * sizeof(*both));
        *ret = both;
        return count + more;
}

static void assume(struct finding *f, enum sshd_attribute attribute, const char *pattern)
{
        if (f->assumption_count == ASSUMPTIONS_MOST) {
                f->undecidable = "Match looks at more that cannot be told than is tried";
                return;
        }
        f->assumptions[f->assumption_count++] = (struct sshd_assumption){attribute, pattern, false};
}

static void assume_all(struct finding *f, enum sshd_attribute attribute)
{
        const char *const *lists;
        size_t count = lists_of(f, attribute, &lists), i;

        for (i = 0; i < count; i++)
                assume(f, attribute, lists[i]);
}

static void add_dimension(struct finding *f, enum sshd_attribute attribute, const char *const *values, size_t count)
{
        f->dimensions[f->dimension_count++] = (struct dimension){attribute, values, count, NULL, 0};
}

static void add_known(struct finding *f, enum sshd_attribute attribute, const char *value)
{
        const char **values = keep(f, sizeof(*values));

        values[0] = value;
        add_dimension(f, attribute, values, 1);
}

/* Names: of users, hosts, routing domains. */
static void add_names(struct finding *f, enum sshd_attribute attribute, const char *known)
{
        const char *const *lists, *const *names;
        size_t count, names_count;

        if (known) {
                add_known(f, attribute, known);
                return;
        }
        count = attribute == SSHD_MATCH_HOST ? lists_with_admission(f, attribute, &lists)
                                             : lists_of(f, attribute, &lists);
        if (count == 0)
                return;
        if (sshd_names_telling_apart(&f->c->arena, lists, count, attribute == SSHD_MATCH_HOST, &names, &names_count)) {
                add_dimension(f, attribute, names, names_count);
                return;
        }
        /* The criteria are taken as they come; the name itself stands for none of them. */
        f->admission_unknown |= attribute == SSHD_MATCH_HOST;
        add_known(f, attribute, "");
        assume_all(f, attribute);
}

static bool network_of_prefix(const char *entry, struct sshd_address *ret)
{
        /* 10.* and 192.168.* are networks in another spelling. */
        unsigned part = 0, parts = 0, digits = 0;
        const char *p;

        *ret = (struct sshd_address){.family = AF_INET};
        for (p = entry; *p && *p != '*'; p++) {
                if (*p >= '0' && *p <= '9' && digits < 3 && !(digits > 0 && part == 0)) {
                        part = part * 10 + (unsigned)(*p - '0');
                        digits++;
                } else if (*p == '.' && digits > 0 && parts < 3 && part <= 255) {
                        ret->bytes[parts++] = (unsigned char)part;
                        part = digits = 0;
                } else {
                        return false;
                }
        }
        ret->bits = parts * 8;
        return parts > 0 && digits == 0 && streq(p, "*");
}

/* One entry of a list about addresses, of the text of an address where `text`. True where it is (or needs no) network.
 */
static bool network_of_entry(const char *entry, bool text, struct sshd_address *ret)
{
        ret->family = AF_UNSPEC;
        if (!*entry || streq(entry, "*") || network_of_prefix(entry, ret))
                return true;
        if (sshd_address_parse(entry, !text, ret) == 0)
                return true;
        ret->family = AF_UNSPEC;
        /* A pattern of text. With letters beside those of hexadecimal digits it is about names, and no address. */
        return entry[strspn(entry, "0123456789abcdefABCDEF.:%*?")] != '\0' || !entry[strcspn(entry, "*?")];
}

/* Collects the networks that a list names; false where some entry is none. */
static bool add_networks(const char *list, bool text, struct sshd_address *networks, size_t *count)
{
        _cleanup_text_ struct text entry = {0};

        for (;; list++) {
                size_t length = strcspn(list, ",");
                bool negated = *list == '!';

                text_clear(&entry);
                text_append(&entry, list + negated, length - negated);
                if (*count == NETWORKS_MOST || !network_of_entry(text_string(&entry), text, &networks[*count]))
                        return false;
                if (networks[*count].family != AF_UNSPEC)
                        (*count)++;
                list += length;
                if (!*list)
                        return true;
        }
}

/* The networks that the hosts of AllowUsers and DenyUsers name; each is held against the text of an address too. */
static void collect_admission_networks(struct finding *f, struct sshd_address *networks, size_t *count)
{
        const char *const *parts;
        size_t n = sshd_admission_parts(f->c, true, &parts), i;

        for (i = 0; i < n; i++)
                f->admission_unknown |= !add_networks(parts[i], false, networks, count);
}

static void collect_networks(struct finding *f, enum sshd_attribute attribute, struct sshd_address *networks,
                             size_t *count)
{
        const char *const *lists;
        size_t n = lists_of(f, attribute, &lists), i;

        for (i = 0; i < n; i++) {
                size_t before = *count;

                if (!add_networks(lists[i], attribute == SSHD_MATCH_HOST, networks, count)) {
                        *count = before;
                        assume(f, attribute, lists[i]);
                }
        }
}

static void add_addresses(struct finding *f, enum sshd_attribute attribute, const char *known)
{
        struct sshd_address networks[NETWORKS_MOST];
        const char *const *lists, *const *values;
        size_t count = 0, value_count;
        bool with_host = attribute == SSHD_MATCH_ADDRESS && f->host_is_address;
        bool with_admission = attribute == SSHD_MATCH_ADDRESS && f->admission;

        if (known) {
                add_known(f, attribute, known);
                return;
        }
        if (lists_of(f, attribute, &lists) == 0 && !(with_host && lists_of(f, SSHD_MATCH_HOST, &lists) > 0) &&
            !(with_admission && sshd_admission_parts(f->c, true, &lists) > 0))
                return;
        if (with_admission)
                collect_admission_networks(f, networks, &count);
        collect_networks(f, attribute, networks, &count);
        if (with_host)
                collect_networks(f, SSHD_MATCH_HOST, networks, &count);
        sshd_addresses_telling_apart(&f->c->arena, networks, count, &values, &value_count);
        add_dimension(f, attribute, values, value_count);
}

static void add_ports(struct finding *f)
{
        const char *const *lists;
        size_t n = lists_of(f, SSHD_MATCH_LOCAL_PORT, &lists), count = 0, b, i, k;
        unsigned *ports = keep(f, (n + 1) * sizeof(*ports)), other = 1;

        if (f->question->local_port >= 0) {
                ports[count++] = (unsigned)f->question->local_port;
        } else if (n > 0) {
                for (b = 1; b < f->c->block_count; b++)
                        for (i = 0; f->looked_at[b] && i < f->c->blocks[b].count; i++) {
                                const struct sshd_criterion *criterion = &f->c->blocks[b].criteria[i];

                                if (criterion->attribute != SSHD_MATCH_LOCAL_PORT)
                                        continue;
                                for (k = 0; k < count && ports[k] != criterion->port; k++)
                                        ;
                                if (k == count && count < n)
                                        ports[count++] = criterion->port;
                        }
                for (k = 0; k < count; k++)
                        if (ports[k] == other) {
                                other++;
                                k = (size_t)-1;
                        }
                ports[count++] = other;
        } else {
                return;
        }
        f->dimensions[f->dimension_count++] = (struct dimension){SSHD_MATCH_LOCAL_PORT, NULL, count, ports, 0};
}

/* Names that tell Match apart, and what strangers may be called for the lists; behind them the accounts of the host. */
static void add_people(struct finding *f)
{
        const struct sshd_question *q = f->question;
        const char *const *lists, *const *names = NULL, **values;
        size_t count =
                q->strangers ? lists_with_admission(f, SSHD_MATCH_USER, &lists) : lists_of(f, SSHD_MATCH_USER, &lists);
        size_t name_count = 0, i;

        for (i = 0; i < count; i++)
                f->admission_unknown |= q->strangers && strpbrk(lists[i], "!,") != NULL;
        if (count > 0 && !sshd_names_telling_apart(&f->c->arena, lists, count, false, &names, &name_count)) {
                name_count = 0;
                assume_all(f, SSHD_MATCH_USER);
        }
        values = keep(f, (name_count + q->person_count + 1) * sizeof(*values));
        for (i = 0; i < name_count; i++)
                values[i] = names[i];
        if (name_count == 0)
                values[name_count++] = "";
        for (i = 0; i < q->person_count; i++)
                values[name_count + i] = arena_copy(&f->c->arena, q->people[i].name,
                                                    strlen(q->people[i].name)); /* outlives the people */
        add_dimension(f, SSHD_MATCH_USER, values, name_count + q->person_count);
        f->dimensions[f->dimension_count - 1].people = q->person_count;
}

static void add_user(struct finding *f)
{
        static const char *const both[] = {"", "invalid"};
        const char *const *lists;

        if (f->admission && !f->question->user)
                add_people(f);
        else
                add_names(f, SSHD_MATCH_USER, f->question->user);
        if (!f->question->user && !f->question->exists && lists_of(f, SSHD_MATCH_INVALID_USER, &lists) > 0)
                add_dimension(f, SSHD_MATCH_INVALID_USER, both, ELEMENTS(both));
        if (!f->question->user || !f->question->groups)
                assume_all(f, SSHD_MATCH_GROUP);
}

/* Somebody who may connect: an account of the host, or a stranger. */
struct somebody {
        bool exists, root;
};

static void set_user(const struct finding *f, struct sshd_connection *n, const struct dimension *d, size_t i,
                     struct somebody *who)
{
        size_t strangers = d->count - d->people;

        n->user = d->values[i];
        if (i < strangers)
                return;
        n->groups = f->question->people[i - strangers].groups;
        n->group_count = f->question->people[i - strangers].group_count;
        *who = (struct somebody){true, f->question->people[i - strangers].root};
}

static void set_value(struct sshd_connection *n, const struct dimension *d, size_t i)
{
        switch (d->attribute) {
        case SSHD_MATCH_INVALID_USER:
                n->user_invalid = i > 0;
                break;
        case SSHD_MATCH_HOST:
                n->host = d->values[i];
                break;
        case SSHD_MATCH_ADDRESS:
                n->address = d->values[i];
                break;
        case SSHD_MATCH_LOCAL_ADDRESS:
                n->local_address = d->values[i];
                break;
        case SSHD_MATCH_LOCAL_PORT:
                n->local_port = (int)d->ports[i];
                break;
        case SSHD_MATCH_RDOMAIN:
                n->rdomain = d->values[i];
                break;
        default:
                break;
        }
}

/* The world of a number: its digits, in the bases of the dimensions and then of the assumptions, are the choices. */
static struct sshd_connection world(const struct finding *f, size_t number, struct sshd_assumption *assumptions,
                                    struct somebody *who)
{
        struct sshd_connection n = {
                .local_port = -1, .groups = f->question->groups, .group_count = f->question->group_count};
        size_t i;

        *who = (struct somebody){f->question->user || f->question->strangers, f->question->root};
        for (i = 0; i < f->dimension_count; i++) {
                if (f->dimensions[i].attribute == SSHD_MATCH_USER)
                        set_user(f, &n, &f->dimensions[i], number % f->dimensions[i].count, who);
                else
                        set_value(&n, &f->dimensions[i], number % f->dimensions[i].count);
                number /= f->dimensions[i].count;
        }
        for (i = 0; i < f->assumption_count; i++) {
                assumptions[i] = f->assumptions[i];
                assumptions[i].holds = number % 2 == 1;
                number /= 2;
        }
        if (f->host_is_address && !n.host)
                n.host = n.address;
        n.assumptions = assumptions;
        n.assumption_count = f->assumption_count;
        return n;
}

static size_t count_worlds(struct finding *f)
{
        size_t worlds = 1, i;

        for (i = 0; i < f->dimension_count && worlds <= SSHD_WORLDS_MOST; i++)
                worlds *= f->dimensions[i].count;
        for (i = 0; i < f->assumption_count && worlds <= SSHD_WORLDS_MOST; i++)
                worlds *= 2;
        return worlds;
}

/* The place of a set of blocks; f->set_count where it is new. */
static size_t find_set(const struct finding *f, const bool *set)
{
        size_t i;

        for (i = 0; i < f->set_count && memcmp(f->sets[i], set, f->c->block_count) != 0; i++)
                ;
        return i;
}

/* What was assumed, and groups, are not shown. */
static void keep_connection(struct finding *f, size_t set, const struct sshd_connection *n)
{
        f->connections[set] = *n;
        f->connections[set].assumptions = NULL;
        f->connections[set].groups = NULL;
}

static void add_set(struct finding *f, const bool *set, const struct sshd_connection *n)
{
        f->sets = sshd_grow(&f->c->arena, f->sets, &f->sets_allocated, f->set_count + 1, sizeof(*f->sets));
        f->sets[f->set_count] = keep(f, f->c->block_count);
        memcpy(f->sets[f->set_count], set, f->c->block_count);
        f->connections = sshd_grow(&f->c->arena, f->connections, &f->connections_allocated, f->set_count + 1,
                                   sizeof(*f->connections));
        keep_connection(f, f->set_count, n);
        f->admits = sshd_grow(&f->c->arena, f->admits, &f->admits_allocated, f->set_count + 1, sizeof(*f->admits));
        f->admits[f->set_count++] = false;
}

/* Whether somebody who connects so is let in where this set of blocks applies. */
static bool is_let_in(struct finding *f, size_t set, const struct sshd_connection *n, struct somebody who)
{
        if (!who.exists || n->user_invalid)
                return false;
        if (!f->values || f->values_of != set) {
                f->values = f->values ? f->values : must_alloc(sizeof(*f->values));
                sshd_effective(f->c, f->sets[set], f->values);
                f->values_of = set;
        }
        if (f->values->fails.text)
                return true; /* which is said instead */
        if (who.root && f->question->by_password && !streq(f->values->of[SSHD_PERMIT_ROOT_LOGIN].items[0], "yes"))
                return false;
        /* A stranger whose name was not tried may have one that is let in. */
        return !*n->user || sshd_admits(f->c, f->values, n);
}

static void find_sets(struct finding *f)
{
        size_t worlds = count_worlds(f), blocks = f->c->block_count, bytes = 0, i, b;
        _cleanup_free_ bool *set = must_alloc(blocks);

        for (b = 1; b < blocks; b++)
                for (i = 0; f->looked_at[b] && i < f->c->blocks[b].count; i++)
                        bytes += strlen(f->c->blocks[b].criteria[i].pattern) + 1;
        if (worlds > SSHD_WORLDS_MOST || bytes * worlds > PATTERN_BYTES_MOST) {
                f->undecidable = "Match tells more connections apart than are tried";
                return;
        }
        for (i = 0; i < worlds; i++) {
                struct sshd_assumption assumptions[ASSUMPTIONS_MOST];
                struct somebody who;
                struct sshd_connection n = world(f, i, assumptions, &who);
                size_t at;

                sshd_blocks_applying(f->c, &n, set);
                for (b = 0; b < blocks; b++)
                        set[b] = set[b] && f->relevant[b];
                at = find_set(f, set);
                if (at == SSHD_SCOPES_MOST) {
                        f->undecidable = "more combinations of Match blocks can apply than are looked at";
                        return;
                }
                if (at == f->set_count)
                        add_set(f, set, &n);
                if (!f->admission || f->admits[at] || !is_let_in(f, at, &n, who))
                        continue;
                f->admits[at] = true;
                keep_connection(f, at, &n);
        }
}

static bool same_value(const struct sshd_value *a, const struct sshd_value *b)
{
        size_t i;

        if (a->from != b->from || a->count != b->count || a->undecidable != b->undecidable)
                return false;
        for (i = 0; i < a->count; i++)
                if (!streq(a->items[i], b->items[i]))
                        return false;
        return true;
}

static bool same_values(const struct sshd_values *a, const struct sshd_values *b, const bool *keywords)
{
        size_t i;

        if (!streq(a->fails.text, b->fails.text))
                return false;
        for (i = 0; i < SSHD_KEYWORDS && !a->fails.text; i++)
                if ((!keywords || keywords[i]) && !same_value(&a->of[i], &b->of[i]))
                        return false;
        return true;
}

/* Which blocks apply in some of the worlds and not in others; and how many of them apply in each set. */
static void find_uncertain(struct finding *f)
{
        size_t i, b;

        f->uncertain = keep(f, f->c->block_count);
        f->uncertain_counts = keep(f, (f->set_count + 1) * sizeof(*f->uncertain_counts));
        for (i = 1; i < f->set_count; i++)
                for (b = 0; b < f->c->block_count; b++)
                        f->uncertain[b] |= f->sets[i][b] != f->sets[0][b];
        for (i = 0; i < f->set_count; i++)
                for (b = 0; b < f->c->block_count; b++)
                        f->uncertain_counts[i] += f->uncertain[b] && f->sets[i][b];
}

static void name_scope(const struct finding *f, size_t set, bool only, struct sshd_scope *scope)
{
        _cleanup_text_ struct text t = {0};
        size_t b, i;

        for (b = 1; b < f->c->block_count && !only; b++) {
                const struct sshd_block *block = &f->c->blocks[b];
                _cleanup_text_ struct text name = {0};

                if (!f->sets[set][b] || !f->uncertain[b])
                        continue;
                text_add(&name, "Match ");
                text_add_safe(&name, block->text, strnlen(block->text, NAME_MOST));
                if (strstr(text_string(&t), text_string(&name)))
                        continue;
                text_add(&t, t.length > 0 ? " and " : "");
                text_add(&t, text_string(&name));
                for (i = 0; i < block->count; i++)
                        scope->personal |= block->criteria[i].attribute == SSHD_MATCH_USER;
        }
        if (t.length == 0)
                text_add(&t, only ? "everywhere" : "elsewhere");
        scope->applies_to = arena_copy(&f->c->arena, text_string(&t), t.length);
}

/* The scope with the same values, or NULL. */
static struct sshd_scope *scope_like(const struct sshd_scopes *s, const struct sshd_values *values,
                                     const bool *keywords)
{
        size_t i;

        for (i = 0; i < s->count; i++)
                if (same_values(s->at[i].values, values, keywords))
                        return &s->at[i];
        return NULL;
}

/* Whether a set of blocks stands before another: first what no block makes, then by the number of blocks and their
 * order. */
static bool stands_before(const struct finding *f, size_t a, size_t b)
{
        size_t n = f->uncertain_counts[a], m = f->uncertain_counts[b], i;

        if (n != m)
                return n < m;
        for (i = 1; i < f->c->block_count; i++)
                if (f->sets[a][i] != f->sets[b][i])
                        return f->sets[a][i];
        return false;
}

static void sort_scopes(const struct finding *f, struct sshd_scopes *s, size_t *set_of)
{
        size_t i, k;

        for (i = 1; i < s->count; i++)
                for (k = i; k > 0 && stands_before(f, set_of[k], set_of[k - 1]); k--) {
                        struct sshd_scope scope = s->at[k];
                        size_t set = set_of[k];

                        s->at[k] = s->at[k - 1];
                        s->at[k - 1] = scope;
                        set_of[k] = set_of[k - 1];
                        set_of[k - 1] = set;
                }
}

/* A scope is named, and shown, by where somebody gets in, and by the fewest blocks that lead to it. */
static bool is_better_name(const struct finding *f, size_t set, size_t other)
{
        if (f->admits[set] != f->admits[other])
                return f->admits[set];
        return f->uncertain_counts[set] < f->uncertain_counts[other];
}

static enum sshd_lets_in lets_in(const struct finding *f, size_t set)
{
        if (!f->admission || f->admits[set])
                return SSHD_LETS_IN;
        return f->admission_unknown ? SSHD_LETS_IN_UNKNOWN : SSHD_LETS_NOBODY_IN;
}

static void make_scopes(struct finding *f, struct sshd_scopes *ret)
{
        _cleanup_free_ size_t *set_of = must_alloc((f->set_count + 1) * sizeof(*set_of));
        _cleanup_free_ struct sshd_values *values = NULL;
        size_t i;

        find_uncertain(f);
        ret->at = must_alloc((f->set_count + 1) * sizeof(*ret->at));
        for (i = 0; i < f->set_count; i++) {
                struct sshd_scope *scope;

                values = values ? values : must_alloc(sizeof(*values));
                sshd_effective(f->c, f->sets[i], values);
                scope = scope_like(ret, values, f->question->keywords);
                if (!scope) {
                        scope = &ret->at[ret->count];
                        scope->values = TAKE_PTR(values);
                        set_of[ret->count++] = i;
                } else if (is_better_name(f, i, set_of[scope - ret->at])) {
                        struct sshd_values *other = scope->values;

                        scope->values = values;
                        values = other;
                        set_of[scope - ret->at] = i;
                }
        }
        sort_scopes(f, ret, set_of);
        for (i = 0; i < ret->count; i++) {
                struct sshd_scope *scope = &ret->at[i];

                name_scope(f, set_of[i], ret->count == 1, scope);
                scope->connection = f->connections[set_of[i]];
                scope->assumed = f->assumption_count > 0;
                scope->lets_in = lets_in(f, set_of[i]);
        }
}

static bool decides_admission(enum sshd_keyword_id id)
{
        return sshd_is_admission_list(id) || id == SSHD_PERMIT_ROOT_LOGIN;
}

/* Which blocks matter. What no one asked for is left aside: otherwise a host with many blocks could be told nothing of.
 * (So is that sshd ends some connections for a line in such a block: then nobody logs in by them.) */
static void find_blocks(struct finding *f)
{
        const struct sshd_config *c = f->c;
        const bool *keywords = f->question->keywords;
        size_t i, b;

        f->relevant = keep(f, c->block_count);
        f->looked_at = keep(f, c->block_count);
        for (i = 0; i < c->setting_count; i++)
                if (c->settings[i].block > 0 && (!keywords || keywords[c->settings[i].keyword] ||
                                                 (f->admission && decides_admission(c->settings[i].keyword))))
                        f->relevant[c->settings[i].block] = true;
        for (b = c->block_count - 1; b > 0; b--) {
                if (sshd_rules_out(c, f->question, &c->blocks[b]))
                        f->relevant[b] = f->looked_at[b] = false;
                else if (f->relevant[b])
                        f->looked_at[b] = true;
                f->looked_at[c->blocks[b].parent] |= f->looked_at[b];
        }
}

static void find_scopes(struct sshd_config *c, const struct sshd_question *question, bool admission,
                        struct sshd_scopes *ret)
{
        struct finding f = {.c = c, .question = question, .admission = admission};
        const struct sshd_value *dns = &c->global.of[SSHD_USE_DNS];

        *ret = (struct sshd_scopes){0};
        f.host_is_address = streq(dns->items[0], "no");
        find_blocks(&f);
        add_user(&f);
        add_addresses(&f, SSHD_MATCH_ADDRESS, question->address);
        if (question->host || !f.host_is_address)
                add_names(&f, SSHD_MATCH_HOST, question->host);
        add_addresses(&f, SSHD_MATCH_LOCAL_ADDRESS, question->local_address);
        add_ports(&f);
        add_names(&f, SSHD_MATCH_RDOMAIN, question->rdomain);
        if (!f.undecidable)
                find_sets(&f);
        if (!f.undecidable)
                make_scopes(&f, ret);
        else if (sshd_one_line_decides(c, question))
                sshd_scopes_by_block(c, question, f.relevant, ret);
        else
                ret->undecidable = f.undecidable;
        free(f.values);
}

void sshd_scopes_find(struct sshd_config *c, const struct sshd_question *question, struct sshd_scopes *ret)
{
        bool admission = question->admission && sshd_has_admission_lists(c);
        size_t i;

        find_scopes(c, question, admission, ret);
        if (!admission || (!ret->undecidable && ret->count > 0 && !ret->by_block))
                return;
        /* What can be in force may be told all the same. */
        sshd_scopes_free(ret);
        find_scopes(c, question, false, ret);
        for (i = 0; i < ret->count; i++)
                ret->at[i].lets_in = SSHD_LETS_IN_UNKNOWN;
}

void sshd_scopes_free(struct sshd_scopes *s)
{
        size_t i;

        for (i = 0; i < s->count; i++)
                free(s->at[i].values);
        free(s->at);
        *s = (struct sshd_scopes){0};
}
