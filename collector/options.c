/* SPDX-License-Identifier: EUPL-1.2 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>

#include "base/cleanup.h"
#include "base/diag.h"
#include "base/memory.h"
#include "base/process.h"
#include "base/text.h"
#include "collector/commands.h"
#include "collector/config.h"

enum { O_CONFIG = 'c', O_NAME = 256, O_STATE, O_HOST, O_ORG, O_VALID, O_ONLY, O_HELP, O_VERSION, O_VERBOSE };

static const struct option options[] = {
        {"config", required_argument, NULL, O_CONFIG},
        {"name", required_argument, NULL, O_NAME},
        {"state", required_argument, NULL, O_STATE},
        {"host", required_argument, NULL, O_HOST},
        {"org", required_argument, NULL, O_ORG},
        {"valid", required_argument, NULL, O_VALID},
        {"only", required_argument, NULL, O_ONLY},
        {"help", no_argument, NULL, O_HELP},
        {"version", no_argument, NULL, O_VERSION},
        {"verbose", no_argument, NULL, O_VERBOSE},
        {NULL, 0, NULL, 0},
};

static const struct command {
        const char *name;
        int (*run)(const struct collector_options *o);
        unsigned takes; /* options, one bit each, besides those that all take */
} commands[] = {
        {"init", collector_init, 1u << (O_NAME - O_NAME) | 1u << (O_STATE - O_NAME)},
        {"serve", collector_serve, 1u << (O_ONLY - O_NAME)},
        {"token", collector_token, 1u << (O_HOST - O_NAME) | 1u << (O_ORG - O_NAME) | 1u << (O_VALID - O_NAME)},
        {"verify", collector_verify, 0},
};

static const char usage[] = "usage: bioagent-collector COMMAND [--config FILE] [--verbose]\n"
                            "\n"
                            "  init --name DNS|IP [--name …] [--state DIR]\n"
                            "                        make CA, server certificate, store, configuration\n"
                            "  serve [--only records|est|web]\n"
                            "                        take records, enrol hosts, show pages\n"
                            "  token --host NAME [--org ORG] [--valid PT1H]\n"
                            "                        print a one-time token with which a host enrols\n"
                            "  verify                verify all stored records again\n"
                            "\n"
                            "FILE is " COLLECTOR_CONFIG " unless given. Exit status: 0 done,\n"
                            "1 broken (verify), 2 usage or configuration, 4 failed.\n"
                            "bioagent-collector(1) has the rest.\n";

static int misused(const char *what, const char *value)
{
        log_message(LOG_ERR, "%s%s%s; see bioagent-collector --help", what, value ? " " : "", value ? value : "");
        return -1;
}

static int read_module(const char *value, struct collector_options *o)
{
        static const struct {
                const char *name;
                unsigned module;
        } modules[] = {{"records", MODULE_RECORDS}, {"est", MODULE_EST}, {"web", MODULE_WEB}};
        size_t i;

        for (i = 0; i < ELEMENTS(modules); i++)
                if (streq(modules[i].name, value)) {
                        o->modules |= modules[i].module;
                        return 0;
                }
        return misused("--only takes records, est or web, not", value);
}

static int read_option(int option, char *value, struct collector_options *o)
{
        switch (option) {
        case O_CONFIG:
                o->config = value;
                return 0;
        case O_NAME:
                if (o->name_count == COLLECTOR_NAMES_MOST)
                        return misused("too many names", NULL);
                o->names[o->name_count++] = value;
                return 0;
        case O_STATE:
                o->state = value;
                return *value == '/' ? 0 : misused("--state takes an absolute path, not", value);
        case O_HOST:
                o->host = value;
                return 0;
        case O_ORG:
                o->org = value;
                return 0;
        case O_VALID:
                o->valid = value;
                return 0;
        case O_ONLY:
                return read_module(value, o);
        case O_VERBOSE:
                log_set_verbose(true);
                return 0;
        default:
                return -1;
        }
}

/* The command is the first word that is no option; *help: --help or --version was asked for. */
static const struct command *read_options(int argc, char **argv, struct collector_options *o, unsigned *given,
                                          int *asked)
{
        const struct command *command = NULL;
        size_t i;
        int option;

        while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
                if (option == O_HELP || option == O_VERSION) {
                        *asked = option;
                        return NULL;
                }
                if (option == '?') {
                        (void)misused("unknown or incomplete option", NULL);
                        return NULL;
                }
                if (read_option(option, optarg, o) < 0)
                        return NULL;
                if (option >= O_NAME && option <= O_ONLY)
                        *given |= 1u << (option - O_NAME);
        }
        for (i = 0; optind == argc - 1 && i < ELEMENTS(commands); i++)
                if (streq(commands[i].name, argv[optind]))
                        command = &commands[i];
        if (!command)
                (void)misused(optind == argc ? "a command is missing" : "expected one command, not",
                              optind == argc ? NULL : argv[optind]);
        else if (*given & ~command->takes)
                (void)misused("an option does not belong to", command->name);
        return command && (*given & ~command->takes) == 0 ? command : NULL;
}

int collector_main(int argc, char **argv)
{
        struct collector_options o = {.config = COLLECTOR_CONFIG};
        _cleanup_free_ char *in_directory = NULL;
        const struct command *command;
        unsigned given = 0;
        struct stat st;
        int asked = 0;

        log_set_name("bioagent-collector");
        process_guard();
        opterr = 0;
        command = read_options(argc, argv, &o, &given, &asked);
        if (asked == O_HELP)
                return fputs(usage, stdout) < 0 || fflush(stdout) != 0 ? EXIT_FAILED : EXIT_DONE;
        if (asked == O_VERSION)
                return printf("bioagent-collector %s\n", BIOAGENT_VERSION) < 0 || fflush(stdout) != 0 ? EXIT_FAILED
                                                                                                      : EXIT_DONE;
        if (!command)
                return EXIT_USAGE;
        /* A directory stands for the file in it. */
        if (stat(o.config, &st) == 0 && S_ISDIR(st.st_mode))
                o.config = in_directory = must_printf("%s/collector.yml", o.config);
        return command->run(&o);
}
