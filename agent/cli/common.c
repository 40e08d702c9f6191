/* SPDX-License-Identifier: EUPL-1.2 */
/* What commands have in common: output, language, configuration, policies, observer. */
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <syslog.h>
#include <unistd.h>

#include "base/io.h"
#include "base/json.h"
#include "base/memory.h"
#include "cli/cli.h"

#define WIDTH 80

int cli_usage(const struct cli_command *c, const char *fmt, ...)
{
        _cleanup_text_ struct text t = {0};
        va_list ap;

        va_start(ap, fmt);
        text_vprintf(&t, fmt, ap);
        va_end(ap);
        log_message(LOG_ERR, "%s (bioagent %s --help says what there is)", text_string(&t), c->name);
        return CLI_USAGE;
}

int cli_put(const struct text *out, int status)
{
        int r = fd_write_all(STDOUT_FILENO, text_string(out), out->length);

        if (r < 0) {
                log_message(LOG_ERR, "standard output cannot be written: %s", strerror(-r));
                return CLI_INTERNAL;
        }
        return status;
}

int cli_put_json(json_t *json, int status)
{
        _cleanup_json_ json_t *held = json;
        _cleanup_free_ char *text = json_dumps(held, JSON_INDENT(2));
        struct text out;

        if (!text)
                out_of_memory();
        out = (struct text){.data = text, .length = strlen(text)};
        if (cli_put(&out, CLI_OK) != CLI_OK)
                return CLI_INTERNAL;
        return cli_put(&(struct text){.data = (char *)"\n", .length = 1}, status);
}

int cli_language(const char *lang, enum report_language *ret)
{
        static const char *const variables[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
        const char *value = lang;

        *ret = REPORT_EN;
        if (lang && !streq(lang, "nl") && !streq(lang, "en"))
                return -EINVAL;
        for (size_t i = 0; !value && i < ELEMENTS(variables); i++) {
                value = getenv(variables[i]);
                if (value && !*value)
                        value = NULL;
        }
        if (value && starts_with(value, "nl"))
                *ret = REPORT_NL;
        return 0;
}

bool cli_colour(void)
{
        const char *terminal = getenv("TERM");

        return isatty(STDOUT_FILENO) && !getenv("NO_COLOR") && terminal && *terminal && !streq(terminal, "dumb");
}

unsigned cli_width(void)
{
        struct winsize size = {0};

        if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0 || size.ws_col > WIDTH)
                return WIDTH;
        return size.ws_col;
}

void cli_diagnostics(const struct diag *diag)
{
        diag_print(diag, stderr);
}

int cli_config(const struct cli_common *common, struct config *ret)
{
        _cleanup_diag_ struct diag diag = {0};
        int r = config_load(common->config, ret, &diag);

        cli_diagnostics(&diag);
        return r < 0 ? CLI_USAGE : CLI_CONTINUE;
}

int cli_policies(const struct config *config, const char *const *chosen, struct policies **ret)
{
        const char *const *names = chosen ? chosen : (const char *const *)config->policies;
        _cleanup_policies_ struct policies *p = policies_new();
        _cleanup_diag_ struct diag diag = {0};
        char **directories = policy_directories(config->directory);
        int result = CLI_CONTINUE;

        for (size_t i = 0; names[i]; i++)
                if (policies_add(p, names[i], (const char *const *)directories, &diag) < 0)
                        result = CLI_USAGE;
        policy_directories_free(directories);
        cli_diagnostics(&diag);
        *ret = TAKE_PTR(p);
        return result;
}

/* What the observer would not load; it goes on without. */
static void tell_refused(const json_t *refused)
{
        json_t *refusal;
        size_t i;

        json_array_foreach (refused, i, refusal) {
                const char *path = json_member_string(refusal, "path"), *why = json_member_string(refusal, "why");

                log_message(LOG_WARNING, "%s was not loaded: %s", path ? path : "checks", why ? why : "refused");
        }
}

int cli_observer(const char *const *checks_dirs, struct observer **ret, json_t **ret_descriptors)
{
        struct observer_options options = {.user_change = geteuid() == 0, .checks_dirs = checks_dirs};
        _cleanup_observer_ struct observer *o = NULL;
        _cleanup_free_ char *why = NULL;
        int r = observer_open(&options, &o, &why);

        if (r >= 0)
                r = observer_describe(o, ret_descriptors, &why);
        if (r < 0) {
                log_message(LOG_ERR, "the observer cannot be asked: %s", why ? why : strerror(-r));
                return CLI_INTERNAL;
        }
        tell_refused(json_object_get(*ret_descriptors, "refused"));
        *ret = TAKE_PTR(o);
        return CLI_CONTINUE;
}
