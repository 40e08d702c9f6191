/* SPDX-License-Identifier: EUPL-1.2 */
/* bioagent test-config: reads all that the daemon would read, and says what is wrong with it. */
#include <string.h>
#include <syslog.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/term.h"
#include "cli/cli.h"
#include "policy/declaration.h"

/* "declaration PATH (ciso): from 2026-01-31 until 2027-01-31", and where it counts for nothing now, that. */
static void write_declaration(const struct declaration *d, bool expired, struct text *out)
{
        _cleanup_free_ char *role = safe_string(d->role, strlen(d->role));
        char from[MOMENT_TEXT], until[MOMENT_TEXT];

        moment_format(d->date, from);
        moment_format(d->until, until);
        text_printf(out, "declaration %s (%s): from %.10s until %.10s%s\n", d->path, role, from, until,
                    expired                  ? ", expired"
                    : d->date > moment_now() ? ", not in force yet"
                                             : "");
}

static int test_declarations(const struct config *config, struct text *out)
{
        _cleanup_free_ char *directory = must_printf("%s/declarations.d", config->directory);
        _cleanup_diag_ struct diag diag = {0};
        struct declarations *d = NULL;
        int r = declarations_load(directory, &diag, &d);
        size_t expired = 0;

        for (size_t i = 0; i < declarations_count(d); i++) {
                const struct declaration *declaration = declarations_at(d, i);
                const bool over = declaration_expired(declaration, moment_now());

                write_declaration(declaration, over, out);
                expired += over;
        }
        cli_diagnostics(&diag);
        text_printf(out, "declarations: %zu, of which %zu expired\n", declarations_count(d), expired);
        declarations_free(d);
        return r < 0 ? CLI_USAGE : CLI_CONTINUE;
}

/* What the checks do not know is a warning: the daemon runs, and answers error for the measures concerned. */
static void test_binding(struct policies *policies)
{
        _cleanup_observer_ struct observer *observer = NULL;
        _cleanup_json_ json_t *descriptors = NULL;
        _cleanup_diag_ struct diag diag = {0};

        if (cli_observer(NULL, &observer, &descriptors) != CLI_CONTINUE) {
                log_message(LOG_WARNING, "so policies were not held against the checks that there are");
                return;
        }
        policies_bind(policies, json_object_get(descriptors, "checks"), &diag);
        cli_diagnostics(&diag);
}

static int test_config(const struct cli_command *self, int argc, char **argv)
{
        struct cli_common common = {0};
        _cleanup_config_ struct config config = {0};
        _cleanup_policies_ struct policies *policies = NULL;
        _cleanup_text_ struct text out = {0};
        int rest, status = cli_options(self, argc, argv, &common, &rest), declarations;

        if (status != CLI_CONTINUE)
                return status;
        if (rest < argc)
                return cli_usage(self, "unexpected argument \"%s\"", argv[rest]);
        if (cli_config(&common, &config) != CLI_CONTINUE)
                return CLI_USAGE;
        status = cli_policies(&config, NULL, &policies);
        for (size_t i = 0; i < policies_count(policies); i++) {
                const struct policy *p = policies_at(policies, i);

                text_printf(&out, "policy %s %s: %zu measures (%s)\n", p->id, p->version, p->measure_count, p->path);
        }
        declarations = test_declarations(&config, &out);
        test_binding(policies);
        if (status == CLI_CONTINUE)
                status = declarations;
        return cli_put(&out, status == CLI_CONTINUE ? CLI_OK : status);
}

const struct cli_command cli_test_config = {
        .name = "test-config",
        .synopsis = "[OPTION]…",
        .help = "read configuration, policies and declarations, and say what is wrong with them; 0 in order, 2 not",
        .run = test_config,
};
