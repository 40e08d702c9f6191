/* SPDX-License-Identifier: EUPL-1.2 */
#include "probe/audit_netlink.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/json.h"

int audit_netlink_open(void)
{
        int fd;

        set_aumessage_mode(MSG_QUIET, DBG_NO);
        fd = audit_open();
        return fd < 0 ? -errno : fd;
}

void audit_netlink_close(int *fd)
{
        if (*fd >= 0)
                audit_close(*fd);
}

int64_t audit_netlink_deadline(int64_t milliseconds)
{
        struct timespec now;

        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + milliseconds;
}

int audit_netlink_receive(int fd, int64_t deadline, struct audit_reply *reply)
{
        struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
        int r;

        do {
                int64_t left = deadline - audit_netlink_deadline(0);

                if (left <= 0)
                        return -ETIMEDOUT;
                r = poll(&poll_fd, 1, (int)left);
                if (r > 0)
                        r = audit_get_reply(fd, reply, GET_REPLY_NONBLOCKING, 0);
                else if (r < 0)
                        r = -errno;
        } while (r == 0 || r == -EINTR || r == -EAGAIN);
        if (r < 0)
                return r;
        if (reply->type == NLMSG_ERROR)
                return reply->error ? reply->error->error : -EBADMSG;
        return 1;
}

json_t *audit_refused(int error)
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
                {E2BIG, "the kernel has more rules than are read"},
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
