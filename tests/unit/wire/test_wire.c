/* SPDX-License-Identifier: EUPL-1.2 */
/* The stream between processes: what is taken, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "wire/wire.h"

#define SOON 20    /* ms, for what is to time out */
#define LATE 10000 /* ms, for what is to happen */

struct pair {
        int here, there;
};

static int setup(void **state)
{
        struct pair *p = must_alloc(sizeof(*p));
        int fds[2];

        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
                return -1;
        *p = (struct pair){fds[0], fds[1]};
        *state = p;
        return 0;
}

static int teardown(void **state)
{
        struct pair *p = *state;

        close_fd(&p->here);
        close_fd(&p->there);
        free(p);
        return 0;
}

static json_t *object_of(const char *key, json_t *value)
{
        json_t *object = json_must(json_object());

        json_set(object, key, value);
        return object;
}

struct sender {
        int fd;
        const json_t *body;
        int result;
};

static void *send_one(void *user)
{
        struct sender *s = user;

        s->result = wire_send(s->fd, WIRE_RESULT, s->body);
        return NULL;
}

static void header(unsigned char out[6], uint32_t length, uint16_t type)
{
        for (unsigned i = 0; i < 4; i++)
                out[i] = (unsigned char)(length >> (24 - 8 * i));
        out[4] = (unsigned char)(type >> 8);
        out[5] = (unsigned char)type;
}

/* Another thread at the other end, for what does not fit a socket's buffer: full frames, the first of type RESULT, the
 * others MORE, until nobody takes them. */
struct writer {
        int fd;
        size_t sent; /* bytes of bodies */
};

static void *write_without_end(void *user)
{
        struct writer *w = user;
        _cleanup_free_ unsigned char *frame = must_alloc(6 + WIRE_FRAME_MOST);

        memset(frame + 6, ' ', WIRE_FRAME_MOST);
        for (uint16_t type = WIRE_RESULT; w->sent < 4 * WIRE_BODY_MOST; type = WIRE_MORE) {
                header(frame, WIRE_FRAME_MOST, type);
                for (size_t done = 0; done < 6 + WIRE_FRAME_MOST;) {
                        ssize_t part = send(w->fd, frame + done, 6 + WIRE_FRAME_MOST - done, MSG_NOSIGNAL);

                        if (part <= 0)
                                return NULL;
                        done += (size_t)part;
                }
                w->sent += WIRE_FRAME_MOST;
        }
        return NULL;
}

static void put_frame(int fd, uint16_t type, const char *body)
{
        unsigned char h[6];

        header(h, (uint32_t)strlen(body), type);
        assert_int_equal(write(fd, h, sizeof(h)), sizeof(h));
        assert_int_equal(write(fd, body, strlen(body)), (ssize_t)strlen(body));
}

static int receive(int fd, uint64_t within, enum wire_type *type, json_t **body)
{
        return wire_receive(fd, wire_deadline(within), type, body);
}

static void frame_is_length_type_body(void **state)
{
        struct pair *p = *state;
        _cleanup_json_ json_t *body = object_of("a", json_true());
        unsigned char bytes[64];

        assert_int_equal(wire_send(p->here, WIRE_RESULT, body), 0);
        assert_int_equal(recv(p->there, bytes, sizeof(bytes), 0), 6 + 10);
        assert_memory_equal(bytes, "\0\0\0\x0a\0\x14{\"a\":true}", 16);
}

static void message_comes_as_it_went(void **state)
{
        struct pair *p = *state;
        _cleanup_json_ json_t *sent = object_of("a", json_printf("%s", "é \\x00")), *got = NULL;
        enum wire_type type;

        assert_int_equal(wire_send(p->here, WIRE_RUN, sent), 0);
        assert_int_equal(receive(p->there, LATE, &type, &got), 1);
        assert_int_equal(type, WIRE_RUN);
        assert_true(json_equal(sent, got));
}

/* A body whose text has exactly `length` bytes. */
static json_t *body_of(size_t length)
{
        _cleanup_free_ char *filler = must_alloc(length + 1);

        memset(filler, 'x', length - strlen("{\"a\":\"\"}"));
        return object_of("a", json_printf("%s", filler));
}

static void long_bodies_go_in_more_frames(void **state)
{
        static const size_t lengths[] = {WIRE_FRAME_MOST - 1, WIRE_FRAME_MOST, WIRE_FRAME_MOST + 1, 2 * WIRE_FRAME_MOST,
                                         3 * WIRE_FRAME_MOST + 17};
        struct pair *p = *state;

        for (size_t i = 0; i < ELEMENTS(lengths); i++) {
                _cleanup_json_ json_t *sent = body_of(lengths[i]), *got = NULL, *after = NULL, *empty = json_object();
                struct sender s = {.fd = p->here, .body = sent, .result = -1};
                enum wire_type type;
                pthread_t thread;

                assert_int_equal(pthread_create(&thread, NULL, send_one, &s), 0);
                assert_int_equal(receive(p->there, LATE, &type, &got), 1);
                assert_int_equal(pthread_join(thread, NULL), 0);
                assert_int_equal(s.result, 0);
                assert_true(json_equal(sent, got));
                /* Nothing of it is left before the next message. */
                assert_int_equal(wire_send(p->here, WIRE_DONE, empty), 0);
                assert_int_equal(receive(p->there, LATE, &type, &after), 1);
                assert_int_equal(type, WIRE_DONE);
        }
}

static void body_beyond_the_bound_is_not_sent(void **state)
{
        struct pair *p = *state;
        _cleanup_json_ json_t *body = body_of(WIRE_BODY_MOST + 1);

        assert_int_equal(wire_send(p->here, WIRE_RESULT, body), -EMSGSIZE);
}

static void body_beyond_the_bound_is_refused(void **state)
{
        struct pair *p = *state;
        struct writer w = {.fd = p->there};
        json_t *got = NULL;
        enum wire_type type;
        pthread_t thread;

        assert_int_equal(pthread_create(&thread, NULL, write_without_end, &w), 0);
        assert_int_equal(receive(p->here, LATE, &type, &got), -EBADMSG);
        close_fd(&p->here);
        assert_int_equal(pthread_join(thread, NULL), 0);
        assert_true(w.sent >= WIRE_BODY_MOST);
        assert_true(w.sent < WIRE_BODY_MOST + 4 * WIRE_FRAME_MOST);
}

static void hostile_frames_are_refused(void **state)
{
        static const struct {
                uint16_t type;
                const char *body;
        } frames[] = {
                {WIRE_MORE, "{}"}, /* of nothing */
                {0, "{}"},         /* no type */
                {4, "{}"},         /* none of ours */
                {65535, "{}"},
                {WIRE_RESULT, ""},   /* no JSON */
                {WIRE_RESULT, "[]"}, /* no object */
                {WIRE_RESULT, "1"},
                {WIRE_RESULT, "{}{}"},
                {WIRE_RESULT, "{\"a\":1,\"a\":2}"},
                {WIRE_RESULT, "{\"a\":\"\xff\"}"},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(frames); i++) {
                void *fresh;
                struct pair *p;
                json_t *got = NULL;
                enum wire_type type;

                assert_int_equal(setup(&fresh), 0);
                p = fresh;
                put_frame(p->there, frames[i].type, frames[i].body);
                assert_int_equal(receive(p->here, LATE, &type, &got), -EBADMSG);
                assert_null(got);
                teardown(&fresh);
        }
}

static void frame_longer_than_a_frame_is_refused_before_its_body(void **state)
{
        struct pair *p = *state;
        json_t *got = NULL;
        enum wire_type type;
        unsigned char h[6];

        header(h, WIRE_FRAME_MOST + 1, WIRE_RESULT);
        assert_int_equal(write(p->there, h, sizeof(h)), sizeof(h));
        assert_int_equal(receive(p->here, LATE, &type, &got), -EBADMSG);
}

static void end_between_messages_is_an_end(void **state)
{
        struct pair *p = *state;
        json_t *got = NULL;
        enum wire_type type;

        close_fd(&p->there);
        assert_int_equal(receive(p->here, LATE, &type, &got), 0);
}

static void end_inside_a_message_is_an_error(void **state)
{
        static const size_t cuts[] = {1, 5, 6, 7};
        unsigned char frame[8] = {0, 0, 0, 2, 0, WIRE_RESULT, '{', '}'};

        (void)state;
        for (size_t i = 0; i < ELEMENTS(cuts); i++) {
                void *fresh;
                struct pair *p;
                json_t *got = NULL;
                enum wire_type type;

                assert_int_equal(setup(&fresh), 0);
                p = fresh;
                assert_int_equal(write(p->there, frame, cuts[i]), (ssize_t)cuts[i]);
                close_fd(&p->there);
                assert_int_equal(receive(p->here, LATE, &type, &got), -EIO);
                teardown(&fresh);
        }
}

static void silence_ends_at_the_deadline(void **state)
{
        struct pair *p = *state;
        json_t *got = NULL;
        enum wire_type type;

        assert_int_equal(receive(p->here, SOON, &type, &got), -ETIMEDOUT);
        /* Inside a message too, and on a descriptor that does not block. */
        assert_int_equal(write(p->there, "\0\0\0", 3), 3);
        assert_int_equal(fcntl(p->here, F_SETFL, O_NONBLOCK), 0);
        assert_int_equal(receive(p->here, SOON, &type, &got), -ETIMEDOUT);
}

static void a_reader_that_does_not_read_ends_a_send_at_the_deadline(void **state)
{
        struct pair *p = *state;
        _cleanup_json_ json_t *body = body_of(4 * WIRE_FRAME_MOST);

        assert_int_equal(wire_send_by(p->here, wire_deadline(SOON), WIRE_RESULT, body), -ETIMEDOUT);
}

static void sending_to_nobody_is_epipe_and_no_signal(void **state)
{
        struct pair *p = *state;
        _cleanup_json_ json_t *body = json_object();

        close_fd(&p->there);
        assert_int_equal(wire_send(p->here, WIRE_RESULT, body), -EPIPE);
}

static void *greet(void *user)
{
        const struct pair *p = user;
        _cleanup_free_ char *why = NULL;

        return (void *)(intptr_t)wire_hello(p->there, "there", wire_deadline(LATE), &why);
}

static void programs_of_one_build_greet(void **state)
{
        struct pair *p = *state;
        char *why = NULL;
        pthread_t thread;
        void *other;

        assert_int_equal(pthread_create(&thread, NULL, greet, p), 0);
        assert_int_equal(wire_hello(p->here, "here", wire_deadline(LATE), &why), 0);
        assert_int_equal(pthread_join(thread, &other), 0);
        assert_null(other);
        assert_null(why);
}

/* What one side answers to our greeting, and what we say of it. */
static void greeting_fails(uint16_t type, const char *body, const char *expected)
{
        _cleanup_free_ char *why = NULL;
        _cleanup_json_ json_t *hello = NULL, *refusal = NULL;
        enum wire_type got;
        void *fresh;
        struct pair *p;

        assert_int_equal(setup(&fresh), 0);
        p = fresh;
        put_frame(p->there, type, body);
        assert_int_equal(wire_hello(p->here, "here", wire_deadline(LATE), &why), -EPROTO);
        assert_non_null(strstr(why, expected));
        assert_int_equal(receive(p->there, LATE, &got, &hello), 1);
        assert_int_equal(got, WIRE_HELLO);
        assert_string_equal(json_member_string(hello, "build"), wire_build());
        if (type != WIRE_REFUSED) {
                assert_int_equal(receive(p->there, LATE, &got, &refusal), 1);
                assert_int_equal(got, WIRE_REFUSED);
                assert_string_equal(json_member_string(refusal, "why"), why);
        }
        teardown(&fresh);
}

static void another_build_is_refused(void **state)
{
        (void)state;
        greeting_fails(WIRE_HELLO, "{\"build\":\"0.0.1+0\",\"program\":\"observe\"}", "0.0.1+0");
        greeting_fails(WIRE_HELLO, "{\"program\":\"observe\"}", "no greeting");
        greeting_fails(WIRE_RUN, "{\"build\":\"0.0.1\"}", "no greeting");
        greeting_fails(WIRE_REFUSED, "{\"why\":\"full\"}", "refused: full");
}

static void build_names_version_and_contract(void **state)
{
        const char *build = wire_build(), *plus = strchr(build, '+');

        (void)state;
        assert_non_null(plus);
        assert_true(is_hex(plus + 1, 16));
        assert_true(starts_with(build, BIOAGENT_VERSION "+"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(frame_is_length_type_body),
                TEST(message_comes_as_it_went),
                TEST(long_bodies_go_in_more_frames),
                TEST(body_beyond_the_bound_is_not_sent),
                TEST(body_beyond_the_bound_is_refused),
                TEST(hostile_frames_are_refused),
                TEST(frame_longer_than_a_frame_is_refused_before_its_body),
                TEST(end_between_messages_is_an_end),
                TEST(end_inside_a_message_is_an_error),
                TEST(silence_ends_at_the_deadline),
                TEST(a_reader_that_does_not_read_ends_a_send_at_the_deadline),
                TEST(sending_to_nobody_is_epipe_and_no_signal),
                TEST(programs_of_one_build_greet),
                TEST(another_build_is_refused),
                TEST(build_names_version_and_contract),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
