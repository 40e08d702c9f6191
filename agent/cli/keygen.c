/* SPDX-License-Identifier: EUPL-1.2 */
/* bioagent keygen: a key for records and reports. */
#include <fcntl.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "base/io.h"
#include "cli/cli.h"
#include "jose/key.h"

struct keygen_options {
        struct cli_common common;
        const char *output;
};

static const struct cli_option options[] = {
        {"output", CLI_TEXT, "FILE", offsetof(struct keygen_options, output),
         "where the private key goes; must not exist"},
        {0},
};

static void wipe_free(char **s)
{
        if (*s)
                explicit_bzero(*s, strlen(*s));
        free(*s);
}

static int keygen(const struct cli_command *self, int argc, char **argv)
{
        struct keygen_options o = {0};
        _cleanup_key_ struct jose_key *key = NULL;
        _cleanup_(wipe_free) char *pem = NULL;
        int rest, r, status = cli_options(self, argc, argv, &o, &rest);

        if (status != CLI_CONTINUE)
                return status;
        if (rest < argc)
                return cli_usage(self, "unexpected argument \"%s\"", argv[rest]);
        if (!o.output)
                return cli_usage(self, "expected --output FILE");
        key = jose_key_generate();
        pem = jose_key_to_pem(key);
        r = file_write_durably(AT_FDCWD, o.output, 0600, pem, strlen(pem), true);
        if (r == -EEXIST)
                return cli_usage(self, "%s exists already, expected a new file", o.output);
        if (r < 0) {
                log_message(LOG_ERR, "%s cannot be written: %s", o.output, strerror(-r));
                return CLI_INTERNAL;
        }
        status = cli_put_json(jose_key_to_jwk(key), CLI_OK);
        /* Without its public half the key is of no use, and would stand in the way of the next attempt. */
        if (status != CLI_OK)
                (void)unlink(o.output);
        return status;
}

const struct cli_command cli_keygen = {
        .name = "keygen",
        .synopsis = "--output FILE",
        .help = "make a key pair: the private key to FILE (PEM, mode 0600), the public one to stdout (JWK)",
        .options = options,
        .run = keygen,
};
