/* SPDX-License-Identifier: EUPL-1.2 */
/* The stream: whatever comes in frames is taken or refused, and what is taken goes out and comes back as it was. */
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "wire/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
        if (!holds)
                abort();
}

static void send_and_receive(enum wire_type type, const json_t *body)
{
        _cleanup_json_ json_t *again = NULL;
        enum wire_type got;
        int pair[2];

        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
                return;
        require(wire_send_by(pair[0], wire_deadline(1000), type, body) == 0);
        require(wire_receive(pair[1], wire_deadline(1000), &got, &again) == 1);
        require(got == type && json_equal(again, body));
        close(pair[0]);
        close(pair[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        int pair[2];

        /* What fits a socket's buffer, so that one thread does. */
        if (size > 65536 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
                return 0;
        require(send(pair[1], data, size, 0) == (ssize_t)size);
        close(pair[1]);
        for (;;) {
                _cleanup_json_ json_t *body = NULL;
                enum wire_type type;
                int r = wire_receive(pair[0], wire_deadline(1000), &type, &body);

                require(r != -ETIMEDOUT);
                if (r <= 0)
                        break;
                require(json_is_object(body));
                send_and_receive(type, body);
        }
        close(pair[0]);
        return 0;
}
