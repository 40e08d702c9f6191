/* SPDX-License-Identifier: EUPL-1.2 */
#include "wire/observer.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/term.h"
#include "base/text.h"
#include "wire/shape.h"
#include "wire/start.h"
#include "wire/wire.h"

#define TIMEOUT_MILLISECONDS 30000
#define FALLBACK_MAX_AGE     "P1D" /* of a check that nobody could describe */

struct observer {
        struct programs programs; /* its stream is this observer's, whoever started it */
        bool started;             /* here, so that its end can be told */
        uint64_t timeout_ms;
        json_t *descriptors; /* as soon as they were asked for */
        char *reading;       /* the fact being read */
        char *broken;        /* why nothing can be asked any more */
};

char *observer_libexec(void)
{
        char exe[PATH_MAX];
        ssize_t length = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
        char *slash;

        if (length < 0)
                return must_strdup("/usr/" BIOAGENT_LIBEXECDIR);
        exe[length] = '\0';
        slash = strrchr(exe, '/');
        if (slash)
                *slash = '\0';
        if (ends_with(exe, "/" BIOAGENT_LIBEXECDIR))
                return must_strdup(exe);
        slash = strrchr(exe, '/');
        if (slash)
                *slash = '\0';
        return must_printf("%s/" BIOAGENT_LIBEXECDIR, exe);
}

static int connect_stream(const char *path, int *ret, char **why)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        _cleanup_fd_ int fd = -1;

        if (strlen(path) >= sizeof(address.sun_path)) {
                *why = must_printf("%s: path too long for a socket", path);
                return -ENAMETOOLONG;
        }
        memcpy(address.sun_path, path, strlen(path));
        fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
                int r = -errno;

                *why = must_printf("cannot connect to the observer at %s: %s", path, strerror(-r));
                return r;
        }
        *ret = TAKE_FD(fd);
        return 0;
}

/* Ends the stream after a failure, and says what it was in words that a report can carry. */
static void break_off(struct observer *o, int error, const char *reason)
{
        _cleanup_free_ char *how = NULL, *what = NULL;

        if (o->broken)
                return;
        programs_end(&o->programs);
        if (reason) {
                what = must_strdup(reason);
        } else if (error == -ETIMEDOUT) {
                what = must_strdup("not answered by the deadline");
        } else if (error == -EBADMSG) {
                what = must_strdup("the observer's answer is malformed");
        } else if (o->started) {
                how = programs_how_ended(&o->programs);
                what = must_printf("observer ended (%s)", how);
        } else {
                what = must_strdup("observer ended");
        }
        o->broken = o->reading ? must_printf("%s, while fact %s was being read", what, o->reading) : TAKE_PTR(what);
}

static int say_broken(const struct observer *o, int error, char **why)
{
        *why = must_strdup(o->broken);
        return error < 0 ? error : -ENOTCONN;
}

static int greet(struct observer *o, char **why)
{
        _cleanup_free_ char *reason = NULL;
        int r;

        r = wire_hello(o->programs.stream, "caller", wire_deadline(o->timeout_ms), &reason);
        if (r == 0)
                return 0;
        break_off(o, r, r == -EPROTO ? reason : NULL);
        return say_broken(o, r, why);
}

/* The programs start in /, so a relative path is resolved here; one that cannot be is told when it is tried. */
static char *absolute_libexec(const char *given)
{
        char *resolved = given ? realpath(given, NULL) : NULL;

        if (resolved)
                return resolved;
        return given ? must_strdup(given) : observer_libexec();
}

int observer_open(const struct observer_options *options, struct observer **ret, char **why)
{
        _cleanup_observer_ struct observer *o = must_alloc(sizeof(*o));
        _cleanup_free_ char *libexec = NULL;
        int r;

        o->programs.stream = -1;
        o->timeout_ms = options->timeout_ms ? options->timeout_ms : TIMEOUT_MILLISECONDS;
        if (options->socket) {
                r = connect_stream(options->socket, &o->programs.stream, why);
        } else {
                libexec = absolute_libexec(options->libexec);
                o->started = true;
                r = programs_start(libexec, options, &o->programs, why);
        }
        if (r == 0)
                r = greet(o, why);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(o);
        return 0;
}

void observer_close(struct observer *o)
{
        if (!o)
                return;
        programs_end(&o->programs);
        json_decref(o->descriptors);
        free(o->reading);
        free(o->broken);
        free(o);
}

static void set_reading(struct observer *o, const char *fact)
{
        _cleanup_free_ char *safe = fact ? safe_string(fact, strnlen(fact, 64)) : NULL;

        free(o->reading);
        o->reading = TAKE_PTR(safe);
}

/* Receives the next answer; READING is taken note of here. 0, or negative errno after breaking off. */
static int next_answer(struct observer *o, uint64_t deadline, enum wire_type *ret_type, json_t **ret)
{
        _cleanup_free_ char *reason = NULL;
        json_t *body = NULL;
        const char *why;
        int r;

        for (;;) {
                r = wire_receive(o->programs.stream, deadline, ret_type, &body);
                if (r <= 0) {
                        r = r < 0 ? r : -EPIPE;
                        break_off(o, r, NULL);
                        return r;
                }
                if (*ret_type != WIRE_READING)
                        break;
                set_reading(o, json_member_string(body, "fact"));
                json_decref(body);
        }
        if (*ret_type != WIRE_REFUSED) {
                *ret = body;
                return 0;
        }
        why = json_member_string(body, "why");
        reason = must_printf("refused by the observer: %s", why ? why : "no reason given");
        json_decref(body);
        break_off(o, -EPROTO, reason);
        return -EPROTO;
}

static int ask(struct observer *o, uint64_t deadline, enum wire_type type, const json_t *request)
{
        int r;

        if (o->broken)
                return -ENOTCONN;
        set_reading(o, NULL);
        r = wire_send_by(o->programs.stream, deadline, type, request);
        if (r < 0)
                break_off(o, r, r == -EMSGSIZE ? "the request is too long" : NULL);
        return r;
}

/* A request with one answer. */
static int ask_once(struct observer *o, enum wire_type type, const json_t *request, enum wire_type expected,
                    json_t **ret, char **why)
{
        _cleanup_json_ json_t *answer = NULL;
        uint64_t deadline = wire_deadline(o->timeout_ms);
        enum wire_type got;
        int r;

        r = ask(o, deadline, type, request);
        if (r == 0)
                r = next_answer(o, deadline, &got, &answer);
        if (r == 0 && got != expected) {
                r = -EBADMSG;
                break_off(o, r, NULL);
        }
        if (r < 0)
                return say_broken(o, r, why);
        *ret = TAKE_PTR(answer);
        return 0;
}

int observer_describe(struct observer *o, json_t **ret, char **why)
{
        _cleanup_json_ json_t *request = NULL, *answer = NULL;
        int r;

        if (!o->descriptors) {
                request = json_must(json_object());
                r = ask_once(o, WIRE_DESCRIBE, request, WIRE_DESCRIPTORS, &answer, why);
                if (r < 0)
                        return r;
                r = shape_descriptors(answer, why);
                if (r < 0) {
                        break_off(o, r, *why);
                        return r;
                }
                o->descriptors = TAKE_PTR(answer);
        }
        *ret = json_incref(o->descriptors);
        return 0;
}

static const json_t *descriptor_of(const struct observer *o, const char *check)
{
        const json_t *checks = json_object_get(o->descriptors, "checks");

        for (size_t i = 0; i < json_array_size(checks); i++)
                if (streq(json_member_string(json_array_get(checks, i), "id"), check))
                        return json_array_get(checks, i);
        return NULL;
}

static json_t *text_json(const char *s)
{
        return json_safe_string(s, strlen(s));
}

json_t *observer_missing_result(const json_t *entry, const json_t *descriptor, int64_t now, const char *why)
{
        const char *check = json_member_string(entry, "check");
        const json_t *with = json_object_get(entry, "with");
        const char *aspect = json_member_string(descriptor, "aspect"), *age = json_member_string(descriptor, "max_age");
        json_t *result = json_must(json_object()), *finding = json_must(json_object()), *evidence;
        json_t *counts = json_must(json_object());
        char observed_at[MOMENT_TEXT];

        moment_format(now, observed_at);
        evidence = json_must(json_object());
        json_set(evidence, "decides", json_true());
        json_set(evidence, "note", text_json(why));
        json_set(finding, "subject", json_printf("check:%s", check));
        json_set(finding, "status", text_json("error"));
        json_set(finding, "evidence", json_must(json_array()));
        json_push(json_object_get(finding, "evidence"), evidence);
        json_set(counts, "error", json_must(json_integer(1)));

        json_set(result, "check", text_json(check));
        json_set(result, "with", with ? json_must(json_deep_copy(with)) : json_must(json_object()));
        json_set(result, "status", text_json("error"));
        json_set(result, "aspect", text_json(aspect ? aspect : "existence"));
        json_set(result, "basis", json_must(json_array()));
        json_set(result, "observed_at", text_json(observed_at));
        json_set(result, "max_age", text_json(age ? age : FALLBACK_MAX_AGE));
        json_set(result, "changes_at", json_null());
        json_set(result, "because", text_json(why));
        json_set(result, "counts", counts);
        json_set(result, "findings", json_must(json_array()));
        json_push(json_object_get(result, "findings"), finding);
        json_set(result, "duration_us", json_must(json_integer(0)));
        return result;
}

static json_t *missing_result(const struct observer *o, const json_t *entry, int64_t now, const char *why)
{
        return observer_missing_result(entry, descriptor_of(o, json_member_string(entry, "check")), now, why);
}

/* Results come in the plan's order, one for each entry. One that is malformed stands as an error of its check; what
 * comes after it is judged by itself. */
static int collect(struct observer *o, uint64_t deadline, const json_t *plan, json_t *results, json_t **ret_done)
{
        const json_t *entries = json_object_get(plan, "checks");
        int64_t now = json_member_integer(plan, "now", 0);

        for (;;) {
                _cleanup_json_ json_t *answer = NULL;
                _cleanup_free_ char *why = NULL;
                const json_t *entry = json_array_get(entries, json_array_size(results));
                enum wire_type type;
                int r;

                r = next_answer(o, deadline, &type, &answer);
                if (r < 0)
                        return r;
                if (type == WIRE_DONE && !entry) {
                        *ret_done = TAKE_PTR(answer);
                        return 0;
                }
                if (type != WIRE_RESULT || !entry) {
                        break_off(o, -EBADMSG, NULL);
                        return -EBADMSG;
                }
                set_reading(o, NULL);
                if (shape_result(answer, json_member_string(entry, "check"), &why) == 0)
                        json_push(results, TAKE_PTR(answer));
                else
                        json_push(results, missing_result(o, entry, now, why));
        }
}

static bool plan_is_sound(const json_t *plan)
{
        const json_t *entries = json_object_get(plan, "checks");

        if (!json_is_integer(json_object_get(plan, "now")) || !json_is_array(entries))
                return false;
        for (size_t i = 0; i < json_array_size(entries); i++)
                if (!json_member_string(json_array_get(entries, i), "check"))
                        return false;
        return true;
}

int observer_run(struct observer *o, const json_t *plan, json_t **ret_results, json_t **ret_done, char **why)
{
        _cleanup_json_ json_t *results = json_must(json_array()), *descriptors = NULL, *done = NULL;
        const json_t *entries = json_object_get(plan, "checks");
        uint64_t deadline = wire_deadline(o->timeout_ms);
        int r;

        if (!plan_is_sound(plan)) {
                *ret_results = TAKE_PTR(results);
                *ret_done = NULL;
                *why = must_strdup("the plan is malformed");
                return -EINVAL;
        }
        r = observer_describe(o, &descriptors, why);
        if (r == 0) {
                r = ask(o, deadline, WIRE_RUN, plan);
                if (r == 0)
                        r = collect(o, deadline, plan, results, &done);
                if (r < 0)
                        r = say_broken(o, r, why);
        }
        while (json_array_size(results) < json_array_size(entries)) {
                const json_t *entry = json_array_get(entries, json_array_size(results));

                json_push(results, missing_result(o, entry, json_member_integer(plan, "now", 0), *why));
        }
        *ret_results = TAKE_PTR(results);
        *ret_done = TAKE_PTR(done);
        return r;
}

int observer_fact(struct observer *o, const json_t *request, json_t **ret_tree, char **why)
{
        _cleanup_json_ json_t *answer = NULL;
        json_t *tree;
        int r;

        r = ask_once(o, WIRE_FACT, request, WIRE_TREE, &answer, why);
        if (r < 0)
                return r;
        tree = json_object_get(answer, "tree");
        if (!tree) {
                *why = must_strdup("the observer's answer has no tree");
                return -EBADMSG;
        }
        *ret_tree = json_incref(tree);
        return 0;
}
