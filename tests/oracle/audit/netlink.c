/* SPDX-License-Identifier: EUPL-1.2 */
/* A kernel's audit that is not there: preloaded into auditctl, so that what it would send can be looked at, and this
 * machine's kernel is never asked. What is sent is written to the file that AUDIT_SENT names, a line a message: the
 * type and the payload in hex. Rules that are there already are refused, as the kernel does. */
#include <dlfcn.h>
#include <errno.h>
#include <libaudit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define RULES_MOST 4096

#define SOCKETS_MOST 4096
static int kernel_ends[SOCKETS_MOST]; /* of the pair whose other end is that descriptor */
static int kernel;                    /* of the one that is being answered */
static struct {
        size_t length;
        unsigned char *bytes;
} rules[RULES_MOST];
static size_t rule_count;

static void put(int type, const void *payload, size_t length, unsigned sequence)
{
        struct {
                struct nlmsghdr header;
                unsigned char payload[MAX_AUDIT_MESSAGE_LENGTH];
        } message = {.header = {.nlmsg_len = (unsigned)NLMSG_SPACE(length),
                                .nlmsg_type = (unsigned short)type,
                                .nlmsg_seq = sequence}};

        memcpy(message.payload, payload, length);
        if (write(kernel, &message, message.header.nlmsg_len) < 0)
                abort();
}

static void acknowledge(const struct nlmsghdr *header, int error)
{
        struct nlmsgerr answer = {.error = error, .msg = *header};

        put(NLMSG_ERROR, &answer, sizeof(answer), header->nlmsg_seq);
}

static void keep_log(const struct nlmsghdr *header, const unsigned char *payload, size_t length)
{
        const char *path = getenv("AUDIT_SENT");
        FILE *f = path ? fopen(path, "a") : NULL;
        size_t i;

        if (!f)
                abort();
        (void)fprintf(f, "%d ", header->nlmsg_type);
        for (i = 0; i < length; i++)
                (void)fprintf(f, "%02x", payload[i]);
        (void)fputc('\n', f);
        if (fclose(f) != 0)
                abort();
}

static size_t find(const unsigned char *payload, size_t length)
{
        size_t i;

        for (i = 0; i < rule_count; i++)
                if (rules[i].length == length && memcmp(rules[i].bytes, payload, length) == 0)
                        return i;
        return rule_count;
}

static int change(int type, const unsigned char *payload, size_t length)
{
        size_t at = find(payload, length);

        if (type == AUDIT_DEL_RULE) {
                if (at == rule_count)
                        return -ENOENT;
                rules[at] = rules[--rule_count];
                return 0;
        }
        if (at < rule_count)
                return -EEXIST;
        if (rule_count == RULES_MOST)
                abort();
        rules[rule_count].bytes = malloc(length);
        if (!rules[rule_count].bytes)
                abort();
        memcpy(rules[rule_count].bytes, payload, length);
        rules[rule_count++].length = length;
        return 0;
}

static void answer(const struct nlmsghdr *header, const unsigned char *payload, size_t length)
{
        struct audit_status status = {.enabled = 1, .feature_bitmap = 0xffffffffu};
        int type = header->nlmsg_type;

        if (type == AUDIT_ADD_RULE || type == AUDIT_DEL_RULE) {
                keep_log(header, payload, length);
                acknowledge(header, change(type, payload, length));
                return;
        }
        if (type == AUDIT_SET || type == AUDIT_LIST_RULES)
                keep_log(header, payload, length);
        if (type == AUDIT_LIST_RULES)
                rule_count = 0; /* asked for by -D alone, which then removes what it gets */
        acknowledge(header, 0);
        if (type == AUDIT_GET)
                put(AUDIT_GET, &status, sizeof(status), header->nlmsg_seq);
        else if (type == AUDIT_LIST_RULES)
                put(NLMSG_DONE, "\0\0\0", 4, header->nlmsg_seq);
}

__attribute__((visibility("default"))) int socket(int domain, int type, int protocol)
{
        static int (*real)(int, int, int);
        int pair[2];

        if (!real)
                *(void **)&real = dlsym(RTLD_NEXT, "socket");
        if (domain != PF_NETLINK)
                return real(domain, type, protocol);
        if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) < 0)
                return -1;
        if (pair[0] >= SOCKETS_MOST)
                abort();
        if (kernel_ends[pair[0]])
                (void)close(kernel_ends[pair[0]]);
        kernel_ends[pair[0]] = pair[1];
        return pair[0];
}

__attribute__((visibility("default"))) ssize_t sendto(int fd, const void *buffer, size_t length, int flags,
                                                      const struct sockaddr *address, socklen_t size)
{
        const struct nlmsghdr *header = buffer;

        (void)flags;
        (void)address;
        (void)size;
        if (fd < 0 || fd >= SOCKETS_MOST || !kernel_ends[fd] || length < sizeof(*header))
                abort();
        kernel = kernel_ends[fd];
        answer(header, (const unsigned char *)buffer + NLMSG_HDRLEN, header->nlmsg_len - NLMSG_HDRLEN);
        return (ssize_t)length;
}

__attribute__((visibility("default"))) ssize_t recvfrom(int fd, void *buffer, size_t length, int flags,
                                                        struct sockaddr *address, socklen_t *size)
{
        ssize_t r = recv(fd, buffer, length, flags);

        if (address && size && *size >= sizeof(struct sockaddr_nl)) {
                memset(address, 0, sizeof(struct sockaddr_nl));
                address->sa_family = AF_NETLINK;
                *size = sizeof(struct sockaddr_nl);
        }
        return r;
}

__attribute__((visibility("default"))) ssize_t __recvfrom_chk(int fd, void *buffer, size_t length, size_t space,
                                                              int flags, struct sockaddr *address, socklen_t *size);
ssize_t __recvfrom_chk(int fd, void *buffer, size_t length, size_t space, int flags, struct sockaddr *address,
                       socklen_t *size)
{
        return recvfrom(fd, buffer, length < space ? length : space, flags, address, size);
}
