/* SPDX-License-Identifier: EUPL-1.2 */
/* What is in force once all lines are read: defaults, lists that were given by + - ^, addresses; and how what Match
 * sets takes the place of it for a connection. */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/memory.h"
#include "base/text.h"
#include "facts/sshd_internal.h"

const struct sshd_penalty sshd_penalties[SSHD_PENALTIES] = {
        {"", "yes"},
        {"crash:", "90"},
        {"authfail:", "5"},
        {"noauth:", "1"},
        {"grace-exceeded:", "10"},
        {"refuseconnection:", "10"},
        {"max:", "600"},
        {"min:", "15"},
        {"max-sources4:", "65536"},
        {"max-sources6:", "65536"},
        {"overflow:", "permissive"},
        {"overflow6:", NULL}, /* as overflow */
};

static void add(struct sshd_config *c, struct sshd_value *value, const char *item)
{
        const char **items = sshd_grow(&c->arena, value->items, &value->allocated, value->count + 1, sizeof(*items));

        items[value->count++] = item;
        value->items = items;
}

/* Makes a value anew, from nothing. */
static void clear(struct sshd_value *value)
{
        value->items = NULL;
        value->count = value->allocated = 0;
}

/* Adds each part of a list with a separator. */
static void add_parts(struct sshd_config *c, struct sshd_value *value, const char *list, const char *separator)
{
        while (list && *list) {
                size_t length = strcspn(list, separator);

                add(c, value, arena_copy(&c->arena, list, length));
                list += length + (list[length] != '\0');
        }
}

static void set_text(struct sshd_config *c, struct sshd_value *value, const struct text *t)
{
        clear(value);
        add(c, value, arena_copy(&c->arena, text_string(t), t->length));
}

static void settle_max_startups(struct sshd_config *c, struct sshd_value *value)
{
        _cleanup_text_ struct text t = {0};

        if (value->set)
                text_printf(&t, "%s:%s:%s", value->items[0], value->items[2], value->items[1]);
        else
                text_add(&t, "10:30:100");
        set_text(c, value, &t);
}

static void settle_rekey(struct sshd_config *c, struct sshd_value *value)
{
        _cleanup_text_ struct text t = {0};
        size_t i;

        for (i = 0; i < 2; i++)
                text_printf(&t, "%s%s", i > 0 ? " " : "", value->set && *value->items[i] ? value->items[i] : "0");
        set_text(c, value, &t);
}

static void settle_penalties(struct sshd_config *c, struct sshd_value *value)
{
        _cleanup_text_ struct text t = {0};
        const char *overflow = "permissive";
        size_t i;

        if (value->set && streq(value->items[0], "no")) {
                text_add(&t, "no");
                set_text(c, value, &t);
                return;
        }
        for (i = 1; i < SSHD_PENALTIES; i++) {
                const char *given = value->set && *value->items[i] ? strchr(value->items[i], ':') + 1 : NULL;
                const char *fallback = sshd_penalties[i].fallback ? sshd_penalties[i].fallback : overflow;

                text_printf(&t, "%s%s%s", i > 1 ? " " : "", sshd_penalties[i].name, given ? given : fallback);
                if (given && streq(sshd_penalties[i].name, "overflow:"))
                        overflow = given;
        }
        set_text(c, value, &t);
}

static void settle_net_block(struct sshd_config *c, struct sshd_value *value)
{
        _cleanup_text_ struct text t = {0};

        if (!value->set)
                return;
        if (value->count < 2)
                /* sshd then takes for IPv6 what happens to be on its stack. */
                value->undecidable = "sshd leaves the length for IPv6 to chance where only one is given";
        text_printf(&t, "%s:%s", value->items[0], value->count < 2 ? "?" : value->items[1]);
        set_text(c, value, &t);
}

/* One address on one port, as sshd shows it. */
static int add_listener(struct sshd_config *c, struct sshd_values *v, struct sshd_value *value, const char *address,
                        const char *port)
{
        const char *family = v->of[SSHD_ADDRESS_FAMILY].items[0];
        struct sshd_address a;
        _cleanup_text_ struct text t = {0};
        bool v6;

        if (sshd_address_parse(address, false, &a) < 0) {
                value->undecidable = "it names an address by its name";
                return 0;
        }
        v6 = a.family == AF_INET6;
        if (streq(family, v6 ? "inet" : "inet6")) {
                if (!v->fails.text)
                        v->fails = (struct sshd_reason){"ListenAddress names an address that AddressFamily excludes",
                                                        value->from ? value->from->file : NULL,
                                                        value->from ? value->from->line : 0};
                return -EINVAL;
        }
        text_printf(&t, v6 ? "[%s]:%s" : "%s:%s", sshd_address_text(&c->arena, &a), port);
        add(c, value, arena_copy(&c->arena, text_string(&t), t.length));
        return 0;
}

static int settle_listen(struct sshd_config *c, struct sshd_values *v)
{
        struct sshd_value *value = &v->of[SSHD_LISTEN_ADDRESS], given = *value;
        const struct sshd_value *ports = &v->of[SSHD_PORT];
        const char *family = v->of[SSHD_ADDRESS_FAMILY].items[0];
        size_t i, k;
        int r = 0;

        clear(value);
        for (k = 0; k < ports->count && given.count == 0; k++) {
                if (!streq(family, "inet"))
                        r = add_listener(c, v, value, "::", ports->items[k]);
                if (!streq(family, "inet6"))
                        r = add_listener(c, v, value, "0.0.0.0", ports->items[k]);
        }
        for (i = 0; i + 2 < given.count && r == 0; i += 3) {
                if (*given.items[i + 2])
                        value->undecidable = "it names a routing domain";
                if (!streq(given.items[i + 1], "0")) {
                        r = add_listener(c, v, value, given.items[i], given.items[i + 1]);
                        continue;
                }
                for (k = 0; k < ports->count && r == 0; k++)
                        r = add_listener(c, v, value, given.items[i], ports->items[k]);
        }
        return r;
}

static int settle_algorithms(struct sshd_config *c, struct sshd_values *v, enum sshd_keyword_id id)
{
        struct sshd_value *value = &v->of[id];
        const char *list = NULL;

        if (sshd_algorithms_assemble(&c->arena, c->release, sshd_keyword(id)->kind,
                                     value->set && value->count > 0 ? value->items[0] : NULL, &list) < 0) {
                _cleanup_text_ struct text t = {0};

                text_printf(&t, "%s comes to no algorithm", sshd_keyword_name(id));
                if (!v->fails.text)
                        v->fails = (struct sshd_reason){arena_copy(&c->arena, text_string(&t), t.length),
                                                        value->from ? value->from->file : NULL,
                                                        value->from ? value->from->line : 0};
                return -EINVAL;
        }
        clear(value);
        add_parts(c, value, list, ",");
        return 0;
}

static int settle_value(struct sshd_config *c, struct sshd_values *v, enum sshd_keyword_id id)
{
        const struct sshd_keyword *keyword = sshd_keyword(id);
        struct sshd_value *value = &v->of[id];

        switch (keyword->kind) {
        case SSHD_KIND_CIPHERS:
        case SSHD_KIND_MACS:
        case SSHD_KIND_KEX:
        case SSHD_KIND_KEYS:
        case SSHD_KIND_CA_KEYS:
                return settle_algorithms(c, v, id);
        case SSHD_KIND_MAX_STARTUPS:
                settle_max_startups(c, value);
                return 0;
        case SSHD_KIND_REKEY:
                settle_rekey(c, value);
                return 0;
        case SSHD_KIND_PENALTIES:
                settle_penalties(c, value);
                return 0;
        case SSHD_KIND_LISTEN:
                return settle_listen(c, v);
        case SSHD_KIND_IPQOS:
                if (!value->set)
                        add_parts(c, value, c->release->ipqos_dscp ? "ef cs1" : "lowdelay throughput", " ");
                return 0;
        case SSHD_KIND_GSS_KEX:
                if (value->set) {
                        const char *list = value->items[0];

                        clear(value);
                        add_parts(c, value, list, ",");
                        return 0;
                }
                break;
        default:
                break;
        }
        if (!value->set && keyword->fallback)
                add_parts(c, value, keyword->fallback, keyword->form == SSHD_LIST ? " " : "\n");
        if (id == SSHD_PER_SOURCE_NET_BLOCK_SIZE)
                settle_net_block(c, value);
        return 0;
}

/* Words that stand for "nothing" once they count. (ChannelTimeout none keeps its word in a Match block.) */
static void settle_none(struct sshd_values *v, bool outside)
{
        struct sshd_value *timeouts = &v->of[SSHD_CHANNEL_TIMEOUT];
        struct sshd_value *unused = &v->of[SSHD_UNUSED_CONNECTION_TIMEOUT];
        static const char *const zero[] = {"0"};

        if (outside && timeouts->count == 1 && streq(timeouts->items[0], "none"))
                clear(timeouts);
        if (unused->count == 1 && streq(unused->items[0], "none")) {
                clear(unused);
                unused->items = zero;
                unused->count = 1;
        }
}

static bool is_none(const struct sshd_value *value)
{
        return value->count == 0 || streq(value->items[0], "none");
}

/* Whether every method of a list is switched on. */
static bool methods_enabled(const struct sshd_values *v, const char *list)
{
        static const struct {
                const char *name;
                enum sshd_keyword_id keyword;
        } methods[] = {
                {"publickey", SSHD_PUBKEY_AUTHENTICATION},
                {"gssapi-keyex", SSHD_GSSAPI_AUTHENTICATION},
                {"gssapi-with-mic", SSHD_GSSAPI_AUTHENTICATION},
                {"password", SSHD_PASSWORD_AUTHENTICATION},
                {"keyboard-interactive", SSHD_KBD_INTERACTIVE_AUTHENTICATION},
                {"hostbased", SSHD_HOSTBASED_AUTHENTICATION},
        };
        size_t i, length;

        for (;; list += length + 1) {
                size_t name = strcspn(list, ",:");

                length = strcspn(list, ",");
                for (i = 0; i < ELEMENTS(methods); i++)
                        if (strlen(methods[i].name) == name && strncmp(list, methods[i].name, name) == 0 &&
                            streq(v->of[methods[i].keyword].items[0], "no"))
                                return false;
                if (!list[length])
                        return true;
        }
}

static int fails_at(struct sshd_values *v, const char *what, const struct sshd_value *value)
{
        v->fails =
                (struct sshd_reason){what, value->from ? value->from->file : NULL, value->from ? value->from->line : 0};
        return -EINVAL;
}

/* What sshd holds against its configuration before it goes on. */
static int check_start(struct sshd_values *v)
{
        const struct sshd_value *methods = &v->of[SSHD_AUTHENTICATION_METHODS];
        size_t i;

        if (!is_none(&v->of[SSHD_AUTHORIZED_KEYS_COMMAND]) && !v->of[SSHD_AUTHORIZED_KEYS_COMMAND_USER].set)
                return fails_at(v, "AuthorizedKeysCommand without AuthorizedKeysCommandUser",
                                &v->of[SSHD_AUTHORIZED_KEYS_COMMAND]);
        if (!is_none(&v->of[SSHD_AUTHORIZED_PRINCIPALS_COMMAND]) && !v->of[SSHD_AUTHORIZED_PRINCIPALS_COMMAND_USER].set)
                return fails_at(v, "AuthorizedPrincipalsCommand without AuthorizedPrincipalsCommandUser",
                                &v->of[SSHD_AUTHORIZED_PRINCIPALS_COMMAND]);
        if (!methods->set || (methods->count == 1 && streq(methods->items[0], "any")))
                return 0;
        for (i = 0; i < methods->count; i++)
                if (methods_enabled(v, methods->items[i]))
                        return 0;
        return fails_at(v, "AuthenticationMethods asks for methods that are not enabled", methods);
}

int sshd_settle(struct sshd_config *c, struct sshd_values *v)
{
        size_t i;
        int r;

        for (i = 0; i < SSHD_KEYWORDS; i++) {
                r = settle_value(c, v, (enum sshd_keyword_id)i);
                if (r < 0)
                        return r;
        }
        settle_none(v, true);
        return check_start(v);
}

/* Match. */

/* What a block sets takes the place of what stands outside; of RekeyLimit each part by itself. */
static void override(struct sshd_config *c, struct sshd_values *ret, enum sshd_keyword_id id, struct sshd_value *set)
{
        struct sshd_value *value = &ret->of[id];
        const struct sshd_setting *outside = value->from;

        if (id == SSHD_REKEY_LIMIT && set->set) {
                _cleanup_text_ struct text t = {0};
                const char *bytes = value->items[0], *seconds = strchr(bytes, ' ');

                text_append(&t, *set->items[0] ? set->items[0] : bytes,
                            *set->items[0] ? strlen(set->items[0]) : (size_t)(seconds - bytes));
                text_add_char(&t, ' ');
                text_add(&t, *set->items[1] ? set->items[1] : seconds + 1);
                set_text(c, set, &t);
        }
        if (outside && set->lost_count < SSHD_LOST_MOST) {
                set->lost =
                        sshd_grow(&c->arena, set->lost, &set->lost_allocated, set->lost_count + 1, sizeof(*set->lost));
                set->lost[set->lost_count++] = outside;
        }
        *value = *set;
}

/* 10.0p1 counts its three lists of subsystems anew while it copies them: it crashes where there were none, and reads
 * beyond the old ones where there are now more. */
static void check_subsystems(const struct sshd_values *global, struct sshd_values *ret)
{
        size_t before = global->of[SSHD_SUBSYSTEM].count, now = ret->of[SSHD_SUBSYSTEM].count;

        if (before == 0 && now > 0)
                ret->fails =
                        (struct sshd_reason){"this sshd crashes on a Subsystem in Match where there is none outside",
                                             ret->of[SSHD_SUBSYSTEM].from->file, ret->of[SSHD_SUBSYSTEM].from->line};
        else if (now > before)
                ret->of[SSHD_SUBSYSTEM].undecidable = "this sshd copies more subsystems than it has place for";
}

void sshd_effective(struct sshd_config *c, const bool *applies, struct sshd_values *ret)
{
        _cleanup_free_ struct sshd_values *matched = must_alloc(sizeof(*matched));
        size_t i;

        *ret = c->global;
        ret->fails = c->ends_connections;
        if (ret->fails.text)
                return;
        for (i = 0; i < c->setting_count; i++) {
                const struct sshd_setting *s = &c->settings[i];

                if (sshd_apply(c, matched, s, s->block > 0 && applies[s->block]) < 0) {
                        ret->fails = matched->fails;
                        return;
                }
        }
        for (i = 0; i < SSHD_KEYWORDS; i++) {
                enum sshd_keyword_id id = (enum sshd_keyword_id)i;
                bool list = sshd_keyword(id)->kind == SSHD_KIND_KEYS || sshd_keyword(id)->kind == SSHD_KIND_CA_KEYS;

                if (!(sshd_keyword(id)->where & SSHD_IN_MATCH))
                        continue;
                if (matched->of[i].set || matched->of[i].undecidable)
                        override(c, ret, id, &matched->of[i]);
                else if (!list || ret->of[i].count > 0)
                        continue;
                /* A list from which all was taken away is empty only until it is put together again. */
                if (list && settle_algorithms(c, ret, id) < 0)
                        return;
        }
        settle_none(ret, false);
        if (c->release->version >= SSHD_10_0 && matched->of[SSHD_SUBSYSTEM].set)
                check_subsystems(&c->global, ret);
}
