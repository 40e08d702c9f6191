/* SPDX-License-Identifier: EUPL-1.2 */
/* bioagent-sign [--config FILE] [--once] [--verbose] */
#include <getopt.h>
#include <stdio.h>

#include "base/diag.h"
#include "base/process.h"
#include "sign/daemon.h"

static const char usage[] = "usage: bioagent-sign [--config FILE] [--once] [--verbose]\n"
                            "\n"
                            "  --config FILE  the configuration (default " BIOAGENT_SYSCONFDIR "/bioagent.yml)\n"
                            "  --once         end, cleanly, after the first full record\n"
                            "  --verbose      more messages\n"
                            "  --help, --version\n";

int main(int argc, char **argv)
{
        static const struct option options[] = {
                {"config", required_argument, NULL, 'c'}, {"once", no_argument, NULL, 'o'},
                {"verbose", no_argument, NULL, 'v'},      {"help", no_argument, NULL, 'h'},
                {"version", no_argument, NULL, 'V'},      {0}};
        struct daemon_options o = {0};
        int option;

        log_set_name("bioagent-sign");
        process_guard();
        while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
                switch (option) {
                case 'c':
                        o.config = optarg;
                        break;
                case 'o':
                        o.once = true;
                        break;
                case 'v':
                        log_set_verbose(true);
                        break;
                case 'h':
                        return fputs(usage, stdout) < 0 ? 4 : 0;
                case 'V':
                        return puts("bioagent-sign " BIOAGENT_VERSION) < 0 ? 4 : 0;
                default:
                        (void)fputs(usage, stderr);
                        return 2;
                }
        }
        if (optind < argc) {
                (void)fputs(usage, stderr);
                return 2;
        }
        return daemon_run(&o);
}
