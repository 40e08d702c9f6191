/* SPDX-License-Identifier: EUPL-1.2 */
/* bioagent-ship [--config FILE] [--once | --idle-exit SECONDS]; bioagent-ship enroll URL --token-file FILE|- */
#include <getopt.h>
#include <stdio.h>

#include "base/diag.h"
#include "base/process.h"
#include "base/text.h"
#include "ship/ship.h"

static const char usage[] = "usage: bioagent-ship [--config FILE] [--verbose] [--once | --idle-exit SECONDS]\n"
                            "       bioagent-ship enroll URL --token-file FILE|- [--config FILE] [--verbose]\n"
                            "\n"
                            "  --config FILE        the configuration (default " BIOAGENT_SYSCONFDIR "/bioagent.yml)\n"
                            "  --once               send what there is and end: 0 if all is acknowledged,\n"
                            "                       else 1\n"
                            "  --idle-exit SECONDS  end after so long without anything to do\n"
                            "  --token-file FILE    holds the token that bioagent-collector printed; -: stdin\n"
                            "  --verbose            more messages\n"
                            "  --help, --version\n";

struct arguments {
        struct ship_options ship;
        const char *token_file;
};

/* -1: go on; else the exit status. */
static int read_options(int argc, char **argv, struct arguments *ret)
{
        static const struct option options[] = {
                {"config", required_argument, NULL, 'c'},    {"once", no_argument, NULL, 'o'},
                {"idle-exit", required_argument, NULL, 'i'}, {"token-file", required_argument, NULL, 't'},
                {"verbose", no_argument, NULL, 'v'},         {"help", no_argument, NULL, 'h'},
                {"version", no_argument, NULL, 'V'},         {0}};
        int option;

        while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
                switch (option) {
                case 'c':
                        ret->ship.config = optarg;
                        break;
                case 'o':
                        ret->ship.once = true;
                        break;
                case 'i':
                        if (parse_u64(optarg, &ret->ship.idle_exit) < 0 || ret->ship.idle_exit > 86400) {
                                (void)fputs(usage, stderr);
                                return 2;
                        }
                        break;
                case 't':
                        ret->token_file = optarg;
                        break;
                case 'v':
                        log_set_verbose(true);
                        break;
                case 'h':
                        return fputs(usage, stdout) < 0 ? 4 : 0;
                case 'V':
                        return puts("bioagent-ship " BIOAGENT_VERSION) < 0 ? 4 : 0;
                default:
                        (void)fputs(usage, stderr);
                        return 2;
                }
        }
        return -1;
}

int main(int argc, char **argv)
{
        struct arguments a = {0};
        int status;

        log_set_name("bioagent-ship");
        process_guard();
        status = read_options(argc, argv, &a);
        if (status >= 0)
                return status;
        argc -= optind;
        argv += optind;
        if (argc == 2 && streq(argv[0], "enroll") && a.token_file)
                return ship_enrol(a.ship.config, argv[1], a.token_file);
        if (argc > 0 || a.token_file) {
                (void)fputs(usage, stderr);
                return 2;
        }
        return ship_run(&a.ship);
}
