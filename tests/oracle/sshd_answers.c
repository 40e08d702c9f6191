/* SPDX-License-Identifier: EUPL-1.2 */
/* Answers for sshd what `sshd -t`, `sshd -T` and `sshd -T -C` would print in a root. Reads from stdin, a line each:
 *
 *      root DIR                the root that what follows is about
 *      starts                  "yes", "no: …", "unknown: …"
 *      dump                    as `sshd -T`; "fails: …" where it ends
 *      dump user=U,host=…      as `sshd -T -C user=U,host=…`
 *      scopes USER             all that can be in force for USER: for each "scope NAME", "example user=…,addr=…" and
 * the dump
 *
 * Every answer ends with a line ".". */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "facts/facts.h"
#include "facts/sshd_host.h"
#include "facts/sshd_scopes.h"

struct answers {
        struct access *access;
        struct live *live;
        struct facts *facts;
        struct sshd *sshd;
        struct sshd_config *config; /* NULL: not to be told */
};

static void close_root(struct answers *a)
{
        facts_free(a->facts);
        live_free(a->live);
        access_close(a->access);
        *a = (struct answers){0};
}

static int open_root(struct answers *a, const char *path)
{
        int r;

        close_root(a);
        r = access_open(path, &a->access);
        if (r < 0)
                return r;
        a->live = live_new(NULL, true);
        a->facts = facts_new(a->access, a->live, NULL, NULL);
        a->sshd = sshd_of(a->facts);
        if (a->sshd->state == BIO_KNOWN && a->sshd->release_count == 1 && a->sshd->instance_count == 1)
                a->config = a->sshd->instances[0].configs[0];
        return 0;
}

/* Values as `sshd -T` writes them. */

static void print_name(enum sshd_keyword_id id)
{
        const char *p;

        for (p = sshd_keyword_name(id); *p; p++)
                putchar(tolower((unsigned char)*p));
}

static const char *shown(const struct sshd_config *c, enum sshd_keyword_id id, const char *item)
{
        (void)c;
        if (id == SSHD_PERMIT_ROOT_LOGIN && streq(item, "prohibit-password"))
                return "without-password";
        if (id == SSHD_LOG_LEVEL && streq(item, "QUIET"))
                return "SILENT";
        if (id == SSHD_UNUSED_CONNECTION_TIMEOUT && streq(item, "0"))
                return "none";
        if (id == SSHD_HOST_KEY && streq(item, "none"))
                return "(null)";
        return item;
}

/* The separator of a list that stands on one line, or NULL: a line each. */
static const char *separator(enum sshd_keyword_id id)
{
        switch (id) {
        case SSHD_PORT:
        case SSHD_LISTEN_ADDRESS:
        case SSHD_HOST_KEY:
        case SSHD_HOST_CERTIFICATE:
        case SSHD_ALLOW_USERS:
        case SSHD_DENY_USERS:
        case SSHD_ALLOW_GROUPS:
        case SSHD_DENY_GROUPS:
        case SSHD_ACCEPT_ENV:
        case SSHD_SET_ENV:
                return NULL;
        case SSHD_CIPHERS:
        case SSHD_MACS:
        case SSHD_KEX_ALGORITHMS:
        case SSHD_GSSAPI_KEX_ALGORITHMS:
        case SSHD_CA_SIGNATURE_ALGORITHMS:
        case SSHD_HOSTBASED_ACCEPTED_ALGORITHMS:
        case SSHD_HOST_KEY_ALGORITHMS:
        case SSHD_PUBKEY_ACCEPTED_ALGORITHMS:
                return ",";
        default:
                return " ";
        }
}

static void print_value(const struct sshd_config *c, enum sshd_keyword_id id, const struct sshd_value *v)
{
        const char *between = separator(id);
        size_t i;

        if (id == SSHD_DEBIAN_BANNER && c->release->version == SSHD_9_2)
                return; /* which does not show it */
        if (v->undecidable) {
                print_name(id);
                printf(" ?undecidable\n");
                return;
        }
        if (id == SSHD_SUBSYSTEM) {
                for (i = 0; i + 2 < v->count; i += 3)
                        printf("subsystem %s %s\n", v->items[i], v->items[i + 2]);
                return;
        }
        if (v->count == 0 &&
            (id == SSHD_PUBKEY_AUTH_OPTIONS || (id == SSHD_CHANNEL_TIMEOUT && c->release->version >= SSHD_10_0))) {
                print_name(id);
                printf(" none\n");
        }
        if (v->count == 0 && between && *between == ',') {
                print_name(id);
                printf(" \n");
        }
        for (i = 0; i < v->count; i++) {
                if (i == 0 || !between) {
                        print_name(id);
                        putchar(' ');
                } else {
                        printf("%s", between);
                }
                printf("%s", shown(c, id, v->items[i]));
                if (i + 1 == v->count || !between)
                        putchar('\n');
        }
}

static void print_values(const struct sshd_config *c, const struct sshd_values *v)
{
        size_t i;

        if (v->fails.text) {
                printf("fails: %s\n", v->fails.text);
                return;
        }
        for (i = 0; i < SSHD_KEYWORDS; i++)
                if (sshd_keyword_known(c->release, (enum sshd_keyword_id)i))
                        print_value(c, (enum sshd_keyword_id)i, &v->of[i]);
}

/* Questions. */

static bool can_answer(const struct answers *a)
{
        if (!a->config)
                printf("unknown: %s\n", a->sshd && a->sshd->why ? a->sshd->why : "no configuration");
        else if (a->config->refuses.text)
                printf("no: %s:%u: %s\n", a->config->refuses.file ? a->config->refuses.file : "",
                       a->config->refuses.line, a->config->refuses.text);
        else if (a->config->undecidable.text)
                printf("unknown: %s\n", a->config->undecidable.text);
        else
                return true;
        return false;
}

/* The user's groups as the fact accounts has them. */
static const char **groups_of(struct answers *a, const char *user, size_t *count)
{
        const struct fact_argument arguments[] = {{"user", user}, {NULL, NULL}};
        const struct bio_node *list = facts_query(a->facts, "accounts.groups", arguments);
        const char **groups = must_alloc((tree_count(list) + 1) * sizeof(*groups));
        size_t i;

        *count = tree_count(list);
        for (i = 0; i < *count; i++)
                groups[i] = tree_bytes_of(tree_at(list, i), NULL);
        return groups;
}

static void read_connection(char *spec, struct sshd_connection *n)
{
        const struct {
                const char *name;
                const char **value;
        } parts[] = {
                {"user=", &n->user},           {"host=", &n->host},       {"addr=", &n->address},
                {"laddr=", &n->local_address}, {"rdomain=", &n->rdomain},
        };
        char *part;
        size_t i;

        while ((part = strsep(&spec, ",")) && *part) {
                for (i = 0; i < ELEMENTS(parts); i++)
                        if (starts_with(part, parts[i].name))
                                *parts[i].value = part + strlen(parts[i].name);
                if (starts_with(part, "lport="))
                        n->local_port = (int)strtol(part + strlen("lport="), NULL, 10);
                n->user_invalid |= streq(part, "invalid-user");
        }
}

static void answer_dump(struct answers *a, char *spec)
{
        struct sshd_connection n = {.local_port = -1};
        _cleanup_free_ struct sshd_values *v = must_alloc(sizeof(*v));
        _cleanup_free_ const char **groups = NULL;
        _cleanup_free_ bool *applies = NULL;

        if (!can_answer(a))
                return;
        read_connection(spec, &n);
        if (n.user)
                groups = groups_of(a, n.user, &n.group_count);
        n.groups = groups;
        applies = must_alloc(a->config->block_count);
        sshd_blocks_applying(a->config, &n, applies);
        sshd_effective(a->config, applies, v);
        print_values(a->config, v);
}

static void print_example(const struct sshd_connection *n)
{
        printf("example lport=%d", n->local_port < 0 ? 22 : n->local_port);
        if (n->user)
                printf(",user=%s", n->user);
        if (n->address)
                printf(",addr=%s", n->address);
        if (n->host)
                printf(",host=%s", n->host);
        if (n->local_address)
                printf(",laddr=%s", n->local_address);
        if (n->rdomain)
                printf(",rdomain=%s", n->rdomain);
        if (n->user_invalid)
                printf(",invalid-user");
        printf("\n");
}

static void answer_scopes(struct answers *a, const char *user)
{
        struct sshd_question question = {.user = *user ? user : NULL, .local_port = -1};
        _cleanup_sshd_scopes_ struct sshd_scopes found = {0};
        _cleanup_free_ const char **groups = NULL;
        size_t i;

        if (!can_answer(a))
                return;
        if (*user)
                question.groups = groups = groups_of(a, user, &question.group_count);
        sshd_scopes_find(a->config, &question, &found);
        if (found.undecidable)
                printf("unknown: %s\n", found.undecidable);
        for (i = 0; i < found.count; i++) {
                printf("scope %s\n", found.at[i].applies_to);
                if (!found.at[i].assumed)
                        print_example(&found.at[i].connection);
                print_values(a->config, found.at[i].values);
        }
}

static void answer(struct answers *a, char *line)
{
        char *argument = strchr(line, ' ');

        if (argument)
                *argument++ = '\0';
        else
                argument = line + strlen(line);
        if (streq(line, "root")) {
                if (open_root(a, argument) < 0)
                        printf("unknown: no root %s\n", argument);
        } else if (streq(line, "starts")) {
                if (can_answer(a))
                        printf("yes\n");
        } else if (streq(line, "dump")) {
                answer_dump(a, argument);
        } else if (streq(line, "scopes")) {
                answer_scopes(a, argument);
        } else {
                printf("unknown: no such question\n");
        }
        printf(".\n");
}

int main(void)
{
        struct answers a = {0};
        _cleanup_free_ char *line = NULL;
        size_t allocated = 0;
        ssize_t length;

        while ((length = getline(&line, &allocated, stdin)) > 0) {
                if (line[length - 1] == '\n')
                        line[length - 1] = '\0';
                answer(&a, line);
                (void)fflush(stdout);
        }
        close_root(&a);
        return 0;
}
