/* SPDX-License-Identifier: EUPL-1.2 */
/* What a connection may be like, as far as Match and the lists of admission look at it. */
#include "facts/sshd_worlds.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"
#include "facts/sshd_admission.h"
#include "facts/sshd_candidates.h"

#define NETWORKS_MOST 100

static void *keep(struct sshd_worlds *w, size_t size)
{
        return arena_alloc(&w->c->arena, size);
}

/* The lists of an attribute's criteria, each once. */
static size_t lists_of(struct sshd_worlds *w, enum sshd_attribute attribute, const char *const **ret)
{
        const char **lists = NULL;
        size_t allocated = 0, count = 0, b, i, k;

        for (b = 1; b < w->c->block_count; b++)
                for (i = 0; w->looked_at[b] && i < w->c->blocks[b].count; i++) {
                        const struct sshd_criterion *criterion = &w->c->blocks[b].criteria[i];

                        if (criterion->attribute != attribute)
                                continue;
                        for (k = 0; k < count && !streq(lists[k], criterion->pattern); k++)
                                ;
                        if (k < count)
                                continue;
                        lists = sshd_grow(&w->c->arena, lists, &allocated, count + 1, sizeof(*lists));
                        lists[count++] = criterion->pattern;
                }
        *ret = lists;
        return count;
}

/* The same, with what AllowUsers and DenyUsers look at. */
static size_t lists_with_admission(struct sshd_worlds *w, enum sshd_attribute attribute, const char *const **ret)
{
        const char *const *lists, *const *parts, **both;
        size_t count = lists_of(w, attribute, &lists), more = 0;

        if (w->admission)
                more = sshd_admission_parts(w->c, attribute != SSHD_MATCH_USER, &parts);
        both = keep(w, (count + more + 1) * sizeof(*both));
        if (count > 0)
                memcpy(both, lists, count * sizeof(*both));
        if (more > 0)
                memcpy(both + count, parts, more * sizeof(*both));
        *ret = both;
        return count + more;
}

static void assume(struct sshd_worlds *w, enum sshd_attribute attribute, const char *pattern)
{
        if (w->assumption_count == SSHD_ASSUMPTIONS_MOST) {
                w->undecidable = "Match looks at more that cannot be told than is tried";
                return;
        }
        w->assumptions[w->assumption_count++] = (struct sshd_assumption){attribute, pattern, false};
}

static void assume_all(struct sshd_worlds *w, enum sshd_attribute attribute)
{
        const char *const *lists;
        size_t count = lists_of(w, attribute, &lists), i;

        for (i = 0; i < count; i++)
                assume(w, attribute, lists[i]);
}

static void add_dimension(struct sshd_worlds *w, enum sshd_attribute attribute, const char *const *values, size_t count)
{
        w->dimensions[w->dimension_count++] = (struct sshd_dimension){attribute, values, count, NULL, 0};
}

static void add_known(struct sshd_worlds *w, enum sshd_attribute attribute, const char *value)
{
        const char **values = keep(w, sizeof(*values));

        values[0] = value;
        add_dimension(w, attribute, values, 1);
}

/* Names: of users, hosts, routing domains. */
static void add_names(struct sshd_worlds *w, enum sshd_attribute attribute, const char *known)
{
        const char *const *lists, *const *names;
        size_t count, names_count;

        if (known) {
                add_known(w, attribute, known);
                return;
        }
        count = attribute == SSHD_MATCH_HOST ? lists_with_admission(w, attribute, &lists)
                                             : lists_of(w, attribute, &lists);
        if (count == 0)
                return;
        if (sshd_names_telling_apart(&w->c->arena, lists, count, attribute == SSHD_MATCH_HOST, &names, &names_count)) {
                add_dimension(w, attribute, names, names_count);
                return;
        }
        /* The criteria are taken as they come; the name itself stands for none of them. */
        w->admission_unknown |= attribute == SSHD_MATCH_HOST;
        add_known(w, attribute, "");
        assume_all(w, attribute);
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
static void collect_admission_networks(struct sshd_worlds *w, struct sshd_address *networks, size_t *count)
{
        const char *const *parts;
        size_t n = sshd_admission_parts(w->c, true, &parts), i;

        for (i = 0; i < n; i++)
                w->admission_unknown |= !add_networks(parts[i], false, networks, count);
}

static void collect_networks(struct sshd_worlds *w, enum sshd_attribute attribute, struct sshd_address *networks,
                             size_t *count)
{
        const char *const *lists;
        size_t n = lists_of(w, attribute, &lists), i;

        for (i = 0; i < n; i++) {
                size_t before = *count;

                if (!add_networks(lists[i], attribute == SSHD_MATCH_HOST, networks, count)) {
                        *count = before;
                        assume(w, attribute, lists[i]);
                }
        }
}

static void add_addresses(struct sshd_worlds *w, enum sshd_attribute attribute, const char *known)
{
        struct sshd_address networks[NETWORKS_MOST];
        const char *const *lists, *const *values;
        size_t count = 0, value_count;
        bool with_host = attribute == SSHD_MATCH_ADDRESS && w->host_is_address;
        bool with_admission = attribute == SSHD_MATCH_ADDRESS && w->admission;

        if (known) {
                add_known(w, attribute, known);
                return;
        }
        if (lists_of(w, attribute, &lists) == 0 && !(with_host && lists_of(w, SSHD_MATCH_HOST, &lists) > 0) &&
            !(with_admission && sshd_admission_parts(w->c, true, &lists) > 0))
                return;
        if (with_admission)
                collect_admission_networks(w, networks, &count);
        collect_networks(w, attribute, networks, &count);
        if (with_host)
                collect_networks(w, SSHD_MATCH_HOST, networks, &count);
        sshd_addresses_telling_apart(&w->c->arena, networks, count, &values, &value_count);
        add_dimension(w, attribute, values, value_count);
}

static void add_ports(struct sshd_worlds *w)
{
        const char *const *lists;
        size_t n = lists_of(w, SSHD_MATCH_LOCAL_PORT, &lists), count = 0, b, i, k;
        unsigned *ports = keep(w, (n + 1) * sizeof(*ports)), other = 1;

        if (w->question->local_port >= 0) {
                ports[count++] = (unsigned)w->question->local_port;
        } else if (n > 0) {
                for (b = 1; b < w->c->block_count; b++)
                        for (i = 0; w->looked_at[b] && i < w->c->blocks[b].count; i++) {
                                const struct sshd_criterion *criterion = &w->c->blocks[b].criteria[i];

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
        w->dimensions[w->dimension_count++] = (struct sshd_dimension){SSHD_MATCH_LOCAL_PORT, NULL, count, ports, 0};
}

/* Names that tell Match apart, and what strangers may be called for the lists; behind them the accounts of the host. */
static void add_people(struct sshd_worlds *w)
{
        const struct sshd_question *q = w->question;
        const char *const *lists, *const *names = NULL, **values;
        size_t count =
                q->strangers ? lists_with_admission(w, SSHD_MATCH_USER, &lists) : lists_of(w, SSHD_MATCH_USER, &lists);
        size_t name_count = 0, i;

        for (i = 0; i < count; i++)
                w->admission_unknown |= q->strangers && strpbrk(lists[i], "!,") != NULL;
        if (count > 0 && !sshd_names_telling_apart(&w->c->arena, lists, count, false, &names, &name_count)) {
                name_count = 0;
                assume_all(w, SSHD_MATCH_USER);
        }
        values = keep(w, (name_count + q->person_count + 1) * sizeof(*values));
        for (i = 0; i < name_count; i++)
                values[i] = names[i];
        if (name_count == 0)
                values[name_count++] = "";
        for (i = 0; i < q->person_count; i++)
                values[name_count + i] = arena_copy(&w->c->arena, q->people[i].name,
                                                    strlen(q->people[i].name)); /* outlives the people */
        add_dimension(w, SSHD_MATCH_USER, values, name_count + q->person_count);
        w->dimensions[w->dimension_count - 1].people = q->person_count;
}

static void add_user(struct sshd_worlds *w)
{
        static const char *const both[] = {"", "invalid"};
        const char *const *lists;

        if (w->admission && !w->question->user)
                add_people(w);
        else
                add_names(w, SSHD_MATCH_USER, w->question->user);
        if (!w->question->user && !w->question->exists && lists_of(w, SSHD_MATCH_INVALID_USER, &lists) > 0)
                add_dimension(w, SSHD_MATCH_INVALID_USER, both, ELEMENTS(both));
        if (!w->question->user || !w->question->groups)
                assume_all(w, SSHD_MATCH_GROUP);
}

static void set_user(const struct sshd_worlds *w, struct sshd_connection *n, const struct sshd_dimension *d, size_t i,
                     struct sshd_somebody *who)
{
        size_t strangers = d->count - d->people;

        n->user = d->values[i];
        if (i < strangers)
                return;
        n->groups = w->question->people[i - strangers].groups;
        n->group_count = w->question->people[i - strangers].group_count;
        *who = (struct sshd_somebody){true, w->question->people[i - strangers].root};
}

static void set_value(struct sshd_connection *n, const struct sshd_dimension *d, size_t i)
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

struct sshd_connection sshd_world(const struct sshd_worlds *w, size_t number, struct sshd_assumption *assumptions,
                                  struct sshd_somebody *who)
{
        struct sshd_connection n = {
                .local_port = -1, .groups = w->question->groups, .group_count = w->question->group_count};
        size_t i;

        *who = (struct sshd_somebody){w->question->user || w->question->strangers, w->question->root};
        for (i = 0; i < w->dimension_count; i++) {
                if (w->dimensions[i].attribute == SSHD_MATCH_USER)
                        set_user(w, &n, &w->dimensions[i], number % w->dimensions[i].count, who);
                else
                        set_value(&n, &w->dimensions[i], number % w->dimensions[i].count);
                number /= w->dimensions[i].count;
        }
        for (i = 0; i < w->assumption_count; i++) {
                assumptions[i] = w->assumptions[i];
                assumptions[i].holds = number % 2 == 1;
                number /= 2;
        }
        if (w->host_is_address && !n.host)
                n.host = n.address;
        n.assumptions = assumptions;
        n.assumption_count = w->assumption_count;
        return n;
}

size_t sshd_worlds_count(const struct sshd_worlds *w)
{
        size_t worlds = 1, i;

        for (i = 0; i < w->dimension_count && worlds <= SSHD_WORLDS_MOST; i++)
                worlds *= w->dimensions[i].count;
        for (i = 0; i < w->assumption_count && worlds <= SSHD_WORLDS_MOST; i++)
                worlds *= 2;
        return worlds;
}

/* The place of a set of blocks; w->set_count where it is new. */

void sshd_worlds_tell_apart(struct sshd_worlds *w)
{
        const struct sshd_question *question = w->question;

        add_user(w);
        add_addresses(w, SSHD_MATCH_ADDRESS, question->address);
        if (question->host || !w->host_is_address)
                add_names(w, SSHD_MATCH_HOST, question->host);
        add_addresses(w, SSHD_MATCH_LOCAL_ADDRESS, question->local_address);
        add_ports(w);
        add_names(w, SSHD_MATCH_RDOMAIN, question->rdomain);
}
