/* SPDX-License-Identifier: EUPL-1.2 */
/* bioagent --run-once: audits now, prints, and forgets. */
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "base/io.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/term.h"
#include "cli/cli.h"
#include "jose/jws.h"
#include "policy/declaration.h"
#include "record/record.h"
#include "report/host.h"

struct run_options {
        struct cli_common common;
        bool run_once, strict, quiet;
        struct cli_list policies, measures, checks, checks_dirs;
        const char *root, *format, *key, *output, *lang;
};

static const struct cli_option options[] = {
        {"run-once", CLI_FLAG, NULL, offsetof(struct run_options, run_once), "audit this host now"},
        {"policy", CLI_LIST, "ID|FILE", offsetof(struct run_options, policies),
         "judge by this policy; may stand several times"},
        {"measure", CLI_LIST, "ID", offsetof(struct run_options, measures),
         "only this measure; may stand several times"},
        {"check", CLI_LIST, "ID", offsetof(struct run_options, checks), "only this check; may stand several times"},
        {"checks", CLI_LIST, "DIR", offsetof(struct run_options, checks_dirs), "a further directory of checks"},
        {"root", CLI_TEXT, "DIR", offsetof(struct run_options, root),
         "audit the unpacked system in DIR instead of this host"},
        {"strict", CLI_FLAG, NULL, offsetof(struct run_options, strict), "advice counts for the exit status too"},
        {"quiet", CLI_FLAG, NULL, offsetof(struct run_options, quiet), "print failures and errors alone"},
        {"format", CLI_TEXT, "FORMAT", offsetof(struct run_options, format),
         "text (the default), html, csv, json or jws"},
        {"key", CLI_TEXT, "FILE", offsetof(struct run_options, key), "private key that signs a jws (bioagent keygen)"},
        {"output", CLI_TEXT, "FILE", offsetof(struct run_options, output),
         "write there (mode 0600) instead of to stdout"},
        {"lang", CLI_TEXT, "nl|en", offsetof(struct run_options, lang), "language of text"},
        {0},
};

const struct cli_command cli_run_once;

/* Everything that a run holds, released together. */
struct run {
        struct run_options options;
        enum report_language language;
        char *root; /* absolute; NULL: the running host */
        struct jose_key *key;
        struct config config;
        struct policies *policies;
        struct declarations *declarations;
        struct observer *observer;
        json_t *descriptors, *plan, *results, *measures, *payload;
};

static void run_free(struct run *r)
{
        free(r->options.policies.items);
        free(r->options.measures.items);
        free(r->options.checks.items);
        free(r->options.checks_dirs.items);
        free(r->root);
        jose_key_free(r->key);
        config_free(&r->config);
        policies_free(r->policies);
        declarations_free(r->declarations);
        observer_close(r->observer);
        json_decref(r->descriptors);
        json_decref(r->plan);
        json_decref(r->results);
        json_decref(r->measures);
        json_decref(r->payload);
}

/* ---- what was asked for ---- */

static int check_format(const struct run_options *o)
{
        bool jws = streq(o->format, "jws");

        if (o->format && !jws && !report_writer_find(o->format))
                return cli_usage(&cli_run_once, "unknown --format \"%s\", expected text, json, jws, html or csv",
                                 o->format);
        if (jws && !o->key)
                return cli_usage(&cli_run_once, "--format jws is signed, expected --key FILE too");
        if (o->key && !jws)
                return cli_usage(&cli_run_once, "--key signs, expected --format jws with it");
        return CLI_CONTINUE;
}

/* O_PATH asks a file system nothing: what is mounted there may never answer. */
static bool is_there(const char *path)
{
        _cleanup_fd_ int fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);

        return fd >= 0;
}

static int load_key(struct run *r)
{
        _cleanup_free_ char *why = NULL;

        if (!r->options.key)
                return CLI_CONTINUE;
        if (jose_key_load(r->options.key, &r->key, &why) < 0)
                return cli_usage(&cli_run_once, "--key %s", why);
        if (!jose_key_is_private(r->key))
                return cli_usage(&cli_run_once, "--key %s: a public key, expected a private one", r->options.key);
        return CLI_CONTINUE;
}

static bool holds_system(const char *root)
{
        _cleanup_free_ char *etc = must_printf("%s/etc", root), *usr = must_printf("%s/usr", root);

        return is_there(etc) || is_there(usr);
}

static int find_root(struct run *r)
{
        struct stat st;

        if (!r->options.root)
                return CLI_CONTINUE;
        r->root = realpath(r->options.root, NULL);
        if (!r->root)
                return cli_usage(&cli_run_once, "--root %s: %s", r->options.root, strerror(errno));
        if (stat(r->root, &st) < 0 || !S_ISDIR(st.st_mode))
                return cli_usage(&cli_run_once, "--root %s: not a directory", r->options.root);
        if (streq(r->root, "/")) {
                free(r->root);
                r->root = NULL;
        } else if (!holds_system(r->root)) {
                log_message(LOG_WARNING, "--root %s: neither etc nor usr is in it; is it an unpacked system?",
                            r->options.root);
        }
        return CLI_CONTINUE;
}

/* The file is replaced as a whole, so it must not be a device or a socket that someone meant to write to. */
static int check_output(const struct run_options *o)
{
        struct stat st;

        if (o->output && lstat(o->output, &st) == 0 && !S_ISREG(st.st_mode))
                return cli_usage(&cli_run_once, "--output %s: not a regular file, expected one or none", o->output);
        return CLI_CONTINUE;
}

static int read_options(struct run *r, int argc, char **argv)
{
        struct run_options *o = &r->options;
        int rest, status = cli_options(&cli_run_once, argc, argv, o, &rest);

        if (status != CLI_CONTINUE)
                return status;
        if (rest < argc)
                return cli_usage(&cli_run_once, "unexpected argument \"%s\"", argv[rest]);
        if (!o->run_once)
                return cli_usage(&cli_run_once, "expected --run-once or a command");
        if (cli_language(o->lang, &r->language) < 0)
                return cli_usage(&cli_run_once, "unknown --lang \"%s\", expected nl or en", o->lang);
        status = check_format(o);
        if (status == CLI_CONTINUE)
                status = check_output(o);
        if (status == CLI_CONTINUE)
                status = find_root(r);
        return status == CLI_CONTINUE ? load_key(r) : status;
}

/* ---- the run ---- */

/* What may not be read, as an ordinary user, is an error of the checks that ask for it; what is wrong is one of usage.
 */
static int load_declarations(struct run *r)
{
        _cleanup_free_ char *directory = must_printf("%s/declarations.d", r->config.directory);
        _cleanup_diag_ struct diag diag = {0};
        int result = declarations_load(directory, &diag, &r->declarations);

        cli_diagnostics(&diag);
        return result == 0 || result == -EACCES ? CLI_CONTINUE : CLI_USAGE;
}

static int make_plan(struct run *r)
{
        _cleanup_diag_ struct diag diag = {0};

        policies_bind(r->policies, json_object_get(r->descriptors, "checks"), &diag);
        r->plan = policies_plan(r->policies, r->descriptors, r->config.profile, r->options.measures.items,
                                r->options.checks.items, &diag);
        cli_diagnostics(&diag);
        return r->plan ? CLI_CONTINUE : CLI_USAGE;
}

static void observe(struct run *r, int64_t now)
{
        _cleanup_json_ json_t *request = json_must(json_object()), *done = NULL;
        _cleanup_free_ char *why = NULL;

        json_set(request, "now", json_must(json_integer(now)));
        json_set(request, "root", json_must(json_string(r->root ? r->root : "/")));
        json_set(request, "declarations", declarations_plan(r->declarations));
        json_set(request, "checks", json_incref(r->plan));
        if (observer_run(r->observer, request, &r->results, &done, &why) < 0)
                log_message(LOG_WARNING, "the run is not complete: %s", why ? why : "the observer did not answer");
        if (done)
                log_message(LOG_DEBUG, "observer: %lld us of CPU, %lld bytes read",
                            (long long)json_member_integer(done, "cpu_us", -1),
                            (long long)json_member_integer(done, "bytes_read", -1));
}

static void make_payload(struct run *r, int64_t started)
{
        int64_t finished = moment_now();
        _cleanup_json_ json_t *policies = policies_list(r->policies);
        _cleanup_json_ json_t *run = report_run("once", started, finished, r->root != NULL);
        _cleanup_json_ json_t *host =
                report_host(NULL, r->config.organisation, r->config.labels, r->config.profile, r->root);

        r->measures = policies_roll_up(r->policies, r->config.profile, r->options.measures.items, r->results);
        r->payload = report_payload(r->root != NULL, finished, host, run, policies, r->measures, r->results);
}

/* 1 outranks 3 (contract). A measure that could not be judged counts like a check that could not. */
static int status_of_run(const struct run *r)
{
        bool failed = false, undecided = false;
        json_t *item;
        size_t i;

        json_array_foreach (r->results, i, item) {
                const char *status = json_member_string(item, "status");

                if (!policies_result_counts(r->policies, item, r->options.strict))
                        continue;
                failed = failed || streq(status, "fail");
                undecided = undecided || streq(status, "error");
        }
        json_array_foreach (r->measures, i, item)
                undecided = undecided || (streq(json_member_string(item, "technical"), "error") &&
                                          (r->options.strict || !streq(json_member_string(item, "kind"), "advice")));
        return failed ? CLI_FAILED : undecided ? CLI_UNDECIDED : CLI_OK;
}

/* ---- output ---- */

/* Beside the policies: in a build tree too. */
static char *find_threat_model(const struct run *r)
{
        char **directories = policy_directories(r->config.directory);
        char *path = must_printf("%.*s/threat-model.md", (int)(strrchr(directories[0], '/') - directories[0]),
                                 directories[0]);

        policy_directories_free(directories);
        return path;
}

static int write_report(struct run *r, struct text *out)
{
        const char *format = r->options.format ? r->options.format : "text";
        _cleanup_json_ json_t *titles = NULL;
        _cleanup_free_ char *line = NULL, *as = NULL, *model = NULL;
        struct report_options how;
        int result;

        if (r->key) {
                result = jws_sign(r->payload, r->key, &line);
                if (result < 0)
                        return result;
                text_add(out, line);
                text_add_char(out, '\n');
                return 0;
        }
        titles = policies_titles(r->policies);
        model = find_threat_model(r);
        as = geteuid() == 0 ? must_strdup("root") : must_printf("uid %u", (unsigned)geteuid());
        how = (struct report_options){
                .language = r->language,
                .colour = !r->options.output && cli_colour(),
                .verbose = r->options.common.verbose,
                .quiet = r->options.quiet,
                .width = r->options.output ? 80 : cli_width(),
                .as = as,
                .ordinary = geteuid() != 0,
                .threat_model = model,
        };
        return report_writer_find(format)->write(
                &(struct report){.payload = r->payload, .descriptors = r->descriptors, .titles = titles}, &how, out);
}

static int put_report(struct run *r, int status)
{
        _cleanup_text_ struct text out = {0};
        int result = write_report(r, &out);

        if (result < 0) {
                log_message(LOG_ERR, "the report cannot be made: %s", strerror(-result));
                return CLI_INTERNAL;
        }
        if (!r->options.output)
                return cli_put(&out, status);
        result = file_write_durably(AT_FDCWD, r->options.output, 0600, text_string(&out), out.length, false);
        if (result < 0) {
                log_message(LOG_ERR, "%s cannot be written: %s", r->options.output, strerror(-result));
                return CLI_INTERNAL;
        }
        return status;
}

static int run(struct run *r, int argc, char **argv)
{
        int status = read_options(r, argc, argv);
        int64_t started;

        if (status == CLI_CONTINUE)
                status = cli_config(&r->options.common, &r->config);
        if (status == CLI_CONTINUE)
                status = cli_policies(&r->config, r->options.policies.items, &r->policies);
        if (status == CLI_CONTINUE)
                status = load_declarations(r);
        if (status != CLI_CONTINUE)
                return status;
        started = moment_now();
        status = cli_observer(r->options.checks_dirs.items, &r->observer, &r->descriptors);
        if (status == CLI_CONTINUE)
                status = make_plan(r);
        if (status != CLI_CONTINUE)
                return status;
        observe(r, started);
        make_payload(r, started);
        return put_report(r, status_of_run(r));
}

static int run_once(const struct cli_command *self, int argc, char **argv)
{
        struct run r = {0};
        int status;

        (void)self;
        status = run(&r, argc, argv);
        run_free(&r);
        return status;
}

const struct cli_command cli_run_once = {
        .name = "--run-once",
        .synopsis = "[OPTION]…",
        .help = "audit this host now and print what it shows",
        .options = options,
        .run = run_once,
};
