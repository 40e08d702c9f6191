/* SPDX-License-Identifier: EUPL-1.2 */
#include "probe/audit_status.h"

#include <errno.h>
#include <libaudit.h>
#include <poll.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"

#define REPLY_TIMEOUT_MS 2000
#define REPLIES_MOST     32 /* messages of others on the socket that are passed over */

static void close_audit(int *fd)
{
        if (*fd >= 0)
                audit_close(*fd);
}

static json_t *refused(int error)
{
        static const struct {
                int error;
                const char *why;
        } reasons[] = {
                {EPERM, "not permitted (needs root on the host itself)"},
                {EACCES, "not permitted (needs root on the host itself)"},
                {ECONNREFUSED, "the kernel refuses audit in this namespace"},
                {EPROTONOSUPPORT, "the kernel has no audit"},
                {EAFNOSUPPORT, "the kernel has no audit"},
                {ETIMEDOUT, "the kernel did not answer"},
        };
        json_t *answer = json_must(json_object());
        size_t i;

        for (i = 0; i < ELEMENTS(reasons); i++) {
                if (reasons[i].error == error) {
                        json_set(answer, "error", json_printf("%s", reasons[i].why));
                        return answer;
                }
        }
        json_set(answer, "error", json_printf("kernel audit: %s", strerror(error)));
        return answer;
}

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
        int i;

        for (i = 0; i < REPLIES_MOST; i++) {
                struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
                struct audit_reply reply;
                int r;

                do
                        r = poll(&poll_fd, 1, REPLY_TIMEOUT_MS);
                while (r < 0 && errno == EINTR);
                if (r <= 0)
                        return r < 0 ? -errno : -ETIMEDOUT;
                r = audit_get_reply(fd, &reply, GET_REPLY_NONBLOCKING, 0);
                if (r < 0 && r != -EAGAIN)
                        return r;
                if (r <= 0)
                        continue;
                if (reply.type == NLMSG_ERROR && reply.error && reply.error->error)
                        return reply.error->error;
                if (reply.type == AUDIT_GET && reply.status) {
                        *ret = *reply.status;
                        return 0;
                }
        }
        return -ETIMEDOUT;
}

json_t *audit_status_answer(void)
{
        _cleanup_(close_audit) int fd = -1;
        struct audit_status status = {0};
        int r;

        set_aumessage_mode(MSG_QUIET, DBG_NO);
        fd = audit_open();
        if (fd < 0)
                return refused(errno);
        r = audit_request_status(fd);
        if (r <= 0)
                return refused(r < 0 ? -r : EIO);
        r = receive_status(fd, &status);
        return r < 0 ? refused(-r) : status_object(&status);
}
