/* SPDX-License-Identifier: EUPL-1.2 */
#include "probe/audit_status.h"

#include <errno.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "probe/audit_netlink.h"

#define REPLY_TIMEOUT_MS 2000
#define REPLIES_MOST     32 /* messages of others on the socket that are passed over */

static json_t *status_object(const struct audit_status *s)
{
        json_t *answer = json_must(json_object());

        json_set(answer, "enabled", json_integer((json_int_t)s->enabled));
        json_set(answer, "failure", json_integer((json_int_t)s->failure));
        json_set(answer, "pid", json_integer((json_int_t)s->pid));
        json_set(answer, "rate_limit", json_integer((json_int_t)s->rate_limit));
        json_set(answer, "backlog_limit", json_integer((json_int_t)s->backlog_limit));
        json_set(answer, "lost", json_integer((json_int_t)s->lost));
        json_set(answer, "backlog", json_integer((json_int_t)s->backlog));
        return answer;
}

/* The reply follows the acknowledgement, possibly behind messages that other requests on the host provoked. */
static int receive_status(int fd, struct audit_status *ret)
{
        int64_t deadline = audit_netlink_deadline(REPLY_TIMEOUT_MS);
        int i;

        for (i = 0; i < REPLIES_MOST; i++) {
                struct audit_reply reply;
                int r = audit_netlink_receive(fd, deadline, &reply);

                if (r < 0)
                        return r;
                if (r > 0 && reply.type == AUDIT_GET && reply.status) {
                        *ret = *reply.status;
                        return 0;
                }
        }
        return -ETIMEDOUT;
}

json_t *audit_status_answer(void)
{
        _cleanup_audit_ int fd = audit_netlink_open();
        struct audit_status status = {0};
        int r;

        if (fd < 0)
                return audit_refused(-fd);
        r = audit_request_status(fd);
        if (r <= 0)
                return audit_refused(r < 0 ? -r : EIO);
        r = receive_status(fd, &status);
        return r < 0 ? audit_refused(-r) : status_object(&status);
}
