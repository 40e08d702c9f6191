/* SPDX-License-Identifier: EUPL-1.2 */
/* The stream between processes of one host (docs/protocol.md): frames of u32 body length (at most 1 MiB), u16 type,
 * both big-endian, JSON body. A longer body continues in frames of type MORE. The first frame of each side is HELLO
 * with the build id; another build is refused. */
#ifndef WIRE_WIRE_H
#define WIRE_WIRE_H

#include <jansson.h>
#include <stdint.h>

#include "base/cleanup.h"

enum wire_type {
        WIRE_HELLO = 1,   /* both ways: {"build":"…","program":"observe"} */
        WIRE_MORE = 2,    /* the next piece of a body whose frame was full */
        WIRE_REFUSED = 3, /* answer: {"why":"…"}; the stream ends */

        WIRE_DESCRIBE = 16,    /* to observe: {} */
        WIRE_DESCRIPTORS = 17, /* answer: {"checks":[…],"facts":[…]} */
        /* {"now":seconds,"root":"/"|path,"declarations":{…},"checks":[{"check":id,"with":{…}}]} */
        WIRE_RUN = 18,
        WIRE_READING = 19, /* answer: {"fact":"sshd"}: from now on this one is being read */
        WIRE_RESULT = 20,  /* answer: one result, as soon as it is ready */
        WIRE_DONE = 21,    /* answer: {"cpu_us":…,"bytes_read":…,"inputs":{…}}: the run is complete */
        /* {"fact":"sshd","root":…,"now":…}, or {"query":name,"arguments":{…},"root":…,"now":…} */
        WIRE_FACT = 22,
        WIRE_TREE = 23, /* answer: {"fact":name,"tree":…} */

        WIRE_AUDIT_STATUS = 32,        /* to probe: {} */
        WIRE_AUDIT_STATUS_ANSWER = 33, /* {"enabled":…,…} or {"error":"…"} */
        WIRE_AUDIT_RULES = 34,         /* to probe: {} */
        WIRE_AUDIT_RULES_ANSWER = 35,  /* {"rules":[…]} or {"error":"…"} */
};

#define WIRE_FRAME_MOST (1024 * 1024)
#define WIRE_BODY_MOST  ((size_t)64 * 1024 * 1024) /* of a body over all its frames */

/* This build's id: version and the hash of its sources' wire contract. */
const char *wire_build(void);

/* `fd` is a connected stream socket, blocking or not. A deadline is a moment of CLOCK_MONOTONIC in milliseconds, from
 * wire_deadline(); 0: none. After any error the stream is of no more use: a part of a message may have passed. */
uint64_t wire_deadline(uint64_t milliseconds_from_now);

/* Sends one message. -EPIPE where the other side is gone (SIGPIPE is never raised); -EMSGSIZE: body too long;
 * -ETIMEDOUT. */
int wire_send_by(int fd, uint64_t deadline, enum wire_type type, const json_t *body);
/* The same without a deadline. */
int wire_send(int fd, enum wire_type type, const json_t *body);
/* Receives one message. 1: a message; 0: the stream ended between messages; -ETIMEDOUT; -EBADMSG: no frame of ours,
 * unknown type, too long, no JSON object; -EIO: ended inside one. */
int wire_receive(int fd, uint64_t deadline, enum wire_type *ret_type, json_t **ret_body);

/* Sends REFUSED; the caller then closes the stream. `why` may hold any bytes. */
int wire_refuse(int fd, uint64_t deadline, const char *why);

/* HELLO both ways. -EPROTO where the builds differ; *why malloc'd. */
int wire_hello(int fd, const char *program, uint64_t deadline, char **why);

#endif
