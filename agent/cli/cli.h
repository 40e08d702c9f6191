/* SPDX-License-Identifier: EUPL-1.2 */
/* What the commands of `bioagent` share (contract: command line). Messages go to stderr, results to stdout. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"
#include "base/text.h"
#include "config/config.h"
#include "policy/policy.h"
#include "report/report.h"
#include "wire/observer.h"

enum cli_status {
        CLI_CONTINUE = -1, /* of cli_options(): go on */
        CLI_OK = 0,
        CLI_FAILED = 1,    /* a check failed; of verify: broken */
        CLI_USAGE = 2,     /* wrong usage or configuration */
        CLI_UNDECIDED = 3, /* nothing failed, but something could not be established; of verify: declared gaps */
        CLI_INTERNAL = 4,  /* internal or output failure */
};

/* Texts given for an option that may stand several times; borrowed from argv. */
struct cli_list {
        const char **items; /* NULL-terminated once there is one; NULL: none */
        size_t count, allocated;
};

static inline void cli_list_free(struct cli_list *l)
{
        free(l->items);
}
#define _cleanup_cli_list_ _cleanup_(cli_list_free)

/* What every command takes. Each command's own structure begins with it. */
struct cli_common {
        const char *config; /* NULL: the default */
        bool verbose;
};

enum cli_option_kind { CLI_FLAG, CLI_TEXT, CLI_LIST };

/* A row for each option, ended by one without a name. */
struct cli_option {
        const char *name;
        enum cli_option_kind kind;
        const char *argument; /* its name in the help; NULL for a flag */
        size_t offset;        /* in the command's structure: bool, const char *, struct cli_list */
        const char *help;
};

struct cli_command {
        const char *name;
        const char *synopsis; /* what follows the name */
        const char *help;     /* one sentence */
        const struct cli_option *options;
        int (*run)(const struct cli_command *self, int argc, char **argv);
};

extern const struct cli_command cli_run_once, cli_list_command, cli_explain, cli_facts, cli_keygen, cli_verify,
        cli_status, cli_test_config;

/* The whole program; returns its exit status. */
int cli_main(int argc, char **argv);

/* Reads a command's options into `to`. argv[0] is the command. *ret_rest is the index of the first argument that is no
 * option. Answers
 * --help and --version itself. CLI_CONTINUE, or the exit status. */
int cli_options(const struct cli_command *c, int argc, char **argv, void *to, int *ret_rest);
/* Says what is wrong and where help is; returns CLI_USAGE. */
int cli_usage(const struct cli_command *c, const char *fmt, ...) _printf_(2, 3);
void cli_help(const struct cli_command *c, struct text *out);

/* Writes a result to stdout; CLI_INTERNAL with a message where that fails, else `status`. */
int cli_put(const struct text *out, int status);
/* The same for JSON, indented. Steals `json`. */
int cli_put_json(json_t *json, int status);

/* --lang, else LC_ALL, LC_MESSAGES, LANG; -EINVAL where `lang` is neither nl nor en. */
int cli_language(const char *lang, enum report_language *ret);
bool cli_colour(void);
unsigned cli_width(void);

/* Reads the configuration; diagnostics are printed. CLI_CONTINUE or CLI_USAGE. */
int cli_config(const struct cli_common *common, struct config *ret);
/* Adds these policies, or the configured ones where `chosen` is NULL. CLI_CONTINUE or CLI_USAGE. */
int cli_policies(const struct config *config, const char *const *chosen, struct policies **ret);
/* Starts an observer and asks what it knows. `why` of a failure is printed. CLI_CONTINUE or CLI_INTERNAL. */
int cli_observer(const char *const *checks_dirs, struct observer **ret, json_t **ret_descriptors);
/* Prints warnings, or errors, of reading. */
void cli_diagnostics(const struct diag *diag);

static inline void config_clean(struct config *c)
{
        config_free(c);
}
#define _cleanup_config_ _cleanup_(config_clean)

#endif
