/* SPDX-License-Identifier: EUPL-1.2 */
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "base/diag.h"
#include "cli/cli.h"

/* A descriptor that the caller closed must not become another file's: writing to stdout has to fail, not to land in it.
 */
static int hold_standard_descriptors(void)
{
        for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
                if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
                        return -1;
        return 0;
}

int main(int argc, char **argv)
{
        if (hold_standard_descriptors() < 0)
                return CLI_INTERNAL;
        (void)signal(SIGPIPE, SIG_IGN); /* a closed pipe is an output failure with a status, not a death */
        log_set_name("bioagent");
        return cli_main(argc, argv);
}
