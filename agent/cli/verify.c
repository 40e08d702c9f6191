/* SPDX-License-Identifier: EUPL-1.2 */
/* bioagent verify: signatures and chains of files of records. */
#include <string.h>
#include <syslog.h>

#include "base/memory.h"
#include "base/term.h"
#include "cli/cli.h"
#include "record/verify.h"

#define KEYS_MOST 1000

struct verify_options {
        struct cli_common common;
        struct cli_list keys;
        bool quiet;
};

static const struct cli_option options[] = {
        {"key", CLI_LIST, "JWK|PEM", offsetof(struct verify_options, keys), "a key to trust; may stand several times"},
        {"quiet", CLI_FLAG, NULL, offsetof(struct verify_options, quiet), "print what is wrong alone"},
        {0},
};

struct telling {
        struct text out;
        bool quiet;
};

static const char *in_words(enum verify_result result)
{
        static const char *const words[] = {
                [VERIFY_VALID] = "valid",
                [VERIFY_BROKEN] = "broken",
                [VERIFY_UNDECIDED] = "not decided",
                [VERIFY_GAPS] = "valid with declared gaps",
        };

        return (unsigned)result < ELEMENTS(words) ? words[result] : "broken";
}

static void tell_problem(const struct verify_problem *p, void *user)
{
        struct telling *t = user;

        if (!p->line) { /* of the file, not of what is in it */
                log_message(LOG_ERR, "%s: %s", p->file, p->why);
                return;
        }
        text_add_safe(&t->out, p->file, strlen(p->file));
        text_printf(&t->out, ":%zu: ", p->line);
        if (p->chain)
                text_printf(&t->out, "chain %s record %llu: ", p->chain, (unsigned long long)p->seq);
        if (p->verdict != CHAIN_OK)
                text_printf(&t->out, "%s: ", chain_verdict_name(p->verdict));
        text_printf(&t->out, "%s\n", p->why ? p->why : "refused");
}

static void tell_chain(const struct verify_chain *c, void *user)
{
        struct telling *t = user;

        if (t->quiet && c->result == VERIFY_VALID)
                return;
        text_printf(&t->out, "chain %s: %s%s: %llu records", c->chain, in_words(c->result),
                    c->introduced && c->result != VERIFY_BROKEN ? " under the key that introduces itself" : "",
                    (unsigned long long)c->records);
        if (c->first)
                text_printf(&t->out, ", %llu to %llu", (unsigned long long)c->first, (unsigned long long)c->last);
        if (c->missing)
                text_printf(&t->out, ", %llu missing (%llu declared lost)", (unsigned long long)c->missing,
                            (unsigned long long)c->declared);
        if (c->duplicates)
                text_printf(&t->out, ", %llu stood twice", (unsigned long long)c->duplicates);
        if (c->forks)
                text_printf(&t->out, ", %llu forked", (unsigned long long)c->forks);
        if (c->refused)
                text_printf(&t->out, ", %llu refused", (unsigned long long)c->refused);
        if (c->incomplete)
                text_printf(&t->out, ", %llu with erased values", (unsigned long long)c->incomplete);
        text_printf(&t->out, "; host %s (", c->host_id ? c->host_id : "?");
        text_add(&t->out, c->host_name ? c->host_name : "no name");
        text_printf(&t->out, "), key %s%s\n", c->kid && *c->kid ? c->kid : "none", c->retired ? ", retired" : "");
}

static void tell_report(const struct verify_report *r, void *user)
{
        struct telling *t = user;
        char made[MOMENT_TEXT];

        if (t->quiet && r->result == VERIFY_VALID)
                return;
        moment_format(r->made, made);
        text_add_safe(&t->out, r->file, strlen(r->file));
        text_printf(&t->out, ":%zu: report of ", r->line);
        text_add(&t->out, r->host_name ? r->host_name : "(no name)");
        text_printf(&t->out, ", made %s: %s%s%s", made, in_words(r->result), r->why ? ": " : "", r->why ? r->why : "");
        if (r->missing)
                text_printf(&t->out, ", %zu erased values", r->missing);
        text_printf(&t->out, ", key %s\n", r->kid ? r->kid : "none");
}

static int load_keys(const struct cli_command *self, const struct cli_list *paths, struct jose_key **keys)
{
        for (size_t i = 0; i < paths->count; i++) {
                _cleanup_free_ char *why = NULL;

                if (jose_key_load(paths->items[i], &keys[i], &why) < 0)
                        return cli_usage(self, "--key %s", why);
        }
        return CLI_CONTINUE;
}

static int verify_with(const struct verify_options *o, struct jose_key *const *keys, const char *const *files,
                       size_t file_count)
{
        struct telling t = {.quiet = o->quiet};
        const struct verify_listener listener = {tell_problem, tell_chain, tell_report, &t};
        enum verify_result result =
                verify_files((const struct jose_key *const *)keys, o->keys.count, files, file_count, &listener);
        int status = cli_put(&t.out, (int)result);

        text_free(&t.out);
        return status;
}

static int verify(const struct cli_command *self, int argc, char **argv)
{
        struct verify_options o = {0};
        struct jose_key *keys[KEYS_MOST] = {0};
        int rest, status = cli_options(self, argc, argv, &o, &rest);
        _cleanup_cli_list_ struct cli_list paths = o.keys;

        if (status != CLI_CONTINUE)
                return status;
        if (rest == argc)
                return cli_usage(self, "no file, expected one or more (\"-\": standard input)");
        if (paths.count > KEYS_MOST)
                return cli_usage(self, "%zu keys, expected at most %d", paths.count, KEYS_MOST);
        status = load_keys(self, &paths, keys);
        if (status == CLI_CONTINUE)
                status = verify_with(&o, keys, (const char *const *)argv + rest, (size_t)(argc - rest));
        for (size_t i = 0; i < paths.count; i++)
                jose_key_free(keys[i]);
        return status;
}

const struct cli_command cli_verify = {
        .name = "verify",
        .synopsis = "[--key JWK|PEM]… FILE…",
        .help = "verify the signatures and chains of records; 0 valid, 1 broken, 2 usage or not decided, 3 valid with "
                "declared gaps",
        .options = options,
        .run = verify,
};
