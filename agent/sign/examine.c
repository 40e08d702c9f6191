/* SPDX-License-Identifier: EUPL-1.2 */
#include "sign/examine.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "base/io.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/term.h"
#include "wire/observer.h"
#include "wire/shape.h"

#define ANSWER_MOST ((size_t)64 * 1024 * 1024)
#define PIECE       ((size_t)64 * 1024)

/* Asks the observer, and answers as examination_end() says. */
static json_t *examine(struct rules *rules, const char *socket, int64_t now)
{
        struct observer_options options = {.socket = socket, .user_change = geteuid() == 0};
        _cleanup_observer_ struct observer *observer = NULL;
        _cleanup_free_ char *why = NULL;
        _cleanup_json_ json_t *descriptors = NULL, *request = json_must(json_object());
        json_t *answer = json_must(json_object()), *plan, *results = NULL, *done = NULL;

        if (observer_open(&options, &observer, &why) < 0 || observer_describe(observer, &descriptors, &why) < 0 ||
            rules_bind(rules, descriptors, NULL) < 0) {
                json_set(answer, "why", json_string_or_null(why ? why : "the policies cannot be read any more"));
                return answer;
        }
        plan = policies_plan(rules->policies, descriptors, rules->config.profile, NULL, NULL, NULL);
        if (!plan)
                plan = json_must(json_array());
        json_set(request, "now", json_must(json_integer(now)));
        json_set(request, "root", json_string_or_null("/"));
        json_set(request, "declarations", declarations_plan(rules->declarations));
        json_set(request, "checks", json_incref(plan));
        (void)observer_run(observer, request, &results, &done, &why);
        json_set(answer, "descriptors", json_incref(descriptors));
        json_set(answer, "plan", plan);
        json_set(answer, "results", results);
        json_set(answer, "done", done ? done : json_null());
        json_set(answer, "why", json_string_or_null(why));
        return answer;
}

_Noreturn static void child(struct rules *rules, struct identity *identity, const char *socket, int64_t now, int fd,
                            pid_t parent)
{
        _cleanup_json_ json_t *answer = NULL;
        _cleanup_free_ char *text = NULL;
        sigset_t none;

        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
                _exit(1);
        identity_free(identity);
        (void)signal(SIGPIPE, SIG_DFL);
        (void)sigemptyset(&none);
        (void)sigprocmask(SIG_SETMASK, &none, NULL);
        answer = examine(rules, socket, now);
        text = json_text(answer);
        _exit(fd_write_all(fd, text, strlen(text)) < 0);
}

int examination_start(struct rules *rules, struct identity *identity, const char *socket, struct examination *ret)
{
        int ends[2], r;
        pid_t parent = getpid();

        if (pipe2(ends, O_CLOEXEC) < 0)
                return -errno;
        *ret = (struct examination){.fd = ends[0], .started = moment_now()};
        ret->pid = fork();
        if (ret->pid == 0)
                child(rules, identity, socket, ret->started, ends[1], parent);
        r = ret->pid < 0 ? -errno : 0;
        (void)close(ends[1]);
        if (r == 0 && fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0)
                r = -errno;
        if (r < 0) {
                if (ret->pid < 0)
                        ret->pid = 0;
                (void)examination_end(ret, NULL, NULL);
        }
        return r;
}

int examination_read(struct examination *e)
{
        _cleanup_free_ char *piece = must_alloc(PIECE);
        ssize_t n = read(e->fd, piece, PIECE);

        if (n < 0)
                return errno == EAGAIN || errno == EINTR ? 1 : -errno;
        if (e->answer.length + (size_t)n > ANSWER_MOST)
                return -EFBIG;
        text_append(&e->answer, piece, (size_t)n);
        return n > 0;
}

/* The child's word is not taken for what it passes on. */
static int check_answer(const json_t *answer, char **why)
{
        const json_t *plan = json_object_get(answer, "plan"), *results = json_object_get(answer, "results");
        const char *reason = json_member_string(answer, "why");
        const json_t *entry;
        size_t i;

        if (!json_is_array(plan) || !json_is_array(results) || json_array_size(plan) != json_array_size(results)) {
                *why = must_strdup(reason ? reason : "the observer gave no results");
                return -EIO;
        }
        if (shape_descriptors(json_object_get(answer, "descriptors"), why) < 0)
                return -EBADMSG;
        json_array_foreach (plan, i, entry) {
                const json_t *result = json_array_get(results, i);

                if (shape_result(result, json_member_string(entry, "check"), why) < 0)
                        return -EBADMSG;
                if (!json_equal(json_object_get(result, "with"), json_object_get(entry, "with"))) {
                        *why = must_strdup("the observer answered another question");
                        return -EBADMSG;
                }
        }
        return 0;
}

int examination_parse(const char *bytes, size_t length, json_t **ret, char **why)
{
        _cleanup_json_ json_t *answer = NULL;
        int r;

        if (json_parse(bytes, length, &answer, NULL) < 0) {
                *why = must_strdup("the answer was cut short");
                return -EIO;
        }
        r = check_answer(answer, why);
        if (r == 0)
                *ret = TAKE_PTR(answer);
        return r;
}

static int read_answer(const struct examination *e, int status, json_t **ret, char **why)
{
        if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL) {
                *why = must_printf("the reader of the observer's answer ended by signal %d", WTERMSIG(status));
                return -EIO;
        }
        if (e->answer.length == 0) {
                *why = must_printf("no answer in %d seconds", EXAMINATION_SECONDS);
                return -ETIMEDOUT;
        }
        return examination_parse(e->answer.data, e->answer.length, ret, why);
}

int examination_end(struct examination *e, json_t **ret, char **why)
{
        int status = 0, r = 0;

        close_fd(&e->fd);
        if (e->pid > 0) {
                (void)kill(e->pid, SIGKILL);
                while (waitpid(e->pid, &status, 0) < 0 && errno == EINTR)
                        ;
        }
        e->pid = 0;
        if (ret)
                r = read_answer(e, status, ret, why);
        text_free(&e->answer);
        return r;
}

json_t *examination_failed(const json_t *last_results, int64_t now, const char *why)
{
        json_t *results = json_must(json_array()), *old;
        const char *identity;

        json_object_foreach ((json_t *)last_results, identity, old)
                json_push(results, observer_missing_result(old, old, now, why));
        return results;
}
