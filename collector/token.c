/* SPDX-License-Identifier: EUPL-1.2 */
/* token: `bae1.SECRET.PIN`, one-time. The store keeps the secret's hash alone. */
#include <string.h>
#include <syslog.h>

#include "base/diag.h"
#include "base/io.h"
#include "base/memory.h"
#include "base/term.h"
#include "base/text.h"
#include "collector/commands.h"
#include "collector/config.h"
#include "est/ca.h"
#include "est/est.h"
#include "store/store.h"

#define SECRET_BYTES 32
#define NAME_MOST    255

static bool is_name(const char *s)
{
        return *s && strlen(s) <= NAME_MOST && utf8_valid(s, strlen(s)) && !strpbrk(s, "\r\n\t");
}

int collector_token(const struct collector_options *o)
{
        _cleanup_free_ char *directory = NULL, *ca = NULL, *pin = NULL, *secret = NULL;
        _cleanup_config_ struct collector_config c = {0};
        _cleanup_store_ struct store *s = NULL;
        unsigned char bytes[SECRET_BYTES], hash[32];
        const char *org = o->org;
        char *why = NULL;
        struct term valid;
        int64_t now = moment_now();
        int r;

        if (!o->host || !is_name(o->host) || (org && !is_name(org))) {
                log_message(LOG_ERR, "token needs --host NAME: one line, at most %d bytes", NAME_MOST);
                return EXIT_USAGE;
        }
        if (term_parse(o->valid ? o->valid : "PT1H", &valid) < 0) {
                log_message(LOG_ERR, "--valid %s is no term, expected one as PT1H or P2D", o->valid);
                return EXIT_USAGE;
        }
        if (collector_config_load(o->config, &c) < 0)
                return EXIT_USAGE;
        if (!org)
                org = c.organisation;
        ca = collector_path(&c, COLLECTOR_CA_CERTIFICATE);
        pin = ca_pin_of_file(ca);
        if (!pin) {
                log_message(LOG_ERR, "%s is no CA certificate", ca);
                return EXIT_FAILED;
        }
        directory = collector_path(&c, COLLECTOR_STORE);
        r = store_open(directory, false, &s, &why);
        if (r < 0) {
                log_message(LOG_ERR, "%s", why);
                free(why);
                return EXIT_FAILED;
        }
        random_bytes(bytes, sizeof(bytes));
        secret = base64url_encode(bytes, sizeof(bytes));
        est_secret_hash(secret, hash);
        if (store_token_add(s, org, o->host, hash, now, term_add(now, &valid)) < 0)
                return EXIT_FAILED;
        return printf("bae1.%s.%s\n", secret, pin) < 0 || fflush(stdout) != 0 ? EXIT_FAILED : EXIT_DONE;
}
