/* SPDX-License-Identifier: EUPL-1.2 */
/* bioagent-probe: answers a closed list of requests that need privilege, on the stream at descriptor 0. It parses no
 * file of the host and takes no argument from its caller. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>

#include "base/cleanup.h"
#include "base/diag.h"
#include "base/json.h"
#include "probe/audit_rules.h"
#include "probe/audit_status.h"
#include "probe/confine.h"
#include "wire/wire.h"

#define STREAM        0
#define REQUESTS_MOST 1000 /* of one stream; a run asks a handful */

struct request {
        enum wire_type asked, answered;
        json_t *(*answer)(void);
};

static const struct request requests[] = {
        {WIRE_AUDIT_STATUS, WIRE_AUDIT_STATUS_ANSWER, audit_status_answer},
        {WIRE_AUDIT_RULES, WIRE_AUDIT_RULES_ANSWER, audit_rules_answer},
};

static int refuse(const char *why)
{
        _cleanup_json_ json_t *body = json_must(json_object());

        json_set(body, "why", json_printf("%s", why));
        (void)wire_send(STREAM, WIRE_REFUSED, body);
        return -EPROTO;
}

static int serve_one(enum wire_type type)
{
        size_t i;

        for (i = 0; i < ELEMENTS(requests); i++) {
                if (requests[i].asked == type) {
                        _cleanup_json_ json_t *body = requests[i].answer();

                        return wire_send(STREAM, requests[i].answered, body);
                }
        }
        return refuse("no such request");
}

static int serve(void)
{
        _cleanup_free_ char *why = NULL;
        int r, i;

        r = wire_hello(STREAM, "probe", 0, &why);
        /* An observer that needs nothing of ours ends without a word. */
        if (r == -EPIPE)
                return r;
        if (r < 0) {
                log_message(LOG_ERR, "%s", why ? why : strerror(-r));
                return r;
        }
        for (i = 0; i < REQUESTS_MOST; i++) {
                _cleanup_json_ json_t *body = NULL;
                enum wire_type type;

                r = wire_receive(STREAM, 0, &type, &body);
                if (r <= 0)
                        return r;
                r = serve_one(type);
                if (r < 0)
                        return r;
        }
        return refuse("too many requests on one stream");
}

int main(void)
{
        int r, type;

        log_set_name("bioagent-probe");
        (void)signal(SIGPIPE, SIG_IGN);
        if (getsockopt(STREAM, SOL_SOCKET, SO_TYPE, &type, &(socklen_t){sizeof(type)}) < 0) {
                log_message(LOG_ERR, "descriptor 0 is no connected stream: this program is started by others");
                return 2;
        }
        r = probe_confine();
        if (r < 0) {
                log_message(LOG_ERR, "cannot give up privileges: %s", strerror(-r));
                return 4;
        }
        r = serve();
        return r < 0 && r != -EPIPE ? 4 : 0;
}
