/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "spool/spool.h"

void spool_notify(const char *socket_path)
{
        _cleanup_fd_ int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        struct sockaddr_un address = {.sun_family = AF_UNIX};

        if (fd < 0 || strlen(socket_path) >= sizeof(address.sun_path))
                return;
        memcpy(address.sun_path, socket_path, strlen(socket_path));
        (void)sendto(fd, "", 1, MSG_NOSIGNAL, (const struct sockaddr *)&address, sizeof(address));
}
