/* SPDX-License-Identifier: EUPL-1.2 */
#include "wire/wire.h"

#include <endian.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"

#define HEADER_BYTES 6
#define PIECE_BYTES  ((size_t)64 * 1024) /* a body grows by what has come, not by what its header promises */

static const enum wire_type known_types[] = {
        WIRE_HELLO,
        WIRE_MORE,
        WIRE_REFUSED,
        WIRE_DESCRIBE,
        WIRE_DESCRIPTORS,
        WIRE_RUN,
        WIRE_READING,
        WIRE_RESULT,
        WIRE_DONE,
        WIRE_FACT,
        WIRE_TREE,
        WIRE_AUDIT_STATUS,
        WIRE_AUDIT_STATUS_ANSWER,
        WIRE_AUDIT_RULES,
        WIRE_AUDIT_RULES_ANSWER,
};

static bool type_known(unsigned type)
{
        for (size_t i = 0; i < ELEMENTS(known_types); i++)
                if (known_types[i] == type)
                        return true;
        return false;
}

const char *wire_build(void)
{
        return BIOAGENT_BUILD;
}

static uint64_t clock_milliseconds(void)
{
        struct timespec now;

        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

uint64_t wire_deadline(uint64_t milliseconds_from_now)
{
        return clock_milliseconds() + milliseconds_from_now;
}

/* Waits until the stream may be read or written. 0, -ETIMEDOUT, or another negative errno. */
static int wait_for(int fd, short events, uint64_t deadline)
{
        for (;;) {
                struct pollfd p = {.fd = fd, .events = events};
                int timeout = -1, n;

                if (deadline) {
                        uint64_t now = clock_milliseconds(), left = now < deadline ? deadline - now : 0;

                        timeout = left > 3600000 ? 3600000 : (int)left;
                }
                n = poll(&p, 1, timeout);
                if (n > 0)
                        return p.revents & POLLNVAL ? -EBADF : 0;
                if (n < 0 && errno != EINTR)
                        return -errno;
                if (deadline && clock_milliseconds() >= deadline)
                        return -ETIMEDOUT;
        }
}

/* Both directions never block in the call itself, whatever the descriptor's flags: only poll(2) waits, and it knows
 * when to stop. */
static int send_pieces(int fd, uint64_t deadline, struct iovec *pieces, size_t count)
{
        while (count > 0) {
                struct msghdr message = {.msg_iov = pieces, .msg_iovlen = count};
                ssize_t n;
                int r;

                if (pieces->iov_len == 0) {
                        pieces++;
                        count--;
                        continue;
                }
                n = sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0 && errno != EAGAIN)
                        return errno == ECONNRESET ? -EPIPE : -errno;
                if (n < 0) {
                        r = wait_for(fd, POLLOUT, deadline);
                        if (r < 0)
                                return r;
                        continue;
                }
                for (size_t sent = (size_t)n; sent > 0;) {
                        size_t part = sent < pieces->iov_len ? sent : pieces->iov_len;

                        pieces->iov_base = (char *)pieces->iov_base + part;
                        pieces->iov_len -= part;
                        sent -= part;
                        if (pieces->iov_len == 0 && count > 1) {
                                pieces++;
                                count--;
                        }
                }
        }
        return 0;
}

static int send_frame(int fd, uint64_t deadline, enum wire_type type, char *body, size_t length)
{
        uint32_t header_length = htobe32((uint32_t)length);
        uint16_t header_type = htobe16((uint16_t)type);
        unsigned char header[HEADER_BYTES];
        struct iovec pieces[] = {{header, sizeof(header)}, {body, length}};

        memcpy(header, &header_length, sizeof(header_length));
        memcpy(header + sizeof(header_length), &header_type, sizeof(header_type));
        return send_pieces(fd, deadline, pieces, ELEMENTS(pieces));
}

int wire_send_by(int fd, uint64_t deadline, enum wire_type type, const json_t *body)
{
        _cleanup_free_ char *bytes = json_text(body);
        size_t length = strlen(bytes), sent = 0, part;
        int r;

        if (length > WIRE_BODY_MOST)
                return -EMSGSIZE;
        do {
                part = length - sent < WIRE_FRAME_MOST ? length - sent : WIRE_FRAME_MOST;
                r = send_frame(fd, deadline, sent ? WIRE_MORE : type, bytes + sent, part);
                if (r < 0)
                        return r;
                sent += part;
                /* A full frame says that more follows, so a body that fills its last frame is ended by an empty one. */
        } while (part == WIRE_FRAME_MOST);
        return 0;
}

int wire_send(int fd, enum wire_type type, const json_t *body)
{
        return wire_send_by(fd, 0, type, body);
}

/* Reads exactly `length` bytes. 1; 0 where the stream ended before the first; -EIO where it ended inside. */
static int receive_exactly(int fd, uint64_t deadline, void *to, size_t length)
{
        size_t got = 0;

        while (got < length) {
                ssize_t n = recv(fd, (char *)to + got, length - got, MSG_DONTWAIT);
                int r;

                if (n > 0) {
                        got += (size_t)n;
                        continue;
                }
                if (n == 0 || errno == ECONNRESET)
                        return got ? -EIO : 0;
                if (errno == EINTR)
                        continue;
                if (errno != EAGAIN)
                        return -errno;
                r = wait_for(fd, POLLIN, deadline);
                if (r < 0)
                        return r;
        }
        return 1;
}

static int receive_header(int fd, uint64_t deadline, unsigned *ret_type, size_t *ret_length)
{
        unsigned char header[HEADER_BYTES];
        uint32_t length;
        uint16_t type;
        int r;

        r = receive_exactly(fd, deadline, header, sizeof(header));
        if (r <= 0)
                return r;
        memcpy(&length, header, sizeof(length));
        memcpy(&type, header + sizeof(length), sizeof(type));
        *ret_length = be32toh(length);
        *ret_type = be16toh(type);
        return *ret_length > WIRE_FRAME_MOST || !type_known(*ret_type) ? -EBADMSG : 1;
}

static int receive_piece(int fd, uint64_t deadline, size_t length, struct text *body)
{
        while (length > 0) {
                char piece[PIECE_BYTES];
                size_t part = length < sizeof(piece) ? length : sizeof(piece);
                int r = receive_exactly(fd, deadline, piece, part);

                if (r <= 0)
                        return r < 0 ? r : -EIO;
                text_append(body, piece, part);
                length -= part;
        }
        return 0;
}

int wire_receive(int fd, uint64_t deadline, enum wire_type *ret_type, json_t **ret_body)
{
        _cleanup_text_ struct text body = {0};
        _cleanup_json_ json_t *json = NULL;
        unsigned type, next;
        size_t length;
        int r;

        r = receive_header(fd, deadline, &type, &length);
        if (r <= 0)
                return r;
        if (type == WIRE_MORE)
                return -EBADMSG;
        for (;;) {
                r = receive_piece(fd, deadline, length, &body);
                if (r < 0)
                        return r;
                if (length < WIRE_FRAME_MOST)
                        break;
                r = receive_header(fd, deadline, &next, &length);
                if (r <= 0)
                        return r < 0 ? r : -EIO;
                if (next != WIRE_MORE || body.length + length > WIRE_BODY_MOST)
                        return -EBADMSG;
        }
        if (json_parse(text_string(&body), body.length, &json, NULL) < 0 || !json_is_object(json))
                return -EBADMSG;
        *ret_type = (enum wire_type)type;
        *ret_body = TAKE_PTR(json);
        return 1;
}

int wire_refuse(int fd, uint64_t deadline, const char *why)
{
        _cleanup_json_ json_t *body = json_must(json_object());

        json_set(body, "why", json_safe_string(why, strlen(why)));
        return wire_send_by(fd, deadline, WIRE_REFUSED, body);
}

/* Judges the other side's first message. */
static int check_hello(enum wire_type type, const json_t *body, char **why)
{
        const char *build = json_member_string(body, "build"), *reason;

        if (type == WIRE_REFUSED) {
                reason = json_member_string(body, "why");
                *why = must_printf("refused: %s", reason ? reason : "no reason given");
                return -EPROTO;
        }
        if (type != WIRE_HELLO || !build) {
                *why = must_strdup("the first message is no greeting");
                return -EPROTO;
        }
        if (!streq(build, wire_build())) {
                *why = must_printf("the other side is build %s, this is %s", build, wire_build());
                return -EPROTO;
        }
        return 0;
}

int wire_hello(int fd, const char *program, uint64_t deadline, char **why)
{
        _cleanup_json_ json_t *ours = NULL, *theirs = NULL;
        enum wire_type type;
        int r;

        ours = json_must(json_object());
        json_set(ours, "build", json_string_or_null(wire_build()));
        json_set(ours, "program", json_string_or_null(program));
        r = wire_send_by(fd, deadline, WIRE_HELLO, ours);
        if (r == 0) {
                r = wire_receive(fd, deadline, &type, &theirs);
                if (r == 0)
                        r = -EPIPE;
        }
        if (r < 0) {
                *why = must_printf("no greeting from the other side: %s", strerror(-r));
                return r;
        }
        r = check_hello(type, theirs, why);
        if (r < 0 && type != WIRE_REFUSED)
                (void)wire_refuse(fd, deadline, *why);
        return r;
}
