/* SPDX-License-Identifier: EUPL-1.2 */
/* How lines add up: the first of most keywords wins, some take the last, some are lists that grow; and what is in force
 * for a connection once Match has had its say. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "facts/sshd_internal.h"

/* sshd's own bounds. */
#define PORTS_MOST      256
#define SUBSYSTEMS_MOST 256 /* in 9.2p1 */

static int fails(struct sshd_config *c, struct sshd_values *v, const struct sshd_setting *s, const char *what)
{
        if (!v->fails.text)
                v->fails = (struct sshd_reason){
                        arena_copy(&c->arena, what, strlen(what)),
                        s ? s->file : NULL,
                        s ? s->line : 0,
                };
        return -EINVAL;
}

static int fails_keyword(struct sshd_config *c, struct sshd_values *v, const struct sshd_setting *s, const char *what)
{
        _cleanup_text_ struct text t = {0};

        text_printf(&t, "%s %s", sshd_keyword_name(s->keyword), what);
        return fails(c, v, s, text_string(&t));
}

static void lose(struct sshd_config *c, struct sshd_value *value, const struct sshd_setting *s)
{
        if (value->lost_count >= SSHD_LOST_MOST || !s)
                return;
        value->lost =
                sshd_grow(&c->arena, value->lost, &value->lost_allocated, value->lost_count + 1, sizeof(*value->lost));
        value->lost[value->lost_count++] = s;
}

static void take(struct sshd_config *c, struct sshd_value *value, const struct sshd_setting *s,
                 const char *const *items, size_t count)
{
        lose(c, value, value->from);
        value->set = true;
        value->from = s;
        value->items = items;
        value->count = count;
}

static void append(struct sshd_config *c, struct sshd_value *value, const struct sshd_setting *s, const char *item)
{
        const char **items = sshd_grow(&c->arena, value->items, &value->allocated, value->count + 1, sizeof(*items));

        items[value->count++] = item;
        value->items = items;
        value->set = true;
        if (!value->from)
                value->from = s;
}

static const char *const *one(struct sshd_config *c, const char *item)
{
        const char **items = arena_alloc(&c->arena, sizeof(*items));

        items[0] = item;
        return items;
}

/* ~ and ~user at the start of a path. NULL with v->fails where there is no such user. */
static const char *expand_home(struct sshd_config *c, struct sshd_values *v, const struct sshd_setting *s,
                               const char *path)
{
        const char *slash = path + strcspn(path, "/"), *home = NULL;
        _cleanup_text_ struct text user = {0}, t = {0};
        int r;

        if (*path != '~')
                return path;
        text_append(&user, path + 1, (size_t)(slash - path) - 1);
        r = c->host->home(c->host->user, user.length > 0 ? text_string(&user) : NULL, &home);
        if (r == -ENOENT) {
                (void)fails_keyword(c, v, s, "names the home of a user that does not exist");
                return NULL;
        }
        if (r < 0) {
                v->of[s->keyword].undecidable = "it names the home of a user, which cannot be told";
                return path;
        }
        text_add(&t, home);
        if (!ends_with(home, "/"))
                text_add_char(&t, '/');
        text_add(&t, slash + strspn(slash, "/"));
        return arena_copy(&c->arena, text_string(&t), t.length);
}

/* A path made absolute, as from the directory / in which services are started. */
static const char *expand_path(struct sshd_config *c, struct sshd_values *v, const struct sshd_setting *s,
                               const char *path)
{
        const char *expanded;
        _cleanup_text_ struct text t = {0};

        if (streq(path, "none"))
                return path;
        expanded = expand_home(c, v, s, path);
        if (!expanded || *expanded == '/')
                return expanded;
        text_add(&t, "//");
        text_add(&t, expanded);
        return arena_copy(&c->arena, text_string(&t), t.length);
}

static int apply_path(struct sshd_config *c, struct sshd_values *v, const struct sshd_setting *s)
{
        struct sshd_value *value = &v->of[s->keyword];
        enum sshd_kind kind = sshd_keyword(s->keyword)->kind;
        const char *path = s->items[0];

        if (value->set) {
                lose(c, value, s);
                return 0;
        }
        if (kind == SSHD_KIND_TILDE)
                path = streq(path, "none") ? path : expand_home(c, v, s, path);
        else if (!(kind == SSHD_KIND_PROVIDER && streq(path, "internal")) &&
                 !(kind == SSHD_KIND_AGENT && streq(path, "SSH_AUTH_SOCK")))
                path = expand_path(c, v, s, path);
        if (!path)
                return -EINVAL;
        take(c, value, s, one(c, path), 1);
        return 0;
}

/* AuthorizedKeysFile: each path is expanded whether it counts or not. */
static int apply_key_files(struct sshd_config *c, struct sshd_values *v, const struct sshd_setting *s, bool active)
{
        struct sshd_value *value = &v->of[s->keyword];
        bool first = !value->set;
        size_t i;

        for (i = 0; i < s->count; i++) {
                const char *path = expand_home(c, v, s, s->items[i]);

                if (!path)
                        return -EINVAL;
                if (active && first)
                        append(c, value, s, path);
        }
        if (active && !first)
                lose(c, value, s);
        return 0;
}

static int apply_appended(struct sshd_config *c, struct sshd_values *v, const struct sshd_setting *s)
{
        struct sshd_value *value = &v->of[s->keyword];
        size_t i;

        if (s->keyword == SSHD_PORT && value->count >= PORTS_MOST)
                return fails_keyword(c, v, s, "names more ports than sshd takes");
        if (s->keyword == SSHD_LISTEN_ADDRESS) {
                /* Three items each: address, port or 0, routing domain or "". */
                for (i = 0; i < 3; i++)
                        append(c, value, s, i < s->count ? s->items[i] : "");
                return 0;
        }
        for (i = 0; i < s->count; i++) {
                const char *item = s->items[i];

                if (s->keyword == SSHD_HOST_KEY || s->keyword == SSHD_HOST_CERTIFICATE)
                        item = expand_path(c, v, s, item);
                if (!item)
                        return -EINVAL;
                append(c, value, s, item);
        }
        return 0;
}

/* "any" stands alone. 9.2p1 holds it against what was set by other lines too, even where its own does not count. */
static int apply_methods(struct sshd_config *c, struct sshd_values *v, const struct sshd_setting *s, bool active)
{
        struct sshd_value *value = &v->of[s->keyword];
        bool first = !value->set;
        size_t i, known = value->count;

        for (i = 0; i < s->count && c->release->version < SSHD_10_0; i++) {
                if (streq(s->items[i], "any") && known > 0)
                        return fails_keyword(c, v, s, "has \"any\" beside others");
                if (active && first)
                        known++;
        }
        if (active && first)
                take(c, value, s, s->items, s->count);
        else if (active)
                lose(c, value, s);
        return 0;
}

/* Three items each: name, command, command with arguments. */
static int apply_subsystem(struct sshd_config *c, struct sshd_values *v, const struct sshd_setting *s)
{
        struct sshd_value *value = &v->of[s->keyword];
        size_t i;

        if (c->release->version < SSHD_10_0 && value->count / 3 >= SUBSYSTEMS_MOST)
                return fails_keyword(c, v, s, "is set more often than sshd takes");
        for (i = 0; i + 2 < value->count; i += 3)
                if (streq(value->items[i], s->items[0])) {
                        if (c->release->version < SSHD_10_0)
                                return fails_keyword(c, v, s, "is already defined");
                        lose(c, value, s);
                        return 0;
                }
        if (s->count < 3)
                return fails_keyword(c, v, s, "has no command");
        for (i = 0; i < 3; i++)
                append(c, value, s, s->items[i]);
        return 0;
}

/* Two values of which each has its first: bytes and seconds; "" is not set. */
static void apply_rekey(struct sshd_config *c, struct sshd_values *v, const struct sshd_setting *s)
{
        struct sshd_value *value = &v->of[s->keyword];
        const char **items = arena_alloc(&c->arena, 2 * sizeof(*items));
        size_t i;

        for (i = 0; i < 2; i++) {
                items[i] = i < s->count ? s->items[i] : "";
                if (value->set && *value->items[i])
                        items[i] = value->items[i];
        }
        if (value->set)
                lose(c, value, s);
        else
                value->from = s;
        value->set = true;
        value->items = items;
        value->count = 2;
}

/* Begin and full are the last ones, the rate the last that was given. */
static void apply_max_startups(struct sshd_config *c, struct sshd_values *v, const struct sshd_setting *s)
{
        struct sshd_value *value = &v->of[s->keyword];
        const char **items = arena_alloc(&c->arena, 3 * sizeof(*items));

        items[0] = s->items[0];
        items[1] = s->items[1];
        items[2] = s->count > 2 ? s->items[2] : value->set ? value->items[2] : "30";
        take(c, value, s, items, 3);
}

/* The first of each penalty counts, and any of them switches penalties on. The places are those of sshd_penalties. */
static void apply_penalties(struct sshd_config *c, struct sshd_values *v, const struct sshd_setting *s)
{
        struct sshd_value *value = &v->of[s->keyword];
        const char **items = arena_alloc(&c->arena, SSHD_PENALTIES * sizeof(*items));
        bool used = false;
        size_t i, place;

        for (place = 0; place < SSHD_PENALTIES; place++)
                items[place] = value->set ? value->items[place] : "";
        for (i = 0; i < s->count; i++) {
                for (place = SSHD_PENALTIES - 1; place > 0; place--)
                        if (starts_with(s->items[i], sshd_penalties[place].name))
                                break;
                if (*items[place])
                        continue;
                used = true;
                items[place] = s->items[i];
                if (place > 0)
                        items[0] = "yes";
        }
        if (!used) {
                lose(c, value, s);
                return;
        }
        if (!value->set)
                value->from = s;
        value->set = true;
        value->items = items;
        value->count = SSHD_PENALTIES;
}

/* AuthorizedPrincipalsCommand asks in 9.2p1 whether AuthorizedKeysCommand was set, and not whether it was itself. */
static void apply_command(struct sshd_config *c, struct sshd_values *v, const struct sshd_setting *s)
{
        struct sshd_value *value = &v->of[s->keyword];
        bool taken = c->release->version < SSHD_10_0 ? v->of[SSHD_AUTHORIZED_KEYS_COMMAND].set : value->set;

        if (taken)
                lose(c, value, s);
        else
                take(c, value, s, s->items, s->count);
}

static bool last_wins(const struct sshd_config *c, const struct sshd_setting *s)
{
        switch (s->keyword) {
        case SSHD_FINGERPRINT_HASH:
        case SSHD_STREAM_LOCAL_BIND_MASK:
        case SSHD_IPQOS:
        case SSHD_PER_SOURCE_NET_BLOCK_SIZE:
                return true;
        case SSHD_PER_SOURCE_MAX_STARTUPS:
                return c->release->version < SSHD_10_0;
        case SSHD_UNUSED_CONNECTION_TIMEOUT:
                return streq(s->items[0], "none");
        default:
                return false;
        }
}

/* A line that is not understood sets what cannot be told, unless the first value counts and is there already. */
static void apply_unread(struct sshd_config *c, struct sshd_value *value, const struct sshd_setting *s, bool active)
{
        if (!active)
                return;
        if ((value->set || value->undecidable) && !last_wins(c, s) && sshd_keyword(s->keyword)->form != SSHD_LIST) {
                lose(c, value, s);
                return;
        }
        value->undecidable = s->unread;
        value->from = s;
}

int sshd_apply(struct sshd_config *c, struct sshd_values *v, const struct sshd_setting *s, bool active)
{
        struct sshd_value *value = &v->of[s->keyword];

        if (s->unread) {
                apply_unread(c, value, s, active);
                return 0;
        }
        switch (sshd_keyword(s->keyword)->kind) {
        case SSHD_KIND_METHODS:
                return apply_methods(c, v, s, active);
        case SSHD_KIND_KEY_FILES:
                return apply_key_files(c, v, s, active);
        default:
                break;
        }
        if (!active)
                return 0;
        switch (sshd_keyword(s->keyword)->kind) {
        case SSHD_KIND_FILE:
        case SSHD_KIND_TILDE:
        case SSHD_KIND_PROVIDER:
        case SSHD_KIND_AGENT:
                return apply_path(c, v, s);
        case SSHD_KIND_PORT:
        case SSHD_KIND_LISTEN:
        case SSHD_KIND_HOST_KEY:
        case SSHD_KIND_USERS:
        case SSHD_KIND_GROUPS:
        case SSHD_KIND_ACCEPT_ENV:
                return apply_appended(c, v, s);
        case SSHD_KIND_SUBSYSTEM:
                return apply_subsystem(c, v, s);
        case SSHD_KIND_REKEY:
                apply_rekey(c, v, s);
                return 0;
        case SSHD_KIND_MAX_STARTUPS:
                apply_max_startups(c, v, s);
                return 0;
        case SSHD_KIND_PENALTIES:
                apply_penalties(c, v, s);
                return 0;
        case SSHD_KIND_COMMAND:
                apply_command(c, v, s);
                return 0;
        default:
                /* A line of a list that is empty (behind a comment, in 9.2p1) sets nothing. */
                if (s->count == 0 && sshd_keyword(s->keyword)->form == SSHD_LIST &&
                    s->keyword != SSHD_PUBKEY_AUTH_OPTIONS)
                        return 0;
                if (value->set && !last_wins(c, s))
                        lose(c, value, s);
                else
                        take(c, value, s, s->items, s->count);
                return 0;
        }
}
