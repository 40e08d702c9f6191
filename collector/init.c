/* SPDX-License-Identifier: EUPL-1.2 */
/* init: CA, server certificate, empty store, configuration. The configuration comes last: where it is, the rest is
 * whole. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>

#include "base/diag.h"
#include "base/io.h"
#include "base/memory.h"
#include "base/term.h"
#include "base/text.h"
#include "collector/commands.h"
#include "collector/config.h"
#include "est/ca.h"
#include "store/store.h"

/* The users of the packaged services (packaging/systemd): they share the store through the group, and est alone has the
 * CA key. */
#define USER     "bioagent-collector"
#define USER_EST "bioagent-collector-est"

static int failed(const char *what, int error)
{
        log_message(LOG_ERR, "%s: %s", what, strerror(-error));
        return EXIT_FAILED;
}

static int said(char *why)
{
        log_message(LOG_ERR, "%s", why);
        free(why);
        return EXIT_FAILED;
}

static int write_file(const struct collector_config *c, enum collector_path which, mode_t mode, const char *content)
{
        _cleanup_free_ char *path = collector_path(c, which);
        int r = file_write_durably(AT_FDCWD, path, mode, content, strlen(content), true);

        return r < 0 ? failed(path, r) : EXIT_DONE;
}

static int make_directories(const struct collector_config *c)
{
        static const struct {
                enum collector_path which;
                mode_t mode;
        } below[] = {{COLLECTOR_CA, 0700}, {COLLECTOR_TLS, 0750}, {COLLECTOR_STORE, 02770}};
        size_t i;
        int r = directory_make(c->state, 0755);

        if (r < 0)
                return failed(c->state, r);
        for (i = 0; i < ELEMENTS(below); i++) {
                _cleanup_free_ char *path = collector_path(c, below[i].which);

                r = directory_make(path, below[i].mode);
                if (r >= 0 && chmod(path, below[i].mode) < 0)
                        r = -errno;
                if (r < 0)
                        return failed(path, r);
        }
        return EXIT_DONE;
}

static int make_certificates(const struct collector_config *c, const struct collector_options *o)
{
        _cleanup_free_ char *ca_key = NULL, *ca_certificate = NULL, *key = NULL, *certificate = NULL;
        _cleanup_ca_ struct ca *ca = NULL;
        char *why = NULL;
        int status, r;

        if (ca_create(moment_now(), &ca, &why) < 0)
                return said(why);
        r = ca_issue_server(ca, o->names, o->name_count, moment_now(), &key, &certificate, &why);
        if (r < 0) {
                status = said(why);
                return r == -EINVAL ? EXIT_USAGE : status;
        }
        ca_key = ca_key_pem(ca);
        ca_certificate = ca_certificate_pem(ca);
        status = write_file(c, COLLECTOR_CA_KEY, 0600, ca_key);
        if (status == EXIT_DONE)
                status = write_file(c, COLLECTOR_CA_CERTIFICATE, 0644, ca_certificate);
        if (status == EXIT_DONE)
                status = write_file(c, COLLECTOR_SERVER_KEY, 0640, key);
        if (status == EXIT_DONE)
                status = write_file(c, COLLECTOR_SERVER_CERTIFICATE, 0644, certificate);
        explicit_bzero(ca_key, strlen(ca_key));
        explicit_bzero(key, strlen(key));
        return status;
}

static int make_store(const struct collector_config *c)
{
        _cleanup_free_ char *directory = collector_path(c, COLLECTOR_STORE);
        _cleanup_store_ struct store *s = NULL;
        char *why = NULL;

        return store_open(directory, true, &s, &why) < 0 ? said(why) : EXIT_DONE;
}

/* Where the services have users of their own, what init made as root is theirs. */
static int give_away(const struct collector_config *c)
{
        static const struct {
                enum collector_path which;
                const char *file; /* below it, or NULL */
                const char *user;
        } owned[] = {
                {COLLECTOR_CA, NULL, USER_EST}, {COLLECTOR_CA_KEY, NULL, USER_EST},
                {COLLECTOR_TLS, NULL, "root"},  {COLLECTOR_SERVER_KEY, NULL, "root"},
                {COLLECTOR_STORE, NULL, USER},  {COLLECTOR_STORE, "store.db", USER},
        };
        const struct group *group = geteuid() == 0 ? getgrnam(USER) : NULL;
        gid_t gid;
        size_t i;

        if (!group)
                return EXIT_DONE;
        gid = group->gr_gid;
        for (i = 0; i < ELEMENTS(owned); i++) {
                _cleanup_free_ char *base = collector_path(c, owned[i].which);
                _cleanup_free_ char *path =
                        must_printf("%s%s%s", base, owned[i].file ? "/" : "", owned[i].file ? owned[i].file : "");
                const struct passwd *user = getpwnam(owned[i].user);

                if (user && lchown(path, user->pw_uid, gid) < 0)
                        return failed(path, -errno);
        }
        return EXIT_DONE;
}

int collector_init(const struct collector_options *o)
{
        _cleanup_config_ struct collector_config c = {0};
        _cleanup_free_ char *text = NULL, *pin = NULL, *ca_path = NULL;
        size_t i;
        int status, r;

        if (o->name_count == 0) {
                log_message(
                        LOG_ERR,
                        "init needs at least one --name: a DNS name or address under which hosts reach the collector");
                return EXIT_USAGE;
        }
        if (access(o->config, F_OK) == 0) {
                log_message(LOG_ERR, "%s is there already", o->config);
                return EXIT_USAGE;
        }
        collector_config_defaults(&c, o->config);
        if (o->state) {
                free(c.state);
                c.state = must_strdup(o->state);
        }
        if (!utf8_valid(c.state, strlen(c.state))) {
                log_message(LOG_ERR, "%s is no UTF-8, and cannot stand in a configuration", c.state);
                return EXIT_USAGE;
        }
        for (i = 0; i < o->name_count; i++)
                c.names[c.name_count++] = must_strdup(o->names[i]);
        status = make_directories(&c);
        if (status == EXIT_DONE)
                status = make_certificates(&c, o);
        if (status == EXIT_DONE)
                status = make_store(&c);
        if (status == EXIT_DONE)
                status = give_away(&c);
        if (status != EXIT_DONE)
                return status;
        text = collector_config_text(&c);
        r = file_write_durably(AT_FDCWD, o->config, 0644, text, strlen(text), true);
        if (r < 0)
                return failed(o->config, r);
        ca_path = collector_path(&c, COLLECTOR_CA_CERTIFICATE);
        pin = ca_pin_of_file(ca_path);
        log_message(LOG_INFO, "made %s and %s; pin of the CA: %s", o->config, c.state, pin ? pin : "?");
        return EXIT_DONE;
}
