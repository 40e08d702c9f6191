/* SPDX-License-Identifier: EUPL-1.2 */
#include "observe/probe.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/json.h"
#include "base/memory.h"
#include "wire/wire.h"

#define TIMEOUT_MILLISECONDS 5000 /* of one answer: the probe itself waits at most 3 s for the kernel */

static json_t *error_json(const char *why)
{
        json_t *answer = json_must(json_object());

        json_set(answer, "error", json_safe_string(why, strlen(why)));
        return answer;
}

static int ask(struct probe *p, enum wire_type request, enum wire_type expected, json_t **ret, char **why)
{
        _cleanup_json_ json_t *body = json_must(json_object()), *answer = NULL;
        uint64_t deadline = wire_deadline(TIMEOUT_MILLISECONDS);
        enum wire_type type;
        int r = 0;

        if (!p->greeted)
                r = wire_hello(p->fd, "observe", deadline, why);
        if (r < 0)
                return r;
        p->greeted = true;
        r = wire_send_by(p->fd, deadline, request, body);
        if (r == 0)
                r = wire_receive(p->fd, deadline, &type, &answer);
        if (r == 1 && type == expected) {
                *ret = TAKE_PTR(answer);
                return 0;
        }
        *why = r == 1            ? must_strdup("the probe refused the request")
               : r == 0          ? must_strdup("the probe ended")
               : r == -ETIMEDOUT ? must_strdup("the probe did not answer in time")
                                 : must_printf("the probe did not answer: %s", strerror(-r));
        return r < 0 ? r : -EPROTO;
}

static json_t *answer_or_error(struct probe *p, enum wire_type request, enum wire_type expected)
{
        json_t *answer = NULL;

        if (!p->broken && ask(p, request, expected, &answer, &p->broken) == 0)
                return answer;
        return error_json(p->broken);
}

static json_t *audit_status(void *user)
{
        return answer_or_error(user, WIRE_AUDIT_STATUS, WIRE_AUDIT_STATUS_ANSWER);
}

static json_t *audit_rules(void *user)
{
        return answer_or_error(user, WIRE_AUDIT_RULES, WIRE_AUDIT_RULES_ANSWER);
}

void probe_init(struct probe *p, int fd)
{
        *p = (struct probe){.fd = fd, .live = {.audit_status = audit_status, .user = p, .audit_rules = audit_rules}};
        if (fd < 0)
                p->broken = must_strdup("there is no probe to ask");
}

int probe_connect(const char *path)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        _cleanup_fd_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

        if (fd < 0 || strlen(path) >= sizeof(address.sun_path))
                return -1;
        memcpy(address.sun_path, path, strlen(path));
        if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
                return -1;
        return TAKE_FD(fd);
}

void probe_end(struct probe *p)
{
        close_fd(&p->fd);
        free(p->broken);
        p->broken = NULL;
}
