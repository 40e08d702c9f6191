/* SPDX-License-Identifier: EUPL-1.2 */
/* bioagent-observe: reads the host and judges what it read, on the stream at descriptor 0. It does not know who started
 * it. */
#include <errno.h>
#include <getopt.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <syslog.h>

#include "base/diag.h"
#include "base/memory.h"
#include "base/text.h"
#include "observe/catalogue.h"
#include "observe/confine.h"
#include "observe/plugins.h"
#include "observe/probe.h"
#include "observe/serve.h"
#include "wire/wire.h"

#define STREAM           0
#define CHECKS_DIRS_MOST 16
#define STATUS_USAGE     2
#define STATUS_INTERNAL  4

static const char *const plugin_directories[] = {"/usr/lib/bioagent/checks", BIOAGENT_SYSCONFDIR "/checks.d"};

struct arguments {
        int probe_fd; /* -1: connect to its socket */
        bool no_probe;
        const char *checks[CHECKS_DIRS_MOST];
        size_t check_count;
};

enum { OPTION_PROBE_FD = 256, OPTION_NO_PROBE, OPTION_CHECKS };

static const struct option options[] = {
        {"probe-fd", required_argument, NULL, OPTION_PROBE_FD},
        {"no-probe", no_argument, NULL, OPTION_NO_PROBE},
        {"checks", required_argument, NULL, OPTION_CHECKS},
        {0},
};

static bool is_stream(int fd)
{
        int type, domain;
        socklen_t type_length = sizeof(type), domain_length = sizeof(domain);

        return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_length) == 0 && type == SOCK_STREAM &&
               getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &domain_length) == 0 && domain == AF_UNIX;
}

static int take_arguments(int argc, char **argv, struct arguments *ret)
{
        uint64_t fd;
        int option;

        while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
                switch (option) {
                case OPTION_PROBE_FD:
                        if (parse_u64(optarg, &fd) < 0 || fd > 1023 || !is_stream((int)fd))
                                return -EINVAL;
                        ret->probe_fd = (int)fd;
                        break;
                case OPTION_NO_PROBE:
                        ret->no_probe = true;
                        break;
                case OPTION_CHECKS:
                        if (ret->check_count == CHECKS_DIRS_MOST)
                                return -EINVAL;
                        ret->checks[ret->check_count++] = optarg;
                        break;
                default:
                        return -EINVAL;
                }
        }
        return optind == argc ? 0 : -EINVAL;
}

/* Who may own plug-ins besides root: the user on both ends of the stream, where that is one. Behind a service's socket
 * the ends are two services, and only root's count. */
static uid_t trusted_owner(void)
{
        struct ucred peer;
        socklen_t length = sizeof(peer);

        if (getsockopt(STREAM, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0 || peer.uid != getuid())
                return 0;
        return peer.uid;
}

static void load_plugins(struct catalogue *c, const struct arguments *a)
{
        uid_t owner = trusted_owner();

        for (size_t i = 0; i < ELEMENTS(plugin_directories); i++)
                plugins_load(c, plugin_directories[i], false, owner);
        for (size_t i = 0; i < a->check_count; i++)
                plugins_load(c, a->checks[i], true, owner);
}

static int refuse(const char *why)
{
        log_message(LOG_ERR, "%s", why);
        (void)wire_refuse(STREAM, wire_deadline(1000), why);
        return STATUS_INTERNAL;
}

static int observe(const struct arguments *a)
{
        _cleanup_catalogue_ struct catalogue *catalogue = NULL;
        _cleanup_probe_ struct probe probe;
        _cleanup_free_ char *why = NULL;
        int r, landlock;

        probe_init(&probe, a->no_probe        ? -1
                           : a->probe_fd >= 0 ? a->probe_fd
                                              : probe_connect(BIOAGENT_RUNTIMEDIR "/probe"));
        r = confine(&landlock);
        if (r < 0) {
                why = must_printf("the observer cannot confine itself: %s", strerror(-r));
                return refuse(why);
        }
        log_message(LOG_DEBUG, landlock ? "confined, Landlock version %d" : "confined, without Landlock", landlock);
        r = wire_hello(STREAM, "observe", 0, &why);
        if (r == -EPIPE)
                return 0;
        if (r < 0) {
                log_message(LOG_ERR, "%s", why);
                return STATUS_INTERNAL;
        }
        catalogue = catalogue_new();
        load_plugins(catalogue, a);
        r = serve(STREAM, catalogue, &probe.live);
        return r < 0 && r != -EPIPE ? STATUS_INTERNAL : 0;
}

int main(int argc, char **argv)
{
        struct arguments arguments = {.probe_fd = -1};

        log_set_name("bioagent-observe");
        (void)signal(SIGPIPE, SIG_IGN);
        (void)umask(077);
        /* Of OpenSSL only a digest is used: its configuration, with whatever modules that loads, is not. */
        (void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
        if (take_arguments(argc, argv, &arguments) < 0) {
                log_message(LOG_ERR, "usage: bioagent-observe [--probe-fd N | --no-probe] [--checks DIR]…");
                return STATUS_USAGE;
        }
        if (!is_stream(STREAM)) {
                log_message(LOG_ERR, "descriptor 0 is no connected stream: this program is started by others");
                return STATUS_USAGE;
        }
        return observe(&arguments);
}
