/* SPDX-License-Identifier: EUPL-1.2 */
/* Requests to the observer: each is answered or refused, whatever it asks for. The host it looks at is an empty one. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "observe/serve.h"
#include "wire/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *empty_root(void)
{
        static char root[] = "/tmp/bioagent-fuzz-XXXXXX";
        static bool made;

        if (!made && !mkdtemp(root))
                abort();
        made = true;
        return root;
}

/* Bytes: the type, then a JSON body; another root than the empty one would make runs depend on the host. */
static int send_request(int fd, const uint8_t *data, size_t size)
{
        _cleanup_json_ json_t *body = NULL;

        if (size < 1 || json_parse((const char *)data + 1, size - 1, &body, NULL) < 0 || !json_is_object(body))
                return -EINVAL;
        if (json_is_string(json_object_get(body, "root")))
                json_set(body, "root", json_printf("%s", empty_root()));
        return wire_send(fd, (enum wire_type)data[0], body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static struct catalogue *catalogue;
        int pair[2];

        if (!catalogue)
                catalogue = catalogue_new();
        if (size > 16384 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
                return 0;
        /* Room for the answers, so that one thread does. */
        (void)setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &(int){4 << 20}, sizeof(int));
        if (send_request(pair[1], data, size) == 0) {
                (void)shutdown(pair[1], SHUT_WR);
                (void)serve(pair[0], catalogue, NULL);
        }
        close(pair[0]);
        close(pair[1]);
        return 0;
}
